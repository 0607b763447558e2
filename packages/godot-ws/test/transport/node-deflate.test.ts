// The codec on Node's zlib, against streams of the same zlib that live as long as a connection: what every other
// implementation does, and so what has to come to the same.

import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  deflateRawSync,
  type InflateRaw,
} from "node:zlib";
import { describe, expect, it } from "vitest";
import type { DeflateDirection, MessageCodec } from "../../src/protocol/deflate.ts";
import { createNodeCodec } from "../../src/transport/node-deflate.ts";
import { SeededRandom } from "../simulation/virtual-environment.ts";

const whole: DeflateDirection = { windowBits: 15, keepsContext: true };
const forgetful: DeflateDirection = { windowBits: 15, keepsContext: false };

function compress(
  codec: MessageCodec,
  payload: Uint8Array,
): Promise<{ bytes: Uint8Array; isCompressed: boolean }> {
  return new Promise((resolve) => {
    codec.compress(payload, (bytes, isCompressed) => resolve({ bytes, isCompressed }));
  });
}

function decompress(codec: MessageCodec, payload: Uint8Array, maxBytes = 1e8): Promise<Uint8Array | string> {
  return new Promise((resolve) => codec.decompress(payload, maxBytes, resolve));
}

/** A stream of zlib's that is kept, as other implementations do it. */
class Oracle {
  readonly #stream: DeflateRaw | InflateRaw;
  #pieces: Buffer[] = [];

  constructor(stream: DeflateRaw | InflateRaw) {
    this.#stream = stream;
    stream.on("data", (piece: Buffer) => this.#pieces.push(piece));
  }

  async push(bytes: Uint8Array): Promise<Buffer> {
    this.#stream.write(bytes);
    await new Promise<void>((resolve) => this.#stream.flush(constants.Z_SYNC_FLUSH, resolve));
    const output = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return output;
  }

  async deflate(message: Uint8Array): Promise<Buffer> {
    const output = await this.push(message);
    expect(output.subarray(-4)).toEqual(Buffer.of(0, 0, 0xff, 0xff));
    return output.subarray(0, -4);
  }

  inflate(payload: Uint8Array): Promise<Buffer> {
    return this.push(Buffer.concat([payload, Buffer.of(0, 0, 0xff, 0xff)]));
  }
}

/** Messages with repetitions near and far, some of them noise, up to `mostBytes` long. */
function* messages(random: SeededRandom, count: number, mostBytes: number): Generator<Uint8Array> {
  const words = Array.from({ length: 40 }, () => random.bytes(3 + random.below(60)));
  for (let i = 0; i < count; i++) {
    const length = random.chance(10) ? 0 : random.below(random.chance(20) ? mostBytes : 3000);
    const message = random.chance(10) ? random.bytes(length) : new Uint8Array(length);
    for (let at = 0; at < length && random.chance(99); ) {
      const word = random.pick(words);
      message.set(word.subarray(0, length - at), at);
      at += word.length;
    }
    yield message;
  }
}

const kinds = [9, 10, 11, 12, 13, 14, 15].flatMap((windowBits) =>
  [true, false].map((keepsContext) => ({ windowBits, keepsContext })),
);

describe("compressing", () => {
  it.each(kinds)("is understood by a stream: %o", async (kind) => {
    const random = new SeededRandom(kind.windowBits);
    const codec = createNodeCodec(kind, whole, 4);
    let oracle = new Oracle(createInflateRaw({ windowBits: kind.windowBits }));
    for (const message of messages(random, 150, 80_000)) {
      const { bytes, isCompressed } = await compress(codec, message);
      if (!isCompressed) expect(bytes).toEqual(message);
      else {
        expect(bytes.length).toBeLessThan(message.length);
        expect((await oracle.inflate(bytes)).equals(message)).toBe(true);
        if (!kind.keepsContext) oracle = new Oracle(createInflateRaw({ windowBits: kind.windowBits }));
      }
    }
  });

  it("uses what earlier messages had", async () => {
    const random = new SeededRandom(5);
    const message = random.bytes(2000);
    const codec = createNodeCodec(whole, whole, 4);
    // Noise does not get smaller, so it goes as it is, and the peer has it in no window.
    expect((await compress(codec, message)).isCompressed).toBe(false);
    expect((await compress(codec, message)).isCompressed).toBe(false);
    const padded = new Uint8Array([...message, ...new Uint8Array(3000)]);
    expect((await compress(codec, padded)).bytes.length).toBeGreaterThan(2000);
    expect((await compress(codec, padded)).bytes.length).toBeLessThan(100);
    const other = createNodeCodec(forgetful, whole, 4);
    await compress(other, padded);
    expect((await compress(other, padded)).bytes.length).toBeGreaterThan(2000);
  });

  it("leaves the message as it is when it would not get smaller", async () => {
    const codec = createNodeCodec(whole, whole, 4);
    for (const length of [0, 1, 5, 1000, 100_000]) {
      const message = new SeededRandom(length).bytes(length);
      const { bytes, isCompressed } = await compress(codec, message);
      expect([bytes.length, isCompressed]).toEqual([length, false]);
    }
  });

  it("a small message is done at once, a large one is not, and may change meanwhile", async () => {
    const codec = createNodeCodec(whole, whole, 4);
    let done = 0;
    codec.compress(new Uint8Array(16 * 1024), () => done++);
    expect(done).toBe(1);
    const message = new Uint8Array(100_000).fill(7);
    const compressed = compress(codec, message);
    message.fill(8);
    const far = createNodeCodec(whole, whole, 4);
    await decompress(
      far,
      (await compress(createNodeCodec(whole, whole, 4), new Uint8Array(16 * 1024))).bytes,
    );
    const result = await decompress(far, (await compressed).bytes);
    expect(result).toEqual(new Uint8Array(100_000).fill(7));
  });
});

describe("decompressing", () => {
  it.each([{ windowBits: 8, keepsContext: true }, ...kinds])("understands a stream: %o", async (kind) => {
    const random = new SeededRandom(100 + kind.windowBits);
    const codec = createNodeCodec(whole, kind, 4);
    // zlib writes no 8; what it writes for 9 happens to go back 250 octets at most.
    const windowBits = Math.max(9, kind.windowBits);
    let oracle = new Oracle(createDeflateRaw({ windowBits, level: 6 }));
    for (const message of messages(random, 150, 80_000)) {
      const result = await decompress(codec, await oracle.deflate(message));
      expect(Buffer.from(result as Uint8Array).equals(message)).toBe(true);
      if (!kind.keepsContext) oracle = new Oracle(createDeflateRaw({ windowBits }));
    }
  });

  it("reads the examples of RFC 7692 §7.2.3", async () => {
    const text = (result: Uint8Array | string): string => Buffer.from(result as Uint8Array).toString();
    const read = (codec: MessageCodec, hex: string): Promise<string> =>
      decompress(codec, new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"))).then(text);
    const codec = createNodeCodec(whole, whole, 4);
    expect(await read(codec, "f2 48 cd c9 c9 07 00")).toBe("Hello");
    expect(await read(codec, "f2 00 11 00 00")).toBe("Hello"); // By reference to the first one.
    const fresh = (): MessageCodec => createNodeCodec(whole, whole, 4);
    expect(await read(fresh(), "00 05 00 fa ff 48 65 6c 6c 6f 00")).toBe("Hello"); // Not compressed.
    expect(await read(fresh(), "f3 48 cd c9 c9 07 00 00")).toBe("Hello"); // BFINAL.
    expect(await read(fresh(), "f2 48 05 00 00 00 ff ff ca c9 c9 07 00")).toBe("Hello"); // Two blocks.
    expect(await read(fresh(), "00")).toBe("");
  });

  it("the context goes on behind a final block, and so does the message", async () => {
    const codec = createNodeCodec(whole, whole, 4);
    const final = deflateRawSync("Hello, hello, ");
    const rest = deflateRawSync("hello, world", {
      dictionary: Buffer.from("Hello, hello, "),
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    const both = await decompress(codec, Buffer.concat([final, rest.subarray(0, -4)]));
    expect(Buffer.from(both as Uint8Array).toString()).toBe("Hello, hello, hello, world");
    const again = deflateRawSync("Hello, hello, hello, world", {
      dictionary: Buffer.from("Hello, hello, hello, world"),
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    expect(again.length).toBeLessThan(12);
    expect(Buffer.from((await decompress(codec, again.subarray(0, -4))) as Uint8Array).toString()).toBe(
      "Hello, hello, hello, world",
    );
  });

  it("takes a final block without the octet that should follow", async () => {
    const codec = createNodeCodec(whole, whole, 4);
    expect(Buffer.from((await decompress(codec, deflateRawSync("Hello"))) as Uint8Array).toString()).toBe(
      "Hello",
    );
  });

  it("does not let a peer have thousands of streams in a message", async () => {
    const empties = (count: number): Uint8Array =>
      Buffer.concat([...Array<Buffer>(count).fill(Buffer.of(3, 0)), Buffer.of(0)]);
    expect(await decompress(createNodeCodec(whole, whole, 4), empties(15))).toEqual(new Uint8Array(0));
    expect(await decompress(createNodeCodec(whole, whole, 4), empties(16))).toBe("corrupt");
    expect(await decompress(createNodeCodec(whole, whole, 4), empties(50_000))).toBe("corrupt");
  });

  it.each([
    0, 1, 100, 65_535, 65_536, 65_537, 300_000,
  ])("to exactly %i octets, and not one more", async (limit) => {
    const pack = (length: number): Uint8Array =>
      deflateRawSync(new Uint8Array(length).fill(1), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    const exact = limit === 0 ? Uint8Array.of(0) : pack(limit);
    const result = await decompress(createNodeCodec(whole, whole, 4), exact, limit);
    expect((result as Uint8Array).length).toBe(limit);
    expect(await decompress(createNodeCodec(whole, whole, 4), pack(limit + 1), limit)).toBe("too big");
  });

  it("a bomb costs no more than the limit", async () => {
    const bomb = deflateRawSync(new Uint8Array(256 * 1024 * 1024), { finishFlush: constants.Z_SYNC_FLUSH });
    expect(bomb.length).toBeLessThan(300_000);
    const before = process.memoryUsage().rss;
    expect(await decompress(createNodeCodec(whole, whole, 4), bomb.subarray(0, -4), 1024 * 1024)).toBe(
      "too big",
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it("nothing that is cut off, in any place, passes for a shorter message", async () => {
    const message = Buffer.from(
      "Mary had a little lamb, its fleece was white as snow, and everywhere that Mary went",
    );
    const sent = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    for (let length = 1; length < sent.length; length++) {
      expect(await decompress(createNodeCodec(whole, whole, 4), sent.slice(0, length))).toBe("corrupt");
    }
    expect(await decompress(createNodeCodec(whole, whole, 4), new Uint8Array(0))).toBe("corrupt");
  });

  it("garbage is refused or read, and never throws", async () => {
    const random = new SeededRandom(77);
    let corrupt = 0;
    for (let i = 0; i < 2000; i++) {
      const codec = createNodeCodec(whole, whole, 4);
      const result = await decompress(codec, random.bytes(random.below(i % 50 === 0 ? 40_000 : 60)), 4096);
      if (result === "corrupt") corrupt++;
    }
    expect(corrupt).toBeGreaterThan(1500);
  });

  it("one flipped octet at a time", async () => {
    const random = new SeededRandom(78);
    const message = Buffer.from(JSON.stringify(Array.from({ length: 50 }, () => random.below(1000))));
    const sent = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    for (let at = 0; at < sent.length; at++) {
      const flipped = new Uint8Array(sent);
      flipped[at]! ^= 1 + random.below(255);
      const result = await decompress(createNodeCodec(whole, whole, 4), flipped, 10_000);
      if (typeof result !== "string") expect(result.length).toBeLessThanOrEqual(10_000);
    }
  });

  it("refuses a reference beyond the window that was agreed on", async () => {
    const random = new SeededRandom(3);
    const noise = random.bytes(300);
    const far = new Uint8Array([...noise, ...random.bytes(3000), ...noise]);
    const sent = deflateRawSync(far, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    expect(await decompress(createNodeCodec(whole, { windowBits: 15, keepsContext: true }, 4), sent)).toEqual(
      far,
    );
    // In one message zlib sees it only when its window has turned over; between messages always.
    const codec = createNodeCodec(whole, { windowBits: 9, keepsContext: true }, 4);
    const oracle = new Oracle(createDeflateRaw({ windowBits: 15 }));
    await decompress(codec, await oracle.deflate(new Uint8Array([...noise, ...random.bytes(3000)])));
    expect(await decompress(codec, await oracle.deflate(noise))).toBe("corrupt");
  });

  it("gives plain arrays that keep no large buffer alive", async () => {
    const sent = deflateRawSync("Hello, Hello", { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    const result = (await decompress(createNodeCodec(whole, whole, 4), sent)) as Uint8Array;
    expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
    expect(result.buffer.byteLength).toBeLessThanOrEqual(2 * result.length);
  });
});

describe("large messages", () => {
  const large = new Uint8Array(2_000_000).map((_, at) => (at * at) >> 8);

  it("16 MiB go through", async () => {
    const message = new Uint8Array(16 * 1024 * 1024).map((_, at) => at >> 6);
    const near = createNodeCodec(whole, whole, 4);
    const { bytes, isCompressed } = await compress(near, message);
    expect(isCompressed).toBe(true);
    const result = await decompress(createNodeCodec(whole, whole, 4), bytes.slice());
    expect(Buffer.from(result as Uint8Array).equals(message)).toBe(true);
  });

  it("wait for their turn, in order", async () => {
    const finished: number[] = [];
    const works = Array.from({ length: 12 }, async (_, i) => {
      await compress(createNodeCodec(whole, whole, 1), large.subarray(i));
      finished.push(i);
    });
    await Promise.all(works);
    expect(finished).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  it("nothing is heard of a codec that was closed, and others are not held up", async () => {
    let heard = 0;
    const vain = Array.from({ length: 20 }, () => {
      const codec = createNodeCodec(whole, whole, 1);
      codec.compress(large, () => heard++);
      codec.decompress(new Uint8Array(50_000), 1e6, () => heard++);
      return codec;
    });
    for (const codec of vain) codec.close();
    const { bytes } = await compress(createNodeCodec(whole, whole, 1), large);
    const result = await decompress(createNodeCodec(whole, whole, 1), bytes.slice());
    expect(Buffer.from(result as Uint8Array).equals(large)).toBe(true);
    expect(heard).toBe(0);
  });
});
