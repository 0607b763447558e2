/** One connection between the peer under test and a raw end, and in a few words what became of it. */

import {
  answerHead,
  type FrameOptions,
  frame,
  type HeadOptions,
  opcodes,
  RawEnd,
  RawServer,
  type ReadFrame,
  requestHead,
} from "./raw-end.ts";
import type { Maker, Platform, Role, Settings, State, Subject } from "./subject.ts";

const longestSettlingMs = 4000;

export interface OpenOptions extends HeadOptions {
  /** Follows the handshake in the same write. */
  then?: Uint8Array;
}

/** What a row has to play with. */
export class Stage {
  readonly role: Role;
  readonly #maker: Maker;
  readonly #cleanups: (() => unknown)[] = [];

  readonly #platform: Platform;

  constructor(maker: Maker, role: Role, platform: Platform) {
    this.#maker = maker;
    this.role = role;
    this.#platform = platform;
  }

  async subject(settings: Settings = {}): Promise<Subject> {
    const subject = this.#maker.make(this.role, this.#platform);
    this.#cleanups.push(() => subject.release());
    await subject.set(settings);
    return subject;
  }

  async server(options: Parameters<typeof RawServer.listen>[0] = {}): Promise<RawServer> {
    const server = await RawServer.listen(options);
    this.#cleanups.push(() => server.close());
    return server;
  }

  /** TCP stands; as a client the peer has sent its request, as a server it waits for one. */
  async connect(settings: Settings = {}): Promise<Session> {
    const subject = await this.subject(settings);
    if (this.role === "server") {
      const session = this.session(subject, await RawEnd.connect(await subject.listen()));
      await session.reaches("CONNECTING");
      return session;
    }
    const server = await this.server();
    const outcome = await subject.connect(`ws://127.0.0.1:${server.port}/`);
    if (outcome !== "OK") throw new Error(`connect: ${outcome}`);
    const raw = await server.next();
    if (raw === undefined) throw new Error("the client does not connect");
    await raw.until(() => raw.head !== "");
    return this.session(subject, raw);
  }

  session(subject: Subject, raw: RawEnd): Session {
    this.#cleanups.push(() => raw.socket.destroy());
    return new Session(this.role, subject, raw);
  }

  /** The peer is OPEN. */
  async open(settings: Settings = {}, { then = new Uint8Array(0), ...head }: OpenOptions = {}) {
    const session = await this.connect(settings);
    session.raw.send(session.handshake(head), then);
    await session.reaches("OPEN");
    return session;
  }

  /** OPEN, and with messages sent to us, who do not read, until nothing more is taken. */
  async openStuck(settings: Settings, size: number) {
    const session = await this.open(settings);
    session.raw.socket.pause();
    let flood = await session.peer.flood(size, 100_000);
    let { sent } = flood;
    // The system's buffers grow for a while.
    for (let refused = 0; refused < 2; refused = flood.sent === 0 ? refused + 1 : 0) {
      await session.peer.sync();
      flood = await session.peer.flood(size, 100_000);
      sent += flood.sent;
    }
    return { session, sent, result: flood.result, waiting: flood.waiting };
  }

  async cleanUp(): Promise<void> {
    for (const cleanUp of this.#cleanups.reverse()) await cleanUp();
  }
}

export class Session {
  readonly role: Role;
  readonly peer: Subject;
  readonly raw: RawEnd;

  constructor(role: Role, peer: Subject, raw: RawEnd) {
    this.role = role;
    this.peer = peer;
    this.raw = raw;
  }

  /** Our side of the handshake, for the role that is ours. */
  handshake(options: HeadOptions = {}): string {
    return this.role === "client" ? answerHead(this.raw.head, options) : requestHead(options);
  }

  /** A frame as the far side has to mask it. */
  frame(opcode: number, content?: Uint8Array | string | number, options: FrameOptions = {}): Buffer {
    return frame(opcode, content, { masked: this.role === "server", ...options });
  }

  async reaches(state: State): Promise<void> {
    if (await this.raw.until(() => this.peer.history.includes(state))) return;
    throw new Error(`never ${state}, but ${this.peer.history.join(", ") || "unchanged"}`);
  }

  /** Waits until nothing changes any more. */
  async settle(): Promise<void> {
    const end = Date.now() + longestSettlingMs;
    for (let before = "", quiet = 0; quiet < 2 && Date.now() < end; ) {
      await this.peer.sync();
      await new Promise((resolve) => setTimeout(resolve, 15));
      const { raw, peer } = this;
      const now = [raw.byteCount, raw.ended, peer.history.length, peer.packets.length].join();
      quiet = now === before ? quiet + 1 : 0;
      before = now;
    }
  }

  /** Sends, waits, and says what came of it. */
  async after(...parts: (Uint8Array | string)[]): Promise<string> {
    this.raw.send(...parts);
    return this.outcome();
  }

  /** What the peer got and sent, and where that left it. */
  async outcome(): Promise<string> {
    await this.settle();
    const words: string[] = [];
    const { packets } = this.peer;
    if (packets.length > 0) words.push(`gets ${packets.join(", ")}`);
    const refusal = /^HTTP\/1\.1 (?!101)(\d+)/.exec(this.raw.head)?.[1];
    const frames = refusal === undefined ? this.raw.frames : [];
    if (refusal !== undefined) words.push(`answers HTTP ${refusal}`);
    if (frames.length > 0) words.push(`sends ${frames.map(showFrame).join(", ")}`);
    words.push(await this.fate());
    return words.join("; ");
  }

  /** The state, with code and reason once it is CLOSED, and TCP where it does not go without saying. */
  async fate(): Promise<string> {
    const state = await this.peer.query("state");
    const tcpEnded = this.raw.ended;
    const protocol = state === "OPEN" ? await this.peer.query("protocol") : "";
    const open = protocol === "" ? state : `${state} with protocol ${protocol}`;
    if (state !== "CLOSED") return tcpEnded ? `${open}, TCP ended` : open;
    const reason = await this.peer.query("reason");
    const closed = `CLOSED ${await this.peer.query("code")}${reason === "" ? "" : ` ${brief(reason)}`}`;
    return tcpEnded ? closed : `${closed}, TCP goes on`;
  }
}

const names: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(opcodes).map(([name, opcode]) => [opcode, name]),
);

export function showFrame({ opcode, payload, fin }: ReadFrame): string {
  const name = `${names[opcode] ?? `opcode ${opcode}`}${fin ? "" : " (unfinished)"}`;
  if (opcode === opcodes.close && payload.length >= 2) {
    const reason = payload.subarray(2).toString();
    return `${name} ${payload.readUInt16BE(0)}${reason === "" ? "" : ` ${brief(reason)}`}`;
  }
  if (payload.length === 0) return `empty ${name}`;
  if (opcode === opcodes.binary && payload.length < 40) return `${name} <${payload.toString("hex")}>`;
  return `${name} ${brief(payload.toString())}`;
}

function brief(text: string): string {
  return text.length > 60 ? `of ${Buffer.byteLength(text)} octets` : JSON.stringify(text);
}
