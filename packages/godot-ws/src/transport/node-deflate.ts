// permessage-deflate on Node's zlib. Each message is a call of its own: what the peer's window would still hold of
// earlier ones is given to zlib as a dictionary. So nothing lives between two messages but their last octets, no stream
// can be left half-way, and a message that does not get smaller can be sent as it is.

import { constants as bufferConstants } from "node:buffer";
import {
  constants,
  deflateRaw,
  deflateRawSync,
  type InflateRaw,
  inflateRaw,
  inflateRawSync,
  type ZlibOptions,
} from "node:zlib";
import {
  type CodecFactory,
  type DeflateDirection,
  flushTail,
  type MessageCodec,
} from "../protocol/deflate.ts";

type Compressed = (bytes: Uint8Array, isCompressed: boolean) => void;
type Done = Parameters<MessageCodec["decompress"]>[2];

/** Up to here a message is compressed at once: handing it to another thread takes as long as a third of it. */
const compressAtOnce = 16 * 1024;
/** Up to here one is decompressed at once, as long as it does not become larger than this: */
const decompressAtOnce = 16 * 1024;
const inflatedAtOnce = 64 * 1024;
/**
 * How far back a message refers to earlier ones, as a multiple of its length. zlib goes through the whole dictionary
 * first: 32 KiB of it would make a message of 1 KiB three times as dear as none, for a fifth of its octets at best.
 */
const lookedBack = 4;
const leastLookedBack = 4 * 1024;
/** Pieces of output, off the main thread. */
const largePiece = 128 * 1024;

/**
 * The peer's octets end where ours do, at an octet boundary (RFC 7692 §7.2.2). An empty final block behind them makes
 * zlib say so: whatever was cut off in the middle is an error instead of a shorter message.
 */
const inflateTail = Uint8Array.of(...flushTail, 0x01, ...flushTail);
/** Streams in one message: a final block may end one before the message ends (RFC 7692 §7.2.1). */
const maxStreams = 16;

/** The last octets of all messages of one direction: zlib's dictionary for the next. */
class History {
  readonly #windowSize: number;
  #bytes = new Uint8Array(0);
  #used = 0;

  constructor({ windowBits, keepsContext }: DeflateDirection) {
    this.#windowSize = keepsContext ? 1 << windowBits : 0;
  }

  /** Up to `most` octets, those of the window by default; valid until the next `add`. */
  dictionary(most = this.#windowSize): Uint8Array {
    const length = Math.min(this.#used, this.#windowSize, most);
    return this.#bytes.subarray(this.#used - length, this.#used);
  }

  add(message: Uint8Array): void {
    const size = this.#windowSize;
    const added = message.length > size ? message.subarray(message.length - size) : message;
    const needed = this.#used + added.length;
    if (needed > this.#bytes.length) this.#makeRoom(added.length, needed);
    this.#bytes.set(added, this.#used);
    this.#used += added.length;
  }

  clear(): void {
    this.#bytes = new Uint8Array(0);
    this.#used = 0;
  }

  // Room for a quarter more than the window: so the window moves once for that much, not once a message.
  #makeRoom(addedLength: number, needed: number): void {
    const full = this.#windowSize + (this.#windowSize >> 2);
    const kept = this.#bytes.subarray(Math.max(0, this.#used - (this.#windowSize - addedLength)), this.#used);
    if (this.#bytes.length < full)
      this.#bytes = grown(kept, Math.min(full, Math.max(needed, kept.length * 2)));
    else this.#bytes.set(kept);
    this.#used = kept.length;
  }
}

function grown(kept: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set(kept);
  return bytes;
}

interface Job {
  /** Starts once fewer than these are running. */
  readonly concurrency: number;
  /** Nobody wants the result any more. */
  isVain(): boolean;
  start(finished: () => void): void;
}

/** Large messages of all connections of this process, a few at a time off the main thread, in order. */
class JobQueue {
  #running = 0;
  readonly #waiting: Job[] = [];

  add(job: Job): void {
    this.#waiting.push(job);
    this.#startNext();
  }

  #startNext(): void {
    for (let job = this.#waiting[0]; job !== undefined; job = this.#waiting[0]) {
      const isVain = job.isVain();
      if (!isVain && this.#running >= job.concurrency) return;
      this.#waiting.shift();
      if (isVain) continue;
      this.#running++;
      job.start(this.#finished);
    }
  }

  readonly #finished = (): void => {
    this.#running--;
    this.#startNext();
  };
}

const jobs = new JobQueue();

class NodeCodec implements MessageCodec {
  readonly #outgoing: DeflateDirection;
  readonly #incoming: DeflateDirection;
  readonly #concurrency: number;
  readonly #sent: History;
  readonly #received: History;
  #closed = false;

  constructor(outgoing: DeflateDirection, incoming: DeflateDirection, concurrency: number) {
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    this.#concurrency = concurrency;
    this.#sent = new History(outgoing);
    this.#received = new History(incoming);
  }

  close(): void {
    this.#closed = true;
    this.#sent.clear();
    this.#received.clear();
  }

  // ---- compressing ----

  compress(payload: Uint8Array, done: Compressed): void {
    if (payload.length <= compressAtOnce) {
      return this.#compressed(payload, this.#deflateAtOnce(payload), done);
    }
    // `slice` of a Buffer would share its memory.
    const copy = new Uint8Array(payload);
    this.#addJob((finished) => {
      deflateRaw(copy, this.#deflateOptions(copy.length), (error, output) => {
        finished();
        if (!this.#closed) this.#compressed(copy, error === null ? output : undefined, done);
      });
    });
  }

  #deflateAtOnce(payload: Uint8Array): Uint8Array | undefined {
    try {
      return deflateRawSync(payload, this.#deflateOptions(payload.length));
    } catch {
      return undefined;
    }
  }

  #deflateOptions(length: number): ZlibOptions {
    const dictionary = this.#sent.dictionary(Math.max(leastLookedBack, lookedBack * length));
    // A window larger than all there is would only cost memory.
    const neededBits = 32 - Math.clz32(dictionary.length + length);
    return {
      finishFlush: constants.Z_SYNC_FLUSH,
      windowBits: Math.max(9, Math.min(this.#outgoing.windowBits, neededBits)),
      chunkSize: Math.max(64, Math.min(length + 16, largePiece)),
      ...(dictionary.length > 0 ? { dictionary } : {}),
    };
  }

  /** Without an `output`, which is for want of memory if anything, the message can still go as it is. */
  #compressed(payload: Uint8Array, output: Uint8Array | undefined, done: Compressed): void {
    const length = output === undefined ? payload.length : output.length - flushTail.length;
    // What is not sent compressed is in nobody's window.
    if (output === undefined || length >= payload.length) return done(payload, false);
    this.#sent.add(payload);
    done(output.subarray(0, length), true);
  }

  // ---- decompressing ----

  decompress(payload: Uint8Array, maxBytes: number, done: Done): void {
    const input = concat([payload, inflateTail]);
    if (payload.length <= decompressAtOnce) {
      const bound = Math.min(maxBytes, inflatedAtOnce);
      const result = new Inflation(input, this.#inflateOptions(), bound).runAtOnce();
      if (result !== "too big" || bound === maxBytes) return this.#decompressed(result, done);
    }
    this.#addJob((finished) => {
      new Inflation(input, this.#inflateOptions(), maxBytes).run((result) => {
        finished();
        if (!this.#closed) this.#decompressed(result, done);
      });
    });
  }

  #inflateOptions(): ZlibOptions & { dictionary: Uint8Array } {
    return { windowBits: this.#incoming.windowBits, dictionary: this.#received.dictionary() };
  }

  #decompressed(result: Parameters<Done>[0], done: Done): void {
    if (typeof result !== "string") this.#received.add(result);
    done(result);
  }

  #addJob(start: (finished: () => void) => void): void {
    jobs.add({ concurrency: this.#concurrency, isVain: () => this.#closed, start });
  }
}

/** What Node hands over when asked for `info`; its types know nothing of it. */
interface InflateInfo {
  readonly buffer: Uint8Array;
  readonly engine: InflateRaw;
}

/** One message: nearly always one stream, but as many as `maxStreams` may follow each other. */
class Inflation {
  readonly #maxBytes: number;
  readonly #options: ZlibOptions & { dictionary: Uint8Array };
  #input: Uint8Array;
  #streams = 0;
  readonly #pieces: Uint8Array[] = [];
  #byteLength = 0;

  constructor(input: Uint8Array, options: ZlibOptions & { dictionary: Uint8Array }, maxBytes: number) {
    this.#input = input;
    this.#options = options;
    this.#maxBytes = maxBytes;
  }

  runAtOnce(): Parameters<Done>[0] {
    for (;;) {
      let info: InflateInfo;
      try {
        info = inflateRawSync(this.#input, this.#nextOptions()) as unknown as InflateInfo;
      } catch (error) {
        return faultOf(error);
      }
      const result = this.#take(info);
      if (result !== undefined) return result;
    }
  }

  run(done: Done): void {
    const step = (error: Error | null, output: unknown): void => {
      const result = error === null ? this.#take(output as InflateInfo) : faultOf(error);
      if (result !== undefined) done(result);
      else inflateRaw(this.#input, this.#nextOptions(), step);
    };
    inflateRaw(this.#input, this.#nextOptions(), step);
  }

  #nextOptions(): ZlibOptions {
    const { dictionary, ...options } = this.#options;
    const window = 1 << (options.windowBits ?? 15);
    const before =
      this.#pieces.length === 0 ? dictionary : concat([dictionary, ...this.#pieces]).subarray(-window);
    const left = this.#maxBytes - this.#byteLength;
    const guess = Math.max(1024, this.#input.length * 4);
    return {
      ...options,
      info: true,
      // Zero is not allowed here; `#take` knows better.
      maxOutputLength: Math.max(1, Math.min(left, bufferConstants.MAX_LENGTH)),
      chunkSize: Math.max(64, Math.min(guess, left + 1, largePiece)),
      ...(before.length > 0 ? { dictionary: before } : {}),
    };
  }

  /** The message when it is complete; undefined when another stream follows. */
  #take({ buffer, engine }: InflateInfo): Parameters<Done>[0] | undefined {
    this.#byteLength += buffer.length;
    if (this.#byteLength > this.#maxBytes) return "too big";
    this.#pieces.push(buffer);
    const rest = this.#input.length - engine.bytesWritten;
    // A final block without the octet that should follow it has left us the tail: complete all the same.
    if (rest === 0 || rest === inflateTail.length) return this.#whole();
    if (++this.#streams === maxStreams) return "corrupt";
    this.#input = this.#input.subarray(engine.bytesWritten);
    return undefined;
  }

  /** Without a spare piece of zlib's buffer, and as a plain array: a Node Buffer costs more wherever it is cut. */
  #whole(): Uint8Array {
    const [first] = this.#pieces;
    if (this.#pieces.length > 1 || first!.length * 2 < first!.buffer.byteLength) return concat(this.#pieces);
    return new Uint8Array(first!.buffer, first!.byteOffset, first!.length);
  }
}

function faultOf(error: unknown): "corrupt" | "too big" {
  return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "too big" : "corrupt";
}

function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export const createNodeCodec: CodecFactory = (outgoing, incoming, concurrency) =>
  new NodeCodec(outgoing, incoming, concurrency);
