// How somebody who owns a connection parts with it before it has ended. It must not know how connections begin.

import type { ReadyState, WebSocketPeer } from "./websocket-peer.ts";

const connecting: ReadyState = 0;
const closed: ReadyState = 3;

/** Closes a connection, which ends by itself then, unheard; one that is not open yet is cut. Resolves when it is gone. */
export async function leave(socket: WebSocketPeer, code: number, reason?: string): Promise<void> {
  const end = socket.readyState === closed ? undefined : socket.closed.next();
  socket.whenReady = pollAlone;
  socket.close(socket.readyState === connecting ? -1 : code, reason);
  await end;
}

/** Nobody reads its packets any more, and the answer to our close frame comes behind them. */
export function pollAlone(socket: WebSocketPeer): void {
  socket.poll();
  while (socket.nextPacket() !== undefined);
}
