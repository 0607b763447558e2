// Every source file of the library has a test file of its own, in the same place below test/.

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { codeOf, librarySource, readSources } from "./source-files.ts";

const testFolder = fileURLToPath(new URL("..", import.meta.url));

/** Nothing in them runs. */
const typesOnly = new Set([
  "multiplayer/multiplayer-options.ts",
  "transport/connection.ts",
  "transport/stream.ts",
  "transport/tls-settings.ts",
]);

/** Twins that are called otherwise, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  // The list of public names.
  "index.ts": "surface/exports.test.ts",
};

const files = readSources(librarySource);

test("every source file has a twin", () => {
  const alone = files
    .filter(({ name }) => !typesOnly.has(name))
    .filter(
      ({ name }) => !existsSync(`${testFolder}/${elsewhere[name] ?? name.replace(/\.ts$/, ".test.ts")}`),
    )
    .map(({ name }) => name);
  expect(alone).toEqual([]);
});

test("files without a twin have nothing that runs", () => {
  for (const name of typesOnly) {
    const file = files.find((candidate) => candidate.name === name);
    expect(file, name).toBeDefined();
    expect(codeOf(file!.text), name).not.toMatch(
      /^(?:export )?(?:abstract )?(?:class|function|const|let|async)\b/m,
    );
  }
});

test("every test file is found by its name", () => {
  const names = readdirSync(testFolder, { recursive: true, encoding: "utf8" });
  const lost = names.filter((name) => /\.(?:spec|tests?)\.[a-z]+$/.test(name) && !name.endsWith(".test.ts"));
  expect(lost).toEqual([]);
});
