import { expect, test } from "vitest";
import {
  keptOptions,
  latestSessionVersion,
  type SessionVersion,
  sessionDialectOf,
  variantOptions,
} from "../../src/multiplayer/session-dialect.ts";
import { decodeArguments, encodeArguments } from "../../src/variant/compact.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";

test.each([
  ["4.0", true, false],
  ["4.1", true, true],
  ["4.2", true, true],
  ["4.3", false, true],
  ["4.4", false, true],
  ["4.5", false, true],
  ["4.6", false, true],
] as const)("%s", (version, confirmsByPath, hasDeltas) => {
  expect(sessionDialectOf(version)).toEqual({ version, confirmsByPath, hasDeltas });
});

test("the latest is 4.6; others are UsageErrors", () => {
  expect(latestSessionVersion).toBe("4.6");
  for (const version of ["3.6", "5.0", "toString"]) {
    expect(usageErrorOf(() => sessionDialectOf(version as SessionVersion))).toBe("ERR_INVALID_PARAMETER");
  }
});

test("the codec gets options only where they are not its own defaults", () => {
  expect(variantOptions("4.6", false)).toBeUndefined();
  expect(variantOptions("4.6", true)).toEqual({ version: "4.6", allowObjects: true });
  expect(variantOptions("4.1", false)).toEqual({ version: "4.1", allowObjects: false });
});

test.each(["4.1", "4.6"] as const)("what is kept of %s is not a view of the bytes", (version) => {
  const bytes = encodeArguments([Uint8Array.of(1, 2)], variantOptions(version, false));
  const [kept] = decodeArguments(bytes, 0, 1, keptOptions(version)).values;
  bytes.fill(0);
  expect(kept).toEqual(Uint8Array.of(1, 2));
});
