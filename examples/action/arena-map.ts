// The arena as geometry: where one can be, how one slides along walls, and what a bullet meets first. Knows no players and
// no network.

import { type Rect2, Vector2 } from "godot-ws";

/** How far a bullet came on its way, from 0 to 1. */
export type Share = number;

export class ArenaMap {
  readonly size: Vector2;
  readonly walls: readonly Rect2[];

  constructor(size: Vector2, walls: readonly Rect2[]) {
    this.size = size;
    this.walls = walls;
  }

  /** Whether a circle touches neither wall nor edge. */
  isFree(center: Vector2, radius: number): boolean {
    if (!this.#keepInside(center, radius).equals(center)) return false;
    return this.walls.every((wall) => closestPoint(wall, center).distanceTo(center) >= radius);
  }

  /** Where a circle gets to that is to go by `motion`, of less than its radius: walls push it aside. */
  move(center: Vector2, motion: Vector2, radius: number): Vector2 {
    let place = center.add(motion);
    for (const wall of this.walls) place = pushOut(wall, place, radius);
    return this.#keepInside(place, radius);
  }

  /** Where on the way a point meets a wall or the edge; undefined when it does not. */
  firstWall(from: Vector2, to: Vector2): Share | undefined {
    const shares = this.walls
      .map((wall) => rectOnLine(wall, from, to))
      .filter((share) => share !== undefined);
    const edge = this.#edgeOnLine(from, to);
    if (edge !== undefined) shares.push(edge);
    return shares.length === 0 ? undefined : Math.min(...shares);
  }

  #keepInside({ x, y }: Vector2, radius: number): Vector2 {
    return new Vector2(clamp(x, radius, this.size.x - radius), clamp(y, radius, this.size.y - radius));
  }

  #edgeOnLine(from: Vector2, to: Vector2): Share | undefined {
    const { x, y } = to;
    if (x >= 0 && y >= 0 && x <= this.size.x && y <= this.size.y) return undefined;
    const way = to.sub(from);
    const sharesOn = (start: number, length: number, end: number): number =>
      length > 0 ? (end - start) / length : length < 0 ? -start / length : 1;
    return clamp(Math.min(sharesOn(from.x, way.x, this.size.x), sharesOn(from.y, way.y, this.size.y)), 0, 1);
  }
}

/** Where on the way a point comes into a circle; undefined when it does not. */
export function circleOnLine(center: Vector2, radius: number, from: Vector2, to: Vector2): Share | undefined {
  const start = from.sub(center);
  if (start.length() <= radius) return 0;
  const way = to.sub(from);
  const a = way.dot(way);
  const b = start.dot(way);
  const root = b * b - a * (start.dot(start) - radius * radius);
  if (a === 0 || root < 0) return undefined;
  const share = (-b - Math.sqrt(root)) / a;
  return share >= 0 && share <= 1 ? share : undefined;
}

function rectOnLine({ position, end }: Rect2, from: Vector2, to: Vector2): Share | undefined {
  const way = to.sub(from);
  let enter = 0;
  let leave = 1;
  for (const axis of ["x", "y"] as const) {
    const near = position[axis] - from[axis];
    const far = end[axis] - from[axis];
    if (way[axis] === 0) {
      if (near > 0 || far < 0) return undefined;
      continue;
    }
    const shares = [near / way[axis], far / way[axis]];
    enter = Math.max(enter, Math.min(...shares));
    leave = Math.min(leave, Math.max(...shares));
  }
  return enter <= leave ? enter : undefined;
}

function pushOut(wall: Rect2, center: Vector2, radius: number): Vector2 {
  const touched = closestPoint(wall, center);
  const away = center.sub(touched);
  const distance = away.length();
  if (distance >= radius) return center;
  // With its center in the wall, which one step does not lead to, it leaves by the nearest side.
  if (distance === 0) return throughNearestSide(wall, center, radius);
  return touched.add(away.scale(radius / distance));
}

function throughNearestSide({ position, end }: Rect2, { x, y }: Vector2, radius: number): Vector2 {
  const ways = [
    { depth: x - position.x, place: new Vector2(position.x - radius, y) },
    { depth: end.x - x, place: new Vector2(end.x + radius, y) },
    { depth: y - position.y, place: new Vector2(x, position.y - radius) },
    { depth: end.y - y, place: new Vector2(x, end.y + radius) },
  ];
  return ways.reduce((best, way) => (way.depth < best.depth ? way : best)).place;
}

function closestPoint({ position, end }: Rect2, { x, y }: Vector2): Vector2 {
  return new Vector2(clamp(x, position.x, end.x), clamp(y, position.y, end.y));
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
