/**
 * The browser's WebSocket, as the web build of Godot uses it, over our own client: so that a stock engine's traffic
 * is ours at both ends. For tests: what only pages need (blocked ports, mixed content, cookies) is not there.
 */

import { type Packet, UsageError, WebSocketPeer } from "godot-ws";

type Data = string | ArrayBuffer | ArrayBufferView | Blob;
type Handler<E> = ((event: E) => void) | null;

/** Node has none before version 23. */
class ClosedEvent extends Event {
  readonly wasClean: boolean;
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, wasClean: boolean) {
    super("close");
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }
}

const maxReasonBytes = 123;

export class WebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;

  readonly url: string;
  binaryType: "blob" | "arraybuffer" = "blob";
  readonly #peer: WebSocketPeer;
  readonly #handlers = new Map<string, Handler<never>>();
  #readyState = WebSocket.CONNECTING as number;
  #delivering = false;
  #unsentBytes = 0;

  constructor(url: string | URL, protocols: string | readonly string[] = []) {
    super();
    this.url = parseUrl(String(url));
    const offered = typeof protocols === "string" ? [protocols] : [...protocols];
    if (new Set(offered).size < offered.length) throw syntaxError(`a subprotocol twice: ${offered}`);
    // A page has no limits of ours: those on messages are the engine's business.
    this.#peer = new WebSocketPeer({
      supportedProtocols: offered,
      inboundBufferSize: 2 ** 31,
      outboundBufferSize: 0,
      perMessageDeflate: true,
      handshakeTimeoutMs: 0,
    });
    this.#peer.opened.connect(() => this.#onOpened());
    this.#peer.packetReceived.connect((packet) => this.#onPacket(packet));
    this.#peer.closed.connect((code, reason) => this.#onClosed(code, reason));
    try {
      // How it fails is told by `closed`, too.
      this.#peer.connectToUrl(this.url).catch(() => {});
    } catch (error) {
      throw error instanceof UsageError ? syntaxError(error.message) : error;
    }
  }

  get readyState(): number {
    // The peer may have got a close frame already: it takes effect after the messages before it.
    const isPeers = this.#readyState === WebSocket.OPEN && !this.#delivering;
    return isPeers && this.#peer.availablePacketCount === 0 ? this.#peer.readyState : this.#readyState;
  }

  get protocol(): string {
    return this.#peer.selectedProtocol;
  }

  get extensions(): string {
    return this.#peer.extensions;
  }

  /** With frame headers, which a browser does not count. */
  get bufferedAmount(): number {
    return this.#unsentBytes + this.#peer.currentOutboundBufferedAmount;
  }

  send(data: Data): void {
    if (this.#readyState === WebSocket.CONNECTING) {
      throw new DOMException("the connection is not open yet", "InvalidStateError");
    }
    if (data instanceof Blob) throw new DOMException("no Blobs, please", "NotSupportedError");
    const message = typeof data === "string" ? data : octets(data);
    const isSent = typeof message === "string" ? this.#peer.sendText(message) : this.#peer.send(message);
    if (!isSent) this.#unsentBytes += Buffer.byteLength(message);
  }

  /** Without a code it is 1000, which a browser would leave out; the engine always has one. */
  close(code?: number, reason = ""): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException(`close code ${code} is not a page's to send`, "InvalidAccessError");
    }
    if (Buffer.byteLength(reason) > maxReasonBytes) throw syntaxError("the reason is too long");
    if (this.#readyState > WebSocket.OPEN) return;
    const isOpen = this.#readyState === WebSocket.OPEN;
    this.#readyState = WebSocket.CLOSING;
    if (isOpen) this.#peer.close(code, reason);
    // The events of one that is given up come later, too.
    else setImmediate(() => this.terminate());
  }

  /** For whoever ends the engine; browsers have no such method. */
  terminate(): void {
    this.#peer.close(-1);
  }

  #onOpened(): void {
    if (this.#readyState !== WebSocket.CONNECTING) return;
    this.#readyState = WebSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  #onPacket({ bytes, text, isText }: Packet): void {
    if (this.#readyState !== WebSocket.OPEN) return;
    const buffer = new Uint8Array(bytes).buffer;
    const data = isText ? text : this.binaryType === "blob" ? new Blob([buffer]) : buffer;
    this.#delivering = true;
    this.dispatchEvent(new MessageEvent("message", { data, origin: new URL(this.url).origin }));
    this.#delivering = false;
  }

  #onClosed(code: number, reason: string): void {
    this.#readyState = WebSocket.CLOSED;
    // Our peer, as Godot's native one, keeps the code by which it refused what it got; a page sees 1006 for it.
    const wasClean = code !== -1 && this.#peer.failure === undefined;
    if (!wasClean) this.dispatchEvent(new Event("error"));
    this.dispatchEvent(wasClean ? new ClosedEvent(code, reason, true) : new ClosedEvent(1006, "", false));
  }

  // ---- event handler attributes ----

  get onopen(): Handler<Event> {
    return this.#handler("open");
  }
  set onopen(handler: Handler<Event>) {
    this.#setHandler("open", handler);
  }

  get onmessage(): Handler<MessageEvent> {
    return this.#handler("message");
  }
  set onmessage(handler: Handler<MessageEvent>) {
    this.#setHandler("message", handler);
  }

  get onerror(): Handler<Event> {
    return this.#handler("error");
  }
  set onerror(handler: Handler<Event>) {
    this.#setHandler("error", handler);
  }

  get onclose(): Handler<ClosedEvent> {
    return this.#handler("close");
  }
  set onclose(handler: Handler<ClosedEvent>) {
    this.#setHandler("close", handler);
  }

  #handler<E>(type: string): Handler<E> {
    return (this.#handlers.get(type) ?? null) as Handler<E>;
  }

  #setHandler<E>(type: string, handler: Handler<E>): void {
    const previous = this.#handlers.get(type) as Handler<Event> | undefined;
    if (previous) this.removeEventListener(type, previous);
    this.#handlers.set(type, handler);
    if (handler) this.addEventListener(type, handler as (event: Event) => void);
  }
}

function parseUrl(text: string): string {
  if (!URL.canParse(text)) throw syntaxError(`no URL: ${text}`);
  const url = new URL(text);
  if (url.protocol === "http:" || url.protocol === "https:")
    url.protocol = url.protocol.replace("http", "ws");
  if (!/^wss?:$/.test(url.protocol)) throw syntaxError(`not of a WebSocket: ${text}`);
  if (url.href.includes("#")) throw syntaxError(`a fragment: ${text}`);
  return url.href;
}

function octets(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

function syntaxError(message: string): DOMException {
  return new DOMException(message, "SyntaxError");
}
