// A client in TypeScript, in Node or on a page: the arena as the server tells it, of the Godot project's own scene. It only
// watches unless it joins. Knows nothing of what is done with it.

import {
  type PackedScene,
  type SceneMultiplayer,
  SceneTree,
  Signal,
  WebSocketMultiplayerPeer,
} from "godot-ws";
import { Arena, type Player } from "./nodes.ts";

export class ArenaClient {
  readonly connected = new Signal();
  /** The server cannot be reached, or is gone. */
  readonly ended = new Signal();
  readonly arena: Arena;

  readonly #tree = new SceneTree();
  readonly #multiplayer: SceneMultiplayer = this.#tree.multiplayer;

  /** `scene` is what `loadMain` gives, for as many clients as one likes. */
  constructor(url: string, scene: PackedScene) {
    this.arena = this.#tree.root.addChild(scene.instantiate()).getNode("Arena", Arena);
    this.#multiplayer.connectedToServer.connect(() => this.connected.emit());
    this.#multiplayer.connectionFailed.connect(() => this.ended.emit());
    this.#multiplayer.serverDisconnected.connect(() => this.ended.emit());
    this.#multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url);
  }

  get id(): number {
    return this.#multiplayer.uniqueId;
  }

  /** Its own player, once it has joined. */
  get player(): Player | undefined {
    return this.arena.player(this.id);
  }

  join(name: string): void {
    this.arena.rpcId(1).join(name);
  }

  leave(): void {
    const peer = this.#multiplayer.multiplayerPeer;
    this.#multiplayer.multiplayerPeer = undefined;
    peer?.close();
  }
}
