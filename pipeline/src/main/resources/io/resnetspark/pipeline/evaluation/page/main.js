"use strict";
// Puts the page together.

function drawProvenance() {
  if (!data.provenance) {
    section("provenance", "Configuration", null, el("div", { class: "facts" }, facts("Settings", data.settings)));
    return;
  }
  const { software, hardware, inputs, configuration, created_at: createdAt } = data.provenance;
  section("provenance", "Provenance", "What made this report: enough to trace its numbers and to make them again.",
    el("div", { class: "facts" },
      facts("Model", { architecture: data.model.arch, id: data.model.id, source: data.model.source, precision: data.model.precision }),
      facts("Dataset", { name: data.dataset.name, id: data.dataset.id, version: String(data.dataset.version), split: data.dataset.split, ...inputs }),
      facts("Software", software), facts("Hardware", hardware), facts("Configuration", configuration)),
    data.workers.length ? el("div", {}, el("h3", {}, "Workers"), table("Workers", [
      { title: "Worker", value: (row) => row.id },
      { title: "Host", value: (row) => row.host },
      { title: "Images", number: true, value: (row) => row.images, show: (row) => format.count(row.images) },
      { title: "Busy", number: true, value: (row) => row.busy_seconds, show: (row) => format.seconds(row.busy_seconds) },
      { title: "Images/s per slot", number: true, value: (row) => row.images_per_second },
    ], data.workers)) : null);
  document.getElementById("footer").append(`Made ${createdAt} by resnet-spark · report format ${data.format_version} · the numbers are also in report.json and per_class.csv beside this page`);
}

drawHeader();
if (data.model) {
  drawConfusions();
  drawClasses();
  drawMistakes();
  drawConfidence();
  drawCurves();
  drawSlices();
  drawComparisons();
}
drawRun();
drawProvenance();
followReading();
