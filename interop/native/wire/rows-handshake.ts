/** Sections 1.4 and 1.5: what a client demands of the answer, and a server of the request. */

import { type HeadOptions, opcodes, requestHead } from "./raw-end.ts";
import { both, type Case, client, type Play, type Row, server } from "./row.ts";
import type { Settings } from "./subject.ts";

/** The peer is a client: the server's answer. */
const answer =
  (options: HeadOptions = {}, settings: Settings = {}): Play =>
  async (stage) => {
    const session = await stage.connect(settings);
    return session.after(session.handshake(options));
  };

/** The peer is a server: the client's request. */
const request = answer;

const connection = (value: string | undefined): Play => answer({ fields: { Connection: value } });
const upgrade = (value: string | undefined): Play => answer({ fields: { Upgrade: value } });
const startLine = (line: string): Play => answer({ startLine: line });
const extra = (...lines: string[]): Play => answer({ extra: lines });
const field = (name: string, value: string | undefined): Play => answer({ fields: { [name]: value } });

/** A head of exactly so many octets. */
const headOf =
  (octets: number): Play =>
  async (stage) => {
    const session = await stage.connect();
    const padding = "x".repeat(octets - session.handshake({ extra: ["X-Pad: "] }).length);
    return session.after(session.handshake({ extra: [`X-Pad: ${padding}`] }));
  };

const bothHeads: Case[] = [
  { id: "1.1 head of 4095 octets", play: headOf(4095), godot: "?", ours: "?" },
  { id: "1.1 head of 4096 octets", play: headOf(4096), godot: "?", ours: "?" },
  { id: "1.1 head of 4097 octets", play: headOf(4097), godot: "?", ours: "?" },
  { id: "1.1 head of 16384 octets", play: headOf(16384), godot: "?", ours: "?" },
  { id: "1.1 head of 16385 octets", play: headOf(16385), godot: "?", ours: "?" },
];

const answers: Case[] = [
  { id: "1.4 correct answer", play: answer(), godot: "?", ours: "?" },
  {
    id: "1.4 answer octet by octet, a message right behind it",
    play: async (stage) => {
      const session = await stage.connect();
      for (const octet of session.handshake()) {
        session.raw.send(octet);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return session.after(session.frame(opcodes.text, "early"));
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 message in the same segment as the answer",
    play: async (stage) => {
      const session = await stage.connect();
      return session.after(session.handshake(), session.frame(opcodes.text, "early"));
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 lines that end in LF alone",
    play: async (stage) => {
      const session = await stage.connect();
      return session.after(session.handshake().replaceAll("\r\n", "\n"));
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 TCP ends before the answer",
    play: async (stage) => {
      const session = await stage.connect();
      session.raw.socket.end();
      return session.outcome();
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 TCP ends within the answer",
    play: async (stage) => {
      const session = await stage.connect();
      session.raw.socket.end(session.handshake().slice(0, 50));
      return session.outcome();
    },
    godot: "?",
    ours: "?",
  },
  { id: "1.4 status line: 101 without a phrase", play: startLine("HTTP/1.1 101"), godot: "?", ours: "?" },
  { id: "1.4 status line: another phrase", play: startLine("HTTP/1.1 101 Yes"), godot: "?", ours: "?" },
  { id: "1.4 status line: two blanks", play: startLine("HTTP/1.1  101 Yes"), godot: "?", ours: "?" },
  { id: "1.4 status line: HTTP/1.0", play: startLine("HTTP/1.0 101 Yes"), godot: "?", ours: "?" },
  { id: "1.4 status line: HTTP/2", play: startLine("HTTP/2 101 Yes"), godot: "?", ours: "?" },
  { id: "1.4 status line: http/1.1", play: startLine("http/1.1 101 Yes"), godot: "?", ours: "?" },
  { id: "1.4 status line: one word", play: startLine("101"), godot: "?", ours: "?" },
  { id: "1.4 status: 100", play: startLine("HTTP/1.1 100 Continue"), godot: "?", ours: "?" },
  { id: "1.4 status: 200", play: startLine("HTTP/1.1 200 OK"), godot: "?", ours: "?" },
  {
    id: "1.2 status: 302, no redirect is followed",
    play: async (stage) => {
      const elsewhere = await stage.server();
      const session = await stage.connect();
      const location = `Location: ws://127.0.0.1:${elsewhere.port}/`;
      const outcome = await session.after(
        session.handshake({ startLine: "HTTP/1.1 302 Found", extra: [location] }),
      );
      return `${outcome}; ${(await elsewhere.next(200)) === undefined ? "nobody" : "somebody"} calls there`;
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.2 status: 401, no password is asked for",
    play: answer({ startLine: "HTTP/1.1 401 Unauthorized", extra: ["WWW-Authenticate: Basic"] }),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 fewer than three headers",
    play: answer({ fields: { "Sec-WebSocket-Accept": undefined } }),
    godot: "?",
    ours: "?",
  },
  { id: "1.4 header line without a colon", play: extra("broken"), godot: "?", ours: "?" },
  { id: "1.4 header with nothing behind the colon", play: extra("X-Foo:"), godot: "?", ours: "?" },
  { id: "1.4 header with one blank behind the colon", play: extra("X-Foo: "), godot: "?", ours: "?" },
  { id: "1.4 header with nothing before the colon", play: extra(": x"), godot: "?", ours: "?" },
  { id: "1.4 header with a colon in its value", play: extra("X-Foo: a:b:c"), godot: "?", ours: "?" },
  { id: "1.4 header folded over two lines", play: extra("X-Foo: a", " b"), godot: "?", ours: "?" },
  { id: "1.4 folded, a colon in its second line", play: extra("X-Foo: a", " b: c"), godot: "?", ours: "?" },
  { id: "1.4 header of an odd name", play: extra("X(Foo): a"), godot: "?", ours: "?" },
  { id: "1.4 header value in UTF-8", play: extra("X-Foo: ü"), godot: "?", ours: "?" },
  { id: "1.4 a header of no interest twice", play: extra("X-Foo: a", "X-Foo: b"), godot: "?", ours: "?" },
  {
    id: "1.4 header names in upper case",
    play: answer({
      fields: { Upgrade: undefined, Connection: undefined },
      extra: ["UPGRADE: websocket", "CONNECTION: Upgrade"],
    }),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 a blank before the colon",
    play: answer({ fields: { Upgrade: undefined }, extra: ["Upgrade : websocket"] }),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 a blank before the colon of a header of no interest",
    play: extra("X-Foo : a"),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 no blank behind the colon",
    play: answer({ fields: { Upgrade: undefined }, extra: ["Upgrade:websocket"] }),
    godot: "?",
    ours: "?",
  },
  { id: "1.4 blanks around a value", play: upgrade("   websocket  "), godot: "?", ours: "?" },
  { id: "1.4 tabs around a value", play: upgrade("\twebsocket\t"), godot: "?", ours: "?" },
  { id: "1.4 connection header: in upper case", play: connection("UPGRADE"), godot: "?", ours: "?" },
  { id: "1.4 connection header: missing", play: connection(undefined), godot: "?", ours: "?" },
  { id: "1.4 connection header: close", play: connection("close"), godot: "?", ours: "?" },
  {
    id: "1.4 connection header: keep-alive, Upgrade",
    play: connection("keep-alive, Upgrade"),
    godot: "?",
    ours: "?",
  },
  { id: "1.4 connection header: twice", play: extra("Connection: Upgrade"), godot: "?", ours: "?" },
  { id: "1.4 upgrade header: in other letters", play: upgrade("WebSocket"), godot: "?", ours: "?" },
  { id: "1.4 upgrade header: missing", play: upgrade(undefined), godot: "?", ours: "?" },
  { id: "1.4 upgrade header: another", play: upgrade("h2c"), godot: "?", ours: "?" },
  { id: "1.4 upgrade header: a list", play: upgrade("h2c, websocket"), godot: "?", ours: "?" },
  {
    id: "1.4 accept header: missing",
    play: answer({ fields: { "Sec-WebSocket-Accept": undefined }, extra: ["X-Foo: a"] }),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 accept header: of another key",
    play: field("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 accept header: in lower case",
    play: async (stage) => {
      const session = await stage.connect();
      const accept = /Accept: (\S+)/.exec(session.handshake())![1]!.toLowerCase();
      return session.after(session.handshake({ fields: { "Sec-WebSocket-Accept": accept } }));
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 accept header: with blanks behind",
    play: field("Sec-WebSocket-Accept", "{accept}  "),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 accept header: twice the same",
    play: extra("Sec-WebSocket-Accept: {accept}"),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 extension that was not offered",
    play: extra("Sec-WebSocket-Extensions: permessage-deflate"),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 extension that was not offered, then a frame that uses it",
    play: async (stage) => {
      const session = await stage.connect();
      const extension = "Sec-WebSocket-Extensions: permessage-deflate";
      session.raw.send(session.handshake({ extra: [extension] }));
      return session.after(session.frame(opcodes.text, "a", { reserved: 0x40 }));
    },
    godot: "?",
    ours: "?",
  },
  { id: "1.4 body announced", play: extra("Content-Length: 0"), godot: "?", ours: "?" },
];

const protocolHeader = "Sec-WebSocket-Protocol";
const chosen = (offered: string[], ...lines: string[]): Play =>
  answer({ extra: lines.map((line) => `${protocolHeader}:${line}`) }, { supported_protocols: offered });

const clientProtocols: Case[] = [
  { id: "1.4 subprotocol: none offered, one given", play: chosen([], " a"), godot: "?", ours: "?" },
  { id: "1.4 subprotocol: none offered, a blank one given", play: chosen([], " "), godot: "?", ours: "?" },
  { id: "1.4 subprotocol: a, b offered, none given", play: chosen(["a", "b"]), godot: "?", ours: "?" },
  { id: "1.4 subprotocol: a, b offered, b given", play: chosen(["a", "b"], " b"), godot: "?", ours: "?" },
  { id: "1.4 subprotocol: a, b offered, c given", play: chosen(["a", "b"], " c"), godot: "?", ours: "?" },
  { id: "1.4 subprotocol: a offered, A given", play: chosen(["a"], " A"), godot: "?", ours: "?" },
  {
    id: "1.4 subprotocol: a offered, a given with blanks",
    play: chosen(["a"], "  a  "),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.4 subprotocol: a, b offered, both given",
    play: chosen(["a", "b"], " a,b"),
    godot: "?",
    ours: "?",
  },
  { id: "1.4 subprotocol: a offered, given twice", play: chosen(["a"], " a", " a"), godot: "?", ours: "?" },
  { id: "1.4 subprotocol: a offered, a blank one given", play: chosen(["a"], " "), godot: "?", ours: "?" },
];

const requests: Case[] = [
  { id: "1.5 correct request", play: request(), godot: "?", ours: "?" },
  {
    id: "1.5 request octet by octet",
    play: async (stage) => {
      const session = await stage.connect();
      for (const octet of requestHead()) {
        session.raw.send(octet);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return session.outcome();
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 message in the same segment as the request",
    play: async (stage) => {
      const session = await stage.connect();
      return session.after(requestHead(), session.frame(opcodes.text, "early"));
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 answer, byte for byte",
    play: async (stage) => {
      const session = await stage.connect({
        supported_protocols: ["chat"],
        handshake_headers: ["X-One: 1", "X-Two:2"],
      });
      await session.after(requestHead({ fields: { [protocolHeader]: "chat" } }));
      return session.raw.received.toString().replaceAll("\r\n", "⏎ ");
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 answer without subprotocol and own headers",
    play: async (stage) => {
      const session = await stage.connect();
      await session.after(requestHead());
      return session.raw.received.toString().replaceAll("\r\n", "⏎ ");
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 octets of a refusal",
    play: async (stage) => {
      const session = await stage.connect();
      await session.after(requestHead({ fields: { Upgrade: undefined } }));
      return session.raw.received.toString().replaceAll("\r\n", "⏎ ") || "none";
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 lines that end in LF alone",
    play: async (stage) => {
      const session = await stage.connect();
      return session.after(requestHead().replaceAll("\r\n", "\n"));
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 TCP ends within the request",
    play: async (stage) => {
      const session = await stage.connect();
      session.raw.socket.end(requestHead().slice(0, 50));
      return session.outcome();
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 over-long head, then TCP ends",
    play: async (stage) => {
      const session = await stage.connect();
      await session.after(requestHead({ extra: [`X-Pad: ${"x".repeat(5000)}`] }));
      session.raw.socket.end();
      return session.outcome();
    },
    godot: "?",
    ours: "?",
  },
  { id: "1.5 request line: POST", play: startLine("POST / HTTP/1.1"), godot: "?", ours: "?" },
  { id: "1.5 request line: get", play: startLine("get / HTTP/1.1"), godot: "?", ours: "?" },
  { id: "1.5 request line: HTTP/1.0", play: startLine("GET / HTTP/1.0"), godot: "?", ours: "?" },
  { id: "1.5 request line: HTTP/2", play: startLine("GET / HTTP/2"), godot: "?", ours: "?" },
  { id: "1.5 request line: http/1.1", play: startLine("GET / http/1.1"), godot: "?", ours: "?" },
  { id: "1.5 request line: four words", play: startLine("GET / HTTP/1.1 x"), godot: "?", ours: "?" },
  { id: "1.5 request line: two blanks", play: startLine("GET  / HTTP/1.1"), godot: "?", ours: "?" },
  {
    id: "1.5 any target is taken, and told with the host",
    play: async (stage) => {
      const session = await stage.connect();
      const outcome = await session.after(requestHead({ startLine: "GET /any/where?x=1 HTTP/1.1" }));
      return `${outcome}; requested ${await session.peer.query("url")}`;
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 target: a whole address",
    play: async (stage) => {
      const session = await stage.connect();
      const outcome = await session.after(requestHead({ startLine: "GET http://x/y HTTP/1.1" }));
      return `${outcome}; requested ${await session.peer.query("url")}`;
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 host header: missing",
    play: async (stage) => {
      const session = await stage.connect();
      const outcome = await session.after(requestHead({ fields: { Host: undefined } }));
      return `${outcome}; requested ${(await session.peer.query("url")) || "nothing"}`;
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 host header: twice",
    play: async (stage) => {
      const session = await stage.connect();
      const outcome = await session.after(requestHead({ extra: ["Host: other"] }));
      return `${outcome}; requested ${(await session.peer.query("url")) || "nothing"}`;
    },
    godot: "?",
    ours: "?",
  },
  { id: "1.5 upgrade header: missing", play: upgrade(undefined), godot: "?", ours: "?" },
  { id: "1.5 upgrade header: in other letters", play: upgrade("WebSocket"), godot: "?", ours: "?" },
  { id: "1.5 upgrade header: a list", play: upgrade("h2c, websocket"), godot: "?", ours: "?" },
  { id: "1.5 upgrade header: another", play: upgrade("h2c"), godot: "?", ours: "?" },
  { id: "1.5 connection header: missing", play: connection(undefined), godot: "?", ours: "?" },
  {
    id: "1.5 connection header: keep-alive, Upgrade",
    play: connection("keep-alive, Upgrade"),
    godot: "?",
    ours: "?",
  },
  { id: "1.5 connection header: without Upgrade", play: connection("close"), godot: "?", ours: "?" },
  {
    id: "1.5 version header: missing",
    play: field("Sec-WebSocket-Version", undefined),
    godot: "?",
    ours: "?",
  },
  { id: "1.5 version header: 8", play: field("Sec-WebSocket-Version", "8"), godot: "?", ours: "?" },
  { id: "1.5 version header: 8, 13", play: field("Sec-WebSocket-Version", "8, 13"), godot: "?", ours: "?" },
  {
    id: "1.5 version header: with blanks",
    play: field("Sec-WebSocket-Version", " 13 "),
    godot: "?",
    ours: "?",
  },
  { id: "1.5 key: missing", play: field("Sec-WebSocket-Key", undefined), godot: "?", ours: "?" },
  { id: "1.5 key: blank", play: field("Sec-WebSocket-Key", " "), godot: "?", ours: "?" },
  { id: "1.5 key: not 16 octets", play: field("Sec-WebSocket-Key", "abc"), godot: "?", ours: "?" },
  { id: "1.5 header line without a colon", play: extra("broken"), godot: "?", ours: "?" },
  { id: "1.5 header with nothing behind the colon", play: extra("X-Foo:"), godot: "?", ours: "?" },
  { id: "1.5 header with one blank behind the colon", play: extra("X-Foo: "), godot: "?", ours: "?" },
  { id: "1.5 header with nothing before the colon", play: extra(": x"), godot: "?", ours: "?" },
  { id: "1.5 header folded over two lines", play: extra("X-Foo: a", " b"), godot: "?", ours: "?" },
  {
    id: "1.5 a blank before the colon",
    play: request({ fields: { Upgrade: undefined }, extra: ["Upgrade : websocket"] }),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 extension offered",
    play: extra("Sec-WebSocket-Extensions: permessage-deflate"),
    godot: "?",
    ours: "?",
  },
  { id: "1.5 origin is not looked at", play: extra("Origin: http://evil.example"), godot: "?", ours: "?" },
  { id: "1.5 body announced", play: extra("Content-Length: 5"), godot: "?", ours: "?" },
  {
    id: "1.5 not HTTP",
    play: async (stage) => (await stage.connect()).after("hello\r\n\r\n"),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 TLS hello on a port without TLS",
    play: async (stage) => (await stage.connect()).after(Buffer.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3)),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 silence, longer than our limit of 300 ms",
    play: async (stage) => {
      const session = await stage.connect({ handshakeTimeoutMs: 300 });
      await new Promise((resolve) => setTimeout(resolve, 600));
      return session.outcome();
    },
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 accept_stream of what is no TCP stream",
    play: async (stage) => (await stage.subject()).acceptNonsense(),
    godot: "?",
    ours: "?",
  },
];

const offers = (supported: string[], offered: string | undefined, ...more: string[]): Play =>
  request(
    { fields: { [protocolHeader]: offered }, extra: more.map((line) => `${protocolHeader}: ${line}`) },
    { supported_protocols: supported },
  );

const serverProtocols: Case[] = [
  { id: "1.5 subprotocol: no list, none offered", play: offers([], undefined), godot: "?", ours: "?" },
  { id: "1.5 subprotocol: no list, a offered", play: offers([], "a"), godot: "?", ours: "?" },
  {
    id: "1.5 subprotocol: a, b listed, none offered",
    play: offers(["a", "b"], undefined),
    godot: "?",
    ours: "?",
  },
  { id: "1.5 subprotocol: a, b listed, b,a offered", play: offers(["a", "b"], "b,a"), godot: "?", ours: "?" },
  {
    id: "1.5 subprotocol: a, b listed, x, b, a offered with blanks",
    play: offers(["a", "b"], "x, b, a"),
    godot: "?",
    ours: "?",
  },
  {
    id: "1.5 subprotocol: a, b listed, offered in two headers",
    play: offers(["a", "b"], "x", "b"),
    godot: "?",
    ours: "?",
  },
  { id: "1.5 subprotocol: a listed, A offered", play: offers(["a"], "A"), godot: "?", ours: "?" },
  { id: "1.5 subprotocol: a listed, x offered", play: offers(["a"], "x"), godot: "?", ours: "?" },
  { id: "1.5 subprotocol: a listed, a blank one offered", play: offers(["a"], " "), godot: "?", ours: "?" },
  { id: "1.5 subprotocol: a listed, a,a offered", play: offers(["a"], "a,a"), godot: "?", ours: "?" },
];

export const handshakeRows: Row[] = [
  ...both(bothHeads),
  ...client([...answers, ...clientProtocols]),
  ...server([...requests, ...serverProtocols]),
];
