// Packets of command SYS from admitted peers: who came and went, and what is for others. It must not know what is in
// relayed packets.

import { LimitError } from "../errors.ts";
import { commandOf, commands, readSysPeer, sysCommands, sysHeaderLength } from "./commands.ts";
import type { RelayOutcome, ServerRelay } from "./relay.ts";

/** Why such a packet was dropped. */
export type SystemFault =
  | "too short"
  | "too large"
  | "too many peers"
  | "unknown command"
  | "not allowed"
  | "relay is off"
  | "nested system packet"
  | "unknown relay target";

/** What system packets need of the multiplayer API around them. */
export interface SystemPort {
  ownId(): number;
  relays(): boolean;
  carryOut(source: number, packet: Uint8Array): void;
  add(peer: number): void;
  remove(peer: number): void;
  rejected(peer: number, fault: SystemFault): void;
}

const serverId = 1;

export class SystemPackets {
  readonly #relay: ServerRelay;
  readonly #port: SystemPort;

  constructor(relay: ServerRelay, port: SystemPort) {
    this.#relay = relay;
    this.#port = port;
  }

  receive(sender: number, packet: Uint8Array): void {
    const sub = packet[1];
    if (sub === sysCommands.auth) {
      // Admitted already: a late "I am done" is harmless, anything else makes no sense.
      if (packet.length > 2) this.#port.rejected(sender, "not allowed");
      return;
    }
    if (sub === undefined || packet.length < sysHeaderLength) return this.#port.rejected(sender, "too short");
    if (!this.#port.relays()) return this.#port.rejected(sender, "relay is off");
    if (sub === sysCommands.relay) this.#receiveRelay(sender, packet);
    else if (sub === sysCommands.addPeer || sub === sysCommands.deletePeer)
      this.#receivePeerChange(sender, sub, packet);
    else this.#port.rejected(sender, "unknown command");
  }

  #receiveRelay(sender: number, packet: Uint8Array): void {
    if (packet.length <= sysHeaderLength) return this.#port.rejected(sender, "too short");
    const ownId = this.#port.ownId();
    if (ownId !== serverId) {
      const source = readSysPeer(packet);
      // Nobody else speaks for us: what we say to ourselves never leaves the program.
      if (sender !== serverId || source < serverId || source === ownId) {
        return this.#port.rejected(sender, "not allowed");
      }
      return this.#carryOutInner(source, packet.subarray(sysHeaderLength));
    }
    const outcome = this.#forward(sender, packet);
    if (outcome === undefined) this.#port.rejected(sender, "too large");
    else if ("unknownTarget" in outcome) this.#port.rejected(sender, "unknown relay target");
    else if (outcome.forUs) this.#carryOutInner(sender, outcome.inner);
  }

  /** Undefined when it is larger than what may wait for those it is for. */
  #forward(sender: number, packet: Uint8Array): RelayOutcome | undefined {
    try {
      return this.#relay.forward(sender, packet);
    } catch (error) {
      if (error instanceof LimitError) return undefined;
      throw error;
    }
  }

  #carryOutInner(source: number, inner: Uint8Array): void {
    if (commandOf(inner) === commands.sys) this.#port.rejected(source, "nested system packet");
    else this.#port.carryOut(source, inner);
  }

  #receivePeerChange(sender: number, sub: number, packet: Uint8Array): void {
    const peer = readSysPeer(packet);
    const ownId = this.#port.ownId();
    if (sender !== serverId || ownId === serverId || peer <= serverId || peer === ownId) {
      return this.#port.rejected(sender, "not allowed");
    }
    if (sub === sysCommands.addPeer) this.#port.add(peer);
    else this.#port.remove(peer);
  }
}
