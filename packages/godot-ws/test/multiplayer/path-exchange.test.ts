// SIMPLIFY_PATH and CONFIRM_PATH, written by hand, at a SceneMultiplayer with a scene.

import { describe, expect, test } from "vitest";
import { md5Hex } from "../../src/multiplayer/md5.ts";
import type { SceneMultiplayerOptions } from "../../src/multiplayer/multiplayer-options.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { encodeSimplify } from "../../src/multiplayer/path-packets.ts";
import { defineRpc, rpcTableOf } from "../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { FakeTransport } from "./fake-transport.ts";

class Player extends Node {
  readonly hits: unknown[] = [];
  hit(by: unknown): void {
    this.hits.push([this.multiplayer.remoteSenderId, by]);
  }
  rollDice(): void {}
}
defineRpc(Player, "hit", { mode: "any_peer" });
defineRpc(Player, "rollDice", { mode: "any_peer" });

const { checksum } = rpcTableOf(new Player("X"));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const simplify = (id: number, path: string, digits = checksum): string =>
  hex(encodeSimplify({ checksum: digits, id, path }));

/** A server with a scene and the peers 2 and 3, and everything it complains about. */
function createServer(options: SceneMultiplayerOptions = {}) {
  const multiplayer = new SceneMultiplayer(options);
  const tree = new SceneTree({ multiplayer });
  const transport = new FakeTransport(1);
  const log: string[] = [];
  multiplayer.packetRejected.connect((id, fault) => log.push(`${id}!${fault}`));
  multiplayer.rpcRejected.connect((id, { reason, path }) => log.push(`${id}!${reason} ${path}`));
  multiplayer.checksumMismatched.connect((id, mismatch) =>
    log.push(`${id}# ${mismatch.path}: ${mismatch.explanation} (${mismatch.ours})`),
  );
  multiplayer.versionSuspected.connect((id, message) => log.push(`${id}? ${message}`));
  multiplayer.multiplayerPeer = transport;
  for (const id of [2, 3]) transport.bring(() => transport.peerConnected.emit(id));
  transport.news();
  return { multiplayer, tree, root: tree.root, transport, log };
}

describe("a SIMPLIFY_PATH", () => {
  test("is confirmed, and its number means the node from then on", () => {
    const { root, transport, log } = createServer();
    const player = root.addChild(new Player("Player"));
    transport.bring([2, simplify(0xfffffff0, "Player")], [3, simplify(1, "Player")]);
    expect(transport.news()).toEqual(["2: 0201f0ffffff", "3: 020101000000"]);
    // No number beyond 31 bits fits a call; the small one does.
    transport.bring([3, "000100010205"]);
    expect([player.hits, log]).toEqual([[[3, 5]], []]);
  });

  test("of the root is a dot, of what is outside of it nothing", () => {
    const { multiplayer, tree, root, transport, log } = createServer();
    const main = root.addChild(new Player("Main"));
    root.addChild(new Player("Outside"));
    multiplayer.attachTree(tree, "/root/Main");
    transport.bring([2, simplify(1, ".")], [2, "000100010205"], [2, simplify(2, "../Outside")]);
    expect([transport.news(), main.hits]).toEqual([["2: 020101000000", "2: 020102000000"], [[2, 5]]]);
    expect(log).toEqual([]);
  });

  test("with another checksum is confirmed as such, explained, and calls go on", () => {
    const { root, transport, log } = createServer({ knownMethods: ["heal", "jump"] });
    const player = root.addChild(new Player("Player"));
    transport.bring([2, simplify(1, "Player", md5Hex("healhitroll_dice"))], [2, "000100010205"]);
    transport.bring(
      [3, simplify(1, "Player", md5Hex("hit"))],
      [3, simplify(2, "Player", md5Hex("hitrollDice"))],
    );
    transport.bring([3, simplify(3, "Player", md5Hex("x"))]);
    expect(transport.news()).toEqual([
      "2: 020001000000",
      "3: 020001000000",
      "3: 020002000000",
      "3: 020003000000",
    ]);
    expect(log.map((entry) => entry.replace(" (hit,roll_dice)", ""))).toEqual([
      "2# Player: we lack heal",
      "3# Player: the peer lacks roll_dice",
      "3# Player: we lack rollDice, the peer lacks roll_dice",
      "3# Player: the RPCs differ; tell knownMethods what the game was built with to learn which",
    ]);
    expect(player.hits).toEqual([[2, 5]]);
  });

  test("is explained so often for one peer, then only reported", () => {
    const { root, transport, log } = createServer();
    root.addChild(new Player("Player"));
    for (let id = 1; id <= 18; id++) transport.bring([2, simplify(id, "Player", md5Hex("hit"))]);
    expect(log.filter((entry) => entry.includes("the peer lacks"))).toHaveLength(16);
    expect(log).toHaveLength(18);
  });

  test("for a node that is not there yet is confirmed when it is", () => {
    const { root, transport, log } = createServer();
    transport.bring([2, simplify(1, "Main/Player")], [3, simplify(8, "Main/Player")]);
    expect(transport.news()).toEqual([]);
    const main = new Node("Main");
    main.addChild(new Player("Player"));
    root.addChild(main);
    expect(transport.news()).toEqual([]);
    transport.clock.runTurns();
    expect([transport.news(), log]).toEqual([["2: 020101000000", "3: 020108000000"], []]);
    main.free();
    root.addChild(main);
    transport.clock.runTurns();
    expect(transport.news()).toEqual([]);
  });

  test.each([
    ["of 37 octets", simplify(1, "").slice(0, 74), "too short"],
    ["of one octet", "01", "too short"],
    ["whose path is no UTF-8", `${simplify(1, "").slice(0, 76)}ff00`, "malformed"],
    ["whose path is without measure", simplify(1, "x".repeat(4097)), "malformed"],
  ])("%s is refused", (_, packet, fault) => {
    const { transport, log } = createServer();
    transport.bring([2, packet]);
    expect([log, transport.news()]).toEqual([[`2!${fault}`], []]);
  });

  test("with a number that is taken is refused, and the first stays", () => {
    const { root, transport, log } = createServer();
    const [a, b] = ["A", "B"].map((name) => root.addChild(new Player(name))) as [Player, Player];
    transport.bring([2, simplify(1, "A")], [2, simplify(1, "B")], [2, "000100010205"]);
    expect([log, a.hits, b.hits]).toEqual([["2!duplicate node id"], [[2, 5]], []]);
  });

  test("beyond so many is refused", () => {
    const { root, transport, log } = createServer({ maxNodeIds: 2 });
    root.addChild(new Player("A"));
    for (const id of [1, 2, 3]) transport.bring([2, simplify(id, "A")]);
    expect(log).toEqual(["2!too many node ids"]);
  });

  test("of who left is forgotten", () => {
    const { root, transport, log } = createServer();
    root.addChild(new Player("A"));
    transport.bring([2, simplify(1, "A")]);
    transport.bring(() => transport.peerDisconnected.emit(2));
    transport.bring(() => transport.peerConnected.emit(2), [2, "800100"], [2, simplify(1, "A")]);
    expect(log).toEqual(["2!unknown node id undefined"]);
  });
});

describe("a CONFIRM_PATH", () => {
  test("makes later calls short, for who has sent it", () => {
    const { root, transport, log } = createServer();
    const player = root.addChild(new Player("P"));
    const first = "a006000080015000";
    player.rpc.rollDice();
    expect(transport.news()).toEqual([
      `2: ${simplify(1, "P")}`,
      `3: ${simplify(1, "P")}`,
      `2: ${first}`,
      `3: ${first}`,
    ]);
    transport.bring([2, "020101000000"]);
    player.rpc.rollDice();
    expect(transport.news()).toEqual(["2: a00100000001", `3: ${first}`]);
    player.rpcId(2).rollDice();
    transport.bring([3, "020101000000"]);
    player.rpc.rollDice();
    expect(transport.news()).toEqual(["2: 800101", "2: 800101", "3: 800101"]);
    expect(log).toEqual([]);
  });

  test("that says no is reported, and taken all the same", () => {
    const { root, transport, log } = createServer();
    const player = root.addChild(new Player("P"));
    player.rpcId(2).rollDice();
    transport.news();
    transport.bring([2, "020001000000"]);
    player.rpcId(2).rollDice();
    expect(transport.news()).toEqual(["2: 800101"]);
    expect(log).toEqual(["2# P: the peer has other RPCs than we have (hit,roll_dice)"]);
  });

  test("of who was not asked, or of another length, is refused", () => {
    const { root, transport, log } = createServer();
    root.addChild(new Player("P"));
    transport.bring([2, "020101000000"], [2, "0201010000"], [2, "02"]);
    expect(log).toEqual(["2!not asked for", "2!malformed", "2!malformed"]);
  });

  test("for a node that has left meanwhile is nothing", () => {
    const { root, transport, log } = createServer();
    const player = root.addChild(new Player("P"));
    player.rpcId(2).rollDice();
    player.free();
    transport.bring([2, "020101000000"]);
    expect(log).toEqual([]);
  });
});

describe("versions", () => {
  const confirmOf42 = "02015000";

  test("before 4.3 confirm by path", () => {
    const { root, transport, log } = createServer({ version: "4.2" });
    const player = root.addChild(new Player("P"));
    transport.bring([2, simplify(9, "P")]);
    player.rpcId(2).rollDice();
    expect(transport.news()[0]).toBe(`2: ${confirmOf42}`);
    transport.bring([2, confirmOf42]);
    player.rpcId(2).rollDice();
    expect([transport.news(), log]).toEqual([["2: 800101"], []]);
  });

  test("may be several in one session", () => {
    const { multiplayer, root, transport, log } = createServer();
    multiplayer.setPeerVersion(3, "4.1");
    const player = root.addChild(new Player("P"));
    transport.bring([2, simplify(1, "P")], [3, simplify(1, "P")]);
    expect(transport.news()).toEqual(["2: 020101000000", `3: ${confirmOf42}`]);
    player.rpc.rollDice();
    transport.bring([2, "020101000000"], [3, confirmOf42]);
    transport.news();
    player.rpc.rollDice();
    expect([transport.news(), log]).toEqual([["2: 800101", "3: 800101"], []]);
    transport.bring(
      () => transport.peerDisconnected.emit(3),
      () => transport.peerConnected.emit(3),
    );
    transport.news();
    transport.bring([3, simplify(1, "P")]);
    expect(transport.news()).toEqual(["3: 020101000000"]);
  });

  test("that betray themselves are named", () => {
    const { root, transport, log } = createServer();
    const player = root.addChild(new Player("P"));
    player.rpcId(2).rollDice();
    transport.bring([2, confirmOf42]);
    const old = createServer({ version: "4.0" });
    old.root.addChild(new Player("P")).rpcId(3).rollDice();
    old.transport.bring([3, "020101000000"]);
    expect([...log, ...old.log]).toEqual([
      "2? it confirms paths as Godot 4.0 to 4.2 does, and the session is set to 4.6",
      "2!malformed",
      "3? it confirms paths as Godot 4.3 or later does, and the session is set to 4.0",
      "3!not asked for",
    ]);
  });
});
