// Opens pages in a browser that is not Chromium, does there what readers do, and prints what came of each page, as JSON.
// The one argument is JSON, too: the `browser` (firefox or webkit), its `programs`, the `site`'s address, `pages`: for each path
// the milliseconds to wait for an answer, and what to `do` there: "read" them (a list of what went wrong comes of it) or "compute"
// them again (see below). Then `watch` says how many seconds to look, after each page, how busy the browser is.
//
// Firefox is driven over WebDriver BiDi (Puppeteer), which it speaks by itself; WebKitGTK over WebDriver (Selenium).
import { readdirSync, readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { Builder, By, Capabilities, Key } from "selenium-webdriver";
import { DriverService } from "selenium-webdriver/remote/index.js";

const { browser, programs, site, pages, do: task, watch } = JSON.parse(process.argv[2]);
const WIDTH = 1280, HEIGHT = 900;
const PAUSE = 50; // milliseconds
const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

// A tab does what every browser can: go to an address, run a function in the page, point, click, press a key, tell the errors
// since it was last asked, and close.
const OPENERS = {
  async firefox([program]) {
    const errors = [];
    const opened = await puppeteer.launch({ browser: "firefox", executablePath: program, headless: true });
    const page = await opened.newPage();
    await page.setViewport({ width: WIDTH, height: HEIGHT });
    page.on("console", (message) => { if (message.type() === "error") errors.push(`console: ${message.text()}`); });
    page.on("pageerror", (error) => errors.push(`error: ${error.message ?? error}`));
    page.on("requestfailed", (request) => errors.push(`failed: ${request.url()}`));
    return {
      go: (address) => page.goto(address, { waitUntil: "load" }),
      run: (work, ...given) => page.evaluate(work, ...given),
      point: (selector) => page.hover(selector),
      click: (selector) => page.click(selector),
      press: (key) => page.keyboard.press(key),
      errors: async () => errors.splice(0),
      close: () => opened.close(),
    };
  },

  async webkit([driver, program]) {
    const service = new DriverService.Builder(driver).setLoopback(true).build();
    const options = { binary: program, args: ["--automation"] };
    const wanted = new Capabilities({ browserName: "MiniBrowser", "webkitgtk:browserOptions": options });
    const session = await new Builder().usingServer(await service.start()).withCapabilities(wanted).disableEnvironmentOverrides().build();
    await session.manage().window().setRect({ width: WIDTH, height: HEIGHT });
    const shown = async (selector) => {
      const element = await session.findElement(By.css(selector));
      await session.executeScript((one) => one.scrollIntoView({ block: "center", behavior: "instant" }), element);
      return element;
    };
    return {
      go: (address) => session.get(address),
      run: (work, ...given) => session.executeScript(work, ...given),
      point: async (selector) => session.actions().move({ origin: await shown(selector) }).perform(),
      click: async (selector) => session.actions().click(await shown(selector)).perform(),
      press: (key) => session.actions().sendKeys({ Escape: Key.ESCAPE, ArrowRight: Key.ARROW_RIGHT }[key] ?? key).perform(),
      errors: () => session.executeScript(() => window.complaints.splice(0)),
      close: async () => { await session.quit(); await service.kill(); },
    };
  },
};

// Functions of the page
const is = (selector) => document.querySelector(selector) !== null;
const unfold = () => {
  for (const fold of document.querySelectorAll(".appendix-fold")) fold.open = true;
  for (const image of document.images) image.loading = "eager";
};
const isLoaded = () => [...document.images].every(({ complete }) => complete);
const faults = (site) => {
  const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
  const empty = [...document.querySelectorAll("figure.chart")].filter((chart) =>
    ![...chart.querySelectorAll(".role-mark > *")].some((mark) => mark.getBoundingClientRect().width));
  const asked = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => !name.startsWith(`${site}/`));
  return [
    ...(wide ? ["the page scrolls sideways"] : []),
    ...(document.querySelector("h1")?.getClientRects().length ? [] : ["no heading is shown"]),
    ...[...document.images].filter((image) => image.getClientRects().length && !image.naturalWidth).map((image) => `a picture is missing: ${image.src}`),
    ...empty.map((chart) => `nothing is drawn: ${chart.id}`),
    ...asked.map((name) => `another host is asked: ${name}`),
  ];
};
const traces = () => [...document.querySelectorAll(".trace")].filter((one) => one.getClientRects().length && one.innerText.trim()).length;
const isOpen = (wanted) => [...document.querySelectorAll(".trace")].some((one) => one.getClientRects().length) === wanted;
const isLive = () => document.querySelector("figure.chart").dataset.hydrated === "true"
  && document.querySelector("figure.chart .chart-live .role-mark > *") !== null;
const computes = () => "live" in document.querySelector("figure.calculator").dataset;
const results = () => document.querySelector("figure.calculator .calculator-results").innerText;
const differ = (before) => document.querySelector("figure.calculator .calculator-results").innerText !== before;
const rows = () => [...document.querySelectorAll(".claim-table tbody tr")].filter((row) => row.getClientRects().length).length;
const fewer = (all) => {
  const left = [...document.querySelectorAll(".claim-table tbody tr")].filter((row) => row.getClientRects().length).length;
  return left > 0 && left < all && location.search.includes("q=gpu");
};
const paper = () => getComputedStyle(document.body).backgroundColor;

// What readers do with the parts of a page; each tells what went wrong, if anything.
// `soon` says whether a function of the page says yes before long.
const NUMBER = "main p .traced", CHART = "figure.chart .chart-drawing", THEME = "button.theme";
const SLIDER = "figure.calculator input[type='range']", WORDS = ".claim-filters input[name='q']";
const ACTIONS = {
  async [NUMBER](tab, soon) {
    if (await tab.run(traces)) return "a trace is open before anybody asked";
    await tab.click(NUMBER);
    if (!(await soon(isOpen, true))) return "a click on a number opens no trace";
    if ((await tab.run(traces)) !== 1) return "a click on a number opens more than its trace, or one without words";
    await tab.press("Escape");
    if (!(await soon(isOpen, false))) return "Escape closes no trace";
  },
  async [CHART](tab, soon) {
    await tab.point(CHART);
    if (!(await soon(isLive))) return "a chart under the pointer does not become live";
  },
  async [SLIDER](tab, soon) {
    await tab.run((slider) => document.querySelector(slider).scrollIntoView({ block: "center", behavior: "instant" }), SLIDER);
    if (!(await soon(computes))) return "a calculator does not become live";
    await tab.run((slider) => document.querySelector(slider).focus(), SLIDER);
    const before = await tab.run(results);
    for (let times = 0; times < 5; times++) await tab.press("ArrowRight");
    if (!(await soon(differ, before))) return "a slider changes no result";
  },
  async [WORDS](tab, soon) {
    const all = await tab.run(rows);
    await tab.click(WORDS);
    for (const letter of "gpu") await tab.press(letter);
    if (!(await soon(fewer, all))) return "a filter leaves out no claim, or is not in the address";
  },
  async [THEME](tab) {
    const before = await tab.run(paper);
    await tab.click(THEME);
    if ((await tab.run(paper)) === before) return "the button switches no theme";
    await tab.click(THEME);
  },
};

/** Whether a function of the page says yes before `patience` is over. */
const soonIn = (tab, patience) => async (work, given) => {
  for (const end = Date.now() + patience; Date.now() < end; await pause(PAUSE)) {
    if (await tab.run(work, given)) return true;
  }
  return false;
};

async function read(tab, path, patience) {
  const soon = soonIn(tab, patience);
  const found = [];
  try {
    await tab.go(`${site}/${path}`);
    await tab.run(unfold);
    await soon(isLoaded);
    found.push(...(await tab.run(faults, site)));
    for (const [part, act] of Object.entries(ACTIONS)) {
      const fault = (await tab.run(is, part)) && (await act(tab, soon));
      if (fault) found.push(fault);
    }
    found.push(...(await tab.errors()));
  } catch (error) {
    found.push(`the visit ended early: ${error.message}`);
  }
  return found;
}

// What a page tells at its end when it is computed again
const FOLD = "#verify > summary", START = ".verify-main";
const listen = () => { addEventListener("verify-done", ({ detail }) => { window.verified = JSON.stringify(detail); }); };
const isThere = (path) => location.pathname === `/${path}` && document.readyState === "complete";
const isComputed = () => "verified" in window;
const outcome = (site) => ({
  told: JSON.parse(window.verified ?? "null"),
  said: document.querySelector(".verify-said")?.innerText ?? "",
  charts: document.querySelectorAll("figure.chart:not(.key-chart)").length,
  drawn: document.querySelectorAll(".verify-drawn .verify-picture svg").length,
  foreign: performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => !name.startsWith(`${site}/`)),
});

/** Presses the button of a page that computes again: its outcome, after how many seconds, how busy the browser is then, and errors. */
async function compute(tab, path, patience) {
  const soon = soonIn(tab, patience);
  await tab.go(`${site}/${path}`);
  // What is run before the page has taken the place of the one before is lost with that
  await soon(isThere, path);
  await tab.run(listen);
  if (await tab.run(is, FOLD)) await tab.click(FOLD);
  if (await soon(is, START)) await tab.click(START);
  const start = Date.now();
  await soon(isComputed);
  const seconds = (Date.now() - start) / 1000;
  return { ...(await tab.run(outcome, site)), seconds, busy: await busy(watch), errors: await tab.errors() };
}

/** The part of a processor that the browser takes during so many seconds, when it had as many to come to rest. Linux tells it. */
async function busy(time) {
  if (!time || process.platform !== "linux") return 0;
  await pause(time * 1000);
  const before = ticks();
  await pause(time * 1000);
  return (ticks() - before) / TICKS / time;
}

const TICKS = 100; // of a second of a processor's time

/** What all programs that this one started, or that those started, have taken of processors' time. */
function ticks() {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((id) => {
    try {
      // After the name, which may hold anything: state, parent, …
      const fields = readFileSync(`/proc/${id}/stat`, "utf8").replace(/^.*\) /s, "").split(" ").map(Number);
      return [{ id: Number(id), parent: fields[1], used: fields[11] + fields[12] }];
    } catch {
      return []; // It ended in between
    }
  });
  const under = (parent) => all.filter((one) => one.parent === parent).reduce((sum, { id, used }) => sum + used + under(id), 0);
  return under(process.pid);
}

const tab = await OPENERS[browser](programs);
try {
  const found = {};
  for (const [path, patience] of Object.entries(pages)) found[path] = await { read, compute }[task](tab, path, patience);
  console.log(JSON.stringify(found));
} finally {
  await tab.close();
}
