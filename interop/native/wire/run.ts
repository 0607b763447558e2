/** Plays all rows with both peers, and makes the table of what was seen. */

import { EngineGone, startEngineFor } from "./godot.ts";
import type { Row } from "./row.ts";
import { Stage } from "./session.ts";
import type { Maker } from "./subject.ts";

/** Rows at a time for each of the two: enough to keep the engines from waiting, too few to keep them from working. */
const atATime = 8;
const longestPlayMs = 30_000;

export interface Seen {
  godot: string;
  ours: string;
}

export async function playAll(rows: readonly Row[], godot: Maker, ours: Maker): Promise<Map<Row, Seen>> {
  const seen = new Map(rows.map((row) => [row, { godot: "", ours: "" }]));
  const playWith = (who: keyof Seen, maker: Maker) =>
    inParallel(rows, async (row) => {
      seen.get(row)![who] =
        row.fatal && who === "godot" ? await playFatal(row) : await playOne(row, who, maker);
    });
  await Promise.all([playWith("godot", godot), playWith("ours", ours)]);
  return seen;
}

async function playFatal(row: Row): Promise<string> {
  const engine = await startEngineFor(row.role);
  const seen = await playOne(row, "godot", engine);
  await engine.stop();
  return seen;
}

async function playOne(row: Row, who: keyof Seen, maker: Maker): Promise<string> {
  const stage = new Stage(maker, row.role, row.platform);
  const play = (who === "ours" && row.playOurs) || row.play;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, longestPlayMs, `no end within ${longestPlayMs} ms`);
  });
  try {
    return await Promise.race([play(stage), tooLong]);
  } catch (error) {
    if (row.fatal && error instanceof EngineGone) return "the engine crashes";
    return `failed: ${error instanceof Error ? error.message : error}`;
  } finally {
    clearTimeout(timer);
    await stage.cleanUp().catch(() => {});
  }
}

async function inParallel(rows: readonly Row[], play: (row: Row) => Promise<void>): Promise<void> {
  const waiting = [...rows];
  const worker = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await play(row);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

const sections: Readonly<Record<string, string>> = {
  "1.1": "Properties and limits",
  "1.2": "Addresses and connecting",
  "1.3": "The client's request",
  "1.4": "What a client demands of the answer",
  "1.5": "What a server demands of the request",
  "1.6": "Frames",
  "1.7": "Buffers and overflow",
  "1.8": "States and closing",
  "1.9": "Heartbeat",
  "1.10": "Godot in a browser",
};

/** Markdown; rows of both roles that agree are one. */
export function formatTable(rows: readonly Row[], seen: ReadonlyMap<Row, Seen>, engine: string): string {
  const lines = [
    "# WebSocketPeer on the wire, line by line",
    "",
    `What Godot ${engine} did and what we did when the same octets came, or the same call was made. Written by`,
    "`WRITE_WIRE_TABLE=1 npm run interop -- wire-table`, which checks every line of it.",
    "",
    "A number behind CLOSED is the close code; ⏎ is CR LF, $ a port. The last column says why we do otherwise,",
    "where we do.",
  ];
  for (const [section, title] of Object.entries(sections)) {
    const own = rows.filter((row) => row.id.startsWith(`${section} `));
    if (own.length === 0) continue;
    lines.push("", `## ${title}`, "", "| tried | Godot is | Godot | we | why |", "|---|---|---|---|---|");
    lines.push(...formatRows(own, seen));
  }
  return `${lines.join("\n")}\n`;
}

function formatRows(rows: readonly Row[], seen: ReadonlyMap<Row, Seen>): string[] {
  const cells = rows.map((row) => ({ row, role: row.role as string, ...seen.get(row)! }));
  const merged = cells.filter((cell, i) => {
    const twin = cells
      .slice(0, i)
      .find(({ row, godot, ours }) => row.id === cell.row.id && godot === cell.godot && ours === cell.ours);
    if (twin === undefined) return true;
    twin.role = "either";
    return false;
  });
  return merged.map(({ row, role, godot, ours }) => {
    const same = godot === ours;
    return `| ${[row.id.slice(row.id.indexOf(" ")), role, godot, same ? "the same" : ours, row.why ?? ""].map(cell).join(" | ")} |`;
  });
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").trim();
}
