import { MultiplayerSynchronizer, Rect2, SceneTree, Vector2 } from "godot-ws";
import { beforeAll, describe, expect, test } from "vitest";
import { Arena, Bullet, Inputs, loadMain, Player } from "../nodes.ts";
import { projectFolder } from "../project-folder.ts";

let arena: Arena;

beforeAll(async () => {
  const scene = await loadMain(projectFolder);
  arena = new SceneTree().root.addChild(scene.instantiate()).getNode("Arena", Arena);
});

describe("of the project's scenes", () => {
  test("the arena's size and walls", () => {
    expect(arena.size).toEqual(new Vector2(1280, 720));
    expect(arena.walls).toContainEqual(new Rect2(new Vector2(590, 310), new Vector2(100, 100)));
    expect(arena.walls).toHaveLength(9);
  });

  test("what is spawned, and what of it is replicated", () => {
    const player = arena.playerSpawner.instantiate(0) as Player;
    const bullet = arena.bulletSpawner.instantiate(0);
    expect([player, bullet]).toEqual([expect.any(Player), expect.any(Bullet)]);
    const propertiesOf = (synchronizer: MultiplayerSynchronizer): string[] =>
      synchronizer.replicationConfig!.getProperties();
    expect(propertiesOf(player.state)).toContain(".:synced_position");
    expect(propertiesOf(player.inputs)).toEqual(["Inputs:motion", "Inputs:aim", "Inputs:shooting"]);
    expect(propertiesOf(bullet.getNode("State", MultiplayerSynchronizer))).toContain(".:velocity");
  });

  test("a player's inputs are its own client's, all else the server's", () => {
    const player = arena.playerSpawner.instantiate(0) as Player;
    player.name = "77";
    arena.getNode("Players").addChild(player);
    expect([player, player.state, player.inputs].map((node) => node.multiplayerAuthority)).toEqual([
      1, 1, 77,
    ]);
    expect(arena.player(77)).toBe(player);
  });
});

test("inputs of any other kind than they should be count as nothing", () => {
  const fair = { motion: new Vector2(1, 0), aim: new Vector2(0, 1), shooting: true };
  const inputs = Object.assign(new Inputs(), fair);
  expect([inputs.motion, inputs.aim, inputs.shooting]).toEqual(Object.values(fair));
  const zero = new Vector2();
  for (const value of ["1", 7, null, [1, 1], new Vector2(Number.NaN, 1), new Vector2(0, -1 / 0)]) {
    Object.assign(inputs, fair, { motion: value, aim: value, shooting: value });
    expect([inputs.motion, inputs.aim, inputs.shooting]).toEqual([zero, zero, false]);
  }
});
