// Rooms full of chance. A failure names its seed; SIMULATION_SEED=n runs that one alone.

import { describe, expect, test } from "vitest";
import { uncaughtDuring } from "../peer/memory-peers.ts";
import { Room, type RoomOptions } from "./room.ts";

const wanted = process.env["SIMULATION_SEED"];
const seeds = wanted === undefined ? [1, 2, 3, 4, 5, 6] : [Number(wanted)];

async function simulate(options: RoomOptions, steps: number): Promise<Room> {
  const room = new Room(options);
  // What a slot of a guest finds wrong is thrown there, and surfaces as uncaught.
  const uncaught = await uncaughtDuring(() => {
    for (let step = 0; step < steps; step++) room.step();
    room.settle();
    room.close();
  });
  expect(uncaught).toEqual([]);
  return room;
}

describe.each(seeds)("seed %i", (seed) => {
  test("a small room: every packet was sent, in order, once; all agree on who is there", async () => {
    const room = await simulate({ seed, mostClients: 6, mostLatencyMs: 20 }, 1500);
    expect(room.joins).toBeGreaterThan(20);
    expect(room.deliveries).toBeGreaterThan(100);
  });

  test("slow connections", async () => {
    await simulate({ seed: seed + 1000, mostClients: 8, mostLatencyMs: 300 }, 500);
  });

  test("fast connections, everything within the turn", async () => {
    await simulate({ seed: seed + 2000, mostClients: 12, mostLatencyMs: 0 }, 500);
  });
});

test("a hundred peers come and go", async () => {
  const room = await simulate({ seed: Number(wanted ?? 7), mostClients: 100, mostLatencyMs: 30 }, 3000);
  expect(room.joins).toBeGreaterThan(200);
});
