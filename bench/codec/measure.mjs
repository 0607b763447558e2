// One codec and one value in a process of its own: encodes and decodes for some seconds and prints how often that was.
// Usage: node measure.mjs CODEC VALUE WARM SECONDS

import { deepStrictEqual } from "node:assert/strict";
import { codecs } from "./codecs.mjs";
import { values } from "./values.mjs";

const [name = "", valueName = "", warm = "0.5", seconds = "1"] = process.argv.slice(2);
const createCodec = codecs[name];
const createValue = values[valueName];
if (createCodec === undefined || createValue === undefined) throw new Error(`no ${name} for ${valueName}`);

const codec = await createCodec();
const value = createValue(codec.vector);
const isArgs = valueName === "args";
const encode = (isArgs && codec.encodeArgs) || codec.encode;
const decode = (isArgs && codec.decodeArgs) || codec.decode;

if (!survives()) {
  console.log(JSON.stringify({ unsupported: true }));
  process.exit(0);
}
run(Number(warm));
const before = process.cpuUsage();
const started = performance.now();
const work = run(Number(seconds));
const { user, system } = process.cpuUsage(before);
const took = (performance.now() - started) / 1000;
const encodedLength = encode(value).length;
console.log(
  JSON.stringify({
    work,
    seconds: took,
    serverCpu: (user + system) / 1e6,
    loadCpu: 0,
    otherCpu: 0,
    encodedLength,
  }),
);

/** Does what comes back have the shape of what was sent? Numbers of 32 bits are told from those of 64 by their size. */
function survives() {
  try {
    const [back, again] = [decode(encode(value)), decode(encode(decode(encode(value))))];
    deepStrictEqual(plain(again), plain(back));
    return JSON.stringify(plain(back)).length > 0.5 * JSON.stringify(plain(value)).length;
  } catch {
    return false;
  }
}

/** Maps as objects, to compare them. @param {any} given @returns {any} */
function plain(given) {
  if (given instanceof Uint8Array) return [...given];
  if (Array.isArray(given)) return given.map(plain);
  if (typeof given?.forEach === "function" && typeof given.get === "function") {
    /** @type {Record<string, any>} */
    const object = {};
    given.forEach((/** @type {any} */ one, /** @type {any} */ key) => {
      object[String(key)] = plain(one);
    });
    return object;
  }
  return given;
}

/** @param {number} duration in seconds */
function run(duration) {
  const end = performance.now() + duration * 1000;
  let count = 0;
  let kept = 0;
  while (performance.now() < end) {
    for (let i = 0; i < 20; i++) {
      const encoded = encode(value);
      kept += encoded.length;
      if (decode(encoded) === undefined) throw new Error("nothing came back");
    }
    count += 20;
  }
  if (kept === 0) throw new Error("nothing was encoded");
  return count;
}
