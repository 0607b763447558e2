// A codec that finishes when a test tells it to, and whose "compression" can be read: `<hello>` is `hello`.

import type { Decompressed, MessageCodec } from "../../src/protocol/deflate.ts";
import { bytesOf } from "./naive-frames.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

export class HandCodec implements MessageCodec {
  /** Finish within the call. */
  isPrompt = false;
  isClosed = false;
  /** Jobs begun and not finished, such as `compress hello`. */
  readonly jobs: string[] = [];
  readonly #finish: (() => void)[] = [];

  compress(payload: Uint8Array, done: (bytes: Uint8Array, isCompressed: boolean) => void): void {
    const message = text(payload);
    const isCompressed = !message.startsWith("noise");
    this.#begin(`compress ${message}`, () =>
      done(bytesOf(isCompressed ? `<${message}>` : message), isCompressed),
    );
  }

  decompress(payload: Uint8Array, maxBytes: number, done: (result: Decompressed) => void): void {
    const message = text(payload);
    const result =
      message.length - 2 > maxBytes
        ? "too big"
        : Uint8Array.from(Buffer.from(message.slice(1, -1), "latin1"));
    this.#begin(`decompress ${message}`, () => done(message.startsWith("<") ? result : "corrupt"));
  }

  close(): void {
    this.isClosed = true;
  }

  /** The oldest job is done. */
  finish(): void {
    this.jobs.shift();
    this.#finish.shift()!();
  }

  finishAll(): void {
    while (this.jobs.length > 0) this.finish();
  }

  #begin(job: string, finish: () => void): void {
    if (this.isPrompt) return finish();
    this.jobs.push(job);
    this.#finish.push(finish);
  }
}
