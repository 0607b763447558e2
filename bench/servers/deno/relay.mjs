import { membersOf } from "../kit.mjs";
import { listen } from "./listen.mjs";

/** @type {Map<string | number, Set<WebSocket>>} */
const rooms = new Map();

listen((socket, room) => {
  const members = membersOf(rooms, room);
  socket.onopen = () => members.add(socket);
  socket.onclose = () => members.delete(socket);
  socket.onmessage = ({ data }) => {
    for (const one of members) if (one !== socket) one.send(data);
  };
});
