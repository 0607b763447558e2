// A ByteStream that does nothing by itself: keeps what is written, piece by piece, and says what a test tells it to say.

import type { ByteStream, ByteStreamEvents } from "../../src/transport/stream.ts";

export class FakeStream implements ByteStream {
  readonly remoteAddress = "192.0.2.7";
  readonly remotePort = 1234;
  readonly isEncrypted = false;
  readonly writes: Uint8Array[] = [];
  /** What happened in which order, writes aside. */
  readonly calls: string[] = [];
  pendingBytes = 0;
  events: ByteStreamEvents | undefined;
  isPaused = false;
  /** Every write stays pending until `drain`. */
  isSlow = false;

  attach(events: ByteStreamEvents): void {
    this.events = events;
  }

  write(chunk: Uint8Array): void {
    this.writes.push(chunk);
    if (this.isSlow) this.pendingBytes += chunk.length;
  }

  end(): void {
    this.calls.push("end");
  }

  destroy(): void {
    this.calls.push("destroy");
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  setNoDelay(enabled: boolean): void {
    this.calls.push(`setNoDelay ${enabled}`);
  }

  /** All that was written so far, and forgets it. */
  taken(): Buffer {
    return Buffer.concat(this.writes.splice(0));
  }

  bring(...parts: (Uint8Array | string)[]): void {
    this.events!.onData(new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)))));
  }

  drain(): void {
    this.pendingBytes = 0;
    this.events!.onDrain();
  }
}
