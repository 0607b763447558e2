// The snippets of docs/replication.md are those that are compiled, and do what the page says.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Node } from "../../src/multiplayer/node.ts";
import { Vector2 } from "../../src/variant/vectors.ts";
import { addCustom, configure, hide, Player, smooth, World } from "./documented-replication.ts";
import { createWorld } from "./world.ts";

const page = readFileSync(new URL("../../../../docs/replication.md", import.meta.url), "utf8");
const source = readFileSync(new URL("documented-replication.ts", import.meta.url), "utf8");

class Coin extends Node {}

function snippets(): string[] {
  return [...source.matchAll(/^( *)\/\/ \[(\w+)\]\n(.*?)^ *\/\/ \[\/\2\]$/gms)].map(
    ([, indent = "", , text = ""]) =>
      text
        .replaceAll(new RegExp(`^${indent}`, "gm"), "")
        .replaceAll(/^return (spawner\.spawn)/gm, "$1")
        .trimEnd(),
  );
}

test("the page shows what is compiled here", () => {
  expect(snippets()).toHaveLength(5);
  for (const snippet of snippets()) expect(page).toContain(snippet);
});

test("players come, are seen, and go", () => {
  const game = createWorld(0);
  const world = game.server.add(new World());
  const enter = (): World => {
    const there = game.join().add(new World());
    game.clock.advance(100);
    return there;
  };
  const [first, second] = [enter(), enter()];
  const names = (some: World): string[] => some.players.children.map(({ name }) => name).sort();
  expect([world, first, second].map(names)).toEqual([
    ["2", "3"],
    ["2", "3"],
    ["2", "3"],
  ]);
  const player = world.players.getNode("2", Player);
  const drawn = smooth(second.players.getNode("2", Player));
  player.position = new Vector2(1, 2);
  player.health = 50;
  game.clock.advance(100);
  expect(second.players.getNode("2", Player)).toMatchObject({ position: player.position, health: 50 });
  expect(drawn()).toBeInstanceOf(Vector2);
  hide(player, () => true);
  game.clock.advance(100);
  expect([first, second].map(names)).toEqual([["2", "3"], ["3"]]);
  second.spawner.spawnFunction = first.spawner.spawnFunction = (data) => new Coin(`Coin${data}`);
  expect(addCustom(world.spawner).name).toBe("Coin7");
  game.clock.advance(100);
  expect(names(first)).toEqual(["2", "3", "Coin7"]);
  configure(player.synchronizer);
  expect(player.synchronizer.replicationConfig?.getProperties()).toEqual([".:position", "Sprite:modulate:a"]);
  game.clients[0]!.peer.close();
  game.settle();
  expect(names(second)).toEqual(["3", "Coin7"]);
});
