import { describe, expect, it } from "vitest";
import { isSendableCloseCode, maxCloseReasonBytes, utf8Length } from "../../src/protocol/close.ts";
import { type Violation, violations } from "../../src/protocol/violations.ts";

// RFC 6455 §7.4.1 and the clauses that name a code.
const expected: Record<Violation, number> = {
  reservedBit: 1002,
  reservedOpcode: 1002,
  maskMissing: 1002,
  maskUnexpected: 1002,
  fragmentedControl: 1002,
  oversizedControl: 1002,
  lengthNotMinimal: 1002,
  lengthOutOfRange: 1002,
  strayContinuation: 1002,
  interruptedMessage: 1002,
  badCloseFrame: 1002,
  invalidText: 1007,
  corruptCompression: 1007,
  oversizedMessage: 1009,
  oversizedInflation: 1009,
  tooManyFragments: 1008,
};

describe("violations", () => {
  it.each(Object.entries(expected))("%s is answered with %i", (violation, code) => {
    expect(violations[violation as Violation][0]).toBe(code);
  });

  it.each(Object.entries(violations))("%s fits into a close frame", (_, [code, reason]) => {
    expect(isSendableCloseCode(code)).toBe(true);
    expect(reason).not.toBe("");
    expect(utf8Length(reason)).toBeLessThanOrEqual(maxCloseReasonBytes);
  });

  it("none is left out here, and no two say the same", () => {
    expect(Object.keys(violations).sort()).toEqual(Object.keys(expected).sort());
    expect(new Set(Object.values(violations).map(([, reason]) => reason)).size).toBe(
      Object.keys(violations).length,
    );
  });
});
