import { listen } from "./listen.mjs";

listen((socket) => {
  socket.on("message", (data) => socket.send(data));
});
