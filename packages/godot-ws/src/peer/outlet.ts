// Whether a peer may send now: the bound on what waits to be sent, what happens beyond it, and who waits for room.

import { LimitError, UsageError } from "../errors.ts";
import { Signal } from "../signal.ts";
import type { Connection } from "../transport/connection.ts";
import { Packet, PacketQueue } from "./packet-queue.ts";
import type { OutboundOverflow } from "./websocket-options.ts";

export interface OutletBounds {
  readonly outboundBufferSize: number;
  readonly outboundOverflow: OutboundOverflow;
}

/** As soon as so many octets wait, droppable messages do not join them. */
const keepBackFrom = 16 * 1024;

export class Outlet {
  readonly #bounds: OutletBounds;
  // Messages that only matter while they are fresh, oldest first.
  #keptBack: PacketQueue | undefined;
  #drained: Signal | undefined;

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
      throw new UsageError("FAILED", "cannot send: not OPEN yet");
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
    throw new LimitError(
      "ERR_OUT_OF_MEMORY",
      `cannot send ${byteLength} octets: ${connection.bufferedAmount} are waiting already, outboundBufferSize is ${this.#bounds.outboundBufferSize}`,
    );
  }

  /** Sends, or keeps a copy back while others wait; returns how many older ones, or itself, gave way. */
  sendDroppable(connection: Connection, bytes: Uint8Array, isText: boolean): number {
    if (this.#keptBack === undefined && connection.bufferedAmount + bytes.length <= keepBackFrom) {
      connection.sendBytes(bytes, isText);
      return 0;
    }
    // `slice` of a Node Buffer would share its memory.
    this.#keptBack ??= new PacketQueue();
    this.#keptBack.push(new Packet(new Uint8Array(bytes), isText));
    const maxBytes = this.#bounds.outboundBufferSize;
    let dropped = 0;
    for (; maxBytes > 0 && this.#keptBack.payloadBytes > maxBytes; dropped++) this.#keptBack.shift();
    return dropped;
  }

  /** Resolves when nothing waits any more, or the connection is gone. */
  async drained(connection: Connection | undefined): Promise<void> {
    if (!connection?.bufferedAmount || connection.state === "closed") return;
    this.#drained ??= new Signal();
    await this.#drained.next();
  }

  /** Nothing waits any more. */
  onDrained(connection: Connection): void {
    if (this.#keptBack === undefined) this.#drained?.emit();
    else this.#sendKeptBack(connection, this.#keptBack);
  }

  /** The connection is gone. */
  close(): void {
    this.#keptBack = undefined;
    this.#drained?.emit();
  }

  #sendKeptBack(connection: Connection, keptBack: PacketQueue): void {
    for (let next = keptBack.peek(); next !== undefined; next = keptBack.peek()) {
      const waiting = connection.bufferedAmount;
      if (waiting > 0 && waiting + next.bytes.length > keepBackFrom) return;
      keptBack.shift();
      connection.sendBytes(next.bytes, next.isText);
    }
    this.#keptBack = undefined;
  }
}

/** Throws UsageError for what is no Uint8Array: a number, say, would be a hole in the memory that all connections share. */
export function mustBeBytes(message: unknown): void {
  if (message instanceof Uint8Array) return;
  throw new UsageError("ERR_INVALID_PARAMETER", "a message is a Uint8Array; text: sendText");
}
