// TLS by real sockets and real certificates: what a client refuses and says, which certificate a server shows, and how
// both end when the other side does not speak TLS. What TLSOptions itself holds: peer/tls-options.test.ts.

import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import { connect as connectTlsRaw, createServer as createTlsServer, type PeerCertificate } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { TLSOptions } from "../../src/peer/tls-options.ts";
import { WebSocketClient } from "../../src/peer/websocket-client.ts";
import { WebSocketMultiplayerPeer } from "../../src/peer/websocket-multiplayer-peer.ts";
import type { ConnectToUrlOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { WebSocketServer } from "../../src/peer/websocket-server.ts";
import { listen } from "../../src/transport/node.ts";
import { createAuthority, type Issued, issueCertificate } from "../support/certificates.ts";
import { encodeFrame, opcode, rawRequest } from "./raw-end.ts";

const authority = createAuthority();
const trusting = TLSOptions.client(authority.certificate);
const local = issueCertificate({ names: ["localhost", "127.0.0.1", "::1"], issuer: authority });
const elsewhere = issueCertificate({ names: ["elsewhere.example"], issuer: authority });

const disposals: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

const asServer = ({ key, certificate }: Issued, options = {}): TLSOptions =>
  TLSOptions.server(key, certificate, options);

interface TestServer {
  readonly port: number;
  /** Those that were handed over, whatever became of them. */
  readonly peers: WebSocketPeer[];
  setTls(tls: TLSOptions): void;
}

/** Echoes, and is at the end of the test as if it had never been. */
async function serve(tls: TLSOptions | undefined, handshakeTimeoutMs = 10_000): Promise<TestServer> {
  const peers: WebSocketPeer[] = [];
  const listener = await listen(
    0,
    "127.0.0.1",
    (stream) => {
      const peer = new WebSocketPeer({ handshakeTimeoutMs, closeTimeoutMs: 60_000 });
      peers.push(peer);
      peer.packetReceived.connect(({ bytes }) => peer.send(bytes));
      peer.acceptStream(stream);
    },
    tls,
  );
  disposals.push(() => listener.close());
  disposals.push(() => peers.map((peer) => peer.close(-1)));
  return { port: listener.port, peers, setTls: (settings) => listener.setTls(settings) };
}

/** Connected, or what was said instead. */
async function call(url: string, options: ConnectToUrlOptions = {}): Promise<WebSocketPeer> {
  const peer = new WebSocketPeer();
  disposals.push(() => peer.close(-1));
  await peer.connectToUrl(url, options);
  return peer;
}

async function whyNot(url: string, tls?: TLSOptions): Promise<string> {
  const error: Error = await call(url, { tls }).then(
    () => new Error("connected"),
    (reason) => reason,
  );
  return error.message.replace(/^cannot connect to \S+: /, "");
}

async function echoes(peer: WebSocketPeer): Promise<boolean> {
  peer.send(Uint8Array.of(1, 2, 3));
  const [packet] = await peer.packetReceived.next();
  return packet.bytes.join() === "1,2,3";
}

/** The certificate that a client is shown, by its common name. */
function shownTo(port: number, servername?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { port, host: "127.0.0.1", rejectUnauthorized: false, ...(servername && { servername }) };
    const socket = connectTlsRaw(options, () => {
      const shown: PeerCertificate = socket.getPeerCertificate();
      socket.destroy();
      resolve(shown.subject.CN as string);
    });
    socket.on("error", reject);
  });
}

describe("a client", () => {
  test("takes a certificate that the trusted chain vouches for, by name and by address", async () => {
    const { port, peers } = await serve(asServer(local));
    for (const host of ["localhost", "127.0.0.1"]) {
      const peer = await call(`wss://${host}:${port}/x`, { tls: trusting });
      expect(await echoes(peer)).toBe(true);
      expect(peers.at(-1)?.requestedUrl).toBe(`wss://${host}:${port}/x`);
      expect(peer.connectedHost).toBe("127.0.0.1");
    }
  });

  test("takes a chain as octets, with other certificates in it", async () => {
    const { port } = await serve(asServer(local));
    const chain = new TextEncoder().encode(
      `${createAuthority("other").certificate}\n${authority.certificate}`,
    );
    expect(await echoes(await call(`wss://localhost:${port}`, { tls: TLSOptions.client(chain) }))).toBe(true);
  });

  test("trusts by default whom Node trusts, which is not us", async () => {
    const { port } = await serve(asServer(local));
    const unknown = /signed by nobody we trust.*\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/;
    expect(await whyNot(`wss://localhost:${port}`)).toMatch(unknown);
    expect(await whyNot(`wss://localhost:${port}`, TLSOptions.client())).toMatch(unknown);
  });

  test("refuses a certificate for another host, naming both", async () => {
    const { port } = await serve(asServer(elsewhere));
    expect(await whyNot(`wss://localhost:${port}`, trusting)).toMatch(
      /not for localhost but for DNS:elsewhere\.example/,
    );
    expect(await whyNot(`wss://127.0.0.1:${port}`, trusting)).toMatch(/not for 127\.0\.0\.1 but for/);
  });

  test("checks the common name it is told to, and asks for that", async () => {
    const { port } = await serve(asServer(elsewhere));
    const tls = TLSOptions.client(authority.certificate, "elsewhere.example");
    expect(await echoes(await call(`wss://localhost:${port}`, { tls }))).toBe(true);

    const other = await serve(asServer(local, { sni: { "elsewhere.example": elsewhere } }));
    expect(await echoes(await call(`wss://127.0.0.1:${other.port}`, { tls }))).toBe(true);
    expect(
      await whyNot(`wss://localhost:${other.port}`, TLSOptions.client(authority.certificate, "b.example")),
    ).toMatch(/not for b\.example/);
    // An address is a name to check, too.
    const byAddress = TLSOptions.client(authority.certificate, "127.0.0.1");
    expect(await echoes(await call(`wss://localhost:${other.port}`, { tls: byAddress }))).toBe(true);
  });

  test("unsafe: checks nothing", async () => {
    for (const issued of [elsewhere, issueCertificate({ names: ["old"], fromDays: -9, toDays: -2 })]) {
      const { port } = await serve(asServer(issued));
      expect(await echoes(await call(`wss://localhost:${port}`, { tls: TLSOptions.clientUnsafe() }))).toBe(
        true,
      );
    }
  });

  test("unsafe with a chain: checks who vouches, not the name", async () => {
    const { port } = await serve(asServer(elsewhere));
    const tls = TLSOptions.clientUnsafe(authority.certificate);
    expect(await echoes(await call(`wss://localhost:${port}`, { tls }))).toBe(true);
    const stranger = TLSOptions.clientUnsafe(createAuthority("stranger").certificate);
    expect(await whyNot(`wss://localhost:${port}`, stranger)).toMatch(/signed by nobody we trust/);
  });

  test.each([
    ["an expired", { fromDays: -9, toDays: -2 }, /has expired \(CERT_HAS_EXPIRED\)/],
    ["a future", { fromDays: 2, toDays: 9 }, /not valid yet \(CERT_NOT_YET_VALID\)/],
  ])("refuses %s certificate", async (_, days, reason) => {
    const { port } = await serve(
      asServer(issueCertificate({ names: ["localhost"], issuer: authority, ...days })),
    );
    expect(await whyNot(`wss://localhost:${port}`, trusting)).toMatch(reason);
  });

  test("refuses a self-signed certificate, unless that is what it trusts", async () => {
    const own = issueCertificate({ names: ["localhost"] });
    const { port } = await serve(asServer(own));
    expect(await whyNot(`wss://localhost:${port}`)).toMatch(/self-signed and not trusted/);
    const tls = TLSOptions.client(own.certificate);
    expect(await echoes(await call(`wss://localhost:${port}`, { tls }))).toBe(true);
  });

  test("a chain that cannot be read, and a server's options, are the caller's mistakes", () => {
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const peer = new WebSocketPeer();
    expect(() => peer.connectToUrl("wss://localhost:1", { tls: TLSOptions.client(broken) })).toThrow(
      UsageError,
    );
    expect(() => peer.connectToUrl("wss://localhost:1", { tls: asServer(local) })).toThrow(UsageError);
    expect(peer.readyState).toBe(WebSocketPeer.State.CLOSED);
  });
});

describe("a server", () => {
  const [a, b] = ["a.example", "b.example"].map((name) => issueCertificate({ names: [name] })) as [
    Issued,
    Issued,
  ];

  test("shows the certificate for the host that is asked for, its own otherwise", async () => {
    const { port } = await serve(asServer(local, { sni: { "a.example": a, "*.b.example": b } }));
    const shown = ["a.example", "x.b.example", "c.example", undefined].map((name) => shownTo(port, name));
    expect(await Promise.all(shown)).toEqual(["a.example", "b.example", "localhost", "localhost"]);
  });

  test("asks a function, which may take its time", async () => {
    const sni = async (name: string): Promise<Issued | undefined> => {
      await new Promise(setImmediate);
      return name === "b.example" ? b : undefined;
    };
    const { port } = await serve(asServer(local, { sni }));
    expect(await Promise.all([shownTo(port, "b.example"), shownTo(port, "a.example")])).toEqual([
      "b.example",
      "localhost",
    ]);
  });

  test("refuses the connection when that function throws, says why, and goes on", async () => {
    const sni = (name: string): undefined => {
      if (name === "boom.example") throw new Error("no such tenant");
    };
    const { port, peers } = await serve(asServer(local, { sni }));
    await expect(shownTo(port, "boom.example")).rejects.toThrow();
    await expect.poll(() => peers[0]?.failure?.reason).toBe("no such tenant");
    expect(await shownTo(port, "b.example")).toBe("localhost");
  });

  test("changes its certificate while a connection stays open", async () => {
    const server = await serve(asServer(local));
    const before = await call(`wss://localhost:${server.port}`, { tls: trusting });
    server.setTls(asServer(elsewhere, { sni: { "b.example": b } }));
    expect(await whyNot(`wss://localhost:${server.port}`, trusting)).toMatch(/elsewhere\.example/);
    expect(await shownTo(server.port, "b.example")).toBe("b.example");
    expect(await echoes(before)).toBe(true);
  });

  test("keeps the old certificate when the new one cannot be used", async () => {
    const server = await serve(asServer(local));
    for (const bad of [
      TLSOptions.server(a.key, b.certificate),
      TLSOptions.server(local.key, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      asServer(local, { sni: { x: { key: a.key, certificate: b.certificate } } }),
      trusting,
    ]) {
      expect(() => server.setTls(bad)).toThrow(UsageError);
    }
    expect(await shownTo(server.port)).toBe("localhost");
  });

  test("says at the start that key and certificate are no pair", async () => {
    const bad = TLSOptions.server(a.key, b.certificate);
    await expect(listen(0, "127.0.0.1", () => {}, bad)).rejects.toThrow(
      /cannot be used: key values mismatch/,
    );
    await expect(listen(0, "127.0.0.1", () => {}, trusting)).rejects.toThrow(UsageError);
  });

  test("without TLS has no certificate to change", async () => {
    const server = await serve(undefined);
    expect(() => server.setTls(asServer(local))).toThrow(UsageError);
  });
});

describe("WebSocketMultiplayerPeer", () => {
  test("serves and joins by TLS, and changes its certificate", async () => {
    const server = await WebSocketMultiplayerPeer.createServer(0, { tls: asServer(local) });
    disposals.push(() => server[Symbol.asyncDispose]());
    const url = `wss://localhost:${server.port}`;
    const client = WebSocketMultiplayerPeer.createClient(url, { tls: trusting });
    disposals.push(() => client.close());
    server.whenReady = () => server.poll();
    client.whenReady = () => client.poll();
    await client.peerConnected.next();
    expect(server.peers).toEqual([client.uniqueId]);

    server.setTlsOptions(asServer(elsewhere));
    expect(await whyNot(url, trusting)).toMatch(/not for localhost/);
    expect(server.peers).toEqual([client.uniqueId]);
    const { CONNECTED } = WebSocketMultiplayerPeer.ConnectionStatus;
    expect(client.connectionStatus).toBe(CONNECTED);
  });

  test("has no certificate to change where it does not listen, or not by TLS", async () => {
    const tls = asServer(local);
    expect(() => WebSocketMultiplayerPeer.createAcceptor().setTlsOptions(tls)).toThrow(UsageError);
    const plain = await WebSocketMultiplayerPeer.createServer(0);
    disposals.push(() => plain[Symbol.asyncDispose]());
    expect(() => plain.setTlsOptions(tls)).toThrow(UsageError);
  });
});

test("WebSocketServer and WebSocketClient meet by TLS, and the certificate changes", async () => {
  const server = new WebSocketServer();
  disposals.push(() => server.stop());
  expect(() => server.setTlsOptions(asServer(local))).toThrow(UsageError);
  await expect(server.listen(0, { tls: trusting })).rejects.toThrow(UsageError);
  await server.listen(0, { tls: asServer(local) });
  const url = `wss://localhost:${server.port}`;
  const client = new WebSocketClient();
  await client.connectToUrl(url, { tls: trusting });
  server.setTlsOptions(asServer(elsewhere));
  expect(await whyNot(url, trusting)).toMatch(/not for localhost/);
  expect(server.peers).toHaveLength(1);
  client.disconnectFromHost();
  expect(await client.connectionClosed.next()).toEqual([true]);
});

describe("when the other side does not speak TLS", () => {
  // Longer than the test may take: nobody is to wait for a time limit.
  const never = 60_000;

  test("a client without TLS hears that it should", async () => {
    const server = await serve(asServer(local), never);
    expect(await whyNot(`ws://localhost:${server.port}`)).toMatch(/perhaps the server speaks TLS: wss:/);
    await expect.poll(() => server.peers[0]?.failure?.reason).toMatch(/does not speak TLS/);
    expect(server.peers[0]?.readyState).toBe(WebSocketPeer.State.CLOSED);
  });

  test("a client without TLS understands a server that complains in TLS", async () => {
    const port = await listenTcp(
      createServer((socket) => socket.once("data", () => socket.write("\x15\x03\x01\0\x02\x02\x46"))),
    );
    expect(await whyNot(`ws://localhost:${port}`)).toBe("the server speaks TLS: use wss://");
  });

  test("a client with TLS hears at once that our server has none", async () => {
    const server = await serve(undefined, never);
    expect(await whyNot(`wss://localhost:${server.port}`, trusting)).toMatch(/does not speak TLS/);
    expect(server.peers[0]?.failure).toMatchObject({
      status: 400,
      reason: "this port does not speak TLS: use ws://",
    });
  });

  test("and that Node's HTTP server has none", async () => {
    const port = await listenTcp(createHttpServer());
    expect(await whyNot(`wss://localhost:${port}`, trusting)).toMatch(/does not speak TLS/);
  });

  test("a server that just hangs up does not leave a client waiting", async () => {
    const port = await listenTcp(createServer((socket) => socket.once("data", () => socket.end())));
    expect(await whyNot(`wss://localhost:${port}`, trusting)).toMatch(/closed during the handshake/);
  });
});

describe("the handshake's time limit", () => {
  test("covers TLS on a server: a client that says nothing is cut, not answered", async () => {
    const server = await serve(asServer(local), 50);
    for (const first of ["", "\x16\x03\x01\x01\0"]) {
      const socket = connectTcp(server.port, "127.0.0.1");
      let received = 0;
      socket.on("data", (chunk) => {
        received += chunk.length;
      });
      if (first !== "") socket.write(first, "latin1");
      await new Promise((resolve) => socket.once("close", resolve));
      expect(received).toBe(0);
    }
    expect(server.peers.map((peer) => peer.failure?.status)).toEqual([408, 408]);
  });

  test("covers TLS on a client", async () => {
    const port = await listenTcp(createServer());
    const peer = new WebSocketPeer({ handshakeTimeoutMs: 50 });
    await expect(peer.connectToUrl(`wss://localhost:${port}`)).rejects.toThrow("the handshake took too long");
  });
});

test("acceptStream takes a TLS socket of Node's", async () => {
  const server = createTlsServer({ key: local.key, cert: local.certificate }, (socket) => {
    const peer = new WebSocketPeer();
    peer.packetReceived.connect(({ bytes }) => peer.send(bytes));
    peer.acceptStream(socket);
  });
  const port = await listenTcp(server);
  expect(await echoes(await call(`wss://localhost:${port}`, { tls: trusting }))).toBe(true);
});

test("the end does not come together with the close frame, which Godot would lose then", async () => {
  const server = await serve(asServer(local));
  const socket = connectTlsRaw({ port: server.port, host: "127.0.0.1", ca: authority.certificate });
  disposals.push(() => socket.destroy());
  const log: string[] = [];
  socket.on("data", (chunk) => {
    const isFrame = chunk[0] === 0x88;
    log.push(isFrame ? "close frame" : "head");
    // The system had time to deliver the end as well, were it under way.
    if (isFrame) setTimeout(() => log.push("later"), 20);
  });
  socket.on("end", () => log.push("end"));
  socket.write(rawRequest());
  await expect.poll(() => log).toEqual(["head"]);
  socket.write(encodeFrame(opcode.close, Uint8Array.of(3, 232), { masked: true }));
  await expect.poll(() => log).toEqual(["head", "close frame", "later", "end"]);
});

async function listenTcp(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  disposals.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
