// Redirects over real sockets. Which are followed, and with what: client-target.test.ts.

import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Clock } from "../../src/clock.ts";
import { ConnectError } from "../../src/errors.ts";
import { createClientTarget } from "../../src/peer/client-target.ts";
import { type Connect, RedirectingConnection } from "../../src/peer/redirecting-connection.ts";
import { TLSOptions } from "../../src/peer/tls-options.ts";
import type { ConnectToUrlOptions } from "../../src/peer/websocket-options.ts";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { acceptKey } from "../../src/protocol/handshake.ts";
import type { Failure } from "../../src/protocol/protocol.ts";
import type { Connection, ConnectionEvents, ConnectionOptions } from "../../src/transport/connection.ts";
import { issueCertificate } from "../support/certificates.ts";

const disposals: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

/** Answers each request by its path: the head as lines, or 101 when there is no entry. */
async function serve(answers: Record<string, string[] | undefined>) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", (data) => {
      const request = data.toString();
      requests.push(request);
      const path = request.split(" ")[1]!;
      const key = /sec-websocket-key: (\S+)/i.exec(request)![1]!;
      const open = [
        "101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${acceptKey(key)}`,
      ];
      const head = path in answers ? answers[path] : open;
      // Otherwise it stays silent.
      if (head !== undefined) socket.write(`HTTP/1.1 ${head.join("\r\n")}\r\n\r\n`);
      if (head === open) socket.write(Uint8Array.of(0x82, 1, 42));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  disposals.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, requests, url: (path: string) => `ws://127.0.0.1:${port}${path}` };
}

const to = (location: string, status = "302 Found"): string[] => [status, `Location: ${location}`];

async function connect(url: string, options: ConnectToUrlOptions, headers: string[] = []) {
  const peer = new WebSocketPeer({ handshakeHeaders: headers });
  const log: string[] = [];
  peer.opened.connect(() => log.push("opened"));
  peer.closed.connect((code) => log.push(`closed ${code}`));
  disposals.push(() => peer.close(-1));
  const error: unknown = await peer.connectToUrl(url, options).then(
    () => undefined,
    (reason) => reason,
  );
  return { peer, log, error: error as ConnectError | undefined };
}

test("is not done unless asked for: the error names status and Location", async () => {
  const server = await serve({ "/": to("https://b.example/x", "307 Temporary Redirect") });
  const { error, peer } = await connect(server.url("/"), {});
  expect(error).toBeInstanceOf(ConnectError);
  expect(error?.message).toContain(
    "the server answered 307 Temporary Redirect, Location: https://b.example/x",
  );
  expect(error?.status).toBe(307);
  expect(peer.failure).toMatchObject({ location: "https://b.example/x" });
});

test.each([301, 302, 303, 307, 308])("follows %i, and to its owner is one connection", async (status) => {
  const server = await serve({ "/a": to("/b", `${status} x`), "/b": to("c", `${status} x`) });
  const { peer, log, error } = await connect(server.url("/a"), { maxRedirects: 2 });
  expect(error).toBeUndefined();
  expect(server.requests.map((request) => request.split(" ")[1])).toEqual(["/a", "/b", "/c"]);
  for await (const { bytes } of peer) {
    expect([...bytes]).toEqual([42]);
    break;
  }
  expect(log).toEqual(["opened"]);
  peer.close(-1);
  expect(log).toEqual(["opened", "closed -1"]);
});

test.each([
  ["300 Multiple Choices", to("/b", "300 Multiple Choices")],
  ["304 Not Modified", to("/b", "304 Not Modified")],
  ["200 OK", to("/b", "200 OK")],
  ["302 Found", ["302 Found"]],
])("does not follow %s", async (answer, head) => {
  const server = await serve({ "/": head });
  const { error } = await connect(server.url("/"), { maxRedirects: 5 });
  expect(error?.message).toMatch(new RegExp(`the server answered ${answer}$`));
  expect(server.requests).toHaveLength(1);
});

test("gives up after maxRedirects, naming where it was", async () => {
  const server = await serve({ "/a": to("/b"), "/b": to("/a") });
  const { error, log } = await connect(server.url("/a"), { maxRedirects: 3 });
  expect(server.requests).toHaveLength(4);
  expect(error?.message).toBe(
    `cannot connect to ${server.url("/a")}: after 3 redirects, at ${server.url("/b")}: the server answered 302 Found, Location: /a`,
  );
  expect(log).toEqual(["closed -1"]);
});

test("another host gets no credentials, the same one does", async () => {
  const other = await serve({});
  const server = await serve({ "/": to("/same"), "/same": to(other.url("/other")) });
  const url = server.url("/").replace("ws://", "ws://user:password@");
  const { error } = await connect(url, { maxRedirects: 5 }, ["Cookie: secret", "X-Token: secret"]);
  expect(error).toBeUndefined();
  for (const request of server.requests)
    expect(request).toMatch(/Cookie: secret\r\nX-Token: secret\r\nAuthorization: Basic /);
  expect(other.requests).toHaveLength(1);
  expect(other.requests[0]).not.toMatch(/secret|authorization/i);
});

test("goes from ws to wss, not from wss to ws", async () => {
  const identity = issueCertificate({ names: ["127.0.0.1"] });
  const tls = TLSOptions.client(identity.certificate);
  const plain = await serve({});
  const secure = createSecureServer({ key: identity.key, cert: identity.certificate }, (_, response) => {
    response.writeHead(302, { Location: plain.url("/trap") }).end();
  });
  await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
  disposals.push(() => {
    secure.closeAllConnections();
    return new Promise((resolve) => secure.close(resolve));
  });
  const secureUrl = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`;
  const server = await serve({ "/": to(secureUrl) });
  const { error } = await connect(server.url("/"), { maxRedirects: 5, tls });
  expect(error?.message).toContain(
    `after a redirect, at ${secureUrl.replace("https", "wss")}: the server answered 302 Found, Location: ws://`,
  );
  expect(plain.requests).toHaveLength(0);
});

test("has one time limit for all attempts", async () => {
  const server = await serve({ "/a": to("/b"), "/b": undefined });
  const peer = new WebSocketPeer({ handshakeTimeoutMs: 80 });
  await expect(peer.connectToUrl(server.url("/a"), { maxRedirects: 5 })).rejects.toThrow(
    /after a redirect, at .*\/b: the handshake took too long/,
  );
});

test("a later attempt gets what is left of that time", () => {
  let now = 1000;
  const limits: number[] = [];
  const attempts: { failure: Failure | undefined }[] = [];
  const connectFake: Connect = (_, __, { handshakeTimeoutMs }) => {
    limits.push(handshakeTimeoutMs);
    const attempt = { failure: undefined, start() {}, terminate() {} };
    attempts.push(attempt);
    return attempt as unknown as Connection;
  };
  for (const handshakeTimeoutMs of [3000, 0]) {
    const options = { handshakeTimeoutMs } as ConnectionOptions;
    const events = { onReady() {} } as ConnectionEvents;
    const clock = { now: () => now } as Clock;
    const target = createClientTarget("ws://h/", [], [], {});
    const connection = new RedirectingConnection(target, 3, events, options, connectFake, clock);
    for (const passed of [500, 700, 9000]) {
      now += passed;
      attempts.at(-1)!.failure = { kind: "handshake", reason: "302", location: "/x" };
      connection.onReady();
    }
  }
  expect(limits).toEqual([3000, 2500, 1800, 1, 0, 0, 0, 0]);
});

test("can be given up on the way", async () => {
  const server = await serve({ "/a": to("/b"), "/b": undefined });
  const controller = new AbortController();
  const peer = new WebSocketPeer();
  const attempt = peer.connectToUrl(server.url("/a"), { maxRedirects: 5, signal: controller.signal });
  await expect.poll(() => server.requests.length).toBe(2);
  controller.abort(new Error("enough"));
  await expect(attempt).rejects.toThrow("enough");
  expect(peer.readyState).toBe(WebSocketPeer.State.CLOSED);
});

test("a peer that is polled stays CONNECTING meanwhile", async () => {
  const server = await serve({ "/a": to("/b") });
  const peer = new WebSocketPeer({ autoPoll: false });
  disposals.push(() => peer.close(-1));
  peer.connectToUrl(server.url("/a"), { maxRedirects: 1 });
  const states: number[] = [];
  await expect
    .poll(
      () => {
        peer.poll();
        if (states.at(-1) !== peer.readyState) states.push(peer.readyState);
        return states;
      },
      { interval: 1 },
    )
    .toEqual([WebSocketPeer.State.CONNECTING, WebSocketPeer.State.OPEN]);
});
