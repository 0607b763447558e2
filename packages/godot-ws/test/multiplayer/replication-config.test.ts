import { describe, expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import {
  declaredConfigOf,
  replicate,
  SceneReplicationConfig,
  sync,
} from "../../src/multiplayer/replication-config.ts";
import { GodotDictionary } from "../../src/variant/dictionary.ts";
import { NodePath } from "../../src/variant/node-path.ts";
import { Float, Int } from "../../src/variant/numbers.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";

describe("a configuration", () => {
  test("keeps paths in order, each once", () => {
    const config = new SceneReplicationConfig()
      .addProperty(".:position")
      .addProperty(new NodePath("Sprite:modulate:a"))
      .addProperty("hp", 0);
    expect(config.getProperties()).toEqual([".:hp", ".:position", "Sprite:modulate:a"]);
    expect(["hp", ":hp", ".:hp", "mp"].map((path) => config.propertyGetIndex(path))).toEqual([0, 0, 0, -1]);
    expect(usageErrorOf(() => config.addProperty(":hp"))).toBe("ERR_ALREADY_IN_USE");
    config.removeProperty("position");
    expect([config.hasProperty("position"), config.hasProperty("Sprite:modulate:a")]).toEqual([false, true]);
    expect(usageErrorOf(() => config.removeProperty("position"))).toBe("ERR_INVALID_PARAMETER");
  });

  test("refuses a path without a property, and a mode that is none", () => {
    const config = new SceneReplicationConfig();
    for (const path of ["Sprite:", "", ":", "A::b"])
      expect(
        usageErrorOf(() => config.addProperty(path)),
        path,
      ).toBe("ERR_INVALID_PARAMETER");
    expect(usageErrorOf(() => config.addProperty("x", { mode: 3 as never }))).toBe("ERR_INVALID_PARAMETER");
    expect(usageErrorOf(() => config.addProperty("x", { mode: "often" as never }))).toBe(
      "ERR_INVALID_PARAMETER",
    );
    expect(config.getProperties()).toEqual([]);
  });

  test("has modes, by name and by Godot's numbers, and what Godot calls deprecated", () => {
    const { NEVER, ALWAYS, ON_CHANGE } = SceneReplicationConfig.ReplicationMode;
    expect([NEVER, ALWAYS, ON_CHANGE]).toEqual([0, 1, 2]);
    const config = new SceneReplicationConfig().addProperty("hp");
    const modes = (): unknown[] => [
      config.propertyGetReplicationMode("hp"),
      config.propertyGetSync("hp"),
      config.propertyGetWatch("hp"),
    ];
    expect(modes()).toEqual([ALWAYS, true, false]);
    config.propertySetReplicationMode("hp", "on_change");
    expect(modes()).toEqual([ON_CHANGE, false, true]);
    config.propertySetSync("hp", false);
    expect(modes()).toEqual([ON_CHANGE, false, true]);
    config.propertySetWatch("hp", false);
    expect(modes()).toEqual([NEVER, false, false]);
    config.propertySetWatch("hp", true);
    config.propertySetSync("hp", true);
    expect(modes()).toEqual([ALWAYS, true, false]);
    config.propertySetSync("hp", false);
    expect(modes()).toEqual([NEVER, false, false]);
    expect(usageErrorOf(() => config.propertyGetSpawn("mp"))).toBe("ERR_INVALID_PARAMETER");
  });

  test("lists what is for what, anew after each change", () => {
    const config = new SceneReplicationConfig()
      .addProperty("a")
      .addProperty("b", { mode: "on_change", spawn: false })
      .addProperty("c", { mode: 0 });
    const names = (): string[][] =>
      [config.lists.spawn, config.lists.always, config.lists.onChange].map((list) =>
        list.map(({ names: [name] }) => name!),
      );
    expect(names()).toEqual([["a", "c"], ["a"], ["b"]]);
    expect(config.lists).toBe(config.lists);
    config.propertySetSpawn("b", true);
    expect(config.propertyGetSpawn("b")).toBe(true);
    expect(names()).toEqual([["a", "b", "c"], ["a"], ["b"]]);
  });
});

class Creature extends Node {
  position = new Vector2();
  maxHp = 3;
  speed = 1;
}
class Wolf extends Creature {}
class Stone extends Node {
  weight = 1;
}

describe("a declaration", () => {
  const config = replicate(Creature, {
    position: sync(Vector2),
    maxHp: sync(Int, { mode: "on_change" }),
    speed: sync(Float, { spawn: false, replaced: true }),
  });

  test("names fields as Godot does, in order, with their types", () => {
    expect(config.getProperties()).toEqual([".:position", ".:max_hp", ".:speed"]);
    expect(config.lists.always.map(({ isFloat, replaced }) => [isFloat, replaced])).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(config.lists.onChange[0]?.convert?.("x")).toBeUndefined();
  });

  test("is for subclasses, too, and for nobody else", () => {
    expect(declaredConfigOf(new Wolf())).toBe(config);
    expect(declaredConfigOf(new Stone())).toBeUndefined();
    const own = replicate(Wolf, { maxHp: sync(Int) });
    expect([declaredConfigOf(new Wolf()), declaredConfigOf(new Creature())]).toEqual([own, config]);
  });

  test("refuses what is no type and no mode", () => {
    expect(usageErrorOf(() => sync(Map))).toBe("ERR_INVALID_PARAMETER");
    expect(usageErrorOf(() => sync(Int, { mode: "often" as never }))).toBe("ERR_INVALID_PARAMETER");
  });

  test("is checked by the compiler", () => {
    // @ts-expect-error A Vector2 does not fit into a number.
    replicate(Stone, { weight: sync(Vector2) });
    // @ts-expect-error There is no such field.
    replicate(Stone, { height: sync(Int) });
    replicate(Stone, { weight: sync("any") });
  });

  test("leaves it to the field what arrays and Dictionaries hold", () => {
    class Chest {
      scores: number[] = [];
      readonly tags: readonly string[] = [];
      loose: unknown[] = [];
      prices = new GodotDictionary<string, number>();
      label = "";
    }
    const config = replicate(Chest, {
      scores: sync(Array),
      tags: sync(Array),
      loose: sync(Array),
      prices: sync(GodotDictionary),
    });
    expect(config.getProperties()).toEqual([".:scores", ".:tags", ".:loose", ".:prices"]);
    // @ts-expect-error An array does not fit into a text.
    replicate(Chest, { label: sync(Array) });
    // @ts-expect-error Nor does a Dictionary into an array.
    replicate(Chest, { scores: sync(GodotDictionary) });
    // @ts-expect-error Nor an array into a Dictionary.
    replicate(Chest, { prices: sync(Array) });
  });
});
