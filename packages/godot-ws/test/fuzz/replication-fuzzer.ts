// Peers that replicate whatever they like: a client at our server and at another client of ours, a server at our client.
// Whatever comes: nothing is thrown, what others replicate arrives as it is, values have the types declared for them,
// there are no more nodes than one may spawn, only who is hostile is complained about, and nothing of its stays behind.

import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { replicate, sync } from "../../src/multiplayer/replication-config.ts";
import { rpcTableOf } from "../../src/multiplayer/rpc-config.ts";
import { MemoryMultiplayerPeer } from "../../src/peer/memory-multiplayer-peer.ts";
import { Int } from "../../src/variant/numbers.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { createWorld, Side } from "../multiplayer/world.ts";
import { SeededRandom } from "../protocol/seeded-random.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";
import { makeReplicationPacket, type ReplicationWorld, tellPath } from "./replication-inputs.ts";

export interface ReplicationFuzzReport {
  readonly packets: number;
  /** How often what hostile packets led to was seen. */
  readonly seen: ReadonlyMap<string, number>;
}

const mostPackets = 60;
const maxSpawnedNodes = 3;
/** Long enough for some passes. */
const longMs = 100;
const hostile = 3;

class Hero extends Node {
  position = new Vector2();
  hp = 1;
  label = "";
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));

  get state(): string {
    return `${this.name} ${this.position} ${this.hp} ${this.label}`;
  }

  get isSound(): boolean {
    const { position, hp, label } = this;
    return position instanceof Vector2 && Number.isSafeInteger(hp) && typeof label === "string";
  }
}
replicate(Hero, {
  position: sync(Vector2),
  hp: sync(Int, { mode: "on_change" }),
  label: sync(String, { mode: "on_change" }),
});

/** Nodes that spawn others, and so on. */
class Room extends Node {
  readonly spawner = this.addChild(new MultiplayerSpawner("Spawner"));
  readonly inner = this.addChild(new Node("Inner"));

  constructor(authority: number) {
    super("Room");
    prepare(this.spawner, "../Inner", authority);
  }
}

/** What games do with nodes of theirs that were just made. */
class Fleeting extends Hero {
  override ready(): void {
    this.free();
  }
}

function prepare(spawner: MultiplayerSpawner, path: string, authority: number): void {
  const own = <Type extends Node>(node: Type): Type => {
    node.setMultiplayerAuthority(authority);
    return node;
  };
  spawner.spawnPath = path;
  spawner.addSpawnableScene("res://hero.tscn", () => own(new Hero()));
  spawner.addSpawnableScene("res://room.tscn", () => own(new Room(authority)));
  spawner.addSpawnableScene("res://fleeting.tscn", () => own(new Fleeting()));
  spawner.spawnFunction = (data) => {
    if (data === "throw") throw new RangeError("no such thing");
    if (data === "itself") return spawner;
    if (data === "none") return undefined as unknown as Node;
    return own(new Hero());
  };
  spawner.setMultiplayerAuthority(authority);
}

const mayBeThere = ["Theirs/a", "Theirs/b", "Theirs/a/Inner/a", "World/a", "World/own"];
const allPaths = [
  ...["WorldSpawner", "TheirsSpawner", "Fixed/1/Sync", "Fixed/2/Sync", "Fixed/3/Sync", "Not/There"],
  ...mayBeThere.flatMap((path) => [`${path}/Sync`, `${path}/Spawner`]),
];
const names = [..."abcdabcdefghij", "", ".", "..", "a/b", "x:y", "@a@2", "%a", "n".repeat(300), "\u{1f600}"];
const { checksum } = rpcTableOf(new Node("X"));

/** A side of ours: each peer has a hero that is always there and a place for nodes that it spawns. */
class Scene {
  readonly side: Side;
  /** By authority. */
  readonly heroes = new Map<number, Hero>();
  readonly places = new Map<number, Node>();

  constructor(side: Side, serverPlace: number, otherPlace: number, authorities: readonly number[]) {
    this.side = side;
    const fixed = side.add(new Node("Fixed"));
    for (const [index, authority] of authorities.entries()) {
      const hero = new Hero(String(index + 1));
      hero.setMultiplayerAuthority(authority);
      this.heroes.set(authority, fixed.addChild(hero));
    }
    for (const [name, authority] of [["World", serverPlace] as const, ["Theirs", otherPlace] as const]) {
      this.places.set(authority, side.add(new Node(name)));
      prepare(side.add(new MultiplayerSpawner(`${name}Spawner`)), `../${name}`, authority);
    }
  }

  /** What a peer has to say, as it is here. */
  stateOf(authority: number): string {
    const children = this.places.get(authority)?.children ?? [];
    const spawned = children.map((node) => (node instanceof Hero ? node.state : node.name));
    return [this.heroes.get(authority)!.state, ...spawned.sort()].join("; ");
  }

  /** One who means well does something. */
  act(random: SeededRandom, authority: number): void {
    const place = this.places.get(authority);
    const heroes = [this.heroes.get(authority)!, ...(place?.children ?? [])].filter(
      (node) => node instanceof Hero,
    );
    const hero = random.pick(heroes);
    if (random.oneIn(2)) hero.position = new Vector2(random.below(99), 1);
    if (random.oneIn(3)) hero.hp = random.below(99);
    if (random.oneIn(3)) hero.label = `label ${random.below(99)}`;
    if (place === undefined || !random.oneIn(2)) return;
    const name = random.pick(["a", "b", "own"]);
    if (place.hasNode(name)) return place.getNode(name).free();
    const node = random.oneIn(4) ? new Room(authority) : new Hero();
    node.name = name;
    node.sceneFilePath = node instanceof Room ? "res://room.tscn" : "res://hero.tscn";
    node.setMultiplayerAuthority(authority);
    place.addChild(node);
  }

  mustBeSound(): void {
    const { root } = this.side.tree;
    let count = 0;
    const walk = (node: Node): void => {
      count++;
      mustBe(!(node instanceof Hero) || node.isSound, `${node.path} has values of other types`);
      mustBe(node === root || node.path === `${node.parent?.path}/${node.name}`, `${node.path} is lost`);
      for (const child of node.children) walk(child);
    };
    walk(root);
    // Three nodes each, and what is there anyway.
    mustBe(count < 40 + 3 * 4 * maxSpawnedNodes, `there are ${count} nodes`);
  }

  /** What the hostile one's packets led to. */
  outcomes(): string[] {
    return this.side.troubles.map((trouble) => trouble.replace(/^-?\d+/, "").split(":", 1)[0]!);
  }
}

function mustBe(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

function packetWorld(random: SeededRandom, ids: readonly number[]): ReplicationWorld {
  const things = ["throw", "itself", "none", "free", 5, null];
  return { random, paths: allPaths, names, arguments: things, checksums: [checksum], methodCount: 1, ids };
}

/** A server and a client of ours, and a client that is not. */
class HostileClientRun {
  readonly #random: SeededRandom;
  readonly #world = createWorld(1, { maxSpawnedNodes });
  readonly #hostile: MemoryMultiplayerPeer;
  readonly #server: Scene;
  readonly #bystander: Scene;
  readonly #packets: ReplicationWorld;
  sent = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    const { server, clients } = this.#world;
    this.#server = new Scene(server, 1, hostile, [1, 2, hostile]);
    this.#bystander = new Scene(clients[0]!, 1, hostile, [1, 2, hostile]);
    this.#hostile = server.peer.createClient();
    this.#settle();
    this.#packets = packetWorld(random, [0, 1, 2, 2, -3, 3, 77]);
    for (let i = 0; i < allPaths.length; i++) this.#send(tellPath(this.#packets, i));
  }

  #send(packet: Uint8Array): void {
    this.sent++;
    this.#hostile.putPacket(packet);
  }

  run(): readonly string[] {
    const random = this.#random;
    for (let left = 1 + random.below(mostPackets); left > 0; left--) {
      this.#send(makeReplicationPacket(this.#packets));
      if (random.oneIn(5)) this.#server.act(random, 1);
      if (random.oneIn(5)) this.#bystander.act(random, 2);
      if (random.oneIn(3)) this.#settle();
      if (random.oneIn(6)) this.#world.clock.advance(random.below(200));
    }
    this.#check();
    this.#hostile.close();
    this.#check();
    for (const scene of [this.#server, this.#bystander]) {
      mustBe(scene.places.get(hostile)!.childCount === 0, "nodes of one who has left are there");
      mustBe(!scene.side.multiplayer.peers.includes(hostile), "one who has left is there");
    }
    this.#server.act(random, 1);
    this.#bystander.act(random, 2);
    this.#check();
    return [...this.#server.outcomes(), ...this.#bystander.outcomes()];
  }

  #settle(): void {
    this.#world.settle();
    this.#hostile.poll();
    while (this.#hostile.availablePacketCount > 0) this.#hostile.getPacket();
  }

  #check(): void {
    this.#settle();
    this.#world.clock.advance(longMs);
    for (const authority of [1, 2]) {
      const [here, there] = [this.#server, this.#bystander].map((scene) => scene.stateOf(authority));
      mustBe(here === there, `of ${authority} the server has ${here}, the bystander ${there}`);
    }
    for (const scene of [this.#server, this.#bystander]) scene.mustBeSound();
    const troubles = [this.#server, this.#bystander].flatMap(({ side }) => side.troubles);
    const complaints = troubles.filter((text) => !/^3[!? ]/.test(text));
    mustBe(complaints.length === 0, `complaints about others: ${complaints}`);
  }
}

/** A client of ours at a server that is not. */
class HostileServerRun {
  readonly #random: SeededRandom;
  readonly #clock = new VirtualClock();
  readonly #server: MemoryMultiplayerPeer;
  readonly #client: Scene;
  readonly #packets: ReplicationWorld;
  readonly #ownId: number;
  sent = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    const clock = this.#clock;
    this.#server = MemoryMultiplayerPeer.createServer({ clock, ids: [7] });
    const side = new Side(this.#server.createClient(), { maxSpawnedNodes });
    this.#settle();
    this.#ownId = side.id;
    this.#client = new Scene(side, 1, this.#ownId, [1, hostile, this.#ownId]);
    this.#packets = packetWorld(random, [1, 3, 3, 7, 9, -3]);
    for (let i = 0; i < allPaths.length; i++) this.#send(tellPath(this.#packets, i));
  }

  #send(packet: Uint8Array): void {
    this.sent++;
    this.#server.targetPeer = 0;
    this.#server.putPacket(packet);
  }

  run(): readonly string[] {
    const random = this.#random;
    const own = this.#ownId;
    for (let left = 1 + random.below(mostPackets); left > 0; left--) {
      this.#send(makeReplicationPacket(this.#packets));
      if (random.oneIn(6)) {
        this.#client.act(random, own);
        const before = this.#client.stateOf(own);
        this.#settle();
        mustBe(this.#client.stateOf(own) === before, "the server has changed what is ours");
      }
      if (random.oneIn(3)) this.#settle();
      if (random.oneIn(6)) this.#clock.advance(random.below(200));
    }
    const before = this.#client.stateOf(own);
    this.#settle();
    this.#clock.advance(longMs);
    this.#client.mustBeSound();
    this.#server.close();
    this.#settle();
    this.#client.mustBeSound();
    mustBe(this.#client.stateOf(own) === before, "the server has changed what is ours");
    mustBe(this.#client.places.get(1)!.childCount === 0, "nodes are left after the end");
    mustBe(this.#client.side.multiplayer.peers.length === 0, "peers are left after the end");
    const failed = this.#client.side.troubles.filter((text) => text.startsWith("failed"));
    mustBe(failed.length === 0, `complaints about us: ${failed}`);
    return this.#client.outcomes();
  }

  #settle(): void {
    this.#server.poll();
    this.#clock.runTurns();
    this.#server.poll();
    this.#clock.runTurns();
    while (this.#server.availablePacketCount > 0) this.#server.getPacket();
  }
}

/** Runs inputs number 0 to `count` - 1 of `seed`; throws an Error that names the input at the first that goes wrong. */
export function runReplicationFuzzer(seed: number, count: number): ReplicationFuzzReport {
  const seen = new Map<string, number>();
  let packets = 0;
  for (let index = 0; index < count; index++) {
    const inputSeed = (Math.imul(seed, 0x9e3779b1) + index) >>> 0;
    try {
      const { sent, outcomes } = runReplicationInput(inputSeed);
      packets += sent;
      for (const what of outcomes) seen.set(what, (seen.get(what) ?? 0) + 1);
    } catch (cause) {
      const input = `seed ${seed}, input ${index}: runReplicationInput(${inputSeed})`;
      throw new Error(`fuzzer: ${input}: ${String(cause)}`, { cause });
    }
  }
  return { packets, seen };
}

/** One input, again and again the same. Throws when something is wrong. */
export function runReplicationInput(inputSeed: number): { sent: number; outcomes: readonly string[] } {
  const random = new SeededRandom(inputSeed);
  const run = random.oneIn(2) ? new HostileClientRun(random) : new HostileServerRun(random);
  const outcomes = run.run();
  return { sent: run.sent, outcomes };
}
