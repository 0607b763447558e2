import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { prepareFrame } from "../../src/protocol/frame-writer.ts";
import { parseHead } from "../../src/protocol/http-head.ts";
import {
  bytesOf,
  concat,
  decodeFrames,
  encodeFrame,
  hex,
  octetsOf,
  splitsInTwo,
  unhex,
} from "./naive-frames.ts";
import {
  openEnd,
  RecordedEnd,
  type Role,
  requestText,
  responseText,
  sampleKey,
  sampleRequest,
  testMask,
} from "./recorded-end.ts";

const roles: readonly Role[] = ["client", "server"];

/** Whatever the peer of a `role` sends is masked when the peer is a client. */
function fromPeer(role: Role, opcode: number, payload: Uint8Array | string, more = {}): Uint8Array {
  return encodeFrame({ opcode, payload, mask: role === "server" ? 0x5a6b7c8d : undefined, ...more });
}

function closePayload(code: number, reason = ""): Uint8Array {
  return concat([Uint8Array.of(code >> 8, code & 255), bytesOf(reason)]);
}

/** Frames that are to be sent, as `opcode:hex`. */
function framesOut(end: RecordedEnd): string[] {
  return decodeFrames(end.take()).map(({ opcode, payload, mask }) => {
    expect(mask).toBe(end.protocol.role === "client" ? testMask : undefined);
    return `${opcode}:${hex(payload)}`;
  });
}

/** Client and server; bytes go to and fro until both are silent. */
class Session {
  readonly client = new RecordedEnd("client");
  readonly server = new RecordedEnd("server");
  readonly #cut: (bytes: Uint8Array) => Uint8Array[];

  constructor(cut: (bytes: Uint8Array) => Uint8Array[] = (bytes) => [bytes]) {
    this.#cut = cut;
  }

  exchange(): void {
    for (;;) {
      const up = this.client.take();
      if (up.length > 0) this.server.receive(...this.#cut(up));
      const down = this.server.take();
      if (down.length > 0) this.client.receive(...this.#cut(down));
      if (up.length + down.length === 0) return;
    }
  }

  begin(): this {
    this.client.protocol.sendRequest(sampleRequest);
    this.exchange();
    expect(this.client.heard).toEqual(["open"]);
    expect(this.server.heard).toEqual(["request /chat", "open"]);
    this.client.heard.length = 0;
    this.server.heard.length = 0;
    return this;
  }
}

describe.each([
  ["whole writes", undefined],
  ["single octets", octetsOf],
])("a session in %s", (_, cut) => {
  it("opens both ends, with nothing left to send", () => {
    const { client, server } = new Session(cut).begin();
    for (const { protocol } of [client, server]) {
      expect(protocol.state).toBe("open");
      expect(protocol.outbox.byteLength).toBe(0);
      expect(protocol.selectedProtocol).toBe("");
    }
  });

  it("carries text, binary, prepared frames, pings and pongs in order", () => {
    const session = new Session(cut).begin();
    const { client, server } = session;
    expect(client.protocol.sendText("grüß")).toBe(6);
    client.protocol.sendMessage(unhex("00ff"), false);
    client.protocol.sendPing(bytesOf("p"));
    client.protocol.sendMessage(bytesOf("text"), true);
    server.protocol.sendPrepared(prepareFrame(server.arena, 2, bytesOf("to all")));
    server.protocol.sendText("");
    server.protocol.sendMessage(new Uint8Array(70_000).fill(0x61), false);
    session.exchange();
    expect(server.heard).toEqual(["text:gr\xc3\xbc\xc3\x9f", "binary:\x00\xff", "ping:p", "text:text"]);
    expect(client.heard).toEqual(["binary:to all", "text:", `binary:${"a".repeat(70_000)}`, "pong:p"]);
  });

  it.each([
    [1000, "bye"],
    [1005, ""],
    [3000, ""],
    [4999, "x".repeat(123)],
  ])("closes with %i %s, begun by the client", (code, reason) => {
    const session = new Session(cut).begin();
    const { client, server } = session;
    client.protocol.sendText("last words");
    client.protocol.sendClose(code, reason);
    expect(client.protocol.state).toBe("closing");
    session.exchange();
    expect(server.heard).toEqual(["text:last words", `close ${code} ${reason}`]);
    expect(client.heard).toEqual([`close ${code} ${reason}`]);
    for (const { protocol } of [client, server]) {
      expect(protocol.state).toBe("ending");
      protocol.receiveEnd();
      expect(protocol.state).toBe("closed");
    }
  });

  it("closes when both begin at once, each with its own code", () => {
    const session = new Session(cut).begin();
    const { client, server } = session;
    client.protocol.sendClose(1001, "client");
    server.protocol.sendClose(4000, "server");
    const up = client.take();
    const down = server.take();
    server.receive(up);
    client.receive(down);
    expect(server.heard).toEqual(["close 1001 client"]);
    expect(client.heard).toEqual(["close 4000 server"]);
    expect(client.take()).toHaveLength(0);
    expect(server.take()).toHaveLength(0);
    expect([client.protocol.state, server.protocol.state]).toEqual(["ending", "ending"]);
  });

  it("what was on its way when the close began still arrives", () => {
    const session = new Session(cut).begin();
    const { client, server } = session;
    server.protocol.sendText("crossing");
    client.protocol.sendClose(1000, "");
    session.exchange();
    expect(client.heard).toEqual(["text:crossing", "close 1000 "]);
    expect(server.heard).toEqual(["close 1000 "]);
  });
});

describe("the client's handshake", () => {
  const refused = "HTTP/1.1 403 Forbidden\r\nX-Why: because\r\nContent-Length: 3\r\n\r\nno\n";

  it("sends its request, and opens with the answer", () => {
    const client = new RecordedEnd("client");
    client.protocol.sendRequest({ ...sampleRequest, protocols: ["a", "b"] });
    expect(Buffer.from(client.take()).toString()).toContain("Sec-WebSocket-Protocol: a,b\r\n");
    client.receive(responseText.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: b\r\nX-Room: 7\r\n\r\n"));
    expect(client.heard).toEqual(["open"]);
    expect(client.protocol.selectedProtocol).toBe("b");
    expect(client.protocol.responseHeaders?.get("x-room")).toBe("7");
  });

  it("frames behind the answer are read, wherever the chunks are cut", () => {
    const bytes = concat([
      bytesOf(responseText),
      encodeFrame({ opcode: 1, payload: "early" }),
      unhex("8800"),
    ]);
    for (const chunks of [...splitsInTwo(bytes), octetsOf(bytes)]) {
      const client = new RecordedEnd("client");
      client.protocol.sendRequest(sampleRequest);
      client.receive(...chunks);
      expect(client.heard).toEqual(["open", "text:early", "close 1005 "]);
    }
  });

  it("a refusal gives its status and its headers, and nothing is read behind it", () => {
    const client = new RecordedEnd("client");
    client.protocol.sendRequest(sampleRequest);
    client.take();
    client.receive(`${refused}more`, responseText);
    expect(client.failures).toEqual([
      { kind: "handshake", status: 403, reason: "the server answered 403 Forbidden" },
    ]);
    expect(client.heard).toEqual(["failure 403"]);
    expect(client.protocol.responseHeaders?.get("x-why")).toBe("because");
    expect(client.protocol.state).toBe("ending");
    expect(client.take()).toHaveLength(0);
  });

  it.each([
    ["no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n", undefined],
    ["a malformed head", "HTTP/1.1 101 x\r\nbroken\r\n\r\n", undefined],
    ["a head that is too long", `HTTP/1.1 101 x\r\nX: ${"y".repeat(5000)}`, undefined],
    ["too many fields", `HTTP/1.1 101 x${"\r\nX: y".repeat(65)}\r\n\r\n`, undefined],
    ["a wrong key", responseText.replace("s3pP", "AAAA"), 101],
    ["frames instead of an answer", "\x81\x05Hello\r\n\r\n", undefined],
  ])("%s fails it: no throw, no answer, nothing read after", (_, text, status) => {
    for (const chunks of [[bytesOf(text)], octetsOf(bytesOf(text))]) {
      const client = new RecordedEnd("client");
      client.protocol.sendRequest(sampleRequest);
      client.take();
      client.receive(...chunks, responseText);
      expect(client.failures).toHaveLength(1);
      expect(client.failures[0]).toMatchObject({ kind: "handshake", status });
      expect(client.protocol.state).toBe("ending");
      expect(client.take()).toHaveLength(0);
    }
  });

  it("a request that would inject a header is refused, and nothing was queued", () => {
    const client = new RecordedEnd("client");
    expect(() => client.protocol.sendRequest({ ...sampleRequest, target: "/\r\nX: y" })).toThrow(UsageError);
    expect(client.take()).toHaveLength(0);
  });
});

describe("the server's handshake", () => {
  const early = concat([
    fromPeer("server", 1, "one"),
    fromPeer("server", 9, "p"),
    fromPeer("server", 2, "two"),
  ]);
  const earlyEvents = ["text:one", "ping:p", "binary:two"];

  it("answers at once when it is told so at once, and reads frames behind the request", () => {
    const bytes = concat([bytesOf(requestText), early]);
    for (const chunks of [...splitsInTwo(bytes), octetsOf(bytes)]) {
      const server = new RecordedEnd("server");
      server.receive(...chunks);
      expect(server.heard).toEqual(["request /chat", "open", ...earlyEvents]);
      const sent = Buffer.from(server.take()).toString("latin1");
      expect(sent).toBe(`${responseText}\x8a\x01p`);
    }
  });

  it("may answer later: until then frames wait, then they come in order", () => {
    const server = new RecordedEnd("server");
    server.acceptance = undefined;
    server.receive(requestText, ...octetsOf(early));
    expect(server.heard).toEqual(["request /chat"]);
    expect(server.protocol.earlyBytes).toBe(early.length);
    expect(server.protocol.request?.key).toBe(sampleKey);
    expect(server.protocol.state).toBe("connecting");
    expect(server.take()).toHaveLength(0);
    server.protocol.accept({ headers: [["X-Room", "7"]] });
    expect(server.heard.slice(1)).toEqual(["open", ...earlyEvents]);
    expect(server.protocol.earlyBytes).toBe(0);
    expect(Buffer.from(server.take()).toString("latin1")).toContain("X-Room: 7");
  });

  it("may be paused meanwhile: early frames wait for resume", () => {
    const server = new RecordedEnd("server");
    server.acceptance = undefined;
    server.protocol.pauseReading();
    server.receive(requestText, early);
    server.protocol.accept();
    expect(server.heard).toEqual(["request /chat", "open"]);
    server.protocol.resumeReading();
    expect(server.heard.slice(2)).toEqual(earlyEvents);
  });

  it("a pause from within onOpen holds early frames too", () => {
    const server = new RecordedEnd("server");
    server.during = (event) => {
      if (event === "open" || event === "text:one") server.protocol.pauseReading();
    };
    server.receive(concat([bytesOf(requestText), early]));
    expect(server.heard).toEqual(["request /chat", "open"]);
    expect(server.protocol.isReadingPaused).toBe(true);
    server.protocol.resumeReading();
    expect(server.heard.slice(2)).toEqual(["text:one"]);
    server.protocol.resumeReading();
    expect(server.heard.slice(2)).toEqual(earlyEvents);
    expect(server.protocol.isReadingPaused).toBe(false);
  });

  it("may refuse later: early frames are dropped, and nothing is read after", () => {
    const server = new RecordedEnd("server");
    server.acceptance = undefined;
    server.receive(requestText, early);
    server.protocol.reject({ status: 403, reason: "not you" });
    expect(server.protocol.earlyBytes).toBe(0);
    server.receive(early);
    server.protocol.accept();
    server.protocol.reject({ status: 500, reason: "again" });
    expect(server.heard).toEqual(["request /chat", "failure 403"]);
    const sent = Buffer.from(server.take()).toString();
    expect(sent).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(sent.match(/HTTP\//g)).toHaveLength(1);
    expect(server.protocol.state).toBe("ending");
  });

  it("an answer after the client has gone says nothing", () => {
    const server = new RecordedEnd("server");
    server.acceptance = undefined;
    server.receive(requestText);
    server.protocol.receiveEnd();
    server.protocol.accept();
    server.protocol.reject({ status: 500, reason: "late" });
    expect(server.heard).toEqual(["request /chat"]);
    expect(server.protocol.state).toBe("closed");
    expect(server.take()).toHaveLength(0);
  });

  it("accept before there is a request does nothing", () => {
    const server = new RecordedEnd("server");
    server.protocol.accept();
    expect(server.protocol.state).toBe("connecting");
    expect(server.take()).toHaveLength(0);
  });

  it("accept twice answers once", () => {
    const server = new RecordedEnd("server");
    server.receive(requestText);
    server.take();
    server.protocol.accept();
    expect(server.take()).toHaveLength(0);
  });

  it("takes a request whose head was read elsewhere, and the bytes behind it", () => {
    const head = parseHead(requestText.slice(0, -4), 64);
    if (typeof head === "string") expect.fail(head);
    const server = new RecordedEnd("server");
    server.acceptance = undefined;
    server.protocol.receiveRequest(head);
    server.receive(early);
    server.protocol.accept({});
    expect(server.heard).toEqual(["request /chat", "open", ...earlyEvents]);
  });

  it.each([
    ["a plain page", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 426],
    ["a POST", "POST / HTTP/1.1\r\nHost: a\r\n\r\n", 405],
    ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 505],
    ["a malformed head", "GET / HTTP/1.1\r\n folded\r\n\r\n", 400],
    ["an empty line", "\r\n\r\n", 400],
    ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400],
    ["2,000 headers", `GET / HTTP/1.1${"\r\nA: b".repeat(2000)}\r\n\r\n`, 431],
    ["65 headers", `GET / HTTP/1.1${"\r\nA: b".repeat(65)}\r\n\r\n`, 431],
    ["a head without end", `GET / HTTP/1.1\r\nA: ${"b".repeat(5000)}`, 431],
  ])("%s is refused with an HTTP answer, no throw, no request", (_, text, status) => {
    for (const chunks of [[bytesOf(text)], octetsOf(bytesOf(text))]) {
      const server = new RecordedEnd("server");
      server.receive(...chunks, requestText);
      expect(server.heard).toEqual([`failure ${status}`]);
      expect(server.failures[0]).toMatchObject({ kind: "handshake", status });
      expect(Buffer.from(server.take()).toString()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(server.protocol.state).toBe("ending");
    }
  });

  it("an answer that would inject a header throws at the program, and leaves it free to give another", () => {
    const server = new RecordedEnd("server");
    server.acceptance = undefined;
    server.receive(requestText);
    expect(() => server.protocol.accept({ headers: [["X", "a\r\nY: b"]] })).toThrow(UsageError);
    expect(() => server.protocol.accept({ protocol: "a\r\nY: b" })).toThrow(UsageError);
    const headers = [["X", "a\nb"]] as const;
    expect(() => server.protocol.reject({ status: 403, reason: "", headers })).toThrow(UsageError);
    expect(server.protocol.state).toBe("connecting");
    expect(server.take()).toHaveLength(0);
    server.protocol.accept();
    expect(server.protocol.state).toBe("open");
    expect(Buffer.from(server.take()).toString()).toBe(responseText);
  });
});

describe.each(roles)("an open %s", (role) => {
  it.each(["", "p", "x".repeat(125)])("answers a ping of %j with the same", (payload) => {
    const end = openEnd(role);
    end.receive(fromPeer(role, 9, payload));
    expect(end.heard).toEqual([`ping:${payload}`]);
    expect(framesOut(end)).toEqual([`10:${hex(bytesOf(payload))}`]);
  });

  it("answers every ping, in order, and no pong", () => {
    const end = openEnd(role);
    end.receive(...["a", "b", "c"].map((payload) => fromPeer(role, 9, payload)), fromPeer(role, 10, "d"));
    expect(end.heard).toEqual(["ping:a", "ping:b", "ping:c", "pong:d"]);
    expect(framesOut(end)).toEqual(["10:61", "10:62", "10:63"]);
  });

  it("has the pong in its outbox when the ping is heard", () => {
    const end = openEnd(role);
    let octets = 0;
    end.during = () => {
      octets = end.protocol.outbox.byteLength;
    };
    end.receive(fromPeer(role, 9, "p"));
    expect(octets).toBe(role === "client" ? 7 : 3);
  });

  it.each([
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
  ])("answers a close of %i with the same, once", (code) => {
    const end = openEnd(role);
    end.receive(fromPeer(role, 8, closePayload(code, "why")));
    expect(end.heard).toEqual([`close ${code} why`]);
    expect(framesOut(end)).toEqual([`8:${hex(closePayload(code, "why"))}`]);
    expect(end.protocol.state).toBe("ending");
  });

  it("answers an empty close with an empty one", () => {
    const end = openEnd(role);
    end.receive(fromPeer(role, 8, ""));
    expect(end.heard).toEqual(["close 1005 "]);
    expect(framesOut(end)).toEqual(["8:"]);
  });

  it.each([
    0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
  ])("fails a close of %i with 1002", (code) => {
    const end = openEnd(role);
    end.receive(fromPeer(role, 8, closePayload(code)), fromPeer(role, 1, "after"));
    expect(end.heard).toEqual(["failure badCloseFrame"]);
    expect(end.failures[0]).toEqual({
      kind: "violation",
      violation: "badCloseFrame",
      closeCode: 1002,
      reason: "malformed close frame",
    });
    expect(framesOut(end)).toEqual([`8:${hex(closePayload(1002, "malformed close frame"))}`]);
  });

  it("fails half a close code with 1002, and a reason that is not text with 1007", () => {
    for (const [payload, code] of [
      ["03", 1002],
      ["03e8ff", 1007],
    ] as const) {
      const end = openEnd(role);
      end.receive(fromPeer(role, 8, unhex(payload)));
      expect(end.failures[0]?.closeCode).toBe(code);
      expect(framesOut(end)[0]).toMatch(new RegExp(`^8:${hex(closePayload(code))}`));
    }
  });

  it("ignores everything behind a close frame, in the same chunk and in others", () => {
    const end = openEnd(role);
    const after = [fromPeer(role, 1, "after"), fromPeer(role, 9, ""), unhex("ffff"), fromPeer(role, 8, "")];
    end.receive(concat([fromPeer(role, 8, closePayload(1000)), ...after]), ...after);
    expect(end.heard).toEqual(["close 1000 "]);
    expect(framesOut(end)).toEqual([`8:${hex(closePayload(1000))}`]);
  });

  it("while it waits for the peer's close, it delivers messages and pongs but says nothing more", () => {
    const end = openEnd(role);
    end.protocol.sendClose(1000, "");
    end.take();
    end.receive(fromPeer(role, 1, "m"), fromPeer(role, 9, "p"), fromPeer(role, 10, "q"));
    expect(end.heard).toEqual(["text:m", "ping:p", "pong:q"]);
    expect(end.protocol.outbox.byteLength).toBe(0);
    expect(end.protocol.state).toBe("closing");
    end.receive(fromPeer(role, 8, closePayload(1000)));
    expect(end.protocol.state).toBe("ending");
    expect(end.protocol.outbox.byteLength).toBe(0);
  });

  it("a violation while it waits for the peer's close is not answered with a second close", () => {
    const end = openEnd(role);
    end.protocol.sendClose(1000, "");
    end.take();
    end.receive(unhex("ff"));
    expect(end.heard).toEqual(["failure reservedBit"]);
    expect(end.protocol.state).toBe("ending");
    expect(end.protocol.outbox.byteLength).toBe(0);
  });

  it("sends what was queued before the close that answers a violation", () => {
    const end = openEnd(role);
    end.protocol.sendText("queued");
    end.receive(unhex("83"));
    expect(framesOut(end)).toEqual([
      `1:${hex(bytesOf("queued"))}`,
      `8:${hex(closePayload(1002, "reserved opcode"))}`,
    ]);
  });

  it("closed from within onMessage, it goes on reading until the peer's close", () => {
    const end = openEnd(role);
    end.during = (event) => {
      if (event === "text:a") end.protocol.sendClose(4000, "enough");
    };
    end.receive(
      concat([
        fromPeer(role, 1, "a"),
        fromPeer(role, 1, "b"),
        fromPeer(role, 8, closePayload(4000, "enough")),
      ]),
    );
    expect(end.heard).toEqual(["text:a", "text:b", "close 4000 enough"]);
    expect(framesOut(end)).toEqual([`8:${hex(closePayload(4000, "enough"))}`]);
  });

  it("ended from within onMessage, it delivers nothing more", () => {
    const end = openEnd(role);
    end.during = () => end.protocol.receiveEnd();
    end.receive(concat([fromPeer(role, 1, "a"), fromPeer(role, 1, "b")]), fromPeer(role, 1, "c"));
    expect(end.heard).toEqual(["text:a"]);
    expect(end.protocol.state).toBe("closed");
  });

  it("TCP's end drops what was to be sent and what was half received; a second end is none", () => {
    const end = openEnd(role);
    end.protocol.sendText("lost");
    end.receive(fromPeer(role, 1, "half").slice(0, -1));
    end.protocol.receiveEnd();
    end.protocol.receiveEnd();
    expect(end.protocol.state).toBe("closed");
    expect(end.take()).toHaveLength(0);
    expect(end.heard).toEqual([]);
  });

  it("paused from within onMessage, it holds the rest, the close frame too, in order", () => {
    const end = openEnd(role);
    end.during = () => end.protocol.pauseReading();
    end.receive(
      concat([fromPeer(role, 1, "a"), fromPeer(role, 1, "b"), fromPeer(role, 8, "")]),
      fromPeer(role, 1, "after"),
    );
    expect(end.heard).toEqual(["text:a"]);
    end.protocol.resumeReading();
    expect(end.heard).toEqual(["text:a", "text:b"]);
    end.protocol.resumeReading();
    end.protocol.resumeReading();
    expect(end.heard).toEqual(["text:a", "text:b", "close 1005 "]);
  });

  it("a failure is heard once, after which nothing is", () => {
    const end = openEnd(role);
    const bad = fromPeer(role, 1, unhex("ff"));
    end.receive(concat([bad, bad, fromPeer(role, 1, "after")]), bad, fromPeer(role, 9, ""));
    expect(end.heard).toEqual(["failure invalidText"]);
    expect(framesOut(end)).toHaveLength(1);
  });

  it("a second close from the program is a bug of ours, not silence", () => {
    const end = openEnd(role);
    end.protocol.sendClose(1000, "");
    expect(() => end.protocol.sendClose(1000, "")).toThrow("bug:");
  });
});

describe("masks", () => {
  it("the wrong one for the role is refused with 1002", () => {
    for (const [role, violation] of [
      ["server", "maskMissing"],
      ["client", "maskUnexpected"],
    ] as const) {
      const end = openEnd(role);
      end.receive(fromPeer(role === "server" ? "client" : "server", 1, "x"));
      expect(end.failures).toMatchObject([{ violation, closeCode: 1002 }]);
    }
  });

  it("a client draws one for each frame, control frames included; a server none", () => {
    for (const role of roles) {
      const end = openEnd(role);
      let drawn = 0xfffffffe;
      end.maskKey = () => drawn++ | 0;
      end.protocol.sendText("a");
      end.protocol.sendMessage(bytesOf("b"), false);
      end.protocol.sendPing(bytesOf("c"));
      end.receive(fromPeer(role, 9, "d"));
      end.protocol.sendClose(1000, "");
      const frames = decodeFrames(end.take());
      expect(frames.map((frame) => hex(frame.payload))).toEqual(["61", "62", "63", "64", "03e8"]);
      expect(frames.map((frame) => frame.mask)).toEqual(
        role === "client" ? [0xfffffffe, 0xffffffff, 0, 1, 2] : new Array(5).fill(undefined),
      );
    }
  });
});
