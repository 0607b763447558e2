import { describe, expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import { ReceivedPaths, relativePath, SentPaths } from "../../src/multiplayer/path-cache.ts";
import { SceneTree } from "../../src/multiplayer/scene-tree.ts";

const byId = (id: number) => ({ id, path: undefined });
const byPath = (path: string) => ({ id: undefined, path });

function createTree(...names: string[]) {
  const { root } = new SceneTree();
  return { root, nodes: names.map((name) => root.addChild(new Node(name))) };
}

const fromRoot = (absolute: string): string => relativePath("/root", absolute);

describe("SentPaths", () => {
  test("numbers nodes from 1 on, and keeps their numbers", () => {
    const { nodes } = createTree("A", "B");
    const paths = new SentPaths();
    const numbers = [...nodes, ...nodes].map((node) => paths.entryFor(node, "c", fromRoot).id);
    expect(numbers).toEqual([1, 2, 1, 2]);
    expect(paths.entryFor(nodes[0]!, "c", fromRoot)).toMatchObject({
      path: "A",
      absolutePath: "/root/A",
      checksum: "c",
    });
  });

  test("gives a new number to a node that came back, was renamed, or has other RPCs", () => {
    const { root, nodes } = createTree("A");
    const node = nodes[0]!;
    const paths = new SentPaths();
    const number = (checksum = "c"): number => paths.entryFor(node, checksum, fromRoot).id;
    expect([number(), number("d")]).toEqual([1, 2]);
    root.removeChild(node);
    paths.nodeExited(node);
    root.addChild(node);
    expect([number("d"), number("d")]).toEqual([3, 3]);
    node.name = "B";
    expect([number("d"), paths.entryFor(node, "d", fromRoot).path]).toEqual([4, "B"]);
  });

  test("knows who was told and who has confirmed", () => {
    const { nodes } = createTree("A");
    const paths = new SentPaths();
    const entry = paths.entryFor(nodes[0]!, "c", fromRoot);
    expect(paths.confirm(2, byId(1))).toBeUndefined();
    expect([paths.tell(entry, 2), paths.tell(entry, 2), paths.tell(entry, 3)]).toEqual([true, false, true]);
    expect([paths.isTold(2, byId(1)), paths.isTold(2, byPath("A")), paths.isTold(4, byId(1))]).toEqual([
      true,
      true,
      false,
    ]);
    expect(paths.confirm(2, byId(1))).toBe(entry);
    expect(paths.confirm(3, byPath("A"))).toBe(entry);
    expect(paths.confirm(3, byPath("B"))).toBeUndefined();
    expect([...entry.peers]).toEqual([
      [2, true],
      [3, true],
    ]);
    paths.forgetPeer(2);
    expect([[...entry.peers], paths.tell(entry, 2)]).toEqual([[[3, true]], true]);
  });

  test("knows which numbers were given out, also when the node is gone", () => {
    const { nodes } = createTree("A");
    const paths = new SentPaths();
    const entry = paths.entryFor(nodes[0]!, "c", fromRoot);
    paths.tell(entry, 2);
    paths.nodeExited(nodes[0]!);
    expect(paths.confirm(2, byId(1))).toBeUndefined();
    expect([0, 1, 2].map((id) => paths.wasGiven(byId(id)))).toEqual([false, true, false]);
    expect(paths.wasGiven(byPath("A"))).toBe(false);
  });

  test("begins anew when cleared", () => {
    const { nodes } = createTree("A", "B");
    const paths = new SentPaths();
    for (const node of nodes) paths.tell(paths.entryFor(node, "c", fromRoot), 2);
    paths.clear();
    const entry = paths.entryFor(nodes[1]!, "c", fromRoot);
    expect([entry.id, entry.peers.size, paths.isTold(2, byId(1))]).toEqual([1, 0, false]);
  });
});

describe("ReceivedPaths", () => {
  function createPaths(names: string[], limits = { maxPerPeer: 4, maxWaitingPerPeer: 2 }) {
    const { root } = createTree(...names);
    let lookUps = 0;
    const paths = new ReceivedPaths(limits, (path) => {
      lookUps++;
      return root.getNodeOrNull(path);
    });
    return { root, paths, lookUps: () => lookUps };
  }

  test("leads from a peer's number to the node, looked up once", () => {
    const { root, paths, lookUps } = createPaths(["A"]);
    const entry = paths.add(2, 7, "A", "c");
    expect(paths.get(2, 7)).toBe(entry);
    expect([paths.get(3, 7), paths.get(2, 8)]).toEqual([undefined, undefined]);
    const found = paths.get(2, 7)!;
    for (let i = 0; i < 5; i++) expect(paths.nodeOf(found)).toBe(root.getNode("A"));
    expect(lookUps()).toBe(1);
  });

  test("leads to the node that is at the path now", () => {
    const { root, paths } = createPaths(["A"]);
    paths.add(2, 7, "A", "c");
    const entry = paths.get(2, 7)!;
    root.getNode("A").free();
    expect(paths.nodeOf(entry)).toBeUndefined();
    const next = root.addChild(new Node("A"));
    expect(paths.nodeOf(entry)).toBe(next);
    next.name = "B";
    expect(paths.nodeOf(entry)).toBeUndefined();
  });

  test("refuses a number twice, and too many", () => {
    const { paths } = createPaths(["A"]);
    expect([paths.add(2, 1, "A", "c"), paths.add(2, 1, "A", "c")][1]).toBe("duplicate");
    for (const id of [2, 3, 4]) expect(paths.add(2, id, "A", "c")).toMatchObject({ id });
    expect(paths.add(2, 5, "A", "c")).toBe("too many");
    expect(paths.add(3, 5, "A", "c")).toMatchObject({ id: 5 });
  });

  test("refuses paths that are too long all together", () => {
    const { paths } = createPaths(["A"]);
    expect(paths.add(2, 1, `${"./".repeat(120)}A`, "c")).toMatchObject({ id: 1 });
    expect(paths.add(2, 2, `${"./".repeat(8)}A`, "c")).toBe("too many");
    expect(paths.add(2, 3, "A", "c")).toMatchObject({ id: 3 });
    paths.forgetPeer(2);
    expect(paths.add(2, 2, `${"./".repeat(120)}A`, "c")).toMatchObject({ id: 2 });
  });

  test("lets a number wait for its node, so many of each peer", () => {
    const { root, paths } = createPaths([]);
    expect(paths.hasWaiting).toBe(false);
    for (const id of [1, 2]) paths.add(2, id, "A", "c");
    paths.add(2, 3, "B", "c");
    paths.add(3, 9, "A", "c");
    expect(paths.add(2, 4, "C", "c")).toBe("too many");
    root.addChild(new Node("A"));
    expect(paths.takeWaiting("A").map(({ peer, entry }) => [peer, entry.id])).toEqual([
      [2, 1],
      [2, 2],
      [3, 9],
    ]);
    expect([paths.takeWaiting("A"), paths.hasWaiting]).toEqual([[], true]);
    paths.forgetPeer(2);
    expect([paths.hasWaiting, paths.get(2, 1), paths.get(3, 9)?.path]).toEqual([false, undefined, "A"]);
    paths.clear();
    expect(paths.get(3, 9)).toBeUndefined();
  });
});

test.each([
  ["/root", "/root", "."],
  ["/root", "/root/A/B", "A/B"],
  ["/root/A", "/root/AB", "../AB"],
  ["/root/A/B", "/root/C", "../../C"],
  ["/root/A/B", "/root/A", ".."],
])("from %s to %s it is %s", (root, path, expected) => {
  expect(relativePath(root, path)).toBe(expected);
});
