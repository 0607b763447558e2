import { connect } from "node:net";
import pino from "pino";
import { describe, expect, test } from "vitest";
import { Game, host, idHex, quiet, roomUrl, startServer, until, WireGame } from "./games.ts";

describe("rooms", () => {
  test("two rooms do not hear each other", async () => {
    await using server = await startServer();
    await using red1 = await Game.join(server, "red");
    await using red2 = await Game.join(server, "red");
    await using blue1 = await Game.join(server, "blue");
    await using blue2 = await Game.join(server, "blue");
    await until(() => [red1, red2, blue1, blue2].every((game) => game.multiplayer.peers.length === 2));
    red1.say("to the reds");
    blue2.say("to the blues");
    await until(() => red2.log.length === 3 && blue1.log.length === 3);
    await quiet();
    expect(red2.log).toEqual(["+1", `+${red1.id}`, `${red1.id}:to the reds`]);
    expect(blue1.log).toEqual(["+1", `+${blue2.id}`, `${blue2.id}:to the blues`]);
    expect(red1.log).toEqual(["+1", `+${red2.id}`]);
    expect(blue2.log).toEqual(["+1", `+${blue1.id}`]);
    expect(server.rooms.get("red")?.multiplayer.relayedPacketCount).toBe(1);
  });

  test("a room appears with its first peer and vanishes with its last", async () => {
    await using server = await startServer();
    expect(server.rooms.size).toBe(0);
    const first = await Game.join(server, "blue");
    expect([server.rooms.size, server.rooms.get("blue")?.peerCount]).toEqual([1, 1]);
    const second = await Game.join(server, "blue");
    expect([server.rooms.size, server.rooms.get("blue")?.peerCount]).toEqual([1, 2]);
    await first[Symbol.asyncDispose]();
    await until(() => server.rooms.get("blue")?.peerCount === 1);
    expect(server.rooms.size).toBe(1);
    await second[Symbol.asyncDispose]();
    await until(() => server.rooms.size === 0);
    await using again = await Game.join(server, "blue");
    expect([server.rooms.size, again.multiplayer.peers]).toEqual([1, [1]]);
  });

  test("on the wire: the id, then who is there, then what they send", async () => {
    await using server = await startServer();
    const first = await WireGame.join(server, "blue");
    const second = await WireGame.join(server, "blue");
    await until(() => first.messages.length === 2 && second.messages.length === 2);
    expect(second.messages[1]).toBe(`0701${idHex(first.id)}`);
    expect(first.messages[1]).toBe(`0701${idHex(second.id)}`);
    first.send(`0703${idHex(second.id)}0342`);
    await until(() => second.messages.length === 3);
    expect(second.messages[2]).toBe(`0703${idHex(first.id)}0342`);
    second.socket.terminate();
    await until(() => first.messages.length === 3);
    expect(first.messages[2]).toBe(`0702${idHex(second.id)}`);
  });

  test.each([
    ["blue%20sky", "blue sky"],
    ["%E6%97%A5%E6%9C%AC", "日本"],
    ["a".repeat(64), "a".repeat(64)],
    ["blue?token=42", "blue"],
  ])("/rooms/%s is the room %s", async (path, name) => {
    await using server = await startServer();
    await using _game = await Game.join(server, path);
    expect(server.rooms.status(0).map((room) => room.name)).toEqual([name]);
  });

  test.each([
    "/",
    "/rooms",
    "/rooms/",
    "/rooms/a/b",
    "/rooms/%",
    "/rooms/%00",
    "/rooms/%0a",
    `/rooms/${"a".repeat(65)}`,
    "/Rooms/a",
  ])("%s is no room: 404 with a reason", async (path) => {
    await using server = await startServer();
    const game = new WireGame(`ws://${host}:${server.port}${path}`);
    await until(() => game.refused !== undefined);
    expect(game.refused).toEqual([404, `there is no room at ${path}: connect to /rooms/<name>\n`]);
    expect(server.rooms.size).toBe(0);
  });

  test("a room has no place beyond maxPeersPerRoom: 503 with a reason", async () => {
    await using server = await startServer({ maxPeersPerRoom: 2 });
    await using _first = await Game.join(server, "blue");
    const second = await Game.join(server, "blue");
    const third = new WireGame(roomUrl(server, "blue"));
    await until(() => third.refused !== undefined);
    expect(third.refused).toEqual([503, "the room blue is full\n"]);
    await using _other = await Game.join(server, "red");
    await second[Symbol.asyncDispose]();
    await until(() => server.rooms.get("blue")?.peerCount === 1);
    await using _fourth = await Game.join(server, "blue");
  });

  test("a server has no room beyond maxRooms: 503 with a reason", async () => {
    await using server = await startServer({ maxRooms: 1 });
    await using _first = await Game.join(server, "blue");
    const second = new WireGame(roomUrl(server, "red"));
    await until(() => second.refused !== undefined);
    expect(second.refused).toEqual([503, "all 1 rooms are in use\n"]);
    await using _third = await Game.join(server, "blue");
  });

  test("of those who come at once no more get in than there is room for", async () => {
    await using server = await startServer({ maxPeersPerRoom: 5 });
    const games = Array.from({ length: 20 }, () => new WireGame(roomUrl(server, "blue")));
    await until(() => games.every((game) => game.messages.length > 0 || game.refused || game.closed));
    expect(games.filter((game) => game.messages.length > 0)).toHaveLength(5);
    expect(server.rooms.get("blue")?.peerCount).toBe(5);
    for (const game of games) game.socket.terminate();
  });

  test("with a flush interval games hear each other all the same", async () => {
    await using server = await startServer({ flushIntervalMs: 8 });
    await using red1 = await Game.join(server, "red");
    await using red2 = await Game.join(server, "red");
    await until(() => [red1, red2].every((game) => game.multiplayer.peers.length === 2));
    for (let i = 0; i < 20; i++) red1.say(String(i));
    await until(() => red2.log.length === 22);
    expect(red2.log.slice(2)).toEqual(Array.from({ length: 20 }, (_, i) => `${red1.id}:${i}`));
    expect(red1.multiplayer.peers).toEqual([1, red2.id]);
  });

  test("the first subprotocol that a game offers is granted", async () => {
    await using server = await startServer();
    const game = new WireGame(roomUrl(server, "blue"), ["ludus", "other"]);
    await until(() => game.messages.length > 0);
    expect(game.socket.protocol).toBe("ludus");
    game.socket.terminate();
  });

  test("what the server itself is sent is taken by it, and by nobody else", async () => {
    await using server = await startServer();
    await using first = await Game.join(server, "blue");
    await using second = await Game.join(server, "blue");
    await until(() => first.log.length === 2 && second.log.length === 2);
    const got: unknown[] = [];
    server.rooms
      .get("blue")
      ?.multiplayer.peerPacket.connect((id, bytes) => got.push([id, Buffer.from(bytes).toString()]));
    first.say("to the server", 1);
    await until(() => got.length === 1);
    await quiet();
    expect([got, second.log.length]).toEqual([[[first.id, "to the server"]], 2]);
  });
});

describe("close", () => {
  test("sends 1001 to everybody and waits until they are gone", async () => {
    const server = await startServer();
    const wires = [await WireGame.join(server, "blue"), await WireGame.join(server, "red")];
    const game = await Game.join(server, "blue");
    await server.close();
    await until(
      () => wires.every((wire) => wire.closed !== undefined) && game.log.includes("server disconnected"),
    );
    expect(wires.map((wire) => wire.closed)).toEqual([
      [1001, ""],
      [1001, ""],
    ]);
    expect([server.rooms.size, server.port]).toEqual([0, 0]);
  });

  test("is not held up by who has not finished its handshake, or keeps an HTTP connection", async () => {
    const server = await startServer();
    const half = connect(server.port, host, () => half.write("GET /rooms/blue HTTP/1.1\r\n"));
    const idle = connect(server.port, host, () => idle.write("GET /status HTTP/1.1\r\nHost: x\r\n\r\n"));
    const gone = [half, idle].map((socket) => new Promise((resolve) => socket.on("close", resolve)));
    await new Promise((resolve) => idle.once("data", resolve));
    for (const socket of [half, idle]) socket.on("error", () => {}).resume();
    await server.close();
    await Promise.all(gone);
  });

  test("lets nobody in any more", async () => {
    const server = await startServer();
    const wire = await WireGame.join(server, "blue");
    const { port } = server;
    const closing = server.close();
    const late = new WireGame(`ws://${host}:${port}/rooms/blue`);
    await closing;
    await until(() => late.closed !== undefined || late.refused !== undefined);
    expect(late.messages).toEqual([]);
    expect(wire.closed?.[0]).toBe(1001);
  });

  test("leaves the port free", async () => {
    const first = await startServer();
    const { port } = first;
    await expect(startServer({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await first.close();
    await using second = await startServer({ port });
    expect(second.port).toBe(port);
  });
});

describe("the log", () => {
  test("tells who came, who went and who was refused, one line each", async () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino(
      { base: null, timestamp: false },
      { write: (line: string) => lines.push(JSON.parse(line)) },
    );
    await using server = await startServer({ log });
    const game = await Game.join(server, "blue");
    const { id } = game;
    game.transport.targetPeer = 1;
    game.transport.putPacket(Buffer.of(7, 3, 99, 0, 0, 0, 3, 1));
    await until(() => lines.length === 3);
    await game[Symbol.asyncDispose]();
    const refused = new WireGame(`ws://${host}:${server.port}/nowhere`);
    await until(() => refused.refused !== undefined && lines.length === 6);
    expect(lines.map(({ level, room, peer, from, status }) => ({ level, room, peer, from, status }))).toEqual(
      [
        { level: 30, room: "blue", peer: undefined, from: undefined, status: undefined },
        { level: 30, room: "blue", peer: id, from: host, status: undefined },
        { level: 40, room: "blue", peer: id, from: undefined, status: undefined },
        { level: 30, room: "blue", peer: id, from: undefined, status: undefined },
        { level: 30, room: "blue", peer: undefined, from: undefined, status: undefined },
        { level: 40, room: undefined, peer: undefined, from: host, status: 404 },
      ],
    );
    expect(lines[2]!["msg"]).toMatch(/unknown relay target/);
    expect(lines[5]!["msg"]).toMatch(/no room at \/nowhere/);
  });
});
