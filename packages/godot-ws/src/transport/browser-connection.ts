// A Connection over the browser's WebSocket, which does the framing. It hides bytes, cannot be paused, and tells neither
// when it has sent what waited nor why it failed.

import { type Clock, setPatientTimer } from "../clock.ts";
import { UsageError } from "../errors.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { Failure } from "../protocol/protocol.ts";
import type { ConnectionState } from "../protocol/state.ts";
import { decoder, encoder } from "../protocol/utf8.ts";
import type { BrowserBounds, BrowserTarget, Connection, ConnectionEvents } from "./connection.ts";

/** How often the browser is asked whether all is sent. */
const drainIntervalMs = 16;

/** What only opening.ts and what it brings, which no page has, ask of a connection. */
type Elsewhere =
  | ("request" | "accept" | "reject" | "ping" | "pauseReading" | "resumeReading")
  | ("remoteAddress" | "remotePort" | "isEncrypted" | "setNoDelay");

interface End {
  readonly wasClean: boolean;
  readonly code: number;
  readonly reason: string;
}

/** Throws UsageError for subprotocols that the browser finds malformed. */
export class BrowserConnection implements Omit<Connection, Elsewhere> {
  state: ConnectionState = "connecting";
  closeCode = -1;
  closeReason = "";
  failure: Failure | undefined;
  readonly #events: ConnectionEvents;
  readonly #options: BrowserBounds;
  readonly #clock: Clock;
  readonly #socket: WebSocket | undefined;
  #stopTimer: (() => void) | undefined;
  #watchesDrain = false;
  #askedCloseCode = 0;

  constructor(target: BrowserTarget, events: ConnectionEvents, options: BrowserBounds, clock: Clock) {
    this.#events = events;
    this.#options = options;
    this.#clock = clock;
    try {
      this.#socket = new WebSocket(target.href, [...target.protocols]);
    } catch (error) {
      const { name, message } = error as Error;
      if (name === "SyntaxError") throw new UsageError("ERR_INVALID_PARAMETER", message, { cause: error });
      // A port that browsers do not call, ws:// from a page of https://.
      this.failure = { kind: "handshake", reason: message };
    }
  }

  get selectedProtocol(): string {
    return this.#socket?.protocol ?? "";
  }

  get extensions(): string {
    return this.#socket?.extensions ?? "";
  }

  /** Without frame headers: those are the browser's. */
  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  // ---- what the owner asks for ----

  start(): void {
    const socket = this.#socket;
    // Its owner is not ready yet to hear of a failure.
    if (socket === undefined) return this.#clock.endOfTurn(() => this.terminate());
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      if (this.state !== "connecting") return;
      this.#stopTimer?.();
      this.state = "open";
      this.#events.onOpen();
      this.#events.onReady();
    };
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onclose = (end) => this.#finish(end);
    this.#startTimer(this.#options.handshakeTimeoutMs, () => {
      this.failure = { kind: "handshake", reason: "the handshake took too long" };
      this.terminate();
    });
  }

  sendText(text: string): void {
    this.#send(text);
  }

  /** What is no UTF-8 in a text leaves as U+FFFD. */
  sendBytes(payload: Uint8Array, isText: boolean): void {
    this.#send(isText ? decoder.decode(payload) : payload);
  }

  sendPrepared({ buffer }: Pick<PreparedFrame, "buffer">): void {
    this.#send(buffer);
  }

  #send(message: string | Uint8Array): void {
    this.#socket!.send(message as string);
    if (this.#watchesDrain) return;
    this.#watchesDrain = true;
    this.#clock.endOfTurn(this.#checkDrained);
  }

  readonly #checkDrained = (): void => {
    this.#watchesDrain = false;
    if (this.state !== "open") return;
    if (this.bufferedAmount === 0) return this.#events.onDrained();
    this.#watchesDrain = true;
    this.#clock.setTimer(this.#checkDrained, drainIntervalMs);
  };

  close(code: number, reason: string): void {
    if (this.state === "connecting") return this.terminate();
    if (this.state !== "open") return;
    this.state = "closing";
    this.#askedCloseCode = code;
    this.#socket!.close(sentCloseCode(code), reason);
    this.#startTimer(this.#options.closeTimeoutMs, () => this.terminate());
    this.#events.onReady();
  }

  /** A browser cannot drop TCP: the server gets a close frame, and its answer is not waited for. */
  terminate(): void {
    this.#socket?.close(3001);
    this.#finish();
  }

  flush(): void {}

  // ---- what the browser brings ----

  #onMessage(data: string | ArrayBuffer): void {
    if (this.state !== "open") return;
    const isText = typeof data === "string";
    const payload = isText ? encoder.encode(data) : new Uint8Array(data);
    if (payload.length > this.#options.limits.maxMessageBytes) return this.#refuseMessage();
    this.#events.onMessage(payload, isText);
    this.#events.onReady();
  }

  #refuseMessage(): void {
    const reason = "message too big";
    const closeCode = 1009;
    this.failure = { kind: "violation", violation: "oversizedMessage", closeCode, reason };
    this.closeCode = closeCode;
    this.closeReason = reason;
    this.close(closeCode, reason);
  }

  #finish(end?: End): void {
    if (this.state === "closed") return;
    this.#stopTimer?.();
    if (this.state === "connecting") {
      if (end !== undefined) this.failure = { kind: "handshake", reason: "the browser does not say why" };
    } else if (end?.wasClean && this.failure === undefined) {
      // A server echoes what was sent, which is not always what was asked for.
      const isEcho = end.code === sentCloseCode(this.#askedCloseCode);
      this.closeCode = isEcho ? this.#askedCloseCode : end.code;
      this.closeReason = end.reason;
    }
    this.state = "closed";
    this.#events.onReady();
  }

  #startTimer(delayMs: number, callback: () => void): void {
    this.#stopTimer?.();
    if (delayMs > 0) this.#stopTimer = setPatientTimer(this.#clock, callback, delayMs);
  }
}

/**
 * Of a page a browser takes 1000 and 3000 to 4999. RFC 6455's own codes leave as 3001 for 1001 and so on, as Godot sends
 * 3001 too.
 */
function sentCloseCode(code: number): number {
  return code > 1000 && code < 3000 ? code + 2000 : code;
}
