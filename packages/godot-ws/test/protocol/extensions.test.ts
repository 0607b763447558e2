import { describe, expect, it } from "vitest";
import { formatExtension, parseExtensions } from "../../src/protocol/extensions.ts";
import { SeededRandom } from "./seeded-random.ts";

const parsed = (text: string) =>
  parseExtensions(text)?.map(({ name, parameters }) => [name, ...parameters.map((pair) => [...pair])]);

describe("parseExtensions", () => {
  it.each([
    ["foo", [["foo"]]],
    ["foo, bar", [["foo"], ["bar"]]],
    ["foo,bar;a", [["foo"], ["bar", ["a", undefined]]]],
    ["foo;a=1;b=x", [["foo", ["a", "1"], ["b", "x"]]]],
    [" foo \t; a = 1 , bar ", [["foo", ["a", "1"]], ["bar"]]],
    ['foo; a="1"', [["foo", ["a", "1"]]]],
    ['foo; a="b\\c"', [["foo", ["a", "bc"]]]],
    ['foo; a="\\1\\5"; b', [["foo", ["a", "15"], ["b", undefined]]]],
    // RFC 9110 §5.6.1: a recipient takes empty elements.
    [",, foo ,, bar ,", [["foo"], ["bar"]]],
    ["foo; a=1; a=2", [["foo", ["a", "1"], ["a", "2"]]]],
    ["foo, foo", [["foo"], ["foo"]]],
    [
      "permessage-deflate; client_max_window_bits",
      [["permessage-deflate", ["client_max_window_bits", undefined]]],
    ],
  ])("%s", (text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  it.each([
    "",
    " ",
    ",",
    ";",
    "=",
    ";a",
    "=a",
    "foo bar",
    "foo;",
    "foo;;a",
    "foo; =1",
    "foo; a=",
    "foo; a=,bar",
    "foo; a==1",
    "foo; a b",
    "foo=1",
    'foo; a="',
    'foo; a="1',
    'foo; a=""',
    'foo; a="b c"',
    'foo; a="b,c"',
    'foo; a="1"2',
    'foo; a="1\\"',
    'foo; a="1\\',
    'foo; a=1"2"',
    '"foo"',
    'foo; "a"=1',
    "foo/1",
    "foo; a=(1)",
    "föö",
    "foo; a=\u{1F600}",
    "foo\0",
    "foo; a=1 2",
  ])("refuses %j", (text) => {
    expect(parseExtensions(text)).toBeUndefined();
  });

  it.each([
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "prototype",
  ])("%s is a name like any other", (name) => {
    expect(parsed(`${name}; ${name}; ${name}=${name}`)).toEqual([[name, [name, undefined], [name, name]]]);
  });

  it("bounds what it makes", () => {
    const many = (text: string, count: number): string => Array<string>(count).fill(text).join(",");
    expect(parseExtensions(many("a", 32))).toHaveLength(32);
    expect(parseExtensions(many("a", 33))).toBeUndefined();
    expect(parseExtensions(`a${";b=1".repeat(64)}`)?.[0]?.parameters).toHaveLength(64);
    expect(parseExtensions(`a${";b=1".repeat(65)}`)).toBeUndefined();
    expect(parseExtensions(many("a;b;c;d", 32))).toBeUndefined();
  });

  it.each([
    ["backslashes", (count: number) => `a; b="${"\\".repeat(count)}`],
    ["escapes", (count: number) => `a; b="${"\\x".repeat(count / 2)}"`],
    ["blanks", (count: number) => `a${" ".repeat(count)}x`],
    ["commas", (count: number) => `${", ".repeat(count / 2)}a`],
    ["a long token", (count: number) => "a".repeat(count)],
    ["blanks before a semicolon", (count: number) => `a${" ".repeat(count)};`],
    ["an open quote", (count: number) => `a; b="${"c".repeat(count)}`],
  ])("takes linear time for %s", (_, make) => {
    const startedAt = performance.now();
    parseExtensions(make(1_000_000));
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it("never throws", () => {
    const random = new SeededRandom(9);
    const pieces = ["a", "foo", ";", ",", "=", '"', "\\", " ", "\t", "1", "\0", "é", "__proto__"];
    for (let i = 0; i < 20_000; i++) {
      const text = Array.from({ length: random.below(12) }, () => random.pick(pieces)).join("");
      for (const extension of parseExtensions(text) ?? []) {
        expect(parseExtensions(formatExtension(extension))).toEqual([extension]);
      }
    }
  });
});

describe("formatExtension", () => {
  it("writes names, and values where there are any", () => {
    expect(formatExtension({ name: "foo", parameters: [] })).toBe("foo");
    expect(
      formatExtension({
        name: "foo",
        parameters: [
          ["a", undefined],
          ["b", "1"],
        ],
      }),
    ).toBe("foo; a; b=1");
  });
});
