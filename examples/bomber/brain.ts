// A player that plays by itself: where it goes, and when it drops a bomb. It sees the arena only, and answers with what a
// human would press. Knows nothing of the network.

import { Vector2 } from "godot-ws";
import { type Cell, cellAt, centerOf, isWall, keyOf, reachedFrom, steps } from "./arena.ts";
import { clamp } from "./movement.ts";

/** What it sees. */
export interface View {
  readonly position: Vector2;
  /** Cells of rocks. */
  readonly rocks: readonly Cell[];
  readonly bombs: readonly Vector2[];
}

export interface Decision {
  readonly motion: Vector2;
  readonly bombing: boolean;
}

/** Pixels from a cell's center that count as there. */
const closeEnough = 4;
/** Below this distance it walks more slowly, since what it sees is a little old. */
const brakingDistance = 16;
/** Seconds without a step after which something is in its way. */
const patience = 1.5;
/** Seconds for which it then walks wherever it can. */
const detour = 0.7;

export class Brain {
  readonly #random: () => number;
  #stuckAt = new Vector2();
  #stuckFor = 0;
  #detourLeft = 0;
  #detourStep: Cell = steps[0]!;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  decide(view: View, seconds: number): Decision {
    const { position } = view;
    const detour = this.#detour(view, seconds);
    if (detour !== undefined) return { motion: detour, bombing: false };
    const here = cellAt(position);
    const plan = new Plan(view);
    const path = plan.pathFrom(here);
    const next = path[1] ?? here;
    const aim = centerOf(next);
    const isThere = path.length <= 1 && position.distanceTo(centerOf(here)) < closeEnough;
    if (isThere) this.#stuckFor = 0;
    return {
      motion: isThere ? new Vector2() : toward(position, aim),
      bombing: isThere && plan.isWorthABomb(here),
    };
  }

  /** Out of the way of whoever else wants through. */
  #detour({ position }: View, seconds: number): Vector2 | undefined {
    this.#detourLeft -= seconds;
    this.#stuckFor += seconds;
    if (position.distanceTo(this.#stuckAt) > closeEnough) {
      this.#stuckAt = position;
      this.#stuckFor = 0;
    }
    if (this.#stuckFor > patience) {
      this.#stuckFor = 0;
      this.#detourLeft = detour;
      this.#detourStep = steps[Math.floor(this.#random() * steps.length)] ?? this.#detourStep;
    }
    return this.#detourLeft > 0 ? new Vector2(this.#detourStep.x, this.#detourStep.y) : undefined;
  }
}

/** Into the middle of the way first, since walls are close. */
function toward(position: Vector2, aim: Vector2): Vector2 {
  const { x, y } = aim.sub(position);
  const isAcross = Math.abs(x) > closeEnough && Math.abs(y) > closeEnough;
  const press = (distance: number): number => clamp(distance / brakingDistance, -1, 1);
  if (!isAcross) return new Vector2(press(x), press(y));
  return Math.abs(x) < Math.abs(y) ? new Vector2(press(x), 0) : new Vector2(0, press(y));
}

/** What is where, for one decision. */
class Plan {
  readonly #rocks: ReadonlySet<string>;
  /** What the bombs that are there will hit. */
  readonly #danger: ReadonlySet<string>;

  constructor({ rocks, bombs }: View) {
    this.#rocks = new Set(rocks.map(keyOf));
    this.#danger = new Set(bombs.flatMap((bomb) => reachedFrom(cellAt(bomb))).map(keyOf));
  }

  /** Whether a bomb here would hit a rock that no other bomb will. */
  isWorthABomb(cell: Cell): boolean {
    return reachedFrom(cell)
      .map(keyOf)
      .some((reached) => this.#rocks.has(reached) && !this.#danger.has(reached));
  }

  /** To the nearest place for a bomb; when there is none, to the nearest without danger. */
  pathFrom(start: Cell): Cell[] {
    const before = new Map<string, Cell | undefined>([[keyOf(start), undefined]]);
    let refuge: Cell | undefined;
    // Grows while it is gone through: nearest first.
    const queue = [start];
    for (const cell of queue) {
      if (this.isWorthABomb(cell)) return pathTo(cell, before);
      if (refuge === undefined && !this.#danger.has(keyOf(cell))) refuge = cell;
      for (const step of steps) {
        const next = { x: cell.x + step.x, y: cell.y + step.y };
        if (isWall(next) || this.#rocks.has(keyOf(next)) || before.has(keyOf(next))) continue;
        before.set(keyOf(next), cell);
        queue.push(next);
      }
    }
    return pathTo(refuge ?? start, before);
  }
}

function pathTo(cell: Cell, before: ReadonlyMap<string, Cell | undefined>): Cell[] {
  const path = [cell];
  for (let at = before.get(keyOf(cell)); at !== undefined; at = before.get(keyOf(at))) path.unshift(at);
  return path;
}
