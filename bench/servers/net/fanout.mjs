// What the publisher sends is written to everybody as it is: one write per socket and read.

import { listen } from "./listen.mjs";

/** @type {Set<import("node:net").Socket>} */
const sockets = new Set();

listen((socket) => {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("data", (chunk) => {
    for (const one of sockets) one.write(chunk);
  });
});
