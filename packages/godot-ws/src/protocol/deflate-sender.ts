// Messages in the order in which they were sent, though some of them are being compressed: what comes behind one waits.

import type { MessageCodec } from "./deflate.ts";
import { opcodes, rsv1Bit } from "./frame.ts";
import type { PreparedFrame } from "./frame-writer.ts";

/** Where the messages go. */
export interface DeflateOutlet {
  /** One frame; `opcode` has the bit RSV1 if the payload is compressed. */
  appendFrame(opcode: number, payload: Uint8Array): void;
  appendPrepared(frame: PreparedFrame): void;
  /** Something was appended outside of any call. */
  onAppended(): void;
}

interface Waiting {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

export class DeflateSender {
  readonly #codec: MessageCodec;
  readonly #threshold: number;
  readonly #outlet: DeflateOutlet;
  #waiting: (Waiting | PreparedFrame)[] = [];
  #waitingBytes = 0;
  // The message with the codec.
  #busy = false;
  #opcode = 0;
  #busyBytes = 0;
  #calling = false;
  #stopped = false;

  /** Messages of `threshold` octets and more are compressed. */
  constructor(codec: MessageCodec, threshold: number, outlet: DeflateOutlet) {
    this.#codec = codec;
    this.#threshold = threshold;
    this.#outlet = outlet;
  }

  /** True when all that was sent has been appended. */
  get isIdle(): boolean {
    return !this.#busy;
  }

  /** Octets of payload sent but not appended yet. */
  get waitingBytes(): number {
    return this.#waitingBytes + this.#busyBytes;
  }

  /** A message, or a close frame, which has to come behind the messages. `payload` is copied if it has to wait. */
  send(opcode: number, payload: Uint8Array): void {
    if (!this.#busy) return this.#begin(opcode, payload);
    this.#waiting.push({ opcode, payload: new Uint8Array(payload) });
    this.#waitingBytes += payload.length;
  }

  sendPrepared(frame: PreparedFrame): void {
    if (!this.#busy) return this.#outlet.appendPrepared(frame);
    this.#waiting.push(frame);
    this.#waitingBytes += frame.payloadLength;
  }

  /** Forgets what waits; nothing is appended any more. */
  stop(): void {
    this.#stopped = true;
    this.#busy = false;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#busyBytes = 0;
  }

  #begin(opcode: number, payload: Uint8Array): void {
    if (opcode >= opcodes.close || payload.length < this.#threshold) {
      return this.#outlet.appendFrame(opcode, payload);
    }
    this.#busy = true;
    this.#opcode = opcode;
    this.#busyBytes = payload.length;
    this.#calling = true;
    this.#codec.compress(payload, this.#compressed);
    this.#calling = false;
  }

  readonly #compressed = (bytes: Uint8Array, isCompressed: boolean): void => {
    if (this.#stopped) return;
    this.#busy = false;
    this.#busyBytes = 0;
    this.#outlet.appendFrame(isCompressed ? this.#opcode | rsv1Bit : this.#opcode, bytes);
    // Whoever called the codec goes on by itself when it was done at once.
    if (this.#calling) return;
    this.#appendWaiting();
    this.#outlet.onAppended();
  };

  #appendWaiting(): void {
    const waiting = this.#waiting;
    let next = 0;
    while (!this.#busy && next < waiting.length) {
      const item = waiting[next++]!;
      if ("opcode" in item) {
        this.#waitingBytes -= item.payload.length;
        this.#begin(item.opcode, item.payload);
      } else {
        this.#waitingBytes -= item.payloadLength;
        this.#outlet.appendPrepared(item);
      }
    }
    waiting.splice(0, next);
  }
}
