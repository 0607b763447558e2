// Through an HTTP proxy of our own making, by real sockets. How a proxy's URL is read: peer/client-target.test.ts.

import { type AddressInfo, connect as connectTcp, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { TLSOptions } from "../../src/peer/tls-options.ts";
import type { ConnectToUrlOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { listen } from "../../src/transport/node.ts";
import { issueCertificate } from "../support/certificates.ts";

const disposals: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

const identity = issueCertificate({ names: ["127.0.0.1", "games.invalid"] });
const serverTls = TLSOptions.server(identity.key, identity.certificate);
const tls = TLSOptions.client(identity.certificate);

/** Echoes; the port. */
async function serveEcho(settings?: TLSOptions): Promise<number> {
  const listener = await listen(
    0,
    "127.0.0.1",
    (stream) => {
      const peer = new WebSocketPeer({ inboundBufferSize: 1 << 20, outboundBufferSize: 1 << 20 });
      disposals.push(() => peer.close(-1));
      peer.packetReceived.connect(({ bytes }) => peer.send(bytes));
      peer.acceptStream(stream);
    },
    settings,
  );
  disposals.push(() => listener.close());
  return listener.port;
}

interface TestProxy {
  readonly url: string;
  readonly requests: string[];
}

/** `answer` replaces the tunnel, `targetPort` the port that is asked for. */
async function serveProxy(answer?: (socket: Socket) => void, targetPort?: number): Promise<TestProxy> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let head = "";
    const onData = (chunk: Buffer): void => {
      head += chunk.toString("latin1");
      if (!head.endsWith("\r\n\r\n")) return;
      socket.off("data", onData);
      requests.push(head);
      if (answer !== undefined) return answer(socket);
      const port = targetPort ?? Number(/^CONNECT \S+:(\d+) HTTP/.exec(head)![1]);
      const target = connectTcp(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection ");
        setImmediate(() => {
          socket.write("established\r\nVia: test\r\n\r\n");
          socket.pipe(target).pipe(socket);
        });
      });
      target.on("error", () => socket.destroy());
      sockets.add(target);
    };
    socket.on("data", onData);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  disposals.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

async function call(url: string, options: ConnectToUrlOptions): Promise<WebSocketPeer> {
  const peer = new WebSocketPeer({ inboundBufferSize: 1 << 20, outboundBufferSize: 1 << 20 });
  disposals.push(() => peer.close(-1));
  await peer.connectToUrl(url, options);
  return peer;
}

async function echoes(peer: WebSocketPeer): Promise<void> {
  for (const length of [3, 70_000, 500_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
    peer.send(bytes);
    const [packet] = await peer.packetReceived.next();
    expect(Buffer.compare(packet.bytes, bytes)).toBe(0);
  }
}

const closes = async (peer: WebSocketPeer): Promise<void> => {
  peer.close(1000, "bye");
  expect(await peer.closed.next()).toEqual([1000, "bye"]);
};

describe("through a proxy", () => {
  test("by ws", async () => {
    const port = await serveEcho();
    const proxy = await serveProxy();
    const peer = await call(`ws://127.0.0.1:${port}/x`, { proxy: proxy.url });
    expect(proxy.requests).toEqual([`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`]);
    expect([peer.connectedHost, peer.connectedPort]).toEqual(["127.0.0.1", Number(new URL(proxy.url).port)]);
    await echoes(peer);
    await closes(peer);
  });

  test("by wss: TLS is the server's, and so is the name that is checked", async () => {
    const port = await serveEcho(serverTls);
    const proxy = await serveProxy(undefined, port);
    const peer = await call("wss://games.invalid/x", { proxy: proxy.url, tls });
    // The proxy resolves the name: here nobody could.
    expect(proxy.requests[0]).toMatch(
      /^CONNECT games\.invalid:443 HTTP\/1\.1\r\nHost: games\.invalid:443\r\n/,
    );
    await echoes(peer);
    await closes(peer);
    await expect(call("wss://other.invalid/", { proxy: proxy.url, tls })).rejects.toThrow(
      "not for other.invalid but",
    );
    await expect(call("wss://games.invalid/", { proxy: proxy.url })).rejects.toThrow("self-signed");
  });

  test("with credentials", async () => {
    const port = await serveEcho();
    const proxy = await serveProxy();
    const url = proxy.url.replace("http://", "http://user:p%40ss@");
    await call(`ws://127.0.0.1:${port}`, { proxy: url });
    const wanted = `Proxy-Authorization: Basic ${Buffer.from("user:p@ss").toString("base64")}\r\n`;
    expect(proxy.requests[0]).toContain(wanted);
  });

  test("to an IPv6 address", async () => {
    const port = await serveEcho();
    const proxy = await serveProxy(undefined, port);
    await call("ws://[2001:db8::1]:9080/", { proxy: proxy.url });
    expect(proxy.requests[0]).toMatch(/^CONNECT \[2001:db8::1\]:9080 HTTP/);
  });

  test("what comes glued to the good answer is the server's", async () => {
    const proxy = await serveProxy((socket) =>
      socket.write("HTTP/1.0 200 OK\r\n\r\nHTTP/1.1 418 I'm a teapot\r\n\r\n"),
    );
    await expect(call("ws://h.invalid/", { proxy: proxy.url })).rejects.toMatchObject({ status: 418 });
  });

  test("the environment's proxies are left alone", async () => {
    const port = await serveEcho();
    const proxy = await serveProxy();
    const before = { ...process.env };
    for (const name of ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
      process.env[name] = proxy.url;
    try {
      await call(`ws://127.0.0.1:${port}`, {});
    } finally {
      process.env = before;
    }
    expect(proxy.requests).toEqual([]);
  });
});

describe("a proxy that does not let us through", () => {
  const why = async (proxy: string, timeoutMs = 10_000): Promise<string> => {
    const peer = new WebSocketPeer({ handshakeTimeoutMs: timeoutMs });
    const error: Error = await peer.connectToUrl("ws://h.invalid/", { proxy }).then(
      () => new Error("connected"),
      (reason) => reason,
    );
    return error.message.replace("cannot connect to ws://h.invalid/: ", "");
  };
  const saying = (text: string) => serveProxy((socket) => socket.end(text));

  test.each([
    [
      "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\nno",
      "answered 407 Proxy Authentication Required",
    ],
    ["HTTP/1.1 502 Bad Gateway\r\n\r\n", "answered 502 Bad Gateway"],
    ["HTTP/1.1 302 Found\r\nLocation: http://h/\r\n\r\n", "answered 302 Found"],
    ["SSH-2.0-x\r\n\r\n", "did not answer in HTTP"],
    ["HTTP/1.1 200 OK\r\nbroken header\r\n\r\n", "did not answer in HTTP"],
    ["HTTP/1.1 200 OK\r\n", "closed the connection without an answer"],
    [`HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`, "answered with a head of over 16384 octets"],
    [`HTTP/1.1 200 OK\r\n${"X: x\r\n".repeat(200)}\r\n`, "did not answer in HTTP"],
  ])("%j", async (text, reason) => {
    const { url } = await saying(text);
    expect(await why(url.replace("http://", "http://user:secret@"))).toBe(`the proxy ${url} ${reason}`);
  });

  test("and is followed nowhere", async () => {
    const { url, requests } = await saying("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n");
    const options = { proxy: url, maxRedirects: 5 };
    await expect(call("ws://h.invalid/", options)).rejects.toThrow(`the proxy ${url} answered 302 Found`);
    expect(requests).toHaveLength(1);
  });

  test("is not there", async () => {
    const { url } = await saying("");
    await disposals.pop()!();
    expect(await why(url)).toMatch(new RegExp(`^the proxy ${url} cannot be reached: .*ECONNREFUSED`));
  });

  test("says nothing: the handshake's time limit covers it", async () => {
    const { url } = await serveProxy(() => {});
    expect(await why(url, 50)).toBe("the handshake took too long");
  });

  test("can be given up", async () => {
    const { url, requests } = await serveProxy(() => {});
    const controller = new AbortController();
    const attempt = call("ws://h.invalid/", { proxy: url, signal: controller.signal });
    await expect.poll(() => requests.length).toBe(1);
    controller.abort(new Error("enough"));
    await expect(attempt).rejects.toThrow("enough");
  });
});
