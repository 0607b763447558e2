// Calls of ours at other peers: to whom, in which form, and encoded once for all. It must not know who is connected how.

import { UsageError } from "../errors.ts";
import { encodeArguments } from "../variant/compact.ts";
import { Float } from "../variant/numbers.ts";
import type { Variant } from "../variant/variant.ts";
import { groupBy } from "./grouping.ts";
import type { Node } from "./node.ts";
import type { Audience } from "./path-exchange.ts";
import { encodePath } from "./path-packets.ts";
import { type RpcMethod, rpcTableOf } from "./rpc-config.ts";
import { type CallContent, encodeCall, encodeCallWithPath, mostArguments } from "./rpc-packet.ts";
import { type SessionVersion, variantOptions } from "./session-dialect.ts";

/** What the sender needs of the multiplayer API around it. */
export interface RpcSenderPort {
  /** Our own id; undefined while we are not connected. */
  ownId(): number | undefined;
  readonly peers: ReadonlySet<number>;
  /** That of all peers, when it is the same. */
  commonVersion(): SessionVersion | undefined;
  versionOf(peer: number): SessionVersion;
  /** Whether whole objects may be sent. */
  allowObjects(): boolean;
  /** Says the node's number to those who have not heard of it. */
  announce(node: Node, peers: readonly number[]): Audience;
  /** Throws UsageError when the node is none of this API's. */
  mustOwn(node: object): Node;
  /** Whether the peer may hear of the node. */
  canCall(node: Node, peer: number): boolean;
  send(packet: Uint8Array, peers: readonly number[], method: RpcMethod): void;
  /** Carries the call out here, as one of our own. */
  callLocally(node: Node, method: RpcMethod, args: readonly unknown[]): void;
}

export class RpcSender {
  readonly #port: RpcSenderPort;
  /** Calls sent, counting each receiver. */
  sentCount = 0;

  constructor(port: RpcSenderPort) {
    this.#port = port;
  }

  /** Godot: SceneRPCInterface::rpcp. */
  call(peer: number, object: object, name: string, args: readonly unknown[]): void {
    const ownId = this.#port.ownId();
    if (ownId === undefined)
      throw new UsageError("ERR_CONNECTION_ERROR", `cannot call ${name}: not connected`);
    const node = this.#port.mustOwn(object);
    const method = rpcTableOf(node).byName.get(name);
    if (method === undefined) {
      throw new UsageError(
        "ERR_INVALID_PARAMETER",
        `${name} is no RPC of ${node.constructor.name} (${node.path})`,
      );
    }
    if (args.length > mostArguments) {
      throw new UsageError(
        "ERR_INVALID_PARAMETER",
        `${name} is called with more than ${mostArguments} arguments`,
      );
    }
    if (peer === ownId && !method.callLocal) {
      throw new UsageError("ERR_INVALID_PARAMETER", `${name} is called at ourselves and is not callLocal`);
    }
    const targets = this.#expand(peer, ownId, node);
    if (targets.length > 0) this.#send(node, method, args, targets);
    if (method.callLocal && (peer === ownId || (peer <= 0 && peer !== -ownId))) {
      this.#port.callLocally(node, method, args);
    }
  }

  #expand(peer: number, ownId: number, node: Node): readonly number[] {
    const { peers } = this.#port;
    if (peer === ownId) return [];
    if (peer <= 0) return [...peers].filter((id) => id !== -peer && this.#port.canCall(node, id));
    if (!peers.has(peer)) throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${peer}`);
    if (this.#port.canCall(node, peer)) return [peer];
    throw new UsageError("ERR_UNAUTHORIZED", `"${node.path}" is not visible to peer ${peer}`);
  }

  #send(node: Node, method: RpcMethod, args: readonly unknown[], targets: readonly number[]): void {
    const common = this.#port.commonVersion();
    const byVersion: readonly (readonly [SessionVersion, readonly number[]])[] =
      common === undefined
        ? [...groupBy(targets, (peer) => this.#port.versionOf(peer))]
        : [[common, targets]];
    // All before anything is sent: what cannot be encoded is the caller's error.
    const contents = byVersion.map(
      ([version, peers]) => [this.#encode(method, args, version), peers] as const,
    );
    this.sentCount += targets.length;
    for (const [content, peers] of contents) this.#sendContent(node, method, content, peers);
  }

  #sendContent(node: Node, method: RpcMethod, content: CallContent, peers: readonly number[]): void {
    const { entry, confirmed, unconfirmed } = this.#port.announce(node, peers);
    // As Godot: one who does not know the number yet makes it long for all.
    const wide = unconfirmed.length > 0;
    if (confirmed.length > 0) this.#port.send(encodeCall(content, entry.id, wide), confirmed, method);
    if (wide) this.#port.send(encodeCallWithPath(content, encodePath(entry.path)), unconfirmed, method);
  }

  #encode(method: RpcMethod, args: readonly unknown[], version: SessionVersion): CallContent {
    const { number: methodNumber, floats } = method;
    const [only] = args;
    // As Godot: an empty one looks like no arguments.
    if (args.length === 0) return { methodNumber, argumentCount: undefined, args: new Uint8Array(0) };
    if (args.length === 1 && only instanceof Uint8Array)
      return { methodNumber, argumentCount: undefined, args: only };
    const values = floats === undefined ? args : args.map((value, i) => (floats[i] ? toFloat(value) : value));
    const options = variantOptions(version, this.#port.allowObjects());
    const encoded = encodeArguments(values as readonly Variant[], options);
    return { methodNumber, argumentCount: args.length, args: encoded };
  }
}

function toFloat(value: unknown): unknown {
  return typeof value === "number" ? new Float(value) : value;
}
