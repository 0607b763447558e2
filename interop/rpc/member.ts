/**
 * A member of the game of interop/projects/rpc-member in TypeScript, server or client: its nodes, how it comes in, and
 * what has come. What it does then is in script.ts.
 */

import { readFileSync } from "node:fs";
import { type ChecksumMismatch, Node, type RpcRejection, SceneTree, strToVar, type Variant } from "godot-ws";
import { bufferSize, isSame, joiningSeconds, SessionMember, until } from "../harness/session-member.ts";
import { Configured, classWith, Game, Leaf, MoreUneven, Owned, type Reporting, Uneven } from "./nodes.ts";

export const password = "sesame";
export const sleepy = "says nothing";
const authSeconds = 1;
const deepest = 8;
export const many = 600;
export const wide = 300;

const texts = JSON.parse(
  readFileSync(new URL("../projects/rpc-member/values.json", import.meta.url), "utf8"),
) as string[];
/** One of each type: to send, and as they arrive. */
export const valuesToSend: readonly Variant[] = texts.map((text) => strToVar(text, { keepKinds: true }));
export const valuesReceived: readonly Variant[] = texts.map((text) => strToVar(text));

export const deepPaths: readonly string[] = [
  ...Array.from({ length: deepest }, (_, depth) =>
    Array.from({ length: depth + 1 }, (_, i) => `D${i}`).join("/"),
  ),
  "Ünï çödé",
  "Ünï çödé/名前",
];

export const methodOfWide = (i: number): string => `m${String(i).padStart(3, "0")}`;

/** What a member has to tell in the end, wherever it ran. */
export type MemberStory = Pick<
  Member,
  | "name"
  | "members"
  | "ownerName"
  | "isServer"
  | "checks"
  | "rejections"
  | "mismatches"
  | "troubles"
  | "wasTooLarge"
>;

export class Member extends SessionMember {
  readonly tree: SceneTree;
  readonly main = new Node("Main");
  readonly game = new Game("Game");

  /** "path.method" → sender → arguments of each call. */
  readonly calls = new Map<string, Map<number, (readonly unknown[])[]>>();
  readonly packets = new Map<number, string[]>();
  readonly joined: number[] = [];
  readonly left: number[] = [];
  readonly authFailures: number[] = [];
  readonly authData: string[] = [];
  arrivals = 0;
  serverLosses = 0;
  refused = 0;
  /** Whether sending too much was an error. */
  wasTooLarge = false;
  readonly rejections: (RpcRejection & { from: number })[] = [];
  readonly mismatches: (ChecksumMismatch & { from: number })[] = [];
  #password = "";

  constructor(name: string, members: readonly string[], url: string) {
    super(name, members, url, { knownMethods: ["common", "extra", "touch"] });
    this.tree = new SceneTree({ multiplayer: this.multiplayer });
    this.#listen();
    this.#build();
  }

  #listen(): void {
    const { multiplayer } = this;
    multiplayer.peerConnected.connect((id) => {
      this.joined.push(id);
      // In the turn of connecting.
      this.game.rpcId(id).greet(this.name);
    });
    multiplayer.peerDisconnected.connect((id) => this.left.push(id));
    multiplayer.connectedToServer.connect(() => this.arrivals++);
    multiplayer.serverDisconnected.connect(() => this.serverLosses++);
    multiplayer.peerPacket.connect((id, bytes) => {
      const heard = this.packets.get(id) ?? [];
      this.packets.set(id, [...heard, new TextDecoder().decode(bytes)]);
    });
    multiplayer.peerAuthenticating.connect((id) => {
      if (!this.isServer && this.#password !== sleepy) multiplayer.sendAuth(id, utf8(this.#password));
    });
    multiplayer.peerAuthenticationFailed.connect((id) => this.authFailures.push(id));
    multiplayer.authCallback = (id, data) => this.#onAuth(id, new TextDecoder().decode(data));
    multiplayer.rpcRejected.connect((from, rejection) => this.rejections.push({ ...rejection, from }));
    multiplayer.checksumMismatched.connect((from, mismatch) => this.mismatches.push({ ...mismatch, from }));
  }

  // ---- nodes ----

  #build(): void {
    this.tree.root.addChild(this.main);
    this.add("Game", this.game);
    this.add("Owned", new Owned("Owned"));
    this.add("Configured", new Configured("Configured"));
    this.add("Comes", new Leaf("Comes"));
    this.add("Uneven", this.name === this.ownerName ? new MoreUneven("Uneven") : new Uneven("Uneven"));
    this.add("Wide", new (classWith(Array.from({ length: wide }, (_, i) => methodOfWide(i))))("Wide"));
    for (const path of deepPaths) this.add(path, new Leaf(lastName(path)));
    this.main.addChild(new Node("Many"));
    for (let i = 0; i < many; i++) this.add(`Many/N${i}`, new Leaf(`N${i}`));
  }

  add(path: string, node: Reporting): void {
    node.onCalled = (method, from, args) => this.#onCalled(path, method, from, args);
    const parent = path.includes("/") ? this.main.getNode(path.slice(0, path.lastIndexOf("/"))) : this.main;
    parent.addChild(node);
  }

  #onCalled(path: string, method: string, from: number, args: readonly unknown[]): void {
    if (method === "greet") this.ids.set(String(args[0]), from);
    const isTooLarge = method === "big" && Number(args[0]) > bufferSize;
    const key = `${path}.${method}${isTooLarge ? "_lost" : ""}`;
    const calls = this.calls.get(key) ?? new Map<number, (readonly unknown[])[]>();
    this.calls.set(key, calls);
    calls.set(from, [...(calls.get(from) ?? []), args]);
  }

  // ---- coming in ----

  override host(): Promise<string> {
    this.multiplayer.authTimeout = authSeconds;
    return super.host();
  }

  async attempt(withPassword: string): Promise<void> {
    this.#password = withPassword;
    // The server's time limit is to be seen, not ours.
    this.multiplayer.authTimeout = 0;
    this.join();
    await until(() => this.arrivals > 0 || this.authFailures.length > 0, joiningSeconds);
  }

  #onAuth(id: number, text: string): void {
    const { multiplayer } = this;
    if (!this.isServer) {
      this.authData.push(text);
      multiplayer.completeAuth(id);
    } else if (text === password) {
      multiplayer.sendAuth(id, utf8("welcome"));
      multiplayer.completeAuth(id);
    } else {
      this.refused++;
      multiplayer.disconnectPeer(id);
    }
  }

  forget(): void {
    for (const things of [this.ids, this.calls, this.packets]) things.clear();
    for (const list of [this.joined, this.left, this.authFailures, this.authData]) list.length = 0;
    this.arrivals = 0;
    this.serverLosses = 0;
  }

  // ---- members ----

  get everybody(): number[] {
    return [...this.ids.values()];
  }

  get next(): string {
    return this.members[(this.members.indexOf(this.name) + 1) % this.members.length]!;
  }

  get previous(): string {
    return this.members.at(this.members.indexOf(this.name) - 1)!;
  }

  get ownerName(): string {
    return this.members[1]!;
  }

  // ---- checks ----

  /** Exactly one call of each of these senders and none of anybody else. */
  checkCalls(
    name: string,
    key: string,
    senders: readonly number[],
    argsOf: (id: number) => readonly unknown[],
  ): void {
    this.checkEach(name, key, senders, (id) => [argsOf(id)]);
  }

  /** Exactly these calls of each of these senders and none of anybody else. */
  checkEach(
    name: string,
    key: string,
    senders: readonly number[],
    callsOf: (id: number) => readonly (readonly unknown[])[],
  ): void {
    const got = this.calls.get(key) ?? new Map();
    const ok = got.size === senders.length && senders.every((id) => isSame(got.get(id), callsOf(id)));
    this.check(name, ok, ok ? "" : `got ${JSON.stringify([...got]).slice(0, 500)}`);
  }

  /** Tells the others that we are through with a phase, and waits until all of them are. */
  async allReach(phase: string): Promise<void> {
    this.game.rpc.reach(phase);
    await this.reachedBy(phase, [...this.ids.keys()]);
  }

  async reachedBy(phase: string, members: readonly string[]): Promise<void> {
    await this.reached(phase, members, (member) => this.hasReached(phase, this.ids.get(member)));
  }

  hasReached(phase: string, id: number | undefined): boolean {
    const calls = id === undefined ? undefined : this.calls.get("Game.reach")?.get(id);
    return calls?.some(([reached]) => reached === phase) ?? false;
  }
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
