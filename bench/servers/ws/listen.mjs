import { createRequire } from "node:module";
import { largestMessage, port, ready } from "../kit.mjs";

export const { WebSocketServer } = createRequire(import.meta.url)(process.env.BENCH_MODULE ?? "ws");

/** @param {(socket: import("ws").WebSocket, request: import("node:http").IncomingMessage) => void} onSocket */
export function listen(onSocket) {
  const server = new WebSocketServer(
    { port, host: "127.0.0.1", backlog: 1024, perMessageDeflate: false, maxPayload: largestMessage },
    ready,
  );
  server.on("connection", onSocket);
  return server;
}
