// The generator of RPCs: clients made of this repository's own SceneMultiplayer, against any server with the node Bench.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { BenchNode, SceneTree, Vector, WebSocketMultiplayerPeer } from "../servers/rpc-node.mjs";
import { fail, measure, measured, memoryKb } from "./fallback-measure.mjs";

const names = ["mode", "port", "pid", "connections", "calls", "hz", "warm", "seconds", "nodes", "repeats"];
const { values } = parseArgs({
  options: Object.fromEntries(names.map((name) => [name, { type: /** @type {const} */ ("string") }])),
});
const number = (/** @type {string} */ name, /** @type {number} */ otherwise) =>
  Number(/** @type {Record<string, string | undefined>} */ (values)[name] ?? otherwise);

const port = number("port", 9080);
const pid = number("pid", 0);
const connections = number("connections", 50);
/** Calls of each caller at each tick. */
const calls = number("calls", 4);
const hz = number("hz", 60);
const at = new Vector(12.5, -7.25);
const quiet = { lost: 0, wrong: 0 };
const sleep = (/** @type {number} */ seconds) =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));

class Client {
  tree = new SceneTree();
  node = new BenchNode();

  /** Connects and waits until calls can be made. */
  async join() {
    const { multiplayer, root } = this.tree;
    root.addChild(this.node);
    const connected = multiplayer.connectedToServer.next();
    multiplayer.connectionFailed.connect(() => fail("a client could not connect"));
    multiplayer.multiplayerPeer = WebSocketMultiplayerPeer.createClient(`ws://127.0.0.1:${port}`, {
      handshakeTimeoutMs: 20_000,
    });
    await connected;
    return this;
  }

  get server() {
    return this.node.rpcId(1);
  }

  leave() {
    this.tree.multiplayer.multiplayerPeer?.close();
  }
}

/** @param {BenchNode} node @param {() => void} ask @returns {Promise<number>} */
function answer(node, ask) {
  return new Promise((resolve) => {
    node.counted = resolve;
    ask();
  });
}

/** @param {number} count */
async function joinAll(count) {
  const clients = [];
  for (let i = 0; i < count; i++) clients.push(await new Client().join());
  return clients;
}

/**
 * Calls at every tick, and counts what came of it.
 * @param {readonly Client[]} callers
 * @param {(client: Client) => void} call
 * @param {() => number} done
 */
async function run(callers, call, done) {
  let sent = 0;
  let due = performance.now();
  let running = true;
  const tick = () => {
    if (!running) return;
    for (const client of callers) {
      for (let i = 0; i < calls; i++) call(client);
      sent += calls;
    }
    due += 1000 / hz;
    setTimeout(tick, Math.max(0, due - performance.now()));
  };
  tick();
  await sleep(number("warm", 1));
  const before = done();
  const from = measure(pid);
  await sleep(number("seconds", 3));
  const to = measure(pid);
  const work = done() - before;
  running = false;
  return { result: measured(from, to, work), sent: () => sent };
}

const modes = {
  /** Received, decoded and called. */
  async "rpc-receive"() {
    const clients = await joinAll(connections);
    let sent = 0;
    const { result, ...counts } = await run(
      clients,
      (client) => {
        sent++;
        client.server.hit(5, "jump", at);
      },
      () => sent,
    );
    await sleep(0.5);
    const first = /** @type {Client} */ (clients[0]);
    const counted = await answer(first.node, () => first.server.report(0));
    return { ...result, ...quiet, lost: counts.sent() - counted };
  },

  /** Answered with a call to the one that asked. */
  async "rpc-answer"() {
    const clients = await joinAll(connections);
    const total = () => clients.reduce((sum, { node }) => sum + node.calls, 0);
    const { result, ...counts } = await run(clients, (client) => client.server.ping(5, "jump", at), total);
    await sleep(0.5);
    return { ...result, ...quiet, lost: counts.sent() - total() };
  },

  /** Passed on to everybody. */
  async "rpc-broadcast"() {
    const clients = await joinAll(connections);
    const total = () => clients.reduce((sum, { node }) => sum + node.calls, 0);
    const { result, ...counts } = await run(
      clients.slice(0, 1),
      (client) => client.server.shout(5, "jump", at),
      total,
    );
    await sleep(0.5);
    return { ...result, ...quiet, lost: counts.sent() * connections - total() };
  },

  /** Memory of nodes. */
  async "rpc-nodes"() {
    const client = await new Client().join();
    const nodes = number("nodes", 100_000);
    collect();
    await sleep(0.3);
    const before = memoryKb(pid);
    const from = measure(pid);
    await answer(client.node, () => client.server.grow(nodes));
    collect();
    await sleep(0.5);
    const bytesEach = ((memoryKb(pid) - before) * 1024) / nodes;
    return { ...measured(from, measure(pid), nodes), ...quiet, bytesEach };
  },

  /** From nothing to the answer to the first call. */
  async "rpc-first"() {
    const times = [];
    const from = measure(pid);
    for (let i = 0; i < number("repeats", 20); i++) {
      const started = performance.now();
      const client = await new Client().join();
      await new Promise((resolve) => {
        client.node.pong = () => resolve(undefined);
        client.server.ping(5, "jump", at);
      });
      times.push(performance.now() - started);
      client.leave();
    }
    times.sort((a, b) => a - b);
    return {
      ...measured(from, measure(pid), times.length),
      ...quiet,
      milliseconds: times[times.length >> 1],
    };
  },
};

/** Servers in Node collect garbage at this signal; Godot, which has none, would die of it. */
function collect() {
  const caught = BigInt(`0x${/^SigCgt:\s+(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]}`);
  const sigusr2 = 12n;
  if ((caught >> (sigusr2 - 1n)) & 1n) process.kill(pid, "SIGUSR2");
}

const mode = modes[/** @type {keyof typeof modes} */ (/** @type {any} */ (values).mode)];
if (mode === undefined) fail("there is no such mode");
console.log(JSON.stringify(await mode()));
process.exit(0);
