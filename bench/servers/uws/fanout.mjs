import { listen } from "./listen.mjs";

const app = listen({
  open: (socket) => socket.subscribe("all"),
  message: (_, data) => app.publish("all", data, true),
});
