// Players that play by themselves, as a program: `node bots.js [--url=ws://127.0.0.1:9090] [--count=3]`.

import { readOptions } from "example-site/program";
import { ArenaClient } from "./arena-client.ts";
import { BotMind } from "./bot-mind.ts";
import { GameLoop, stepSeconds } from "./game-loop.ts";
import { loadMain } from "./nodes.ts";
import { projectFolder } from "./project-folder.ts";

const values = readOptions("node dist/bots.js [--url=ws://127.0.0.1:9090] [--count=3]", {
  url: { type: "string", default: "ws://127.0.0.1:9090" },
  count: { type: "string", default: "3" },
});
const names = ["Ada", "Alan", "Grace", "Edsger", "Barbara", "Linus", "Margaret", "Ken"];
const scene = await loadMain(projectFolder);

function play(name: string): void {
  const client = new ArenaClient(values.url, scene);
  const mind = new BotMind();
  const loop = new GameLoop(() => {
    const { player, arena } = client;
    if (player !== undefined) Object.assign(player.inputs, mind.decide(player, arena.players, stepSeconds));
  });
  client.connected.connect(() => client.join(name));
  client.ended.connect(() => {
    loop.stop();
    console.log(`${name}: there is no server at ${values.url}`);
  });
}

names.slice(0, Number(values.count)).forEach(play);
