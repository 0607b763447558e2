import { describe, expect, test } from "vitest";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { SceneReplicationConfig } from "../../src/multiplayer/replication-config.ts";
import { stampBehind } from "../../src/multiplayer/sync-receiver.ts";
import { Int } from "../../src/variant/numbers.ts";
import { uncaughtDuring } from "../peer/memory-peers.ts";
import { FakeSide, Hero } from "./replicated.ts";

/** A client with a hero that the server has told of by the number 1, and what its signals said. */
function createTarget(config = new SceneReplicationConfig().addProperty("hp", { type: Int })) {
  const side = new FakeSide(2, [1]);
  const hero = side.root.addChild(new Hero("H"));
  hero.sync.replicationConfig = config;
  const log: string[] = [];
  hero.sync.synchronized.connect(() => log.push(`sync ${hero.hp}`));
  hero.sync.deltaSynchronized.connect(() => log.push(`delta ${hero.hp} ${hero.nameTag}`));
  side.tell(1, 1, "H/Sync");
  const news = (): string[] => log.splice(0);
  return { side, hero, news };
}

const state = (stamp: string, value: string, id = "01000080"): string => `06${stamp}${id}02000000${value}`;
const onChange = new SceneReplicationConfig()
  .addProperty("hp", { mode: "on_change" })
  .addProperty("name_tag", { mode: "on_change" });

describe("a state", () => {
  test("is taken over when it is newer, around the end of the 16 bits too", () => {
    const { side, hero, news } = createTarget();
    for (const [stamp, value, taken] of [
      ["feff", "0201", true],
      ["feff", "0202", false],
      ["fdff", "0202", false],
      ["ffff", "0203", true],
      ["0100", "0204", true],
      // From before the stamps came round: Godot would take it.
      ["f0ff", "0205", false],
      ["0000", "0206", false],
      ["0200", "0207", true],
    ] as const) {
      side.bring(1, state(stamp, value));
      expect(news().length, stamp).toBe(taken ? 1 : 0);
    }
    expect([hero.hp, hero.sync.stamp]).toEqual([7, 0x1_0000 + 0x1_0002]);
    expect(side.takeTroubles()).toEqual([]);
  });

  test("is taken over whatever its stamp, behind a long silence", () => {
    const { side, news } = createTarget();
    side.bring(1, state("0900", "0201"));
    side.transport.clock.advance(10_001);
    side.bring(1, state("0800", "0202"));
    expect(news()).toEqual(["sync 1", "sync 2"]);
  });

  test("is nobody's but the authority's", () => {
    const { side, hero, news } = createTarget();
    side.bring(1, "070103000000");
    side.tell(1, 9, "H");
    hero.sync.setMultiplayerAuthority(3);
    side.bring(1, state("0100", "0201"));
    expect([news(), side.takeTroubles()]).toEqual([[], ["1!not allowed: /root/H/Sync"]]);
  });

  test("of what is not known is skipped without a word, and others go on behind it", () => {
    const { side, hero } = createTarget();
    side.bring(1, "060100 07000000 02000000 0209 09000080 02000000 0209 01000080 02000000 0203");
    expect([hero.hp, side.takeTroubles()]).toEqual([3, []]);
  });

  test("may be longer than it has to be, but not shorter, nor of the wrong type", () => {
    const { side, hero, news } = createTarget();
    side.bring(1, "060100 01000080 04000000 02030000");
    expect(news()).toEqual(["sync 3"]);
    side.bring(1, "060200 01000080 01000000 02 00");
    side.bring(1, "060300 01000080 ff000000 0204");
    side.bring(1, `${state("0400", "81ff").replace("02000000", "0c000000")}${"00".repeat(10)}`);
    expect(hero.hp).toBe(1);
    side.bring(1, "060500 01000080 04000000 00000000");
    expect(side.takeTroubles()).toEqual([
      "1!malformed state: /root/H/Sync",
      "1!malformed: undefined",
      "1!wrong property: /root/H/Sync",
    ]);
  });

  test("that cannot be set is refused, and what throws in a setter surfaces", async () => {
    const { side, hero } = createTarget(new SceneReplicationConfig().addProperty("strict"));
    side.bring(1, state("0100", "0201"));
    Object.defineProperty(hero, "strict", {
      set: () => {
        throw new Error("in a setter");
      },
    });
    const uncaught = await uncaughtDuring(() => side.bring(1, state("0200", "0202")));
    expect(uncaught.map(String)).toEqual(["Error: in a setter"]);
    expect(side.takeTroubles()).toEqual(["1!wrong property: /root/H/Sync"]);
    hero.sync.replicationConfig = new SceneReplicationConfig().addProperty("Gone:x");
    side.bring(1, state("0300", "0202"));
    hero.sync.rootPath = "../Gone";
    side.bring(1, state("0400", "0202"));
    expect(side.takeTroubles()).toEqual(["1!wrong property: /root/H/Sync", "1!wrong property: /root/H/Sync"]);
  });

  test("for a node that is no synchronizer is nothing", () => {
    const { side } = createTarget();
    side.tell(1, 2, "H");
    side.bring(1, state("0100", "0201", "02000080"));
    expect(side.takeTroubles()).toEqual([]);
  });
});

describe("what has changed", () => {
  const delta = (mask: string, value: string, id = "01000080"): string =>
    `16${id}${mask.padEnd(16, "0")}${(value.length / 2).toString(16).padStart(2, "0")}000000${value}`;

  test("is what the mask says", () => {
    const { side, news } = createTarget(onChange);
    side.bring(1, delta("01", "0206"));
    side.bring(1, delta("02", "040000000100000061000000"));
    side.bring(1, delta("03", "0207040000000100000062000000"));
    expect(news()).toEqual(["delta 6 ", "delta 6 a", "delta 7 b"]);
  });

  test("has to fit, in number and in length", () => {
    const { side, hero, news } = createTarget(onChange);
    side.bring(1, delta("00", "0206"), delta("04", "0206"), delta("0000000000000080", "0206"));
    side.bring(1, delta("01", "020600"), delta("03", "0206"), delta("01", "0206", "05000080"));
    side.bring(1, delta("01", "0206", "05000000"));
    expect(side.takeTroubles()).toEqual([
      "1!malformed state: /root/H/Sync",
      "1!malformed state: /root/H/Sync",
      "1!malformed state: /root/H/Sync",
      "1!malformed state: /root/H/Sync",
      "1!malformed state: /root/H/Sync",
      "1!unknown net id: undefined",
      "1!unknown net id: undefined",
    ]);
    expect([hero.hp, news()]).toEqual([5, []]);
  });

  test("is told of 16 times for one packet, however much of it is wrong", () => {
    const { side, hero } = createTarget(onChange);
    const unknown = "09000000 0100000000000000 02000000 0209";
    const known = "01000080 0100000000000000 02000000 0209";
    side.bring(1, `16 ${unknown.repeat(100)} ${known}`);
    expect([side.takeTroubles().length, hero.hp]).toEqual([16, 9]);
    side.bring(1, `16 ${unknown}`);
    expect(side.takeTroubles().length).toBe(1);
  });

  test("reaches the 64th property, and no further", () => {
    const config = new SceneReplicationConfig();
    for (let i = 0; i < 66; i++) config.addProperty(`v${i}`, { mode: "on_change" });
    const { side, hero } = createTarget(config);
    side.bring(1, delta("0000000000000080", "0207"));
    expect(hero).toMatchObject({ v63: 7 });
    expect(side.takeTroubles()).toEqual([]);
  });
});

test("a synchronizer that comes anew begins anew", () => {
  const { side, hero, news } = createTarget();
  side.bring(1, state("0900", "0201"));
  hero.sync.free();
  const sync = new MultiplayerSynchronizer("Sync");
  sync.replicationConfig = new SceneReplicationConfig().addProperty("hp");
  hero.addChild(sync);
  side.bring(1, state("0300", "0202"));
  expect([hero.hp, sync.stamp, news()]).toEqual([2, 0x1_0003, ["sync 1"]]);
});

test("stamps lie on a line, by the shorter way around", () => {
  expect(stampBehind(0, 5, false)).toBe(0x1_0005);
  expect(stampBehind(0x1_0005, 5, false)).toBeUndefined();
  expect(stampBehind(0x1_0005, 4, false)).toBeUndefined();
  expect(stampBehind(0x1_fff0, 3, false)).toBe(0x2_0003);
  expect(stampBehind(0x2_0003, 0xfff0, false)).toBeUndefined();
  expect(stampBehind(0x1_0000, 0x7fff, false)).toBe(0x1_7fff);
  expect(stampBehind(0x1_0000, 0x8000, false)).toBeUndefined();
  expect(stampBehind(0x1_0005, 4, true)).toBe(0x2_0004);
  expect(stampBehind(0x1_0005, 5, true)).toBe(0x2_0005);
});
