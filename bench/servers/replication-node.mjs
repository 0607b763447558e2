// The nodes whose states are measured, as `native/simulation.gd` makes them.

import { ownPackage } from "./kit.mjs";
import { BenchNode } from "./rpc-node.mjs";

const godot = await ownPackage("godot-ws");
const { Float, MultiplayerSpawner, MultiplayerSynchronizer, Node, SceneReplicationConfig, Vector2 } = godot;

export const { SceneMultiplayer, SceneTree, WebSocketMultiplayerPeer } = godot;

const moverCount = 200;
/** Where only changes are sent: one of so many moves at each tick. */
const ofMany = 10;

/** @param {"always" | "on_change"} mode */
function createConfig(mode) {
  const config = new SceneReplicationConfig();
  config.addProperty(".:position", { mode });
  config.addProperty(".:rotation", { mode, type: Float });
  return config;
}
const always = createConfig("always");

export class Mover extends Node {
  position = new Vector2();
  rotation = 0;
  sync = this.addChild(new MultiplayerSynchronizer("Sync"));

  /** One that a client moves. @param {number} peer @param {number} index */
  static of(peer, index) {
    const mover = new Mover(`Of${peer}_${index}`, always);
    mover.setMultiplayerAuthority(peer);
    return mover;
  }

  /** @param {string} name @param {InstanceType<typeof SceneReplicationConfig>} config */
  constructor(name, config) {
    super(name);
    this.sync.replicationConfig = config;
  }

  /** @param {number} tick @param {number} index */
  move(tick, index) {
    this.position = new Vector2(tick * 0.25, index);
    // As a Node2D keeps it: 4 octets on the wire instead of 8.
    this.rotation = Math.fround(tick * 0.01);
  }
}

/** A node whose movers go on at each `tick`, and are told to everybody. */
export class SimulatingNode extends BenchNode {
  /** @type {Mover[]} */
  #movers = [];
  #stride = 1;
  #ticks = 0;

  /** @override @param {number} onChange 1 for what has changed, 0 for everything always */
  simulate(onChange) {
    const config = onChange === 1 ? createConfig("on_change") : always;
    const spawner = new MultiplayerSpawner("Spawner");
    spawner.spawnPath = "../Movers";
    spawner.spawnFunction = (/** @type {unknown} */ index) => {
      const mover = new Mover(`Mover${Number(index)}`, config);
      this.#movers.push(mover);
      return mover;
    };
    this.addChild(new Node("Movers"));
    this.addChild(spawner);
    for (let i = 0; i < moverCount; i++) spawner.spawn(i);
    this.#stride = onChange === 1 ? ofMany : 1;
    this.rpcId(this.multiplayer.remoteSenderId).counted(moverCount);
  }

  /** @override @param {number} count */
  take(count) {
    const sender = this.multiplayer.remoteSenderId;
    for (let i = 0; i < count; i++) {
      const mover = this.addChild(Mover.of(sender, i));
      mover.sync.synchronized.connect(() => {
        this.calls++;
      });
    }
    this.rpcId(sender).counted(count);
  }

  tick() {
    this.#ticks++;
    for (let i = this.#ticks % this.#stride; i < this.#movers.length; i += this.#stride)
      this.#movers[i]?.move(this.#ticks, i);
  }
}
