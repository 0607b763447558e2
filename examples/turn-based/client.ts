// A player as a program: `node client.js [--url=ws://localhost:8080] [--name=…] [--rolls=N]`. The Enter key rolls; with
// --rolls it rolls by itself, and leaves after that many.

import { createInterface } from "node:readline";
import { readOptions } from "example-site/program";
import { port } from "./game.ts";
import { TurnClient } from "./turn-client.ts";

const values = readOptions("node dist/client.js [--url=ws://localhost:8080] [--name=NAME] [--rolls=N]", {
  url: { type: "string", default: `ws://localhost:${port}` },
  name: { type: "string", default: `Node ${process.pid}` },
  rolls: { type: "string" },
});

const client = new TurnClient(values.url, values.name);
client.logged.connect((line) => console.log(line));
client.ended.connect((isLost) => {
  console.log(isLost ? "The host is gone" : `There is no host at ${values.url}`);
  process.exit(isLost ? 0 : 1);
});

let shown = "";
client.changed.connect(() => {
  const line = client.players.map(
    (player) => `${player === client.playerInTurn ? "*" : " "}${player.name || "…"}`,
  );
  if (line.join() === shown) return;
  shown = line.join();
  console.log(`[${line.join(" ")}]${client.isMyTurn ? " your turn" : ""}`);
});

if (values.rolls === undefined) createInterface(process.stdin).on("line", () => client.roll());
else rollByItself(Number(values.rolls));

function rollByItself(rolls: number): void {
  let left = rolls;
  let due: NodeJS.Timeout | undefined;
  client.changed.connect(() => {
    if (!client.isMyTurn || due !== undefined) return;
    due = setTimeout(() => {
      due = undefined;
      // The turn may be another's by now.
      if (!client.isMyTurn) return;
      if (left-- > 0) return client.roll();
      client.leave();
      process.exit();
    }, 200);
  });
}
