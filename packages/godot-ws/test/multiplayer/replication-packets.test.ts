// Octets as in the engine's own packets.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  customScene,
  decodeDespawn,
  decodeSpawn,
  decodeStates,
  encodeDespawn,
  encodeSpawn,
  encodeStates,
  isDelta,
  pathNetId,
  pathOfNetId,
  type StateItem,
} from "../../src/multiplayer/replication-packets.ts";
import { bytes, hex } from "./replicated.ts";

const spawn = {
  scene: 0,
  spawnerId: 1,
  netId: 1,
  syncIds: [2],
  name: "A",
  argument: undefined,
  state: bytes("0205"),
};
const spawnHex = "04 00 01000000 01000000 01000000 02000000 02000000 41 00 02 05".replaceAll(" ", "");

describe("SPAWN", () => {
  test("has this layout", () => {
    expect(hex(encodeSpawn(spawn))).toBe(spawnHex);
    expect(decodeSpawn(bytes(spawnHex))).toEqual(spawn);
  });

  test("of a custom node has its argument before the state", () => {
    const custom = { ...spawn, scene: customScene, argument: bytes("0207") };
    const text = "04ff010000000100000001000000020000000200000041000200000002070205";
    expect(hex(encodeSpawn(custom))).toBe(text.replace("020000000200000041", "020000000200000041"));
    expect(decodeSpawn(encodeSpawn(custom))).toEqual(custom);
  });

  test("comes out as it went in", () => {
    const u32 = fc.nat({ max: 0xffff_ffff });
    const spawns = fc.record({
      scene: fc.nat({ max: 254 }),
      spawnerId: u32,
      netId: u32,
      syncIds: fc.array(u32, { maxLength: 4 }),
      name: fc.string({ unit: "grapheme" }).filter((name) => !name.includes("\0")),
      state: fc.uint8Array({ maxLength: 9 }),
    });
    fc.assert(
      fc.property(spawns, (some) => {
        const whole = { ...some, argument: undefined };
        expect(decodeSpawn(encodeSpawn(whole))).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  test("that is too short anywhere is refused, and nothing wraps around", () => {
    const custom = encodeSpawn({ ...spawn, scene: customScene, argument: bytes("0207"), state: bytes("") });
    for (let length = 0; length < custom.length; length++)
      expect(decodeSpawn(custom.subarray(0, length)), `${length}`).toBeUndefined();
    // 4 * 0x40000000 is 0 in 32 bits.
    expect(
      decodeSpawn(bytes(spawnHex.replace("01000000020000000200", "00000040020000000200"))),
    ).toBeUndefined();
    // No name, and no UTF-8.
    expect(decodeSpawn(bytes("0400010000000100000000000000000000000205"))).toBeUndefined();
    expect(decodeSpawn(bytes("04000100000001000000000000000200000080000205"))).toBeUndefined();
  });

  test("has a name up to the first 0", () => {
    expect(decodeSpawn(bytes("04000100000001000000000000000300000041004200"))?.name).toBe("A");
    expect(decodeSpawn(bytes("040001000000010000000000000001000000410205"))?.name).toBe("A");
  });
});

test("DESPAWN has this layout", () => {
  expect(hex(encodeDespawn(1))).toBe("0501000000");
  expect(decodeDespawn(bytes("05ffffffff"))).toBe(0xffff_ffff);
});

test("ids of synchronizers known by their path have the highest bit", () => {
  expect(pathNetId(5)).toBe(0x8000_0005);
  expect([0x8000_0005, 0x7fff_ffff].map(pathOfNetId)).toEqual([5, undefined]);
});

const item = (netId: number, state: string, mask?: StateItem["mask"]): StateItem => ({
  netId,
  mask,
  state: bytes(state),
});
const sent = (items: StateItem[], stamp: number | undefined, most = 1350): string[] =>
  [...encodeStates(items, stamp, most)].map(hex);

describe("SYNC", () => {
  test("has a stamp and items", () => {
    const packet = "06 3412 02000000 02000000 0205 05000080 01000000 81".replaceAll(" ", "");
    const items = [item(2, "0205"), item(0x8000_0005, "81")];
    expect(sent(items, 0x1234)).toEqual([packet]);
    expect(isDelta(bytes(packet))).toBe(false);
    expect(decodeStates(bytes(packet))).toEqual({ stamp: 0x1234, items, isCut: false });
  });

  test("of what has changed has masks of 64 bits instead", () => {
    const packet = "16 02000000 01000000000000c0 03000000 020581".replaceAll(" ", "");
    const items = [item(2, "020581", [1, 0xc000_0000])];
    expect(sent(items, undefined)).toEqual([packet]);
    expect(isDelta(bytes(packet))).toBe(true);
    expect(decodeStates(bytes(packet))).toEqual({ stamp: 0, items, isCut: false });
  });

  test("is split by whole items, and no packet is empty, unlike Godot's", () => {
    const items = [1, 2, 3].map((id) => item(id, "00".repeat(id === 2 ? 200 : 40)));
    const lengths = (packets: string[]): number[] => packets.map((packet) => packet.length / 2);
    expect(lengths(sent(items, 7, 128))).toEqual([51, 211, 51]);
    expect(sent(items, 7, 128).every((packet) => packet.startsWith("060700"))).toBe(true);
    expect(lengths(sent([items[1]!], 7, 128))).toEqual([211]);
    expect(lengths(sent([items[0]!, items[2]!], 7, 128))).toEqual([99]);
    // Exactly the limit, and one more.
    expect(sent([items[0]!, item(9, "00".repeat(69))], 7, 128)).toHaveLength(1);
    expect(sent([items[0]!, item(9, "00".repeat(70))], 7, 128)).toHaveLength(2);
    expect(sent([], 7)).toEqual([]);
  });

  test("ends where no item fits, and says when one goes beyond it", () => {
    const whole = bytes("06 0100 02000000 01000000 81");
    expect(decodeStates(whole).items).toHaveLength(1);
    expect(decodeStates(bytes("06 0100 02000000 01000000 81 0300000001000000")).items).toHaveLength(1);
    const cut = decodeStates(bytes("06 0100 02000000 01000000 81 03000000 ffffffff 00"));
    expect([cut.items.length, cut.isCut]).toEqual([1, true]);
  });
});
