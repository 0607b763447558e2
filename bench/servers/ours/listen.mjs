// WebSocketPeers on a port: what the three servers beside this file begin with.

import { createServer } from "node:net";
import { flushMs, largestBacklog, largestMessage, ownPackage, port, ready } from "../kit.mjs";

export const { WebSocketPeer } = await ownPackage("godot-ws");

const options = {
  inboundBufferSize: largestMessage,
  outboundBufferSize: largestBacklog,
  ...(flushMs > 0 ? { flushIntervalMs: flushMs } : {}),
};

/** @param {(peer: import("godot-ws").WebSocketPeer) => void} onPeer called before the handshake */
export function listen(onPeer) {
  createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const peer = new WebSocketPeer(options);
    onPeer(peer);
    peer.acceptStream(socket);
  }).listen(port, "127.0.0.1", 1024, ready);
}
