/** Section 1.10: Godot's other implementation, over the WebSocket of the browser (here: our own, or `ws`, see the harness). */

import { closePayload, opcodes } from "./raw-end.ts";
import { act, failsBecause, type Play, type RoleCase, type Row, web } from "./row.ts";

const { text, binary, close, ping } = opcodes;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const cases: RoleCase[] = [
  {
    id: "1.10 accept_stream",
    play: async (stage) => (await stage.subject()).acceptNonsense(),
    godot: "ERR_UNAVAILABLE",
    ours: "throws TypeError",
    why: "types forbid it",
  },
  {
    id: "1.10 own headers",
    play: async (stage) => {
      const { raw } = await stage.connect({ handshake_headers: ["X-One: 1"] });
      return /^X-One: 1\r$/m.test(raw.head) ? "sent" : "left out";
    },
    godot: "left out",
    ours: "sent",
    why: "no browser",
  },
  {
    id: "1.10 user, password and fragment",
    play: async (stage) => {
      const server = await stage.server();
      const peer = await stage.subject();
      await peer.connect(`ws://me:secret@127.0.0.1:${server.port}/path?q#f`);
      const raw = (await server.next())!;
      stage.session(peer, raw);
      await raw.until(() => raw.head !== "");
      return `${raw.head.split("\r\n")[0]}, ${/^authorization:/im.test(raw.head) ? "with" : "no"} Authorization`;
    },
    godot: "GET /path?q HTTP/1.1, no Authorization",
    ours: "GET /path?q HTTP/1.1, with Authorization",
    why: "given, so used",
  },
  {
    id: "1.10 send while CONNECTING",
    play: async (stage) => (await stage.connect()).peer.send(1),
    godot: "FAILED",
  },
  {
    id: "1.10 message of 65534 octets out",
    play: act((peer) => peer.send(65534)),
    godot: "OK; sends binary of 65534 octets; OPEN",
  },
  {
    id: "1.10 message of outbound_buffer_size",
    play: act((peer) => peer.send(65535)),
    godot: "ERR_OUT_OF_MEMORY; OPEN",
    ours: "OK; sends binary of 65535 octets; OPEN",
    why: "as native",
  },
  {
    id: "1.10 message over inbound_buffer_size, and another",
    play: async (stage) => {
      const session = await stage.open();
      return session.after(session.frame(binary, 70_000), session.frame(text, "next"));
    },
    godot: 'gets "next"; OPEN',
    ours: failsBecause(1009, "message too big"),
    why: "nothing lost silently",
  },
  {
    id: "1.10 fragments of 40000 and 40000 octets, and another message",
    play: async (stage) => {
      const session = await stage.open();
      const fragments = [session.frame(binary, 40_000, { fin: false }), session.frame(0, 40_000)];
      return session.after(...fragments, session.frame(text, "next"));
    },
    godot: 'gets "next"; OPEN',
    ours: failsBecause(1009, "message too big"),
    why: "nothing lost silently",
  },
  {
    id: "1.10 40 messages of 100 octets not fetched, inbound_buffer_size 1000",
    play: async (stage) => {
      const session = await stage.open({ fetches: false, inbound_buffer_size: 1000 });
      session.raw.send(...Array.from({ length: 40 }, () => session.frame(binary, 100)));
      await session.settle();
      await session.peer.set({ fetches: true });
      await session.raw.until(() => session.peer.packets.length >= 40, 1500);
      return `${session.peer.packets.length} arrive; ${await session.fate()}`;
    },
    godot: "10 arrive; OPEN",
    ours: "40 arrive; OPEN",
    why: "nothing lost",
  },
  {
    id: "1.10 message without poll",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.set({ polls: false });
      await session.after(session.frame(text, "a"));
      return `${await session.peer.query("count")} packet`;
    },
    godot: "1 packet",
  },
  {
    id: "1.10 close frame without a code in",
    play: closedBy(close, Buffer.alloc(0)),
    godot: "sends empty close; CLOSED 1005",
  },
  {
    id: "1.10 message and close frame in one segment",
    play: async (stage) => {
      const session = await stage.open();
      session.raw.send(session.frame(text, "last words"), session.frame(close, closePayload(1000)));
      await session.settle();
      session.raw.socket.end();
      return session.outcome();
    },
    godot: 'gets "last words"; sends close 1000; CLOSED 1000',
  },
  {
    id: "1.10 close(1000), what is unread",
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
    id: "1.10 close(-1)",
    play: act((peer) => peer.close(-1)),
    godot: 'OK; sends close 3001 "destroyed"; CLOSED -1, TCP goes on',
    ours: "OK; CLOSED -1",
    why: "as native",
  },
  {
    id: "1.10 TCP ends",
    play: async (stage) => {
      const session = await stage.open();
      session.raw.socket.end();
      return session.outcome();
    },
    godot: "CLOSED 1006",
    ours: "CLOSED -1",
    why: "as native",
  },
  {
    id: "1.10 handshake refused",
    play: async (stage) => {
      const session = await stage.connect();
      return session.after(session.handshake({ startLine: "HTTP/1.1 403 Forbidden" }));
    },
    godot: "CLOSED 1006",
    ours: "CLOSED -1",
    why: "as native",
  },
  {
    id: "1.10 heartbeat_interval",
    play: async (stage) => {
      const session = await stage.open({ heartbeat_interval: 0.2 });
      await pause(500);
      return session.raw.frames.some(({ opcode }) => opcode === ping) ? "pings" : "no pings";
    },
    godot: "no pings",
    ours: "pings",
    why: "as native",
  },
];

function closedBy(opcode: number, payload: Uint8Array): Play {
  return async (stage) => {
    const session = await stage.open();
    session.raw.send(session.frame(opcode, payload));
    await session.settle();
    session.raw.socket.end();
    return session.outcome();
  };
}

export const webRows: Row[] = web(cases);
