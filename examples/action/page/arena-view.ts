// What is to be seen of the arena at a moment, a little in the past, so that all moves evenly: players between two of
// their states, bullets on their way, sparks. Knows no canvas.

import { type Color, Interpolation, type Node, Vector2 } from "godot-ws";
import { ArenaMap } from "../arena-map.ts";
import { stepsPerSecond } from "../game-loop.ts";
import { rules } from "../match.ts";
import { type Arena, Bullet, Player } from "../nodes.ts";

export interface ShownPlayer {
  readonly name: string;
  readonly color: Color;
  readonly position: Vector2;
  readonly aim: Vector2;
  readonly health: number;
  /** From 1, just hit, to 0. */
  readonly flash: number;
}

export interface ShownBullet {
  readonly position: Vector2;
  readonly velocity: Vector2;
  readonly color: Color;
}

export interface ShownSpark {
  readonly position: Vector2;
  readonly color: Color;
  /** From 0 to 1, when it is gone. */
  readonly age: number;
}

interface Pose {
  readonly position: Vector2;
  readonly aim: Vector2;
  readonly health: number;
}

interface Followed {
  readonly poses: Interpolation<Pose>;
  health: number;
  hitAt: number;
}

interface Flight {
  readonly start: Vector2;
  readonly velocity: Vector2;
  readonly color: Color;
  readonly bornAt: number;
  /** Seconds until it meets a wall. */
  readonly lasts: number;
  goneAt: number;
}

interface Spark {
  readonly start: Vector2;
  readonly velocity: Vector2;
  readonly color: Color;
  readonly bornAt: number;
}

/** How far in the past it is shown, in milliseconds. */
export const delayMs = 100;
const flashMs = 160;
const sparkMs = 450;
/** Farther than that in one step nobody walks: it came back somewhere else. */
const jump = 120;

export class ArenaView {
  readonly #arena: Arena;
  readonly #map: ArenaMap;
  readonly #random: () => number;
  readonly #followed = new Map<Player, Followed>();
  readonly #flights = new Map<Bullet, Flight>();
  #sparks: Spark[] = [];

  /** `now`: milliseconds of the clock that the other methods are asked by. */
  constructor(arena: Arena, now: () => number, random: () => number = Math.random) {
    this.#arena = arena;
    this.#map = new ArenaMap(arena.size, arena.walls);
    this.#random = random;
    arena.playerSpawner.spawned.connect((node) => this.#follow(node, now));
    arena.playerSpawner.despawned.connect((node) => this.#forget(node, now()));
    arena.bulletSpawner.spawned.connect((node) => this.#launch(node, now()));
    arena.bulletSpawner.despawned.connect((node) => {
      const flight = node instanceof Bullet ? this.#flights.get(node) : undefined;
      if (flight !== undefined) flight.goneAt = now();
    });
  }

  #follow(node: Node, now: () => number): void {
    if (!(node instanceof Player)) return;
    const poses = new Interpolation<Pose>(between, { delayMs, msPerStamp: 1000 / stepsPerSecond });
    this.#followed.set(node, { poses, health: node.health, hitAt: Number.NEGATIVE_INFINITY });
    const { state } = node;
    state.synchronized.connect(() => poses.add(state.stamp, poseOf(node), now()));
  }

  #forget(node: Node, now: number): void {
    if (!(node instanceof Player) || !this.#followed.delete(node)) return;
    this.#forgetOld(now);
    this.#burst(node.syncedPosition, node.color, 16, now);
  }

  #launch(node: Node, now: number): void {
    if (!(node instanceof Bullet)) return;
    this.#forgetOld(now);
    const { position: start, velocity, color } = node;
    // The word that it is gone comes a little later than it got there.
    const share = this.#map.firstWall(start, start.add(velocity.scale(rules.shotLasts))) ?? 1;
    const lasts = share * rules.shotLasts;
    this.#flights.set(node, { start, velocity, color, bornAt: now, lasts, goneAt: Number.POSITIVE_INFINITY });
  }

  /** A page that is hidden asks for nothing, for hours perhaps: what would be over by now is not kept for it. */
  #forgetOld(now: number): void {
    for (const [node, { goneAt }] of this.#flights) {
      if (now > goneAt + delayMs + sparkMs) this.#flights.delete(node);
    }
    this.#sparks = this.#sparks.filter(({ bornAt }) => now < bornAt + sparkMs);
  }

  /** Those in the arena. */
  players(now: number): ShownPlayer[] {
    const shown: ShownPlayer[] = [];
    for (const player of this.#arena.players) {
      const followed = this.#followed.get(player);
      if (followed === undefined) continue;
      const pose = followed.poses.at(now) ?? poseOf(player);
      if (pose.health < followed.health) {
        followed.hitAt = now;
        if (pose.health <= 0) this.#burst(pose.position, player.color, 24, now);
      }
      followed.health = pose.health;
      if (pose.health <= 0) continue;
      const flash = Math.max(0, 1 - (now - followed.hitAt) / flashMs);
      shown.push({ name: player.title, color: player.color, ...pose, flash });
    }
    return shown;
  }

  /** Those on their way. */
  bullets(now: number): ShownBullet[] {
    const shown: ShownBullet[] = [];
    for (const [node, { start, velocity, color, bornAt, lasts, goneAt }] of this.#flights) {
      const age = (Math.min(now, goneAt + delayMs) - bornAt - delayMs) / 1000;
      if (age < 0) continue;
      const position = start.add(velocity.scale(Math.min(age, lasts)));
      if (now > goneAt + delayMs) {
        this.#flights.delete(node);
        this.#burst(position, color, 6, now);
      } else if (age < lasts) shown.push({ position, velocity, color });
    }
    return shown;
  }

  sparks(now: number): ShownSpark[] {
    this.#forgetOld(now);
    return this.#sparks.map(({ start, velocity, color, bornAt }) => ({
      position: start.add(velocity.scale((now - bornAt) / 1000)),
      color,
      age: (now - bornAt) / sparkMs,
    }));
  }

  #burst(start: Vector2, color: Color, count: number, bornAt: number): void {
    for (let i = 0; i < count; i++) {
      const angle = this.#random() * 2 * Math.PI;
      const speed = 60 + 200 * this.#random();
      const velocity = new Vector2(Math.cos(angle) * speed, Math.sin(angle) * speed);
      this.#sparks.push({ start, velocity, color, bornAt });
    }
  }
}

function poseOf({ syncedPosition, aim, health }: Player): Pose {
  return { position: syncedPosition, aim, health };
}

function between(from: Pose, to: Pose, weight: number): Pose {
  if (weight >= 1) return to;
  if (from.position.distanceTo(to.position) > jump) return from;
  return {
    position: from.position.lerp(to.position, weight),
    aim: from.aim.lerp(to.aim, weight),
    health: from.health,
  };
}
