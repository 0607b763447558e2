// Sockets of this process that meet on the loopback interface.

import type { Server } from "node:net";
import { promisesSettled } from "../simulation/virtual-environment.ts";
import { RawEnd } from "./raw-end.ts";

/** Where sockets of this process meet. */
export const local = "127.0.0.1";

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await promisesSettled();
}

// Many rounds of the event loop with sockets of this process only: what was on its way has come by then.
export async function quiet(): Promise<void> {
  for (let round = 0; round < 200; round++) await promisesSettled();
}

/** Ends when the far side does. */
export class EndingEnd extends RawEnd {
  override onEnd(): void {
    super.onEnd();
    this.stream.end();
  }
}

export function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

export function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, local, resolve));
}
