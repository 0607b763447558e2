// Makes docs/performance.md and its charts from files of results: `npm run bench:report -- bench/results/FILE...`. Rows that
// the first does not have are taken from the others.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { barChart } from "./report/chart.mjs";
import { intro, method, running, tuning, unreached } from "./report/prose.mjs";
import { repository } from "./suite/modules.mjs";
import { rows } from "./suite/rows.mjs";
import { goalText, ratioText, tableOf } from "./suite/table.mjs";

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("Usage: npm run bench:report -- bench/results/FILE...");
  process.exit(2);
}
/** @type {import("./suite/judge.mjs").RowSummary[]} */
const summaries = [];
/** @type {import("./suite/judge.mjs").Verdict[]} */
const verdicts = [];
/** Results of one file, and the rows that come from it. */
const runs = files.map((file) => {
  const results = JSON.parse(readFileSync(file, "utf8"));
  /** @type {import("./suite/judge.mjs").RowSummary[]} */
  const own = results.summaries;
  const taken = own.map(({ row }) => row).filter((id) => !summaries.some(({ row }) => row === id));
  summaries.push(...own.filter(({ row }) => taken.includes(row)));
  const judged = /** @type {import("./suite/judge.mjs").Verdict[]} */ (results.verdicts);
  verdicts.push(...judged.filter(({ goal }) => taken.includes(goal.row)));
  return { file, results, taken };
});
const names = [
  "ws",
  "net",
  "bun",
  "deno",
  "uws",
  "classic",
  "native",
  "msgpack",
  "msgpackr",
  "json",
  "gdcom",
].filter((name) => summaries.some(({ ratios }) => ratios[name] !== undefined));
const folder = join(repository, "docs");

/** @param {readonly string[][]} table */
function markdown([head = [], ...lines]) {
  const all = [head, head.map((_, i) => (i === 0 ? "---" : "--:")), ...lines];
  return all.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** @param {readonly import("./suite/judge.mjs").RowSummary[]} some */
function groupsOf(some) {
  return some.map(({ row, ratios }) => ({
    label: row,
    bars: names.flatMap((name) => {
      const value = ratios[name]?.median;
      return value === undefined || value === null ? [] : [{ name, value }];
    }),
  }));
}

const isWork = (/** @type {string} */ id) => rows.find((row) => row.id === id)?.measure === "work";
const charts = [
  ["performance-work.svg", "Work per CPU second: ours to theirs, right of the line is better", true],
  ["performance-memory.svg", "Memory and octets: ours to theirs, left of the line is better", false],
].flatMap(([name, title, work]) => {
  const some = summaries.filter(({ row }) => isWork(row) === work);
  if (some.length === 0) return [];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, String(name)), barChart(String(title), groupsOf(some), names));
  return [`![${title}](${name})`];
});

const circumstances = runs.map(({ results, taken }, i) => {
  const { commit, date, machine, versions, settings } = results;
  const versionList = Object.entries(versions)
    .filter(([name]) => names.includes(name))
    .map(([name, version]) => `${name}: ${version}`)
    .join("; ");
  const which = i === 0 ? "" : `${taken.join(", ")}: `;
  return `${which === "" ? "Commit" : `${which}commit`} ${commit}, ${date.slice(0, 10)}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB,
${machine.system}, Node ${machine.node}. ${settings.passes} passes, ${settings.seconds} s each after ${settings.warm} s.
${versionList}.`;
});
const verdictLines = verdicts.map(({ goal, got, reached }) => [
  goalText(goal).replace(">=", "≥").replace("<=", "≤"),
  ratioText(got),
  reached === undefined ? "not measured" : reached ? "reached" : "**below**",
]);
const figures = `## Result

${circumstances.join("\n\n")}

${charts.join("\n\n")}

${markdown(tableOf(rows, summaries, names))}

"load busy" is how much of its core the generator of load used, "others" how many cores all other processes did; \`~\` marks
medians of runs that they disturbed.

| row | what it is |
|---|---|
${summaries.map(({ row }) => `| ${row} | ${rows.find(({ id }) => id === row)?.title} |`).join("\n")}

### Against the goals

${markdown([["goal", "measured", ""], ...verdictLines])}`;

const nameOf = (/** @type {string} */ file) => {
  const path = relative(repository, file);
  return `\`${path.startsWith("..") ? basename(file) : path}\``;
};
const source = `Made from ${files.map(nameOf).join(", ")}.`;
const page = [intro, figures, unreached, method, running, tuning, source].join("\n\n");
writeFileSync(join(folder, "performance.md"), `${page}\n`);
console.log(join(folder, "performance.md"));
