// Reading vectors and the like: the widths of components.

import { expect, test } from "vitest";
import { bytesToVar } from "../../src/variant/decode.ts";
import { varToBytes } from "../../src/variant/encode.ts";
import { Basis, Transform3D } from "../../src/variant/matrices.ts";
import { Vector3 } from "../../src/variant/vectors.ts";
import { fromHex } from "./described.ts";

const wide = fromHex("050001009a9999999999b93f9a9999999999f13f");

test("64-bit components are narrowed, unless the engine has double precision", () => {
  expect(bytesToVar(wide)).toMatchObject({ x: Math.fround(0.1), y: Math.fround(1.1) });
  expect(bytesToVar(wide, { precision: "double" })).toMatchObject({ x: 0.1, y: 1.1 });
});

test("double precision reads 32-bit components as well", () => {
  expect(bytesToVar(varToBytes(new Vector3(1, 2, 3)), { precision: "double" })).toEqual(new Vector3(1, 2, 3));
});

test("a basis is written by rows and read into columns", () => {
  const basis = new Basis(new Vector3(1, 2, 3), new Vector3(4, 5, 6), new Vector3(7, 8, 9));
  const bytes = varToBytes(basis);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  expect([4, 8, 12].map((at) => view.getFloat32(at, true))).toEqual([1, 4, 7]);
  expect(bytesToVar(bytes)).toEqual(basis);
  const transform = new Transform3D(basis, new Vector3(10, 11, 12));
  expect(bytesToVar(varToBytes(transform, { precision: "double" }), { precision: "double" })).toEqual(
    transform,
  );
});
