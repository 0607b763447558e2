// Signals as in Godot 4, typed, with the web's idioms on top. Knows nothing of what is signalled.

import { LimitError } from "./errors.ts";

/** What a signal calls, with what it emits. */
export type Slot<Args extends readonly unknown[]> = (...args: Args) => void;

/** Options of `Signal.connect`. */
export interface ConnectOptions {
  /** Disconnect after the first call. Godot: CONNECT_ONE_SHOT. */
  once?: boolean;
  /** Disconnect when this aborts. */
  signal?: AbortSignal | undefined;
}

interface Connection<Args extends readonly unknown[]> {
  readonly slot: Slot<Args>;
  readonly once: boolean;
  /** Undoes what `connect` did beyond the list, if it did. */
  readonly forget: (() => void) | undefined;
}

/** What `for await` gets of a signal. */
export interface Emissions<Args> extends AsyncIterableIterator<Args, undefined> {
  return(): Promise<IteratorResult<Args, undefined>>;
  [Symbol.asyncIterator](): Emissions<Args>;
}

/** How many emissions an async iteration may fall behind; one more, and it ends with a LimitError after these. */
const maxIterationBacklog = 4096;

// One for all: a peer has many signals, most of them without a slot.
const none: readonly never[] = [];

/**
 * An event source. A slot that throws does not stop the others, nor the emitter: its error is reported as uncaught,
 * as for an `EventTarget`.
 */
export class Signal<Args extends readonly unknown[] = []> implements AsyncIterable<Args> {
  // Replaced, never changed in place: an emission in progress keeps the list it began with.
  #connections: readonly Connection<Args>[] = none;
  readonly #onConnect: (() => void) | undefined;

  /** `onConnect` tells the owner of each new connection. */
  constructor(onConnect?: () => void) {
    this.#onConnect = onConnect;
  }

  /** True when at least one slot is connected. Godot: Signal.has_connections. */
  get hasConnections(): boolean {
    return this.#connections.length > 0;
  }

  /** Calls `slot` at each emission; returns the function that disconnects it again. Godot: Signal.connect. */
  connect(slot: Slot<Args>, options: ConnectOptions = {}): () => void {
    const { signal, once = false } = options;
    if (signal?.aborted) return () => {};
    const disconnect = (): void => {
      this.#remove(connection);
    };
    const connection: Connection<Args> = { slot, once, forget: signal && whenAborted(signal, disconnect) };
    // (A spread would leave room for a dozen more, in each of thousands of signals.)
    this.#connections = this.#connections.concat(connection);
    this.#onConnect?.();
    return disconnect;
  }

  /** Forgets every connection of `slot`. Godot: Signal.disconnect. */
  disconnect(slot: Slot<Args>): void {
    for (const connection of this.#connections) {
      if (connection.slot === slot) this.#remove(connection);
    }
  }

  /** Godot: Signal.is_connected. */
  isConnected(slot: Slot<Args>): boolean {
    return this.#connections.some((connection) => connection.slot === slot);
  }

  /** Godot: Signal.emit. */
  emit(...args: Args): void {
    const connections = this.#connections;
    for (let i = 0; i < connections.length; i++) {
      const connection = connections[i]!;
      // A slot before it may have emitted too: then it has had its one call.
      if (connection.once && !this.#remove(connection)) continue;
      try {
        connection.slot(...args);
      } catch (error) {
        reportUncaught(error);
      }
    }
  }

  /** The arguments of the next emission; rejects when `signal` aborts. As `await signal` in GDScript. */
  next(signal?: AbortSignal): Promise<Args> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const forget = whenAborted(signal, () => reject(signal?.reason));
      const slot = (...args: Args): void => {
        forget();
        resolve(args);
      };
      this.connect(slot, { once: true, signal });
    });
  }

  /** Every emission from now on, in order. Throws LimitError once it has fallen 4,096 emissions behind. */
  [Symbol.asyncIterator](): Emissions<Args> {
    const backlog: Args[] = [];
    let lost = false;
    let ended = false;
    let wake = (): void => {};
    const disconnect = this.connect((...args) => {
      if (backlog.length < maxIterationBacklog) backlog.push(args);
      else lost = true;
      wake();
    });
    const end = (): void => {
      ended = true;
      disconnect();
      wake();
    };
    return {
      async next() {
        for (;;) {
          const args = backlog.shift();
          if (ended) return { done: true, value: undefined };
          if (args !== undefined) return { done: false, value: args };
          if (lost) {
            end();
            throw new LimitError("ERR_OUT_OF_MEMORY", "async iteration fell behind its signal");
          }
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
      // Also while a `next` waits, which then ends.
      async return() {
        end();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** False when it was not there any more. */
  #remove(connection: Connection<Args>): boolean {
    if (!this.#connections.includes(connection)) return false;
    this.#connections = this.#connections.filter((other) => other !== connection);
    connection.forget?.();
    return true;
  }
}

/** Calls `callback` when `signal` aborts; returns the function that forgets it again. */
export function whenAborted(signal: AbortSignal | undefined, callback: () => void): () => void {
  signal?.addEventListener("abort", callback, { once: true });
  return () => signal?.removeEventListener("abort", callback);
}

/** Makes an error of the program's own code surface the way uncaught errors do, without stopping the caller. */
export function reportUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
