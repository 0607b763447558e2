import { createServer } from "node:net";
import { port, ready } from "../kit.mjs";
import { WebSocketPeer } from "./listen.mjs";

createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  const peer = new WebSocketPeer({ perMessageDeflate: { threshold: 0 } });
  peer.packetReceived.connect((/** @type {import("godot-ws").Packet} */ { bytes }) => peer.send(bytes));
  peer.acceptStream(socket);
}).listen(port, "127.0.0.1", ready);
