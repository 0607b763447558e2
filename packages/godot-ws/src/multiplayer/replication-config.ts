// Which properties of a node are replicated, and when: Godot's SceneReplicationConfig, and the typed declaration of the
// same for a class. It must not know packets, nor who they go to.

import { UsageError } from "../errors.ts";
import { type Converter, converterTo, type TypeToken, type ValueOf } from "../variant/conversion.ts";
import type { GodotDictionary } from "../variant/dictionary.ts";
import { Float } from "../variant/numbers.ts";
import { toSnakeCase } from "./rpc-config.ts";

/** When a property is sent after the spawning: at each interval, or when it has changed. */
export type ReplicationMode = "never" | "always" | "on_change";

/** Godot: SceneReplicationConfig.ReplicationMode. */
const modeNumbers = { NEVER: 0, ALWAYS: 1, ON_CHANGE: 2 } as const;
const modes = ["never", "always", "on_change"] as const;

/** When a property is sent, for `sync` and `addProperty`. */
export interface ReplicationOptions {
  /** Part of what a spawned node begins with. Default true. */
  readonly spawn?: boolean;
  /** Or Godot's number for it. Default always. */
  readonly mode?: ReplicationMode | 0 | 1 | 2;
  /** For arrays and dictionaries: true says that they are replaced, never changed in place, which is cheaper to watch. */
  readonly replaced?: boolean;
}

/** Options of `SceneReplicationConfig.addProperty`. */
export interface AddPropertyOptions extends ReplicationOptions {
  /** Where in the order; default at the end. */
  readonly index?: number;
  /** What comes is converted to it, or refused; whole numbers for a `Float` go out as float. Default: anything. */
  readonly type?: TypeToken;
}

/** One entry. */
export interface ReplicatedProperty {
  /** As Godot has it: `.:position`, `Sprite:modulate:a`. */
  readonly path: string;
  /** Of the node, from the root node on. */
  readonly nodePath: string;
  /** The property, and what of it. */
  readonly names: readonly string[];
  readonly spawn: boolean;
  readonly mode: ReplicationMode;
  readonly replaced: boolean;
  readonly convert: Converter | undefined;
  readonly isFloat: boolean;
}

/** The entries by what they are for, each list in the configuration's order. */
export interface ReplicationLists {
  readonly spawn: readonly ReplicatedProperty[];
  readonly always: readonly ReplicatedProperty[];
  readonly onChange: readonly ReplicatedProperty[];
}

type PathLike = string | { toString(): string };

/** Nothing on the wire says which property is which: both sides need the same in the same order. Godot: SceneReplicationConfig. */
export class SceneReplicationConfig {
  /** Godot: SceneReplicationConfig.ReplicationMode. */
  static readonly ReplicationMode = modeNumbers;

  #properties: ReplicatedProperty[] = [];
  #lists: ReplicationLists | undefined;

  /** Throws UsageError for a path without a property, and for one that is there. Godot: SceneReplicationConfig.add_property. */
  addProperty(path: PathLike, options: AddPropertyOptions | number = {}): this {
    const { index = -1, ...rest } = typeof options === "number" ? { index: options } : options;
    const property = createProperty(path.toString(), rest);
    if (this.hasProperty(property.path)) {
      throw new UsageError("ERR_ALREADY_IN_USE", `${property.path} is there already`);
    }
    const properties = [...this.#properties];
    properties.splice(index < 0 ? properties.length : index, 0, property);
    this.#set(properties);
    return this;
  }

  /** Godot: SceneReplicationConfig.remove_property. */
  removeProperty(path: PathLike): void {
    const { path: wanted } = this.#mustFind(path);
    this.#set(this.#properties.filter((property) => property.path !== wanted));
  }

  /** Their paths, in order. Godot: SceneReplicationConfig.get_properties. */
  getProperties(): string[] {
    return this.#properties.map(({ path }) => path);
  }

  /** Godot: SceneReplicationConfig.has_property. */
  hasProperty(path: PathLike): boolean {
    return this.propertyGetIndex(path) >= 0;
  }

  /** -1 when it is not there. Godot: SceneReplicationConfig.property_get_index. */
  propertyGetIndex(path: PathLike): number {
    const wanted = normalize(path.toString());
    return this.#properties.findIndex((property) => property.path === wanted);
  }

  /** Throws UsageError when it is not there. Godot: SceneReplicationConfig.property_get_replication_mode. */
  propertyGetReplicationMode(path: PathLike): 0 | 1 | 2 {
    const { mode } = this.#mustFind(path);
    return modes.indexOf(mode) as 0 | 1 | 2;
  }

  /** Throws UsageError when it is not there. Godot: SceneReplicationConfig.property_set_replication_mode. */
  propertySetReplicationMode(path: PathLike, mode: ReplicationMode | 0 | 1 | 2): void {
    this.#change(path, { mode: toMode(mode) });
  }

  /** Throws UsageError when it is not there. Godot: SceneReplicationConfig.property_get_spawn. */
  propertyGetSpawn(path: PathLike): boolean {
    return this.#mustFind(path).spawn;
  }

  /** Throws UsageError when it is not there. Godot: SceneReplicationConfig.property_set_spawn. */
  propertySetSpawn(path: PathLike, enabled: boolean): void {
    this.#change(path, { spawn: enabled });
  }

  /** Deprecated in Godot: true for the mode always. */
  propertyGetSync(path: PathLike): boolean {
    return this.#mustFind(path).mode === "always";
  }

  /** Deprecated in Godot. */
  propertySetSync(path: PathLike, enabled: boolean): void {
    if (enabled) this.#change(path, { mode: "always" });
    else if (this.propertyGetSync(path)) this.#change(path, { mode: "never" });
  }

  /** Deprecated in Godot: true for the mode on change. */
  propertyGetWatch(path: PathLike): boolean {
    return this.#mustFind(path).mode === "on_change";
  }

  /** Deprecated in Godot. */
  propertySetWatch(path: PathLike, enabled: boolean): void {
    if (enabled) this.#change(path, { mode: "on_change" });
    else if (this.propertyGetWatch(path)) this.#change(path, { mode: "never" });
  }

  /** Another object after each change of the configuration. */
  get lists(): ReplicationLists {
    this.#lists ??= {
      spawn: this.#properties.filter(({ spawn }) => spawn),
      always: this.#properties.filter(({ mode }) => mode === "always"),
      onChange: this.#properties.filter(({ mode }) => mode === "on_change"),
    };
    return this.#lists;
  }

  /** The entry of a path; undefined when it is not there. */
  find(path: PathLike): ReplicatedProperty | undefined {
    return this.#properties[this.propertyGetIndex(path)];
  }

  #mustFind(path: PathLike): ReplicatedProperty {
    const property = this.find(path);
    if (property !== undefined) return property;
    throw new UsageError("ERR_INVALID_PARAMETER", `there is no property ${path}`);
  }

  #change(path: PathLike, change: Partial<Pick<ReplicatedProperty, "spawn" | "mode">>): void {
    const old = this.#mustFind(path);
    this.#set(this.#properties.map((property) => (property === old ? { ...old, ...change } : property)));
  }

  #set(properties: ReplicatedProperty[]): void {
    this.#properties = properties;
    this.#lists = undefined;
  }
}

/** `position` → `.:position`. */
function normalize(path: string): string {
  const colon = path.indexOf(":");
  if (colon < 0) return `.:${path}`;
  return colon === 0 ? `.${path}` : path;
}

function toMode(mode: ReplicationMode | number): ReplicationMode {
  const found = typeof mode === "number" ? modes[mode] : modes.find((known) => known === mode);
  if (found !== undefined) return found;
  throw new UsageError("ERR_INVALID_PARAMETER", `${mode} is none of ${modes.join(", ")}`);
}

function createProperty(
  text: string,
  { spawn = true, mode = "always", replaced = false, type }: AddPropertyOptions,
): ReplicatedProperty {
  const path = normalize(text);
  const [nodePath = "", ...names] = path.split(":");
  if (names.some((name) => name === "")) {
    throw new UsageError("ERR_INVALID_PARAMETER", `"${text}" is no path of a property`);
  }
  return {
    path,
    nodePath,
    names,
    spawn,
    mode: toMode(mode),
    replaced,
    convert: type && converterTo(type),
    isFloat: type === Float || type === Number,
  };
}

// ---- the typed declaration ----

/** A property as `sync` declares it, for fields that can hold a `Value`. */
export interface SyncDeclaration<Value> {
  readonly type: TypeToken;
  readonly options: ReplicationOptions;
  /** For the compiler alone: what the field has to take. */
  readonly gives?: Value;
}

/** What a field has to take for a token. No token says what an array or a Dictionary holds: the field says it. */
type FieldOf<Token> = Token extends "any"
  ? never
  : Token extends ArrayConstructor
    ? never[]
    : Token extends typeof GodotDictionary
      ? GodotDictionary<never, never>
      : ValueOf<Token>;

type Declarations<Target> = {
  readonly [Field in keyof Target]?: SyncDeclaration<Target[Field]>;
};

// By prototype.
const declared = new WeakMap<object, SceneReplicationConfig>();

/**
 * How a field is replicated: `sync(Vector2, { mode: "on_change" })`, or `sync("any")` for a field of any type. What
 * comes is converted to the type, or refused.
 */
export function sync<const Token extends TypeToken>(
  type: Token,
  options: ReplicationOptions = {},
): SyncDeclaration<FieldOf<Token>> {
  converterTo(type);
  toMode(options.mode ?? "always");
  return { type, options };
}

/**
 * Says which fields of a class are replicated, in the order of the game's own configuration:
 * `replicate(Player, { position: sync(Vector2), hp: sync(Int, { mode: "on_change" }) })`. A `MultiplayerSynchronizer`
 * without a configuration takes that of the class of its root node, subclasses' too. Returns it, for what lies deeper.
 */
export function replicate<Target extends object>(
  target: abstract new (...args: never[]) => Target,
  declarations: Declarations<Target>,
): SceneReplicationConfig {
  const config = new SceneReplicationConfig();
  for (const [field, declaration] of Object.entries<SyncDeclaration<unknown> | undefined>(declarations)) {
    if (declaration === undefined) continue;
    const { type, options } = declaration;
    config.addProperty(toSnakeCase(field), { ...options, type });
  }
  declared.set(target.prototype, config);
  return config;
}

/** What `replicate` has declared for the class of an object, or for one above it. */
export function declaredConfigOf(object: object): SceneReplicationConfig | undefined {
  for (
    let level: object | null = Object.getPrototypeOf(object);
    level !== null;
    level = Object.getPrototypeOf(level)
  ) {
    const config = declared.get(level);
    if (config !== undefined) return config;
  }
  return undefined;
}
