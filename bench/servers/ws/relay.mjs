import { membersOf, roomOf } from "../kit.mjs";
import { listen } from "./listen.mjs";

/** @type {Map<string | number, Set<import("ws").WebSocket>>} */
const rooms = new Map();

listen((socket, request) => {
  const members = membersOf(rooms, roomOf(request.url));
  members.add(socket);
  socket.on("close", () => members.delete(socket));
  socket.on("message", (data) => {
    for (const one of members) if (one !== socket) one.send(data);
  });
});
