// Whether a peer may send now: the bound on what waits to be sent, what happens beyond it, and who waits for room.

import { LimitError, UsageError } from "../errors.ts";
import type { Connection } from "../transport/connection.ts";
import type { OutboundOverflow } from "./websocket-options.ts";

export interface OutletBounds {
  readonly outboundBufferSize: number;
  readonly outboundOverflow: OutboundOverflow;
}

interface KeptBack {
  readonly bytes: Uint8Array;
  readonly isText: boolean;
}

/** As soon as so many octets wait, droppable messages do not join them. */
const keepBackFrom = 16 * 1024;

export class Outlet {
  readonly #bounds: OutletBounds;
  // Messages that only matter while they are fresh, oldest first.
  #keptBack: KeptBack[] | undefined;
  #keptBackBytes = 0;
  #waiting: (() => void)[] | undefined;

  constructor(bounds: OutletBounds) {
    this.#bounds = bounds;
  }

  /**
   * The connection if it takes `byteLength` octets now; undefined when it is closing or closed, or is closed just now
   * for want of room. Throws UsageError before it is open, LimitError when there is no room.
   */
  admit(connection: Connection | undefined, byteLength: number): Connection | undefined {
    if (connection?.state !== "open") {
      if (connection !== undefined && connection.state !== "connecting") return undefined;
      throw new UsageError("FAILED", "cannot send: the connection is not OPEN yet");
    }
    const limit = this.#bounds.outboundBufferSize;
    if (limit > 0 && connection.bufferedAmount + byteLength > limit) {
      // What a burst within one turn has piled up may well fit the system's buffers.
      connection.flush();
      if (connection.bufferedAmount + byteLength > limit) return this.#overflow(connection, byteLength);
    }
    return connection;
  }

  #overflow(connection: Connection, byteLength: number): undefined {
    if (this.#bounds.outboundOverflow === "close") {
      connection.close(1008, "reads too slowly");
      return undefined;
    }
    const waiting = `${connection.bufferedAmount} are waiting already, outboundBufferSize is ${this.#bounds.outboundBufferSize}`;
    throw new LimitError("ERR_OUT_OF_MEMORY", `cannot send ${byteLength} octets: ${waiting}`);
  }

  /** Sends, or keeps a copy back while others wait; returns how many older ones, or itself, gave way. */
  sendDroppable(connection: Connection, bytes: Uint8Array, isText: boolean): number {
    if (this.#keptBack === undefined && connection.bufferedAmount + bytes.length <= keepBackFrom) {
      connection.sendBytes(bytes, isText);
      return 0;
    }
    // `slice` of a Node Buffer would share its memory.
    this.#keptBack ??= [];
    this.#keptBack.push({ bytes: new Uint8Array(bytes), isText });
    this.#keptBackBytes += bytes.length;
    return this.#dropOldest(this.#keptBack, this.#bounds.outboundBufferSize || Number.POSITIVE_INFINITY);
  }

  #dropOldest(keptBack: KeptBack[], maxBytes: number): number {
    let dropped = 0;
    while (this.#keptBackBytes > maxBytes) this.#keptBackBytes -= keptBack[dropped++]!.bytes.length;
    if (dropped > 0) keptBack.splice(0, dropped);
    return dropped;
  }

  /** Resolves when nothing waits any more, or the connection is gone. */
  drained(connection: Connection | undefined): Promise<void> {
    if (connection === undefined || connection.state === "closed" || connection.bufferedAmount === 0) {
      return Promise.resolve();
    }
    this.#waiting ??= [];
    const waiting = this.#waiting;
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** Nothing waits any more. */
  onDrained(connection: Connection): void {
    if (this.#keptBack !== undefined) this.#sendKeptBack(connection, this.#keptBack);
    else if (this.#waiting !== undefined) this.#wake();
  }

  /** The connection is gone. */
  close(): void {
    this.#keptBack = undefined;
    this.#keptBackBytes = 0;
    this.#wake();
  }

  #sendKeptBack(connection: Connection, keptBack: KeptBack[]): void {
    let sent = 0;
    for (const { bytes, isText } of keptBack) {
      if (sent > 0 && connection.bufferedAmount + bytes.length > keepBackFrom) break;
      connection.sendBytes(bytes, isText);
      this.#keptBackBytes -= bytes.length;
      sent++;
    }
    keptBack.splice(0, sent);
    if (keptBack.length === 0) this.#keptBack = undefined;
  }

  #wake(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const wake of waiting) wake();
  }
}

/** Throws UsageError for what is no Uint8Array: a number, say, would be a hole in the memory that all connections share. */
export function mustBeBytes(message: unknown): void {
  if (message instanceof Uint8Array) return;
  throw new UsageError("ERR_INVALID_PARAMETER", "a message is a Uint8Array; for text there is sendText");
}
