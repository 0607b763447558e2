/** Sections 1.1 to 1.3: properties, addresses, and the client's request. */

import { randomInt } from "node:crypto";
import { type Clock, createMemoryPair, WebSocketPeer } from "godot-ws";
import { opcodes } from "./raw-end.ts";
import { type BothCase, both, client, fails, failsBecause, type Play, type Row, saysWhy } from "./row.ts";
import type { Stage } from "./session.ts";
import type { Settings, Subject } from "./subject.ts";

const byDefault =
  (name: keyof Settings): Play =>
  async (stage) =>
    JSON.stringify(await (await stage.subject()).property(name));

const defaults: BothCase[] = (
  [
    ["supported_protocols", "[]"],
    ["handshake_headers", "[]"],
    ["inbound_buffer_size", "65535"],
    ["outbound_buffer_size", "65535"],
    ["max_queued_packets", "4096"],
    ["heartbeat_interval", "0"],
  ] as const
).map(([name, value]) => ({
  id: `1.1 default of ${name}`,
  play: byDefault(name),
  godot: value,
  ours: value,
}));

const message =
  (size: number, settings: Settings = {}): Play =>
  async (stage) => {
    const session = await stage.open(settings);
    return session.after(session.frame(opcodes.binary, size));
  };

const changedWhileOpen =
  (settings: Settings, size: number): Play =>
  async (stage) => {
    const session = await stage.open();
    await session.peer.set(settings);
    session.raw.send(session.frame(opcodes.binary, size));
    const result = await session.peer.send(size);
    return `send ${result}; ${await session.outcome()}`;
  };

/** How much of what it does not fetch a peer takes in. */
const held =
  (settings: Settings, size: number, count: number): Play =>
  async (stage) => {
    const session = await stage.open({ fetches: false, ...settings });
    session.raw.send(...Array.from({ length: count }, () => session.frame(opcodes.binary, size)));
    await session.settle();
    return `${await session.peer.query("count")} messages`;
  };

const limits: BothCase[] = [
  { id: "1.1 message of 65535 octets in", play: message(65535), godot: "gets 65535 octets; OPEN" },
  {
    id: "1.1 message of 65536 octets in",
    play: message(65536),
    godot: fails(1009),
    ours: failsBecause(1009, "message too big"),
    why: saysWhy,
  },
  {
    id: "1.1 inbound_buffer_size 65536, message of that length",
    play: message(65536, { inbound_buffer_size: 65536 }),
    godot: "gets 65536 octets; OPEN",
  },
  {
    id: "1.1 inbound_buffer_size 1000, message of 1001 octets",
    play: message(1001, { inbound_buffer_size: 1000 }),
    godot: fails(1009),
    ours: failsBecause(1009, "message too big"),
    why: saysWhy,
  },
  {
    id: "1.1 inbound_buffer_size 1000, messages of 100 octets held unfetched",
    play: held({ inbound_buffer_size: 1000 }, 100, 40),
    godot: "10 messages",
  },
  {
    id: "1.1 inbound_buffer_size 1000, messages of 31 octets held unfetched",
    play: held({ inbound_buffer_size: 1000 }, 31, 60),
    godot: "33 messages",
  },
  {
    id: "1.1 inbound_buffer_size 10 set while OPEN, 100 octets",
    play: changedWhileOpen({ inbound_buffer_size: 10 }, 100),
    godot: "send OK; gets 100 octets; sends binary of 100 octets; OPEN",
  },
  {
    id: "1.1 outbound_buffer_size 10 set while OPEN, 100 octets",
    play: changedWhileOpen({ outbound_buffer_size: 10 }, 100),
    godot: "send ERR_OUT_OF_MEMORY; gets 100 octets; OPEN",
  },
  {
    id: "1.1 max_queued_packets 0 set while OPEN, one message",
    play: changedWhileOpen({ max_queued_packets: 0 }, 1),
    godot: "send ERR_OUT_OF_MEMORY; gets <78>; OPEN",
    ours: "send OK; gets <78>; sends binary <78>; OPEN",
    why: "octets are bound, not messages",
  },
];

interface Where {
  /** `own-host` is an address of the loopback net that nobody else has: for ports that others want too. */
  host?: string;
  port?: number;
  tls?: boolean;
  /** The client takes any certificate. */
  trusting?: boolean;
}

const longestLookupMs = 15_000;

/** `connect_to_url`, and if somebody calls then, the first line and the host that arrive. `$` is the port. */
const address =
  (url: string, { trusting = false, host = "127.0.0.1", ...where }: Where = {}): Play =>
  async (stage) => {
    const ownHost = [127, 1 + randomInt(254), randomInt(255), 1 + randomInt(253)].join(".");
    const server = await stage.server({ ...where, host: host.replace("own-host", ownHost) });
    const peer = await stage.subject();
    const meant = url.replace("$", String(server.port)).replace("own-host", ownHost);
    const result = await peer.connect(meant, trusting);
    if (result !== "OK") return result;
    return (await arrival(stage, server, peer))
      .replace(ownHost, "own-host")
      .replaceAll(`:${server.port}`, ":$");
  };

async function arrival(
  stage: Stage,
  server: Awaited<ReturnType<Stage["server"]>>,
  peer: Subject,
): Promise<string> {
  // A look-up may take seconds, and Godot does one after the other: also what is no name waits for those before it.
  const raw = await Promise.race([server.next(longestLookupMs), isClosed(peer)]);
  if (raw === "CLOSED") return `OK, then CLOSED ${await peer.query("code")}`;
  if (raw === undefined) return `OK, then ${await peer.query("state")}`;
  const session = stage.session(peer, raw);
  await raw.until(() => raw.head !== "", 2000);
  const [requestLine, hostLine] = raw.head.split("\r\n");
  const authorization = /^Authorization: .*$/im.exec(raw.head)?.[0];
  await session.settle();
  return [requestLine, hostLine, ...(authorization === undefined ? [] : [authorization])].join(", ");
}

async function isClosed(peer: Subject): Promise<"CLOSED"> {
  for (const end = Date.now() + longestLookupMs; !peer.history.includes("CLOSED"); ) {
    if (Date.now() > end) return new Promise(() => {});
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return "CLOSED";
}

const lookUpFails = "FAILED if the look-up fails within the call, else OK, then CLOSED -1";

/** Godot looks names up on a thread of its own: which of the two answers comes is a race that the resolver decides. */
function withLookUp(play: Play): Play {
  return async (stage) => {
    const seen = await play(stage);
    return seen === "FAILED" || seen === "OK, then CLOSED -1" ? lookUpFails : seen;
  };
}

const clock: Clock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  endOfTurn: (callback) => setImmediate(callback),
};

/** As `address`, for ours without TLS below, which cannot be told to trust anybody. */
function overMemory(url: string): Play {
  return async () => {
    const [near, far] = createMemoryPair(clock);
    let received = "";
    const arrived = new Promise<void>((resolve) => {
      const onData = (chunk: Uint8Array): void => {
        received += Buffer.from(chunk).toString();
        if (received.endsWith("\r\n\r\n")) resolve();
      };
      far.attach({ onData, onEnd: () => {}, onDrain: () => {}, onClose: () => {} });
    });
    const peer = new WebSocketPeer();
    peer.connectToUrl(url, { stream: near });
    await arrived;
    peer.close(-1);
    return received.split("\r\n").slice(0, 2).join(", ");
  };
}

const addresses: BothCase[] = [
  {
    id: "1.2 path, query and fragment",
    play: address("ws://127.0.0.1:$/a/b?c=d#e"),
    godot: "GET /a/b?c=d HTTP/1.1, Host: 127.0.0.1:$",
  },
  { id: "1.2 no path", play: address("ws://127.0.0.1:$"), godot: "GET / HTTP/1.1, Host: 127.0.0.1:$" },
  { id: "1.2 no scheme", play: address("127.0.0.1:$/x"), godot: "GET /x HTTP/1.1, Host: 127.0.0.1:$" },
  {
    id: "1.2 scheme in upper case",
    play: address("WS://127.0.0.1:$/"),
    godot: "GET / HTTP/1.1, Host: 127.0.0.1:$",
  },
  { id: "1.2 scheme http", play: address("http://127.0.0.1:$/"), godot: "ERR_INVALID_PARAMETER" },
  { id: "1.2 scheme wsx", play: address("wsx://127.0.0.1:$/"), godot: "ERR_INVALID_PARAMETER" },
  {
    id: "1.2 user and password",
    play: address("ws://me:secret@127.0.0.1:$/"),
    godot: "GET / HTTP/1.1, Host: 127.0.0.1:$",
    ours: "GET / HTTP/1.1, Host: 127.0.0.1:$, Authorization: Basic bWU6c2VjcmV0",
    why: "given, so used",
  },
  {
    id: "1.2 name in upper case",
    play: address("ws://0X7F.1:$/"),
    godot: "GET / HTTP/1.1, Host: 0x7f.1:$",
    ours: "GET / HTTP/1.1, Host: 127.0.0.1:$",
    why: "URL standard",
  },
  {
    id: "1.2 name that does not exist",
    play: withLookUp(address("ws://no-such-name.invalid:$/")),
    playOurs: address("ws://no-such-name.invalid:$/"),
    godot: lookUpFails,
    ours: "OK, then CLOSED -1",
    why: "never decided by a race",
  },
  {
    id: "1.2 IPv6 in brackets",
    play: address("ws://[::1]:$/", { host: "::1" }),
    godot: "GET / HTTP/1.1, Host: ::1:$",
    ours: "GET / HTTP/1.1, Host: [::1]:$",
    why: "RFC 9110",
  },
  { id: "1.2 IPv6 without brackets", play: address("ws://::1:$/"), godot: "ERR_INVALID_PARAMETER" },
  {
    id: "1.2 port 0",
    play: address("ws://127.0.0.1:0/"),
    godot: "ERR_INVALID_PARAMETER",
  },
  { id: "1.2 port 65536", play: address("ws://127.0.0.1:65536/"), godot: "ERR_INVALID_PARAMETER" },
  { id: "1.2 port that is no number", play: address("ws://127.0.0.1:abc/"), godot: "ERR_INVALID_PARAMETER" },
  {
    id: "1.2 port missing behind the colon",
    play: address("ws://own-host:/", { host: "own-host", port: 80 }),
    godot: "ERR_INVALID_PARAMETER",
    ours: "GET / HTTP/1.1, Host: own-host",
    why: "URL standard",
  },
  { id: "1.2 port nobody listens on", play: address("ws://127.0.0.1:1/"), godot: "OK, then CLOSED -1" },
  {
    id: "1.2 query without a slash",
    play: withLookUp(address("ws://own-host?x=1", { host: "own-host", port: 80 })),
    playOurs: address("ws://own-host?x=1", { host: "own-host", port: 80 }),
    godot: lookUpFails,
    ours: "GET /?x=1 HTTP/1.1, Host: own-host",
    why: "URL standard",
  },
  {
    id: "1.2 query without a slash behind a port",
    play: address("ws://127.0.0.1:$?x=1"),
    godot: "ERR_INVALID_PARAMETER",
    ours: "GET /?x=1 HTTP/1.1, Host: 127.0.0.1:$",
    why: "URL standard",
  },
  {
    id: "1.2 fragment without a slash",
    play: address("ws://127.0.0.1:$#x"),
    godot: "GET / HTTP/1.1, Host: 127.0.0.1:$",
  },
  {
    id: "1.2 blank and letter beyond ASCII in the path",
    play: address("ws://127.0.0.1:$/a b/ü"),
    godot: "GET /a b/ü HTTP/1.1, Host: 127.0.0.1:$",
    ours: "GET /a%20b/%C3%BC HTTP/1.1, Host: 127.0.0.1:$",
    why: "URL standard",
  },
  {
    id: "1.2 escapes and dots in the path",
    play: address("ws://127.0.0.1:$/%41/./../b"),
    godot: "GET /%41/./../b HTTP/1.1, Host: 127.0.0.1:$",
    ours: "GET /b HTTP/1.1, Host: 127.0.0.1:$",
    why: "URL standard",
  },
  { id: "1.2 nothing", play: address(""), godot: "ERR_INVALID_PARAMETER" },
  { id: "1.2 scheme alone", play: address("ws://"), godot: "ERR_INVALID_PARAMETER" },
  {
    id: "1.3 host header at port 80",
    play: address("ws://own-host:80/", { host: "own-host", port: 80 }),
    godot: "GET / HTTP/1.1, Host: own-host",
  },
  {
    id: "1.3 host header of ws at port 443",
    play: address("ws://own-host:443/", { host: "own-host", port: 443 }),
    godot: "GET / HTTP/1.1, Host: own-host:$",
  },
  {
    id: "1.3 host header of wss at port 443",
    play: address("wss://own-host/", { host: "own-host", port: 443, tls: true, trusting: true }),
    playOurs: overMemory("wss://own-host/"),
    godot: "GET / HTTP/1.1, Host: own-host",
  },
  {
    id: "1.2 wss, a certificate that nobody vouches for",
    play: address("wss://127.0.0.1:$/", { tls: true }),
    godot: "OK, then CLOSED -1",
  },
];

const again =
  (state: "CONNECTING" | "OPEN" | "CLOSING" | "CLOSED"): Play =>
  async (stage) => {
    const session = await (state === "CONNECTING" ? stage.connect() : stage.open());
    if (state === "CLOSING") await session.peer.close(4000, "mine");
    if (state === "CLOSED") {
      session.raw.socket.end(session.frame(opcodes.close, Buffer.from("0fa1", "hex")));
      await session.reaches("CLOSED");
    }
    const server = await stage.server();
    const result = await session.peer.connect(`ws://127.0.0.1:${server.port}/`);
    if (result !== "OK") return `${result}; ${await session.fate()}`;
    const fresh = `${await session.peer.query("state")} ${await session.peer.query("code")}`;
    const raw = await server.next();
    if (raw === undefined) throw new Error("the client does not connect");
    const second = stage.session(session.peer, raw);
    await raw.until(() => raw.head !== "");
    await session.raw.until(() => session.raw.ended, 500);
    const first = session.raw.ended ? "first TCP ended" : "first TCP goes on";
    return `OK; ${fresh}, then ${await second.after(second.handshake())}; ${first}`;
  };

const repeated: BothCase[] = [
  {
    id: "1.2 connect_to_url while CONNECTING",
    play: again("CONNECTING"),
    godot: "ERR_ALREADY_IN_USE; CONNECTING",
  },
  { id: "1.2 connect_to_url while OPEN", play: again("OPEN"), godot: "ERR_ALREADY_IN_USE; OPEN" },
  {
    id: "1.2 connect_to_url while CLOSING",
    play: again("CLOSING"),
    godot: "OK; CONNECTING -1, then OPEN; first TCP ended",
  },
  {
    id: "1.2 connect_to_url when CLOSED by 4001",
    play: again("CLOSED"),
    godot: "OK; CONNECTING -1, then OPEN; first TCP ended",
  },
];

/** The request as it arrives, its key left out. */
const request =
  (settings: Settings = {}): Play =>
  async (stage) => {
    const server = await stage.server();
    const peer = await stage.subject(settings);
    const result = await peer.connect(`ws://127.0.0.1:${server.port}/path?q`);
    if (result !== "OK") return result;
    const raw = (await server.next())!;
    stage.session(peer, raw);
    await raw.until(() => raw.head !== "");
    return raw.received
      .toString()
      .replace(/(?<=^Sec-WebSocket-Key: )[A-Za-z0-9+/]{22}==(?=\r$)/m, "<key>")
      .replace(`:${server.port}\r`, ":$\r")
      .replaceAll("\r\n", "⏎ ");
  };

const requests: BothCase[] = [
  {
    id: "1.3 request, byte for byte",
    play: request(),
    godot:
      "GET /path?q HTTP/1.1⏎ Host: 127.0.0.1:$⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Key: <key>⏎ Sec-WebSocket-Version: 13⏎ ⏎ ",
  },
  {
    id: "1.3 request with subprotocols and own headers",
    play: request({ supported_protocols: ["a", "b"], handshake_headers: ["X-One: 1", "X-Two:ü"] }),
    godot:
      "GET /path?q HTTP/1.1⏎ Host: 127.0.0.1:$⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Key: <key>⏎ Sec-WebSocket-Version: 13⏎ Sec-WebSocket-Protocol: a,b⏎ X-One: 1⏎ X-Two:ü⏎ ⏎ ",
    ours: "GET /path?q HTTP/1.1⏎ Host: 127.0.0.1:$⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Key: <key>⏎ Sec-WebSocket-Version: 13⏎ Sec-WebSocket-Protocol: a,b⏎ X-One: 1⏎ X-Two: ü⏎ ⏎ ",
    why: "split and written again",
  },
  {
    id: "1.1 subprotocol given with blanks",
    play: request({ supported_protocols: [" a "] }),
    godot:
      "GET /path?q HTTP/1.1⏎ Host: 127.0.0.1:$⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Key: <key>⏎ Sec-WebSocket-Version: 13⏎ Sec-WebSocket-Protocol: a⏎ ⏎ ",
    ours: "ERR_INVALID_PARAMETER",
    why: "caller's mistake",
  },
  {
    id: "1.3 subprotocol given with a comma",
    play: request({ supported_protocols: ["a,b"] }),
    godot:
      "GET /path?q HTTP/1.1⏎ Host: 127.0.0.1:$⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Key: <key>⏎ Sec-WebSocket-Version: 13⏎ Sec-WebSocket-Protocol: a,b⏎ ⏎ ",
    ours: "ERR_INVALID_PARAMETER",
    why: "caller's mistake",
  },
  {
    id: "1.3 own header with a line break",
    play: request({ handshake_headers: ["X-One: 1\r\nX-Two: 2"] }),
    godot:
      "GET /path?q HTTP/1.1⏎ Host: 127.0.0.1:$⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Key: <key>⏎ Sec-WebSocket-Version: 13⏎ X-One: 1⏎ X-Two: 2⏎ ⏎ ",
    ours: "ERR_INVALID_PARAMETER",
    why: "injection",
  },
  {
    id: "1.3 own header without a colon",
    play: request({ handshake_headers: ["broken"] }),
    godot:
      "GET /path?q HTTP/1.1⏎ Host: 127.0.0.1:$⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Key: <key>⏎ Sec-WebSocket-Version: 13⏎ broken⏎ ⏎ ",
    ours: "ERR_INVALID_PARAMETER",
    why: "caller's mistake",
  },
  {
    id: "1.3 own header that the handshake has already",
    play: request({ handshake_headers: ["Host: other"] }),
    godot:
      "GET /path?q HTTP/1.1⏎ Host: 127.0.0.1:$⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Key: <key>⏎ Sec-WebSocket-Version: 13⏎ Host: other⏎ ⏎ ",
    ours: "ERR_INVALID_PARAMETER",
    why: "caller's mistake",
  },
  {
    id: "1.3 key",
    play: async (stage) => {
      const keys: string[] = [];
      for (let i = 0; i < 2; i++) {
        const { raw } = await stage.connect();
        keys.push(/^Sec-WebSocket-Key: (.*)\r$/m.exec(raw.head)?.[1] ?? "");
      }
      const octets = keys.map((key) => Buffer.from(key, "base64").length).join(" and ");
      return `${octets} octets, ${keys[0] === keys[1] ? "the same" : "different"} each time`;
    },
    godot: "16 and 16 octets, different each time",
  },
  {
    id: "1.2 get_requested_url and get_connected_host of a client",
    play: async (stage) => {
      const session = await stage.open();
      const url = await session.peer.query("url");
      return `${url.replace(/:\d+/, ":$")}, ${await session.peer.query("host")}`;
    },
    godot: "ws://127.0.0.1:$/, 127.0.0.1",
  },
];

export const connectRows: Row[] = [
  ...client([...addresses, ...repeated, ...requests]),
  ...both([...defaults, ...limits]),
];
