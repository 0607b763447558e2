import { createServer as createHttpServer } from "node:http";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, test } from "vitest";
import { ConnectError } from "../../src/errors.ts";
import { sha1Base64 } from "../../src/protocol/sha1.ts";
import type { ConnectionEvents } from "../../src/transport/connection.ts";
import { accept, connect, environment, listen } from "../../src/transport/node.ts";
import { NodeStream } from "../../src/transport/node-stream.ts";
import { certificate, privateKey } from "./certificate.ts";
import { EndingEnd, listening, local, portOf, until } from "./loopback.ts";
import { encodeFrame, opcode, RawEnd, rawRequest } from "./raw-end.ts";

describe("listen", () => {
  test("finds a port when asked for none, and lets go of it", async () => {
    const listener = await listen(0, local, () => {});
    expect(listener.port).toBeGreaterThan(0);
    expect(listener.address).toBe(local);
    await listener.close();
    const again = await listen(listener.port, local, () => {});
    expect(again.port).toBe(listener.port);
    await again.close();
  });

  test("a star is every address", async () => {
    const listener = await listen(0, "*", (stream) => new EndingEnd(stream));
    const end = new RawEnd(new NodeStream(connectTcp(listener.port, local)));
    end.send("x");
    await until(() => end.stream.remotePort === listener.port);
    end.stream.destroy();
    await listener.close();
  });

  test("rejects with ConnectError when the port is in use", async () => {
    const listener = await listen(0, local, () => {});
    const second = listen(listener.port, local, () => {});
    await expect(second).rejects.toMatchObject({
      constructor: ConnectError,
      code: "ERR_ALREADY_IN_USE",
      message: expect.stringContaining(`${local}:${listener.port}`),
    });
    await listener.close();
  });

  test("rejects with ConnectError when there is no such address", async () => {
    const attempt = listen(0, "192.0.2.1", () => {});
    await expect(attempt).rejects.toMatchObject({ constructor: ConnectError, code: "ERR_CANT_CREATE" });
  });
});

class Owner implements ConnectionEvents {
  readonly log: string[] = [];
  onRequest(): void {
    this.log.push("request");
  }
  onOpen(): void {
    this.log.push("open");
  }
  onMessage(payload: Uint8Array): void {
    this.log.push(`message ${Buffer.from(payload).toString()}`);
  }
  onPong(): void {}
  onDrained(): void {}
  onReady(): void {}
}

const options = {
  limits: {
    maxMessageBytes: 1000,
    maxFrameBytes: 1000,
    maxFragments: 10,
    maxHeadBytes: 1000,
    maxHeaderCount: 20,
  },
  handshakeTimeoutMs: 0,
  closeTimeoutMs: 0,
};

describe("connect", () => {
  test("reports an address where nobody listens as a failed handshake", async () => {
    const server = createServer();
    await listening(server);
    const port = portOf(server);
    await new Promise((done) => server.close(done));
    const target = { hostname: local, port, secure: false, host: `${local}:${port}`, path: "/" };
    const connection = connect({ ...target, protocols: [], headers: [] }, new Owner(), options);
    connection.start();
    await until(() => connection.state === "closed");
    expect(connection.failure).toMatchObject({
      kind: "handshake",
      reason: expect.stringMatching(/ECONNREFUSED/),
    });
    expect(connection.closeCode).toBe(-1);
  });

  test("refuses a server whose certificate nobody vouches for", async () => {
    const server = createTlsServer({ cert: certificate, key: privateKey });
    server.on("tlsClientError", () => {});
    await listening(server);
    const port = portOf(server);
    const target = { hostname: "localhost", port, secure: true, host: `localhost:${port}`, path: "/" };
    const connection = connect({ ...target, protocols: [], headers: [] }, new Owner(), options);
    connection.start();
    await until(() => connection.state === "closed");
    expect(connection.failure?.reason).toMatch(/self.signed/i);
    await new Promise((done) => server.close(done));
  });
});

describe("accept", () => {
  test("takes a request that http.Server has read, with what came right behind it", async () => {
    const owner = new Owner();
    const server = createHttpServer();
    let request: unknown;
    server.on("upgrade", (message, socket, head) => {
      expect(head.length).toBeGreaterThan(0);
      const connection = accept({ request: message, socket, head }, owner, options);
      owner.onRequest = () => {
        request = connection.request;
        connection.accept({});
      };
      connection.start();
    });
    await listening(server);
    const client = new RawEnd(new NodeStream(connectTcp(portOf(server), local)));
    const early = encodeFrame(opcode.text, "early", { masked: true });
    client.send(rawRequest({ target: "/a/b?c=d", headers: ["X-Two: 1", "x-two: 2"] }), early);
    await until(() => owner.log.length === 2 && client.received.length > 0);
    expect(owner.log).toEqual(["open", "message early"]);
    expect(request).toMatchObject({ target: "/a/b?c=d", path: "/a/b" });
    expect((request as { headers: Map<string, string> }).headers.get("x-two")).toBe("1, 2");
    expect(client.head).toMatch(/^HTTP\/1\.1 101 /);
    client.stream.destroy();
    await new Promise((done) => server.close(done));
  });

  test("takes a socket, and a stream", async () => {
    for (const wrap of [(socket: Socket) => socket, (socket: Socket) => new NodeStream(socket)]) {
      const owner = new Owner();
      const server = createServer((socket) => {
        const connection = accept(wrap(socket), owner, options);
        owner.onRequest = () => connection.accept({});
        connection.start();
      });
      await listening(server);
      const client = new RawEnd(new NodeStream(connectTcp(portOf(server), local)));
      client.send(rawRequest());
      await until(() => client.head.endsWith("\r\n\r\n"));
      expect(owner.log).toEqual(["open"]);
      client.stream.destroy();
      await new Promise((done) => server.close(done));
    }
  });
});

describe("environment", () => {
  test("draws different numbers, over the whole range of 32 bits", () => {
    const drawn = Array.from({ length: 5000 }, () => environment.random.uint32());
    expect(new Set(drawn).size).toBeGreaterThan(4990);
    expect(drawn.every((number) => Number.isInteger(number) && number >= 0 && number <= 0xffffffff)).toBe(
      true,
    );
    expect(drawn.some((number) => number > 0x7fffffff)).toBe(true);
    const [one, two] = [environment.random.bytes(16), environment.random.bytes(16)];
    expect(one).toHaveLength(16);
    expect(one).not.toEqual(two);
  });

  test("a digest that agrees with our own", () => {
    for (const text of ["", "abc", "x".repeat(300)]) {
      expect(environment.digest?.(text)).toBe(sha1Base64(text));
    }
  });

  test("a clock that goes forward, with timers that can be cleared", async () => {
    const { clock } = environment;
    const log: string[] = [];
    clock.clearTimer(clock.setTimer(() => log.push("cleared"), 0));
    clock.setTimer(() => log.push("timer"), 0);
    clock.endOfTurn(() => log.push("turn"));
    clock.clearTimer(undefined);
    const before = clock.now();
    expect(log).toEqual([]);
    await until(() => log.length === 2);
    expect(log.sort()).toEqual(["timer", "turn"]);
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });

  test("a delay beyond what the system's timers can take is a long one, not none", async () => {
    const { clock } = environment;
    let fired = false;
    const timers = [Infinity, 2 ** 31, Number.MAX_VALUE].map((delay) =>
      clock.setTimer(() => {
        fired = true;
      }, delay),
    );
    // A timer of 1 ms, which is what such a delay would turn into, set afterwards comes after them.
    await new Promise((resolve) => setTimeout(resolve, 2));
    for (const timer of timers) clock.clearTimer(timer);
    expect(fired).toBe(false);
  });
});
