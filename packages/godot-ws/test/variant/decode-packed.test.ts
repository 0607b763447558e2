// Reading packed arrays: whose memory they are, and how wide their components.

import { expect, test } from "vitest";
import { bytesToVar } from "../../src/variant/decode.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { PackedStringArray, PackedVector2Array } from "../../src/variant/packed.ts";
import { fromHex } from "./described.ts";

test("bytes are a view of the input, or a copy", () => {
  const bytes = varToBytes(Uint8Array.of(1, 2, 3));
  const view = bytesToVar(bytes) as Uint8Array;
  const copy = bytesToVar(bytes, { copyBytes: true }) as Uint8Array;
  bytes[8] = 9;
  expect([...view]).toEqual([9, 2, 3]);
  expect([...copy]).toEqual([1, 2, 3]);
});

test("of a Buffer, too, they are a plain Uint8Array", () => {
  const read = bytesToVar(Buffer.from(varToBytes(Uint8Array.of(1, 2, 3))));
  expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype);
});

test("numbers have memory of their own, aligned or not", () => {
  const inner = varToBytes(Float64Array.of(1.5, -0));
  const bytes = new Uint8Array(inner.length + 3);
  bytes.set(inner, 3);
  const read = bytesToVar(bytes.subarray(3)) as Float64Array;
  bytes.fill(0);
  expect(read).toEqual(Float64Array.of(1.5, -0));
});

test("64-bit components are narrowed, unless the engine has double precision", () => {
  const hex = "23000100010000009a9999999999b93f0000000000000040";
  expect(bytesToVar(fromHex(hex))).toEqual(new PackedVector2Array(Float32Array.of(0.1, 2)));
  const double = bytesToVar(fromHex(hex), { precision: "double" });
  expect(double).toEqual(new PackedVector2Array(Float64Array.of(0.1, 2)));
  expect(varToBytes(double)).toEqual(fromHex(hex));
});

test("a string array that does not hold says which string", () => {
  const bytes = varToBytes([PackedStringArray.pack(["a", "b"])]);
  bytes[bytes.length - 4] = 255;
  expect(() => bytesToVar(bytes)).toThrow("in [0][1]");
});
