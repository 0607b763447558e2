/** Values between a real engine and us, there and back in both directions, as its bytes and as its text. */

import {
  bytesToVar,
  type Packet,
  strToVar,
  type Variant,
  varToBytes,
  varToStr,
  WebSocketServer,
} from "godot-ws";
import { describe, expect, test } from "vitest";
import { type Engine, type EngineKind, startEngine } from "../harness/engine.ts";
import { RandomValues } from "./random-values.ts";
import { SeededRandom } from "./seeded-random.ts";

/** Values in a packet, so that not every value waits for a frame of the engine. */
const batchSize = 200;

export interface ExchangeOptions {
  /** Values in each direction. */
  readonly count: number;
  /** Of the generation that the engine is of. */
  readonly generation: 3 | 4;
  readonly project: string;
}

/** Another seed: SEED in the environment. */
const seed = Number(process.env["SEED"] ?? 1);

export function describeExchange(engine: EngineKind, options: ExchangeOptions): void {
  const { count, generation, project } = options;
  const version = generation === 4 ? "4.6" : "3.6";
  const batches = Math.ceil(count / batchSize);

  describe(`values between Godot (${engine}) and us, seed ${seed}`, () => {
    test(`${count} of ours come back as the same bytes`, async () => {
      await using session = await Session.start(engine, project);
      const values = new RandomValues(new SeededRandom(seed), generation);
      for (let i = 0; i < batches; i++) {
        const batch = Array.from({ length: batchSize }, () => values.next());
        const bytes = batch.map((value) => varToBytes(value, { version }));
        session.sendBytes(joinBatch(bytes));
        const returned = splitBatch(await session.receiveBytes());
        for (const [at, sent] of bytes.entries()) expectSameBytes(returned[at] ?? new Uint8Array(0), sent);
        expect(returned).toHaveLength(batchSize);
      }
      await session.end();
    });

    test(`${count} of its own are read and written as the same bytes`, async () => {
      await using session = await Session.start(engine, project);
      for (let i = 0; i < batches; i++) {
        const withObjects = i % 5 === 4;
        session.sendText(`make ${batchSize} ${seed * 1_000_000 + i}${withObjects ? " objects" : ""}`);
        const bytes = await session.receiveBytes();
        const kept = bytesToVar(bytes, { version, keepKinds: true });
        expect(kept).toHaveLength(batchSize);
        expectSameBytes(varToBytes(kept, { version }), bytes);
        checkSecondTrip(bytes, version);
        if (generation === 4 && !withObjects) await checkTexts(session, kept);
      }
      await session.end();
    });
  });
}

/** Without the kinds some bytes are others, but what they mean stays from then on. */
function checkSecondTrip(bytes: Uint8Array, version: "3.6" | "4.6"): void {
  const first = bytesToVar(bytes, { version });
  const written = varToBytes(first, { version });
  const second = bytesToVar(written, { version });
  expectSameBytes(varToBytes(second, { version }), written);
  expect(second).toEqual(first);
}

/** The engine has written the values as text, and again what it has read out of that. */
async function checkTexts(session: Session, kept: Variant): Promise<void> {
  const text = await session.receiveText();
  expectSameText(varToStr(kept), text);
  expectSameText(varToStr(strToVar(text, { keepKinds: true })), await session.receiveText());
}

/** Fails with what stands around the first difference. */
function expectSameText(got: string, wanted: string): void {
  if (got === wanted) return;
  let at = 0;
  while (got[at] === wanted[at]) at += 1;
  const around = (text: string) => text.slice(Math.max(0, at - 200), at + 200);
  expect(`character ${at}: …${around(got)}…`).toBe(`character ${at}: …${around(wanted)}…`);
}

function joinBatch(list: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    list.flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

function splitBatch(batch: Uint8Array): Buffer[] {
  const list: Buffer[] = [];
  const all = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let at = 0; at < all.length; ) {
    const end = at + 4 + all.readUInt32LE(at);
    list.push(all.subarray(at + 4, end));
    at = end;
  }
  return list;
}

/** Fails with what stands around the first difference. */
function expectSameBytes(got: Uint8Array, wanted: Uint8Array): void {
  if (Buffer.from(got).equals(wanted)) return;
  const at = wanted.findIndex((octet, i) => octet !== got[i]);
  const around = (bytes: Uint8Array) =>
    Buffer.from(bytes.slice(Math.max(0, (at & ~3) - 24), at + 40)).toString("hex");
  expect(`octet ${at} of ${got.length}: …${around(got)}…`).toBe(
    `octet ${at} of ${wanted.length}: …${around(wanted)}…`,
  );
}

/** One engine at a server of ours. */
class Session {
  readonly #server: WebSocketServer;
  readonly #engine: Engine;
  readonly #id: number;
  readonly #packets: Packet[] = [];

  private constructor(server: WebSocketServer, engine: Engine, id: number) {
    this.#server = server;
    this.#engine = engine;
    this.#id = id;
    server.dataReceived.connect((_, packet) => this.#packets.push(packet));
  }

  static async start(engine: EngineKind, project: string): Promise<Session> {
    const size = 1 << 24;
    const server = new WebSocketServer({ inboundBufferSize: size, outboundBufferSize: size });
    await server.listen(0, { bindAddress: "127.0.0.1" });
    const connected = server.clientConnected.next();
    const args = [`--url=ws://127.0.0.1:${server.port}/`];
    const run = startEngine({ engine, project, args, timeoutMs: 60_000 });
    const [id] = await Promise.race([
      connected,
      run.finished.then(() => Promise.reject(new Error("no client"))),
    ]);
    return new Session(server, run, id);
  }

  sendBytes(bytes: Uint8Array): void {
    this.#server.getPeer(this.#id)?.send(bytes);
  }

  sendText(text: string): void {
    this.#server.getPeer(this.#id)?.sendText(text);
  }

  async #receive(): Promise<Packet> {
    while (this.#packets.length === 0) {
      const closed = this.#server.clientDisconnected.next();
      await Promise.race([
        this.#server.dataReceived.next(),
        // Rejects with all that the engine has printed.
        closed.then(() => this.#engine.finished).then(() => Promise.reject(new Error("the engine has left"))),
      ]);
    }
    return this.#packets.shift()!;
  }

  async receiveBytes(): Promise<Uint8Array> {
    const packet = await this.#receive();
    expect(packet.isText).toBe(false);
    return packet.bytes;
  }

  async receiveText(): Promise<string> {
    const packet = await this.#receive();
    expect(packet.isText).toBe(true);
    return packet.text ?? "";
  }

  async end(): Promise<void> {
    this.sendText("end");
    await this.#engine.finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.stop();
    await this.#server.stop();
  }
}
