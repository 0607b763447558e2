// What both sides of the demo have in common: the node that they call each other on, and where it may be. Host and client
// each fill in the methods that the other one calls.

import { defineRpc, Int, Node, type SceneTree } from "godot-ws";

export const port = 8080;
export const protocol = "ludus";

/**
 * Where the demo's node is: in its scene `main.tscn`, and in `combo.tscn`, which gives each of its players a multiplayer
 * API of its own, whose paths begin further down. A call reaches only the one that the other side has.
 */
const parentPaths = ["Main/Panel/VBoxContainer", "Panel/VBoxContainer"];

/** The RPCs of the demo's game.gd: all seven on both sides, since Godot numbers them by their names. */
export class Game extends Node {
  log(_message: string): void {}
  addPlayer(_id: number, _name = ""): void {}
  delPlayer(_id: number): void {}
  setTurn(_turn: number): void {}
  updatePlayerName(_id: number, _name: string): void {}
  setPlayerName(_name: string): void {}
  requestAction(_action: string): void {}
}

// By the host, to the clients.
defineRpc(Game, "log", { name: "_log", args: [String] });
defineRpc(Game, "addPlayer", { args: [Int, String] });
defineRpc(Game, "delPlayer", { args: [Int] });
defineRpc(Game, "setTurn", { args: [Int] });
defineRpc(Game, "updatePlayerName", { args: [Int, String] });
// By a client, to the host.
defineRpc(Game, "setPlayerName", { mode: "any_peer", args: [String], rateLimit: { perSecond: 2, burst: 5 } });
defineRpc(Game, "requestAction", { mode: "any_peer", args: [String], rateLimit: { perSecond: 20 } });

/** Puts a node called Game at each of the places, the one of `main.tscn` first. */
export function addGames<Kind extends Game>(tree: SceneTree, create: () => Kind): [Kind, ...Kind[]] {
  const games = parentPaths.map((path) => {
    let parent = tree.root;
    for (const name of path.split("/")) {
      parent = parent.getNodeOrNull(name) ?? parent.addChild(new Node(name));
    }
    return parent.addChild(create());
  });
  return games as [Kind, ...Kind[]];
}
