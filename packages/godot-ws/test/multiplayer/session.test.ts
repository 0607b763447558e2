import { describe, expect, test } from "vitest";
import { LimitError } from "../../src/errors.ts";
import type { RpcMethod } from "../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { Session } from "../../src/multiplayer/session.ts";
import { MultiplayerPeer } from "../../src/peer/multiplayer-peer.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";
import { FakeTransport } from "./fake-transport.ts";

const packet = Uint8Array.of(3, 0xaa);

const newSession = (serverRelay = true): Session => new Session(new SceneMultiplayer({ serverRelay }), {});

function createSender(id: number, peers: number[], relays = true) {
  const transport = new FakeTransport(id);
  const sender = newSession(relays);
  sender.transport = transport;
  for (const peer of peers) sender.peers.add(peer);
  return { transport, sender };
}

describe("a server", () => {
  test("sends to one, to all, to all but one, and to a list", () => {
    const { transport, sender } = createSender(1, [2, 3, 4]);
    for (const target of [3, 0, -3]) sender.sendTo(target, packet);
    expect(transport.news()).toEqual(["3: 03aa", "2: 03aa", "3: 03aa", "4: 03aa", "2: 03aa", "4: 03aa"]);
    sender.send(packet, [4, 2]);
    expect(transport.news()).toEqual(["4: 03aa", "2: 03aa"]);
    expect(usageErrorOf(() => sender.sendTo(9, packet))).toBe("ERR_INVALID_PARAMETER");
  });
});

describe("a client", () => {
  test("sends to the server straight, and to others through it, one by one where they are named", () => {
    const { transport, sender } = createSender(5, [1, 2, 3]);
    for (const target of [1, 2, 0]) sender.sendTo(target, packet);
    expect(transport.news()).toEqual(["1: 03aa", "1: 07030200000003aa", "1: 07030000000003aa"]);
    sender.send(packet, [1, 2, 3]);
    expect(transport.news()).toEqual(["1: 03aa", "1: 07030200000003aa", "1: 07030300000003aa"]);
  });

  test("does not wrap anything where nothing is relayed", () => {
    const { transport, sender } = createSender(5, [1], false);
    sender.sendTo(0, packet);
    sender.send(packet, [1]);
    expect(transport.news()).toEqual(["1: 03aa", "1: 03aa"]);
  });
});

test("says how a call is to travel, and takes it back", () => {
  const { transport, sender } = createSender(5, [1]);
  const method = { transferMode: "unreliable", channel: 4 } as RpcMethod;
  sender.send(packet, [1], method);
  expect([transport.transferMode, transport.transferChannel]).toEqual([0, 4]);
  sender.send(packet, [1]);
  expect([transport.transferMode, transport.transferChannel]).toEqual([2, 0]);
  sender.sendTo(1, packet, 1, 7);
  expect([transport.transferMode, transport.transferChannel]).toEqual([1, 7]);
  sender.sendDirectly(packet, 1);
  expect([transport.transferMode, transport.transferChannel]).toEqual([2, 0]);
});

test("a peer of the transport need not be admitted", () => {
  const { transport, sender } = createSender(1, []);
  sender.sendDirectly(packet, 7);
  expect(transport.news()).toEqual(["7: 03aa"]);
});

test("only an answer fails in silence, and only for what a queue says", () => {
  const { transport, sender } = createSender(5, [1]);
  let error: Error = new LimitError("ERR_OUT_OF_MEMORY", "full");
  transport.putPacket = () => {
    throw error;
  };
  expect(() => sender.send(packet, [1])).toThrow(error);
  expect(() => sender.answer(packet, 1)).not.toThrow();
  error = new Error("bug");
  expect(() => sender.answer(packet, 1)).toThrow("bug");
});

test("without a connection nothing is sent", () => {
  const sender = newSession();
  sender.send(packet, [1]);
  expect(usageErrorOf(() => sender.sendTo(1, packet))).toBe("ERR_UNCONFIGURED");
  const { transport, sender: other } = createSender(1, [2]);
  transport.connectionStatus = MultiplayerPeer.ConnectionStatus.CONNECTING;
  expect(usageErrorOf(() => other.sendDirectly(packet, 2))).toBe("ERR_UNCONFIGURED");
});

test("is of the version that was set, but for peers of which another is known", () => {
  const session = new Session(new SceneMultiplayer(), { version: "4.2" });
  expect([session.versionOf(2), session.commonVersion()]).toEqual(["4.2", "4.2"]);
  session.versions.set(2, "4.5");
  expect([session.versionOf(2), session.versionOf(3), session.commonVersion()]).toEqual([
    "4.5",
    "4.2",
    undefined,
  ]);
  expect(session.dialectOf(2).confirmsByPath).toBe(false);
  session.forgetPeer(2);
  expect(session.versionOf(2)).toBe("4.2");
});

test("extended, it stays one session, and what is added goes before what it has", () => {
  const session = newSession();
  const log: string[] = [];
  const extended = session.extend({
    rejected: (peer: number, fault: string) => log.push(`${peer}!${fault}`),
  });
  expect([extended.now(), extended.ownId()]).toEqual([0, undefined]);
  session.transport = new FakeTransport(5);
  session.peers.add(1);
  expect([extended.ownId(), [...extended.peers]]).toEqual([5, [1]]);
  extended.rejected(1, "malformed");
  session.rejected(1, "malformed");
  expect(log).toEqual(["1!malformed"]);
});
