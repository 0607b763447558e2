// Element types as bytes, and elements that are made to fit.

import { expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { convertElement, fitElement, fitsClass } from "../../src/variant/container-type.ts";
import { bytesToVar } from "../../src/variant/decode.ts";
import type { ElementType } from "../../src/variant/element-type.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { Basis } from "../../src/variant/matrices.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { float } from "../../src/variant/numbers.ts";
import { GodotObject, StringName } from "../../src/variant/references.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import { Vector2, Vector2i } from "../../src/variant/vectors.ts";

const roundTrip = (type: ElementType, allowObjects: boolean): ElementType | undefined =>
  (bytesToVar(varToBytes(GodotArray.typed(type), { allowObjects }), { allowObjects }) as GodotArray)
    .elementType;

test("built-in types, classes and scripts", () => {
  expect(roundTrip({ type: "Vector2" }, false)).toEqual({ type: "Vector2" });
  expect(roundTrip({ type: "Object", className: "Node" }, true)).toEqual({
    type: "Object",
    className: "Node",
  });
  expect(roundTrip({ type: "Object", script: "res://a.gd" }, true)).toEqual({
    type: "Object",
    script: "res://a.gd",
  });
  expect(roundTrip({ type: "Object" }, true)).toEqual({ type: "Object", className: "" });
});

test("without objects every class is that of objects by id", () => {
  const byId = { type: "Object", className: "EncodedObjectAsID" };
  expect(roundTrip({ type: "Object", className: "Node" }, false)).toEqual(byId);
  expect(roundTrip({ type: "Object", script: "res://a.gd" }, false)).toEqual(byId);
});

// Seen in 4.6.3: Array[bool] takes a float, Array[Vector2] a Vector2i, Array[PackedStringArray] an Array.
test("conversions are those that Godot's containers do", () => {
  expect(convertElement({ type: "float" }, 2)).toEqual(float(2));
  expect(convertElement({ type: "int" }, 2.9)).toBe(2);
  expect(convertElement({ type: "int" }, 1e300)).toBe(-(2n ** 63n));
  expect(convertElement({ type: "int" }, 2 ** 60)).toBe(2n ** 60n);
  expect(convertElement({ type: "StringName" }, "a")).toEqual(new StringName("a"));
  expect(convertElement({ type: "Object" }, null)).toBeNull();
  expect(convertElement({ type: "int" }, true)).toBe(1n);
  expect(convertElement({ type: "float" }, true)).toEqual(float(1));
  expect(convertElement({ type: "Vector2" }, new Vector2i(1, 2))).toEqual(new Vector2(1, 2));
  expect(convertElement({ type: "NodePath" }, "a:b")).toEqual(new NodePath("a:b"));
  expect(convertElement({ type: "int" }, "1")).toBeUndefined();
  // Godot takes one that is a rotation, by its own rounding.
  expect(convertElement({ type: "Quaternion" }, new Basis())).toBeUndefined();
  expect(convertElement({ type: "String" }, 1)).toBeUndefined();
  expect(convertElement({ type: "Vector2" }, null)).toBeUndefined();
  expect(fitElement({ type: "int" }, "a", true)).toBe("a");
});

test("an object by id is of no class but its own and those above it", () => {
  const object = GodotObject.fromId(5);
  expect(fitsClass({ type: "Object", className: "RefCounted" }, object)).toBe(true);
  expect(fitsClass({ type: "Object", className: "Node" }, object)).toBe(false);
  expect(fitsClass({ type: "Object", script: "res://a.gd" }, object)).toBe(false);
  const bytes = varToBytes(GodotArray.typed({ type: "Object", className: "Node" }, [object]), {
    allowObjects: true,
  });
  expect(() => bytesToVar(bytes, { allowObjects: true })).toThrow(DataError);
});
