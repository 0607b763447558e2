import { describe, expect, test } from "vitest";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { replicate, SceneReplicationConfig, sync } from "../../src/multiplayer/replication-config.ts";
import type { SynchronizerHost } from "../../src/multiplayer/synchronizer.ts";
import { Int } from "../../src/variant/numbers.ts";
import { uncaughtDuring, usageErrorOf } from "../peer/memory-peers.ts";

class Hero extends Node {
  hp = 1;
}
const declared = replicate(Hero, { hp: sync(Int) });

function create(): { synchronizer: MultiplayerSynchronizer; told: string[] } {
  const synchronizer = new Hero("H").addChild(new MultiplayerSynchronizer("Sync"));
  const told: string[] = [];
  const host: SynchronizerHost = {
    synchronizerStops: () => told.push("stops"),
    synchronizerStarts: () => told.push("starts"),
    visibilityChanged: (_, peer) => told.push(`asks ${peer}`),
  };
  synchronizer.host = host;
  synchronizer.visibilityChanged.connect((peer) => told.push(`signals ${peer}`));
  return { synchronizer, told };
}

describe("what is replicated", () => {
  test("is Godot's by default, or what the root node's class declares", () => {
    const { synchronizer } = create();
    const { replicationInterval, deltaInterval, publicVisibility, rootPath, visibilityUpdateMode } =
      synchronizer;
    expect([replicationInterval, deltaInterval, publicVisibility, rootPath, visibilityUpdateMode]).toEqual([
      0,
      0,
      true,
      "..",
      MultiplayerSynchronizer.VisibilityUpdateMode.VISIBILITY_PROCESS_IDLE,
    ]);
    expect(synchronizer.rootNode).toBe(synchronizer.parent);
    expect(synchronizer.replicationConfig).toBe(declared);
    const own = new SceneReplicationConfig();
    synchronizer.replicationConfig = own;
    expect(synchronizer.replicationConfig).toBe(own);
    synchronizer.replicationConfig = undefined;
    synchronizer.rootPath = "../Gone";
    expect([synchronizer.rootNode, synchronizer.replicationConfig]).toEqual([undefined, undefined]);
  });

  test("begins anew with another root, other properties or another authority", () => {
    const { synchronizer, told } = create();
    const anew = ["stops", "starts"];
    for (const change of [
      () => (synchronizer.rootPath = "."),
      () => (synchronizer.replicationConfig = undefined),
      () => synchronizer.setMultiplayerAuthority(2),
      () => synchronizer.parent!.setMultiplayerAuthority(3),
    ]) {
      synchronizer.stamp = 70_000;
      change();
      expect(told.splice(0)).toEqual(anew);
      expect(synchronizer.stamp).toBe(0);
    }
    synchronizer.setMultiplayerAuthority(3);
    expect(told).toEqual([]);
  });

  test("intervals are seconds, not negative ones", () => {
    const { synchronizer } = create();
    synchronizer.replicationInterval = 0.5;
    synchronizer.deltaInterval = 2;
    for (const seconds of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(usageErrorOf(() => (synchronizer.replicationInterval = seconds))).toBe("ERR_INVALID_PARAMETER");
      expect(usageErrorOf(() => (synchronizer.deltaInterval = seconds))).toBe("ERR_INVALID_PARAMETER");
    }
    expect([synchronizer.replicationInterval, synchronizer.deltaInterval]).toEqual([0.5, 2]);
  });
});

describe("who sees it", () => {
  test("all, or those it is shown to; 0 stands for all", () => {
    const { synchronizer, told } = create();
    expect(synchronizer.isVisibleTo(2)).toBe(true);
    synchronizer.setVisibilityFor(0, false);
    expect([synchronizer.publicVisibility, synchronizer.isVisibleTo(2)]).toEqual([false, false]);
    synchronizer.setVisibilityFor(2, true);
    expect([2, 3].map((peer) => synchronizer.isVisibleTo(peer))).toEqual([true, false]);
    expect([0, 2, 3].map((peer) => synchronizer.getVisibilityFor(peer))).toEqual([false, true, false]);
    synchronizer.setVisibilityFor(2, true);
    synchronizer.publicVisibility = false;
    expect(told).toEqual(["signals 0", "asks 0", "signals 2", "asks 2"]);
    synchronizer.setVisibilityFor(2, false);
    expect(synchronizer.isVisibleTo(2)).toBe(false);
  });

  test("only whom all filters let through, of those", () => {
    const { synchronizer } = create();
    const odd = (peer: number): boolean => peer % 2 === 1;
    synchronizer.addVisibilityFilter(odd);
    synchronizer.addVisibilityFilter((peer) => peer > 2);
    expect([1, 2, 3, 4, 5].map((peer) => synchronizer.isVisibleTo(peer))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
    synchronizer.removeVisibilityFilter(odd);
    expect(synchronizer.isVisibleTo(4)).toBe(true);
    synchronizer.publicVisibility = false;
    expect(synchronizer.isVisibleTo(4)).toBe(false);
    expect(synchronizer.hasVisibilityFilters).toBe(true);
  });

  test("nobody, where a filter throws or gives no boolean", async () => {
    const { synchronizer } = create();
    synchronizer.addVisibilityFilter(() => 1 as never);
    expect(synchronizer.isVisibleTo(2)).toBe(false);
    const other = create().synchronizer;
    other.addVisibilityFilter(() => {
      throw new Error("in a filter");
    });
    const uncaught = await uncaughtDuring(() => expect(other.isVisibleTo(2)).toBe(false));
    expect(uncaught.map(String)).toEqual(["Error: in a filter"]);
  });

  test("is asked for one, or for all", () => {
    const { synchronizer, told } = create();
    synchronizer.updateVisibility(7);
    synchronizer.updateVisibility();
    expect(told).toEqual(["signals 7", "asks 7", "signals 0", "asks 0"]);
  });
});
