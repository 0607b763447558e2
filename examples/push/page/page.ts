// Shows what the server pushes, the newest first, and comes back by itself when the connection is lost.

import { ConnectionLine } from "example-site/connection-line";
import { ReconnectingWebSocketPeer } from "godot-ws";
import { longestSilenceMs, type Notification, protocol } from "../notification.ts";
import { PushInbox, readPushMessage } from "./inbox.ts";

const mostCards = 200;

const byId = (id: string): HTMLElement => document.getElementById(id)!;
const inbox = new PushInbox();
const peer = new ReconnectingWebSocketPeer({
  supportedProtocols: [protocol],
  initialDelayMs: 1000,
  maxDelayMs: 30_000,
  // A connection that is dead without a word: nothing else would show it to a page that only listens.
  idleTimeoutMs: longestSilenceMs,
  // A page like this one is left open for days: whatever it was, it may be over.
  shouldReconnect: () => true,
});
new ConnectionLine(byId("connection")).follow(peer);

let unread = 0;

peer.opened.connect(() => peer.sendText(JSON.stringify(inbox.since)));
peer.packetReceived.connect(({ text }) => {
  if (text === undefined) return;
  const message = readPushMessage(text);
  if ("alive" in message) return;
  if ("notification" in message) {
    if (inbox.take(message.notification)) addCard(message.notification);
    return;
  }
  const lost = inbox.welcome(message.welcome);
  if (lost === undefined)
    addNotice("The server has begun anew: what it did not get to say before, nobody knows.");
  else if (lost > 0) addNotice(`${lost} are gone: the server did not keep them for so long.`);
});
void peer.connectToUrl(location.origin.replace(/^http/, "ws"));

// For whoever looks elsewhere: the title counts.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) unread = 0;
  showTitle();
});

function addCard(notification: Notification): void {
  const { kind, title, text, at } = notification;
  const card = element("li", "card notification", "");
  card.dataset["sequence"] = String(notification.sequence);
  const symbol = element("span", `symbol ${kind}`, "");
  const time = element("time", "quiet", new Date(at).toLocaleTimeString());
  const words = element("div", "words", "");
  words.append(element("h2", "", title), element("p", "", text));
  card.append(symbol, words, time);
  add(card);
  if (document.hidden) unread++;
  showTitle();
}

function addNotice(text: string): void {
  add(element("li", "notice", text));
}

function add(item: HTMLElement): void {
  const list = byId("notifications");
  list.prepend(item);
  if (list.childElementCount > mostCards) list.lastElementChild?.remove();
  byId("empty").hidden = true;
}

function showTitle(): void {
  document.title = unread > 0 ? `(${unread}) Inbox` : "Inbox";
}

function element(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
