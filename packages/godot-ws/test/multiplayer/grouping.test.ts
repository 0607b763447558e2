import { expect, test } from "vitest";
import { addToGroup, groupBy } from "../../src/multiplayer/grouping.ts";

test("groups keep the order of their members, and come in that of their first", () => {
  const groups = groupBy([5, 2, 3, 4], (number) => (number % 2 === 0 ? "even" : ("odd" as string)));
  expect([...groups]).toEqual([
    ["odd", [5, 3]],
    ["even", [2, 4]],
  ]);
  addToGroup(groups, "even", 6);
  addToGroup(groups, "other", 7);
  expect([groups.get("even"), groups.get("other")]).toEqual([[2, 4, 6], [7]]);
});
