// The promise of a client's attempt to connect: it settles with the handshake, an abort, or another attempt that takes
// this one's place. Knows no connection, only what is signalled.

import type { ConnectError } from "../errors.ts";
import { type Signal, whenAborted } from "../signal.ts";

export interface AttemptPort {
  readonly opened: Signal;
  readonly closed: Signal<[code: number, reason: string]>;
  /** Why it failed. */
  createError(): ConnectError;
  /** The caller's AbortSignal fired. */
  onAbort(): void;
}

export interface ConnectAttempt {
  readonly settled: Promise<void>;
  /** Rejects, unless it has settled already. */
  giveUp(): void;
}

export function startAttempt(port: AttemptPort, signal: AbortSignal | undefined): ConnectAttempt {
  let giveUp = (): void => {};
  const settled = new Promise<void>((resolve, reject) => {
    const done = (): void => {
      disconnectOpened();
      disconnectClosed();
      forgetAbort();
    };
    const disconnectOpened = port.opened.connect(() => {
      done();
      resolve();
    });
    giveUp = () => {
      done();
      reject(port.createError());
    };
    const disconnectClosed = port.closed.connect(giveUp);
    const forgetAbort = whenAborted(signal, () => {
      done();
      port.onAbort();
      reject(signal?.reason);
    });
  });
  settled.catch(() => {}); // For polled use: nobody is obliged to look at the promise.
  return { settled, giveUp };
}
