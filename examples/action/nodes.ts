// The scripts of the Godot project's nodes, for the server and for clients in TypeScript. Which nodes there are, what is
// spawned and what is replicated is in the project's scenes alone.

import {
  Color,
  defineRpc,
  loadScene,
  MultiplayerSpawner,
  MultiplayerSynchronizer,
  Node,
  type PackedScene,
  Rect2,
  Signal,
  Vector2,
} from "godot-ws";
import type { Wishes } from "./match.ts";

/** arena.gd */
export class Arena extends Node {
  /** At the server: a peer wants to play. */
  readonly joined = new Signal<[id: number, name: string]>();
  /** At the clients. */
  readonly announced = new Signal<[text: string]>();
  size = new Vector2();

  join(name: string): void {
    this.joined.emit(this.multiplayer.remoteSenderId, name);
  }

  announce(text: string): void {
    this.announced.emit(text);
  }

  get walls(): Rect2[] {
    return this.getNode("Walls").children.map((node) => {
      const { position, size } = node as Wall;
      return new Rect2(position, size);
    });
  }

  get playerSpawner(): MultiplayerSpawner {
    return this.getNode("PlayerSpawner", MultiplayerSpawner);
  }

  get bulletSpawner(): MultiplayerSpawner {
    return this.getNode("BulletSpawner", MultiplayerSpawner);
  }

  get players(): Player[] {
    return this.getNode("Players").children as Player[];
  }

  get bullets(): Bullet[] {
    return this.getNode("Bullets").children as Bullet[];
  }

  player(id: number): Player | undefined {
    return this.getNodeOrNull(`Players/${id}`) as Player | undefined;
  }
}
defineRpc(Arena, "join", { mode: "any_peer", args: [String], rateLimit: { perSecond: 1, burst: 3 } });
defineRpc(Arena, "announce", { args: [String] });

/** wall.gd */
export class Wall extends Node {
  position = new Vector2();
  size = new Vector2();
}

/** player.gd: named by its peer's id. */
export class Player extends Node {
  title = "";
  color = new Color(1, 1, 1);
  aim = new Vector2(1, 0);
  syncedPosition = new Vector2();
  health = 0;
  score = 0;

  override enterTree(): void {
    this.inputs.setMultiplayerAuthority(this.id);
  }

  get id(): number {
    return Number(this.name);
  }

  get state(): MultiplayerSynchronizer {
    return this.getNode("State", MultiplayerSynchronizer);
  }

  get inputs(): Inputs {
    return this.getNode("Inputs", Inputs);
  }
}

/** inputs.gd: its own client's word, so at the server it is not to be trusted. */
export class Inputs extends MultiplayerSynchronizer implements Wishes {
  #motion = new Vector2();
  #aim = new Vector2();
  #shooting = false;

  get motion(): Vector2 {
    return this.#motion;
  }

  set motion(motion: Vector2) {
    this.#motion = usable(motion);
  }

  get aim(): Vector2 {
    return this.#aim;
  }

  set aim(aim: Vector2) {
    this.#aim = usable(aim);
  }

  get shooting(): boolean {
    return this.#shooting;
  }

  set shooting(shooting: boolean) {
    this.#shooting = shooting === true;
  }
}

/** bullet.gd: what it begins with; each peer lets it fly by itself. */
export class Bullet extends Node {
  position = new Vector2();
  velocity = new Vector2();
  color = new Color(1, 1, 1);
}

/** The project's main scene; `root` is the folder that the project is in, or its address. */
export function loadMain(root: string): Promise<PackedScene> {
  const scripts = {
    "arena.gd": Arena,
    "wall.gd": Wall,
    "player.gd": Player,
    "inputs.gd": Inputs,
    "bullet.gd": Bullet,
  };
  return loadScene("res://main.tscn", { root, scripts });
}

/** What came may be anything; what is too long is for the rules to shorten. */
function usable(value: unknown): Vector2 {
  if (!(value instanceof Vector2)) return new Vector2();
  return Number.isFinite(value.length()) ? value : new Vector2();
}
