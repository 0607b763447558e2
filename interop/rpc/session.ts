/** One run of the script: engines and members of our own in one game. */

import { type Check, type Engine, type EngineKind, startEngine } from "../harness/engine.ts";
import { Member, type MemberStory, serverName } from "./member.ts";
import { runScript } from "./script.ts";

/** Who plays a member; "page": ours, where `RunElsewhere` runs it. */
export type Player = EngineKind | "ours" | "page";

/** Runs a member of ours that is a client, from its coming to its end. */
export type RunElsewhere = (name: string, members: readonly string[], url: string) => Promise<MemberStory>;

export interface SessionReport {
  /** By member. */
  readonly checks: ReadonlyMap<string, readonly Check[]>;
  /** Those of our own, for what only they can tell. */
  readonly ours: ReadonlyMap<string, MemberStory>;
}

const timeoutMs = 55_000;

/** `players` by name, the server first. Rejects when an engine breaks off; failed checks are in the report. */
export async function runSession(
  players: Readonly<Record<string, Player>>,
  runElsewhere?: RunElsewhere,
): Promise<SessionReport> {
  const names = Object.keys(players);
  const engines = new Map<string, Engine>();
  const ours = new Map<string, Member>();
  const elsewhere: Promise<MemberStory>[] = [];
  const start = (name: string, engine: EngineKind, url: string): Engine => {
    const args = [`--name=${name}`, `--members=${names}`, `--url=${url}`];
    const started = startEngine({ engine, project: "rpc-member", args, timeoutMs });
    engines.set(name, started);
    return started;
  };
  try {
    const url = await startServer(players[serverName]!, names, ours, start);
    for (const name of names.filter((other) => other !== serverName)) {
      const player = players[name]!;
      if (player === "page") {
        elsewhere.push(runElsewhere!(name, names, url));
        continue;
      }
      if (player !== "ours") {
        start(name, player, url);
        continue;
      }
      const member = new Member(name, names);
      member.url = url;
      ours.set(name, member);
    }
    const [stories] = await Promise.all([
      Promise.all(elsewhere),
      Promise.all([...ours.values()].map(runWhole)),
    ]);
    const told = new Map<string, MemberStory>(ours);
    for (const story of stories) told.set(story.name, story);
    const checks = new Map<string, readonly Check[]>();
    for (const name of names) {
      checks.set(name, told.get(name)?.checks ?? (await checksOf(engines.get(name)!)));
    }
    return { checks, ours: told };
  } finally {
    for (const member of ours.values()) member.multiplayer.multiplayerPeer?.close();
    await Promise.all([...engines.values()].map((engine) => engine.stop()));
  }
}

/** What breaks it off is one more failed check: the others' reports tell why. */
async function runWhole(member: Member): Promise<void> {
  try {
    await runScript(member);
  } catch (error) {
    member.check("the script ran to its end", false, String(error));
  }
}

async function startServer(
  player: Player,
  names: readonly string[],
  ours: Map<string, Member>,
  start: (name: string, engine: EngineKind, url: string) => Engine,
): Promise<string> {
  if (player === "page") throw new Error("bug: a page cannot listen");
  if (player !== "ours") {
    const [, port] = await start(serverName, player, "").waitForLine(/^LISTENING (\d+)/);
    return `ws://127.0.0.1:${port}/`;
  }
  const server = new Member(serverName, names);
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
