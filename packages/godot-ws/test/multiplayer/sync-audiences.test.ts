// Peers that come and go and see some of many nodes, told by SPAWN and by path: each has what it sees as it is, and what
// has not changed is not sent to it again.

import { expect, test } from "vitest";
import { MultiplayerSpawner } from "../../src/multiplayer/multiplayer-spawner.ts";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { replicate, sync } from "../../src/multiplayer/replication-config.ts";
import { splitGroups } from "../../src/multiplayer/sync-audiences.ts";
import { Int } from "../../src/variant/numbers.ts";
import { SeededRandom } from "../protocol/seeded-random.ts";
import { createWorld, type Side } from "./world.ts";

class Unit extends Node {
  x = 0;
  hp = 0;
  ammo = 0;
  deltas = 0;
  readonly sync = this.addChild(new MultiplayerSynchronizer("Sync"));

  override ready(): void {
    this.sync.deltaSynchronized.connect(() => this.deltas++);
  }

  get state(): string {
    return `${this.name}: ${this.x} ${this.hp} ${this.ammo}`;
  }
}
replicate(Unit, {
  x: sync(Int),
  hp: sync(Int, { mode: "on_change" }),
  ammo: sync(Int, { mode: "on_change" }),
});

const fixedNames = ["f0", "f1", "f2"];

function furnish(side: Side): Node {
  const place = side.add(new Node("Place"));
  for (const name of fixedNames) side.add(new Unit(name));
  const spawner = side.add(new MultiplayerSpawner("Spawner"));
  spawner.spawnPath = "../Place";
  spawner.addSpawnableScene("res://unit.tscn", Unit);
  return place;
}

class Game {
  readonly #random: SeededRandom;
  readonly #world = createWorld(3);
  readonly #units: readonly Unit[];

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    const { server, clients } = this.#world;
    const place = furnish(server);
    for (const client of clients) furnish(client);
    for (const name of ["s0", "s1", "s2"]) place.addChild(new Unit(name));
    this.#units = [...server.tree.root.children, ...place.children].filter((node) => node instanceof Unit);
    this.settle();
  }

  get present(): Side[] {
    const { server, clients } = this.#world;
    return clients.filter(({ id }) => server.multiplayer.peers.includes(id));
  }

  settle(): void {
    this.#world.clock.advance(17 * 4);
  }

  step(): void {
    const random = this.#random;
    for (const unit of this.#units) {
      if (random.oneIn(3)) unit.x++;
      if (random.oneIn(4)) unit.hp++;
      if (random.oneIn(8)) unit.ammo++;
    }
    const { present } = this;
    if (random.oneIn(3)) {
      const unit = random.pick(this.#units);
      const sees = random.oneIn(2);
      if (random.oneIn(3)) unit.sync.publicVisibility = sees;
      else unit.sync.setVisibilityFor(random.pick(present).id, sees);
    }
    if (random.oneIn(12) && present.length > 1) random.pick(present).peer.close();
    else if (random.oneIn(8)) furnish(this.#world.join());
    this.settle();
  }

  /** What each has, and what it should have of what it sees. */
  compare(): [had: string[], should: string[]] {
    const had: string[] = [];
    const should: string[] = [];
    for (const side of this.present) {
      for (const unit of this.#units) {
        const there = this.#unitAt(side, unit);
        const isVisible = unit.sync.isVisibleTo(side.id);
        if (!isVisible && fixedNames.includes(unit.name)) continue;
        had.push(`${side.id}: ${there?.state}`);
        should.push(`${side.id}: ${isVisible ? unit.state : undefined}`);
      }
    }
    return [had, should];
  }

  deltaCounts(): (number | undefined)[] {
    return this.present.flatMap((side) => this.#units.map((unit) => this.#unitAt(side, unit)?.deltas));
  }

  #unitAt(side: Side, unit: Unit): Unit | undefined {
    return side.tree.root.getNodeOrNull(unit.path.slice("/root/".length)) as Unit | undefined;
  }

  get troubles(): string[] {
    return [this.#world.server, ...this.present].flatMap(({ troubles }) => troubles);
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])("each has what it sees: %i", (seed) => {
  const game = new Game(seed);
  for (let step = 0; step < 120; step++) {
    game.step();
    const [had, should] = game.compare();
    expect(had, `step ${step}`).toEqual(should);
    const counts = game.deltaCounts();
    game.settle();
    expect(game.deltaCounts(), "nothing has changed").toEqual(counts);
    expect(game.troubles).toEqual([]);
  }
});

test("groups are split by what each of their peers gets", () => {
  const group = { version: "4.6", peers: [2, 3, 4], contents: ["a"] } as const;
  const of = (contentFor: (peer: number) => string | undefined) =>
    splitGroups([{ ...group, contents: [...group.contents] }], contentFor).map(({ peers, contents }) => [
      peers,
      contents,
    ]);
  expect(of(() => "b")).toEqual([
    [
      [2, 3, 4],
      ["a", "b"],
    ],
  ]);
  expect(of(() => undefined)).toEqual([[[2, 3, 4], ["a"]]]);
  expect(of((peer) => (peer === 3 ? undefined : "b"))).toEqual([
    [
      [2, 4],
      ["a", "b"],
    ],
    [[3], ["a"]],
  ]);
});
