// Values that are written again as they came.

import { expect, test } from "vitest";
import { bytesToVar } from "../../src/variant/decode.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { float, int } from "../../src/variant/numbers.ts";
import { Verbatim } from "../../src/variant/verbatim.ts";
import { fromHex, toHex } from "./described.ts";

const keep = (hex: string) => bytesToVar(fromHex(hex), { keepKinds: true, allowObjects: true });

test("numbers say their kind", () => {
  expect(keep("1c00000002000000020000000100000003000000" + "0000803f")).toEqual([int(1), float(1)]);
});

test.each([
  "020001000500000000000000",
  "03000100000000000000f03f",
  "03000000efbead7f",
  "030000000000c07f",
  "03000100efbeadde0000f87f",
  "0100000002000000",
  "0400000006000000efbbbf6162630000",
  "040000000300000061006200",
  "050000000100c0ff00000000",
  "050001009a9999999999b93f9a9999999999f13f",
  "140000000000c0ff000000000000000000000000",
  "180001000000000000000000",
  "1800000000000000",
  "220000000100000001000000610000" + "00",
  "2400010001000000000000000000f03f9a9999999999b93f0000000000000840",
])("%s", (hex) => {
  const kept = keep(hex);
  expect(toHex(varToBytes(kept, { allowObjects: true }))).toBe(hex);
  const inArray = `1c00000001000000${hex}`;
  expect(toHex(varToBytes(keep(inArray), { allowObjects: true }))).toBe(inArray);
});

test("only what would be written otherwise is kept verbatim", () => {
  expect(keep("0400000001000000" + "61000000")).toBe("a");
  expect(keep("03000100efbeadde0000f87f")).not.toBeInstanceOf(Verbatim);
  expect(keep("03000000efbead7f")).toBeInstanceOf(Verbatim);
});

test("kept octets are a copy", () => {
  const bytes = fromHex("020001000500000000000000");
  const kept = bytesToVar(bytes, { keepKinds: true });
  bytes.fill(0);
  expect(toHex(varToBytes(kept))).toBe("020001000500000000000000");
});
