// The generator of load for machines without a C compiler: same options, same results, marked `"generator":"node"`. It
// takes several times the CPU, so that it may be the bottleneck; contents are compared until the measured time only.
// It also speaks TLS (`--tls`) and compresses (`--deflate`), which the one in C does not.

import { parseArgs } from "node:util";
import { connectAll, contentOf, createFrame, inflate } from "./fallback-client.mjs";
import { runHandshakes } from "./fallback-handshakes.mjs";
import { fail, measure, measured, memoryKb } from "./fallback-measure.mjs";

const names = [
  "mode",
  "port",
  "pid",
  "connections",
  "size",
  "in-flight",
  "rooms",
  "per-room",
  "hz",
  "warm",
  "seconds",
];
const { values } = parseArgs({
  options: {
    ...Object.fromEntries(names.map((name) => [name, { type: /** @type {const} */ ("string") }])),
    raw: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    tls: { type: "boolean", default: false },
    deflate: { type: "boolean", default: false },
  },
});
const given = /** @type {Record<string, string | undefined>} */ (/** @type {unknown} */ (values));
const number = (/** @type {string} */ name, /** @type {number} */ otherwise) =>
  Number(given[name] ?? otherwise);

/** @typedef {typeof options} Options */
const options = {
  mode: given.mode ?? "echo",
  port: number("port", 9080),
  pid: number("pid", 0),
  connections: number("connections", 64),
  size: number("size", 32),
  inFlight: number("in-flight", 1),
  rooms: number("rooms", 50),
  perRoom: number("per-room", 20),
  hz: number("hz", 30),
  warm: number("warm", 1),
  seconds: number("seconds", 3),
  raw: Boolean(values.raw),
  check: Boolean(values.check),
  tls: Boolean(values.tls),
  deflate: Boolean(values.deflate),
};

const sleep = (/** @type {number} */ seconds) =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const roomOf = (/** @type {number} */ index) => Math.floor(index / options.perRoom);

// Octets before the stamp of a packet of Godot's: SYS, RELAY, whom it is for or from, RAW.
const godotHead = [7, 3, 0, 0, 0, 0, 3];
const relayHead = godotHead.length;
const stampLength = 16;

const modes = {
  echo: runEcho,
  fanout: runEcho,
  relay: runRelay,
  godot: runRelay,
  handshakes: runHandshakes,
  idle: runIdle,
};
const run = modes[/** @type {keyof typeof modes} */ (options.mode)];
if (run === undefined) fail(`there is no mode ${options.mode}`);
console.log(JSON.stringify(await run(options)));
process.exit(0);

async function runEcho() {
  const { frame } = createFrame(options);
  const burst = Buffer.concat(Array.from({ length: options.inFlight }, () => frame));
  const echoes = options.mode === "echo";
  const expected = contentOf(options);
  const isWrong = (/** @type {Buffer} */ payload) => {
    if (options.deflate) return !(compares ? inflate(payload).equals(expected) : payload.length > 0);
    return compares ? !payload.equals(expected) : payload.length !== options.size;
  };
  let received = 0;
  let published = 0;
  let wrong = 0;
  let compares = false;
  const clients = await connectAll(options, options.connections, undefined, (client, payload) => {
    received++;
    client.received++;
    if (isWrong(payload)) wrong++;
    if (echoes) client.write(frame);
    else if (received >= published * options.connections) publish();
  });
  function publish() {
    published += options.inFlight;
    clients[0]?.write(burst);
  }
  await sleep(0.2);
  compares = true;
  if (echoes) for (const client of clients) client.write(burst);
  else publish();
  await sleep(options.warm);
  compares = options.check;
  const before = received;
  const from = measure(options.pid);
  await sleep(options.seconds);
  const to = measure(options.pid);
  const counts = clients.map((client) => client.received);
  const spread = { least: Math.min(...counts), most: Math.max(...counts) };
  return { ...measured(from, to, received - before), ...spread, lost: lostOf(clients), wrong };
}

async function runRelay() {
  const isGodot = options.mode === "godot";
  const stampAt = isGodot ? relayHead : 0;
  const total = options.rooms * options.perRoom;
  const { frame, payloadAt, mask } = createFrame(options);
  if (isGodot)
    for (const [i, octet] of godotHead.entries()) frame[payloadAt + i] = octet ^ (mask[i % 4] ?? 0);
  const numbers = new Uint32Array(total);
  const expected = new Uint32Array(total * options.perRoom);
  const ids = new Int32Array(total);
  /** @type {number[]} */
  let latencies = [];
  let [received, sent, gaps, garbled, strays] = [0, 0, 0, 0, 0];
  let isMeasuring = false;

  /** @param {import("./fallback-client.mjs").Client} client @param {Buffer} payload */
  function receive(client, payload) {
    const { index } = client;
    if (isGodot) {
      if (ids[index] === 0) {
        ids[index] = payload.readInt32LE(0);
        return;
      }
      if (payload.length <= relayHead) return;
    }
    if (payload.length !== options.size) return void garbled++;
    const sender = payload.readUInt32LE(stampAt + 8);
    const isStray = sender >= total || sender === index || roomOf(sender) !== roomOf(index);
    if (isStray || (isGodot && payload.readInt32LE(2) !== ids[sender])) return void strays++;
    const slot = index * options.perRoom + (sender % options.perRoom);
    const own = payload.readUInt32LE(stampAt + 12);
    if (own !== expected[slot]) gaps++;
    expected[slot] = own + 1;
    received++;
    client.received++;
    if (isMeasuring) latencies.push(performance.now() - payload.readDoubleLE(stampAt));
  }

  const clients = await connectAll(options, total, roomOf, receive);
  await sleep(0.4);
  const stamp = Buffer.alloc(stampLength);
  /** @param {number} index */
  function send(index) {
    stamp.writeDoubleLE(performance.now(), 0);
    stamp.writeUInt32LE(index, 8);
    const own = numbers[index] ?? 0;
    numbers[index] = own + 1;
    stamp.writeUInt32LE(own, 12);
    const copy = Buffer.from(frame);
    for (let i = 0; i < stampLength; i++) {
      copy[payloadAt + stampAt + i] = /** @type {number} */ (stamp[i]) ^ (mask[(stampAt + i) % 4] ?? 0);
    }
    clients[index]?.write(copy);
    sent++;
  }
  const start = performance.now();
  let turn = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - start) / 1000) * options.hz * total;
    for (; turn < due; turn++) {
      const place = turn % total;
      send((place % options.rooms) * options.perRoom + Math.floor(place / options.rooms));
    }
  }, 1);
  await sleep(options.warm);
  const [receivedBefore, sentBefore] = [received, sent];
  const from = measure(options.pid);
  isMeasuring = true;
  await sleep(options.seconds);
  const to = measure(options.pid);
  clearInterval(timer);
  latencies = latencies.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => latencies[Math.ceil(share * latencies.length) - 1] ?? 0;
  return {
    ...measured(from, to, received - receivedBefore),
    offered: Math.round(total * options.hz * (to.at - from.at) * (options.perRoom - 1)),
    due: (sent - sentBefore) * (options.perRoom - 1),
    sent: sent - sentBefore,
    refused: 0,
    gaps,
    garbled,
    strays,
    lost: lostOf(clients),
    wrong: 0,
    p50: at(0.5),
    p99: at(0.99),
    p999: at(0.999),
  };
}

async function runIdle() {
  const rehearsal = await connectAll(options, 500, undefined, () => {});
  await sleep(0.3);
  for (const client of rehearsal) client.destroy();
  await sleep(0.3);
  const empty = await settledMemoryKb();
  const from = measure(options.pid);
  const clients = await connectAll(options, options.connections, roomOf, () => {});
  await sleep(options.warm);
  const to = measure(options.pid);
  const fresh = memoryKb(options.pid);
  const full = await settledMemoryKb();
  const each = (/** @type {number} */ kb) => Math.round(((kb - empty) * 1024) / options.connections);
  const result = { emptyKb: empty, fullKb: full, freshBytesEach: each(fresh), bytesEach: each(full) };
  return { ...measured(from, to, options.connections), lost: lostOf(clients), wrong: 0, ...result };
}

// After garbage collections, which the server does on this signal.
async function settledMemoryKb() {
  for (let i = 0; i < 2; i++) {
    process.kill(options.pid, "SIGUSR2");
    await sleep(0.5);
  }
  return memoryKb(options.pid);
}

/** @param {readonly import("./fallback-client.mjs").Client[]} clients */
function lostOf(clients) {
  return clients.filter(({ isLost }) => isLost).length;
}
