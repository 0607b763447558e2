// Properties of writing and reading that hold for every value, and of reading for any octets at all.

import fc from "fast-check";
import { expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { decodeArguments, encodeArguments } from "../../src/variant/compact.ts";
import { bytesToVar } from "../../src/variant/decode.ts";
import { godotVersions } from "../../src/variant/dialect.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { canonical, fromHex } from "./described.ts";
import { golden36, golden46 } from "./golden-vectors.ts";
import { anyVariant } from "./random-variants.ts";

const runs = { numRuns: 1500 };

test("what is written is read: the same value, kinds included, and the same octets again", () => {
  fc.assert(
    fc.property(anyVariant, (value) => {
      const bytes = varToBytes(value);
      expect(bytes.length % 4).toBe(0);
      const kept = bytesToVar(bytes, { keepKinds: true });
      expect(canonical(kept)).toBe(canonical(value));
      expect(varToBytes(kept)).toEqual(bytes);
      expect(canonical(bytesToVar(bytes), true)).toBe(canonical(value, true));
    }),
    runs,
  );
});

test("the same for arguments in a row", () => {
  fc.assert(
    fc.property(fc.array(anyVariant, { maxLength: 4 }), (values) => {
      const bytes = encodeArguments(values);
      const { values: kept, offset } = decodeArguments(bytes, 0, values.length, { keepKinds: true });
      expect(offset).toBe(bytes.length);
      expect(canonical(kept)).toBe(canonical(values));
      expect(encodeArguments(kept)).toEqual(bytes);
    }),
    runs,
  );
});

test("whatever is cut off is missed", () => {
  fc.assert(
    fc.property(anyVariant, fc.nat(), (value, cut) => {
      const bytes = varToBytes(value);
      const short = bytes.subarray(0, cut % bytes.length);
      // Only the padding of the very last PackedByteArray may be missing.
      if (bytes.length - short.length >= 4) expect(() => bytesToVar(short)).toThrow(DataError);
    }),
    runs,
  );
});

const seeds = [...golden46.vectors, ...golden36.vectors]
  .map(({ hex }) => fromHex(hex))
  .filter(({ length }) => length < 2000);

const mutation = fc.record({
  seed: fc.nat({ max: seeds.length - 1 }),
  changes: fc.array(
    fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat({ max: 39 }))),
    {
      maxLength: 6,
    },
  ),
  version: fc.constantFrom(...godotVersions),
  allowObjects: fc.boolean(),
  keepKinds: fc.boolean(),
});

test("of octets that something happened to comes a value that can be written, or a DataError", () => {
  fc.assert(
    fc.property(mutation, ({ seed, changes, version, ...options }) => {
      const bytes = seeds[seed]!.slice();
      for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
      try {
        const value = bytesToVar(bytes, { version, ...options });
        varToBytes(value, { version, allowObjects: true });
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        expect(error.offset).toBeLessThanOrEqual(bytes.length + 4);
      }
    }),
    { numRuns: 20_000 },
  );
});
