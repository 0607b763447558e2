// Makes up handshakes and frames, most of them a little wrong, and feeds them to a Protocol in odd pieces, while a
// program that is no better sends, pauses, closes and hangs up. Whatever comes: nothing is thrown, the state moves as
// the table allows, memory and outbox stay within what was received, what is heard is what a naive receiver makes of
// the stream, and after an end nothing more is heard.

import { prepareFrame } from "../../src/protocol/frame-writer.ts";
import { Arena } from "../../src/protocol/outbox.ts";
import type { ProtocolLimits } from "../../src/protocol/protocol.ts";
import type { ConnectionState } from "../../src/protocol/state.ts";
import { bytesOf, concat, decodeFrames, encodeFrame, type FrameShape } from "../protocol/naive-frames.ts";
import {
  RecordedEnd,
  type Role,
  requestText,
  responseText,
  sampleRequest,
} from "../protocol/recorded-end.ts";
import { SeededRandom } from "../protocol/seeded-random.ts";
import { expectedEvents } from "./naive-receiver.ts";

export interface FuzzReport {
  readonly inputs: number;
  /** How often each kind of thing was heard: a fuzzer that never gets past the handshake finds nothing. */
  readonly heard: ReadonlyMap<string, number>;
}

const arena = new Arena();

/** Runs inputs number 0 to `count` - 1 of `seed`; throws an Error that names the input at the first that goes wrong. */
export function runFuzzer(seed: number, count: number): FuzzReport {
  const heard = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const inputSeed = (Math.imul(seed, 0x9e3779b1) + index) >>> 0;
    let events: readonly string[];
    try {
      events = runInput(inputSeed, index % 256 === 0);
    } catch (cause) {
      throw new Error(`fuzzer: seed ${seed}, input ${index}: runInput(${inputSeed}): ${String(cause)}`, {
        cause,
      });
    }
    for (const event of events) {
      const kind = event.split(/[: ]/, 1)[0]!;
      heard.set(kind, (heard.get(kind) ?? 0) + 1);
    }
  }
  return { inputs: count, heard };
}

/**
 * One input, again and again the same; what was heard. Throws when something is wrong. `isMetered`: looks at memory too,
 * which takes its time, with limits that would allow much.
 */
export function runInput(inputSeed: number, isMetered = false): readonly string[] {
  return new FuzzRun(new SeededRandom(inputSeed), isMetered).run();
}

/** Octets that `work` asks for in typed arrays. */
function allocatedBy(work: () => void): number {
  const original = globalThis.Uint8Array;
  let allocated = 0;
  globalThis.Uint8Array = new Proxy(original, {
    construct(target, [first, ...rest], newTarget): object {
      if (typeof first === "number") allocated += first;
      return Reflect.construct(target, [first, ...rest], newTarget);
    },
  });
  try {
    work();
  } finally {
    globalThis.Uint8Array = original;
  }
  return allocated;
}

const order: readonly ConnectionState[] = ["connecting", "open", "closing", "ending", "closed"];
/** What can follow what, over one move or several. */
const reachable: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  connecting: order,
  open: order.slice(1),
  closing: order.slice(2),
  ending: order.slice(3),
  closed: order.slice(4),
};

class FuzzRun {
  readonly #random: SeededRandom;
  readonly #role: Role;
  readonly #limits: ProtocolLimits;
  readonly #end: RecordedEnd;
  readonly #sent: Uint8Array[] = [];
  #state: ConnectionState = "connecting";
  #received = 0;
  #queued = 0;
  #allocated = 0;
  #hungUp = false;
  readonly #isMetered: boolean;

  constructor(random: SeededRandom, isMetered: boolean) {
    this.#random = random;
    this.#isMetered = isMetered;
    this.#role = random.pick(["client", "server"]);
    this.#limits = {
      maxMessageBytes: isMetered ? 1 << 30 : random.pick([0, 1, 20, 125, 126, 1000, 100_000]),
      maxFrameBytes: random.oneIn(8) ? random.below(200) : Number.POSITIVE_INFINITY,
      maxFragments: random.pick([1, 2, 3, 10, 1000]),
      maxHeadBytes: random.pick([200, 1000, 4096]),
      maxHeaderCount: random.pick([5, 8, 64]),
    };
    this.#end = new RecordedEnd(this.#role, this.#limits, arena);
    this.#end.maskKey = () => random.uint32();
    this.#end.during = () => this.#duringEvent();
  }

  run(): readonly string[] {
    const random = this.#random;
    const isHandshakeOdd = random.oneIn(4);
    const greeting = this.#role === "server" ? requestText : responseText;
    const handshake = isHandshakeOdd ? oddHandshake(random, greeting) : bytesOf(greeting);
    const frames = oddFrames(random, this.#role);
    if (this.#role === "client") this.#end.protocol.sendRequest(sampleRequest);
    else if (random.oneIn(3)) this.#end.acceptance = undefined;
    for (const chunk of random.cut(concat([handshake, frames]), random.pick([1, 4, 30, 5000]))) {
      this.#received += chunk.length;
      this.#meter(() => this.#end.protocol.receiveData(chunk));
      this.#check();
      if (random.oneIn(6)) this.#act();
      this.#check();
    }
    this.#finish();
    const heard = this.#heard();
    if (!isHandshakeOdd) this.#compare(heard, frames);
    this.#checkSent();
    return heard;
  }

  /** The server answers at last, and all that was held is read. */
  #finish(): void {
    const { protocol } = this.#end;
    this.#meter(() => {
      if (this.#role === "server" && protocol.request !== undefined) protocol.accept();
      for (let i = 0; protocol.isReadingPaused && i < 10_000; i++) protocol.resumeReading();
    });
    this.#check();
    this.#drain();
    const before = this.#end.heard.length;
    protocol.receiveEnd();
    this.#check();
    protocol.receiveData(encodeFrame({ opcode: 1, payload: "late" }));
    protocol.resumeReading();
    if (this.#end.heard.length > before) throw new Error("heard something after the end");
    if (protocol.outbox.byteLength > 0) throw new Error("has something to say after the end");
    if (protocol.state !== "closed") throw new Error(`ended as ${protocol.state}`);
  }

  #duringEvent(): void {
    this.#check();
    if (this.#random.oneIn(5)) this.#act();
  }

  /** Something that a program may do now. */
  #act(): void {
    const random = this.#random;
    const { protocol } = this.#end;
    if (random.oneIn(60)) {
      this.#hungUp = true;
      protocol.receiveEnd();
    } else if (random.oneIn(3)) {
      if (random.oneIn(2)) protocol.pauseReading();
      else protocol.resumeReading();
    } else if (random.oneIn(4)) {
      this.#drain();
    } else if (protocol.state === "connecting") {
      this.#answer();
    } else if (protocol.state === "open") {
      this.#send();
    }
  }

  #meter(work: () => void): void {
    if (!this.#isMetered) return work();
    this.#allocated += allocatedBy(work);
    // A few arenas, and a few times what was really there: never what a header promised.
    const most = 500_000 + 4 * (this.#received + this.#queued);
    if (this.#allocated > most) throw new Error(`took ${this.#allocated} octets for ${this.#received}`);
  }

  #answer(): void {
    const { protocol } = this.#end;
    if (this.#role !== "server" || protocol.request === undefined) return;
    if (this.#random.oneIn(4)) protocol.reject({ status: 403, reason: "no" });
    else protocol.accept();
  }

  #send(): void {
    const random = this.#random;
    const { protocol } = this.#end;
    const length = oddSize(random);
    this.#queued += length * 3 + 150;
    switch (random.below(8)) {
      case 0:
        return protocol.sendClose(random.pick([1000, 1001, 1005, 3000, 4999]), "x".repeat(random.below(124)));
      case 1:
        return protocol.sendPing(random.bytes(random.below(126)));
      case 2:
        if (this.#role === "server") protocol.sendPrepared(prepareFrame(arena, 2, random.bytes(length)));
        return;
      case 3:
        protocol.sendText(random.pick(["a", "é", "€", "😀", "\ud800"]).repeat(length >> 1));
        return;
      default:
        return protocol.sendMessage(random.bytes(length), random.oneIn(2));
    }
  }

  #drain(): void {
    this.#end.protocol.outbox.drain(arena, (piece) => this.#sent.push(piece.slice()));
  }

  #check(): void {
    const { protocol, heard, failures } = this.#end;
    if (!reachable[this.#state].includes(protocol.state)) {
      throw new Error(`went from ${this.#state} to ${protocol.state}`);
    }
    this.#state = protocol.state;
    // A masked pong has three times the octets of the shortest ping.
    const most = 1000 + 3 * this.#received + this.#queued;
    if (protocol.outbox.byteLength > most) throw new Error(`${protocol.outbox.byteLength} octets are queued`);
    if (protocol.earlyBytes > this.#received) throw new Error("keeps more than it got");
    const last = heard.findIndex((event) => event.startsWith("failure ") || event.startsWith("close "));
    if (last >= 0 && last < heard.length - 1) throw new Error(`after ${heard[last]}: ${heard[last + 1]}`);
    if (failures.length > 1) throw new Error("failed twice");
    if (failures.length === 1 && protocol.state !== "ending" && protocol.state !== "closed") {
      throw new Error(`failed, and yet ${protocol.state}`);
    }
  }

  /** With the close code of a violation instead of its name. */
  #heard(): string[] {
    return this.#end.heard.map((event) => {
      const closeCode = this.#end.failures[0]?.closeCode;
      return event.startsWith("failure ") && closeCode !== undefined ? `failure ${closeCode}` : event;
    });
  }

  #compare(heard: readonly string[], frames: Uint8Array): void {
    // Head limits, a refusal by the program: no frame was read then.
    if (heard.some((event) => /^failure (403|431|handshake)/.test(event))) return;
    const opening = this.#role === "server" ? ["request /chat", "open"] : ["open"];
    const expected = [...opening, ...expectedEvents(frames, this.#role, this.#limits)];
    const wanted = this.#hungUp ? heard.length : expected.length;
    if (heard.join("\n") !== expected.slice(0, wanted).join("\n")) {
      throw new Error(`heard ${JSON.stringify(heard)}, not ${JSON.stringify(expected)}`);
    }
  }

  /** What went out can be read, and nothing follows a close frame. */
  #checkSent(): void {
    const bytes = concat(this.#sent);
    const head = Buffer.from(bytes).indexOf("\r\n\r\n");
    if (head < 0) return;
    const isRefusal =
      this.#role === "server" && !Buffer.from(bytes).toString("latin1").startsWith("HTTP/1.1 101 ");
    if (isRefusal) return;
    const frames = decodeFrames(bytes.slice(head + 4));
    for (const [index, { opcode, fin, reserved, mask }] of frames.entries()) {
      if (!fin || reserved !== 0 || (mask !== undefined) !== (this.#role === "client")) {
        throw new Error(`sent a bad frame, number ${index}`);
      }
      if (opcode === 8 && index < frames.length - 1) throw new Error("sent something after a close frame");
    }
  }
}

// ---- what is sent to it ----

const oddLines = [
  "Host: b",
  "Upgrade: h2c",
  "Connection: close",
  "Connection: keep-alive, Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 8",
  "Sec-WebSocket-Protocol: a, b, constructor",
  "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
  "Sec-WebSocket-Extensions: constructor; __proto__",
  "__proto__: x",
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
  "X-Empty:",
  " folded",
  ": nameless",
  "no colon",
  "X: \0",
];

function oddHandshake(random: SeededRandom, text: string): Uint8Array {
  const lines = text.slice(0, -4).split("\r\n");
  for (let count = random.below(4); count > 0; count--) {
    const at = random.below(lines.length + 1);
    switch (random.below(5)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, random.pick(oddLines));
        break;
      case 2:
        lines[at] = (lines[at] ?? "").toUpperCase();
        break;
      case 3:
        lines.splice(at, 0, `X-${at}: ${"y".repeat(random.below(2000))}`);
        break;
      default:
        lines.splice(at, 0, ...new Array<string>(random.below(100)).fill("A: b"));
    }
  }
  const bytes = bytesOf(`${lines.join("\r\n")}${random.oneIn(10) ? "\n\n" : "\r\n\r\n"}`);
  return random.oneIn(3) ? damage(random, bytes) : bytes;
}

function oddFrames(random: SeededRandom, role: Role): Uint8Array {
  const pieces: Uint8Array[] = [];
  let isInside = false;
  for (let count = random.below(9); count > 0; count--) {
    const shape = oddFrame(random, isInside);
    if (shape.opcode < 8) isInside = shape.fin === false;
    const isMasked = (role === "server") !== random.oneIn(80);
    pieces.push(encodeFrame(isMasked ? { ...shape, mask: random.uint32() } : shape));
  }
  const bytes = concat(pieces);
  return random.oneIn(4) ? damage(random, bytes) : bytes;
}

function oddFrame(random: SeededRandom, isInside: boolean): FrameShape {
  if (random.oneIn(40)) return { opcode: random.below(16), fin: random.oneIn(2), payload: random.bytes(3) };
  if (random.oneIn(40)) return { opcode: 1 + random.below(2), reserved: random.below(8), payload: "x" };
  if (random.oneIn(30)) return oddLength(random, isInside);
  if (random.oneIn(12)) return { opcode: 8, payload: oddClose(random) };
  if (random.oneIn(4)) {
    const length = random.oneIn(20) ? 126 : random.below(126);
    return { opcode: 9 + random.below(2), payload: random.bytes(length), fin: !random.oneIn(40) };
  }
  const opcode = isInside !== random.oneIn(30) ? 0 : 1 + random.below(2);
  return { opcode, payload: oddPayload(random, opcode === 2), fin: random.oneIn(2) };
}

function oddLength(random: SeededRandom, isInside: boolean): FrameShape {
  const opcode = isInside ? 0 : 2;
  const claimed = [
    0n,
    125n,
    126n,
    65_535n,
    65_536n,
    16_777_216n,
    2n ** 32n,
    2n ** 53n,
    2n ** 63n - 1n,
    2n ** 63n,
  ];
  const claimedLength = random.pick(claimed);
  if (claimedLength < 65_536n && random.oneIn(2))
    return { opcode, claimedLength, lengthOctets: 2, payload: "xyz" };
  return { opcode, claimedLength, lengthOctets: 8, payload: "xyz" };
}

function oddClose(random: SeededRandom): Uint8Array {
  if (random.oneIn(4)) return random.bytes(random.below(4));
  const code = random.oneIn(3) ? random.below(5100) : random.pick([1000, 1001, 1011, 3000, 4000]);
  const reason = random.oneIn(4) ? random.bytes(random.below(20)) : bytesOf("gruß".repeat(random.below(20)));
  return concat([Uint8Array.of(code >> 8, code & 255), reason]).slice(0, 125);
}

/** Mostly small, seldom so large that the length takes eight octets or a buffer its own. */
function oddSize(random: SeededRandom): number {
  return random.below(random.oneIn(30) ? (random.oneIn(10) ? 70_000 : 3000) : 200);
}

const letters = ["a", "z", "é", "ß", "€", "\u{feff}", "\u{ffff}", "😀", "\u{10ffff}", "plain ascii text "];

function oddPayload(random: SeededRandom, isBinary: boolean): Uint8Array {
  if (isBinary || random.oneIn(15)) return random.bytes(oddSize(random));
  const bytes = bytesOf(Array.from({ length: random.below(40) }, () => random.pick(letters)).join(""));
  if (bytes.length > 0 && random.oneIn(12)) bytes[random.below(bytes.length)] = random.uint32();
  // Sometimes cut inside a character, which the next frame may or may not finish.
  return random.oneIn(8) ? bytes.slice(0, random.below(bytes.length + 1)) : bytes;
}

function damage(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + random.below(10));
  switch (random.below(5)) {
    case 0: {
      const flipped = bytes.slice();
      if (at < bytes.length) flipped[at]! ^= 1 << random.below(8);
      return flipped;
    }
    case 1:
      return concat([bytes.slice(0, at), bytes.slice(to)]);
    case 2:
      return concat([bytes.slice(0, to), bytes.slice(at)]);
    case 3:
      return concat([bytes.slice(0, at), random.bytes(1 + random.below(8)), bytes.slice(at)]);
    default:
      return bytes.slice(0, at);
  }
}
