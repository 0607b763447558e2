// What a subcommand is, and how all of them read their arguments.

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** Throws UsageProblem for arguments that make no sense. Returns when the work is done. */
  run(args: string[]): Promise<void>;
}

/** The person at the keyboard can mend it: shown as one line, with exit code 2. */
export class UsageProblem extends Error {}

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65535) return port;
  throw new UsageProblem(`--port is a number from 0 to 65535, not ${JSON.stringify(text)}`);
}
