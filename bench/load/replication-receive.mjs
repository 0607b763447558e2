// The generator of states: clients made of this repository's own SceneMultiplayer, each of which moves nodes of its own at
// any server with the node Bench.

import { parseArgs } from "node:util";
import {
  Mover,
  SceneMultiplayer,
  SceneTree,
  WebSocketMultiplayerPeer,
} from "../servers/replication-node.mjs";
import { BenchNode } from "../servers/rpc-node.mjs";
import { fail, measure, measured } from "./fallback-measure.mjs";

const names = ["mode", "port", "pid", "connections", "movers", "warm", "seconds"];
const { values } = parseArgs({
  options: Object.fromEntries(names.map((name) => [name, { type: /** @type {const} */ ("string") }])),
});
const number = (/** @type {string} */ name, /** @type {number} */ otherwise) =>
  Number(/** @type {Record<string, string | undefined>} */ (values)[name] ?? otherwise);

const url = `ws://127.0.0.1:${number("port", 9080)}`;
const pid = number("pid", 0);
const connections = number("connections", 50);
const count = number("movers", 40);
const hz = 30;
const server = 1;
const sleep = (/** @type {number} */ seconds) =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));

class Client {
  multiplayer;
  node = new BenchNode();
  /** @type {Mover[]} */
  movers = [];

  /** @param {boolean} autoPoll */
  constructor(autoPoll) {
    this.multiplayer = new SceneMultiplayer({ autoPoll });
    const { root } = new SceneTree({ multiplayer: this.multiplayer });
    root.addChild(this.node);
    this.multiplayer.connectionFailed.connect(() => fail("a client could not connect"));
    this.multiplayer.serverDisconnected.connect(() => fail("a client lost its connection"));
    this.multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url, {
      handshakeTimeoutMs: 20_000,
    });
  }

  /** @param {() => void} ask @returns {Promise<number>} */
  #answer(ask) {
    return new Promise((resolve) => {
      this.node.counted = resolve;
      ask();
    });
  }

  async join() {
    await this.multiplayer.connectedToServer.next();
    return this;
  }

  async take() {
    await this.#answer(() => this.node.rpcId(server).take(count));
    for (let i = 0; i < count; i++) {
      const mover = Mover.of(this.multiplayer.uniqueId, i);
      // The other clients have none of these.
      mover.sync.publicVisibility = false;
      mover.sync.setVisibilityFor(server, true);
      this.movers.push(this.node.addChild(mover));
    }
  }

  /** How many states the server has got. */
  report() {
    return this.#answer(() => this.node.rpcId(server).report(0));
  }
}

/** @type {Client[]} */
const clients = [];
let running = true;
let ticks = 0;
let due = performance.now();
function loop() {
  if (running) {
    ticks++;
    for (const { multiplayer, movers } of clients) {
      for (const [i, mover] of movers.entries()) mover.move(ticks, i);
      multiplayer.poll();
    }
  }
  due += 1000 / hz;
  setTimeout(loop, Math.max(0, due - performance.now()));
}
loop();

const witness = await new Client(true).join();
for (let i = 0; i < connections; i++) {
  const client = new Client(false);
  clients.push(client);
  await client.join();
}
for (const client of clients) await client.take();
/** Nothing is under way any more. */
async function pause() {
  running = false;
  await sleep(0.5);
  return witness.report();
}

// The server has to know the paths of all of them first.
for (let wait = 0, all = false; !all; wait++) {
  if (wait === 20) fail("the server does not take all states");
  await sleep(0.5);
  const got = await pause();
  const from = ticks;
  running = true;
  await sleep(0.3);
  all = (await pause()) - got === (ticks - from) * connections * count;
  running = true;
}
const got = await pause();
const firstTick = ticks;
running = true;
await sleep(number("warm", 1));
const ticksBefore = ticks;
const from = measure(pid);
await sleep(number("seconds", 3));
const to = measure(pid);
const work = (ticks - ticksBefore) * connections * count;
const missing = got + (ticks - firstTick) * connections * count - (await pause());
console.log(JSON.stringify({ ...measured(from, to, work), lost: Math.max(0, missing), wrong: 0 }));
process.exit(0);
