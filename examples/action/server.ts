// The server as a program: `node server.js [--port=9090]`.

import { readOptions, started } from "example-site/program";
import { ActionServer } from "./action-server.ts";

const values = readOptions("node dist/server.js [--port=9090]", {
  port: { type: "string", default: "9090" },
});

const server = await started(ActionServer.listen(Number(values.port)));
server.logged.connect((line) => console.log(line));
console.log(`Listening on ws://localhost:${server.port}, to watch: http://localhost:${server.port}`);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => void server.close());
}
