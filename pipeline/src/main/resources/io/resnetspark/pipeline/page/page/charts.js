"use strict";
// Charts: ECharts in the page's own colours, redrawn when the reader's theme or the width changes, each with its table.

const themeQuery = window.matchMedia("(prefers-color-scheme: dark)");
const drawn = [];

function theme() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"), muted: read("--muted"), line: read("--line"), surface: read("--surface"), font: read("--sans"),
    accent: read("--accent"), wrong: read("--wrong"), good: read("--good"),
    series: [1, 2, 3, 4, 5].map((i) => read("--series-" + i)),
  };
}

/**
 * A figure: caption, chart, and the same numbers as a table.
 *
 * @param options option(theme) gives ECharts' option; description says in words what the chart shows
 */
function chart({ title, note, description, option, columns, rows, tall = false }) {
  const canvas = el("div", { class: tall ? "chart tall" : "chart", role: "img", "aria-label": description ?? title });
  const figure = el("figure", {}, el("figcaption", {}, title, note ? el("span", { class: "muted" }, "  " + note) : null), canvas);
  if (columns) figure.append(folded("Show as a table", table(title, columns, rows)));
  // ECharts measures its element, so it starts once the figure is in the page.
  queueMicrotask(() => {
    const instance = echarts.init(canvas, null, { renderer: "svg" });
    const draw = () => instance.setOption(withDefaults(option(theme())), { notMerge: true });
    draw();
    drawn.push(draw);
    figure.redraw = draw;
    new ResizeObserver(() => instance.resize()).observe(canvas);
  });
  return figure;
}

themeQuery.addEventListener("change", () => drawn.forEach((draw) => draw()));

function withDefaults(option) {
  const colours = theme();
  return {
    animation: false,
    color: colours.series,
    textStyle: { fontFamily: colours.font, color: colours.ink },
    grid: { left: 8, right: 16, top: 22, bottom: 8, containLabel: true },
    // Rich text instead of HTML: names in tooltips are never parsed as markup.
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true,
      backgroundColor: colours.surface, borderColor: colours.line, textStyle: { color: colours.ink, fontSize: 12 },
      ...option.tooltip,
    },
    ...Object.fromEntries(Object.entries(option).filter(([key]) => key !== "tooltip")),
  };
}

function axis(colours, overrides = {}) {
  return {
    type: "value", nameTextStyle: { color: colours.muted }, nameLocation: "middle", nameGap: 28,
    axisLine: { show: false, lineStyle: { color: colours.line } }, axisTick: { show: false },
    axisLabel: { color: colours.muted, hideOverlap: true },
    splitLine: { lineStyle: { color: colours.line } },
    ...overrides,
  };
}

/** An axis of shares from 0 to 1, labelled in per cent. */
const shareAxis = (colours, overrides = {}) =>
  axis(colours, { min: 0, max: 1, axisLabel: { color: colours.muted, formatter: (value) => Math.round(100 * value) + " %" }, ...overrides });

const line = (name, points, overrides = {}) => ({
  name, type: "line", data: points, showSymbol: points.length < 3, symbolSize: 5, lineStyle: { width: 2 }, emphasis: { disabled: true }, ...overrides,
});
