import { describe, expect, it } from "vitest";
import {
  type ConnectionMove,
  type ConnectionState,
  legalMoves,
  nextState,
} from "../../src/protocol/state.ts";

const states: readonly ConnectionState[] = ["connecting", "open", "closing", "ending", "closed"];
const moves: readonly ConnectionMove[] = ["opened", "sentClose", "receivedClose", "failed", "lost"];

// Written out once more, so that a change of the table has to be made twice.
const expected = new Map<string, ConnectionState>([
  ["connecting opened", "open"],
  ["connecting failed", "ending"],
  ["connecting lost", "closed"],
  ["open sentClose", "closing"],
  ["open receivedClose", "ending"],
  ["open failed", "ending"],
  ["open lost", "closed"],
  ["closing receivedClose", "ending"],
  ["closing failed", "ending"],
  ["closing lost", "closed"],
  ["ending lost", "closed"],
]);

const every = states.flatMap((state) => moves.map((move) => [state, move] as const));

describe("the states of a connection", () => {
  it.each(
    every.filter(([state, move]) => expected.has(`${state} ${move}`)),
  )("%s, %s: legal", (state, move) => {
    expect(nextState(state, move)).toBe(expected.get(`${state} ${move}`));
  });

  it.each(
    every.filter(([state, move]) => !expected.has(`${state} ${move}`)),
  )("%s, %s: throws", (state, move) => {
    expect(() => nextState(state, move)).toThrow(`bug: a connection that is ${state} cannot have ${move}`);
  });

  it("the table has no state and no move besides", () => {
    expect(Object.keys(legalMoves).sort()).toEqual([...states].sort());
    expect(Object.values(legalMoves).flatMap((row) => Object.keys(row))).toHaveLength(expected.size);
  });

  it("every state but the last leads on to closed", () => {
    for (const state of states) {
      const reached = new Set<ConnectionState>([state]);
      for (const from of reached) for (const to of Object.values(legalMoves[from])) reached.add(to);
      expect(reached.has("closed")).toBe(true);
      expect(reached.has("connecting")).toBe(state === "connecting");
    }
  });
});
