// The sources of a package as text: names, lines, and what they import.

import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

export interface SourceFile {
  /** Within src, as `peer/packet-queue.ts`. */
  readonly name: string;
  readonly text: string;
  /** As written, of values and of types. */
  readonly imports: readonly string[];
  /** Of values alone: what is there when the program runs. */
  readonly valueImports: readonly string[];
}

export const librarySource = fileURLToPath(new URL("../../src", import.meta.url));
export const serverSource = fileURLToPath(new URL("../../../server/src", import.meta.url));

export function readSources(folder: string): SourceFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
    name.replaceAll("\\", "/"),
  );
  return names
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      const all = findImports(text);
      return {
        name,
        text,
        imports: all.map(({ from }) => from),
        valueImports: all.filter(({ isType }) => !isType).map(({ from }) => from),
      };
    });
}

function findImports(text: string): { from: string; isType: boolean }[] {
  const found: { from: string; isType: boolean }[] = [];
  const statement = /^(?:import|export)\s+(type\s+)?(?:([^;"']*?)\s+from\s+)?["']([^"']+)["'];/gm;
  for (const [, type, names = "", from] of text.matchAll(statement)) {
    const parts = names.replace(/[{}]/g, "").split(",");
    const onlyTypes =
      names !== "" && parts.every((part) => part.trim() === "" || part.trim().startsWith("type "));
    found.push({ from: from!, isType: type !== undefined || onlyTypes });
  }
  for (const [, from] of text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g))
    found.push({ from: from!, isType: false });
  return found;
}

/** The file within src that a relative import means. */
export function resolveImport(importer: string, from: string): string {
  return posix.join(posix.dirname(importer), from);
}

/** Without comments and the content of string literals: what the language sees. */
export function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|[^:])\/\/.*$/gm, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}
