// Who gets a packet that one client sends to others through the server, and how the clients learn of each other
// (wire: SYS packets ADD_PEER, DEL_PEER and RELAY). Never looks into what is relayed.

import { encodePeerChange, readSysPeer, sysCommands, sysHeaderLength, writeSysPeer } from "./commands.ts";

/** What the relay needs of the multiplayer API around it. */
export interface RelayPort {
  /** Admitted peers. */
  readonly peers: ReadonlySet<number>;
  /** Sends one packet to many, encoded once. */
  multicast(packet: Uint8Array, targets: Iterable<number>): void;
}

/** What to do with a RELAY packet after it was forwarded. */
export type RelayOutcome =
  /** It was for us too: `inner` is to be handled as if it had come from the sender. */
  | { readonly forUs: true; readonly inner: Uint8Array }
  | { readonly forUs: false }
  /** There is no such peer: nothing was sent. */
  | { readonly unknownTarget: number };

const notForUs: RelayOutcome = { forUs: false };
const serverId = 1;

/** The server's half. */
export class ServerRelay {
  readonly #port: RelayPort;
  /** RELAY packets that were forwarded. */
  forwardedCount = 0;

  constructor(port: RelayPort) {
    this.#port = port;
  }

  /** Tells the newcomer of the others, and them of it. It is not among `peers` yet. */
  announce(newcomer: number): void {
    const { peers } = this.#port;
    this.#port.multicast(encodePeerChange(sysCommands.addPeer, newcomer), peers);
    for (const peer of peers) this.#port.multicast(encodePeerChange(sysCommands.addPeer, peer), [newcomer]);
  }

  /** Tells the others that a peer is gone. It is not among `peers` any more. */
  retract(leaver: number): void {
    this.#port.multicast(encodePeerChange(sysCommands.deletePeer, leaver), this.#port.peers);
  }

  /**
   * Forwards a RELAY packet of at least one octet of content, by Godot's rules: n to n alone, 0 to all others and us,
   * -1 to all others, -n to all others but n and to us. `packet` is changed: it names its source then.
   */
  forward(sender: number, packet: Uint8Array): RelayOutcome {
    const target = readSysPeer(packet);
    if (target > 0 && !this.#port.peers.has(target)) return { unknownTarget: target };
    this.forwardedCount++;
    writeSysPeer(packet, sender);
    if (target > 0) {
      this.#port.multicast(packet, [target]);
      return notForUs;
    }
    this.#port.multicast(packet, this.#othersBut(sender, -target));
    return target === -serverId ? notForUs : { forUs: true, inner: packet.subarray(sysHeaderLength) };
  }

  *#othersBut(sender: number, excluded: number): Iterable<number> {
    for (const peer of this.#port.peers) if (peer !== sender && peer !== excluded) yield peer;
  }
}
