import { listen } from "./listen.mjs";

listen({
  open: (socket) => socket.subscribe(socket.room),
  message: (socket, data) => socket.publish(socket.room, data, true),
});
