import { readFileSync } from "node:fs";
import { createServer } from "node:tls";
import { certificateFile, keyFile, port, ready } from "../kit.mjs";
import { WebSocketPeer } from "./listen.mjs";

const identity = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };

createServer({ ...identity, noDelay: true, allowHalfOpen: true }, (socket) => {
  const peer = new WebSocketPeer();
  peer.packetReceived.connect((/** @type {import("godot-ws").Packet} */ { bytes }) => peer.send(bytes));
  peer.acceptStream(socket);
}).listen(port, "127.0.0.1", ready);
