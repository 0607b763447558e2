// The kinds of value that Godot has, their numbers and names, and what a typed container says about its elements.
// Knows no values.

/** The types of Godot 4 in the order of their numbers, by the names that `type_string` gives. Godot: Variant.Type. */
export const typeNames = [
  "Nil",
  "bool",
  "int",
  "float",
  "String",
  "Vector2",
  "Vector2i",
  "Rect2",
  "Rect2i",
  "Vector3",
  "Vector3i",
  "Transform2D",
  "Vector4",
  "Vector4i",
  "Plane",
  "Quaternion",
  "AABB",
  "Basis",
  "Transform3D",
  "Projection",
  "Color",
  "StringName",
  "NodePath",
  "RID",
  "Object",
  "Callable",
  "Signal",
  "Dictionary",
  "Array",
  "PackedByteArray",
  "PackedInt32Array",
  "PackedInt64Array",
  "PackedFloat32Array",
  "PackedFloat64Array",
  "PackedStringArray",
  "PackedVector2Array",
  "PackedVector3Array",
  "PackedColorArray",
  "PackedVector4Array",
] as const;

/** The name of a Godot type: `"int"`, `"Vector2"`, `"PackedByteArray"`. Godot: type_string. */
export type TypeName = (typeof typeNames)[number];

/** The number of each type in Godot 4. Godot: Variant.Type. */
export const typeIds = Object.freeze(Object.fromEntries(typeNames.map((name, id) => [name, id]))) as Readonly<
  Record<TypeName, number>
>;

/** What a typed Array or Dictionary demands of its elements, keys or values. */
export interface ElementType {
  readonly type: TypeName;
  /** With type Object: the class that elements must have; none or "" stands for any. */
  readonly className?: string | undefined;
  /** With type Object: the script that elements must have, as a path that begins with `res://`. */
  readonly script?: string | undefined;
}

/** An element type, or the name of one that needs no more. */
export type ElementTypeLike = ElementType | TypeName;

export function toElementType(type: ElementTypeLike | undefined): ElementType | undefined {
  if (typeof type === "string") return type === "Nil" ? undefined : { type };
  return type;
}

/** Whether both demand the same. */
export function equalElementTypes(a: ElementType | undefined, b: ElementType | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.type === b.type && (a.className ?? "") === (b.className ?? "") && (a.script ?? "") === (b.script ?? "")
  );
}
