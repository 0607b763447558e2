import { describe, expect, it } from "vitest";
import { runReplicationFuzzer, runReplicationInput } from "./replication-fuzzer.ts";

// FUZZ_SEED and FUZZ_COUNT as for the protocol; an input here is a whole session, and takes as long as many of those.
const { FUZZ_SEED = "4603", FUZZ_COUNT = "20000" } = process.env;
const seed = Number(FUZZ_SEED);
const count = Math.ceil(Number(FUZZ_COUNT) / 50);

describe("the replication fuzzer", () => {
  it(
    `finds nothing in ${count} sessions of seed ${seed}`,
    () => {
      const { packets, seen } = runReplicationFuzzer(seed, count);
      expect(packets).toBeGreaterThan(20 * count);
      // Every reason for which something is refused.
      const everything = [
        "!too short",
        "!malformed",
        "!not allowed",
        "!unknown spawner",
        "!invalid name",
        "!name taken",
        "!unknown scene",
        "!spawn function failed",
        "!net id taken",
        "!too many nodes",
        "!unknown net id",
        "!unused net ids",
        "!malformed state",
        "!wrong property",
      ];
      const rare = everything.filter((what) => (seen.get(what) ?? 0) < count / 200);
      expect(rare).toEqual([]);
    },
    60_000 + 10 * count,
  );

  it("does the same again for the same input", () => {
    for (const input of [1, 2, 3, 99]) expect(runReplicationInput(input)).toEqual(runReplicationInput(input));
  });
});
