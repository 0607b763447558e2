// Two ByteStreams joined in memory, for tests and for peers of one process. Bytes arrive in a later turn, whole or cut
// and delayed as a test wants it; what is not read is felt by the writer, as with TCP.

import type { Clock } from "../clock.ts";
import type { ByteStream, ByteStreamEvents } from "./stream.ts";

/** Options of `createMemoryPair`. */
export interface MemoryPairOptions {
  /** Milliseconds that each piece takes; called once a piece. Order is kept. Default: the end of the turn. */
  readonly latencyMs?: () => number;
  /** Octets of the next piece, at least 1: cuts what was written. Default: uncut. */
  readonly pieceLength?: (available: number) => number;
}

/** Two ends of one connection. */
export function createMemoryPair(clock: Clock, options: MemoryPairOptions = {}): [ByteStream, ByteStream] {
  const first = new MemoryStream(clock, options, "memory:1");
  const second = new MemoryStream(clock, options, "memory:2");
  first.join(second);
  second.join(first);
  return [first, second];
}

type Parcel = Uint8Array | "end" | "close";

class MemoryStream implements ByteStream {
  readonly remoteAddress: string;
  readonly remotePort = 0;
  readonly isEncrypted = false;
  readonly #clock: Clock;
  readonly #options: MemoryPairOptions;
  #far: MemoryStream | undefined;
  #events: ByteStreamEvents | undefined;
  // On their way to us, and how many octets of them: the far side's pending bytes.
  #inbox: Parcel[] = [];
  #inboxBytes = 0;
  #delivering = false;
  #paused = false;
  #ended = false;
  #endReceived = false;
  #closed = false;

  constructor(clock: Clock, options: MemoryPairOptions, remoteAddress: string) {
    this.#clock = clock;
    this.#options = options;
    this.remoteAddress = remoteAddress;
  }

  join(far: MemoryStream): void {
    this.#far = far;
  }

  get pendingBytes(): number {
    return this.#far!.#inboxBytes;
  }

  attach(events: ByteStreamEvents): void {
    this.#events = events;
    this.#schedule();
  }

  write(chunk: Uint8Array): void {
    if (this.#ended || this.#closed || chunk.length === 0) return;
    // A copy, since the reader may change what it gets and the writer may share what it sends. (`slice` of a Node Buffer
    // would share its memory.)
    this.#far!.#post(new Uint8Array(chunk));
  }

  end(): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#far!.#post("end");
    if (this.#endReceived) this.#postClose();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#far!.#post("close");
    this.#close();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  setNoDelay(): void {}

  #post(parcel: Parcel): void {
    if (this.#closed) return;
    if (typeof parcel !== "string") this.#inboxBytes += parcel.length;
    this.#inbox.push(parcel);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#delivering || this.#events === undefined || this.#inbox.length === 0) return;
    this.#delivering = true;
    const { latencyMs } = this.#options;
    if (latencyMs === undefined) this.#clock.endOfTurn(this.#deliver);
    else this.#clock.setTimer(this.#deliver, latencyMs());
  }

  readonly #deliver = (): void => {
    this.#delivering = false;
    const parcel = this.#inbox[0];
    if (this.#closed || parcel === undefined) return;
    if (typeof parcel === "string") {
      this.#inbox.shift();
      if (parcel === "close") this.#close();
      else this.#receiveEnd();
    } else if (!this.#paused) {
      this.#deliverPiece(parcel);
    } else {
      return;
    }
    this.#schedule();
  };

  #deliverPiece(parcel: Uint8Array): void {
    const wanted = this.#options.pieceLength?.(parcel.length) ?? parcel.length;
    const length = Math.min(Math.max(1, wanted), parcel.length);
    if (length === parcel.length) this.#inbox.shift();
    else this.#inbox[0] = parcel.subarray(length);
    this.#inboxBytes -= length;
    this.#events!.onData(parcel.slice(0, length));
    const far = this.#far!;
    if (this.#inboxBytes === 0 && !far.#closed) far.#events?.onDrain();
  }

  #receiveEnd(): void {
    this.#endReceived = true;
    this.#events!.onEnd();
    if (this.#ended) this.#postClose();
  }

  #postClose(): void {
    this.#clock.endOfTurn(() => this.#close());
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox = [];
    this.#inboxBytes = 0;
    this.#clock.endOfTurn(() => this.#events?.onClose(undefined));
  }
}
