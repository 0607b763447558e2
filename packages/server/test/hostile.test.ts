// Peers that mean ill, or are broken: each is answered or dropped as the RFC says, while two honest games in the same
// room go on.

import { connect, type Socket } from "node:net";
import type { RoomServer } from "godot-ws-server";
import pino from "pino";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../godot-ws/test/simulation/virtual-environment.ts";
import {
  closePayload,
  decodeFrames,
  encodeFrame,
  opcode,
  type RawFrame,
  rawRequest,
} from "../../godot-ws/test/transport/raw-end.ts";
import { Game, host, idHex, startServer, until } from "./games.ts";

const masked = { masked: true };

/** A TCP connection that says what it wants. */
class Stranger {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  ended = false;
  closed = false;

  constructor(server: RoomServer) {
    this.socket = connect({ port: server.port, host, allowHalfOpen: true });
    this.socket.on("data", (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.socket.on("end", () => {
      this.ended = true;
    });
    this.socket.on("close", () => {
      this.closed = true;
    });
    this.socket.on("error", () => {});
  }

  /** One that has joined a room, and knows its id. */
  static async join(server: RoomServer, room = "blue"): Promise<Stranger> {
    const stranger = new Stranger(server);
    stranger.socket.write(rawRequest({ target: `/rooms/${room}` }));
    await until(() => stranger.frames.length > 0);
    return stranger;
  }

  send(...parts: (Uint8Array | string)[]): void {
    for (const part of parts) this.socket.write(part);
  }

  get frames(): RawFrame[] {
    const end = this.received.indexOf("\r\n\r\n");
    return end < 0 ? [] : decodeFrames(this.received.subarray(end + 4)).frames;
  }

  get status(): string {
    return this.received.toString("latin1").slice(0, 12);
  }

  get closeCode(): number | undefined {
    const frame = this.frames.find((candidate) => candidate.opcode === opcode.close);
    return frame?.payload.length ? frame.payload.readUInt16BE() : undefined;
  }
}

/** Two games that talk to each other all the while. */
class Honest implements AsyncDisposable {
  readonly #games: [Game, Game];
  #round = 0;

  private constructor(games: [Game, Game]) {
    this.#games = games;
  }

  static async join(server: RoomServer, room = "blue"): Promise<Honest> {
    const games: [Game, Game] = [await Game.join(server, room), await Game.join(server, room)];
    await until(() => games.every(({ multiplayer }) => multiplayer.peers.length === 2));
    return new Honest(games);
  }

  /** Each says something to the other, and hears what the other says. */
  async talk(): Promise<void> {
    const [a, b] = this.#games;
    const text = `round ${++this.#round}`;
    a.say(text, b.id);
    b.say(text, a.id);
    await until(() => a.log.includes(`${b.id}:${text}`) && b.log.includes(`${a.id}:${text}`));
  }

  get others(): number[] {
    return this.#games[0].multiplayer.peers.filter((id) => id !== 1 && id !== this.#games[1].id);
  }

  get logs(): string[] {
    return this.#games.flatMap(({ log }) => log);
  }

  get ids(): number[] {
    return this.#games.map(({ id }) => id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#games.map((game) => game[Symbol.asyncDispose]()));
  }
}

describe("in the handshake", () => {
  test.each([
    ["random octets", new SeededRandom(1).bytes(5000), "HTTP/1.1 400"],
    ["a TLS hello", Buffer.from("16030100a5010000a10303", "hex"), "HTTP/1.1 400"],
    ["an endless header", `GET /rooms/blue HTTP/1.1\r\nX: ${"y".repeat(100_000)}`, "HTTP/1.1 431"],
    ["no key", rawRequest({ target: "/rooms/blue" }).replace(/Sec-WebSocket-Key.*\r\n/, ""), "HTTP/1.1 400"],
    [
      "an old version",
      rawRequest({ target: "/rooms/blue" }).replace("Version: 13", "Version: 8"),
      "HTTP/1.1 426",
    ],
    ["POST", rawRequest({ target: "/rooms/blue" }).replace("GET", "POST"), "HTTP/1.1 405"],
    ["no room", rawRequest({ target: "/" }), "HTTP/1.1 404"],
    ["a body", rawRequest({ target: "/rooms/blue", headers: ["Content-Length: 5"] }), "HTTP/1.1 400"],
  ])("%s", async (_, bytes, status) => {
    await using server = await startServer();
    await using honest = await Honest.join(server);
    const stranger = new Stranger(server);
    stranger.send(bytes);
    await until(() => stranger.ended || stranger.closed);
    expect(stranger.status).toBe(status);
    stranger.socket.end();
    await honest.talk();
    expect(honest.others).toEqual([]);
  });

  test("half of one, and nothing more", async () => {
    await using server = await startServer();
    await using honest = await Honest.join(server);
    const strangers = Array.from({ length: 20 }, () => new Stranger(server));
    for (const stranger of strangers) stranger.send(rawRequest({ target: "/rooms/blue" }).slice(0, 60));
    await honest.talk();
    expect([honest.others, server.rooms.get("blue")?.peerCount]).toEqual([[], 2]);
    for (const stranger of strangers.slice(0, 10)) stranger.socket.destroy();
    await honest.talk();
  });

  test("everything at once, and gone: the room does not stay", async () => {
    await using server = await startServer();
    const stranger = new Stranger(server);
    stranger.send(
      Buffer.concat([
        Buffer.from(rawRequest({ target: "/rooms/brief" })),
        encodeFrame(opcode.binary, "x", masked),
        encodeFrame(opcode.close, closePayload(1000), masked),
      ]),
    );
    stranger.socket.end();
    await until(() => stranger.closed);
    await until(() => server.rooms.size === 0);
    const cut = new Stranger(server);
    cut.socket.write(rawRequest({ target: "/rooms/brief" }), () => cut.socket.resetAndDestroy());
    await until(() => cut.closed);
    await using honest = await Honest.join(server, "brief");
    await honest.talk();
    await until(() => server.rooms.get("brief")?.peerCount === 2);
  });
});

describe("in a room", () => {
  test.each([
    ["random octets", new SeededRandom(2).bytes(2000), 1002],
    ["a frame that is not masked", encodeFrame(opcode.binary, "x"), 1002],
    ["a frame that promises 2^40 octets", Buffer.from("82ff0000010000000000", "hex"), 1009],
    ["a frame over the limit", encodeFrame(opcode.binary, Buffer.alloc(2001), masked), 1009],
    [
      "fragments over the limit",
      Buffer.concat([
        encodeFrame(opcode.binary, Buffer.alloc(1500), { masked: true, fin: false }),
        encodeFrame(opcode.continuation, Buffer.alloc(501), masked),
      ]),
      1009,
    ],
    ["text that is not UTF-8", encodeFrame(opcode.text, Buffer.of(0xc0, 0x80), masked), 1007],
    ["a reserved opcode", encodeFrame(11, "", masked), 1002],
    ["a reserved bit", encodeFrame(opcode.binary, "x", { masked: true, reservedBits: 0x40 }), 1002],
    ["a stray continuation", encodeFrame(opcode.continuation, "x", masked), 1002],
    ["a fragmented ping", encodeFrame(opcode.ping, "x", { masked: true, fin: false }), 1002],
    ["a close frame with a forbidden code", encodeFrame(opcode.close, closePayload(1006), masked), 1002],
    ["a close frame with a broken reason", encodeFrame(opcode.close, Buffer.of(3, 0xe8, 0xff), masked), 1007],
  ])("%s: %i", async (_, bytes, code) => {
    await using server = await startServer({ maxPacketBytes: 2000 });
    await using honest = await Honest.join(server);
    const stranger = await Stranger.join(server);
    await until(() => honest.others.length === 1);
    stranger.send(bytes);
    await until(() => stranger.ended || stranger.closed);
    expect(stranger.closeCode).toBe(code);
    stranger.socket.end();
    await until(() => honest.others.length === 0);
    await honest.talk();
    expect(server.rooms.get("blue")?.peerCount).toBe(2);
  });

  test.each([
    ["RELAY to a stranger", "0703630000000342"],
    ["RELAY without content", "070302000000"],
    ["ADD_PEER", "070163000000"],
    ["DEL_PEER of the server", "070201000000"],
    ["half a SYS packet", "0701"],
    ["an unknown SYS packet", "07ff02000000ff"],
    ["an empty packet", ""],
    ["RAW without content", "03"],
    ["a nested SYS to all", "070300000000070163000000"],
    ["AUTH", "0700abcdef"],
  ])("%s: nobody is disturbed, the peer stays", async (_, packet) => {
    await using server = await startServer();
    await using honest = await Honest.join(server);
    const stranger = await Stranger.join(server);
    await until(() => honest.others.length === 1);
    const before = honest.logs.filter((entry) => /^[+-]/.test(entry)).length;
    stranger.send(
      encodeFrame(opcode.binary, Buffer.from(packet, "hex"), masked),
      encodeFrame(opcode.ping, "!", masked),
    );
    await until(() => stranger.frames.some((frame) => frame.opcode === opcode.pong));
    await honest.talk();
    expect([honest.others.length, stranger.closeCode, stranger.ended]).toEqual([1, undefined, false]);
    expect(honest.logs.filter((entry) => /^[+-]/.test(entry)).length).toBe(before);
    stranger.socket.destroy();
    await until(() => honest.others.length === 0);
  });

  test("a peer cannot speak as another: relayed packets name the true sender", async () => {
    await using server = await startServer();
    await using honest = await Honest.join(server);
    const stranger = await Stranger.join(server);
    const [a, b] = honest.ids;
    const own = stranger.frames[0]!.payload.readInt32LE();
    stranger.send(encodeFrame(opcode.binary, Buffer.from(`0703${idHex(a!)}0378`, "hex"), masked));
    await until(() => honest.logs.includes(`${own}:x`));
    expect(honest.logs).not.toContain(`${b}:x`);
    stranger.socket.destroy();
  });

  test("a peer that does not read is disconnected, and the others get everything", async () => {
    const lines: { msg: string; peer?: number }[] = [];
    const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
    await using server = await startServer({ maxBacklogBytes: 100_000, log });
    await using honest = await Honest.join(server);
    const stranger = await Stranger.join(server);
    await until(() => honest.others.length === 1);
    stranger.socket.pause();
    await using loud = await Game.join(server, "blue");
    const count = 150;
    const text = "x".repeat(50_000);
    for (let i = 0; i < count; i++) {
      loud.say(`${i} ${text}`, 0);
      await loud.transport.getPeer(1)?.drained();
    }
    await until(() => honest.logs.filter((entry) => entry.startsWith(`${loud.id}:`)).length === 2 * count);
    const own = stranger.frames[0]!.payload.readInt32LE();
    expect(lines.filter(({ msg }) => msg.includes("too slowly")).map(({ peer }) => peer)).toEqual([own]);
    // It would be cut off once it has had its time to answer; reading on, it finds out why.
    stranger.socket.resume();
    await until(() => stranger.ended || stranger.closeCode !== undefined);
    expect(stranger.closeCode).toBe(1008);
    stranger.socket.destroy();
    await until(() => !honest.others.includes(own));
    await honest.talk();
  });

  test("a flood of pings is answered in measure, and others play on", async () => {
    await using server = await startServer();
    await using honest = await Honest.join(server);
    const stranger = await Stranger.join(server);
    stranger.socket.pause();
    const pings = Buffer.concat(
      Array.from({ length: 5000 }, () => encodeFrame(opcode.ping, Buffer.alloc(125), masked)),
    );
    for (let i = 0; i < 20; i++) {
      stranger.send(pings);
      await honest.talk();
    }
    stranger.socket.destroy();
    await until(() => honest.others.length === 0);
  });
});
