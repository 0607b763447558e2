/** Section 1.7: what happens when there is too much to send or to receive, or nothing at all. */

import { opcodes } from "./raw-end.ts";
import { act, type BothCase, both, type Play, type Row } from "./row.ts";
import type { Session, Stage } from "./session.ts";
import type { Settings } from "./subject.ts";

const { binary, ping, pong } = opcodes;

const notOpen =
  (prepare: (stage: Stage) => Promise<Session>): Play =>
  async (stage) => {
    const { peer } = await prepare(stage);
    await peer.sync();
    return `${await peer.query("state")}: ${await peer.send(1)}, ${await peer.putPacket(1)}`;
  };

const overflowing =
  (settings: Settings, size: number, most: number): Play =>
  async (stage) => {
    const { session, sent, result, waiting } = await stage.openStuck(settings, size);
    const amount = waiting === 0 ? "nothing" : waiting <= most ? `up to ${most}` : "more";
    const state = await session.fate();
    session.raw.socket.resume();
    const all = await session.raw.until(() => session.raw.byteCount >= sent * size, 10_000);
    await session.settle();
    const arrives = session.raw.frames.length === sent && all ? "arrives" : "is lost";
    const after = await session.peer.send(1);
    return `${result} with ${amount} octets waiting; ${state}; what was taken ${arrives}; then ${after}`;
  };

const held =
  (count: number, size: number, settings: Settings = {}): Play =>
  async (stage) => {
    const session = await stage.open({ fetches: false, ...settings });
    session.raw.send(
      ...Array.from({ length: count }, (_, i) => session.frame(binary, String(i).padStart(size, "0"))),
    );
    await session.settle();
    const before = Number(await session.peer.query("count"));
    const state = await session.fate();
    await session.peer.set({ fetches: true });
    await session.raw.until(() => session.peer.packets.length >= count, 3000);
    const all = session.peer.packets.length === count;
    return `holds ${before < count ? "some" : "all"}; ${state}; ${all ? "all arrive" : "not all arrive"} once fetched`;
  };

const overflow: BothCase[] = [
  {
    id: "1.7 send while CONNECTING",
    play: notOpen((stage) => stage.connect()),
    godot: "CONNECTING: FAILED, FAILED",
  },
  {
    id: "1.7 send while CLOSING",
    play: notOpen(async (stage) => {
      const session = await stage.open();
      await session.peer.close(1000);
      return session;
    }),
    godot: "CLOSING: FAILED, FAILED",
    ours: "CLOSING: false, false",
    why: "not an error: the far side decides",
  },
  {
    id: "1.7 send when CLOSED",
    play: notOpen(async (stage) => {
      const session = await stage.open();
      session.raw.socket.end();
      await session.reaches("CLOSED");
      return session;
    }),
    godot: "CLOSED: FAILED, FAILED",
    ours: "CLOSED: false, false",
    why: "not an error: the far side decides",
  },
  {
    id: "1.7 send when TCP was reset, before poll",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.set({ polls: false });
      session.raw.socket.resetAndDestroy();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return `${await session.peer.send(1)}; ${await session.peer.query("state")}`;
    },
    godot: "FAILED; CLOSED",
    ours: "false; OPEN",
    why: "state as of the last poll",
  },
  {
    id: "1.7 message of outbound_buffer_size",
    play: act((peer) => peer.send(65535)),
    godot: "OK; sends binary of 65535 octets; OPEN",
  },
  {
    id: "1.7 message of one octet more",
    play: act((peer) => peer.send(65536)),
    godot: "ERR_OUT_OF_MEMORY; OPEN",
  },
  {
    id: "1.7 outbound_buffer_size 0 is no limit",
    play: act((peer) => peer.send(1 << 20), { outbound_buffer_size: 0 }),
    godot: "OK; sends binary of 1048576 octets; OPEN",
  },
  {
    id: "1.7 outbound_buffer_size -1 is no limit",
    play: act((peer) => peer.send(1 << 20), { outbound_buffer_size: -1 }),
    godot: "OK; sends binary of 1048576 octets; OPEN",
  },
  {
    id: "1.7 messages of 10000 octets to one who does not read",
    play: overflowing({}, 10_000, 65535),
    godot: "ERR_OUT_OF_MEMORY with up to 65535 octets waiting; OPEN; what was taken arrives; then OK",
  },
  {
    id: "1.7 max_queued_packets 4, messages of 1000 octets to one who does not read",
    play: overflowing({ max_queued_packets: 4 }, 1000, 4000),
    godot: "ERR_OUT_OF_MEMORY with up to 4000 octets waiting; OPEN; what was taken arrives; then OK",
    ours: "ERR_OUT_OF_MEMORY with more octets waiting; OPEN; what was taken arrives; then OK",
    why: "octets are bound, not messages",
  },
  {
    id: "1.7 pong to one who reads again, messages waiting",
    play: async (stage) => {
      const { session } = await stage.openStuck({}, 10_000);
      session.raw.send(session.frame(ping, "now"));
      await session.settle();
      session.raw.socket.resume();
      const came = () => session.raw.frames.some(({ opcode }) => opcode === pong);
      await session.raw.until(came, 10_000);
      await session.settle();
      const at = session.raw.frames.findIndex(({ opcode }) => opcode === pong);
      return at < 0 ? "none" : at === session.raw.frames.length - 1 ? "comes last" : "overtakes messages";
    },
    godot: "overtakes messages",
    ours: "comes last",
    why: "order kept",
  },
  {
    id: "1.7 put_packet of nothing",
    play: act((peer) => peer.putPacket(0)),
    godot: "OK; OPEN",
    ours: "OK; sends empty binary; OPEN",
    why: "as send",
  },
  { id: "1.7 send of nothing", play: act((peer) => peer.send(0)), godot: "OK; sends empty binary; OPEN" },
  {
    id: "1.7 send_text of nothing",
    play: act((peer) => peer.sendText("")),
    godot: "OK; sends empty text; OPEN",
  },
  {
    id: "1.7 put_var of null",
    play: act((peer) => peer.putVar(null)),
    godot: "OK; sends binary <00000000>; OPEN",
    ours: "no such method; OPEN",
    why: "Variants are not ours",
  },
  {
    id: "1.7 empty message in",
    play: async (stage) => {
      const session = await stage.open({ fetches: false });
      session.raw.send(session.frame(binary));
      await session.settle();
      return `${await session.peer.query("count")} packet: ${await session.peer.getPacket()}`;
    },
    godot: "1 packet: <>",
  },
  {
    id: "1.7 get_packet when there is none",
    play: async (stage) => (await stage.open()).peer.getPacket(),
    godot: "ERR_UNAVAILABLE",
  },
  {
    id: "1.7 200 messages of 1000 octets, not fetched",
    play: held(200, 1000),
    godot: "holds some; OPEN; all arrive once fetched",
  },
  {
    id: "1.7 max_queued_packets 10, 40 messages, not fetched",
    play: held(40, 10, { max_queued_packets: 10 }),
    godot: "holds some; OPEN; all arrive once fetched",
  },
  {
    id: "1.7 max_queued_packets 10, how many are held",
    play: async (stage) => {
      const session = await stage.open({ fetches: false, max_queued_packets: 10 });
      session.raw.send(...Array.from({ length: 40 }, () => session.frame(binary, 10)));
      await session.settle();
      return session.peer.query("count");
    },
    godot: "10",
  },
  {
    id: "1.7 ping behind messages that are not fetched",
    play: async (stage) => {
      const session = await stage.open({ fetches: false });
      const messages = Array.from({ length: 200 }, () => session.frame(binary, 1000));
      const before = await session.after(...messages, session.frame(ping, "?"));
      await session.peer.set({ fetches: true });
      await session.raw.until(() => session.raw.frames.length > 0, 3000);
      return `${before}; once fetched: ${session.raw.frames.length === 1 ? "answered" : "never answered"}`;
    },
    godot: "OPEN; once fetched: answered",
  },
  {
    id: "1.7 get_current_outbound_buffered_amount when all is sent",
    play: act(async (peer) => {
      await peer.send(100);
      await peer.sync();
      return peer.query("waiting");
    }),
    godot: "0; sends binary of 100 octets; OPEN",
  },
];

export const overflowRows: Row[] = both(overflow);
