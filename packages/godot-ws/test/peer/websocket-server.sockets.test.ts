import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, connect as tcpConnect } from "node:net";
import { describe, expect, test } from "vitest";
import { ConnectError, UsageError } from "../../src/errors.ts";
import { TLSOptions } from "../../src/peer/tls-options.ts";
import { WebSocketClient } from "../../src/peer/websocket-client.ts";
import { WebSocketMultiplayerPeer } from "../../src/peer/websocket-multiplayer-peer.ts";
import { WebSocketServer } from "../../src/peer/websocket-server.ts";
import { certificate, privateKey } from "../transport/certificate.ts";
import { rawRequest } from "../transport/raw-end.ts";

describe("on sockets", () => {
  const local = { bindAddress: "127.0.0.1" };
  const closedFor = (client: WebSocketClient) => client.connectionClosed.next();

  test("listens, tells address and port, and stops", async () => {
    const server = new WebSocketServer();
    expect([server.isListening, server.port]).toEqual([false, 0]);
    const listening = server.listen(0, { ...local, protocols: ["chat"], maxClients: 5 });
    expect(server.isListening).toBe(false);
    await listening;
    expect([server.isListening, server.maxClients]).toEqual([true, 5]);
    const { port } = server;
    const client = new WebSocketClient();
    const connected = server.clientConnected.next();
    await client.connectToUrl(`ws://127.0.0.1:${port}`, { protocols: ["chat"] });
    const [id, protocol] = await connected;
    expect(protocol).toBe("chat");
    expect(server.getPeerAddress(id)).toBe("127.0.0.1");
    expect(server.getPeerPort(id)).toBeGreaterThan(0);
    const closed = closedFor(client);
    await server.stop();
    expect([server.isListening, server.port, server.connectionCount]).toEqual([false, 0, 0]);
    expect(await closed).toEqual([true]);
    expect(client.getPeer().closeCode).toBe(1001);
    await expect(client.connectToUrl(`ws://127.0.0.1:${port}`)).rejects.toThrow("ECONNREFUSED");
    await server.listen(port, local);
    await client.connectToUrl(`ws://127.0.0.1:${port}`);
    await server.stop();
  });

  test("a port that is taken is a ConnectError, and it may try again", async () => {
    const other = createTcpServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await using server = new WebSocketServer();
    await expect(server.listen(port, local)).rejects.toMatchObject({
      name: ConnectError.name,
      code: "ERR_ALREADY_IN_USE",
    });
    expect(server.isListening).toBe(false);
    other.close();
    await server.listen(0, local);
    expect(server.isListening).toBe(true);
  });

  test.each([
    -1,
    65_536,
    80.5,
    Number.NaN,
  ])("%d is no port: a UsageError, and it may try again", async (port) => {
    await using server = new WebSocketServer();
    await expect(server.listen(port, local)).rejects.toThrow(UsageError);
    await expect(WebSocketMultiplayerPeer.createServer(port)).rejects.toThrow(`not ${port}`);
    expect(server.isListening).toBe(false);
    await server.listen(0, local);
  });

  test("throws for a second listen and for a malformed subprotocol", async () => {
    await using server = new WebSocketServer();
    expect(() => server.listen(0, { protocols: ["a", "a"] })).toThrow(UsageError);
    const listening = server.listen(0, local);
    expect(() => server.listen(0, local)).toThrow("listens already");
    await listening;
    expect(() => server.listen(0, local)).toThrow(UsageError);
  });

  test("stopped before it listens, it does not, and leaves the port free", async () => {
    await using server = new WebSocketServer();
    await server.listen(0, local);
    const { port } = server;
    await server.stop();
    const listening = server.listen(port, local);
    await server.stop();
    await expect(listening).rejects.toMatchObject({ code: "ERR_SKIP" });
    expect(server.isListening).toBe(false);
    await server.listen(port, local);
    expect(server.isListening).toBe(true);
  });

  test("speaks TLS, and changes its certificate", async () => {
    await using server = new WebSocketServer();
    const tls = TLSOptions.server(privateKey, certificate);
    expect(() => server.setTlsOptions(tls)).toThrow("does not listen");
    await server.listen(0, { ...local, tls });
    server.setTlsOptions(tls);
    await using client = new WebSocketClient();
    await client.connectToUrl(`wss://localhost:${server.port}`, { tls: TLSOptions.client(certificate) });
    const echoed = client.dataReceived.next();
    server.broadcast("in private");
    expect((await echoed)[0].text).toBe("in private");
    await server.stop();
    await expect(server.listen(0, { ...local, tls: TLSOptions.client() })).rejects.toThrow(UsageError);
    expect(server.isListening).toBe(false);
  });

  test("100 clients come, talk and go, and nothing is left", async () => {
    await using server = new WebSocketServer();
    server.dataReceived.connect((id, packet) => server.getPeer(id)?.send(packet.bytes));
    await server.listen(0, local);
    const clients = Array.from({ length: 100 }, () => new WebSocketClient());
    await Promise.all(clients.map((client) => client.connectToUrl(`ws://127.0.0.1:${server.port}`)));
    expect(new Set(server.peers).size).toBe(100);

    const echoes = clients.map((client) => client.dataReceived.next());
    for (const [index, client] of clients.entries()) client.getPeer().putPacket(Uint8Array.of(index));
    expect((await Promise.all(echoes)).map(([packet]) => packet.bytes[0])).toEqual([...clients.keys()]);

    const heard = clients.map((client) => client.dataReceived.next());
    server.broadcast("to all");
    expect(new Set((await Promise.all(heard)).map(([packet]) => packet.text))).toEqual(new Set(["to all"]));

    const ends: [boolean, number][] = [];
    server.clientDisconnected.connect((_, wasClean, peer) => ends.push([wasClean, peer.closeCode]));
    const closed = clients.map(closedFor);
    for (const [index, client] of clients.entries()) client.disconnectFromHost(index % 2 === 0 ? 4000 : -1);
    await Promise.all(closed);
    await expect.poll(() => server.connectionCount).toBe(0);
    expect(server.peers).toEqual([]);
    expect(ends.filter(([wasClean, code]) => wasClean && code === 4000)).toHaveLength(50);
    expect(ends.filter(([wasClean, code]) => !wasClean && code === -1)).toHaveLength(50);
  });

  test("a slow client over TCP does not keep the others from a broadcast", async () => {
    await using server = new WebSocketServer({ outboundBufferSize: 1 << 20, closeTimeoutMs: 100 });
    await server.listen(0, local);
    const slow = tcpConnect(server.port, "127.0.0.1");
    slow.on("error", () => {});
    slow.write(rawRequest());
    await server.clientConnected.next();
    slow.pause();
    const [slowId] = server.peers;
    await using fast = new WebSocketClient({ inboundBufferSize: 1 << 20 });
    await fast.connectToUrl(`ws://127.0.0.1:${server.port}`);
    let heard = 0;
    fast.dataReceived.connect(() => heard++);

    const overflowed = server.clientOverflowed.next();
    const disconnected = server.clientDisconnected.next();
    const piece = new Uint8Array(1 << 17);
    let sent = 0;
    let isDone = false;
    void overflowed.then(() => {
      isDone = true;
    });
    while (!isDone) {
      server.broadcast(piece);
      sent++;
      await fast.dataReceived.next();
    }
    expect((await overflowed)[0]).toBe(slowId);
    expect((await disconnected).slice(0, 2)).toEqual([slowId, false]);
    expect(heard).toBe(sent);
    slow.destroy();
  });

  test("shares a port with an HTTP server by its upgrade event", async () => {
    await using server = new WebSocketServer();
    const http = createServer((_, response) => response.end("a page"));
    http.on("upgrade", (request, socket, head) => server.acceptStream({ request, socket, head }));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const { port } = http.address() as AddressInfo;
    server.dataReceived.connect((id, packet) => server.getPeer(id)?.sendText(`${packet.text}!`));
    const client = new WebSocketClient();
    await client.connectToUrl(`ws://127.0.0.1:${port}/socket`);
    client.getPeer().sendText("hello");
    expect((await client.dataReceived.next())[0].text).toBe("hello!");

    server.maxClients = 0;
    await expect(new WebSocketClient().connectToUrl(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({
      status: 503,
    });
    await client[Symbol.asyncDispose]();
    http.close();
    http.closeAllConnections();
  });
});
