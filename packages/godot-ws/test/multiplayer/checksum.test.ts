import { describe, expect, test } from "vitest";
import { describeDifference, explainChecksum } from "../../src/multiplayer/checksum.ts";
import { md5Hex } from "../../src/multiplayer/md5.ts";

const ours = ["hit", "jump", "move", "shoot"];
const known = ["aim", "crouch", "hit", "jump", "move", "reload", "shoot", "zoom"];
const checksumOf = (...names: string[]): string => md5Hex(names.join(""));

describe("explainChecksum", () => {
  test.each([
    ["one that we lack", checksumOf("aim", "hit", "jump", "move", "shoot"), [], ["aim"]],
    ["one that they lack", checksumOf("hit", "jump", "shoot"), ["move"], []],
    ["a renamed one", checksumOf("hit", "jump", "reload", "shoot"), ["move"], ["reload"]],
    ["two on each side", checksumOf("aim", "hit", "jump", "zoom"), ["move", "shoot"], ["aim", "zoom"]],
    ["none at all", checksumOf(), undefined, undefined],
    ["something else", checksumOf("x"), undefined, undefined],
  ])("%s", (_, checksum, missingThere, missingHere) => {
    const difference = explainChecksum(ours, checksum, known);
    expect(difference).toEqual(missingThere === undefined ? undefined : { missingThere, missingHere });
  });

  test("gives up in time when there is too much to try", () => {
    const many = Array.from({ length: 300 }, (_, i) => `method_${i}`);
    expect(
      explainChecksum(
        many,
        checksumOf("x"),
        many.map((name) => `${name}_too`),
      ),
    ).toBeUndefined();
  });
});

test("describeDifference says it in words", () => {
  expect(describeDifference({ missingThere: ["a"], missingHere: ["b", "c"] })).toBe(
    "we lack b and c, the peer lacks a",
  );
  expect(describeDifference({ missingThere: [], missingHere: [] })).toContain("another order");
  expect(describeDifference(undefined)).toContain("knownMethods");
});
