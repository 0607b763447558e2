import { port, ready } from "../kit.mjs";
import { WebSocketServer } from "./listen.mjs";

const server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate: { threshold: 0 } }, ready);
server.on("connection", (/** @type {import("ws").WebSocket} */ socket) => {
  socket.on("message", (data) => socket.send(data));
});
