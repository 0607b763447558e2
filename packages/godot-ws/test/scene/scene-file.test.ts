import { describe, expect, it } from "vitest";
import { DataError } from "../../src/errors.ts";
import { parseSceneFile, type SceneFileOptions } from "../../src/scene/scene-file.ts";
import { SceneResource } from "../../src/scene/scene-resource.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import type { GodotArray } from "../../src/variant/typed-array.ts";
import type { Variant } from "../../src/variant/variant.ts";
import { SeededRandom } from "../protocol/seeded-random.ts";
import { type GoldenValue, golden } from "./scene-golden.ts";

const head = "[gd_scene format=3]\n";
const root = `${head}[node name="A" type="Node"]\n`;

/** What Godot reads as something else than what is written, or passes over to the end of the file. */
const refusedOnlyHere = new Set([
  '[node name="A" type="Node" parent="."]\n',
  '[node type="Node"]\n',
  '[node name=5 type="Node"]\n',
  '[node name="A" type=7]\n',
  ...[
    '[node name="B" type="Node"]\n',
    '[node name="B" type="Node" parent="." groups="x"]\n',
    '[node name="B" type="Node" parent="." groups=["x", 5]]\n',
    '[node name="B" type="Node" parent="." index="x"]\n',
    '[node name="B" parent="." instance=5]\n',
    '[node name="B" parent="." instance=null]\n',
    "process_priority\n",
    "process_priority = 5 6\n",
    "]\n",
  ].map((text) => `[node name="A" type="Node"]\n${text}`),
]);

/** Classes and files that only an engine knows. */
const takenOnlyHere = new Set([
  '[node name="A" type="Node"]\nx = Resource("res://none.tres")\n',
  '[sub_resource type="NoSuchClass" id="1"]\n[node name="A" type="Node"]\n',
]);

function fault(text: string, options?: SceneFileOptions): DataError {
  try {
    parseSceneFile(text, options);
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
  throw new Error(`taken: ${text}`);
}

/** A value in the form of the golden data. */
function toGolden(value: Variant): GoldenValue {
  if (value instanceof SceneResource) return { class: className(value), path: value.resourcePath };
  if (Array.isArray(value) && value.some((element) => typeof element === "object" && isOpen(element))) {
    return value.map(toGolden);
  }
  if (value instanceof GodotDictionary && [...value.values()].some((e) => e instanceof SceneResource)) {
    return { values: [...value.values()].map(toGolden) };
  }
  return Buffer.from(varToBytes(value)).toString("base64");
}

function className(resource: SceneResource): string {
  return resource.className === "Script" ? "GDScript" : resource.className;
}

function isOpen(value: Variant): boolean {
  return value instanceof SceneResource || Array.isArray(value) || value instanceof GodotDictionary;
}

describe("parseSceneFile", () => {
  for (const [path, state] of Object.entries(golden.states)) {
    it(`reads the nodes of ${path} as Godot does`, () => {
      const file = parseSceneFile(golden.files[path]!, { keepKinds: true });
      expect(file.kind).toBe("scene");
      expect(file.nodes.map(({ name }) => name)).toEqual(state.nodes.map(({ name }) => name));
      for (const [i, wanted] of state.nodes.entries()) {
        const node = file.nodes[i]!;
        const placed =
          node.parent === undefined ? "." : `./${node.parent === "." ? "" : `${node.parent}/`}${node.name}`;
        expect(placed).toBe(wanted.path);
        expect(node.type).toBe(wanted.type);
        expect(node.instance?.resourcePath ?? "").toBe(wanted.instance);
        expect(node.instancePlaceholder ?? "").toBe(wanted.placeholder);
        expect(node.groups).toEqual(wanted.groups);
        expect(node.index ?? -1).toBe(wanted.index);
        expect([...node.properties.keys()]).toEqual(wanted.properties.map(([name]) => name));
        for (const [name, value] of wanted.properties) {
          expect(toGolden(node.properties.get(name)!), name).toEqual(value);
        }
      }
    });

    it(`reads the connections of ${path} as Godot does`, () => {
      const { connections } = parseSceneFile(golden.files[path]!, { keepKinds: true });
      expect(
        connections.map(({ line, binds, ...rest }) => ({ ...rest, binds: toGolden([...binds]) })),
      ).toEqual(state.connections);
    });
  }

  it("refuses what Godot refuses, with the line", () => {
    const refused = golden.doubtful.filter(({ loads }) => !loads);
    expect(refused.length).toBeGreaterThan(40);
    for (const { text } of refused) {
      if (takenOnlyHere.has(text.replace(head, ""))) parseSceneFile(text);
      else expect(fault(text).line, text).toBeGreaterThan(0);
    }
  });

  it("takes what Godot takes, where it reads what is written", () => {
    const taken = golden.doubtful.filter(({ loads }) => loads);
    expect(taken.length).toBeGreaterThan(25);
    let refused = 0;
    for (const { text } of taken) {
      if (refusedOnlyHere.has(text.replace(head, ""))) {
        expect(() => parseSceneFile(text), text).toThrow(DataError);
        refused += 1;
      } else {
        parseSceneFile(text);
      }
    }
    expect(refused).toBe(refusedOnlyHere.size);
  });

  it("says in which line and file it is", () => {
    expect(fault(`${root}\nx = [1,\n2 3]\n`)).toMatchObject({ line: 5, path: "" });
    const error = fault(`${root}\n\n[other]`, { file: "res://a.tscn" });
    expect(error).toMatchObject({ line: 5, path: "res://a.tscn" });
    expect(error.message).toBe(
      "[other] is not known, or not here (in line 5, at character 50, in res://a.tscn)",
    );
    expect(fault(`${root}[node name="B" parent=5]`).line).toBe(3);
    expect(fault(`${root}[connection signal="s" from="." to="." method="m" binds=5]`).line).toBe(3);
    expect(fault(`${root}[connection signal="s" from="." to="." method="m" flags=1.5]`).line).toBe(3);
  });

  it("keeps resources: those outside by path and uid, those inside whole and as one object", () => {
    const file = parseSceneFile(golden.files["types.tscn"]!);
    const { properties } = file.nodes[0]!;
    const shape = properties.get("metadata/shape") as SceneResource;
    expect(shape.className).toBe("RectangleShape2D");
    expect(shape.resourcePath).toBe("");
    expect(file.subResources.get(shape.resourceId)).toBe(shape);
    const [first, again] = properties.get("metadata/shapes") as [Variant, GodotDictionary<Variant, Variant>];
    expect(first).toBe(shape);
    expect(again.get("again")).toBe(shape);
    const texture = properties.get("metadata/nested") as SceneResource;
    expect((texture.properties.get("gradient") as SceneResource).className).toBe("Gradient");
    const inherited = parseSceneFile(golden.files["inherited.tscn"]!);
    expect(inherited.uid).toBe("uid://cinherited01");
    expect(inherited.extResources.get("2_bullet")).toMatchObject({
      className: "PackedScene",
      resourcePath: "res://bullet.tscn",
      uid: "uid://cunknown0001",
    });
  });

  it("knows ids that are numbers, as of Godot 3, and paths without res://", () => {
    const file = parseSceneFile(
      '[gd_scene load_steps=2 format=2]\n[ext_resource path="a.gd" type="Script" id=7]\n' +
        '[node name="A" type="Node"]\nscript = ExtResource( 7 )\n',
    );
    expect(file.nodes[0]!.properties.get("script")).toMatchObject({
      resourceId: "7",
      resourcePath: "res://a.gd",
    });
  });

  it("knows references by path, and containers of a script's type", () => {
    const file = parseSceneFile(
      `${head}[ext_resource type="Script" path="res://item.gd" id="1"]\n[sub_resource type="Resource" id="r"]\n` +
        '[node name="A" type="Node"]\nx = Resource("uid://abc", "res://b.tres")\n' +
        'items = Array[ExtResource("1")]([SubResource("r")])\n',
    );
    expect(file.nodes[0]!.properties.get("x")).toMatchObject({
      resourcePath: "res://b.tres",
      uid: "uid://abc",
    });
    const items = file.nodes[0]!.properties.get("items") as GodotArray<Variant>;
    expect(items.elementType).toEqual({ type: "Object", script: "res://item.gd" });
    expect(items[0]).toBe(file.subResources.get("r"));
  });

  it("reads a resource file", () => {
    const file = parseSceneFile(golden.files["config.tres"]!);
    expect(file).toMatchObject({ kind: "resource", type: "SceneReplicationConfig", nodes: [] });
    expect(file.resource?.properties.get("properties/1/replication_mode")).toBe(2);
  });

  it("gives a DataError for any text that it does not take", () => {
    const random = new SeededRandom(8);
    let refused = 0;
    for (const text of Object.values(golden.files)) {
      for (let i = 0; i < 150; i++) {
        const at = random.below(text.length);
        const from = random.below(text.length);
        const other = text.slice(from, from + random.below(30));
        const damaged = text.slice(0, at) + other + text.slice(at + random.below(30));
        try {
          parseSceneFile(damaged);
        } catch (error) {
          expect(error, damaged).toBeInstanceOf(DataError);
          expect((error as DataError).line).toBeGreaterThan(0);
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  it("has bounds", () => {
    const outOfMemory = { code: "ERR_OUT_OF_MEMORY" };
    expect(fault(root, { maxLength: root.length - 1 })).toMatchObject(outOfMemory);
    expect(fault(root, { maxSections: 1 })).toMatchObject({ ...outOfMemory, line: 2 });
    parseSceneFile(root, { maxLength: root.length, maxSections: 2 });
    expect(fault(`${root}x = [[1]]`, { maxDepth: 1 })).toMatchObject({ ...outOfMemory, line: 3 });
    expect(fault(`${root}x = ${"[".repeat(5000)}`)).toMatchObject({ ...outOfMemory, line: 3 });
  });
});
