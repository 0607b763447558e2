import { describe, expect, test, vi } from "vitest";
import type { UpgradeRequest } from "../../src/protocol/handshake.ts";
import type { ConnectionEvents, ConnectionOptions } from "../../src/transport/connection.ts";
import { type Opening, StreamConnection } from "../../src/transport/stream-connection.ts";
import { createVirtualEnvironment, type VirtualClock } from "../simulation/virtual-environment.ts";
import { FakeStream } from "./fake-stream.ts";
import { closePayload, decodeFrames, encodeFrame, opcode, rawAnswer, rawRequest } from "./raw-end.ts";

class Owner implements ConnectionEvents {
  readonly messages: string[] = [];
  readonly requests: UpgradeRequest[] = [];
  opens = 0;
  pongs = 0;
  drains = 0;
  readies = 0;
  whenMessage: (text: string) => void = () => {};
  onRequest(request: UpgradeRequest): void {
    this.requests.push(request);
  }
  onOpen(): void {
    this.opens++;
  }
  onMessage(payload: Uint8Array): void {
    const text = Buffer.from(payload).toString("latin1");
    this.messages.push(text);
    this.whenMessage(text);
  }
  onPong(): void {
    this.pongs++;
  }
  onDrained(): void {
    this.drains++;
  }
  onReady(): void {
    this.readies++;
  }
}

interface Setting {
  readonly clock: VirtualClock;
  readonly stream: FakeStream;
  readonly owner: Owner;
  readonly connection: StreamConnection;
}

const limits = {
  maxMessageBytes: 100_000,
  maxFrameBytes: 100_000,
  maxFragments: 10,
  maxHeadBytes: 1000,
  maxHeaderCount: 20,
};
const defaults: ConnectionOptions = { limits, handshakeTimeoutMs: 1000, closeTimeoutMs: 500 };
const clientOpening: Opening = {
  role: "client",
  request: { host: "example.com", target: "/", key: "dGhlIHNhbXBsZSBub25jZQ==", protocols: [], headers: [] },
};

function create(opening: Opening, options: Partial<ConnectionOptions> = {}): Setting {
  const { clock, environment } = createVirtualEnvironment();
  const stream = new FakeStream();
  const owner = new Owner();
  const connection = new StreamConnection(stream, opening, owner, environment, { ...defaults, ...options });
  return { clock, stream, owner, connection };
}

function openServer(options?: Partial<ConnectionOptions>): Setting {
  const setting = create({ role: "server" }, options);
  setting.connection.start();
  setting.stream.bring(rawRequest());
  setting.connection.accept({});
  setting.clock.runTurns();
  setting.stream.taken();
  return setting;
}

function openClient(options?: Partial<ConnectionOptions>): Setting {
  const setting = create(clientOpening, options);
  setting.connection.start();
  setting.clock.runTurns();
  setting.stream.bring(rawAnswer(setting.stream.taken().toString()));
  return setting;
}

const masked = { masked: true };

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

describe("closing", () => {
  test("a server that was answered ends TCP and waits for the client to let go", () => {
    const { clock, stream, connection } = openServer();
    connection.sendText("last");
    connection.close(4000, "done");
    expect(connection.state).toBe("closing");
    clock.runTurns();
    expect(decodeFrames(stream.taken()).frames.map((frame) => frame.opcode)).toEqual([
      opcode.text,
      opcode.close,
    ]);
    expect(stream.calls).toEqual([]);
    stream.bring(encodeFrame(opcode.close, closePayload(4000, "done"), masked));
    expect(connection.state).toBe("ending");
    expect(stream.calls).toEqual(["end"]);
    stream.events!.onEnd();
    stream.events!.onClose(undefined);
    expect([connection.state, connection.closeCode, connection.closeReason]).toEqual([
      "closed",
      4000,
      "done",
    ]);
    expect(clock.timerCount).toBe(0);
  });

  test("a client that was answered waits for the server to end TCP", () => {
    const { clock, stream, connection } = openClient();
    connection.close(1000, "");
    clock.runTurns();
    stream.bring(encodeFrame(opcode.close, closePayload(1000)));
    clock.runTurns();
    expect(connection.state).toBe("ending");
    expect(stream.calls).toEqual([]);
    stream.events!.onEnd();
    expect(stream.calls).toEqual(["end"]);
    stream.events!.onClose(undefined);
    expect(connection.state).toBe("closed");
  });

  test("a client cuts TCP when the server does not end it", () => {
    const { clock, stream, connection } = openClient();
    stream.bring(encodeFrame(opcode.close, closePayload(1000)));
    clock.advance(499);
    expect(connection.state).toBe("ending");
    clock.advance(1);
    expect([connection.state, connection.closeCode]).toEqual(["closed", 1000]);
    expect(stream.calls).toEqual(["destroy"]);
  });

  test("a server that goes on talking after its close frame does not put that off", () => {
    const { clock, stream, connection } = openClient();
    stream.bring(encodeFrame(opcode.close, closePayload(1000)));
    for (let i = 0; i < 10; i++) {
      clock.advance(100);
      if (connection.state !== "closed") stream.bring(encodeFrame(opcode.text, "and another thing"));
    }
    expect(connection.state).toBe("closed");
  });

  test("a close frame that is not answered costs the connection, without a code", () => {
    const { clock, stream, connection } = openServer();
    connection.close(1001, "");
    clock.advance(499);
    expect(connection.state).toBe("closing");
    clock.advance(1);
    expect([connection.state, connection.closeCode]).toEqual(["closed", -1]);
    expect(stream.calls).toEqual(["destroy"]);
    expect(clock.timerCount).toBe(0);
  });

  test("what arrives between our close frame and the peer's is delivered", () => {
    const { stream, owner, connection } = openServer();
    connection.close(1000, "");
    stream.bring(encodeFrame(opcode.text, "crossing", masked), encodeFrame(opcode.close, "", masked));
    expect(owner.messages).toEqual(["crossing"]);
    expect(connection.closeCode).toBe(1005);
  });

  test("closing before the handshake is done drops TCP", () => {
    const { stream, connection } = create(clientOpening);
    connection.start();
    connection.close(1000, "");
    expect([connection.state, connection.closeCode]).toEqual(["closed", -1]);
    expect(stream.calls).toEqual(["destroy"]);
  });

  test("closing twice says so once", () => {
    const { clock, stream, connection } = openServer();
    connection.close(1000, "first");
    connection.close(1001, "second");
    clock.runTurns();
    const { frames } = decodeFrames(stream.taken());
    expect(frames.map((frame) => frame.payload.toString("latin1", 2))).toEqual(["first"]);
  });

  test("a reader that has paused still sees the answer", () => {
    const { stream, connection } = openServer();
    connection.pauseReading();
    expect(stream.isPaused).toBe(true);
    connection.close(1000, "");
    expect(stream.isPaused).toBe(false);
    stream.bring(encodeFrame(opcode.close, closePayload(1000), masked));
    expect(connection.closeCode).toBe(1000);
  });

  test("TCP's end without a close frame is an end without a code", () => {
    const { stream, connection } = openServer();
    stream.events!.onEnd();
    expect([connection.state, connection.closeCode]).toEqual(["closed", -1]);
    expect(stream.calls).toEqual(["destroy"]);
  });

  test("so is a broken TCP, and on an open connection that is no failed handshake", () => {
    const { stream, owner, connection } = openServer();
    stream.events!.onClose(new Error("ECONNRESET"));
    expect([connection.state, connection.closeCode, connection.failure]).toEqual(["closed", -1, undefined]);
    const readies = owner.readies;
    stream.events!.onClose(undefined);
    expect(owner.readies).toBe(readies);
  });

  test("before it is open a broken TCP is a failed handshake", () => {
    const { stream, connection } = create(clientOpening);
    connection.start();
    stream.events!.onClose(new Error("ECONNREFUSED"));
    expect(connection.failure).toEqual({ kind: "handshake", reason: "ECONNREFUSED" });
  });

  test("a violation is answered with its code and ends TCP", () => {
    const { clock, stream, connection } = openServer();
    stream.bring(encodeFrame(opcode.text, "not masked"));
    clock.runTurns();
    const { frames } = decodeFrames(stream.taken());
    expect(frames.map((frame) => frame.payload.readUInt16BE(0))).toEqual([1002]);
    expect(stream.calls).toEqual(["end"]);
    expect(connection.closeCode).toBe(1002);
    expect(connection.failure).toMatchObject({
      kind: "violation",
      violation: "maskMissing",
      closeCode: 1002,
    });
  });

  test("what was sent before a flush that never comes is dropped with the connection", () => {
    const { clock, stream, connection } = openServer();
    connection.sendText("lost");
    connection.terminate();
    connection.terminate();
    clock.runTurns();
    expect(stream.writes).toEqual([]);
    expect(stream.calls).toEqual(["destroy"]);
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
