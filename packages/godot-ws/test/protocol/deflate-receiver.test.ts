// Compressed messages on their way in: one by one through DeflateReceiver, and within a Protocol, where order, RSV bits
// and the end of a connection come into play.

import { describe, expect, it } from "vitest";
import { type DeflateSupport, resolveDeflate } from "../../src/protocol/deflate.ts";
import { DeflateReceiver } from "../../src/protocol/deflate-receiver.ts";
import { Protocol } from "../../src/protocol/protocol.ts";
import { HandCodec } from "./hand-codec.ts";
import { bytesOf, concat, encodeFrame, type FrameShape } from "./naive-frames.ts";
import {
  defaultLimits,
  RecordedEnd,
  type Role,
  requestText,
  responseText,
  sampleRequest,
  testMask,
} from "./recorded-end.ts";

describe("DeflateReceiver", () => {
  function createReceiver(maxBytes = 100) {
    const codec = new HandCodec();
    const heard: string[] = [];
    const note = (what: string) => () => void heard.push(what);
    const receiver = new DeflateReceiver(codec, maxBytes, {
      onMessage: (payload, isText) =>
        heard.push(`${isText ? "text" : "binary"} ${Buffer.from(payload).toString("latin1")}`),
      onViolation: (violation) => heard.push(violation),
      hold: note("hold"),
      goOn: note("go on"),
      onDelayed: note("delayed"),
      onArrived: note("arrived"),
    });
    return {
      codec,
      heard,
      receiver,
      receive: (text: string, isText = true) =>
        receiver.onCompressedMessage(Uint8Array.from(Buffer.from(text, "latin1")), isText),
    };
  }

  it("delivers at once when the codec is quick", () => {
    const { codec, heard, receiver, receive } = createReceiver();
    codec.isPrompt = true;
    receive("<hello>");
    receive("<there>", false);
    expect(heard).toEqual(["hold", "text hello", "go on", "hold", "binary there", "go on"]);
    expect(receiver.isBusy).toBe(false);
  });

  it("delivers later when it is not", () => {
    const { codec, heard, receiver, receive } = createReceiver();
    receive("<hello>");
    expect([heard.splice(0), receiver.isBusy]).toEqual([["hold", "delayed"], true]);
    codec.finish();
    expect([heard, receiver.isBusy]).toEqual([["text hello", "go on", "arrived"], false]);
  });

  it("keeps what arrives while paused", () => {
    const { codec, heard, receiver, receive } = createReceiver();
    receive("<hello>");
    receiver.pause();
    codec.finish();
    expect([heard.splice(0), receiver.isBusy]).toEqual([["hold", "delayed", "arrived"], true]);
    receiver.resume();
    expect([heard, receiver.isBusy]).toEqual([["text hello", "go on"], false]);
  });

  it.each([
    ["oops", true, "corruptCompression"],
    [`<${"x".repeat(101)}>`, true, "oversizedInflation"],
    ["<\xff>", true, "invalidText"],
    ["<\xff>", false, "binary \xff"],
  ])("%j, text: %s, is %s", (message, isText, expected) => {
    const { codec, heard, receive } = createReceiver();
    codec.isPrompt = true;
    receive(message, isText);
    expect(heard).toContain(expected);
  });

  it("is silent once stopped", () => {
    const { codec, heard, receiver, receive } = createReceiver();
    receive("<hello>");
    receiver.stop();
    codec.finish();
    expect(heard).toEqual(["hold", "delayed"]);
    receiver.resume();
    expect(heard).toEqual(["hold", "delayed"]);
  });
});

const binary = 2;
const text = 1;
const header = "Sec-WebSocket-Extensions: permessage-deflate";
const withHeader = (head: string): string => head.replace("\r\n\r\n", `\r\n${header}\r\n\r\n`);

/** A protocol with permessage-deflate agreed on, whose events are written down. */
class CompressingEnd extends RecordedEnd {
  readonly codec = new HandCodec();
  override readonly protocol: Protocol;
  readonly role: Role;

  constructor(role: Role, options: { threshold?: number; maxMessageBytes?: number; isOpen?: boolean } = {}) {
    super(role);
    this.role = role;
    const { threshold = 4, maxMessageBytes = 1000, isOpen = true } = options;
    const support: DeflateSupport = {
      settings: resolveDeflate({ threshold })!,
      createCodec: () => this.codec,
    };
    this.protocol = new Protocol({
      role,
      events: this,
      arena: this.arena,
      limits: { ...defaultLimits, maxMessageBytes },
      maskKey: () => testMask,
      deflate: {
        ...support,
        events: {
          onInflateDelayed: () => this.heard.push("delayed"),
          onDeflateDone: () => this.heard.push("done"),
        },
      },
    });
    if (isOpen) this.open();
  }

  open(): void {
    if (this.role === "client") {
      this.protocol.sendRequest(sampleRequest);
      this.receive(withHeader(responseText));
    } else {
      this.receive(withHeader(requestText));
    }
    expect(this.protocol.state).toBe("open");
    this.take();
    this.heard.length = 0;
  }

  /** Frames of the other end, in one chunk. */
  frames(...shapes: FrameShape[]): void {
    const mask = this.role === "server" ? testMask : undefined;
    this.receive(concat(shapes.map((shape) => encodeFrame({ mask, ...shape }))));
  }
}

const roles: Role[] = ["client", "server"];

describe.each(roles)("a protocol with permessage-deflate, %s", (role) => {
  it("reads compressed and other messages", () => {
    const end = new CompressingEnd(role);
    end.codec.isPrompt = true;
    end.frames(
      { opcode: text, reserved: 4, payload: "<one>" },
      { opcode: binary, payload: "two" },
      { opcode: binary, reserved: 4, payload: "<three>" },
    );
    expect(end.heard).toEqual(["text:one", "binary:two", "binary:three"]);
  });

  it("reads fragments with control frames between them, octet by octet", () => {
    const end = new CompressingEnd(role);
    const mask = role === "server" ? testMask : undefined;
    const shapes: FrameShape[] = [
      { opcode: text, reserved: 4, fin: false, payload: "<o" },
      { opcode: 9, payload: "ping" },
      { opcode: 0, fin: false, payload: "n" },
      { opcode: 0, payload: "e>" },
      { opcode: text, fin: false, payload: "tw" },
      { opcode: 0, payload: "o" },
    ];
    for (const prompt of [true, false]) {
      end.codec.isPrompt = prompt;
      end.heard.length = 0;
      for (const octet of concat(shapes.map((shape) => encodeFrame({ mask, ...shape })))) {
        end.receive(Uint8Array.of(octet));
      }
      end.codec.finishAll();
      expect(end.heard.filter((event) => event.includes(":"))).toEqual(["ping:ping", "text:one", "text:two"]);
    }
  });

  it("everything behind a message that takes its time waits for it", () => {
    const end = new CompressingEnd(role);
    end.frames(
      { opcode: text, reserved: 4, payload: "<one>" },
      { opcode: text, payload: "two" },
      { opcode: 9, payload: "three" },
      { opcode: text, reserved: 4, payload: "<four>" },
      { opcode: 8, payload: Uint8Array.of(3, 232) },
    );
    end.frames({ opcode: text, payload: "behind the close frame" });
    expect([end.heard.splice(0), end.protocol.isInflating]).toEqual([["delayed"], true]);
    end.codec.finish();
    expect([end.heard.splice(0), end.protocol.isInflating]).toEqual([
      ["text:one", "text:two", "ping:three", "delayed", "done"],
      true,
    ]);
    end.codec.finish();
    expect(end.heard).toEqual(["text:four", "close 1000 ", "done"]);
    expect(end.protocol.state).toBe("ending");
  });

  it("the owner's pause and the codec's hold do not lift each other", () => {
    const end = new CompressingEnd(role);
    end.frames({ opcode: text, reserved: 4, payload: "<one>" }, { opcode: text, payload: "two" });
    end.protocol.pauseReading();
    end.protocol.resumeReading();
    expect(end.heard.splice(0)).toEqual(["delayed"]);
    end.protocol.pauseReading();
    end.codec.finish();
    expect([end.heard.splice(0), end.protocol.isInflating]).toEqual([["done"], true]);
    end.during = () => end.protocol.pauseReading();
    end.protocol.resumeReading();
    expect([end.heard.splice(0), end.protocol.isInflating]).toEqual([["text:one"], false]);
    end.protocol.resumeReading();
    expect(end.heard.splice(0)).toEqual(["text:two"]);
    end.during = () => {};
    end.protocol.resumeReading();
    end.frames(
      { opcode: text, reserved: 4, payload: "<three>" },
      { opcode: text, reserved: 4, payload: "<four>" },
    );
    end.codec.finishAll();
    expect(end.heard).toEqual(["delayed", "text:three", "delayed", "done", "text:four", "done"]);
  });

  it.each<[string, FrameShape[]]>([
    [
      "RSV1 on a continuation",
      [
        { opcode: text, reserved: 4, fin: false, payload: "<" },
        { opcode: 0, reserved: 4, payload: ">" },
      ],
    ],
    [
      "RSV1 on the continuation of an uncompressed message",
      [
        { opcode: text, fin: false, payload: "<" },
        { opcode: 0, reserved: 4, payload: ">" },
      ],
    ],
    ["RSV1 on a ping", [{ opcode: 9, reserved: 4 }]],
    ["RSV1 on a pong", [{ opcode: 10, reserved: 4 }]],
    ["RSV1 on a close frame", [{ opcode: 8, reserved: 4 }]],
    ["RSV2", [{ opcode: text, reserved: 2 }]],
    ["RSV3", [{ opcode: text, reserved: 1 }]],
    ["RSV1 and RSV2", [{ opcode: text, reserved: 6 }]],
    ["all of them", [{ opcode: binary, reserved: 7 }]],
    ["RSV1 on a reserved opcode", [{ opcode: 3, reserved: 4 }]],
  ])("%s breaks the protocol", (_, shapes) => {
    const end = new CompressingEnd(role);
    end.frames(...shapes);
    expect(end.failures.map(({ closeCode, violation }) => [closeCode, violation])).toEqual([
      [1002, "reservedBit"],
    ]);
  });

  it("RSV1 breaks it when nothing was agreed on", () => {
    const end = new RecordedEnd(role);
    if (role === "client") end.protocol.sendRequest(sampleRequest);
    end.receive(role === "client" ? responseText : requestText);
    const mask = role === "server" ? testMask : undefined;
    end.receive(encodeFrame({ opcode: text, reserved: 4, payload: "<one>", mask }));
    expect(end.failures.map(({ violation }) => violation)).toEqual(["reservedBit"]);
  });

  it.each([
    [{ opcode: text, reserved: 4, payload: "oops" }, 1007, "corruptCompression"],
    [{ opcode: text, payload: "x".repeat(31) }, 1009, "oversizedMessage"],
  ] as const)("%o is answered with %i", (shape, code, violation) => {
    for (const isPrompt of [true, false]) {
      const end = new CompressingEnd(role, { maxMessageBytes: 30 });
      end.codec.isPrompt = isPrompt;
      end.frames(shape, { opcode: text, payload: "behind" });
      end.codec.finishAll();
      expect(end.failures.map((failure) => [failure.closeCode, failure.violation])).toEqual([
        [code, violation],
      ]);
      expect([end.protocol.state, end.heard.includes("text:behind")]).toEqual(["ending", false]);
    }
  });

  it("a text that is none once decompressed is answered with 1007", () => {
    const end = new CompressingEnd(role);
    end.codec.isPrompt = true;
    end.frames({ opcode: text, reserved: 4, payload: Uint8Array.of(0x3c, 0xc0, 0x3e) });
    expect(end.failures.map(({ closeCode, violation }) => [closeCode, violation])).toEqual([
      [1007, "invalidText"],
    ]);
  });

  it("nothing comes after the end, and the codec is closed", () => {
    const end = new CompressingEnd(role);
    end.frames({ opcode: text, reserved: 4, payload: "<one>" }, { opcode: text, payload: "two" });
    end.protocol.sendMessage(bytesOf("first"), true);
    end.protocol.sendMessage(bytesOf("second"), true);
    expect(end.protocol.queuedBytes).toBe(11);
    end.heard.length = 0;
    end.protocol.receiveEnd();
    end.codec.finishAll();
    expect([end.heard, end.codec.isClosed, end.protocol.queuedBytes]).toEqual([[], true, 0]);
    expect([end.protocol.isInflating, end.protocol.isDeflating]).toEqual([false, false]);
  });

  it("the close frame goes behind what is being compressed, a pong before it", () => {
    const end = new CompressingEnd(role);
    end.protocol.sendMessage(bytesOf("first"), true);
    end.protocol.sendText("second");
    end.frames({ opcode: 9, payload: "p" });
    end.protocol.sendPing(bytesOf("q"));
    end.protocol.sendClose(1000, "");
    const mask = role === "client" ? testMask : undefined;
    const sent = (...shapes: FrameShape[]) => concat(shapes.map((shape) => encodeFrame({ mask, ...shape })));
    expect(end.take()).toEqual(sent({ opcode: 10, payload: "p" }, { opcode: 9, payload: "q" }));
    expect(end.protocol.isDeflating).toBe(true);
    end.codec.finishAll();
    expect(end.take()).toEqual(
      sent(
        { opcode: text, reserved: 4, payload: "<first>" },
        { opcode: text, reserved: 4, payload: "<second>" },
        { opcode: 8, payload: Uint8Array.of(3, 232) },
      ),
    );
    expect(end.protocol.isDeflating).toBe(false);
  });

  it("the answer to a close frame goes behind it too", () => {
    const end = new CompressingEnd(role);
    end.protocol.sendMessage(bytesOf("first"), true);
    end.frames({ opcode: 8, payload: Uint8Array.of(3, 232) });
    expect([end.take().length, end.protocol.state, end.protocol.isDeflating]).toEqual([0, "ending", true]);
    end.codec.finish();
    const mask = role === "client" ? testMask : undefined;
    expect(end.take()).toEqual(
      concat([
        encodeFrame({ opcode: text, reserved: 4, payload: "<first>", mask }),
        encodeFrame({ opcode: 8, payload: Uint8Array.of(3, 232), mask }),
      ]),
    );
  });
});

describe("the handshake", () => {
  const request = (value: string): string =>
    requestText.replace("\r\n\r\n", `\r\nSec-WebSocket-Extensions: ${value}\r\n\r\n`);

  it("a server says what it agrees to", () => {
    const end = new CompressingEnd("server", { isOpen: false });
    end.receive(request("foo, permessage-deflate; server_max_window_bits=10"));
    expect(Buffer.from(end.take()).toString()).toContain(
      "\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n",
    );
    expect(end.protocol.extensions).toBe("permessage-deflate; server_max_window_bits=10");
  });

  it.each([
    "foo",
    "permessage-deflate; bar",
    "__proto__; constructor=1",
  ])("a server goes without for %s", (value) => {
    const end = new CompressingEnd("server", { isOpen: false });
    end.receive(request(value));
    expect(Buffer.from(end.take()).toString()).not.toMatch(/extensions/i);
    expect([end.protocol.state, end.protocol.extensions]).toEqual(["open", ""]);
    end.receive(encodeFrame({ opcode: text, reserved: 4, payload: "<one>", mask: testMask }));
    expect(end.failures.map(({ violation }) => violation)).toEqual(["reservedBit"]);
  });

  it.each([
    "",
    ";",
    ";;",
    "permessage-deflate;",
    'permessage-deflate; a="',
  ])("a server refuses %j with 400, compressing or not", (value) => {
    for (const end of [new CompressingEnd("server", { isOpen: false }), new RecordedEnd("server")]) {
      end.receive(request(value));
      const answer = Buffer.from(end.take()).toString();
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain("Sec-WebSocket-Extensions is malformed");
      expect(end.failures.map(({ status }) => status)).toEqual([400]);
    }
  });

  it.each([
    "constructor",
    "permessage-deflate",
    'permessage-deflate; a="b", foo;bar',
  ])("a server without it does not care for %j", (value) => {
    const end = new RecordedEnd("server");
    end.receive(request(value));
    expect(end.protocol.state).toBe("open");
    expect(Buffer.from(end.take()).toString()).not.toMatch(/extensions/i);
  });

  it("a client offers it, and does without it when the server does", () => {
    const end = new CompressingEnd("client", { isOpen: false });
    end.protocol.sendRequest(sampleRequest);
    expect(Buffer.from(end.take()).toString()).toContain(
      "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
    );
    end.receive(responseText);
    end.protocol.sendText("not compressed");
    expect([end.protocol.state, end.protocol.extensions, end.codec.jobs]).toEqual(["open", "", []]);
  });

  it.each([
    "foo",
    "permessage-deflate; foo",
    "permessage-deflate, permessage-deflate",
    ";",
  ])("a client fails the connection over %s", (value) => {
    const end = new CompressingEnd("client", { isOpen: false });
    end.protocol.sendRequest(sampleRequest);
    end.receive(responseText.replace("\r\n\r\n", `\r\nSec-WebSocket-Extensions: ${value}\r\n\r\n`));
    expect(end.failures.map(({ kind, status }) => [kind, status])).toEqual([["handshake", 101]]);
    expect(end.protocol.state).toBe("ending");
  });

  it("a client that is told a window of 8 sends everything as it is", () => {
    const end = new CompressingEnd("client", { isOpen: false });
    end.protocol.sendRequest(sampleRequest);
    end.receive(
      responseText.replace(
        "\r\n\r\n",
        "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=8\r\n\r\n",
      ),
    );
    end.take();
    end.protocol.sendText("hello");
    expect(end.take()).toEqual(encodeFrame({ opcode: text, payload: "hello", mask: testMask }));
    end.codec.isPrompt = true;
    end.frames({ opcode: text, reserved: 4, payload: "<hello>" });
    expect(end.heard.at(-1)).toBe("text:hello");
  });

  it("frames that come with the server's answer are read", () => {
    const end = new CompressingEnd("client", { isOpen: false });
    end.protocol.sendRequest(sampleRequest);
    const frames = [
      encodeFrame({ opcode: text, reserved: 4, payload: "<one>" }),
      encodeFrame({ opcode: text, reserved: 4, payload: "<two>" }),
    ];
    end.receive(concat([bytesOf(withHeader(responseText)), ...frames]));
    end.codec.finishAll();
    expect(end.heard).toEqual(["open", "delayed", "text:one", "delayed", "done", "text:two", "done"]);
  });
});
