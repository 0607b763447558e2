// The codec in the dialect of Godot 3 against what a real Godot 3.6.2 wrote and read.

import { expect, test } from "vitest";
import { DataError } from "../../src/errors.ts";
import { bytesToVar } from "../../src/variant/decode.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { canonical, fromHex, makeValue, toHex } from "./described.ts";
import { golden36 } from "./golden-vectors.ts";

const version = "3.6";

/** Sent with an instance id that the description does not have. */
const unknownId = new Set(["Object/EncodedObjectAsID_itself_as_id"]);

/** The script travels as an object with its source, which the description leaves out. */
const undescribed = "full/script_instance";

/** Codepoints above U+10FFFF: JavaScript has no strings of them, so they are refused. */
const unspeakable = new Set(["string above U+10FFFF f4908080"]);

test("the vectors are there", () => {
  expect(golden36.vectors.length).toBe(132);
  expect(golden36.decode.length).toBe(112);
});

/** The padding of the parts of a NodePath is what was in the engine's memory: put zeros in its place. */
function withoutChance(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 15) return bytes;
  const masked = bytes.slice();
  const view = new DataView(masked.buffer);
  for (let at = 16; at < masked.length; ) {
    const end = at + 4 + view.getUint32(at, true);
    at = (end + 3) & ~3;
    masked.fill(0, end, at);
  }
  return masked;
}

for (const vector of golden36.vectors) {
  const { name, full_objects: allowObjects } = vector;
  const options = { version, allowObjects } as const;
  const bytes = withoutChance(fromHex(vector.hex));
  test(`${name}: value to bytes`, ({ skip }) => {
    if (unknownId.has(name)) skip("the description does not have the id that was sent");
    if (name === undescribed) skip("the description does not have the script that was sent");
    expect(toHex(varToBytes(makeValue(vector.value), options))).toBe(toHex(bytes));
  });

  test(`${name}: bytes to value`, () => {
    const described = makeValue(vector.decoded ?? vector.value);
    const kept = bytesToVar(fromHex(vector.hex), { ...options, keepKinds: true });
    expect(toHex(varToBytes(kept, options))).toBe(toHex(bytes));
    if (name === undescribed) {
      expect(kept).toMatchObject({ className: "Reference" });
      return;
    }
    expect(canonical(kept)).toBe(canonical(described));
    expect(canonical(bytesToVar(fromHex(vector.hex), options), true)).toBe(canonical(described, true));
  });
}

for (const { name, hex, with_objects: allowObjects, ok, result } of golden36.decode) {
  test(`reading ${name}`, () => {
    const read = (keepKinds: boolean) => bytesToVar(fromHex(hex), { version, allowObjects, keepKinds });
    if (!ok || unspeakable.has(name)) {
      expect(() => read(false)).toThrow(DataError);
      expect(() => read(true)).toThrow(DataError);
      return;
    }
    const kept = read(true);
    if (JSON.stringify(result).includes('"…"')) {
      expect(toHex(varToBytes(kept, { version }))).toBe(hex);
      return;
    }
    expect(canonical(kept)).toBe(canonical(makeValue(result)));
    expect(canonical(read(false), true)).toBe(canonical(makeValue(result), true));
  });
}
