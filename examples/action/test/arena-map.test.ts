import { Rect2, Vector2 } from "godot-ws";
import { describe, expect, test } from "vitest";
import { ArenaMap, circleOnLine } from "../arena-map.ts";

const at = (x: number, y: number): Vector2 => new Vector2(x, y);
const wall = new Rect2(at(100, 100), at(50, 100));
const map = new ArenaMap(at(400, 300), [wall]);
const radius = 10;

describe("moving", () => {
  test.each([
    ["on free floor, all of the way", at(50, 50), at(5, -3), at(55, 47)],
    ["over the left edge, up to it", at(12, 50), at(-9, 0), at(10, 50)],
    ["into the corner of the arena, up to both edges", at(388, 288), at(9, 9), at(390, 290)],
    ["straight into a wall, up to it", at(88, 150), at(9, 0), at(90, 150)],
    ["slantwise into a wall, along it", at(88, 150), at(9, 5), at(90, 155)],
    ["from the right into a wall, up to it", at(162, 150), at(-9, 0), at(160, 150)],
    ["from below into a wall, up to it", at(120, 212), at(0, -9), at(120, 210)],
  ])("%s", (_, from, motion, to) => {
    expect(map.move(from, motion, radius)).toEqual(to);
  });

  test("around a corner of a wall, never nearer than the radius", () => {
    let place = at(95, 85);
    for (let i = 0; i < 20; i++) {
      place = map.move(place, at(3, 3), radius);
      expect(map.isFree(place, radius - 1e-9)).toBe(true);
    }
  });

  test.each([
    ["left", at(101, 150), at(90, 150)],
    ["right", at(148, 150), at(160, 150)],
    ["top", at(125, 102), at(125, 90)],
    ["bottom", at(125, 199), at(125, 210)],
  ])("out of a wall by the nearest side: %s", (_, inside, out) => {
    expect(map.move(inside, at(0, 0), radius)).toEqual(out);
  });
});

test.each([
  [at(50, 50), true],
  [at(10, 10), true],
  [at(9, 50), false],
  [at(50, 291), false],
  [at(90, 150), true],
  [at(91, 150), false],
  [at(125, 150), false],
  [at(94, 94), false],
])("is a circle at %s free: %s", (center, isFree) => {
  expect(map.isFree(center, radius)).toBe(isFree);
});

describe("what a bullet meets", () => {
  test.each([
    ["a wall from the left", at(50, 150), at(150, 150), 0.5],
    ["a wall from above", at(125, 0), at(125, 200), 0.5],
    ["a wall slantwise", at(80, 130), at(120, 170), 0.5],
    ["nothing beside the wall", at(50, 50), at(150, 50), undefined],
    ["nothing before the wall", at(50, 150), at(90, 150), undefined],
    ["nothing behind it, going away", at(160, 150), at(200, 150), undefined],
    ["the right edge", at(380, 20), at(420, 20), 0.5],
    ["the left edge", at(20, 20), at(-60, 20), 0.25],
    ["the upper edge", at(20, 10), at(20, -10), 0.5],
    ["the nearer of two edges", at(390, 290), at(430, 310), 0.25],
  ])("%s", (_, from, to, share) => {
    const found = map.firstWall(from, to);
    if (share === undefined) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(share, 9);
  });

  test.each([
    ["a circle in its way", at(0, 0), at(100, 0), 0.4],
    ["one that it begins in", at(45, 0), at(100, 0), 0],
    ["none beside its way", at(0, 11), at(100, 11), undefined],
    ["none that it does not reach", at(0, 0), at(39, 0), undefined],
    ["none behind it", at(70, 0), at(100, 0), undefined],
    ["none when it rests elsewhere", at(0, 0), at(0, 0), undefined],
  ])("%s", (_, from, to, share) => {
    expect(circleOnLine(at(50, 0), radius, from, to)).toBe(share);
  });
});
