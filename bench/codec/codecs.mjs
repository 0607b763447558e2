// Each codec as it is used by a program that knows it well, behind one shape.

import { createRequire } from "node:module";
import { ownPackage } from "../servers/kit.mjs";
import { findModule } from "../suite/modules.mjs";

/**
 * @typedef {object} Codec
 * @property {(x: number, y: number, z: number) => unknown} vector
 * @property {(value: any) => any} encode
 * @property {(encoded: any) => any} decode
 * @property {(value: any) => any} [encodeArgs] of an RPC; `encode` by default
 * @property {(encoded: any) => any} [decodeArgs]
 */

const asArray = (/** @type {number[]} */ ...components) => components;

/** @type {Readonly<Record<string, () => Promise<Codec>>>} */
export const codecs = {
  async ours() {
    const { bytesToVar, decodeArguments, encodeArguments, varToBytes, Vector3 } =
      await ownPackage("godot-ws");
    return {
      vector: (x, y, z) => new Vector3(x, y, z),
      encode: (value) => varToBytes(value),
      decode: (encoded) => bytesToVar(encoded),
      encodeArgs: (value) => encodeArguments(value),
      decodeArgs: (encoded) => decodeArguments(encoded, 0, 3).values,
    };
  },

  async msgpack() {
    const { Decoder, Encoder } = load("@msgpack/msgpack");
    const [encoder, decoder] = [new Encoder(), new Decoder()];
    return {
      vector: asArray,
      encode: (value) => encoder.encode(value),
      decode: (encoded) => decoder.decode(encoded),
    };
  },

  async msgpackr() {
    const { Packr } = load("msgpackr");
    // Without its records: the other end may be any MessagePack.
    const packr = new Packr({ useRecords: false });
    return {
      vector: asArray,
      encode: (value) => packr.pack(value),
      decode: (encoded) => packr.unpack(encoded),
    };
  },

  async json() {
    // Octets have no place in JSON: base64 is what programs use.
    const wrap = (/** @type {any} */ value) =>
      value instanceof Uint8Array ? Buffer.from(value.buffer).toString("base64") : value;
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    return {
      vector: asArray,
      encode: (value) => encoder.encode(JSON.stringify(wrap(value))),
      decode(encoded) {
        const value = JSON.parse(decoder.decode(encoded));
        return typeof value === "string" ? Buffer.from(value, "base64") : value;
      },
    };
  },

  async gdcom() {
    const { getVar, putVar } = load("@gd-com/utils");
    return {
      vector: (x, y, z) => ({ x, y, z }),
      encode: (value) => putVar(value),
      decode: (encoded) => getVar(encoded).value,
    };
  },
};

/** @param {string} name */
function load(name) {
  const file = findModule(name);
  if (file === undefined) throw new Error(`${name} is not installed`);
  return createRequire(import.meta.url)(file);
}
