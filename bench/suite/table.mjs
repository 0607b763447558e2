// What is printed at the end.

/** @typedef {import("./judge.mjs").Figure} Figure */

/** @param {number} value */
export function short(value) {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)} k`;
  return value.toPrecision(3);
}

/** @param {Figure | undefined} figure */
export function ratioText(figure) {
  if (figure === undefined) return "-";
  const { median } = figure;
  const text = median < 0.1 ? median.toFixed(3) : median < 10 ? median.toFixed(2) : median.toFixed(1);
  return figure.disturbed ? `${text}~` : text;
}

/** @param {import("./goals.mjs").Goal} goal */
export function goalText({ row, against, value, atLeast, atMost }) {
  const bound = atLeast !== undefined ? `>= ${atLeast}` : `<= ${Number(atMost?.toFixed(3))}`;
  return `${row} ${against === undefined ? value : `against ${against}`} ${bound}`;
}

/**
 * @param {readonly import("./rows.mjs").Row[]} rows
 * @param {readonly import("./judge.mjs").RowSummary[]} summaries
 * @param {readonly string[]} opponents
 * @returns {string[][]} with a head
 */
export function tableOf(rows, summaries, opponents) {
  const head = ["row", "ours", ...opponents.map((name) => `to ${name}`), "p99 ms", "load busy", "others"];
  const lines = summaries.map((summary) => {
    const row = rows.find(({ id }) => id === summary.row);
    const own = summary.measures.ours;
    const unit = row?.measure === "work" ? `${row.unit}/CPU s` : row?.unit;
    const p99 = summary.values.p99?.median;
    return [
      summary.row,
      own === undefined ? "-" : `${short(own.median)} ${unit}`,
      ...opponents.map((name) => ratioText(summary.ratios[name])),
      p99 === undefined ? "" : p99.toFixed(1),
      summary.loadBusy === undefined ? "" : `${Math.round(summary.loadBusy.median * 100)} %`,
      summary.otherLoad === undefined ? "" : summary.otherLoad.median.toFixed(2),
    ];
  });
  return [head, ...lines];
}

/** @param {readonly string[][]} table */
export function alignTable(table) {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((line) => line[column]?.length ?? 0)),
  );
  return table
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}
