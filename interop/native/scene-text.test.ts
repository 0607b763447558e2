/**
 * The golden data of the scene file reader is what a real engine writes and reads. With GOLDEN=write in the environment it
 * is written anew instead of compared.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { nativeEngine, startEngine } from "../harness/engine.ts";
import { doubtfulTexts, givenFiles } from "./scene-texts.ts";

const native = nativeEngine();

const goldenFile = fileURLToPath(
  new URL("../../packages/godot-ws/test/scene/golden/scenes-4.6.json", import.meta.url),
);

interface Golden {
  files: Record<string, string>;
  /** What SceneState says of a file. */
  states: Record<string, unknown>;
  /** The nodes that a scene makes, in order. */
  trees: Record<string, unknown>;
  /** The properties of a SceneReplicationConfig in a file of its own. */
  resources: Record<string, unknown>;
  doubtful: { text: string; loads: boolean }[];
}

describe.skipIf(!native.ok)(`scene files${native.ok ? "" : ` - ${native.reason}`}`, () => {
  test("are what the golden data say", async () => {
    const files = { "given.json": JSON.stringify(givenFiles), "bad.json": JSON.stringify(doubtfulTexts) };
    const engine = startEngine({ engine: "native", project: "scene-text", files });
    await engine.finished;
    const golden = toGolden(engine.lines);
    expect(Object.keys(golden.trees)).toHaveLength(7);
    expect(golden.doubtful).toHaveLength(doubtfulTexts.length);
    // Ids and numbers in the files are by chance, so that they cannot be compared.
    if (process.env["GOLDEN"] === "write") writeFileSync(goldenFile, `${JSON.stringify(golden, null, 1)}\n`);
    const committed = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
    expect({ ...golden, files: Object.keys(golden.files) }).toEqual({
      ...committed,
      files: Object.keys(committed.files),
    });
  });
});

function toGolden(lines: readonly string[]): Golden {
  const golden: Golden = { files: { ...givenFiles }, states: {}, trees: {}, resources: {}, doubtful: [] };
  for (const line of lines) {
    const [what, path, data] = line.split(" ") as [string, string, string];
    switch (what) {
      case "FILE":
        golden.files[path] = decode(data);
        break;
      case "STATE":
        golden.states[path] = JSON.parse(decode(data));
        break;
      case "TREE":
        golden.trees[path] = JSON.parse(decode(data));
        break;
      case "RESOURCE":
        golden.resources[path] = JSON.parse(decode(data));
        break;
      case "BAD":
        golden.doubtful.push({ text: doubtfulTexts[Number(path)]!, loads: data === "1" });
        break;
    }
  }
  return golden;
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
