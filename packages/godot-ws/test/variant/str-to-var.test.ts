import { describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../src/errors.ts";
import type { GodotDictionary } from "../../src/variant/dictionary.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { float, int } from "../../src/variant/numbers.ts";
import { GodotObject } from "../../src/variant/references.ts";
import { type StrToVarOptions, strToVar, TextValues } from "../../src/variant/str-to-var.ts";
import { TextTokens } from "../../src/variant/text-tokens.ts";
import { GodotArray } from "../../src/variant/typed-array.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { fromBase64, type ParsedRow, parsedRows, printedRows, toHex, valueOfRow } from "./text-golden.ts";

/** Godot has already taken the value when it finds the fault, and gives it when it stands alone. */
const faultBehindValue = ['NodePath("a"', 'NodePath("a", 1)', "RID(5", "Signal(1)", "Callable(1)"];

/** Godot complains and gives an empty container or path. */
const emptied = [
  'NodePath("a::b")',
  'NodePath("::")',
  'Array[int](["a"])',
  'Array[int]([1, "a", 2])',
  "Array[int]([null])",
  "Array[String]([1])",
  "Array[Vector2]([Vector2(1, 2), 1])",
  "Array[Object]([1])",
  "Array[Node]([1])",
  "Dictionary[String, int]({1: 1})",
  'Dictionary[String, int]({"a": "b"})',
  'Dictionary[String, int]({"x": 1, "a": null})',
  "Dictionary[int, Node]({1: 2})",
];

/** A class that is none makes an untyped container in Godot; we know no classes, and take the word. */
const unknownClass = ["Array[NoSuchClass]([1])", "Dictionary[Foo, Bar]({1: 2})"];

/** We know the names of no colours. */
const namedColor = ['Array[Color](["red"])'];

const refusedOnlyHere = new Set([...faultBehindValue, ...emptied, ...unknownClass, ...namedColor]);

/** We make no objects and load no scripts, and so cannot tell whether that could be done. */
const takenOnlyHere = new Set(["Object(NoSuchClass,)", 'Array[Resource("res://none.gd")]([])']);

/** Godot's objects have all the properties of their class. The sign of this NaN is the processor's. */
const otherValue = (text: string): boolean => text.includes("Object(") || text === "0e400";

function read(text: string, options: StrToVarOptions = {}): Variant {
  return strToVar(text, { keepKinds: true, allowObjects: true, ...options });
}

function bytesOf(row: ParsedRow): string {
  return toHex(varToBytes(read(row.text), { allowObjects: true }));
}

describe("strToVar", () => {
  it("reads what Godot reads, as the same bytes", () => {
    const taken = parsedRows.filter(({ text, bytes }) => bytes !== null && !refusedOnlyHere.has(text));
    expect(taken.length).toBeGreaterThan(200);
    for (const row of taken) {
      if (otherValue(row.text)) read(row.text);
      else expect(bytesOf(row), row.text).toBe(toHex(fromBase64(row.bytes!)));
    }
  });

  it("refuses what Godot refuses", () => {
    const refused = parsedRows.filter(({ text, bytes }) => bytes === null && !takenOnlyHere.has(text));
    expect(refused.length).toBeGreaterThan(150);
    for (const { text } of refused) expect(() => read(text), text).toThrow(DataError);
  });

  it("refuses more only where Godot would give something else than what is written", () => {
    for (const text of refusedOnlyHere) {
      expect(parsedRows.find((row) => row.text === text)?.bytes, text).toBeTypeOf("string");
      expect(() => read(text), text).toThrow(DataError);
    }
    for (const text of takenOnlyHere) read(text);
  });

  it("without keepKinds numbers are plain", () => {
    expect(strToVar("[1, 1.0, 1.5, 9223372036854775807]")).toEqual([1, 1, 1.5, 2n ** 63n - 1n]);
    expect(read("[1, 1.0]")).toEqual([int(1), float(1)]);
    expect(strToVar("Array[float]([1])")).toEqual(GodotArray.typed("float", [1]));
    expect(strToVar("Array[int]([1.5])")).toEqual(GodotArray.typed("int", [1]));
  });

  it("components are narrowed unless the engine has 64-bit ones", () => {
    expect(strToVar("Vector2(0.1, 2)")).toEqual(new Vector2(Math.fround(0.1), 2));
    expect(strToVar("Vector2(0.1, 2)", { precision: "double" })).toEqual(new Vector2(0.1, 2));
  });

  it("keys such as __proto__ are only keys", () => {
    const dictionary = strToVar('{"__proto__": 1, "constructor": 2}') as GodotDictionary<string, number>;
    expect([...dictionary]).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
  });

  describe("objects", () => {
    it("are refused unless asked for", () => {
      const text = 'Object(Node,"name":"a")';
      expect(() => strToVar(text)).toThrow(expect.objectContaining({ code: "ERR_UNAUTHORIZED" }));
      expect(read(text)).toEqual(new GodotObject("Node", [["name", "a"]]));
      expect(() => strToVar('Array[Resource("res://a.gd")]([])')).toThrow(
        expect.objectContaining({ code: "ERR_UNAUTHORIZED" }),
      );
    });

    it("ids are not", () => {
      const text = 'Object(EncodedObjectAsID,"object_id":-9223372036854775807,"script":null)';
      expect(strToVar(text)).toEqual(GodotObject.fromId(-(2n ** 63n) + 1n));
      expect(read(text)).toEqual(GodotObject.fromId(-(2n ** 63n) + 1n));
    });

    it("the script is a path", () => {
      const object = read('Object(Node,"script":Resource("uid://abc", "res://a.gd"))');
      expect(object).toEqual(new GodotObject("Node", [["script", "res://a.gd"]]));
      expect(() => read('Object(Node,"script":Resource("user://a.gd"))')).toThrow(/res:/);
    });
  });

  describe("resources", () => {
    it("are what the caller says", () => {
      const resource: StrToVarOptions["resource"] = (kind, args) => [kind, ...args];
      const text =
        '[Resource("res://a"), ExtResource( 1 ), SubResource("b"), Resource("uid://c", "res://c")]';
      expect(strToVar(text, { resource })).toEqual([
        ["Resource", "res://a"],
        ["ExtResource", "1"],
        ["SubResource", "b"],
        ["Resource", "uid://c", "res://c"],
      ]);
    });

    it("are errors when nobody knows them", () => {
      for (const text of ['Resource("res://a")', 'ExtResource("1")', 'SubResource("1")']) {
        expect(() => strToVar(text), text).toThrow(/not known here/);
      }
    });

    it("can be the type of a container", () => {
      const array = read('Array[ExtResource("1")]([])', { resource: (_, [id]) => `res://${id}.gd` });
      expect((array as GodotArray).elementType).toEqual({ type: "Object", script: "res://1.gd" });
      const script = new GodotObject<Variant>("Script", [["resource_path", "res://a.gd"]]);
      const typed = read('Array[ExtResource("1")]([])', { resource: () => script });
      expect((typed as GodotArray).elementType).toEqual({ type: "Object", script: "res://a.gd" });
      expect(() => read('Array[ExtResource("1")]([])', { resource: () => 1 })).toThrow(DataError);
      const other = new GodotObject<Variant>("Script", []);
      expect(() => read('Array[ExtResource("1")]([])', { resource: () => other })).toThrow(DataError);
    });
  });

  describe("bounds", () => {
    it("nesting", () => {
      const nested = (depth: number): string => "[".repeat(depth + 1) + "]".repeat(depth + 1);
      strToVar(nested(1024));
      expect(() => strToVar(nested(1025))).toThrow(expect.objectContaining({ code: "ERR_OUT_OF_MEMORY" }));
      strToVar(nested(2), { maxDepth: 2 });
      expect(() => strToVar(nested(3), { maxDepth: 2 })).toThrow(/deeper than 2/);
      expect(() => strToVar("[".repeat(1e6))).toThrow(DataError);
      for (const text of ["{1:", 'Object(A,"a":', "Array[Array]([", "Dictionary[int, Dictionary]({1:"]) {
        expect(() => read(text.repeat(1e5)), text).toThrow(/deeper than 1024/);
      }
      for (const maxDepth of [-1, 1025, Number.NaN]) {
        expect(() => strToVar("1", { maxDepth })).toThrow(UsageError);
      }
    });

    it("length", () => {
      expect(strToVar("12345", { maxLength: 5 })).toBe(12345);
      expect(() => strToVar("12345", { maxLength: 4 })).toThrow(
        expect.objectContaining({ code: "ERR_OUT_OF_MEMORY" }),
      );
    });
  });

  it.each([
    ["[1,\n2,\n x]", 8, 3],
    ["Vector2(1)", 9, 1],
    ['{"a" 1}', 5, 1],
    ['\nArray[int]([1, "a"])', 16, 2],
    ["", 0, 1],
  ])("says where it fails: %j", (text, offset, line) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ offset, line }));
    expect(() => read(text)).toThrow(`in line ${line}, at character ${offset}`);
  });

  it("texts with faults are a value or a DataError, whatever the fault", () => {
    const texts = [...parsedRows, ...printedRows].map(({ text }) => text);
    const marks = '{}[]()"\\:,.=;#&-0e1\n\0 ';
    let state = 1;
    const below = (limit: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    let values = 0;
    for (let i = 0; i < 20_000; i++) {
      const text = texts[below(texts.length)]!.slice(0, 500);
      const at = below(text.length + 1);
      const faulty = text.slice(0, at) + marks[below(marks.length)] + text.slice(at + below(3));
      try {
        read(faulty);
        values += 1;
      } catch (error) {
        if (!(error instanceof DataError)) throw new Error(JSON.stringify(faulty), { cause: error });
      }
    }
    expect(values).toBeGreaterThan(1000);
  });

  it("reads one value after the other out of a longer text", () => {
    const tokens = new TextTokens('a = 1\nb = Vector2(1, 2) c = "x"');
    const values = new TextValues(tokens);
    const read: Variant[] = [];
    for (let i = 0; i < 3; i++) {
      tokens.next();
      tokens.next();
      read.push(values.read());
    }
    expect(read).toEqual([1, new Vector2(1, 2), "x"]);
    expect(tokens.next().kind).toBe("end");
  });

  it("the golden data are read into what they are", () => {
    expect(valueOfRow({ bytes: "AgAAAAEAAAA=" })).toEqual(int(1));
  });
});
