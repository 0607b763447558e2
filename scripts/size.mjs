// What the library costs a page: bundled for browsers, minified and compressed with Brotli, against a bound each.
// `npm run size`; `npm run size -- --files` says which source files make it up.

import { brotliCompressSync, constants } from "node:zlib";
import { build as bundle } from "esbuild";
import { build } from "./build.mjs";

/**
 * A kilobyte is 1000 octets. An entry counts once the library has all of its names. `maxBytes` fails; where it is above
 * `goalBytes`, it is what was reached, rounded up, and is only ever lowered.
 */
const entries = [
  { title: "WebSocketPeer", names: ["WebSocketPeer"], goalBytes: 5_000, maxBytes: 5_000 },
  {
    title: "multiplayer client with RPC",
    names: ["WebSocketMultiplayerPeer", "SceneMultiplayer", "SceneTree", "Node", "rpc"],
    goalBytes: 16_000,
    maxBytes: 29_300,
  },
  {
    title: "the same with replication",
    names: [
      ...["WebSocketMultiplayerPeer", "SceneMultiplayer", "SceneTree", "Node", "rpc"],
      ...["MultiplayerSpawner", "MultiplayerSynchronizer"],
    ],
    goalBytes: 24_000,
    maxBytes: 37_600,
  },
];

/** Nothing of these may be in it: they handle bytes of a connection, which a browser keeps to itself. */
const bytesOnly =
  /\/(protocol\/(frame|frame-parser|frame-writer|handshake|http-head|outbox|protocol|sha1)|transport\/(stream-connection|node[\w-]*))\.js$/;

/** @param {string} code */
async function bundled(code) {
  const { outputFiles, metafile } = await bundle({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    metafile: true,
  });
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  if (file === undefined || output === undefined) throw new Error("bug: no bundle");
  const sources = Object.entries(output.inputs)
    .map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  return { text: file.text, sources };
}

/** @param {string} text */
function compressed(text) {
  const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT };
  return brotliCompressSync(text, { params }).length;
}

/** What must not be in a bundle and is. @param {{ text: string, sources: { path: string }[] }} result */
function strays({ text, sources }) {
  const files = sources.map(({ path }) => path).filter((path) => bytesOnly.test(path));
  return [...files, ...(text.match(/\bBuffer\b|\bprocess\.|["'`]node:/g) ?? [])];
}

build();
const library = new Set(Object.keys(await import("godot-ws")));
let failed = false;
/** @param {(string | number)[]} cells */
const row = ([title = "", ...numbers]) =>
  console.log(String(title).padEnd(30) + numbers.map((cell) => String(cell).padStart(10)).join(""));
row(["octets", "minified", "brotli", "at most", "goal"]);
for (const { title, names, goalBytes, maxBytes } of entries) {
  const missing = names.filter((name) => !library.has(name));
  if (missing.length > 0) {
    row([title, "-", "-", maxBytes, goalBytes, ` not yet: there is no ${missing.join(", ")}`]);
    continue;
  }
  const result = await bundled(`export { ${names.join(", ")} } from "godot-ws";`);
  const size = compressed(result.text);
  const problems = strays(result).map((name) => `contains ${name}`);
  if (size > maxBytes) problems.unshift(`${size - maxBytes} too many`);
  const remark = problems.length === 0 ? "" : ` ${problems.join(", ")}`;
  row([title, result.text.length, size, maxBytes, goalBytes, remark]);
  failed ||= problems.length > 0;
  if (!process.argv.includes("--files")) continue;
  for (const { path, bytes } of result.sources) console.log(`${String(bytes).padStart(40)}  ${path}`);
}
process.exitCode = failed ? 1 : 0;
