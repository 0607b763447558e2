// The values that are encoded and decoded, each made with whatever a codec has for a Vector3: nothing of Godot's where it
// has none.

/** @template V @typedef {(x: number, y: number, z: number) => V} VectorOf */

const bytes = Uint8Array.from({ length: 65_536 }, (_, i) => i * 167 + (i >> 8));
const names = ["sword", "bow", "lantern"];

/** @type {Readonly<Record<string, (vector: VectorOf<unknown>) => unknown>>} */
export const values = {
  state: (vector) => ({
    id: 1734,
    name: "Ada Lovelace",
    position: vector(12.5, 0.25, -7.75),
    velocity: vector(0.1, 0, 3.3),
    health: 87.3,
    alive: true,
    inventory: [...names],
    score: 123_456,
  }),
  vectors: (vector) => Array.from({ length: 1000 }, (_, i) => vector(i / 3, i / 7, -i)),
  bytes: () => bytes,
  args: (vector) => [5, "jump", vector(1.5, 2.25, -3)],
};
