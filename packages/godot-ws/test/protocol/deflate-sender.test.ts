import { describe, expect, it } from "vitest";
import { DeflateSender } from "../../src/protocol/deflate-sender.ts";
import { opcodes } from "../../src/protocol/frame.ts";
import { HandCodec } from "./hand-codec.ts";
import { bytesOf } from "./naive-frames.ts";

const names: Readonly<Record<number, string>> = {
  1: "text",
  2: "binary",
  8: "close",
  65: "text*",
  66: "binary*",
};

function createSender(threshold = 4) {
  const codec = new HandCodec();
  const out: string[] = [];
  const sender = new DeflateSender(codec, threshold, {
    appendFrame: (opcode, payload) => out.push(`${names[opcode]} ${Buffer.from(payload).toString("latin1")}`),
    appendPrepared: ({ buffer, start, end }) =>
      out.push(`prepared ${Buffer.from(buffer.subarray(start, end))}`),
    onAppended: () => out.push("appended"),
  });
  const prepared = (text: string) => {
    const buffer = bytesOf(text);
    return { buffer, start: 0, end: buffer.length, payloadLength: buffer.length };
  };
  return {
    codec,
    out,
    sender,
    text: (message: string) => sender.send(opcodes.text, bytesOf(message)),
    binary: (message: string) => sender.send(opcodes.binary, bytesOf(message)),
    close: () => sender.send(opcodes.close, bytesOf("bye!")),
    prepared: (message: string) => sender.sendPrepared(prepared(message)),
  };
}

describe("DeflateSender", () => {
  it("compresses what reaches the threshold, with RSV1", () => {
    const { codec, out, text, binary } = createSender();
    codec.isPrompt = true;
    text("abc");
    text("abcd");
    binary("");
    binary("abcdef");
    expect(out).toEqual(["text abc", "text* <abcd>", "binary ", "binary* <abcdef>"]);
  });

  it("sends what would not get smaller as it is", () => {
    const { codec, out, text, binary } = createSender();
    text("noise");
    codec.finish();
    codec.isPrompt = true;
    binary("noise 2");
    expect(out).toEqual(["text noise", "appended", "binary noise 2"]);
  });

  it("keeps the order, whatever waits for what", () => {
    const { codec, out, sender, text, binary, prepared, close } = createSender();
    text("first");
    text("2");
    binary("third");
    prepared("fourth");
    text("5");
    close();
    expect(out).toEqual([]);
    expect(codec.jobs).toEqual(["compress first"]);
    expect(sender.waitingBytes).toBe(5 + 1 + 5 + 6 + 1 + 4);
    codec.finish();
    expect(out.splice(0)).toEqual(["text* <first>", "text 2", "appended"]);
    expect(codec.jobs).toEqual(["compress third"]);
    expect([sender.waitingBytes, sender.isIdle]).toEqual([5 + 6 + 1 + 4, false]);
    codec.finish();
    expect(out.splice(0)).toEqual(["binary* <third>", "prepared fourth", "text 5", "close bye!", "appended"]);
    expect([sender.waitingBytes, sender.isIdle]).toEqual([0, true]);
  });

  it("goes on at once when the codec does", () => {
    const { codec, out, text } = createSender();
    text("first");
    for (let i = 0; i < 20_000; i++) text(`message ${i}`);
    codec.isPrompt = true;
    codec.finish();
    expect(out).toHaveLength(20_002);
    expect(out.slice(-2)).toEqual(["text* <message 19999>", "appended"]);
  });

  it("copies what has to wait", () => {
    const { codec, out, sender, text } = createSender();
    text("first");
    const message = bytesOf("abc");
    sender.send(opcodes.text, message);
    message.fill(0);
    codec.finish();
    expect(out).toEqual(["text* <first>", "text abc", "appended"]);
  });

  it("never compresses a close frame, nor anything with an infinite threshold", () => {
    const eager = createSender(0);
    eager.close();
    const { codec, out, text } = createSender(Number.POSITIVE_INFINITY);
    text("x".repeat(1000));
    expect([eager.out, out.length, codec.jobs]).toEqual([["close bye!"], 1, []]);
  });

  it("is silent once stopped", () => {
    const { codec, out, sender, text } = createSender();
    text("first");
    text("second");
    sender.stop();
    codec.finish();
    expect(out).toEqual([]);
    expect([sender.waitingBytes, sender.isIdle]).toEqual([0, true]);
  });
});
