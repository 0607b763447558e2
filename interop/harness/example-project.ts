/** The Godot project of an example, with the files by path: what `startEngine` takes. */

import { readdirSync, readFileSync } from "node:fs";

const examples = new URL("../../examples/", import.meta.url);

export function exampleProject(name: string): Record<string, string> {
  const folder = new URL(`${name}/godot/`, examples);
  // What the engine has made there is none of it.
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(entries.map(({ name }) => [name, readFileSync(new URL(name, folder), "utf8")]));
}
