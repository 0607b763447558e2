// The rules of the demo: walking, bombs, what an explosion hits, who wins. A match goes on step by step, by the seconds
// that it is told; it knows nothing of the network, and of no clock.

import { Signal, Vector2 } from "godot-ws";
import { type Cell, cellAt, centerOf, isWall, keyOf, rockCells } from "./arena.ts";
import { clamp, radius, slide } from "./movement.ts";

/** Pixels a second. */
export const walkingSpeed = 90;
/** Seconds from one bomb of a player to its next. */
export const bombPause = 0.5;
/** Seconds from the bomb's appearance. */
export const explodesAfter = 2.8;
export const bombLasts = 3.4;
/** Seconds that a player is stunned. */
export const stunLasts = 1;
/** Seconds that a rock is still there once it is hit. */
export const rockLasts = 1;

export interface Hero {
  readonly id: number;
  readonly name: string;
  position: Vector2;
  score: number;
  /** What it wants: each part from -1 to 1. */
  motion: Vector2;
  bombing: boolean;
  /** Seconds. */
  stunnedFor: number;
  sinceBomb: number;
}

export interface RockState {
  readonly number: number;
  readonly cell: Cell;
  /** Seconds since it was first hit. */
  hitFor: number | undefined;
}

export interface BombState {
  readonly position: Vector2;
  readonly owner: number;
  age: number;
  hasExploded: boolean;
}

export interface MatchOptions {
  /** How many of the rocks there are, from the first on. Default: all. */
  rocks?: number;
}

export class Match {
  readonly bombPlaced = new Signal<[bomb: BombState]>();
  readonly bombGone = new Signal<[bomb: BombState]>();
  readonly heroHit = new Signal<[hero: Hero, byWhom: number]>();
  readonly rockHit = new Signal<[rock: RockState, byWhom: number]>();
  readonly rockGone = new Signal<[rock: RockState]>();

  readonly heroes = new Map<number, Hero>();
  readonly #rocks = new Map<string, RockState>();
  readonly #bombs = new Set<BombState>();

  constructor({ rocks = rockCells.length }: MatchOptions = {}) {
    for (const [number, cell] of rockCells.slice(0, rocks).entries()) {
      this.#rocks.set(keyOf(cell), { number, cell, hitFor: undefined });
    }
  }

  addHero(id: number, name: string, position: Vector2): Hero {
    const hero: Hero = {
      ...{ id, name, position, score: 0, stunnedFor: 0 },
      ...{ motion: new Vector2(), bombing: false, sinceBomb: bombPause },
    };
    this.heroes.set(id, hero);
    return hero;
  }

  get rocks(): RockState[] {
    return [...this.#rocks.values()];
  }

  get bombs(): BombState[] {
    return [...this.#bombs];
  }

  /** Nothing is left to be blown up. */
  get isOver(): boolean {
    return this.#rocks.size === 0;
  }

  /** The first of those with the most rocks; nobody without any. */
  get winner(): Hero | undefined {
    let best: Hero | undefined;
    for (const hero of this.heroes.values()) if (hero.score > (best?.score ?? 0)) best = hero;
    return best;
  }

  readonly isSolid = (cell: Cell): boolean => isWall(cell) || this.#rocks.has(keyOf(cell));

  step(seconds: number): void {
    for (const hero of this.heroes.values()) this.#act(hero, seconds);
    for (const bomb of this.#bombs) this.#burn(bomb, seconds);
    for (const rock of this.#rocks.values()) {
      if (rock.hitFor === undefined) continue;
      rock.hitFor += seconds;
      if (rock.hitFor < rockLasts) continue;
      this.#rocks.delete(keyOf(rock.cell));
      this.rockGone.emit(rock);
    }
  }

  #act(hero: Hero, seconds: number): void {
    hero.sinceBomb += seconds;
    hero.stunnedFor = Math.max(0, hero.stunnedFor - seconds);
    if (hero.stunnedFor > 0) return;
    if (hero.bombing && hero.sinceBomb >= bombPause) {
      hero.sinceBomb = 0;
      const bomb = { position: hero.position, owner: hero.id, age: 0, hasExploded: false };
      this.#bombs.add(bomb);
      this.bombPlaced.emit(bomb);
    }
    const circles = [...this.heroes.values()]
      .filter((other) => other !== hero)
      .map((other) => other.position);
    const motion = hero.motion.scale(walkingSpeed * seconds);
    hero.position = slide(hero.position, motion, { isSolid: this.isSolid, circles });
  }

  #burn(bomb: BombState, seconds: number): void {
    bomb.age += seconds;
    if (bomb.age >= explodesAfter && !bomb.hasExploded) {
      bomb.hasExploded = true;
      this.#explode(bomb);
    }
    if (bomb.age < bombLasts) return;
    this.#bombs.delete(bomb);
    this.bombGone.emit(bomb);
  }

  #explode({ position, owner }: BombState): void {
    for (const rock of this.#rocks.values()) {
      if (!touchesSquare(position, rock.cell) || isBehindWall(position, centerOf(rock.cell))) continue;
      // One that is going to pieces counts again, as in the demo.
      rock.hitFor ??= 0;
      const by = this.heroes.get(owner);
      if (by !== undefined) by.score++;
      this.rockHit.emit(rock, owner);
    }
    for (const hero of this.heroes.values()) {
      if (hero.stunnedFor > 0) continue;
      if (!touchesCircle(position, hero.position) || isBehindWall(position, hero.position)) continue;
      hero.stunnedFor = stunLasts;
      this.heroHit.emit(hero, owner);
    }
  }
}

// ---- the explosion: a cross of two bars ----

const armLength = 96;
const armHalfWidth = 8;
const bars = [
  { x: armHalfWidth, y: armLength },
  { x: armLength, y: armHalfWidth },
];

function touchesSquare(bomb: Vector2, cell: Cell): boolean {
  const { x, y } = centerOf(cell).sub(bomb);
  return bars.some((bar) => Math.abs(x) < bar.x + 24 && Math.abs(y) < bar.y + 24);
}

function touchesCircle(bomb: Vector2, center: Vector2): boolean {
  const { x, y } = center.sub(bomb);
  return bars.some((bar) => Math.hypot(x - clamp(x, -bar.x, bar.x), y - clamp(y, -bar.y, bar.y)) < radius);
}

/** Whether a wall is on the way from the bomb's center to the other one's. */
function isBehindWall(from: Vector2, to: Vector2): boolean {
  const offset = to.sub(from);
  const pieces = Math.ceil(offset.length() / 2);
  for (let i = 1; i < pieces; i++) if (isWall(cellAt(from.add(offset.scale(i / pieces))))) return true;
  return false;
}
