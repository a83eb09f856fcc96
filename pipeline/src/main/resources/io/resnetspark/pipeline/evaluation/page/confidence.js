"use strict";
// Whether confidence means what it says, and how well each class's score ranks the examples.

function drawConfidence() {
  const bins = data.calibration.reliability;
  const filled = bins.filter((bin) => bin.examples > 0);
  const scaled = data.calibration.temperature !== 1;
  const columns = [
    { title: "Confidence", value: (bin) => bin.low, show: (bin) => `${format.percent(bin.low, 0)} – ${format.percent(bin.high, 0)}` },
    { title: "Images", number: true, value: (bin) => bin.examples, show: (bin) => format.count(bin.examples) },
    { title: "Mean confidence", number: true, value: (bin) => bin.confidence, show: (bin) => format.percent(bin.confidence) },
    { title: "Accuracy", number: true, value: (bin) => bin.accuracy, show: (bin) => format.percent(bin.accuracy) },
    { title: "95 % interval", number: true, value: (bin) => bin.accuracy_ci95[0], show: (bin) => format.range(bin.accuracy_ci95) },
  ];
  const point = (bin, y) => [bin.confidence, y];

  const reliability = chart({
    title: "Reliability", note: "accuracy at each confidence, with its 95 % interval", tall: true,
    description: `Reliability diagram with ${filled.length} points; expected calibration error ${format.percent(data.ece, 2)}`,
    option: (colours) => ({
      xAxis: shareAxis(colours, { name: "confidence", splitLine: { show: false } }),
      yAxis: shareAxis(colours, { name: "accuracy", nameGap: 50 }),
      tooltip: { trigger: "item", formatter: ({ data: [x, y] }) => `confidence ${format.percent(x)}\naccuracy ${format.percent(y)}` },
      series: [
        { type: "line", data: [[0, 0], [1, 1]], showSymbol: false, silent: true, lineStyle: { type: "dashed", width: 1, color: colours.muted } },
        ...filled.map((bin) => ({
          type: "line", showSymbol: false, silent: true, lineStyle: { width: 2, color: colours.accent, opacity: 0.4 },
          data: [point(bin, bin.accuracy_ci95[0]), point(bin, bin.accuracy_ci95[1])],
        })),
        { type: "scatter", symbolSize: 9, itemStyle: { color: colours.accent }, data: filled.map((bin) => point(bin, bin.accuracy)) },
      ],
      grid: { left: 34, right: 20, top: 16, bottom: 28, containLabel: true },
    }),
    columns, rows: bins,
  });

  const histogram = chart({
    title: "Confidence", note: "images by the probability of the predicted class", tall: true,
    description: "Histogram of confidence",
    option: (colours) => ({
      xAxis: { ...axis(colours, { name: "confidence" }), type: "category", data: bins.map((bin) => Math.round(100 * bin.high) + " %"), splitLine: { show: false } },
      yAxis: axis(colours),
      legend: { top: 0, right: 8, textStyle: { color: colours.muted }, itemHeight: 8, itemWidth: 16 },
      series: [
        { name: "right", type: "bar", stack: "all", barCategoryGap: "12%", itemStyle: { color: colours.accent }, data: bins.map((bin) => Math.round(bin.examples * (bin.accuracy ?? 0))) },
        { name: "wrong", type: "bar", stack: "all", itemStyle: { color: colours.wrong }, data: bins.map((bin) => bin.examples - Math.round(bin.examples * (bin.accuracy ?? 0))) },
      ],
      grid: { left: 8, right: 16, top: 32, bottom: 28, containLabel: true },
    }),
    columns, rows: bins,
  });

  section("confidence", "Confidence",
    `A calibrated model is right 80 times out of 100 when it says 80 %: its points lie on the diagonal. Expected calibration error ${format.percent(data.ece, 2)}, largest gap of a bin ${format.percent(data.calibration.maximum_error)}.`
      + (scaled ? ` The logits were divided by the temperature ${format.decimal(data.calibration.temperature)} first, fitted on the validation split.` : ""),
    el("div", { class: "columns" }, reliability, histogram));
}

function drawCurves() {
  if (data.curves.length === 0) return;
  const shown = new Set(data.curves.slice(0, 4).map((_, i) => i));
  const colour = (colours, i) => colours.series[i % colours.series.length];
  const dash = (i) => ["solid", "dashed", "dotted"][Math.floor(i / 5) % 3];

  function curves(title, note, x, y, start, frame) {
    return chart({
      title, note, tall: true,
      description: `${title} curves of the chosen classes`,
      option: (colours) => ({
        xAxis: shareAxis(colours, { name: frame.x, splitLine: { show: false } }),
        yAxis: shareAxis(colours, { name: frame.y, nameGap: 50 }),
        tooltip: { trigger: "item", formatter: ({ seriesName, data: [a, b] }) => `${seriesName}\n${frame.x} ${format.percent(a)}\n${frame.y} ${format.percent(b)}` },
        series: [
          ...(frame.diagonal ? [{ type: "line", data: [[0, 0], [1, 1]], showSymbol: false, silent: true, lineStyle: { type: "dashed", width: 1, color: colours.muted } }] : []),
          ...[...shown].sort((a, b) => a - b).map((i) => line(data.curves[i].label, [...start, ...data.curves[i].points.map((point) => [point[x], point[y]])], {
            // Invisible, but what the pointer finds.
            showSymbol: true, symbolSize: 7, itemStyle: { color: colour(colours, i), opacity: 0 }, lineStyle: { color: colour(colours, i), width: i === 0 ? 2.5 : 1.5, type: dash(i) },
          })),
        ],
        grid: { left: 34, right: 20, top: 16, bottom: 28, containLabel: true },
      }),
      columns: [
        { title: "Class", value: (row) => row.label },
        { title: "Threshold", number: true, value: (row) => row.threshold },
        { title: frame.x, number: true, value: (row) => row[x], show: (row) => format.percent(row[x]) },
        { title: frame.y, number: true, value: (row) => row[y], show: (row) => format.percent(row[y]) },
      ],
      rows: data.curves.flatMap((curve) => curve.points.map((point) => ({ label: curve.label, ...point }))),
    });
  }

  const roc = curves("ROC", "one class against the rest", "false_positive_rate", "recall", [[0, 0]], { x: "false-positive rate", y: "recall", diagonal: true });
  const precisionRecall = curves("Precision–recall", "one class against the rest", "recall", "precision", [], { x: "recall", y: "precision", diagonal: false });
  const chips = el("fieldset", { class: "chips" }, el("legend", {}, "Curves shown"), data.curves.map((curve, i) =>
    el("label", { style: `--chip:var(--series-${(i % 5) + 1})` },
      el("input", {
        type: "checkbox", checked: shown.has(i),
        change: (event) => {
          if (event.target.checked) shown.add(i); else shown.delete(i);
          roc.redraw();
          precisionRecall.redraw();
        },
      }),
      `${curve.label}  AP ${format.decimal(curve.average_precision)}`)));
  const all = data.curves.length - 1 === data.per_class.length;
  section("curves", "Curves", `How well each class's score separates it from the rest at every threshold${all ? "" : `; the ${data.curves.length - 1} weakest of ${format.count(data.per_class.length)} classes`}.`,
    chips, el("div", { class: "columns" }, roc, precisionRecall));
}
