// The program's log: lines for people on a terminal, or JSON for machines.

import pino, { type Logger } from "pino";
import pretty from "pino-pretty";

export type LogFormat = "text" | "json";

/** Writes to standard output. */
export function createLog(format: LogFormat): Logger {
  if (format === "json") return pino({ base: null });
  const lines = pretty({
    colorize: process.stdout.isTTY ?? false,
    ignore: "pid,hostname,room,peer,from,status",
    translateTime: "SYS:HH:MM:ss",
    messageFormat: "{if room}[{room}] {end}{if peer}peer {peer} {end}{msg}{if from} (from {from}){end}",
    sync: true,
  });
  return pino({ base: null }, lines);
}
