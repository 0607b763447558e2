/** The rows of the table: what is done, and what comes of it with Godot and with us. */

import type { Stage } from "./session.ts";
import type { Platform, Role, Settings, Subject } from "./subject.ts";

/** Does the same to whichever peer is on the stage, and says what came of it. */
export type Play = (stage: Stage) => Promise<string>;

interface Case<Expected> {
  /** The section of the reference, and what is tried. */
  id: string;
  play: Play;
  godot: Expected;
  /** When it is not the same. */
  ours?: Expected;
  /** A word on that. */
  why?: string;
  /** Where our API has another way to the same place. */
  playOurs?: Play;
  /** The engine does not survive it, and so gets a process of its own. */
  fatal?: boolean;
}

export type RoleCase = Case<string>;
/** An object where the roles differ. */
export type BothCase = Case<string | Readonly<Record<Role, string>>>;

export interface Row extends RoleCase {
  role: Role;
  platform: Platform;
  ours: string;
}

export function client(cases: readonly BothCase[]): Row[] {
  return cases.map((each) => makeRow(each, "client"));
}

export function server(cases: readonly BothCase[]): Row[] {
  return cases.map((each) => makeRow(each, "server"));
}

export function both(cases: readonly BothCase[]): Row[] {
  return cases.flatMap((each) => [makeRow(each, "client"), makeRow(each, "server")]);
}

/** Clients in the web engine. */
export function web(cases: readonly RoleCase[]): Row[] {
  return cases.map((each) => makeRow(each, "client", "web"));
}

function makeRow(
  { godot, ours = godot, why, ...rest }: BothCase,
  role: Role,
  platform: Platform = "native",
): Row {
  const expected = { godot: ofRole(godot, role), ours: ofRole(ours, role) };
  // Where only one role differs, only that one needs a reason.
  const differs = expected.godot !== expected.ours || typeof ours === "string";
  return { ...rest, role, platform, ...expected, ...(why !== undefined && differs ? { why } : {}) };
}

function ofRole(expected: string | Readonly<Record<Role, string>>, role: Role): string {
  return typeof expected === "string" ? expected : expected[role];
}

const godotReasons: Readonly<Record<number, string>> = {
  1002: "Protocol error",
  1007: "Invalid frame payload data",
  1009: "Message too big",
};

/** A violation answered by closing. Godot tells the reason to its own side only. */
export const fails = (code: number): string => `sends close ${code}; CLOSED ${code} "${godotReasons[code]}"`;
export const failsBecause = (code: number, reason: string): string =>
  `sends close ${code} "${reason}"; CLOSED ${code} "${reason}"`;
export const saysWhy = "says why";

/** The peer does something while it is OPEN: what that returns, and what comes of it. */
export const act =
  (action: (peer: Subject) => Promise<string>, settings: Settings = {}): Play =>
  async (stage) => {
    const session = await stage.open(settings);
    const result = await action(session.peer);
    return `${result}; ${await session.outcome()}`;
  };
