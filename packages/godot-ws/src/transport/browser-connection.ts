// A Connection over the browser's WebSocket, which does the framing. It hides bytes, cannot be paused, and tells neither
// when it has sent what waited nor why it failed.

import type { Clock, Timer } from "../clock.ts";
import { UsageError } from "../errors.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { Failure } from "../protocol/protocol.ts";
import type { ConnectionState } from "../protocol/state.ts";
import type { ClientTarget, Connection, ConnectionEvents, ConnectionOptions } from "./connection.ts";

/** What may be held for an owner that does not read: octets, and what each message costs besides. */
const maxHeldBytes = 16 * 1024 * 1024;
const messageOverhead = 128;

/** How often the browser is asked whether all is sent. */
const drainIntervalMs = 16;

/** A timer so late was held up, and so was all that came meanwhile: a tab slept. */
const oversleptMs = 1000;

interface End {
  readonly wasClean: boolean;
  readonly code: number;
  readonly reason: string;
}

interface Held {
  readonly payload: Uint8Array;
  readonly isText: boolean;
}

const encoder = new TextEncoder();
// A byte order mark is part of the message.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Throws UsageError for subprotocols that the browser finds malformed. */
export class BrowserConnection implements Connection {
  state: ConnectionState = "connecting";
  closeCode = -1;
  closeReason = "";
  failure: Failure | undefined;
  readonly request = undefined;
  readonly remoteAddress = "";
  readonly remotePort = 0;
  readonly isEncrypted: boolean;
  readonly #events: ConnectionEvents;
  readonly #options: ConnectionOptions;
  readonly #clock: Clock;
  readonly #socket: WebSocket | undefined;
  #timer: Timer | undefined;
  #paused = false;
  #delivering = false;
  #watchesDrain = false;
  /** What came while paused, oldest first. */
  readonly #held = new Set<Held>();
  #heldBytes = 0;
  /** Seen while messages were held, to be acted upon behind them. */
  #end: End | undefined;
  #askedCloseCode = 0;

  constructor(target: ClientTarget, events: ConnectionEvents, options: ConnectionOptions, clock: Clock) {
    this.isEncrypted = target.secure;
    this.#events = events;
    this.#options = options;
    this.#clock = clock;
    const { secure, host, path, protocols } = target;
    try {
      this.#socket = new WebSocket(`${secure ? "wss" : "ws"}://${host}${path}`, [...protocols]);
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
    socket.onopen = () => this.#onOpen();
    socket.onmessage = ({ data }) => this.#onMessage(data);
    socket.onclose = (end) => this.#onEnd(end);
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

  sendPrepared({ buffer, end, payloadLength }: PreparedFrame): void {
    this.#send(buffer.subarray(end - payloadLength, end));
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
    // Whoever closes does not wait for what is held to be read.
    if (this.state !== "open" && this.#end === undefined) return;
    this.state = "closing";
    this.#closeSocket(code, reason);
    this.#startTimer(this.#options.closeTimeoutMs, () => this.terminate());
    this.resumeReading();
  }

  // Of a page a browser takes 1000 and 3000 to 4999. RFC 6455's own codes leave as 3001 for 1001 and so on, as Godot
  // sends 3001 too.
  #closeSocket(code: number, reason: string): void {
    this.#askedCloseCode = code;
    this.#socket!.close(sentCloseCode(code), reason);
  }

  /** A browser cannot drop TCP: the server gets a close frame, and its answer is not waited for. */
  terminate(): void {
    const socket = this.#socket;
    if (socket !== undefined) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(sentCloseCode(1001));
    }
    this.#held.clear();
    this.#finish();
  }

  pauseReading(): void {
    this.#paused = true;
  }

  resumeReading(): void {
    this.#paused = false;
    // Whom a message reaches may make room for more.
    if (this.#delivering) return;
    this.#delivering = true;
    for (const message of this.#held) {
      if (this.#paused) break;
      this.#held.delete(message);
      this.#heldBytes -= message.payload.length + messageOverhead;
      this.#events.onMessage(message.payload, message.isText);
    }
    this.#delivering = false;
    if (this.#end !== undefined && this.#held.size === 0) this.#finish(this.#end);
    else this.#events.onReady();
  }

  accept(): void {}
  reject(): void {}
  ping(): void {}
  flush(): void {}
  setNoDelay(): void {}

  // ---- what the browser brings ----

  #onOpen(): void {
    this.#stopTimer();
    this.state = "open";
    this.#events.onOpen();
    this.#events.onReady();
  }

  #onMessage(data: string | ArrayBuffer): void {
    if (this.state !== "open") return;
    const isText = typeof data === "string";
    const payload = isText ? encoder.encode(data) : new Uint8Array(data);
    if (payload.length > this.#options.limits.maxMessageBytes) return this.#refuseMessage();
    if (this.#paused || this.#held.size > 0) return this.#hold({ payload, isText });
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

  #hold(message: Held): void {
    this.#held.add(message);
    this.#heldBytes += message.payload.length + messageOverhead;
    if (this.#heldBytes <= maxHeldBytes) return;
    // All that has come can still be read, and then the end.
    const end = { wasClean: true, code: 1008, reason: "too many unread packets" };
    this.#closeSocket(end.code, end.reason);
    this.#socket!.onclose = null;
    this.#end = end;
    this.state = "closing";
    this.#events.onReady();
  }

  #onEnd(end: End): void {
    if (this.#held.size > 0 || this.#delivering) this.#end = end;
    else this.#finish(end);
  }

  #finish(end?: End): void {
    if (this.state === "closed") return;
    this.#stopTimer();
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
    this.#stopTimer();
    if (delayMs === 0) return;
    const due = this.#clock.now() + delayMs;
    this.#timer = this.#clock.setTimer(() => {
      if (this.#clock.now() <= due + oversleptMs) callback();
      else this.#startTimer(oversleptMs, callback);
    }, delayMs);
  }

  #stopTimer(): void {
    this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}

function sentCloseCode(code: number): number {
  return code > 1000 && code < 3000 ? code + 2000 : code;
}
