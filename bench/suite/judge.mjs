// From single runs to medians, ratios and verdicts.

/** @typedef {import("./rows.mjs").Row} Row */
/** @typedef {import("./goals.mjs").Goal} Goal */
/** @typedef {{ row: string, opponent: string, pass: number, attempt: number, disturbed: boolean, result: Record<string, any> }} Run */
/** @typedef {{ median: number, least: number, most: number, count: number, disturbed: boolean }} Figure */

/** More CPU seconds of others in a second than this, and a run counts as disturbed. */
export const tolerableOtherLoad = 0.25;

/** @param {Record<string, any>} result */
export function isDisturbed({ otherCpu = 0, seconds = 1 }) {
  return otherCpu / seconds > tolerableOtherLoad;
}

/** What is wrong with what came back, if anything. @param {Record<string, any>} result */
export function faultOf(result) {
  const faults = ["lost", "wrong", "gaps", "garbled", "strays"].filter((name) => result[name] > 0);
  return faults.length === 0 ? undefined : faults.map((name) => `${result[name]} ${name}`).join(", ");
}

/** @param {Row} row @param {Record<string, any>} result @returns {number} */
export function measureOf(row, result) {
  return row.measure === "work" ? result.work / result.serverCpu : result[row.measure];
}

/** @param {Record<string, any>} result @param {"delivered" | "p99"} value */
function ownValue(result, value) {
  // More arrives than was sent when what waited from before is caught up with.
  return value === "delivered" ? Math.min(result.work, result.due) / result.offered : result[value];
}

/** @param {readonly { value: number, disturbed: boolean }[]} values @returns {Figure | undefined} */
function figure(values) {
  // Disturbed runs count only where there is nothing better.
  const valid = values.filter(({ value }) => Number.isFinite(value));
  const calm = valid.filter(({ disturbed }) => !disturbed);
  const used = (calm.length > 0 ? calm : valid).map(({ value }) => value).sort((a, b) => a - b);
  if (used.length === 0) return undefined;
  const middle = used.length >> 1;
  const upper = /** @type {number} */ (used[middle]);
  const lower = /** @type {number} */ (used[(used.length - 1) >> 1]);
  return {
    median: (lower + upper) / 2,
    least: /** @type {number} */ (used[0]),
    most: /** @type {number} */ (used.at(-1)),
    count: used.length,
    disturbed: calm.length === 0,
  };
}

/** The least disturbed attempt of a pass. @param {readonly Run[]} runs @param {string} row @param {string} opponent */
function attemptsByPass(runs, row, opponent) {
  /** @type {Map<number, Run>} */
  const best = new Map();
  for (const run of runs) {
    if (run.row !== row || run.opponent !== opponent || faultOf(run.result) !== undefined) continue;
    const before = best.get(run.pass);
    if (before === undefined || run.result.otherCpu < before.result.otherCpu) best.set(run.pass, run);
  }
  return best;
}

/**
 * @param {readonly Run[]} runs
 * @param {Row} row
 */
export function summarizeRow(runs, row) {
  const ours = attemptsByPass(runs, row.id, "ours");
  const own = (/** @type {(result: Record<string, any>) => number} */ value) =>
    figure([...ours.values()].map(({ result, disturbed }) => ({ value: value(result), disturbed })));
  /** @type {Record<string, Figure | undefined>} */
  const ratios = {};
  /** @type {Record<string, Figure | undefined>} */
  const measures = { ours: own((result) => measureOf(row, result)) };
  for (const opponent of row.opponents) {
    const theirs = attemptsByPass(runs, row.id, opponent);
    measures[opponent] = figure(
      [...theirs.values()].map(({ result, disturbed }) => ({ value: measureOf(row, result), disturbed })),
    );
    ratios[opponent] = figure(
      [...ours].flatMap(([pass, mine]) => {
        const other = theirs.get(pass);
        if (other === undefined) return [];
        const value = measureOf(row, mine.result) / measureOf(row, other.result);
        return [{ value, disturbed: mine.disturbed || other.disturbed }];
      }),
    );
  }
  return {
    row: row.id,
    measures,
    ratios,
    values: { delivered: own((r) => ownValue(r, "delivered")), p99: own((r) => ownValue(r, "p99")) },
    // Where it had no time left, the server may have been able to do more.
    loadBusy: own(({ loadCpu, seconds }) => loadCpu / seconds),
    otherLoad: own(({ otherCpu, seconds }) => otherCpu / seconds),
  };
}

/** @typedef {ReturnType<typeof summarizeRow>} RowSummary */

/** @typedef {{ goal: Goal, got: Figure | undefined, reached: boolean | undefined }} Verdict */

/**
 * Each goal of the rows that were measured. `reached` is undefined where the opponent is missing.
 * @param {readonly RowSummary[]} summaries
 * @param {readonly Goal[]} goals
 * @returns {Verdict[]}
 */
export function judge(summaries, goals) {
  const measured = goals.filter(({ row }) => summaries.some((summary) => summary.row === row));
  return measured.map((goal) => {
    const summary = summaries.find(({ row }) => row === goal.row);
    const {
      against,
      value = "p99",
      atLeast = Number.NEGATIVE_INFINITY,
      atMost = Number.POSITIVE_INFINITY,
    } = goal;
    const got = against === undefined ? summary?.values[value] : summary?.ratios[against];
    if (got === undefined) return { goal, got, reached: undefined };
    return { goal, got, reached: got.median >= atLeast && got.median <= atMost };
  });
}
