// Anything in any order: nodes spawned inside each other, freed, moved, hidden, changed, peers that come and go, on ways of
// all lengths. In the end every peer has what it may see, as it is at its authority, and nobody has complained.

import fc from "fast-check";
import { expect, test } from "vitest";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { replicate, sync } from "../../src/multiplayer/replication-config.ts";
import { MemoryMultiplayerPeer } from "../../src/peer/memory-multiplayer-peer.ts";
import { Float, Int } from "../../src/variant/numbers.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";
import { Side } from "./world.ts";

/** May hold others, and belongs to the peer that its name ends in. */
class Box extends Node {
  size = 0.5;
  count = 0;
  bag: unknown[] = [];
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));
  // Before its spawn node, or it would take what is in there for a part of the scene.
  readonly spawner = this.addChild(new BoxSpawner("Spawner"));
  readonly inner = this.addChild(new Node("Inner"));

  override enterTree(): void {
    const owner = Number(this.name.split("_")[1] ?? 1);
    this.sync.setMultiplayerAuthority(owner);
  }
}

class BoxSpawner extends MultiplayerSpawner {
  constructor(name: string) {
    super(name);
    this.spawnPath = "../Inner";
    this.addSpawnableScene("res://box.tscn", Box);
    this.spawnFunction = (data) => new Box(String(data));
  }
}

replicate(Box, {
  size: sync(Float),
  count: sync(Int, { mode: "on_change" }),
  bag: sync(Array, { mode: "on_change", spawn: false }),
});

/** The id of the client that spawns, too: the first. */
const guest = 2;

class Main extends Node {
  readonly inner = this.addChild(new Node("Inner"));
  readonly spawner = this.addChild(new BoxSpawner("Spawner"));
  readonly guestSpawner = this.addChild(new BoxSpawner("GuestSpawner"));
  readonly guests = this.addChild(new Node("Guests"));

  constructor(name: string) {
    super(name);
    this.guestSpawner.spawnPath = "../Guests";
    this.guestSpawner.setMultiplayerAuthority(guest);
  }
}

interface Step {
  readonly kind: number;
  readonly which: number;
  readonly value: number;
}

class Play {
  readonly clock = new VirtualClock();
  readonly server: Side;
  readonly main: Main;
  clients: { side: Side; main: Main }[] = [];
  #names = 0;

  constructor(latencies: readonly number[]) {
    let next = 0;
    const latencyMs = (): number => latencies[next++ % latencies.length] ?? 0;
    this.server = new Side(MemoryMultiplayerPeer.createServer({ clock: this.clock, latencyMs }));
    this.main = this.server.add(new Main("Main"));
  }

  get boxes(): Box[] {
    return boxesBelow(this.main.inner);
  }

  carryOut({ kind, which, value }: Step): void {
    const { boxes, clients } = this;
    const box = boxes[which % (boxes.length || 1)];
    const client = clients[which % (clients.length || 1)];
    const ids = clients.map(({ side }) => side.id).filter((id) => id > 1);
    const id = ids[value % (ids.length || 1)];
    if (kind === 0 && clients.length < 5) this.#join();
    else if (kind === 1 && client !== undefined && value % 4 === 0) this.#leave(client);
    else if (kind <= 6) this.#add(box, value, value % 4 === 0 ? id : undefined);
    else if (kind === 7 && value % 2 === 0) box?.free();
    else if (kind === 8) this.#move(box, boxes[value % (boxes.length || 1)]);
    else if (kind === 9 && box !== undefined) box.sync.publicVisibility = value % 3 > 0;
    else if (kind === 10 && box !== undefined && id !== undefined)
      box.sync.setVisibilityFor(id, value % 3 > 0);
    else if (kind === 11) this.clock.advance(value);
    else this.#change(value, which);
  }

  #join(): void {
    const side = new Side(this.server.peer.createClient());
    this.clients.push({ side, main: side.add(new Main("Main")) });
  }

  #leave(client: Play["clients"][number]): void {
    client.side.peer.close();
    this.clients = this.clients.filter((other) => other !== client);
  }

  #add(parent: Box | undefined, value: number, owner: number | undefined): void {
    const place = parent !== undefined && value % 2 === 0 ? parent : this.main;
    const name = `B${++this.#names}${owner === undefined ? "" : `_${owner}`}`;
    if (value % 5 === 0) place.spawner.spawn(name);
    else place.inner.addChild(new Box(name));
  }

  get #guest(): Main | undefined {
    return this.clients.find(({ side }) => side.id === guest)?.main;
  }

  #spawnAtGuest(value: number): void {
    const main = this.#guest;
    if (main === undefined) return;
    const name = `B${++this.#names}_${guest}`;
    if (value % 4 === 0) boxesBelow(main.guests)[0]?.free();
    else if (value % 4 === 1) main.guestSpawner.spawn(name);
    else main.guests.addChild(new Box(name));
  }

  #move(box: Box | undefined, to: Box | undefined): void {
    if (box === undefined || to === undefined || box === to || box.isAncestorOf(to)) return;
    box.parent!.removeChild(box);
    to.inner.addChild(box);
  }

  /** By who may. */
  #change(value: number, which: number): void {
    if (value > 75) return this.#spawnAtGuest(value);
    const sides = [this.main, ...this.clients.map(({ main }) => main)];
    const boxes = sides.flatMap((main) =>
      boxesBelow(main).filter(({ sync: { isMultiplayerAuthority } }) => isMultiplayerAuthority),
    );
    const box = boxes[which % (boxes.length || 1)];
    if (box === undefined) return;
    if (value % 3 === 0) box.size = value;
    else if (value % 3 === 1) box.count = value;
    else box.bag.push(value);
  }

  finish(): void {
    this.clock.advance(2000);
    for (const { side, main } of this.clients) {
      expect(
        describe(main.inner, () => true),
        `peer ${side.id}`,
      ).toEqual(describe(this.main.inner, (box) => this.#sees(side.id, box)));
      const theirs = this.#guest && describe(this.#guest.guests, () => true);
      expect(
        describe(main.guests, () => true),
        `guests at ${side.id}`,
      ).toEqual(theirs ?? {});
      expect(side.troubles.filter(isTrouble)).toEqual([]);
    }
    expect(this.server.troubles.filter(isTrouble)).toEqual([]);
  }

  #sees(peer: number, box: Box): boolean {
    const { sync: synchronizer } = box;
    return synchronizer.multiplayerAuthority !== 1 || synchronizer.isVisibleTo(peer);
  }
}

function boxesBelow(node: Node): Box[] {
  return node.children.flatMap((child) => [...(child instanceof Box ? [child] : []), ...boxesBelow(child)]);
}

/** What crosses on the way is no fault: a client speaks to one who has left, or of a node that is gone there. */
function isTrouble(line: string): boolean {
  return !/unknown relay target|unknown net id/.test(line);
}

/** Names and values of the boxes directly below, and what is in them. */
function describe(inner: Node, isSeen: (box: Box) => boolean): unknown {
  const boxes = inner.children.filter((child): child is Box => child instanceof Box && isSeen(child));
  return Object.fromEntries(
    boxes.map((box) => [box.name, [box.size, box.count, box.bag, describe(box.inner, isSeen)]]),
  );
}

const step = fc.record({
  kind: fc.nat({ max: 16 }),
  which: fc.nat({ max: 1000 }),
  value: fc.nat({ max: 100 }),
});

test("every peer ends up with what it may see", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 20, maxLength: 120 }),
      fc.array(fc.nat({ max: 80 }), { minLength: 1, maxLength: 9 }),
      (steps, latencies) => {
        const play = new Play(latencies);
        play.carryOut({ kind: 0, which: 0, value: 0 });
        for (const one of steps) play.carryOut(one);
        play.finish();
      },
    ),
    { numRuns: 100 },
  );
});
