/**
 * How Godot's WebSocketPeer behaves on the wire, line by line, and what we do in the same place. Every row is played
 * with a native engine and with us; the table of what was seen is printed, and with WRITE_WIRE_TABLE=1 written to
 * docs/wire-table.md.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineVersion, nativeEngine } from "../harness/engine.ts";
import { GodotEngines } from "./wire/godot.ts";
import { ours } from "./wire/ours.ts";
import type { Row } from "./wire/row.ts";
import { answerRows } from "./wire/rows-answer.ts";
import { connectRows } from "./wire/rows-connect.ts";
import { frameRows } from "./wire/rows-frames.ts";
import { heartbeatRows } from "./wire/rows-heartbeat.ts";
import { overflowRows } from "./wire/rows-overflow.ts";
import { requestRows } from "./wire/rows-request.ts";
import { stateRows } from "./wire/rows-states.ts";
import { webRows } from "./wire/rows-web.ts";
import { formatTable, playAll, type Seen } from "./wire/run.ts";

const native = nativeEngine();
const document = new URL("../../docs/wire-table.md", import.meta.url);
const longestRunMs = 170_000;

const untimedRows = [
  connectRows,
  answerRows,
  requestRows,
  frameRows,
  overflowRows,
  stateRows,
  webRows,
].flat();
const rows: readonly Row[] = [...untimedRows, ...heartbeatRows];

describe("the rows", () => {
  test("are named once for each role", () => {
    const names = rows.map(({ id, role }) => `${id} (${role})`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test("say why wherever we do otherwise, and only there", () => {
    const wrong = rows.filter(({ godot, ours, why }) => (godot !== ours) !== (why !== undefined));
    expect(wrong.map(({ id, role }) => `${id} (${role})`)).toEqual([]);
  });
});

describe.skipIf(!native.ok)(`WebSocketPeer on the wire${native.ok ? "" : ` - ${native.reason}`}`, () => {
  let engines: GodotEngines;
  let seen: Map<Row, Seen>;

  beforeAll(async () => {
    engines = await GodotEngines.start();
    const untimed = await playAll(untimedRows, engines, ours);
    // What goes by the clock is played when nothing else keeps the processor busy.
    seen = new Map([...untimed, ...(await playAll(heartbeatRows, engines, ours))]);
  }, longestRunMs);

  afterAll(() => engines.stop());

  for (const row of rows) {
    test(`${row.id} (${row.role})`, () => {
      expect(seen.get(row)).toEqual({ godot: row.godot, ours: row.ours });
    });
  }

  test("the engines found nothing else wrong", async () => {
    await engines.quit();
  });

  test("docs/wire-table.md is what was seen", () => {
    const table = formatTable(rows, seen, engineVersion("native").split(".stable")[0]!);
    console.log(table);
    if (process.env["WRITE_WIRE_TABLE"] === "1") writeFileSync(document, table);
    expect(readFileSync(document, "utf8")).toBe(table);
  });
});
