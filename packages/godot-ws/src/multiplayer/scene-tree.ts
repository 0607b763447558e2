// Godot's SceneTree: the root of all nodes, the multiplayer API of each part, and a tick for game loops. It must not know
// packets.

import { UsageError } from "../errors.ts";
import { reportUncaught, Signal } from "../signal.ts";
import { enterTreeAsRoot, Node, type NodePathLike, type NodeTree } from "./node.ts";
import { SceneMultiplayer } from "./scene-multiplayer.ts";

/** Options of `SceneTree`. */
export interface SceneTreeOptions {
  /** The API of every part that has none of its own. Default: a new one. */
  multiplayer?: SceneMultiplayer;
}

/** Godot: SceneTree. */
export class SceneTree implements NodeTree {
  /** The one node without a parent, `/root`. */
  readonly root: Node = new Node("root");
  /** Godot: SceneTree.node_added. */
  readonly nodeAdded = new Signal<[node: Node]>();
  /** Godot: SceneTree.node_removed. */
  readonly nodeRemoved = new Signal<[node: Node]>();

  /** Whether `tick` polls the multiplayer APIs. Godot: SceneTree.multiplayer_poll. */
  multiplayerPoll = true;

  #multiplayer: SceneMultiplayer;
  // By the path of the part's topmost node.
  readonly #ofParts = new Map<string, SceneMultiplayer>();
  readonly #processed = new Set<Node>();

  constructor({ multiplayer = new SceneMultiplayer() }: SceneTreeOptions = {}) {
    this.#multiplayer = multiplayer;
    enterTreeAsRoot(this.root, this);
    multiplayer.attachTree(this, this.root.path);
  }

  /** The API of every part that has none of its own. Godot: SceneTree.get_multiplayer. */
  get multiplayer(): SceneMultiplayer {
    return this.#multiplayer;
  }

  /**
   * The API of the part of the tree from `rootPath` down, or without one of the rest; undefined takes a part's away.
   * Throws UsageError for a path that is not absolute. Godot: SceneTree.set_multiplayer.
   */
  setMultiplayer(multiplayer: SceneMultiplayer | undefined, rootPath: NodePathLike = ""): void {
    const path = rootPath.toString() || this.root.path;
    const isRoot = path === this.root.path;
    if (!isRoot && !path.startsWith(`${this.root.path}/`))
      throw new UsageError("ERR_INVALID_PARAMETER", `"${path}" does not begin with ${this.root.path}`);
    if (isRoot && multiplayer === undefined)
      throw new UsageError("ERR_INVALID_PARAMETER", "the root needs a multiplayer API");
    const before = isRoot ? this.#multiplayer : this.#ofParts.get(path);
    before?.attachTree(undefined, "");
    if (multiplayer === undefined) this.#ofParts.delete(path);
    else if (isRoot) this.#multiplayer = multiplayer;
    else this.#ofParts.set(path, multiplayer);
    multiplayer?.attachTree(this, path);
  }

  /** Godot: SceneTree.get_multiplayer. */
  getMultiplayer(forPath: NodePathLike = ""): SceneMultiplayer {
    let path = forPath.toString();
    while (path !== "") {
      const multiplayer = this.#ofParts.get(path);
      if (multiplayer !== undefined) return multiplayer;
      path = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    }
    return this.#multiplayer;
  }

  /** The API that the part of the tree with this node has. */
  multiplayerOf(node: Node): SceneMultiplayer {
    return this.#ofParts.size === 0 ? this.#multiplayer : this.getMultiplayer(node.path);
  }

  /** One turn of a game loop: polls, then calls each node's `process` with the seconds since the last. */
  tick(delta: number): void {
    if (this.multiplayerPoll) {
      this.#multiplayer.poll();
      for (const multiplayer of this.#ofParts.values()) multiplayer.poll();
    }
    for (const node of this.#processed) {
      try {
        node.process?.(delta);
      } catch (error) {
        reportUncaught(error);
      }
    }
  }

  nodeEntered(node: Node): void {
    if (node.process !== undefined) this.#processed.add(node);
    this.multiplayerOf(node).nodeEntered(node);
    this.nodeAdded.emit(node);
  }

  nodeReady(node: Node): void {
    this.multiplayerOf(node).nodeReady(node);
  }

  nodeExited(node: Node): void {
    this.#processed.delete(node);
    this.multiplayerOf(node).nodeExited(node);
    this.nodeRemoved.emit(node);
  }
}
