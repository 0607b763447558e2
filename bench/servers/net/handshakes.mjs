// A head is anything that ends in a blank line; the answer is the one for the only key that the generator of load uses.
// Then whatever comes is a close frame, and is answered by one.

import { listen } from "./listen.mjs";

const answer = Buffer.from(
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
);
const blankLine = Buffer.from("\r\n\r\n");
const closeFrame = Buffer.from([0x88, 2, 0x03, 0xe8]);

listen((socket) => {
  socket.once("data", (head) => {
    if (!head.subarray(-4).equals(blankLine)) {
      socket.destroy();
      return;
    }
    socket.write(answer);
    socket.on("data", () => socket.end(closeFrame));
  });
});
