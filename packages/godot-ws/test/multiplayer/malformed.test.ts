// Each kind of malformed packet, from a client to our server, from a server to our client, and from another client through
// the relay: what is wrong is reported with its sender, nothing is answered, called or disturbed.

import { describe, expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import { defineRpc, rpcTableOf } from "../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { Int } from "../../src/variant/numbers.ts";
import { FakeTransport } from "./fake-transport.ts";

class Player extends Node {
  readonly calls: string[] = [];
  act(...args: unknown[]): void {
    this.calls.push(`${this.multiplayer.remoteSenderId}: ${args}`);
  }
  off(): void {
    this.act("off");
  }
  rule(): void {
    this.act("rule");
  }
  typed(count: number): void {
    this.act(count);
  }
}
// In the order of their numbers, 0 to 3.
defineRpc(Player, "act", { mode: "any_peer" });
defineRpc(Player, "off", { mode: "disabled" });
defineRpc(Player, "rule");
defineRpc(Player, "typed", { mode: "any_peer", args: [Int] });

const { checksum } = rpcTableOf(new Player("X"));
const hexOf = (text: string): string => Buffer.from(text).toString("hex");
const id = (peer: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(peer);
  return bytes.toString("hex");
};
const simplify = (number: number, path: string): string =>
  `01${hexOf(checksum)}00${id(number)}${hexOf(path)}00`;
const unknownPath = hexOf("Not/There");
const relayed = (source: number, inner: string): string => `0703${id(source)}${inner}`;

/** One side that others are connected to, with a node `P` that peer `first` has the number 1 for. */
function createSide(ownId: number, others: readonly number[], options = {}) {
  const multiplayer = new SceneMultiplayer(options);
  const { root } = new SceneTree({ multiplayer });
  const transport = new FakeTransport(ownId);
  const player = root.addChild(new Player("P"));
  // Nobody is the authority but one who is not there.
  player.setMultiplayerAuthority(99);
  multiplayer.multiplayerPeer = transport;
  const troubles: string[] = [];
  const seen = (peer: number, what: string): void => void troubles.push(`${peer}!${what}`);
  multiplayer.packetRejected.connect(seen);
  multiplayer.rpcRejected.connect((peer, { reason }) => seen(peer, reason));
  multiplayer.rpcFailed.connect((error) => seen(0, String(error)));
  multiplayer.versionSuspected.connect(seen);
  multiplayer.peerPacket.connect((peer, bytes) => seen(peer, `packet of ${bytes.length}`));
  const direct = ownId === 1 ? others : [1];
  for (const peer of direct) transport.bring(() => transport.peerConnected.emit(peer));
  if (ownId !== 1) for (const peer of others) if (peer !== 1) transport.bring([1, `0701${id(peer)}`]);
  return { multiplayer, transport, player, troubles, root };
}

/** How a packet comes, and whose it is. */
const ways = [
  { title: "from a client", ownId: 1, others: [2, 3, 4], sender: 2, wrap: (inner: string) => inner },
  { title: "from a server", ownId: 7, others: [1, 3], sender: 1, wrap: (inner: string) => inner },
  {
    title: "from a client by the relay",
    ownId: 7,
    others: [1, 3],
    sender: 3,
    wrap: (inner: string) => relayed(3, inner),
  },
] as const;

const from = (length: number, first: string): string => first.padEnd(2 * length, "0");

/** What is wrong, the packet, and what is reported of it. */
const rows: readonly (readonly [what: string, packet: string, fault: string])[] = [
  // REMOTE_CALL: the octets that its sizes ask for, less one.
  ["a call of the command alone", "00", "too short"],
  ["a call by u8 and u8 without count", from(3, "00"), "too short"],
  ["a call by u8 and u8, bare, without method", from(2, "80"), "too short"],
  ["a call by u8 and u16 without count", from(4, "40"), "too short"],
  ["a call by u16 and u8 without count", from(4, "10"), "too short"],
  ["a call by u16 and u16 without count", from(5, "50"), "too short"],
  ["a call by u32 and u8 without count", from(6, "20"), "too short"],
  ["a call by u32 and u8, bare, without method", from(5, "a0"), "too short"],
  ["a call by u32 and u16 without count", from(7, "60"), "too short"],
  ["a call with node size 3", from(12, "b0"), "malformed"],
  ["a call at a number that was not given", "800900", "unknown node id"],
  ["a call at number 0", "800000", "unknown node id"],
  ["a call of a method that is not there", "8001c8", "unknown method"],
  ["a call of a method number of two octets that is not there", "c0010080", "unknown method"],
  ["a call of a disabled method", "800101", "not allowed"],
  ["a call that only the authority may make", "800102", "not allowed"],
  ["a path that would begin behind the end", "a0ff00008000", "malformed"],
  ["a path that would begin at the end", `a00600008000`, "malformed"],
  ["a path that would begin in the head", `a00300008000${hexOf("P")}00`, "too short"],
  ["a path that is no UTF-8", `a00600008000ff00`, "malformed"],
  ["arguments that end too early", "00010002", "malformed arguments"],
  ["fewer arguments than said", "000100030205", "malformed arguments"],
  ["an argument of type 63", "000100013f000000", "malformed arguments"],
  ["an argument that is a whole object", "000100011800010000000000", "malformed arguments"],
  ["a string that is longer than the packet", "0001000104000000ffffff7f6161", "malformed arguments"],
  ["an array of 2^31 elements", "000100011c000000ffffff7f", "malformed arguments"],
  ["an argument of another type", "000103010400000001000000" + "61000000", "wrong argument type"],
  ["an argument too many", "00010302" + "02050205", "wrong number of arguments"],
  ["an argument too few", "800103", "wrong number of arguments"],
  // SIMPLIFY_PATH
  ["a SIMPLIFY_PATH of the command alone", "01", "too short"],
  ["a SIMPLIFY_PATH of 37 octets", from(37, "01"), "too short"],
  ["a SIMPLIFY_PATH of a number in use", simplify(1, "P"), "duplicate node id"],
  ["a SIMPLIFY_PATH whose path is no UTF-8", `01${hexOf(checksum)}00${id(5)}ff00`, "malformed"],
  // CONFIRM_PATH
  ["a CONFIRM_PATH of the command alone", "02", "malformed"],
  ["a CONFIRM_PATH of 5 octets", "0201010000", "malformed"],
  ["a CONFIRM_PATH of 7 octets", "02010100000000", "malformed"],
  ["a CONFIRM_PATH that nobody asked for", "020101000000", "not asked for"],
  ["a CONFIRM_PATH of number 0", "020100000000", "not asked for"],
  // RAW
  ["bytes without bytes", "03", "too short"],
  // Replication
  ["a SPAWN of 17 octets", from(17, "04"), "too short"],
  ["a DESPAWN of 4 octets", from(4, "05"), "too short"],
  ["a SYNC of 10 octets", from(10, "06"), "too short"],
  ["a delta of 10 octets", from(10, "16"), "too short"],
];

describe.each(ways)("$title:", ({ ownId, others, sender, wrap }) => {
  test.each(rows)("%s", (_, packet, fault) => {
    const { multiplayer, transport, player, troubles } = createSide(ownId, others);
    const carrier = ownId === 1 ? sender : 1;
    transport.bring([carrier, wrap(simplify(1, "P"))]);
    transport.news();

    transport.bring([carrier, wrap(packet)]);
    transport.clock.advance(60_000);
    expect(troubles).toEqual([`${sender}!${fault}`]);
    expect([player.calls, transport.news(), multiplayer.remoteSenderId]).toEqual([[], [], 0]);
    expect(multiplayer.peers).toEqual(others);

    // What is well comes through as before, of the same peer and of another.
    transport.bring([carrier, wrap("000100010205")]);
    expect(player.calls).toEqual([`${sender}: 5`]);
    const other = ownId === 1 ? 3 : sender === 1 ? 3 : 1;
    const call = `a00600008000${hexOf("P")}00`;
    transport.bring([ownId === 1 ? 3 : 1, other === 3 && ownId !== 1 ? relayed(3, call) : call]);
    expect(player.calls).toEqual([`${sender}: 5`, `${other}: `]);
  });

  test.each([
    ["a SIMPLIFY_PATH of a node that is not there", `01${hexOf(checksum)}00${id(5)}${unknownPath}00`, []],
    ["a call at a path that is not there", `a00600008000${unknownPath}00`, ["node not found"]],
  ])("%s is not answered", (_, packet, faults) => {
    const { transport, player, troubles } = createSide(ownId, others);
    transport.bring([ownId === 1 ? sender : 1, wrap(packet)]);
    transport.clock.advance(60_000);
    expect([transport.news().filter((sent) => !sent.includes(": 0701")), player.calls]).toEqual([[], []]);
    expect(troubles).toEqual(faults.map((fault) => `${sender}!${fault}`));
  });
});

describe("system packets", () => {
  test.each([
    ["no octet at all", "", "too short"],
    ["the command alone", "07", "too short"],
    ["AUTH with data after admission", "070001", "not allowed"],
    ["ADD_PEER of 5 octets", "0701050000", "too short"],
    ["ADD_PEER of a client", `0701${id(9)}`, "not allowed"],
    ["DEL_PEER of a client", `0702${id(3)}`, "not allowed"],
    ["RELAY of 5 octets", "0703030000", "too short"],
    ["RELAY without content", relayed(3, ""), "too short"],
    ["RELAY to nobody", relayed(77, "03aa"), "unknown relay target"],
    ["RELAY to the server", relayed(1, "03aa"), "unknown relay target"],
    ["a sub-command that is not there", `0704${id(3)}`, "unknown command"],
  ])("at a server: %s", (_, packet, fault) => {
    const { multiplayer, transport, troubles } = createSide(1, [2, 3, 4]);
    transport.news();
    transport.bring([2, packet]);
    expect([troubles, transport.news(), multiplayer.peers]).toEqual([[`2!${fault}`], [], [2, 3, 4]]);
  });

  test.each([
    ["ADD_PEER of ourselves", `0701${id(7)}`, "not allowed"],
    ["ADD_PEER of the server", `0701${id(1)}`, "not allowed"],
    ["ADD_PEER of 0", `0701${id(0)}`, "not allowed"],
    ["ADD_PEER of a negative id", `0701${id(-5)}`, "not allowed"],
    ["DEL_PEER of the server", `0702${id(1)}`, "not allowed"],
    ["DEL_PEER of ourselves", `0702${id(7)}`, "not allowed"],
    ["RELAY from ourselves", relayed(7, "03aa"), "not allowed"],
    ["RELAY from 0", relayed(0, "03aa"), "not allowed"],
    ["RELAY from a negative id", relayed(-3, "03aa"), "not allowed"],
    ["RELAY without content", relayed(3, ""), "too short"],
    ["a sub-command that is not there", `0709${id(3)}`, "unknown command"],
  ])("at a client: %s", (_, packet, fault) => {
    const { multiplayer, transport, troubles } = createSide(7, [1, 3]);
    transport.bring([1, packet]);
    expect([troubles, transport.news(), multiplayer.peers]).toEqual([[`1!${fault}`], [], [1, 3]]);
  });

  test("bring no calls of peers that were not announced, or are gone", () => {
    const { transport, player, troubles, multiplayer } = createSide(7, [1, 3]);
    for (const inner of ["020101000000", simplify(1, "P"), "000100010205"])
      transport.bring([1, relayed(55, inner)]);
    transport.bring([1, relayed(3, simplify(1, "P"))], [1, `0702${id(3)}`], [1, relayed(3, "000100010205")]);
    expect(troubles).toEqual([...Array(3).fill("55!unknown sender"), "3!unknown sender"]);
    expect([player.calls, multiplayer.peers]).toEqual([[], [1]]);
  });

  test("announce no more peers than memory has room for", () => {
    const { transport, troubles, multiplayer } = createSide(7, [1, 3]);
    for (let peer = 10; peer < 10 + 65_540; peer++) transport.bring([1, `0701${id(peer)}`]);
    expect(multiplayer.peers).toHaveLength(65_536);
    expect(troubles).toEqual(Array(6).fill("1!too many peers"));
  });

  test("inside of RELAY are refused where they arrive", () => {
    const server = createSide(1, [2, 3]);
    server.transport.news();
    server.transport.bring([2, relayed(0, `0701${id(9)}`)]);
    expect(server.transport.news()).toEqual([`3: ${relayed(2, `0701${id(9)}`)}`]);
    expect(server.troubles).toEqual(["2!nested system packet"]);
    const client = createSide(7, [1, 3]);
    client.transport.bring([1, relayed(3, relayed(1, "03aa"))]);
    expect([client.troubles, client.multiplayer.peers]).toEqual([["3!nested system packet"], [1, 3]]);
  });

  test("of any kind are refused where relay is off", () => {
    const { multiplayer, transport, troubles } = createSide(1, [2, 3], { serverRelay: false });
    for (const packet of [`0701${id(9)}`, `0702${id(3)}`, relayed(3, "03aa")]) transport.bring([2, packet]);
    expect(troubles).toEqual(Array(3).fill("2!relay is off"));
    expect([transport.news(), multiplayer.peers]).toEqual([[], [2, 3]]);
  });
});

test("packets of somebody unknown, and of one who is being authenticated, do nothing", () => {
  const { multiplayer, transport, player, troubles } = createSide(1, [2]);
  multiplayer.authCallback = () => {};
  transport.bring(() => transport.peerConnected.emit(5));
  transport.news();
  const call = `a00600008000${hexOf("P")}00`;
  for (const packet of [call, "03aa", `0701${id(9)}`, simplify(1, "P")]) {
    transport.bring([77, packet], [5, packet]);
  }
  expect(troubles.filter((trouble) => trouble !== "77!unknown sender")).toEqual(
    Array(4).fill("5!not authenticated"),
  );
  expect(troubles).toHaveLength(8);
  expect([player.calls, transport.news(), multiplayer.peers]).toEqual([[], [], [2]]);
});

describe("a flood", () => {
  test("of numbers for nodes ends at the limit of the peer, the others' go on", () => {
    const { transport, troubles } = createSide(1, [2, 3], { maxNodeIds: 50 });
    for (let number = 1; number <= 80; number++) transport.bring([2, simplify(number, "P")]);
    expect(troubles).toEqual(Array(30).fill("2!too many node ids"));
    transport.news();
    transport.bring([3, simplify(1, "P")]);
    expect([transport.news(), troubles.length]).toEqual([["3: 020101000000"], 30]);
  });

  test("of numbers for nodes that are not there ends earlier", () => {
    const { transport, troubles } = createSide(1, [2, 3]);
    for (let number = 1; number <= 1030; number++) transport.bring([2, simplify(number, `Not/${number}`)]);
    expect(troubles).toEqual(Array(6).fill("2!too many node ids"));
  });

  test("of long paths ends before they take much memory", () => {
    const { transport, troubles } = createSide(1, [2, 3], { maxNodeIds: 1000 });
    for (let number = 1; number <= 40; number++) {
      transport.bring([2, simplify(number, `${"./".repeat(2000)}P`)]);
    }
    // 64 characters for each number that may be given out.
    expect(troubles).toEqual(Array(40 - Math.floor(64_000 / 4001)).fill("2!too many node ids"));
    transport.bring([2, simplify(41, `${"./".repeat(3000)}P`)]);
    expect(troubles.at(-1)).toBe("2!malformed");
  });

  test("of calls for a node that is not there ends at the limits, and all are reported once", () => {
    const { transport, troubles } = createSide(1, [2, 3], { maxHeldCalls: 10, maxHeldBytes: 1000 });
    const call = (path: string): string => `a00600008000${hexOf(path)}00`;
    for (let i = 0; i < 15; i++) transport.bring([2, call("Not")]);
    expect(troubles).toHaveLength(5);
    for (let i = 0; i < 3; i++) transport.bring([3, call("N".repeat(400))]);
    expect(troubles).toHaveLength(6);
    transport.clock.advance(60_000);
    const counts = [2, 3].map((peer) => troubles.filter((text) => text === `${peer}!node not found`).length);
    expect(counts).toEqual([15, 3]);
    for (let i = 0; i < 5; i++) transport.bring([2, call("Not")]);
    expect(troubles).toHaveLength(18);
  });
});
