"use strict";
// The history of a schedule: how its jobs stand, when they are due, and what ran.

const SUCCEEDED = new Set(["done", "not-promoted"]);
const WITHOUT_OUTCOME = new Set(["running", "missed"]);
const STRIP_RUNS = 30;

const OUTCOMES = {
  "done": "Done", "failed": "Failed", "configuration": "Wrong configuration", "bad-data": "Bad data",
  "diverged": "Diverged", "not-promoted": "Done, not promoted", "crashed": "Crashed", "timed-out": "Timed out",
  "stopped": "Stopped", "lost": "Lost", "missed": "Missed", "running": "Running",
};

document.head.append(el("style", {}, `
  .figure-number.hero dd { font-size: clamp(2.4rem, 1.8rem + 2.2vw, 3.2rem); line-height: 1.1; }
  .moment span { white-space: nowrap; }
  .jobs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.25rem; }
  .job { border: 1px solid var(--line); border-radius: .6rem; background: var(--surface); padding: 1.1rem 1.25rem 1.2rem; min-width: 0; }
  .job h3 { margin: 0; font-size: 1.1rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; justify-content: space-between; }
  .job .command { margin: .35rem 0 .9rem; font-family: var(--mono); font-size: .8125rem; color: var(--muted); overflow-wrap: anywhere; }
  .job dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; font-size: .875rem; }
  .job dt { color: var(--muted); }
  .job dd { margin: 0; overflow-wrap: anywhere; }
  .job ol { margin: 0; padding: 0; list-style: none; }
  .strip { display: flex; gap: 3px; margin: 1rem 0 0; padding: 0; list-style: none; height: 1.6rem; align-items: stretch; }
  .strip li { flex: 1 1 0; max-width: 1.1rem; min-width: 3px; display: flex; }
  .strip a, .strip span { flex: 1; border-radius: 2px; background: var(--mark); }
  .strip a:hover { outline: 2px solid var(--ink); }
  .mark { --mark: var(--wrong); }
  .mark.good { --mark: var(--good); }
  .mark.neutral { --mark: color-mix(in srgb, var(--muted) 55%, transparent); }
  .mark.now { --mark: var(--accent); }
  .outcome { white-space: nowrap; font-weight: 600; font-size: .875rem; }
  .outcome::before { content: ""; display: inline-block; width: .6em; height: .6em; border-radius: 50%; margin-right: .5em; background: var(--mark); }
  .outcome.now::before { animation: pulse 1.6s ease-in-out infinite; }
  @keyframes pulse { 50% { opacity: .25; } }
  @media (prefers-reduced-motion: reduce) { .outcome.now::before { animation: none; } }
  #runs td:nth-child(6) { min-width: 16rem; max-width: 34rem; overflow-wrap: anywhere; }
  #runs tbody th { min-width: 12.5rem; }
  #runs td:nth-child(2) { white-space: nowrap; }
  select { font: inherit; font-size: .9rem; padding: .35rem .6rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--surface); color: var(--ink); }
  .controls label { font-size: .875rem; color: var(--muted); }
  @media (max-width: 46rem) { #runs tbody th { min-width: 7rem; } }
`));

const kind = (status) => (SUCCEEDED.has(status) ? "good" : status === "running" ? "now" : status === "missed" || status === "stopped" ? "neutral" : "");
const outcome = (run) => el("span", { class: `mark outcome ${kind(run.status)}` }, OUTCOMES[run.status] ?? run.status);
const plural = (count, one, many = one + "s") => `${format.count(count)} ${count === 1 ? one : many}`;

/** A time by the clock of its job, for people without the seconds where they are zero. */
const clock = (at) => (at ? at.clock.replace(/:00( |$)/, "$1") : UNDEFINED);

/** A moment from the page's own point of view: in 3 h, 5 min ago. */
function relative(time) {
  const seconds = Math.round((Date.parse(time) - Date.parse(data.generated_at)) / 1000);
  const size = Math.abs(seconds);
  const words = size < 60 ? `${size} s` : size < 5400 ? `${Math.round(size / 60)} min` : size < 129600 ? `${Math.round(size / 3600)} h` : `${Math.round(size / 86400)} d`;
  return seconds >= 0 ? `in ${words}` : `${words} ago`;
}

function drawHeader() {
  const ended = data.runs.filter((run) => !WITHOUT_OUTCOME.has(run.status));
  const next = data.jobs.filter((job) => job.next_fires.length)
    .map((job) => ({ job, at: job.next_fires[0] }))
    .sort((a, b) => Date.parse(a.at.time) - Date.parse(b.at.time))[0];
  document.getElementById("top").append(
    el("p", { class: "eyebrow" }, "Schedule"),
    el("h1", {}, plural(data.jobs.length, "job"), el("span", { class: "of" }, " on "), data.host),
    el("p", { class: "summary" }, inWords(ended)),
    el("div", { class: "headline" },
      el("dl", { class: "figure-number hero" }, el("dt", {}, "Next run"),
        el("dd", {}, next ? relative(next.at.time) : UNDEFINED),
        el("div", { class: "small muted" }, next ? `${next.job.name}, ${clock(next.at)}` : "No time is left.")),
      el("div", { class: "rest" }, [
        number("Running now", format.count(data.jobs.filter((job) => job.running).length)),
        number("Runs kept", format.count(ended.length)),
        number("Did their work", ended.length ? format.percent(ended.filter((run) => SUCCEEDED.has(run.status)).length / ended.length, 0) : UNDEFINED),
        number("Times missed", format.count(data.runs.reduce((sum, run) => sum + run.missed_fires, 0))),
      ])));
}

function inWords(ended) {
  if (data.state !== "up") return "The scheduler is stopping: nothing more will start.";
  const latest = data.jobs.map((job) => ended.find((run) => run.job === job.name)).filter(Boolean);
  const failing = latest.filter((run) => !SUCCEEDED.has(run.status) && run.status !== "stopped");
  const since = `The scheduler has been up since ${data.started_at.replace("T", " ").replace("Z", " UTC")}.`;
  if (latest.length === 0) return `Nothing has run yet. ${since}`;
  if (failing.length === 0) return `The last run of every job did its work. ${since}`;
  return `The last run of ${failing.map((run) => run.job).join(", ")} did not do its work: ${failing[0].message.split("\n")[0]} ${since}`;
}

function number(title, value) {
  return el("dl", { class: "figure-number" }, el("dt", {}, title), el("dd", {}, value));
}

function drawJobs() {
  section("jobs", "Jobs", "Times are those of each job's own time zone. The marks are its last runs, the newest on the right.",
    el("div", { class: "jobs" }, data.jobs.map((job) => {
      const runs = data.runs.filter((run) => run.job === job.name);
      const newest = runs[0];
      return el("article", { class: "job" },
        el("h3", {}, job.name, newest ? outcome(newest) : el("span", { class: "mark outcome neutral" }, "Not run yet")),
        el("p", { class: "command" }, "resnet " + job.command.join(" ")),
        el("dl", {},
          el("dt", {}, "Times"), el("dd", {}, `${job.cron} in ${job.time_zone}`),
          el("dt", {}, "Next"), el("dd", {}, el("ol", {}, job.next_fires.slice(0, 3).map((at, i) =>
            el("li", {}, clock(at), i === 0 ? el("span", { class: "muted" }, ` (${relative(at.time)})`) : "")))),
          el("dt", {}, "Last success"), el("dd", {}, job.last_success ? [clock(job.last_success), el("span", { class: "muted" }, ` (${relative(job.last_success.time)})`)] : "never"),
          el("dt", {}, "If missed"), el("dd", {}, job.misfire === "skip" ? "skipped" : "run once, as soon as possible"),
          el("dt", {}, "Timeout"), el("dd", {}, job.timeout_seconds ? format.seconds(job.timeout_seconds).replace(/ 0 (min|s)$/, "") : "none")),
        strip(runs));
    })));
}

function strip(runs) {
  return runs.length === 0 ? null : el("ul", { class: "strip", "aria-label": "Last runs" },
    runs.slice(0, STRIP_RUNS).reverse().map((run) => {
      const title = `${clock(run.started_at)}: ${OUTCOMES[run.status]}`;
      return el("li", { class: `mark ${kind(run.status)}` },
        run.log ? el("a", { href: run.log, title, "aria-label": title }) : el("span", { title }));
    }));
}

function drawRuns() {
  const box = el("div");
  const choice = (label, values, names = {}) => el("label", {}, label + " ",
    el("select", { change: (event) => { remember(label, event.target.value); fill(); } },
      el("option", { value: "" }, "all"),
      values.map((value) => el("option", { value, selected: value === remembered(label) }, names[value] ?? value))));
  const job = choice("Job", data.jobs.map((each) => each.name));
  const status = choice("Outcome", [...new Set(data.runs.map((run) => run.status))], OUTCOMES);
  function fill() {
    const [wantedJob, wantedStatus] = [job, status].map((label) => label.querySelector("select").value);
    const rows = data.runs.filter((run) => (!wantedJob || run.job === wantedJob) && (!wantedStatus || run.status === wantedStatus));
    box.replaceChildren(rows.length === 0 ? el("p", { class: "muted" }, "No such runs.") : table("Runs", [
      { title: "Started", value: (run) => run.started_at.time, show: moment },
      { title: "Job", value: (run) => run.job },
      { title: "Outcome", value: (run) => OUTCOMES[run.status], show: outcome },
      { title: "Took", number: true, value: (run) => run.seconds, show: (run) => format.seconds(run.seconds) },
      { title: "Exit code", number: true, value: (run) => run.exit_code, show: (run) => run.exit_code ?? UNDEFINED },
      { title: "What it said", value: (run) => run.message, show: said },
      { title: "Log", value: (run) => run.log, show: (run) => (run.log ? el("a", { href: run.log }, "log") : UNDEFINED) },
    ], rows, { sortable: true, sortedBy: 0, descending: true }));
  }
  section("runs", "Runs", data.runs.length === 0 ? "Nothing has run yet." : null,
    ...(data.runs.length === 0 ? [] : [el("div", { class: "controls" }, job, status), box]));
  if (data.runs.length) fill();
}

// What was chosen outlives a reload, where the browser lets a page remember anything.
function remember(name, value) {
  try { sessionStorage.setItem(name, value); } catch { /* a file without storage */ }
}

function remembered(name) {
  try { return sessionStorage.getItem(name); } catch { return null; }
}

/** Date and time, each whole where the line breaks. */
function moment(run) {
  const [date, ...time] = clock(run.started_at).split(" ");
  return el("span", { class: "moment" }, el("span", {}, date), " ", el("span", {}, time.join(" ")));
}

function said(run) {
  const late = run.missed_fires > 0 && run.status !== "missed" ? `Made up for ${plural(run.missed_fires, "missed time")}. ` : "";
  return late + (run.status === "running" ? `Since ${relative(run.started_at.time).replace(" ago", "")}.` : run.message.split("\n")[0]);
}

drawHeader();
drawJobs();
drawRuns();
document.getElementById("footer").append(
  `As of ${data.generated_at.replace("T", " ").replace("Z", " UTC")}, by resnet-spark ${data.version}. This page reloads every ${data.refresh_seconds} seconds; the history is also in history.json, numbers for Prometheus in /metrics.`);
