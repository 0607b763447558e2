import { Vector2 } from "godot-ws";
import { describe, expect, test } from "vitest";
import { BotMind, type Seen } from "../bot-mind.ts";

const seen = (x: number, y: number, health = 100): Seen => ({ syncedPosition: new Vector2(x, y), health });
const self = seen(0, 0);

describe("a bot", () => {
  test("walks about when it is alone, without shooting", () => {
    const { motion, shooting } = new BotMind(() => 0.3).decide(self, [self], 0.1);
    expect(motion.length()).toBeCloseTo(1, 9);
    expect(shooting).toBe(false);
  });

  test("shoots at the closest that is there", () => {
    const others = [seen(0, 500), seen(0, -300), seen(10, 0, 0)];
    const { aim, shooting } = new BotMind(() => 0.5).decide(self, [self, ...others], 0.1);
    expect(aim).toEqual(new Vector2(0, -1));
    expect(shooting).toBe(true);
  });

  test("goes near who is far", () => {
    const { motion } = new BotMind(() => 0.5).decide(self, [self, seen(0, 500)], 0.1);
    expect(motion.y).toBeCloseTo(1, 9);
  });

  test("keeps its way for a while", () => {
    let draws = 0;
    const mind = new BotMind(() => (draws++ * 0.37) % 1);
    const first = mind.decide(self, [self], 0.1).motion;
    expect(mind.decide(self, [self], 0.1).motion).toBe(first);
    expect(mind.decide(self, [self], 5).motion).not.toEqual(first);
  });
});
