/**
 * A server of the scene files of interop/projects/scene-world: nothing of its spawner, its synchronizers and their
 * configurations is said here but the types of properties.
 */

import { fileURLToPath } from "node:url";
import {
  Float,
  Int,
  loadScene,
  MultiplayerSynchronizer,
  Node,
  replicate,
  SceneTree,
  sync,
  Vector2,
  WebSocketMultiplayerPeer,
} from "godot-ws";
import { expect, test } from "vitest";
import { type EngineKind, startEngine } from "./harness/engine.ts";

class Player extends Node {
  position = new Vector2();
  maxHealth = 100;
  health = 100;
  speed = 1;
}
replicate(Player, { speed: sync(Float), health: sync(Int) });

class Hand extends Node {
  rotation = 0;
}

class Inputs extends Node {
  aim = new Vector2();
  fired = 0;
}

class SceneWorld {
  /** What went wrong. */
  readonly troubles: string[] = [];
  readonly #tree = new SceneTree();
  readonly #world: Node;
  readonly #player: Player;

  private constructor(world: Node, player: Player, coin: Node) {
    this.#world = this.#tree.root.addChild(new Node("Main")).addChild(world);
    this.#player = player;
    const players = world.getNode("%Players");
    player.name = "A";
    player.position = new Vector2(3, 4);
    player.maxHealth = 150;
    player.speed = 2;
    player.getNode("Hand", Hand).rotation = 0.5;
    players.addChild(player);
    players.addChild(coin);
    this.#listen();
  }

  static async load(): Promise<SceneWorld> {
    const path = fileURLToPath(new URL("projects/scene-world/world.tscn", import.meta.url));
    const scene = await loadScene(path, {
      scripts: { "player.gd": Player, "inputs.gd": Inputs },
      types: { Marker2D: Hand },
    });
    const player = scene.sceneAt("res://player.tscn").instantiate() as Player;
    return new SceneWorld(scene.instantiate(), player, scene.sceneAt("res://coin.tscn").instantiate());
  }

  #listen(): void {
    const { multiplayer } = this.#tree;
    multiplayer.replicationFailed.connect((failure) => this.troubles.push(JSON.stringify(failure)));
    multiplayer.replicationRejected.connect((_, rejection) => this.troubles.push(JSON.stringify(rejection)));
    multiplayer.packetRejected.connect((_, fault) => this.troubles.push(fault));
    multiplayer.peerConnected.connect((id) => this.#welcome(id));
  }

  /** The first client's inputs count: at an aim it sees the hand, at a shot the player goes. */
  #welcome(peer: number): void {
    const world = this.#world;
    const inputs = world.getNode("Inputs", Inputs);
    const synchronizer = inputs.getNode("Sync", MultiplayerSynchronizer);
    inputs.setMultiplayerAuthority(peer);
    this.#player.position = new Vector2(5, 6);
    this.#player.health = 20;
    world.getNode("Boss", Player).position = new Vector2(7, 8);
    synchronizer.synchronized.connect(() => {
      if (inputs.aim.equals(new Vector2(1, -1)))
        this.#player.getNode("HandSync", MultiplayerSynchronizer).setVisibilityFor(peer, true);
    });
    synchronizer.deltaSynchronized.connect(() => {
      if (inputs.fired === 3) this.#player.free();
    });
  }

  /** Gives the port. */
  async listen(): Promise<number> {
    const peer = await WebSocketMultiplayerPeer.createServer(0, { bindAddress: "127.0.0.1" });
    this.#tree.multiplayer.multiplayerPeer = peer;
    return peer.port;
  }

  close(): void {
    this.#tree.multiplayer.multiplayerPeer?.close();
  }
}

export function describeSceneWorld(engine: EngineKind): void {
  test("a server of the game's own scene files", async () => {
    const world = await SceneWorld.load();
    const port = await world.listen();
    try {
      await using client = startEngine({
        engine,
        project: "scene-world",
        args: [`--url=ws://127.0.0.1:${port}`],
      });
      const { passed, errors } = await client.finished;
      expect(passed).toBe(17);
      expect(errors).toEqual([]);
      expect(world.troubles).toEqual([]);
    } finally {
      world.close();
    }
  });
}
