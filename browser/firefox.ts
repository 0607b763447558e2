/** Firefox, driven by its own WebDriver BiDi, which is JSON over a WebSocket: ours. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocketPeer } from "godot-ws";

const executablePath = process.env["FIREFOX_PATH"] ?? "/usr/bin/firefox-esr";

/** Empty when there is a Firefox. Unlike Chromium it may be missing in CI, too. */
export const firefoxReason = existsSync(executablePath)
  ? ""
  : ` - no ${executablePath}: scripts/install-firefox.sh`;
if (firefoxReason !== "") console.warn(`the tests in Firefox are skipped${firefoxReason}`);

interface Answer {
  readonly id: number;
  readonly type: "success" | "error";
  readonly result?: Record<string, unknown>;
  readonly message?: string;
}

/** One page. */
export class Firefox implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #peer = new WebSocketPeer({ outboundBufferSize: 1 << 20, inboundBufferSize: 1 << 24 });
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;
  #context = "";

  private constructor(process: ChildProcess, profile: string) {
    this.#process = process;
    this.#profile = profile;
    this.#peer.packetReceived.connect(({ text = "{}" }) => {
      const answer: Answer = JSON.parse(text);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static async launch(): Promise<Firefox> {
    const profile = await mkdtemp(join(tmpdir(), "godot-ws-firefox-"));
    const args = ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile];
    const child = spawn(executablePath, args, { stdio: ["ignore", "ignore", "pipe"] });
    const firefox = new Firefox(child, profile);
    for await (const line of createInterface(child.stderr)) {
      const url = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
      if (url === undefined) continue;
      child.stderr.resume();
      await firefox.#open(`${url}/session`);
      return firefox;
    }
    throw new Error("Firefox has ended before it could be driven");
  }

  async #open(url: string): Promise<void> {
    await this.#peer.connectToUrl(url);
    await this.#send("session.new", { capabilities: {} });
    const { context } = await this.#send("browsingContext.create", { type: "tab" });
    this.#context = String(context);
  }

  async goto(url: string): Promise<void> {
    await this.#send("browsingContext.navigate", { context: this.#context, url, wait: "complete" });
  }

  /** What the expression gives, or what its promise does; throws what it throws. Texts, numbers and booleans only. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = (await this.#send("script.evaluate", {
      expression,
      target: { context: this.#context },
      awaitPromise: true,
    })) as { result?: { value?: unknown }; exceptionDetails?: { text: string } };
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result?.value;
  }

  #send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ type, result = {}, message }) =>
        type === "success" ? resolve(result) : reject(new Error(`${method}: ${message}`)),
      );
      this.#peer.sendText(JSON.stringify({ id, method, params }));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#peer.close();
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    if (this.#process.exitCode === null && this.#process.kill()) await ended;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
