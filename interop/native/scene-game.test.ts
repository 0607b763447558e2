/** A game whose nodes are in scene files, which engines and we read alike: whoever is the server, whoever plays. */

import { describe, expect, test } from "vitest";
import { type Check, type Engine, nativeEngine, startEngine } from "../harness/engine.ts";
import { Side } from "../scene-game/play.ts";

type Player = "ours" | "native";

const native = nativeEngine("native");
const serverChecks = 4;
const clientChecks = 12;

async function playGame(server: Player, clients: readonly Player[]): Promise<Map<string, readonly Check[]>> {
  const engines: Engine[] = [];
  const sides: Side[] = [];
  const checks = new Map<string, readonly Check[]>();
  const start = (...args: string[]): Engine => {
    const options = { args: [...args, `--clients=${clients.length}`], timeoutMs: 50_000 };
    const engine = startEngine({ engine: "native", project: "scene-game", ...options });
    engines.push(engine);
    return engine;
  };
  const runs: Promise<void>[] = [];
  const add = (name: string, side: Side, run: Promise<void>): void => {
    sides.push(side);
    runs.push(run.then(() => void checks.set(name, [...side.checks])));
  };
  const addEngine = (name: string, engine: Engine): void =>
    void runs.push(engine.finished.then((report) => void checks.set(name, report.checks)));
  try {
    let url: string;
    if (server === "ours") {
      const side = new Side(clients.length);
      url = await side.host();
      add("server", side, side.serve());
    } else {
      const engine = start("--role=server");
      const [, port] = await engine.waitForLine(/^LISTENING (\d+)/);
      url = `ws://127.0.0.1:${port}/`;
      addEngine("server", engine);
    }
    for (const [i, player] of clients.entries()) {
      if (player === "native") addEngine(`client ${i}`, start("--role=client", `--url=${url}`));
      else {
        const side = new Side(clients.length);
        add(`client ${i}`, side, side.play(url));
      }
    }
    await Promise.all(runs);
    expect(sides.flatMap((side) => side.troubles)).toEqual([]);
    return checks;
  } finally {
    for (const side of sides) side.close();
    await Promise.all(engines.map((engine) => engine.stop()));
  }
}

describe.skipIf(!native.ok)(`scene files${native.ok ? "" : ` - ${native.reason}`}`, () => {
  test.each<[server: Player, clients: Player[]]>([
    ["native", ["native", "native"]],
    ["ours", ["native", "native"]],
    ["native", ["ours", "native"]],
    ["ours", ["ours", "native"]],
  ])("server %s, clients %s", async (server, clients) => {
    const checks = await playGame(server, clients);
    for (const [name, list] of checks) {
      expect(list.filter(({ ok }) => !ok)).toEqual([]);
      expect(list.length).toBe(name === "server" ? serverChecks : clientChecks);
    }
    expect(checks.size).toBe(3);
  });
});
