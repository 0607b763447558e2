import { expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import { PropertyList } from "../../src/multiplayer/property-access.ts";
import { takeState } from "../../src/multiplayer/received-state.ts";
import { SceneReplicationConfig } from "../../src/multiplayer/replication-config.ts";
import { bytes } from "./replicated.ts";

class Hero extends Node {
  hp = 5;
  name_tag = "";
}

const { spawn } = new SceneReplicationConfig().addProperty("hp").addProperty("name_tag").lists;

function take(text: string, { offset = 0, isExact = true, root = new Hero("H") as Hero | null } = {}) {
  const state = { bytes: bytes(text), version: "4.6" as const, offset, isExact };
  const fault = takeState(state, root ?? undefined, new PropertyList(), spawn);
  return [fault && `${fault.reason}: ${fault.detail}`, root?.hp, root?.name_tag, state.offset];
}

const state = "0207 04000000010000004100 0000".replaceAll(" ", "");

test("a state is taken over, from where it begins to where it ends", () => {
  expect(take(state)).toEqual([undefined, 7, "A", 14]);
  expect(take(`ffff${state}`, { offset: 2 })).toEqual([undefined, 7, "A", 16]);
});

test("one with more behind it is taken where that may be", () => {
  expect(take(`${state}00`, { isExact: false })).toEqual([undefined, 7, "A", 14]);
  expect(take(`${state}00`)).toEqual(["malformed state: 1 octets are too many", 5, "", 14]);
});

test("nothing is taken of what is cut short, or without its node", () => {
  expect(take(state.slice(0, -2))).toEqual([expect.stringMatching("malformed state: "), 5, "", 0]);
  expect(take(state, { root: null })).toEqual([
    "wrong property: the root node is not there",
    undefined,
    undefined,
    0,
  ]);
});
