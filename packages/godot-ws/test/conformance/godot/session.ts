// Recorded sessions of Godot 4.6.3, and one side of them played by us: it gets what the other sides have sent, and what it
// sends is compared with what Godot sent in its place.

import { readFileSync } from "node:fs";
import { MultiplayerPeer } from "../../../src/peer/multiplayer-peer.ts";
import { FakeTransport } from "../../multiplayer/fake-transport.ts";

/**
 * One line of a recording: `[@ms ]1 s2c 0701…` a packet, with `<120x07>` for so many equal octets, or `close` for a close
 * frame; `1 gone`; `step server any_str` what somebody was told to do; `call client1 …` a method that was called.
 */
export interface Line {
  readonly ms: number;
  /** 0 when it is about no connection. */
  readonly connection: number;
  readonly kind: "s2c" | "c2s" | "gone" | "step" | "call";
  /** Who, of steps and calls. */
  readonly who: string;
  /** Octets in hex, or the rest of the line. */
  readonly text: string;
}

export interface Session {
  readonly lines: readonly Line[];
  /** The id of each connection that got one. */
  readonly ids: ReadonlyMap<number, number>;
}

export function readSession(name: string): Session {
  const text = readFileSync(new URL(`${name}.session.txt`, import.meta.url), "utf8");
  const shorts = new Map<string, string>();
  const lines: Line[] = [];
  for (const row of text.trimEnd().split("\n")) {
    const short = /^([A-Z]) = (.*)$/.exec(row);
    if (short !== null) shorts.set(short[1]!, short[2]!);
    else lines.push(readLine(row, shorts));
    // From there on everybody just leaves.
    if (row.endsWith("step all quit")) break;
  }
  const ids = new Map<number, number>();
  for (const { connection, kind, text: hex } of lines) {
    if (kind === "s2c" && !ids.has(connection)) ids.set(connection, Buffer.from(hex, "hex").readInt32LE());
  }
  return { lines, ids };
}

function readLine(row: string, shorts: ReadonlyMap<string, string>): Line {
  const [, ms = "0", rest = ""] = /^(?:@(\d+) )?(.*)$/.exec(row) ?? [];
  const [first = "", second = "", ...others] = rest.split(" ");
  if (first === "step" || first === "call") {
    return { ms: Number(ms), connection: 0, kind: first, who: second, text: others.join(" ") };
  }
  const hex = (others[0] ?? "")
    .replace(/\[([A-Z])\]/g, (_, key: string) => shorts.get(key)!)
    .replace(/<(\d+)x(..)>/g, (_, count: string, octet: string) => octet.repeat(Number(count)));
  return { ms: Number(ms), connection: Number(first), kind: second as Line["kind"], who: "", text: hex };
}

/**
 * What one side has sent, in order, by connection and source: that of a relayed packet, or 0. How packets of several
 * sources mingle depends on the order in which an engine looks after its connections. A close frame is `close`.
 */
export class Sent {
  readonly #bySource = new Map<string, string[]>();

  add(connection: number, hex: string): void {
    const source = hex.startsWith("0703") ? Buffer.from(hex, "hex").readInt32LE(2) : 0;
    const key = `${connection}/${source}`;
    const list = this.#bySource.get(key);
    if (list === undefined) this.#bySource.set(key, [hex]);
    else list.push(hex);
  }

  toJSON(): Record<string, string[]> {
    return Object.fromEntries([...this.#bySource].sort());
  }
}

/** What Godot sent in our place, from the first packet behind the id on. */
export function sentByGodot({ lines, ids }: Session, direction: "s2c" | "c2s", only?: number): Sent {
  const sent = new Sent();
  const closed = new Set<number>();
  const idSeen = new Set<number>();
  for (const { connection, kind, text } of lines) {
    if (!ids.has(connection) || (only !== undefined && connection !== only)) continue;
    if (kind !== "s2c" && kind !== "c2s") continue;
    // Of two close frames the first counts: the other one answers it.
    const answersClose = text === "close" && closed.has(connection);
    if (text === "close") closed.add(connection);
    const isId = kind === "s2c" && !idSeen.has(connection);
    if (isId) idSeen.add(connection);
    if (kind === direction && !answersClose && !isId) sent.add(connection, text);
  }
  return sent;
}

export interface Replay {
  readonly transport: FakeTransport;
  /** What we have sent. */
  readonly sent: Sent;
}

/** We are the server. `step` does what the recorded one was told to do. */
export function replayServer(
  session: Session,
  begin: (transport: FakeTransport) => void,
  step: (text: string) => void,
): Replay {
  const transport = new FakeTransport(1);
  const connections = new Map([...session.ids].map(([connection, id]) => [id, connection]));
  const there = new Set<number>();
  const sent = new Sent();
  const collect = (): void => {
    for (const entry of transport.news()) {
      const disconnected = /^x(.*)/.exec(entry);
      const [target = "", hex = ""] = entry.split(": ");
      const connection = connections.get(Number(disconnected?.[1] ?? target))!;
      sent.add(connection, disconnected === null ? hex : "close");
    }
  };
  begin(transport);
  for (const { ms, connection, kind, who, text } of session.lines) {
    transport.clock.advance(Math.max(0, ms - transport.clock.now()));
    const id = session.ids.get(connection) ?? 0;
    if (kind === "s2c" && !there.has(connection)) {
      there.add(connection);
      transport.bring(() => transport.peerConnected.emit(id));
    } else if (kind === "c2s" && text !== "close") transport.bring([id, text]);
    else if (kind === "gone" && there.has(connection))
      transport.bring(() => transport.peerDisconnected.emit(id));
    else if (kind === "step" && (who === "server" || who === "all")) step(text);
    collect();
  }
  return { transport, sent };
}

/** We are the client of one connection. */
export function replayClient(
  session: Session,
  connection: number,
  begin: (transport: FakeTransport) => void,
  step: (text: string) => void,
): Replay {
  const transport = new FakeTransport(0, MultiplayerPeer.ConnectionStatus.CONNECTING);
  const sent = new Sent();
  let wasThere = false;
  let isThere = false;
  begin(transport);
  for (const { ms, connection: which, kind, who, text } of session.lines) {
    transport.clock.advance(Math.max(0, ms - transport.clock.now()));
    if (kind === "step" && (who === `client${connection}` || who === "all")) step(text);
    else if (kind === "s2c" && which === connection && !wasThere) {
      wasThere = true;
      isThere = true;
      transport.uniqueId = session.ids.get(connection)!;
      transport.connectionStatus = MultiplayerPeer.ConnectionStatus.CONNECTED;
      transport.bring(() => transport.peerConnected.emit(1));
    } else if (kind === "s2c" && which === connection && text !== "close") transport.bring([1, text]);
    else if (which === connection && isThere && (kind === "gone" || text === "close")) {
      isThere = false;
      transport.connectionStatus = MultiplayerPeer.ConnectionStatus.DISCONNECTED;
      transport.bring(() => transport.peerDisconnected.emit(1));
    }
    for (const entry of transport.news()) {
      sent.add(connection, entry.startsWith("x") ? "close" : entry.slice(entry.indexOf(" ") + 1));
    }
  }
  return { transport, sent };
}

/** What was called at one side, as recorded. */
export function callsAt({ lines }: Session, who: string): string[] {
  return lines.filter((line) => line.kind === "call" && line.who === who).map(({ text }) => text);
}
