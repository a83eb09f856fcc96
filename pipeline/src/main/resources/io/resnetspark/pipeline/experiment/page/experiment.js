"use strict";
// The page of an experiment: the claim, its charts, the numbers over the seeds, and how they came about.

const judgedName = data.judged.toLowerCase();

const measures = {
  train_error: { title: "Training error", show: (value) => format.percent(value, 2), share: true },
  judged_error: { title: data.judged + " error", show: (value) => format.percent(value, 2), share: true },
  train_loss: { title: "Training loss", show: (value) => format.decimal(value), unit: "nats" },
  judged_loss: { title: data.judged + " loss", show: (value) => format.decimal(value), unit: "nats" },
  seconds: { title: "Time", show: format.seconds, tick: format.seconds },
  worker_bytes: { title: "Sent by a worker", show: bytes, tick: bytes },
  driver_bytes: { title: "Through the driver", show: bytes, tick: bytes },
};

function bytes(value) {
  if (!isNumber(value)) return UNDEFINED;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${format.short(value)} ${units[unit]}`;
}

/** A mean, and its deviation where there is one. */
function spread({ mean, deviation }, measure) {
  const { show, share } = measures[measure];
  if (!isNumber(mean)) return UNDEFINED;
  if (!isNumber(deviation)) return show(mean);
  return share ? `${(100 * mean).toFixed(2)} ± ${(100 * deviation).toFixed(2)} %` : `${show(mean)} ± ${show(deviation)}`;
}

const trained = data.trainings.filter((training) => training.finished + training.diverged > 0);
const measured = (measure) => trained.some((training) => isNumber(training.results[measure].mean));

function drawTop() {
  const share = data.done / data.planned;
  const finished = data.done === data.planned;
  document.getElementById("top").append(
    el("p", { class: "eyebrow" }, finished ? "Experiment" : "Experiment in progress"),
    el("h1", {}, data.story.title),
    el("p", { class: "summary" }, data.story.question),
    el("p", { class: "lead claim" }, data.story.claim),
    finished ? "" : el("div", { class: "progress", role: "progressbar", "aria-label": "Progress", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": Math.round(100 * share) },
      el("span", { style: `width:${100 * share}%` })),
    el("div", { class: "headline wide" }, el("div", { class: "rest" }, [
      number("Trainings", `${format.count(data.done)} of ${format.count(data.planned)}`),
      number("Seeds", format.count(data.seeds.length)),
      number("Training images", data.facts["training images"]),
      ...best(),
    ])));
}

function best() {
  const ranked = trained.filter((training) => isNumber(training.results.judged_error.mean))
    .sort((a, b) => a.results.judged_error.mean - b.results.judged_error.mean);
  return ranked.length < 2 ? [] : [number(`Lowest ${judgedName} error`, format.percent(ranked[0].results.judged_error.mean, 2), isNumber(ranked[0].results.judged_error.deviation) ? "± " + format.percent(ranked[0].results.judged_error.deviation, 2) : null)];
}

const strokes = ["solid", "dashed", "dotted"];
const look = (colours, i) => ({ color: colours.series[i % colours.series.length], type: strokes[Math.floor(i / colours.series.length) % strokes.length] });
const legend = (colours, names) => ({ type: "scroll", top: 0, left: 0, right: 0, data: names, textStyle: { color: colours.muted }, pageTextStyle: { color: colours.muted }, itemHeight: 8, itemWidth: 22 });
const valueAxis = (colours, measure, overrides) => (measures[measure].share
  ? shareAxis(colours, { min: null, max: null, ...overrides, axisLabel: { color: colours.muted, formatter: (value) => format.short(100 * value) + " %" } })
  : axis(colours, { ...overrides, axisLabel: { color: colours.muted, formatter: measures[measure].tick ?? format.short } }));

/** A measure over the epochs; a band for the deviation over the seeds. */
function course({ title, measure }) {
  const shown = trained.filter((training) => training.course[measure].some((point) => isNumber(point[1])));
  if (shown.length === 0) return null;
  const name = title || measures[measure].title;
  const epochs = Math.max(...shown.map((training) => training.course[measure].length));
  const at = (training, f) => training.course[measure].map((point) => (isNumber(point[1]) ? f(point) : null));
  return chart({
    title: name, tall: true, note: data.seeds.length > 1 ? "mean over the seeds, band of one deviation" : measures[measure].unit,
    description: `${name} over the epochs for ${shown.map((training) => training.name).join(", ")}`,
    option: (colours) => ({
      legend: legend(colours, shown.map((training) => training.name)),
      // ECharts stacks, as the bands need it, over categories only.
      xAxis: { ...axis(colours, { name: "epoch", boundaryGap: false, splitLine: { show: false } }), type: "category", data: Array.from({ length: epochs }, (_, i) => i + 1) },
      yAxis: valueAxis(colours, measure, { scale: true }),
      tooltip: { formatter: (items) => [`epoch ${items[0].name}`, ...items.filter((item) => !item.seriesName.startsWith("\u0000")).map((item) => `${item.seriesName}  ${measures[measure].show(item.value)}`)].join("\n") },
      series: shown.flatMap((training, i) => {
        const { color, type } = look(colours, i);
        const band = { type: "line", stack: "band " + i, symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
        const banded = training.course[measure].some((point) => isNumber(point[2]));
        return [
          ...(banded ? [
            { ...band, name: "\u0000low " + i, data: at(training, (point) => point[1] - (point[2] ?? 0)), itemStyle: { color } },
            { ...band, name: "\u0000high " + i, data: at(training, (point) => 2 * (point[2] ?? 0)), areaStyle: { color, opacity: 0.14 }, itemStyle: { color } }] : []),
          line(training.name, at(training, (point) => point[1]), { itemStyle: { color }, lineStyle: { width: 2, color, type } }),
        ];
      }),
      grid: { left: 8, right: 16, top: 36, bottom: 28, containLabel: true },
    }),
    columns: [
      { title: "Training", value: (row) => row.training },
      { title: "Epoch", number: true, value: (row) => row.point[0] },
      { title: name, number: true, value: (row) => row.point[1], show: (row) => spread({ mean: row.point[1], deviation: row.point[2] }, measure) },
    ],
    rows: shown.flatMap((training) => training.course[measure].map((point) => ({ training: training.name, point }))),
  });
}

/** A measure at the end against an axis. */
function outcome({ title, measure, axis: across, lines }) {
  if (!measured(measure)) return null;
  const name = title || `${measures[measure].title} at the end`;
  const positions = [...new Set(trained.map((training) => training.axes[across]))].sort((a, b) => (isNumber(a) && isNumber(b) ? a - b : 0));
  const groups = new Map();
  for (const training of trained) groups.set(training.axes[lines], [...(groups.get(training.axes[lines]) ?? []), training]);
  const points = (trainings, f) => trainings.filter((training) => isNumber(training.results[measure].mean))
    .sort((a, b) => positions.indexOf(a.axes[across]) - positions.indexOf(b.axes[across]))
    .map((training) => [String(training.axes[across]), f(training.results[measure])]);
  const worded = positions.some((position) => String(position).length > 6);
  return chart({
    title: name, tall: true, note: data.seeds.length > 1 ? "mean and deviation over the seeds" : null,
    description: `${name} against ${across} for ${[...groups.keys()].join(", ")}`,
    option: (colours) => ({
      legend: legend(colours, [...groups.keys()].map(String)),
      xAxis: {
        ...axis(colours, { name: across, nameGap: worded ? 56 : 28, splitLine: { show: false } }),
        axisLabel: { color: colours.muted, interval: 0, lineHeight: 13, formatter: (text) => (worded ? text.replaceAll(" ", "\n") : text) },
        type: "category", data: positions.map(String),
      },
      yAxis: valueAxis(colours, measure, measures[measure].share ? { scale: true } : { min: 0 }),
      tooltip: { trigger: "item", formatter: ({ seriesName, data: point }) => `${seriesName}, ${across} ${point[0]}\n${measures[measure].show(point[1])}` },
      series: [...groups].flatMap(([group, trainings], i) => {
        const { color } = look(colours, i);
        const type = strokes[i % strokes.length]; // a line that lies on another lets it show
        const whiskers = trainings.filter((training) => isNumber(training.results[measure].deviation)).map((training) => {
          const { mean, deviation } = training.results[measure];
          const x = String(training.axes[across]);
          return { type: "line", symbol: "none", silent: true, lineStyle: { width: 2, color, opacity: 0.45 }, data: [[x, mean - deviation], [x, mean + deviation]] };
        });
        return [line(String(group), points(trainings, (result) => result.mean), { showSymbol: true, symbolSize: 9, itemStyle: { color }, lineStyle: { width: 2, color, type } }), ...whiskers];
      }),
      grid: { left: 8, right: 16, top: 36, bottom: worded ? 44 : 28, containLabel: true },
    }),
  });
}

function drawNumbers() {
  const hidden = new Set(["line"]);
  const axes = [...new Set(data.trainings.flatMap((training) => Object.keys(training.axes)))].filter((name) => !hidden.has(name));
  const columns = [
    { title: "Training", value: (row) => row.name },
    ...(axes.length > 1 ? axes.map((name) => ({ title: name[0].toUpperCase() + name.slice(1), number: data.trainings.every((row) => isNumber(row.axes[name])), value: (row) => row.axes[name], show: (row) => String(row.axes[name]) })) : []),
    { title: "Parameters", number: true, value: (row) => row.parameters || null, show: (row) => (row.parameters ? format.count(row.parameters) : UNDEFINED) },
    { title: "Finished", number: true, value: (row) => row.finished },
    { title: "Diverged", number: true, value: (row) => row.diverged },
    ...["judged_error", "train_error", "judged_loss", "train_loss", "seconds", "worker_bytes", "driver_bytes"].filter(measured).map((measure) => (
      { title: measures[measure].title, number: true, value: (row) => row.results[measure].mean, show: (row) => spread(row.results[measure], measure) })),
  ];
  section("numbers", "Numbers", `After the last epoch, whatever came before: nothing is chosen by the ${judgedName} error. Mean and sample standard deviation over the seeds; those that diverged have no error.`,
    table("Trainings", columns, data.trainings, { sortable: true }),
    folded("Every seed", table("Every seed", [
      { title: "Training", value: (row) => row.name },
      { title: "Seed", number: true, value: (row) => row.seed },
      { title: "Status", value: (row) => row.status },
      { title: "Epochs", number: true, value: (row) => row.epochs },
      ...["judged_error", "train_error", "train_loss", "seconds"].map((measure) => ({ title: measures[measure].title, number: true, value: (row) => row.results[measure], show: (row) => measures[measure].show(row.results[measure]) })),
    ], data.trainings.flatMap((training) => training.seeds.map((seed) => ({ name: training.name, ...seed }))), { sortable: true })));
}

function drawReference() {
  if (!data.reference) return;
  section("reference", "For comparison", data.reference.source,
    el("h3", {}, data.reference.title),
    table(data.reference.title, data.reference.columns.map((title, i) => ({ title, value: (row) => row[i] })), data.reference.rows));
}

drawTop();
if (trained.length > 0) {
  section("result", "Result", data.story.setting,
    el("div", { class: "columns" }, data.plots.map((plot) => (plot.kind === "course" ? course(plot) : outcome(plot)))));
}
drawNumbers();
drawReference();
section("provenance", "How it was made", "Enough to trace the numbers and to make them again.", el("div", { class: "facts" }, facts("Data and machine", data.facts), facts("Training, where it is not varied", data.settings)));
document.getElementById("footer").append(`Made ${data.created_at} by resnet-spark · the numbers are also in experiment.json and results.parquet beside this page`);
followReading();
