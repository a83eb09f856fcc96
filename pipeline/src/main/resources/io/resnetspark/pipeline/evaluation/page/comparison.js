"use strict";
// This model against others on the same images.

function drawComparisons() {
  if (data.comparisons.length === 0) return;
  section("comparison", "Comparison", `Against other models on the same ${format.count(data.examples)} images. Differences are the other model minus this one, in points of top-1.`,
    data.comparisons.map(comparison));
}

function comparison(other) {
  const up = other.difference > 0;
  const clear = other.mcnemar_exact_p < 0.05;
  const reach = Math.max(0.02, ...other.difference_ci95.map(Math.abs)) * 1.15;
  const verdict = clear
    ? `The other model is ${up ? "better" : "worse"} by ${Math.abs(100 * other.difference).toFixed(1)} points.`
    : "The difference could well be chance.";
  return el("div", {},
    el("h3", {}, other.second.arch, el("span", { class: "muted" }, "  " + other.second.source + ", " + other.second.precision)),
    el("p", {}, `${verdict} McNemar's exact test gives p = ${format.short(other.mcnemar_exact_p)}: ${format.count(other.only_second)} images only the other got right, ${format.count(other.only_first)} only this one.`),
    el("div", { class: "columns" },
      el("div", { class: "difference" },
        intervalBar(other.difference, other.difference_ci95, { low: -reach, high: reach, reference: 0, className: clear ? (up ? "change up" : "change") : "change chance" }),
        el("p", { class: "small muted" }, `${format.points(other.difference)} points, 95 % bootstrap interval ${format.points(other.difference_ci95[0])} to ${format.points(other.difference_ci95[1])}`)),
      table("Headline numbers", [
        { title: "", value: ([name]) => name },
        { title: "This", number: true, value: (row) => row[1] },
        { title: "Other", number: true, value: (row) => row[2] },
      ].map((column, i) => (i === 0 ? column : { ...column, show: (row) => row[i] })), [
        ["Top-1", format.percent(data.top1), format.percent(other.top1)],
        ["Top-5", format.percent(data.top5), format.percent(other.top5)],
        ["Loss", format.decimal(data.loss), format.decimal(other.loss)],
        ["Calibration error", format.percent(data.ece, 2), format.percent(other.ece, 2)],
      ])),
    folded("Classes by change", table("Classes by change", [
      { title: "Class", value: (row) => row.label },
      { title: "Examples", number: true, value: (row) => row.support, show: (row) => format.count(row.support) },
      { title: "Recall, this", number: true, value: (row) => row.recall_first, show: (row) => format.percent(row.recall_first) },
      { title: "Recall, other", number: true, value: (row) => row.recall_second, show: (row) => format.percent(row.recall_second) },
      { title: "Change of F1", number: true, value: (row) => row.f1_second - row.f1_first, show: (row) => format.points(isNumber(row.f1_second) && isNumber(row.f1_first) ? row.f1_second - row.f1_first : null) },
    ], other.per_class, { sortable: true })),
    other.flipped.length ? folded("Images on which they differ", imageList(other.flipped.map(flipCard))) : null);
}
