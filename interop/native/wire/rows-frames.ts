/** Section 1.6: frames. */

import { closePayload, type FrameOptions, opcodes, type ReadFrame } from "./raw-end.ts";
import {
  act,
  type BothCase,
  both,
  client,
  fails,
  failsBecause,
  type Play,
  type Row,
  saysWhy,
  server,
} from "./row.ts";
import type { Session } from "./session.ts";
import type { Subject } from "./subject.ts";

const { continuation, text, binary, close, ping, pong } = opcodes;
const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");

type Sent = readonly [opcode: number, content?: Uint8Array | string | number, options?: FrameOptions];

/** The far side sends these frames in one write, and lets go of TCP when the peer is done. */
const receive =
  (...frames: Sent[]): Play =>
  async (stage) => {
    const session = await stage.open();
    await session.after(...frames.map((each) => session.frame(...each)));
    return letGo(session);
  };

/** Who waits for the far side to end TCP after a close frame gets it. */
async function letGo(session: Session): Promise<string> {
  if ((await session.peer.query("state")) === "CLOSING") session.raw.socket.end();
  return session.outcome();
}

/** The form of a frame, without its content. */
const form =
  (act: (peer: Subject) => Promise<string>): Play =>
  async (stage) => {
    const session = await stage.open({ outbound_buffer_size: 1 << 20 });
    await act(session.peer);
    await session.settle();
    return session.raw.frames.map(showForm).join("; ");
  };

function showForm({ fin, reserved, opcode, mask, lengthOctets, payload }: ReadFrame): string {
  return [
    `opcode ${opcode}`,
    fin ? "FIN" : "no FIN",
    ...(reserved === 0 ? [] : ["reserved bits"]),
    mask === undefined ? "no mask" : "masked",
    `${payload.length} octets in a length of ${[7, 0, 16][lengthOctets] ?? 64} bits`,
  ].join(", ");
}

const outgoing: BothCase[] = [
  {
    id: "1.6 put_packet",
    play: form((peer) => peer.putPacket(bytes("010203"))),
    godot: {
      client: "opcode 2, FIN, masked, 3 octets in a length of 7 bits",
      server: "opcode 2, FIN, no mask, 3 octets in a length of 7 bits",
    },
  },
  {
    id: "1.6 send, binary",
    play: form((peer) => peer.send(bytes("010203"))),
    godot: {
      client: "opcode 2, FIN, masked, 3 octets in a length of 7 bits",
      server: "opcode 2, FIN, no mask, 3 octets in a length of 7 bits",
    },
  },
  {
    id: "1.6 send, text",
    play: form((peer) => peer.send(bytes("616263"), "text")),
    godot: {
      client: "opcode 1, FIN, masked, 3 octets in a length of 7 bits",
      server: "opcode 1, FIN, no mask, 3 octets in a length of 7 bits",
    },
  },
  {
    id: "1.6 send_text",
    play: form((peer) => peer.sendText("ü")),
    godot: {
      client: "opcode 1, FIN, masked, 2 octets in a length of 7 bits",
      server: "opcode 1, FIN, no mask, 2 octets in a length of 7 bits",
    },
  },
  {
    id: "1.6 125 octets out",
    play: form((peer) => peer.send(125)),
    godot: {
      client: "opcode 2, FIN, masked, 125 octets in a length of 7 bits",
      server: "opcode 2, FIN, no mask, 125 octets in a length of 7 bits",
    },
  },
  {
    id: "1.6 126 octets out",
    play: form((peer) => peer.send(126)),
    godot: {
      client: "opcode 2, FIN, masked, 126 octets in a length of 16 bits",
      server: "opcode 2, FIN, no mask, 126 octets in a length of 16 bits",
    },
  },
  {
    id: "1.6 65535 octets out",
    play: form((peer) => peer.send(65535)),
    godot: {
      client: "opcode 2, FIN, masked, 65535 octets in a length of 16 bits",
      server: "opcode 2, FIN, no mask, 65535 octets in a length of 16 bits",
    },
  },
  {
    id: "1.6 65536 octets out",
    play: form((peer) => peer.send(65536)),
    godot: {
      client: "opcode 2, FIN, masked, 65536 octets in a length of 64 bits",
      server: "opcode 2, FIN, no mask, 65536 octets in a length of 64 bits",
    },
  },
  {
    id: "1.6 500000 octets out",
    play: form((peer) => peer.send(500000)),
    godot: {
      client: "opcode 2, FIN, masked, 500000 octets in a length of 64 bits",
      server: "opcode 2, FIN, no mask, 500000 octets in a length of 64 bits",
    },
  },
  {
    id: "1.6 send, text that is not UTF-8",
    play: act((peer) => peer.send(bytes("ff"), "text")),
    godot: 'OK; sends text "�"; OPEN',
  },
];

const clientOutgoing: BothCase[] = [
  {
    id: "1.6 masks",
    play: async (stage) => {
      const session = await stage.open();
      for (let i = 0; i < 8; i++) await session.peer.send(1);
      await session.settle();
      const masks = session.raw.frames.map(({ mask }) => mask);
      return `${new Set(masks).size} different ones for ${masks.length} frames`;
    },
    godot: "8 different ones for 8 frames",
  },
];

const incoming: BothCase[] = [
  {
    id: "1.6 text and binary in",
    play: async (stage) => {
      const session = await stage.open();
      return session.after(session.frame(text, "ü"), session.frame(binary, "ü"));
    },
    godot: 'gets "ü", <c3bc>; OPEN',
  },
  {
    id: "1.6 was_string_packet tells of the packet fetched last",
    play: async (stage) => {
      const session = await stage.open({ fetches: false });
      session.raw.send(session.frame(text, "a"), session.frame(binary, "b"));
      await session.settle();
      const words: string[] = [];
      for (let i = 0; i < 2; i++) {
        words.push(`${await session.peer.getPacket()}: ${await session.peer.query("wasText")}`);
      }
      return words.join("; ");
    },
    godot: "<61>: true; <62>: false",
  },
  { id: "1.6 text with a NUL", play: receive([text, "a\0b"]), godot: 'gets "a\\u0000b"; OPEN' },
  {
    id: "1.6 frame octet by octet",
    play: async (stage) => {
      const session = await stage.open();
      for (const octet of session.frame(text, "split")) {
        session.raw.send(Buffer.of(octet));
        await session.peer.sync();
      }
      return session.outcome();
    },
    godot: 'gets "split"; OPEN',
  },
  {
    id: "1.6 three fragments",
    play: receive([text, "he", { fin: false }], [continuation, "ll", { fin: false }], [continuation, "o"]),
    godot: 'gets "hello"; OPEN',
  },
  {
    id: "1.6 fragments, the last one empty",
    play: receive([binary, bytes("0102"), { fin: false }], [continuation]),
    godot: "gets <0102>; OPEN",
  },
  {
    id: "1.6 fragments, all of them empty",
    play: receive([binary, "", { fin: false }], [continuation, "", { fin: false }], [continuation]),
    godot: "gets <>; OPEN",
  },
  {
    id: "1.6 character split between fragments",
    play: receive([text, bytes("e282"), { fin: false }], [continuation, bytes("ac")]),
    godot: 'gets "€"; OPEN',
  },
  {
    id: "1.6 empty ping between fragments",
    play: receive([text, "a", { fin: false }], [ping], [continuation, "b"]),
    godot: 'gets "ab"; sends empty pong; OPEN',
  },
  {
    id: "1.6 ping of 5 octets between fragments of 10",
    play: receive([text, "aaaaaaaaaa", { fin: false }], [ping, "PPPPP"], [continuation, "bbbbbbbbbb"]),
    godot: 'gets "aaaaaaaaaaPPPPPbbbbbbbbbb"; sends pong "PPPPP"; OPEN',
    ours: 'gets "aaaaaaaaaabbbbbbbbbb"; sends pong "PPPPP"; OPEN',
    why: "RFC 6455",
  },
  {
    id: "1.6 pong of 5 octets between fragments of 10",
    play: receive([text, "aaaaaaaaaa", { fin: false }], [pong, "PPPPP"], [continuation, "bbbbbbbbbb"]),
    godot: 'gets "aaaaaaaaaaPPPPPbbbbbbbbbb"; OPEN',
    ours: 'gets "aaaaaaaaaabbbbbbbbbb"; OPEN',
    why: "RFC 6455",
  },
  {
    id: "1.6 ping that is not UTF-8 between fragments of a text",
    play: receive([text, "a", { fin: false }], [ping, bytes("ff")], [continuation, "b"]),
    godot: 'gets "a�b"; sends pong "�"; OPEN',
    ours: 'gets "ab"; sends pong "�"; OPEN',
    why: "RFC 6455",
  },
  {
    id: "1.6 fragments of 40000 and 25535 octets",
    play: receive([binary, 40000, { fin: false }], [continuation, 25535]),
    godot: "gets 65535 octets; OPEN",
  },
  {
    id: "1.6 fragments of 40000 and 40000 octets, then a message",
    play: receive([binary, 40000, { fin: false }], [continuation, 40000], [text, "next"]),
    godot: "OPEN",
    ours: failsBecause(1009, "message too big"),
    why: "no stuck peers",
  },
  {
    id: "1.6 fragments of 40000, 20000, 20000 octets, then a ping",
    play: receive(
      [binary, 40000, { fin: false }],
      [continuation, 20000, { fin: false }],
      [continuation, 20000],
      [ping, "?"],
    ),
    godot: "OPEN",
    ours: failsBecause(1009, "message too big"),
    why: "no stuck peers",
  },
  {
    id: "1.6 fragments of 40000 and 40000 octets, then TCP ends",
    play: async (stage) => {
      const session = await stage.open();
      const fragments = [session.frame(binary, 40000, { fin: false }), session.frame(continuation, 40000)];
      const before = await session.after(...fragments);
      session.raw.socket.end();
      return `${before}; then ${await session.outcome()}`;
    },
    godot: "OPEN; then OPEN",
    ours: 'sends close 1009 "message too big"; CLOSED 1009 "message too big"; then sends close 1009 "message too big"; CLOSED 1009 "message too big"',
    why: "no stuck peers",
  },
  { id: "1.6 ping", play: receive([ping, "data"]), godot: 'sends pong "data"; OPEN' },
  { id: "1.6 empty ping", play: receive([ping]), godot: "sends empty pong; OPEN" },
  {
    id: "1.6 three pings at once",
    play: receive([ping, "1"], [ping, "2"], [ping, "3"]),
    godot: 'sends pong "1", pong "2", pong "3"; OPEN',
  },
  { id: "1.6 pong that nobody asked for", play: receive([pong, "data"]), godot: "OPEN" },
  { id: "1.1 ping of 125 octets", play: receive([ping, 125]), godot: "sends pong of 125 octets; OPEN" },
  {
    id: "1.1 ping of 126 octets",
    play: receive([ping, 126]),
    godot: "CLOSED -1",
    ours: failsBecause(1002, "control frame over 125 octets"),
    why: saysWhy,
  },
  {
    id: "1.1 close reason of 123 octets in",
    play: receive([close, closePayload(1000, "x".repeat(123))]),
    godot: "sends close 1000 of 123 octets; CLOSED 1000 of 123 octets",
  },
  {
    id: "1.6 close frame of 126 octets",
    play: receive([close, closePayload(1000, "x".repeat(124))]),
    godot: "CLOSED -1",
    ours: failsBecause(1002, "control frame over 125 octets"),
    why: saysWhy,
  },
  {
    id: "1.6 ping without FIN",
    play: receive([ping, "p", { fin: false }]),
    godot: "CLOSED -1",
    ours: failsBecause(1002, "fragmented control frame"),
    why: saysWhy,
  },
  {
    id: "1.6 close without FIN",
    play: receive([close, closePayload(1000), { fin: false }]),
    godot: "CLOSED -1",
    ours: failsBecause(1002, "fragmented control frame"),
    why: saysWhy,
  },
  {
    id: "1.6 length 3 in 16 bits",
    play: receive([text, "abc", { lengthOctets: 2 }]),
    godot: "CLOSED -1",
    ours: failsBecause(1002, "length is not in its shortest form"),
    why: saysWhy,
  },
  {
    id: "1.6 length 200 in 64 bits",
    play: receive([text, 200, { lengthOctets: 8 }]),
    godot: "CLOSED -1",
    ours: failsBecause(1002, "length is not in its shortest form"),
    why: saysWhy,
  },
  {
    id: "1.6 length with its highest bit set",
    play: receive([binary, "", { claims: 1n << 63n }]),
    godot: "CLOSED -1",
    ours: failsBecause(1002, "length has its highest bit set"),
    why: saysWhy,
  },
  {
    id: "1.6 length of 10 million announced",
    play: receive([binary, "abcd", { claims: 10_000_000n }]),
    godot: fails(1009),
    ours: failsBecause(1009, "message too big"),
    why: saysWhy,
  },
  {
    id: "1.6 reserved bit 1",
    play: receive([text, "a", { reserved: 0x40 }]),
    godot: fails(1002),
    ours: failsBecause(1002, "reserved bit without an extension"),
    why: saysWhy,
  },
  {
    id: "1.6 reserved bit 2",
    play: receive([text, "a", { reserved: 0x20 }]),
    godot: fails(1002),
    ours: failsBecause(1002, "reserved bit without an extension"),
    why: saysWhy,
  },
  {
    id: "1.6 reserved bit 3",
    play: receive([text, "a", { reserved: 0x10 }]),
    godot: fails(1002),
    ours: failsBecause(1002, "reserved bit without an extension"),
    why: saysWhy,
  },
  {
    id: "1.6 reserved bit of a ping",
    play: receive([ping, "a", { reserved: 0x40 }]),
    godot: fails(1002),
    ours: failsBecause(1002, "reserved bit without an extension"),
    why: saysWhy,
  },
  {
    id: "1.6 wrong masking for the role",
    play: async (stage) => {
      const session = await stage.open();
      return session.after(session.frame(text, "a", { masked: stage.role === "client" }));
    },
    godot: fails(1002),
    ours: {
      client: failsBecause(1002, "frame from a server is masked"),
      server: failsBecause(1002, "frame from a client is not masked"),
    },
    why: saysWhy,
  },
  {
    id: "1.6 continuation of nothing",
    play: receive([continuation, "a"]),
    godot: fails(1002),
    ours: failsBecause(1002, "continuation without a message"),
    why: saysWhy,
  },
  {
    id: "1.6 new message within a fragmented one",
    play: receive([text, "a", { fin: false }], [text, "b"]),
    godot: fails(1002),
    ours: failsBecause(1002, "new message inside a fragmented one"),
    why: saysWhy,
  },
  {
    id: "1.6 message before a faulty frame",
    play: receive([text, "good"], [3, "bad"]),
    godot: fails(1002),
    ours: 'gets "good"; sends close 1002 "reserved opcode"; CLOSED 1002 "reserved opcode"',
    why: "nothing lost",
  },
  {
    id: "1.6 text that is not UTF-8",
    play: receive([text, bytes("61ff62")]),
    godot: fails(1007),
    ours: failsBecause(1007, "text is not UTF-8"),
    why: saysWhy,
  },
  {
    id: "1.6 text with a surrogate",
    play: receive([text, bytes("eda080")]),
    godot: fails(1007),
    ours: failsBecause(1007, "text is not UTF-8"),
    why: saysWhy,
  },
  {
    id: "1.6 text with an overlong form",
    play: receive([text, bytes("c080")]),
    godot: fails(1007),
    ours: failsBecause(1007, "text is not UTF-8"),
    why: saysWhy,
  },
  {
    id: "1.6 text beyond U+10FFFF",
    play: receive([text, bytes("f4908080")]),
    godot: fails(1007),
    ours: failsBecause(1007, "text is not UTF-8"),
    why: saysWhy,
  },
  {
    id: "1.6 text that ends within a character",
    play: receive([text, bytes("e282")]),
    godot: fails(1007),
    ours: failsBecause(1007, "text is not UTF-8"),
    why: saysWhy,
  },
  {
    id: "1.6 fragment that is not UTF-8, the message goes on",
    play: receive([text, bytes("61ff"), { fin: false }]),
    godot: fails(1007),
    ours: failsBecause(1007, "text is not UTF-8"),
    why: saysWhy,
  },
  {
    id: "1.6 half a frame that is not UTF-8",
    play: receive([text, bytes("61ff"), { claims: 100n }]),
    godot: fails(1007),
    ours: failsBecause(1007, "text is not UTF-8"),
    why: saysWhy,
  },
  {
    id: "1.6 close reason that is not UTF-8",
    play: receive([close, closePayload(1000, bytes("ff"))]),
    godot: fails(1007),
    ours: failsBecause(1007, "text is not UTF-8"),
    why: saysWhy,
  },
];

const opcodeCases: BothCase[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
  id: `1.6 opcode ${opcode}`,
  play: receive([opcode, "a"]),
  godot: fails(1002),
  ours: failsBecause(1002, "reserved opcode"),
  why: saysWhy,
}));

const takesCode = (code: number): string => `sends close ${code} "why"; CLOSED ${code} "why"`;
const closeCode = (code: number): Pick<BothCase, "id" | "play"> => ({
  id: `1.6 close code ${code}`,
  play: receive([close, closePayload(code, "why")]),
});

const codesTaken = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const codesOfTheRegistry = [1012, 1013, 1014];
const codesNotTaken = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535];

const closeCodes: BothCase[] = [
  ...codesTaken.map((code) => ({ ...closeCode(code), godot: takesCode(code) })),
  ...codesOfTheRegistry.map((code) => ({
    ...closeCode(code),
    godot: fails(1002),
    ours: takesCode(code),
    why: "IANA lists it",
  })),
  ...codesNotTaken.map((code) => ({
    ...closeCode(code),
    godot: fails(1002),
    ours: failsBecause(1002, "malformed close frame"),
    why: saysWhy,
  })),
];

export const frameRows: Row[] = [
  ...client([...outgoing, ...clientOutgoing]),
  ...server(outgoing),
  ...both([...incoming, ...opcodeCases, ...closeCodes]),
];
