// What a page knows of the server's notifications: which it has, and so what to ask for. Knows no elements of a page.

import type { Notification, PushMessage, Since, Welcome } from "../notification.ts";

export class PushInbox {
  #series = "";
  #seen = 0;

  /** What to tell the server first. */
  get since(): Since {
    return { series: this.#series, seen: this.#seen };
  }

  /** How many were lost, when the server does not have them any more; undefined when it is another one. */
  welcome({ series, first, lost }: Welcome): number | undefined {
    const isSame = series === this.#series || this.#series === "";
    this.#series = series;
    this.#seen = first - 1;
    return isSame ? lost : undefined;
  }

  /** False for one that is here already. Throws when one before it is missing, which cannot be. */
  take({ sequence }: Notification): boolean {
    if (sequence <= this.#seen) return false;
    if (sequence !== this.#seen + 1) throw new Error(`bug: ${sequence} came after ${this.#seen}`);
    this.#seen = sequence;
    return true;
  }
}

export function readPushMessage(text: string): PushMessage {
  return JSON.parse(text) as PushMessage;
}
