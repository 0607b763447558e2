// One WebSocket connection, sans I/O: bytes in, events out; sends in, bytes out (RFC 6455). It has no socket, no clock
// and no randomness of its own, never waits, and never throws at whoever feeds it.

import { closeCodes, decodeClose, encodeClose } from "./close.ts";
import {
  answerDeflateOffers,
  canCompress,
  type DeflateAgreement,
  type DeflateSupport,
  formatDeflateOffer,
  readDeflateAnswer,
} from "./deflate.ts";
import { type DeflateInlet, DeflateReceiver } from "./deflate-receiver.ts";
import { DeflateSender } from "./deflate-sender.ts";
import { parseExtensions } from "./extensions.ts";
import { opcodes } from "./frame.ts";
import { FrameParser, type FrameSink, type MessageLimits } from "./frame-parser.ts";
import { appendFrame, appendText, appendTextFrame, type PreparedFrame } from "./frame-writer.ts";
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
import type { Digest } from "./sha1.ts";
import { type ConnectionMove, type ConnectionState, nextState } from "./state.ts";
import { type Violation, violations } from "./violations.ts";

/** Why a connection did not come to be, or had to be failed. */
export interface Failure {
  /** `handshake`: before OPEN, `status` is the HTTP one. `violation`: the peer broke the protocol on an open connection. */
  readonly kind: "handshake" | "violation";
  /** For people. */
  readonly reason: string;
  /** The HTTP status, where one was answered or sent. */
  readonly status?: number | undefined;
  /** Client: where an HTTP redirect points, as the server wrote it. */
  readonly location?: string | undefined;
  /** The code that the connection was closed with for it. */
  readonly closeCode?: number;
  /** Which rule was broken. */
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

/** What happens between two calls, since a codec may take its time. */
export interface DeflateEvents {
  /** A message is being decompressed: what is received before `onDeflateDone` is kept, but nothing bounds it. */
  onInflateDelayed(): void;
  /** A codec has finished: there may have been events, and there may be more in the outbox. */
  onDeflateDone(): void;
}

export interface ProtocolLimits extends MessageLimits, HeadLimits {}

export interface ProtocolOptions {
  readonly role: "client" | "server";
  readonly events: ProtocolEvents;
  readonly arena: Arena;
  readonly limits: ProtocolLimits;
  /** 32 unpredictable bits, for each frame a client sends (RFC 6455 §5.3). */
  readonly maskKey: () => number;
  /** For Sec-WebSocket-Accept. Default: our own SHA-1. */
  readonly digest?: Digest | undefined;
  /** To offer permessage-deflate, or to agree to it (RFC 7692). */
  readonly deflate?: (DeflateSupport & { readonly events: DeflateEvents }) | undefined;
}

const encoder = new TextEncoder();

/** The first octet of every TLS record (RFC 8446 §5.1), which no HTTP message can begin with. */
function isTlsRecord(chunk: Uint8Array): boolean {
  const type = chunk[0];
  return type !== undefined && type >= 20 && type <= 23;
}

export class Protocol implements FrameSink {
  /** What is to be sent. */
  readonly outbox = new Outbox();
  readonly role: "client" | "server";
  readonly #events: ProtocolEvents;
  readonly #arena: Arena;
  readonly #limits: ProtocolLimits;
  readonly #maskKey: () => number;
  readonly #digest: Digest | undefined;
  readonly #deflate: ProtocolOptions["deflate"];
  #state: ConnectionState = "connecting";
  #head: HeadReader | undefined;
  #parser: FrameParser | undefined;
  #paused = false;
  // Client: what the answer must fit. Server: what `accept` answers, and what came behind the head before it.
  #asked: RequestOptions | undefined;
  #request: UpgradeRequest | undefined;
  #early: Uint8Array[] | undefined;
  #selectedProtocol = "";
  #pongsHeld = false;
  #heldPong: Uint8Array | undefined;
  #responseHeaders: HttpHeaders | undefined;
  #extensions: string | undefined;
  // There if permessage-deflate was agreed on, once OPEN.
  #agreement: DeflateAgreement | undefined;
  #sender: DeflateSender | undefined;
  #receiver: DeflateReceiver | undefined;
  #closeCodec: (() => void) | undefined;

  constructor({ role, events, arena, limits, maskKey, digest, deflate }: ProtocolOptions) {
    this.role = role;
    this.#events = events;
    this.#arena = arena;
    this.#limits = limits;
    this.#maskKey = maskKey;
    this.#digest = digest;
    this.#deflate = deflate;
    this.#head = new HeadReader(limits.maxHeadBytes);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The agreed subprotocol, or empty. */
  get selectedProtocol(): string {
    return this.#selectedProtocol;
  }

  /** The agreed extensions with their parameters, as the server's header has them, or empty. */
  get extensions(): string {
    return this.#extensions ?? "";
  }

  /** Octets sent that are in the outbox, or will be. */
  get queuedBytes(): number {
    return this.outbox.byteLength + (this.#sender === undefined ? 0 : this.#sender.waitingBytes);
  }

  /** True while a message that was sent is being compressed, and so not in the outbox yet. */
  get isDeflating(): boolean {
    return this.#sender !== undefined && !this.#sender.isIdle;
  }

  /** True while a message that came is being decompressed; what comes behind it waits. */
  get isInflating(): boolean {
    return this.#receiver?.isBusy ?? false;
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
    return (this.#early ?? []).reduce((sum, chunk) => sum + chunk.length, 0);
  }

  // ---- the opening handshake ----

  /** Client: begins. */
  sendRequest(options: RequestOptions): void {
    this.#asked = options;
    const deflate = this.#deflate;
    this.#append(formatRequest(options, deflate && formatDeflateOffer(deflate.settings)));
  }

  /** Server: takes the request that `onRequest` brought. */
  accept(acceptance: Acceptance = {}): void {
    if (this.#request === undefined || this.#state !== "connecting") return;
    appendText(
      this.outbox,
      this.#arena,
      formatAcceptance(this.#request, acceptance, this.#extensions, this.#digest),
    );
    this.#selectedProtocol = acceptance.protocol ?? "";
    this.#open();
    this.#readEarly();
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
    this.#sender?.stop();
    this.#receiver?.stop();
    this.#closeCodec?.();
  }

  /** From within an event too: delivers no further message until `resumeReading`. */
  pauseReading(): void {
    this.#paused = true;
    this.#parser?.pause();
    this.#receiver?.pause();
  }

  resumeReading(): void {
    this.#paused = false;
    this.#receiver?.resume();
    // What that delivered may have led to the next pause.
    if (!this.#paused && !this.isInflating) this.#parser?.resume();
  }

  get isReadingPaused(): boolean {
    return this.#paused;
  }

  #receiveHead(chunk: Uint8Array): void {
    if (this.#head === undefined) {
      this.#keepEarly(chunk);
      return;
    }
    if (this.#head.isEmpty && isTlsRecord(chunk)) {
      this.#head = undefined;
      const advice = this.role === "server" ? "this port does not speak TLS" : "the server speaks TLS";
      return this.#refuseHead(400, `${advice}: use ${this.role === "server" ? "ws" : "wss"}://`);
    }
    const found = this.#head.push(chunk);
    if (found === undefined) return;
    this.#head = undefined;
    if (found === "too large")
      return this.#refuseHead(431, `the head is over ${this.#limits.maxHeadBytes} octets`);
    const head = parseHead(found.text, this.#limits.maxHeaderCount);
    if (head === "too many headers") return this.#refuseHead(431, "too many header fields");
    if (head === "malformed") return this.#refuseHead(400, "malformed head");
    if (found.rest.length > 0) this.#keepEarly(found.rest);
    if (this.role === "server") this.#readRequest(head);
    else this.#readResponse(head);
  }

  #keepEarly(chunk: Uint8Array): void {
    this.#early ??= [];
    this.#early.push(chunk);
  }

  #readEarly(): void {
    const early = this.#early;
    if (early === undefined) return;
    this.#early = undefined;
    for (const chunk of early) this.receiveData(chunk);
  }

  #refuseHead(status: number, reason: string): void {
    if (this.role === "server") this.reject({ status, reason });
    else this.#failHandshake(reason, undefined);
  }

  #readRequest(head: HttpHead): void {
    const request = readRequest(head);
    if (isRefusal(request)) return this.reject(request);
    if (!this.#answerExtensions(request)) {
      return this.reject({ status: 400, reason: "Sec-WebSocket-Extensions is malformed" });
    }
    this.#request = request;
    this.#events.onRequest(request);
  }

  /** False when the header is malformed, also where there is nothing to agree on (RFC 6455 §9.1). */
  #answerExtensions({ headers }: UpgradeRequest): boolean {
    const text = headers.get("sec-websocket-extensions");
    if (text === undefined) return true;
    const offers = parseExtensions(text);
    if (offers === undefined) return false;
    if (this.#deflate === undefined) return true;
    const answer = answerDeflateOffers(offers, this.#deflate.settings);
    this.#agreement = answer?.agreement;
    this.#extensions = answer?.header;
    return true;
  }

  #readResponse(head: HttpHead): void {
    if (this.#asked === undefined) throw new Error("bug: an answer was read before the request was sent");
    const { key, protocols } = this.#asked;
    const outcome = readResponse(head, key, protocols, this.#deflate !== undefined, this.#digest);
    this.#responseHeaders = head.headers;
    if ("fault" in outcome) return this.#failHandshake(outcome.fault, outcome.status, outcome.location);
    const fault = this.#readExtensions(head.headers);
    if (fault !== undefined) return this.#failHandshake(fault, 101);
    this.#selectedProtocol = outcome.protocol;
    this.#open();
    this.#readEarly();
  }

  /** Why the server's answer to our offer has to end the connection, if it has. */
  #readExtensions(headers: HttpHeaders): string | undefined {
    const text = headers.get("sec-websocket-extensions");
    if (this.#deflate === undefined || text === undefined) return undefined;
    const extensions = parseExtensions(text);
    if (extensions === undefined) return "Sec-WebSocket-Extensions is malformed";
    const agreement = readDeflateAnswer(extensions, this.#deflate.settings);
    if (typeof agreement === "string") return agreement;
    this.#agreement = agreement;
    this.#extensions = text;
    return undefined;
  }

  #open(): void {
    this.#move("opened");
    if (this.#agreement !== undefined) this.#startDeflate(this.#agreement);
    this.#parser = new FrameParser(this, this.role, this.#limits, this.#receiver, this.#arena.allocate);
    if (this.#paused) this.#parser.pause();
    this.#events.onOpen();
  }

  #startDeflate({ client, server }: DeflateAgreement): void {
    const { settings, createCodec, events } = this.#deflate!;
    const [outgoing, incoming] = this.role === "client" ? [client, server] : [server, client];
    const codec = createCodec(outgoing, incoming, settings.concurrency);
    const threshold = canCompress(outgoing) ? settings.threshold : Number.POSITIVE_INFINITY;
    this.#sender = new DeflateSender(codec, threshold, {
      appendFrame: (opcode, payload) => this.#appendFrame(opcode, payload),
      appendPrepared: ({ buffer, start, end }) => this.outbox.append(buffer, start, end),
      onAppended: () => events.onDeflateDone(),
    });
    this.#receiver = new DeflateReceiver(codec, this.#limits.maxMessageBytes, this.#createInlet(events));
    if (this.#paused) this.#receiver.pause();
    this.#closeCodec = () => codec.close();
  }

  #createInlet(events: DeflateEvents): DeflateInlet {
    return {
      onMessage: (payload, isText) => this.#events.onMessage(payload, isText),
      onViolation: (violation) => {
        this.#parser!.stop();
        this.onViolation(violation);
      },
      hold: () => this.#parser!.pause(),
      goOn: () => {
        if (!this.#paused) this.#parser!.resume();
      },
      onDelayed: () => events.onInflateDelayed(),
      onArrived: () => events.onDeflateDone(),
    };
  }

  #failHandshake(reason: string, status: number | undefined, location?: string): void {
    this.#early = undefined;
    this.#move("failed");
    this.#events.onFailure({
      kind: "handshake",
      reason,
      status,
      ...(location !== undefined && { location }),
    });
  }

  // ---- sends in: only when OPEN; the caller has checked that ----

  /** Octets of payload that were queued. */
  sendText(text: string): number {
    if (this.#sender !== undefined) return this.#sendTextBytes(this.#sender, encoder.encode(text));
    return appendTextFrame(this.outbox, this.#arena, opcodes.text, text, this.#nextMask());
  }

  sendMessage(payload: Uint8Array, isText: boolean): void {
    const opcode = isText ? opcodes.text : opcodes.binary;
    if (this.#sender !== undefined) this.#sender.send(opcode, payload);
    else appendFrame(this.outbox, this.#arena, opcode, payload, this.#nextMask());
  }

  #sendTextBytes(sender: DeflateSender, payload: Uint8Array): number {
    sender.send(opcodes.text, payload);
    return payload.length;
  }

  /** Server: a frame encoded for many, which is never compressed. */
  sendPrepared(frame: PreparedFrame): void {
    if (this.#sender !== undefined) this.#sender.sendPrepared(frame);
    else this.outbox.append(frame.buffer, frame.start, frame.end);
  }

  sendPing(payload: Uint8Array): void {
    this.#appendFrame(opcodes.ping, payload);
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

  #appendFrame(opcode: number, payload: Uint8Array): void {
    appendFrame(this.outbox, this.#arena, opcode, payload, this.#nextMask());
  }

  #appendClose(payload: Uint8Array): void {
    if (this.#sender !== undefined) this.#sender.send(opcodes.close, payload);
    else this.#appendFrame(opcodes.close, payload);
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
    if (this.#state === "open") this.#answerPing(payload);
    this.#events.onPing(payload);
  }

  #answerPing(payload: Uint8Array): void {
    if (this.#pongsHeld) this.#heldPong = payload;
    else this.#appendFrame(opcodes.pong, payload);
  }

  /** From now on only the latest ping will be answered (RFC 6455 §5.5.3): the peer does not read what we send it. */
  holdPongs(): void {
    this.#pongsHeld = true;
  }

  /** Answers the ping that was held back, and the ones to come; true when there was one. */
  releasePong(): boolean {
    this.#pongsHeld = false;
    const payload = this.#heldPong;
    if (payload === undefined) return false;
    this.#heldPong = undefined;
    if (this.#state === "open") this.#appendFrame(opcodes.pong, payload);
    return true;
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
