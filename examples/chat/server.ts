// The chat server as a program: `node server.js [--port=8000]`. What is typed goes to everybody.

import { createInterface } from "node:readline";
import { readOptions, started } from "example-site/program";
import { ChatServer } from "./chat-server.ts";
import { port as usualPort } from "./protocol.ts";

const values = readOptions("node dist/server.js [--port=8000]", {
  port: { type: "string", default: String(usualPort) },
});

const chat = await started(ChatServer.listen(Number(values.port)));
chat.logged.connect((line) => console.log(line));
console.log(`Listening on ws://localhost:${chat.port}/ROOM/`);
console.log(`In a page: http://localhost:${chat.port}/`);

const keyboard = createInterface(process.stdin).on("line", (line) => chat.announce(line));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    keyboard.close();
    void chat.close();
  });
}
