import { Rect2, Vector2 } from "godot-ws";
import { beforeEach, describe, expect, test } from "vitest";
import { ArenaMap } from "../arena-map.ts";
import { stepSeconds } from "../game-loop.ts";
import { type Fighter, Match, mostFighters, rules, type Wishes } from "../match.ts";

const size = new Vector2(1000, 600);
const wall = new Rect2(new Vector2(480, 250), new Vector2(40, 100));
const rest: Wishes = { motion: new Vector2(), aim: new Vector2(), shooting: false };

let match: Match;
let ann: Fighter;
let bob: Fighter;

/** Always the same, and all over the place. */
function steadyRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

beforeEach(() => {
  match = new Match(new ArenaMap(size, [wall]), steadyRandom());
  ann = match.add(2, "Ann")!;
  bob = match.add(3, "Bob")!;
  ann.position = new Vector2(100, 100);
  bob.position = new Vector2(300, 100);
});

const wish = (fighter: Fighter, wishes: Partial<Wishes>): void => {
  fighter.wishes = { ...rest, ...wishes };
};
function play(seconds: number): void {
  for (let left = Math.round(seconds / stepSeconds); left > 0; left--) match.step(stepSeconds);
}

describe("coming and going", () => {
  test("each begins with full health, without points, in a colour of its own, where there is room", () => {
    const map = new ArenaMap(size, [wall]);
    for (let id = 4; !match.isFull; id++) match.add(id, `Player ${id}`);
    const all = [...match.fighters.values()];
    expect(new Set(all.map(({ color }) => String(color))).size).toBe(mostFighters);
    for (const { position, health, score } of all) {
      expect(map.isFree(position, rules.radius)).toBe(true);
      expect([health, score]).toEqual([rules.fullHealth, 0]);
    }
  });

  test("nobody is there twice, and there is an end to the room", () => {
    expect(match.add(2, "Ann again")).toBeUndefined();
    for (let id = 4; match.fighters.size < mostFighters; id++) expect(match.add(id, "")).toBeDefined();
    expect(match.add(100, "one too many")).toBeUndefined();
    match.remove(3);
    expect(match.add(100, "not any more")).toBeDefined();
  });

  test("one begins far from the others", () => {
    const cid = match.add(4, "Cid")!;
    expect(cid.position.distanceTo(ann.position)).toBeGreaterThan(300);
    expect(cid.position.distanceTo(bob.position)).toBeGreaterThan(300);
  });

  test("the shots of one that leaves go, too", () => {
    const gone: number[] = [];
    match.shotGone.connect(({ owner }) => gone.push(owner.id));
    wish(ann, { aim: new Vector2(0, 1), shooting: true });
    wish(bob, { aim: new Vector2(0, 1), shooting: true });
    play(stepSeconds);
    match.remove(2);
    expect(gone).toEqual([2]);
    expect([...match.shots].map(({ owner }) => owner.id)).toEqual([3]);
    match.remove(2);
  });
});

describe("moving", () => {
  test.each([
    ["a full wish", new Vector2(0, 1), 1],
    ["half a wish", new Vector2(0.5, 0), 0.5],
    ["a cheater's wish", new Vector2(300, -400), 1],
  ])("%s leads as far as it may", (_, motion, share) => {
    const from = ann.position;
    wish(ann, { motion });
    match.step(stepSeconds);
    expect(ann.position.distanceTo(from)).toBeCloseTo(rules.speed * share * stepSeconds, 9);
  });

  test("nobody leaves the arena, nor goes through a wall", () => {
    wish(ann, { motion: new Vector2(-1, -1) });
    bob.position = new Vector2(400, 300);
    wish(bob, { motion: new Vector2(1, 0) });
    play(5);
    expect(ann.position).toEqual(new Vector2(rules.radius, rules.radius));
    expect(bob.position).toEqual(new Vector2(480 - rules.radius, 300));
  });

  test("an aim is of length 1, and stays where none is wished", () => {
    wish(ann, { aim: new Vector2(0, -250) });
    match.step(stepSeconds);
    expect(ann.aim).toEqual(new Vector2(0, -1));
    wish(ann, {});
    match.step(stepSeconds);
    expect(ann.aim).toEqual(new Vector2(0, -1));
  });
});

describe("shooting", () => {
  const atBob: Partial<Wishes> = { aim: new Vector2(1, 0), shooting: true };

  test("no faster than it reloads", () => {
    let shots = 0;
    match.shotFired.connect(() => shots++);
    wish(ann, { aim: new Vector2(0, 1), shooting: true });
    play(3);
    expect(shots).toBeGreaterThan(5);
    expect(shots).toBeLessThanOrEqual(Math.ceil(3 / rules.reload));
  });

  test("a hit takes health and ends the shot", () => {
    wish(ann, atBob);
    match.step(stepSeconds);
    wish(ann, {});
    expect(match.shots.size).toBe(1);
    play(0.5);
    expect(bob.health).toBe(rules.fullHealth - rules.damage);
    expect(match.shots.size).toBe(0);
    expect(ann.health).toBe(rules.fullHealth);
  });

  test("who is in front is hit, who is behind is not", () => {
    const cid = match.add(4, "Cid")!;
    cid.position = new Vector2(400, 100);
    wish(ann, atBob);
    match.step(stepSeconds);
    wish(ann, {});
    play(1);
    expect([bob.health, cid.health]).toEqual([rules.fullHealth - rules.damage, rules.fullHealth]);
  });

  test("a wall protects", () => {
    ann.position = new Vector2(420, 300);
    bob.position = new Vector2(580, 300);
    wish(ann, atBob);
    play(2);
    expect(bob.health).toBe(rules.fullHealth);
  });

  test("there is no shooting through a wall that one leans on", () => {
    ann.position = new Vector2(480 - rules.radius, 300);
    bob.position = new Vector2(520 + rules.radius, 300);
    wish(ann, atBob);
    play(1);
    expect(bob.health).toBe(rules.fullHealth);
  });

  test("a shot ends some time, and at the edge", () => {
    const ends: Vector2[] = [];
    match.shotGone.connect(({ position }) => ends.push(position));
    wish(ann, { aim: new Vector2(0, -1), shooting: true });
    match.step(stepSeconds);
    wish(ann, {});
    play(rules.shotLasts + 0.1);
    expect(ends).toHaveLength(1);
    expect(ends[0]!.y).toBeCloseTo(0, 9);
  });
});

describe("being shot down", () => {
  const hits = Math.ceil(rules.fullHealth / rules.damage);
  const falls: [string, string][] = [];

  beforeEach(() => {
    falls.length = 0;
    match.fighterDown.connect((fighter, by) => falls.push([fighter.name, by.name]));
    wish(ann, { aim: new Vector2(1, 0), shooting: true });
    wish(bob, { motion: new Vector2() });
    play(hits * (rules.reload + stepSeconds) + 0.3);
  });

  test("is a point for who did it, once", () => {
    expect(falls).toEqual([["Bob", "Ann"]]);
    expect([ann.score, bob.score]).toEqual([1, 0]);
    expect(bob.health).toBe(0);
  });

  test("who is down neither moves nor shoots nor is hit", () => {
    const from = bob.position;
    let shots = 0;
    match.shotFired.connect(({ owner }) => {
      if (owner === bob) shots++;
    });
    wish(bob, { motion: new Vector2(0, 1), shooting: true, aim: new Vector2(0, 1) });
    play(0.5);
    expect([bob.position, bob.health, shots]).toEqual([from, 0, 0]);
  });

  test("comes back with full health and its points, elsewhere", () => {
    bob.score = 3;
    wish(ann, {});
    play(rules.returnsAfter);
    expect([bob.health, bob.score]).toEqual([rules.fullHealth, 3]);
    expect(bob.position.distanceTo(ann.position)).toBeGreaterThan(200);
  });
});
