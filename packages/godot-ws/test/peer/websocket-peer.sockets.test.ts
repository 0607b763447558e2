// WebSocketPeer over real sockets, and together with another implementation.

import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ConnectError } from "../../src/errors.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { NodeStream } from "../../src/transport/node-stream.ts";
import { certificate, privateKey } from "../transport/certificate.ts";

const { State } = WebSocketPeer;
const local = "127.0.0.1";
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function portOf(server: { address(): unknown }): number {
  return (server.address() as { port: number }).port;
}

/** Listens on any port; every socket is destroyed at the end of the test. */
async function listening<Kind extends Server>(server: Kind): Promise<Kind> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, local, resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return server;
}

function echo(peer: WebSocketPeer): void {
  peer.packetReceived.connect((packet) => peer.send(packet.bytes, packet.isText ? 0 : 1));
}

describe("over TCP", () => {
  test("a client and a server of ours, by socket and by http.Server", async () => {
    const accepted: WebSocketPeer[] = [];
    const byHttp = await listening(createHttpServer());
    byHttp.on("upgrade", (request, socket, head) => {
      const peer = new WebSocketPeer();
      accepted.push(peer);
      echo(peer);
      peer.acceptStream({ request, socket, head });
    });
    const bySocket = await listening(
      createServer({ allowHalfOpen: true }, (socket) => {
        const peer = new WebSocketPeer();
        accepted.push(peer);
        echo(peer);
        peer.acceptStream(socket);
      }),
    );
    for (const server of [byHttp, bySocket]) {
      const client = new WebSocketPeer({ outboundBufferSize: 0 });
      await client.connectToUrl(`ws://${local}:${portOf(server)}/path?query`);
      expect([client.connectedHost, client.connectedPort]).toEqual([local, portOf(server)]);
      const big = new Uint8Array(60_000).map((_, i) => i);
      client.sendText("hello");
      client.send(big);
      const packets = client[Symbol.asyncIterator]();
      expect((await packets.next()).value?.text).toBe("hello");
      expect(Buffer.from((await packets.next()).value!.bytes).equals(big)).toBe(true);
      const peer = accepted.at(-1)!;
      expect(peer.requestedUrl).toBe(`ws://${local}:${portOf(server)}/path?query`);
      expect([peer.connectedHost, peer.connectedPort > 0]).toEqual([local, true]);
      const closed = peer.closed.next();
      client.close(4000, "done");
      expect(await closed).toEqual([4000, "done"]);
      expect(await packets.next()).toMatchObject({ done: true });
      expect([client.closeCode, client.closeReason]).toEqual([4000, "done"]);
    }
  });

  test("nobody there is a ConnectError", async () => {
    const server = await listening(createServer());
    const port = portOf(server);
    await new Promise((resolve) => server.close(resolve));
    const attempt = new WebSocketPeer().connectToUrl(`ws://${local}:${port}/`);
    await expect(attempt).rejects.toMatchObject({
      constructor: ConnectError,
      message: expect.stringContaining("ECONNREFUSED"),
      status: undefined,
    });
  });

  test("a server that is none is a ConnectError", async () => {
    const server = await listening(createServer((socket) => socket.end("220 ready\r\n")));
    await expect(new WebSocketPeer().connectToUrl(`${local}:${portOf(server)}`)).rejects.toBeInstanceOf(
      ConnectError,
    );
    const silent = await listening(createServer((socket) => socket.end()));
    await expect(new WebSocketPeer().connectToUrl(`${local}:${portOf(silent)}`)).rejects.toBeInstanceOf(
      ConnectError,
    );
    const web = await listening(
      createHttpServer((_, response) => response.writeHead(302, { Location: "/" }).end()),
    );
    await expect(new WebSocketPeer().connectToUrl(`${local}:${portOf(web)}`)).rejects.toMatchObject({
      status: 302,
    });
  });

  test("an abort closes the socket", async () => {
    const gone = new Promise<void>((resolve) => {
      void listening(
        createServer(
          (socket) =>
            void socket
              .on("close", resolve)
              .on("error", () => {})
              .resume(),
        ),
      ).then((server) => {
        const controller = new AbortController();
        server.on("connection", () => controller.abort());
        const attempt = new WebSocketPeer().connectToUrl(`${local}:${portOf(server)}`, {
          signal: controller.signal,
        });
        attempt.catch(() => {});
      });
    });
    await gone;
  });
});

describe("over TLS", () => {
  test("a client refuses a certificate that nobody vouches for, and a server accepts TLS sockets", async () => {
    const accepted: WebSocketPeer[] = [];
    const server = await listening(
      createTlsServer({ cert: certificate, key: privateKey }, (socket) => {
        const peer = new WebSocketPeer();
        accepted.push(peer);
        echo(peer);
        peer.acceptStream(socket);
      }),
    );
    const attempt = new WebSocketPeer().connectToUrl(`wss://localhost:${portOf(server)}/`);
    await expect(attempt).rejects.toMatchObject({ message: expect.stringMatching(/self.signed/i) });

    const socket = connectTls({ host: local, port: portOf(server), ca: certificate });
    const client = new WebSocketPeer();
    await client.connectToUrl(`wss://${local}:${portOf(server)}/x`, { stream: new NodeStream(socket) });
    client.sendText("secret");
    const [packet] = await client.packetReceived.next();
    expect(packet.text).toBe("secret");
    expect(accepted.at(-1)?.requestedUrl).toBe(`wss://${local}:${portOf(server)}/x`);
    await client[Symbol.asyncDispose]();
  });
});

describe("with the ws package", () => {
  test("its client and our server", async () => {
    const server = await listening(createHttpServer());
    let peer: WebSocketPeer | undefined;
    server.on("upgrade", (request, socket, head) => {
      peer = new WebSocketPeer({
        supportedProtocols: ["b"],
        inboundBufferSize: 1_000_000,
        outboundBufferSize: 0,
      });
      echo(peer);
      peer.acceptStream({ request, socket, head });
    });
    const socket = new WebSocket(`ws://${local}:${portOf(server)}`, ["a", "b"]);
    await new Promise((resolve) => socket.on("open", resolve));
    expect(socket.protocol).toBe("b");
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 900_000]) {
      const sent = Buffer.alloc(size, size & 0xff);
      socket.send(sent);
      const [data, isBinary] = await new Promise<[Buffer, boolean]>((resolve) =>
        socket.once("message", (message, binary) => resolve([message as Buffer, binary])),
      );
      expect([data.equals(sent), isBinary]).toEqual([true, true]);
    }
    socket.ping("are you there");
    const pong = await new Promise<Buffer>((resolve) => socket.once("pong", resolve));
    expect(pong.toString()).toBe("are you there");
    const closed = new Promise((resolve) =>
      socket.on("close", (code, reason) => resolve([code, reason.toString()])),
    );
    peer?.close(4100, "enough");
    expect(await closed).toEqual([4100, "enough"]);
  });

  test("our client and its server", async () => {
    const server = new WebSocketServer({ port: 0, host: local, handleProtocols: () => "b" });
    await new Promise((resolve) => server.once("listening", resolve));
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    server.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on("close", () => {});
    });
    const client = new WebSocketPeer({ supportedProtocols: ["a", "b"] });
    await client.connectToUrl(`ws://${local}:${portOf(server)}`);
    expect(client.selectedProtocol).toBe("b");
    client.sendText("grüße");
    client.send(Uint8Array.of(1, 2));
    const packets = client[Symbol.asyncIterator]();
    expect((await packets.next()).value?.text).toBe("grüße");
    expect([...(await packets.next()).value!.bytes]).toEqual([1, 2]);
    const closed = client.closed.next();
    for (const socket of server.clients) socket.close(4200, "enough");
    expect(await closed).toEqual([4200, "enough"]);
    expect(client.readyState).toBe(State.CLOSED);
  });

  test("a refusal of its server has a status", async () => {
    const server = new WebSocketServer({
      port: 0,
      host: local,
      verifyClient: (_, done) => done(false, 401, "who?"),
    });
    await new Promise((resolve) => server.once("listening", resolve));
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    await expect(new WebSocketPeer().connectToUrl(`${local}:${portOf(server)}`)).rejects.toMatchObject({
      status: 401,
    });
  });
});
