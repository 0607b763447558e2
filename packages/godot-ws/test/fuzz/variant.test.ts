import { describe, expect, it } from "vitest";
import { typeNames } from "../../src/variant/element-type.ts";
import { runVariantFuzzer, runVariantInput } from "./variant-fuzzer.ts";

// FUZZ_SEED and FUZZ_COUNT as for the protocol.
const { FUZZ_SEED = "4639", FUZZ_COUNT = "20000" } = process.env;
const seed = Number(FUZZ_SEED);
const count = Number(FUZZ_COUNT);

/** Beginnings of messages, one for each way to be refused that is not rare. */
const refusals = [
  "# octets expected,",
  "# octets, where",
  "No type has",
  "# elements in",
  "# elements of",
  "# strings in",
  "# properties in",
  "A value of",
  "A value that",
  "A whole object,",
  "A string of",
  "Negative length of",
  "A NodePath of",
  "A NodePath in",
  "Nested deeper than",
  "More than #",
  "Unexpected identifier #",
  "Unexpected character (in",
  "Unterminated string (in",
  "Expected value, got",
  "Expected # arguments",
  "An element that",
];

describe("the variant fuzzer", () => {
  it(
    `finds nothing in ${count} inputs of seed ${seed}`,
    () => {
      const { inputs, seen } = runVariantFuzzer(seed, count);
      expect(inputs).toBe(count);
      // It gets everywhere: values of all types, and all common errors.
      const everything = [
        ...typeNames.map((name) => `value ${name}`),
        ...["int", "String", "Array", "Dictionary"].flatMap((name) => [`text ${name}`, `arguments ${name}`]),
        ...refusals.map((words) => `! ${words}`),
      ];
      expect(everything.filter((what) => (seen.get(what) ?? 0) < count / 4000)).toEqual([]);
    },
    60_000 + 5 * count,
  );

  it("does the same again for the same input", () => {
    for (const input of [1, 2, 3, 99]) expect(runVariantInput(input)).toBe(runVariantInput(input));
  });
});
