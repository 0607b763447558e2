// Packets that have arrived and wait to be fetched, bounded by count and by memory.

import { decoder } from "../protocol/utf8.ts";

/** One message as it arrived. */
export class Packet {
  /** The payload; of a text message too, as UTF-8. */
  readonly bytes: Uint8Array;
  readonly isText: boolean;

  constructor(bytes: Uint8Array, isText: boolean) {
    this.bytes = bytes;
    this.isText = isText;
  }

  /** The text of a text message, undefined for a binary one. */
  get text(): string | undefined {
    return this.isText ? decoder.decode(this.bytes) : undefined;
  }
}

/** A packet may be a view of a chunk several times its size: the memory kept may exceed the payload by so much. */
const retainedAllowance = 4;
const leastRetained = 256 * 1024;

export class PacketQueue<Item extends { readonly bytes: Uint8Array } = Packet> {
  #items: (Item | undefined)[] = [];
  #head = 0;
  #payloadBytes = 0;
  // Memory held alive: a buffer counts once for packets in a row that share it.
  #retainedBytes = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** Octets of payload. */
  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  isFull(maxPackets: number, maxBytes: number): boolean {
    return (
      this.length >= maxPackets ||
      this.#payloadBytes >= maxBytes ||
      this.#retainedBytes >= Math.max(maxBytes * retainedAllowance, leastRetained)
    );
  }

  push(item: Item): void {
    const { buffer, length } = item.bytes;
    if (this.#items.at(-1)?.bytes.buffer !== buffer) this.#retainedBytes += buffer.byteLength;
    this.#payloadBytes += length;
    this.#items.push(item);
  }

  peek(): Item | undefined {
    return this.#items[this.#head];
  }

  shift(): Item | undefined {
    const item = this.peek();
    if (item === undefined) return undefined;
    const { buffer, length } = item.bytes;
    this.#items[this.#head++] = undefined;
    this.#payloadBytes -= length;
    if (this.peek()?.bytes.buffer !== buffer) this.#retainedBytes -= buffer.byteLength;
    // The consumed front is cut off when all or large: amortised, each item moves at most once more.
    if (this.length === 0 || (this.#head >= 1024 && this.#head >= this.length)) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#payloadBytes = 0;
    this.#retainedBytes = 0;
  }
}
