import { describe, expect, test } from "vitest";
import { type ConnectionStatus, MultiplayerPeer } from "../../src/peer/multiplayer-peer.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";

class Bare extends MultiplayerPeer {
  uniqueId: number;
  readonly connectionStatus: ConnectionStatus = MultiplayerPeer.ConnectionStatus.CONNECTED;
  readonly isServerRelaySupported = true;
  readonly availablePacketCount = 0;
  readonly packetPeer = 0;
  readonly needsPoll = false;
  readonly clock = new VirtualClock();

  constructor(uniqueId: number) {
    super();
    this.uniqueId = uniqueId;
  }

  poll(): void {}
  getPacket(): Uint8Array {
    return new Uint8Array(0);
  }
  putPacket(): void {}
  multicast(): void {}
  disconnectPeer(): void {}
  close(): void {}
}

describe("MultiplayerPeer", () => {
  test("has Godot's constants and defaults", () => {
    expect(MultiplayerPeer.ConnectionStatus).toEqual({ DISCONNECTED: 0, CONNECTING: 1, CONNECTED: 2 });
    expect(MultiplayerPeer.TransferMode).toEqual({ UNRELIABLE: 0, UNRELIABLE_ORDERED: 1, RELIABLE: 2 });
    expect([MultiplayerPeer.TARGET_PEER_BROADCAST, MultiplayerPeer.TARGET_PEER_SERVER]).toEqual([0, 1]);
    const peer = new Bare(2);
    expect(peer).toMatchObject({
      transferMode: 2,
      transferChannel: 0,
      refuseNewConnections: false,
      targetPeer: 0,
    });
    peer.whenReady();
  });

  test("the server is 1", () => {
    expect([0, 1, 2, -1].map((id) => new Bare(id).isServer)).toEqual([false, true, false, false]);
  });
});
