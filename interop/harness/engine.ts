/**
 * Real Godot engines as test tools: starts one with a project of interop/projects and tells what it reported.
 *
 * The projects report by lines that interop/kit/kit.gd prints: `CHECK {…}` for each check and, as the very
 * last thing, `RESULT n passed, m failed`. Release builds of Godot drop assert() and go on after many errors,
 * so the absence of complaints proves nothing: a run without a positive RESULT has failed.
 */

import { WEB_ENGINE_VERSION } from "./godot-web.mjs";
import type { EngineEvents, LaunchedEngine, LaunchOptions } from "./launch.ts";
import {
  type Availability,
  launchNative,
  type NativeKind,
  nativeAvailability,
  nativeGeneration,
  nativeVersion,
} from "./launch-native.ts";
import { launchWeb } from "./launch-web.ts";
import { projectFiles } from "./project.ts";

export type { Availability } from "./launch-native.ts";

/** Godot 4 of the web in Node, native Godot 4, native Godot 3. */
export type EngineKind = "web" | NativeKind;

export interface EngineOptions {
  engine: EngineKind;
  /** A folder of interop/projects, or the project's files by path (at least `main.gd`). */
  project: string | Readonly<Record<string, string>>;
  /** Files by path that are laid beside the project's own. */
  files?: Readonly<Record<string, string>>;
  /** For the project: `--key=value`. */
  args?: readonly string[];
  /** From the start to the exit; default 30 s. The project's own watchdog ends it a little earlier. */
  timeoutMs?: number;
  /**
   * Web engines only: the WebSocket class that carries their traffic: `ours` (see our-web-socket.ts), or `module`
   * or `module#export`; the export is `WebSocket` when not named. A module is a package name or a file URL that plain
   * Node can import. Default: the environment variable WEB_SOCKET, or `ours`.
   */
  webSocket?: string;
}

export interface Check {
  name: string;
  ok: boolean;
  detail?: string;
}

export interface Report {
  checks: Check[];
  passed: number;
  failed: number;
  /** Lines by which the engine itself complained. */
  errors: string[];
}

export interface Engine {
  /** Everything printed so far. */
  readonly lines: readonly string[];
  /** The first line, also an earlier one, that matches; rejects after the time or when the engine ends. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Never rejects; the code is null when the engine was killed or crashed. */
  readonly exited: Promise<{ code: number | null }>;
  /** The report of a successful run; rejects with an EngineError otherwise. */
  readonly finished: Promise<Report>;
  /** Kills the engine if it still runs. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A failed run. The message holds all that the engine printed. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly report: Report;

  constructor(message: string, report: Report) {
    super(message);
    this.report = report;
  }
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_LINE_TIMEOUT_MS = 15_000;
/** The part of the time after which the project gives up by itself, saying what it was waiting for. */
const WATCHDOG_SHARE = 0.85;
/** The lines that explain a script error follow it. */
const SCRIPT_ERROR_GRACE_MS = 300;

const SCRIPT_ERROR = /^\s*(USER )?SCRIPT ERROR:/;
const ENGINE_ERROR = /^\s*(USER )?(SCRIPT )?ERROR:/;

export function startEngine(options: EngineOptions): Engine {
  return new EngineRun(options);
}

/** Which engines can run here; if not, why. */
export function enginesAvailable(): Record<EngineKind, Availability> {
  return { web: { ok: true }, native: nativeAvailability("native"), native3: nativeAvailability("native3") };
}

/**
 * For `describe.skipIf(!native.ok)`: whether a native engine can run here. Prints the reason when it cannot; in
 * CI that is an error, because a gate that skips its tests is none.
 */
export function nativeEngine(kind: NativeKind = "native"): Availability {
  const availability = nativeAvailability(kind);
  if (!availability.ok) {
    if (process.env["CI"]) throw new Error(`CI needs native engines: ${availability.reason}`);
    console.warn(`Tests with the ${kind} engine are skipped: ${availability.reason}`);
  }
  return availability;
}

export function engineVersion(kind: EngineKind): string {
  return kind === "web" ? WEB_ENGINE_VERSION : nativeVersion(kind);
}

interface EngineEnd {
  code: number | null;
  crash: string | undefined;
}

interface LineWaiter {
  pattern: RegExp;
  resolve(match: RegExpExecArray): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

class EngineRun implements Engine {
  readonly lines: string[] = [];
  readonly exited: Promise<{ code: number | null }>;
  readonly finished: Promise<Report>;
  readonly #title: string;
  readonly #engine: LaunchedEngine;
  readonly #waiters = new Set<LineWaiter>();
  readonly #timer: NodeJS.Timeout;
  /** What went wrong so far, besides what the report will say. */
  readonly #problems: string[] = [];
  #scriptErrorTimer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: EngineOptions) {
    const { engine, project, args = [], timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    this.#title = `${typeof project === "string" ? project : "project"} in the ${engine} engine`;

    let onEnd: (end: EngineEnd) => void = () => {};
    const ended = new Promise<EngineEnd>((resolve) => {
      onEnd = resolve;
    });
    this.exited = ended.then(({ code }) => ({ code }));
    this.finished = ended.then((end) => this.#verdict(end));
    // A test that only waits for lines does not look at it.
    this.finished.catch(() => {});

    const events: EngineEvents = {
      line: (text, isError) => this.#onLine(text, isError),
      end: (code, crash) => {
        this.#onEnd();
        onEnd({ code, crash });
      },
    };
    this.#timer = setTimeout(() => this.#abort(`it took longer than ${timeoutMs} ms`), timeoutMs);
    const watchdog = `--watchdog=${(timeoutMs * WATCHDOG_SHARE) / 1000}`;
    try {
      this.#engine = launch(options, { files: filesFor(options), args: [watchdog, ...args], events });
    } catch (error) {
      clearTimeout(this.#timer);
      throw error;
    }
  }

  waitForLine(pattern: RegExp, timeoutMs = DEFAULT_LINE_TIMEOUT_MS): Promise<RegExpExecArray> {
    for (const line of this.lines) {
      const match = pattern.exec(line);
      if (match) return Promise.resolve(match);
    }
    if (this.#ended) return Promise.reject(this.#lineError(pattern, "the engine has ended"));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(this.#lineError(pattern, `not within ${timeoutMs} ms`));
      }, timeoutMs);
      const waiter: LineWaiter = { pattern, resolve, reject, timer };
      this.#waiters.add(waiter);
    });
  }

  async stop(): Promise<void> {
    if (!this.#ended) this.#abort("the test stopped it");
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #onLine(text: string, isError: boolean): void {
    this.lines.push(text);
    if (isError && SCRIPT_ERROR.test(text)) {
      this.#scriptErrorTimer ??= setTimeout(() => this.#abort("a script broke off"), SCRIPT_ERROR_GRACE_MS);
    }
    for (const waiter of this.#waiters) {
      const match = waiter.pattern.exec(text);
      if (!match) continue;
      this.#waiters.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.resolve(match);
    }
  }

  #onEnd(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#scriptErrorTimer);
    for (const { pattern, reject, timer } of this.#waiters) {
      clearTimeout(timer);
      reject(this.#lineError(pattern, "the engine has ended"));
    }
    this.#waiters.clear();
  }

  #verdict(end: EngineEnd): Report {
    const report = readReport(this.lines);
    const problems = [...this.#problems, ...judge(report, this.lines, end)];
    if (problems.length === 0) return report;
    throw new EngineError(this.#describe(problems, report), report);
  }

  #abort(problem: string): void {
    this.#problems.push(problem);
    this.#engine.kill();
  }

  #lineError(pattern: RegExp, why: string): Error {
    return new Error(`No line matched ${pattern} from ${this.#title}: ${why}.\n${this.#output()}`);
  }

  #describe(problems: string[], report: Report): string {
    const failed = report.checks.filter((check) => !check.ok);
    return [
      `${this.#title} failed: ${problems.join("; ")}`,
      ...failed.map(({ name, detail }) => `  ✗ ${name}${detail ? `: ${detail}` : ""}`),
      this.#output(),
    ].join("\n");
  }

  #output(): string {
    return ["--- its output", ...this.lines, "---"].join("\n");
  }
}

function filesFor({ engine, project, files = {} }: EngineOptions): Map<string, Uint8Array> {
  const all = projectFiles(project, engine === "web" ? 4 : nativeGeneration(engine));
  for (const [path, text] of Object.entries(files)) all.set(path, Buffer.from(text));
  return all;
}

const defaultWebSocket = process.env["WEB_SOCKET"] || "ours";

function launch(
  { engine, webSocket = defaultWebSocket }: EngineOptions,
  options: LaunchOptions,
): LaunchedEngine {
  if (engine === "web") return launchWeb(options, webSocket);
  const availability = nativeAvailability(engine);
  if (!availability.ok) throw new Error(availability.reason);
  return launchNative(options, engine);
}

function readReport(lines: readonly string[]): Report {
  const checks = lines
    .filter((line) => line.startsWith("CHECK {"))
    .map((line) => JSON.parse(line.slice("CHECK ".length)) as Check);
  const passed = checks.filter((check) => check.ok).length;
  const errors = lines.filter((line) => ENGINE_ERROR.test(line));
  return { checks, passed, failed: checks.length - passed, errors };
}

/** Everything that makes the run a failed one. */
function judge(report: Report, lines: readonly string[], { code, crash }: EngineEnd): string[] {
  const problems: string[] = [];
  if (crash !== undefined) problems.push(crash);
  else if (code !== 0) problems.push(`exit code ${code}`);
  if (report.failed > 0) problems.push(`${report.failed} failed checks`);
  const results = lines.filter((line) => line.startsWith("RESULT "));
  if (results.length === 0) problems.push("no RESULT line");
  else if (results.join() !== `RESULT ${report.passed} passed, ${report.failed} failed`) {
    problems.push(
      `"${results.join()}" is not what was checked (${report.passed} passed, ${report.failed} failed)`,
    );
  } else if (report.passed === 0) problems.push("nothing was checked");
  const scriptErrors = report.errors.filter((line) => SCRIPT_ERROR.test(line));
  if (scriptErrors.length > 0) problems.push(`${scriptErrors.length} script errors`);
  return problems;
}
