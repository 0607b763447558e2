// Who may import whom. The table is the architecture; a file that does not fit it is in the wrong place.

import { describe, expect, test } from "vitest";
import {
  codeOf,
  librarySource,
  readSources,
  resolveImport,
  type SourceFile,
  serverSource,
} from "./source-files.ts";

/** Folder or file, and the folders and files it may import besides its own. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  "clock.ts": [],
  "signal.ts": ["errors.ts"],
  protocol: ["errors.ts"],
  // It must not know that there are networks.
  variant: ["errors.ts"],
  transport: ["protocol", "errors.ts", "clock.ts"],
  peer: [
    "protocol",
    "errors.ts",
    "signal.ts",
    "clock.ts",
    "#platform",
    "#opening",
    "transport/connection.ts",
    "transport/stream.ts",
    "transport/environment.ts",
    "transport/tls-settings.ts",
  ],
  // It must not know that WebSocket exists.
  multiplayer: [
    ...["variant", "errors.ts", "signal.ts", "clock.ts"],
    ...["peer/multiplayer-peer.ts", "peer/offline-multiplayer-peer.ts"],
  ],
  // It must not know that there are networks.
  scene: ["multiplayer", "variant", "errors.ts", "#platform"],
  "index.ts": [
    "#platform",
    "errors.ts",
    "clock.ts",
    "signal.ts",
    "protocol",
    "peer",
    "multiplayer",
    "scene",
    "variant",
    "transport/connection.ts",
    "transport/environment.ts",
    "transport/memory.ts",
    "transport/stream.ts",
    "transport/tls-identities.ts",
    "transport/tls-settings.ts",
  ],
};

/** The only files that know a platform. */
const platformFiles = /^transport\/(node|browser)(-[a-z-]+)?\.ts$/;

const longestFile = 600;

const library = readSources(librarySource);
const server = readSources(serverSource);

/** The key of the table for a file: its folder, or itself when it lies in none. */
function layerOf(name: string): string {
  return name.includes("/") ? name.slice(0, name.indexOf("/")) : name;
}

function isAllowed(importer: SourceFile, from: string): boolean {
  if (from.startsWith("node:")) return platformFiles.test(importer.name);
  const layer = layerOf(importer.name);
  const allowed = mayImport[layer] ?? [];
  if (!from.startsWith(".")) return allowed.includes(from);
  const imported = resolveImport(importer.name, from);
  return layerOf(imported) === layer || allowed.includes(layerOf(imported)) || allowed.includes(imported);
}

describe("the library", () => {
  test("is read: there are files, and imports in them", () => {
    expect(library.length).toBeGreaterThan(20);
    expect(library.flatMap((file) => file.imports).length).toBeGreaterThan(60);
    const peer = library.find(({ name }) => name === "peer/websocket-peer.ts");
    expect(peer?.imports).toContain("#platform");
    expect(peer?.imports).toContain("../transport/connection.ts");
    expect(peer?.valueImports).not.toContain("../transport/connection.ts");
  });

  test("has a place for every file", () => {
    expect(
      library.filter(({ name }) => mayImport[layerOf(name)] === undefined).map(({ name }) => name),
    ).toEqual([]);
  });

  test("imports by the table, by relative path with extension, and no package", () => {
    const wrong = library.flatMap((file) =>
      file.imports.filter((from) => !isAllowed(file, from)).map((from) => `${file.name} imports ${from}`),
    );
    expect(wrong).toEqual([]);
    const names = new Set(library.map(({ name }) => name));
    const broken = library.flatMap((file) =>
      file.imports
        .filter((from) => from.startsWith(".") && !names.has(resolveImport(file.name, from)))
        .map((from) => `${file.name} imports ${from}`),
    );
    expect(broken).toEqual([]);
  });

  test("has no cycles, types included", () => {
    expect(findCycle(library)).toBeUndefined();
  });

  test("touches no platform outside the platform's files", () => {
    const platformName =
      /(?<![.\w#"'])(?:Buffer|process|window|document|navigator|NodeJS|require|__dirname)(?:[.([]|\s+(?:instanceof|in)\b)/;
    const platformTimer =
      /(?<![.\w#])(?:setTimeout|setInterval|setImmediate|Date\.now|new Date|Math\.random|performance\.now)\b/;
    const wrong = library
      .filter(({ name }) => !platformFiles.test(name))
      .flatMap(({ name, text }) =>
        codeOf(text)
          .split("\n")
          .filter((line) => platformName.test(line) || platformTimer.test(line))
          .map((line) => `${name}: ${line.trim()}`),
      );
    expect(wrong).toEqual([]);
  });

  test("chooses its platform by package condition only", () => {
    const wrong = library.filter(({ text }) =>
      /\btypeof (?:window|process|document)\b|\bimport\(/.test(codeOf(text)),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});

describe("the server", () => {
  test("imports of the library what anybody can", () => {
    expect(server.length).toBeGreaterThan(5);
    const wrong = server.flatMap((file) =>
      file.imports
        .filter((from) => from.includes("godot-ws") && from !== "godot-ws")
        .map((from) => `${file.name} imports ${from}`),
    );
    const outside = server.flatMap((file) =>
      file.imports
        .filter((from) => from.startsWith(".") && resolveImport(file.name, from).startsWith(".."))
        .map((from) => `${file.name} imports ${from}`),
    );
    expect([...wrong, ...outside]).toEqual([]);
    expect(server.some(({ imports }) => imports.includes("godot-ws"))).toBe(true);
  });

  test("has no cycles", () => {
    expect(findCycle(server)).toBeUndefined();
  });
});

test(`no file has more than ${longestFile} lines`, () => {
  const long = [...library, ...server].filter(({ text }) => text.split("\n").length - 1 > longestFile);
  expect(long.map(({ name, text }) => `${name}: ${text.split("\n").length - 1}`)).toEqual([]);
});

test("every file begins by saying what it is", () => {
  const silent = [...library, ...server].filter(({ text }) => !/^(?:#!.*\n)?\/[/*]/.test(text));
  expect(silent.map(({ name }) => name)).toEqual([]);
});

/** File names from one to itself again, or undefined. */
function findCycle(files: readonly SourceFile[]): string[] | undefined {
  const byName = new Map(files.map((file) => [file.name, file]));
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    done.add(name);
    for (const from of byName.get(name)?.imports ?? []) {
      if (!from.startsWith(".")) continue;
      const cycle = visit(resolveImport(name, from), [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  for (const { name } of files) {
    const cycle = visit(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

test("a cycle would be found", () => {
  const file = (name: string, ...imports: string[]): SourceFile => ({
    name,
    text: "",
    imports,
    valueImports: imports,
  });
  expect(findCycle([file("a.ts", "./b.ts"), file("b.ts", "./c/d.ts"), file("c/d.ts", "../b.ts")])).toEqual([
    "b.ts",
    "c/d.ts",
    "b.ts",
  ]);
  expect(findCycle([file("a.ts", "./b.ts", "./c.ts"), file("b.ts", "./c.ts"), file("c.ts")])).toBeUndefined();
});
