// Who gets a packet that one client sends to others through the server, and how the clients learn of each other
// (wire: SYS packets ADD_PEER, DEL_PEER and RELAY). Never looks into what is relayed.

import {
  commands,
  encodePeerChange,
  readSysPeer,
  sysCommands,
  sysHeaderLength,
  writeSysPeer,
} from "./commands.ts";

/** Whether the peer `of` is made known to the peer `to`. */
export type AnnouncePeer = (of: number, to: number) => boolean;

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
  /** There is no such peer, or it does not know the sender: nothing was sent. */
  | { readonly unknownTarget: number };

const notForUs: RelayOutcome = { forUs: false };
const serverId = 1;

/** The server's half. */
export class ServerRelay {
  readonly #port: RelayPort;
  readonly #announcePeer: AnnouncePeer | undefined;
  // Who has been told of a peer; empty when all are told of all.
  readonly #toldOf = new Map<number, Set<number>>();
  /** RELAY packets that were forwarded. */
  forwardedCount = 0;

  /** Without `announcePeer`, all are told of all. */
  constructor(port: RelayPort, announcePeer?: AnnouncePeer) {
    this.#port = port;
    this.#announcePeer = announcePeer;
  }

  /** Tells the newcomer of the others, and them of it. It is not among `peers` yet. */
  announce(newcomer: number): void {
    const { peers } = this.#port;
    if (this.#announcePeer !== undefined) return this.#compare(newcomer, peers);
    this.#port.multicast(encodePeerChange(sysCommands.addPeer, newcomer), peers);
    for (const peer of peers) this.#port.multicast(encodePeerChange(sysCommands.addPeer, peer), [newcomer]);
  }

  /** Asks `announcePeer` again about one peer, and tells those whom it now answers otherwise. */
  update(peer: number): void {
    if (this.#announcePeer !== undefined) this.#compare(peer, this.#port.peers);
  }

  #compare(peer: number, others: Iterable<number>): void {
    for (const other of others) {
      if (other === peer) continue;
      this.#tell(peer, other);
      this.#tell(other, peer);
    }
  }

  #tell(of: number, to: number): void {
    const told = this.#toldOf.get(of) ?? new Set();
    this.#toldOf.set(of, told);
    const wanted = this.#announcePeer?.(of, to) === true;
    if (wanted === told.has(to)) return;
    if (wanted) told.add(to);
    else told.delete(to);
    this.#port.multicast(encodePeerChange(wanted ? sysCommands.addPeer : sysCommands.deletePeer, of), [to]);
  }

  /** Tells those who know of it that a peer is gone. It is not among `peers` any more. */
  retract(leaver: number): void {
    const told = this.#announcePeer === undefined ? this.#port.peers : (this.#toldOf.get(leaver) ?? []);
    this.#port.multicast(encodePeerChange(sysCommands.deletePeer, leaver), told);
    this.#toldOf.delete(leaver);
    for (const others of this.#toldOf.values()) others.delete(leaver);
  }

  /** Forgets who has been told of whom. */
  clear(): void {
    this.#toldOf.clear();
  }

  /**
   * Forwards a RELAY packet of at least one octet of content, by Godot's rules: n to n alone, 0 to all others and us,
   * -1 to all others, -n to all others but n and to us. Who was not told of the sender gets nothing of it. `packet` is
   * changed: it names its source then.
   */
  forward(sender: number, packet: Uint8Array): RelayOutcome {
    const target = readSysPeer(packet);
    const known = this.#announcePeer === undefined ? this.#port.peers : (this.#toldOf.get(sender) ?? nobody);
    if (target > 0 && !known.has(target)) return { unknownTarget: target };
    this.forwardedCount++;
    // Without the bits that mean nothing here: as Godot, which writes it anew.
    packet[0] = commands.sys;
    writeSysPeer(packet, sender);
    if (target > 0) {
      this.#port.multicast(packet, [target]);
      return notForUs;
    }
    this.#port.multicast(packet, othersBut(known, sender, -target));
    return target === -serverId ? notForUs : { forUs: true, inner: packet.subarray(sysHeaderLength) };
  }
}

const nobody: ReadonlySet<number> = new Set();

function* othersBut(peers: Iterable<number>, sender: number, excluded: number): Iterable<number> {
  for (const peer of peers) if (peer !== sender && peer !== excluded) yield peer;
}
