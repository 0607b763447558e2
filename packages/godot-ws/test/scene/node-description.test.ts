import { describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../src/errors.ts";
import {
  type DescribeOptions,
  describeScene,
  findNode,
  type NodeDescription,
  pathBetween,
} from "../../src/scene/node-description.ts";
import { parseSceneFile } from "../../src/scene/scene-file.ts";
import { golden, libraryWith } from "./scene-golden.ts";

const root = '[gd_scene format=3]\n[node name="A" type="Node"]\n';
const instances = (path: string, count: number): string =>
  `[gd_scene format=3]\n[ext_resource type="PackedScene" path="res://${path}" id="1"]\n[node name="A" type="Node"]\n${Array.from(
    { length: count },
    (_, i) => `[node name="I${i}" parent="." instance=ExtResource("1")]\n`,
  ).join("")}`;

function describeText(
  files: Readonly<Record<string, string>>,
  options?: DescribeOptions,
  path = "res://a.tscn",
): NodeDescription {
  const fileOf = (wanted: string) => {
    const text = files[wanted.replace("res://", "")];
    return text === undefined ? undefined : parseSceneFile(text);
  };
  return describeScene(path, fileOf, options);
}

function fault(text: string): DataError {
  try {
    describeText({ "a.tscn": text });
  } catch (error) {
    if (error instanceof DataError) return error;
  }
  throw new Error(`taken: ${text}`);
}

function* walk(node: NodeDescription): Generator<NodeDescription> {
  yield node;
  for (const child of node.children) yield* walk(child);
}

describe("describeScene", () => {
  for (const [path, rows] of Object.entries(golden.trees)) {
    it(`lays ${path} out as Godot does`, async () => {
      const library = await libraryWith(path);
      const tree = describeScene(`res://${path}`, (wanted) => library.fileOf(wanted));
      const nodes = [...walk(tree)];
      const got = nodes.map((node) => ({
        path: pathBetween(tree, node),
        name: node.name,
        // Godot makes a Node of a class that is none.
        class: node.type === "NoSuchClass" ? "Node" : node.type,
        script: node.script,
        owner: node.owner === undefined ? "" : pathBetween(tree, node.owner),
        unique: node.isUnique,
        groups: [...node.groups].sort(),
        scene: node.scenePath,
      }));
      const wanted = rows.map((row) => ({
        path: row.path,
        name: row.name,
        class: row.class,
        script: row.script,
        owner: row.owner,
        unique: row.unique,
        groups: row.groups,
        scene: row.scene,
      }));
      expect(got).toEqual(wanted);
      for (const node of nodes) for (const child of node.children) expect(child.parent).toBe(node);
    });
  }

  it("refuses what has no place, with line and file", () => {
    expect(fault(`${root}[node name="B" type="Node" parent="None"]\n`)).toMatchObject({
      line: 3,
      path: "res://a.tscn",
    });
    expect(fault(`${root}[node name="B" type="Node" parent=".."]\n`).line).toBe(3);
    expect(fault(`${root}\n[node name="B" parent="."]\n`).line).toBe(4);
    const twice = '[node name="B" type="Node" parent="."]\n';
    expect(fault(`${root}${twice}${twice}`).message).toContain('There is a node "B" already (in line 4');
    expect(fault('[gd_scene format=3]\n[node name="A"]\n').line).toBe(2);
    expect(fault(instances("a.tscn", 1)).message).toContain("res://a.tscn is inside itself");
    const inside =
      '[gd_scene format=3]\n[sub_resource type="PackedScene" id="1"]\n[node name="A" instance=SubResource("1")]\n';
    expect(fault(inside).line).toBe(3);
  });

  it("refuses a resource", () => {
    const files = { "a.tscn": '[gd_resource type="Gradient" format=3]\n[resource]\n' };
    expect(() => describeText(files)).toThrow(UsageError);
  });

  it("takes a scene that is no text as one node, with whatever is said to be below", () => {
    const tree = describeText({
      "a.tscn": `${instances("model.glb", 1)}[node name="Bone" parent="I0/Skeleton" index="0"]\nx = 1\n[node name="Gun" type="Node" parent="I0/Skeleton/Bone"]\n`,
    });
    expect([...walk(tree)].map((node) => pathBetween(tree, node))).toEqual([
      ".",
      "I0",
      "I0/Skeleton",
      "I0/Skeleton/Bone",
      "I0/Skeleton/Bone/Gun",
    ]);
    expect(tree.children[0]).toMatchObject({ name: "I0", scenePath: "res://model.glb", isOpaque: true });
  });

  it("is bounded in nodes and depth, however small the files are", () => {
    const files: Record<string, string> = { "s0.tscn": root };
    for (let i = 1; i <= 40; i++) files[`s${i}.tscn`] = instances(`s${i - 1}.tscn`, 10);
    const outOfMemory = expect.objectContaining({ code: "ERR_OUT_OF_MEMORY" });
    expect(() => describeText(files, {}, "res://s40.tscn")).toThrow(outOfMemory);
    expect(() => describeText(files, { maxNodes: 1110 }, "res://s3.tscn")).toThrow(outOfMemory);
    expect([...walk(describeText(files, { maxNodes: 1111 }, "res://s3.tscn"))]).toHaveLength(1111);
    expect(() => describeText(files, { maxSceneDepth: 3 }, "res://s3.tscn")).toThrow(/too deep/);
    describeText(files, { maxSceneDepth: 4 }, "res://s3.tscn");
    let text = root;
    for (let i = 0; i < 1025; i++) text += `[node name="B" type="Node" parent="${"B/".repeat(i) || "."}"]\n`;
    expect(fault(text)).toMatchObject({ code: "ERR_OUT_OF_MEMORY", line: 1027 });
  });
});

describe("findNode and pathBetween", () => {
  it("go up, down, and to unique names of the own scene and the owner's", async () => {
    const library = await libraryWith("arena.tscn");
    const arena = describeScene("res://arena.tscn", (path) => library.fileOf(path));
    const elite = findNode(arena, "Elite2")!;
    const sprite = findNode(elite, "Body/Sprite")!;
    expect(findNode(elite, "%Sprite")).toBe(sprite);
    expect(findNode(sprite, "../../Sync/../%Sprite/.")).toBe(sprite);
    expect(findNode(sprite, "%Unique")).toBeUndefined();
    expect(findNode(elite, "%Unique")?.name).toBe("Unique");
    expect(findNode(arena, "%Sprite")).toBeUndefined();
    expect(findNode(arena, "..")).toBeUndefined();
    expect(findNode(arena, "None/..")).toBeUndefined();
    expect(findNode(arena, "")).toBeUndefined();
    expect(findNode(arena, "/root")).toBeUndefined();
    expect(pathBetween(sprite, findNode(arena, "Unique")!)).toBe("../../../Unique");
    expect(pathBetween(sprite, elite)).toBe("../..");
    expect(pathBetween(sprite, sprite)).toBe(".");
    expect(pathBetween(elite, sprite)).toBe("Body/Sprite");
  });
});
