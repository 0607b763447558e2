/** Random values of every type that an engine keeps as they are, nested, for a seed that can be repeated. */

import {
  AABB,
  Basis,
  Color,
  type ElementTypeLike,
  float,
  GodotArray,
  GodotCallable,
  GodotDictionary,
  GodotSignal,
  int,
  NodePath,
  PackedColorArray,
  PackedStringArray,
  PackedVector2Array,
  PackedVector3Array,
  PackedVector4Array,
  Plane,
  Projection,
  Quaternion,
  Rect2,
  Rect2i,
  RID,
  StringName,
  Transform2D,
  Transform3D,
  type TypeName,
  type Variant,
  Vector2,
  Vector2i,
  Vector3,
  Vector3i,
  Vector4,
  Vector4i,
} from "godot-ws";
import type { SeededRandom } from "./seeded-random.ts";

/** Containers within each other. */
const deepest = 4;

/** The types of Godot 3, by the names of today. */
const godot3Types: readonly TypeName[] = [
  ...([
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
  ] as const),
  ...(["Quaternion", "AABB", "Basis", "Transform3D", "Color", "NodePath", "Dictionary", "Array"] as const),
  ...(["PackedByteArray", "PackedInt32Array", "PackedFloat32Array", "PackedStringArray"] as const),
  ...(["PackedVector2Array", "PackedVector3Array", "PackedColorArray"] as const),
];

/** Texts of all lengths of UTF-8; no character 0 and no byte-order mark, which end a text or are dropped. */
const characters = [..."aZ09 _-/:.\"'\\\n\t\x01\x7fäéß€日本語\u2028\ufffd😀𝕏"];

/**
 * Makes values for Godot 4 or 3. Not among them: objects, of which an engine makes others, and NodePaths with parts whose
 * length is no multiple of four, as Godot leaves chance in what it fills them up with.
 */
export class RandomValues {
  readonly #random: SeededRandom;
  readonly #makers: readonly (() => Variant)[];
  readonly #typedContainers: boolean;

  constructor(random: SeededRandom, generation: 3 | 4) {
    this.#random = random;
    this.#typedContainers = generation === 4;
    const scalars = this.#scalars();
    const types = generation === 4 ? (Object.keys(scalars) as TypeName[]) : godot3Types;
    this.#makers = types.flatMap((type) => scalars[type] ?? []);
  }

  /** A value that stands in `depth` containers. */
  next(depth = 0): Variant {
    if (depth < deepest && this.#random.chance(0.25)) return this.#container(depth);
    return this.#random.pick(this.#makers)();
  }

  #scalars(): Partial<Record<TypeName, () => Variant>> {
    const random = this.#random;
    const r = () => this.#real();
    const i = () => this.#int32();
    const vector2 = () => new Vector2(r(), r());
    const vector3 = () => new Vector3(r(), r(), r());
    const vector4 = () => new Vector4(r(), r(), r(), r());
    const basis = () => new Basis(vector3(), vector3(), vector3());
    const color = () => new Color(r(), r(), r(), r());
    const list = <T>(make: () => T): T[] => Array.from({ length: random.below(6) }, make);
    return {
      Nil: () => null,
      bool: () => random.chance(0.5),
      int: () => this.#int(),
      float: () => this.#float(),
      String: () => this.#text(),
      Vector2: vector2,
      Vector2i: () => new Vector2i(i(), i()),
      Rect2: () => new Rect2(vector2(), vector2()),
      Rect2i: () => new Rect2i(new Vector2i(i(), i()), new Vector2i(i(), i())),
      Vector3: vector3,
      Vector3i: () => new Vector3i(i(), i(), i()),
      Transform2D: () => new Transform2D(vector2(), vector2(), vector2()),
      Vector4: vector4,
      Vector4i: () => new Vector4i(i(), i(), i(), i()),
      Plane: () => new Plane(vector3(), r()),
      Quaternion: () => new Quaternion(r(), r(), r(), r()),
      AABB: () => new AABB(vector3(), vector3()),
      Basis: basis,
      Transform3D: () => new Transform3D(basis(), vector3()),
      Projection: () => new Projection(vector4(), vector4(), vector4(), vector4()),
      Color: color,
      StringName: () => new StringName(this.#text()),
      NodePath: () => this.#nodePath(),
      RID: () => new RID(this.#int64()),
      Callable: () => new GodotCallable(),
      Signal: () => new GodotSignal(this.#text(), this.#int64()),
      PackedByteArray: () => Uint8Array.from(list(i)),
      PackedInt32Array: () => Int32Array.from(list(i)),
      PackedInt64Array: () => BigInt64Array.from(list(() => this.#int64())),
      PackedFloat32Array: () => Float32Array.from(list(r)),
      PackedFloat64Array: () => Float64Array.from(list(() => this.#double())),
      PackedStringArray: () => PackedStringArray.pack(list(() => this.#text())),
      PackedVector2Array: () => PackedVector2Array.pack(list(vector2)),
      PackedVector3Array: () => PackedVector3Array.pack(list(vector3)),
      PackedVector4Array: () => PackedVector4Array.pack(list(vector4)),
      PackedColorArray: () => PackedColorArray.pack(list(color)),
    };
  }

  #container(depth: number): Variant {
    const next = () => this.next(depth + 1);
    const length = this.#random.below(6);
    const typed = this.#typedContainers && this.#random.chance(0.3);
    if (this.#random.chance(0.5)) {
      return typed ? this.#typedArray(length, depth) : Array.from({ length }, next);
    }
    if (typed) return this.#typedDictionary(length, depth);
    const entries = Array.from({ length }, () => [next(), next()] as const);
    return new GodotDictionary<Variant, Variant>(this.#typedContainers ? entries : entries.map(textKey));
  }

  /** A type that elements have, and a maker of such elements. */
  #elementType(depth: number): [ElementTypeLike, () => Variant] {
    const makers: [ElementTypeLike, () => Variant][] = [
      ["int", () => this.#int()],
      ["float", () => this.#random.pick([this.#double(), this.#int32(), float(this.#int32())])],
      ["String", () => this.#text()],
      ["StringName", () => new StringName(this.#text())],
      ["Vector3", () => new Vector3(this.#real(), 1, 2)],
      // What every class is sent as to those who may not see objects.
      [{ type: "Object", className: "EncodedObjectAsID" }, () => null],
      ["Array", () => [this.next(depth + 2)]],
      ["Dictionary", () => new GodotDictionary<Variant, Variant>([[1, this.next(depth + 2)]])],
    ];
    return this.#random.pick(makers);
  }

  #typedArray(length: number, depth: number): Variant {
    const [type, make] = this.#elementType(depth);
    return GodotArray.typed<Variant>(type, Array.from({ length }, make));
  }

  #typedDictionary(length: number, depth: number): Variant {
    const [keyType, makeKey] = this.#elementType(depth);
    const [valueType, makeValue] = this.#elementType(depth);
    // 1 and 1.0 are two keys to us, and one when both are written as floats.
    const asFloat = (key: Variant) => (keyType === "float" && typeof key === "number" ? float(key) : key);
    const entries = Array.from({ length }, () => [asFloat(makeKey()), makeValue()] as const);
    // Sometimes only one of the two is said.
    const said = this.#random.below(3);
    return GodotDictionary.typed<Variant, Variant>(
      said === 1 ? undefined : keyType,
      said === 2 ? undefined : valueType,
      entries,
    );
  }

  #text(): string {
    const length = this.#random.chance(0.05) ? this.#random.below(300) : this.#random.below(9);
    return Array.from({ length }, () => this.#random.pick(characters)).join("");
  }

  #nodePath(): NodePath {
    const parts = (): string[] =>
      Array.from({ length: this.#random.below(4) }, () =>
        this.#random.pick(["Node", "äöüß", "position", "😀"]),
      );
    const names = parts();
    // A path without names is never absolute in Godot 3.
    const absolute = this.#random.chance(0.3) && (this.#typedContainers || names.length > 0);
    return NodePath.of(names, parts(), absolute);
  }

  #int32(): number {
    return this.#random.below(2 ** 32) - 2 ** 31;
  }

  #int64(): bigint {
    return BigInt.asIntN(
      64,
      (BigInt(this.#random.below(2 ** 32)) << 32n) | BigInt(this.#random.below(2 ** 32)),
    );
  }

  /** Of all sizes, and as each of the three things that an int can be. */
  #int(): Variant {
    const value = this.#int64() >> BigInt(this.#random.below(64));
    const number = Number(value);
    return this.#random.pick([value, int(value), Number.isSafeInteger(number) ? number : value]);
  }

  #float(): Variant {
    const value = this.#double();
    return this.#random.chance(0.5) || Number.isSafeInteger(value) ? float(value) : value;
  }

  #double(): number {
    switch (this.#random.below(4)) {
      case 0:
        return this.#random.pick([0, -0, 1, -1, 0.1, 1e300, 5e-324, Infinity, -Infinity, Number.NaN]);
      case 1:
        return this.#random.next() * 1000;
      case 2:
        return this.#real();
      default:
        return new Float64Array(Uint32Array.of(this.#int32(), this.#int32()).buffer)[0]!;
    }
  }

  /** A number that 32 bits hold. */
  #real(): number {
    if (this.#random.chance(0.2)) return this.#random.pick([0, -0, 1, -0.5, Infinity, -Infinity, Number.NaN]);
    if (this.#random.chance(0.5)) return Math.fround(this.#random.next() * 200 - 100);
    return new Float32Array(Uint32Array.of(this.#int32()).buffer)[0]!;
  }
}

/** Godot 3 has its own ways with keys that are equal and are not; texts and ints are the same everywhere. */
function textKey([key, value]: readonly [Variant, Variant]): readonly [Variant, Variant] {
  return [typeof key === "string" || typeof key === "boolean" ? key : `k${varToKey(key)}`, value];
}

function varToKey(key: Variant): string {
  return typeof key === "number" || typeof key === "bigint" ? String(key) : typeof key;
}
