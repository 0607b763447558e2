// One side of replication whose far end is written by hand: what it sends is read as hex, what comes is given as hex.

import type { SceneMultiplayerOptions } from "../../src/multiplayer/multiplayer-options.ts";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { encodeSimplify } from "../../src/multiplayer/path-packets.ts";
import { SceneReplicationConfig } from "../../src/multiplayer/replication-config.ts";
import { rpcTableOf } from "../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { FakeTransport } from "./fake-transport.ts";

export const { checksum } = rpcTableOf(new Node("X"));

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const bytes = (text: string): Uint8Array =>
  new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** `hp` always, `name_tag` on change, both in what it begins with. */
export class Hero extends Node {
  hp = 5;
  nameTag = "";
  readonly log: string[] = [];
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));

  constructor(name = "") {
    super(name);
    this.sync.replicationConfig = new SceneReplicationConfig().addProperty("hp");
  }

  override ready(): void {
    this.log.push(`ready ${this.hp}`);
  }
}

/** `/root/Spawner`, which spawns `Hero` below `/root/World`, and no packet sent yet. */
export class FakeSide {
  readonly transport: FakeTransport;
  readonly multiplayer: SceneMultiplayer;
  readonly root: Node;
  readonly world = new Node("World");
  readonly spawner = new MultiplayerSpawner("Spawner");
  readonly troubles: string[] = [];

  constructor(id: number, peers: readonly number[], options: SceneMultiplayerOptions = {}) {
    this.transport = new FakeTransport(id);
    this.multiplayer = new SceneMultiplayer(options);
    this.root = new SceneTree({ multiplayer: this.multiplayer }).root;
    this.multiplayer.replicationRejected.connect((peer, { reason, path }) =>
      this.troubles.push(`${peer}!${reason}: ${path}`),
    );
    this.multiplayer.replicationFailed.connect(({ reason, path }) =>
      this.troubles.push(`${reason}: ${path}`),
    );
    this.multiplayer.packetRejected.connect((peer, fault) => this.troubles.push(`${peer}!${fault}`));
    this.multiplayer.multiplayerPeer = this.transport;
    this.spawner.spawnPath = "../World";
    this.spawner.addSpawnableScene("res://hero.tscn", Hero);
    this.root.addChild(this.world);
    this.root.addChild(this.spawner);
    for (const peer of peers) this.connect(peer);
    this.transport.news();
  }

  connect(peer: number): void {
    this.transport.bring(() => this.transport.peerConnected.emit(peer));
  }

  disconnect(peer: number): void {
    this.transport.bring(() => this.transport.peerDisconnected.emit(peer));
  }

  /** Packets of a peer, at once. */
  bring(peer: number, ...packets: string[]): void {
    this.transport.bring(...packets.map((text): [number, string] => [peer, text.replaceAll(" ", "")]));
  }

  /** A peer tells of a node of ours by a number. */
  tell(peer: number, id: number, path: string): void {
    this.bring(peer, hex(encodeSimplify({ checksum, id, path })));
    this.transport.news();
  }

  /** What was sent but for paths, their confirmations, and who came and went. */
  news(): string[] {
    return this.transport.news().filter((line) => !/^-?\d+: 0(?:[12]|70[12])/.test(line));
  }

  /** The time of so many passes goes by. */
  pass(count = 1): string[] {
    this.transport.clock.advance(17 * count);
    return this.news();
  }

  takeTroubles(): string[] {
    return this.troubles.splice(0);
  }
}

/** As the wire has it: SPAWN of the first scene. */
export function spawnPacket(
  netId: number,
  name: string,
  syncIds: readonly number[],
  state: string,
  { scene = 0, spawnerId = 1 } = {},
): string {
  const u32 = (value: number): string => {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE(value);
    return buffer.toString("hex");
  };
  const nameBytes = Buffer.from(`${name}\0`);
  const lengths = u32(spawnerId) + u32(netId) + u32(syncIds.length) + u32(nameBytes.length);
  return `04${hex(Uint8Array.of(scene))}${lengths}${syncIds.map(u32).join("")}${nameBytes.toString("hex")}${state}`;
}
