// A player as a program: `node bot.js [--url=ws://localhost:10567] [--name=…]`. It plays until the host is gone.

import { readOptions } from "example-site/program";
import { BomberBot } from "./bomber-bot.ts";
import { port } from "./nodes.ts";

const values = readOptions("node dist/bot.js [--url=ws://localhost:10567] [--name=NAME]", {
  url: { type: "string", default: `ws://localhost:${port}` },
  name: { type: "string", default: `Bot ${process.pid}` },
});

const bot = new BomberBot(values.url, values.name);
bot.logged.connect((line) => console.log(line));
bot.ended.connect((isLost) => {
  console.log(isLost ? "The host is gone" : `There is no host at ${values.url}`);
  process.exit(isLost ? 0 : 1);
});
process.once("SIGINT", () => {
  bot.leave();
  process.exit();
});
