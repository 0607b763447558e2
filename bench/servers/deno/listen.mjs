// Deno's own server.

import { port, ready, roomOf } from "../kit.mjs";

/** @param {(socket: WebSocket, room: string) => void} onSocket */
export function listen(onSocket) {
  const { Deno } = /** @type {any} */ (globalThis);
  Deno.serve({ port, hostname: "127.0.0.1", onListen: ready }, (/** @type {Request} */ request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.binaryType = "arraybuffer";
    onSocket(socket, roomOf(request.url));
    return response;
  });
}
