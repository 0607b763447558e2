/** The rows of the table: what is done, and what comes of it with Godot and with us. */

import type { Stage } from "./session.ts";
import type { Role } from "./subject.ts";

/** Does the same to whichever peer is on the stage, and says what came of it. */
export type Play = (stage: Stage) => Promise<string>;

export interface Case {
  /** The section of the reference, and what is tried. */
  id: string;
  play: Play;
  godot: string;
  ours: string;
  /** Needed when we do otherwise. */
  why?: string;
  /** Where our API has another way to the same place. */
  playOurs?: Play;
}

export interface Row extends Case {
  role: Role;
}

export function client(cases: readonly Case[]): Row[] {
  return cases.map((each) => ({ ...each, role: "client" }));
}

export function server(cases: readonly Case[]): Row[] {
  return cases.map((each) => ({ ...each, role: "server" }));
}

/** Both roles, which behave alike. */
export function both(cases: readonly Case[]): Row[] {
  return cases.flatMap((each) => [...client([each]), ...server([each])]);
}

/** Reasons to differ that come again and again. */
export const because = {
  rfc: "RFC 6455",
  http: "HTTP",
  strict: "stricter HTTP",
  told: "says why",
  safe: "safety",
  early: "caller's mistake",
  words: "own words",
  noLoss: "nothing lost",
  bounded: "bounded",
} as const;
