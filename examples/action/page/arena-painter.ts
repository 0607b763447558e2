// Draws the arena on a canvas that is as wide as the page lets it be. Knows no network.

import type { Color, Rect2, Vector2 } from "godot-ws";
import { rules } from "../match.ts";
import type { ArenaView, ShownBullet, ShownPlayer, ShownSpark } from "./arena-view.ts";

const gridStep = 40;
/** Names are at least as high, in pixels of the page. */
const smallestText = 11;

interface Paint {
  readonly floor: string;
  readonly grid: string;
  readonly wall: string;
  readonly edge: string;
  readonly ink: string;
  readonly track: string;
  readonly health: readonly [bad: string, middling: string, good: string];
}

export class ArenaPainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #size: Vector2;
  readonly #walls: readonly Rect2[];
  readonly #reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  #paint: Paint;
  // Pixels of the canvas, and of the page, for one of the arena.
  #scale = 1;
  #pageScale = 1;

  constructor(canvas: HTMLCanvasElement, size: Vector2, walls: readonly Rect2[]) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d")!;
    this.#size = size;
    this.#walls = walls;
    this.#paint = paintOf(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#paint = paintOf(canvas);
    });
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.#fit();
  }

  #fit(): void {
    const canvas = this.#canvas;
    this.#pageScale = canvas.clientWidth / this.#size.x;
    this.#scale = this.#pageScale * devicePixelRatio;
    canvas.width = Math.round(this.#size.x * this.#scale);
    canvas.height = Math.round(this.#size.y * this.#scale);
  }

  draw(view: ArenaView, now: number): void {
    const context = this.#context;
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    this.#drawFloor();
    for (const bullet of view.bullets(now)) this.#drawBullet(bullet);
    const players = view.players(now);
    for (const player of players) this.#drawPlayer(player);
    const sparks = view.sparks(now);
    if (!this.#reducedMotion.matches) for (const spark of sparks) this.#drawSpark(spark);
    for (const player of players) this.#drawLabel(player);
  }

  #drawFloor(): void {
    const context = this.#context;
    const { x: width, y: height } = this.#size;
    const { floor, grid, wall, edge } = this.#paint;
    context.fillStyle = floor;
    context.fillRect(0, 0, width, height);
    context.beginPath();
    for (let x = gridStep; x < width; x += gridStep) lineBetween(context, x, 0, x, height);
    for (let y = gridStep; y < height; y += gridStep) lineBetween(context, 0, y, width, y);
    context.strokeStyle = grid;
    context.lineWidth = 1;
    context.stroke();
    context.beginPath();
    for (const { position, size } of this.#walls) {
      context.roundRect(position.x + 1, position.y + 1, size.x - 2, size.y - 2, 3);
    }
    context.fillStyle = wall;
    context.fill();
    context.strokeStyle = edge;
    context.lineWidth = 2;
    context.stroke();
  }

  #drawPlayer({ position: { x, y }, aim, color, flash }: ShownPlayer): void {
    const context = this.#context;
    const dark = css(mix(color, 0, 0.35));
    const angle = Math.atan2(aim.y, aim.x);
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.beginPath();
    context.roundRect(0, -5, rules.radius + 12, 10, 3);
    context.fillStyle = dark;
    context.fill();
    context.restore();
    circle(context, x, y, rules.radius - 1);
    context.fillStyle = css(mix(color, 1, flash));
    context.fill();
    context.strokeStyle = dark;
    context.lineWidth = 2;
    context.stroke();
    circle(context, x, y, rules.radius * 0.42);
    context.fillStyle = dark;
    context.fill();
  }

  #drawLabel({ position: { x, y }, name, health }: ShownPlayer): void {
    const context = this.#context;
    const share = Math.max(0, Math.min(1, health / rules.fullHealth));
    const text = Math.max(15, smallestText / this.#pageScale);
    const width = 44;
    const above = y - rules.radius - 14;
    // Where there is no room above, both are below.
    const isBelow = above - text < 0;
    const top = isBelow ? y + rules.radius + 9 : above;
    const left = Math.max(0, Math.min(this.#size.x - width, x - width / 2));
    context.fillStyle = this.#paint.track;
    context.fillRect(left, top, width, 5);
    context.fillStyle = this.#paint.health[share > 0.5 ? 2 : share > 0.25 ? 1 : 0];
    context.fillRect(left, top, width * share, 5);
    context.font = `600 ${text}px ${getComputedStyle(this.#canvas).fontFamily}`;
    context.textAlign = "center";
    context.lineJoin = "round";
    context.lineWidth = text / 4;
    context.strokeStyle = this.#paint.floor;
    context.fillStyle = this.#paint.ink;
    const line = isBelow ? top + 5 + text : top - text * 0.35;
    const half = context.measureText(name).width / 2 + text / 4;
    const middle = Math.max(half, Math.min(this.#size.x - half, x));
    context.strokeText(name, middle, line);
    context.fillText(name, middle, line);
  }

  #drawBullet({ position: { x, y }, velocity, color }: ShownBullet): void {
    const context = this.#context;
    const tail = velocity.normalized().scale(-18);
    context.beginPath();
    lineBetween(context, x + tail.x, y + tail.y, x, y);
    context.strokeStyle = css(color, 0.5);
    context.lineWidth = 4;
    context.lineCap = "round";
    context.stroke();
    circle(context, x, y, 4);
    context.fillStyle = css(color);
    context.fill();
    context.strokeStyle = css(mix(color, 0, 0.35));
    context.lineWidth = 1;
    context.stroke();
  }

  #drawSpark({ position: { x, y }, color, age }: ShownSpark): void {
    const context = this.#context;
    circle(context, x, y, 3.5 * (1 - age / 2));
    context.fillStyle = css(color, 1 - age);
    context.fill();
  }
}

/** The colours that the style sheet has for it. */
function paintOf(element: Element): Paint {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(`--${name}`);
  return {
    floor: of("floor"),
    grid: of("grid"),
    wall: of("wall"),
    edge: of("wall-edge"),
    ink: of("ink"),
    track: of("track"),
    health: [of("bad"), of("warn"), of("good")],
  };
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function lineBetween(
  context: CanvasRenderingContext2D,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): void {
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
}

/** With black (0) or white (1). */
function mix({ r, g, b }: Color, other: 0 | 1, weight: number): Pick<Color, "r" | "g" | "b"> {
  const part = (value: number): number => value + (other - value) * weight;
  return { r: part(r), g: part(g), b: part(b) };
}

export function css({ r, g, b }: Pick<Color, "r" | "g" | "b">, opacity = 1): string {
  const part = (value: number): number => Math.round(Math.max(0, Math.min(1, value)) * 255);
  return `rgb(${part(r)} ${part(g)} ${part(b)} / ${opacity})`;
}
