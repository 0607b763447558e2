// The least of Godot's Node that multiplayer needs: a named place in a tree, an authority, hooks and signals. Light, since
// a game may have 100,000 of them. It must not know how calls travel.

import { UsageError } from "../errors.ts";
import { reportUncaught, Signal } from "../signal.ts";
import type { MultiplayerAPI } from "./multiplayer-api.ts";
import { createRpcCalls, type RpcCalls } from "./rpc-calls.ts";
import type { NodeRpcConfig } from "./rpc-config.ts";

/** What a node needs of the tree that it is in: `SceneTree`. */
export interface NodeTree {
  readonly root: Node;
  multiplayerOf(node: Node): MultiplayerAPI;
  /** Behind the node's `enterTree`, before its children's. */
  nodeEntered(node: Node): void;
  /** Behind the node's `ready`, or where that was before when it comes back. */
  nodeReady(node: Node): void;
  /** Behind the node's `exitTree`. */
  nodeExited(node: Node): void;
}

/** A node path as text, `A/B`, `../C`, `/root/A`, or a value that prints as one. */
export type NodePathLike = string | { toString(): string };

interface NodeSignals {
  treeEntered: Signal;
  treeExiting: Signal;
  treeExited: Signal;
  becameReady: Signal;
  childEnteredTree: Signal<[node: Node]>;
  childExitingTree: Signal<[node: Node]>;
}

// Godot: String.validate_node_name, which replaces them.
export const forbiddenInNames = /[.:@/"%]/;
const defaultAuthority = 1;

/** Attaches a tree's root. For `SceneTree` alone. */
export let enterTreeAsRoot: (root: Node, tree: NodeTree) => void;

/** Godot: Node. */
export class Node {
  /** Called when the node has come into the tree, before its children's. Godot: Node._enter_tree. */
  enterTree?(): void;
  /** Called once, when the node and all its children are in the tree. Godot: Node._ready. */
  ready?(): void;
  /** Called when the node is about to leave the tree, after its children's. Godot: Node._exit_tree. */
  exitTree?(): void;
  /** Called by `SceneTree.process`, with the seconds since the last call. Godot: Node._process. */
  process?(delta: number): void;

  /** The scene whose root it is, `res://player.tscn`; empty for others. Godot: Node.scene_file_path. */
  sceneFilePath = "";

  #name: string;
  #parent: Node | undefined;
  // By name, in order.
  #children: Map<string, Node> | undefined;
  #tree: NodeTree | undefined;
  #owner: Node | undefined;
  #isUnique = false;
  // Nodes that it owns, by the names that are unique among those.
  #uniqueNodes: Map<string, Node> | undefined;
  // Made when asked for; forgotten when the node or one above it moves or is renamed.
  #path: string | undefined;
  #authority = defaultAuthority;
  #isReady = false;
  #readyHookRan = false;
  #rpcConfigs: Map<string, NodeRpcConfig> | undefined;
  #signals: Partial<NodeSignals> | undefined;

  static {
    enterTreeAsRoot = (root, tree) => {
      root.#enter(tree);
      root.#becomeReady();
    };
  }

  constructor(name = "") {
    if (name !== "") checkName(name);
    this.#name = name;
  }

  // ---- name and place ----

  /**
   * Unique among its siblings, without any of `. : @ / " %`. Throws UsageError otherwise, where Godot replaces and
   * renumbers: both sides must know a node by one path. Godot: Node.name.
   */
  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    if (name === this.#name) return;
    checkName(name);
    if (this.#parent !== undefined) this.#parent.#renameChild(this, name);
    this.#renewUnique(() => {
      this.#name = name;
    });
    this.#forgetPath();
  }

  /** The node that it is a child of; undefined for a root and for one that was taken away. Godot: Node.get_parent. */
  get parent(): Node | undefined {
    return this.#parent;
  }

  /** The root of the scene that it was made with; undefined for such a root itself. Godot: Node.owner. */
  get owner(): Node | undefined {
    return this.#owner;
  }

  set owner(owner: Node | undefined) {
    this.#renewUnique(() => {
      this.#owner = owner;
    });
  }

  #renewUnique(change: () => void): void {
    const isUnique = this.#isUnique;
    this.uniqueNameInOwner = false;
    change();
    this.uniqueNameInOwner = isUnique;
  }

  /** Whether `getNode("%Name")` finds it from the owner and all that it owns. Godot: Node.unique_name_in_owner. */
  get uniqueNameInOwner(): boolean {
    return this.#isUnique;
  }

  set uniqueNameInOwner(isUnique: boolean) {
    this.#isUnique = isUnique;
    const owner = this.#owner;
    if (owner === undefined) return;
    if (isUnique) {
      owner.#uniqueNodes ??= new Map();
      owner.#uniqueNodes.set(this.#name, this);
    } else if (owner.#uniqueNodes?.get(this.#name) === this) {
      owner.#uniqueNodes.delete(this.#name);
    }
  }

  /** In order. Godot: Node.get_children. */
  get children(): Node[] {
    return [...this.#eachChild];
  }

  get #eachChild(): Iterable<Node> {
    return this.#children?.values() ?? [];
  }

  /** Godot: Node.get_child_count. */
  get childCount(): number {
    return this.#children?.size ?? 0;
  }

  /** The tree that it is in. Godot: Node.get_tree. */
  get tree(): NodeTree | undefined {
    return this.#tree;
  }

  /** Godot: Node.is_inside_tree. */
  get isInsideTree(): boolean {
    return this.#tree !== undefined;
  }

  /** True from its `ready` on, until it leaves the tree. Godot: Node.is_node_ready. */
  get isNodeReady(): boolean {
    return this.#isReady;
  }

  /** From the tree's root on, as `/root/Main/Player`; empty outside of a tree. Godot: Node.get_path. */
  get path(): string {
    if (this.#tree === undefined) return "";
    this.#path ??= `${this.#parent?.path ?? ""}/${this.#name}`;
    return this.#path;
  }

  /** The node at a path from here, or from the root. Throws UsageError when it is not there or is no `type`. */
  getNode<Type extends Node = Node>(
    path: NodePathLike,
    type?: abstract new (...args: never[]) => Type,
  ): Type {
    const node = this.getNodeOrNull(path);
    if (node === undefined) {
      throw new UsageError(
        "ERR_INVALID_PARAMETER",
        `there is no node "${path}" from "${this.path || this.#name}"`,
      );
    }
    if (type !== undefined && !(node instanceof type)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `the node "${path}" is no ${type.name}`);
    }
    return node as Type;
  }

  /** Also `%Name`: the node of that name that is unique in the owner. Godot: Node.get_node_or_null. */
  getNodeOrNull(path: NodePathLike): Node | undefined {
    const text = path.toString();
    if (text === "") return undefined;
    let node: Node | undefined = this;
    let names = text.split("/");
    if (text.startsWith("/")) {
      node = this.#tree?.root;
      if (names[1] !== node?.name) return undefined;
      names = names.slice(2);
    }
    for (const name of names) {
      if (node === undefined) return undefined;
      if (name === "..") node = node.#parent;
      else if (name.startsWith("%")) node = node.#uniqueNode(name.slice(1));
      else if (name !== "" && name !== ".") node = node.#children?.get(name);
    }
    return node;
  }

  #uniqueNode(name: string): Node | undefined {
    const owner = this.#uniqueNodes?.has(name) ? this : (this.#owner ?? this);
    const node = owner.#uniqueNodes?.get(name);
    // One that has been taken away does not count.
    return node && owner.isAncestorOf(node) ? node : undefined;
  }

  /** Whether `getNodeOrNull` finds one. Godot: Node.has_node. */
  hasNode(path: NodePathLike): boolean {
    return this.getNodeOrNull(path) !== undefined;
  }

  /** True when `node` is anywhere below. Godot: Node.is_ancestor_of. */
  isAncestorOf(node: Node): boolean {
    for (let above = node.#parent; above !== undefined; above = above.#parent)
      if (above === this) return true;
    return false;
  }

  /**
   * Adds a node and returns it. One without a name gets that of its class, with a number when need be. Throws UsageError
   * when it has a parent, when its name is taken (Godot renames it), and for one that is above this. Godot: Node.add_child.
   */
  addChild<Child extends Node>(child: Child): Child {
    // The base class's view of it: private names of a type parameter are not to be had.
    const node: Node = child;
    if (node.#parent !== undefined || node.#tree !== undefined) {
      throw new UsageError("ERR_ALREADY_IN_USE", `"${node.#name}" has a parent already`);
    }
    if (node === this || node.isAncestorOf(this)) {
      throw new UsageError("ERR_INVALID_PARAMETER", "a node cannot be below itself");
    }
    this.#children ??= new Map();
    if (node.#name === "") node.#name = this.#freeName(node.constructor.name);
    else this.#mustBeFree(node.#name);
    this.#children.set(node.#name, node);
    node.#parent = this;
    if (this.#tree !== undefined) {
      node.#enter(this.#tree);
      if (this.#isReady) node.#becomeReady();
    }
    return child;
  }

  /** Throws UsageError when it is no child of this. Godot: Node.remove_child. */
  removeChild(child: Node): void {
    if (child.#parent !== this) {
      throw new UsageError("ERR_INVALID_PARAMETER", `"${child.#name}" is no child of "${this.#name}"`);
    }
    child.#exit();
    // Its hooks may have removed it.
    if (child.#parent !== this) return;
    this.#children?.delete(child.#name);
    child.#parent = undefined;
  }

  /** Takes it out of the tree, with all below it. Godot: Node.queue_free, but at once. */
  free(): void {
    this.#parent?.removeChild(this);
  }

  #mustBeFree(name: string): void {
    if (this.#children?.has(name)) {
      throw new UsageError("ERR_ALREADY_IN_USE", `"${this.#name}" has a child "${name}" already`);
    }
  }

  #freeName(className: string): string {
    const base = forbiddenInNames.test(className) || className === "" ? "Node" : className;
    if (!this.#children?.has(base)) return base;
    for (let number = this.#children.size + 1; ; number++) {
      if (!this.#children.has(`${base}${number}`)) return `${base}${number}`;
    }
  }

  #renameChild(child: Node, name: string): void {
    this.#mustBeFree(name);
    // Anew, since the order stays.
    this.#children = new Map(this.children.map((node) => [node === child ? name : node.#name, node]));
  }

  #forgetPath(): void {
    if (this.#path === undefined) return;
    // One below cannot have made its path without ours.
    this.#path = undefined;
    for (const child of this.#eachChild) child.#forgetPath();
  }

  // ---- coming and going ----

  #enter(tree: NodeTree): void {
    this.#tree = tree;
    runHook(this.enterTree, this);
    this.#signals?.treeEntered?.emit();
    if (this.#tree !== tree) return;
    tree.nodeEntered(this);
    this.#emitToParent("childEnteredTree");
    // What a hook has added has entered by itself.
    for (const child of this.#eachChild) if (child.#tree === undefined) child.#enter(tree);
  }

  #becomeReady(): void {
    const tree = this.#tree;
    if (tree === undefined || this.#isReady) return;
    for (const child of this.#eachChild) child.#becomeReady();
    this.#isReady = true;
    if (!this.#readyHookRan) {
      this.#readyHookRan = true;
      runHook(this.ready, this);
      this.#signals?.becameReady?.emit();
    }
    if (this.#tree === tree) tree.nodeReady(this);
  }

  #exit(): void {
    const tree = this.#tree;
    if (tree === undefined) return;
    for (const child of this.children.reverse()) if (child.#parent === this) child.#exit();
    runHook(this.exitTree, this);
    this.#signals?.treeExiting?.emit();
    if (this.#tree !== tree) return;
    this.#emitToParent("childExitingTree");
    tree.nodeExited(this);
    this.#tree = undefined;
    this.#path = undefined;
    this.#isReady = false;
    this.#signals?.treeExited?.emit();
  }

  // ---- signals, made when first asked for ----

  /** Godot: Node.tree_entered. */
  get treeEntered(): Signal {
    return this.#signal("treeEntered");
  }

  /** Godot: Node.tree_exiting. */
  get treeExiting(): Signal {
    return this.#signal("treeExiting");
  }

  /** Godot: Node.tree_exited. */
  get treeExited(): Signal {
    return this.#signal("treeExited");
  }

  /** Godot: Node.ready, whose name is taken by the hook here. */
  get becameReady(): Signal {
    return this.#signal("becameReady");
  }

  /** Godot: Node.child_entered_tree. */
  get childEnteredTree(): Signal<[node: Node]> {
    return this.#signal("childEnteredTree");
  }

  /** Godot: Node.child_exiting_tree. */
  get childExitingTree(): Signal<[node: Node]> {
    return this.#signal("childExitingTree");
  }

  #emitToParent(name: "childEnteredTree" | "childExitingTree"): void {
    const parent = this.#parent;
    if (parent !== undefined) parent.#signals?.[name]?.emit(this);
  }

  #signal<Name extends keyof NodeSignals>(name: Name): NodeSignals[Name] {
    this.#signals ??= {};
    const signals: Partial<Record<keyof NodeSignals, unknown>> = this.#signals;
    // Which one it is shows in where it is kept.
    signals[name] ??= new Signal<never>();
    return signals[name] as NodeSignals[Name];
  }

  // ---- multiplayer ----

  /** The multiplayer API of this part of the tree. Throws UsageError outside of a tree. Godot: Node.multiplayer. */
  get multiplayer(): MultiplayerAPI {
    if (this.#tree === undefined) {
      throw new UsageError("ERR_UNCONFIGURED", `"${this.#name}" is in no tree, so it has no multiplayer API`);
    }
    return this.#tree.multiplayerOf(this);
  }

  /** The peer whose word counts for this node; the server's, 1, by default. Godot: Node.get_multiplayer_authority. */
  get multiplayerAuthority(): number {
    return this.#authority;
  }

  /** Also of all below, unless `recursive` is false; not of what is added later. Godot: Node.set_multiplayer_authority. */
  setMultiplayerAuthority(id: number, recursive = true): void {
    this.#authority = id;
    if (!recursive) return;
    for (const child of this.#eachChild) child.setMultiplayerAuthority(id);
  }

  /** Whether our own word counts for this node; false outside of a tree. Godot: Node.is_multiplayer_authority. */
  get isMultiplayerAuthority(): boolean {
    return this.#tree !== undefined && this.multiplayer.uniqueId === this.#authority;
  }

  /** Calls at every peer: `node.rpc.rollDice(3)`. Godot: Node.rpc. */
  get rpc(): RpcCalls<this> {
    return createRpcCalls(this, 0);
  }

  /** Calls at one peer, or with -id at all but one: `node.rpcId(5).rollDice(3)`. Godot: Node.rpc_id. */
  rpcId(peer: number): RpcCalls<this> {
    return createRpcCalls(this, peer);
  }

  /**
   * Makes a method of this node alone an RPC; `null` undoes it. Its wire numbers are others than those of `@rpc`. As in
   * Godot, one without a `mode` only takes up a number. Godot: Node.rpc_config.
   */
  rpcConfig(method: string, config: NodeRpcConfig | null): void {
    // Anew each time: what was made of the old one is known by it.
    const configs = new Map(this.#rpcConfigs);
    if (config === null) configs.delete(method);
    else configs.set(method, config);
    this.#rpcConfigs = configs.size === 0 ? undefined : configs;
  }

  /** What `rpcConfig` has set. Godot: Node.get_node_rpc_config. */
  get nodeRpcConfig(): ReadonlyMap<string, NodeRpcConfig> | undefined {
    return this.#rpcConfigs;
  }
}

function checkName(name: string): void {
  if (name !== "" && !forbiddenInNames.test(name)) return;
  throw new UsageError(
    "ERR_INVALID_PARAMETER",
    `"${name}" is no name for a node: it needs one without any of . : @ / " %`,
  );
}

// The error of one node must not leave the tree half way.
function runHook(hook: (() => void) | undefined, node: Node): void {
  try {
    hook?.call(node);
  } catch (error) {
    reportUncaught(error);
  }
}
