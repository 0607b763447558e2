import { describe, expect, test } from "vitest";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { SceneReplicationConfig } from "../../src/multiplayer/replication-config.ts";
import { SyncedState } from "../../src/multiplayer/synced-state.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { Float } from "../../src/variant/numbers.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { hex } from "./replicated.ts";

class Thing extends Node {
  [name: `v${number}`]: unknown;
  value: unknown = 1;
  reads = 0;
  get counted(): number {
    return ++this.reads;
  }
  get broken(): number {
    throw new Error("in a getter");
  }
}

function create(config: SceneReplicationConfig): { thing: Thing; state: SyncedState } {
  const thing = new Thing("T");
  const synchronizer = thing.addChild(new MultiplayerSynchronizer("Sync"));
  synchronizer.replicationConfig = config;
  return { thing, state: new SyncedState(synchronizer) };
}

const text = (state: ReturnType<SyncedState["spawnState"]>): string =>
  "reason" in state ? `${state.reason}: ${state.detail}` : hex(state);

const always = (options = {}): SceneReplicationConfig =>
  new SceneReplicationConfig().addProperty("value", options);
const onChange = (options = {}): SceneReplicationConfig => always({ mode: "on_change", ...options });

describe("states", () => {
  test("have the values one behind the other, in the configuration's order", () => {
    const config = new SceneReplicationConfig()
      .addProperty("value", { mode: "never" })
      .addProperty("v1", { spawn: false })
      .addProperty("v2", { type: Float });
    const { thing, state } = create(config);
    Object.assign(thing, { v1: true, v2: 1 });
    expect(text(state.spawnState("4.6"))).toBe("02010300" + "0000" + "0000803f");
    expect(text(state.alwaysState("4.6"))).toBe("810300" + "0000" + "0000803f");
    expect([state.hasAlways, state.hasWatched]).toEqual([true, false]);
  });

  test("in the mode always are encoded once until something changes", () => {
    const { thing, state } = create(always());
    const states = (): string => text(state.alwaysState("4.6"));
    thing.value = new Vector2(1, 2);
    states();
    thing.value = new Vector2(1, 2);
    states();
    expect(state.encodedCount).toBe(1);
    for (const [value, count] of [
      [new Vector2(1, 3), 2],
      ["a", 3],
      ["a", 3],
      [0, 4],
      [-0, 5],
      [[1], 6],
      // Arrays may have changed in place.
      [thing.value, 7],
    ] as const) {
      thing.value = value;
      states();
      expect(state.encodedCount, String(value)).toBe(count);
    }
  });

  test("with an array that is only ever replaced, too", () => {
    const { thing, state } = create(always({ replaced: true }));
    thing.value = [1];
    for (let i = 0; i < 3; i++) state.alwaysState("4.6");
    expect(state.encodedCount).toBe(1);
    thing.value = [1];
    state.alwaysState("4.6");
    expect(state.encodedCount).toBe(2);
  });

  test("follow a configuration that changes", () => {
    const config = always();
    const { thing, state } = create(config);
    Object.assign(thing, { v1: 1 });
    expect(text(state.alwaysState("4.6"))).toBe("0201");
    config.removeProperty("value");
    config.addProperty("v1", { type: Float });
    expect(text(state.alwaysState("4.6"))).toBe("030000000000803f");
  });

  test("that cannot be made say why", () => {
    const { thing, state } = create(always());
    thing.value = undefined;
    expect(text(state.spawnState("4.6"))).toBe("no such property: .:value is not there");
    thing.value = new Map([[() => 1, 2]]);
    expect(text(state.alwaysState("4.6"))).toMatch(/^cannot be encoded: /);
    state.synchronizer.rootPath = "../Gone";
    expect(text(state.alwaysState("4.6"))).toBe("no such property: the root node is not there");
    expect(text(create(new SceneReplicationConfig().addProperty("broken")).state.alwaysState("4.6"))).toMatch(
      /^cannot be encoded: .*in a getter/,
    );
    const watching = create(new SceneReplicationConfig().addProperty("broken", { mode: "on_change" }));
    expect(watching.state.watch(1)).toMatchObject({ reason: "cannot be encoded" });
  });
});

describe("changes", () => {
  const changed = (state: SyncedState, pass: number): boolean => {
    expect(state.watch(pass)).toBeUndefined();
    return state.lastChange === pass;
  };

  test("are seen by value: of values that never change, and by bytes of those that may", () => {
    const { thing, state } = create(onChange());
    const array: unknown[] = [1];
    const dictionary = new GodotDictionary([["a", 1]]);
    // What it happens to hold says nothing of what it is.
    const record: Record<string, unknown> = { equals: 1, a: 1 };
    const rows: [change: () => unknown, isChange: boolean][] = [
      [() => {}, true],
      [() => {}, false],
      [() => (thing.value = new Vector2(1, 1)), true],
      [() => (thing.value = new Vector2(1, 1)), false],
      [() => (thing.value = record), true],
      [() => (record["a"] = 2), true],
      [() => {}, false],
      [() => (thing.value = array), true],
      [() => {}, false],
      [() => array.push([2]), true],
      [() => (array[1] as unknown[]).push(3), true],
      [() => (thing.value = structuredClone(array)), false],
      [() => (thing.value = dictionary), true],
      [() => dictionary.set("a", 2), true],
      [() => {}, false],
      [() => (thing.value = Uint8Array.of(1, 2)), true],
      [() => ((thing.value as Uint8Array)[0] = 9), true],
      [() => (thing.value = null), true],
      [() => (thing.value = Number.NaN), true],
      [() => (thing.value = Number.NaN), false],
    ];
    for (const [i, [change, isChange]] of rows.entries()) {
      change();
      expect(changed(state, i + 1), String(change)).toBe(isChange);
    }
  });

  test("inside of what is only ever replaced are not looked for", () => {
    const { thing, state } = create(onChange({ replaced: true }));
    const array = [1];
    thing.value = array;
    expect(changed(state, 1)).toBe(true);
    array.push(2);
    expect(changed(state, 2)).toBe(false);
    thing.value = [1, 2];
    expect(changed(state, 3)).toBe(true);
  });

  test("are named by a mask, since a pass or from the beginning", () => {
    const config = new SceneReplicationConfig();
    const thing64 = create(config);
    for (let i = 0; i < 64; i++) {
      config.addProperty(`v${i}`, { mode: "on_change" });
      thing64.thing[`v${i}`] = 0;
    }
    const { thing, state } = thing64;
    state.watch(1);
    expect(state.maskSince(undefined)).toEqual([0xffff_ffff, 0xffff_ffff]);
    expect(state.maskSince(1)).toEqual([0, 0]);
    Object.assign(thing, { v0: 1, v31: 2 });
    state.watch(2);
    Object.assign(thing, { v32: 3, v63: 4 });
    state.watch(3);
    expect(state.maskSince(1)).toEqual([0x8000_0001, 0x8000_0001]);
    expect(state.maskSince(2)).toEqual([0, 0x8000_0001]);
    expect(text(state.deltaState(state.maskSince(1), "4.6"))).toBe("0201020202030204");
    expect(text(state.deltaState([2, 0], "4.6"))).toBe("0200");
  });

  test("of a 65th property cannot be named", () => {
    const config = new SceneReplicationConfig();
    const { thing, state } = create(config);
    for (let i = 0; i < 65; i++) {
      config.addProperty(`v${i}`, { mode: "on_change" });
      thing[`v${i}`] = 0;
    }
    expect(state.watch(1)).toEqual({
      reason: "too many properties",
      detail: "65 are sent on change, and 64 can be",
    });
    expect(text(state.deltaState([1, 0], "4.6"))).toMatch(/^too many properties/);
  });

  test("of a property that is not there are reported", () => {
    const { thing, state } = create(onChange());
    thing.value = undefined;
    expect(state.watch(1)?.reason).toBe("no such property");
    thing.value = () => 1;
    expect(state.watch(2)?.reason).toBe("cannot be encoded");
  });
});
