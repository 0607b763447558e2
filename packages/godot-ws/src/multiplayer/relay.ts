// Who gets a packet that one client sends to others through the server, and how the clients learn of each other
// (wire: SYS packets ADD_PEER, DEL_PEER and RELAY). Never looks into what is relayed.

import { serverId } from "../peer/multiplayer-peer.ts";
import {
  encodeSys,
  readSysPeer,
  sysAddPeer,
  sysDeletePeer,
  sysHeaderLength,
  writeSysPeer,
} from "./commands.ts";
import * as commands from "./network-commands.ts";

/** Whether the peer `of` is made known to the peer `to`. */
export type AnnouncePeer = (of: number, to: number) => boolean;

/** What the relay needs of the multiplayer API around it. */
export interface RelayPort {
  /** Admitted peers. */
  readonly peers: ReadonlySet<number>;
  /** Sends one packet to many, encoded once. */
  multicast(packet: Uint8Array, targets: Iterable<number>): void;
}

const nobody: ReadonlySet<number> = new Set();

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
    if (this.#announcePeer !== undefined) return this.update(newcomer);
    const { peers } = this.#port;
    this.#tell(sysAddPeer, newcomer, peers);
    for (const peer of peers) this.#tell(sysAddPeer, peer, [newcomer]);
  }

  /** Asks `announcePeer` again about one peer, and tells those whom it now answers otherwise. */
  update(peer: number): void {
    if (this.#announcePeer === undefined) return;
    for (const other of this.#port.peers) {
      if (other === peer) continue;
      this.#compare(peer, other);
      this.#compare(other, peer);
    }
  }

  #compare(of: number, to: number): void {
    const told = this.#toldOf.get(of) ?? new Set();
    this.#toldOf.set(of, told);
    const isWanted = this.#announcePeer?.(of, to) === true;
    if (isWanted === told.has(to)) return;
    if (!told.delete(to)) told.add(to);
    this.#tell(isWanted ? sysAddPeer : sysDeletePeer, of, [to]);
  }

  /** Tells those who know of it that a peer is gone. It is not among `peers` any more. */
  retract(leaver: number): void {
    this.#tell(sysDeletePeer, leaver, this.#knowing(leaver));
    this.#toldOf.delete(leaver);
    for (const others of this.#toldOf.values()) others.delete(leaver);
  }

  #tell(sub: number, of: number, to: Iterable<number>): void {
    this.#port.multicast(encodeSys(sub, of), to);
  }

  #knowing(peer: number): ReadonlySet<number> {
    return this.#announcePeer === undefined ? this.#port.peers : (this.#toldOf.get(peer) ?? nobody);
  }

  /** Forgets who has been told of whom. */
  clear(): void {
    this.#toldOf.clear();
  }

  /**
   * Forwards a RELAY packet of at least one octet of content, by Godot's rules: n to n alone, 0 to all others and us,
   * -1 to all others, -n to all others but n and to us. Who was not told of the sender gets nothing of it. `packet` is
   * changed: it names its source then. Returns what is for us, to be handled as if it had come from the sender; or that
   * there is no such peer, or none that knows the sender: then nothing was sent.
   */
  forward(sender: number, packet: Uint8Array): Uint8Array | undefined | "unknown relay target" {
    const target = readSysPeer(packet);
    const known = this.#knowing(sender);
    if (target > 0 && !known.has(target)) return "unknown relay target";
    this.forwardedCount++;
    // Without the bits that mean nothing here: as Godot, which writes it anew.
    packet[0] = commands.sys;
    writeSysPeer(packet, sender);
    this.#port.multicast(packet, target > 0 ? [target] : othersBut(known, sender, -target));
    return target > 0 || target === -serverId ? undefined : packet.subarray(sysHeaderLength);
  }
}

function* othersBut(peers: Iterable<number>, sender: number, excluded: number): Iterable<number> {
  for (const peer of peers) if (peer !== sender && peer !== excluded) yield peer;
}
