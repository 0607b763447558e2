import { describe, expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";
import { uncaughtDuring, usageErrorOf } from "../peer/memory-peers.ts";
import { FakeTransport } from "./fake-transport.ts";

describe("SceneTree", () => {
  test("has a root, and one API for all of it", () => {
    const tree = new SceneTree();
    expect([tree.root.name, tree.root.path, tree.root.isInsideTree]).toEqual(["root", "/root", true]);
    expect([tree.root.multiplayer, tree.multiplayer.rootPath]).toEqual([tree.multiplayer, "/root"]);
  });

  test("tells which nodes come and go", () => {
    const tree = new SceneTree();
    const log: string[] = [];
    tree.nodeAdded.connect((node) => log.push(`+${node.path}`));
    tree.nodeRemoved.connect((node) => log.push(`-${node.path}`));
    const a = new Node("A");
    a.addChild(new Node("B"));
    tree.root.addChild(a);
    a.free();
    expect(log).toEqual(["+/root/A", "+/root/A/B", "-/root/A/B", "-/root/A"]);
  });

  test("gives parts of it APIs of their own", () => {
    const [whole, part, deep] = [new SceneMultiplayer(), new SceneMultiplayer(), new SceneMultiplayer()];
    const tree = new SceneTree({ multiplayer: whole });
    const a = tree.root.addChild(new Node("A"));
    const c = a.addChild(new Node("B")).addChild(new Node("C"));
    const ab = tree.root.addChild(new Node("AB"));
    const seen = () => [tree.root, a, c, ab].map((node) => node.multiplayer);
    tree.setMultiplayer(part, "/root/A");
    expect(seen()).toEqual([whole, part, part, whole]);
    tree.setMultiplayer(deep, "/root/A/B");
    expect(seen()).toEqual([whole, part, deep, whole]);
    expect([part.rootPath, deep.rootPath]).toEqual(["/root/A", "/root/A/B"]);
    expect(["", "/root/A", "/root/A/B/C/D", "/root/AB"].map((path) => tree.getMultiplayer(path))).toEqual([
      whole,
      part,
      deep,
      whole,
    ]);
    tree.setMultiplayer(undefined, "/root/A");
    expect([seen(), part.rootPath]).toEqual([[whole, whole, deep, whole], ""]);
    const other = new SceneMultiplayer();
    tree.setMultiplayer(other);
    expect([seen(), tree.multiplayer, whole.rootPath]).toEqual([[other, other, deep, other], other, ""]);
  });

  test("needs an API for the root, and absolute paths", () => {
    const tree = new SceneTree();
    expect(usageErrorOf(() => tree.setMultiplayer(undefined))).toBe("ERR_INVALID_PARAMETER");
    for (const path of ["A", "/A", "/rooted"]) {
      expect(usageErrorOf(() => tree.setMultiplayer(new SceneMultiplayer(), path))).toBe(
        "ERR_INVALID_PARAMETER",
      );
    }
  });
});

describe("tick", () => {
  class Counting extends Node {
    total = 0;
    override process(delta: number): void {
      this.total += delta;
    }
  }

  test("polls every API, then calls process of the nodes that are there", () => {
    const [whole, part] = [1, 2].map(() => new SceneMultiplayer({ autoPoll: false })) as [
      SceneMultiplayer,
      SceneMultiplayer,
    ];
    const tree = new SceneTree({ multiplayer: whole });
    tree.setMultiplayer(part, "/root/A");
    const transports = [whole, part].map((multiplayer) => {
      const transport = new FakeTransport(1);
      multiplayer.multiplayerPeer = transport;
      return transport;
    });
    const [here, gone] = [tree.root.addChild(new Counting("Here")), tree.root.addChild(new Counting("Gone"))];
    tree.tick(0.5);
    gone.free();
    tree.multiplayerPoll = false;
    tree.tick(0.25);
    expect(transports.map(({ polls }) => polls)).toEqual([1, 1]);
    expect([here.total, gone.total]).toEqual([0.75, 0.5]);
  });

  test("goes on when a node throws", async () => {
    const tree = new SceneTree();
    class Broken extends Node {
      override process(): void {
        throw new Error("broken");
      }
    }
    tree.root.addChild(new Broken());
    const counting = tree.root.addChild(new Counting());
    expect(await uncaughtDuring(() => tree.tick(1))).toEqual([new Error("broken")]);
    expect(counting.total).toBe(1);
  });
});
