// The arena of the demo's world.tscn: where walls, rocks and the players' first places are, in cells and in pixels. Knows
// nothing of the network, nor of what happens in it.

import { Vector2 } from "godot-ws";

/** Side of a cell in pixels. */
export const cellSize = 48;

export interface Cell {
  readonly x: number;
  readonly y: number;
}

/** `#`: a wall. */
const rows = [
  "######################",
  "#...................##",
  "#.#.#.#.#.#####.#.#.##",
  "#...#.....#.........##",
  "#.#.#.#.#.#.#.#.#.#.##",
  "#.....#...........#.##",
  "#.#.#.#.#.#.#####.#.##",
  "#...................##",
  "#.###.#.#.#.###.#.#.##",
  "#.......#...#.......##",
  "#.#.#.#.#.#.#.#.#.#.##",
  "#...................##",
  "######################",
];

const cells = (text: string): Cell[] =>
  text.split(" ").map((pair) => {
    const [x, y] = pair.split(",");
    return { x: Number(x), y: Number(y) };
  });

/** By their numbers: the node of the first is called Rock0. */
export const rockCells: readonly Cell[] = [
  ...cells("2,1 5,3 5,2 4,1 5,1 6,1 11,3 12,3 11,4 5,6"),
  ...cells("2,7 3,7 4,7 2,5 3,4 1,7 1,6 1,5 7,7 8,7"),
  ...cells("10,7 12,7 13,7 10,9 11,9 11,8 7,9 7,10 5,10 5,11"),
  ...cells("3,9 3,10 1,11 2,11 10,11 12,11 13,11 13,10 9,4 7,4"),
  ...cells("7,3 9,2 9,8 9,9 9,10 12,5 12,1 8,1 16,3 15,3"),
  ...cells("15,5 16,5 15,7 15,8 16,11 17,11 17,10 17,6 17,5 17,4"),
  ...cells("17,2 16,1 17,1 19,4 19,5 19,8 18,9 19,9 16,9 17,9"),
];

/** Where the players begin, in the order in which they came. */
export const startCells: readonly Cell[] = cells("1,1 5,4 1,9 7,11 17,7 9,5 14,5 15,9 6,9 14,1 10,1 19,1");

export function isWall({ x, y }: Cell): boolean {
  return rows[y]?.[x] !== ".";
}

export function centerOf({ x, y }: Cell): Vector2 {
  return new Vector2((x + 0.5) * cellSize, (y + 0.5) * cellSize);
}

export function cellAt({ x, y }: Vector2): Cell {
  return { x: Math.floor(x / cellSize), y: Math.floor(y / cellSize) };
}

export function keyOf({ x, y }: Cell): string {
  return `${x},${y}`;
}

/** The four directions, as a step from cell to cell. */
export const steps: readonly Cell[] = cells("1,0 0,1 -1,0 0,-1");

/**
 * The cells that an explosion reaches: its arms are 96 px long, which is one cell and a half beside its own, so that it
 * touches two; a wall ends an arm.
 */
export function reachedFrom(cell: Cell): Cell[] {
  const reached = [cell];
  for (const step of steps) {
    for (let distance = 1; distance <= 2; distance++) {
      const next = { x: cell.x + step.x * distance, y: cell.y + step.y * distance };
      if (isWall(next)) break;
      reached.push(next);
    }
  }
  return reached;
}
