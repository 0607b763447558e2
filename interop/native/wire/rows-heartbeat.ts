/** Section 1.9: the heartbeat. */

import { opcodes } from "./raw-end.ts";
import { type BothCase, both, type Row } from "./row.ts";
import type { Session } from "./session.ts";

const { text, binary, ping, pong } = opcodes;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers each ping, so many times, with this. */
function answerPings(session: Session, answer: (payload: Buffer) => Buffer, times = 1000): void {
  let answered = 0;
  const answerAll = (): void => {
    const pings = session.raw.frames.filter((frame) => frame.opcode === ping);
    while (answered < Math.min(pings.length, times)) {
      session.raw.send(session.frame(pong, answer(pings[answered++]!.payload)));
    }
  };
  // The first may be here already.
  answerAll();
  session.raw.socket.on("data", answerAll);
}

const countPings = ({ raw }: Session): number => raw.frames.filter(({ opcode }) => opcode === ping).length;

const heartbeat: BothCase[] = [
  {
    id: "1.9 no heartbeat by default",
    play: async (stage) => {
      const session = await stage.open();
      await pause(300);
      return session.outcome();
    },
    godot: "OPEN",
  },
  {
    id: "1.9 first ping, its payload and its time",
    play: async (stage) => {
      // The engine counts from its start, which is longer ago than this.
      const interval = 0.6;
      const session = await stage.open({ heartbeat_interval: interval });
      const opened = Date.now();
      await session.raw.until(() => countPings(session) > 0);
      const early = Date.now() - opened < (interval * 1000) / 2;
      const { payload } = session.raw.frames[0]!;
      return `${payload.length} octets, ${early ? "at once" : "after an interval"}`;
    },
    godot: "0 octets, at once",
    ours: "0 octets, after an interval",
    why: "OPEN is proof of life",
  },
  {
    id: "1.9 pings that are answered",
    play: async (stage) => {
      const session = await stage.open({ heartbeat_interval: 0.25 });
      answerPings(session, (payload) => payload);
      await session.raw.until(() => countPings(session) >= 4);
      return `${countPings(session) >= 4 ? "go on" : "end"}; ${await session.fate()}`;
    },
    godot: "go on; OPEN",
  },
  {
    id: "1.9 pings that are answered with another payload",
    play: async (stage) => {
      const session = await stage.open({ heartbeat_interval: 0.25 });
      answerPings(session, () => Buffer.from("other"));
      await session.raw.until(() => countPings(session) >= 4);
      return `${countPings(session) >= 4 ? "go on" : "end"}; ${await session.fate()}`;
    },
    godot: "go on; OPEN",
  },
  {
    id: "1.9 ping that is never answered",
    play: async (stage) => {
      const session = await stage.open({ heartbeat_interval: 0.25 });
      await session.reaches("CLOSED");
      return session.outcome();
    },
    godot: "sends empty ping; CLOSED -1",
  },
  {
    id: "1.9 pings that are answered twice, then never",
    play: async (stage) => {
      const session = await stage.open({ heartbeat_interval: 0.25 });
      answerPings(session, (payload) => payload, 2);
      await session.reaches("CLOSED");
      return session.outcome();
    },
    godot: "sends empty ping, empty ping, empty ping; CLOSED -1",
  },
  {
    id: "1.9 messages instead of pongs",
    play: async (stage) => {
      const session = await stage.open({ heartbeat_interval: 0.25 });
      const timer = setInterval(() => session.raw.send(session.frame(text, "alive")), 20);
      await session.reaches("CLOSED").finally(() => clearInterval(timer));
      await session.settle();
      return session.fate();
    },
    godot: "CLOSED -1",
  },
  {
    id: "1.9 heartbeat_interval set while OPEN",
    play: async (stage) => {
      const session = await stage.open();
      await session.peer.set({ heartbeat_interval: 0.25 });
      await session.raw.until(() => countPings(session) > 0, 2000);
      return countPings(session) > 0 ? "ping" : "no ping";
    },
    godot: "ping",
  },
  {
    id: "1.9 heartbeat while more is unread than is taken in",
    play: async (stage) => {
      const session = await stage.open({ fetches: false, heartbeat_interval: 0.25, max_queued_packets: 10 });
      session.raw.send(...Array.from({ length: 40 }, () => session.frame(binary, 10)));
      await session.settle();
      answerPings(session, (payload) => payload);
      await pause(1200);
      return session.fate();
    },
    godot: "CLOSED -1",
    ours: "OPEN",
    why: "silence of our own making",
  },
];

export const heartbeatRows: Row[] = both(heartbeat);
