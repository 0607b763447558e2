/** Runs web engines in child processes (godot-web-child.mjs). */

import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ChildMessage, StartMessage } from "./godot-web-child.mjs";
import { type EngineEvents, type LaunchedEngine, type LaunchOptions, onProcessExit } from "./launch.ts";
import { ourWebSocket } from "./our-web-socket-module.ts";
import { packPck } from "./pck.mjs";

const CHILD_PATH = fileURLToPath(new URL("./godot-web-child.mjs", import.meta.url));

/** A first engine takes more than a second to come up, the next in the same process a third of that. */
const MAX_ENGINES_PER_PROCESS = 20;
const MAX_IDLE_HOSTS = 3;

/** A child process that runs one engine after the other. */
class WebHost {
  readonly #child: ChildProcess;
  #events: EngineEvents | undefined;
  #enginesRun = 0;

  constructor() {
    this.#child = fork(CHILD_PATH, {
      // The options of a test runner's own process are nothing for this one.
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    // An idle host must not keep this process from ending; a busy one has its time-out to do so.
    this.#child.unref();
    this.#child.channel?.unref();
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue;
      (stream as Socket).unref();
      // The engine's lines come as messages. What comes here is Node's: a stack trace, say.
      createInterface(stream).on("line", (text) => this.#events?.line(text, true));
    }
    const forget = onProcessExit(() => this.kill());
    this.#child.on("message", (message) => this.#onMessage(message as ChildMessage));
    this.#child.on("error", (error) => this.#end(null, error.message));
    this.#child.on("close", (code, signal) => {
      forget();
      this.#end(code, `the engine's process died (${signal ?? `exit code ${code}`})`);
    });
  }

  run({ files, args, events }: LaunchOptions, webSocket: string): void {
    this.#events = events;
    this.#enginesRun += 1;
    const message: StartMessage = { pack: packPck(files), args, webSocket };
    this.#child.send(message);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #onMessage(message: ChildMessage): void {
    if (message.kind === "line") {
      this.#events?.line(message.line, message.isError);
    } else if (message.kind === "exit") {
      if (this.#enginesRun < MAX_ENGINES_PER_PROCESS && idleHosts.length < MAX_IDLE_HOSTS)
        idleHosts.push(this);
      else this.kill();
      this.#end(message.code);
    } else {
      this.#end(null, message.reason);
      this.kill();
    }
  }

  #end(code: number | null, crash?: string): void {
    const index = crash === undefined ? -1 : idleHosts.indexOf(this);
    if (index >= 0) idleHosts.splice(index, 1);
    const events = this.#events;
    this.#events = undefined;
    events?.end(code, crash);
  }
}

const idleHosts: WebHost[] = [];

/** `webSocket` is `ours`, or names the module (and export) whose class carries the engine's traffic. */
export function launchWeb(options: LaunchOptions, webSocket: string): LaunchedEngine {
  const module = webSocket === "ours" ? ourWebSocket() : webSocket;
  const host = idleHosts.pop() ?? new WebHost();
  let running = true;
  const { events } = options;
  const end: EngineEvents["end"] = (code, crash) => {
    running = false;
    events.end(code, crash);
  };
  host.run({ ...options, events: { line: events.line, end } }, module);
  return {
    kill() {
      // Afterwards the host may be running somebody else's engine.
      if (running) host.kill();
    },
  };
}
