// What RFC 6455 demands of whoever receives frames, case by case, in the notation of `notation.ts`. Every case is run
// for both roles.

import type { ProtocolLimits } from "../../../src/protocol/protocol.ts";

export interface ConformanceCase {
  readonly id: string;
  /** Of RFC 6455. */
  readonly section: string;
  /** What the peer sends. */
  readonly receives: string;
  /** What the program is to be told. */
  readonly hears: string;
  /** What is to be sent in answer, less the close frame of a failure. */
  readonly answers: string;
  /** Whether the connection stays fit, or the code with which it is to be failed. */
  readonly behaviour: "ok" | number;
  readonly limits?: Partial<ProtocolLimits>;
}

type More = Partial<Pick<ConformanceCase, "answers" | "limits">>;

function ok(
  section: string,
  id: string,
  receives: string,
  hears = receives,
  more: More = {},
): ConformanceCase {
  return { section, id: `${section}/${id}`, receives, hears, answers: "", behaviour: "ok", ...more };
}

/** `hears`: what came whole before it. */
function fails(
  code: number,
  section: string,
  id: string,
  receives: string,
  hears = "",
  more: More = {},
): ConformanceCase {
  return { section, id: `${section}/${id}`, receives, hears, answers: "", behaviour: code, ...more };
}

const closes = (section: string, id: string, close: string): ConformanceCase =>
  ok(section, id, close, close, { answers: close });

// ---- 5.1 masks ----

/** The notation for the wrong masking is the same for both roles: `runner` reads `/wrong` as what the role forbids. */
const masks: ConformanceCase[] = ["text 'x'", "binary 00", "ping", "pong", "close #1000", "-text 'x'"].map(
  (frame) => {
    const [name = "", payload = ""] = frame.split(/ (.*)/);
    return fails(1002, "5.1", `wrong mask ${frame}`, `${name}/wrong^2 ${payload}`);
  },
);
masks.push(fails(1002, "5.1", "wrong mask after a message", "text 'a'; text/wrong^2 'b'", "text 'a'"));
masks.push(fails(1002, "5.1", "wrong mask inside a message", "-text 'a'; cont/wrong^2 'b'"));

// ---- 5.2 lengths ----

const lengths: ConformanceCase[] = [];
for (const length of [0, 1, 125, 126, 127, 128, 65_535, 65_536]) {
  lengths.push(ok("5.2", `text of ${length}`, length === 0 ? "text" : `text 2a*${length}`));
  lengths.push(ok("5.2", `binary of ${length}`, length === 0 ? "binary" : `binary fe*${length}`));
  lengths.push(
    ok(
      "5.2",
      `fragments of ${length}`,
      `-binary fe*${length}; -cont fe*${length}; cont fe*${length}`,
      length === 0 ? "binary" : `binary fe*${3 * length}`,
    ),
  );
}
for (const [length, form] of [
  [0, 2],
  [1, 2],
  [125, 2],
  [0, 8],
  [125, 8],
  [126, 8],
  [65_535, 8],
] as const) {
  const header = 2 + form;
  lengths.push(
    fails(1002, "5.2", `length ${length} in ${form} octets`, `binary/len${form}^${header} 00*${length}`),
  );
}
for (const [name, length] of [
  ["2^63", 2n ** 63n],
  ["2^64-1", 2n ** 64n - 1n],
] as const) {
  lengths.push(fails(1002, "5.2", `length ${name}`, `binary/says:${length}^10 '0123456789'`));
}

// ---- 5.2 reserved bits and opcodes ----

const reserved: ConformanceCase[] = [];
for (let bits = 1; bits <= 7; bits++) {
  for (const frame of ["text", "-text", "binary", "close", "ping", "pong"]) {
    reserved.push(fails(1002, "5.2", `rsv ${bits} on ${frame}`, `${frame}/rsv${bits}^1 'x'`));
  }
  reserved.push(fails(1002, "5.2", `rsv ${bits} on cont`, `-text 'x'; cont/rsv${bits}^1 'y'`));
  reserved.push(
    fails(
      1002,
      "5.2",
      `rsv ${bits} after a message and a ping`,
      `text 'a'; ping 'b'; text/rsv${bits}^1 'c'`,
      "text 'a'; ping 'b'",
      {
        answers: "pong 'b'",
      },
    ),
  );
}
for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
  reserved.push(fails(1002, "5.2", `opcode ${opcode} empty`, `op${opcode}^1`));
  reserved.push(fails(1002, "5.2", `opcode ${opcode} with payload`, `op${opcode}^1 'payload'`));
  reserved.push(fails(1002, "5.2", `opcode ${opcode} not final`, `-op${opcode}^1 'payload'`));
  reserved.push(
    fails(1002, "5.2", `opcode ${opcode} after a message`, `text 'a'; op${opcode}^1`, "text 'a'"),
  );
  reserved.push(
    fails(1002, "5.2", `opcode ${opcode} inside a message`, `-text 'a'; op${opcode}^1; cont 'b'`),
  );
}

// ---- 5.4 fragmentation ----

const fragmentation: ConformanceCase[] = [
  ok("5.4", "text in two", "-text 'Hel'; cont 'lo'", "text 'Hello'"),
  ok("5.4", "binary in two", "-binary 00; cont ff", "binary 00ff"),
  ok("5.4", "all empty", "-text; -cont; cont", "text"),
  ok("5.4", "an empty first", "-text; cont 'a'", "text 'a'"),
  ok("5.4", "an empty last", "-text 'a'; cont", "text 'a'"),
  ok("5.4", "empty ones in the middle", "-text 'a'; -cont; -cont; cont 'b'", "text 'ab'"),
  ok(
    "5.4",
    "single octets",
    `-text 'a'; ${"-cont 'b'; ".repeat(100)}cont 'c'`,
    `text 'a${"b".repeat(100)}c'`,
  ),
  ok("5.4", "two messages in a row", "-text 'a'; cont 'b'; -binary 'c'; cont 'd'", "text 'ab'; binary 'cd'"),
  ok(
    "5.4",
    "whole messages around one in parts",
    "text 'a'; -text 'b'; cont 'c'; binary 'd'",
    "text 'a'; text 'bc'; binary 'd'",
  ),
  ok("5.4", "a ping in between", "-text 'a'; ping; cont 'b'", "ping; text 'ab'", { answers: "pong" }),
  ok("5.4", "a ping with payload in between", "-text 'a'; ping 'PING'; cont 'b'", "ping 'PING'; text 'ab'", {
    answers: "pong 'PING'",
  }),
  ok("5.4", "a long ping in between", "-binary 'a'; ping 50*125; cont 'b'", "ping 50*125; binary 'ab'", {
    answers: "pong 50*125",
  }),
  ok("5.4", "a pong with payload in between", "-text 'a'; pong 'PONG'; cont 'b'", "pong 'PONG'; text 'ab'"),
  ok(
    "5.4",
    "many control frames in between",
    "-text 'a'; ping 'p'; pong 'q'; -cont 'b'; ping 'r'; -cont; ping; cont 'c'",
    "ping 'p'; pong 'q'; ping 'r'; ping; text 'abc'",
    { answers: "pong 'p'; pong 'r'; pong" },
  ),
  ok("5.4", "a close in between", "-text 'a'; close #1000; cont 'b'", "close #1000", {
    answers: "close #1000",
  }),
  fails(1002, "5.4", "a continuation of nothing", "cont^1 'a'"),
  fails(1002, "5.4", "an empty continuation of nothing", "cont^1"),
  fails(1002, "5.4", "a beginning continuation of nothing", "-cont^1 'a'"),
  fails(1002, "5.4", "a continuation after a whole message", "text 'a'; cont^1 'b'", "text 'a'"),
  fails(1002, "5.4", "a continuation after the last", "-text 'a'; cont 'b'; cont^1 'c'", "text 'ab'"),
  fails(
    1002,
    "5.4",
    "a beginning continuation after the last",
    "-text 'a'; cont 'b'; -cont^1 'c'",
    "text 'ab'",
  ),
  fails(1002, "5.4", "a continuation after a ping", "ping 'a'; cont^1 'b'", "ping 'a'", {
    answers: "pong 'a'",
  }),
  fails(1002, "5.4", "a text inside a text", "-text 'a'; text^1 'b'"),
  fails(1002, "5.4", "a beginning text inside a text", "-text 'a'; -text^1 'b'"),
  fails(1002, "5.4", "a binary inside a text", "-text 'a'; binary^1 'b'"),
  fails(1002, "5.4", "a text inside a binary", "-binary 'a'; text^1 'b'"),
  fails(1002, "5.4", "a text after a continuation", "-text 'a'; -cont 'b'; text^1 'c'"),
  fails(1002, "5.4", "a text inside an empty text", "-text; text^1"),
  fails(1002, "5.4", "a text inside a text after a ping", "-text 'a'; ping; text^1 'b'", "ping", {
    answers: "pong",
  }),
];

// ---- 5.5 control frames ----

const control: ConformanceCase[] = [];
for (const name of ["ping", "pong", "close"]) {
  control.push(fails(1002, "5.5", `${name} not final`, `-${name}^1`));
  control.push(fails(1002, "5.5", `${name} not final with payload`, `-${name}^1 'xx'; cont 'yy'`));
  control.push(fails(1002, "5.5", `${name} not final inside a message`, `-text 'a'; -${name}^1; cont 'b'`));
  control.push(fails(1002, "5.5", `${name} of 126`, `${name}^2 00*126`));
  control.push(fails(1002, "5.5", `${name} of 65536`, `${name}^2 00*65536`));
  control.push(fails(1002, "5.5", `${name} of 5 in 2 octets`, `${name}/len2^2 '01234'`));
  control.push(fails(1002, "5.5", `${name} of 5 in 8 octets`, `${name}/len8^2 '01234'`));
}
for (const payload of ["", " 'Hello'", " 00ff80", " c3", ` fe*125`]) {
  control.push(
    ok("5.5.2", `ping${payload}`, `ping${payload}`, `ping${payload}`, { answers: `pong${payload}` }),
  );
  control.push(ok("5.5.3", `unsolicited pong${payload}`, `pong${payload}`));
}
const tenPings = Array.from({ length: 10 }, (_, index) => `ping 'p${index}'`).join("; ");
control.push(ok("5.5.2", "ten pings", tenPings, tenPings, { answers: tenPings.replaceAll("ping", "pong") }));
control.push(
  ok(
    "5.5.3",
    "pongs, a ping, a pong",
    "pong 'a'; pong; ping 'b'; pong 'b'",
    "pong 'a'; pong; ping 'b'; pong 'b'",
    {
      answers: "pong 'b'",
    },
  ),
);
control.push(
  ok("5.5.2", "a ping between messages", "text 'a'; ping 'p'; text 'b'", "text 'a'; ping 'p'; text 'b'", {
    answers: "pong 'p'",
  }),
);

// ---- 5.5.1 and 7 closing ----

const closing: ConformanceCase[] = [
  closes("5.5.1", "empty", "close"),
  closes("5.5.1", "a code", "close #1000"),
  closes("5.5.1", "a code and a reason", "close #1000 'bye'"),
  closes("5.5.1", "a reason of 123", "close #1000 2a*123"),
  closes("5.5.1", "a reason with a NUL", "close #1000 61 00 62"),
  closes("5.5.1", "a reason that is not ASCII", "close #1001 ceba e282ac f09f9880"),
  closes("5.5.1", "a reason that begins with a byte order mark", "close #1000 efbbbf 61"),
  fails(1002, "5.5.1", "half a code", "close 03 ^"),
  fails(1002, "5.5.1", "a reason of 124", "close^2 #1000 2a*124"),
  fails(1007, "8.1", "close reason that is not UTF-8", "close #1000 'bye' ff ^"),
  fails(1007, "8.1", "close reason cut inside a character", "close #1000 e282 ^"),
  fails(1007, "8.1", "close reason with a surrogate", "close #1000 eda080 ^"),
  fails(1007, "8.1", "close reason with an overlong form", "close #1000 c0af ^"),
  fails(1007, "8.1", "close reason beyond Unicode", "close #1000 f4908080 ^"),
  ok("5.5.1", "text after close", "close #1000; text 'late'", "close #1000", { answers: "close #1000" }),
  ok("5.5.1", "ping after close", "close #1000; ping 'late'", "close #1000", { answers: "close #1000" }),
  ok("5.5.1", "two closes", "close #1000; close #1001", "close #1000", { answers: "close #1000" }),
  ok("5.5.1", "nonsense after close", "close #1000; raw ffffffff", "close #1000", { answers: "close #1000" }),
  ok("5.5.1", "a bad close after close", "close; close 03", "close", { answers: "close" }),
  ok("5.5.1", "close inside a text", "-text 'a'; close #3000", "close #3000", { answers: "close #3000" }),
  ok("5.5.1", "close inside a character", "-text e282; close #1000", "close #1000", {
    answers: "close #1000",
  }),
  // The end under test begins.
  ok("7.1.2", "begun here", "!close #1000; close #1000", "close #1000", { answers: "close #1000" }),
  ok("7.1.2", "begun here, another code back", "!close #1000; close #4000 'x'", "close #4000 'x'", {
    answers: "close #1000",
  }),
  ok("7.1.2", "begun here without a code", "!close; close", "close", { answers: "close" }),
  ok(
    "7.1.2",
    "begun here, data on its way",
    "!close #1000; text 'a'; -text 'b'; cont 'c'; close #1000",
    "text 'a'; text 'bc'; close #1000",
    {
      answers: "close #1000",
    },
  ),
  ok(
    "7.1.2",
    "begun here, a ping on its way",
    "!close #1000; ping 'p'; close #1000",
    "ping 'p'; close #1000",
    { answers: "close #1000" },
  ),
  ok(
    "7.1.2",
    "begun here inside a message",
    "-text 'a'; !close #1000; cont 'b'; close #1000",
    "text 'ab'; close #1000",
    {
      answers: "close #1000",
    },
  ),
  fails(1002, "7.1.2", "begun here, then a violation", "!close #1000; text/rsv4^1", "", {
    answers: "close #1000",
  }),
  fails(1007, "7.1.2", "begun here, then bad text", "!close #1000; text ff ^", "", {
    answers: "close #1000",
  }),
];
for (const code of [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
]) {
  closing.push(closes("7.4", `code ${code}`, `close #${code}`));
  closing.push(closes("7.4", `code ${code} with a reason`, `close #${code} 'why'`));
}
for (const code of [0, 1, 500, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 10_000, 65_535]) {
  closing.push(fails(1002, "7.4", `code ${code}`, `close #${code} ^`));
  closing.push(fails(1002, "7.4", `code ${code} with a reason`, `close #${code} 'why' ^`));
}

// ---- 8.1 UTF-8 ----

function utf8(point: number): string {
  return Buffer.from(String.fromCodePoint(point)).toString("hex");
}

function octets(hexadecimal: string): string[] {
  return hexadecimal.match(/../g)!;
}

/** A text, each octet in a frame of its own. */
function scattered(hexadecimal: string): string {
  return `-text; ${octets(hexadecimal)
    .map((octet) => `-cont ${octet}; `)
    .join("")}cont`;
}

/** First and last of each length, neighbours of the surrogates, and such. */
const edgePoints = [
  0x00, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xcfff, 0xd000, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0x10000,
  0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10fffd,
];
/** Valid in UTF-8 although no characters (Unicode 15, 23.7). */
const noncharacters = [0xfdd0, 0xfdef];
for (let plane = 0; plane <= 16; plane++)
  noncharacters.push(plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff);

const validText: ConformanceCase[] = [];
for (const point of new Set([...edgePoints, ...noncharacters])) {
  const name = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  const text = utf8(point);
  validText.push(ok("8.1", `${name} whole`, `text 'a' ${text} 'b'`));
  validText.push(ok("8.1", `${name} scattered`, scattered(text), `text ${text}`));
}
const greek = "cebae1bdb9cf83cebcceb5";
validText.push(ok("8.1", "a word whole", `text ${greek}`));
validText.push(ok("8.1", "a word scattered", scattered(greek), `text ${greek}`));
validText.push(ok("8.1", "a byte order mark", "text efbbbf 'a'"));
validText.push(
  ok("8.1", "a character around a ping", "-text e2; ping 'p'; -cont 82; cont ac", "ping 'p'; text e282ac", {
    answers: "pong 'p'",
  }),
);
validText.push(
  ok("8.1", "two texts in parts", "-text c3; cont a9; -text e2; cont 82ac", "text c3a9; text e282ac"),
);
validText.push(ok("8.1", "a binary that is not text", `binary ff c0 80 eda080 f4908080`));
validText.push(ok("8.1", "a ping that is not text", "ping ff80", "ping ff80", { answers: "pong ff80" }));

/** Ill-formed sequences by kind, and after how many of their octets it shows (Unicode 15, table 3-7). */
const illFormed: readonly [kind: string, hexadecimal: string, seenAfter: number][] = [
  ...["80", "8f", "9f", "bf"].map((octet) => ["a continuation alone", octet, 1] as [string, string, number]),
  ["continuations in a row", "8081828384", 1],
  ...["c0", "c1", "f5", "f6", "f7", "f8", "fb", "fc", "fd", "fe", "ff"].map(
    (octet) => ["an octet that never occurs", `${octet}80808080`, 1] as [string, string, number],
  ),
  ["an overlong NUL in two", "c080", 1],
  ["an overlong solidus in two", "c0af", 1],
  ["the last overlong in two", "c1bf", 1],
  ["an overlong NUL in three", "e08080", 2],
  ["an overlong solidus in three", "e080af", 2],
  ["the last overlong in three", "e09fbf", 2],
  ["an overlong NUL in four", "f0808080", 2],
  ["an overlong solidus in four", "f08080af", 2],
  ["the last overlong in four", "f08fbfbf", 2],
  ["the first surrogate", "eda080", 2],
  ["the last high surrogate", "edafbf", 2],
  ["the first low surrogate", "edb080", 2],
  ["the last surrogate", "edbfbf", 2],
  ["a pair of surrogates", "eda080edb080", 2],
  ["the first beyond Unicode", "f4908080", 2],
  ["the last in four", "f7bfbfbf", 1],
  ["five octets", "f888808080", 1],
  ["six octets", "fc8480808080", 1],
  ["two octets broken off", "c341", 2],
  ["two octets broken off by a lead", "c3c3a9", 2],
  ["three octets broken off after one", "e241", 2],
  ["three octets broken off after two", "e28241", 3],
  ["three octets broken off by a lead", "e282c3a9", 3],
  ["four octets broken off after one", "f041", 2],
  ["four octets broken off after two", "f09f41", 3],
  ["four octets broken off after three", "f09f9841", 4],
  ["four octets broken off by a lead", "f09f98f09f9880", 4],
];
const invalidText: ConformanceCase[] = [];
for (const [kind, text, seenAfter] of illFormed) {
  const each = octets(text);
  const good = each.slice(0, seenAfter).join("");
  const rest = each.slice(seenAfter).join("");
  const id = `${kind}, ${text}`;
  invalidText.push(fails(1007, "8.1", `${id}, whole`, `text 'abcd' ceba ${good} ^ ${rest} 'more'`));
  invalidText.push(fails(1007, "8.1", `${id}, with all to come`, `text/says:100000 ${good} ^ ${rest}`));
  const frames = each
    .map((octet, index) => `-cont ${octet}${index === seenAfter - 1 ? " ^" : ""}; `)
    .join("");
  invalidText.push(fails(1007, "8.1", `${id}, scattered`, `-text 'a'; ${frames}cont 'b'`));
  for (let at = 1; at < each.length && at < seenAfter; at++) {
    const head = each.slice(0, at).join("");
    const tail = each.slice(at, seenAfter).join("");
    invalidText.push(
      fails(
        1007,
        "8.1",
        `${id}, split at ${at}`,
        `-text ${head}; ping 'p'; cont ${tail} ^ ${rest}`,
        "ping 'p'",
        {
          answers: "pong 'p'",
        },
      ),
    );
  }
}
for (const text of ["c3", "e2", "e282", "f0", "f09f", "f09f98"]) {
  invalidText.push(fails(1007, "8.1", `ends inside a character, ${text}`, `text 'ab' ${text} ^`));
  invalidText.push(
    fails(1007, "8.1", `ends inside a character, ${text}, scattered`, `-text ${text}; cont ^`),
  );
  invalidText.push(
    fails(
      1007,
      "8.1",
      `ends inside a character, ${text}, after a good text`,
      `text 'a'; text ${text} ^`,
      "text 'a'",
    ),
  );
}

// ---- 10.4 limits ----

const limits = { maxMessageBytes: 1000, maxFragments: 10 };
const limited: ConformanceCase[] = [
  ok("10.4", "the largest message", "binary 00*1000", undefined, { limits }),
  ok("10.4", "the largest message in parts", "-binary 00*500; cont 00*500", "binary 00*1000", { limits }),
  ok("10.4", "many of the largest", "binary 00*1000; text 61*1000; binary 00*1000", undefined, { limits }),
  fails(1009, "10.4", "a message too large", "binary^4 00*1001", "", { limits }),
  fails(1009, "10.4", "a message much too large", "binary^10 00*70000", "", { limits }),
  fails(1009, "10.4", "a message of 2^63-1", `binary/says:${2n ** 63n - 1n}^10 '0123456789'`, "", { limits }),
  fails(1009, "10.4", "a message of 2^32", `text/says:${2n ** 32n}^10 '0123456789'`, "", { limits }),
  fails(
    1009,
    "10.4",
    "parts too large together",
    "-binary 00*500; ping 00*125; cont^4 00*501",
    "ping 00*125",
    {
      limits,
      answers: "pong 00*125",
    },
  ),
  fails(1009, "10.4", "a last octet too many", "-binary 00*1000; -cont; cont^2 00", "", { limits }),
  ok("10.4", "the most parts", `-binary; ${"-cont 00; ".repeat(8)}cont`, "binary 00*8", { limits }),
  fails(1008, "10.4", "too many parts", `-binary; ${"-cont 00; ".repeat(9)}cont ^ 00`, "", { limits }),
  fails(1008, "10.4", "too many empty parts", `-text; ${"-cont; ".repeat(9)}-cont ^`, "", { limits }),
  ok(
    "10.4",
    "many pings are no parts",
    `-binary 00; ${"ping; ".repeat(20)}cont 00`,
    `${"ping; ".repeat(20)}binary 0000`,
    {
      limits,
      answers: "pong; ".repeat(20),
    },
  ),
];

export const cases: readonly ConformanceCase[] = [
  ...masks,
  ...lengths,
  ...reserved,
  ...fragmentation,
  ...control,
  ...closing,
  ...validText,
  ...invalidText,
  ...limited,
];
