import { describe, expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { uncaughtDuring, usageErrorOf } from "../peer/memory-peers.ts";

/** Notes its hooks: `"+A"` entered, `"*A"` ready, `"-A"` left. */
class Noting extends Node {
  static readonly log: string[] = [];

  override enterTree(): void {
    Noting.log.push(`+${this.name}`);
  }

  override ready(): void {
    Noting.log.push(`*${this.name}`);
  }

  override exitTree(): void {
    Noting.log.push(`-${this.name}`);
  }
}

const news = (): string[] => Noting.log.splice(0);

/** A node with these below: `{ A: { B: {} } }`. */
interface Shape {
  readonly [name: string]: Shape;
}

function build<Type extends Node>(node: Type, shape: Shape, Class: new (name: string) => Node = Node): Type {
  for (const [name, below] of Object.entries(shape)) node.addChild(build(new Class(name), below, Class));
  return node;
}

describe("name", () => {
  test.each(["", "a.b", "a:b", "@a", "a/b", 'a"b', "100%"])("%j is none", (name) => {
    const node = new Node("A");
    const rename = (): void => {
      node.name = name;
    };
    expect(usageErrorOf(rename)).toBe("ERR_INVALID_PARAMETER");
    expect(node.name).toBe("A");
    if (name !== "") expect(usageErrorOf(() => new Node(name))).toBe("ERR_INVALID_PARAMETER");
  });

  test("is unique among siblings, and unchanged where it would not be", () => {
    const parent = build(new Node("P"), { A: {}, B: {} });
    const [a] = parent.children as [Node];
    expect(usageErrorOf(() => parent.addChild(new Node("A")))).toBe("ERR_ALREADY_IN_USE");
    expect(
      usageErrorOf(() => {
        a.name = "B";
      }),
    ).toBe("ERR_ALREADY_IN_USE");
    a.name = "A";
    expect(parent.children.map(({ name }) => name)).toEqual(["A", "B"]);
    a.name = "Größe 日本";
    expect(parent.children.map(({ name }) => name)).toEqual(["Größe 日本", "B"]);
    expect([parent.getNode("Größe 日本"), parent.hasNode("A")]).toEqual([a, false]);
  });

  test("is the class's, with a number when need be, where there is none", () => {
    class Bullet extends Node {}
    const parent = new Node("P");
    const names = [1, 2, 3].map(() => parent.addChild(new Bullet()).name);
    expect(names).toEqual(["Bullet", "Bullet2", "Bullet3"]);
    parent.removeChild(parent.getNode("Bullet2"));
    parent.addChild(new Bullet());
    expect(new Set(parent.children.map(({ name }) => name)).size).toBe(3);
  });
});

describe("paths", () => {
  const tree = new SceneTree();
  const main = build(tree.root.addChild(new Node("Main")), { A: { B: { C: {} } }, D: {} });
  const b = main.getNode("A/B");

  test("lead from the root", () => {
    expect([tree.root.path, main.path, b.path]).toEqual(["/root", "/root/Main", "/root/Main/A/B"]);
    expect(new Node("X").path).toBe("");
  });

  test.each([
    [".", "/root/Main/A/B"],
    ["C", "/root/Main/A/B/C"],
    ["./C/..", "/root/Main/A/B"],
    ["../../D", "/root/Main/D"],
    ["../..", "/root/Main"],
    ["//C/", "none"],
    ["C/", "/root/Main/A/B/C"],
    ["/root", "/root"],
    ["/root/Main/D", "/root/Main/D"],
    ["/Main", "none"],
    ["/", "none"],
    ["", "none"],
    ["X", "none"],
    ["C/X/..", "none"],
    ["../../../../../..", "none"],
    ["constructor", "none"],
  ])("%j leads to %s", (path, expected) => {
    expect(b.getNodeOrNull(path)?.path ?? "none").toBe(expected);
    expect(b.hasNode(path)).toBe(expected !== "none");
  });

  test("may be NodePaths", () => {
    expect(b.getNode(new NodePath("../../D")).name).toBe("D");
  });

  test("getNode says what is missing or is not what was asked for", () => {
    class Player extends Node {}
    const player = main.addChild(new Player("Player"));
    expect(main.getNode("Player", Player)).toBe(player);
    expect(() => main.getNode("Nobody")).toThrow('there is no node "Nobody" from "/root/Main"');
    expect(() => main.getNode("D", Player)).toThrow('the node "D" is no Player');
  });

  test("with a unique name are found from all that have the same owner", () => {
    const scene = build(new Node("Scene"), { A: { Sprite: {} }, B: { Deep: {} } });
    const inner = build(new Node("Inner"), { Sprite: {} });
    scene.getNode("B").addChild(inner);
    const [a, sprite, deep, other] = ["A", "A/Sprite", "B/Deep", "B/Inner/Sprite"].map((path) =>
      scene.getNode(path),
    ) as [Node, Node, Node, Node];
    for (const node of [a, sprite, deep, inner]) node.owner = scene;
    other.owner = inner;
    expect(scene.hasNode("%Sprite")).toBe(false);
    sprite.uniqueNameInOwner = true;
    other.uniqueNameInOwner = true;
    expect([scene, a, deep].map((node) => node.getNode("%Sprite"))).toEqual([sprite, sprite, sprite]);
    expect(inner.getNode("%Sprite")).toBe(other);
    expect(other.getNode("%Sprite/..")).toBe(inner);
    expect([sprite.owner, sprite.uniqueNameInOwner, a.uniqueNameInOwner]).toEqual([scene, true, false]);

    sprite.name = "Body";
    expect([scene.hasNode("%Sprite"), scene.getNode("%Body")]).toEqual([false, sprite]);
    a.removeChild(sprite);
    expect(scene.hasNode("%Body")).toBe(false);
    a.addChild(sprite);
    sprite.owner = undefined;
    expect(scene.hasNode("%Body")).toBe(false);
    sprite.owner = scene;
    expect(scene.getNode("%Body")).toBe(sprite);
    sprite.uniqueNameInOwner = false;
    expect(scene.hasNode("%Body")).toBe(false);
  });

  test("change with a name above, and with the place", () => {
    const own = new SceneTree();
    const top = build(own.root.addChild(new Node("Top")), { A: { B: {} } });
    const deep = top.getNode("A/B");
    expect(deep.path).toBe("/root/Top/A/B");
    top.name = "New";
    expect(deep.path).toBe("/root/New/A/B");
    const a = top.getNode("A");
    top.removeChild(a);
    expect(deep.path).toBe("");
    own.root.addChild(a);
    expect(deep.path).toBe("/root/A/B");
  });

  test("outside of a tree are found without the root", () => {
    const loose = build(new Node("L"), { A: { B: {} } });
    expect(loose.getNode("A/B").getNode("../..")).toBe(loose);
    expect(loose.hasNode("/L")).toBe(false);
  });
});

describe("coming and going", () => {
  test("parents enter first and are ready last; the last children leave first", () => {
    const tree = new SceneTree();
    const a = build(new Noting("A"), { B: { C: {} }, D: {} }, Noting);
    expect(news()).toEqual([]);
    tree.root.addChild(a);
    expect(news()).toEqual(["+A", "+B", "+C", "+D", "*C", "*B", "*D", "*A"]);
    expect([a.isInsideTree, a.isNodeReady, a.tree]).toEqual([true, true, tree]);
    a.free();
    expect(news()).toEqual(["-D", "-C", "-B", "-A"]);
    expect([a.isInsideTree, a.isNodeReady, a.parent, tree.root.childCount]).toEqual([
      false,
      false,
      undefined,
      0,
    ]);
    tree.root.addChild(a);
    expect(news()).toEqual(["+A", "+B", "+C", "+D"]);
    expect(a.isNodeReady).toBe(true);
  });

  test("what a hook adds enters once, and is ready before it", () => {
    const tree = new SceneTree();
    class Adder extends Noting {
      override enterTree(): void {
        super.enterTree();
        this.addChild(new Noting("Early"));
      }

      override ready(): void {
        super.ready();
        this.addChild(new Noting("Late"));
      }
    }
    tree.root.addChild(build(new Adder("A"), { B: {} }, Noting));
    expect(news()).toEqual(["+A", "+Early", "+B", "*B", "*Early", "*A", "+Late", "*Late"]);
  });

  test("a hook may take its own node out again", () => {
    const tree = new SceneTree();
    class Shy extends Noting {
      override enterTree(): void {
        super.enterTree();
        this.free();
      }
    }
    const shy = build(new Shy("Shy"), { B: {} }, Noting);
    tree.root.addChild(shy);
    expect([news(), tree.root.childCount, shy.isInsideTree]).toEqual([["+Shy", "-Shy"], 0, false]);
  });

  test("a hook that throws harms nobody else", async () => {
    const tree = new SceneTree();
    class Broken extends Node {
      override ready(): void {
        throw new Error("broken");
      }
    }
    const uncaught = await uncaughtDuring(() => {
      tree.root.addChild(build(new Broken("A"), { B: {} }, Noting));
    });
    expect([news(), uncaught]).toEqual([["+B", "*B"], [new Error("broken")]]);
  });

  test("is signalled", () => {
    const tree = new SceneTree();
    const log: string[] = [];
    const node = new Node("A");
    node.treeEntered.connect(() => log.push("entered"));
    node.becameReady.connect(() => log.push("ready"));
    node.treeExiting.connect(() => log.push(`exiting ${node.isInsideTree}`));
    node.treeExited.connect(() => log.push(`exited ${node.isInsideTree}`));
    tree.root.childEnteredTree.connect((child) => log.push(`child ${child.name}`));
    tree.root.childExitingTree.connect((child) => log.push(`no child ${child.name}`));
    tree.root.addChild(node);
    node.free();
    expect(log).toEqual(["entered", "child A", "ready", "exiting true", "no child A", "exited false"]);
    expect(node.treeEntered).toBe(node.treeEntered);
  });

  test("what makes no sense is a UsageError", () => {
    const a = build(new Node("A"), { B: {} });
    const b = a.getNode("B");
    expect(usageErrorOf(() => new Node("C").addChild(b))).toBe("ERR_ALREADY_IN_USE");
    expect(usageErrorOf(() => b.addChild(a))).toBe("ERR_INVALID_PARAMETER");
    expect(usageErrorOf(() => a.addChild(a))).toBe("ERR_INVALID_PARAMETER");
    expect(usageErrorOf(() => new Node("C").addChild(new SceneTree().root))).toBe("ERR_ALREADY_IN_USE");
    expect(usageErrorOf(() => a.removeChild(new Node("B")))).toBe("ERR_INVALID_PARAMETER");
    expect([a.isAncestorOf(b), b.isAncestorOf(a), a.childCount]).toEqual([true, false, 1]);
    new Node("Loose").free();
  });
});

describe("authority", () => {
  test("is the server's, set for all below, and not taken over", () => {
    const a = build(new Node("A"), { B: {} });
    const b = a.getNode("B");
    expect([a.multiplayerAuthority, b.multiplayerAuthority]).toEqual([1, 1]);
    a.setMultiplayerAuthority(5);
    expect([a.multiplayerAuthority, b.multiplayerAuthority]).toEqual([5, 5]);
    a.setMultiplayerAuthority(6, false);
    expect([a.multiplayerAuthority, b.multiplayerAuthority]).toEqual([6, 5]);
    expect([a.addChild(new Node("C")).multiplayerAuthority, a.isMultiplayerAuthority]).toEqual([1, false]);
  });
});

test("outside of a tree there is no multiplayer API", () => {
  expect(usageErrorOf(() => new Node("A").multiplayer)).toBe("ERR_UNCONFIGURED");
});

test("rpcConfig is kept by method, and undone by null", () => {
  const node = new Node("A");
  expect(node.nodeRpcConfig).toBeUndefined();
  node.rpcConfig("act", { mode: "any_peer" });
  expect([...node.nodeRpcConfig!]).toEqual([["act", { mode: "any_peer" }]]);
  node.rpcConfig("act", null);
  expect(node.nodeRpcConfig).toBeUndefined();
});

test("100,000 nodes come, are found and go", () => {
  const tree = new SceneTree();
  const parent = new Node("Many");
  for (let i = 0; i < 100_000; i++) parent.addChild(new Node(`N${i}`));
  tree.root.addChild(parent);
  expect(tree.root.getNode("Many/N99999").path).toBe("/root/Many/N99999");
  parent.free();
  expect(parent.getNode("N5").isInsideTree).toBe(false);
});
