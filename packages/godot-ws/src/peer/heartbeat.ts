// Pings at an interval, and the decision that a silent peer is dead. Knows the clock and three questions, no connection.

import type { Clock, Timer } from "../clock.ts";

/** What the heartbeat needs of its connection. */
export interface HeartbeatPort {
  /** Sends a ping without payload. */
  ping(): void;
  /** Are we not reading at present? Then silence proves nothing. */
  isDeaf(): boolean;
  /** The peer is dead. */
  giveUp(): void;
}

export class Heartbeat {
  /** Milliseconds from the last answered ping to its pong; undefined before the first. */
  roundTripTimeMs: number | undefined;
  readonly #clock: Clock;
  readonly #port: HeartbeatPort;
  readonly #toleratedSilence: number;
  #intervalMs = 0;
  #running = false;
  #timer: Timer | undefined;
  #pingedAt: number | undefined;
  #unanswered = 0;

  /** `toleratedSilence`: unanswered pings to put up with. */
  constructor(clock: Clock, port: HeartbeatPort, toleratedSilence: number) {
    this.#clock = clock;
    this.#port = port;
    this.#toleratedSilence = toleratedSilence;
  }

  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** May change at any time; 0 turns it off. */
  set intervalMs(intervalMs: number) {
    this.#intervalMs = intervalMs;
    if (this.#running) this.start();
  }

  /** The connection is open. */
  start(): void {
    this.stop();
    this.#running = true;
    this.#schedule();
  }

  stop(): void {
    this.#running = false;
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#pingedAt = undefined;
    this.#unanswered = 0;
  }

  /** A pong came; any one will do, as with Godot. Returns the round-trip time of the ping it answers, if one is out. */
  receivePong(): number | undefined {
    this.#unanswered = 0;
    if (this.#pingedAt === undefined) return undefined;
    this.roundTripTimeMs = this.#clock.now() - this.#pingedAt;
    this.#pingedAt = undefined;
    return this.roundTripTimeMs;
  }

  #schedule(): void {
    if (this.#intervalMs > 0) this.#timer = this.#clock.setTimer(this.#beat, this.#intervalMs);
  }

  readonly #beat = (): void => {
    this.#timer = undefined;
    if (this.#port.isDeaf()) this.#unanswered = 0;
    if (this.#unanswered > this.#toleratedSilence) return this.#port.giveUp();
    this.#unanswered++;
    this.#pingedAt = this.#clock.now();
    this.#port.ping();
    this.#schedule();
  };
}
