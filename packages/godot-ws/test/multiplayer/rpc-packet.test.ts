import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodePath } from "../../src/multiplayer/path-packets.ts";
import {
  type CallHead,
  decodeCallHead,
  encodeCall,
  encodeCallWithPath,
} from "../../src/multiplayer/rpc-packet.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const none = { methodNumber: 0, argumentCount: undefined, args: new Uint8Array(0) };
const two = { methodNumber: 0, argumentCount: 2, args: octets("0205 04000000020000006869 0000") };

describe("a call", () => {
  // The examples of the wire reference.
  test.each([
    ["without arguments", encodeCall(none, 1, false), "800100"],
    ["with (5, 'hi')", encodeCall(two, 1, false), "00 01 00 02 0205 040000000200000068690000"],
    ["with octets", encodeCall({ ...none, args: octets("aabb") }, 1, false), "800100aabb"],
    [
      "not cached",
      encodeCallWithPath(none, encodePath("Main/Player")),
      "a0060000800 04d61696e2f506c6179657200",
    ],
    ["of method 256", encodeCall({ ...none, methodNumber: 256 }, 1, false), "c0010001"],
    ["of method 255", encodeCall({ ...none, methodNumber: 255 }, 1, false), "8001ff"],
    ["of a node's own method", encodeCall({ ...none, methodNumber: 0x8002 }, 1, false), "c0010280"],
    ["of node 255", encodeCall(none, 255, false), "80ff00"],
    ["of node 256", encodeCall(none, 256, false), "90000100"],
    ["of node 65,535", encodeCall(none, 65535, false), "90ffff00"],
    ["of node 65,536", encodeCall(none, 65536, false), "a00000010000"],
    ["of node 1, wide", encodeCall(none, 1, true), "a00100000000"],
  ])("%s", (_, packet, expected) => {
    expect(hex(packet)).toBe(expected.replaceAll(" ", ""));
  });

  test("reads as it was written", () => {
    const content = fc.record({
      methodNumber: fc.integer({ min: 0, max: 0xffff }),
      argumentCount: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
      args: fc.uint8Array(),
    });
    const node = fc.oneof(fc.integer({ min: 0, max: 0x7fffffff }), fc.stringMatching(/^[A-Za-z/]+$/));
    fc.assert(
      fc.property(content, node, fc.boolean(), (call, to, wide) => {
        const packet =
          typeof to === "string" ? encodeCallWithPath(call, encodePath(to)) : encodeCall(call, to, wide);
        const head = decodeCallHead(packet) as CallHead;
        expect(head).toMatchObject({ methodNumber: call.methodNumber, argumentCount: call.argumentCount });
        expect(hex(packet.subarray(head.argumentsStart, head.argumentsEnd))).toBe(hex(call.args));
        expect(head.nodeId).toBe(typeof to === "string" ? undefined : to);
        if (typeof to === "string") expect(hex(packet.subarray(head.argumentsEnd))).toBe(hex(encodePath(to)));
      }),
    );
  });

  test.each([
    ["of one octet", "00", "too short"],
    ["without its count", "000100", "too short"],
    ["without its method", "8001", "too short"],
    ["with half a wide method", "c00100", "too short"],
    ["with half a wide node", "a0010000", "too short"],
    ["with node size 3", "b00100000000", "malformed"],
    ["whose path begins behind it", "a0 07000080 00 41", "malformed"],
    ["whose path begins far behind it", "a0 ffffffff 00 41", "malformed"],
    ["whose path begins in its head", "a0 05000080 00 41", "too short"],
    ["whose path begins at 0", "a0 00000080 00 41", "too short"],
  ])("%s is none", (_, packet, fault) => {
    expect(decodeCallHead(octets(packet))).toBe(fault);
  });

  test("may have its path right behind its head, and empty", () => {
    expect(decodeCallHead(octets("a0 06000080 00 00"))).toMatchObject({ argumentsStart: 6, argumentsEnd: 6 });
  });
});
