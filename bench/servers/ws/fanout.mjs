import { listen } from "./listen.mjs";

const server = listen((socket) => {
  socket.on("message", (data) => {
    for (const one of server.clients) one.send(data);
  });
});
