// What a reader sees of it: progress, the result, and a bench to change assumptions, cells and tables and to run the chapter again.
import { lacking, Python, Stopped } from "./verify-engine.js";
import { forget } from "./verify-files.js";

const MOST_LISTED = 60;
const LARGEST_TABLE = 20e6;

/** Bring the part of a page to life. */
export function open(place) {
  new Panel(place);
}

const element = (name, settings = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(settings)) {
    if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
};
const button = (text, act, settings = {}) => {
  const made = element("button", { type: "button", ...settings }, text);
  made.addEventListener("click", act);
  return made;
};
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
const seconds = (time) => (time < 10 ? time.toFixed(1) : Math.round(time));

class Panel {
  constructor(place) {
    this.place = place;
    this.find = (name) => place.querySelector(`.verify-${name}`);
    this.given = place.dataset;
    this.changes = { cells: {}, parameters: {}, tables: {} };
    const why = lacking();
    if (why) {
      this.say(why);
      return;
    }
    this.startButton = button("Start", () => this.begin(), { class: "verify-main" });
    this.stopButton = button("Stop", () => this.stop(), { hidden: true });
    this.forgetButton = button("Remove what was kept", () => this.forget(), { hidden: true });
    this.progress = element("progress", { max: "1", value: "0", hidden: true, "aria-label": "Progress" });
    this.find("buttons").replaceChildren(this.startButton, this.stopButton, this.forgetButton, this.progress);
    this.find("buttons").hidden = false;
  }

  /** What is said first stands out; the rest explains it. */
  say(text, rest = "") {
    this.find("said").replaceChildren(element("b", {}, text), ...(rest ? [` ${rest}`] : []));
  }

  address(name) {
    return new URL(this.given[name], document.baseURI).href;
  }

  async begin() {
    if (this.busy) return;
    this.work(true);
    try {
      if (!this.python || this.python.ended) await this.load();
      const result = await this.python.run(this.changes);
      this.work(false);
      await this.show(result);
    } catch (error) {
      this.python?.stop();
      this.python = undefined;
      this.work(false);
      this.clear();
      const said = error instanceof Stopped ? "Stopped. The page is as it was."
        : error.constructor === Error ? error.message : `What was computed cannot be shown (${error.message}). The page is as it was.`;
      this.say(said);
      this.done({ failed: said });
    }
  }

  async load() {
    this.say("Loading");
    this.python = new Python(this.address("frame"), (report) => this.report(report));
    const [text] = await this.python.read([this.address("record"), this.given.integrity]);
    this.text = text;
    this.record ??= JSON.parse(text);
    const { packs, keep, runtime } = this.record;
    await this.python.start(packs, keep, new URL("./", this.address("frame")).href, runtime);
    await this.python.chapter(this.text);
  }

  stop() {
    this.python?.stop();
  }

  async forget() {
    await forget();
    this.forgetButton.hidden = true;
    this.say("Removed. The next start loads everything again.");
  }

  work(on) {
    this.busy = on;
    this.startButton.disabled = on;
    if (!on && document.activeElement === this.stopButton) this.startButton.focus();
    this.stopButton.hidden = !on;
    this.progress.hidden = !on;
    if (on) this.forgetButton.hidden = true;
    this.place.toggleAttribute("data-busy", on);
    for (const again of this.place.querySelectorAll("[data-again]")) again.disabled = on;
    if (on && document.activeElement === this.startButton) this.stopButton.focus();
  }

  report({ stage, done, total, cell }) {
    const count = this.record.cells.length;
    if (stage === "load") {
      this.progress.value = 0.6 * (done / total);
      this.say(done < total ? `Loading Python and its libraries: ${megabytes(done)} of ${megabytes(total)} MB` : "Loaded and checked");
    } else if (stage === "python" || stage === "unpacked") {
      this.progress.value = Math.min(this.progress.value + 0.02, 0.75);
      this.say("Starting Python");
    } else if (stage === "cell") {
      this.progress.value = 0.75 + 0.25 * (cell / count);
      this.say(`Computing: cell ${cell + 1} of ${count}`);
    } else if (stage === "slow") {
      this.say(`Cell ${cell + 1} has been running for a minute. It may need more time, or never end: wait, or stop it.`);
    }
  }

  // The result

  get isChanged() {
    return Object.values(this.changes).some((kind) => Object.keys(kind).length);
  }

  async show(result) {
    this.clear();
    this.forgetButton.hidden = !globalThis.caches;
    this.startButton.textContent = "Run again";
    const results = this.find("results");
    results.hidden = false;
    this.bench();
    if (result.failure) {
      this.showFailure(result);
      return;
    }
    const page = this.isChanged ? [] : this.differencesOfPage();
    const moved = new Map(result.numbers.map(([anchor, published, found]) => [anchor, [published, found]]));
    for (const [anchor, published, shown] of page) if (!moved.has(anchor)) moved.set(anchor, [`${shown} in this page`, published]);
    const count = result.compared;
    const versions = result.versions.join(", ");
    const how = `Computed in ${seconds(result.seconds)} s on this computer with ${versions}.`;
    if (this.isChanged) {
      this.say(moved.size ? `With your changes ${moved.size} of ${plural(count, "number")} ${moved.size === 1 ? "moves" : "move"}.`
        : `With your changes none of ${plural(count, "number")} moves${result.rest.length ? "; other things do" : ""}.`, how);
    } else {
      const others = result.rest.length ? `. ${plural(result.rest.length, "other difference")}: see below` : `${count ? ", and so are its" : "The"} words, tables, calculators and charts${count ? "" : " of this page are the same here"}`;
      const numbers = count ? `${count - moved.size} of ${plural(count, "number")} of this page are the same here` : "";
      this.say(`${numbers}${moved.size ? `, ${moved.size} ${moved.size === 1 ? "differs" : "differ"}` : others}.`, how);
    }
    this.list(moved, result.rest);
    this.mark(moved);
    const { turn } = this;
    await this.draw(result.charts, turn);
    if (turn === this.turn) this.done({ compared: count, moved: [...moved.keys()], rest: result.rest.length });
  }

  done(detail) {
    this.place.dispatchEvent(new CustomEvent("verify-done", { bubbles: true, detail }));
  }

  showFailure({ failure, ran }) {
    this.say(`Cell ${failure.cell + 1} of ${this.record.cells.length} failed: ${failure.said}`, `${ran ? `${plural(ran, "cell")} before it ran; the` : "The"} page is as it was.`);
    const report = element("details", {}, element("summary", {}, "The whole report"), element("pre", { tabindex: "0" }, failure.report));
    this.find("list").replaceChildren(report);
    this.openCell?.(failure.cell);
    this.done({ failed: failure.said });
  }

  /** Numbers that the page shows otherwise than its record, which was compared with what came out. */
  differencesOfPage() {
    return this.record.numbers.flatMap(({ anchor, text, exact, shown: written = text }) => {
      const shown = this.link(anchor)?.textContent;
      if (shown !== undefined && shown !== written) return [[anchor, written, shown]];
      const traced = document.querySelector(`#${CSS.escape(`trace-${anchor}`)} .trace-value`)?.textContent;
      return traced !== undefined && traced !== exact ? [[anchor, exact, traced]] : [];
    });
  }

  link(anchor) {
    return document.querySelector(`a.traced[href="#${CSS.escape(`trace-${anchor}`)}"]`);
  }

  list(moved, rest) {
    const parts = [];
    if (moved.size) {
      const lines = [...moved].slice(0, MOST_LISTED).map(([anchor, [published, found]]) => element("li", {},
        element("a", { href: `#${anchor}` }, anchor.replace(/^number-/, "")), `: ${published} → ${found || "nothing"}`));
      if (moved.size > MOST_LISTED) lines.push(element("li", {}, `and ${moved.size - MOST_LISTED} more`));
      parts.push(element("details", { open: moved.size <= 12 }, element("summary", {}, `The ${plural(moved.size, "number")}, as published and as computed here`), element("ul", {}, ...lines)));
    }
    if (rest.length) {
      const lines = rest.slice(0, MOST_LISTED).map(([where, published, found]) => element("li", {}, `${where}: ${published || "nothing"} → ${found || "nothing"}`));
      if (rest.length > MOST_LISTED) lines.push(element("li", {}, `and ${rest.length - MOST_LISTED} more`));
      parts.push(element("details", {}, element("summary", {}, `${plural(rest.length, "other difference")}: words, cells of tables, parts of calculators and charts`), element("ul", {}, ...lines)));
    }
    this.find("list").replaceChildren(...parts);
  }

  /** Show in the text what a number became. */
  mark(moved) {
    for (const [anchor, [, found]] of moved) {
      const link = this.link(anchor);
      if (!link) continue;
      link.classList.add("verify-moved");
      link.after(element("span", { class: "verify-new" }, element("span", { class: "unseen" }, " (computed here: "), " ", element("b", {}, found || "nothing"), element("span", { class: "unseen" }, ")")));
    }
  }

  /** Draw charts, one after the other, until the page is made as it was. */
  async draw(charts, turn) {
    let draw;
    try {
      ({ draw } = await import(this.address("draw")));
    } catch {
      if (turn === this.turn) this.find("said").append(` The script that draws could not be loaded, so the charts are the published ones.`);
      return;
    }
    const colors = JSON.parse(this.given.colors);
    const narrow = matchMedia("(max-width: 40rem)").matches;
    for (const [name, specification] of Object.entries(charts)) {
      if (turn !== this.turn) return;
      const figure = document.getElementById(name.replace(":", "-"));
      const still = figure?.querySelector(".chart-drawing");
      if (!still) continue;
      const place = element("div", { class: "verify-picture", role: "img", "aria-label": still.getAttribute("aria-label") ?? "" });
      const own = element("div", { class: "verify-chart" }, element("p", { class: "verify-own" }, "Drawn on your computer from what it computed"), place);
      try {
        still.before(own);
        await draw(place, specification, { narrow, colors });
        if (own.isConnected) figure.classList.add("verify-drawn");
      } catch (error) {
        own.replaceChildren(element("p", { class: "verify-own" }, `Your chart cannot be drawn (${error.message}). This is the published one:`));
      }
      // The page stays usable in between
      await new Promise((resolve) => { setTimeout(resolve); });
    }
  }

  /** The page as it was. */
  clear() {
    this.turn = (this.turn ?? 0) + 1;
    document.querySelectorAll(".verify-new, .verify-chart").forEach((part) => part.remove());
    document.querySelectorAll(".verify-moved").forEach((part) => part.classList.remove("verify-moved"));
    document.querySelectorAll(".verify-drawn").forEach((part) => part.classList.remove("verify-drawn"));
    this.find("list").replaceChildren();
  }

  // The bench

  bench() {
    const bench = this.find("bench");
    if (bench.childElementCount) return;
    bench.append(element("h2", {}, "Change something and run it again"));
    const { parameters } = this.record;
    if (parameters?.names.length) bench.append(this.assumptions(parameters));
    bench.append(this.cells(), this.tables());
    this.resetButton = button("Reset all", () => this.reset(), { "data-again": "" });
    bench.append(element("p", { class: "verify-buttons" }, button("Run again", () => this.begin(), { class: "verify-main", "data-again": "" }), this.resetButton,
      button("Download this notebook", () => this.download(), { "data-again": "" })));
    bench.append(element("p", { class: "verify-note", role: "status" }));
    bench.addEventListener("verify-run", () => this.begin());
  }

  assumptions({ names }) {
    const numbers = new Map(this.record.numbers.map((number) => [number.anchor, number]));
    const fields = names.map((name) => {
      const number = numbers.get(`number-${name.replaceAll("_", "-")}`);
      const input = element("input", { type: "text", id: `verify-set-${name}`, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
        placeholder: number ? `${number.value} ${number.unit}` : "as published" });
      input.addEventListener("input", () => {
        if (input.value.trim()) this.changes.parameters[name] = input.value.trim();
        else delete this.changes.parameters[name];
      });
      return element("p", {}, element("label", { for: input.id }, name.replaceAll("_", " "), element("span", {}, number ? `published: ${number.text}` : "")), input);
    });
    const form = element("form", { class: "verify-assumptions" }, element("fieldset", {}, element("legend", {}, "Assumptions"),
      element("p", { class: "verify-hint" }, "A number with its unit, as in the field; empty is as published. A point stands before decimals, nothing between thousands."), ...fields),
    element("button", { type: "submit", class: "unseen", tabindex: "-1" }, "Run again"));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.begin(); });
    return form;
  }

  cells() {
    const folds = this.record.cells.map(({ source }, index) => this.cell(source, index));
    this.openCell = (index) => { const fold = folds[index]; if (fold) { fold.closest(".verify-cells").open = true; fold.open = true; } };
    return element("details", { class: "verify-cells" }, element("summary", {}, `The code: ${plural(folds.length, "cell")}`), ...folds);
  }

  cell(source, index) {
    const first = source.split("\n").find((line) => line.trim() && !line.startsWith("#")) ?? source.split("\n")[0];
    const changed = element("span", { class: "verify-changed", hidden: true }, " changed");
    const place = element("div", { class: "verify-editor" });
    const undo = button("Reset this cell", () => { this.editors[index].replace(source); }, { disabled: true });
    const fold = element("details", { class: "verify-cell" }, element("summary", {}, `${index + 1} `, element("code", {}, first.slice(0, 80)), changed), place, undo);
    const onChange = (text) => {
      if (text === source) delete this.changes.cells[index];
      else this.changes.cells[index] = text;
      changed.hidden = undo.disabled = text === source;
    };
    this.editors ??= {};
    fold.addEventListener("toggle", async () => {
      if (!fold.open || this.editors[index]) return;
      this.editors[index] = { replace: () => {} };
      this.editors[index] = await this.editor(place, source, { label: `Cell ${index + 1}`, onChange });
    });
    return fold;
  }

  /** An editor that colors Python; a plain field where its script does not come. */
  async editor(place, source, { label, onChange }) {
    try {
      const { edit } = await import(this.address("editor"));
      return edit(place, source, { label, onChange });
    } catch {
      const area = element("textarea", { "aria-label": label, rows: String(Math.min(20, source.split("\n").length + 1)), spellcheck: "false" });
      area.value = source;
      area.addEventListener("input", () => onChange(area.value));
      place.append(area);
      return { replace: (text) => { area.value = text; onChange(text); } };
    }
  }

  tables() {
    const names = this.record.tables;
    const choice = element("select", { id: "verify-table" }, ...names.map((name) => element("option", {}, name)));
    const file = element("input", { type: "file", accept: ".csv,text/csv", id: "verify-file" });
    const taken = element("ul", { class: "verify-taken" });
    const note = element("p", { class: "verify-note", role: "status" });
    const show = () => taken.replaceChildren(...Object.keys(this.changes.tables).map((name) => element("li", {}, `${name} is yours. `,
      button("Take the published one again", () => { delete this.changes.tables[name]; show(); }))));
    file.addEventListener("change", async () => {
      const [chosen] = file.files;
      if (!chosen) return;
      file.value = "";
      if (chosen.size > LARGEST_TABLE) {
        note.textContent = `${chosen.name} has ${megabytes(chosen.size)} MB; tables here may have 20.`;
        return;
      }
      const name = names.includes(chosen.name) ? chosen.name : choice.value;
      try {
        this.changes.tables[name] = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await chosen.arrayBuffer());
        note.textContent = `${chosen.name} stands for ${name} in the next run, which checks it as the published tables are checked.`;
      } catch {
        note.textContent = `${chosen.name} is not text in UTF-8. Save it as “CSV UTF-8” and choose it again.`;
      }
      show();
    });
    this.showTables = show;
    return element("details", { class: "verify-tables" }, element("summary", {}, `The data: ${plural(names.length, "table")}`),
      element("p", { class: "verify-hint" }, "A file of yours stands for a table in this run; it is not sent. All tables are at ", element("a", { href: this.given.data }, "Data"), "."),
      element("p", {}, element("label", { for: "verify-table" }, "Table "), choice), element("p", {}, element("label", { for: "verify-file" }, "Your CSV "), file), note, taken);
  }

  reset() {
    this.changes = { cells: {}, parameters: {}, tables: {} };
    for (const input of this.find("bench").querySelectorAll(".verify-assumptions input")) input.value = "";
    for (const [index, editor] of Object.entries(this.editors ?? {})) editor.replace(this.record.cells[index].source);
    this.showTables?.();
    this.clear();
    this.say("Everything is as published. Run it again to compare.");
    this.startButton.focus();
  }

  /** The notebook with the changes, for any Jupyter. */
  async download() {
    const note = this.find("bench").lastElementChild;
    try {
      const answer = await fetch(this.address("notebook"));
      if (!answer.ok) throw new Error(answer.status);
      const notebook = changedNotebook(await answer.json(), this.record, this.changes);
      const link = element("a", { href: URL.createObjectURL(new Blob([JSON.stringify(notebook, null, 1)], { type: "application/x-ipynb+json" })), download: `${this.record.chapter}-changed.ipynb` });
      link.click();
      URL.revokeObjectURL(link.href);
      note.textContent = "Downloaded. It runs in any Jupyter; its outputs are computed when it is run.";
    } catch {
      note.textContent = "The notebook could not be loaded from the site. Check the connection and try again.";
    }
  }
}

/** A published notebook with a reader's changes: cells, parameters as papermill writes them, and tables, without outputs. */
export function changedNotebook(notebook, record, { cells, parameters, tables }) {
  const changed = new Map(Object.entries(cells).map(([index, source]) => [record.cells[index].id, source]));
  const given = Object.entries(parameters).map(([name, value]) => `${name} = ${value === "None" ? value : JSON.stringify(value)}`);
  const parametersId = given.length ? record.cells[record.parameters.cell].id : undefined;
  const made = [];
  for (const cell of notebook.cells) {
    const own = cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell;
    if (changed.has(cell.id)) own.source = changed.get(cell.id);
    made.push(own);
    if (cell.id === parametersId) made.push(codeCell("reader-parameters", ["# Parameters", ...given].join("\n"), ["injected-parameters"]));
    if (cell.id === "setup" && Object.keys(tables).length) made.push(codeCell("reader-tables", tablesCode(record, tables), []));
  }
  return { ...notebook, cells: made };
}

const codeCell = (id, source, tags) => ({ cell_type: "code", id, metadata: { tags }, outputs: [], execution_count: null, source });

const tablesCode = ({ reader, variable }, tables) => `# Your tables in place of the published ones
import json, os, shutil, tempfile
from importlib.util import find_spec
from pathlib import Path

published = Path(find_spec(${JSON.stringify(reader)}).submodule_search_locations[0], "data")
own = Path(shutil.copytree(os.environ.get(${JSON.stringify(variable)}, published), Path(tempfile.mkdtemp(), "data")))
for name, text in json.loads(${JSON.stringify(JSON.stringify(tables))}).items():
    (own / name).write_text(text, encoding="utf-8", newline="")
os.environ[${JSON.stringify(variable)}] = str(own)`;
