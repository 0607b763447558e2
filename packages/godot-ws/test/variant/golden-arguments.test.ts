// The compressed form against the arguments of RPCs that a real Godot 4.6.3 sent.

import { expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { decodeArguments, encodeArguments } from "../../src/variant/compact.ts";
import { canonical, fromHex, makeValue, toHex } from "./described.ts";
import { type GoldenArguments, goldenArguments } from "./golden-vectors.ts";

test("the vectors are there", () => {
  expect(goldenArguments.length).toBe(419);
});

/** A null of type Object: the engine writes what it refuses to read. We have no such value, and refuse it as well. */
const typedNull = "objects/1/null_object";

for (const vector of goldenArguments) {
  if (!vector.flag_byte_only_or_no_args) test(vector.name, () => check(vector));
}

function check({
  name,
  args,
  args_hex,
  received_args,
  allow_object_decoding: allowObjects,
}: GoldenArguments): void {
  const values = args.map(makeValue);
  const options = { allowObjects };
  const bytes = fromHex(args_hex);
  if (name === typedNull) {
    expect(toHex(encodeArguments(values, options))).toBe("00000000");
    expect(() => decodeArguments(bytes, 0, 1)).toThrow(DataError);
    return;
  }
  expect(toHex(encodeArguments(values, options))).toBe(args_hex);
  const received = (received_args ?? args).map(makeValue);
  const kept = decodeArguments(bytes, 0, args.length, { ...options, keepKinds: true });
  expect(kept.offset).toBe(bytes.length);
  expect(toHex(encodeArguments(kept.values, options))).toBe(args_hex);
  const plain = decodeArguments(bytes, 0, args.length, options);
  for (const [i, value] of received.entries()) {
    expect(canonical(kept.values[i]!)).toBe(canonical(value));
    expect(canonical(plain.values[i]!, true)).toBe(canonical(value, true));
  }
}
