// Which methods are RPCs: declared by the decorator `rpc`, by `defineRpc` or on one node, and numbered as Godot numbers
// them. It must not know nodes, nor how calls travel.

import { UsageError } from "../errors.ts";
import {
  type Converter,
  converterTo,
  nameOfToken,
  type TypeToken,
  type ValueOf,
} from "../variant/conversion.ts";
import { Float } from "../variant/numbers.ts";
import { md5Hex } from "./md5.ts";

/** Who may call: Godot's strings of `@rpc`. */
export type RpcMode = "disabled" | "any_peer" | "authority";

/** How often one peer may call a method; what is beyond it is refused. */
export interface RpcRateLimit {
  /** Calls a second that one peer may make of this method, on all nodes of the class together. */
  readonly perSecond: number;
  /** How many may come at once. Default: as many as a second gives, at least 1. */
  readonly burst?: number;
}

interface RpcSettings {
  /** Run it here too, when the call is for us. Default false. */
  readonly callLocal?: boolean;
  /** Without effect over WebSocket. Default reliable. */
  readonly transferMode?: "reliable" | "unreliable" | "unreliable_ordered";
  /** Without effect over WebSocket. Default 0. */
  readonly channel?: number;
  /** The name that the game knows it by. Default: the method's, in snake_case. */
  readonly name?: string;
  /** How many arguments there must be at least. Default: the parameters before the first with a default value. */
  readonly required?: number;
  /** Without `args`: numbers come as `Int` and `Float`, so that they can be sent on as what they were. Default false. */
  readonly keepKinds?: boolean;
  /** Calls beyond it are refused. Default: none. */
  readonly rateLimit?: RpcRateLimit;
}

/** Godot: the annotation @rpc. */
export interface RpcOptions<Tokens extends readonly TypeToken[] = readonly TypeToken[]> extends RpcSettings {
  /** Default `"authority"`. */
  readonly mode?: RpcMode;
  /**
   * The parameters' types, `[Int, String, Vector2]`: arguments are converted as GDScript converts them, and a call with
   * others or with more is refused. Without it, the method gets whatever came.
   */
  readonly args?: Tokens;
}

/** Godot: Node.rpc_config. One without a `mode` takes up a number and is no RPC. */
export type NodeRpcConfig = RpcOptions;

/** One RPC of a node, as it is on the wire and as it is here. */
export interface RpcMethod {
  /** On the wire. */
  readonly name: string;
  /** Of the TypeScript method. */
  readonly method: string;
  /** 0 to 0x7fff, from 0x8000 on for those of one node alone. */
  readonly number: number;
  readonly mode: RpcMode;
  readonly callLocal: boolean;
  readonly transferMode: "reliable" | "unreliable" | "unreliable_ordered";
  readonly channel: number;
  /** What they are called, for messages. */
  readonly argTypes: readonly string[] | undefined;
  readonly converters: readonly Converter[] | undefined;
  /** Arguments that go out as float even when they are whole. */
  readonly floats: readonly boolean[] | undefined;
  readonly required: number;
  readonly keepKinds: boolean;
  readonly rateLimit: RpcRateLimit | undefined;
}

/** The RPCs of a class, or of one node with some of its own. */
export interface RpcTable {
  readonly byNumber: ReadonlyMap<number, RpcMethod>;
  /** By the name on the wire and, unless that is another's, by the TypeScript name. */
  readonly byName: ReadonlyMap<string, RpcMethod>;
  /** In the order of the checksum. */
  readonly names: readonly string[];
  /** 32 hexadecimal digits. Godot: SceneRPCInterface::get_rpc_md5. */
  readonly checksum: string;
}

/** A class whose instances have RPCs. */
type RpcClass<Target extends object> = abstract new (...args: never[]) => Target;
type AnyFunction = (...args: never[]) => unknown;
type MethodNames<Target> = {
  [Key in keyof Target]: Target[Key] extends AnyFunction ? Key : never;
}[keyof Target] &
  string;

/** Parameters that fit the declared types; any, where none are declared. */
type FittingArgs<Tokens extends readonly TypeToken[]> = readonly TypeToken[] extends Tokens
  ? never[]
  : { -readonly [Index in keyof Tokens]: ValueOf<Tokens[Index]> };

// Decorated functions are known by themselves: a decorator does not see the class.
const decorated = new WeakMap<object, RpcOptions>();
// By prototype.
const defined = new WeakMap<object, Map<string, RpcOptions>>();
// By prototype, or by what was set on a node alone.
let tables = new WeakMap<object, RpcTable>();

const nodeNumbers = 0x8000;

/**
 * Makes a method an RPC: `@rpc({ mode: "any_peer", args: [Int] })`, a standard decorator. Subclasses have it too, also
 * when they override it without saying so. Godot: the annotation @rpc.
 */
export function rpc<const Tokens extends readonly TypeToken[] = readonly TypeToken[]>(
  options: RpcOptions<Tokens> = {},
): <This extends object, Method extends (this: This, ...args: FittingArgs<Tokens>) => unknown>(
  method: Method,
  context: ClassMethodDecoratorContext<This, Method>,
) => void {
  checkOptions(options);
  return (method, { name, static: isStatic, private: isPrivate }) => {
    if (isStatic || isPrivate || typeof name === "symbol") {
      throw new UsageError(
        "ERR_INVALID_PARAMETER",
        `${String(name)} cannot be an RPC: it must be a public method`,
      );
    }
    decorated.set(method, options);
  };
}

/** As the decorator `rpc`, for programs without decorators: `defineRpc(Player, "hit", { mode: "any_peer" })`. */
export function defineRpc<
  Target extends object,
  Name extends MethodNames<Target>,
  const Tokens extends readonly TypeToken[] = readonly TypeToken[],
>(
  target: RpcClass<Target>,
  method: Name &
    (Target[Name] extends (...args: FittingArgs<Tokens>) => unknown
      ? unknown
      : "its parameters are not those of args"),
  options: RpcOptions<Tokens> = {},
): void {
  checkOptions(options);
  const prototype: object = target.prototype;
  if (typeof Reflect.get(prototype, method) !== "function") {
    throw new UsageError("ERR_INVALID_PARAMETER", `${target.name} has no method ${String(method)}`);
  }
  const own = defined.get(prototype) ?? new Map<string, RpcOptions>();
  own.set(method, options);
  defined.set(prototype, own);
  // Subclasses' tables hold it too.
  tables = new WeakMap();
}

function checkOptions({ args = [], rateLimit }: RpcOptions): void {
  for (const token of args) converterTo(token);
  if (rateLimit !== undefined && !(rateLimit.perSecond > 0)) {
    throw new UsageError("ERR_INVALID_PARAMETER", "a rate limit must let more than 0 calls a second through");
  }
}

/** The RPCs of a node, by its class and by what was set on it alone. */
export function rpcTableOf(
  node: object & { readonly nodeRpcConfig: ReadonlyMap<string, NodeRpcConfig> | undefined },
): RpcTable {
  const prototype: object = Object.getPrototypeOf(node);
  const config = node.nodeRpcConfig;
  let table = tables.get(config ?? prototype);
  if (table === undefined) {
    const ofNode = config === undefined ? [] : createMethods(prototype, config, nodeNumbers);
    table = createTable(ofNode, createMethods(prototype, optionsOf(prototype), 0));
    tables.set(config ?? prototype, table);
  }
  return table;
}

/** What is declared for a class and those it descends from. */
function optionsOf(prototype: object | null): Map<string, RpcOptions> {
  if (prototype === null || prototype === Object.prototype) return new Map();
  const found = optionsOf(Object.getPrototypeOf(prototype));
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const options = typeof value === "function" && decorated.get(value);
    if (options) found.set(name, options);
  }
  for (const [name, options] of defined.get(prototype) ?? []) found.set(name, options);
  return found;
}

/** Numbered in the order of the names on the wire; a hole leaves its number out. */
function createMethods(
  prototype: object,
  declared: ReadonlyMap<string, RpcOptions>,
  firstNumber: number,
): RpcMethod[] {
  const defaultMode = firstNumber === 0 ? "authority" : undefined;
  return [...declared]
    .map(([method, options]) => ({ method, options, name: options.name ?? toSnakeCase(method) }))
    .sort((a, b) => compareByCodePoint(a.name, b.name))
    .flatMap(({ method, options, name }, i, sorted) => {
      if (sorted[i - 1]?.name === name)
        throw new UsageError("ERR_ALREADY_IN_USE", `two RPCs are called "${name}"`);
      const { mode = defaultMode } = options;
      const parameters = (Reflect.get(prototype, method) as { length?: number } | undefined)?.length ?? 0;
      const number = firstNumber + i;
      return mode === undefined ? [] : createMethod({ ...options, name, method, number, mode }, parameters);
    });
}

function createMethod(
  declared: RpcOptions & Pick<RpcMethod, "name" | "method" | "number" | "mode">,
  parameters: number,
): RpcMethod {
  const { name, method, number, mode, args, rateLimit } = declared;
  const { callLocal = false, transferMode = "reliable", channel = 0, keepKinds = false } = declared;
  const { required = Math.min(parameters, args?.length ?? parameters) } = declared;
  return {
    ...{ name, method, number, mode, callLocal, transferMode, channel, required, rateLimit },
    argTypes: args?.map(nameOfToken),
    converters: args?.map(converterTo),
    floats: args?.includes(Float) ? args.map((token) => token === Float) : undefined,
    keepKinds: args === undefined && keepKinds,
  };
}

function createTable(ofNode: readonly RpcMethod[], ofClass: readonly RpcMethod[]): RpcTable {
  const methods = [...ofNode, ...ofClass];
  const names = methods.map(({ name }) => name);
  // The class's last: its number is the one to send.
  const byWireName = methods.map((method) => [method.name, method] as const);
  const byOwnName = methods.map((method) => [method.method, method] as const);
  return {
    byNumber: new Map(methods.map((method) => [method.number, method])),
    byName: new Map([...byOwnName, ...byWireName]),
    names,
    checksum: md5Hex(names.join("")),
  };
}

/** `rollDice` → `roll_dice`, `parseHTTPHead` → `parse_http_head`; what is lower-case already stays. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1_$2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2")
    .toLowerCase();
}

/** JavaScript compares UTF-16 units, Godot code points: they differ beyond U+FFFF. */
export function compareByCodePoint(a: string, b: string): number {
  for (let i = 0; ; i++) {
    const difference = (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1);
    if (difference !== 0 || i >= a.length) return difference;
  }
}
