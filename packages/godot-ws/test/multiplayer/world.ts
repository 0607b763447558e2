// A server and its clients in memory on a virtual clock, each with a scene tree of its own, and what each of them has seen.

import type { SceneMultiplayerOptions } from "../../src/multiplayer/multiplayer-options.ts";
import type { Node } from "../../src/multiplayer/node.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { MemoryMultiplayerPeer } from "../../src/peer/memory-multiplayer-peer.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";

/** One side. */
export class Side {
  readonly peer: MemoryMultiplayerPeer;
  readonly multiplayer: SceneMultiplayer;
  readonly tree: SceneTree;
  /** Refused packets and calls, failed methods, mismatches, suspicions. */
  readonly troubles: string[] = [];

  constructor(peer: MemoryMultiplayerPeer, options: SceneMultiplayerOptions = {}) {
    this.peer = peer;
    this.multiplayer = new SceneMultiplayer(options);
    this.tree = new SceneTree({ multiplayer: this.multiplayer });
    const { multiplayer, troubles } = this;
    multiplayer.packetRejected.connect((id, fault) => troubles.push(`${id}!${fault}`));
    multiplayer.rpcRejected.connect((id, { reason, path, method, detail }) =>
      troubles.push(`${id}!${reason}: ${path} ${method} (${detail})`),
    );
    multiplayer.rpcFailed.connect((error, { peer: id, method }) =>
      troubles.push(`${id} failed ${method}: ${error}`),
    );
    multiplayer.checksumMismatched.connect((id, { path, explanation }) =>
      troubles.push(`${id} differs at ${path}: ${explanation}`),
    );
    multiplayer.replicationRejected.connect((id, { reason, path, detail }) =>
      troubles.push(`${id}!${reason}: ${path} (${detail})`),
    );
    multiplayer.replicationFailed.connect(({ reason, path, detail }) =>
      troubles.push(`failed ${reason}: ${path} (${detail})`),
    );
    multiplayer.versionSuspected.connect((id, message) => troubles.push(`${id}? ${message}`));
    multiplayer.multiplayerPeer = peer;
  }

  get id(): number {
    return this.multiplayer.uniqueId;
  }

  add<Type extends Node>(node: Type): Type {
    return this.tree.root.addChild(node);
  }
}

export interface World {
  readonly clock: VirtualClock;
  readonly server: Side;
  /** The first is 2. */
  readonly clients: readonly Side[];
  join(options?: SceneMultiplayerOptions): Side;
  /** Lets everything under way happen, without time passing. */
  settle(): void;
}

export function createWorld(clientCount: number, options: SceneMultiplayerOptions = {}): World {
  const clock = new VirtualClock();
  const server = new Side(MemoryMultiplayerPeer.createServer({ clock }), options);
  const clients: Side[] = [];
  const join = (own: SceneMultiplayerOptions = options): Side => {
    const client = new Side(server.peer.createClient(), own);
    clients.push(client);
    return client;
  };
  for (let i = 0; i < clientCount; i++) join();
  clock.runTurns();
  return { clock, server, clients, join, settle: () => clock.runTurns() };
}
