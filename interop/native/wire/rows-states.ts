/** Section 1.8: states and closing. */

import { closePayload, opcodes } from "./raw-end.ts";
import { type BothCase, both, failsBecause, type Play, type Row } from "./row.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./subject.ts";

const { text, binary, close, ping } = opcodes;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The peer closes and is never answered. */
const closes =
  (code?: number, reason?: string): Play =>
  async (stage) => {
    const session = await stage.open();
    const result = await session.peer.close(code, reason);
    return `${result}; ${await session.outcome()}`;
  };

/** The peer closes, and is answered with this. */
const closesAndHears =
  (code: number, reason: string, answer: Buffer): Play =>
  async (stage) => {
    const session = await stage.open();
    await session.peer.close(code, reason);
    await session.settle();
    session.raw.send(session.frame(close, answer));
    await session.settle();
    session.raw.socket.end();
    return session.outcome();
  };

/** What comes of it, and which of the two has to end TCP first. */
async function tcpEnds(session: Session): Promise<string> {
  const outcome = await session.outcome();
  if ((await session.peer.query("state")) === "CLOSED") return outcome;
  session.raw.socket.end();
  await session.settle();
  return `${outcome}, then TCP ends: ${await session.fate()}`;
}

const hears =
  (settings: Settings, ...frames: readonly (readonly [number, (Uint8Array | string)?])[]): Play =>
  async (stage) => {
    const session = await stage.open(settings);
    session.raw.send(...frames.map((each) => session.frame(...each)));
    await session.settle();
    session.raw.socket.end();
    return session.outcome();
  };

const closing: BothCase[] = [
  {
    id: "1.8 states from the beginning to the end",
    play: async (stage) => {
      const session = await stage.open();
      session.raw.send(session.frame(close, closePayload(1000)));
      await session.settle();
      session.raw.socket.end();
      await session.settle();
      // How long CLOSING lasts is a matter of polling; who waits in it, see below.
      return session.peer.history.filter((state) => state !== "CLOSING").join(", ");
    },
    godot: "CONNECTING, OPEN, CLOSED",
  },
  {
    id: "1.8 code and reason while OPEN",
    play: async (stage) => {
      const { peer } = await stage.open();
      return `${await peer.query("code")} ${JSON.stringify(await peer.query("reason"))}`;
    },
    godot: '-1 ""',
  },
  {
    id: "1.8 close while CONNECTING",
    play: async (stage) => {
      const session = await stage.connect();
      const result = await session.peer.close(1000, "bye");
      return `${result}; ${await session.outcome()}`;
    },
    godot: "OK; CLOSED -1",
  },
  {
    id: "1.8 state right behind close()",
    play: async (stage) => {
      const { peer } = await stage.open();
      await peer.set({ polls: false });
      await peer.close();
      return peer.query("state");
    },
    godot: "CLOSING",
  },
  { id: "1.8 close()", play: closes(), godot: "OK; sends close 1000; CLOSING" },
  { id: "1.8 close(4000, bye)", play: closes(4000, "bye"), godot: 'OK; sends close 4000 "bye"; CLOSING' },
  { id: "1.8 close(-1)", play: closes(-1), godot: "OK; CLOSED -1" },
  {
    id: "1.8 close(0, bye)",
    play: closes(0, "bye"),
    godot: "OK; sends empty close; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  {
    id: "1.8 close(99)",
    play: closes(99),
    godot: "OK; sends close 99; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  {
    id: "1.8 close(999)",
    play: closes(999),
    godot: "OK; sends close 999; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  {
    id: "1.8 close(1005)",
    play: closes(1005),
    godot: "OK; sends close 1005; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  {
    id: "1.8 close(1006)",
    play: closes(1006),
    godot: "OK; sends close 1006; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  { id: "1.8 close(1012)", play: closes(1012), godot: "OK; sends close 1012; CLOSING" },
  {
    id: "1.8 close(1015)",
    play: closes(1015),
    godot: "OK; sends close 1015; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  {
    id: "1.8 close(5000)",
    play: closes(5000),
    godot: "OK; sends close 5000; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  {
    id: "1.8 close(65536 + 1000)",
    play: closes(65536 + 1000),
    godot: "OK; sends close 1000; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  {
    id: "1.1 close with a reason of 123 octets",
    play: closes(1000, "x".repeat(123)),
    godot: "OK; sends close 1000 of 123 octets; CLOSING",
  },
  {
    id: "1.8 close with a reason of 124 octets",
    play: closes(1000, "x".repeat(124)),
    godot: "OK; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  {
    id: "1.8 close with a reason of 62 letters of 2 octets",
    play: closes(1000, "ü".repeat(62)),
    godot: "OK; CLOSING",
    ours: "ERR_INVALID_PARAMETER; OPEN",
    why: "caller's mistake",
  },
  {
    id: "1.8 close with a reason of 124 octets, then close(1000)",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.close(1000, "x".repeat(124));
      await session.peer.close(1000);
      return session.outcome();
    },
    godot: "CLOSING",
    ours: "sends close 1000; CLOSING",
    why: "caller's mistake",
  },
  {
    id: "1.8 close(4000), answered alike",
    play: closesAndHears(4000, "bye", closePayload(4000, "bye")),
    godot: 'sends close 4000 "bye"; CLOSED 4000 "bye"',
  },
  {
    id: "1.8 close(4000), answered 4001",
    play: closesAndHears(4000, "mine", closePayload(4001, "yours")),
    godot: 'sends close 4000 "mine"; CLOSED 4001 "yours"',
  },
  {
    id: "1.8 close(4000), answered without a code",
    play: closesAndHears(4000, "mine", Buffer.alloc(0)),
    godot: 'sends close 4000 "mine"; CLOSED 0',
    ours: 'sends close 4000 "mine"; CLOSED 1005',
    why: "RFC 6455",
  },
  {
    id: "1.8 close(4000), answered 1005",
    play: closesAndHears(4000, "mine", closePayload(1005)),
    godot: 'sends close 4000 "mine"; CLOSED 4000 "Unknown"',
    ours: 'sends close 4000 "mine"; CLOSED 1002 "malformed close frame"',
    why: "names the fault",
  },
  {
    id: "1.8 close(4000), never answered, longer than our limit of 300 ms",
    play: async (stage) => {
      const session = await stage.open({ closeTimeoutMs: 300 });
      await session.peer.close(4000, "bye");
      await pause(600);
      return session.outcome();
    },
    godot: 'sends close 4000 "bye"; CLOSING',
    ours: 'sends close 4000 "bye"; CLOSED -1',
    why: "no stuck peers",
  },
  {
    id: "1.8 close(4000), TCP ends",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.close(4000, "bye");
      await session.settle();
      session.raw.socket.end();
      return session.outcome();
    },
    godot: 'sends close 4000 "bye"; CLOSED -1',
  },
  {
    id: "1.8 close(4000), then close(-1)",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.close(4000, "bye");
      await session.settle();
      await session.peer.close(-1);
      return session.outcome();
    },
    godot: 'sends close 4000 "bye"; CLOSED -1',
  },
  {
    id: "1.8 close(4000), then close(4001)",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.close(4000, "bye");
      await session.peer.close(4001, "again");
      return session.outcome();
    },
    godot: 'sends close 4000 "bye"; CLOSING',
  },
  {
    id: "1.8 message while CLOSING",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.close(4000);
      await session.settle();
      return session.after(session.frame(text, "late"));
    },
    godot: "sends close 4000; CLOSING",
    ours: 'gets "late"; sends close 4000; CLOSING',
    why: "nothing lost",
  },
  {
    id: "1.8 ping while CLOSING",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.close(4000);
      await session.settle();
      return session.after(session.frame(ping, "late"));
    },
    godot: "sends close 4000; CLOSING",
  },
  {
    id: "1.8 faulty frame while CLOSING",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.close(4000);
      await session.settle();
      return session.after(session.frame(3, "bad"));
    },
    godot: 'sends close 4000; CLOSED 4000 "Unknown"',
    ours: 'sends close 4000; CLOSED 1002 "reserved opcode"',
    why: "names the fault",
  },
  {
    id: "1.8 close(-1), what is unread",
    play: async (stage) => {
      const session = await stage.open({ fetches: false });
      await session.after(session.frame(text, "unread"));
      await session.peer.close(-1);
      await session.settle();
      return `${await session.fate()}; ${await session.peer.query("count")} packets`;
    },
    godot: "CLOSED -1; 0 packets",
    ours: "CLOSED -1; 1 packets",
    why: "nothing lost",
  },
  {
    id: "1.8 close(1000), what is unread",
    play: async (stage) => {
      const session = await stage.open({ fetches: false });
      await session.after(session.frame(text, "unread"));
      await session.peer.close(1000);
      await session.settle();
      return `${await session.fate()}; ${await session.peer.query("count")} packets`;
    },
    godot: "CLOSING; 0 packets",
    ours: "CLOSING; 1 packets",
    why: "nothing lost",
  },
  {
    id: "1.8 far side closes, and does not end TCP",
    play: async (stage) => {
      const session = await stage.open();
      session.raw.send(session.frame(close, closePayload(4001, "bye")));
      return tcpEnds(session);
    },
    godot: 'sends close 4001 "bye"; CLOSED 4001 "bye"',
    ours: {
      client: 'sends close 4001 "bye"; CLOSING, then TCP ends: CLOSED 4001 "bye"',
      server: 'sends close 4001 "bye"; CLOSED 4001 "bye"',
    },
    why: "the server ends TCP",
  },
  {
    id: "1.8 close(4000), answered, and TCP not ended",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.close(4000, "bye");
      await session.settle();
      session.raw.send(session.frame(close, closePayload(4000, "bye")));
      return tcpEnds(session);
    },
    godot: 'sends close 4000 "bye"; CLOSED 4000 "bye"',
    ours: {
      client: 'sends close 4000 "bye"; CLOSING, then TCP ends: CLOSED 4000 "bye"',
      server: 'sends close 4000 "bye"; CLOSED 4000 "bye"',
    },
    why: "the server ends TCP",
  },
  {
    id: "1.8 close frame without a code in",
    play: hears({}, [close]),
    godot: "sends empty close; CLOSED 0",
    ours: "sends empty close; CLOSED 1005",
    why: "RFC 6455",
  },
  {
    id: "1.8 close frame of one octet in",
    play: hears({}, [close, Buffer.of(3)]),
    godot: "sends empty close; CLOSED 0",
    ours: failsBecause(1002, "malformed close frame"),
    why: "RFC 6455",
  },
  {
    id: "1.8 message and close frame in one segment",
    play: hears({}, [text, "last words"], [close, closePayload(1000)]),
    godot: "sends close 1000; CLOSED 1000",
    ours: 'gets "last words"; sends close 1000; CLOSED 1000',
    why: "nothing lost",
  },
  {
    id: "1.8 message and end of TCP at once",
    play: async (stage) => {
      const session = await stage.open();
      // Two segments: both are to be there when it looks.
      await session.peer.set({ polls: false });
      session.raw.socket.end(session.frame(text, "last words"));
      await pause(100);
      await session.peer.set({ polls: true });
      return session.outcome();
    },
    godot: "CLOSED -1",
    ours: 'gets "last words"; CLOSED -1',
    why: "nothing lost",
  },
  {
    id: "1.8 message fetched later than the close frame came",
    play: async (stage) => {
      const session = await stage.open({ fetches: false });
      await session.after(session.frame(text, "unread"));
      await session.after(session.frame(close, closePayload(1000)));
      session.raw.socket.end();
      await session.settle();
      return `${await session.fate()}; ${await session.peer.query("count")} packets`;
    },
    godot: "CLOSED 1000; 0 packets",
    ours: "CLOSED 1000; 1 packets",
    why: "nothing lost",
  },
  {
    id: "1.8 message behind the close frame",
    play: hears({}, [close, closePayload(1000)], [text, "late"]),
    godot: "sends close 1000; CLOSED 1000",
  },
  {
    id: "1.8 two close frames",
    play: hears({}, [close, closePayload(1000)], [close, closePayload(1001)]),
    godot: "sends close 1000; CLOSED 1000",
  },
  {
    id: "1.8 both close at once",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.set({ polls: false });
      session.raw.send(session.frame(close, closePayload(4001, "theirs")));
      await pause(50);
      await session.peer.close(4000, "mine");
      await session.peer.set({ polls: true });
      await session.settle();
      session.raw.socket.end();
      return session.outcome();
    },
    godot: 'sends close 4000 "mine"; CLOSED 4001 "theirs"',
    ours: 'sends close 4001 "theirs"; CLOSED 4001 "theirs"',
    why: "answered on arrival",
  },
  {
    id: "1.8 messages sent, then close(1000), at once",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.send(Buffer.from("a"));
      await session.peer.close(1000);
      return session.outcome();
    },
    godot: "sends binary <61>, close 1000; CLOSING",
  },
  {
    id: "1.8 messages waiting for one who does not read, then close(1000)",
    play: async (stage) => {
      const { session, sent } = await stage.openStuck({}, 10_000);
      await session.peer.close(1000);
      session.raw.socket.resume();
      const closed = () => session.raw.frames.some(({ opcode }) => opcode === close);
      await session.raw.until(closed, 10_000);
      await session.settle();
      const arrived = session.raw.frames.filter(({ opcode }) => opcode === binary).length;
      return `close frame ${closed() ? "comes" : "never comes"}; ${arrived === sent ? "all messages" : "not all messages"}`;
    },
    godot: "close frame comes; not all messages",
    ours: "close frame comes; all messages",
    why: "nothing lost",
  },
  {
    id: "1.8 TCP ends",
    play: async (stage) => {
      const session = await stage.open();
      session.raw.socket.end();
      return session.outcome();
    },
    godot: "CLOSED -1",
  },
  {
    id: "1.8 TCP is reset",
    play: async (stage) => {
      const session = await stage.open();
      session.raw.socket.resetAndDestroy();
      return session.outcome();
    },
    godot: "CLOSED -1",
  },
  {
    id: "1.8 nothing happens without poll",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.set({ polls: false });
      const before = await session.after(session.frame(close, closePayload(1000)));
      await session.peer.set({ polls: true });
      await session.settle();
      session.raw.socket.end();
      return `${before}; polled again: ${await session.outcome()}`;
    },
    godot: "OPEN; polled again: sends close 1000; CLOSED 1000",
    ours: {
      client: "sends close 1000; OPEN; polled again: sends close 1000; CLOSED 1000",
      server: "sends close 1000; OPEN, TCP ended; polled again: sends close 1000; CLOSED 1000",
    },
    why: "answered on arrival",
  },
];

export const stateRows: Row[] = both(closing);
