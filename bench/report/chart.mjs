// A bar chart as SVG: one group of bars a row, on a logarithmic scale around 1, which is ours.

/** @typedef {{ label: string, bars: readonly { name: string, value: number }[] }} Group */

const width = 760;
const labelWidth = 250;
const barHeight = 13;
const groupGap = 14;
const top = 46;
const colors = ["#478cbf", "#8a8f98", "#e0a458", "#7fb069", "#b56576", "#6d597a", "#355070"];

/** @param {string} text */
const escapeXml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** @param {number} value */
const label = (value) =>
  value < 0.095 ? value.toFixed(3) : value < 9.95 ? value.toFixed(2) : value.toFixed(1);

/**
 * @param {string} title
 * @param {readonly Group[]} groups
 * @param {readonly string[]} names in the order of the legend
 */
export function barChart(title, groups, names) {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const [least, most] = [Math.min(0.5, ...values), Math.max(2, ...values)];
  const scale = (width - labelWidth - 60) / Math.log(most / least);
  const x = (/** @type {number} */ value) => labelWidth + Math.log(value / least) * scale;
  let y = top;
  const parts = [];
  for (const group of groups) {
    const middle = y + (group.bars.length * barHeight) / 2 + 4;
    parts.push(text(labelWidth - 10, middle, group.label, "end"));
    for (const { name, value } of group.bars) {
      const [left, right] = [Math.min(x(1), x(value)), Math.max(x(1), x(value))];
      const color = colors[names.indexOf(name) % colors.length];
      const size = `x="${left.toFixed(1)}" y="${y}" width="${Math.max(1, right - left).toFixed(1)}"`;
      parts.push(`<rect ${size} height="${barHeight - 2}" fill="${color}"/>`);
      parts.push(text(right + 5, y + 10, label(value), "start"));
      y += barHeight;
    }
    y += groupGap;
  }
  const legend = names.map((name, i) => {
    const left = labelWidth + i * Math.min(82, (width - labelWidth) / names.length);
    const color = colors[i % colors.length];
    return `<rect x="${left}" y="24" width="10" height="10" fill="${color}"/>${text(left + 14, 33, name, "start")}`;
  });
  const line = `<line x1="${x(1).toFixed(1)}" x2="${x(1).toFixed(1)}" y1="${top - 6}" y2="${y - groupGap + 4}" stroke="#555"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="sans-serif" font-size="11">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${y}" fill="#fff"/>`,
    `<text x="${labelWidth}" y="15" font-size="13" font-weight="bold">${escapeXml(title)}</text>`,
    ...legend,
    ...parts,
    line,
    "</svg>\n",
  ].join("\n");
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 * @param {"start" | "end"} anchor
 */
function text(x, y, content, anchor) {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="#222">${escapeXml(content)}</text>`;
}
