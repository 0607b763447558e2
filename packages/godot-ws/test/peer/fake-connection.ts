// A Connection that does nothing by itself: notes what is asked of it.

import type { PreparedFrame } from "../../src/protocol/frame-writer.ts";
import type { ConnectionState } from "../../src/protocol/state.ts";
import type { Connection } from "../../src/transport/connection.ts";

export class FakeConnection implements Connection {
  state: ConnectionState = "open";
  bufferedAmount = 0;
  /** What a flush makes of `bufferedAmount`. */
  bufferedAfterFlush: number | undefined;
  readonly closeCode = -1;
  readonly closeReason = "";
  readonly failure = undefined;
  readonly selectedProtocol = "";
  readonly extensions = "";
  readonly request = undefined;
  readonly remoteAddress = "";
  readonly remotePort = 0;
  readonly isEncrypted = false;
  readonly calls: string[] = [];

  start(): void {}
  accept(): void {}
  reject(): void {}
  setNoDelay(): void {}

  sendText(text: string): void {
    this.calls.push(`text ${text}`);
  }

  sendBytes(payload: Uint8Array, isText: boolean): void {
    this.calls.push(`${isText ? "text" : "bytes"} ${Buffer.from(payload).toString("latin1").slice(0, 8)}`);
    this.bufferedAmount += payload.length;
  }

  sendPrepared(frame: PreparedFrame): void {
    this.calls.push(`prepared ${frame.payloadLength}`);
  }

  ping(): void {
    this.calls.push("ping");
  }

  flush(): void {
    this.calls.push("flush");
    this.bufferedAmount = this.bufferedAfterFlush ?? this.bufferedAmount;
  }

  close(code: number): void {
    this.calls.push(`close ${code}`);
    this.state = "closing";
  }

  terminate(): void {
    this.calls.push("terminate");
    this.state = "closed";
  }

  pauseReading(): void {
    this.calls.push("pause");
  }

  resumeReading(): void {
    this.calls.push("resume");
  }

  /** What was asked since the last call. */
  news(): string[] {
    return this.calls.splice(0);
  }
}
