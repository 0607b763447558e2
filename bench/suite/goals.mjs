// What a release has to reach. A goal with `against` is about the ratio of ours to the opponent's in the row's measure;
// one with `value` about our own number: `delivered` is the share of what was offered, p99 is in milliseconds.

/**
 * @typedef {object} Goal
 * @property {string} row
 * @property {string} [against]
 * @property {"delivered" | "p99"} [value]
 * @property {number} [atLeast]
 * @property {number} [atMost]
 */

/** @type {readonly Goal[]} */
export const goals = [
  { row: "echo", against: "ws", atLeast: 1.4 },
  { row: "echo", against: "net", atLeast: 0.95 },
  { row: "echo-16", against: "ws", atLeast: 12 },
  { row: "echo-16", against: "net", atLeast: 0.85 },
  { row: "fanout", against: "ws", atLeast: 1.2 },
  { row: "fanout", against: "net", atLeast: 0.9 },
  { row: "fanout-16", against: "ws", atLeast: 15 },
  { row: "fanout-16", against: "net", atLeast: 0.85 },
  // All of it; the edges of the measured time may cut a few off.
  { row: "relay", value: "delivered", atLeast: 0.99 },
  { row: "relay", against: "ws", atLeast: 4 },
  { row: "relay", against: "net", atLeast: 0.95 },
  { row: "relay", value: "p99", atMost: 25 },
  // Half the CPU of ws for the same deliveries.
  { row: "relay-flush", against: "ws", atLeast: 2 },
  { row: "relay-flush", value: "p99", atMost: 10 },
  { row: "echo-64k", against: "ws", atLeast: 1.5 },
  { row: "echo-64k", against: "net", atLeast: 0.7 },
  { row: "echo-1m", against: "ws", atLeast: 1.3 },
  { row: "echo-1m", against: "net", atLeast: 0.7 },
  { row: "handshakes", against: "ws", atLeast: 2.5 },
  { row: "handshakes", against: "net", atLeast: 0.75 },
  { row: "idle", against: "ws", atMost: 0.75 },
  { row: "idle", against: "net", atMost: 1.15 },
  // A third of the CPU for each delivery.
  { row: "room", against: "ws", atLeast: 3 },
  { row: "room", against: "native", atLeast: 3 },
  ...["state", "vectors", "bytes", "args"].flatMap((value) => [
    { row: `variant-${value}`, against: "msgpack", atLeast: 2 },
    ...["msgpackr", "json", "gdcom"].map((against) => ({ row: `variant-${value}`, against, atLeast: 1 })),
  ]),
  { row: "rpc-receive", against: "native", atLeast: 1 },
  { row: "replication-always", against: "native", atLeast: 3 },
  { row: "replication-change", against: "native", atLeast: 3 },
  { row: "replication-receive", against: "native", atLeast: 1 },
  { row: "replication-always-octets", against: "native", atMost: 1.05 },
  { row: "replication-change-octets", against: "native", atMost: 1.05 },
  { row: "rooms-memory", against: "native", atMost: 1 / 20 },
];
