// As echo.mjs, over TLS.

import { readFileSync } from "node:fs";
import { createServer } from "node:tls";
import { certificateFile, keyFile, port, ready } from "../kit.mjs";

const identity = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };

createServer({ ...identity, noDelay: true }, (socket) => {
  socket.on("error", () => {});
  socket.on("data", (chunk) => socket.write(chunk));
}).listen(port, "127.0.0.1", ready);
