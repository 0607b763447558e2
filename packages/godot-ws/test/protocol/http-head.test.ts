import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.ts";
import {
  formatHead,
  HeadReader,
  HttpHeaders,
  hasControl,
  isToken,
  parseHead,
  splitList,
} from "../../src/protocol/http-head.ts";
import { bytesOf, octetsOf, splitsInTwo } from "./naive-frames.ts";
import { SeededRandom } from "./seeded-random.ts";

type Found = { text: string; rest: string } | "too large" | undefined;

/** What a reader says to chunks, up to its first answer; what was not pushed counts as rest. */
function read(chunks: readonly Uint8Array[], maxBytes = 1000): Found {
  const reader = new HeadReader(maxBytes);
  for (const [index, chunk] of chunks.entries()) {
    const found = reader.push(chunk.slice());
    if (found === undefined) continue;
    if (found === "too large") return found;
    const rest = [found.rest, ...chunks.slice(index + 1)];
    return { text: found.text, rest: Buffer.concat(rest).toString("latin1") };
  }
  return undefined;
}

describe("HeadReader", () => {
  const head = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n";
  const expected = { text: "GET / HTTP/1.1\r\nHost: a\r\nX: ", rest: "rest\r\n\r\n" };
  const bytes = bytesOf(`${head}rest\r\n\r\n`);

  it("finds the end, and what is behind it, in one chunk", () => {
    expect(read([bytes])).toEqual(expected);
  });

  it("cut in two anywhere, and octet by octet", () => {
    for (const halves of splitsInTwo(bytes)) expect(read(halves)).toEqual(expected);
    expect(read(octetsOf(bytes))).toEqual(expected);
  });

  it("cut at random, with empty chunks in between", () => {
    const random = new SeededRandom(15);
    for (let round = 0; round < 200; round++) {
      const chunks = random.cut(bytes, 9).flatMap((chunk) => [new Uint8Array(0), chunk]);
      expect(read(chunks)).toEqual(expected);
    }
  });

  it.each([
    "a\n\n",
    "a\r\r",
    "a\n\r\n",
    "a\r\n\r",
    "a\r\n\n",
    "a\n\r\n\r",
    "\r\n",
    "",
  ])("%j is no end", (text) => {
    expect(read([bytesOf(text)])).toBeUndefined();
    expect(read(octetsOf(bytesOf(text)))).toBeUndefined();
  });

  it("an empty head is a head", () => {
    expect(read([bytesOf("\r\n\r\nx")])).toEqual({ text: "", rest: "x" });
  });

  it("allows just as many octets as it is told, in any chunks, and any number behind them", () => {
    const long = bytesOf(`GET / HTTP/1.1\r\nX: ${"y".repeat(76)}\r\n\r\n`);
    expect(long).toHaveLength(99);
    const more = new Uint8Array(5000).fill(0x7a);
    const body = Uint8Array.from([...long, ...more]);
    for (const chunks of [[body], [long, more], octetsOf(body)]) {
      expect(read(chunks, 99)).toMatchObject({ rest: "z".repeat(5000) });
      expect(read(chunks, 98)).toBe("too large");
    }
  });

  it("refuses as soon as no end can come in time", () => {
    const reader = new HeadReader(10);
    expect(reader.push(bytesOf("0123456789"))).toBeUndefined();
    expect(reader.push(bytesOf("x"))).toBe("too large");
  });

  it("a megabyte in one chunk is refused all the same", () => {
    expect(read([new Uint8Array(1 << 20).fill(0x61)], 4096)).toBe("too large");
  });

  // Were each octet to be searched or copied more than a few times, these would not end before the test does.
  it.each([
    ["blanks", 0x20],
    ["line feeds", 0x0a],
    ["carriage returns", 0x0d],
  ])("a million single %s, in linear time", (_, octet) => {
    const reader = new HeadReader(1 << 21);
    const chunk = Uint8Array.of(octet);
    for (let i = 0; i < 1_000_000; i++) if (reader.push(chunk) !== undefined) expect.fail(`at ${i}`);
    expect(reader.push(bytesOf("\r\n\r\nrest"))).toMatchObject({ rest: bytesOf("rest") });
  });

  it("keeps a byte order mark where it is, so that it cannot pass unseen", () => {
    const found = new HeadReader(100).push(bytesOf("\u{feff}GET / HTTP/1.1\r\n\r\n"));
    expect(found).toMatchObject({ text: "\u{feff}GET / HTTP/1.1" });
  });
});

function parsed(lines: string, maxHeaderCount = 100): unknown {
  const head = parseHead(lines, maxHeaderCount);
  return typeof head === "string" ? head : [head.startLine, ...head.headers];
}

describe("parseHead", () => {
  it("splits lines, lowers names, trims values", () => {
    expect(
      parsed("GET / HTTP/1.1\r\nHost: a:80\r\nX-One:two\r\nX-Empty:\r\nX-Blank: \t \r\nX: \t a b\t "),
    ).toEqual([
      "GET / HTTP/1.1",
      ["host", "a:80"],
      ["x-one", "two"],
      ["x-empty", ""],
      ["x-blank", ""],
      ["x", "a b"],
    ]);
  });

  it("a start line alone is a head", () => {
    expect(parsed("HTTP/1.1 101 Switching Protocols")).toEqual(["HTTP/1.1 101 Switching Protocols"]);
  });

  it("joins repeated fields in order, in any case of letters", () => {
    expect(parsed("S\r\nA: 1\r\nb: x\r\na: 2\r\nA: 3")).toEqual(["S", ["a", "1, 2, 3"], ["b", "x"]]);
  });

  it.each([
    ["no start line", "\r\nHost: a"],
    ["nothing at all", ""],
    ["a line feed alone in the start line", "GET / HTTP/1.1\nHost: a"],
    ["a carriage return alone in the start line", "GET /\rx HTTP/1.1"],
    ["NUL in the start line", "GET /\0 HTTP/1.1"],
    ["a folded line", "S\r\nA: 1\r\n 2"],
    ["a line folded with a tab", "S\r\nA: 1\r\n\t2"],
    ["a blank before the colon", "S\r\nUpgrade : websocket"],
    ["a tab before the colon", "S\r\nUpgrade\t: websocket"],
    ["a blank before the name", "S\r\n Upgrade: websocket"],
    ["a blank in the name", "S\r\nX Y: z"],
    ["no colon", "S\r\nHost"],
    ["no name", "S\r\n: value"],
    ["an empty line inside", "S\r\n\r\nA: 1"],
    ["a name with a separator", "S\r\nA(b): 1"],
    ["a name beyond ASCII", "S\r\nNäme: 1"],
    ["a line feed alone in a value", "S\r\nA: 1\nB: 2"],
    ["a carriage return alone in a value", "S\r\nA: 1\rB: 2"],
    ["a carriage return at the end of a value", "S\r\nA: 1\r\r\nB: 2"],
    ["NUL in a value", "S\r\nA: a\0b"],
    ["BEL in a value", "S\r\nA: a\x07b"],
    ["DEL in a value", "S\r\nA: a\x7fb"],
    ["NUL at the end of a value", "S\r\nA: a\0"],
  ])("%s is malformed", (_, text) => {
    expect(parsed(text)).toBe("malformed");
  });

  it("counts fields, repeated ones each", () => {
    const fields = (count: number): string => `S${"\r\nA: 1".repeat(count)}`;
    expect(parsed(fields(5), 5)).toEqual(["S", ["a", "1, 1, 1, 1, 1"]]);
    expect(parsed(fields(6), 5)).toBe("too many headers");
  });

  it("2,000 headers are refused, or read, without harm", () => {
    const many = Array.from({ length: 2000 }, (_, i) => `\r\nX-${i}: ${i}`).join("");
    expect(parsed(`S${many}`, 64)).toBe("too many headers");
    expect(parsed(`S${many}`, 2000)).toHaveLength(2001);
  });

  // As above: work that grew with the square of the length would not end in time.
  it("runs of blanks, commas and repeated fields of a megabyte end", () => {
    const length = 1 << 20;
    expect(parsed(`S\r\nA: b${" ".repeat(length)}x`)).toEqual(["S", ["a", `b${" ".repeat(length)}x`]]);
    expect(parsed(`S\r\nA:${" ".repeat(length)}`)).toEqual(["S", ["a", ""]]);
    expect(parsed(`S\r\n${"a".repeat(length)}`)).toBe("malformed");
    expect(parsed(`S\r\n${"a".repeat(length)} : b`)).toBe("malformed");
    expect(splitList(`b${" ".repeat(length)}x`)).toHaveLength(1);
    expect(splitList(",".repeat(length))).toEqual([]);
    expect(splitList(" ,".repeat(length))).toEqual([]);
    const repeated = parseHead(`S${"\r\nA: 1".repeat(100_000)}`, 100_000);
    expect(typeof repeated === "string" ? repeated : repeated.headers.get("a")).toHaveLength(299_998);
  });

  it("names of Object.prototype are names like others", () => {
    const head = parseHead("S\r\n__proto__: 1\r\nconstructor: 2\r\ntoString: 3\r\n__proto__: 4", 10);
    if (typeof head === "string") expect.fail(head);
    expect(head.headers.get("__proto__")).toBe("1, 4");
    expect(head.headers.get("constructor")).toBe("2");
    expect(head.headers.has("hasOwnProperty")).toBe(false);
    expect(head.headers.get("valueOf")).toBeUndefined();
    expect(({} as Record<string, unknown>)["1"]).toBeUndefined();
  });
});

describe("HttpHeaders", () => {
  it("knows names in any case of letters", () => {
    const headers = new HttpHeaders([["X-Name", "value"]]);
    expect(headers.get("x-NAME")).toBe("value");
    expect(headers.has("X-name")).toBe(true);
    expect(headers.get("x")).toBeUndefined();
  });

  it("tells names apart that differ by the bit between the cases of a letter", () => {
    const headers = new HttpHeaders([
      ["^", "a"],
      ["_x", "b"],
    ]);
    expect([headers.get("~"), headers.get("^"), headers.get("\x7fx"), headers.get("_X")]).toEqual([
      undefined,
      "a",
      undefined,
      "b",
    ]);
  });

  it("made of fields it is as if it had been read", () => {
    const fields: [string, string][] = [
      ["Host", "a"],
      ["X", " b\t"],
      ["x", "c"],
    ];
    const head = parseHead(formatHead("S", fields).slice(0, -4), 9);
    if (typeof head === "string") expect.fail(head);
    expect([...new HttpHeaders(fields)]).toEqual([...head.headers]);
    expect([...head.headers]).toEqual([
      ["host", "a"],
      ["x", "b, c"],
    ]);
  });

  it.each([
    ["upgrade", true],
    ["Upgrade", true],
    ["keep-alive, Upgrade", true],
    ["UPGRADE,keep-alive", true],
    [" , upgrade ,", true],
    ["upgraded", false],
    ["keep-alive upgrade", false],
    ["", false],
  ])("hasToken: %j has upgrade: %s", (value, expected) => {
    expect(new HttpHeaders([["Connection", value]]).hasToken("connection", "upgrade")).toBe(expected);
  });

  it("hasToken looks over repeated fields", () => {
    const headers = new HttpHeaders([
      ["Connection", "keep-alive"],
      ["connection", "Upgrade"],
    ]);
    expect(headers.hasToken("Connection", "upgrade")).toBe(true);
    expect(headers.hasToken("Via", "upgrade")).toBe(false);
  });
});

describe("pieces of the grammar", () => {
  it.each([
    [undefined, []],
    ["", []],
    ["a", ["a"]],
    [" a ,\tb,, c d ", ["a", "b", "c d"]],
  ])("splitList(%j)", (text, entries) => {
    expect(splitList(text)).toEqual(entries);
  });

  it("isToken allows just the characters of RFC 9110 §5.6.2", () => {
    const allowed = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (let code = 0; code < 0x180; code++) {
      const character = String.fromCharCode(code);
      expect(isToken(character), `code ${code}`).toBe(allowed.includes(character));
      expect(isToken(`a${character}`), `code ${code}`).toBe(allowed.includes(character));
    }
    expect(isToken("")).toBe(false);
    expect(isToken("a\n")).toBe(false);
  });

  it("hasControl finds all but the tab", () => {
    for (let code = 0; code < 0x180; code++) {
      const isControl = (code < 32 && code !== 9) || code === 127;
      expect(hasControl(`a${String.fromCharCode(code)}b`), `code ${code}`).toBe(isControl);
    }
  });
});

describe("formatHead", () => {
  it("writes what parseHead reads", () => {
    const text = formatHead("GET / HTTP/1.1", [
      ["Host", "a"],
      ["X-Empty", ""],
    ]);
    expect(text).toBe("GET / HTTP/1.1\r\nHost: a\r\nX-Empty: \r\n\r\n");
    expect(parsed(text.slice(0, -4))).toEqual(["GET / HTTP/1.1", ["host", "a"], ["x-empty", ""]]);
  });

  it.each([
    ["a header in a value", "S", "X", "a\r\nSet-Cookie: b"],
    ["a body in a value", "S", "X", "a\r\n\r\n<html>"],
    ["a line feed in a value", "S", "X", "a\nb"],
    ["NUL in a value", "S", "X", "\0"],
    ["a header in a name", "S", "X: a\r\nY", "b"],
    ["a colon in a name", "S", "X:Y", "b"],
    ["an empty name", "S", "", "b"],
    ["a header in the start line", "GET / HTTP/1.1\r\nX: y", "X", "a"],
    ["a line feed in the start line", "GET /\n HTTP/1.1", "X", "a"],
  ])("refuses %s", (_, startLine, name, value) => {
    expect(() => formatHead(startLine, [[name, value]])).toThrow(UsageError);
  });
});
