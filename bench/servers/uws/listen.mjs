// uWebSockets.js; rooms and fan-out by its topics.

import { createRequire } from "node:module";
import { largestBacklog, largestMessage, port, ready, roomOf } from "../kit.mjs";

const uws = createRequire(import.meta.url)(process.env.BENCH_MODULE ?? "uWebSockets.js");

/** @typedef {{ room: string, send(data: unknown, isBinary: boolean): void, subscribe(topic: string): void, publish(topic: string, data: unknown, isBinary: boolean): void }} Socket */

/** @param {{ open?: (socket: Socket) => void, message: (socket: Socket, data: ArrayBuffer) => void }} handlers */
export function listen(handlers) {
  const app = uws.App();
  app.ws("/*", {
    ...handlers,
    compression: uws.DISABLED,
    idleTimeout: 0,
    maxPayloadLength: largestMessage,
    maxBackpressure: largestBacklog,
    /** @param {any} response @param {any} request @param {any} context */
    upgrade(response, request, context) {
      response.upgrade(
        { room: roomOf(request.getUrl()) },
        request.getHeader("sec-websocket-key"),
        request.getHeader("sec-websocket-protocol"),
        request.getHeader("sec-websocket-extensions"),
        context,
      );
    },
  });
  app.listen("127.0.0.1", port, ready);
  return app;
}
