import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  commandOf,
  encodeAuth,
  encodeRaw,
  encodeSys,
  readSysPeer,
  sysAddPeer,
  sysAuth,
  sysDeletePeer,
  sysHeaderLength,
  sysRelay,
  writeSysPeer,
} from "../../src/multiplayer/commands.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("commands", () => {
  test("have Godot's numbers", () => {
    expect([sysAuth, sysAddPeer, sysDeletePeer, sysRelay]).toEqual([0, 1, 2, 3]);
    expect(sysHeaderLength).toBe(6);
  });

  test("are the lowest three bits of the first octet", () => {
    for (let octet = 0; octet < 256; octet++) expect(commandOf(Uint8Array.of(octet, 0xff))).toBe(octet % 8);
  });

  // As a 4.6.3 engine was seen to send them to its clients 0x1e8ac7 and 0x4e83b4 (times 256, and so on).
  test("ADD_PEER and DEL_PEER are 07, sub-command, id", () => {
    expect(hex(encodeSys(sysAddPeer, 0x4e83b4b3))).toBe("0701b3b4834e");
    expect(hex(encodeSys(sysDeletePeer, 0x0c1e8ac7))).toBe("0702c78a1e0c");
    expect(hex(encodeSys(sysAddPeer, 0x7fffffff))).toBe("0701ffffff7f");
  });

  test("RELAY is 07 03, peer, the inner packet", () => {
    expect(hex(encodeSys(sysRelay, 2, Uint8Array.of(3, 0xaa)))).toBe("07030200000003aa");
    expect(hex(encodeSys(sysRelay, 0, Uint8Array.of(3)))).toBe("07030000000003");
    expect(hex(encodeSys(sysRelay, -2, Uint8Array.of(3)))).toBe("0703feffffff03");
  });

  test("AUTH is 07 00 and the data", () => {
    expect(hex(encodeAuth(Uint8Array.of(1, 255)))).toBe("070001ff");
    expect(hex(encodeAuth())).toBe("0700");
  });

  test("RAW is 03 and the bytes", () => {
    expect(hex(encodeRaw(Uint8Array.of(1, 2, 255)))).toBe("030102ff");
  });

  test("a peer reads as it was written, over the whole range, and nothing else is touched", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -0x80000000, max: 0x7fffffff }),
        fc.uint8Array({ minLength: 6 }),
        (peer, bytes) => {
          const packet = Uint8Array.from(bytes);
          writeSysPeer(packet, peer);
          expect(readSysPeer(packet)).toBe(peer);
          expect(Buffer.from(packet).readInt32LE(2)).toBe(peer);
          packet.set(bytes.subarray(2, 6), 2);
          expect(hex(packet)).toBe(hex(bytes));
        },
      ),
    );
  });
});
