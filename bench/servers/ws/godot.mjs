// As much of Godot's multiplayer wire as a relay needs: ids, who is there, and packets for all others, one, or all but one.

import { membersOf, roomOf } from "../kit.mjs";
import { listen } from "./listen.mjs";

/** @typedef {{ id: number, socket: import("ws").WebSocket }} Member */

/** @type {Map<string | number, Set<Member>>} */
const rooms = new Map();
const sys = 7;
const [addPeer, deletePeer, relay] = [1, 2, 3];

/** @param {number} command @param {number} id */
function peerChange(command, id) {
  const packet = Buffer.from([sys, command, 0, 0, 0, 0]);
  packet.writeInt32LE(id, 2);
  return packet;
}

listen((socket, request) => {
  const members = membersOf(rooms, roomOf(request.url));
  const me = { id: 2 + Math.floor(Math.random() * 2e9), socket };
  const greeting = Buffer.alloc(4);
  greeting.writeInt32LE(me.id);
  socket.send(greeting);
  for (const { id, socket: other } of members) {
    socket.send(peerChange(addPeer, id));
    other.send(peerChange(addPeer, me.id));
  }
  members.add(me);
  socket.on("close", () => {
    members.delete(me);
    for (const { socket: other } of members) other.send(peerChange(deletePeer, me.id));
  });
  socket.on("message", (data) => {
    const packet = /** @type {Buffer} */ (data);
    if (packet.length <= 6 || packet[0] !== sys || packet[1] !== relay) return;
    const target = packet.readInt32LE(2);
    packet.writeInt32LE(me.id, 2);
    for (const other of members) {
      if (other !== me && (target > 0 ? other.id === target : other.id !== -target))
        other.socket.send(packet);
    }
  });
});
