"use strict";
// The page of one retraining cycle: the decision, its reasons, and what it was decided on.

const VERDICTS = {
  PROMOTED: "The challenger is the champion now.",
  KEPT: "The champion stays.",
  WAITED: "Not enough new images: nothing was trained.",
  REFUSED: "The new images were not let in: nothing was trained.",
};
const summary = data.summary;
const judged = data.challenger?.judged ?? null;
const test = judged?.evidence.test ?? null;

function drawCycle() {
  const against = test?.against ?? null;
  document.getElementById("top").append(
    el("p", { class: "eyebrow" }, `Retraining · ${period()}`),
    el("h1", {}, summary.model, el("span", { class: "of" }, ` · cycle ${summary.number}`)),
    el("p", { class: "summary" }, el("strong", {}, VERDICTS[summary.verdict]), " " + sentence(summary.reasons)),
    el("div", { class: "headline" },
      el("dl", { class: "figure-number hero" },
        el("dt", {}, "Challenger, top-1 on the frozen test split"),
        el("dd", {}, format.percent(test?.challenger.top1)),
        test ? intervalBar(test.challenger.top1, test.challenger.top1_ci95, { reference: against?.champion.top1 }) : null,
        test ? el("div", { class: "scale small muted" }, el("span", {}, `95 % interval ${format.range(test.challenger.top1_ci95)}`)) : null),
      el("div", { class: "rest" }, [
        number("Champion, top-1", format.percent(summary.champion_top1)),
        against ? number("Gain", format.points(against.gain), "points") : null,
        number("New training images", format.count(summary.new_images)),
        number("Champion before", isNumber(summary.champion_version) ? "version " + summary.champion_version : "none"),
        number("Champion now", championNow()),
        number("Dataset", "version " + summary.dataset_version),
      ])));
  drawDecision();
  drawBatches();
  drawTrials();
  drawDrift();
  drawTraining();
  document.getElementById("footer").append(
    el("a", { href: "../../index.html" }, "All cycles"), ` · cycle ${summary.id} · the results of every step are in the files beside this page`);
}

const championNow = () => {
  const version = summary.new_version ?? summary.champion_version;
  return isNumber(version) ? "version " + version : "none";
};

/** From when to when, in UTC. */
function period() {
  const [day, begun] = summary.started_at.replace(/:\d\dZ$/, "").split("T");
  const [lastDay, ended] = summary.finished_at.replace(/:\d\dZ$/, "").split("T");
  return `${day} ${begun} to ${lastDay === day ? "" : lastDay + " "}${ended} UTC`;
}

/** Reasons as one sentence each, the first letter large. */
function sentence(reasons) {
  return reasons.map((reason) => reason.charAt(0).toUpperCase() + reason.slice(1).replace(/\.?$/, ".")).join(" ");
}

function mark(kind, text) {
  return el("span", { class: "mark " + kind }, text);
}

function drawDecision() {
  const findings = data.challenger?.decision.findings ?? [];
  if (findings.length === 0) return;
  const marks = { HELD: ["good", "held"], BROKEN: ["bad", "broken"], NOT_APPLICABLE: ["none", "not applicable"] };
  section("decision", "Decision", "The challenger is promoted if every rule holds.",
    table("Rules", [
      { title: "Rule", value: (row) => row.rule.replaceAll("-", " ") },
      { title: "", value: (row) => row.verdict, show: (row) => mark(...marks[row.verdict]) },
      { title: "Found", value: (row) => row.text },
      { title: "Required", value: (row) => row.limit || UNDEFINED },
    ], findings));
}

function drawBatches() {
  const kinds = { accepted: "good", pending: "none", quarantined: "bad", refused: "bad", unchanged: "none" };
  const counts = new Map(data.prepared.batches.map((batch) => [batch.name, batch.counts]));
  const agreements = new Map(data.assessment.agreements.map((row) => [row.batch, row]));
  const earlier = data.assessment.portions
    .filter((portion) => portion.fate === "PENDING" && !summary.batches.some((batch) => batch.name === portion.batch));
  const use = judged ? "Trained on as well, pending from before" : "Still pending from before";
  const lead = "What arrived, and what became of it."
    + (earlier.length === 0 ? "" : ` ${use}: ${earlier.map((portion) => portion.batch).join(", ")}.`);
  const rejected = (row) => Object.values(counts.get(row.name)?.rejected ?? {}).reduce((sum, count) => sum + count, 0);
  const known = (row) => {
    const seen = counts.get(row.name);
    return seen ? seen.unchanged + Object.values(seen.duplicates).reduce((sum, count) => sum + count, 0) : 0;
  };
  section("batches", "Batches", lead, table("Batches", [
    { title: "Batch", value: (row) => row.name },
    { title: "", value: (row) => row.fate, show: (row) => mark(kinds[row.fate] ?? "none", row.fate) },
    { title: "New images", number: true, value: (row) => row.images, show: (row) => format.count(row.images) },
    { title: "Known", number: true, value: known, show: (row) => format.count(known(row)) },
    { title: "Unusable", number: true, value: rejected, show: (row) => format.count(rejected(row)) },
    { title: "Champion agrees", number: true, value: (row) => agreements.get(row.name)?.top1, show: (row) => format.percent(agreements.get(row.name)?.top1) },
    { title: "Why", value: (row) => row.reason || UNDEFINED },
  ], summary.batches),
  leaks());
}

function leaks() {
  const leaked = data.assessment.portions.reduce((sum, portion) => sum + portion.leaked.length, 0);
  const { test_set: frozen } = data.prepared;
  return el("p", { class: "small muted" },
    `The test split is frozen at version ${frozen.version} of the dataset: ${format.count(frozen.images)} images, fingerprint ${frozen.fingerprint}. `,
    leaked === 0 ? "None of the new training images has the pixels of a test image."
      : `${format.count(leaked)} new training ${leaked === 1 ? "image has" : "images have"} the pixels of a test image and ${leaked === 1 ? "is" : "are"} never trained.`);
}

function drawTrials() {
  if (!judged) return;
  section("trial", "Trial", "Champion and challenger on the same images. The reports show every number, every class and the images on which they differ.",
    trial("Frozen test split", test, judged.test_report),
    judged.evidence.fresh ? trial("New images that nobody was trained on", judged.evidence.fresh, judged.fresh_report) : null,
    el("p", { class: "small muted" }, speed(judged.evidence.speed)));
}

function trial(title, found, report) {
  const against = found.against;
  const champion = against?.champion ?? {};
  const reach = against ? Math.max(0.02, ...against.gain_ci95.map(Math.abs)) * 1.15 : 1;
  const clear = against && (against.gain_ci95[0] > 0 || against.gain_ci95[1] < 0);
  return el("div", {},
    el("h3", {}, title, " ", el("a", { class: "small", href: report + "/index.html" }, "report")),
    el("div", { class: "columns" },
      table(title, [
        { title: `${format.count(found.challenger.examples)} images`, value: ([name]) => name },
        { title: "Challenger", number: true, value: (row) => row[1], show: (row) => row[1] },
        { title: "Champion", number: true, value: (row) => row[2], show: (row) => row[2] },
      ], [
        ["Top-1", format.percent(found.challenger.top1), format.percent(champion.top1)],
        ["Loss", format.decimal(found.challenger.loss), format.decimal(champion.loss)],
        ["Calibration error", format.percent(found.challenger.ece, 2), format.percent(champion.ece, 2)],
      ]),
      against ? el("div", { class: "difference" },
        intervalBar(against.gain, against.gain_ci95, { low: -reach, high: reach, reference: 0, className: clear ? (against.gain > 0 ? "change up" : "change") : "change chance" }),
        el("p", { class: "small muted" }, `Gain ${format.points(against.gain)} points, 95 % bootstrap interval ${format.points(against.gain_ci95[0])} to ${format.points(against.gain_ci95[1])}; ${format.count(against.only_challenger)} images only the challenger got right, ${format.count(against.only_champion)} only the champion (McNemar p = ${format.short(against.mcnemar_p)}).`)) : null),
    against ? folded("Classes", table("Classes", [
      { title: "Class", value: (row) => row.label },
      { title: "Images", number: true, value: (row) => row.images, show: (row) => format.count(row.images) },
      { title: "Champion's recall", number: true, value: (row) => row.before, show: (row) => format.percent(row.before) },
      { title: "Challenger's recall", number: true, value: (row) => row.after, show: (row) => format.percent(row.after) },
      { title: "Change", number: true, value: (row) => row.after - row.before, show: (row) => format.points(isNumber(row.before) && isNumber(row.after) ? row.after - row.before : null) },
    ], found.challenger.classes.map((row, i) => ({ label: row.label, images: row.images, before: champion.classes[i]?.recall, after: row.recall })), { sortable: true })) : null);
}

function speed(found) {
  const champion = found.champion_milliseconds_per_image;
  return `One image takes the challenger ${format.short(found.challenger_milliseconds_per_image)} ms`
    + (isNumber(champion) ? `, the champion ${format.short(champion)} ms, measured in turns on one machine.` : ".");
}

function drawDrift() {
  const drift = data.assessment.drift;
  if (!drift) return;
  const channels = drift.inputs.length > 2 ? ["red", "green", "blue"] : ["grey"];
  section("drift", "Drift", `The ${format.count(drift.new_images)} new training images against the ${format.count(drift.reference_images)} accepted before. A stability index below 0.1 is no change, above 0.25 much.`,
    el("div", { class: "columns" },
      table("Input drift", [
        { title: "Of an image", value: (row) => `${row.feature}, ${channels[row.channel]}` },
        { title: "Stability index", number: true, value: (row) => row.stability, show: (row) => format.decimal(row.stability) },
        { title: "Kolmogorov-Smirnov", number: true, value: (row) => row.kolmogorov_smirnov, show: (row) => format.decimal(row.kolmogorov_smirnov) },
        { title: "p", number: true, value: (row) => row.kolmogorov_smirnov_p },
      ], drift.inputs),
      el("div", {},
        table("Label shift", [
          { title: "Class", value: (row) => row.label },
          { title: "Before", number: true, value: (row) => row.before, show: (row) => format.percent(row.before) },
          { title: "New", number: true, value: (row) => row.after, show: (row) => format.percent(row.after) },
        ], data.prepared.classes.map((label, i) => ({
          label,
          before: drift.reference_labels[i] / drift.reference_images,
          after: drift.new_labels[i] / drift.new_images,
        }))),
        el("p", { class: "small muted" }, `Labels: stability index ${format.decimal(drift.label_stability)}, chi-squared p = ${format.short(drift.label_chi_squared_p)}.`))));
}

function drawTraining() {
  const trained = data.challenger?.trained;
  if (!trained) return;
  const shares = Object.entries(trained.selection.shares);
  const replayed = shares.filter(([, share]) => share > 0 && share < 1);
  section("training", "Training", null,
    el("p", {}, `${format.count(trained.examples)} images in ${format.seconds(trained.seconds)}, starting from ${trained.start}. `,
      replayed.length ? `Of ${replayed.length} earlier ${replayed.length === 1 ? "version" : "versions"} of the dataset a share of ${format.percent(replayed[0][1])} was replayed.` : "",
      " ", judged ? el("a", { href: judged.test_report + "/index.html#training" }, "Curves") : null));
}

drawCycle();
