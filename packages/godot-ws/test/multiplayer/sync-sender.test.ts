// What goes out, octet for octet, on a clock that stands still until it is told to go on.

import { describe, expect, test } from "vitest";
import { LimitError } from "../../src/errors.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { encodeSimplify } from "../../src/multiplayer/path-packets.ts";
import { SceneReplicationConfig } from "../../src/multiplayer/replication-config.ts";
import { checksum, FakeSide, Hero, hex } from "./replicated.ts";

/** A hero that is not spawned, whose synchronizer's path is the number 1, told to all and confirmed. */
function createSource(side: FakeSide, peers: readonly number[], name = "H", id = 1): Hero {
  const hero = side.root.addChild(new Hero(name));
  side.pass();
  for (const peer of peers) side.bring(peer, `0201${id.toString(16).padStart(2, "0")}000000`);
  return hero;
}

const onChange = new SceneReplicationConfig()
  .addProperty("hp", { mode: "on_change" })
  .addProperty("name_tag", { mode: "on_change" });

describe("a state", () => {
  test("goes by the number of the path, once that is confirmed", () => {
    const side = new FakeSide(1, [2]);
    side.root.addChild(new Hero("H"));
    side.transport.clock.advance(17);
    expect(side.transport.news()).toEqual([`2: ${hex(encodeSimplify({ checksum, id: 1, path: "H/Sync" }))}`]);
    expect(side.pass(3)).toEqual([]);
    side.bring(2, "020101000000");
    expect(side.pass()).toEqual(["2: 06010001000080020000000205"]);
    expect(side.pass()).toEqual(["2: 06020001000080020000000205"]);
  });

  test("has stamps that come round, and goes on only when something is sent", () => {
    const side = new FakeSide(1, [2]);
    const hero = createSource(side, [2]);
    hero.sync.replicationInterval = 0.017 * 3;
    const stamps = side.pass(9).map((line) => line.slice(5, 9));
    expect(stamps.join(" ")).toMatch(/^0100 0200 0300( 0400)?$/);
    hero.sync.replicationInterval = 0;
    for (let i = 0; i < 65_535 + 20; i += 1000) side.transport.clock.advance(17_000);
    const seen = side.news().map((line) => Number.parseInt(line.slice(7, 9) + line.slice(5, 7), 16));
    const at = seen.indexOf(0xffff);
    expect(seen.slice(at, at + 3)).toEqual([0xffff, 0, 1]);
  });

  test("goes at most once an interval, and to those who see it", () => {
    const side = new FakeSide(1, [2, 3]);
    const hero = createSource(side, [2, 3]);
    hero.sync.replicationInterval = 0.1;
    hero.sync.publicVisibility = false;
    side.pass(60);
    expect(side.pass(60)).toEqual([]);
    hero.sync.setVisibilityFor(3, true);
    // Its path is confirmed already.
    const lines = side.pass(60);
    expect(lines.length).toBeGreaterThanOrEqual(9);
    expect(lines.length).toBeLessThanOrEqual(11);
    expect(new Set(lines.map((line) => line[0]))).toEqual(new Set(["3"]));
  });

  test("that is the same for all is one packet, by what was made of it once", () => {
    const side = new FakeSide(1, [2, 3, 4]);
    createSource(side, [2, 3, 4]);
    const packets: Uint8Array[] = [];
    side.transport.multicast = (packet) => packets.push(packet);
    side.pass(3);
    expect(packets).toHaveLength(3);
  });

  test("goes to a peer by the id that it knows: some by path, later ones by SPAWN's", () => {
    const side = new FakeSide(1, [2]);
    const node = new Node("N");
    side.spawner.spawnFunction = () => node;
    side.spawner.spawn();
    const hero = new Hero("H");
    // It comes behind the SPAWN that peer 2 got.
    const synchronizer = node.addChild(new MultiplayerSynchronizer("Late"));
    Object.assign(node, { hp: 7 });
    synchronizer.replicationConfig = new SceneReplicationConfig().addProperty("hp");
    side.pass();
    side.bring(2, "020102000000");
    side.connect(3);
    const lines = side.pass();
    expect(lines.filter((line) => line.includes(": 06"))).toEqual([
      "2: 06010002000080020000000207",
      "3: 06010002000000020000000207",
    ]);
    expect(hero.hp).toBe(5);
  });

  test("of what is called otherwise now goes by another number, once that is confirmed", () => {
    const side = new FakeSide(1, [2, 3]);
    const hero = createSource(side, [2, 3]);
    expect(side.pass().map((line) => line.slice(9, 17))).toEqual(["01000080", "01000080"]);
    hero.name = "K";
    expect(side.pass(3)).toEqual([]);
    side.bring(3, "020102000000");
    expect(side.pass().map((line) => line.replace(/06..../, ""))).toEqual(["3: 02000080020000000205"]);
    side.bring(2, "020102000000");
    expect(side.pass()).toHaveLength(2);
  });

  test("of a synchronizer with other RPCs than before goes to all by its new number", () => {
    const side = new FakeSide(1, [2]);
    const hero = createSource(side, [2]);
    side.pass();
    hero.sync.rpcConfig("act", { mode: "any_peer" });
    // As long as nobody new has to be told, the old one is good.
    expect(side.pass()).toHaveLength(1);
    side.connect(3);
    side.pass(2);
    side.bring(3, "020102000000");
    side.bring(2, "020102000000");
    expect(side.pass().map((line) => line.replace(/06..../, ""))).toEqual([
      "2: 02000080020000000205",
      "3: 02000080020000000205",
    ]);
  });

  test("goes on to those who are left, and to whom it is shown anew", () => {
    const side = new FakeSide(1, [2, 3, 4]);
    const hero = createSource(side, [2, 3, 4]);
    const who = (): string => [...new Set(side.pass().map((line) => line[0]))].join("");
    expect(who()).toBe("234");
    side.disconnect(3);
    expect(who()).toBe("24");
    hero.sync.addVisibilityFilter((peer) => peer !== 2);
    expect(who()).toBe("4");
    hero.sync.setMultiplayerAuthority(4);
    expect(who()).toBe("");
    hero.sync.setMultiplayerAuthority(1);
    expect(who()).toBe("4");
    side.multiplayer.setPeerVersion(4, "4.0");
    expect(who()).toBe("4");
  });

  test("too large is reported once, and again when it was all right between", () => {
    const side = new FakeSide(1, [2]);
    const hero = createSource(side, [2]);
    side.multiplayer.maxSyncPacketSize = 128;
    hero.sync.replicationConfig = new SceneReplicationConfig().addProperty("name_tag");
    for (const length of [200, 1, 200]) {
      hero.nameTag = "x".repeat(length);
      side.pass(3);
    }
    expect(side.takeTroubles()).toEqual(["too large: /root/H/Sync", "too large: /root/H/Sync"]);
  });

  test("is gone when its node is, or its root", () => {
    const side = new FakeSide(1, [2]);
    const far = side.root.addChild(new Hero("Far"));
    far.sync.free();
    const hero = createSource(side, [2]);
    hero.sync.rootPath = "/root/Far";
    far.hp = 9;
    expect(side.pass().at(-1)).toMatch(/0209$/);
    far.free();
    expect(side.pass()).toEqual([]);
    hero.free();
    expect(side.pass()).toEqual([]);
    expect(side.takeTroubles()).toEqual([]);
  });

  test("goes on behind a getter that throws, which is reported once", () => {
    const side = new FakeSide(1, [2]);
    const broken = side.root.addChild(new Hero("B"));
    Object.defineProperty(broken, "hp", {
      get: () => {
        throw new Error("in a getter");
      },
    });
    side.pass();
    side.bring(2, "020101000000");
    const hero = createSource(side, [2], "H", 2);
    expect(hero.hp).toBe(5);
    expect(side.pass(2)).toHaveLength(2);
    expect(side.takeTroubles()).toEqual(["cannot be encoded: /root/B/Sync"]);
  });
});

test("in a game loop there is a pass at each poll, however much time goes by", () => {
  const side = new FakeSide(1, [], { autoPoll: false });
  const poll = (): string[] => {
    side.multiplayer.poll();
    return side.news();
  };
  side.connect(2);
  const hero = side.root.addChild(new Hero("H"));
  poll();
  side.bring(2, "020101000000");
  expect([poll(), poll(), poll()].map((lines) => lines.length)).toEqual([1, 1, 1]);
  expect(side.pass(10)).toEqual([]);
  hero.sync.replicationInterval = 1;
  poll();
  expect(poll()).toEqual([]);
  side.transport.clock.advance(1000);
  expect(poll()).toHaveLength(1);
});

describe("what has changed", () => {
  test("goes once to each, the first time all of it", () => {
    const side = new FakeSide(1, [2]);
    const hero = createSource(side, [2]);
    hero.sync.replicationConfig = onChange;
    const whole = (id: string): string => `: 16${id}03000000000000000a00000002050400000000000000`;
    expect(side.pass(3)).toEqual([`2${whole("01000080")}`]);
    hero.hp = 6;
    expect(side.pass(3)).toEqual(["2: 16010000800100000000000000020000000206"]);
    side.connect(3);
    side.pass();
    side.bring(3, "020101000000");
    const [line, ...rest] = side.pass(3);
    expect(line).toBe(`3${whole("01000080").replace("0205", "0206")}`);
    expect(rest).toEqual([]);
  });

  test("is looked for at each interval, but who is new does not wait", () => {
    const side = new FakeSide(1, [2]);
    const hero = createSource(side, [2]);
    hero.sync.deltaInterval = 1;
    hero.sync.replicationConfig = onChange;
    side.pass(2);
    hero.hp = 6;
    expect(side.pass(20)).toEqual([]);
    side.connect(3);
    side.pass();
    side.bring(3, "020101000000");
    expect(side.pass(2).map((line) => line[0])).toEqual(["3"]);
    hero.hp = 7;
    expect(side.pass(60).map((line) => line.slice(0, 2) + line.slice(-4))).toEqual(["2:0207", "3:0207"]);
  });

  test("is not lost when a queue is full, nor when the state was too large", () => {
    const side = new FakeSide(1, [2]);
    const hero = createSource(side, [2]);
    hero.sync.replicationConfig = onChange;
    side.pass();
    const { multicast } = side.transport;
    side.transport.multicast = () => {
      throw new LimitError("ERR_OUT_OF_MEMORY", "full");
    };
    hero.hp = 8;
    side.pass(3);
    side.transport.multicast = multicast;
    expect(side.takeTroubles()).toEqual(["not sent: /root/H/Sync"]);
    expect(side.pass()[0]).toMatch(/0208/);
    side.multiplayer.maxDeltaPacketSize = 128;
    hero.hp = 9;
    hero.nameTag = "x".repeat(200);
    side.pass(3);
    expect(side.takeTroubles()).toEqual(["too large: /root/H/Sync"]);
    hero.nameTag = "y";
    expect(side.pass()[0]).toMatch(/0209/);
  });

  test("is reported once also where states of the mode always go well", () => {
    const side = new FakeSide(1, [2]);
    const hero = createSource(side, [2]);
    side.multiplayer.maxDeltaPacketSize = 128;
    hero.nameTag = "x".repeat(200);
    hero.sync.replicationConfig = new SceneReplicationConfig()
      .addProperty("hp")
      .addProperty("name_tag", { mode: "on_change" });
    expect(side.pass(9)).toHaveLength(9);
    expect(side.takeTroubles()).toEqual(["too large: /root/H/Sync"]);
  });

  test("of 65 properties is reported, of 64 is sent", () => {
    const side = new FakeSide(1, [2]);
    const hero = createSource(side, [2]);
    const config = new SceneReplicationConfig();
    const fields: Record<string, number> = {};
    for (let i = 0; i < 65; i++) {
      fields[`v${i}`] = i;
      config.addProperty(`v${i}`, { mode: "on_change" });
    }
    Object.assign(hero, fields);
    hero.sync.replicationConfig = config;
    expect(side.pass(3)).toEqual([]);
    expect(side.takeTroubles()).toEqual(["too many properties: /root/H/Sync"]);
    config.removeProperty("v64");
    expect(side.pass()[0]).toMatch(/^2: 1601000080ffffffffffffffff80000000/);
  });

  test("is nothing to Godot 4.0, which does not know it", () => {
    const side = new FakeSide(1, [2], { version: "4.0" });
    const hero = side.root.addChild(new Hero("H"));
    side.pass();
    side.bring(2, `0201${Buffer.from("H/Sync\0").toString("hex")}`);
    hero.sync.replicationConfig = new SceneReplicationConfig()
      .addProperty("hp")
      .addProperty("name_tag", { mode: "on_change" });
    expect(side.pass().map((line) => line.slice(0, 5))).toEqual(["2: 06"]);
  });
});
