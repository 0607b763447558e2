// Small numbers for node paths, both ways (wire: SIMPLIFY_PATH and CONFIRM_PATH): those that we have given out, and those
// that each peer has. Godot: SceneCacheInterface. It must not know what is sent about the nodes.

import { addToGroup } from "./grouping.ts";
import type { Node } from "./node.ts";

/** A node that we have told peers a number for. */
export interface SentPath {
  readonly id: number;
  /** From the root node of the multiplayer API on. */
  readonly path: string;
  /** From the root of the tree on. */
  readonly absolutePath: string;
  readonly checksum: string;
  /** Those who know the number: true from when they have said so. */
  readonly peers: Map<number, boolean>;
}

/** What a confirmation names: the one or the other. */
export interface SentPathKey {
  readonly id: number | undefined;
  readonly path: string | undefined;
}

/** The numbers that we give out: one for each node, from 1 on, the same for all peers. */
export class SentPaths {
  #byNode = new WeakMap<Node, SentPath>();
  readonly #byId = new Map<number, SentPath>();
  readonly #byPeer = new Map<number, Set<SentPath>>();
  #lastId = 0;

  /**
   * The node's entry. As in Godot a node that comes back gets a new number; here also one that was moved or renamed, or
   * has other RPCs than before. `relativePath` is asked for only when there is none that fits.
   */
  entryFor(node: Node, checksum: string, relativePath: (absolute: string) => string): SentPath {
    const absolutePath = node.path;
    const known = this.#byNode.get(node);
    if (known?.absolutePath === absolutePath && known.checksum === checksum) return known;
    if (known !== undefined) this.#drop(known);
    const id = ++this.#lastId;
    const entry = { id, path: relativePath(absolutePath), absolutePath, checksum, peers: new Map() };
    this.#byNode.set(node, entry);
    this.#byId.set(id, entry);
    return entry;
  }

  /** True when the peer has not been told yet; it is now. */
  tell(entry: SentPath, peer: number): boolean {
    if (entry.peers.has(peer)) return false;
    entry.peers.set(peer, false);
    let entries = this.#byPeer.get(peer);
    if (entries === undefined) {
      entries = new Set();
      this.#byPeer.set(peer, entries);
    }
    entries.add(entry);
    return true;
  }

  /** A peer has confirmed; undefined when it was not asked. */
  confirm(peer: number, key: SentPathKey): SentPath | undefined {
    const entry = this.#findTold(peer, key);
    entry?.peers.set(peer, true);
    return entry;
  }

  /** True when we have told the peer of this. */
  isTold(peer: number, key: SentPathKey): boolean {
    return this.#findTold(peer, key) !== undefined;
  }

  /** True for a number that was in use, also when it is not any more. */
  wasGiven({ id }: SentPathKey): boolean {
    return id !== undefined && id > 0 && id <= this.#lastId;
  }

  #findTold(peer: number, { id, path }: SentPathKey): SentPath | undefined {
    if (id !== undefined) {
      const entry = this.#byId.get(id);
      return entry?.peers.has(peer) ? entry : undefined;
    }
    for (const entry of this.#byPeer.get(peer) ?? []) if (entry.path === path) return entry;
    return undefined;
  }

  /** A node has left the tree. */
  nodeExited(node: Node): void {
    const entry = this.#byNode.get(node);
    if (entry !== undefined) this.#drop(entry);
    this.#byNode.delete(node);
  }

  forgetPeer(peer: number): void {
    for (const entry of this.#byPeer.get(peer) ?? []) entry.peers.delete(peer);
    this.#byPeer.delete(peer);
  }

  clear(): void {
    this.#byNode = new WeakMap();
    this.#byId.clear();
    this.#byPeer.clear();
    this.#lastId = 0;
  }

  #drop(entry: SentPath): void {
    this.#byId.delete(entry.id);
    for (const peer of entry.peers.keys()) this.#byPeer.get(peer)?.delete(entry);
  }
}

/** A number that a peer has given out. */
export interface ReceivedPath {
  readonly id: number;
  /** From the root node of the multiplayer API on. */
  readonly path: string;
  readonly checksum: string;
  /** What the path led to when it was last looked up, and its path then. */
  node: Node | undefined;
  absolutePath: string;
}

export interface ReceivedPathLimits {
  /** Numbers that one peer may give out. */
  readonly maxPerPeer: number;
  /** Of these, those whose node is not there. */
  readonly maxWaitingPerPeer: number;
}

/** Characters in the paths of one peer, for each number that it may give out: an average that games stay below. */
const charactersPerPath = 64;

interface PeerPaths {
  readonly byId: Map<number, ReceivedPath>;
  /** In all its paths together. */
  characters: number;
  /** Not confirmed yet, by path. */
  readonly waiting: Map<string, ReceivedPath[]>;
}

/** The numbers of the peers. They stay when a node leaves, and lead to the node that is at their path then. */
export class ReceivedPaths {
  readonly #byPeer = new Map<number, PeerPaths>();
  readonly #limits: ReceivedPathLimits;
  readonly #find: (path: string) => Node | undefined;
  #waitingCount = 0;

  constructor(limits: ReceivedPathLimits, find: (path: string) => Node | undefined) {
    this.#limits = limits;
    this.#find = find;
  }

  /** True when some peer waits for some node. */
  get hasWaiting(): boolean {
    return this.#waitingCount > 0;
  }

  /** A new number; a string says why it cannot be taken. Without a node it waits until `confirmable` finds one. */
  add(peer: number, id: number, path: string, checksum: string): ReceivedPath | "duplicate" | "too many" {
    const { maxPerPeer, maxWaitingPerPeer } = this.#limits;
    const paths = this.#byPeer.get(peer) ?? { byId: new Map(), characters: 0, waiting: new Map() };
    this.#byPeer.set(peer, paths);
    if (paths.byId.has(id)) return "duplicate";
    if (paths.byId.size >= maxPerPeer || paths.characters + path.length > maxPerPeer * charactersPerPath)
      return "too many";
    const entry: ReceivedPath = { id, path, checksum, node: undefined, absolutePath: "" };
    if (this.nodeOf(entry) === undefined) {
      if (paths.waiting.size >= maxWaitingPerPeer) return "too many";
      addToGroup(paths.waiting, path, entry);
      this.#waitingCount++;
    }
    paths.byId.set(id, entry);
    paths.characters += path.length;
    return entry;
  }

  get(peer: number, id: number): ReceivedPath | undefined {
    return this.#byPeer.get(peer)?.byId.get(id);
  }

  /** What is at the path now. */
  nodeOf(entry: ReceivedPath): Node | undefined {
    const { node } = entry;
    if (node !== undefined && node.path === entry.absolutePath) return node;
    entry.node = this.#find(entry.path);
    entry.absolutePath = entry.node?.path ?? "";
    return entry.node;
  }

  /** There is a node at this path now: who has been waiting for it. */
  takeWaiting(path: string): { peer: number; entry: ReceivedPath }[] {
    const found: { peer: number; entry: ReceivedPath }[] = [];
    for (const [peer, { waiting }] of this.#byPeer) {
      for (const entry of waiting.get(path) ?? []) found.push({ peer, entry });
      waiting.delete(path);
    }
    this.#waitingCount -= found.length;
    return found;
  }

  forgetPeer(peer: number): void {
    for (const entries of this.#byPeer.get(peer)?.waiting.values() ?? [])
      this.#waitingCount -= entries.length;
    this.#byPeer.delete(peer);
  }

  clear(): void {
    this.#byPeer.clear();
    this.#waitingCount = 0;
  }
}

/** The way from one absolute path to another: `A/B`, `.` for itself, `../C`. Godot: Node.get_path_to. */
export function relativePath(root: string, path: string): string {
  if (path === root) return ".";
  if (path.startsWith(`${root}/`)) return path.slice(root.length + 1);
  const from = root.split("/");
  const to = path.split("/");
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/");
}
