// Calls of peers at our nodes: found, permitted, decoded, checked, and carried out (wire: REMOTE_CALL). What is refused is
// reported and answered with nothing. It must not know how packets come.

import { DataError } from "../errors.ts";
import { decodeArguments } from "../variant/compact.ts";
import { HeldCalls, type HoldLimits } from "./held-calls.ts";
import type { Node } from "./node.ts";
import type { ReceivedPath } from "./path-cache.ts";
import { decodePath } from "./path-packets.ts";
import { RateLimits } from "./rate-limits.ts";
import { type RpcMethod, rpcTableOf } from "./rpc-config.ts";
import { type CallHead, decodeCallHead } from "./rpc-packet.ts";
import { type SessionVersion, variantOptions } from "./session-dialect.ts";

/** Why a call was not carried out. */
export type RpcRejectReason =
  | "too short"
  | "malformed"
  | "unknown node id"
  | "node not found"
  | "unknown method"
  | "not allowed"
  | "rate limited"
  | "malformed arguments"
  | "wrong number of arguments"
  | "wrong argument type";

/** A call that was not carried out. */
export interface RpcRejection {
  readonly reason: RpcRejectReason;
  /** The node's, where it is known: from the root node on. */
  readonly path: string | undefined;
  /** Its name on the wire, where it is known. */
  readonly method: string | undefined;
  /** For people. */
  readonly detail: string;
}

/** What the receiver needs of the multiplayer API around it. */
export interface RpcReceiverPort {
  now(): number;
  /** At this time `reportExpired` has to be called. */
  wakeAt(time: number): void;
  versionOf(peer: number): SessionVersion;
  /** Whether whole objects may be received. */
  allowObjects(): boolean;
  received(peer: number, id: number): ReceivedPath | undefined;
  nodeOf(entry: ReceivedPath): Node | undefined;
  find(path: string): Node | undefined;
  rejected(peer: number, rejection: RpcRejection): void;
  failed(error: unknown, call: RpcFailure): void;
}

/** A call that was carried out, and whose method threw, or rejected its promise. */
export interface RpcFailure {
  readonly peer: number;
  readonly node: Node;
  readonly method: string;
}

/** What is wrong with a call. */
type Refusal = readonly [reason: RpcRejectReason, detail: string];

export class RpcReceiver {
  readonly #port: RpcReceiverPort;
  readonly #held: HeldCalls;
  readonly #limits = new RateLimits();
  #senderId = 0;
  /** Calls carried out. */
  receivedCount = 0;

  constructor(port: RpcReceiverPort, limits: HoldLimits) {
    this.#port = port;
    this.#held = new HeldCalls(limits);
  }

  /** Who called, while a call is carried out; 0 otherwise. */
  get senderId(): number {
    return this.#senderId;
  }

  receive(peer: number, packet: Uint8Array): void {
    const head = decodeCallHead(packet);
    if (typeof head === "string") return this.#reject(peer, head, `a call of ${packet.length} octets`);
    const { nodeId } = head;
    let node: Node | undefined;
    let path: string | undefined;
    if (nodeId === undefined) {
      path = decodePath(packet, head.argumentsEnd);
      if (path === undefined) return this.#reject(peer, "malformed", "its path is no UTF-8");
      node = this.#port.find(path);
    } else {
      const entry = this.#port.received(peer, nodeId);
      if (entry === undefined)
        return this.#reject(peer, "unknown node id", `it has not told of a node ${nodeId}`);
      path = entry.path;
      node = this.#port.nodeOf(entry);
    }
    if (node === undefined) return this.#hold(peer, path, packet);
    const method = rpcTableOf(node).byNumber.get(head.methodNumber);
    const refusal = this.#receiveFor(peer, node, method, head, packet);
    if (refusal !== undefined) this.#reject(peer, ...refusal, path, method);
  }

  #receiveFor(
    peer: number,
    node: Node,
    method: RpcMethod | undefined,
    head: CallHead,
    packet: Uint8Array,
  ): Refusal | undefined {
    if (method === undefined || typeof Reflect.get(node, method.method) !== "function") {
      const wanted = method?.name ?? `of number ${head.methodNumber}`;
      return ["unknown method", `${node.constructor.name} has no RPC ${wanted}`];
    }
    const { mode, rateLimit } = method;
    const { multiplayerAuthority } = node;
    if (mode === "disabled") return ["not allowed", "it is disabled"];
    if (mode === "authority" && peer !== multiplayerAuthority)
      return ["not allowed", `only the node's authority, ${multiplayerAuthority}, may`];
    if (rateLimit !== undefined && !this.#limits.take(peer, method, this.#port.now()))
      return ["rate limited", `more than ${rateLimit.perSecond} calls a second`];
    let args: unknown[];
    try {
      args = this.#decode(peer, method, head, packet);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      // Godot calls with null in place of these; a method of ours may rely on what it gets.
      return ["malformed arguments", error.message];
    }
    const refusal = convertArguments(method, args);
    if (refusal !== undefined) return refusal;
    this.receivedCount++;
    this.carryOut(node, method, args, peer);
    return undefined;
  }

  #decode(peer: number, method: RpcMethod, head: CallHead, packet: Uint8Array): unknown[] {
    const { argumentsStart, argumentsEnd, argumentCount } = head;
    if (argumentCount === undefined) {
      const bytes = packet.subarray(argumentsStart, argumentsEnd);
      // An empty PackedByteArray alone looks like no arguments: what is declared decides.
      const isOne = bytes.length > 0 || (method.required === 1 && method.argTypes?.[0] === "Uint8Array");
      return isOne ? [bytes] : [];
    }
    const bytes = argumentsEnd === packet.length ? packet : packet.subarray(0, argumentsEnd);
    const common = variantOptions(this.#port.versionOf(peer), this.#port.allowObjects());
    const options = method.keepKinds ? { ...common, keepKinds: true } : common;
    return decodeArguments(bytes, argumentsStart, argumentCount, options).values;
  }

  /** Calls the method; what it throws, at once or later, is reported and goes nowhere else. */
  carryOut(node: Node, { method }: RpcMethod, args: readonly unknown[], peer: number): void {
    const before = this.#senderId;
    this.#senderId = peer;
    try {
      const result: unknown = (node as unknown as Record<string, (...args: readonly unknown[]) => unknown>)[
        method
      ]!(...args);
      if (result instanceof Promise)
        result.catch((error: unknown) => this.#port.failed(error, { peer, node, method }));
    } catch (error) {
      this.#port.failed(error, { peer, node, method });
    } finally {
      this.#senderId = before;
    }
  }

  // ---- calls for nodes that are not there yet ----

  get holdsNothing(): boolean {
    return this.#held.isEmpty;
  }

  #hold(peer: number, path: string, packet: Uint8Array): void {
    const deadline = this.#held.hold(peer, path, packet, this.#port.now());
    if (deadline !== undefined) this.#port.wakeAt(deadline);
    else this.#rejectMissing(peer, path);
  }

  #rejectMissing(peer: number, path: string): void {
    this.#reject(peer, "node not found", `there is no node ${path}`, path);
  }

  /** A node is there: what waited for it is carried out, in the order in which it came. */
  nodeReady(path: string): void {
    for (const { peer, packet } of this.#held.take(path)) this.receive(peer, packet);
  }

  /** Reports those that have waited too long. */
  reportExpired(): void {
    if (this.#held.isEmpty) return;
    const { expired, next } = this.#held.takeExpired(this.#port.now());
    for (const { peer, path } of expired) this.#rejectMissing(peer, path);
    if (next < Number.POSITIVE_INFINITY) this.#port.wakeAt(next);
  }

  forgetPeer(peer: number): void {
    for (const { path } of this.#held.takeOf(peer)) this.#rejectMissing(peer, path);
    this.#limits.forget(peer);
  }

  clear(): void {
    this.#held.clear();
    this.#limits.clear();
  }

  #reject(peer: number, reason: RpcRejectReason, detail: string, path?: string, method?: RpcMethod): void {
    this.#port.rejected(peer, { reason, path, method: method?.name, detail });
  }
}

/** In place. */
function convertArguments(
  { converters, required, argTypes }: RpcMethod,
  args: unknown[],
): Refusal | undefined {
  const most = converters?.length ?? Number.POSITIVE_INFINITY;
  if (args.length < required || args.length > most) {
    const expected = required === most ? `${required}` : `${required} or more`;
    return ["wrong number of arguments", `${expected} expected, ${args.length} came`];
  }
  if (converters === undefined) return undefined;
  for (let i = 0; i < args.length; i++) {
    args[i] = converters[i]!(args[i]);
    if (args[i] === undefined) return ["wrong argument type", `argument ${i + 1} is no ${argTypes?.[i]}`];
  }
  return undefined;
}
