/** The samples in TypeScript of README.md and docs/ compile, strictly, as programs that have the package from npm. */

import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as library from "godot-ws";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const documents = [
  "README.md",
  "packages/godot-ws/README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** What the samples take for granted. */
const given = `
import type {
  MultiplayerSpawner, MultiplayerSynchronizer, Node, RequestHandler, SceneMultiplayer, TlsIdentity, Vector2, WebSocketPeer,
} from "godot-ws";

declare global {
  const peer: WebSocketPeer;
  const checkToken: RequestHandler;
  function whoIs(token: string | undefined): Promise<{ name: string } | undefined>;

  const multiplayer: SceneMultiplayer;
  const url: string;
  const signal: AbortSignal;
  function show(text: string | undefined): void;
  function showState(text: string): void;

  const World: new () => Node;
  const player: Node & { synchronizer: MultiplayerSynchronizer; position: Vector2 };
  const spawner: MultiplayerSpawner;
  const synchronizer: MultiplayerSynchronizer;
  function isNear(peer: number): boolean;

  const key: string;
  const certificate: string;
  const blueKey: string;
  const blueCertificate: string;
  const wildcardKey: string;
  const wildcardCertificate: string;
  function identityOf(hostname: string): Promise<TlsIdentity | undefined>;
}
`;

const configuration = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    target: "es2022",
    lib: ["es2022"],
    types: ["node"],
    module: "nodenext",
    noEmit: true,
    skipLibCheck: true,
  },
};

/** A sample as a module: it may leave out the import of what its document has imported before. */
function asModule(sample: string): string {
  const imported = [...sample.matchAll(/import \{([^}]*)\}/g)].map(([, names]) => names).join(",");
  const knows = (text: string, name: string) => new RegExp(`\\b${name}\\b`).test(text);
  const missing = Object.keys(library).filter((name) => knows(sample, name) && !knows(imported, name));
  return `${sample}\nimport { ${missing.join(", ")} } from "godot-ws";\n`;
}

test("samples compile", () => {
  const folder = mkdtempSync(join(tmpdir(), "godot-ws-samples-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(root, "packages/godot-ws"), join(folder, "node_modules/godot-ws"));
    symlinkSync(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
    symlinkSync(join(root, "node_modules/undici-types"), join(folder, "node_modules/undici-types"));
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration));
    writeFileSync(join(folder, "given.d.ts"), given);
    let count = 0;
    for (const document of documents) {
      const text = readFileSync(join(root, document), "utf8");
      for (const { 1: sample, index } of text.matchAll(/```ts\n(.*?)```/gs)) {
        const line = text.slice(0, index).split("\n").length;
        writeFileSync(join(folder, `${document.replaceAll("/", "_")}_line_${line}.ts`), asModule(sample!));
        count++;
      }
    }
    expect(count).toBeGreaterThan(25);
    expect(compile(folder)).toBe("");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The compiler's messages. */
function compile(folder: string): string {
  try {
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [compiler, "-p", folder], { cwd: folder, encoding: "utf8" });
    return "";
  } catch (error) {
    const { stdout, message } = error as { stdout: string; message: string };
    return stdout || message;
  }
}
