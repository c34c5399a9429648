// The live chart: draws a compiled specification in the place of the static drawing, in the same size.
// Only what Vega-Lite compiles to is registered; expressions are interpreted, so that no page needs to allow eval.
import { extend } from "vega-util";
import { transforms } from "vega-dataflow";
import * as basic from "vega-transforms";
import * as layout from "vega-view-transforms";
import * as encode from "vega-encode";
import * as geo from "vega-geo";
import * as regression from "vega-regression";
import * as voronoi from "vega-voronoi";
import { View } from "vega-view";
import { parse } from "vega-parser";
import { expressionInterpreter } from "vega-interpreter";

extend(transforms, basic, layout, encode, geo, regression, voronoi);

const SILENT = 0;
const GAP = 12;

/** Make a figure interactive. Rejects, and leaves the static drawing alone, when anything fails. */
export async function mount(figure) {
  const drawing = figure.querySelector(".chart-drawing");
  const response = await fetch(drawing.dataset.spec);
  if (!response.ok) throw new Error(response.statusText);
  const text = await response.text();
  const inputs = [...figure.querySelectorAll("[data-signal]")];
  const stage = document.createElement("div");
  stage.className = "chart-live";
  stage.setAttribute("aria-hidden", "true");
  let view, shown;

  const draw = async () => {
    const variant = getComputedStyle(drawing).getPropertyValue("--chart-variant").trim() || "wide";
    if (variant === shown) return;
    const place = document.createElement("div");
    const next = new View(parse(specification(JSON.parse(text), variant), null, { ast: true }), {
      expr: expressionInterpreter, renderer: "svg", hover: true, container: place, logLevel: SILENT,
      tooltip: (_handler, event, _item, value) => tell(event, value),
    });
    next.addEventListener("click", (event, item) => { if (item?.tooltip) tell(event, item.tooltip); });
    inputs.forEach((input) => { if (isChosen(input)) next.signal(input.dataset.signal, valueOf(input)); });
    await next.runAsync();
    for (const name of ["role", "aria-roledescription", "aria-label"]) place.removeAttribute(name);
    const still = drawing.querySelector(`.chart-${variant} svg`);
    const [width, height] = ["width", "height"].map((name) => still.getAttribute(name));
    stage.style.setProperty("--chart-width", `${width}px`);
    stage.style.setProperty("--chart-ratio", `${width} / ${height}`);
    stage.dataset.variant = variant;
    stage.replaceChildren(place);
    view?.finalize();
    view = next;
    shown = variant;
  };

  await draw();
  drawing.append(stage);
  figure.dataset.hydrated = "true";

  let drawn = Promise.resolve();
  new ResizeObserver(() => { drawn = drawn.then(draw).catch(() => {}); }).observe(figure);

  const form = figure.querySelector(".chart-controls");
  if (!form) return;
  const update = () => {
    inputs.forEach((input) => {
      if (isChosen(input)) view.signal(input.dataset.signal, valueOf(input));
      const output = input.parentElement.querySelector("output");
      if (output) output.textContent = input.value;
    });
    view.runAsync();
  };
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(update));
  form.querySelector("fieldset").disabled = false;
}

function specification({ rows, ...variants }, name) {
  const chosen = variants[name];
  for (const source of chosen.data) if (typeof source.values === "number") source.values = rows[source.values];
  return chosen;
}

const isChosen = (input) => input.type !== "radio" || input.checked;

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.type === "radio" || input.tagName === "SELECT") return JSON.parse(input.value);
  return input.type === "range" || input.type === "number" ? input.valueAsNumber : input.value;
}

const tip = document.createElement("div");
tip.className = "chart-tooltip";
tip.hidden = true;
tip.setAttribute("aria-hidden", "true");
document.body.append(tip);
const hide = () => { tip.hidden = true; };
let finger = false;
document.addEventListener("pointerdown", (event) => { finger = event.pointerType === "touch"; hide(); }, true);
addEventListener("scroll", hide, { passive: true });

/** Show what a mark means beside the pointer. A finger leaves the mark at once: what it opened stays until the next touch. */
function tell(event, value) {
  if (value == null || value === "") {
    if (!finger) hide();
    return;
  }
  const lines = typeof value === "object" ? Object.entries(value).filter(([, said]) => said !== "") : [["", value]];
  tip.replaceChildren(...lines.map(([name, said]) => {
    const line = document.createElement("p");
    const term = document.createElement("span");
    term.textContent = name;
    line.append(...(name ? [term, " "] : []), String(said));
    return line;
  }));
  tip.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = tip;
  const right = event.clientX + GAP + width < document.documentElement.clientWidth;
  tip.style.left = `${Math.max(4, right ? event.clientX + GAP : event.clientX - GAP - width)}px`;
  tip.style.top = `${event.clientY - GAP - height > 0 ? event.clientY - GAP - height : event.clientY + GAP}px`;
}
