// What the server pushes, and what a page says when it comes: JSON, a message each.

export const port = 8090;
export const protocol = "push-demo";

export const kinds = ["deploy", "score", "message"] as const;
export type Kind = (typeof kinds)[number];

export interface Notification {
  /** Without gaps, from 1. Who has seen up to one asks for what comes after it. */
  readonly sequence: number;
  readonly kind: Kind;
  readonly title: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The page's first message, and its only one. */
export interface Since {
  /** Of which server; another one's numbers mean nothing. Empty at first. */
  readonly series: string;
  /** The last number seen, 0 for none. */
  readonly seen: number;
}

/** The server's answer, before the notifications that the page has not seen. */
export interface Welcome {
  readonly series: string;
  /** The first number that the page will get. */
  readonly first: number;
  /** How many the page has missed that are not kept any more. */
  readonly lost: number;
}

/** That the server is there, when there is nothing else to say: a page cannot see its pings. */
export interface Alive {
  readonly alive: true;
}

export type PushMessage = { readonly welcome: Welcome } | { readonly notification: Notification } | Alive;

/** Milliseconds between signs of life. A page that has heard nothing for `longestSilenceMs` calls again. */
export const aliveIntervalMs = 20_000;
export const longestSilenceMs = 3 * aliveIntervalMs;
