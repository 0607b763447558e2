// The snippets of docs/replication.md, between the marks, so that they are compiled and run.

import { Interpolation } from "../../src/multiplayer/interpolation.ts";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { replicate, SceneReplicationConfig, sync } from "../../src/multiplayer/replication-config.ts";
import { Int } from "../../src/variant/numbers.ts";
import { Vector2 } from "../../src/variant/vectors.ts";

// [declaring]
// player.tscn: a Player with a MultiplayerSynchronizer below it.
class Player extends Node {
  position = new Vector2();
  health = 100;
  readonly synchronizer = this.addChild(new MultiplayerSynchronizer("MultiplayerSynchronizer"));
}

// In the order of the scene's replication config.
replicate(Player, {
  position: sync(Vector2), // `.:position`, always
  health: sync(Int, { mode: "on_change" }), // `.:health`
});

class World extends Node {
  readonly players = this.addChild(new Node("Players"));
  readonly spawner = this.addChild(new MultiplayerSpawner("MultiplayerSpawner"));

  constructor() {
    super("World");
    this.spawner.spawnPath = "../Players";
    this.spawner.addSpawnableScene("res://player.tscn", Player);
  }

  override ready(): void {
    if (!this.multiplayer.isServer) return;
    this.multiplayer.peerConnected.connect((id) => this.players.addChild(new Player(`${id}`)));
    this.multiplayer.peerDisconnected.connect((id) => this.players.getNodeOrNull(`${id}`)?.free());
  }
}

// [/declaring]

export { Player, World };

export function addCustom(spawner: MultiplayerSpawner): Node {
  // [custom]
  spawner.spawnFunction = (data) => new Node(`Coin${data}`);
  return spawner.spawn(7); // on the authority: here and at all peers
  // [/custom]
}

export function configure(synchronizer: MultiplayerSynchronizer): void {
  // [config]
  synchronizer.replicationConfig = new SceneReplicationConfig()
    .addProperty(".:position", { type: Vector2 })
    .addProperty("Sprite:modulate:a", { mode: "on_change", spawn: false });
  // [/config]
}

export function hide(player: Player, isNear: (peer: number) => boolean): void {
  // [visibility]
  player.synchronizer.publicVisibility = false;
  player.synchronizer.setVisibilityFor(2, true); // whom it is shown to,
  player.synchronizer.addVisibilityFilter((peer) => isNear(peer)); // if all filters let it through
  // [/visibility]
}

export function smooth(player: Player): () => Vector2 | undefined {
  // [interpolation]
  const shown = new Interpolation<Vector2>((a, b, weight) => a.lerp(b, weight), { delayMs: 100 });
  player.synchronizer.synchronized.connect(() =>
    shown.add(player.synchronizer.stamp, player.position, performance.now()),
  );
  const position = () => shown.at(performance.now()); // when it is drawn
  // [/interpolation]
  return position;
}
