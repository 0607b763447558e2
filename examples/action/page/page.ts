// Watches the arena of the server that the page is from, and comes back when the connection is lost.

import { ConnectionLine } from "example-site/connection-line";
import { Backoff, type PackedScene } from "godot-ws";
import { ArenaClient } from "../arena-client.ts";
import { type Arena, loadMain } from "../nodes.ts";
import { ArenaPainter, css } from "./arena-painter.ts";
import { ArenaView } from "./arena-view.ts";

const mostLines = 30;
/** A server that takes calls only to drop them is not to be called without end. */
const stableAfterMs = 5000;

const byId = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;
const canvas = byId<HTMLCanvasElement>("arena");
const address = location.origin.replace(/^http/, "ws");
const line = new ConnectionLine(byId("connection"));
const backoff = new Backoff();
const now = (): number => performance.now();
/** Whoever is shown; a lost connection is followed by a new one with an arena of its own. */
let shown: { arena: Arena; view: ArenaView; painter: ArenaPainter } | undefined;
let scene: PackedScene | undefined;
let shownScores = "";
let liveAt = Number.POSITIVE_INFINITY;

byId("address").textContent = `--url=${address}`;

async function watch(): Promise<void> {
  line.show("connecting", "Connecting …");
  try {
    scene ??= await loadMain(new URL("/godot", location.href).href);
  } catch {
    return tryAgain();
  }
  const client = new ArenaClient(address, scene);
  client.ended.connect(tryAgain);
  client.connected.connect(() => {
    const { arena } = client;
    line.show("open", "Live");
    liveAt = now();
    const painter = shown?.painter ?? new ArenaPainter(canvas, arena.size, arena.walls);
    shown = { arena, view: new ArenaView(arena, now), painter };
    arena.announced.connect(addLine);
  });
}

function tryAgain(): void {
  if (now() - liveAt > stableAfterMs) backoff.reset();
  liveAt = Number.POSITIVE_INFINITY;
  const delayMs = backoff.next();
  const timer = setTimeout(watch, delayMs);
  line.wait(delayMs, () => {
    clearTimeout(timer);
    void watch();
  });
}

function draw(): void {
  if (shown !== undefined) {
    const { arena, view, painter } = shown;
    painter.draw(view, now());
    showScores(arena);
  }
  requestAnimationFrame(draw);
}

function showScores({ players }: Arena): void {
  const sorted = players.toSorted((a, b) => b.score - a.score || a.title.localeCompare(b.title));
  const key = JSON.stringify(
    sorted.map(({ title, color, score, health }) => [title, css(color), score, health > 0]),
  );
  if (key === shownScores) return;
  shownScores = key;
  byId("nobody").hidden = sorted.length > 0;
  byId("scores").hidden = sorted.length === 0;
  byId("rows").replaceChildren(
    ...sorted.map(({ title, color, score, health }) => {
      const row = document.createElement("tr");
      row.classList.toggle("down", health <= 0);
      const name = document.createElement("td");
      const dot = document.createElement("span");
      dot.className = "dot";
      dot.style.background = css(color);
      name.append(dot, title);
      const points = document.createElement("td");
      points.textContent = String(score);
      row.append(name, points);
      return row;
    }),
  );
}

/** The newest on top. */
function addLine(text: string): void {
  const item = document.createElement("li");
  item.textContent = text;
  const log = byId("log");
  log.prepend(item);
  if (log.childElementCount > mostLines) log.lastElementChild?.remove();
}

requestAnimationFrame(draw);
void watch();
