// The golden files: what real engines wrote and read, 4.6.3 and 3.6.2. `golden/README.md` says how they are made.

import { readFileSync } from "node:fs";
import type { Description } from "./described.ts";

export interface GoldenVector {
  readonly name: string;
  /** With whole objects. */
  readonly full_objects: boolean;
  readonly value: Description;
  readonly hex: string;
  /** What the engine made of its own bytes, when that is not `value`. */
  readonly decoded?: Description;
  readonly reencodes_identically: boolean;
  /** False when the engine refused to write it. */
  readonly encodes?: boolean;
}

export interface GoldenInput {
  readonly name: string;
  readonly hex: string;
  readonly with_objects: boolean;
  /** Whether the engine read it without an error. */
  readonly ok: boolean;
  readonly result: Description;
}

export interface GoldenArguments {
  readonly name: string;
  readonly allow_object_decoding: boolean;
  readonly args: readonly Description[];
  /** A single PackedByteArray is sent as it is, and so is no argument at all. */
  readonly flag_byte_only_or_no_args: boolean;
  readonly args_hex: string;
  readonly round_trips: boolean;
  readonly received_args?: readonly Description[];
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8"));
}

export interface GoldenFile {
  readonly vectors: readonly GoldenVector[];
  readonly decode: readonly GoldenInput[];
}

export const golden46 = read("variant-4.6") as GoldenFile;
export const golden36 = read("variant-3.6") as GoldenFile;
export const goldenArguments = (read("compressed-4.6") as { vectors: readonly GoldenArguments[] }).vectors;
