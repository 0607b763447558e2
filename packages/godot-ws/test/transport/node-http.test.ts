import { once } from "node:events";
import { Agent, createServer, get, type RequestListener, type Server, request as send } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { afterEach, describe, expect, test, vi } from "vitest";
import { WebSocketPeer } from "../../src/peer/websocket-peer.ts";
import { type HttpUpgrade, takeUpgrades } from "../../src/transport/node-http.ts";
import { createAuthority, issueCertificate } from "../support/certificates.ts";

const host = "127.0.0.1";
const disposals: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

const answerPage: RequestListener = (request, response) => {
  request.resume().on("end", () => response.end(`${request.method} ${request.url}`));
};

/** A page, and echoes; `ways` tells how each upgrade came. */
async function start(http: Server = createServer(answerPage)) {
  const ways: string[] = [];
  const peers: WebSocketPeer[] = [];
  const stop = takeUpgrades(http, (upgrade: HttpUpgrade) => {
    ways.push("received" in upgrade ? "taken" : "event");
    const peer = new WebSocketPeer();
    peers.push(peer);
    peer.packetReceived.connect(({ bytes }) => peer.send(bytes));
    peer.acceptStream(upgrade);
  });
  http.listen(0, host);
  await once(http, "listening");
  disposals.push(async () => {
    for (const peer of peers) peer.close(-1);
    stop();
    const closed = new Promise((resolve) => http.close(resolve));
    http.closeAllConnections();
    await closed;
  });
  const { port } = http.address() as AddressInfo;
  return { http, port, ways, peers, stop };
}

function open(port: number): Socket & { text: string } {
  const socket = Object.assign(connect(port, host), { text: "" });
  socket.on("data", (chunk) => {
    socket.text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  disposals.push(() => socket.destroy());
  return socket;
}

const handshake = (...others: string[]): string =>
  [
    "GET /game HTTP/1.1",
    "Host: a",
    "Upgrade: websocket",
    "Connection: keep-alive, Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...others,
    "\r\n",
  ].join("\r\n");

const plain = (target: string, ...others: string[]): string =>
  [`GET ${target} HTTP/1.1`, "Host: a", ...others, "\r\n"].join("\r\n");

/** A masked frame with a text of fewer than 126 octets, and what a server echoes of it. */
function frame(text: string): string {
  return String.fromCharCode(0x82, 0x80 | text.length, 0, 0, 0, 0) + text;
}
const echo = (text: string): string => String.fromCharCode(0x82, text.length) + text;

describe("upgrades", () => {
  test("are taken, with what came behind the head", async () => {
    const { port, ways, peers } = await start();
    const socket = open(port);
    socket.write(Buffer.from(handshake() + frame("early"), "latin1"));
    await expect.poll(() => socket.text).toContain(echo("early"));
    socket.write(Buffer.from(frame("late"), "latin1"));
    await expect.poll(() => socket.text).toContain(echo("late"));
    expect(socket.text).toMatch(/^HTTP\/1\.1 101 /);
    expect(ways).toEqual(["taken"]);
    expect(peers[0]?.request).toMatchObject({ path: "/game" });
    expect(peers[0]?.connectedHost).toBe(host);
  });

  test("names and tokens are known in any case of letters", async () => {
    const { port, ways } = await start();
    const socket = open(port);
    socket.write(
      handshake()
        .replace("Upgrade: websocket", "UPGRADE:WebSocket")
        .replace("Connection: keep-alive, Upgrade", "connection:\tkeep-alive,UPGRADE"),
    );
    await expect.poll(() => socket.text).toMatch(/^HTTP\/1\.1 101 /);
    expect(ways).toEqual(["taken"]);
  });

  test("that are not correct are refused as ever", async () => {
    const { port, ways } = await start();
    const socket = open(port);
    socket.write(handshake().replace("Version: 13", "Version: 8"));
    await once(socket, "close");
    expect(socket.text).toMatch(/^HTTP\/1\.1 426 /);
    expect(ways).toEqual(["taken"]);
  });

  test.each([
    1,
    3,
    4,
    40,
    handshake().length - 1,
  ])("in two pieces, cut at %i, come by the event", async (at) => {
    const { http, port, ways } = await start();
    const accepted = once(http, "connection") as Promise<[Socket]>;
    const socket = open(port);
    const bytes = Buffer.from(handshake() + frame("x"), "latin1");
    socket.setNoDelay(true);
    socket.write(bytes.subarray(0, at));
    // Sooner, the system may make one piece of the two.
    const [far] = await accepted;
    await expect.poll(() => far.bytesRead).toBe(at);
    socket.write(bytes.subarray(at));
    await expect.poll(() => socket.text).toContain(echo("x"));
    expect(ways).toEqual(["event"]);
  });

  test("behind a request on the same connection, too, in one chunk or later", async () => {
    const { port, ways } = await start();
    const together = open(port);
    together.write(Buffer.from(plain("/first") + handshake() + frame("x"), "latin1"));
    await expect.poll(() => together.text).toContain(echo("x"));
    expect(together.text).toContain("GET /first");

    const later = open(port);
    later.write(plain("/first"));
    await expect.poll(() => later.text).toContain("GET /first");
    later.write(Buffer.from(handshake() + frame("x"), "latin1"));
    await expect.poll(() => later.text).toContain(echo("x"));
    expect(ways).toEqual(["event", "event"]);
  });

  test("over TLS", async () => {
    const authority = createAuthority();
    const { key, certificate } = issueCertificate({ names: ["localhost"], issuer: authority });
    const { port, ways, peers } = await start(createHttpsServer({ key, cert: certificate }, answerPage));
    const greet = async (text: string, sought: string): Promise<void> => {
      const socket = tlsConnect({ port, host, ca: authority.certificate, servername: "localhost" });
      disposals.push(() => socket.destroy());
      let received = "";
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1");
      });
      socket.write(Buffer.from(text, "latin1"));
      await expect.poll(() => received).toContain(sought);
    };
    await greet(handshake() + frame("secret"), echo("secret"));
    await greet(plain("/page"), "GET /page");
    expect(ways).toEqual(["taken"]);
    expect(peers[0]?.requestedUrl).toBe("wss://a/game");
  });
});

describe("everything else is the HTTP server's", () => {
  test("requests one behind the other, on a connection that is kept", async () => {
    const { port, ways } = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    disposals.push(() => agent.destroy());
    for (const path of ["/1", "/2", "/3"]) {
      const [response] = await once(get({ port, host, path, agent }), "response");
      expect(await response.toArray().then(String)).toBe(`GET ${path}`);
    }
    const pipelined = open(port);
    pipelined.write(plain("/a") + plain("/b"));
    await expect.poll(() => pipelined.text).toMatch(/GET \/a[\s\S]*GET \/b/);
    expect(ways).toEqual([]);
  });

  test("bodies, also those larger than one chunk", async () => {
    const { port } = await start();
    const post = send({ port, host, path: "/upload", method: "POST" });
    post.end(Buffer.alloc(300_000));
    const [response] = await once(post, "response");
    expect(await response.toArray().then(String)).toBe("POST /upload");
  });

  test.each([
    ["Upgrade without Connection", plain("/p", "Upgrade: websocket"), "GET /p"],
    ["Connection without Upgrade", plain("/p", "Connection: upgrade"), "GET /p"],
    ["no HTTP at all", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", "HTTP/1.1 400"],
    ["too short to tell", "x\r\n", "HTTP/1.1 400"],
    ["a head without end", `GET / HTTP/1.1\r\nX: ${"y".repeat(20_000)}`, "HTTP/1.1 431"],
  ])("%s", async (_, bytes, answer) => {
    const { port, ways } = await start();
    const socket = open(port);
    socket.write(Buffer.from(bytes, "latin1"));
    await expect.poll(() => socket.text).toContain(answer);
    expect(ways).toEqual([]);
  });

  test("whoever listens for connections sees them all", async () => {
    const { http, port } = await start();
    let seen = 0;
    http.on("connection", () => seen++);
    for (const text of [handshake(), plain("/")]) {
      const socket = open(port);
      socket.write(text);
      await expect.poll(() => socket.text).toContain("HTTP/1.1");
    }
    expect(seen).toBe(2);
  });
});

describe("who says nothing", () => {
  test("and goes is let go", async () => {
    const { http, port } = await start();
    const socket = open(port);
    await once(http, "connection");
    socket.end();
    await once(socket, "close");
  });

  test("is given to the HTTP server, and its time limits, in the end", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { http, port, ways } = await start();
    const socket = open(port);
    await once(http, "connection");
    vi.advanceTimersByTime(6000);
    const late = open(port);
    await once(http, "connection");
    vi.advanceTimersByTime(4000);
    vi.useRealTimers();
    // The one that waited for more than one period is Node's by now, the other one is not.
    for (const one of [socket, late]) one.write(handshake());
    await expect.poll(() => [socket.text, late.text].every((text) => text.includes(" 101 "))).toBe(true);
    expect(ways.toSorted()).toEqual(["event", "taken"]);
  });

  test("is cut when that time comes and the server does not listen any more", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { http, port } = await start();
    const socket = open(port);
    await once(http, "connection");
    const closed = once(http, "close");
    http.close();
    vi.advanceTimersByTime(10_000);
    await closed;
    if (!socket.closed) await once(socket, "close");
  });
});

test("stopped, it leaves the server as it was, and gives it those that are silent", async () => {
  const { http, port, ways, stop } = await start();
  const silent = open(port);
  await once(http, "connection");
  stop();
  const later = open(port);
  for (const socket of [silent, later]) socket.write(handshake());
  // Without anybody who listens for upgrades Node takes them for requests.
  await expect.poll(() => [silent.text, later.text].every((text) => text.includes("GET /game"))).toBe(true);
  expect(ways).toEqual([]);
  expect(http.listenerCount("upgrade")).toBe(0);
  expect(http.listenerCount("connection")).toBe(1);
});

test("a socket that breaks before anybody listens to it breaks nothing else", async () => {
  const { http, port } = await start();
  const socket = open(port);
  const [accepted] = await once(http, "connection");
  accepted.destroy(new Error("broken"));
  await once(socket, "close");
  const next = open(port);
  next.write(handshake());
  await expect.poll(() => next.text).toContain(" 101 ");
});
