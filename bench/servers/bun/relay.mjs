import { listen } from "./listen.mjs";

listen({
  open: (socket) => socket.subscribe(socket.data.room),
  message: (socket, data) => socket.publish(socket.data.room, data),
});
