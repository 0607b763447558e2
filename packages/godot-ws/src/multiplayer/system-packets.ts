// Packets of command SYS from admitted peers: who came and went, and what is for others. It must not know what is in
// relayed packets.

import { LimitError } from "../errors.ts";
import { serverId } from "../peer/multiplayer-peer.ts";
import {
  commandOf,
  readSysPeer,
  sysAddPeer,
  sysAuth,
  sysDeletePeer,
  sysHeaderLength,
  sysRelay,
} from "./commands.ts";
import * as commands from "./network-commands.ts";
import type { ServerRelay } from "./relay.ts";

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
  ownId(): number | undefined;
  relays(): boolean;
  carryOut(source: number, packet: Uint8Array): void;
  add(peer: number): void;
  remove(peer: number): void;
  rejected(peer: number, fault: SystemFault): void;
}

export class SystemPackets {
  readonly #relay: ServerRelay;
  readonly #port: SystemPort;

  constructor(relay: ServerRelay, port: SystemPort) {
    this.#relay = relay;
    this.#port = port;
  }

  receive(sender: number, packet: Uint8Array): void {
    const fault = this.#carryOut(sender, packet);
    if (fault !== undefined) this.#port.rejected(sender, fault);
  }

  #carryOut(sender: number, packet: Uint8Array): SystemFault | undefined {
    const sub = packet[1];
    // Admitted already: a late "I am done" is harmless, anything else makes no sense.
    if (sub === sysAuth) return packet.length > 2 ? "not allowed" : undefined;
    if (packet.length < sysHeaderLength) return "too short";
    if (!this.#port.relays()) return "relay is off";
    const ownId = this.#port.ownId();
    const peer = readSysPeer(packet);
    // Nobody else speaks for us: what we say to ourselves never leaves the program.
    const isOfServer = sender === serverId && ownId !== serverId && peer !== ownId;
    if (sub === sysRelay) {
      if (packet.length === sysHeaderLength) return "too short";
      if (ownId === serverId) return this.#forward(sender, packet);
      if (!isOfServer || peer < serverId) return "not allowed";
      return this.#carryOutInner(peer, packet.subarray(sysHeaderLength));
    }
    if (sub !== sysAddPeer && sub !== sysDeletePeer) return "unknown command";
    if (!isOfServer || peer <= serverId) return "not allowed";
    if (sub === sysAddPeer) this.#port.add(peer);
    else this.#port.remove(peer);
    return undefined;
  }

  #forward(sender: number, packet: Uint8Array): SystemFault | undefined {
    let inner: ReturnType<ServerRelay["forward"]>;
    try {
      inner = this.#relay.forward(sender, packet);
    } catch (error) {
      // It is larger than what may wait for those it is for.
      if (error instanceof LimitError) return "too large";
      throw error;
    }
    return typeof inner === "object" ? this.#carryOutInner(sender, inner) : inner;
  }

  #carryOutInner(source: number, inner: Uint8Array): undefined {
    if (commandOf(inner) === commands.sys) this.#port.rejected(source, "nested system packet");
    else this.#port.carryOut(source, inner);
  }
}
