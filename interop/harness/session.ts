/** One run of a script that engines and members of our own play in one game. Knows no script. */

import { type Check, type Engine, type EngineKind, startEngine } from "./engine.ts";

/** Who plays a member; "page": ours, where `RunElsewhere` runs it. */
export type Player = EngineKind | "ours" | "page";

/** `players` by name, the server first. */
export type Players = Readonly<Record<string, Player>>;

/** What a member of ours has to tell when it is over. */
export interface Story {
  readonly name: string;
  readonly checks: readonly Check[];
}

export interface OurMember extends Story {
  check(name: string, ok: boolean, detail?: unknown): void;
  /** Listens; the address for the others. */
  host(): Promise<string>;
  close(): void;
}

/** What all members do, whoever plays them. */
export interface Script<Member extends OurMember> {
  /** Of the engines. */
  readonly project: string;
  /** Besides those of the project. */
  readonly files?: Readonly<Record<string, string>>;
  /** Without an address for the server. */
  create(name: string, members: readonly string[], url: string): Member;
  run(member: Member): Promise<void>;
}

/** Runs a member of ours that is a client, from its coming to its end. */
export type RunElsewhere<Told> = (name: string, members: readonly string[], url: string) => Promise<Told>;

export interface SessionReport<Told extends Story> {
  /** By member. */
  readonly checks: ReadonlyMap<string, readonly Check[]>;
  /** Those of our own, for what only they can tell. */
  readonly ours: ReadonlyMap<string, Told>;
}

const timeoutMs = 55_000;

/** Rejects when an engine breaks off; failed checks are in the report. */
export async function runSession<Told extends Story, Member extends Told & OurMember>(
  script: Script<Member>,
  players: Players,
  runElsewhere?: RunElsewhere<Told>,
): Promise<SessionReport<Told>> {
  const session = new Session(script, Object.keys(players));
  try {
    const elsewhere = await session.start(players, runElsewhere);
    const [stories] = await Promise.all([Promise.all(elsewhere), session.runOurs()]);
    const ours = new Map<string, Told>(session.ours);
    for (const story of stories) ours.set(story.name, story);
    const checks = new Map<string, readonly Check[]>();
    for (const name of Object.keys(players)) {
      checks.set(name, ours.get(name)?.checks ?? (await checksOf(session.engines.get(name)!)));
    }
    return { checks, ours };
  } finally {
    await session.end();
  }
}

class Session<Member extends OurMember> {
  readonly ours = new Map<string, Member>();
  readonly engines = new Map<string, Engine>();
  readonly #script: Script<Member>;
  readonly #names: readonly string[];

  constructor(script: Script<Member>, names: readonly string[]) {
    this.#script = script;
    this.#names = names;
  }

  async start<Told>(players: Players, runElsewhere?: RunElsewhere<Told>): Promise<Promise<Told>[]> {
    const [serverName, ...clients] = this.#names;
    const url = await this.#startServer(serverName!, players[serverName!]!);
    const elsewhere: Promise<Told>[] = [];
    for (const name of clients) {
      const player = players[name]!;
      if (player === "page") elsewhere.push(runElsewhere!(name, this.#names, url));
      else if (player === "ours") this.#addOurs(name, url);
      else this.#startEngine(name, player, url);
    }
    return elsewhere;
  }

  async #startServer(name: string, player: Player): Promise<string> {
    if (player === "page") throw new Error("bug: a page cannot listen");
    if (player === "ours") return this.#addOurs(name, "").host();
    const [, port] = await this.#startEngine(name, player, "").waitForLine(/^LISTENING (\d+)/);
    return `ws://127.0.0.1:${port}/`;
  }

  #addOurs(name: string, url: string): Member {
    const member = this.#script.create(name, this.#names, url);
    this.ours.set(name, member);
    return member;
  }

  #startEngine(name: string, engine: EngineKind, url: string): Engine {
    const { project, files } = this.#script;
    const args = [`--name=${name}`, `--members=${this.#names}`, `--url=${url}`];
    const started = startEngine({ engine, project, args, timeoutMs, ...(files && { files }) });
    this.engines.set(name, started);
    return started;
  }

  async runOurs(): Promise<void> {
    await Promise.all([...this.ours.values()].map((member) => this.#runWhole(member)));
  }

  /** What breaks it off is one more failed check: the others' reports tell why. */
  async #runWhole(member: Member): Promise<void> {
    try {
      await this.#script.run(member);
    } catch (error) {
      member.check("the script ran to its end", false, error instanceof Error ? error.stack : String(error));
    }
  }

  async end(): Promise<void> {
    for (const member of this.ours.values()) member.close();
    await Promise.all([...this.engines.values()].map((engine) => engine.stop()));
  }
}

/** Also of a run that failed; each of its checks is a test of its own. */
async function checksOf(engine: Engine): Promise<readonly Check[]> {
  await engine.exited;
  const lines = engine.lines.filter((line) => line.startsWith("CHECK {"));
  const checks = lines.map((line) => JSON.parse(line.slice("CHECK ".length)) as Check);
  if (checks.every((check) => check.ok)) await engine.finished;
  return checks;
}
