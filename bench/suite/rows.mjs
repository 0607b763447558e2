// What is measured: each row is one kind of load, put on every server that can take it. Data only.

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {"echo" | "echo-tls" | "echo-deflate" | "fanout" | "relay" | "godot" | "handshakes" | "codec" | "rpc" | "replication"} server which of an opponent's servers takes it
 * @property {Readonly<Record<string, string | number | true>>} load options of the generator; TLS and compression need the one in JavaScript
 * @property {number} [flushMs] how long messages may wait to leave together, where the opponent can do that
 * @property {number} [warmFactor] how much longer it is warmed up: where little is done, little is compiled
 * @property {"work" | "bytesEach" | "memory" | "milliseconds"} measure work per second of server CPU; of the others less is better
 * @property {string} unit of the measure
 * @property {readonly string[]} opponents
 * @property {boolean} [isSlow] left out of a quick run
 * @property {string} [value] of `bench/codec/values.mjs`: the row is about encoding and decoding it, without a server
 */

const everybody = ["ws", "net", "bun", "deno", "uws"];
const otherCodecs = ["msgpack", "msgpackr", "json", "gdcom"];

/**
 * @param {string} mode
 * @param {Readonly<Record<string, number>>} load
 * @param {string} unit
 * @param {string} title
 * @param {Row["measure"]} [measure]
 * @returns {Row}
 */
const rpcRow = (mode, load, unit, title, measure = "work") => ({
  id: mode,
  title,
  server: "rpc",
  load: { mode, ...load },
  isSlow: mode !== "rpc-receive",
  warmFactor: 3,
  measure,
  unit,
  opponents: ["native"],
});

/**
 * @param {string} mode
 * @param {string} title
 * @param {Row["measure"]} measure
 * @returns {Row}
 */
const replicationRow = (mode, title, measure) => ({
  id: measure === "work" ? mode : `${mode}-octets`,
  title: `200 synchronizers, 100 clients, 30 Hz: ${title}`,
  server: "replication",
  load: { mode, connections: 100 },
  isSlow: mode !== "replication-always" || measure !== "work",
  warmFactor: 2,
  measure,
  unit: measure === "work" ? "states" : "octets/s",
  opponents: ["native"],
});

/** @param {string} value @param {string} title @returns {Row} */
const codecRow = (value, title) => ({
  id: `variant-${value}`,
  title: `Variant codec, there and back: ${title}`,
  server: "codec",
  value,
  load: {},
  measure: "work",
  unit: "round trips",
  opponents: otherCodecs,
});
const withClassic = [...everybody, "classic"];

/** @type {readonly Row[]} */
export const rows = [
  {
    id: "echo",
    title: "echo 32 B, 64 connections, 1 in flight",
    server: "echo",
    load: { mode: "echo", connections: 64, size: 32, "in-flight": 1 },
    measure: "work",
    unit: "messages",
    opponents: withClassic,
  },
  {
    id: "echo-16",
    title: "echo 32 B, 64 connections, 16 in flight",
    server: "echo",
    load: { mode: "echo", connections: 64, size: 32, "in-flight": 16 },
    measure: "work",
    unit: "messages",
    opponents: withClassic,
  },
  {
    id: "fanout",
    title: "fan-out 64 B to 1,000, one at a time",
    server: "fanout",
    load: { mode: "fanout", connections: 1000, size: 64, "in-flight": 1 },
    measure: "work",
    unit: "deliveries",
    opponents: withClassic,
  },
  {
    id: "fanout-16",
    title: "fan-out 64 B to 1,000, bursts of 16",
    server: "fanout",
    load: { mode: "fanout", connections: 1000, size: 64, "in-flight": 16 },
    measure: "work",
    unit: "deliveries",
    opponents: withClassic,
  },
  {
    id: "relay",
    title: "relay 32 B, 50 rooms x 20, 570,000 deliveries/s offered",
    server: "relay",
    load: { mode: "relay", rooms: 50, "per-room": 20, size: 32, hz: 30 },
    measure: "work",
    unit: "deliveries",
    opponents: everybody,
  },
  {
    id: "relay-flush",
    title: "relay 32 B, 50 rooms x 20, 114,000 deliveries/s, 8 ms flush",
    server: "relay",
    load: { mode: "relay", rooms: 50, "per-room": 20, size: 32, hz: 6 },
    flushMs: 8,
    warmFactor: 2,
    measure: "work",
    unit: "deliveries",
    opponents: everybody,
  },
  {
    id: "echo-64k",
    title: "echo 64 KiB, 16 connections, 1 in flight",
    server: "echo",
    load: { mode: "echo", connections: 16, size: 65536, "in-flight": 1 },
    measure: "work",
    unit: "messages",
    opponents: everybody,
  },
  {
    id: "echo-1m",
    title: "echo 1 MiB, 8 connections, 1 in flight",
    server: "echo",
    load: { mode: "echo", connections: 8, size: 1048576, "in-flight": 1 },
    measure: "work",
    unit: "messages",
    opponents: everybody,
  },
  {
    id: "echo-tls",
    title: "echo 32 B over TLS, 64 connections, 16 in flight",
    server: "echo-tls",
    load: { mode: "echo", connections: 64, size: 32, "in-flight": 16, tls: true },
    measure: "work",
    unit: "messages",
    opponents: ["ws", "net"],
  },
  {
    id: "echo-deflate",
    title: "echo 1 KiB, compressed without memory of earlier messages, 64 connections, 4 in flight",
    server: "echo-deflate",
    isSlow: true,
    load: { mode: "echo", connections: 64, size: 1024, "in-flight": 4, deflate: true },
    measure: "work",
    unit: "messages",
    opponents: ["ws"],
  },
  {
    id: "handshakes",
    title: "handshakes, 64 at a time, closed properly",
    server: "handshakes",
    load: { mode: "handshakes", connections: 64 },
    warmFactor: 4,
    measure: "work",
    unit: "handshakes",
    opponents: withClassic,
  },
  {
    id: "idle",
    title: "10,000 idle connections, memory of each",
    server: "echo",
    load: { mode: "idle", connections: 10_000 },
    measure: "bytesEach",
    unit: "bytes",
    opponents: withClassic,
  },
  {
    id: "room",
    title: "Godot's relay: a room of 40 at 30 Hz, 8 ms flush",
    server: "godot",
    load: { mode: "godot", rooms: 1, "per-room": 40, size: 64, hz: 30 },
    flushMs: 8,
    warmFactor: 4,
    measure: "work",
    unit: "deliveries",
    opponents: ["ws", "native"],
  },
  {
    id: "rooms-memory",
    title: "50 rooms x 20 clients: memory, against 50 Godot processes",
    server: "godot",
    load: { mode: "godot", rooms: 50, "per-room": 20, size: 64, hz: 2 },
    measure: "memory",
    unit: "KiB",
    opponents: ["native"],
  },
  rpcRow(
    "rpc-receive",
    { connections: 50, calls: 4 },
    "calls",
    "RPCs with 3 small arguments, received and called",
  ),
  rpcRow(
    "rpc-answer",
    { connections: 50, calls: 4 },
    "calls",
    "RPCs received, each answered with one to its caller",
  ),
  rpcRow("rpc-broadcast", { connections: 100, calls: 4 }, "deliveries", "RPCs to 100 peers, encoded once"),
  rpcRow("rpc-nodes", { nodes: 100_000 }, "bytes", "100,000 nodes, memory of each", "bytesEach"),
  rpcRow("rpc-first", {}, "ms", "from connecting to the answer to the first RPC", "milliseconds"),
  replicationRow("replication-always", "a Vector2 and a float, always", "work"),
  replicationRow("replication-change", "the same on change, a tenth changes", "work"),
  {
    ...replicationRow("replication-receive", "", "work"),
    title: "40 synchronizers of each of 50 clients, 30 Hz: states received and set",
    load: { mode: "replication-receive", connections: 50, movers: 40 },
  },
  replicationRow("replication-always", "what each client gets, always", "bytesEach"),
  replicationRow("replication-change", "what each client gets, on change", "bytesEach"),
  codecRow("state", "a player's state, a dictionary of 8 mixed fields"),
  codecRow("vectors", "1,000 Vector3 in an Array"),
  codecRow("bytes", "a PackedByteArray of 64 KiB"),
  codecRow("args", "RPC arguments, 3 small values"),
];
