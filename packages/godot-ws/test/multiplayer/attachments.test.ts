import { expect, test } from "vitest";
import { Attachments } from "../../src/multiplayer/attachments.ts";
import { Node } from "../../src/multiplayer/node.ts";

test("items are for one node at a time, or wait for theirs", () => {
  const [a, b] = [new Node("A"), new Node("B")];
  const attachments = new Attachments<string>();
  attachments.attach("x", a);
  attachments.attach("y", a);
  attachments.attach("z", undefined);
  expect([[...attachments.of(a)], [...attachments.of(b)], [...attachments.loose]]).toEqual([
    ["x", "y"],
    [],
    ["z"],
  ]);
  attachments.attach("x", b);
  attachments.attach("z", b);
  expect([[...attachments.of(a)], [...attachments.of(b)], [...attachments.loose]]).toEqual([
    ["y"],
    ["x", "z"],
    [],
  ]);
  expect([[...attachments.items], attachments.nodeOf("x"), attachments.nodeOf("w")]).toEqual([
    ["y", "x", "z"],
    b,
    undefined,
  ]);
});

test("what is taken away is for none, and says whether it was for one", () => {
  const node = new Node("A");
  const attachments = new Attachments<string>();
  attachments.attach("x", node);
  attachments.attach("y", undefined);
  expect(["x", "x", "y", "z"].map((item) => attachments.detach(item))).toEqual([true, false, false, false]);
  expect([[...attachments.of(node)], [...attachments.items], [...attachments.loose]]).toEqual([[], [], []]);
});
