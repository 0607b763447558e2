// What all connections of a program share: its clock, its source of chance, the memory that frames are encoded into,
// and the list of connections that have something to flush. Tests make their own.

import type { Clock } from "../clock.ts";
import type { CodecFactory } from "../protocol/deflate.ts";
import { Arena } from "../protocol/outbox.ts";

export interface Random {
  /** 32 unpredictable bits. */
  uint32(): number;
  /** Unpredictable octets. */
  bytes(count: number): Uint8Array;
}

export interface Flushable {
  flush(): void;
}

/** Calls `flush` once per turn for each that asked: many frames, one system call. */
export class FlushQueue {
  readonly #clock: Clock;
  #waiting: Flushable[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The caller sees to it that it is not added twice before its `flush`. */
  add(flushable: Flushable): void {
    if (this.#waiting.push(flushable) === 1) this.#clock.endOfTurn(this.#flushAll);
  }

  readonly #flushAll = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const flushable of waiting) flushable.flush();
  };
}

export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly arena: Arena;
  readonly flushQueue: FlushQueue;
  /** Where it is missing nothing is compressed, whatever a peer's options say. */
  readonly createCodec?: CodecFactory | undefined;
}

export function createEnvironment(
  clock: Clock,
  random: Random,
  createCodec?: CodecFactory | undefined,
): Environment {
  return { clock, random, arena: new Arena(), flushQueue: new FlushQueue(clock), createCodec };
}
