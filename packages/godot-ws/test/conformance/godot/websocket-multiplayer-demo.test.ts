// The recorded session of the official demo networking/websocket_multiplayer: its host and three clients, a game of dice.
// The rules are those of the demo, as its packets show them.

import { describe, expect, test } from "vitest";
import { Node } from "../../../src/multiplayer/node.ts";
import { defineRpc } from "../../../src/multiplayer/rpc-config.ts";
import { SceneMultiplayer } from "../../../src/multiplayer/scene-multiplayer.ts";
import { SceneTree } from "../../../src/multiplayer/scene-tree.ts";
import { Int } from "../../../src/variant/numbers.ts";
import { readSession, replayClient, replayServer, sentByGodot } from "./session.ts";

class Game extends Node {
  readonly players: { id: number; name: string }[] = [];
  readonly lines: string[] = [];
  /** What the recorded dice showed. */
  rolls: number[] = [];
  turn = -1;

  log(what: string): void {
    this.lines.push(what);
  }

  addPlayer(id: number, name = ""): void {
    this.players.push({ id, name });
  }

  delPlayer(id: number): void {
    const at = this.players.findIndex((player) => player.id === id);
    this.players.splice(at, 1);
    if (this.turn > at) this.turn--;
    if (this.multiplayer.isServer) this.rpc.setTurn(this.turn);
  }

  requestAction(action: string): void {
    if (this.players[this.turn]?.id === this.multiplayer.remoteSenderId) this.act(action);
  }

  setPlayerName(name: string): void {
    this.rpc.updatePlayerName(this.multiplayer.remoteSenderId, name);
  }

  setTurn(turn: number): void {
    this.turn = turn;
  }

  updatePlayerName(id: number, name: string): void {
    const player = this.players.find((other) => other.id === id);
    if (player !== undefined) player.name = name;
  }

  act(action: string): void {
    this.rpc.log(`${this.players[this.turn]?.name}: ${action}s ${this.rolls.shift()}`);
    this.rpc.setTurn((this.turn + 1) % this.players.length);
  }

  welcome(id: number): void {
    for (const player of this.players) {
      if (player.name === "") this.rpcId(id).addPlayer(player.id);
      else this.rpcId(id).addPlayer(player.id, player.name);
    }
    this.rpc.addPlayer(id);
    this.rpcId(id).setTurn(this.turn);
  }
}

const local = { callLocal: true } as const;
defineRpc(Game, "log", { ...local, name: "_log", args: [String] });
defineRpc(Game, "addPlayer", { ...local, args: [Int, String] });
defineRpc(Game, "delPlayer", { ...local, args: [Int] });
defineRpc(Game, "requestAction", { mode: "any_peer", args: [String] });
defineRpc(Game, "setPlayerName", { mode: "any_peer", args: [String] });
defineRpc(Game, "setTurn", { ...local, args: [Int] });
defineRpc(Game, "updatePlayerName", { ...local, args: [Int, String] });

function createSide() {
  const multiplayer = new SceneMultiplayer();
  const { root } = new SceneTree({ multiplayer });
  const game = root
    .addChild(new Node("Panel"))
    .addChild(new Node("VBoxContainer"))
    .addChild(new Game("Game"));
  const rejections: string[] = [];
  multiplayer.packetRejected.connect((id, fault) => rejections.push(`${id}: ${fault}`));
  multiplayer.rpcRejected.connect((id, { reason, detail }) => rejections.push(`${id}: ${reason} ${detail}`));
  multiplayer.checksumMismatched.connect((id, { explanation }) => rejections.push(`${id}: ${explanation}`));
  return { multiplayer, game, rejections };
}

const session = readSession("websocket-multiplayer-demo");

describe("a game of the demo in Godot 4.6.3", () => {
  test("hosted by us: every octet as Godot's host sent it", () => {
    const { multiplayer, game, rejections } = createSide();
    game.players.push({ id: 1, name: "Player0" });
    game.turn = 0;
    game.rolls = [75, 85, 87, 42, 76, 69];
    multiplayer.peerConnected.connect((id) => game.welcome(id));
    multiplayer.peerDisconnected.connect((id) => game.rpc.delPlayer(id));
    // The host's own turns are no packets: they come when everybody is here, and when it is the host's turn again.
    const { sent } = replayServer(
      session,
      (transport) => {
        multiplayer.multiplayerPeer = transport;
      },
      () => game.act("roll"),
    );
    expect(sent.toJSON()).toEqual(sentByGodot(session, "s2c").toJSON());
    expect(rejections).toEqual([]);
  });

  test.each([1, 2, 3])("with us as client %i: every octet as Godot's client sent it", (connection) => {
    const { multiplayer, game, rejections } = createSide();
    multiplayer.connectedToServer.connect(() => game.rpcId(1).setPlayerName(`Player${connection}`));
    const { sent } = replayClient(
      session,
      connection,
      (transport) => {
        multiplayer.multiplayerPeer = transport;
      },
      () => game.rpcId(1).requestAction("roll"),
    );
    expect(sent.toJSON()).toEqual(sentByGodot(session, "c2s", connection).toJSON());
    expect(rejections).toEqual([]);
    expect(game.lines[0]).toBe("Player0: rolls 75");
    expect(game.players.length).toBe(connection === 2 ? 4 : 3);
  });
});
