// The host as a program: `node host.js [--port=8080] [--name=Host] [--watch] [--thinking=1000]`.

import { readOptions, started } from "example-site/program";
import { port as usualPort } from "./game.ts";
import { TurnHost } from "./turn-host.ts";

const values = readOptions("node dist/host.js [--port=8080] [--name=Host] [--watch] [--thinking=1000]", {
  port: { type: "string", default: String(usualPort) },
  name: { type: "string", default: "Host" },
  watch: { type: "boolean", default: false },
  thinking: { type: "string", default: "1000" },
});

const host = await started(
  TurnHost.listen(Number(values.port), {
    ...(values.watch ? {} : { name: values.name }),
    thinkingMs: Number(values.thinking),
  }),
);
host.logged.connect((line) => console.log(line));
console.log(`Hosting on ws://localhost:${host.port}`);
console.log(`In a page: http://localhost:${host.port}/`);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => host.close());
