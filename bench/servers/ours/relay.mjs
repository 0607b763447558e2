import { membersOf, roomOf } from "../kit.mjs";
import { listen, WebSocketPeer } from "./listen.mjs";

/** @type {Map<string | number, Set<import("godot-ws").WebSocketPeer>>} */
const rooms = new Map();

listen((peer) => {
  peer.opened.connect(() => {
    const members = membersOf(rooms, roomOf(peer.request?.path));
    members.add(peer);
    peer.closed.connect(() => members.delete(peer));
    peer.packetReceived.connect(({ bytes }) => {
      const frame = WebSocketPeer.prepare(bytes);
      for (const one of members) if (one !== peer) one.sendPrepared(frame);
    });
  });
});
