// How packets of ours get to peers: straight, all at once from a server, or through the server where we are a client. It
// must not know what is in them.

import { GodotWsError, UsageError } from "../errors.ts";
import { MultiplayerPeer } from "../peer/multiplayer-peer.ts";
import { encodeRelay, writeSysPeer } from "./commands.ts";
import type { RpcMethod } from "./rpc-config.ts";

const serverId = MultiplayerPeer.TARGET_PEER_SERVER;
const { ConnectionStatus: Status, TransferMode } = MultiplayerPeer;

const transferModes = {
  unreliable: TransferMode.UNRELIABLE,
  unreliable_ordered: TransferMode.UNRELIABLE_ORDERED,
  reliable: TransferMode.RELIABLE,
} as const;

export interface PacketSenderPort {
  transport(): MultiplayerPeer | undefined;
  /** Whether the server passes on what clients send each other. */
  relays(): boolean;
  /** The admitted ones. */
  readonly peers: ReadonlySet<number>;
}

export class PacketSender {
  readonly #port: PacketSenderPort;

  constructor(port: PacketSenderPort) {
    this.#port = port;
  }

  /** To one, to all (0) or to all but one (-id). Throws UsageError without a connection and for an unknown peer. */
  sendTo(
    target: number,
    packet: Uint8Array,
    mode: MultiplayerPeer["transferMode"] = TransferMode.RELIABLE,
    channel = 0,
  ): void {
    const transport = this.mustBeConnected();
    const { peers } = this.#port;
    if (target > 0 && !peers.has(target)) {
      throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${target}`);
    }
    transport.transferMode = mode;
    transport.transferChannel = channel;
    if (transport.isServer) {
      if (target > 0) transport.multicast(packet, [target]);
      else transport.multicast(packet, allBut(peers, -target));
      return;
    }
    transport.targetPeer = serverId;
    transport.putPacket(target === serverId || !this.#port.relays() ? packet : encodeRelay(target, packet));
  }

  /** To admitted peers. As Godot, a client sends to each of the others through the server. */
  send(packet: Uint8Array, peers: readonly number[], method?: RpcMethod): void {
    const transport = this.#port.transport();
    if (transport === undefined) return;
    transport.transferMode =
      method === undefined ? TransferMode.RELIABLE : transferModes[method.transferMode];
    transport.transferChannel = method?.channel ?? 0;
    if (transport.isServer) return transport.multicast(packet, peers);
    let relayed: Uint8Array | undefined;
    transport.targetPeer = serverId;
    for (const peer of peers) {
      if (peer === serverId || !this.#port.relays()) {
        transport.putPacket(packet);
        continue;
      }
      relayed ??= encodeRelay(peer, packet);
      writeSysPeer(relayed, peer);
      transport.putPacket(relayed);
    }
  }

  /** Nobody called, so nobody can be told when it fails; without it the peer goes on with long packets. */
  answer(packet: Uint8Array, peer: number): void {
    try {
      this.send(packet, [peer]);
    } catch (error) {
      if (!(error instanceof GodotWsError)) throw error;
    }
  }

  /** To a peer of the transport, which need not be admitted. */
  sendDirectly(packet: Uint8Array, peer: number): void {
    const transport = this.mustBeConnected();
    transport.transferMode = TransferMode.RELIABLE;
    transport.transferChannel = 0;
    transport.targetPeer = peer;
    transport.putPacket(packet);
  }

  /** Throws UsageError otherwise. */
  mustBeConnected(): MultiplayerPeer {
    const transport = this.#port.transport();
    if (transport?.connectionStatus !== Status.CONNECTED) {
      throw new UsageError("ERR_UNCONFIGURED", "there is no connected multiplayerPeer");
    }
    return transport;
  }
}

function* allBut(peers: Iterable<number>, excluded: number): Iterable<number> {
  for (const id of peers) if (id !== excluded) yield id;
}
