/** One run of the script: engines and members of our own in one game. */

import { readFileSync } from "node:fs";
import { type Check, type Engine, type EngineKind, startEngine } from "../harness/engine.ts";
import { Member, serverName } from "./member.ts";
import { runScript } from "./script.ts";

/** Who plays a member. */
export type Player = EngineKind | "ours";

export interface SessionReport {
  /** By member. */
  readonly checks: ReadonlyMap<string, readonly Check[]>;
  /** Those of our own, for what only they can tell. */
  readonly ours: ReadonlyMap<string, Member>;
}

const timeoutMs = 55_000;
const values = readFileSync(new URL("../projects/rpc-member/values.json", import.meta.url), "utf8");

/** `players` by name, the server first. Rejects when an engine breaks off; failed checks are in the report. */
export async function runSession(players: Readonly<Record<string, Player>>): Promise<SessionReport> {
  const names = Object.keys(players);
  const engines = new Map<string, Engine>();
  const ours = new Map<string, Member>();
  const start = (name: string, engine: EngineKind, url: string): Engine => {
    const args = [`--name=${name}`, `--members=${names}`, `--url=${url}`];
    const files = { "values.json": values };
    const started = startEngine({ engine, project: "replication-member", args, files, timeoutMs });
    engines.set(name, started);
    return started;
  };
  try {
    const url = await startServer(players[serverName]!, names, ours, start);
    for (const name of names.filter((other) => other !== serverName)) {
      const player = players[name]!;
      if (player === "ours") ours.set(name, new Member(name, names, url));
      else start(name, player, url);
    }
    await Promise.all([...ours.values()].map(runWhole));
    const checks = new Map<string, readonly Check[]>();
    for (const name of names) {
      checks.set(name, ours.get(name)?.checks ?? (await checksOf(engines.get(name)!)));
    }
    return { checks, ours };
  } finally {
    for (const member of ours.values()) member.close();
    await Promise.all([...engines.values()].map((engine) => engine.stop()));
  }
}

/** What breaks it off is one more failed check: the others' reports tell why. */
async function runWhole(member: Member): Promise<void> {
  try {
    await runScript(member);
  } catch (error) {
    member.check("the script ran to its end", false, error instanceof Error ? error.stack : String(error));
  }
}

async function startServer(
  player: Player,
  names: readonly string[],
  ours: Map<string, Member>,
  start: (name: string, engine: EngineKind, url: string) => Engine,
): Promise<string> {
  if (player !== "ours") {
    const [, port] = await start(serverName, player, "").waitForLine(/^LISTENING (\d+)/);
    return `ws://127.0.0.1:${port}/`;
  }
  const server = new Member(serverName, names, "");
  ours.set(serverName, server);
  return server.host();
}

/** Also of a run that failed; each of its checks is a test of its own. */
async function checksOf(engine: Engine): Promise<readonly Check[]> {
  await engine.exited;
  const lines = engine.lines.filter((line) => line.startsWith("CHECK {"));
  const checks = lines.map((line) => JSON.parse(line.slice("CHECK ".length)) as Check);
  if (checks.every((check) => check.ok)) await engine.finished;
  return checks;
}
