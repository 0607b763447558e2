// TCP alone: how fast a WebSocket server on Node could be if WebSocket cost nothing.

import { createServer } from "node:net";
import { port, ready } from "../kit.mjs";

/** @param {(socket: import("node:net").Socket) => void} onSocket */
export function listen(onSocket) {
  createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    onSocket(socket);
  }).listen(port, "127.0.0.1", 1024, ready);
}
