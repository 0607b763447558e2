// What the lines of the chat's server mean, as far as a page wants to know: they are made for people, and the same as in
// Godot's demo.

export type ChatLine =
  | { kind: "said"; name: string; text: string }
  | { kind: "came" | "left"; name: string }
  | { kind: "renamed"; name: string; newName: string }
  | { kind: "named"; name: string }
  | { kind: "taken"; name: string }
  | { kind: "here"; names: string[] }
  | { kind: "moved"; room: string }
  | { kind: "notice"; text: string };

/** Whatever is none of the others is a notice. Names have no brackets, spaces or commas in them. */
export function readChatLine(line: string): ChatLine {
  const [, name, rest] = /^\[([^\]]+)\] (.*)$/s.exec(line) ?? [];
  if (name !== undefined && rest !== undefined) return readNews(name, rest, line);
  const [, named] = /^You are now \[(.+)\]$/.exec(line) ?? [];
  if (named !== undefined) return { kind: "named", name: named };
  const [, taken] = /^(\S+) is taken$/.exec(line) ?? [];
  if (taken !== undefined) return { kind: "taken", name: taken };
  const [, here] = /^Here are: (.*)$/.exec(line) ?? [];
  if (here !== undefined) return { kind: "here", names: here.replace(/, and \d+ more$/, "").split(", ") };
  const [, room] = /^You are in (\S+), with \d+ more$/.exec(line) ?? [];
  if (room !== undefined) return { kind: "moved", room };
  return { kind: "notice", text: line };
}

function readNews(name: string, rest: string, line: string): ChatLine {
  if (rest.startsWith("Says: ")) return { kind: "said", name, text: rest.slice("Says: ".length) };
  if (rest === "connected") return { kind: "came", name };
  if (rest === "disconnected" || rest.startsWith("went to ")) return { kind: "left", name };
  const [, newName] = /^is now \[(.+)\]$/.exec(rest) ?? [];
  return newName === undefined ? { kind: "notice", text: line } : { kind: "renamed", name, newName };
}
