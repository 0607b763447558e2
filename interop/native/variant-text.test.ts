/**
 * The golden data of the text form of values is what a real engine prints and parses. With GOLDEN=write in the environment
 * it is written anew instead of compared.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { nativeEngine, startEngine } from "../harness/engine.ts";
import { SeededRandom } from "../variant/seeded-random.ts";

const native = nativeEngine();

const goldenFile = fileURLToPath(
  new URL("../../packages/godot-ws/test/variant/golden/text-4.6.json", import.meta.url),
);

/** What `bytes` is in both: `var_to_bytes` of the value, in base64. */
interface Golden {
  values: { kind: string; bytes: string; str: string; text: string }[];
  /** `bytes` is null for a text that is refused. */
  parsed: { text: string; bytes: string | null }[];
}

describe.skipIf(!native.ok)(`the text form of values${native.ok ? "" : ` - ${native.reason}`}`, () => {
  test("is what the golden data say", async () => {
    const files = { "numbers.txt": Buffer.from(numbers().buffer).toString("hex") };
    const engine = startEngine({ engine: "native", project: "variant-text", files });
    await engine.finished;
    const golden = toGolden(engine.lines);
    expect(golden.values.length).toBeGreaterThan(300);
    expect(golden.parsed.length).toBeGreaterThan(400);
    if (process.env["GOLDEN"] === "write") writeFileSync(goldenFile, format(golden));
    expect(golden).toEqual(JSON.parse(readFileSync(goldenFile, "utf8")));
  });
});

function toGolden(lines: readonly string[]): Golden {
  const golden: Golden = { values: [], parsed: [] };
  for (const line of lines) {
    const [what, first, ...rest] = line.split(" ").map((part) => part.replaceAll('"', ""));
    if (what === "VALUE") {
      const [bytes, str, text] = rest as [string, string, string];
      golden.values.push({ kind: first!, bytes, str: decode(str), text: decode(text) });
    } else if (what === "TEXT") {
      golden.parsed.push({ text: decode(first!), bytes: rest[0] === "-" ? null : rest[0]! });
    }
  }
  return golden;
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

/** One row a line. */
function format({ values, parsed }: Golden): string {
  const rows = (list: readonly object[]): string =>
    list.map((row) => `\n    ${JSON.stringify(row)}`).join(",");
  return `{\n  "values": [${rows(values)}\n  ],\n  "parsed": [${rows(parsed)}\n  ]\n}\n`;
}

/** Doubles of every kind: edges, floats that 32 bits hold, few and many digits, half-way cases, random bits. */
function numbers(): Float64Array {
  const random = new SeededRandom(46);
  const list = [
    ...[
      0,
      -0,
      0.1,
      1,
      1.5,
      1e14,
      1e15,
      1e16,
      123456789012345680,
      1e20,
      1e21,
      1.5e22,
      1e-4,
      1e-5,
      1e-6,
      1 / 3,
    ],
    ...[
      5e-324,
      2.2250738585072014e-308,
      1e-310,
      1.7976931348623157e308,
      Infinity,
      -Infinity,
      Number.NaN,
      99999,
    ],
    ...[999999, 1e6, 16777216, 16777217, 2 ** 53, 2 ** 63, -(2 ** 63), 2 ** 64, 2 ** -15, 3 * 2 ** -15, 0.3],
    ...[
      Math.fround(0.3),
      Math.fround(1e-7),
      Math.fround(3.4e38),
      2 ** -149,
      -176009.375,
      1512317.75,
      199478208,
    ],
    ...[46297824336215860, 1793605985585600.2, 9.999999, 10.5, 999999.96875, 99999.99999999999],
  ];
  for (let i = list.length; i < 240; i++) list.push(numberOfKind(i % 6, random));
  return Float64Array.from(list);
}

function numberOfKind(kind: number, random: SeededRandom): number {
  switch (kind) {
    case 0:
      return Math.fround((random.next() - 0.5) * 10 ** random.below(20));
    case 1:
      return (random.below(2000) - 1000) / 2 ** random.below(30);
    case 2:
      return random.below(1e9) / 10 ** random.below(12);
    case 3:
      return (random.next() - 0.5) * 10 ** (random.below(40) - 20);
    case 4:
      return (random.below(2 ** 24) + 2 ** 24) / 16;
    default:
      return new Float64Array(Uint32Array.of(random.below(2 ** 32), random.below(2 ** 32)).buffer)[0]!;
  }
}
