// How packets of ours get to peers: straight, all at once from a server, or through the server where we are a client. It
// must not know what is in them.

import { GodotWsError, UsageError } from "../errors.ts";
import { MultiplayerPeer, type TransferMode } from "../peer/multiplayer-peer.ts";
import { encodeSys, sysCommands } from "./commands.ts";
import type { RpcMethod } from "./rpc-config.ts";

const serverId = MultiplayerPeer.TARGET_PEER_SERVER;
const { CONNECTED } = MultiplayerPeer.ConnectionStatus;
const { UNRELIABLE, UNRELIABLE_ORDERED, RELIABLE } = MultiplayerPeer.TransferMode;

const transferModes = {
  unreliable: UNRELIABLE,
  unreliable_ordered: UNRELIABLE_ORDERED,
  reliable: RELIABLE,
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
  sendTo(target: number, packet: Uint8Array, mode: TransferMode = RELIABLE, channel = 0): void {
    const transport = this.mustBeConnected();
    const { peers } = this.#port;
    if (target > 0 && !peers.has(target))
      throw new UsageError("ERR_INVALID_PARAMETER", `there is no peer ${target}`);
    const isOne = target > 0 || !transport.isServer;
    this.#put(packet, isOne ? [target] : [...peers].filter((id) => id !== -target), mode, channel);
  }

  /** To admitted peers. As Godot, a client sends to each of the others through the server. */
  send(packet: Uint8Array, peers: readonly number[], method?: RpcMethod): void {
    const mode = method === undefined ? RELIABLE : transferModes[method.transferMode];
    this.#put(packet, peers, mode, method?.channel);
  }

  #put(packet: Uint8Array, targets: readonly number[], mode: TransferMode, channel = 0): void {
    const transport = this.#port.transport();
    if (transport === undefined) return;
    transport.transferMode = mode;
    transport.transferChannel = channel;
    if (transport.isServer) return transport.multicast(packet, targets);
    transport.targetPeer = serverId;
    for (const target of targets) {
      const isDirect = target === serverId || !this.#port.relays();
      transport.putPacket(isDirect ? packet : encodeSys(sysCommands.relay, target, packet));
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
    transport.transferMode = RELIABLE;
    transport.transferChannel = 0;
    transport.targetPeer = peer;
    transport.putPacket(packet);
  }

  /** Throws UsageError otherwise. */
  mustBeConnected(): MultiplayerPeer {
    const transport = this.#port.transport();
    if (transport?.connectionStatus !== CONNECTED)
      throw new UsageError("ERR_UNCONFIGURED", "there is no connected multiplayerPeer");
    return transport;
  }
}
