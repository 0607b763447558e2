// A StreamConnection whose codec takes its time: when it reads on, and that every end comes behind what came before it.

import { describe, expect, test } from "vitest";
import { resolveDeflate } from "../../src/protocol/deflate.ts";
import type { ConnectionEvents } from "../../src/transport/connection.ts";
import { StreamConnection } from "../../src/transport/stream-connection.ts";
import { HandCodec } from "../protocol/hand-codec.ts";
import { createVirtualEnvironment } from "../simulation/virtual-environment.ts";
import { FakeStream } from "./fake-stream.ts";
import { closePayload, decodeFrames, encodeFrame, opcode, rawAnswer, rawRequest } from "./raw-end.ts";

class Owner implements ConnectionEvents {
  readonly messages: string[] = [];
  drains = 0;
  readies = 0;
  onRequest(): void {}
  onOpen(): void {}
  onPong(): void {}
  onMessage(payload: Uint8Array): void {
    this.messages.push(Buffer.from(payload).toString("latin1"));
  }
  onDrained(): void {
    this.drains++;
  }
  onReady(): void {
    this.readies++;
  }
}

const limits = {
  maxMessageBytes: 5e6,
  maxFrameBytes: 5e6,
  maxFragments: 10,
  maxHeadBytes: 1000,
  maxHeaderCount: 20,
};
const extensions = ["Sec-WebSocket-Extensions: permessage-deflate"];

function open(role: "client" | "server") {
  const { clock, environment } = createVirtualEnvironment();
  const codec = new HandCodec();
  const stream = new FakeStream();
  const owner = new Owner();
  const request = {
    host: "example.com",
    target: "/",
    key: "dGhlIHNhbXBsZSBub25jZQ==",
    protocols: [],
    headers: [],
  };
  const connection = new StreamConnection(
    stream,
    role === "client" ? { role, request } : { role },
    owner,
    { ...environment, createCodec: () => codec },
    { limits, handshakeTimeoutMs: 1000, closeTimeoutMs: 500, deflate: resolveDeflate({ threshold: 4 }) },
  );
  connection.start();
  clock.runTurns();
  if (role === "client") stream.bring(rawAnswer(stream.taken().toString("latin1"), extensions));
  else {
    stream.bring(rawRequest({ headers: extensions }));
    connection.accept({});
  }
  clock.runTurns();
  stream.taken();
  expect([connection.state, connection.extensions]).toEqual(["open", "permessage-deflate"]);
  const masked = role === "server";
  const compressed = (text: string): Buffer =>
    encodeFrame(opcode.text, `<${text}>`, { masked, reservedBits: 0x40 });
  const plain = (text: string): Buffer => encodeFrame(opcode.text, text, { masked });
  const close = encodeFrame(opcode.close, closePayload(4001), { masked });
  const frames = () => {
    clock.runTurns();
    return decodeFrames(stream.taken()).frames.map((frame) => [
      frame.opcode,
      frame.payload.toString("latin1"),
    ]);
  };
  return { clock, codec, stream, owner, connection, compressed, plain, close, frames };
}

describe.each(["client", "server"] as const)("%s", (role) => {
  test("does not read while a message is decompressed", () => {
    const { codec, stream, owner, compressed, plain } = open(role);
    stream.bring(compressed("one"), plain("two"));
    expect([stream.isPaused, owner.messages]).toEqual([true, []]);
    const before = owner.readies;
    codec.finish();
    expect([stream.isPaused, owner.messages]).toEqual([false, ["one", "two"]]);
    expect(owner.readies).toBe(before + 1);
  });

  test("neither while its owner does not want it to", () => {
    const { codec, stream, owner, connection, compressed } = open(role);
    stream.bring(compressed("one"), compressed("two"));
    connection.pauseReading();
    codec.finish();
    expect([stream.isPaused, owner.messages]).toEqual([true, []]);
    connection.resumeReading();
    // The second is with the codec now.
    expect([stream.isPaused, owner.messages]).toEqual([true, ["one"]]);
    codec.finish();
    expect([stream.isPaused, owner.messages]).toEqual([false, ["one", "two"]]);
  });

  test("sees the end of the stream behind the message", () => {
    const { codec, stream, owner, connection, compressed, plain } = open(role);
    stream.bring(compressed("one"), plain("two"));
    stream.events!.onEnd();
    expect(connection.state).toBe("open");
    codec.finish();
    expect([owner.messages, connection.state, connection.closeCode]).toEqual([["one", "two"], "closed", -1]);
    expect(stream.calls).toContain("destroy");
  });

  test("sees a close frame and the end of the stream behind the message", () => {
    const { clock, codec, stream, owner, connection, compressed, close } = open(role);
    stream.bring(compressed("one"), close);
    stream.events!.onEnd();
    codec.finish();
    clock.runTurns();
    expect([owner.messages, connection.state, connection.closeCode]).toEqual([["one"], "ending", 4001]);
    expect(stream.calls.filter((call) => call === "end")).toEqual(["end"]);
  });

  test("an orderly close of the stream waits for the message, a broken one does not", () => {
    const orderly = open(role);
    orderly.stream.bring(orderly.compressed("one"), orderly.compressed("two"), orderly.close);
    orderly.stream.events!.onEnd();
    orderly.stream.events!.onClose(undefined);
    orderly.codec.finish();
    expect(orderly.connection.state).toBe("open");
    orderly.codec.finish();
    expect([orderly.owner.messages, orderly.connection.state, orderly.connection.closeCode]).toEqual([
      ["one", "two"],
      "closed",
      4001,
    ]);

    const broken = open(role);
    broken.stream.bring(broken.compressed("one"));
    broken.stream.events!.onClose(new Error("reset"));
    expect([broken.connection.state, broken.codec.isClosed]).toEqual(["closed", true]);
    broken.codec.finish();
    expect(broken.owner.messages).toEqual([]);
  });

  test("an end that came while its owner was not reading is seen when it reads again", () => {
    const { codec, stream, owner, connection, compressed } = open(role);
    stream.bring(compressed("one"));
    stream.events!.onEnd();
    connection.pauseReading();
    codec.finish();
    expect([connection.state, owner.messages]).toEqual(["open", []]);
    connection.resumeReading();
    expect([connection.state, owner.messages]).toEqual(["closed", ["one"]]);
  });

  test("terminating forgets what was being worked on", () => {
    const { codec, stream, owner, connection, compressed } = open(role);
    stream.bring(compressed("one"));
    connection.sendText("hello");
    connection.terminate();
    codec.finishAll();
    expect([owner.messages, connection.state, connection.bufferedAmount]).toEqual([[], "closed", 0]);
  });

  test("what was compressed leaves at the end of the turn, and only then is all drained", () => {
    const { codec, owner, connection, frames } = open(role);
    owner.drains = 0;
    connection.sendText("hello");
    connection.sendText("you");
    expect(connection.bufferedAmount).toBe(8);
    expect([frames(), owner.drains]).toEqual([[], 0]);
    codec.finish();
    expect(frames()).toHaveLength(2);
    expect([connection.bufferedAmount, owner.drains]).toEqual([0, 1]);
  });

  test("TCP does not end before the close frame behind the messages", () => {
    const { codec, stream, connection, close, frames, clock } = open(role);
    connection.sendText("hello");
    connection.sendText("there");
    stream.bring(close);
    stream.events!.onEnd();
    expect([frames(), connection.state, stream.calls.includes("end")]).toEqual([[], "ending", false]);
    codec.finish();
    expect([frames().length, stream.calls.includes("end")]).toEqual([1, false]);
    codec.finish();
    clock.runTurns();
    expect(stream.calls.includes("end")).toBe(true);
  });

  test("a codec that never finishes does not outlive the closing time", () => {
    const { clock, connection, stream, compressed } = open(role);
    stream.bring(compressed("one"));
    connection.sendText("hello");
    connection.close(1000, "");
    clock.advance(501);
    expect(connection.state).toBe("closed");
  });

  test("what is being compressed does not stop the reading", () => {
    const { codec, connection, stream, plain, owner } = open(role);
    connection.sendText("x".repeat(3_000_000));
    stream.bring(plain("one"));
    expect([stream.isPaused, owner.messages]).toEqual([false, ["one"]]);
    codec.finish();
  });
});
