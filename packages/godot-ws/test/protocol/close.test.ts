import { describe, expect, it } from "vitest";
import {
  closeCodes,
  decodeClose,
  encodeClose,
  isSendableCloseCode,
  maxCloseReasonBytes,
  utf8Length,
} from "../../src/protocol/close.ts";
import { bytesOf, concat, hex, unhex } from "./naive-frames.ts";

function closePayload(code: number, reason = ""): Uint8Array {
  return concat([Uint8Array.of(code >> 8, code & 255), bytesOf(reason)]);
}

/** RFC 6455 §7.4.1 and §7.4.2, with the codes that IANA has registered since: 1012, 1013, 1014. */
function mayBeSent(code: number): boolean {
  if (code < 1000 || code >= 5000) return false;
  if (code >= 3000) return true;
  return [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code);
}

describe("close codes", () => {
  it("of all 65,536, just the permitted ones may stand in a frame, either way", () => {
    for (let code = 0; code < 65536; code++) {
      if (isSendableCloseCode(code) !== mayBeSent(code)) expect.fail(`on ${code}`);
      const decoded = decodeClose(closePayload(code));
      if (mayBeSent(code)) expect(decoded).toEqual({ code, reason: "" });
      else if (decoded !== closeCodes.protocolError) expect.fail(`on ${code}`);
    }
  });

  it.each([-1, 1000.5, Number.NaN, Number.POSITIVE_INFINITY, 65536 + 1000])("%d is none", (code) => {
    expect(isSendableCloseCode(code)).toBe(false);
  });

  it("those that only stand for something are not among them", () => {
    expect(isSendableCloseCode(closeCodes.noStatus)).toBe(false);
    expect(isSendableCloseCode(closeCodes.abnormal)).toBe(false);
  });
});

describe("encodeClose", () => {
  it("writes the code in network order, then the reason, and nothing besides", () => {
    expect(hex(encodeClose(1000, ""))).toBe("03e8");
    expect(hex(encodeClose(4999, "bye"))).toBe("1387627965");
    expect(hex(encodeClose(1001, "é€"))).toBe("03e9c3a9e282ac");
  });

  it("1005 makes an empty payload, whatever the reason", () => {
    expect(encodeClose(1005, "lost")).toHaveLength(0);
  });

  it("what it writes can be read again", () => {
    for (const reason of ["", "bye", "x".repeat(maxCloseReasonBytes), "ключ", "\u{feff}mark", "a\0b"]) {
      expect(decodeClose(encodeClose(3000, reason))).toEqual({ code: 3000, reason });
    }
  });
});

describe("decodeClose", () => {
  it("an empty payload stands for 1005", () => {
    expect(decodeClose(new Uint8Array(0))).toEqual({ code: 1005, reason: "" });
  });

  it("one octet is half a code", () => {
    for (let octet = 0; octet < 256; octet++) expect(decodeClose(Uint8Array.of(octet))).toBe(1002);
  });

  it.each([
    "80",
    "c3",
    "eda080",
    "f4908080",
    "61ff",
    "e282",
  ])("a reason of %s is not text: 1007", (reason) => {
    expect(decodeClose(concat([closePayload(1000), unhex(reason)]))).toBe(1007);
  });

  it("a bad code counts before a bad reason", () => {
    expect(decodeClose(concat([closePayload(1005), unhex("ff")]))).toBe(1002);
  });
});

describe("utf8Length", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["é", 2],
    ["€", 3],
    ["😀", 4],
    ["\ud800", 3],
  ])("of %j is %i", (text, length) => {
    expect(utf8Length(text)).toBe(length);
  });
});
