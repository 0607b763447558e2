// The chat in the browser: joins a room of the server that the page is from, and comes back when the connection is lost.

import { ConnectionLine } from "example-site/connection-line";
import { remember, remembered } from "example-site/memory";
import { ReconnectingWebSocketPeer } from "godot-ws";
import { type ChatLine, readChatLine } from "./chat-lines.ts";

const protocol = "demo-chat";
/** For how long to wait when our name is taken, most likely by our own lost connection. */
const nameAgainMs = 5000;
const mostItems = 300;

const byId = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;
const nameField = byId<HTMLInputElement>("name");
const roomField = byId<HTMLInputElement>("room");
const messageField = byId<HTMLInputElement>("message");
const sendButton = byId<HTMLButtonElement>("send");
const log = byId("log");
let shownPeople = "";

nameField.value = remembered("name");
nameField.focus();
roomField.value = roomOfAddress() || "lobby";

byId("join").addEventListener("submit", (event) => {
  event.preventDefault();
  remember("name", nameField.value);
  showRoom(roomField.value);
  byId("join").hidden = true;
  byId("chat").hidden = false;
  byId("connection").hidden = false;
  enter(roomField.value, nameField.value);
});

/** Empty when the address names none. */
function roomOfAddress(): string {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function showRoom(room: string): void {
  history.replaceState(undefined, "", `#${encodeURIComponent(room)}`);
  byId("room-name").textContent = room;
  document.title = `${room} · Chat`;
}

function enter(firstRoom: string, wantedName: string): void {
  const people = new Set<string>();
  let ownName = wantedName;
  let room = firstRoom;
  let isBack = false;
  let nameTimer: ReturnType<typeof setTimeout> | undefined;
  const peer = new ReconnectingWebSocketPeer({ supportedProtocols: [protocol] });
  const say = (text: string): boolean =>
    peer.readyState === ReconnectingWebSocketPeer.State.OPEN && peer.sendText(text);
  new ConnectionLine(byId("connection")).follow(peer);

  peer.opened.connect(() => {
    say(`/name ${ownName}`);
    // The address is that of the first.
    if (room !== firstRoom) say(`/join ${room}`);
    setReady(true);
    if (isBack) addNotice("Back again. What was said meanwhile is not here.");
    isBack = true;
  });
  peer.closed.connect(() => {
    setReady(false);
    clearTimeout(nameTimer);
    people.clear();
    showPeople(people, ownName);
  });
  peer.packetReceived.connect(({ text }) => {
    if (text === undefined) return;
    const line = readChatLine(text);
    follow(people, line);
    if (line.kind === "named") ownName = line.name;
    if (line.kind === "moved") {
      room = line.room;
      showRoom(room);
    }
    if (line.kind === "named" || line.kind === "taken" || line.kind === "moved") say("/who");
    // The last one that was asked for is the one that is wanted.
    if (line.kind === "named" || line.kind === "taken") clearTimeout(nameTimer);
    if (line.kind === "taken") nameTimer = setTimeout(() => say(`/name ${line.name}`), nameAgainMs);
    showLine(line);
    showPeople(people, ownName);
  });

  byId("say").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = messageField.value.trim();
    if (text === "" || !say(text)) return;
    if (!text.startsWith("/")) addMessage(ownName, text, true);
    messageField.value = "";
  });
  void peer.connectToUrl(`${location.origin.replace(/^http/, "ws")}/${encodeURIComponent(firstRoom)}/`);
}

/** Who is in the room, by what the server says of it. */
function follow(people: Set<string>, line: ChatLine): void {
  if (line.kind === "here") {
    people.clear();
    for (const name of line.names) people.add(name);
  } else if (line.kind === "came" || line.kind === "said") people.add(line.name);
  else if (line.kind === "left") people.delete(line.name);
  else if (line.kind === "renamed") {
    people.delete(line.name);
    people.add(line.newName);
  }
}

function showPeople(people: ReadonlySet<string>, ownName: string): void {
  const names = [...people].filter((name) => name !== ownName).sort();
  const items = [people.has(ownName) ? `${ownName} (you)` : "", ...names].filter((name) => name !== "");
  const key = items.join();
  if (key === shownPeople) return;
  shownPeople = key;
  byId("people").replaceChildren(...items.map((name) => element("li", "", name)));
}

/** A number is somebody without a name: only what they say is news. */
const hasName = (name: string): boolean => !/^\d+$/.test(name);

function showLine(line: ChatLine): void {
  if (line.kind === "said") addMessage(line.name, line.text, false);
  else if (line.kind === "notice") addNotice(line.text);
  else if (line.kind === "moved") addNotice(`You are in ${line.room} now`);
  else if (line.kind === "taken")
    addNotice(`${line.name} is taken. Trying again in ${nameAgainMs / 1000} s.`);
  else if (line.kind === "left" && hasName(line.name)) addNotice(`${line.name} is gone`);
  else if (line.kind === "renamed") {
    addNotice(hasName(line.name) ? `${line.name} is now ${line.newName}` : `${line.newName} is here`);
  }
}

function addMessage(name: string, text: string, isOwn: boolean): void {
  const item = element("li", isOwn ? "message own" : "message");
  if (!isOwn) item.append(element("b", "", name));
  item.append(element("p", "", text));
  addItem(item);
}

function addNotice(text: string): void {
  addItem(element("li", "notice", text));
}

/** Stays at the end, unless somebody reads further up. */
function addItem(item: HTMLElement): void {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.append(item);
  if (log.childElementCount > mostItems) log.firstElementChild?.remove();
  if (isAtEnd || item.classList.contains("own")) log.scrollTop = log.scrollHeight;
}

function setReady(isReady: boolean): void {
  messageField.disabled = !isReady;
  sendButton.disabled = !isReady;
  if (isReady) messageField.focus();
}

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
