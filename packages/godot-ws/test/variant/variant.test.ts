// Which type of Godot a value is.

import { expect, test } from "vitest";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { type TypeName, typeNames } from "../../src/variant/element-type.ts";
import { float, int } from "../../src/variant/numbers.ts";
import { PackedStringArray } from "../../src/variant/packed.ts";
import { createPlainObject } from "../../src/variant/plain-object.ts";
import { GodotObject, StringName } from "../../src/variant/references.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import { classes, typeOf } from "../../src/variant/variant.ts";
import { Vector3 } from "../../src/variant/vectors.ts";
import { Verbatim } from "../../src/variant/verbatim.ts";

class Position extends Vector3 {}

test.each([
  [null, "Nil"],
  [true, "bool"],
  [1, "int"],
  [2 ** 53, "float"],
  [-0, "float"],
  [1.5, "float"],
  [1n, "int"],
  [float(1), "float"],
  [int(1), "int"],
  ["a", "String"],
  [new StringName("a"), "StringName"],
  [new Vector3(), "Vector3"],
  [new Position(), "Vector3"],
  [[], "Array"],
  [GodotArray.typed("int"), "Array"],
  [PackedStringArray.pack([]), "PackedStringArray"],
  [{}, "Dictionary"],
  [createPlainObject(), "Dictionary"],
  [Object.create(null), "Dictionary"],
  [new Map(), "Dictionary"],
  [new GodotDictionary(), "Dictionary"],
  [new Uint8Array(), "PackedByteArray"],
  [Buffer.alloc(1), "PackedByteArray"],
  [new BigInt64Array(), "PackedInt64Array"],
  [GodotObject.fromId(1), "Object"],
  [new Verbatim(1.5, new Uint8Array()), "float"],
  [undefined, undefined],
  [new Date(0), undefined],
  [Symbol("x"), undefined],
  [new Uint16Array(1), undefined],
])("%o is %s", (value, type) => {
  expect(typeOf(value)).toBe(type);
});

test("the classes are in the order of their types", () => {
  expect(classes).toHaveLength(typeNames.length);
  for (const [id, ofType] of classes.entries()) {
    const name = ofType?.name.replace("Godot", "") as TypeName;
    if (typeNames.includes(name)) expect(typeNames[id]).toBe(name);
  }
  expect(typeOf(Int32Array.of(1))).toBe("PackedInt32Array");
  expect(typeOf(Float32Array.of(1))).toBe("PackedFloat32Array");
  expect(typeOf(Float64Array.of(1))).toBe("PackedFloat64Array");
});
