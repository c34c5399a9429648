// Draws a chart that was computed in the browser as the build draws it: outputs/vega.py and outputs/chartdata.py, once more.
// What those decide is decided there; here it is repeated, and a test holds both to the same drawings.
// Loaded only for readers who compute a chapter again, since Vega-Lite is heavy. Expressions are interpreted, as in live.js.
import { compile } from "vega-lite";
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

const NARROW_WIDTH = 305;
const NARROW_PART = 240;
const PADDING = { left: 0, top: 4, right: 0, bottom: 4 };
const GROWTH = { wide: 1.2, narrow: 1.45 };
const FONT = "Arial, Liberation Sans, Arimo, Helvetica, sans-serif";
const COMPOSED = ["hconcat", "vconcat", "concat", "facet", "repeat"];
// Rows, and settings for other readers: no part of the drawing
const NO_PARTS = ["values", "datasets", "usermeta", "config"];
// A picture only: no redrawing under the pointer, and no timers
const STILL = { events: { view: false, window: false, timer: false } };
const DRAWN = '[class^="mark-"].role-mark:not(.mark-group) > *';
let drawings = 0;

/**
 * Draw a Vega-Lite specification in the place of what `place` holds. Rejects, and leaves `place` alone, where it cannot be drawn.
 * `colors` are literal colors and the CSS variables that replace them. Resolves to a function that gives up the drawing's view.
 */
export async function draw(place, specification, { narrow = false, colors = {} } = {}) {
  const stage = document.createElement("div");
  stage.setAttribute("aria-hidden", "true");
  const faults = [];
  const logger = recorder(faults);
  const vega = compiled(narrow ? narrowed(specification) : specification, logger);
  const view = new View(parse(vega, STILL, { ast: true }), { expr: expressionInterpreter, renderer: "svg", container: stage, logger });
  try {
    await view.runAsync();
    if (faults.length) throw faults[0];
    const svg = stage.querySelector("svg");
    if (!svg?.querySelector(DRAWN)) throw new Error("Nothing is drawn. Check the field names of the encoding.");
    finish(svg, narrow ? GROWTH.narrow : GROWTH.wide, colors);
  } catch (error) {
    view.finalize();
    throw error;
  }
  for (const name of ["role", "aria-roledescription", "aria-label"]) stage.removeAttribute(name);
  place.replaceChildren(stage);
  return () => view.finalize();
}

/** Vega only logs what fails while it draws: the errors are kept, the rest is for authors. */
function recorder(faults) {
  const self = {
    level: () => self,
    error: (...said) => { faults.push(said.find((one) => one instanceof Error) ?? new Error(said.join(" "))); return self; },
  };
  for (const name of ["warn", "info", "debug"]) self[name] = () => self;
  return self;
}

function compiled(specification, logger) {
  const { title: _title, usermeta: _usermeta, ...drawn } = withTitledTooltips(specification);
  drawn.config = { ...drawn.config, aria: false, font: FONT };
  drawn.padding ??= PADDING;
  if (typeof drawn.width === "number" && !isComposed(drawn)) drawn.autosize ??= { type: "fit-x", contains: "padding" };
  const vega = compile(drawn, { logger }).spec;
  // The page draws form elements, not Vega
  for (const signal of vega.signals ?? []) delete signal.bind;
  return vega;
}

function narrowed(specification) {
  const { hconcat, ...variant } = structuredClone(specification);
  if (hconcat) variant.vconcat = hconcat;
  if (["concat", "facet", "repeat"].some((key) => key in variant)) variant.columns = 1;
  for (const part of [...variant.vconcat ?? [], ...variant.concat ?? [], variant.spec ?? {}]) {
    if (typeof part.width === "number") part.width = Math.min(part.width, NARROW_PART);
  }
  if ("width" in variant || !isComposed(variant)) variant.width = NARROW_WIDTH;
  merge(variant, variant.usermeta?.narrow ?? {});
  return variant;
}

const isComposed = (specification) => COMPOSED.some((key) => key in specification);
const isMapping = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function merge(target, changes) {
  for (const [key, value] of Object.entries(changes)) {
    if (isMapping(value) && isMapping(target[key])) merge(target[key], value);
    else target[key] = structuredClone(value);
  }
}

/** A copy in which what a tooltip shows has its title: its own, that of the published column, or that of the field elsewhere. */
function withTitledTooltips(specification) {
  const titled = structuredClone(specification);
  const known = new Map();
  for (const { field, title } of [...parts(titled)].flatMap(definitions)) {
    if (typeof field === "string" && typeof title === "string" && title) known.set(field, title);
  }
  for (const [field, title] of Object.entries(titled.usermeta?.columns ?? {})) known.set(field, title);
  for (const part of parts(titled)) {
    const shown = part.encoding?.tooltip;
    for (const definition of Array.isArray(shown) ? shown : []) {
      if (!definition.title && known.has(definition.field)) definition.title = known.get(definition.field);
    }
  }
  return titled;
}

const definitions = (part) => Object.values(part.encoding ?? {}).flat().filter(isMapping);

/** Every mapping of a specification, outside in. */
function* parts(value) {
  if (Array.isArray(value)) {
    for (const item of value) yield* parts(item);
  } else if (isMapping(value)) {
    yield value;
    for (const [key, item] of Object.entries(value)) if (!NO_PARTS.includes(key)) yield* parts(item);
  }
}

/** What `inline` of vega.py does: its own ids, silent for screen readers, colors of the theme, as wide as its column at most. */
function finish(svg, growth, colors) {
  for (const name of ["width", "height"]) svg.setAttribute(name, Number((svg.getAttribute(name) * growth).toPrecision(6)));
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  Object.assign(svg.style, { display: "block", maxWidth: "100%", height: "auto", overflow: "visible" });
  const prefix = `verify-${++drawings}`;
  for (const element of svg.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (name === "id") element.id = `${prefix}-${value}`;
      else if (Object.hasOwn(colors, value)) element.setAttribute(name, `var(${colors[value]}, ${value})`);
      else if (value.includes("url(#")) element.setAttribute(name, value.replaceAll("url(#", `url(#${prefix}-`));
    }
  }
}
