// Bytes in, messages and control frames out, for either role (RFC 6455 §5). Never throws at its feeder, holds no more
// than its limits allow, and touches each octet once. Knows no handshake and no state of the connection.

import { ByteCollector } from "./byte-collector.ts";
import { applyMask, maxControlPayload, maxHeaderLength, opcodes, rsv1Bit, unmaskShort } from "./frame.ts";
import type { Allocate } from "./outbox.ts";
import { Utf8Validator } from "./utf8.ts";
import type { Violation } from "./violations.ts";

export interface FrameSink {
  /** A whole message; `payload` is the sink's to keep. */
  onMessage(payload: Uint8Array, isText: boolean): void;
  /** A whole control frame: close, ping or pong. */
  onControl(opcode: number, payload: Uint8Array): void;
  /** The peer broke the protocol; the parser has stopped. */
  onViolation(violation: Violation): void;
}

export interface CompressedSink {
  /** As `onMessage`, still compressed: that a text is UTF-8 is not checked yet. */
  onCompressedMessage(payload: Uint8Array, isText: boolean): void;
}

export interface MessageLimits {
  /** Octets of payload one message may have, over all its fragments. */
  readonly maxMessageBytes: number;
  /** Octets of payload one data frame may have. */
  readonly maxFrameBytes: number;
  /** Frames one message may have, empty ones included. */
  readonly maxFragments: number;
}

const empty = new Uint8Array(0);
const noMessage = 0;

/** First octet of an uncompressed binary message in one frame. */
const finalBinary = 0x80 | opcodes.binary;
/** The longest payload whose length is in the second octet, and the header before it: two octets and the mask. */
const maxShortLength = 125;
const shortHeaderLength = 6;

export class FrameParser {
  readonly #sink: FrameSink;
  readonly #limits: MessageLimits;
  /** A server demands masks, a client refuses them (RFC 6455 §5.1). */
  readonly #expectMask: boolean;
  readonly #maxShortLength: number;
  readonly #compressedSink: CompressedSink | undefined;
  readonly #allocate: Allocate | undefined;

  // The header that straddles two chunks.
  #head: Uint8Array | undefined;
  #headUsed = 0;

  // The frame being read.
  #inPayload = false;
  #opcode = 0;
  #fin = false;
  #mask = 0;
  #remaining = 0;
  #received = 0;

  // The message being read: its opcode, or `noMessage` between messages.
  #messageOpcode = noMessage;
  #compressed = false;
  #fragments = 0;
  #collector: ByteCollector | undefined;
  #controlCollector: ByteCollector | undefined;
  #utf8: Utf8Validator | undefined;

  #stopped = false;
  #paused = false;
  #held: Uint8Array[] | undefined;

  /** `compressedSink`: if permessage-deflate was agreed on. `allocate` makes the memory of long messages. */
  constructor(
    sink: FrameSink,
    role: "client" | "server",
    limits: MessageLimits,
    compressedSink?: CompressedSink | undefined,
    allocate?: Allocate | undefined,
  ) {
    this.#sink = sink;
    this.#expectMask = role === "server";
    this.#limits = limits;
    this.#maxShortLength = Math.min(maxShortLength, limits.maxFrameBytes, limits.maxMessageBytes);
    this.#compressedSink = compressedSink;
    this.#allocate = allocate;
  }

  /** Octets that wait for `resume`. */
  get heldBytes(): number {
    return (this.#held ?? []).reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** Reads `chunk`, which is taken over: it gets unmasked in place and parts of it live on in messages. */
  push(chunk: Uint8Array): void {
    if (this.#stopped) return;
    if (this.#paused) {
      this.#hold(chunk);
      return;
    }
    const end = chunk.length;
    let at = this.#readShortMessages(chunk);
    while (at < end) {
      if (this.#stopped) return;
      if (this.#paused) {
        this.#hold(view(chunk, at, end));
        return;
      }
      at = this.#inPayload ? this.#readPayload(chunk, at) : this.#readHeader(chunk, at);
    }
  }

  // A server's daily bread in one loop: short binary messages, whole and one behind the other. Stops at anything else,
  // which the general way then takes or refuses.
  #readShortMessages(chunk: Uint8Array): number {
    const last = chunk.length - shortHeaderLength;
    let at = 0;
    if (!this.#expectMask || this.#inPayload || this.#headUsed > 0 || this.#messageOpcode !== noMessage)
      return at;
    while (at <= last && chunk[at] === finalBinary && !this.#stopped && !this.#paused) {
      const length = chunk[at + 1]! - 0x80;
      const body = at + shortHeaderLength;
      const next = body + length;
      if (length < 0 || length > this.#maxShortLength || next > chunk.length) break;
      unmaskShort(chunk, at + 2, body, next);
      this.#sink.onMessage(view(chunk, body, next), false);
      at = next;
    }
    return at;
  }

  /** From within the sink too: reads no further until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on where `pause` stopped. */
  resume(): void {
    this.#paused = false;
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    // A pause from within puts back what is left, in order.
    for (const chunk of held) this.push(chunk);
  }

  #hold(chunk: Uint8Array): void {
    this.#held ??= [];
    this.#held.push(chunk);
  }

  /** Ignores all further input and forgets what was begun. */
  stop(): void {
    this.#stopped = true;
    this.#held = undefined;
    this.#collector = undefined;
    this.#controlCollector = undefined;
  }

  #fail(violation: Violation): 0 {
    this.stop();
    this.#sink.onViolation(violation);
    return 0;
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    let at = from;
    if (this.#headUsed === 0) {
      const used = this.#decodeHeader(chunk, at, chunk.length - at);
      if (this.#stopped) return at;
      if (used > 0) return this.#beginPayload(at + used);
    }
    this.#head ??= new Uint8Array(maxHeaderLength);
    while (at < chunk.length) {
      this.#head[this.#headUsed++] = chunk[at++]!;
      const used = this.#decodeHeader(this.#head, 0, this.#headUsed);
      if (this.#stopped) return at;
      if (used > 0) {
        this.#headUsed = 0;
        return this.#beginPayload(at);
      }
    }
    return at;
  }

  #beginPayload(at: number): number {
    this.#received = 0;
    this.#inPayload = true;
    if (this.#remaining === 0) this.#completeFrame(empty);
    return at;
  }

  /** Octets the header takes, or 0 while it is not complete (or was refused, as early as that shows). */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the hottest path there is; calls would cost a tenth of it.
  #decodeHeader(bytes: Uint8Array, at: number, available: number): number {
    if (available < 2) return available === 1 ? this.#checkFirst(bytes[at]!) : 0;
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    this.#checkFirst(first);
    if (this.#stopped) return 0;
    const masked = (second & 0x80) !== 0;
    if (masked !== this.#expectMask) return this.#fail(masked ? "maskUnexpected" : "maskMissing");

    let length = second & 0x7f;
    const opcode = first & 0x0f;
    if (opcode >= opcodes.close && length > maxControlPayload) return this.#fail("oversizedControl");
    let next = at + 2;
    if (length === 126) {
      if (available < 4) return 0;
      length = (bytes[next]! << 8) | bytes[next + 1]!;
      next += 2;
      if (length < 126) return this.#fail("lengthNotMinimal");
    } else if (length === 127) {
      if (available < 10) return 0;
      if (bytes[next]! >= 0x80) return this.#fail("lengthOutOfRange");
      // Beyond 2^53 this loses precision, never size: far over every limit all the same.
      length = readUint32(bytes, next) * 0x100000000 + readUint32(bytes, next + 4);
      next += 8;
      if (length < 0x10000) return this.#fail("lengthNotMinimal");
    }
    if (opcode < opcodes.close && this.#isTooLong(length)) return this.#fail("oversizedMessage");
    if (masked) {
      if (available < next - at + 4) return 0;
      this.#mask = readUint32(bytes, next) | 0;
      next += 4;
    }
    this.#opcode = opcode;
    this.#fin = first >= 0x80;
    this.#remaining = length;
    if (opcode < opcodes.close && !this.#beginFragment(opcode, first)) return 0;
    return next - at;
  }

  #isTooLong(frameLength: number): boolean {
    const { maxFrameBytes, maxMessageBytes } = this.#limits;
    return frameLength > maxFrameBytes || this.#collectedBytes() + frameLength > maxMessageBytes;
  }

  /** What the first octet alone can break. */
  #checkFirst(first: number): 0 {
    const opcode = first & 0x0f;
    if ((first & 0x70) !== 0 && !this.#mayBeCompressed(first & 0x70, opcode))
      return this.#fail("reservedBit");
    if (opcode > opcodes.pong || (opcode > opcodes.binary && opcode < opcodes.close)) {
      return this.#fail("reservedOpcode");
    }
    if (opcode >= opcodes.close) return first < 0x80 ? this.#fail("fragmentedControl") : 0;
    if (opcode === opcodes.continuation) {
      return this.#messageOpcode === noMessage ? this.#fail("strayContinuation") : 0;
    }
    return this.#messageOpcode === noMessage ? 0 : this.#fail("interruptedMessage");
  }

  /** RSV1 belongs on the first frame of a message, and nowhere else (RFC 7692 §6.1). */
  #mayBeCompressed(reservedBits: number, opcode: number): boolean {
    return (
      this.#compressedSink !== undefined &&
      reservedBits === rsv1Bit &&
      (opcode === opcodes.text || opcode === opcodes.binary)
    );
  }

  #beginFragment(opcode: number, first: number): boolean {
    if (opcode !== opcodes.continuation) {
      this.#messageOpcode = opcode;
      this.#compressed = (first & rsv1Bit) !== 0;
      this.#fragments = 0;
    }
    if (++this.#fragments <= this.#limits.maxFragments) return true;
    this.#fail("tooManyFragments");
    return false;
  }

  #collectedBytes(): number {
    return this.#collector === undefined ? 0 : this.#collector.byteLength;
  }

  #readPayload(chunk: Uint8Array, at: number): number {
    const available = chunk.length - at;
    const end = at + Math.min(available, this.#remaining);
    if (this.#expectMask) applyMask(chunk, at, end, this.#mask, this.#received);
    const piece = view(chunk, at, end);
    if (this.#received === 0 && end - at === this.#remaining) {
      this.#completeFrame(piece);
      return end;
    }
    this.#received += end - at;
    this.#remaining -= end - at;
    if (this.#opcode >= opcodes.close) {
      this.#controlCollector ??= new ByteCollector();
      this.#controlCollector.push(piece);
    } else {
      if (!this.#collect(piece)) return end;
    }
    if (this.#remaining === 0) this.#completeFrame(empty);
    return end;
  }

  /** Adds to the message; false when it turned out not to be text. */
  #collect(piece: Uint8Array): boolean {
    if (this.#messageOpcode === opcodes.text && !this.#compressed) {
      this.#utf8 ??= new Utf8Validator();
      if (!this.#utf8.write(piece)) {
        this.#fail("invalidText");
        return false;
      }
    }
    this.#collector ??= new ByteCollector(this.#allocate);
    this.#collector.push(piece);
    return true;
  }

  /** `last` is what of the frame was not collected yet. */
  #completeFrame(last: Uint8Array): void {
    this.#inPayload = false;
    if (this.#opcode >= opcodes.close) this.#completeControl(last);
    else if (this.#fin) this.#completeMessage(last);
    else this.#collect(last);
  }

  #completeControl(last: Uint8Array): void {
    let payload = last;
    if (this.#controlCollector !== undefined && this.#controlCollector.byteLength > 0) {
      this.#controlCollector.push(last);
      payload = this.#controlCollector.take();
    }
    this.#sink.onControl(this.#opcode, payload);
  }

  #completeMessage(last: Uint8Array): void {
    const isText = this.#messageOpcode === opcodes.text;
    if (isText && !this.#compressed) {
      this.#utf8 ??= new Utf8Validator();
      if (!this.#utf8.write(last) || !this.#utf8.isComplete) {
        this.#fail("invalidText");
        return;
      }
    }
    this.#messageOpcode = noMessage;
    let payload = last;
    if (this.#collectedBytes() > 0) {
      this.#collector!.push(last);
      payload = this.#collector!.take();
    }
    if (this.#compressed) this.#compressedSink!.onCompressedMessage(payload, isText);
    else this.#sink.onMessage(payload, isText);
  }
}

/** A plain view: `subarray` of a Node Buffer would make a Buffer, at several times the price. */
function view(chunk: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset + start, end - start);
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
