import { expect, test } from "vitest";
import { ReplicationSettings } from "../../src/multiplayer/replication-settings.ts";
import { usageErrorOf } from "../peer/memory-peers.ts";

test("has Godot's sizes, and refuses those below 128", () => {
  const settings = new ReplicationSettings({});
  expect([settings.maxSyncPacketSize, settings.maxDeltaPacketSize]).toEqual([1350, 65_535]);
  settings.maxSyncPacketSize = 128;
  settings.maxDeltaPacketSize = 129;
  expect([settings.maxSyncPacketSize, settings.maxDeltaPacketSize]).toEqual([128, 129]);
  for (const octets of [127, Number.NaN, -1]) {
    expect(usageErrorOf(() => (settings.maxSyncPacketSize = octets))).toBe("ERR_PARAMETER_RANGE_ERROR");
    expect(usageErrorOf(() => (settings.maxDeltaPacketSize = octets))).toBe("ERR_PARAMETER_RANGE_ERROR");
  }
});

test("passes go by time in event style, and by polls in a game loop", () => {
  expect(new ReplicationSettings({}).passMs).toBeCloseTo(16.67);
  expect(new ReplicationSettings({ replicationPassMs: 50 }).passMs).toBe(50);
  expect(new ReplicationSettings({ autoPoll: false }).passMs).toBeUndefined();
  for (const replicationPassMs of [0, -1, Number.NaN])
    expect(usageErrorOf(() => new ReplicationSettings({ replicationPassMs }))).toBe("ERR_INVALID_PARAMETER");
});

test("bounds what one peer may spawn", () => {
  expect(new ReplicationSettings({}).maxSpawnedNodes).toBe(65_536);
  expect(new ReplicationSettings({ maxSpawnedNodes: 3 }).maxSpawnedNodes).toBe(3);
});
