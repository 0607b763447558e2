import { describe, expect, test } from "vitest";
import { MultiplayerSynchronizer } from "../../src/multiplayer/multiplayer-synchronizer.ts";
import { Node } from "../../src/multiplayer/node.ts";
import { SceneReplicationConfig } from "../../src/multiplayer/replication-config.ts";
import type { ReplicationPort } from "../../src/multiplayer/replication-port.ts";
import { isEmpty, SyncSource } from "../../src/multiplayer/sync-source.ts";

class Hero extends Node {
  hp = 5;
  ammo = 1;
}

function create() {
  const hero = new Hero("H");
  const synchronizer = hero.addChild(new MultiplayerSynchronizer("Sync"));
  synchronizer.replicationConfig = new SceneReplicationConfig()
    .addProperty("hp")
    .addProperty("ammo", { mode: "on_change" });
  const failures: string[] = [];
  const port = {
    failed: ({ reason, detail }) => failures.push(`${reason}: ${detail}`),
  } as Partial<ReplicationPort> as ReplicationPort;
  return { hero, synchronizer, source: new SyncSource(synchronizer, undefined), port, failures };
}

describe("a source", () => {
  test("has a state at each pass, or once an interval", () => {
    const { source, synchronizer } = create();
    const states = (...times: number[]): boolean[] =>
      times.map((now) => {
        source.beginPass();
        source.findState(now);
        return source.hasState;
      });
    expect(states(10, 20)).toEqual([true, true]);
    synchronizer.replicationInterval = 0.1;
    expect(states(1000, 1050, 1100, 1150, 1210)).toEqual([true, false, true, false, true]);
  });

  test("has changes for all alike, where all were last served in one pass", () => {
    const { hero, source, port } = create();
    source.audience.add(2);
    // Nobody has been served yet.
    expect([source.findChanges(1, 1, port), source.mask]).toEqual([true, undefined]);
    source.served.set(2, 1);
    source.evenlyAt = 1;
    expect([source.findChanges(2, 2, port), source.mask]).toEqual([false, undefined]);
    hero.ammo++;
    expect([source.findChanges(3, 3, port), source.mask]).toEqual([false, [1, 0]]);
    source.beginPass();
    source.audience.add(3);
    expect([source.findChanges(4, 4, port), source.mask]).toEqual([true, undefined]);
  });

  test("forgets who leaves", () => {
    const { source } = create();
    source.audience.add(2);
    source.served.set(2, 1);
    source.waiting.add(3);
    expect([source.leave(2), source.leave(3)]).toEqual([true, false]);
    expect([source.audience.size, source.served.size, source.waiting.size]).toEqual([0, 0, 0]);
  });

  test("reports a fault once, of states and of changes apart", () => {
    const { source, port, failures } = create();
    const fault = { reason: "not sent", detail: "full" } as const;
    for (const kind of ["state", "state", "changes", "state"] as const) source.report(port, kind, fault);
    source.report(port, "state", { ...fault, detail: "closed" });
    expect(failures).toEqual(["not sent: full", "not sent: full", "not sent: closed"]);
  });
});

test("a mask of nothing is empty", () => {
  expect([isEmpty([0, 0]), isEmpty([0, 1]), isEmpty([1, 0])]).toEqual([true, false, false]);
});
