import { describe, expect, it } from "vitest";
import { DataError } from "../../src/errors.ts";
import { Color } from "../../src/variant/color.ts";
import { type TextToken, TextTokens } from "../../src/variant/text-tokens.ts";

function all(text: string): TextToken[] {
  const tokens = new TextTokens(text);
  const list: TextToken[] = [];
  for (let token = tokens.next(); token.kind !== "end"; token = tokens.next()) list.push(token);
  return list;
}

function errorOf(text: string): DataError {
  try {
    all(text);
  } catch (error) {
    if (error instanceof DataError) return error;
  }
  throw new Error(`${text} is accepted`);
}

describe("TextTokens", () => {
  it("reads the head of a section of a scene file", () => {
    expect(all('[node name="A" index=0.5 owner=&"b"]\n')).toEqual([
      { kind: "[" },
      { kind: "identifier", text: "node" },
      { kind: "identifier", text: "name" },
      { kind: "=" },
      { kind: "string", text: "A" },
      { kind: "identifier", text: "index" },
      { kind: "=" },
      { kind: "number", value: 0.5, isFloat: true },
      { kind: "identifier", text: "owner" },
      { kind: "=" },
      { kind: "stringName", text: "b" },
      { kind: "]" },
    ]);
  });

  it("marks need no blanks", () => {
    expect(
      all("{}[]():,.=")
        .map(({ kind }) => kind)
        .join(""),
    ).toBe("{}[]():,.=");
  });

  it("ints and floats are told apart", () => {
    expect(all("1 -1 1.0 1e2 -inf 9223372036854775807")).toEqual([
      { kind: "number", value: 1, isFloat: false },
      { kind: "number", value: -1, isFloat: false },
      { kind: "number", value: 1, isFloat: true },
      { kind: "number", value: 100, isFloat: true },
      { kind: "identifier", text: "-inf" },
      { kind: "number", value: 2n ** 63n - 1n, isFloat: false },
    ]);
  });

  it("comments and everything up to a blank is passed over; a character 0 is the end", () => {
    expect(all("; a\n\t\r \x01 a ; b\n;c\nb;")).toEqual([
      { kind: "identifier", text: "a" },
      { kind: "identifier", text: "b" },
    ]);
    expect(all("a\0b")).toEqual([{ kind: "identifier", text: "a" }]);
    expect(all(" ; nothing")).toEqual([]);
  });

  it("escapes", () => {
    const text = '"\\b\\t\\n\\f\\r\\a\\\\\\"\\u00e9\\U01F600\\ud83d\\uDE00\\u0000"';
    expect(all(text)).toEqual([{ kind: "string", text: '\b\t\n\f\ra\\"é😀😀\ufffd' }]);
  });

  it("colours", () => {
    const half = Math.fround(0x80 / 255);
    expect(all("#f00,#ff0000 #00000080]#12 ").filter(({ kind }) => kind === "color")).toEqual([
      { kind: "color", color: new Color(1, 0, 0, 1) },
      { kind: "color", color: new Color(1, 0, 0, 1) },
      { kind: "color", color: new Color(0, 0, 0, half) },
      { kind: "color", color: new Color(0, 0, 0, 1) },
    ]);
    // Godot takes the end of the text for the token.
    expect(all("#f00")).toEqual([]);
  });

  it("reads the names of properties", () => {
    const tokens = new TextTokens('; scene\nposition/x = 1\n"a b" = 2 ;c\n\n0/na me=3\n[next]');
    const read: unknown[] = [];
    for (let key = tokens.nextKey(); key !== undefined; key = tokens.nextKey()) read.push(key, tokens.next());
    const number = (value: number) => ({ kind: "number", value, isFloat: false });
    expect(read).toEqual(["position/x", number(1), "a b", number(2), "0/name", number(3)]);
    expect(tokens.next()).toEqual({ kind: "[" });
    expect(new TextTokens(" ; end").nextKey()).toBeUndefined();
    expect(() => new TextTokens("a b\n").nextKey()).toThrow(DataError);
  });

  it("tells where a token began, and in which line", () => {
    const tokens = new TextTokens('a\n "b\nc" d');
    tokens.next();
    expect([tokens.tokenAt, tokens.tokenLine, tokens.at, tokens.line]).toEqual([0, 1, 1, 1]);
    tokens.next();
    expect([tokens.tokenAt, tokens.tokenLine, tokens.at, tokens.line]).toEqual([3, 2, 8, 3]);
    tokens.next();
    expect([tokens.tokenAt, tokens.tokenLine, tokens.at, tokens.line]).toEqual([9, 3, 10, 3]);
  });

  it.each([
    ["\n\n !", 3, 3, /Unexpected character/],
    ["+1", 0, 1, /Unexpected character/],
    ["- 1", 0, 1, /Unexpected character/],
    ['\n"a\nb', 1, 2, /Unterminated/],
    ['"a\\', 0, 1, /Unterminated/],
    ["&a", 0, 1, /after '&'/],
    ['"\\u12"', 0, 1, /hex/],
    ['"\\ud83d"', 0, 1, /lead surrogate/],
    ['"\\ud83d\\u0041"', 0, 1, /lead surrogate/],
    ['"\\ude00"', 0, 1, /trail surrogate/],
  ])("refuses %j", (text, offset, line, message) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ offset, line, code: "ERR_INVALID_DATA" });
    expect(error.message).toMatch(message);
  });
});
