/** Section 1.4: what a client demands of the answer; and how long a head may be, for either role. */

import {
  connection,
  extra,
  field,
  handshake,
  inPieces,
  protocolHeader,
  startLine,
  upgrade,
} from "./handshakes.ts";
import { opcodes } from "./raw-end.ts";
import { type BothCase, both, client, fails, type Play, type Row, saysWhy } from "./row.ts";

/** A head of exactly so many octets. */
const headOf =
  (octets: number): Play =>
  async (stage) => {
    const session = await stage.connect();
    const padding = "x".repeat(octets - session.handshake({ extra: ["X-Pad: "] }).length);
    return session.after(session.handshake({ extra: [`X-Pad: ${padding}`] }));
  };

const bothHeads: BothCase[] = [
  { id: "1.1 head of 4095 octets", play: headOf(4095), godot: "OPEN" },
  { id: "1.1 head of 4096 octets", play: headOf(4096), godot: "OPEN" },
  {
    id: "1.1 head of 4097 octets",
    play: headOf(4097),
    godot: { client: "CLOSED -1", server: "CONNECTING" },
    ours: "OPEN",
    why: "cookies and proxies need more",
  },
  {
    id: "1.1 head of 16384 octets",
    play: headOf(16384),
    godot: { client: "CLOSED -1", server: "CONNECTING" },
    ours: "OPEN",
    why: "cookies and proxies need more",
  },
  {
    id: "1.1 head of 16385 octets",
    play: headOf(16385),
    godot: { client: "CLOSED -1", server: "CONNECTING" },
    ours: { client: "CLOSED -1", server: "answers HTTP 431; CLOSED -1" },
    why: saysWhy,
  },
];

const answers: BothCase[] = [
  { id: "1.4 correct answer", play: handshake(), godot: "OPEN" },
  {
    id: "1.4 answer octet by octet, a message right behind it",
    play: inPieces(),
    godot: 'gets "early"; OPEN',
  },
  {
    id: "1.4 message in the same segment as the answer",
    play: async (stage) => {
      const session = await stage.connect();
      return session.after(session.handshake(), session.frame(opcodes.text, "early"));
    },
    godot: 'gets "early"; OPEN',
  },
  {
    id: "1.4 lines that end in LF alone",
    play: async (stage) => {
      const session = await stage.connect();
      return session.after(session.handshake().replaceAll("\r\n", "\n"));
    },
    godot: "CONNECTING",
  },
  {
    id: "1.4 TCP ends before the answer",
    play: async (stage) => {
      const session = await stage.connect();
      session.raw.socket.end();
      return session.outcome();
    },
    godot: "CLOSED -1",
  },
  {
    id: "1.4 TCP ends within the answer",
    play: async (stage) => {
      const session = await stage.connect();
      session.raw.socket.end(session.handshake().slice(0, 50));
      return session.outcome();
    },
    godot: "CLOSED -1",
  },
  { id: "1.4 status line: 101 without a phrase", play: startLine("HTTP/1.1 101"), godot: "OPEN" },
  { id: "1.4 status line: another phrase", play: startLine("HTTP/1.1 101 Yes"), godot: "OPEN" },
  {
    id: "1.4 status line: two blanks",
    play: startLine("HTTP/1.1  101 Yes"),
    godot: "OPEN",
    ours: "CLOSED -1",
    why: "RFC 9112",
  },
  { id: "1.4 status line: HTTP/1.0", play: startLine("HTTP/1.0 101 Yes"), godot: "CLOSED -1" },
  { id: "1.4 status line: HTTP/2", play: startLine("HTTP/2 101 Yes"), godot: "CLOSED -1" },
  { id: "1.4 status line: http/1.1", play: startLine("http/1.1 101 Yes"), godot: "CLOSED -1" },
  { id: "1.4 status line: one word", play: startLine("101"), godot: "CLOSED -1" },
  {
    id: "1.4 status line: HTTP/1.1 alone",
    play: startLine("HTTP/1.1"),
    godot: "CLOSED -1",
  },
  { id: "1.4 status: 100", play: startLine("HTTP/1.1 100 Continue"), godot: "CLOSED -1" },
  { id: "1.4 status: 200", play: startLine("HTTP/1.1 200 OK"), godot: "CLOSED -1" },
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
    godot: "CLOSED -1; nobody calls there",
  },
  {
    id: "1.2 status: 401, no password is asked for",
    play: handshake({ startLine: "HTTP/1.1 401 Unauthorized", extra: ["WWW-Authenticate: Basic"] }),
    godot: "CLOSED -1",
  },
  {
    id: "1.4 fewer than three headers",
    play: handshake({ fields: { "Sec-WebSocket-Accept": undefined } }),
    godot: "CLOSED -1",
  },
  { id: "1.4 header line without a colon", play: extra("broken"), godot: "CLOSED -1" },
  {
    id: "1.4 header with nothing behind the colon",
    play: extra("X-Foo:"),
    godot: "CLOSED -1",
    ours: "OPEN",
    why: "RFC 9112",
  },
  { id: "1.4 header with one blank behind the colon", play: extra("X-Foo: "), godot: "OPEN" },
  { id: "1.4 header with nothing before the colon", play: extra(": x"), godot: "CLOSED -1" },
  { id: "1.4 header with a colon in its value", play: extra("X-Foo: a:b:c"), godot: "OPEN" },
  { id: "1.4 header folded over two lines", play: extra("X-Foo: a", " b"), godot: "CLOSED -1" },
  {
    id: "1.4 folded, a colon in its second line",
    play: extra("X-Foo: a", " b: c"),
    godot: "OPEN",
    ours: "CLOSED -1",
    why: "RFC 9112",
  },
  {
    id: "1.4 header of an odd name",
    play: extra("X(Foo): a"),
    godot: "OPEN",
    ours: "CLOSED -1",
    why: "RFC 9112",
  },
  { id: "1.4 header value in UTF-8", play: extra("X-Foo: ü"), godot: "OPEN" },
  { id: "1.4 a header of no interest twice", play: extra("X-Foo: a", "X-Foo: b"), godot: "OPEN" },
  {
    id: "1.4 header names in upper case",
    play: handshake({
      fields: { Upgrade: undefined, Connection: undefined },
      extra: ["UPGRADE: websocket", "CONNECTION: Upgrade"],
    }),
    godot: "OPEN",
  },
  {
    id: "1.4 a blank before the colon",
    play: handshake({ fields: { Upgrade: undefined }, extra: ["Upgrade : websocket"] }),
    godot: "CLOSED -1",
  },
  {
    id: "1.4 a blank before the colon of a header of no interest",
    play: extra("X-Foo : a"),
    godot: "OPEN",
    ours: "CLOSED -1",
    why: "RFC 9112",
  },
  {
    id: "1.4 no blank behind the colon",
    play: handshake({ fields: { Upgrade: undefined }, extra: ["Upgrade:websocket"] }),
    godot: "OPEN",
  },
  { id: "1.4 blanks around a value", play: upgrade("   websocket  "), godot: "OPEN" },
  { id: "1.4 tabs around a value", play: upgrade("\twebsocket\t"), godot: "OPEN" },
  { id: "1.4 connection header: in upper case", play: connection("UPGRADE"), godot: "OPEN" },
  { id: "1.4 connection header: missing", play: connection(undefined), godot: "CLOSED -1" },
  { id: "1.4 connection header: close", play: connection("close"), godot: "CLOSED -1" },
  {
    id: "1.4 connection header: keep-alive, Upgrade",
    play: connection("keep-alive, Upgrade"),
    godot: "CLOSED -1",
    ours: "OPEN",
    why: "RFC 6455",
  },
  {
    id: "1.4 connection header: twice",
    play: extra("Connection: Upgrade"),
    godot: "CLOSED -1",
    ours: "OPEN",
    why: "RFC 6455",
  },
  { id: "1.4 upgrade header: in other letters", play: upgrade("WebSocket"), godot: "OPEN" },
  { id: "1.4 upgrade header: missing", play: upgrade(undefined), godot: "CLOSED -1" },
  { id: "1.4 upgrade header: another", play: upgrade("h2c"), godot: "CLOSED -1" },
  {
    id: "1.4 upgrade header: a list",
    play: upgrade("h2c, websocket"),
    godot: "CLOSED -1",
    ours: "OPEN",
    why: "RFC 6455",
  },
  {
    id: "1.4 accept header: missing",
    play: handshake({ fields: { "Sec-WebSocket-Accept": undefined }, extra: ["X-Foo: a"] }),
    godot: "CLOSED -1",
  },
  {
    id: "1.4 accept header: of another key",
    play: field("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    godot: "CLOSED -1",
  },
  {
    id: "1.4 accept header: in lower case",
    play: async (stage) => {
      const session = await stage.connect();
      const accept = /Accept: (\S+)/.exec(session.handshake())![1]!.toLowerCase();
      return session.after(session.handshake({ fields: { "Sec-WebSocket-Accept": accept } }));
    },
    godot: "CLOSED -1",
  },
  {
    id: "1.4 accept header: with blanks behind",
    play: field("Sec-WebSocket-Accept", "{accept}  "),
    godot: "OPEN",
  },
  {
    id: "1.4 accept header: twice the same",
    play: extra("Sec-WebSocket-Accept: {accept}"),
    godot: "CLOSED -1",
  },
  {
    id: "1.4 extension that was not offered",
    play: extra("Sec-WebSocket-Extensions: permessage-deflate"),
    godot: "OPEN",
    ours: "CLOSED -1",
    why: "RFC 6455",
  },
  {
    id: "1.4 extension that was not offered, then a frame that uses it",
    play: async (stage) => {
      const session = await stage.connect();
      const extension = "Sec-WebSocket-Extensions: permessage-deflate";
      session.raw.send(session.handshake({ extra: [extension] }));
      return session.after(session.frame(opcodes.text, "a", { reserved: 0x40 }));
    },
    godot: fails(1002),
    ours: "CLOSED -1",
    why: "RFC 6455",
  },
  { id: "1.4 body announced", play: extra("Content-Length: 0"), godot: "OPEN" },
];

const chosen = (offered: string[], ...lines: string[]): Play =>
  handshake({ extra: lines.map((line) => `${protocolHeader}:${line}`) }, { supported_protocols: offered });

const clientProtocols: BothCase[] = [
  { id: "1.4 subprotocol: none offered, one given", play: chosen([], " a"), godot: "CLOSED -1" },
  { id: "1.4 subprotocol: none offered, a blank one given", play: chosen([], " "), godot: "CLOSED -1" },
  { id: "1.4 subprotocol: a, b offered, none given", play: chosen(["a", "b"]), godot: "CLOSED -1" },
  {
    id: "1.4 subprotocol: a, b offered, b given",
    play: chosen(["a", "b"], " b"),
    godot: "OPEN with protocol b",
  },
  { id: "1.4 subprotocol: a, b offered, c given", play: chosen(["a", "b"], " c"), godot: "CLOSED -1" },
  { id: "1.4 subprotocol: a offered, A given", play: chosen(["a"], " A"), godot: "CLOSED -1" },
  {
    id: "1.4 subprotocol: a offered, a given with blanks",
    play: chosen(["a"], "  a  "),
    godot: "OPEN with protocol a",
  },
  {
    id: "1.4 subprotocol: a, b offered, both given",
    play: chosen(["a", "b"], " a,b"),
    godot: "CLOSED -1",
  },
  { id: "1.4 subprotocol: a offered, given twice", play: chosen(["a"], " a", " a"), godot: "CLOSED -1" },
  { id: "1.4 subprotocol: a offered, a blank one given", play: chosen(["a"], " "), godot: "CLOSED -1" },
];

export const answerRows: Row[] = [...both(bothHeads), ...client([...answers, ...clientProtocols])];
