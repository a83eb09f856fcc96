"use strict";
// The course of training: loss, accuracy, learning rate, speed, and where each round's time went.

function drawRun() {
  const { rounds, validations, batch_norm: batchNorm } = data.run;
  if (rounds.length === 0 && validations.length === 0) return;

  const epochAxis = (colours) => axis(colours, { name: "epoch", max: data.model ? "dataMax" : data.run.planned_epochs || "dataMax", splitLine: { show: false } });
  const points = (rows, key) => rows.filter((row) => isNumber(row[key])).map((row) => [row.epoch, row[key]]);
  const epoch = { title: "Epoch", number: true, value: (row) => row.epoch };

  /** One quantity over the epochs, with its validation counterpart where there is one. */
  function curve(title, key, { validationKey = null, show = format.short, yAxis = axis, note = null } = {}) {
    const validated = validationKey ? points(validations, validationKey) : [];
    return chart({
      title, note,
      description: `${title} over ${rounds.length} rounds`,
      option: (colours) => ({
        legend: validated.length ? { top: 0, right: 8, textStyle: { color: colours.muted }, itemHeight: 8, itemWidth: 16 } : undefined,
        xAxis: epochAxis(colours),
        yAxis: yAxis(colours, yAxis === axis ? { axisLabel: { color: colours.muted, formatter: format.short } } : {}),
        tooltip: { valueFormatter: show },
        series: [
          line("training", points(rounds, key), { lineStyle: { width: validated.length ? 1.5 : 2 } }),
          ...(validated.length ? [line("validation", validated, { showSymbol: validated.length < 40, symbolSize: 6 })] : []),
        ],
        grid: { left: 8, right: 16, top: 30, bottom: 28, containLabel: true },
      }),
      columns: [
        { title: "Round", number: true, value: (row) => row.round, show: (row) => (row.round ? format.count(row.round) : "validation") },
        epoch,
        { title, number: true, value: (row) => row[key] ?? row[validationKey], show: (row) => show(row[key] ?? row[validationKey]) },
      ],
      rows: [...rounds, ...(validated.length ? validations : [])].sort((a, b) => a.epoch - b.epoch),
    });
  }

  const times = [["train", "train_seconds"], ["reduce", "reduce_seconds"], ["broadcast", "broadcast_seconds"]];
  const timing = chart({
    title: "Time per round", note: "seconds",
    description: "Seconds per round spent in training, reducing and broadcasting",
    option: (colours) => ({
      legend: { top: 0, right: 8, textStyle: { color: colours.muted }, itemHeight: 8, itemWidth: 16 },
      // ECharts stacks over categories only.
      xAxis: axis(colours, { type: "category", name: "round", boundaryGap: false, data: rounds.map((row) => row.round), splitLine: { show: false } }),
      yAxis: axis(colours),
      tooltip: { valueFormatter: format.seconds },
      series: times.map(([name, key]) => line(name, rounds.map((row) => row[key]), { stack: "time", areaStyle: { opacity: 0.35 }, lineStyle: { width: 1 }, showSymbol: false })),
      grid: { left: 8, right: 16, top: 30, bottom: 28, containLabel: true },
    }),
    columns: [
      { title: "Round", number: true, value: (row) => row.round, show: (row) => format.count(row.round) },
      epoch,
      ...times.map(([name, key]) => ({ title: name + " (s)", number: true, value: (row) => row[key] })),
    ],
    rows: rounds,
  });

  section("training", "Training", data.model ? `How the weights came about: run ${data.run.run_id}.` : null,
    ...batchNorm.map((one) => el("p", { class: "muted" }, batchNormInWords(one))),
    el("div", { class: "columns" },
      curve("Loss", "loss", { validationKey: "loss", show: (value) => format.decimal(value), note: "nats" }),
      curve("Accuracy", "accuracy", { validationKey: "top1", show: format.percent, yAxis: shareAxis }),
      curve("Learning rate", "learning_rate"),
      curve("Throughput", "images_per_second", { note: "images/s" }),
      rounds.length ? timing : null));
}

/** What computing batch-norm statistics anew did to the model. */
function batchNormInWords({ epoch, images, before, after }) {
  const what = `Batch-norm statistics of the model after epoch ${format.short(epoch)} were computed anew from ${format.count(images)} training images`;
  return isNumber(before.top1)
    ? `${what}: validation accuracy ${format.percent(before.top1)} before, ${format.percent(after.top1)} after; loss ${format.decimal(before.loss)} before, ${format.decimal(after.loss)} after.`
    : `${what}.`;
}
