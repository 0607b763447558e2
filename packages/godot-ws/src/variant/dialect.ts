// What differs between the versions of Godot in how values become bytes, as one table that the codec asks.

import { UsageError } from "../errors.ts";
import { type TypeName, typeIds, typeNames } from "./element-type.ts";

export interface Dialect {
  /** Whether it has the types of Godot 4; if not, those of Godot 3. */
  readonly modern: boolean;
  /** By our type id (Godot 4's): the number on the wire, or `noType`. */
  readonly wireIds: Uint8Array;
  /** By the number on the wire: our type id, or `noType`. */
  readonly typeIds: Uint8Array;
  readonly typedArrays: boolean;
  readonly typedDictionaries: boolean;
  /** Whether the script of a whole object is sent as its path; if not, as an object like any other. */
  readonly scriptPaths: boolean;
}

/** In the tables: there is no such type. */
export const noType = 255;

const versions = ["3.5", "3.6", "4.0", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6"] as const;

/** The version of Godot at the other end. */
export type GodotVersion = (typeof versions)[number];

/** The version that is taken for granted where none is said. */
export const latestVersion: GodotVersion = "4.6";

/** The versions that are known, the oldest first. */
export const godotVersions: readonly GodotVersion[] = Object.freeze(versions);

/** Types that Godot 3 had not, and the version that they came with; the others kept their order. */
const since: Readonly<Partial<Record<TypeName, number>>> = {
  Vector2i: 4,
  Rect2i: 4,
  Vector3i: 4,
  Vector4: 4,
  Vector4i: 4,
  Projection: 4,
  StringName: 4,
  Callable: 4,
  Signal: 4,
  PackedInt64Array: 4,
  PackedFloat64Array: 4,
  PackedVector4Array: 4.3,
};

function makeDialect(version: number): Dialect {
  const wireIds = new Uint8Array(256).fill(noType);
  const ids = new Uint8Array(256).fill(noType);
  const types = typeNames.filter((name) => version >= (since[name] ?? 0));
  for (const [wireId, name] of types.entries()) {
    wireIds[typeIds[name]] = wireId;
    ids[wireId] = typeIds[name];
  }
  // Godot 3 has no StringName that could be in a Variant; there it is the String that it is compared with.
  if (version < 4) wireIds[typeIds.StringName] = typeIds.String;
  return {
    modern: version >= 4,
    wireIds,
    typeIds: ids,
    typedArrays: version >= 4.3,
    typedDictionaries: version >= 4.4,
    scriptPaths: version >= 4.3,
  };
}

const dialects = new Map(versions.map((version) => [version, makeDialect(Number(version))]));

/** The dialect of a version; `UsageError` for one that is not known. */
export function dialectOf(version: GodotVersion = latestVersion): Dialect {
  const dialect = dialects.get(version);
  if (dialect !== undefined) return dialect;
  throw new UsageError("ERR_INVALID_PARAMETER", `${version} is not one of ${versions.join(", ")}`);
}
