"use strict";
// The page of a network: what it is, its stages as graphs, and every block's parameters and work. Or the list of networks.

function large(value) {
  if (value >= 1e9) return (value / 1e9).toFixed(2) + " billion";
  return value >= 1e6 ? (value / 1e6).toFixed(2) + " million" : format.count(value);
}

/** Rows of the same part of the network: stem, each block, head. */
function parts() {
  const found = [];
  for (const row of data.rows) {
    const block = /^(layer\d+)\.(\d+)/.exec(row.name);
    const past = found.some((part) => part.stage);
    const name = block ? block[0] : past ? "head" : "stem";
    if (found.at(-1)?.name !== name) found.push({ name, stage: block ? block[1] : null, rows: [] });
    found.at(-1).rows.push(row);
  }
  return found.map((part) => ({
    ...part,
    input: part.rows[0].inputs[0],
    output: part.rows.at(-1).output_shape,
    parameters: part.rows.reduce((sum, row) => sum + row.parameters, 0),
    work: part.rows.reduce((sum, row) => sum + row.multiply_accumulates, 0),
  }));
}

function drawNetwork() {
  const all = parts();
  const shapes = new Map([["images", data.input], ...data.rows.map((row) => [row.name, row.output_shape])]);
  const stages = [...new Set(all.map((part) => part.stage).filter(Boolean))];
  document.getElementById("top").append(
    el("p", { class: "eyebrow" }, "Network"),
    el("h1", {}, data.name),
    el("p", { class: "summary" }, `Images of ${shapeOf(data.input)} become ${format.count(data.classes)} probabilities. ${format.count(data.blocks.reduce((a, b) => a + b))} ${data.block} blocks in ${data.blocks.length} stages of ${data.widths.join(", ")} channels${data.block === "bottleneck" ? ", four times that after each block" : ""}.`),
    el("div", { class: "headline wide" }, el("div", { class: "rest" }, [
      number("Parameters", large(data.parameters)),
      number("Multiply-accumulates", large(data.multiply_accumulates)),
      number("Weights as floats", (4 * data.parameters / 1e6).toFixed(1), "MB"),
      number("Vertices", format.count(data.rows.length)),
    ])));

  section("overview", "From images to classes", "Each part with the shape [height × width × channels] it hands on.", el("ol", { class: "flow" },
    el("li", {}, el("strong", {}, "images"), el("span", {}, shapeOf(data.input))),
    ["stem", ...stages, "head"].map((name) => {
      const own = all.filter((part) => part.stage === name || part.name === name);
      if (own.length === 0) return null;
      return el("li", {}, el("a", { href: "#" + name }, name), el("span", {}, shapeOf(own.at(-1).output)),
        el("span", { class: "muted small" }, `${own[0].stage ? `${own.length} ${own.length === 1 ? "block" : "blocks"} · ` : ""}${large(own.reduce((sum, part) => sum + part.parameters, 0))} parameters`));
    })));

  drawPart("stem", "Stem", all.filter((part) => part.name === "stem"), shapes);
  for (const stage of stages) drawPart(stage, stage, all.filter((part) => part.stage === stage), shapes);
  drawPart("head", "Head", all.filter((part) => part.name === "head"), shapes);

  section("blocks", "Parameters and work", "Of every block; multiply-accumulates of convolutions and the classifier for one image.", table("Blocks", [
    { title: "Part", value: (part) => part.name },
    { title: "Output", value: (part) => shapeOf(part.output) },
    { title: "Parameters", number: true, value: (part) => part.parameters, show: (part) => format.count(part.parameters) },
    { title: "Share", number: true, value: (part) => part.parameters / data.parameters, show: (part) => format.percent(part.parameters / data.parameters) },
    { title: "Multiply-accumulates", number: true, value: (part) => part.work, show: (part) => format.count(part.work) },
    { title: "Share", number: true, value: (part) => part.work / data.multiply_accumulates, show: (part) => format.percent(part.work / data.multiply_accumulates) },
  ], all), folded("Every vertex", table("Vertices", [
    { title: "Name", value: (row) => row.name },
    { title: "Layer", value: (row) => [kinds[row.kind] ?? row.kind, row.setting].filter(Boolean).join(" ") },
    { title: "Output", value: (row) => shapeOf(row.output_shape) },
    { title: "Parameters", number: true, value: (row) => row.parameters, show: (row) => format.count(row.parameters) },
    { title: "Multiply-accumulates", number: true, value: (row) => row.multiply_accumulates, show: (row) => format.count(row.multiply_accumulates) },
  ], data.rows)));
}

/** Blocks that look the same are drawn once. */
function drawPart(id, title, own, shapes) {
  if (own.length === 0) return;
  const looks = new Map();
  for (const part of own) {
    const look = JSON.stringify([shapes.get(part.input), part.rows.map((row) => [row.kind, row.setting, row.output_shape, row.inputs.length])]);
    looks.set(look, [...(looks.get(look) ?? []), part]);
  }
  const drawings = [...looks.values()].map((same) => el("figure", {},
    el("figcaption", {}, same.length === 1 ? same[0].name : `${same[0].name} to ${same.at(-1).name}`, same.length > 1 ? el("span", { class: "muted" }, `  ${same.length} blocks of this shape`) : null),
    el("p", { class: "small muted" }, `${format.count(same[0].parameters)} parameters, ${large(same[0].work)} multiply-accumulates${same.length > 1 ? " each" : ""}`),
    el("div", { class: "graph-scroll" }, graph(same[0].rows, shapes, same[0].name))));
  section(id, title, null, el("div", { class: "columns" }, drawings));
}

function drawList() {
  document.getElementById("top").append(
    el("p", { class: "eyebrow" }, "Gallery"), el("h1", {}, "Networks"),
    el("p", { class: "summary" }, "Every named network with its stages, blocks and shapes."));
  section("networks", "Networks", null, table("Networks", [
    { title: "Network", value: (row) => row.name, show: (row) => el("a", { href: row.file }, row.name) },
    { title: "Blocks", value: (row) => row.blocks.join("-"), show: (row) => row.blocks.join(", ") },
    { title: "Block", value: (row) => row.block },
    { title: "Input", number: true, value: (row) => row.input[0], show: (row) => shapeOf(row.input) },
    { title: "Classes", number: true, value: (row) => row.classes, show: (row) => format.count(row.classes) },
    { title: "Parameters", number: true, value: (row) => row.parameters, show: (row) => format.count(row.parameters) },
    { title: "Multiply-accumulates", number: true, value: (row) => row.multiply_accumulates, show: (row) => large(row.multiply_accumulates) },
  ], data.networks, { sortable: true }));
}

if (data.rows) drawNetwork(); else drawList();
document.getElementById("footer").append("Made by resnet-spark");
followReading();
