import { listen } from "./listen.mjs";

const server = listen({
  open: (socket) => socket.subscribe("all"),
  message: (_, data) => server.publish("all", data),
});
