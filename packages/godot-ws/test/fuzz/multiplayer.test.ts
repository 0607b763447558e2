import { describe, expect, it } from "vitest";
import { runMultiplayerFuzzer, runMultiplayerInput } from "./multiplayer-fuzzer.ts";

// FUZZ_SEED and FUZZ_COUNT as for the protocol; an input here is a whole session, and takes as long as many of those.
const { FUZZ_SEED = "4603", FUZZ_COUNT = "20000" } = process.env;
const seed = Number(FUZZ_SEED);
const count = Math.ceil(Number(FUZZ_COUNT) / 25);

describe("the multiplayer fuzzer", () => {
  it(
    `finds nothing in ${count} sessions of seed ${seed}`,
    () => {
      const { inputs, seen } = runMultiplayerFuzzer(seed, count);
      expect(inputs).toBe(count);
      // It gets everywhere: every reason for which something is refused, and every call that is allowed.
      const everything = [
        "!too short",
        "!malformed",
        "!unknown node id",
        "!node not found",
        "!unknown method",
        "!not allowed",
        "!rate limited",
        "!malformed arguments",
        "!wrong number of arguments",
        "!wrong argument type",
        "!duplicate node id",
        "!not asked for",
        "!unknown relay target",
        "!nested system packet",
        "!unknown command",
        "!not authenticated",
        " differs at P",
        "? it confirms paths as Godot 4.0 to 4.2 does, and the session is set to 4.6",
        "call act",
        "call both",
        "call rule",
        "call say",
        "call seldom",
        "call typed",
      ];
      const rare = everything.filter((what) => (seen.get(what) ?? 0) < count / 200);
      expect(rare).toEqual([]);
    },
    60_000 + 10 * count,
  );

  it("does the same again for the same input", () => {
    for (const input of [1, 2, 3, 99]) expect(runMultiplayerInput(input)).toEqual(runMultiplayerInput(input));
  });
});
