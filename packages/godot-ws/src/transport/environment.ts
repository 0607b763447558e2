// What all connections of a program share: its clock, its source of chance, the memory that frames are encoded into,
// and the list of connections that have something to flush. Tests make their own.

import type { Clock } from "../clock.ts";
import type { CodecFactory } from "../protocol/deflate.ts";
import { type Allocate, Arena } from "../protocol/outbox.ts";
import type { Digest } from "../protocol/sha1.ts";

/** Where chance comes from: for masks, keys, ids and waits. */
export interface Random {
  /** 32 unpredictable bits. */
  uint32(): number;
  /** Unpredictable octets. */
  bytes(count: number): Uint8Array;
}

export interface Flushable {
  /** The turn ends. */
  flush(): void;
  /** The interval is over. */
  flushDue(): void;
}

/** Many frames, one system call: calls each that asked, at the end of the turn or when an interval is over. */
export class FlushQueue {
  readonly #clock: Clock;
  #waiting: Flushable[] = [];
  // By the millisecond in which they are due: spread like this, the writes of thousands do not come in one long burst.
  readonly #later = new Map<number, Flushable[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `flush` at the end of the turn. The caller sees to it that it is not added twice before. */
  add(flushable: Flushable): void {
    if (this.#waiting.push(flushable) === 1) this.#clock.endOfTurn(this.#flushAll);
  }

  /** Calls `flushDue` at most `intervalMs` from now. */
  addLater(flushable: Flushable, intervalMs: number): void {
    const now = this.#clock.now();
    const due = Math.floor(now + intervalMs);
    const waiting = this.#later.get(due);
    if (waiting !== undefined) {
      waiting.push(flushable);
      return;
    }
    this.#later.set(due, [flushable]);
    this.#clock.setTimer(() => this.#flushDue(due), Math.max(0, due - now));
  }

  readonly #flushAll = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const flushable of waiting) flushable.flush();
  };

  #flushDue(due: number): void {
    const waiting = this.#later.get(due) ?? [];
    this.#later.delete(due);
    for (const flushable of waiting) flushable.flushDue();
  }
}

/** What all connections of a program share. `createEnvironment` makes one; a test's has a clock and chance of its own. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly arena: Arena;
  readonly flushQueue: FlushQueue;
  /** Where it is missing nothing is compressed, whatever a peer's options say. */
  readonly createCodec?: CodecFactory | undefined;
  /** Where it is missing our own, slow one is used. */
  readonly digest?: Digest | undefined;
}

/** `allocate` gives memory with undefined content, where the platform has a quicker way than `new Uint8Array`. */
export function createEnvironment(
  clock: Clock,
  random: Random,
  createCodec?: CodecFactory | undefined,
  allocate?: Allocate | undefined,
  digest?: Digest | undefined,
): Environment {
  return {
    clock,
    random,
    arena: new Arena(allocate),
    flushQueue: new FlushQueue(clock),
    createCodec,
    digest,
  };
}
