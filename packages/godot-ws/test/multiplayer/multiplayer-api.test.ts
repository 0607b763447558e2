import { expect, test } from "vitest";
import { MultiplayerAPI } from "../../src/multiplayer/multiplayer-api.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";
import { OfflineMultiplayerPeer } from "../../src/peer/offline-multiplayer-peer.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";

test("has Godot's constants", () => {
  expect(MultiplayerAPI.RPCMode).toEqual({ DISABLED: 0, ANY_PEER: 1, AUTHORITY: 2 });
});

test("SceneMultiplayer is one: the server is who has the id 1", () => {
  const multiplayer: MultiplayerAPI = new SceneMultiplayer();
  expect(multiplayer).toBeInstanceOf(MultiplayerAPI);
  expect([multiplayer.hasMultiplayerPeer, multiplayer.isServer, multiplayer.remoteSenderId]).toEqual([
    false,
    false,
    0,
  ]);
  multiplayer.multiplayerPeer = new OfflineMultiplayerPeer(new VirtualClock());
  expect([multiplayer.hasMultiplayerPeer, multiplayer.isServer, multiplayer.peers]).toEqual([true, true, []]);
});
