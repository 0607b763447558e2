// The program `godot-ws`: finds the subcommand and turns errors into lines for people.

import { type Command, UsageProblem } from "./command.ts";
import { echoCommand } from "./echo-command.ts";
import { serveCommand } from "./serve-command.ts";
import { version } from "./version.ts";

const commands: readonly Command[] = [serveCommand, echoCommand];

const helpOptions: readonly string[] = ["--help", "-h"];

const help = `Usage: godot-ws [command] [options]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join("\n")}

  godot-ws <command> --help   more about a command
  godot-ws --version          the version`;

/** Runs the program; returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === "--version") return print(version);
  if (first === "help") return print(commands.find(({ name }) => name === rest[0])?.help ?? help);
  if (first !== undefined && helpOptions.includes(first)) return print(help);
  const named = commands.find(({ name }) => name === first);
  if (named === undefined && first !== undefined && !first.startsWith("-")) {
    return fail(`there is no command ${first}\n\n${help}`, 2);
  }
  const command = named ?? serveCommand;
  const own = named === undefined ? [...args] : rest;
  if (own.some((option) => helpOptions.includes(option))) return print(command.help);
  try {
    await command.run(own);
    return 0;
  } catch (error) {
    return report(error, command);
  }
}

function print(text: string): number {
  console.log(text);
  return 0;
}

function fail(text: string, code: number): number {
  console.error(`godot-ws: ${text}`);
  return code;
}

function report(error: unknown, { name }: Command): number {
  const hint = `see godot-ws ${name} --help`;
  if (error instanceof UsageProblem) return fail(`${error.message} (${hint})`, 2);
  if (!(error instanceof Error)) throw error;
  const code = "code" in error ? String(error.code) : "";
  if (code.startsWith("ERR_PARSE_ARGS")) return fail(`${firstSentence(error.message)} (${hint})`, 2);
  if (code === "EADDRINUSE") {
    const port = "port" in error ? ` ${error.port}` : "";
    return fail(`the port${port} is in use already: choose another with --port`, 1);
  }
  return fail(error.message, 1);
}

// Node adds advice on escaping that has nothing to do with our options.
function firstSentence(message: string): string {
  return message.split(/\.\s/, 1)[0]!;
}
