// Runs one case against one role and says in one line what came of it.

import { concat, decodeFrames, octetsOf } from "../../protocol/naive-frames.ts";
import { openEnd, type RecordedEnd, type Role } from "../../protocol/recorded-end.ts";
import { SeededRandom } from "../../protocol/seeded-random.ts";
import type { ConformanceCase } from "./cases.ts";
import { formatFrame, frameNames, normalise, parseStream, type Step } from "./notation.ts";

export interface Outcome {
  /** What the program was told. */
  readonly heard: string;
  /** Frames sent. */
  readonly answered: string;
  readonly state: string;
  /** The close code, for a connection that was failed. */
  readonly failedWith: number | undefined;
  readonly violation: string | undefined;
  /** Octets that had been pushed when it failed. */
  readonly failedAt: number | undefined;
}

export type Chunking = (bytes: Uint8Array) => readonly Uint8Array[];

export const whole: Chunking = (bytes) => [bytes];
export const singleOctets: Chunking = octetsOf;

export function randomCuts(seed: number): Chunking {
  const random = new SeededRandom(seed);
  return (bytes) => random.cut(bytes, random.pick([2, 5, 20, 200, 20_000]));
}

/** Sent behind what a case sends, when that was to be the end: none of it may be heard. */
const afterwards = "text 'afterwards'; ping 'afterwards'; close #4000";

/** What follows a case that leaves the connection fit: it has to close as any other. */
const finish = "close #1000 'finish'";

export function hasEnded(each: ConformanceCase): boolean {
  return each.behaviour !== "ok" || /(^|; )close/.test(each.hears);
}

export function stepsOf(each: ConformanceCase, role: Role): Step[] {
  const wrong = role === "server" ? "/bare" : "/mask";
  const stream = `${each.receives}; ${hasEnded(each) ? afterwards : finish}`;
  return parseStream(stream.replaceAll("/wrong", wrong), role);
}

/** The octet at which the connection has to be failed at the latest, counted over all that comes. */
export function markOf(steps: readonly Step[]): number | undefined {
  let octets = 0;
  for (const step of steps) {
    if ("closeCode" in step) continue;
    if (step.mark !== undefined) return octets + step.mark;
    octets += step.bytes.length;
  }
  return undefined;
}

export function runCase(each: ConformanceCase, role: Role, cut: Chunking): Outcome {
  const end = openEnd(role, { maxMessageBytes: 16 * 1024 * 1024, ...each.limits });
  let pushed = 0;
  let failedAt: number | undefined;
  const push = (bytes: Uint8Array): void => {
    for (const chunk of cut(bytes)) {
      end.receive(chunk);
      pushed += chunk.length;
      if (end.failures.length > 0) failedAt ??= pushed;
    }
  };
  let waiting: Uint8Array[] = [];
  for (const step of stepsOf(each, role)) {
    if (!("closeCode" in step)) {
      waiting.push(step.bytes);
      continue;
    }
    push(concat(waiting));
    waiting = [];
    end.protocol.sendClose(step.closeCode, "");
  }
  push(concat(waiting));
  return outcomeOf(end, failedAt);
}

function outcomeOf(end: RecordedEnd, failedAt: number | undefined): Outcome {
  const failure = end.failures[0];
  const sent = decodeFrames(end.take());
  const isFramingSound = sent.every(
    ({ fin, reserved, mask }) =>
      fin && reserved === 0 && (mask !== undefined) === (end.protocol.role === "client"),
  );
  if (!isFramingSound) throw new Error("a frame was sent that must not be sent");
  return {
    heard: end.heard
      .filter((event) => !event.startsWith("failure "))
      .map(formatEvent)
      .join("; "),
    answered: sent.map(({ opcode, payload }) => formatFrame(frameNames.get(opcode)!, payload)).join("; "),
    state: end.protocol.state,
    failedWith: failure?.closeCode,
    violation: failure?.violation,
    failedAt,
  };
}

/** Events as frames of the notation. */
function formatEvent(event: string): string {
  const close = /^close (\d+) (.*)$/s.exec(event);
  if (close !== null) {
    const code = Number(close[1]);
    const payload = code === 1005 ? new Uint8Array(0) : Uint8Array.of(code >> 8, code & 255);
    return formatFrame("close", concat([payload, new TextEncoder().encode(close[2])]));
  }
  const colon = event.indexOf(":");
  return formatFrame(event.slice(0, colon), Uint8Array.from(Buffer.from(event.slice(colon + 1), "latin1")));
}

/** What a case demands, in the form of an outcome; the octets of the close frame of a failure beyond its code are free. */
export function demandOf(each: ConformanceCase): Pick<Outcome, "heard" | "answered" | "failedWith"> {
  const last = hasEnded(each) ? "" : finish;
  return {
    heard: normalise(`${each.hears}; ${last}`),
    answered: normalise(`${each.answers}; ${last}`),
    failedWith: each.behaviour === "ok" ? undefined : each.behaviour,
  };
}

/** One line for the file of expected results; long payloads shortened, since the case itself is compared in full. */
export function summarise(outcome: Outcome): string {
  const end =
    outcome.failedWith === undefined
      ? outcome.state
      : `fails ${outcome.failedWith} ${outcome.violation} at octet ${outcome.failedAt}`;
  return `hears ${shorten(outcome.heard)} | answers ${shorten(outcome.answered)} | ${end}`;
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 120)}… (${text.length} characters)`;
}
