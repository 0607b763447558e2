import { listen } from "./listen.mjs";

/** @type {Set<WebSocket>} */
const sockets = new Set();

listen((socket) => {
  socket.onopen = () => sockets.add(socket);
  socket.onclose = () => sockets.delete(socket);
  socket.onmessage = ({ data }) => {
    for (const one of sockets) one.send(data);
  };
});
