import { describe, expect, it } from "vitest";
import { concat, encodeFrame, encodeFrames, unhex } from "../protocol/naive-frames.ts";
import { expectedEvents } from "./naive-receiver.ts";
import { runFuzzer, runInput } from "./protocol-fuzzer.ts";

// FUZZ_SEED and FUZZ_COUNT try others, and more of them.
const { FUZZ_SEED = "6455", FUZZ_COUNT = "20000" } = process.env;
const seed = Number(FUZZ_SEED);
const count = Number(FUZZ_COUNT);

describe("the protocol fuzzer", () => {
  it(
    `finds nothing in ${count} inputs of seed ${seed}`,
    () => {
      const { inputs, heard } = runFuzzer(seed, count);
      expect(inputs).toBe(count);
      // It gets everywhere, not only to the first refusal.
      for (const kind of ["request", "open", "text", "binary", "ping", "pong", "close", "failure"]) {
        expect(heard.get(kind) ?? 0, kind).toBeGreaterThan(count / 100);
      }
    },
    60_000 + 5 * count,
  );

  it("does the same again for the same input", () => {
    for (const input of [1, 2, 3, 99]) expect(runInput(input)).toEqual(runInput(input));
  });
});

describe("the naive receiver that it measures with", () => {
  const limits = { maxMessageBytes: 100, maxFrameBytes: 100, maxFragments: 3 };

  it.each([
    ["RFC 6455 §5.7's fragments", unhex("010348656c 80026c6f"), ["text:Hello"]],
    ["a ping and a close", unhex("8900 8802 03e8 8100"), ["ping:", "close 1000 "]],
    ["a bad octet in a frame that is not whole", unhex("8110 61ff"), ["failure 1007"]],
    ["a text that may yet be one", unhex("8110 61f09f"), []],
    ["a text that ends too early", unhex("8102 61c3"), ["failure 1007"]],
    [
      "a message that is too large",
      encodeFrame({ opcode: 2, payload: new Uint8Array(101) }),
      ["failure 1009"],
    ],
    [
      "too many fragments",
      encodeFrames([0, 1, 2, 3].map((index) => ({ opcode: index === 0 ? 2 : 0, fin: false }))),
      ["failure 1008"],
    ],
    ["a bad close code", concat([unhex("8100"), unhex("8802 03ee")]), ["text:", "failure 1002"]],
  ])("%s", (_, stream, events) => {
    expect(expectedEvents(stream, "client", limits)).toEqual(events);
  });
});
