// A calculator: computes its results from the formulas in the page, draws the uncertain inputs, and writes what follows.
// Formulas are syntax trees, compiled to closures: no text is ever run as code.
import { quantileNormal } from "vega-statistics";
import { readNumber } from "./typed.js";

const LOW = 0.05, MEDIAN = 0.5, HIGH = 0.95;
const LOG_DIGITS = 3;
const ADDRESS_DELAY = 250, SPOKEN_DELAY = 500;
const LONGEST_QUOTED = 40;
// As in outputs/calculators.py
const FEW_VALUES = 2, ROOM_BESIDE = 1.25, ROOM_BESIDE_FEW = 10;
const SIZES = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]];

/** Bring a calculator to life. */
export function mount(figure) {
  const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  const settable = data.inputs.filter(({ kind }) => kind !== "fixed");
  const results = data.results.flatMap(({ items }) => items);
  const formulas = model(data, results);
  const touched = new Map();
  // By input: what to say beside it, and the text that was refused, which stays in its field
  const problems = new Map();
  const find = (selector) => figure.querySelector(selector);
  const said = find(".calculator-said");
  const spoken = find(".calculator-spoken");
  const parts = new Map(settable.map((input) => [input.name, find(`[data-input="${input.name}"]`)]));
  const places = new Map(results.map((result) => [result.name, find(`[data-result="${result.name}"]`)]));
  const choices = [...figure.querySelectorAll("[data-preset]")];
  // What the reader last set, where it is none of the presets
  let own;
  let addressTimer, spokenTimer;

  const update = () => {
    const found = formulas(touched);
    for (const input of settable) showInput(input, parts.get(input.name), touched, problems.get(input.name));
    for (const result of results) showResult(result, places.get(result.name), found.get(result.name));
    for (const group of figure.querySelectorAll("[data-group]")) showBars(data.results[group.dataset.group], group, found);
    if (data.landmarks) showLandmarks(data.landmarks, find(".calculator-landmarks"), found.get(data.landmarks.result));
    showSentence(figure, found, results);
    showPresets(found);
    figure.toggleAttribute("data-changed", touched.size > 0);
    for (const button of figure.querySelectorAll('[data-action="reset"]')) button.disabled = !touched.size && !problems.size;
  };
  const presetNow = () => (data.presets ?? []).findIndex(({ settings }) => isSame(Object.entries(settings), touched));
  const showPresets = (found) => {
    if (!choices.length) return;
    const now = presetNow();
    const isOwn = now < 0 && touched.size > 0;
    if (isOwn) own = new Map(touched);
    choices.forEach((choice, index) => { choice.checked = choice.dataset.preset === "own" ? isOwn : index === now; });
    choices.at(-1).disabled = !own;
    const place = find("[data-own]");
    if (isOwn) put(place, inWords(results.find(({ name }) => name === place.dataset.own), found.get(place.dataset.own).value));
  };
  const choose = (preset) => {
    const settings = preset === "own" ? [...own] : Object.entries(data.presets[preset].settings);
    touched.clear();
    problems.clear();
    for (const [name, value] of settings) touched.set(name, value);
    changed();
  };
  const announce = () => {
    const label = choices.find(({ checked }) => checked)?.closest("label").querySelector("span").textContent;
    spoken.textContent = `${label ? `${label}. ` : ""}${find(".calculator-sentence")?.textContent ?? summary(data, places)}`;
  };
  const set = (input, value) => {
    touched.set(input.name, value);
    problems.delete(input.name);
  };
  const take = (input, text) => {
    const { value, says } = judged(input, text, touched.get(input.name) ?? input.default, find(".calculator-rule")?.textContent ?? "");
    if (value !== undefined) set(input, value);
    if (says) problems.set(input.name, { says, refused: value === undefined ? text : undefined });
  };
  const changed = () => {
    update();
    said.textContent = "";
    clearTimeout(addressTimer);
    addressTimer = setTimeout(remember, ADDRESS_DELAY);
    clearTimeout(spokenTimer);
    spokenTimer = setTimeout(announce, SPOKEN_DELAY);
  };
  const address = () => {
    const url = new URL(location.href);
    for (const { name } of settable) url.searchParams.delete(`${data.name}.${name}`);
    for (const [name, value] of touched) url.searchParams.set(`${data.name}.${name}`, value);
    return url;
  };
  const remember = () => { try { history.replaceState(history.state, "", address()); } catch { /* Too often for this browser */ } };
  const share = async () => {
    remember();
    const url = address();
    url.hash = figure.id;
    const label = find(".calculator-address");
    const field = label.querySelector("input");
    field.value = url.href;
    try {
      await navigator.clipboard.writeText(url.href);
      said.textContent = "Address copied.";
    } catch {
      label.hidden = false;
      field.focus();
      field.select();
      said.textContent = "Copy this address:";
    }
  };

  for (const [input, text] of received(data, settable)) take(input, text);
  said.textContent = spokenProblems(data, settable, problems);
  figure.addEventListener("input", ({ target }) => {
    const name = target.closest("[data-input]")?.dataset.input;
    const input = settable.find((candidate) => candidate.name === name);
    if (!input || target.matches("[data-exact]")) return;
    set(input, input.kind === "slider" ? valueAt(input, target.valueAsNumber) : Number(target.value));
    changed();
  });
  figure.addEventListener("change", ({ target }) => {
    if (target.dataset.preset) choose(target.dataset.preset);
    const input = settable.find(({ name }) => name === target.dataset.exact);
    if (!input) return;
    take(input, target.value);
    changed();
  });
  figure.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.dataset.action === "share") share();
    if (button.dataset.action === "reset") {
      touched.clear();
      problems.clear();
      changed();
      said.textContent = "All inputs are back at their defaults.";
      find(".calculator-address").hidden = true;
    }
    if (button.dataset.undo) {
      touched.delete(button.dataset.undo);
      problems.delete(button.dataset.undo);
      changed();
      parts.get(button.dataset.undo).querySelector("input, select").focus();
    }
  });
  for (const control of figure.querySelectorAll("[disabled]")) control.disabled = false;
  update();
  figure.dataset.live = "true";
}

// Computing

const MANY = {
  "+": (a, b) => a + b, "*": (a, b) => a * b, min: Math.min, max: Math.max, and: (a, b) => a && b, or: (a, b) => a || b,
};
const PLAIN = {
  "/": (a, b) => a / b, pow: Math.pow, exp: Math.exp, log: Math.log, sqrt: Math.sqrt, abs: Math.abs, floor: Math.floor, ceil: Math.ceil,
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "==": (a, b) => a === b,
  "!=": (a, b) => a !== b, not: (a) => !a,
};

function compile(tree, slots) {
  if (tree === null) return () => NaN;
  if (typeof tree === "string") {
    const slot = slots.get(tree);
    return (v) => v[slot];
  }
  if (!Array.isArray(tree)) return () => tree;
  const [name, ...rest] = tree;
  const [first, ...others] = rest.map((part) => compile(part, slots));
  if (name === "if") return conditional([first, ...others]);
  if (Object.hasOwn(MANY, name)) {
    const combine = MANY[name];
    return others.reduce((before, next) => (v) => combine(before(v), next(v)), first);
  }
  if (!Object.hasOwn(PLAIN, name)) throw new Error(`unknown operation ${name}`);
  const compute = PLAIN[name];
  const [second] = others;
  return second ? (v) => compute(first(v), second(v)) : (v) => compute(first(v));
}

function conditional(parts) {
  const last = parts.length % 2 ? parts.pop() : () => NaN;
  let chosen = last;
  for (let index = parts.length - 2; index >= 0; index -= 2) {
    const [condition, value, otherwise] = [parts[index], parts[index + 1], chosen];
    chosen = (v) => condition(v) ? value(v) : otherwise(v);
  }
  return chosen;
}

/** A function from what was set to each result's value and percentiles. */
function model({ inputs, definitions, draws }, results) {
  const slots = new Map([...inputs.map(({ name }) => name), ...definitions.map(([name]) => name)].map((name, index) => [name, index]));
  const steps = definitions.map(([name, tree]) => [slots.get(name), compile(tree, slots)]);
  const computed = results.map(({ tree }) => compile(tree, slots));
  const wanted = results.flatMap(({ interval: has }, index) => has ? [index] : []);
  const columns = wanted.map(() => new Float64Array(draws));
  const uncertain = inputs.filter((input) => input.uncertain).map((input, index) => ({
    ...input, slot: slots.get(input.name), values: drawn(input.uncertain, prime(index), draws),
  }));
  const v = new Float64Array(slots.size);
  const run = () => { for (const [slot, compute] of steps) v[slot] = compute(v); };
  return (touched) => {
    for (const input of inputs) v[slots.get(input.name)] = touched.get(input.name) ?? input.default;
    run();
    const found = new Map(results.map(({ name }, index) => [name, { value: Number(computed[index](v)) }]));
    if (!wanted.length) return found;
    const open = uncertain.filter(({ name }) => !touched.has(name));
    for (let draw = 0; draw < draws; draw++) {
      for (const { slot, values } of open) v[slot] = values[draw];
      run();
      for (let index = 0; index < wanted.length; index++) columns[index][draw] = computed[wanted[index]](v);
    }
    wanted.forEach((index, column) => {
      const sorted = columns[column].sort();
      const [low, median, high] = [LOW, MEDIAN, HIGH].map((share) => quantile(sorted, share));
      Object.assign(found.get(results[index].name), { low, median, high });
    });
    return found;
  };
}

function quantile(sorted, share) {
  const last = sorted.length - 1;
  if (Number.isNaN(sorted[last])) return NaN;
  const place = share * last, before = Math.floor(place);
  return sorted[before] + (place - before) * (sorted[Math.min(before + 1, last)] - sorted[before]);
}

/** Quantiles of a distribution at Halton's points, the first of which, zero, is left out. */
function drawn([kind, low, ...rest], base, draws) {
  const high = rest.at(-1), middle = rest[0], width = high - low;
  const score = quantileNormal(HIGH);
  const at = {
    uniform: (p) => low + p * width,
    triangular: (p) => p * width < middle - low
      ? low + Math.sqrt(p * width * (middle - low)) : high - Math.sqrt((1 - p) * width * (high - middle)),
    lognormal: (p) => {
      const z = quantileNormal(p);
      return middle * Math.exp(z * Math.log(z < 0 ? middle / low : high / middle) / score);
    },
  }[kind];
  return Float64Array.from({ length: draws }, (_, index) => at(inverse(index + 1, base)));
}

function inverse(index, base) {
  let found = 0, size = 1 / base;
  for (let rest = index; rest > 0; rest = Math.floor(rest / base), size /= base) found += (rest % base) * size;
  return found;
}

function prime(index) {
  const found = [];
  for (let number = 2; found.length <= index; number++) if (found.every((divisor) => number % divisor)) found.push(number);
  return found[index];
}

// Inputs

const clamped = ({ low, high }, value) => Math.min(high, Math.max(low, value));
const trimmed = (value) => Number(value.toPrecision(12));

function shareOf({ low, high, log }, value) {
  const inside = clamped({ low, high }, value);
  return log ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low);
}

function valueAt(input, position) {
  const { low, high, log, step, positions } = input;
  if (position <= 0) return low;
  if (position >= positions) return high;
  if (!log) return trimmed(low + position * step);
  const value = low * (high / low) ** (position / positions);
  return clamped(input, step ? trimmed(Math.round(value / step) * step) : Number(value.toPrecision(LOG_DIGITS)));
}

/** What the address says of each input, as text; all of it where it says several things, so that none is chosen without a word. */
function* received(data, settable) {
  const address = new URLSearchParams(location.search);
  for (const input of settable) {
    const texts = new Set(address.getAll(`${data.name}.${input.name}`));
    if (texts.size) yield [input, [...texts].join(" and ")];
  }
}

/** What a text means for an input: the `value` to use, and what it `says` where that is not what was typed. */
function judged(input, text, now, rule) {
  const { value, problem, unreadable } = readNumber(text);
  const refused = (why) => ({ says: `${why}. ${unreadable ? `${rule} ` : ""}${worded(input, now)} still counts.` });
  const quoted = `“${shortened(text.trim())}”`;
  if (problem) return refused(text.trim() ? `${quoted} ${problem}` : "There is no number here");
  if (input.kind === "choice") {
    return input.options.some((option) => option.value === value) ? { value } : refused(`${quoted} is not among these`);
  }
  const inside = clamped(input, value);
  if (inside === value) return { value };
  const ends = interval(input.low, input.high, input.format);
  return { value: inside, says: `${quoted} became ${worded(input, inside)}: ${input.label} goes from ${ends}.` };
}

const shortened = (text) => text.length > LONGEST_QUOTED ? `${text.slice(0, LONGEST_QUOTED)}…` : text;
const worded = (input, value) => input.kind === "choice"
  ? input.options.find((option) => option.value === value).label : written(value, input.format);

/** What an address asked for in vain: inputs that say more, and names that are no input here. */
function spokenProblems(data, settable, problems) {
  const labels = settable.filter(({ name }) => problems.has(name)).map(({ label }) => label);
  const known = new Set(settable.map(({ name }) => `${data.name}.${name}`));
  const asked = [...new Set(new URLSearchParams(location.search).keys())].filter((key) => key.startsWith(`${data.name}.`));
  const strange = asked.filter((key) => !known.has(key));
  return [
    labels.length ? `Not all of the address could be used: see ${labels.join(", ")}.` : "",
    strange.length ? `The address also sets what cannot be set here: ${shortened(strange.join(", "))}.` : "",
  ].filter(Boolean).join(" ");
}

function showInput(input, part, touched, problem) {
  const value = touched.get(input.name) ?? input.default;
  const figure = part.closest("figure");
  for (const place of figure.querySelectorAll(`[data-problem="${input.name}"]`)) put(place, problem?.says ?? "");
  part.dataset.value = value;
  part.toggleAttribute("data-changed", touched.has(input.name));
  const undo = part.querySelector("[data-undo]");
  undo.disabled = !touched.has(input.name);
  if (input.kind === "choice") {
    part.querySelector("select").value = String(value);
    return;
  }
  const text = written(value, input.format);
  const range = part.querySelector("input");
  const position = String(Math.round(shareOf(input, value) * input.positions));
  if (range.value !== position) range.value = position;
  range.setAttribute("aria-valuetext", text);
  part.querySelector("output").textContent = text;
  const exact = figure.querySelector(`[data-exact="${input.name}"]`);
  exact.value = problem?.refused ?? String(value);
  exact.setAttribute("aria-invalid", String(problem?.refused !== undefined));
}

// Results

function showResult(result, place, found) {
  for (const name of ["value", "low", "median", "high"]) if (found[name] !== undefined) place.dataset[name] = found[name];
  const text = inWords(result, found.value);
  put(place.querySelector(".calculator-figure, .calculator-text"), text);
  const span = place.querySelector("[data-interval]");
  if (span) put(span, interval(found.low, found.high, result.format));
  place.toggleAttribute("data-changed", text !== result.text);
}

const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

function showBars(group, place, found) {
  if (group.style !== "bars" && group.style !== "ranking") return;
  const now = group.items.map((item) => ({ ...item, ...found.get(item.name) }));
  const ends = scale(now, group);
  const at = (value) => `${100 * shareOnScale(value, ends, group.log)}%`;
  const list = place.querySelector(".calculator-bars");
  for (const item of now) {
    const bar = list.querySelector(`[data-result="${item.name}"]`);
    bar.querySelector(".calculator-bar").setAttribute("width", at(item.value));
    draw(bar.querySelector(".calculator-default"), at(group.items.find(({ name }) => name === item.name).value));
    const whisker = bar.querySelector(".calculator-whisker");
    if (whisker) draw(whisker, at(item.low), at(item.high));
    bar.querySelectorAll(".calculator-line").forEach((line, index) => draw(line, at(group.references[index].value)));
  }
  place.querySelector("[data-end='low']").textContent = written(ends[0], group.items[0].format);
  place.querySelector("[data-end='high']").textContent = written(ends[1], group.items[0].format);
  if (group.style !== "ranking") return;
  const order = [...now].sort((a, b) => (Number.isNaN(b.value) ? -Infinity : b.value) - (Number.isNaN(a.value) ? -Infinity : a.value));
  const bars = order.map(({ name }) => list.querySelector(`[data-result="${name}"]`));
  if (bars.some((bar, index) => list.children[index] !== bar)) list.append(...bars);
}

function draw(line, from, to = from) {
  line.setAttribute("x1", from);
  line.setAttribute("x2", to);
}

/** The ends of the bars' scale: those of the defaults, or further out in round steps where a result leaves them. */
function scale(items, { log, ends: [low, high] }) {
  const shown = items.flatMap((item) => [item.low, item.value, item.high]).filter((value) => Number.isFinite(value) && value > 0);
  const top = Math.max(high, ...shown);
  const size = 10 ** Math.floor(Math.log10(top));
  if (!log) return [low, top > high ? [1, 2, 5, 10].find((step) => step * size >= top * (1 - 1e-9)) * size : high];
  const least = Math.min(low, ...shown);
  return [least < low ? 10 ** Math.floor(Math.log10(least)) : low, top > high ? 10 ** Math.ceil(Math.log10(top)) : high];
}

function shareOnScale(value, [low, high], log) {
  if (!(value > low)) return 0;
  return Math.min(1, log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
}

const isSame = (settings, touched) =>
  settings.length === touched.size && settings.every(([name, value]) => touched.get(name) === value);

const inWords = ({ texts, format }, value) => texts ? texts[Math.round(value)] ?? "not defined" : written(value, format);

function showSentence(figure, found, results) {
  for (const place of figure.querySelectorAll("[data-said]")) {
    const result = results.find(({ name }) => name === place.dataset.said);
    const { value, low, high } = found.get(result.name);
    put(place, place.dataset.end === "interval" ? interval(low, high, result.format) : inWords(result, value));
  }
}

function showLandmarks({ items: all, scope = "" }, place, { value, low, high }) {
  const items = all.filter((item) => (item.scope ?? "") === scope);
  const near = value > 0 ? items.map((item) => Math.abs(Math.log(value / item.value))) : [0];
  const nearest = near.indexOf(Math.min(...near));
  place.dataset.landmark = nearest;
  place.querySelectorAll("[data-name]").forEach((line, index) => {
    line.hidden = index !== nearest;
    put(line.querySelector("[data-ratio]"), times(value / items[index].value));
  });
  const values = items.map((item) => item.value);
  const room = values.length > FEW_VALUES ? ROOM_BESIDE : ROOM_BESIDE_FEW;
  const ends = { low: Math.min(...values) / room, high: Math.max(...values) * room, log: true };
  const at = (number) => `${100 * shareOf(ends, number)}%`;
  if (!(value > 0)) return;
  draw(place.querySelector(".calculator-here"), at(value));
  const whisker = place.querySelector(".calculator-whisker");
  if (whisker && low > 0) draw(whisker, at(low), at(high));
}

function times(ratio) {
  if (!Number.isFinite(ratio)) return "not defined";
  if (Math.abs(ratio - 1) < 0.005) return "the same";
  if (ratio >= 99.5) return `${ratio.toFixed(0)} times it`;
  return `${ratio > 0 ? ratio.toFixed(Math.max(0, 1 - exponent(ratio))) : 0} times it`;
}

function summary(data, places) {
  return data.results[0].items.map(({ name, label }) => {
    const place = places.get(name);
    const range = place.querySelector("[data-interval]");
    const text = place.querySelector(".calculator-figure, .calculator-text").textContent;
    return `${label}: ${text}${range ? `, 90%: ${range.textContent}` : ""}.`;
  }).join(" ");
}

// Numbers as text: the same words as in the sentences around

/** A number with its unit. `digits` counts significant digits; a number that has no more is written out. */
export function written(number, { kind, prefix, one, many, whole, digits }) {
  if (!Number.isFinite(number)) return "not defined";
  const isZero = kind !== "scientific" && Math.abs(number) < 5e-11;
  const value = isZero ? 0 : whole ? nearestWhole(number) : number;
  const exact = kind !== "scientific" && (whole || Number(rounded(Math.abs(value), SETTLED)) === Number(rounded(Math.abs(value), digits)));
  const sign = value < 0 ? "−" : "";
  const body = sign + prefix + { plain, compact, scientific }[kind](Math.abs(value), exact ? Infinity : digits);
  return body + (body === "1" ? one : many);
}

function interval(low, high, format) {
  const [first, last] = [written(low, format), written(high, format)];
  if (first === last) return first;
  const { many } = format;
  return many && first.endsWith(many) && last.endsWith(many) ? `${first.slice(0, -many.length)} to ${last}` : `${first} to ${last}`;
}

// As in rounding.py
const SETTLED = 13, RECORDED = 10;
const exponent = (number) => number ? Number(number.toExponential().split("e")[1]) : 0;
const nearestWhole = (number) => Math.sign(number) * Math.floor(Number(rounded(Math.abs(number), SETTLED)) + 0.5);

/** To significant digits as text, halves up; settled before, so that all processors and Python (rounding.py) agree. */
function rounded(number, digits) {
  const [mantissa, power] = number.toExponential(SETTLED - 1).split("e");
  if (digits >= SETTLED) return `${mantissa}e${power}`;
  const cut = 10 ** (SETTLED - digits);
  const kept = String(Math.floor((Number(mantissa.replace(".", "")) + cut / 2) / cut));
  const fraction = kept.slice(1, digits);
  return `${kept[0]}${fraction && `.${fraction}`}e${Number(power) + kept.length - digits}`;
}

/** What an exact number is written with: all digits of a whole one. */
const recorded = (number) => Number.isInteger(number) ? number : Number(rounded(number, RECORDED));

function plain(number, digits) {
  const value = digits === Infinity ? recorded(number) : Number(rounded(number, digits));
  if (value >= 1e15) return scientific(value, digits);
  const places = digits === Infinity ? 10 : Math.max(0, digits - 1 - exponent(value));
  const [whole, fraction = ""] = value.toFixed(places).split(".");
  const shown = digits === Infinity ? fraction.replace(/0+$/, "") : fraction;
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (shown && `.${shown}`);
}

function compact(number, digits) {
  const value = digits === Infinity ? recorded(number) : Number(rounded(number, digits));
  for (const [size, suffix] of SIZES) if (value >= size) return plain(value / size, digits) + suffix;
  return plain(value, digits);
}

function scientific(number, digits) {
  const [mantissa, power] = rounded(number, Math.min(digits, 6)).split("e");
  return `${mantissa} × 10${[...String(Number(power))].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("")}`;
}
