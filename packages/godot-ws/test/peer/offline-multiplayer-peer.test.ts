import { expect, test } from "vitest";
import { MultiplayerPeer } from "../../src/peer/multiplayer-peer.ts";
import { OfflineMultiplayerPeer } from "../../src/peer/offline-multiplayer-peer.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";
import { usageErrorOf } from "./memory-peers.ts";

test("is a connected server without peers, to whom everything can be sent", () => {
  const clock = new VirtualClock();
  const peer = new OfflineMultiplayerPeer(clock);
  expect(peer).toMatchObject({
    connectionStatus: MultiplayerPeer.ConnectionStatus.CONNECTED,
    uniqueId: 1,
    isServer: true,
    isServerRelaySupported: false,
    availablePacketCount: 0,
    packetPeer: 0,
    needsPoll: false,
    clock,
  });
  peer.putPacket();
  peer.multicast();
  peer.disconnectPeer();
  peer.poll();
  peer.close();
  expect(peer.connectionStatus).toBe(MultiplayerPeer.ConnectionStatus.CONNECTED);
  expect(usageErrorOf(() => peer.getPacket())).toBe("ERR_UNAVAILABLE");
});

test("has the platform's clock by default", () => {
  expect(new OfflineMultiplayerPeer().clock.now()).toBeGreaterThan(0);
});
