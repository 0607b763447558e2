import { beforeEach, describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { BrowserConnection } from "../../src/transport/browser-connection.ts";
import type { ConnectionEvents, ConnectionOptions } from "../../src/transport/connection.ts";
import { VirtualClock } from "../simulation/virtual-environment.ts";
import { FakeWebSocket, installFakeWebSocket, onlySocket } from "./fake-websocket.ts";

installFakeWebSocket();

let clock: VirtualClock;
let log: unknown[][];
let onMessage: (payload: Uint8Array, isText: boolean) => void;

beforeEach(() => {
  clock = new VirtualClock();
  log = [];
  onMessage = (payload, isText) => log.push([isText ? "text" : "bytes", ...payload]);
});

const target = {
  href: "wss://example.com:81/a?b",
  secure: true,
  protocols: ["x", "y"],
};

const limits = {
  maxMessageBytes: 1000,
  maxFrameBytes: 1000,
  maxFragments: 1,
  maxHeadBytes: 1,
  maxHeaderCount: 1,
};

function connect(options: Partial<ConnectionOptions> = {}): BrowserConnection {
  const events: ConnectionEvents = {
    onRequest: () => {},
    onOpen: () => log.push(["open"]),
    onMessage: (payload, isText) => onMessage(payload, isText),
    onPong: () => {},
    onDrained: () => log.push(["drained"]),
    onReady: () => log.push(["ready", connection.state]),
  };
  const connection = new BrowserConnection(
    target,
    events,
    { limits, handshakeTimeoutMs: 0, closeTimeoutMs: 0, ...options },
    clock,
  );
  connection.start();
  return connection;
}

function open(options: Partial<ConnectionOptions> = {}): {
  connection: BrowserConnection;
  socket: FakeWebSocket;
} {
  const connection = connect(options);
  const socket = onlySocket();
  socket.open("y");
  log = [];
  return { connection, socket };
}

const news = () => log.splice(0);
const withoutReady = () => news().filter(([what]) => what !== "ready");
const endOf = ({ state, closeCode, closeReason, failure }: BrowserConnection) => [
  state,
  closeCode,
  closeReason,
  failure?.reason,
];

describe("connecting", () => {
  test("asks the browser for array buffers at the address, with the subprotocols", () => {
    const connection = connect();
    const socket = onlySocket();
    expect([socket.url, socket.offered, socket.binaryType]).toEqual([
      "wss://example.com:81/a?b",
      ["x", "y"],
      "arraybuffer",
    ]);
    expect(connection.state).toBe("connecting");
    socket.open("y");
    expect(news()).toEqual([["open"], ["ready", "open"]]);
    expect([connection.state, connection.selectedProtocol]).toEqual(["open", "y"]);
  });

  test("a subprotocol that the browser finds malformed is a UsageError", () => {
    FakeWebSocket.refusal = new DOMException("bad subprotocol", "SyntaxError");
    expect(() => connect()).toThrow(UsageError);
    expect(() => connect()).toThrow("bad subprotocol");
  });

  test("whatever else the constructor throws is a failure, told when its owner is ready", () => {
    FakeWebSocket.refusal = new DOMException("port 1 is not allowed", "SecurityError");
    const connection = connect();
    expect(news()).toEqual([]);
    clock.runTurns();
    expect(news()).toEqual([["ready", "closed"]]);
    expect(endOf(connection)).toEqual(["closed", -1, "", "port 1 is not allowed"]);
  });

  test("a refusal has no reason, and is no clean end whatever the browser says", () => {
    const connection = connect();
    onlySocket().end(1006);
    expect(news()).toEqual([["ready", "closed"]]);
    expect(endOf(connection)).toEqual(["closed", -1, "", "the browser does not say why"]);
    expect(connection.failure?.kind).toBe("handshake");
  });

  test("takes no longer than it may", () => {
    const connection = connect({ handshakeTimeoutMs: 500 });
    clock.advance(499);
    expect(connection.state).toBe("connecting");
    clock.advance(1);
    expect(endOf(connection)).toEqual(["closed", -1, "", "the handshake took too long"]);
    expect(onlySocket().news()).toEqual([["close", 3001, ""]]);
  });

  test("a tab that slept past the limit sees first what came meanwhile", () => {
    let onTimer = (): void => {};
    let now = 0;
    const sleepy = Object.assign(clock, {
      now: () => now,
      setTimer: (callback: () => void) => {
        onTimer = callback;
        return {};
      },
    });
    clock = sleepy;
    const connection = connect({ handshakeTimeoutMs: 500 });
    now = 60_000;
    onTimer();
    expect(connection.state).toBe("connecting");
    onlySocket().open();
    expect(connection.state).toBe("open");
  });

  test("slept or not, who does not answer is given up", () => {
    const connection = connect({ handshakeTimeoutMs: 500 });
    clock.advance(10_000);
    expect(connection.state).toBe("closed");
    expect(clock.timerCount).toBe(0);
  });

  test("closing while connecting gives up, without a failure", () => {
    const connection = connect();
    connection.close(1000, "");
    expect(endOf(connection)).toEqual(["closed", -1, "", undefined]);
    expect(news()).toEqual([["ready", "closed"]]);
    onlySocket().open();
    expect(connection.state).toBe("closed");
    onlySocket().end();
    expect(news()).toEqual([]);
  });

  test("0 is no limit", () => {
    const connection = connect();
    clock.advance(1e9);
    expect(connection.state).toBe("connecting");
    onlySocket().open();
    connection.close(1000, "");
    clock.advance(1e9);
    expect(connection.state).toBe("closing");
  });

  test("what failed once is not told anew by a timer", () => {
    const connection = connect({ handshakeTimeoutMs: 500 });
    onlySocket().end();
    expect(clock.timerCount).toBe(0);
    clock.advance(500);
    expect(connection.failure?.reason).toBe("the browser does not say why");
  });
});

describe("messages", () => {
  test("come as octets, and tell what they were", () => {
    const { socket } = open();
    socket.receive("aé");
    socket.receive([]);
    socket.receive([1, 2]);
    expect(news()).toEqual([
      ["text", 0x61, 0xc3, 0xa9],
      ["ready", "open"],
      ["bytes"],
      ["ready", "open"],
      ["bytes", 1, 2],
      ["ready", "open"],
    ]);
  });

  test("go as they are, texts as strings, prepared ones as they were", () => {
    const { connection, socket } = open();
    connection.sendText("a");
    connection.sendBytes(Uint8Array.of(0xef, 0xbb, 0xbf, 0x62), true);
    connection.sendBytes(Uint8Array.of(1, 2), false);
    connection.sendPrepared({ buffer: Uint8Array.of(3, 4) });
    expect(socket.news()).toEqual([
      ["send", "a"],
      ["send", "\ufeffb"],
      ["send", [1, 2]],
      ["send", [3, 4]],
    ]);
  });

  test("over the limit end the connection with 1009, which leaves as 3009", () => {
    const { connection, socket } = open();
    socket.receive("x".repeat(1000));
    expect(withoutReady()).toHaveLength(1);
    socket.receive("ü".repeat(501));
    expect(news()).toEqual([["ready", "closing"]]);
    expect(socket.news()).toEqual([["close", 3009, "message too big"]]);
    expect(endOf(connection)).toEqual(["closing", 1009, "message too big", "message too big"]);
    expect(connection.failure).toMatchObject({ kind: "violation", violation: "oversizedMessage" });
    socket.end(1000, "as you like");
    expect(endOf(connection)).toEqual(["closed", 1009, "message too big", "message too big"]);
  });

  test("whether all is sent is asked until it is", () => {
    const { connection, socket } = open();
    connection.sendText("abc");
    connection.sendText("d");
    expect(connection.bufferedAmount).toBe(4);
    clock.runTurns();
    clock.advance(100);
    expect(news()).toEqual([]);
    socket.bufferedAmount = 0;
    clock.advance(100);
    expect(news()).toEqual([["drained"]]);
    expect(clock.timerCount).toBe(0);
    connection.sendText("e");
    socket.bufferedAmount = 0;
    clock.runTurns();
    expect(news()).toEqual([["drained"]]);
  });

  test("nobody asks any more once the connection is gone", () => {
    const { connection, socket } = open();
    connection.sendText("abc");
    clock.runTurns();
    socket.end();
    clock.advance(100);
    expect([withoutReady(), clock.timerCount]).toEqual([[], 0]);
  });
});

test("what comes is given at once, and so is the end", () => {
  const { connection, socket } = open();
  socket.receive([1]);
  expect(withoutReady()).toEqual([["bytes", 1]]);
  socket.end(1000, "bye");
  expect(endOf(connection)).toEqual(["closed", 1000, "bye", undefined]);
});

test("a slot that drops it has the last word", () => {
  const { connection, socket } = open();
  onMessage = () => connection.terminate();
  socket.receive([1]);
  socket.end(1000);
  expect(endOf(connection)).toEqual(["closed", -1, "", undefined]);
  connection.close(1000, "");
  expect(connection.state).toBe("closed");
});

describe("closing", () => {
  test.each([
    [1000, 1000],
    [3000, 3000],
    [4999, 4999],
    [1001, 3001],
    [1014, 3014],
  ])("%i leaves as %i, and its echo is what was asked for", (code, sent) => {
    const { connection, socket } = open();
    connection.close(code, "why");
    expect(socket.news()).toEqual([["close", sent, "why"]]);
    expect(connection.state).toBe("closing");
    socket.end(sent, "why");
    expect(endOf(connection)).toEqual(["closed", code, "why", undefined]);
  });

  test("the server's code and reason are told as they are", () => {
    const { connection, socket } = open();
    socket.end(3001, "for its own reasons");
    expect(endOf(connection)).toEqual(["closed", 3001, "for its own reasons", undefined]);
    expect(news()).toEqual([["ready", "closed"]]);
  });

  test("a close frame without a code is 1005, none at all is -1", () => {
    const first = open();
    first.socket.end(1005);
    expect(first.connection.closeCode).toBe(1005);
    FakeWebSocket.made = [];
    const second = open();
    second.socket.end(1006);
    expect(endOf(second.connection)).toEqual(["closed", -1, "", undefined]);
  });

  test("a server that does not answer is given up", () => {
    const { connection, socket } = open({ closeTimeoutMs: 100 });
    connection.close(1000, "");
    clock.advance(100);
    expect(endOf(connection)).toEqual(["closed", -1, "", undefined]);
    socket.end(1000);
    expect(connection.closeCode).toBe(-1);
  });

  test("dropping is a close frame with 3001 to which nobody waits for an answer", () => {
    const { connection, socket } = open();
    connection.terminate();
    expect(socket.news()).toEqual([["close", 3001, ""]]);
    expect(news()).toEqual([["ready", "closed"]]);
    connection.terminate();
    socket.receive("late");
    socket.end(3001);
    expect([news(), connection.closeCode]).toEqual([[], -1]);
  });
});
