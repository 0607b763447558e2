import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Packet, PacketQueue } from "../../src/peer/packet-queue.ts";

function packet(length: number, buffer = new ArrayBuffer(length), offset = 0): Packet {
  return new Packet(new Uint8Array(buffer, offset, length), false);
}

const ample = 1e9;

describe("Packet", () => {
  test("has its bytes, and its text when it is one", () => {
    const bytes = new TextEncoder().encode("grüß");
    expect(new Packet(bytes, true).text).toBe("grüß");
    expect(new Packet(bytes, false).text).toBeUndefined();
    expect(new Packet(bytes, false).bytes).toBe(bytes);
    expect(new Packet(new Uint8Array(0), true).text).toBe("");
  });
});

describe("PacketQueue", () => {
  test("gives back what was put in, in order, and counts it", () => {
    const queue = new PacketQueue();
    const packets = [packet(3), packet(0), packet(5)];
    for (const item of packets) queue.push(item);
    expect([queue.length, queue.payloadBytes]).toEqual([3, 8]);
    expect(queue.peek()).toBe(packets[0]);
    expect(packets.map(() => queue.shift())).toEqual(packets);
    expect([queue.length, queue.payloadBytes]).toEqual([0, 0]);
    expect([queue.shift(), queue.peek()]).toEqual([undefined, undefined]);
  });

  test("is full by count, by payload, at the limit and not before", () => {
    const queue = new PacketQueue();
    expect(queue.isFull(1, 1)).toBe(false);
    queue.push(packet(10));
    expect(queue.isFull(2, 11)).toBe(false);
    expect(queue.isFull(1, 11)).toBe(true);
    expect(queue.isFull(2, 10)).toBe(true);
    queue.shift();
    expect(queue.isFull(1, 10)).toBe(false);
  });

  test("is full by the memory that small packets keep alive", () => {
    const queue = new PacketQueue();
    const chunk = 64 * 1024;
    for (let i = 0; i < 3; i++) queue.push(packet(1, new ArrayBuffer(chunk)));
    expect(queue.isFull(ample, 1000)).toBe(false);
    queue.push(packet(1, new ArrayBuffer(chunk)));
    expect(queue.isFull(ample, 1000)).toBe(true);
    // With larger limits it may be more.
    expect(queue.isFull(ample, 4 * chunk)).toBe(false);
    queue.shift();
    expect(queue.isFull(ample, 1000)).toBe(false);
  });

  test("counts the memory of a chunk once for packets in a row that share it", () => {
    const queue = new PacketQueue();
    const shared = new ArrayBuffer(200 * 1024);
    for (let i = 0; i < 1000; i++) queue.push(packet(1, shared, i));
    expect(queue.isFull(ample, 10_000)).toBe(false);
    queue.push(packet(1, new ArrayBuffer(100 * 1024)));
    expect(queue.isFull(ample, 10_000)).toBe(true);
    for (let i = 0; i < 999; i++) queue.shift();
    expect(queue.isFull(ample, 10_000)).toBe(true);
    queue.shift();
    expect(queue.isFull(ample, 10_000)).toBe(false);
    queue.shift();
    for (let i = 0; i < 3; i++) queue.push(packet(1, new ArrayBuffer(80 * 1024)));
    expect(queue.isFull(ample, 10_000)).toBe(false);
  });

  test("clear forgets everything", () => {
    const queue = new PacketQueue();
    for (let i = 0; i < 10; i++) queue.push(packet(100 * 1024));
    queue.shift();
    queue.clear();
    expect([queue.length, queue.payloadBytes, queue.isFull(1, 1), queue.shift()]).toEqual([
      0,
      0,
      false,
      undefined,
    ]);
    queue.push(packet(1));
    expect([queue.length, queue.isFull(ample, 1000)]).toEqual([1, false]);
  });

  test("behaves like an array, whatever is done to it", () => {
    const count = fc.integer({ min: 1, max: 900 });
    const operation = fc.oneof(
      { weight: 6, arbitrary: count.map((times) => (both: Both) => repeat(times, () => both.push())) },
      { weight: 4, arbitrary: count.map((times) => (both: Both) => repeat(times, () => both.shift())) },
      { weight: 1, arbitrary: fc.constant((both: Both) => both.clear()) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const both = new Both();
        for (const operate of operations) {
          operate(both);
          both.compare();
        }
        while (both.queue.length > 0) both.shift();
        expect(both.queue.isFull(1, 1)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});

/** A queue and an array to which the same is done. */
class Both {
  readonly queue = new PacketQueue();
  #model: Packet[] = [];
  #made = 0;
  readonly #buffers = [new ArrayBuffer(1000), new ArrayBuffer(2000)];

  push(): void {
    const made = this.#made++;
    const item = packet(made % 7, this.#buffers[(made >> 3) % 2]!, made % 13);
    this.queue.push(item);
    this.#model.push(item);
  }

  shift(): void {
    if (this.queue.shift() !== this.#model.shift()) throw new Error("not the packet that was first");
  }

  clear(): void {
    this.queue.clear();
    this.#model = [];
  }

  compare(): void {
    expect([this.queue.length, this.queue.peek() === this.#model[0]]).toEqual([this.#model.length, true]);
    expect(this.queue.payloadBytes).toBe(this.#model.reduce((sum, item) => sum + item.bytes.length, 0));
  }
}

function repeat(times: number, action: () => void): void {
  for (let i = 0; i < times; i++) action();
}
