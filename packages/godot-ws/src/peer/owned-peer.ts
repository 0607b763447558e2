// A WebSocketPeer whose events go to one owner, in the order in which they happened, whoever polls: what WebSocketClient
// and WebSocketServer are made of. Knows neither of them.

import { LimitError } from "../errors.ts";
import { closeCodes } from "../protocol/close.ts";
import type { PreparedFrame } from "../protocol/frame-writer.ts";
import type { Packet } from "./packet-queue.ts";
import type { WebSocketPeerOptions } from "./websocket-options.ts";
import { WebSocketPeer, type WriteMode } from "./websocket-peer.ts";

export interface PeerOwner {
  onOpened(peer: OwnedPeer): void;
  /** False while nobody listens: then packets stay for `getPacket()`. */
  takesPackets(): boolean;
  onPacket(peer: OwnedPeer, packet: Packet): void;
  /** The far side's close frame came, and not as an answer to ours. */
  onCloseRequest(peer: OwnedPeer, code: number, reason: string): void;
  /** The very last; also when it was never open. `wasClean`: each side got the other's close frame. */
  onClosed(peer: OwnedPeer, wasClean: boolean): void;
  /** A message found no room and the connection is being closed for it. Without this, sending throws LimitError. */
  onOverflow?(peer: OwnedPeer, error: LimitError): void;
}

const { State } = WebSocketPeer;

export class OwnedPeer extends WebSocketPeer {
  readonly #owner: PeerOwner;
  #telling = false;
  #pollAgain = false;
  #closedFirst = false;
  #closeRequestTold = false;

  constructor(owner: PeerOwner, options: WebSocketPeerOptions) {
    super(owner.onOverflow === undefined ? options : { ...options, outboundOverflow: "refuse" });
    this.#owner = owner;
    this.opened.connect(() => owner.onOpened(this));
    this.closed.connect(() => this.#tellEnd());
  }

  override poll(): void {
    if (this.#telling) {
      this.#pollAgain = true;
      return;
    }
    this.#telling = true;
    do {
      this.#pollAgain = false;
      super.poll();
      this.#tellPackets();
      this.#tellCloseRequest();
    } while (this.#pollAgain);
    this.#telling = false;
  }

  #tellPackets(): void {
    while (this.#owner.takesPackets()) {
      const packet = this.nextPacket();
      if (packet === undefined) return;
      this.#owner.onPacket(this, packet);
    }
  }

  #tellCloseRequest(): void {
    if (this.readyState < State.CLOSING || this.closeCode === -1 || this.failure !== undefined) return;
    if (this.#closedFirst || this.#closeRequestTold) return;
    this.#closeRequestTold = true;
    this.#owner.onCloseRequest(this, this.closeCode, this.closeReason);
  }

  #tellEnd(): void {
    this.#tellPackets();
    this.#tellCloseRequest();
    this.#owner.onClosed(this, this.closeCode !== -1 && this.failure === undefined);
  }

  /** @internal */
  override onOpen(): void {
    this.#closedFirst = false;
    this.#closeRequestTold = false;
    super.onOpen();
  }

  /** Without the NUL that Godot 3 sends at the end of it. */
  override get closeReason(): string {
    return super.closeReason.replace(/\0$/, "");
  }

  override close(code?: number, reason?: string): void {
    super.close(code, reason);
    if (this.closeCode === -1) this.#closedFirst = true;
  }

  override send(message: Uint8Array, writeMode: WriteMode = WebSocketPeer.WriteMode.BINARY): boolean {
    try {
      return super.send(message, writeMode);
    } catch (error) {
      return this.#overflow(error);
    }
  }

  override sendText(message: string): boolean {
    try {
      return super.sendText(message);
    } catch (error) {
      return this.#overflow(error);
    }
  }

  override sendPrepared(frame: PreparedFrame): boolean {
    try {
      return super.sendPrepared(frame);
    } catch (error) {
      return this.#overflow(error);
    }
  }

  #overflow(error: unknown): false {
    if (!(error instanceof LimitError) || this.#owner.onOverflow === undefined) throw error;
    this.close(closeCodes.policyViolation, "reads too slowly");
    this.#owner.onOverflow(this, error);
    return false;
  }
}
