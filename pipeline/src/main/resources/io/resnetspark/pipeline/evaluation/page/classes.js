"use strict";
// Every class: precision, recall and F1 with their intervals, areas under the curves; and the slices of the dataset.

const FILTER_FROM = 15;

function drawClasses() {
  const scale = commonScale(data.per_class.map((row) => row.f1_ci95));
  const columns = [
    { title: "Class", value: (row) => row.label },
    { title: "Examples", number: true, value: (row) => row.support, show: (row) => format.count(row.support) },
    { title: "Precision", number: true, value: (row) => row.precision, show: (row) => format.percent(row.precision) },
    { title: "Recall", number: true, value: (row) => row.recall, show: (row) => format.percent(row.recall) },
    { title: "F1", number: true, value: (row) => row.f1, show: (row) => format.percent(row.f1) },
    { title: "95 % interval of F1", number: true, value: (row) => row.f1_ci95[0], show: (row) => format.range(row.f1_ci95) },
    { title: scale.title, value: (row) => row.f1, show: (row) => intervalBar(row.f1, row.f1_ci95, { ...scale, reference: data.averages.macro.f1 }) },
    { title: "ROC AUC", number: true, value: (row) => row.roc_auc, show: (row) => format.decimal(row.roc_auc, 4) },
    { title: "Average precision", number: true, value: (row) => row.average_precision, show: (row) => format.decimal(row.average_precision, 4) },
  ];
  const build = (rows) => table("Classes", columns, rows, { sortable: true, sortedBy: 4 });
  const box = el("div", {}, build(data.per_class));
  const search = el("input", {
    type: "search", placeholder: "Find a class", "aria-label": "Find a class",
    input: () => box.replaceChildren(build(data.per_class.filter((row) => row.label.toLowerCase().includes(search.value.toLowerCase())))),
  });
  section("classes", "Classes", "The weakest first. The line marks the macro average; a dash means undefined, such as the recall of a class without examples. Intervals: Wilson for precision and recall, Wilson-indirect for F1.",
    data.per_class.length > FILTER_FROM ? el("div", { class: "controls" }, search) : null, box, averages());
}

function averages() {
  const rows = [["macro", "every class counts the same"], ["weighted", "classes count by their examples"], ["micro", "all decisions pooled"]];
  const columns = [
    { title: "Average", value: ([name]) => name, show: ([name, note]) => [name, el("span", { class: "muted small" }, "  " + note)] },
    ...[["Precision", "precision"], ["Recall", "recall"], ["F1", "f1"]].map(([title, key]) => ({
      title, number: true, value: ([name]) => data.averages[name][key],
      show: ([name]) => [format.percent(data.averages[name][key]), el("div", { class: "muted small" }, format.range(data.averages[name][key + "_ci95"]))],
    })),
    ...[["ROC AUC", "roc_auc"], ["Average precision", "average_precision"]].map(([title, key]) => ({
      title, number: true, value: ([name]) => data.averages[name][key], show: ([name]) => format.decimal(data.averages[name][key], 4),
    })),
  ];
  return el("div", {}, el("h3", {}, "Averages over the classes"), el("p", { class: "muted small" }, "Below each average its 95 % interval."), table("Averages over the classes", columns, rows));
}

function drawSlices() {
  if (data.slices.length === 0) return;
  const byColumn = groupByColumn(data.slices);
  const scale = commonScale(data.slices.map((slice) => slice.top1_ci95));
  section("slices", "Slices", `Accuracy by what the dataset knows about each image. The line marks the accuracy over all, ${format.percent(data.top1)}.`,
    [...byColumn].map(([column, slices]) => el("div", {}, el("h3", {}, column), table("Slices by " + column, [
      { title: column, value: (row) => row.value },
      { title: "Examples", number: true, value: (row) => row.examples, show: (row) => format.count(row.examples) },
      { title: "Top-1", number: true, value: (row) => row.top1, show: (row) => format.percent(row.top1) },
      { title: "95 % interval", number: true, value: (row) => row.top1_ci95[0], show: (row) => format.range(row.top1_ci95) },
      { title: scale.title, value: (row) => row.top1, show: (row) => intervalBar(row.top1, row.top1_ci95, { ...scale, reference: data.top1 }) },
      { title: "Top-5", number: true, value: (row) => row.top5, show: (row) => format.percent(row.top5) },
      { title: "Loss", number: true, value: (row) => row.loss, show: (row) => format.decimal(row.loss) },
    ], slices, { sortable: true }))));
}

function groupByColumn(slices) {
  const groups = new Map();
  for (const slice of slices) {
    groups.set(slice.column, [...(groups.get(slice.column) ?? []), slice]);
  }
  return groups;
}
