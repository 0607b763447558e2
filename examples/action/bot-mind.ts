// What a player wants that plays by itself: walks about, keeps near the closest other one, and shoots at it. Knows no
// network.

import { Vector2 } from "godot-ws";
import type { Wishes } from "./match.ts";

export interface Seen {
  readonly syncedPosition: Vector2;
  readonly health: number;
}

const near = 220;
const fullTurn = 2 * Math.PI;

export class BotMind {
  readonly #random: () => number;
  #heading = new Vector2();
  #secondsLeft = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** `everybody` may include itself. */
  decide(self: Seen, everybody: readonly Seen[], seconds: number): Wishes {
    const { syncedPosition: place } = self;
    const distanceTo = (other: Seen): number => other.syncedPosition.distanceTo(place);
    const [target] = everybody
      .filter((other) => other !== self && other.health > 0)
      .sort((a, b) => distanceTo(a) - distanceTo(b));
    this.#secondsLeft -= seconds;
    if (this.#secondsLeft <= 0) {
      this.#secondsLeft = 0.5 + 0.7 * this.#random();
      const isFar = target !== undefined && distanceTo(target) > near;
      const towards = isFar ? target.syncedPosition.sub(place) : new Vector2(1, 0);
      this.#heading = turned(towards.normalized(), (this.#random() - 0.5) * (isFar ? 1.6 : fullTurn));
    }
    const aim = target === undefined ? this.#heading : target.syncedPosition.sub(place).normalized();
    return { motion: this.#heading, aim, shooting: target !== undefined };
  }
}

function turned({ x, y }: Vector2, angle: number): Vector2 {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return new Vector2(x * cos - y * sin, x * sin + y * cos);
}
