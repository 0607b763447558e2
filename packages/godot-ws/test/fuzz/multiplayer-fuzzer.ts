// Peers that send whatever they like: a client at our server and another client of ours, a server at our client. Whatever
// comes: nothing is thrown, nobody else's calls are lost, doubled or changed, ids and senders are who they are, what is
// not allowed is not called, and who is not hostile is not complained about.

import { Node } from "../../src/multiplayer/node.ts";
import { defineRpc, rpcTableOf } from "../../src/multiplayer/rpc-config.ts";
import { MemoryMultiplayerPeer } from "../../src/peer/memory-multiplayer-peer.ts";
import { Int } from "../../src/variant/numbers.ts";
import { createWorld, Side } from "../multiplayer/world.ts";
import { SeededRandom } from "../protocol/seeded-random.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";
import { makePacket, type PacketWorld } from "./multiplayer-packets.ts";

export interface MultiplayerFuzzReport {
  readonly inputs: number;
  /** How often what hostile packets led to was seen: calls, and reasons why there were none. */
  readonly seen: ReadonlyMap<string, number>;
}

class Player extends Node {
  /** Of everybody, in order. */
  readonly calls: { from: number; method: string; args: readonly unknown[] }[] = [];

  note(method: string, args: readonly unknown[]): void {
    this.calls.push({ from: this.multiplayer.remoteSenderId, method, args });
  }

  act(...args: unknown[]): void {
    this.note("act", args);
  }
  both(...args: unknown[]): void {
    this.note("both", args);
  }
  off(): void {
    this.note("off", []);
  }
  rule(): void {
    this.note("rule", []);
  }
  say(text: string): void {
    this.note("say", [text]);
  }
  seldom(): void {
    this.note("seldom", []);
  }
  typed(count: number): void {
    this.note("typed", [count]);
  }
}
defineRpc(Player, "act", { mode: "any_peer" });
defineRpc(Player, "both", { mode: "any_peer", callLocal: true });
defineRpc(Player, "off", { mode: "disabled" });
defineRpc(Player, "rule");
defineRpc(Player, "say", { mode: "any_peer", args: [String] });
defineRpc(Player, "seldom", { mode: "any_peer", rateLimit: { perSecond: 1 } });
defineRpc(Player, "typed", { mode: "any_peer", args: [Int] });

const { checksum, names } = rpcTableOf(new Player("X"));
const paths = [
  "P",
  "P/Q",
  "Late",
  "Late/R",
  ".",
  "..",
  "../root/P",
  "/root/P",
  "",
  "P/",
  "P/./Q",
  "\u{1f600}",
];
const mostPackets = 40;
/** Longer than any call is held. */
const longMs = 10_000;

/** Runs inputs number 0 to `count` - 1 of `seed`; throws an Error that names the input at the first that goes wrong. */
export function runMultiplayerFuzzer(seed: number, count: number): MultiplayerFuzzReport {
  const seen = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const inputSeed = (Math.imul(seed, 0x9e3779b1) + index) >>> 0;
    try {
      for (const what of runMultiplayerInput(inputSeed)) seen.set(what, (seen.get(what) ?? 0) + 1);
    } catch (cause) {
      const input = `seed ${seed}, input ${index}: runMultiplayerInput(${inputSeed})`;
      throw new Error(`fuzzer: ${input}: ${String(cause)}`, { cause });
    }
  }
  return { inputs: count, seen };
}

/** One input, again and again the same; what was seen. Throws when something is wrong. */
export function runMultiplayerInput(inputSeed: number): readonly string[] {
  const random = new SeededRandom(inputSeed);
  return random.oneIn(2) ? new HostileClientRun(random).run() : new HostileServerRun(random).run();
}

function mustBe(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** A side of ours with a scene. */
class Scene {
  readonly side: Side;
  readonly player: Player;
  #late: Player | undefined;
  /** Calls of nodes that have left. */
  readonly #past: Player[] = [];

  constructor(side: Side) {
    this.side = side;
    this.player = side.add(new Player("P"));
    this.player.addChild(new Player("Q"));
  }

  /** A node comes or goes. */
  change(): void {
    if (this.#late === undefined) {
      this.#late = this.side.add(new Player("Late"));
      this.#past.push(this.#late, this.#late.addChild(new Player("R")));
    } else {
      this.#late.free();
      this.#late = undefined;
    }
  }

  get calls() {
    return [this.player, this.player.getNode("Q", Player), ...this.#past].flatMap((node) => node.calls);
  }

  /** Said in `say` by this peer, at P. */
  saidBy(peer: number): unknown[] {
    return this.player.calls
      .filter(({ from, method }) => from === peer && method === "say")
      .map(({ args: [text] }) => text);
  }

  mustBeSound(allowedSenders: ReadonlySet<number>): void {
    for (const { from, method, args } of this.calls) {
      mustBe(allowedSenders.has(from), `${method} was called by ${from}`);
      mustBe(method !== "off", "what is disabled was called");
      mustBe(method !== "rule" || from === 1, `${from} called what only the authority may`);
      mustBe(method !== "typed" || Number.isSafeInteger(args[0]), `typed got ${String(args[0])}`);
      mustBe(method !== "say" || typeof args[0] === "string", `say got ${String(args[0])}`);
    }
    mustBe(this.side.multiplayer.remoteSenderId === 0, "there is a sender outside of calls");
  }

  /** What the hostile one's packets led to. */
  outcomes(hostile: number): string[] {
    const reasons = this.side.troubles.map((trouble) => trouble.replace(/^-?\d+/, "").split(/[:(]/, 1)[0]!);
    const calls = this.calls.filter(({ from }) => from === hostile).map(({ method }) => `call ${method}`);
    return [...reasons, ...calls];
  }
}

const hostile = 3;

/** A server and a client of ours, and a client that is not. */
class HostileClientRun {
  readonly #random: SeededRandom;
  readonly #world = createWorld(1);
  readonly #hostile: MemoryMultiplayerPeer;
  readonly #server: Scene;
  readonly #bystander: Scene;
  readonly #packets: PacketWorld;
  readonly #isPending: boolean;
  #said = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    // Ids are 2 for the bystander and 3 for the hostile one.
    const { server, clients } = this.#world;
    this.#server = new Scene(server);
    this.#bystander = new Scene(clients[0]!);
    this.#isPending = random.oneIn(5);
    if (this.#isPending) server.multiplayer.authCallback = () => {};
    this.#hostile = server.peer.createClient();
    this.#settle();
    const ids = [0, 1, 2, 3, -1, -2, -3, 4, 77, 0x7fffffff, -0x80000000];
    const checksums = [checksum, checksum, "0".repeat(32)];
    this.#packets = { random, paths, checksums, methodCount: names.length, ids };
  }

  run(): readonly string[] {
    for (let left = 1 + this.#random.below(mostPackets); left > 0; left--) this.#step();
    this.#speak();
    this.#settle();
    this.#world.clock.advance(longMs);
    this.#check();
    return this.#server.outcomes(hostile);
  }

  #step(): void {
    const random = this.#random;
    const packet = makePacket(this.#packets);
    // It is thrown out when it does not authenticate itself.
    if (this.#hostile.uniqueId !== 0) this.#hostile.putPacket(packet);
    if (random.oneIn(6)) this.#speak();
    if (random.oneIn(8)) random.pick([this.#server, this.#bystander]).change();
    if (random.oneIn(3)) this.#settle();
    if (random.oneIn(10)) this.#world.clock.advance(random.below(3000));
  }

  /** Those who mean well call each other. */
  #speak(): void {
    this.#said++;
    this.#server.player.rpc.say(`server ${this.#said}`);
    this.#bystander.player.rpc.say(`bystander ${this.#said}`);
  }

  #settle(): void {
    this.#world.settle();
    this.#hostile.poll();
    while (this.#hostile.availablePacketCount > 0) this.#hostile.getPacket();
  }

  #check(): void {
    const server = this.#server.side;
    const bystander = this.#bystander.side;
    const isGone = this.#isPending;
    this.#server.mustBeSound(new Set(isGone ? [2] : [2, hostile]));
    this.#bystander.mustBeSound(new Set(isGone ? [1] : [1, hostile]));
    const wanted = (name: string) => Array.from({ length: this.#said }, (_, i) => `${name} ${i + 1}`).join();
    mustBe(
      this.#server.saidBy(2).join() === wanted("bystander"),
      "what the bystander said is not what it said",
    );
    mustBe(this.#bystander.saidBy(1).join() === wanted("server"), "what the server said is not what it said");
    mustBe([server.id, bystander.id].join() === "1,2", "an id has changed");
    mustBe(server.multiplayer.peers.join() === (isGone ? "2" : "2,3"), `peers: ${server.multiplayer.peers}`);
    mustBe(
      bystander.multiplayer.peers.join() === (isGone ? "1" : "1,3"),
      "the bystander's peers have changed",
    );
    const complaints = [...server.troubles, ...bystander.troubles].filter((text) => !/^3[!? ]/.test(text));
    mustBe(complaints.length === 0, `complaints about others: ${complaints}`);
    const late = [...this.#server.calls, ...this.#bystander.calls].filter(({ from }) => from === hostile);
    mustBe(!isGone || late.length === 0, "one who is not authenticated called");
  }
}

/** A client of ours at a server that is not. */
class HostileServerRun {
  readonly #random: SeededRandom;
  readonly #clock = new VirtualClock();
  readonly #server: MemoryMultiplayerPeer;
  readonly #client: Scene;
  readonly #packets: PacketWorld;
  readonly #ownId: number;

  constructor(random: SeededRandom) {
    this.#random = random;
    const clock = this.#clock;
    this.#server = MemoryMultiplayerPeer.createServer({ clock, ids: [7] });
    this.#client = new Scene(new Side(this.#server.createClient()));
    // A node that is ours alone to rule.
    this.#settle();
    this.#ownId = this.#client.side.id;
    this.#client.player.getNode("Q").setMultiplayerAuthority(this.#ownId);
    const ids = [0, 1, 2, 3, 7, -1, -7, 9, 0x7fffffff, -0x80000000];
    const checksums = [checksum, checksum, "f".repeat(32)];
    this.#packets = { random, paths, checksums, methodCount: names.length, ids };
  }

  run(): readonly string[] {
    for (let left = 1 + this.#random.below(mostPackets); left > 0; left--) this.#step();
    this.#settle();
    this.#clock.advance(longMs);
    this.#check();
    const outcomes = this.#client.outcomes(1);
    this.#server.close();
    this.#settle();
    mustBe(this.#client.side.multiplayer.peers.length === 0, "peers are left after the end");
    return outcomes;
  }

  #step(): void {
    const random = this.#random;
    this.#server.targetPeer = 0;
    this.#server.putPacket(makePacket(this.#packets));
    if (random.oneIn(6)) this.#client.player.rpc.both(random.below(100));
    if (random.oneIn(8)) this.#client.change();
    if (random.oneIn(3)) this.#settle();
    if (random.oneIn(10)) this.#clock.advance(random.below(3000));
  }

  #settle(): void {
    this.#server.poll();
    this.#clock.runTurns();
    this.#server.poll();
    this.#clock.runTurns();
    while (this.#server.availablePacketCount > 0) this.#server.getPacket();
  }

  #check(): void {
    const { multiplayer } = this.#client.side;
    const remote = this.#client.calls.filter(({ method }) => method !== "both");
    for (const { from, method } of remote) {
      mustBe(from >= 1 && from !== this.#ownId, `${method} was called in the name of ${from}`);
    }
    this.#client.mustBeSound(new Set(this.#client.calls.map(({ from }) => from)));
    const ruled = this.#client.player.getNode("Q", Player).calls.filter(({ method }) => method === "rule");
    mustBe(ruled.length === 0, "others called what only we may");
    mustBe(multiplayer.uniqueId === this.#ownId && !multiplayer.isServer, "our id has changed");
    mustBe(
      multiplayer.peers[0] === 1 && !multiplayer.peers.includes(this.#ownId),
      `peers: ${multiplayer.peers}`,
    );
    mustBe(
      multiplayer.peers.every((peer) => peer >= 1),
      `peers: ${multiplayer.peers}`,
    );
  }
}
