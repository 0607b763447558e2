// Godot's MultiplayerSpawner: a node that says which nodes, below which other one, are made at all peers. It must not
// know packets: `Replication` sends and receives for it.

import { UsageError } from "../errors.ts";
import { Signal } from "../signal.ts";
import type { Variant } from "../variant/variant.ts";
import { Node, type NodePathLike } from "./node.ts";

/** Makes the topmost node of a scene, with all below it: a function, or a class whose instances are complete. */
export type SceneFactory = (() => Node) | (new () => Node);

/** Makes a node out of what `spawn` was given, at every peer. */
export type SpawnFunction = (data: Variant) => Node;

/** What a spawner asks of whoever sends and receives for it. */
export interface SpawnerHost {
  /** Another node is to be watched. */
  spawnPathChanged(spawner: Spawner): void;
  /** Adds a node that `spawnFunction` has made. */
  spawn(spawner: Spawner, node: Node, data: Variant): void;
  /** Nodes of its that this side has spawned. */
  spawnedCount(spawner: Spawner): number;
}

/** Numbers for scenes on the wire go up to 254. */
const mostScenes = 255;

/** Godot: MultiplayerSpawner. */
export class Spawner extends Node {
  /** A peer's node was added here. Godot: MultiplayerSpawner.spawned. */
  readonly spawned = new Signal<[node: Node]>();
  /** A peer's node was taken away here. Godot: MultiplayerSpawner.despawned. */
  readonly despawned = new Signal<[node: Node]>();

  /** What `spawn` calls, here and at the peers. Godot: MultiplayerSpawner.spawn_function. */
  spawnFunction: SpawnFunction | undefined;
  /** With so many nodes there, `spawn` makes no more; 0: any number. Added ones count, but are not held back. Godot: MultiplayerSpawner.spawn_limit. */
  spawnLimit = 0;
  /** For `Replication`. */
  host: SpawnerHost | undefined;

  #spawnPath = "";
  #scenes: { readonly path: string; readonly factory: SceneFactory | undefined }[] = [];

  /** The node below which they are. Godot: MultiplayerSpawner.spawn_path. */
  get spawnPath(): string {
    return this.#spawnPath;
  }

  set spawnPath(path: NodePathLike) {
    this.#spawnPath = path.toString();
    this.host?.spawnPathChanged(this);
  }

  /** The node at `spawnPath`. */
  get spawnNode(): Node | undefined {
    return this.getNodeOrNull(this.#spawnPath);
  }

  // ---- scenes ----

  /**
   * A scene whose nodes are spawned at the peers as soon as they are added below `spawnNode`. Its place in the list is
   * its number on the wire, so the list has to be that of the game. Nodes are known by their class, where `factory` is
   * one, or by their `sceneFilePath`. Without a factory such nodes can only be sent. Godot: MultiplayerSpawner.add_spawnable_scene.
   */
  addSpawnableScene(path: string, factory?: SceneFactory): void {
    if (this.#scenes.length >= mostScenes) {
      throw new UsageError("ERR_PARAMETER_RANGE_ERROR", `there are ${mostScenes} scenes already`);
    }
    this.#scenes.push({ path, factory });
  }

  /** Forgets all scenes. Godot: MultiplayerSpawner.clear_spawnable_scenes. */
  clearSpawnableScenes(): void {
    this.#scenes = [];
  }

  /** Its path. Throws UsageError when there is none of this number. Godot: MultiplayerSpawner.get_spawnable_scene. */
  getSpawnableScene(index: number): string {
    const scene = this.#scenes[index];
    if (scene === undefined) throw new UsageError("ERR_INVALID_PARAMETER", `there is no scene ${index}`);
    return scene.path;
  }

  /** Godot: MultiplayerSpawner.get_spawnable_scene_count. */
  get spawnableSceneCount(): number {
    return this.#scenes.length;
  }

  /** Makes a node of the scene, to be named and added. Throws UsageError when there is none, or without a factory. */
  instantiate(scene: number | string): Node {
    const index = typeof scene === "number" ? scene : this.#scenes.findIndex(({ path }) => path === scene);
    const { path, factory } = this.#scenes[index] ?? {};
    if (factory === undefined || path === undefined) {
      throw new UsageError("ERR_INVALID_PARAMETER", `there is no scene ${scene}, or nothing that makes it`);
    }
    const node = isClass(factory) ? new factory() : factory();
    node.sceneFilePath ||= path;
    return node;
  }

  /** The number of the scene that a node is of; -1 for none. */
  sceneIndexOf(node: Node): number {
    const { sceneFilePath } = node;
    return this.#scenes.findIndex(({ path, factory }) =>
      sceneFilePath === "" ? factory === node.constructor : path === sceneFilePath,
    );
  }

  // ---- custom nodes ----

  /**
   * Makes a node by `spawnFunction` at all peers, and adds and returns ours. Throws UsageError outside of a tree, for who
   * is not the authority, beyond `spawnLimit`, and for data that is no value of Godot. Godot: MultiplayerSpawner.spawn.
   */
  spawn(data: Variant = null): Node {
    const { host, spawnFunction } = this;
    if (host === undefined || this.spawnNode === undefined) {
      throw new UsageError("ERR_UNCONFIGURED", "the spawner and its spawn node have to be in the tree");
    }
    if (!this.isMultiplayerAuthority) {
      throw new UsageError("ERR_UNAUTHORIZED", `only the authority, ${this.multiplayerAuthority}, can spawn`);
    }
    if (spawnFunction === undefined) throw new UsageError("ERR_UNCONFIGURED", "there is no spawnFunction");
    if (this.isFull) {
      throw new UsageError("ERR_PARAMETER_RANGE_ERROR", `there are ${this.spawnLimit} nodes already`);
    }
    const node = spawnFunction(data);
    host.spawn(this, node, data);
    return node;
  }

  /** Whether `spawnLimit` is reached. */
  get isFull(): boolean {
    return this.spawnLimit > 0 && (this.host?.spawnedCount(this) ?? 0) >= this.spawnLimit;
  }
}

function isClass(factory: SceneFactory): factory is new () => Node {
  return factory.prototype instanceof Node;
}
