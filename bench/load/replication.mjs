// The generator of the replication rows: clients that look at the packets of states they get, and count. They take nothing
// over, so that as many as a game has fit into one process.

import { parseArgs } from "node:util";
import { SceneTree, WebSocketMultiplayerPeer } from "../servers/replication-node.mjs";
import { BenchNode } from "../servers/rpc-node.mjs";
import { fail, measure, measured } from "./fallback-measure.mjs";

const names = ["mode", "port", "pid", "connections", "warm", "seconds"];
const { values } = parseArgs({
  options: Object.fromEntries(names.map((name) => [name, { type: /** @type {const} */ ("string") }])),
});
const options = /** @type {Record<string, string | undefined>} */ (values);
const url = `ws://127.0.0.1:${options["port"] ?? 9080}`;
const pid = Number(options["pid"] ?? 0);
const connections = Number(options["connections"] ?? 100);
const isOnChange = options["mode"] === "replication-change";
/** In a tick: see `SimulatingNode`. */
const statesPerTick = isOnChange ? 20 : 200;
const handshakeTimeoutMs = 20_000;
const sleep = (/** @type {number} */ seconds) =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const spawn = 4;
const sync = 6;
const delta = 0x16;

class Watcher {
  states = 0;
  octets = 0;
  nodes = 0;
  lost = 0;
  wrong = 0;
  #stamp = -1;
  /** Of the tick under way; undefined before the first whole one. @type {number | undefined} */
  #inTick;

  constructor() {
    const peer = WebSocketMultiplayerPeer.createClient(url, { handshakeTimeoutMs });
    peer.peerDisconnected.connect(() => fail("a client lost its connection"));
    peer.whenReady = () => {
      do {
        peer.poll();
        while (peer.availablePacketCount > 0) this.#take(peer.getPacket());
      } while (peer.needsPoll);
    };
  }

  /** @param {Uint8Array} packet */
  #take(packet) {
    const command = packet[0];
    if (command === spawn) this.nodes++;
    if (command !== sync && command !== delta) return;
    const count = countItems(packet, command === sync ? 3 : 1, command === sync ? 4 : 12);
    this.states += count;
    this.octets += packet.length;
    if (command === sync) this.#checkStamp((packet[1] ?? 0) | ((packet[2] ?? 0) << 8), count);
    // The first has all of them.
    else if (this.#inTick === undefined) this.#inTick = 0;
    else if (count !== statesPerTick) this.wrong++;
  }

  /** @param {number} stamp @param {number} count */
  #checkStamp(stamp, count) {
    if (stamp === this.#stamp) {
      if (this.#inTick !== undefined) this.#inTick += count;
      return;
    }
    if (this.#stamp >= 0) {
      if (this.#inTick !== undefined) this.lost += statesPerTick - this.#inTick;
      this.lost += (((stamp - this.#stamp) & 0xffff) - 1) * statesPerTick;
      this.#inTick = count;
    }
    this.#stamp = stamp;
  }
}

/** @param {Uint8Array} packet @param {number} from @param {number} sizeAt in an item */
function countItems(packet, from, sizeAt) {
  let count = 0;
  for (let at = from; at < packet.length; count++) {
    const size = at + sizeAt;
    // None is long.
    at = size + 4 + ((packet[size] ?? 0) | ((packet[size + 1] ?? 0) << 8));
  }
  return count;
}

/** One who asks the server to begin, and leaves. */
async function begin() {
  const { multiplayer, root } = new SceneTree();
  const node = root.addChild(new BenchNode());
  const connected = multiplayer.connectedToServer.next();
  multiplayer.connectionFailed.connect(() => fail("a client could not connect"));
  multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(url, { handshakeTimeoutMs });
  await connected;
  await new Promise((resolve) => {
    node.counted = resolve;
    node.rpcId(1).simulate(isOnChange ? 1 : 0);
  });
  multiplayer.multiplayerPeer?.close();
}

await begin();
/** @type {Watcher[]} */
const watchers = [];
// Few at a time: each is told of all nodes, and Godot loses those who wait for long.
for (let wait = 0; watchers.length < connections; ) {
  const joining = Array.from({ length: Math.min(5, connections - watchers.length) }, () => new Watcher());
  for (; joining.some(({ nodes, states }) => nodes < 200 || states === 0); wait++) {
    if (wait === 6000) fail(`${watchers.length} clients could join, and ${joining.length} more could not`);
    await sleep(0.005);
  }
  watchers.push(...joining);
}
const sum = (/** @type {(watcher: Watcher) => number} */ of) =>
  watchers.reduce((total, watcher) => total + of(watcher), 0);
await sleep(Number(options["warm"] ?? 1));
const before = sum(({ states }) => states);
const octetsBefore = sum(({ octets }) => octets);
const from = measure(pid);
await sleep(Number(options["seconds"] ?? 3));
const to = measure(pid);
const result = measured(from, to, sum(({ states }) => states) - before);
const octets = sum((watcher) => watcher.octets) - octetsBefore;
console.log(
  JSON.stringify({
    ...result,
    lost: sum(({ lost }) => lost),
    wrong: sum(({ wrong }) => wrong),
    // A second, of 30 ticks: what fails to keep up does not send less.
    bytesEach: (octets / result.work) * statesPerTick * 30,
    cpuEach: result.serverCpu / connections / result.seconds,
    ticksPerSecond: result.work / connections / statesPerTick / result.seconds,
  }),
);
process.exit(0);
