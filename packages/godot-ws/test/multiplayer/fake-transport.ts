// A MultiplayerPeer that goes nowhere: a test says what comes, and reads what was sent.

import { UsageError } from "../../src/errors.ts";
import { type ConnectionStatus, MultiplayerPeer } from "../../src/peer/multiplayer-peer.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";

export class FakeTransport extends MultiplayerPeer {
  connectionStatus: ConnectionStatus;
  uniqueId: number;
  isServerRelaySupported = true;
  readonly clock = new VirtualClock();
  polls = 0;
  /** `"2: 0701…"` for each packet and receiver, `"x2"` for each disconnection. */
  readonly sent: string[] = [];
  /** What each of the next polls brings: packets as `[sender, octets]`, and things to happen. */
  readonly #due: ([sender: number, bytes: Uint8Array] | (() => void))[][] = [];
  readonly #inbox: [sender: number, bytes: Uint8Array][] = [];

  constructor(uniqueId: number, status: ConnectionStatus = MultiplayerPeer.ConnectionStatus.CONNECTED) {
    super();
    this.uniqueId = uniqueId;
    this.connectionStatus = status;
  }

  /** Packets in hex, or things to happen, for one poll. Says so. */
  bring(...events: ([sender: number, hex: string] | (() => void))[]): void {
    this.#due.push(
      events.map((event) =>
        typeof event === "function" ? event : [event[0], new Uint8Array(Buffer.from(event[1], "hex"))],
      ),
    );
    this.whenReady();
  }

  get needsPoll(): boolean {
    return this.#due.length > 0;
  }

  get availablePacketCount(): number {
    return this.#inbox.length;
  }

  get packetPeer(): number {
    return this.#inbox[0]?.[0] ?? 0;
  }

  poll(): void {
    this.polls++;
    for (const event of this.#due.shift() ?? []) {
      if (typeof event === "function") event();
      else this.#inbox.push(event);
    }
  }

  getPacket(): Uint8Array {
    const packet = this.#inbox.shift();
    if (packet === undefined) throw new UsageError("ERR_UNAVAILABLE", "no packet is waiting");
    return packet[1];
  }

  putPacket(packet: Uint8Array): void {
    this.sent.push(`${this.targetPeer}: ${Buffer.from(packet).toString("hex")}`);
  }

  multicast(packet: Uint8Array, targets: Iterable<number>): void {
    for (const target of targets) this.sent.push(`${target}: ${Buffer.from(packet).toString("hex")}`);
  }

  disconnectPeer(id: number): void {
    this.sent.push(`x${id}`);
  }

  close(): void {
    this.connectionStatus = MultiplayerPeer.ConnectionStatus.DISCONNECTED;
    this.uniqueId = 0;
    this.whenReady();
  }

  /** What was sent since the last call. */
  news(): string[] {
    return this.sent.splice(0);
  }
}
