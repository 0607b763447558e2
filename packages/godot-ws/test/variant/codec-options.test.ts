// Options, checked.

import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { notAllowed, toDecodeSettings, toEncodeSettings } from "../../src/variant/codec-options.ts";
import { noType } from "../../src/variant/dialect.ts";

test("defaults are those of the latest Godot", () => {
  const settings = toDecodeSettings(undefined);
  expect(settings).toMatchObject({ double: false, allowObjects: false, keepKinds: false, maxDepth: 1024 });
  expect(settings.dialect).toBe(toEncodeSettings({ version: "4.6" }).dialect);
  expect(toEncodeSettings({ precision: "double", allowObjects: true })).toMatchObject({
    double: true,
    allowObjects: true,
  });
});

test.each([
  { maxDepth: -1 },
  { maxDepth: 1025 },
  { maxDepth: Number.NaN },
  { maxElements: -1 },
  { maxBytes: -1 },
  { maxStringBytes: -1 },
  { version: "2.1" as "3.6" },
  { version: "toString" as "3.6" },
  { allowedTypes: ["Integer" as "int"] },
])("%o is refused", (options) => {
  expect(() => toDecodeSettings(options)).toThrow(UsageError);
});

test("allowed types are told from unknown ones", () => {
  const { types } = toDecodeSettings({ allowedTypes: ["int", "Array"] });
  expect([types[2], types[28], types[3], types[39]]).toEqual([2, 28, notAllowed, noType]);
});
