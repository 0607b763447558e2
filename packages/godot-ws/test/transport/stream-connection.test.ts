import { describe, expect, test, vi } from "vitest";
import { StreamConnection } from "../../src/transport/stream-connection.ts";
import { createVirtualEnvironment } from "../simulation/virtual-environment.ts";
import { FakeStream } from "./fake-stream.ts";
import { decodeFrames, encodeFrame, opcode, rawRequest } from "./raw-end.ts";
import {
  clientOpening,
  create,
  defaults,
  masked,
  Owner,
  openClient,
  openServer,
} from "./streamed-connections.ts";

describe("writing", () => {
  test("a hundred sends in one turn are one write, at its end", () => {
    const { clock, stream, connection } = openServer();
    for (let i = 0; i < 100; i++) connection.sendText(`message ${i}`);
    expect(stream.writes).toEqual([]);
    clock.runTurns();
    expect(stream.writes).toHaveLength(1);
    const { frames } = decodeFrames(stream.taken());
    expect(frames.map((frame) => frame.payload.toString())).toEqual(
      Array.from({ length: 100 }, (_, i) => `message ${i}`),
    );
  });

  test("and ask for one flush", () => {
    const { clock, environment } = createVirtualEnvironment();
    const stream = new FakeStream();
    const connection = new StreamConnection(stream, { role: "server" }, new Owner(), environment, defaults);
    connection.start();
    stream.bring(rawRequest());
    connection.accept({});
    clock.runTurns();
    const add = vi.spyOn(environment.flushQueue, "add");
    for (let i = 0; i < 100; i++) connection.sendText("x");
    expect(add).toHaveBeenCalledTimes(1);
    clock.runTurns();
    connection.sendText("x");
    expect(add).toHaveBeenCalledTimes(2);
  });

  test("that holds for a client's masked frames too, and each has a mask of its own", () => {
    const { clock, stream, connection } = openClient();
    for (let i = 0; i < 100; i++) connection.sendBytes(Uint8Array.of(7, 7, 7, 7), false);
    clock.runTurns();
    expect(stream.writes).toHaveLength(1);
    const bytes = stream.taken();
    expect(
      decodeFrames(bytes).frames.every((frame) => frame.masked && frame.payload.equals(Buffer.alloc(4, 7))),
    ).toBe(true);
    const masks = new Set(Array.from({ length: 100 }, (_, i) => bytes.readUInt32BE(i * 10 + 2)));
    expect(masks.size).toBe(100);
  });

  test("flush writes at once, and the end of the turn has nothing left to write", () => {
    const { clock, stream, connection } = openServer();
    connection.sendText("now");
    connection.flush();
    expect(stream.writes).toHaveLength(1);
    clock.runTurns();
    expect(stream.writes).toHaveLength(1);
  });

  test("interleaved sends of two connections are one write each", () => {
    const { clock, environment } = createVirtualEnvironment();
    const settings = ["a", "b"].map((name) => {
      const stream = new FakeStream();
      const connection = new StreamConnection(stream, { role: "server" }, new Owner(), environment, defaults);
      connection.start();
      stream.bring(rawRequest());
      connection.accept({});
      clock.runTurns();
      stream.taken();
      return { name, stream, connection };
    });
    for (let i = 0; i < 20; i++)
      for (const { name, connection } of settings) connection.sendText(`${name}${i}`);
    clock.runTurns();
    for (const { name, stream } of settings) {
      expect(stream.writes).toHaveLength(1);
      const texts = decodeFrames(stream.taken()).frames.map((frame) => frame.payload.toString());
      expect(texts).toEqual(Array.from({ length: 20 }, (_, i) => `${name}${i}`));
    }
  });

  test("a peer that reads slowly gets memory of its own, not what all share", () => {
    const { clock, stream, connection } = openServer();
    stream.isSlow = true;
    connection.sendText("first");
    clock.runTurns();
    connection.sendText("second");
    clock.runTurns();
    expect(stream.writes[0]!.buffer.byteLength).toBeGreaterThan(1000);
    expect(stream.writes[1]!.buffer.byteLength).toBe(stream.writes[1]!.length);
  });

  test("bufferedAmount is what waits in us and in the system", () => {
    const { clock, stream, connection } = openServer();
    stream.isSlow = true;
    connection.sendText("12345");
    expect(connection.bufferedAmount).toBe(7);
    clock.runTurns();
    expect(connection.bufferedAmount).toBe(7);
    connection.sendText("1");
    expect(connection.bufferedAmount).toBe(10);
    clock.runTurns();
    stream.drain();
    expect(connection.bufferedAmount).toBe(0);
  });
});

describe("the opening handshake's time limit", () => {
  test("a server answers 408 and ends TCP", () => {
    const { clock, stream, owner, connection } = create({ role: "server" });
    connection.start();
    stream.bring("GET / HTTP/1.1\r\n");
    clock.advance(999);
    expect(connection.state).toBe("connecting");
    clock.advance(1);
    expect(connection.state).toBe("ending");
    expect(stream.taken().toString()).toMatch(/^HTTP\/1\.1 408 /);
    expect(stream.calls).toEqual(["end"]);
    expect(connection.failure).toMatchObject({ kind: "handshake", status: 408 });
    expect(connection.closeCode).toBe(-1);
    expect(owner.opens).toBe(0);
  });

  test("a server that cannot get rid of the client cuts TCP after closeTimeoutMs", () => {
    const { clock, stream, connection } = create({ role: "server" });
    connection.start();
    clock.advance(1000);
    clock.advance(499);
    expect(stream.calls).toEqual(["end"]);
    clock.advance(1);
    expect(stream.calls).toEqual(["end", "destroy"]);
    expect(connection.state).toBe("closed");
    expect(clock.timerCount).toBe(0);
  });

  test("it goes on while the request waits for its answer", () => {
    const { clock, stream, owner, connection } = create({ role: "server" });
    connection.start();
    stream.bring(rawRequest());
    expect(owner.requests).toHaveLength(1);
    clock.advance(1000);
    expect(connection.failure).toMatchObject({ status: 408 });
    connection.accept({});
    expect(connection.state).toBe("ending");
  });

  test("a client gives up", () => {
    const { clock, stream, connection } = create(clientOpening);
    connection.start();
    clock.advance(1000);
    expect(connection.state).toBe("closed");
    expect(stream.calls).toEqual(["destroy"]);
    expect(connection.failure).toMatchObject({ kind: "handshake" });
    expect(clock.timerCount).toBe(0);
  });

  test("it ends with the handshake", () => {
    for (const { clock, connection } of [openServer(), openClient()]) {
      expect(clock.timerCount).toBe(0);
      clock.advance(10_000);
      expect(connection.state).toBe("open");
    }
  });

  test("0 is no limit", () => {
    for (const opening of [clientOpening, { role: "server" } as const]) {
      const { clock, connection } = create(opening, { handshakeTimeoutMs: 0 });
      connection.start();
      expect(clock.timerCount).toBe(0);
      clock.advance(1e9);
      expect(connection.state).toBe("connecting");
    }
  });
});

describe("the request", () => {
  test("nothing more is read until it is answered, and nothing that came is lost", () => {
    const { stream, owner, connection } = create({ role: "server" });
    connection.start();
    stream.bring(rawRequest(), encodeFrame(opcode.text, "early", masked));
    expect(stream.isPaused).toBe(true);
    expect(owner.messages).toEqual([]);
    connection.accept({ headers: [["X-Here", "yes"]] });
    expect(stream.isPaused).toBe(false);
    expect(owner.messages).toEqual(["early"]);
    connection.flush();
    expect(stream.taken().toString()).toMatch(/\r\nX-Here: yes\r\n/);
  });

  test("that is answered at once stops no reading", () => {
    for (const answer of ["accept", "reject"] as const) {
      const { stream, owner, connection } = create({ role: "server" });
      const calls: string[] = [];
      stream.pause = () => calls.push("pause");
      stream.resume = () => calls.push("resume");
      owner.onRequest = () => {
        if (answer === "accept") connection.accept({});
        else connection.reject({ status: 403, reason: "no" });
      };
      connection.start();
      stream.bring(rawRequest(), encodeFrame(opcode.text, "early", masked));
      expect(calls).toEqual([]);
      expect(owner.messages).toEqual(answer === "accept" ? ["early"] : []);
    }
  });

  test("may have been received before, with what came behind it", () => {
    const early = encodeFrame(opcode.text, "early", masked);
    const received = new Uint8Array(Buffer.concat([Buffer.from(rawRequest({ target: "/a" })), early]));
    const { stream, owner, connection } = create({ role: "server", received });
    owner.onRequest = (request) => {
      owner.requests.push(request);
      connection.accept({});
    };
    connection.start();
    expect(owner.requests).toMatchObject([{ path: "/a" }]);
    expect([owner.opens, owner.messages]).toEqual([1, ["early"]]);
    stream.bring(encodeFrame(opcode.text, "late", masked));
    expect(owner.messages).toEqual(["early", "late"]);
  });

  test("that is there whole, and answered at once, needs no timer", () => {
    const { clock, owner, connection } = create({ role: "server", received: Buffer.from(rawRequest()) });
    let timers = 0;
    const { setTimer } = clock;
    clock.setTimer = (...args) => {
      timers++;
      return setTimer.apply(clock, args);
    };
    owner.onRequest = () => connection.accept({});
    connection.start();
    expect([connection.state, timers]).toEqual(["open", 0]);
  });

  test("received before may be but its beginning", () => {
    const request = Buffer.from(rawRequest());
    const { clock, stream, owner, connection } = create({
      role: "server",
      received: request.subarray(0, 30),
    });
    connection.start();
    expect([owner.requests, clock.timerCount]).toEqual([[], 1]);
    stream.bring(request.subarray(30));
    expect(owner.requests).toHaveLength(1);
  });

  test("a refusal goes out and TCP ends", () => {
    const { clock, stream, owner, connection } = create({ role: "server" });
    connection.start();
    stream.bring(rawRequest());
    connection.reject({ status: 403, reason: "not you" });
    clock.runTurns();
    expect(stream.taken().toString()).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n.*\r\n\r\nnot you\n$/s);
    expect(stream.calls).toEqual(["end"]);
    expect(stream.isPaused).toBe(false);
    stream.events!.onClose(undefined);
    expect(connection.state).toBe("closed");
    expect(owner.opens).toBe(0);
    expect(clock.timerCount).toBe(0);
  });

  test("an answer that comes too late does nothing", () => {
    for (const answer of ["accept", "reject"] as const) {
      const { clock, stream, owner, connection } = create({ role: "server" });
      connection.start();
      stream.bring(rawRequest());
      stream.events!.onClose(undefined);
      if (answer === "accept") connection.accept({});
      else connection.reject({ status: 403, reason: "no" });
      clock.runUntilIdle();
      expect([connection.state, owner.opens, stream.writes.length]).toEqual(["closed", 0, 0]);
    }
  });
});

describe("reading", () => {
  test("a pause from within a message holds the rest back, in order", () => {
    const { stream, owner, connection } = openServer();
    owner.whenMessage = () => connection.pauseReading();
    stream.bring(...["a", "b", "c"].map((text) => encodeFrame(opcode.text, text, masked)));
    expect(owner.messages).toEqual(["a"]);
    expect(stream.isPaused).toBe(true);
    connection.resumeReading();
    expect(owner.messages).toEqual(["a", "b"]);
    expect(stream.isPaused).toBe(true);
    owner.whenMessage = () => {};
    connection.resumeReading();
    expect(owner.messages).toEqual(["a", "b", "c"]);
    expect(stream.isPaused).toBe(false);
  });

  test("says once that all that came together was delivered", () => {
    const { stream, owner } = openServer();
    const before = owner.readies;
    stream.bring(...["a", "b", "c"].map((text) => encodeFrame(opcode.text, text, masked)));
    expect(owner.messages).toHaveLength(3);
    expect(owner.readies).toBe(before + 1);
  });

  test("answers pings, and passes pongs on", () => {
    const { clock, stream, owner } = openServer();
    stream.bring(encodeFrame(opcode.ping, "hello", masked), encodeFrame(opcode.pong, "", masked));
    clock.runTurns();
    expect(decodeFrames(stream.taken()).frames).toMatchObject([
      { opcode: opcode.pong, payload: Buffer.from("hello") },
    ]);
    expect(owner.pongs).toBe(1);
  });

  test("a backlog that the system takes at once keeps no pong back", () => {
    const { clock, stream, connection } = openServer();
    for (let i = 0; i < 100; i++) connection.sendBytes(new Uint8Array(1000), false);
    stream.bring(encodeFrame(opcode.pong, "", masked));
    clock.runTurns();
    stream.taken();
    stream.bring(encodeFrame(opcode.ping, "hello", masked));
    clock.runTurns();
    expect(decodeFrames(stream.taken()).frames).toMatchObject([
      { opcode: opcode.pong, payload: Buffer.from("hello") },
    ]);
  });

  test("a peer that pings and does not read gets one pong, the latest, once it has caught up", () => {
    const { clock, stream, connection } = openServer();
    stream.isSlow = true;
    const ping = encodeFrame(opcode.ping, Buffer.alloc(125), masked);
    const flood = Buffer.concat(Array.from({ length: 1000 }, () => ping));
    for (let round = 0; round < 100; round++) {
      stream.bring(flood);
      clock.runTurns();
    }
    const pongsOfOneFlood = 1000 * 127;
    expect(connection.bufferedAmount).toBe(pongsOfOneFlood);
    // Reading goes on: two ends that both send a lot must not wait for each other.
    expect(stream.isPaused).toBe(false);
    stream.bring(encodeFrame(opcode.ping, Buffer.from("latest"), masked));
    clock.runTurns();
    stream.taken();

    stream.drain();
    clock.runTurns();
    expect(decodeFrames(stream.taken()).frames).toMatchObject([
      { opcode: opcode.pong, payload: Buffer.from("latest") },
    ]);
    stream.isSlow = false;
    stream.drain();
    stream.bring(
      encodeFrame(opcode.ping, Buffer.from("1"), masked),
      encodeFrame(opcode.ping, Buffer.from("2"), masked),
    );
    clock.runTurns();
    expect(decodeFrames(stream.taken()).frames).toHaveLength(2);
  });
});

test("the environment's digest answers the key, and is what an answer is held against", () => {
  const digest = (): string => "a digest of its own";
  const { environment } = createVirtualEnvironment();
  const stream = new FakeStream();
  const server = new StreamConnection(
    stream,
    { role: "server" },
    new Owner(),
    { ...environment, digest },
    defaults,
  );
  server.start();
  stream.bring(rawRequest());
  server.accept({});
  server.flush();
  const answer = stream.taken().toString();
  expect(answer).toContain("\r\nSec-WebSocket-Accept: a digest of its own\r\n");
  for (const own of [digest, undefined]) {
    const far = new FakeStream();
    const client = new StreamConnection(
      far,
      clientOpening,
      new Owner(),
      { ...environment, digest: own },
      defaults,
    );
    client.start();
    far.bring(answer);
    expect(client.state).toBe(own === undefined ? "ending" : "open");
  }
});

test("passes on what it knows of the stream", () => {
  const { stream, connection } = openServer();
  expect([connection.remoteAddress, connection.remotePort, connection.isEncrypted]).toEqual([
    "192.0.2.7",
    1234,
    false,
  ]);
  connection.setNoDelay(false);
  expect(stream.calls).toEqual(["setNoDelay false"]);
});
