"use strict";
// The top of the page: what was judged, the result in words, and the headline numbers.

function drawHeader() {
  const header = document.getElementById("top");
  if (data.model) {
    header.append(
      el("p", { class: "eyebrow" }, "Evaluation report"),
      el("h1", {}, data.model.arch, el("span", { class: "of" }, " on "), data.dataset.name, el("span", { class: "of" }, ` · ${data.dataset.split}`)),
      el("p", { class: "summary" }, resultInWords()),
      headline());
  } else {
    const last = data.run.rounds.at(-1);
    header.append(
      el("p", { class: "eyebrow" }, runTitle()),
      el("h1", {}, data.run.run_id),
      el("p", { class: "summary" }, runInWords(last)),
      data.status === "done" ? "" : progressBar(last),
      last ? runHeadline(last) : "");
  }
}

function runTitle() {
  return data.status === "running" ? "Training in progress" : `Training ${data.status}`;
}

function runInWords(last) {
  const epochs = last ? `${format.decimal(last.epoch, 2)} of ${format.short(data.run.planned_epochs)} epochs` : "";
  switch (data.status) {
    case "running":
      return last
        ? `Round ${format.count(last.round)}, ${epochs}. This page reloads every ${data.refresh_seconds} seconds.`
        : "The first averaging round is under way.";
    case "done":
      return last ? `Trained ${format.count(last.round)} rounds, ${epochs}.` : "There was nothing left to train.";
    case "diverged":
      return `The loss exploded ${last ? `after round ${format.count(last.round)}, ${epochs}` : "in the first round"}. Checkpoints from before are kept; a lower learning rate or gradient clipping may help.`;
    default:
      return `An error ended it ${last ? `after round ${format.count(last.round)}, ${epochs}` : "before the first round was done"}. The driver's log names the error; continue it with --resume.`;
  }
}

function progressBar(last) {
  const share = last ? Math.min(1, last.epoch / data.run.planned_epochs) : 0;
  return el("div", { class: "progress", role: "progressbar", "aria-label": "Progress", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": Math.round(100 * share) },
    el("span", { style: `width:${100 * share}%` }));
}

function resultInWords() {
  const sentences = [];
  const hits = Math.round(data.top1 * data.examples);
  sentences.push(`${format.count(hits)} of ${format.count(data.examples)} images were recognised.`);
  const worst = data.confusions[0];
  if (worst) {
    sentences.push(`The most frequent confusion takes “${worst.label}” for “${worst.predicted}” (${format.count(worst.count)} ${worst.count === 1 ? "time" : "times"}).`);
  }
  const bins = data.calibration.reliability.filter((bin) => bin.examples > 0);
  const meanConfidence = bins.reduce((sum, bin) => sum + bin.confidence * bin.examples, 0) / data.examples;
  const gap = 100 * (meanConfidence - data.top1);
  sentences.push(Math.abs(gap) < 0.5
    ? "On average its confidence matches its accuracy."
    : `On average its confidence is ${Math.abs(gap).toFixed(1)} points ${gap > 0 ? "above" : "below"} its accuracy.`);
  return sentences.join(" ");
}

function headline() {
  const hero = el("dl", { class: "figure-number hero" },
    el("dt", {}, "Top-1 accuracy"),
    el("dd", {}, format.percent(data.top1)),
    intervalBar(data.top1, data.top1_ci95),
    el("div", { class: "scale small muted" }, el("span", {}, `95 % interval ${format.range(data.top1_ci95)}`)));
  return el("div", { class: "headline" }, hero, el("div", { class: "rest" }, [
    number("Top-5 accuracy", format.percent(data.top5)),
    number("Loss", format.decimal(data.loss), "nats"),
    number("Calibration error", format.percent(data.ece, 2)),
    number("Macro F1", format.percent(data.averages.macro.f1)),
    number("Macro ROC AUC", format.decimal(data.averages.macro.roc_auc, 4)),
    number("Examples", format.count(data.examples)),
    number("Throughput", format.short(data.throughput_images_per_second), "images/s"),
    number("Evaluated in", format.seconds(data.seconds)),
  ]));
}

function runHeadline(last) {
  const validation = data.run.validations.at(-1);
  return el("div", { class: "headline" },
    el("dl", { class: "figure-number hero" }, el("dt", {}, "Training loss"), el("dd", {}, format.decimal(last.loss))),
    el("div", { class: "rest" }, [
      number("Training accuracy", format.percent(last.accuracy)),
      number("Learning rate", format.short(last.learning_rate)),
      number("Throughput", format.short(last.images_per_second), "images/s"),
      validation ? number("Validation top-1", format.percent(validation.top1)) : null,
    ]));
}
