import { describe, expect, test } from "vitest";
import { LimitError } from "../../src/errors.ts";
import { OwnedPeer, type PeerOwner } from "../../src/peer/owned-peer.ts";
import type { WebSocketPeerOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { createMemoryPair } from "../../src/transport/memory.ts";
import { createVirtualEnvironment } from "../simulation/virtual-environment.ts";

function setUp(extra: Partial<PeerOwner> = {}, options: WebSocketPeerOptions = {}) {
  const { clock, environment } = createVirtualEnvironment();
  const log: unknown[][] = [];
  const owner: PeerOwner = {
    onOpened: () => log.push(["opened"]),
    takesPackets: () => true,
    onPacket: (_, packet) => log.push(["packet", packet.text]),
    onCloseRequest: (_, code, reason) => log.push(["close request", code, reason]),
    onClosed: (_, wasClean) => log.push(["closed", wasClean]),
    ...extra,
  };
  const peer = new OwnedPeer(owner, { environment, outboundBufferSize: 64, autoPoll: false, ...options });
  const far = new WebSocketPeer({ environment });
  const connect = () => {
    const [near, other] = createMemoryPair(clock);
    far.acceptStream(other);
    void peer.connectToUrl("ws://example.com/", { stream: near });
    clock.runTurns();
    peer.poll();
    expect(log.splice(0)).toEqual([["opened"]]);
  };
  connect();
  return { clock, log, peer, far, connect };
}

describe("OwnedPeer", () => {
  test("tells everything in order, in one poll", () => {
    const { clock, log, peer, far } = setUp();
    far.sendText("1");
    far.sendText("2");
    far.close(4000, "done");
    clock.runTurns();
    expect(log).toEqual([]);
    peer.poll();
    expect(log).toEqual([
      ["packet", "1"],
      ["packet", "2"],
      ["close request", 4000, "done"],
      ["closed", true],
    ]);
  });

  test("polled by its owner while it tells, it neither nests nor forgets", () => {
    const { clock, log, peer, far } = setUp({
      onPacket: (from, packet) => {
        from.poll();
        log.push(["packet", packet.text]);
        from.close(-1);
        from.poll();
      },
    });
    far.sendText("1");
    far.sendText("2");
    clock.runTurns();
    peer.poll();
    expect(log).toEqual([
      ["packet", "1"],
      ["packet", "2"],
      ["closed", false],
    ]);
  });

  test("leaves packets where they are while the owner takes none", () => {
    const { clock, log, peer, far } = setUp({ takesPackets: () => false });
    far.sendText("1");
    far.close();
    clock.runTurns();
    peer.poll();
    expect(log.at(-1)).toEqual(["closed", true]);
    expect(peer.nextPacket()?.text).toBe("1");
  });

  test("knows for each connection anew who closed first", () => {
    const { clock, log, peer, far, connect } = setUp();
    peer.close();
    clock.runTurns();
    peer.poll();
    expect(log.splice(0)).toEqual([["closed", true]]);
    for (const code of [4000, 4001]) {
      connect();
      far.close(code);
      clock.runTurns();
      peer.poll();
      expect(log.splice(0)).toEqual([
        ["close request", code, ""],
        ["closed", true],
      ]);
    }
  });

  test("leaves out the NUL that Godot 3 sends behind a reason", () => {
    const { clock, log, peer, far } = setUp();
    far.close(4000, "done\0");
    clock.runTurns();
    peer.poll();
    expect(log[0]).toEqual(["close request", 4000, "done"]);
    expect(peer.closeReason).toBe("done");
  });

  test("a close that was refused for its code is none", () => {
    const { clock, log, peer, far } = setUp();
    expect(() => peer.close(1005)).toThrow("may not be sent");
    far.close(4000);
    clock.runTurns();
    peer.poll();
    expect(log[0]).toEqual(["close request", 4000, ""]);
  });

  const tooMuch = "x".repeat(65);
  test.each<[string, (peer: OwnedPeer) => boolean]>([
    ["send", (peer) => peer.send(new Uint8Array(65))],
    ["putPacket", (peer) => peer.putPacket(new Uint8Array(65))],
    ["sendText", (peer) => peer.sendText(tooMuch)],
    ["sendPrepared", (peer) => peer.sendPrepared(WebSocketPeer.prepare(new Uint8Array(65)))],
  ])("%s beyond the limit is told and closes with 1008, where the owner wants that", (_, send) => {
    const told: LimitError[] = [];
    const { clock, log, peer, far } = setUp({ onOverflow: (_, error) => told.push(error) });
    expect(send(peer)).toBe(false);
    expect(told).toEqual([expect.any(LimitError)]);
    clock.runTurns();
    peer.poll();
    expect([far.closeCode, far.closeReason]).toEqual([1008, "reads too slowly"]);
    expect(log).toEqual([["closed", true]]);

    const other = setUp();
    expect(() => send(other.peer)).toThrow(LimitError);
    expect(other.peer.sendText("short")).toBe(true);
  });

  test("is told of an overflow whatever outboundOverflow says", () => {
    const told: LimitError[] = [];
    const { peer } = setUp({ onOverflow: (_, error) => told.push(error) }, { outboundOverflow: "close" });
    expect(peer.sendText(tooMuch)).toBe(false);
    expect(told).toHaveLength(1);
  });

  test("what is no overflow is thrown all the same", () => {
    const { peer, clock } = setUp({ onOverflow: () => expect.fail("told") });
    peer.close(-1);
    const [near] = createMemoryPair(clock);
    void peer.connectToUrl("ws://example.com/", { stream: near });
    expect(() => peer.sendText("too early")).toThrow("not OPEN yet");
  });
});
