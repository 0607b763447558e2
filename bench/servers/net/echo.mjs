// What arrives is written back as it is: one write for each read, messages are not told apart.

import { listen } from "./listen.mjs";

listen((socket) => {
  socket.on("data", (chunk) => socket.write(chunk));
});
