// Godot 3's WebSocketServer, with numbered clients in place of connections.

import { flushMs, largestBacklog, largestMessage, ownPackage, port, ready } from "../kit.mjs";

const { WebSocketServer } = await ownPackage("godot-ws");

/** @type {import("godot-ws").WebSocketServer} */
export const server = new WebSocketServer({
  inboundBufferSize: largestMessage,
  outboundBufferSize: largestBacklog,
  ...(flushMs > 0 ? { flushIntervalMs: flushMs } : {}),
});

export async function listen() {
  await server.listen(port, { bindAddress: "127.0.0.1", maxClients: 20_000 });
  ready();
}
