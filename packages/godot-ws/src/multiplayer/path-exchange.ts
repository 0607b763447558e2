// Agreeing with peers on numbers for nodes: what is sent and answered (wire: SIMPLIFY_PATH and CONFIRM_PATH), without the
// races of the engine. It must not know what is sent about the nodes.

import { describeDifference, explainChecksum } from "./checksum.ts";
import type { Node } from "./node.ts";
import { type ReceivedPath, ReceivedPaths, relativePath, type SentPath, SentPaths } from "./path-cache.ts";
import { decodeConfirm, decodeSimplify, encodeConfirm, encodeSimplify } from "./path-packets.ts";
import { rpcTableOf, toSnakeCase } from "./rpc-config.ts";
import type { SessionDialect } from "./session-dialect.ts";

/** Why a packet about numbers of nodes was not carried out. */
export type PathFault =
  | "too short"
  | "malformed"
  | "duplicate node id"
  | "too many node ids"
  | "not asked for";

/** The two sides disagree on the RPCs of a node, so that a call may reach another method than was meant. */
export interface ChecksumMismatch {
  /** The node's, from the root node on. */
  readonly path: string;
  /** Our RPCs, by their names on the wire. */
  readonly ours: readonly string[];
  /** Undefined when the peer only said that its own is another. */
  readonly theirChecksum: string | undefined;
  /** For people: which RPCs are missing on which side, where that can be told. */
  readonly explanation: string;
}

/** What the exchange needs of the multiplayer API around it. */
export interface PathPort {
  send(packet: Uint8Array, peers: readonly number[]): void;
  /** As `send`, where nobody has asked for it: does not throw. */
  answer(packet: Uint8Array, peer: number): void;
  dialectOf(peer: number): SessionDialect;
  /** The absolute path of the root node; undefined while there is none. */
  rootPath(): string | undefined;
  /** A node that peers may speak of. */
  find(path: string): Node | undefined;
  /** Names that the game's scripts have, for explanations. */
  knownMethods(): readonly string[];
  rejected(peer: number, fault: PathFault): void;
  mismatched(peer: number, mismatch: ChecksumMismatch): void;
  suspected(peer: number, message: string): void;
}

/** Who is to be sent what. */
export interface Audience {
  readonly entry: SentPath;
  readonly confirmed: readonly number[];
  /** They have been told the number, but may not know it yet. */
  readonly unconfirmed: readonly number[];
}

/** Characters: a path is kept as long as its peer is there. */
const longestPath = 4096;

/** To find out what differs takes time: so often it is done for one peer. */
const mostExplanations = 16;

export class PathExchange {
  readonly #port: PathPort;
  readonly #sent = new SentPaths();
  readonly #received: ReceivedPaths;
  readonly #explanations = new Map<number, number>();

  constructor(port: PathPort, limits: { maxPerPeer: number; maxWaitingPerPeer: number }) {
    this.#port = port;
    this.#received = new ReceivedPaths(limits, (path) => port.find(path));
  }

  // ---- our numbers ----

  /** The node's number; peers who have not been told it are told now. */
  announce(node: Node, peers: readonly number[]): Audience {
    const relative = (absolute: string): string => relativePath(this.#port.rootPath() ?? "", absolute);
    const entry = this.#sent.entryFor(node, rpcTableOf(node).checksum, relative);
    const confirmed: number[] = [];
    const unconfirmed: number[] = [];
    // A loop: this is asked for each call.
    for (const peer of peers) (entry.peers.get(peer) ? confirmed : unconfirmed).push(peer);
    const untold = unconfirmed.filter((peer) => !entry.peers.has(peer));
    if (untold.length > 0) {
      // Where a queue is full it throws, and they are told the next time.
      this.#port.send(encodeSimplify(entry), untold);
      for (const peer of untold) this.#sent.tell(entry, peer);
    }
    return { entry, confirmed, unconfirmed };
  }

  /** A CONFIRM_PATH. */
  receiveConfirm(peer: number, packet: Uint8Array): void {
    const { confirmsByPath, version } = this.#port.dialectOf(peer);
    const confirm = decodeConfirm(packet, confirmsByPath);
    const entry = confirm && this.#sent.confirm(peer, confirm);
    if (confirm === undefined || entry === undefined) {
      const other = decodeConfirm(packet, !confirmsByPath);
      if (other !== undefined && this.#sent.isTold(peer, other)) {
        const form = confirmsByPath ? "4.3 or later" : "4.0 to 4.2";
        this.#port.suspected(
          peer,
          `it confirms paths as Godot ${form} does, and the session is set to ${version}`,
        );
      }
      if (confirm === undefined) return this.#port.rejected(peer, "malformed");
      // The node may have left while the answer was under way.
      return this.#sent.wasGiven(confirm) ? undefined : this.#port.rejected(peer, "not asked for");
    }
    if (confirm.checksumMatches) return;
    this.#reportMismatch(peer, entry.path, undefined, this.#port.find(entry.path));
  }

  // ---- their numbers ----

  /** A SIMPLIFY_PATH. One for a node that is not there is answered when it is. */
  receiveSimplify(peer: number, packet: Uint8Array): void {
    const simplify = decodeSimplify(packet);
    if (simplify === undefined) return this.#port.rejected(peer, "too short");
    const { id, path, checksum } = simplify;
    if (path === undefined || path.length > longestPath) return this.#port.rejected(peer, "malformed");
    const entry = this.#received.add(peer, id, path, checksum);
    if (entry === "duplicate") return this.#port.rejected(peer, "duplicate node id");
    if (entry === "too many") return this.#port.rejected(peer, "too many node ids");
    const node = this.#received.nodeOf(entry);
    if (node !== undefined) this.#confirm(peer, entry, node);
  }

  #confirm(peer: number, entry: ReceivedPath, node: Node): void {
    const { id, path, checksum } = entry;
    const matches = rpcTableOf(node).checksum === checksum;
    const byPath = this.#port.dialectOf(peer).confirmsByPath;
    this.#port.answer(encodeConfirm(matches, byPath ? { path } : { id }), peer);
    if (!matches) this.#reportMismatch(peer, path, checksum, node);
  }

  /** What a peer calls by this number: undefined when it has not told us of one. */
  received(peer: number, id: number): ReceivedPath | undefined {
    return this.#received.get(peer, id);
  }

  nodeOf(entry: ReceivedPath): Node | undefined {
    return this.#received.nodeOf(entry);
  }

  // ---- nodes and peers come and go ----

  get hasWaiting(): boolean {
    return this.#received.hasWaiting;
  }

  /** A node is there: peers who have spoken of it get their confirmation. */
  nodeReady(node: Node, path: string): void {
    for (const { peer, entry } of this.#received.takeWaiting(path)) this.#confirm(peer, entry, node);
  }

  nodeExited(node: Node): void {
    this.#sent.nodeExited(node);
  }

  forgetPeer(peer: number): void {
    this.#sent.forgetPeer(peer);
    this.#received.forgetPeer(peer);
    this.#explanations.delete(peer);
  }

  clear(): void {
    this.#sent.clear();
    this.#received.clear();
    this.#explanations.clear();
  }

  #reportMismatch(
    peer: number,
    path: string,
    theirChecksum: string | undefined,
    node: Node | undefined,
  ): void {
    const table = node && rpcTableOf(node);
    const ours = table?.names ?? [];
    const explained = this.#explanations.get(peer) ?? 0;
    let explanation = "the peer has other RPCs than we have";
    if (theirChecksum !== undefined && explained < mostExplanations) {
      this.#explanations.set(peer, explained + 1);
      const own = [...(table?.byName.keys() ?? [])];
      // Names that were spelled the other way are a common slip.
      const known = [...own, ...own.map(toSnakeCase), ...this.#port.knownMethods()];
      explanation = describeDifference(explainChecksum(ours, theirChecksum, known));
    }
    this.#port.mismatched(peer, { path, ours, theirChecksum, explanation });
  }
}
