// A browser's WebSocket that does nothing by itself, and refuses what browsers refuse. Put it in the global's place with
// `installFakeWebSocket`.

import { afterEach, beforeEach, vi } from "vitest";

export class FakeWebSocket {
  /** Those made since the test began. */
  static made: FakeWebSocket[] = [];
  /** What the next constructor throws. */
  static refusal: Error | undefined;

  readonly url: string;
  readonly offered: readonly string[];
  protocol = "";
  extensions = "";
  binaryType = "blob";
  readyState = 0;
  bufferedAmount = 0;
  /** What was asked of it. */
  readonly calls: unknown[][] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { wasClean: boolean; code: number; reason: string }) => void) | null = null;

  constructor(url: string, protocols: readonly string[] = []) {
    if (FakeWebSocket.refusal !== undefined) throw FakeWebSocket.refusal;
    this.url = url;
    this.offered = protocols;
    FakeWebSocket.made.push(this);
  }

  send(data: string | Uint8Array): void {
    if (this.readyState === 0) throw new Error("InvalidStateError");
    this.calls.push(["send", typeof data === "string" ? data : [...data]]);
    this.bufferedAmount += data.length;
  }

  /** As the specification has it: a page may send 1000 and 3000 to 4999. */
  close(code?: number, reason = ""): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException(`${code} is not allowed`, "InvalidAccessError");
    }
    if (new TextEncoder().encode(reason).length > 123)
      throw new DOMException("reason too long", "SyntaxError");
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.calls.push(["close", code, reason]);
  }

  // ---- what the network does ----

  open(protocol = ""): void {
    this.readyState = 1;
    this.protocol = protocol;
    this.onopen?.();
  }

  /** After its own close() a browser delivers no messages. */
  receive(data: string | readonly number[]): void {
    if (this.readyState !== 1) return;
    this.onmessage?.({ data: typeof data === "string" ? data : Uint8Array.from(data).buffer });
  }

  /** The connection is gone, by default without a close frame. */
  end(code = 1006, reason = "", wasClean = code !== 1006): void {
    this.readyState = 3;
    this.onclose?.({ wasClean, code, reason });
  }

  /** What was asked since the last call. */
  news(): unknown[][] {
    return this.calls.splice(0);
  }
}

/** For the tests of this file. */
export function installFakeWebSocket(): void {
  beforeEach(() => {
    FakeWebSocket.made = [];
    FakeWebSocket.refusal = undefined;
    vi.stubGlobal("WebSocket", FakeWebSocket);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });
}

/** The one that was made. */
export function onlySocket(): FakeWebSocket {
  const [socket, ...others] = FakeWebSocket.made;
  if (socket === undefined || others.length > 0) throw new Error(`${FakeWebSocket.made.length} were made`);
  return socket;
}
