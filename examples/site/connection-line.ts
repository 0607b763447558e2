// The line on a page that says whether it is connected, and when it tries again. Runs in the browser.

import type { ReconnectingWebSocketPeer } from "godot-ws";

/** `data-state` of the element. */
export type ConnectionState = "open" | "connecting" | "waiting" | "closed";

export class ConnectionLine {
  readonly #element: HTMLElement;
  readonly #text = document.createElement("span");
  /** Apart, so that no screen reader counts aloud. */
  readonly #countdown = document.createElement("span");
  readonly #button = document.createElement("button");
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(element: HTMLElement) {
    this.#element = element;
    this.#text.role = "status";
    this.#countdown.ariaHidden = "true";
    this.#button.type = "button";
    this.#button.className = "small plain";
    this.#button.textContent = "Now";
    const words = document.createElement("span");
    words.append(this.#text, this.#countdown);
    element.replaceChildren(words, this.#button);
    this.show("connecting", "Connecting …");
  }

  show(state: ConnectionState, text: string): void {
    clearInterval(this.#timer);
    this.#element.dataset["state"] = state;
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#countdown.textContent = "";
    this.#button.hidden = true;
  }

  /** Counts the seconds until the next attempt; the button is for those who do not want to wait. */
  wait(delayMs: number, tryNow: () => void): void {
    this.show("waiting", "Trying again");
    const at = performance.now() + delayMs;
    const tick = (): void => {
      const seconds = Math.max(1, Math.ceil((at - performance.now()) / 1000));
      this.#countdown.textContent = ` in ${seconds} s`;
    };
    tick();
    this.#timer = setInterval(tick, 250);
    this.#button.hidden = false;
    this.#button.onclick = tryNow;
  }

  /** Shows what a peer is at, from `connectToUrl` to its end, and lets it try at once when the page is online again. */
  follow(peer: ReconnectingWebSocketPeer): void {
    const tryNow = (): void => {
      if (this.#element.dataset["state"] !== "waiting") return;
      this.show("connecting", "Connecting …");
      peer.reconnectNow();
    };
    peer.opened.connect(() => this.show("open", "Connected"));
    peer.reconnecting.connect((_attempt, delayMs) => this.wait(delayMs, tryNow));
    peer.gaveUp.connect((error) => this.show("closed", error.message));
    addEventListener("online", tryNow);
  }
}
