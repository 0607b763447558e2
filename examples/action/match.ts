// The rules: who stands where, flies where, is hit, scores and comes back. One `step` is one moment of the game. Knows no
// network, and no clock but the seconds that it is given.

import { Color, Signal, Vector2 } from "godot-ws";
import { type ArenaMap, circleOnLine } from "./arena-map.ts";

/** What a fighter wants, as it came from outside: `motion` and `aim` may have any length. */
export interface Wishes {
  readonly motion: Vector2;
  readonly aim: Vector2;
  readonly shooting: boolean;
}

export interface Fighter {
  readonly id: number;
  readonly name: string;
  readonly color: Color;
  position: Vector2;
  /** Where it points, of length 1. */
  aim: Vector2;
  /** 0: not in the arena until it comes back. */
  health: number;
  score: number;
  wishes: Wishes;
  /** Seconds until it can shoot again. */
  reloading: number;
  /** Seconds until it comes back, while it has no health. */
  returning: number;
}

export interface Shot {
  readonly number: number;
  readonly owner: Fighter;
  readonly velocity: Vector2;
  position: Vector2;
  /** Seconds that it will still fly. */
  left: number;
}

// Lengths in the pixels of the scenes, times in seconds.
export const rules = {
  radius: 18,
  speed: 260,
  shotSpeed: 720,
  shotLasts: 1.6,
  reload: 0.28,
  damage: 25,
  fullHealth: 100,
  returnsAfter: 2,
} as const;

const colors = ["4cc2ff", "ff7a6b", "ffd166", "7be08b", "c792ff", "ff9bd2", "5ee0d0", "ffa657"].map(colorOf);
export const mostFighters = colors.length;

const noWishes: Wishes = { motion: new Vector2(), aim: new Vector2(), shooting: false };
/** Places looked at for one to begin at. */
const placesTried = 24;

export class Match {
  readonly shotFired = new Signal<[shot: Shot]>();
  /** It met somebody or a wall, or flew long enough. */
  readonly shotGone = new Signal<[shot: Shot]>();
  readonly fighterDown = new Signal<[fighter: Fighter, by: Fighter]>();

  readonly fighters = new Map<number, Fighter>();
  readonly shots = new Set<Shot>();
  readonly #map: ArenaMap;
  readonly #random: () => number;
  #shotCount = 0;

  /** `random`: from 0 to less than 1. */
  constructor(map: ArenaMap, random: () => number = Math.random) {
    this.#map = map;
    this.#random = random;
  }

  get isFull(): boolean {
    return this.fighters.size >= mostFighters;
  }

  // ---- coming and going ----

  /** Undefined when there is no more room, or it is there already. */
  add(id: number, name: string): Fighter | undefined {
    if (this.isFull || this.fighters.has(id)) return undefined;
    const taken = new Set([...this.fighters.values()].map(({ color }) => color));
    const fighter: Fighter = {
      id,
      name,
      color: colors.find((color) => !taken.has(color))!,
      position: this.#placeToBegin(),
      aim: new Vector2(1, 0),
      health: rules.fullHealth,
      score: 0,
      wishes: noWishes,
      reloading: 0,
      returning: 0,
    };
    this.fighters.set(id, fighter);
    return fighter;
  }

  /** Its shots go with it. */
  remove(id: number): void {
    const fighter = this.fighters.get(id);
    if (fighter === undefined) return;
    this.fighters.delete(id);
    for (const shot of this.shots) if (shot.owner === fighter) this.#end(shot);
  }

  /** As far from everybody as one of a few free places is. */
  #placeToBegin(): Vector2 {
    const { size } = this.#map;
    let best = size.scale(0.5);
    let bestDistance = -1;
    for (let i = 0; i < placesTried; i++) {
      const place = new Vector2(this.#random() * size.x, this.#random() * size.y);
      if (!this.#map.isFree(place, rules.radius)) continue;
      const distances = this.#living().map(({ position }) => position.distanceTo(place));
      const distance = Math.min(size.length(), ...distances);
      if (distance > bestDistance) [best, bestDistance] = [place, distance];
    }
    return best;
  }

  #living(): Fighter[] {
    return [...this.fighters.values()].filter(({ health }) => health > 0);
  }

  // ---- one moment ----

  step(seconds: number): void {
    for (const fighter of this.fighters.values()) {
      if (fighter.health > 0) this.#act(fighter, seconds);
      else this.#wait(fighter, seconds);
    }
    for (const shot of this.shots) this.#fly(shot, seconds);
  }

  #act(fighter: Fighter, seconds: number): void {
    const { motion, aim, shooting } = fighter.wishes;
    // Nobody is faster for wishing more.
    const direction = motion.length() > 1 ? motion.normalized() : motion;
    fighter.position = this.#map.move(fighter.position, direction.scale(rules.speed * seconds), rules.radius);
    if (aim.length() > 0) fighter.aim = aim.normalized();
    fighter.reloading = Math.max(0, fighter.reloading - seconds);
    if (shooting && fighter.reloading === 0) this.#shoot(fighter);
  }

  #shoot(fighter: Fighter): void {
    fighter.reloading = rules.reload;
    const shot: Shot = {
      number: ++this.#shotCount,
      owner: fighter,
      // From its middle, so that there is no shooting through a wall that one leans on.
      position: fighter.position,
      velocity: fighter.aim.scale(rules.shotSpeed),
      left: rules.shotLasts,
    };
    this.shots.add(shot);
    this.shotFired.emit(shot);
  }

  #wait(fighter: Fighter, seconds: number): void {
    fighter.returning -= seconds;
    if (fighter.returning > 0) return;
    fighter.position = this.#placeToBegin();
    fighter.health = rules.fullHealth;
  }

  #fly(shot: Shot, seconds: number): void {
    const from = shot.position;
    const to = from.add(shot.velocity.scale(seconds));
    let end = this.#map.firstWall(from, to);
    let victim: Fighter | undefined;
    for (const fighter of this.#living()) {
      if (fighter === shot.owner) continue;
      const share = circleOnLine(fighter.position, rules.radius, from, to);
      if (share !== undefined && share <= (end ?? 1)) [end, victim] = [share, fighter];
    }
    shot.position = from.lerp(to, end ?? 1);
    shot.left -= seconds;
    if (victim !== undefined) this.#hit(victim, shot.owner);
    if (end !== undefined || shot.left <= 0) this.#end(shot);
  }

  #hit(victim: Fighter, by: Fighter): void {
    victim.health = Math.max(0, victim.health - rules.damage);
    if (victim.health > 0) return;
    victim.returning = rules.returnsAfter;
    by.score++;
    this.fighterDown.emit(victim, by);
  }

  #end(shot: Shot): void {
    if (this.shots.delete(shot)) this.shotGone.emit(shot);
  }
}

function colorOf(hex: string): Color {
  const part = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return new Color(part(0), part(2), part(4));
}
