// The node whose RPCs are measured, for our server and for the clients that call any server.

import { ownPackage } from "./kit.mjs";

const godot = await ownPackage("godot-ws");
const { defineRpc, Int, Node, Vector2 } = godot;

export const { SceneTree, Vector2: Vector, WebSocketMultiplayerPeer } = godot;

const hit = { mode: /** @type {const} */ ("any_peer"), args: [Int, String, Vector2] };
const count = { mode: /** @type {const} */ ("any_peer"), args: [Int] };

/** Its names are those of `native/bench.gd`, so that the numbers of the methods are. */
export class BenchNode extends Node {
  calls = 0;

  constructor() {
    super("Bench");
  }

  /** A call with three small arguments. */
  hit() {
    this.calls++;
  }

  /** Asks for a `pong`. @param {number} damage @param {string} weapon @param {unknown} at */
  ping(damage, weapon, at) {
    this.rpcId(this.multiplayer.remoteSenderId).pong(damage, weapon, at);
  }

  pong() {
    this.calls++;
  }

  /** Asks for a `hit` of everybody. @param {number} damage @param {string} weapon @param {unknown} at */
  shout(damage, weapon, at) {
    this.rpc.hit(damage, weapon, at);
  }

  /** Asks how many calls of `hit` there were. @param {number} _unused */
  report(_unused) {
    this.rpcId(this.multiplayer.remoteSenderId).counted(this.calls);
  }

  /** @param {number} _calls */
  counted(_calls) {}

  /** Asks for so many nodes more. @param {number} nodes */
  grow(nodes) {
    for (let i = 0; i < nodes; i++) this.addChild(new Node(`Node${i}`));
    this.rpcId(this.multiplayer.remoteSenderId).counted(nodes);
  }

  /** Asks for nodes that are replicated; see `SimulatingNode`. @param {number} _onChange */
  simulate(_onChange) {}

  /** Asks for so many nodes whose states the caller sends. @param {number} _count */
  take(_count) {}
}

for (const name of /** @type {const} */ (["hit", "ping", "pong", "shout"])) defineRpc(BenchNode, name, hit);
for (const name of /** @type {const} */ (["report", "counted", "grow", "simulate", "take"]))
  defineRpc(BenchNode, name, count);
