// Bun's own server; rooms and fan-out by its topics.

import { largestBacklog, largestMessage, port, ready, roomOf } from "../kit.mjs";

/** @typedef {{ data: { room: string }, send(data: unknown): void, subscribe(topic: string): void, publish(topic: string, data: unknown): void }} Socket */

/** @param {{ open?: (socket: Socket) => void, message: (socket: Socket, data: unknown) => void }} handlers */
export function listen(handlers) {
  const server = /** @type {any} */ (globalThis).Bun.serve({
    port,
    hostname: "127.0.0.1",
    /** @param {Request} request @param {any} self */
    fetch(request, self) {
      if (self.upgrade(request, { data: { room: roomOf(request.url) } })) return undefined;
      return new Response("", { status: 426 });
    },
    websocket: {
      ...handlers,
      perMessageDeflate: false,
      idleTimeout: 0,
      maxPayloadLength: largestMessage,
      backpressureLimit: largestBacklog,
    },
  });
  ready();
  return server;
}
