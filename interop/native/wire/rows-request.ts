/** Section 1.5: what a server demands of the request, and what it answers. */

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
import { opcodes, requestHead } from "./raw-end.ts";
import { type BothCase, type Play, type Row, saysWhy, server } from "./row.ts";

const requests: BothCase[] = [
  { id: "1.5 correct request", play: handshake(), godot: "OPEN" },
  {
    id: "1.5 request octet by octet, a message right behind it",
    play: inPieces(),
    godot: 'gets "early"; OPEN',
  },
  {
    id: "1.5 message in the same segment as the request",
    play: async (stage) => {
      const session = await stage.connect();
      return session.after(requestHead(), session.frame(opcodes.text, "early"));
    },
    godot: 'gets "early"; OPEN',
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
    godot:
      "HTTP/1.1 101 Switching Protocols⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=⏎ Sec-WebSocket-Protocol: chat⏎ X-One: 1⏎ X-Two:2⏎ ⏎ ",
    ours: "HTTP/1.1 101 Switching Protocols⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=⏎ Sec-WebSocket-Protocol: chat⏎ X-One: 1⏎ X-Two: 2⏎ ⏎ ",
    why: "split and written again",
  },
  {
    id: "1.5 answer without subprotocol and own headers",
    play: async (stage) => {
      const session = await stage.connect();
      await session.after(requestHead());
      return session.raw.received.toString().replaceAll("\r\n", "⏎ ");
    },
    godot:
      "HTTP/1.1 101 Switching Protocols⏎ Upgrade: websocket⏎ Connection: Upgrade⏎ Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=⏎ ⏎ ",
  },
  {
    id: "1.5 octets of a refusal",
    play: async (stage) => {
      const session = await stage.connect();
      await session.after(requestHead({ fields: { Upgrade: undefined } }));
      return session.raw.received.toString().replaceAll(/\r?\n/g, "⏎ ") || "none";
    },
    godot: "none",
    ours: "HTTP/1.1 426 Upgrade Required⏎ Upgrade: websocket⏎ Sec-WebSocket-Version: 13⏎ Connection: close⏎ Content-Type: text/plain; charset=utf-8⏎ Content-Length: 27⏎ ⏎ this is a WebSocket server⏎ ",
    why: saysWhy,
  },
  {
    id: "1.5 lines that end in LF alone",
    play: async (stage) => {
      const session = await stage.connect();
      return session.after(requestHead().replaceAll("\r\n", "\n"));
    },
    godot: "CONNECTING",
  },
  {
    id: "1.5 TCP ends within the request",
    play: async (stage) => {
      const session = await stage.connect();
      session.raw.socket.end(requestHead().slice(0, 50));
      return session.outcome();
    },
    godot: "CLOSED -1",
  },
  {
    id: "1.5 over-long head, then TCP ends",
    play: async (stage) => {
      const session = await stage.connect();
      await session.after(requestHead({ extra: [`X-Pad: ${"x".repeat(5000)}`] }));
      session.raw.socket.end();
      return session.outcome();
    },
    godot: "CONNECTING",
    ours: "CLOSED -1",
    why: "no stuck peers",
  },
  {
    id: "1.5 request line: POST",
    play: startLine("POST / HTTP/1.1"),
    godot: "CLOSED -1",
    ours: "answers HTTP 405; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 request line: get",
    play: startLine("get / HTTP/1.1"),
    godot: "CLOSED -1",
    ours: "answers HTTP 405; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 request line: HTTP/1.0",
    play: startLine("GET / HTTP/1.0"),
    godot: "CLOSED -1",
    ours: "answers HTTP 505; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 request line: HTTP/2",
    play: startLine("GET / HTTP/2"),
    godot: "CLOSED -1",
    ours: "answers HTTP 505; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 request line: http/1.1",
    play: startLine("GET / http/1.1"),
    godot: "CLOSED -1",
    ours: "answers HTTP 505; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 request line: four words",
    play: startLine("GET / HTTP/1.1 x"),
    godot: "OPEN",
    ours: "answers HTTP 400; CLOSED -1",
    why: "RFC 9112",
  },
  {
    id: "1.5 request line: two words",
    play: startLine("GET /"),
    fatal: true,
    godot: "the engine crashes",
    ours: "answers HTTP 400; CLOSED -1",
    why: "no crash",
  },
  {
    id: "1.5 request line: two blanks",
    play: startLine("GET  / HTTP/1.1"),
    godot: "OPEN",
    ours: "answers HTTP 400; CLOSED -1",
    why: "RFC 9112",
  },
  {
    id: "1.5 any target is taken, and told with the host",
    play: async (stage) => {
      const session = await stage.connect();
      const outcome = await session.after(requestHead({ startLine: "GET /any/where?x=1 HTTP/1.1" }));
      return `${outcome}; requested ${await session.peer.query("url")}`;
    },
    godot: "OPEN; requested ws://example.com/any/where?x=1",
  },
  {
    id: "1.5 target: a whole address",
    play: async (stage) => {
      const session = await stage.connect();
      const outcome = await session.after(requestHead({ startLine: "GET http://x/y HTTP/1.1" }));
      return `${outcome}; requested ${await session.peer.query("url")}`;
    },
    godot: "OPEN; requested ws://example.comhttp://x/y",
    ours: "answers HTTP 400; CLOSED -1; requested ",
    why: "no path that means anything",
  },
  {
    id: "1.5 host header: missing",
    play: async (stage) => {
      const session = await stage.connect();
      const outcome = await session.after(requestHead({ fields: { Host: undefined } }));
      return `${outcome}; requested ${(await session.peer.query("url")) || "nothing"}`;
    },
    godot: "OPEN; requested ws:///",
    ours: "answers HTTP 400; CLOSED -1; requested nothing",
    why: "RFC 9112",
  },
  {
    id: "1.5 host header: twice",
    play: async (stage) => {
      const session = await stage.connect();
      const outcome = await session.after(requestHead({ extra: ["Host: other"] }));
      return `${outcome}; requested ${(await session.peer.query("url")) || "nothing"}`;
    },
    godot: "OPEN; requested ws://example.com,other/",
    ours: "answers HTTP 400; CLOSED -1; requested nothing",
    why: "RFC 9112",
  },
  {
    id: "1.5 upgrade header: missing",
    play: upgrade(undefined),
    godot: "CLOSED -1",
    ours: "answers HTTP 426; CLOSED -1",
    why: saysWhy,
  },
  { id: "1.5 upgrade header: in other letters", play: upgrade("WebSocket"), godot: "OPEN" },
  {
    id: "1.5 upgrade header: a list",
    play: upgrade("h2c, websocket"),
    godot: "CLOSED -1",
    ours: "OPEN",
    why: "RFC 6455",
  },
  {
    id: "1.5 upgrade header: another",
    play: upgrade("h2c"),
    godot: "CLOSED -1",
    ours: "answers HTTP 426; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 connection header: missing",
    play: connection(undefined),
    godot: "CLOSED -1",
    ours: "answers HTTP 426; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 connection header: keep-alive, Upgrade",
    play: connection("keep-alive, Upgrade"),
    godot: "OPEN",
  },
  {
    id: "1.5 connection header: without Upgrade",
    play: connection("close"),
    godot: "OPEN",
    ours: "answers HTTP 426; CLOSED -1",
    why: "RFC 6455",
  },
  {
    id: "1.5 version header: missing",
    play: field("Sec-WebSocket-Version", undefined),
    godot: "CLOSED -1",
    ours: "answers HTTP 426; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 version header: 8",
    play: field("Sec-WebSocket-Version", "8"),
    godot: "CLOSED -1",
    ours: "answers HTTP 426; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 version header: 8, 13",
    play: field("Sec-WebSocket-Version", "8, 13"),
    godot: "CLOSED -1",
    ours: "answers HTTP 426; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 version header: with blanks",
    play: field("Sec-WebSocket-Version", " 13 "),
    godot: "OPEN",
  },
  {
    id: "1.5 key: missing",
    play: field("Sec-WebSocket-Key", undefined),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 key: blank",
    play: field("Sec-WebSocket-Key", " "),
    godot: "OPEN",
    ours: "answers HTTP 400; CLOSED -1",
    why: "RFC 6455",
  },
  {
    id: "1.5 key: not 16 octets",
    play: field("Sec-WebSocket-Key", "abc"),
    godot: "OPEN",
    ours: "answers HTTP 400; CLOSED -1",
    why: "RFC 6455",
  },
  {
    id: "1.5 header line without a colon",
    play: extra("broken"),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 header with nothing behind the colon",
    play: extra("X-Foo:"),
    godot: "CLOSED -1",
    ours: "OPEN",
    why: "RFC 9112",
  },
  { id: "1.5 header with one blank behind the colon", play: extra("X-Foo: "), godot: "OPEN" },
  {
    id: "1.5 header with nothing before the colon",
    play: extra(": x"),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 header folded over two lines",
    play: extra("X-Foo: a", " b"),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 a blank before the colon",
    play: handshake({ fields: { Upgrade: undefined }, extra: ["Upgrade : websocket"] }),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 extension offered",
    play: extra("Sec-WebSocket-Extensions: permessage-deflate"),
    godot: "OPEN",
  },
  {
    id: "1.5 extension offered, malformed",
    play: extra("Sec-WebSocket-Extensions: permessage-deflate;"),
    godot: "OPEN",
    ours: "answers HTTP 400; CLOSED -1",
    why: "RFC 6455",
  },
  { id: "1.5 origin is not looked at", play: extra("Origin: http://evil.example"), godot: "OPEN" },
  {
    id: "1.5 body announced",
    play: extra("Content-Length: 5"),
    godot: "OPEN",
    ours: "answers HTTP 400; CLOSED -1",
    why: "request smuggling",
  },
  {
    id: "1.5 not HTTP",
    play: async (stage) => (await stage.connect()).after("hello\r\n\r\n"),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 TLS hello on a port without TLS",
    play: async (stage) => (await stage.connect()).after(Buffer.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3)),
    godot: "CONNECTING",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 silence, longer than our limit of 300 ms",
    play: async (stage) => {
      const session = await stage.connect({ handshakeTimeoutMs: 300 });
      await new Promise((resolve) => setTimeout(resolve, 600));
      return session.outcome();
    },
    godot: "CONNECTING",
    ours: "answers HTTP 408; CLOSED -1",
    why: "no stuck peers",
  },
  {
    id: "1.5 accept_stream of what is no TCP stream",
    play: async (stage) => (await stage.subject()).acceptNonsense(),
    godot: "ERR_INVALID_PARAMETER",
    ours: "throws TypeError",
    why: "types forbid it",
  },
];

const offers = (supported: string[], offered: string | undefined, ...more: string[]): Play =>
  handshake(
    { fields: { [protocolHeader]: offered }, extra: more.map((line) => `${protocolHeader}: ${line}`) },
    { supported_protocols: supported },
  );

const serverProtocols: BothCase[] = [
  { id: "1.5 subprotocol: no list, none offered", play: offers([], undefined), godot: "OPEN" },
  {
    id: "1.5 subprotocol: no list, a offered",
    play: offers([], "a"),
    godot: "CLOSED -1",
    ours: "OPEN",
    why: "RFC 6455",
  },
  {
    id: "1.5 subprotocol: a, b listed, none offered",
    play: offers(["a", "b"], undefined),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 subprotocol: a, b listed, b,a offered",
    play: offers(["a", "b"], "b,a"),
    godot: "OPEN with protocol b",
  },
  {
    id: "1.5 subprotocol: a, b listed, x, b, a offered with blanks",
    play: offers(["a", "b"], "x, b, a"),
    godot: "OPEN with protocol b",
  },
  {
    id: "1.5 subprotocol: a, b listed, offered in two headers",
    play: offers(["a", "b"], "x", "b"),
    godot: "OPEN with protocol b",
  },
  {
    id: "1.5 subprotocol: a listed, A offered",
    play: offers(["a"], "A"),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 subprotocol: a listed, x offered",
    play: offers(["a"], "x"),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 subprotocol: a listed, a blank one offered",
    play: offers(["a"], " "),
    godot: "CLOSED -1",
    ours: "answers HTTP 400; CLOSED -1",
    why: saysWhy,
  },
  {
    id: "1.5 subprotocol: a listed, a,a offered",
    play: offers(["a"], "a,a"),
    godot: "OPEN with protocol a",
    ours: "answers HTTP 400; CLOSED -1",
    why: "RFC 6455",
  },
];

export const requestRows: Row[] = server([...requests, ...serverProtocols]);
