// Odd and malformed packets, one after the other, from one client: what a Godot 4.6.3 server made of them, and what we do.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Node } from "../../../src/multiplayer/node.ts";
import { defineRpc } from "../../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../../src/multiplayer/scene-tree.ts";
import { FakeTransport } from "../../multiplayer/fake-transport.ts";

interface Row {
  readonly name: string;
  readonly packet: string;
  readonly answers: readonly string[];
  /** Methods called, and raw packets. */
  readonly effects: readonly string[];
  /** The engine printed an error. */
  readonly error: boolean;
}

const rows: readonly Row[] = JSON.parse(
  readFileSync(new URL("packets-to-server.json", import.meta.url), "utf8"),
);

let effects: string[] = [];

function print(value: unknown): string {
  return value instanceof Uint8Array ? `PackedByteArray(${[...value].join(", ")})` : `${value ?? null}`;
}

class Target extends Node {
  r_any(x: unknown = null): void {
    effects.push(`r_any(${print(x)})`);
  }
  r_auth(): void {
    effects.push("r_auth");
  }
  r_two(a: unknown, b: unknown): void {
    effects.push(`r_two(${print(a)}, ${print(b)})`);
  }
}
defineRpc(Target, "r_any", { mode: "any_peer" });
defineRpc(Target, "r_auth");
defineRpc(Target, "r_two", { mode: "any_peer" });

/** What we do otherwise, and why. */
const otherwise: Readonly<Record<string, string>> = {
  // Godot calls with null for what cannot be decoded; we refuse such a call.
  "RPC argc 1, no data": "malformed arguments",
  "RPC argc 2 but one arg": "malformed arguments",
  "RPC truncated int16": "malformed arguments",
  "RPC bad variant type 63": "malformed arguments",
  "RPC string bad utf8": "malformed arguments",
  "RPC String with mode bits 0x44": "malformed arguments",
  // Where Godot prints an error at once, these wait for their node to come.
  "simplify unknown path": "",
  "simplify empty path": "",
  // Silent in Godot.
  "sys relay to unknown peer": "unknown relay target",
  "sys relay to 1": "unknown relay target",
  "empty binary message": "too short",
};

test("packets of one client, in order", () => {
  const multiplayer = new SceneMultiplayer({ heldCallTimeoutMs: 0 });
  const { root } = new SceneTree({ multiplayer });
  root.addChild(new Node("Main")).addChild(new Target("A"));
  const transport = new FakeTransport(1);
  multiplayer.multiplayerPeer = transport;
  const id = 397144404;
  transport.bring(() => transport.peerConnected.emit(id));
  const rejections: string[] = [];
  multiplayer.packetRejected.connect((_, fault) => rejections.push(fault));
  multiplayer.rpcRejected.connect((_, { reason }) => rejections.push(reason));
  multiplayer.peerPacket.connect((_, bytes) =>
    effects.push(`peer_packet ${Buffer.from(bytes).toString("hex")}`),
  );
  expect(rows.length).toBe(55);
  for (const { name, packet, answers, effects: theirs, error } of rows) {
    effects = [];
    rejections.length = 0;
    transport.bring([id, packet]);
    const ours = otherwise[name];
    expect(transport.news(), name).toEqual(answers.map((answer) => `${id}: ${answer}`));
    expect(effects, name).toEqual(ours === "malformed arguments" ? [] : theirs);
    if (ours !== undefined) expect(rejections, name).toEqual(ours === "" ? [] : [ours]);
    else expect(rejections.length, name).toBe(error ? 1 : 0);
  }
});
