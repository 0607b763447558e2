/** A program of the examples (or any other of Node's) as a process of its own, with the packages as they are built. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { vi } from "vitest";

const root = new URL("../../", import.meta.url);

export class Example {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;

  /** `args` are Node's. */
  constructor(...args: string[]) {
    this.#process = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for (const output of [this.#process.stdout!, this.#process.stderr!]) {
      createInterface(output).on("line", (line) => this.lines.push(line));
    }
    this.#closed = once(this.#process, "close");
  }

  /** The first line that matches, once it is there. */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    const find = (): RegExpExecArray => {
      const match = this.lines.map((line) => pattern.exec(line)).find((match) => match !== null);
      if (match === undefined) throw new Error(`no line matched ${pattern}:\n${this.lines.join("\n")}`);
      return match;
    };
    return vi.waitFor(find, { timeout: 10_000 });
  }

  /** The exit code, once it has ended by itself. */
  async exitCode(): Promise<number | null> {
    await this.#closed;
    return this.#process.exitCode;
  }

  /** As Ctrl+C does. */
  async interrupt(): Promise<number | null> {
    this.#process.kill("SIGINT");
    return this.exitCode();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#closed;
  }
}
