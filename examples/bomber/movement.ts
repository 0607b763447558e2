// How a player walks: a circle that slides along squares and other circles, as Godot's move_and_slide moves the demo's
// players. Knows nothing of what these are.

import { Vector2 } from "godot-ws";
import { type Cell, cellAt, cellSize, centerOf } from "./arena.ts";

/** Of a player, in pixels. */
export const radius = 20;

export interface Obstacles {
  /** Whether the cell is full. */
  isSolid(cell: Cell): boolean;
  /** Centers of other players. */
  readonly circles: Iterable<Vector2>;
}

/** What keeps a circle from where it is: how deep it is inside, and which way is out. */
interface Contact {
  readonly depth: number;
  readonly normal: Vector2;
}

/** Times that it is pushed out: a corner has two sides, and there may be a player in it. */
const pushes = 4;

/** Where it comes to; never into an obstacle that it was not in. Steps are short: no obstacle is jumped over. */
export function slide(from: Vector2, motion: Vector2, obstacles: Obstacles): Vector2 {
  if (motion.x === 0 && motion.y === 0) return from;
  let at = from.add(motion);
  for (let push = 0; push < pushes; push++) {
    const contact = deepest(at, obstacles);
    if (contact === undefined) return at;
    at = at.add(contact.normal.scale(contact.depth));
  }
  // Wedged in.
  return deepest(at, obstacles) === undefined ? at : from;
}

function deepest(at: Vector2, { isSolid, circles }: Obstacles): Contact | undefined {
  let found: Contact | undefined;
  const consider = (contact: Contact | undefined): void => {
    if (contact !== undefined && contact.depth > (found?.depth ?? slack)) found = contact;
  };
  const { x, y } = cellAt(at);
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const cell = { x: x + dx, y: y + dy };
      if (isSolid(cell)) consider(withSquare(at, centerOf(cell)));
    }
  }
  for (const circle of circles) consider(away(at, circle, 2 * radius));
  return found;
}

/** What rounding leaves over. */
const slack = 1e-6;

function withSquare(at: Vector2, center: Vector2): Contact | undefined {
  const half = cellSize / 2;
  const nearest = new Vector2(
    clamp(at.x, center.x - half, center.x + half),
    clamp(at.y, center.y - half, center.y + half),
  );
  return away(at, nearest, radius);
}

function away(at: Vector2, from: Vector2, distance: number): Contact | undefined {
  const offset = at.sub(from);
  const length = offset.length();
  // In the very middle of it no way is out, and it may walk on.
  if (length >= distance || length === 0) return undefined;
  return { depth: distance - length, normal: offset.scale(1 / length) };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
