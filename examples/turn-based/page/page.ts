// A player in the browser, at the table of the host that the page is from, next to players in Godot.

import { ConnectionLine } from "example-site/connection-line";
import { remember, remembered } from "example-site/memory";
import { Backoff } from "godot-ws";
import { TurnClient } from "../turn-client.ts";

const mostLines = 200;
/** A host that takes players only to lose them at once is not to be called without end. */
const stableAfterMs = 5000;

const byId = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;
const nameField = byId<HTMLInputElement>("name");
const rollButton = byId<HTMLButtonElement>("roll");
const line = new ConnectionLine(byId("connection"));
const backoff = new Backoff();
/** A lost player comes back as a new one. */
let client: TurnClient | undefined;

nameField.value = remembered("name");
nameField.focus();
byId("join").addEventListener("submit", (event) => {
  event.preventDefault();
  remember("name", nameField.value);
  byId("join").hidden = true;
  byId("table").hidden = false;
  byId("connection").hidden = false;
  sitDown();
});
rollButton.addEventListener("click", () => {
  // Once a turn: the host's answer brings the next.
  rollButton.disabled = true;
  client?.roll();
});

function sitDown(): void {
  line.show("connecting", "Connecting …");
  const player = new TurnClient(location.origin.replace(/^http/, "ws"), nameField.value.trim());
  client = player;
  let seatedAt = Number.POSITIVE_INFINITY;
  player.logged.connect(addLine);
  player.changed.connect(() => {
    line.show("open", "At the table");
    seatedAt = Math.min(seatedAt, performance.now());
    showTable(player);
  });
  player.ended.connect((isLost) => {
    if (performance.now() - seatedAt > stableAfterMs) backoff.reset();
    showNobody(isLost ? "The host is gone" : "The host cannot be reached");
    const delayMs = backoff.next();
    const timer = setTimeout(sitDown, delayMs);
    line.wait(delayMs, () => {
      clearTimeout(timer);
      sitDown();
    });
  });
}

function showTable(player: TurnClient): void {
  const { players, playerInTurn, isMyTurn, id } = player;
  const seats = players.map((seat) => {
    const item = document.createElement("li");
    item.textContent = `${seat.name || "Somebody"}${seat.id === id ? " (you)" : ""}`;
    if (seat === playerInTurn) item.ariaCurrent = "true";
    return item;
  });
  byId("players").replaceChildren(...seats);
  rollButton.disabled = !isMyTurn;
  byId("turn").textContent = isMyTurn
    ? "It is your turn"
    : `It is the turn of ${playerInTurn?.name || "somebody"}`;
  document.title = isMyTurn ? "Your turn" : "Dice";
}

function showNobody(why: string): void {
  byId("players").replaceChildren();
  byId("turn").textContent = why;
  rollButton.disabled = true;
}

/** The newest on top. */
function addLine(text: string): void {
  const item = document.createElement("li");
  item.textContent = text;
  const log = byId("log");
  log.prepend(item);
  if (log.childElementCount > mostLines) log.lastElementChild?.remove();
}
