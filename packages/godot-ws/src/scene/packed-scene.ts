// A scene of a game's files, ready to be made into nodes: classes by script or type, fields from properties, names, owners,
// and what spawners and synchronizers are told. Reads no files, and knows no network.

import { UsageError } from "../errors.ts";
import { MultiplayerSpawner } from "../multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../multiplayer/node.ts";
import type { SceneReplicationConfig } from "../multiplayer/replication-config.ts";
import { NodePath } from "../variant/node-path.ts";
import type { Variant } from "../variant/variant.ts";
import { describeScene, findNode, type NodeDescription, pathBetween } from "./node-description.ts";
import { readReplicationConfig, readSpawnableScenes } from "./replication-description.ts";
import type { SceneFile } from "./scene-file.ts";
import type { SceneLibrary } from "./scene-library.ts";
import { SceneResource } from "./scene-resource.ts";

/** A class of nodes; one without a name is made, which it gets later. */
export type NodeClass = new () => Node;

/** What a MultiplayerSpawner's section says. */
export interface SpawnerDescription {
  /** From the spawner, without `%`; empty when there is no such node. */
  readonly spawnPath: string;
  readonly spawnLimit: number;
  /** `res://` paths in the order of the list, which is what counts on the wire. */
  readonly spawnableScenes: readonly string[];
}

/** What a MultiplayerSynchronizer's section says. */
export interface SynchronizerDescription {
  /** From the synchronizer, without `%`; empty when there is no such node. */
  readonly rootPath: string;
  /** Seconds. */
  readonly replicationInterval: number;
  /** Seconds. */
  readonly deltaInterval: number;
  readonly publicVisibility: boolean;
  /** Godot: MultiplayerSynchronizer.VisibilityUpdateMode. */
  readonly visibilityUpdateMode: 0 | 1 | 2;
  /** A new one at each call; undefined where the scene has none. */
  readonly replicationConfig: SceneReplicationConfig | undefined;
}

/** Which classes the nodes of a scene are made of. */
export interface NodeMaking {
  /** The classes of nodes by script, `player.gd` or `res://player.gd`. */
  readonly scripts?: Readonly<Record<string, NodeClass>> | undefined;
  /** The classes of nodes without such a script by their type in Godot, `CharacterBody2D`. */
  readonly types?: Readonly<Record<string, NodeClass>> | undefined;
  /** Asked first for each node; undefined leaves it to the classes. */
  readonly createNode?: ((description: NodeDescription, scene: PackedScene) => Node | undefined) | undefined;
}

/** What these two are told is set apart from the fields of other nodes. */
const replicationTypes: Readonly<Record<string, NodeClass>> = { MultiplayerSpawner, MultiplayerSynchronizer };
const replicationProperties = new Set([
  ...["_spawnable_scenes", "spawn_path", "spawn_limit"],
  ...["root_path", "replication_interval", "delta_interval", "replication_config"],
  ...["visibility_update_mode", "public_visibility"],
]);

/** Godot: PackedScene. */
export class PackedScene {
  /** As `res://player.tscn`. */
  readonly path: string;
  readonly #library: SceneLibrary;
  readonly #making: NodeMaking;
  readonly #others: Map<string, PackedScene>;
  #description: NodeDescription | undefined;

  /** Of a file that the library has read. Scenes of one library share `others`. */
  constructor(
    path: string,
    library: SceneLibrary,
    making: NodeMaking = {},
    others = new Map<string, PackedScene>(),
  ) {
    this.path = path;
    this.#library = library;
    this.#making = making;
    this.#others = others;
    others.set(path, this);
  }

  /** What the file says, before instances are looked into. Godot: PackedScene.get_state. */
  get state(): SceneFile {
    const file = this.#library.fileOf(this.path);
    if (file === undefined) throw new UsageError("ERR_INVALID_PARAMETER", `${this.path} is not a text file`);
    return file;
  }

  /** The nodes that it makes. Throws DataError when the file does not fit those that it builds on. */
  get description(): NodeDescription {
    this.#description ??= describeScene(this.path, (path) => this.#library.fileOf(path));
    return this.#description;
  }

  /** Another scene of the game, which this one refers to. UsageError when none does. */
  sceneAt(path: string): PackedScene {
    const known = this.#others.get(path);
    if (known !== undefined) return known;
    this.#library.fileOf(path);
    return new PackedScene(path, this.#library, this.#making, this.#others);
  }

  /** Makes the nodes, and returns the root, which is in no tree yet. Godot: PackedScene.instantiate. */
  instantiate(): Node {
    const nodes = new Map<NodeDescription, Node>();
    const root = this.#build(this.description, nodes);
    for (const [description, node] of nodes) {
      if (description.owner !== undefined) node.owner = nodes.get(description.owner);
      node.uniqueNameInOwner = description.isUnique;
      this.#setUp(description, node);
    }
    // Behind all names, which the paths among them need.
    for (const [description, node] of nodes) this.#setFields(description, node);
    return root;
  }

  /** What the files say of a MultiplayerSpawner among the descriptions of this scene. */
  spawnerOf(description: NodeDescription): SpawnerDescription {
    const { properties } = description;
    return {
      spawnPath: plainPath(description, properties.get("spawn_path") ?? ""),
      spawnLimit: toNumber(properties.get("spawn_limit")),
      spawnableScenes: readSpawnableScenes(properties).map((path) => this.#library.pathOf(path)),
    };
  }

  /** What the files say of a MultiplayerSynchronizer among the descriptions of this scene. */
  synchronizerOf(description: NodeDescription): SynchronizerDescription {
    const { properties } = description;
    const config = properties.get("replication_config");
    const mode = properties.get("visibility_update_mode");
    return {
      rootPath: plainPath(description, properties.get("root_path") ?? ".."),
      replicationInterval: toNumber(properties.get("replication_interval")),
      deltaInterval: toNumber(properties.get("delta_interval")),
      publicVisibility: properties.get("public_visibility") !== false,
      visibilityUpdateMode: mode === 1 || mode === 2 ? mode : 0,
      replicationConfig:
        config instanceof SceneResource ? readReplicationConfig(this.#library.resourceOf(config)) : undefined,
    };
  }

  #build(description: NodeDescription, nodes: Map<NodeDescription, Node>): Node {
    const node = this.#create(description);
    node.name = description.name;
    nodes.set(description, node);
    for (const child of description.children) node.addChild(this.#build(child, nodes));
    return node;
  }

  #create(description: NodeDescription): Node {
    const { createNode, scripts = {}, types = {} } = this.#making;
    const made = createNode?.(description, this);
    if (made !== undefined) return made;
    const { script, type } = description;
    const given =
      ownOf(scripts, script.replace("res://", "")) ?? ownOf(scripts, script) ?? ownOf(types, type);
    const Class = given ?? ownOf(replicationTypes, type) ?? Node;
    return new Class();
  }

  #setUp(description: NodeDescription, node: Node): void {
    node.sceneFilePath = description.scenePath;
    if (node instanceof MultiplayerSpawner) {
      const { spawnableScenes, ...told } = this.spawnerOf(description);
      Object.assign(node, told);
      for (const path of spawnableScenes) {
        node.addSpawnableScene(path, () => this.sceneAt(path).instantiate());
      }
    }
    if (node instanceof MultiplayerSynchronizer) Object.assign(node, this.synchronizerOf(description));
  }

  /** Fields that the node has by the names of properties, `spawn_point` as `spawnPoint`. */
  #setFields({ properties, nodePaths }: NodeDescription, node: Node): void {
    const isReplicating = node instanceof MultiplayerSpawner || node instanceof MultiplayerSynchronizer;
    for (const [name, value] of properties) {
      if (isReplicating && replicationProperties.has(name)) continue;
      const field = fieldName(name);
      if (!canSet(node, field)) continue;
      const found = nodePaths.has(name) ? nodesAt(value, node) : this.#fieldValue(value);
      Reflect.set(node, field, found);
    }
  }

  #fieldValue(value: Variant): unknown {
    if (!(value instanceof SceneResource)) return value;
    return value.className === "PackedScene"
      ? this.sceneAt(value.resourcePath)
      : this.#library.resourceOf(value);
  }
}

/** A path of a description, resolved: `%Name` becomes the way there. */
function plainPath(from: NodeDescription, path: Variant): string {
  const text = path instanceof NodePath || typeof path === "string" ? path.toString() : "";
  if (!text.includes("%")) return text;
  const to = findNode(from, text);
  return to === undefined ? "" : pathBetween(from, to);
}

/** For a property that holds a node, or several. */
function nodesAt(value: Variant, from: Node): unknown {
  if (value instanceof NodePath) return from.getNodeOrNull(value) ?? null;
  return Array.isArray(value) ? value.map((path: Variant) => nodesAt(path, from)) : value;
}

function toNumber(value: Variant | undefined): number {
  return typeof value === "number" ? value : 0;
}

function ownOf<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function fieldName(property: string): string {
  return property.replace(/(?<=[^_])_([a-z\d])/g, (_, first: string) => first.toUpperCase());
}

/** Not what every node has: those are set as themselves, or are methods. */
function canSet(node: Node, field: string): boolean {
  if (field in Node.prototype) return false;
  for (let at: object | null = node; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const property = Object.getOwnPropertyDescriptor(at, field);
    if (property === undefined) continue;
    return property.set !== undefined || (property.writable === true && typeof property.value !== "function");
  }
  return false;
}
