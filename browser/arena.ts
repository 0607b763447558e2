/** A game with replication, the same for the server and for pages; bundled for a page it is `arena`, for the test to ask. */

import {
  Int,
  MultiplayerSpawner,
  MultiplayerSynchronizer,
  Node,
  replicate,
  SceneReplicationConfig,
  SceneTree,
  sync,
  Vector2,
  WebSocketMultiplayerPeer,
} from "godot-ws";

/** Named for the peer that plays it. The server says where it is and how it does, its player where it wants to go. */
export class Player extends Node {
  position = new Vector2();
  hp = 100;
  goal = 0;
  readonly state = this.addChild(new MultiplayerSynchronizer("State"));
  readonly input = this.addChild(new MultiplayerSynchronizer("Input"));

  constructor(name = "") {
    super(name);
    this.input.replicationConfig = new SceneReplicationConfig().addProperty("goal", { type: Int });
  }

  override enterTree(): void {
    this.input.setMultiplayerAuthority(Number(this.name));
  }
}

replicate(Player, { position: sync(Vector2), hp: sync(Int, { mode: "on_change" }) });

export class Arena {
  readonly tree = new SceneTree();
  readonly players = new Node("Players");
  /** What it was told, in order. */
  readonly log: string[] = [];

  constructor() {
    const main = this.tree.root.addChild(new Node("Main"));
    main.addChild(this.players);
    const spawner = main.addChild(new MultiplayerSpawner("Spawner"));
    spawner.spawnPath = "../Players";
    spawner.addSpawnableScene("res://player.tscn", Player);
    spawner.spawned.connect((node) => this.#onSpawned(node as Player));
    spawner.despawned.connect(({ name }) => this.log.push(`despawned ${name}`));
    const { multiplayer } = this.tree;
    multiplayer.replicationRejected.connect((_, { reason, path }) => this.log.push(`${reason}: ${path}`));
    multiplayer.replicationFailed.connect(({ reason, path }) => this.log.push(`${reason}: ${path}`));
  }

  #onSpawned(player: Player): void {
    this.log.push(`spawned ${describe(player)}`);
    player.state.deltaSynchronized.connect(() => this.log.push(`${player.name} has ${player.hp}`));
  }

  get id(): number {
    return this.tree.multiplayer.uniqueId;
  }

  /** Settles when it is in. */
  async join(url: string): Promise<void> {
    const { multiplayer } = this.tree;
    multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url);
    await multiplayer.connectedToServer.next();
  }

  player(name: string): Player {
    return this.players.getNode(name, Player);
  }

  /** Name, place and health of each. */
  list(): string[] {
    return this.players.children.map((child) => describe(child as Player));
  }
}

function describe({ name, position, hp }: Player): string {
  return `${name} at ${position.x},${position.y} with ${hp}`;
}
