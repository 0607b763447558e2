import { expect, test } from "vitest";
import { MultiplayerAPI } from "../../src/multiplayer/multiplayer-api.ts";
import { SceneMultiplayer } from "../../src/multiplayer/scene-multiplayer.ts";

test("has Godot's constants", () => {
  expect(MultiplayerAPI.RPCMode).toEqual({ DISABLED: 0, ANY_PEER: 1, AUTHORITY: 2 });
});

test("SceneMultiplayer is one: the server is who has the id 1", () => {
  const multiplayer: MultiplayerAPI = new SceneMultiplayer();
  expect(multiplayer).toBeInstanceOf(MultiplayerAPI);
  expect([multiplayer.hasMultiplayerPeer, multiplayer.isServer, multiplayer.remoteSenderId]).toEqual([
    true,
    true,
    0,
  ]);
  multiplayer.multiplayerPeer = undefined;
  expect([multiplayer.hasMultiplayerPeer, multiplayer.isServer, multiplayer.peers]).toEqual([
    false,
    false,
    [],
  ]);
});
