// One WebSocket connection, sans I/O: bytes in, events out; sends in, bytes out (RFC 6455). It has no socket, no clock
// and no randomness of its own, never waits, and never throws at whoever feeds it.

import { closeCodes, decodeClose, encodeClose } from "./close.ts";
import { opcodes } from "./frame.ts";
import { FrameParser, type FrameSink, type MessageLimits } from "./frame-parser.ts";
import { appendFrame, appendTextFrame, type PreparedFrame } from "./frame-writer.ts";
import {
  type Acceptance,
  formatAcceptance,
  formatRefusal,
  formatRequest,
  isRefusal,
  type Refusal,
  type RequestOptions,
  readRequest,
  readResponse,
  type UpgradeRequest,
} from "./handshake.ts";
import { type HeadLimits, HeadReader, type HttpHead, type HttpHeaders, parseHead } from "./http-head.ts";
import { type Arena, Outbox } from "./outbox.ts";
import { type ConnectionMove, type ConnectionState, nextState } from "./state.ts";
import { type Violation, violations } from "./violations.ts";

/** Why a connection did not come to be, or had to be failed. */
export interface Failure {
  /** `handshake`: before OPEN, `status` is the HTTP one. `violation`: the peer broke the protocol on an open connection. */
  readonly kind: "handshake" | "violation";
  readonly reason: string;
  readonly status?: number | undefined;
  readonly closeCode?: number;
  readonly violation?: Violation;
}

export interface ProtocolEvents {
  /** Server: a correct request came; answer with `accept` or `reject`, now or later. */
  onRequest(request: UpgradeRequest): void;
  onOpen(): void;
  onMessage(payload: Uint8Array, isText: boolean): void;
  /** A ping came; its pong is in the outbox already. */
  onPing(payload: Uint8Array): void;
  onPong(payload: Uint8Array): void;
  /** The peer's close frame came; the answer is in the outbox already. */
  onCloseFrame(code: number, reason: string): void;
  onFailure(failure: Failure): void;
}

export interface ProtocolLimits extends MessageLimits, HeadLimits {}

export interface ProtocolOptions {
  readonly role: "client" | "server";
  readonly events: ProtocolEvents;
  readonly arena: Arena;
  readonly limits: ProtocolLimits;
  /** 32 unpredictable bits, for each frame a client sends (RFC 6455 §5.3). */
  readonly maskKey: () => number;
}

export class Protocol implements FrameSink {
  /** What is to be sent. */
  readonly outbox = new Outbox();
  readonly role: "client" | "server";
  readonly #events: ProtocolEvents;
  readonly #arena: Arena;
  readonly #limits: ProtocolLimits;
  readonly #maskKey: () => number;
  #state: ConnectionState = "connecting";
  #head: HeadReader | undefined;
  #parser: FrameParser | undefined;
  #paused = false;
  // Client: what the answer must fit. Server: what `accept` answers, and what came behind the head before it.
  #asked: RequestOptions | undefined;
  #request: UpgradeRequest | undefined;
  #early: Uint8Array[] = [];
  #selectedProtocol = "";
  #responseHeaders: HttpHeaders | undefined;

  constructor({ role, events, arena, limits, maskKey }: ProtocolOptions) {
    this.role = role;
    this.#events = events;
    this.#arena = arena;
    this.#limits = limits;
    this.#maskKey = maskKey;
    this.#head = new HeadReader(limits.maxHeadBytes);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The agreed subprotocol, or empty. */
  get selectedProtocol(): string {
    return this.#selectedProtocol;
  }

  /** Server: the request, once it came. */
  get request(): UpgradeRequest | undefined {
    return this.#request;
  }

  /** Client: the headers of the server's answer, once it came. */
  get responseHeaders(): HttpHeaders | undefined {
    return this.#responseHeaders;
  }

  /** Server: octets that came behind a request not answered yet. */
  get earlyBytes(): number {
    return this.#early.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  // ---- the opening handshake ----

  /** Client: begins. */
  sendRequest(options: RequestOptions): void {
    this.#asked = options;
    this.#append(formatRequest(options));
  }

  /** Server: takes the request that `onRequest` brought. */
  accept(acceptance: Acceptance = {}): void {
    if (this.#request === undefined || this.#state !== "connecting") return;
    this.#append(formatAcceptance(this.#request, acceptance));
    this.#selectedProtocol = acceptance.protocol ?? "";
    this.#open();
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) this.receiveData(chunk);
  }

  /** Server: refuses with an HTTP answer. */
  reject(refusal: Refusal): void {
    if (this.#state !== "connecting") return;
    this.#append(formatRefusal(refusal));
    this.#failHandshake(refusal.reason, refusal.status);
  }

  /** Server: a request whose head somebody else has read. */
  receiveRequest(head: HttpHead): void {
    this.#head = undefined;
    this.#readRequest(head);
  }

  // ---- bytes in ----

  /** Reads what the peer sent; `chunk` is taken over. */
  receiveData(chunk: Uint8Array): void {
    if (this.#parser !== undefined) this.#parser.push(chunk);
    else if (this.#state === "connecting") this.#receiveHead(chunk);
  }

  /** TCP ended or broke; also how the I/O side says that it has ended it. */
  receiveEnd(): void {
    if (this.#state === "closed") return;
    this.#parser?.stop();
    this.#move("lost");
    this.outbox.clear();
  }

  /** From within an event too: delivers no further message until `resumeReading`. */
  pauseReading(): void {
    this.#paused = true;
    this.#parser?.pause();
  }

  resumeReading(): void {
    this.#paused = false;
    this.#parser?.resume();
  }

  get isReadingPaused(): boolean {
    return this.#paused;
  }

  #receiveHead(chunk: Uint8Array): void {
    if (this.#head === undefined) {
      this.#early.push(chunk);
      return;
    }
    const found = this.#head.push(chunk);
    if (found === undefined) return;
    this.#head = undefined;
    if (found === "too large")
      return this.#refuseHead(431, `the head is over ${this.#limits.maxHeadBytes} octets`);
    const head = parseHead(found.text, this.#limits.maxHeaderCount);
    if (head === "too many headers") return this.#refuseHead(431, "too many header fields");
    if (head === "malformed") return this.#refuseHead(400, "malformed head");
    if (found.rest.length > 0) this.#early.push(found.rest);
    if (this.role === "server") this.#readRequest(head);
    else this.#readResponse(head);
  }

  #refuseHead(status: number, reason: string): void {
    if (this.role === "server") this.reject({ status, reason });
    else this.#failHandshake(reason, undefined);
  }

  #readRequest(head: HttpHead): void {
    const request = readRequest(head);
    if (isRefusal(request)) return this.reject(request);
    this.#request = request;
    this.#events.onRequest(request);
  }

  #readResponse(head: HttpHead): void {
    if (this.#asked === undefined) throw new Error("bug: an answer was read before the request was sent");
    const { key, protocols } = this.#asked;
    const outcome = readResponse(head, key, protocols);
    this.#responseHeaders = head.headers;
    if ("fault" in outcome) return this.#failHandshake(outcome.fault, outcome.status);
    this.#selectedProtocol = outcome.protocol;
    this.#open();
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) this.receiveData(chunk);
  }

  #open(): void {
    this.#move("opened");
    this.#parser = new FrameParser(this, this.role, this.#limits);
    if (this.#paused) this.#parser.pause();
    this.#events.onOpen();
  }

  #failHandshake(reason: string, status: number | undefined): void {
    this.#early = [];
    this.#move("failed");
    this.#events.onFailure({ kind: "handshake", reason, status });
  }

  // ---- sends in: only when OPEN; the caller has checked that ----

  /** Octets of payload that were queued. */
  sendText(text: string): number {
    return appendTextFrame(this.outbox, this.#arena, opcodes.text, text, this.#nextMask());
  }

  sendMessage(payload: Uint8Array, isText: boolean): void {
    appendFrame(this.outbox, this.#arena, isText ? opcodes.text : opcodes.binary, payload, this.#nextMask());
  }

  /** Server: a frame encoded for many. */
  sendPrepared({ buffer, start, end }: PreparedFrame): void {
    this.outbox.append(buffer, start, end);
  }

  sendPing(payload: Uint8Array): void {
    appendFrame(this.outbox, this.#arena, opcodes.ping, payload, this.#nextMask());
  }

  /** Begins the closing handshake; 1005 sends no code. */
  sendClose(code: number, reason: string): void {
    this.#appendClose(encodeClose(code, reason));
    this.#move("sentClose");
  }

  #nextMask(): number | undefined {
    return this.role === "client" ? this.#maskKey() : undefined;
  }

  #append(bytes: Uint8Array): void {
    this.outbox.append(bytes, 0, bytes.length);
  }

  #appendClose(payload: Uint8Array): void {
    appendFrame(this.outbox, this.#arena, opcodes.close, payload, this.#nextMask());
  }

  #move(move: ConnectionMove): void {
    this.#state = nextState(this.#state, move);
  }

  // ---- what the parser finds ----

  onMessage(payload: Uint8Array, isText: boolean): void {
    this.#events.onMessage(payload, isText);
  }

  onControl(opcode: number, payload: Uint8Array): void {
    if (opcode === opcodes.close) return this.#receiveClose(payload);
    if (opcode === opcodes.pong) return this.#events.onPong(payload);
    // After our close frame nothing may follow it (RFC 6455 §5.5.1), so a late ping stays unanswered.
    if (this.#state === "open")
      appendFrame(this.outbox, this.#arena, opcodes.pong, payload, this.#nextMask());
    this.#events.onPing(payload);
  }

  onViolation(violation: Violation): void {
    const [closeCode, reason] = violations[violation];
    this.#fail(closeCode, reason, violation);
  }

  #receiveClose(payload: Uint8Array): void {
    this.#parser?.stop();
    const frame = decodeClose(payload);
    if (typeof frame === "number") {
      const violation = frame === closeCodes.invalidPayload ? "invalidText" : "badCloseFrame";
      this.#fail(frame, violations[violation][1], violation);
      return;
    }
    if (this.#state === "open") this.#appendClose(payload);
    this.#move("receivedClose");
    this.#events.onCloseFrame(frame.code, frame.reason);
  }

  #fail(closeCode: number, reason: string, violation: Violation): void {
    if (this.#state === "open") this.#appendClose(encodeClose(closeCode, reason));
    this.#move("failed");
    this.#events.onFailure({ kind: "violation", reason, closeCode, violation });
  }
}
