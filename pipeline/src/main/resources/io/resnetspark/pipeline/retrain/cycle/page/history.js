"use strict";
// The history of a retraining: every cycle, its decision, and the champion's accuracy over time.

const cycles = data.ledger.cycles;
const portions = data.ledger.portions;
const count = (verdict) => cycles.filter((cycle) => cycle.verdict === verdict).length;
const kinds = { PROMOTED: "good", KEPT: "bad", WAITED: "none", REFUSED: "bad" };

/** What the champion of after a cycle recognises of the test split, where that is known. */
function championTop1(cycle) {
  return cycle.verdict === "PROMOTED" ? cycle.challenger_top1 : cycle.champion_top1;
}

const quarantined = (cycle) => cycle.batches.filter((batch) => batch.fate === "quarantined");

/** Names, and which of them were kept out whatever became of the challenger. */
function batches(cycle) {
  const names = cycle.batches.map((batch) => el("div", {}, batch.name, " ",
    batch.fate === "quarantined" ? el("span", { class: "mark bad" }, batch.fate) : null));
  return names.length === 0 ? UNDEFINED : el("div", {}, names);
}

function drawHistory() {
  const last = cycles.at(-1);
  const version = last ? last.new_version ?? last.champion_version : null;
  document.getElementById("top").append(
    el("p", { class: "eyebrow" }, "Retraining history"),
    el("h1", {}, data.model),
    el("p", { class: "summary" }, last ? `${cycles.length} ${cycles.length === 1 ? "cycle" : "cycles"} since ${cycles[0].started_at.slice(0, 10)}. After the last one the champion was ${isNumber(version) ? "version " + version : "none"}.` : "No cycle yet."),
    el("div", { class: "headline" },
      el("dl", { class: "figure-number hero" }, el("dt", {}, "Champion, top-1 on the frozen test split"), el("dd", {}, format.percent(last ? championTop1(last) : null))),
      el("div", { class: "rest" }, [
        number("Promoted", format.count(count("PROMOTED"))),
        number("Kept", format.count(count("KEPT"))),
        number("Waited", format.count(count("WAITED"))),
        number("Refused", format.count(count("REFUSED"))),
        number("Test images", format.count(data.ledger.test_set?.images)),
        number("Quarantined batches", format.count(portions.filter((portion) => portion.fate === "QUARANTINED").length)),
      ])));
  drawAccuracy();
  section("cycles", "Cycles", "The newest first. Each links to the page of its decision.",
    el("div", { class: "whole" }, table("Cycles", [
      { title: "Cycle", value: (row) => row.number, show: (row) => el("a", { href: `cycles/${String(row.number).padStart(6, "0")}/index.html` }, String(row.number)) },
      { title: "Finished", value: (row) => row.finished_at, show: (row) => row.finished_at.replace("T", " ").replace(/:\d\dZ$/, "") },
      { title: "", value: (row) => row.verdict, show: (row) => el("span", { class: "mark " + kinds[row.verdict] }, row.verdict.toLowerCase()) },
      { title: "Batches", value: (row) => row.batches.map((batch) => batch.name).join(", ") || UNDEFINED, show: batches },
      { title: "New images", number: true, value: (row) => row.new_images, show: (row) => format.count(row.new_images) },
      { title: "Champion", number: true, value: (row) => row.champion_top1, show: (row) => format.percent(row.champion_top1) },
      { title: "Challenger", number: true, value: (row) => row.challenger_top1, show: (row) => format.percent(row.challenger_top1) },
      { title: "Why", value: (row) => [...row.reasons, ...quarantined(row).map((batch) => `${batch.name}: ${batch.reason}`)].join("; ") },
    ], [...cycles].reverse())));
  document.getElementById("footer").append("The ledger is in ledger.json beside this page");
}

function drawAccuracy() {
  const known = cycles.filter((cycle) => isNumber(championTop1(cycle)));
  if (known.length < 2) return;
  const lowest = Math.min(...known.map(championTop1), ...known.map((cycle) => cycle.challenger_top1 ?? 1));
  section("accuracy", "Accuracy", "Top-1 on the frozen test split, the same images for every model.", chart({
    title: "Champion and challengers", description: `Top-1 of the champion over ${known.length} cycles, and of each challenger`,
    option: (colours) => ({
      legend: { top: 0, right: 8, textStyle: { color: colours.muted }, itemHeight: 8, itemWidth: 16 },
      xAxis: axis(colours, { name: "cycle", min: "dataMin", max: "dataMax", minInterval: 1, splitLine: { show: false } }),
      yAxis: shareAxis(colours, { min: Math.max(0, Math.floor(10 * lowest - 0.3) / 10), max: "dataMax" }),
      tooltip: { valueFormatter: (value) => format.percent(value) },
      series: [
        line("champion", known.map((cycle) => [cycle.number, championTop1(cycle)]), { step: "end", showSymbol: false }),
        { name: "promoted", type: "scatter", symbolSize: 8, itemStyle: { color: colours.good }, data: known.filter((cycle) => cycle.verdict === "PROMOTED").map((cycle) => [cycle.number, cycle.challenger_top1]) },
        { name: "not promoted", type: "scatter", symbolSize: 8, itemStyle: { color: colours.wrong }, data: known.filter((cycle) => cycle.verdict === "KEPT" && isNumber(cycle.challenger_top1)).map((cycle) => [cycle.number, cycle.challenger_top1]) },
      ],
      grid: { left: 8, right: 16, top: 30, bottom: 28, containLabel: true },
    }),
  }));
}

drawHistory();
