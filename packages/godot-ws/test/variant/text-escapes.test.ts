import { expect, it } from "vitest";
import { escapeText, escapeTextOfLines } from "../../src/variant/text-escapes.ts";

const all = "\\\x07\b\f\n\r\t\v'\"\x01é😀";

it("all characters that have a name are escaped on one line", () => {
  expect(escapeText(all)).toBe("\\\\\\a\\b\\f\\n\\r\\t\\v\\'\\\"\x01é😀");
});

it("only backslash and quotation mark are escaped in a text of lines", () => {
  expect(escapeTextOfLines(all)).toBe("\\\\\x07\b\f\n\r\t\v'\\\"\x01é😀");
});
