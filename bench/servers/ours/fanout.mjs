import { listen, WebSocketPeer } from "./listen.mjs";

/** @type {Set<import("godot-ws").WebSocketPeer>} */
const peers = new Set();

listen((peer) => {
  peer.opened.connect(() => peers.add(peer));
  peer.closed.connect(() => peers.delete(peer));
  peer.packetReceived.connect(({ bytes }) => {
    const frame = WebSocketPeer.prepare(bytes);
    for (const one of peers) one.sendPrepared(frame);
  });
});
