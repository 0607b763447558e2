import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameParser, type FrameSink, type MessageLimits } from "../../src/protocol/frame-parser.ts";
import type { Violation } from "../../src/protocol/violations.ts";
import {
  concat,
  encodeFrame,
  encodeFrames,
  type FrameShape,
  naiveMask,
  octetsOf,
  splitsInTwo,
  unhex,
} from "./naive-frames.ts";
import { SeededRandom } from "./seeded-random.ts";

const roomy: MessageLimits = {
  maxMessageBytes: 1 << 20,
  maxFrameBytes: Number.POSITIVE_INFINITY,
  maxFragments: 1000,
};
const mask = 0x37fa213d;

class Recorder implements FrameSink {
  readonly heard: string[] = [];
  during: (event: string) => void = () => {};

  onMessage(payload: Uint8Array, isText: boolean): void {
    this.#note(`${isText ? "text" : "binary"}:${latin1(payload)}`);
  }

  onControl(opcode: number, payload: Uint8Array): void {
    this.#note(`${opcode === 8 ? "close" : opcode === 9 ? "ping" : "pong"}:${latin1(payload)}`);
  }

  onViolation(violation: Violation): void {
    this.#note(`! ${violation}`);
  }

  #note(event: string): void {
    this.heard.push(event);
    this.during(event);
  }
}

function latin1(payload: Uint8Array): string {
  return Buffer.from(payload).toString("latin1");
}

function createParser(role: "client" | "server" = "client", limits: Partial<MessageLimits> = {}) {
  const sink = new Recorder();
  const parser = new FrameParser(sink, role, { ...roomy, ...limits });
  return { sink, parser };
}

function parse(
  chunks: readonly Uint8Array[],
  role: "client" | "server" = "client",
  limits: Partial<MessageLimits> = {},
): string[] {
  const { sink, parser } = createParser(role, limits);
  for (const chunk of chunks) parser.push(chunk.slice());
  return sink.heard;
}

describe("RFC 6455 §5.7", () => {
  it.each([
    ["a single-frame unmasked text message", "client", "810548656c6c6f", ["text:Hello"]],
    ["a single-frame masked text message", "server", "818537fa213d7f9f4d5158", ["text:Hello"]],
    ["a fragmented unmasked text message", "client", "010348656c 80026c6f", ["text:Hello"]],
    ["an unmasked ping", "client", "890548656c6c6f", ["ping:Hello"]],
    ["a masked pong", "server", "8a8537fa213d7f9f4d5158", ["pong:Hello"]],
  ] as const)("%s", (_, role, bytes, events) => {
    expect(parse([unhex(bytes)], role)).toEqual(events);
  });

  it.each([
    ["256 octets of binary data", "827e0100", 256],
    ["64 KiB of binary data", "827f0000000000010000", 65536],
  ])("%s", (_, head, length) => {
    const body = new SeededRandom(7).bytes(length);
    expect(parse([unhex(head), body])).toEqual([`binary:${latin1(body)}`]);
  });
});

/** A stream with everything in it that is legal, and what it says. */
function mixedStream(masked: boolean): { shapes: FrameShape[]; bytes: Uint8Array; events: string[] } {
  const body = new SeededRandom(8).bytes(300);
  const shapes: FrameShape[] = [
    { opcode: 1, payload: "κόσμε" },
    { opcode: 2, payload: "" },
    { opcode: 1, payload: "Hel", fin: false },
    { opcode: 9, payload: "are you there?" },
    { opcode: 0, payload: "", fin: false },
    { opcode: 10, payload: "" },
    { opcode: 0, payload: "lo" },
    { opcode: 2, payload: body },
    { opcode: 9, payload: body.slice(0, 125) },
    { opcode: 1, payload: "" },
    { opcode: 8, payload: unhex("03e8") },
  ];
  const events = [
    `text:${latin1(new TextEncoder().encode("κόσμε"))}`,
    "binary:",
    "ping:are you there?",
    "pong:",
    "text:Hello",
    `binary:${latin1(body)}`,
    `ping:${latin1(body.slice(0, 125))}`,
    "text:",
    "close:\x03\xe8",
  ];
  const masking = shapes.map((shape, index) =>
    masked ? { ...shape, mask: Math.imul(mask, index + 1) >>> 0 } : shape,
  );
  return { shapes: masking, bytes: encodeFrames(masking), events };
}

interface Part {
  readonly payload: Uint8Array;
  /** Between this part and the next. */
  readonly controls: readonly FrameShape[];
}

const anyPayload = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 100, max: 3000 }).map((length) => new SeededRandom(length).bytes(length)),
);
const anyControl = fc.record({
  opcode: fc.constantFrom(9, 10),
  payload: fc.uint8Array({ maxLength: 125 }),
});
const anyPart: fc.Arbitrary<Part> = fc.record({
  payload: anyPayload,
  controls: fc.array(anyControl, { maxLength: 2 }),
});
const anyMessages = fc.array(
  fc.record({ isText: fc.boolean(), parts: fc.array(anyPart, { minLength: 1, maxLength: 4 }) }),
  { maxLength: 4 },
);

/** The frames of one message, and what is to be heard of them. */
function framesOf(isText: boolean, parts: readonly Part[]): { shapes: FrameShape[]; events: string[] } {
  const shapes: FrameShape[] = [];
  const events: string[] = [];
  // Text has to be text: octets without their highest bit.
  const payloads = parts.map(({ payload }) => (isText ? payload.map((octet) => octet & 127) : payload));
  const last = parts.length - 1;
  for (const [index, payload] of payloads.entries()) {
    shapes.push({ opcode: index > 0 ? 0 : isText ? 1 : 2, payload, fin: index === last });
    if (index === last) break;
    for (const control of parts[index]!.controls) {
      shapes.push(control);
      events.push(`${control.opcode === 9 ? "ping" : "pong"}:${latin1(control.payload as Uint8Array)}`);
    }
  }
  events.push(`${isText ? "text" : "binary"}:${latin1(concat(payloads))}`);
  return { shapes, events };
}

function runAnyhow(
  messages: readonly { isText: boolean; parts: readonly Part[] }[],
  role: "client" | "server",
  seed: number,
  pauses: boolean,
): void {
  const random = new SeededRandom(seed);
  const made = messages.map(({ isText, parts }) => framesOf(isText, parts));
  const events = made.flatMap((each) => each.events);
  const shapes = made.flatMap((each) => each.shapes);
  const masked = shapes.map((shape) => (role === "server" ? { ...shape, mask: random.uint32() } : shape));
  const { sink, parser } = createParser(role);
  if (pauses) sink.during = () => parser.pause();
  for (const chunk of random.cut(encodeFrames(masked), random.pick([1, 3, 50, 5000]))) {
    parser.push(chunk);
    if (random.oneIn(4)) parser.resume();
  }
  for (let i = 0; i <= events.length; i++) parser.resume();
  expect(sink.heard).toEqual(events);
  expect(parser.heldBytes).toBe(0);
}

describe("chunks", () => {
  it.each(["client", "server"] as const)("cut in two anywhere, a stream says the same to a %s", (role) => {
    const { bytes, events } = mixedStream(role === "server");
    expect(parse([bytes], role)).toEqual(events);
    for (const halves of splitsInTwo(bytes)) {
      const heard = parse(halves, role);
      if (heard.join() !== events.join()) expect(heard, `cut at ${halves[0].length}`).toEqual(events);
    }
  });

  it.each(["client", "server"] as const)("octet by octet, a stream says the same to a %s", (role) => {
    const { bytes, events } = mixedStream(role === "server");
    expect(parse(octetsOf(bytes), role)).toEqual(events);
  });

  it("any frames, cut anyhow, pausing anywhere: the same events", () => {
    fc.assert(
      fc.property(anyMessages, fc.constantFrom("client", "server"), fc.nat(), fc.boolean(), runAnyhow),
      { numRuns: 250, seed: 20 },
    );
  });

  it("Node's Buffers, which share memory with others, give plain arrays and touch no neighbour", () => {
    const frame = encodeFrame({ opcode: 2, payload: "x".repeat(100), mask });
    const pool = Buffer.alloc(frame.length + 20, 0xaa);
    pool.set(frame, 7);
    const { sink, parser } = createParser("server");
    let payload: Uint8Array | undefined;
    sink.onMessage = (bytes) => {
      payload = bytes;
    };
    parser.push(pool.subarray(7, 7 + frame.length));
    expect(Object.getPrototypeOf(payload)).toBe(Uint8Array.prototype);
    expect(latin1(payload!)).toBe("x".repeat(100));
    expect(
      [...pool.subarray(0, 7), ...pool.subarray(7 + frame.length)].every((octet) => octet === 0xaa),
    ).toBe(true);
  });

  it("a message of many pieces keeps none of the chunks that the feeder might use again", () => {
    const frame = encodeFrame({ opcode: 2, payload: "abcdefghij" });
    const { sink, parser } = createParser();
    for (const octet of frame) {
      const chunk = Uint8Array.of(octet);
      parser.push(chunk);
      chunk[0] = 0xff;
    }
    expect(sink.heard).toEqual(["binary:abcdefghij"]);
  });
});

describe("pausing", () => {
  const five = encodeFrames(["a", "b", "c", "d", "e"].map((payload) => ({ opcode: 1, payload })));
  const all = ["text:a", "text:b", "text:c", "text:d", "text:e"];

  it("from within an event, in the middle of a chunk, holds the rest, in order, nothing lost", () => {
    const { sink, parser } = createParser();
    sink.during = (event) => {
      if (event === "text:b" || event === "text:d") parser.pause();
    };
    parser.push(five.slice());
    expect(sink.heard).toEqual(all.slice(0, 2));
    expect(parser.heldBytes).toBe(9);
    parser.push(encodeFrame({ opcode: 1, payload: "f" }));
    expect(sink.heard).toEqual(all.slice(0, 2));
    parser.resume();
    expect(sink.heard).toEqual(all.slice(0, 4));
    expect(parser.heldBytes).toBe(6);
    parser.resume();
    expect(sink.heard).toEqual([...all, "text:f"]);
    expect(parser.heldBytes).toBe(0);
  });

  it("one event per resume keeps order over many held chunks", () => {
    const { sink, parser } = createParser();
    sink.during = () => parser.pause();
    parser.pause();
    for (const octet of octetsOf(five)) parser.push(octet);
    expect(sink.heard).toEqual([]);
    expect(parser.heldBytes).toBe(five.length);
    for (let count = 1; count <= 5; count++) {
      parser.resume();
      expect(sink.heard).toEqual(all.slice(0, count));
    }
  });

  it("and going on within the same event changes nothing", () => {
    const { sink, parser } = createParser();
    sink.during = () => {
      parser.pause();
      parser.resume();
    };
    parser.push(five.slice(0, 7));
    parser.push(five.slice(7));
    expect(sink.heard).toEqual(all);
  });

  it("at the last octet of a chunk holds nothing", () => {
    const { sink, parser } = createParser();
    sink.during = () => parser.pause();
    parser.push(five.slice(0, 3));
    expect(parser.heldBytes).toBe(0);
    parser.push(five.slice(3));
    expect(sink.heard).toEqual(["text:a"]);
    expect(parser.heldBytes).toBe(12);
  });

  it("inside a fragmented message, at a control frame, does not disturb the message", () => {
    const { sink, parser } = createParser();
    sink.during = () => parser.pause();
    parser.push(
      encodeFrames([
        { opcode: 2, payload: "one", fin: false },
        { opcode: 9, payload: "p" },
        { opcode: 0, payload: "two" },
      ]),
    );
    expect(sink.heard).toEqual(["ping:p"]);
    parser.resume();
    expect(sink.heard).toEqual(["ping:p", "binary:onetwo"]);
  });

  it("resume without pause does nothing", () => {
    const { sink, parser } = createParser();
    parser.resume();
    parser.push(five.slice(0, 3));
    expect(sink.heard).toEqual(["text:a"]);
  });
});

describe("stop", () => {
  const two = encodeFrames([
    { opcode: 1, payload: "a" },
    { opcode: 1, payload: "b" },
  ]);

  it("from within an event ends the reading of the chunk, and of all that follow", () => {
    const { sink, parser } = createParser();
    sink.during = () => parser.stop();
    parser.push(two.slice());
    parser.push(two.slice());
    expect(sink.heard).toEqual(["text:a"]);
  });

  it("forgets what is held, and resume does not bring it back", () => {
    const { sink, parser } = createParser();
    parser.pause();
    parser.push(two.slice());
    parser.stop();
    expect(parser.heldBytes).toBe(0);
    parser.resume();
    parser.push(two.slice());
    expect(sink.heard).toEqual([]);
  });

  it("comes by itself with a violation: nothing is read behind it", () => {
    const { sink, parser } = createParser();
    parser.push(concat([unhex("f100"), two]));
    parser.push(two.slice());
    expect(sink.heard).toEqual(["! reservedBit"]);
  });

  it("comes with a violation while held chunks are read", () => {
    const { sink, parser } = createParser();
    parser.pause();
    for (const chunk of [two, unhex("83"), two]) parser.push(chunk.slice());
    parser.resume();
    expect(sink.heard).toEqual(["text:a", "text:b", "! reservedOpcode"]);
    expect(parser.heldBytes).toBe(0);
  });
});

describe("violations", () => {
  /** `octets`: how many must have come before it shows, and no more may be needed. */
  const faults: readonly [
    what: string,
    role: "client" | "server",
    bytes: string,
    Violation,
    octets: number,
  ][] = [
    ["RSV1", "client", "c100", "reservedBit", 1],
    ["RSV2", "client", "a100", "reservedBit", 1],
    ["RSV3", "client", "9100", "reservedBit", 1],
    ["RSV1 on a ping", "client", "c900", "reservedBit", 1],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
      (opcode) =>
        [`opcode ${opcode}`, "client", `8${opcode.toString(16)}00`, "reservedOpcode", 1] as [
          string,
          "client",
          string,
          Violation,
          number,
        ],
    ),
    ["a mask from a server", "client", "818037fa213d", "maskUnexpected", 2],
    ["no mask from a client", "server", "8100", "maskMissing", 2],
    ["a ping in two", "client", "0900", "fragmentedControl", 1],
    ["a pong in two", "client", "0a00", "fragmentedControl", 1],
    ["a close in two", "client", "0800", "fragmentedControl", 1],
    ["a ping of 126", "client", "897e007e", "oversizedControl", 2],
    ["a pong of 2^63", "client", "8a7f8000000000000000", "oversizedControl", 2],
    ["a masked close of 126", "server", "88fe007e", "oversizedControl", 2],
    ["125 in 16 bits", "client", "827e007d", "lengthNotMinimal", 4],
    ["0 in 16 bits", "client", "827e0000", "lengthNotMinimal", 4],
    ["65535 in 64 bits", "client", "827f000000000000ffff", "lengthNotMinimal", 10],
    ["0 in 64 bits", "server", "82ff0000000000000000", "lengthNotMinimal", 10],
    ["2^63", "client", "827f8000000000000000", "lengthOutOfRange", 10],
    ["2^64 - 1", "server", "82ffffffffffffffffff", "lengthOutOfRange", 10],
    ["2^63 - 1", "client", "827f7fffffffffffffff", "oversizedMessage", 10],
    ["2^53 + 1", "client", "827f0020000000000001", "oversizedMessage", 10],
    ["2^32", "client", "827f0000000100000000", "oversizedMessage", 10],
    ["a continuation of nothing", "client", "8000", "strayContinuation", 1],
    ["a beginning continuation of nothing", "client", "0000", "strayContinuation", 1],
    ["a text inside a text", "client", "0100 8100", "interruptedMessage", 3],
    ["a binary inside a text", "client", "0100 8200", "interruptedMessage", 3],
    ["a continuation after the end", "client", "0100 8000 8000", "strayContinuation", 5],
    ["text that is not UTF-8", "client", "8104 61ff6161", "invalidText", 4],
    ["text cut inside a character", "client", "8102 61c3", "invalidText", 4],
    ["an empty end of text cut inside a character", "client", "0101c3 8000", "invalidText", 5],
  ];

  it.each(faults)("%s, to a %s (%s): %s at octet %i", (_, role, bytes, violation, octets) => {
    const whole = unhex(bytes);
    const expected = `! ${violation}`;
    expect(parse([whole], role).at(-1)).toBe(expected);
    const { sink, parser } = createParser(role);
    octetsOf(whole).forEach((octet, index) => {
      parser.push(octet);
      expect(sink.heard.includes(expected), `after ${index + 1} octets`).toBe(index + 1 >= octets);
    });
    expect(sink.heard.filter((event) => event.startsWith("!"))).toEqual([expected]);
    for (const halves of splitsInTwo(whole)) expect(parse(halves, role).at(-1)).toBe(expected);
  });

  it("what was whole before it has been delivered", () => {
    const bytes = concat([encodeFrame({ opcode: 1, payload: "before" }), unhex("ff")]);
    expect(parse([bytes])).toEqual(["text:before", "! reservedBit"]);
  });

  it("a binary message may have any octets", () => {
    expect(parse([encodeFrame({ opcode: 2, payload: unhex("c3ff80") })])).toEqual(["binary:\xc3\xff\x80"]);
  });
});

describe("limits", () => {
  it("a message may have just as many octets as allowed", () => {
    const at = encodeFrame({ opcode: 2, payload: "x".repeat(200) });
    expect(parse([at], "client", { maxMessageBytes: 200 })).toEqual([`binary:${"x".repeat(200)}`]);
    expect(parse([at], "client", { maxMessageBytes: 199 })).toEqual(["! oversizedMessage"]);
  });

  it("one that is too big is refused by its header alone", () => {
    const head = encodeFrame({ opcode: 2, payload: "x".repeat(200) }).slice(0, 4);
    expect(parse([head], "client", { maxMessageBytes: 199 })).toEqual(["! oversizedMessage"]);
  });

  it("a frame may have just as many octets as allowed, a message more", () => {
    const parts = (last: number): Uint8Array =>
      encodeFrames([
        { opcode: 2, payload: "x".repeat(50), fin: false },
        { opcode: 9, payload: "y".repeat(100) },
        { opcode: 0, payload: "x".repeat(last) },
      ]);
    const limits = { maxFrameBytes: 50 };
    expect(parse([parts(50)], "client", limits).at(-1)).toBe(`binary:${"x".repeat(100)}`);
    expect(parse([parts(51)], "client", limits).at(-1)).toBe("! oversizedMessage");
    expect(parse([encodeFrame({ opcode: 2, payload: "x".repeat(51) })], "client", limits)).toEqual([
      "! oversizedMessage",
    ]);
  });

  it("fragments count together", () => {
    const thirds = (last: string): Uint8Array =>
      encodeFrames([
        { opcode: 1, payload: "x".repeat(40), fin: false },
        { opcode: 9, payload: "y".repeat(100) },
        { opcode: 0, payload: "x".repeat(40), fin: false },
        { opcode: 0, payload: last },
      ]);
    const limits = { maxMessageBytes: 100 };
    for (const cut of [(bytes: Uint8Array) => [bytes], octetsOf]) {
      expect(parse(cut(thirds("x".repeat(20))), "client", limits).at(-1)).toBe(`text:${"x".repeat(100)}`);
      expect(parse(cut(thirds("x".repeat(21))), "client", limits).at(-1)).toBe("! oversizedMessage");
    }
  });

  it("each message counts for itself", () => {
    const frames = Array.from({ length: 10 }, () => ({ opcode: 2, payload: "x".repeat(60) }));
    expect(parse([encodeFrames(frames)], "client", { maxMessageBytes: 100 })).toEqual(
      new Array(10).fill(`binary:${"x".repeat(60)}`),
    );
  });

  it("control frames are no messages: no limit but their own", () => {
    const ping = encodeFrame({ opcode: 9, payload: "x".repeat(125) });
    expect(parse([ping], "client", { maxMessageBytes: 10 })).toEqual([`ping:${"x".repeat(125)}`]);
  });

  it("a limit of 0 octets leaves empty messages", () => {
    expect(parse([unhex("8100 8200")], "client", { maxMessageBytes: 0 })).toEqual(["text:", "binary:"]);
    expect(parse([unhex("810161")], "client", { maxMessageBytes: 0 })).toEqual(["! oversizedMessage"]);
  });

  it.each(["", "x"])("a message may have just as many frames of %j as allowed", (payload) => {
    const frames = (count: number): Uint8Array =>
      encodeFrames(
        Array.from({ length: count }, (_, index) => ({
          opcode: index === 0 ? 2 : 0,
          payload,
          fin: index === count - 1,
        })),
      );
    const limits = { maxFragments: 50 };
    expect(parse([frames(50)], "client", limits)).toEqual([`binary:${payload.repeat(50)}`]);
    const whole = `binary:${payload.repeat(50)}`;
    expect(parse([concat([frames(50), frames(50)])], "client", limits)).toEqual([whole, whole]);
    expect(parse([frames(51)], "client", limits)).toEqual(["! tooManyFragments"]);
    expect(parse(octetsOf(frames(51)), "client", limits)).toEqual(["! tooManyFragments"]);
  });

  it("frames without end are refused when the count is reached, before the message ends", () => {
    const { sink, parser } = createParser("client", { maxFragments: 5 });
    parser.push(unhex("0200"));
    for (let i = 0; i < 4; i++) parser.push(unhex("0000"));
    expect(sink.heard).toEqual([]);
    parser.push(unhex("0000"));
    expect(sink.heard).toEqual(["! tooManyFragments"]);
  });

  it("control frames do not count as fragments", () => {
    const shapes: FrameShape[] = [{ opcode: 2, payload: "a", fin: false }];
    for (let i = 0; i < 20; i++) shapes.push({ opcode: 9, payload: "" });
    shapes.push({ opcode: 0, payload: "b" });
    expect(parse([encodeFrames(shapes)], "client", { maxFragments: 2 }).at(-1)).toBe("binary:ab");
  });
});

describe("masks", () => {
  it("keep their phase over every cut, at sizes where words are used", () => {
    const body = new SeededRandom(9).bytes(200);
    const frame = encodeFrame({ opcode: 2, payload: body, mask: 0x8badf00d });
    for (const halves of splitsInTwo(frame))
      expect(parse(halves, "server")).toEqual([`binary:${latin1(body)}`]);
  });

  it.each([0, 0xffffffff, 0x80000000, 1])("with a key of %i", (key) => {
    const body = new SeededRandom(10).bytes(100);
    expect(parse([encodeFrame({ opcode: 2, payload: body, mask: key })], "server")).toEqual([
      `binary:${latin1(body)}`,
    ]);
  });

  it("each frame of a message has its own", () => {
    const body = new SeededRandom(11).bytes(90);
    const frames = [
      { opcode: 2, payload: body.slice(0, 33), fin: false, mask: 1 },
      { opcode: 0, payload: body.slice(33, 70), fin: false, mask: 0xff00ff00 },
      { opcode: 0, payload: body.slice(70), mask: 0x12345678 },
    ];
    expect(parse(new SeededRandom(12).cut(encodeFrames(frames), 7), "server")).toEqual([
      `binary:${latin1(body)}`,
    ]);
  });

  it("are taken off as the payload comes, not when it is whole: bad text shows at once", () => {
    const payload = concat([new TextEncoder().encode("a".repeat(100)), unhex("ff")]);
    const frame = encodeFrame({ opcode: 1, payload: concat([payload, naiveMask(payload, 0)]), mask });
    const upToFault = frame.slice(0, 8 + payload.length);
    expect(parse([upToFault.slice(0, -1)], "server")).toEqual([]);
    expect(parse([upToFault], "server")).toEqual(["! invalidText"]);
  });
});
