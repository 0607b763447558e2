// The benchmarks. `npm run bench -- --help` tells the options.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { prepareGenerator } from "./suite/generator.mjs";
import { goals } from "./suite/goals.mjs";
import { faultOf, isDisturbed, judge, measureOf, summarizeRow } from "./suite/judge.mjs";
import { commitOf, describeMachine } from "./suite/machine.mjs";
import { benchFolder } from "./suite/modules.mjs";
import { findOpponents } from "./suite/opponents.mjs";
import { rows as allRows } from "./suite/rows.mjs";
import { runOnce } from "./suite/run-row.mjs";
import { alignTable, goalText, ratioText, short, tableOf } from "./suite/table.mjs";

const help = `Usage: npm run bench -- [options]

  --quick              one short pass of most rows, against ws, net, native Godot and @msgpack/msgpack: two minutes
  --rows A,B           only these rows: ${allRows.map(({ id }) => id).join(", ")}
  --opponents A,B      only these: ws, net, bun, deno, uws, native, classic, msgpack, msgpackr, json, gdcom
  --passes N           passes, each with the order rotated            (default 3)
  --seconds N          measured in each run                           (default 3)
  --warm N             before that                                    (default 1)
  --retries N          of a run that others' load disturbed           (default 2, quick: 0)
  --tree DIR           measure the build in another checkout
  --commit NAME        what to record for a tree that is no checkout
  --output FILE        default bench/results/<date>-<commit>.json`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rows: { type: "string" },
    opponents: { type: "string" },
    passes: { type: "string" },
    seconds: { type: "string" },
    warm: { type: "string" },
    retries: { type: "string" },
    tree: { type: "string" },
    commit: { type: "string" },
    output: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}

const { quick } = values;
const passes = Number(values.passes ?? (quick ? 1 : 3));
const retries = Number(values.retries ?? (quick ? 0 : 2));
const tree = values.tree === undefined ? undefined : resolve(values.tree);
const settings = {
  generator: prepareGenerator(),
  warm: Number(values.warm ?? (quick ? 0.5 : 1)),
  seconds: Number(values.seconds ?? (quick ? 0.8 : 3)),
  tree,
};

const found = findOpponents();
const wanted = choose(
  values.opponents,
  Object.keys(found),
  quick ? ["ws", "net", "native", "msgpack"] : Object.keys(found),
).filter((name) => name !== "ours");
for (const name of wanted)
  if (typeof found[name] === "string") console.log(`without ${name}: ${found[name]}`);
const opponents = wanted.filter((name) => typeof found[name] === "object");
const rowIds = choose(
  values.rows,
  allRows.map(({ id }) => id),
  allRows.filter(({ isSlow }) => !(quick && isSlow)).map(({ id }) => id),
);
const rows = allRows.filter(({ id }) => rowIds.includes(id));

const startedAt = new Date();
const machine = describeMachine();
const commit = values.commit ?? commitOf(tree);

/** @type {import("./suite/judge.mjs").Run[]} */
const runs = [];
/** @type {string[]} */
const faults = [];

for (let pass = 0; pass < passes; pass++) {
  for (const [index, row] of rows.entries()) {
    const names = ["ours", ...opponents.filter((name) => row.opponents.includes(name))];
    // Nobody is always the first on a cool, or the last on a warm machine.
    const shift = (pass + index) % names.length;
    for (const name of [...names.slice(shift), ...names.slice(0, shift)]) await measure(row, name, pass);
  }
}

const summaries = rows.map((row) => summarizeRow(runs, row));
const verdicts = judge(summaries, goals);
report();
process.exitCode = verdicts.some(({ reached }) => reached === false) || faults.length > 0 ? 1 : 0;

/**
 * @param {import("./suite/rows.mjs").Row} row
 * @param {string} name
 * @param {number} pass
 */
async function measure(row, name, pass) {
  const opponent = /** @type {import("./suite/opponents.mjs").Opponent} */ (found[name]);
  for (let attempt = 0; attempt <= retries; attempt++) {
    try {
      const result = await runOnce(row, opponent, name === "native", settings);
      if (result === undefined) return;
      const disturbed = isDisturbed(result);
      runs.push({ row: row.id, opponent: name, pass, attempt, disturbed, result });
      const fault = faultOf(result);
      if (fault !== undefined) faults.push(`${row.id}, ${name}: ${fault}`);
      const note = fault ?? (disturbed ? `disturbed: others used ${result.otherCpu} CPU s` : "");
      console.log(
        `${pass + 1}/${passes}  ${row.id.padEnd(12)}  ${name.padEnd(8)}  ${describe(row, result)}  ${note}`,
      );
      if (!disturbed) return;
    } catch (error) {
      faults.push(`${row.id}, ${name}: ${error instanceof Error ? error.message : error}`);
      console.log(`${pass + 1}/${passes}  ${row.id.padEnd(12)}  ${name.padEnd(8)}  ${faults.at(-1)}`);
      return;
    }
  }
}

/**
 * @param {import("./suite/rows.mjs").Row} row
 * @param {Record<string, any>} result
 */
function describe(row, result) {
  const figure = `${short(measureOf(row, result))} ${row.unit}`;
  return row.measure === "work" ? `${figure}/CPU s` : figure;
}

function report() {
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
  console.log(`\n${alignTable(tableOf(rows, summaries, opponents))}`);
  console.log(`\nours / theirs in one pass, median of ${passes}; ~ others used the machine. ${seconds} s.`);
  for (const { goal, got, reached } of verdicts) {
    if (reached === false) console.log(`BELOW GOAL  ${goalText(goal)}: ${ratioText(got)}`);
    if (reached === undefined) console.log(`not judged  ${goalText(goal)}: not measured`);
  }
  for (const fault of faults) console.log(`FAULT  ${fault}`);
  const file =
    values.output ?? join(benchFolder, "results", `${startedAt.toISOString().slice(0, 10)}-${commit}.json`);
  mkdirSync(join(file, ".."), { recursive: true });
  const versions = Object.fromEntries(
    Object.entries(found).flatMap(([name, one]) => (typeof one === "string" ? [] : [[name, one.version]])),
  );
  const { warm, seconds: measured } = settings;
  const content = {
    date: startedAt.toISOString(),
    seconds,
    commit,
    machine,
    versions,
    settings: { warm, seconds: measured, passes, quick, retries },
    summaries,
    verdicts,
    faults,
    runs,
  };
  writeFileSync(file, `${JSON.stringify(content, undefined, 1)}\n`);
  console.log(`\n${file}`);
}

/**
 * @param {string | undefined} list
 * @param {readonly string[]} known
 * @param {readonly string[]} otherwise
 */
function choose(list, known, otherwise) {
  if (list === undefined) return [...otherwise];
  const names = list.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  console.error(`what is ${unknown}? There are ${known.join(", ")}`);
  process.exit(2);
}
