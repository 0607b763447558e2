import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { certificateFile, keyFile, port, ready } from "../kit.mjs";
import { WebSocketServer } from "./listen.mjs";

const identity = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
const https = createServer({ ...identity, noDelay: true });
const server = new WebSocketServer({ server: https, perMessageDeflate: false });
server.on("connection", (/** @type {import("ws").WebSocket} */ socket) => {
  socket.on("message", (data) => socket.send(data));
});
https.listen(port, "127.0.0.1", ready);
