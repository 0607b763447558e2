// Values together with their bytes.

import { expect, test } from "vitest";
import { bytesToVar } from "../../src/variant/decode.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { identityOf } from "../../src/variant/identity.ts";
import { int } from "../../src/variant/numbers.ts";
import { Verbatim } from "../../src/variant/verbatim.ts";
import { fromHex, toHex } from "./described.ts";

const wideFive = "020001000500000000000000";

test("an int with more octets than it needs is kept with them", () => {
  const kept = bytesToVar(fromHex(wideFive), { keepKinds: true });
  expect(kept).toEqual(new Verbatim(int(5), fromHex(wideFive)));
  expect(String(kept)).toBe("5");
  expect(toHex(varToBytes(kept))).toBe(wideFive);
});

test("it is the key that its value is", () => {
  expect(identityOf(new Verbatim(int(5), new Uint8Array()))).toBe(identityOf(5));
});

test("in another place than it came from the value is written", () => {
  expect(toHex(varToBytes(new Verbatim(int(5), fromHex("420500"), "compact")))).toBe("0200000005000000");
});
