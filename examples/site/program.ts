// What the examples do as programs: options of the command line, and errors without a stack. Knows nothing of pages.

import { parseArgs } from "node:util";

interface Option {
  readonly type: "string" | "boolean";
  readonly default?: string | boolean;
}

type ValueOf<Kind extends Option> = Kind extends { default: string | boolean }
  ? TypeOf<Kind>
  : TypeOf<Kind> | undefined;
type TypeOf<Kind extends Option> = Kind["type"] extends "boolean" ? boolean : string;

/** Ends the program with `usage` for --help, and for what is none of the options. */
export function readOptions<const Options extends Readonly<Record<string, Option>>>(
  usage: string,
  options: Options,
): { [Name in keyof Options]: ValueOf<Options[Name]> } {
  if (process.argv.includes("--help")) end(`Usage: ${usage}`, 0);
  try {
    const values: unknown = parseArgs({ options }).values;
    return values as { [Name in keyof Options]: ValueOf<Options[Name]> };
  } catch (error) {
    return end(`${messageOf(error)}\nUsage: ${usage}`, 2);
  }
}

/** What is started, or the end of the program when it cannot be: a port that is taken, say. */
export function started<Running>(starting: Promise<Running>): Promise<Running> {
  return starting.catch((error: unknown) => end(messageOf(error), 1));
}

function end(message: string, code: number): never {
  if (code === 0) console.log(message);
  else console.error(message);
  process.exit(code);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
