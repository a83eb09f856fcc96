"use strict";
// What is taken for what: a matrix for few classes, the worst pairs for many; choosing one shows its images.

function drawConfusions() {
  const panel = el("div", { class: "panel", "aria-live": "polite" });
  const chosen = { button: null };

  function choose(button, actual, predicted, count) {
    chosen.button?.setAttribute("aria-pressed", "false");
    chosen.button = button;
    button.setAttribute("aria-pressed", "true");
    showPair(panel, actual, predicted, count);
  }

  const { chart: main, first } = data.confusion_matrix ? matrix(choose) : worstPairs(choose);
  const lead = data.confusion_matrix
    ? "Rows are true classes, columns what the model said, shaded by their share of the row. Choose a cell to see its images; the arrow keys move between cells."
    : `The most frequent of the confusions among ${format.count(data.per_class.length)} classes. Choose one to see its images.`;
  section("confusions", "Confusions", lead, el("div", { class: "confusions" }, main, panel));
  if (first) first.click();
  else panel.append(el("p", { class: "muted" }, "Nothing was confused."));
}

function matrix(choose) {
  const labels = data.per_class.map((row) => row.label);
  const size = labels.length;
  const buttons = [];
  let first = null;
  let highest = 0;

  const rows = data.confusion_matrix.map((counts, actual) => {
    const support = data.per_class[actual].support;
    return el("tr", {}, el("th", { scope: "row", title: labels[actual] }, labels[actual]), counts.map((count, predicted) => {
      const button = cell(count, count / support, actual === predicted, `${labels[actual]} taken for ${labels[predicted]}: ${count}`);
      button.addEventListener("click", () => choose(button, labels[actual], labels[predicted], count));
      buttons.push(button);
      if (actual !== predicted && count > highest) {
        highest = count;
        first = button;
      }
      return el("td", {}, button);
    }));
  });

  buttons[0].tabIndex = 0;
  const grid = el("table", { class: "matrix", style: `--classes:${size}`, keydown: (event) => move(event, buttons, size) },
    el("thead", {}, el("tr", {}, el("td"), labels.map((label) => el("th", { scope: "col", class: "center", title: label }, el("span", {}, label))))),
    el("tbody", {}, rows));
  const pairs = folded("Show as a table", confusionTable());
  return { chart: el("div", {}, el("p", { class: "axis" }, "true class ↓   predicted →"), el("div", { class: "matrix-scroll" }, grid), pairs), first };
}

function cell(count, share, hit, description) {
  // The square root makes one confusion in a hundred visible beside ninety-nine hits.
  const strength = hit ? share : Math.min(1, Math.sqrt(share) * 1.4);
  const colour = count === 0 ? null : `background:rgba(var(--${hit ? "accent" : "wrong"}-rgb),${(0.1 + 0.9 * strength).toFixed(3)})`;
  return el("button", {
    type: "button", tabindex: "-1", "aria-pressed": "false", "aria-label": description, title: description, style: colour,
    class: count === 0 ? "zero" : strength > 0.55 ? "strong" : null,
  }, count < 1000 ? format.count(count) : [el("span", { class: "exact" }, format.count(count)), el("span", { class: "rounded" }, format.rounded(count))]);
}

/** Arrow keys walk over the cells; only the current one is in the tab order. */
function move(event, buttons, size) {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -size, ArrowDown: size }[event.key];
  const from = buttons.indexOf(document.activeElement);
  const to = from + step;
  if (!step || from < 0 || to < 0 || to >= buttons.length) return;
  if (Math.abs(step) === 1 && Math.floor(to / size) !== Math.floor(from / size)) return;
  event.preventDefault();
  buttons[from].tabIndex = -1;
  buttons[to].tabIndex = 0;
  buttons[to].focus();
}

function confusionTable() {
  return table("Most frequent confusions", [
    { title: "True class", value: (row) => row.label },
    { title: "Predicted", value: (row) => row.predicted },
    { title: "Images", number: true, value: (row) => row.count, show: (row) => format.count(row.count) },
  ], data.confusions, { sortable: true });
}

function worstPairs(choose) {
  const shown = data.confusions.slice(0, 100);
  let first = null;
  const view = table("Most frequent confusions", [
    {
      title: "True class → predicted",
      value: (row) => row.label,
      show: (row) => {
        const button = el("button", { type: "button", "aria-pressed": "false" }, `${row.label} → ${row.predicted}`);
        button.addEventListener("click", () => choose(button, row.label, row.predicted, row.count));
        first ??= button;
        return button;
      },
    },
    { title: "Images", number: true, value: (row) => row.count, show: (row) => format.count(row.count) },
    { title: "", value: (row) => row.count, show: (row) => el("span", { class: "bar", style: `width:${(6 * row.count) / shown[0].count}rem` }) },
  ], shown);
  view.classList.add("worst");
  return { chart: view, first };
}

function showPair(panel, actual, predicted, count) {
  const support = data.per_class.find((row) => row.label === actual).support;
  const images = data.mistakes.filter((mistake) => mistake.label === actual && mistake.predicted === predicted);
  panel.replaceChildren(
    el("h3", {}, actual === predicted ? `“${actual}” recognised` : `“${actual}” taken for “${predicted}”`),
    el("p", { class: "small muted" }, `${format.count(count)} of ${format.count(support)} images of the class (${format.percent(count / support)})`));
  if (images.length > 0) panel.append(imageList(images.map(mistakeCard)));
  else if (count > 0) {
    panel.append(el("p", { class: "small muted" }, actual === predicted ? "Pictures are kept of mistakes only." : "No pictures were kept of this pair."));
  }
}
