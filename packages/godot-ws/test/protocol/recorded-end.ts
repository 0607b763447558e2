// One end of a connection without a socket: a Protocol whose events are written down, as text, in the order they came.

import type { Acceptance, RequestOptions, UpgradeRequest } from "../../src/protocol/handshake.ts";
import { Arena } from "../../src/protocol/outbox.ts";
import {
  type Failure,
  Protocol,
  type ProtocolEvents,
  type ProtocolLimits,
} from "../../src/protocol/protocol.ts";
import { bytesOf, concat } from "./naive-frames.ts";

export type Role = "client" | "server";

export const defaultLimits: ProtocolLimits = {
  maxMessageBytes: 1024 * 1024,
  maxFrameBytes: Number.POSITIVE_INFINITY,
  maxFragments: 1000,
  maxHeadBytes: 4096,
  maxHeaderCount: 64,
};

/** The key and the answer of RFC 6455 §1.3. */
export const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
export const sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

export const sampleRequest: RequestOptions = {
  host: "example.com",
  target: "/chat",
  key: sampleKey,
  protocols: [],
  headers: [],
};

export const requestText = [
  "GET /chat HTTP/1.1",
  "Host: example.com",
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Key: ${sampleKey}`,
  "Sec-WebSocket-Version: 13",
  "\r\n",
].join("\r\n");

export const responseText = [
  "HTTP/1.1 101 Switching Protocols",
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Accept: ${sampleAccept}`,
  "\r\n",
].join("\r\n");

export const testMask = 0x37fa213d;

export class RecordedEnd implements ProtocolEvents {
  readonly protocol: Protocol;
  readonly arena: Arena;
  /** What the events said: `text:…`, `binary:…` (as Latin-1), `ping:…`, `close 1000 …`, `failure …`. */
  readonly heard: string[] = [];
  readonly failures: Failure[] = [];
  /** Called at each event, after it was written down. */
  during: (event: string) => void = () => {};
  maskKey: () => number = () => testMask;
  /** How a server answers at once; undefined leaves that to the test. */
  acceptance: Acceptance | undefined = {};

  constructor(role: Role, limits: Partial<ProtocolLimits> = {}, arena: Arena = new Arena()) {
    this.arena = arena;
    this.protocol = new Protocol({
      role,
      events: this,
      arena,
      limits: { ...defaultLimits, ...limits },
      maskKey: () => this.maskKey(),
    });
  }

  /** Everything that is to be sent, in one piece. */
  take(): Uint8Array {
    const pieces: Uint8Array[] = [];
    this.protocol.outbox.drain(this.arena, (piece) => pieces.push(piece));
    return concat(pieces);
  }

  receive(...chunks: readonly (Uint8Array | string)[]): void {
    for (const chunk of chunks) {
      this.protocol.receiveData(typeof chunk === "string" ? bytesOf(chunk) : chunk.slice());
    }
  }

  onRequest(request: UpgradeRequest): void {
    this.#note(`request ${request.target}`);
    if (this.acceptance !== undefined) this.protocol.accept(this.acceptance);
  }

  onOpen(): void {
    this.#note("open");
  }

  onMessage(payload: Uint8Array, isText: boolean): void {
    this.#note(`${isText ? "text" : "binary"}:${latin1(payload)}`);
  }

  onPing(payload: Uint8Array): void {
    this.#note(`ping:${latin1(payload)}`);
  }

  onPong(payload: Uint8Array): void {
    this.#note(`pong:${latin1(payload)}`);
  }

  onCloseFrame(code: number, reason: string): void {
    this.#note(`close ${code} ${reason}`);
  }

  onFailure(failure: Failure): void {
    this.failures.push(failure);
    this.#note(`failure ${failure.violation ?? failure.status ?? failure.kind}`);
  }

  #note(event: string): void {
    this.heard.push(event);
    this.during(event);
  }
}

function latin1(payload: Uint8Array): string {
  return Buffer.from(payload).toString("latin1");
}

/** One end, open, with an empty outbox and nothing written down. */
export function openEnd(role: Role, limits: Partial<ProtocolLimits> = {}): RecordedEnd {
  const end = new RecordedEnd(role, limits);
  if (role === "client") {
    end.protocol.sendRequest(sampleRequest);
    end.receive(responseText);
  } else {
    end.receive(requestText);
  }
  if (end.protocol.state !== "open") throw new Error("the handshake of the test itself failed");
  end.take();
  end.heard.length = 0;
  return end;
}
