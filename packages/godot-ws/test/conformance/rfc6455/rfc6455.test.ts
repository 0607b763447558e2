// Runs every case for both roles, in three ways of cutting the stream. A case says what the RFC demands; the committed
// `expected-results.json` says what we do, to the octet, so that any change shows in review (`vitest -u` rewrites it).

import { describe, expect, it } from "vitest";
import type { Role } from "../../protocol/recorded-end.ts";
import { cases } from "./cases.ts";
import { parsePayload, parseStream } from "./notation.ts";
import {
  type Chunking,
  demandOf,
  markOf,
  randomCuts,
  runCase,
  singleOctets,
  stepsOf,
  summarise,
  whole,
} from "./run-case.ts";

const roles: readonly Role[] = ["client", "server"];
const results: Record<string, string> = {};

describe.each(roles)("RFC 6455, %s", (role) => {
  it.each(cases.map((each, index) => [each.id, each, index] as const))("%s", (id, each, index) => {
    const demand = demandOf(each);
    const chunkings: [name: string, cut: Chunking][] = [
      ["whole", whole],
      ["single octets", singleOctets],
      ["random cuts", randomCuts(index)],
      ["other random cuts", randomCuts(index + 100_000)],
    ];
    for (const [name, cut] of chunkings) {
      const outcome = runCase(each, role, cut);
      if (demand.failedWith !== undefined && !each.receives.includes("!close")) {
        // The close frame of the failure comes last, with the code and whatever reason.
        const frames = outcome.answered.split("; ");
        const close = parsePayload(frames.pop()!.replace(/^close /, "")).bytes;
        expect((close[0]! << 8) | close[1]!, name).toBe(demand.failedWith);
        expect({ ...outcome, answered: frames.join("; ") }, name).toMatchObject(demand);
      } else {
        expect(outcome, name).toMatchObject(demand);
      }
      expect(outcome.state, name).toBe("ending");
      if (name === "single octets") {
        expect(outcome.failedAt, "octets it took to notice").toBe(markOf(stepsOf(each, role)));
        results[`${role} ${id}`] = summarise(outcome);
      }
    }
  });
});

it("no two cases have the same name", () => {
  expect(new Set(cases.map((each) => each.id)).size).toBe(cases.length);
});

it("every case that fails says by which octet", () => {
  for (const each of cases) {
    expect(markOf(parseStream(each.receives.replaceAll("/wrong", ""), "client")) !== undefined, each.id).toBe(
      each.behaviour !== "ok",
    );
  }
});

it("the results are the committed ones", async () => {
  await expect(`${JSON.stringify(results, null, 2)}\n`).toMatchFileSnapshot("expected-results.json");
});
