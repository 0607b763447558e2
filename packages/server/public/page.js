// The room server's page at work: keeps the script in step with the chosen room, and the list of rooms in
// step with /status.
// @ts-check

/** @typedef {{ id: number, seconds: number }} Peer */
/** @typedef {{ name: string, peers: Peer[], relayedPackets: number }} Room */
/** @typedef {{ version: string, uptimeSeconds: number, rooms: Room[] }} Status */

const POLL_MS = 1000;
const ANSWER_MS = 5000;
const ANNOUNCE_MS = 10_000;
const COPIED_MS = 2000;
const MAX_ROOMS = 60;
const MAX_PEERS = 18;
const DEFAULT_ROOM = "blue";

/** Relative to the page, so that it also works below a path of a reverse proxy. */
const STATUS_URL = new URL("status", document.baseURI);

// ---- Elements

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}`);
  return element;
}

const roomInput = /** @type {HTMLInputElement} */ (byId("room"));
const copyButton = byId("copy");
const script = byId("script");
const roomList = byId("rooms");

/**
 * Leaves the document alone when nothing changed, so that selections survive.
 * @param {Element} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {Element[]} children
 */
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** @param {string} text */
function announce(text) {
  setText(byId("announcer"), text);
}

// ---- Words

const numbers = new Intl.NumberFormat("en");

/**
 * @param {number} count
 * @param {string} noun
 */
function counted(count, noun) {
  return `${numbers.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * In the largest unit that fits: exact enough at a glance, and short.
 * @param {number} seconds
 */
function duration(seconds) {
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)} d`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds)} s`;
}

// ---- The script

/** The server refuses names with control characters and the like, so they are left out. */
function chosenRoom() {
  return roomInput.value.replace(/\p{C}/gu, "").trim() || DEFAULT_ROOM;
}

/** @param {Room} room */
function isChosen(room) {
  return room.name === chosenRoom();
}

function addressPrefix() {
  const url = new URL("rooms/", document.baseURI);
  return `${url.protocol === "https:" ? "wss:" : "ws:"}//${url.host}${url.pathname}`;
}

function showScript() {
  const prefix = addressPrefix();
  setText(byId("prefix"), prefix);
  setText(byId("script-prefix"), prefix);
  setText(byId("script-room"), encodeURIComponent(chosenRoom()));
  setText(byId("empty-room"), chosenRoom());
}

/** The clipboard interface exists only on https and localhost; elsewhere the old command has to do. */
async function copyScript() {
  try {
    await navigator.clipboard.writeText(script.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(script);
    return document.execCommand("copy");
  }
}

let copiedTimer = 0;

async function onCopy() {
  const copied = await copyScript();
  setText(copyButton, copied ? "Copied" : "Selected");
  announce(copied ? "Script copied." : "The script is selected. Copy it with the keyboard.");
  clearTimeout(copiedTimer);
  copiedTimer = setTimeout(() => setText(copyButton, "Copy"), COPIED_MS);
}

// ---- The list of rooms

/**
 * Makes the children of `list` match `items`: one element per key, reused as long as its key stays.
 * @template Item
 * @param {Element} list
 * @param {Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {() => HTMLElement} create
 * @param {(element: HTMLElement, item: Item) => void} update
 */
function syncChildren(list, items, keyOf, create, update) {
  const wanted = new Set(items.map(keyOf));
  /** @type {Map<string, HTMLElement>} */
  const present = new Map();
  for (const child of /** @type {HTMLElement[]} */ ([...list.children])) {
    const key = child.dataset.key ?? "";
    if (wanted.has(key)) present.set(key, child);
    else child.remove();
  }
  let next = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const element = present.get(key) ?? keyed(create(), key);
    update(element, item);
    if (element === next) next = next.nextElementSibling;
    else list.insertBefore(element, next);
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} key
 */
function keyed(element, key) {
  element.dataset.key = key;
  return element;
}

function createPeer() {
  return make("li", "peer", make("span", "peer-id"), make("span", "peer-time"));
}

/**
 * @param {HTMLElement} element
 * @param {Peer} peer
 */
function updatePeer(element, peer) {
  const [id, time] = element.children;
  if (id) setText(id, String(peer.id));
  if (time) setText(time, duration(peer.seconds));
}

function createRoom() {
  const head = make("div", "room-head", make("h3", ""), make("p", "facts"));
  return make("li", "room", head, make("ul", "peers"), make("p", "more"));
}

/**
 * @param {HTMLElement} element
 * @param {Room} room
 */
function updateRoom(element, room) {
  const [head, peers, more] = element.children;
  const [name, facts] = head?.children ?? [];
  if (!name || !facts || !peers || !more) return;
  element.classList.toggle("chosen", isChosen(room));
  setText(name, room.name);
  setText(facts, `${counted(room.peers.length, "peer")}, ${counted(room.relayedPackets, "packet")} relayed`);
  syncChildren(peers, room.peers.slice(0, MAX_PEERS), (peer) => String(peer.id), createPeer, updatePeer);
  showMore(more, room.peers.length - MAX_PEERS, "peer");
}

/**
 * @param {Element} element
 * @param {number} count
 * @param {string} noun
 */
function showMore(element, count, noun) {
  element.toggleAttribute("hidden", count <= 0);
  setText(element, count > 0 ? `and ${numbers.format(count)} more ${noun}${count === 1 ? "" : "s"}` : "");
}

/**
 * The chosen room comes first, so that it is seen however many there are.
 * @param {Room[]} rooms
 */
function chosenFirst(rooms) {
  const index = rooms.findIndex(isChosen);
  const chosen = rooms[index];
  return chosen ? [chosen, ...rooms.slice(0, index), ...rooms.slice(index + 1)] : rooms;
}

/** @param {Room[]} rooms */
function showRooms(rooms) {
  const drawn = chosenFirst(rooms).slice(0, MAX_ROOMS);
  syncChildren(roomList, drawn, (room) => room.name, createRoom, updateRoom);
  showMore(byId("more-rooms"), rooms.length - MAX_ROOMS, "room");
  byId("empty").hidden = rooms.length > 0;
}

// ---- The state of the server

/** @type {Status | undefined} */
let lastStatus;
let lastAnswer = 0;
let lastSummary = "";
let lastAnnouncement = 0;

/** @param {Status} status */
function showStatus(status) {
  const peers = status.rooms.reduce((sum, room) => sum + room.peers.length, 0);
  const summary = `${counted(status.rooms.length, "room")}, ${counted(peers, "peer")}`;
  const recovered = document.body.dataset.state === "down";
  document.body.dataset.state = "live";
  lastStatus = status;
  lastAnswer = Date.now();
  byId("trouble").hidden = true;
  setText(byId("version"), status.version);
  setText(byId("health"), `Up ${duration(status.uptimeSeconds)}`);
  setText(byId("summary"), status.rooms.length > 0 ? summary : "");
  showRooms(status.rooms);
  announceSummary(summary, recovered);
}

/**
 * Speaks of changes now and then, however fast they come.
 * @param {string} summary
 * @param {boolean} recovered
 */
function announceSummary(summary, recovered) {
  const early = Date.now() - lastAnnouncement < ANNOUNCE_MS;
  if (!recovered && (early || summary === lastSummary)) return;
  announce(recovered ? `The server answers again: ${summary}.` : `${summary}.`);
  lastSummary = summary;
  lastAnnouncement = Date.now();
}

/** @param {string} title */
function showTrouble(title) {
  if (document.body.dataset.state !== "down") announce(`${title} Trying again every second.`);
  document.body.dataset.state = "down";
  const since = new Date(lastAnswer).toLocaleTimeString();
  setText(byId("trouble-title"), title);
  setText(
    byId("trouble-text"),
    `Trying again every second.${lastAnswer ? ` The list is from ${since}.` : ""}`,
  );
  setText(byId("health"), "No answer");
  byId("trouble").hidden = false;
  byId("empty").hidden = true;
}

// ---- Polling

/**
 * @param {unknown} value
 * @returns {value is Status}
 */
function isStatus(value) {
  const status = /** @type {Partial<Status> | null} */ (value);
  return Array.isArray(status?.rooms) && typeof status.uptimeSeconds === "number";
}

async function poll() {
  let response;
  try {
    response = await fetch(STATUS_URL, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
  } catch {
    return showTrouble("The server does not answer.");
  }
  const status = await response.json().catch(() => undefined);
  if (response.ok && isStatus(status)) showStatus(status);
  else showTrouble(`The server answers, but without its status (HTTP ${response.status}).`);
}

let polling = false;

/** Polls as long as somebody looks. */
async function pollWhileVisible() {
  if (polling) return;
  polling = true;
  while (!document.hidden) {
    await poll();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  polling = false;
}

roomInput.addEventListener("input", () => {
  showScript();
  if (lastStatus) showRooms(lastStatus.rooms);
});
copyButton.addEventListener("click", onCopy);
document.addEventListener("visibilitychange", pollWhileVisible);

showScript();
pollWhileVisible();
