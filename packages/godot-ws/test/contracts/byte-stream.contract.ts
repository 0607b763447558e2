// What every ByteStream must do, whatever it is made of.

import { describe, expect } from "vitest";
import type { ByteStream } from "../../src/transport/stream.ts";
import { RawEnd } from "../transport/raw-end.ts";
import { contractTest, type Skips } from "./skips.ts";

export interface StreamPair extends AsyncDisposable {
  /** The end that connected. */
  readonly first: ByteStream;
  /** The end that was connected to. */
  readonly second: ByteStream;
  /** Lets what is under way happen until `condition` holds. */
  until(condition: () => boolean): Promise<void>;
  /** Lets what is under way happen: long enough for a delivery that must not come to come. */
  quiet(): Promise<void>;
}

export interface ByteStreamCase {
  readonly name: string;
  readonly isEncrypted: boolean;
  connect(): Promise<StreamPair>;
  readonly skips?: Skips;
}

const mebi = 1024 * 1024;

function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  return bytes;
}

export function describeByteStream({ name, isEncrypted, connect, skips }: ByteStreamCase): void {
  const holds = (title: string, run: (pair: StreamPair) => Promise<void>): void =>
    contractTest(skips, title, async () => {
      await using pair = await connect();
      await run(pair);
    });

  describe(`ByteStream: ${name}`, () => {
    holds("carries bytes both ways, in order", async ({ first, second, until }) => {
      const [a, b] = [new RawEnd(first), new RawEnd(second)];
      for (const part of ["one ", "two ", "three"]) a.send(part);
      for (const part of ["four ", "five"]) b.send(part);
      await until(() => b.received.length === 13 && a.received.length === 9);
      expect(b.received.toString()).toBe("one two three");
      expect(a.received.toString()).toBe("four five");
    });

    holds("delivers nothing before attach has returned", async ({ first, second, until }) => {
      const a = new RawEnd(first);
      a.send("early");
      await until(() => first.pendingBytes === 0 || !isEncrypted);
      let attaching = true;
      const seen: boolean[] = [];
      const b = new (class extends RawEnd {
        override onData(chunk: Uint8Array): void {
          seen.push(attaching);
          super.onData(chunk);
        }
      })(second);
      attaching = false;
      await until(() => b.received.length === 5);
      expect(seen).not.toContain(true);
    });

    holds("gives the receiver a chunk of its own", async ({ first, second, until }) => {
      const sent = pattern(1000);
      const before = Buffer.from(sent);
      const b = new (class extends RawEnd {
        override onData(chunk: Uint8Array): void {
          super.onData(chunk);
          chunk.fill(0xee);
        }
      })(second);
      new RawEnd(first);
      first.write(sent);
      await until(() => b.received.length === sent.length);
      expect(sent.equals(before)).toBe(true);
      expect(b.received.equals(before)).toBe(true);
    });

    holds("makes the writer feel a reader that pauses, and loses nothing", async (pair) => {
      const { first, second, until, quiet } = pair;
      const [a, b] = [new RawEnd(first), new RawEnd(second)];
      const sent = pattern(16 * mebi);
      second.pause();
      first.write(sent);
      await quiet();
      expect(b.received.length).toBe(0);
      expect(first.pendingBytes).toBeGreaterThan(0);
      expect(a.drains).toBe(0);
      second.resume();
      const parts: Uint8Array[] = [];
      b.onData = (chunk) => parts.push(chunk.slice());
      await until(() => a.drains > 0 && parts.reduce((sum, part) => sum + part.length, 0) === sent.length);
      expect(first.pendingBytes).toBe(0);
      expect(Buffer.concat(parts).equals(sent)).toBe(true);
    });

    holds(
      "can be paused by the receiver of a chunk, time and again",
      async ({ first, second, until, quiet }) => {
        const counts: number[] = [];
        const b = new (class extends RawEnd {
          override onData(chunk: Uint8Array): void {
            super.onData(chunk);
            counts.push(chunk.length);
            this.stream.pause();
          }
        })(second);
        new RawEnd(first);
        const sent = pattern(3 * mebi);
        first.write(sent);
        while (b.received.length < sent.length) {
          const before = counts.length;
          await until(() => counts.length > before);
          await quiet();
          expect(counts.length).toBe(before + 1);
          second.resume();
        }
        expect(b.received.equals(sent)).toBe(true);
      },
    );

    holds(
      "ends one direction: data first, and the other goes on",
      async ({ first, second, until, quiet }) => {
        const [a, b] = [new RawEnd(first), new RawEnd(second)];
        a.send("last words");
        first.end();
        await until(() => b.ended);
        expect(b.received.toString()).toBe("last words");
        await quiet();
        expect([a.closed, b.closed]).toEqual([false, false]);
        b.send("an answer");
        second.end();
        await until(() => a.closed && b.closed);
        expect(a.received.toString()).toBe("an answer");
        expect(a.ended).toBe(true);
        expect([a.error, b.error]).toEqual([undefined, undefined]);
      },
    );

    holds("keeps the end back from a reader that has paused", async ({ first, second, until, quiet }) => {
      const [a, b] = [new RawEnd(first), new RawEnd(second)];
      second.pause();
      a.send("unread");
      first.end();
      await quiet();
      expect([b.received.length, b.ended]).toEqual([0, false]);
      second.resume();
      await until(() => b.ended);
      expect(b.received.toString()).toBe("unread");
    });

    holds("ignores what is written after the end", async ({ first, second, until }) => {
      const [a, b] = [new RawEnd(first), new RawEnd(second)];
      a.send("in time");
      first.end();
      a.send("too late");
      first.end();
      await until(() => b.ended);
      expect(b.received.toString()).toBe("in time");
      expect(a.error).toBeUndefined();
    });

    // TCP cannot tell a destruction from an end where all had been read.
    holds("tells both ends of a destruction, once", async ({ first, second, until, quiet }) => {
      const closes = { a: 0, b: 0 };
      const [a, b] = [new RawEnd(first), new RawEnd(second)];
      a.onClose = () => closes.a++;
      b.onClose = () => closes.b++;
      b.onEnd = () => second.destroy();
      first.destroy();
      first.destroy();
      a.send("too late");
      first.end();
      first.pause();
      first.resume();
      await until(() => closes.a > 0 && closes.b > 0);
      await quiet();
      expect(closes).toEqual({ a: 1, b: 1 });
      expect(b.received.length).toBe(0);
      expect(first.pendingBytes).toBe(0);
    });

    holds("delivers nothing to whoever has destroyed it", async ({ first, second, until, quiet }) => {
      const [a, b] = [new RawEnd(first), new RawEnd(second)];
      b.send("on its way");
      first.destroy();
      await until(() => a.closed);
      await quiet();
      expect(a.received.length).toBe(0);
    });

    holds("does not call back from within destroy", async ({ first, second, until }) => {
      const [a, b] = [new RawEnd(first), new RawEnd(second)];
      first.destroy();
      expect([a.closed, b.closed, b.ended]).toEqual([false, false, false]);
      await until(() => a.closed && (b.closed || b.ended));
    });

    holds("says where it leads", async ({ first, second, until }) => {
      const [, b] = [new RawEnd(first), new RawEnd(second)];
      first.write(Buffer.from("x"));
      await until(() => b.received.length > 0);
      for (const stream of [first, second]) {
        expect(stream.remoteAddress).toMatch(/./);
        expect(stream.remotePort).toBeTypeOf("number");
        expect(stream.isEncrypted).toBe(isEncrypted);
        stream.setNoDelay(false);
        stream.setNoDelay(true);
      }
    });
  });
}
