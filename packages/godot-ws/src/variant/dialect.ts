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

/** The types of Godot 3 in the order of their numbers, by what Godot 4 calls them. */
const godot3Types: readonly TypeName[] = [
  "Nil",
  "bool",
  "int",
  "float",
  "String",
  "Vector2",
  "Rect2",
  "Vector3",
  "Transform2D",
  "Plane",
  "Quaternion",
  "AABB",
  "Basis",
  "Transform3D",
  "Color",
  "NodePath",
  "RID",
  "Object",
  "Dictionary",
  "Array",
  "PackedByteArray",
  "PackedInt32Array",
  "PackedFloat32Array",
  "PackedStringArray",
  "PackedVector2Array",
  "PackedVector3Array",
  "PackedColorArray",
];

/** PackedVector4Array, the last one, came with 4.3. */
const godot42Types = typeNames.slice(0, typeIds.PackedVector4Array);

function makeDialect(
  types: readonly TypeName[],
  has: Omit<Dialect, "modern" | "wireIds" | "typeIds">,
): Dialect {
  const wireIds = new Uint8Array(256).fill(noType);
  const ids = new Uint8Array(256).fill(noType);
  for (const [wireId, name] of types.entries()) {
    wireIds[typeIds[name]] = wireId;
    ids[wireId] = typeIds[name];
  }
  return { modern: types !== godot3Types, wireIds, typeIds: ids, ...has };
}

const godot3 = makeDialect(godot3Types, { typedArrays: false, typedDictionaries: false, scriptPaths: false });
const godot40 = makeDialect(godot42Types, {
  typedArrays: false,
  typedDictionaries: false,
  scriptPaths: false,
});
const godot43 = makeDialect(typeNames, { typedArrays: true, typedDictionaries: false, scriptPaths: true });
const godot44 = makeDialect(typeNames, { typedArrays: true, typedDictionaries: true, scriptPaths: true });

const dialects = {
  "3.5": godot3,
  "3.6": godot3,
  "4.0": godot40,
  "4.1": godot40,
  "4.2": godot40,
  "4.3": godot43,
  "4.4": godot44,
  "4.5": godot44,
  "4.6": godot44,
} as const satisfies Record<string, Dialect>;

/** The version of Godot at the other end. */
export type GodotVersion = keyof typeof dialects;

export const latestVersion: GodotVersion = "4.6";

export const godotVersions = Object.freeze(Object.keys(dialects)) as readonly GodotVersion[];

/** The dialect of a version; `UsageError` for one that is not known. */
export function dialectOf(version: GodotVersion = latestVersion): Dialect {
  if (!Object.hasOwn(dialects, version)) {
    throw new UsageError("ERR_INVALID_PARAMETER", `${version} is not one of ${godotVersions.join(", ")}`);
  }
  return dialects[version];
}
