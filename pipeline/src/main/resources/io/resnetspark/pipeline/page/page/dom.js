"use strict";
// Building blocks: elements, numbers, tables. Text only ever enters the page as text nodes and attribute values.

const data = JSON.parse(document.getElementById("data").textContent);

/** Makes an element. Attributes that are functions become event listeners; null and false attributes are left out. */
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const UNDEFINED = "–";
const isNumber = (value) => typeof value === "number";

const format = {
  count: (value) => (isNumber(value) ? value.toLocaleString("en-US") : UNDEFINED),
  /** A large count in few characters: 1.2K. */
  rounded: (value) => value.toLocaleString("en-US", { notation: "compact", maximumSignificantDigits: 2 }),
  /** A share as per cent. */
  percent: (value, digits = 1) => (isNumber(value) ? (100 * value).toFixed(digits) + " %" : UNDEFINED),
  points: (value) => (isNumber(value) ? (value > 0 ? "+" : value < 0 ? "−" : "") + Math.abs(100 * value).toFixed(1) : UNDEFINED),
  decimal: (value, digits = 3) => (isNumber(value) ? value.toFixed(digits) : UNDEFINED),
  /** Three significant digits, whatever the magnitude. */
  short: (value) => {
    if (!isNumber(value)) return UNDEFINED;
    const size = Math.abs(value);
    if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(2);
    return size >= 1000 ? format.count(Math.round(value)) : String(Number(value.toPrecision(3)));
  },
  range: (interval) => (isNumber(interval[0]) ? `${(100 * interval[0]).toFixed(1)}–${format.percent(interval[1])}` : UNDEFINED),
  seconds: (value) => {
    if (!isNumber(value)) return UNDEFINED;
    if (value < 60) return format.short(value) + " s";
    const minutes = Math.floor(value / 60);
    return minutes < 60
      ? `${minutes} min ${Math.round(value % 60)} s`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  },
};

/** The part of the line from 0 to 1 that all intervals need, to whole tenths, and how to write it. */
function commonScale(intervals) {
  const lowest = Math.min(1, ...intervals.map((interval) => interval[0]).filter(isNumber));
  const low = Math.min(0.9, Math.floor(10 * lowest) / 10);
  return { low, high: 1, title: `${Math.round(100 * low)} to 100 %` };
}

/** A line on which an interval is a band and its value a tick. */
function intervalBar(value, interval, { low = 0, high = 1, reference = null, className = "" } = {}) {
  if (!isNumber(value)) return el("span", { class: "muted" }, UNDEFINED);
  const at = (x) => 100 * Math.min(1, Math.max(0, (x - low) / (high - low)));
  const bar = el("span", { class: "interval " + className, "aria-hidden": "true" });
  if (isNumber(interval[0])) {
    bar.append(el("span", { class: "band", style: `left:${at(interval[0])}%;right:${100 - at(interval[1])}%` }));
  }
  if (isNumber(reference)) bar.append(el("span", { class: "reference", style: `left:${at(reference)}%` }));
  bar.append(el("span", { class: "tick", style: `left:${at(value)}%` }));
  return bar;
}

/**
 * A table in a box that scrolls and can be reached by keyboard. Columns: {title, value(row), show(row), number}; `value`
 * is what sorts, `show` what is seen. The first column heads the row.
 */
function table(caption, columns, rows, { sortable = false, sortedBy = null, descending = false } = {}) {
  const body = el("tbody");
  const heads = columns.map((column) =>
    el("th", { scope: "col", class: column.number ? "number" : null }, sortable ? el("button", { type: "button" }, column.title) : column.title));
  const show = (column, row) => (column.show ? column.show(row) : column.number ? format.short(column.value(row)) : column.value(row));

  function fill(sorted) {
    body.replaceChildren(...sorted.map((row) =>
      el("tr", {}, columns.map((column, i) =>
        i === 0 ? el("th", { scope: "row" }, show(column, row)) : el("td", { class: column.number ? "number" : null }, show(column, row))))));
  }
  function sort(index, down) {
    const value = columns[index].value;
    heads.forEach((head, i) => (i === index ? head.setAttribute("aria-sort", down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    fill([...rows].sort((a, b) => compare(value(a), value(b)) * (down ? -1 : 1)));
  }
  if (sortable) {
    heads.forEach((head, i) => head.firstChild.addEventListener("click", () => sort(i, head.getAttribute("aria-sort") === "ascending")));
  }
  if (sortable && sortedBy !== null) sort(sortedBy, descending); else fill(rows);
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("thead", {}, el("tr", {}, heads)), body));
}

/** Undefined values go last whichever way numbers run; text follows the reader's language. */
function compare(a, b) {
  if (!isNumber(a) && !isNumber(b)) return String(a ?? "").localeCompare(String(b ?? ""), undefined, { numeric: true });
  if (!isNumber(a)) return 1;
  if (!isNumber(b)) return -1;
  return a - b;
}

const folded = (title, content) => el("details", {}, el("summary", {}, title), content);

/** Adds a section to the page and to its contents. */
function section(id, title, lead, ...content) {
  document.getElementById("main").append(
    el("section", { id, "aria-labelledby": id + "-title" },
      el("h2", { id: id + "-title" }, title), lead ? el("p", { class: "lead" }, lead) : null, ...content));
  const list = document.querySelector("#contents ul") ?? document.getElementById("contents").appendChild(el("ul"));
  list.append(el("li", {}, el("a", { href: "#" + id }, title)));
}

/** Marks the section being read in the contents. */
function followReading() {
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        links.forEach((link) => link.removeAttribute("aria-current"));
        links.get(entry.target.id)?.setAttribute("aria-current", "true");
      }
    }
  }, { rootMargin: "-20% 0px -75% 0px" });
  document.querySelectorAll("main > section").forEach((part) => observer.observe(part));
}

/** One of a page's headline numbers. */
function number(title, value, unit) {
  return el("dl", { class: "figure-number" }, el("dt", {}, title), el("dd", {}, value, unit ? el("small", {}, " " + unit) : null));
}

/** A list of facts by name, or nothing. */
const facts = (title, entries) => (Object.keys(entries ?? {}).length === 0 ? null
  : el("div", {}, el("h3", {}, title), el("dl", {}, Object.entries(entries).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))));
