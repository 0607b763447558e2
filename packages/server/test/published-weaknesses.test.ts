// One test for each published weakness of other WebSocket libraries that could be ours. The server must answer or drop
// the attacker as the RFC says, and go on serving everybody else.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { deflateRawSync } from "node:zlib";
import { WebSocketPeer } from "godot-ws";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { EchoServer } from "../src/echo-server.ts";

let server: EchoServer;
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);

beforeAll(async () => {
  process.on("uncaughtException", note);
  server = await EchoServer.listen(0, "127.0.0.1", { perMessageDeflate: true, inboundBufferSize: 64 * 1024 });
});
afterAll(async () => {
  await server.close();
  process.off("uncaughtException", note);
});
beforeEach(() => {
  uncaught.length = 0;
});

const basic = [
  "GET / HTTP/1.1",
  "Host: a",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];

/** Sends these bytes and returns everything that comes back until the server ends. */
async function attack(...parts: (string | Uint8Array)[]): Promise<Buffer> {
  const socket = connect(server.port, "127.0.0.1");
  const received = read(socket);
  for (const part of parts) socket.write(part);
  socket.setTimeout(300, () => socket.end());
  return received;
}

async function read(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {});
  await once(socket, "close");
  return Buffer.concat(chunks);
}

const handshake = (...headers: string[]): string => `${[...basic, ...headers].join("\r\n")}\r\n\r\n`;
const status = (answer: Buffer): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer.toString("latin1"))?.[1]);

/** A masked frame with a mask of zeros, so that the payload stands as it is. */
function frame(first: number, payload: Uint8Array): Buffer {
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), payload]);
}

/** The close code in what followed the handshake's answer. */
function closeCode(answer: Buffer): number | undefined {
  const frames = answer.subarray(answer.indexOf("\r\n\r\n") + 4);
  return frames[0] === 0x88 ? frames.readUInt16BE(2) : undefined;
}

async function othersAreServed(): Promise<void> {
  expect(uncaught).toEqual([]);
  const peer = new WebSocketPeer();
  await peer.connectToUrl(`ws://127.0.0.1:${server.port}/`);
  peer.sendText("still there?");
  const [packet] = await peer.packetReceived.next();
  expect(packet.text).toBe("still there?");
  peer.close();
}

describe("published weaknesses", () => {
  test.each([
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty; constructor=1",
  ])("ws, 2017, GHSA-5v72-xg48-5rpm: the extension %s is only a name", async (name) => {
    expect(status(await attack(handshake(`Sec-WebSocket-Extensions: ${name}`)))).toBe(101);
    await othersAreServed();
  });

  test.each([
    "__proto__",
    "constructor",
  ])("engine.io and others: the subprotocol %s is only a name", async (name) => {
    const answer = await attack(handshake(`Sec-WebSocket-Protocol: ${name}`));
    expect(answer.toString()).toContain(`Sec-WebSocket-Protocol: ${name}\r\n`);
    await othersAreServed();
  });

  test("ws, CVE-2021-32640, and websocket-extensions, CVE-2020-7662: long blanks and backslashes cost linear time", async () => {
    for (const value of [`b${" ".repeat(15_000)}x`, `a; b="${"\\".repeat(14_000)}`]) {
      expect(status(await attack(handshake(`Sec-WebSocket-Protocol: ${value}`)))).toBe(400);
      expect([101, 400]).toContain(status(await attack(handshake(`Sec-WebSocket-Extensions: ${value}`))));
    }
    await othersAreServed();
  });

  test("ws, CVE-2024-37890: two thousand headers", async () => {
    const many = Array.from({ length: 2000 }, (_, i) => `X${i}: y`);
    // Node's HTTP parser keeps the first ones only; either way there is an answer.
    expect([101, 400, 431]).toContain(status(await attack(handshake(...many))));
    await othersAreServed();
  });

  test("ws, 2016 and CVE-2026-45736: no memory of ours in pings, pongs and close frames", async () => {
    const ping = await attack(handshake(), frame(0x89, Buffer.from("abc")));
    expect(ping.subarray(-5)).toEqual(Buffer.from([0x8a, 3, ...Buffer.from("abc")]));
    const peer = new WebSocketPeer();
    await peer.connectToUrl(`ws://127.0.0.1:${server.port}/`);
    // @ts-expect-error a number is not a message: it must not become that many octets of memory
    expect(() => peer.send(100)).toThrow();
    peer.close(4000, "exactly this");
    expect(await peer.closed.next()).toEqual([4000, "exactly this"]);
  });

  test("ws, NSP-120, and undici: oversized messages and lengths of 2^63", async () => {
    const huge = (length: number[]) => Buffer.from([0x82, 0xff, ...length, 0, 0, 0, 0]);
    expect(closeCode(await attack(handshake(), huge([0, 0, 0, 0, 0, 1, 0, 1])))).toBe(1009);
    expect(closeCode(await attack(handshake(), huge([0x7f, 255, 255, 255, 255, 255, 255, 255])))).toBe(1009);
    expect(closeCode(await attack(handshake(), huge([0x80, 0, 0, 0, 0, 0, 0, 0])))).toBe(1002);
    await othersAreServed();
  });

  test("ws, CVE-2026-48779: tiny and empty fragments are counted", async () => {
    for (const size of [0, 1]) {
      const fragment = frame(0x00, Buffer.alloc(size));
      const flood = Buffer.concat([
        frame(0x02, Buffer.alloc(size)),
        ...Array.from({ length: 16_384 }, () => fragment),
      ]);
      expect(closeCode(await attack(handshake(), flood))).toBe(1008);
    }
    await othersAreServed();
  });

  test("undici, CVE-2026-1526, and ws#1848: a deflate bomb ends at the limit", async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 + 1), { finishFlush: 2 }).subarray(0, -4);
    const answer = await attack(handshake("Sec-WebSocket-Extensions: permessage-deflate"), frame(0xc2, bomb));
    expect(closeCode(answer)).toBe(1009);
    await othersAreServed();
  });

  test("undici, CVE-2026-2229: bad window bits are declined", async () => {
    for (const bits of ["0", "7", "16", "99", "08", "-8", "x", '"9"x']) {
      const answer = await attack(
        handshake(`Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=${bits}`),
      );
      expect(answer.toString(), bits).not.toContain("permessage-deflate");
    }
    await othersAreServed();
  });

  test("engine.io, CVE-2022-21676: reserved bits together with the handshake", async () => {
    for (const first of [0xa2, 0x92, 0xf2]) {
      expect(closeCode(await attack(`${handshake()}`, frame(first, Buffer.from("x"))))).toBe(1002);
    }
    await othersAreServed();
  });
});
