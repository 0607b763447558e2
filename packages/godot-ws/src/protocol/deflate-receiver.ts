// One compressed message at a time through the codec. What comes behind it is not read before it is delivered, so that
// the order of messages, pings and the close frame stays as it was sent.

import type { Decompressed, MessageCodec } from "./deflate.ts";
import { isValidUtf8 } from "./utf8.ts";
import type { Violation } from "./violations.ts";

/** Whoever reads frames and wants messages. */
export interface DeflateInlet {
  onMessage(payload: Uint8Array, isText: boolean): void;
  onViolation(violation: Violation): void;
  /** Frames shall not be read until `goOn`. */
  hold(): void;
  /** The message is delivered: frames may be read again, unless something else keeps them. */
  goOn(): void;
  /** The codec takes its time: the message comes in a later turn. */
  onDelayed(): void;
  /** What was delayed has been delivered, or waits for `resume`. */
  onArrived(): void;
}

export class DeflateReceiver {
  readonly #codec: MessageCodec;
  readonly #maxBytes: number;
  readonly #inlet: DeflateInlet;
  #busy = false;
  #isText = false;
  #result: Decompressed | undefined;
  #paused = false;
  #calling = false;

  /** `maxBytes`: octets of the largest message taken. */
  constructor(codec: MessageCodec, maxBytes: number, inlet: DeflateInlet) {
    this.#codec = codec;
    this.#maxBytes = maxBytes;
    this.#inlet = inlet;
  }

  /** True while a message has come and is not delivered. */
  get isBusy(): boolean {
    return this.#busy;
  }

  onCompressedMessage(payload: Uint8Array, isText: boolean): void {
    this.#busy = true;
    this.#isText = isText;
    this.#inlet.hold();
    this.#calling = true;
    this.#codec.decompress(payload, this.#maxBytes, this.#decompressed);
    this.#calling = false;
    if (this.#busy) this.#inlet.onDelayed();
  }

  /** Delivers nothing until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (this.#result !== undefined) this.#deliver(this.#result);
  }

  /** Delivers nothing any more. */
  stop(): void {
    this.#busy = false;
    this.#result = undefined;
  }

  readonly #decompressed = (result: Decompressed): void => {
    if (!this.#busy) return;
    if (this.#paused) this.#result = result;
    else this.#deliver(result);
    if (!this.#calling) this.#inlet.onArrived();
  };

  #deliver(result: Decompressed): void {
    this.#busy = false;
    this.#result = undefined;
    if (result === "corrupt") this.#inlet.onViolation("corruptCompression");
    else if (result === "too big") this.#inlet.onViolation("oversizedInflation");
    else if (this.#isText && !isValidUtf8(result)) this.#inlet.onViolation("invalidText");
    else this.#inlet.onMessage(result, this.#isText);
    this.#inlet.goOn();
  }
}
