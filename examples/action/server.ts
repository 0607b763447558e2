// The server as a program: `node server.js [--port=9090]`.

import { parseArgs } from "node:util";
import { ActionServer } from "./action-server.ts";

const { values } = parseArgs({ options: { port: { type: "string", default: "9090" } } });

const server = await ActionServer.listen(Number(values.port));
server.logged.connect((line) => console.log(line));
console.log(`Listening on ws://localhost:${server.port}, to watch: http://localhost:${server.port}`);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => void server.close());
}
