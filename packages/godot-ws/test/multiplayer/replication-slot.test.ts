import { expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import type { ReplicationPort, ReplicationRejection } from "../../src/multiplayer/replication-port.ts";
import { ReplicationSettings } from "../../src/multiplayer/replication-settings.ts";
import { type ReplicationPart, ReplicationSlot } from "../../src/multiplayer/replication-slot.ts";

function createSlot() {
  const rejections: [peer: number, rejection: ReplicationRejection][] = [];
  const told: string[] = [];
  const port = {
    peers: new Set([2, 3]),
    rejected: (peer: number, rejection: ReplicationRejection) => rejections.push([peer, rejection]),
  } as unknown as ReplicationPort;
  const slot = new ReplicationSlot(port, new ReplicationSettings({}));
  const part: ReplicationPart = {
    nodeEntered: ({ name }) => told.push(`entered ${name}`),
    nodeReady: ({ name }) => told.push(`ready ${name}`),
    nodeExited: ({ name }) => told.push(`exited ${name}`),
    peerAdded: (peer) => told.push(`added ${peer}`),
    peerRemoved: (peer) => told.push(`removed ${peer}`),
    clear: () => told.push("clear"),
    canCall: () => false,
    receive: (peer, packet) => told.push(`received ${packet} of ${peer}`),
    sendDue: () => told.push("due"),
  };
  class Bringer extends Node {
    createReplication = (): ReplicationPart => {
      told.push("created");
      return part;
    };
  }
  return { slot, rejections, told, bring: (name: string) => slot.nodeEntered(new Bringer(name)) };
}

test("without replication nothing happens, and every call may be made", () => {
  const { slot, told } = createSlot();
  const node = new Node("N");
  slot.nodeEntered(node);
  slot.nodeReady(node);
  slot.nodeExited(node);
  slot.peerAdded(4);
  slot.peerRemoved(4);
  slot.clear();
  slot.sendDue();
  expect([slot.canCall(node, 2), told]).toEqual([true, []]);
});

test("without replication packets of it are reported, but for states", () => {
  const { slot, rejections } = createSlot();
  slot.receive(2, Uint8Array.of(4, 0));
  slot.receive(2, Uint8Array.of(5, 0));
  slot.receive(3, Uint8Array.of(0x16, 0));
  slot.receive(3, Uint8Array.of(6, 0));
  expect(rejections.map(([peer, { reason }]) => [peer, reason])).toEqual([
    [2, "unknown spawner"],
    [2, "unknown net id"],
    [3, "unknown net id"],
  ]);
});

test("the first node that brings it makes it, and it hears of the peers that are there", () => {
  const { slot, told, bring } = createSlot();
  slot.nodeEntered(new Node("Before"));
  bring("First");
  bring("Second");
  expect(told).toEqual(["created", "added 2", "added 3", "entered First", "entered Second"]);
});

test("then it hears of everything", () => {
  const { slot, told, rejections, bring } = createSlot();
  bring("First");
  told.length = 0;
  const node = new Node("N");
  slot.nodeReady(node);
  slot.nodeExited(node);
  slot.peerAdded(4);
  slot.peerRemoved(4);
  slot.receive(2, Uint8Array.of(4));
  slot.sendDue();
  slot.clear();
  expect(told).toEqual(["ready N", "exited N", "added 4", "removed 4", "received 4 of 2", "due", "clear"]);
  expect([slot.canCall(node, 2), rejections]).toEqual([false, []]);
});
