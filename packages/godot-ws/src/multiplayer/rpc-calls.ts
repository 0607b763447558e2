// Typed calls: `node.rpc.method(…)`. One small class is made for each class of nodes, so that a call costs one short-lived
// object and no look-up of names by proxy. It must not know nodes or what a call does.

/** The parameters of a method, as a call to its remote counterpart takes them. */
export type RpcCall<Method> = Method extends (...args: infer Args) => unknown
  ? (...args: Args) => void
  : never;

/** The methods of a class as remote calls. Those that are no RPC throw UsageError when they are called. */
export type RpcCalls<Target> = { readonly [Key in keyof Target]: RpcCall<Target[Key]> };

/** What a call needs of the node it is for. */
export interface RpcCaller {
  readonly multiplayer: { rpc(peer: number, node: object, method: string, args: readonly unknown[]): void };
}

type CallsClass = new (node: RpcCaller, peer: number) => object;

// Symbols: a method may have any name.
const callerKey = Symbol("caller");
const peerKey = Symbol("peer");

class Calls {
  readonly [callerKey]: RpcCaller;
  readonly [peerKey]: number;

  constructor(node: RpcCaller, peer: number) {
    this[callerKey] = node;
    this[peerKey] = peer;
  }
}

const classes = new WeakMap<object, CallsClass>();

/** The calls of `node`'s methods at `peer`: 0 for all, -id for all but one. */
export function createRpcCalls<Target extends RpcCaller>(node: Target, peer: number): RpcCalls<Target> {
  const prototype: object = Object.getPrototypeOf(node);
  let callsClass = classes.get(prototype);
  if (callsClass === undefined) {
    callsClass = createCallsClass(prototype);
    classes.set(prototype, callsClass);
  }
  return new callsClass(node, peer) as RpcCalls<Target>;
}

function createCallsClass(prototype: object): CallsClass {
  class CallsOfClass extends Calls {}
  for (let level: object = prototype; level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      // The one of the class itself comes first.
      const isOther = name === "constructor" || typeof value !== "function";
      if (isOther || Object.hasOwn(CallsOfClass.prototype, name)) continue;
      Object.defineProperty(CallsOfClass.prototype, name, { value: createCall(name) });
    }
  }
  return CallsOfClass;
}

function createCall(name: string): (this: Calls, ...args: unknown[]) => void {
  return function (...args) {
    const caller = this[callerKey];
    caller.multiplayer.rpc(this[peerKey], caller, name, args);
  };
}
