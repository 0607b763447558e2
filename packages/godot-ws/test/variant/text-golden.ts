// What a real Godot 4.6 prints and parses (interop/native/variant-text.test.ts makes and checks the data).

import { readFileSync } from "node:fs";
import { bytesToVar } from "../../src/variant/decode.ts";
import type { Variant } from "../../src/variant/variant.ts";

export interface PrintedRow {
  readonly kind:
    | "plain"
    | "math"
    | "text"
    | "path"
    | "reference"
    | "packed"
    | "container"
    | "object"
    | "number"
    | "vector"
    | "color";
  /** `var_to_bytes` in base64. */
  readonly bytes: string;
  /** Empty for objects, whose ids differ with every run. */
  readonly str: string;
  /** `var_to_str`. */
  readonly text: string;
}

export interface ParsedRow {
  readonly text: string;
  /** `var_to_bytes` of the value in base64; null for what is refused. */
  readonly bytes: string | null;
}

const golden = JSON.parse(readFileSync(new URL("golden/text-4.6.json", import.meta.url), "utf8")) as {
  values: PrintedRow[];
  parsed: ParsedRow[];
};

export const printedRows: readonly PrintedRow[] = golden.values;
export const parsedRows: readonly ParsedRow[] = golden.parsed;

/** The value of a row, with ints and floats told apart. */
export function valueOfRow(row: { readonly bytes: string }): Variant {
  return bytesToVar(fromBase64(row.bytes), { keepKinds: true, allowObjects: true });
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "base64"));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
