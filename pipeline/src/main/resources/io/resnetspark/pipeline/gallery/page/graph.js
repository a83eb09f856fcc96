"use strict";
// Draws a part of a network as a graph: what is computed from top to bottom, shortcuts beside it, shapes on the edges.

const NODE = { width: 226, height: 44, gap: 34 };
const LANES = [2, 282];
const TOP = 44;

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat());
  return element;
}

const shapeOf = (shape) => shape.join(" × ");
const isShortcut = (row) => /\.(downsample|shortcut)/.test(row.name);
const kinds = {
  Convolution: "Convolution", BatchNorm: "Batch norm", Relu: "ReLU", MaxPool: "Max pooling", GlobalAverage: "Global average",
  Linear: "Linear", ResidualAdd: "Add, then ReLU", PadShortcut: "Subsample, pad with zeros", SoftmaxCrossEntropy: "Softmax",
};

/** A graph of the rows; `shapes` has the shape of everything they read. */
function graph(rows, shapes, title) {
  const places = new Map();
  const step = NODE.height + NODE.gap;
  let y = TOP;
  let side = TOP + step;
  const branches = rows.some(isShortcut) || rows.some((row) => row.inputs.length > 1);
  for (const row of rows) {
    if (isShortcut(row)) {
      places.set(row.name, { x: LANES[1], y: side });
      side += step;
    } else {
      places.set(row.name, { x: LANES[0], y });
      y += step;
    }
  }
  const adding = rows.find((row) => row.inputs.length > 1);
  if (adding) {
    const lowest = Math.max(...rows.filter((row) => row !== adding).map((row) => places.get(row.name).y));
    places.get(adding.name).y = lowest + step;
  }
  const height = Math.max(...[...places.values()].map((place) => place.y)) + NODE.height + 34;
  const width = branches ? LANES[1] + NODE.width + 2 : NODE.width + 120;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": title, class: "graph" });
  rows.forEach((row) => row.inputs.forEach((input, i) => drawing.append(...edge(row, input, i, places, shapes))));
  rows.forEach((row) => drawing.append(node(row, places.get(row.name))));
  const last = rows.at(-1);
  const end = places.get(last.name);
  const x = end.x + NODE.width / 2;
  drawing.append(line2([[x, end.y + NODE.height], [x, height - 4]]), label(x + 8, height - 10, shapeOf(last.output_shape)));
  return drawing;
}

function line2(points) {
  return svg("polyline", { points: points.map((point) => point.join(",")).join(" "), class: "edge" });
}

const label = (x, y, text) => svg("text", { x, y, class: "shape" }, text);

function edge(row, input, i, places, shapes) {
  const to = places.get(row.name);
  const from = places.get(input);
  const shape = shapes.get(input);
  const x = to.x + NODE.width / 2;
  if (from && from.x === to.x) return [line2([[x, from.y + NODE.height], [x, to.y]]), label(x + 8, to.y - 10, shapeOf(shape))];
  if (from) {
    // A shortcut with vertices of its own comes in from its lane.
    const fromX = from.x + NODE.width / 2;
    return [line2([[fromX, from.y + NODE.height], [fromX, to.y + NODE.height / 2], [to.x + NODE.width, to.y + NODE.height / 2]]), label(fromX + 8, from.y + NODE.height + 20, shapeOf(shape))];
  }
  const top = 4;
  if (to.x === LANES[1]) {
    const start = LANES[0] + NODE.width / 2;
    return [line2([[start, top + 10], [x, top + 10], [x, to.y]]), label(x + 8, to.y - 10, shapeOf(shape))];
  }
  if (i > 0) {
    // The identity: round the branch.
    const lane = LANES[1] + 40;
    return [line2([[x, top + 10], [lane, top + 10], [lane, to.y + NODE.height / 2], [to.x + NODE.width, to.y + NODE.height / 2]]),
      svg("text", { x: lane + 8, y: (top + to.y + NODE.height) / 2, class: "shape" }, "identity"), label(lane + 8, (top + to.y + NODE.height) / 2 + 18, shapeOf(shape))];
  }
  return [line2([[x, top], [x, to.y]]), label(x + 8, to.y - 10, shapeOf(shape))];
}

function node(row, place) {
  const title = [kinds[row.kind] ?? row.kind, row.setting].filter(Boolean).join(" ").replace(/(\d+)x(\d+)/, "$1 × $2");
  const block = /^layer\d+\.\d+\./.exec(row.name)?.[0] ?? "";
  const size = row.parameters ? `${format.count(row.parameters)} parameters` : "no parameters";
  return svg("g", { class: "node " + row.kind },
    svg("rect", { x: place.x, y: place.y, width: NODE.width, height: NODE.height, rx: 8 }),
    svg("text", { x: place.x + 12, y: place.y + 19, class: "name" }, title),
    svg("text", { x: place.x + 12, y: place.y + 35, class: "detail" }, `${row.name.slice(block.length)} · ${size}`));
}
