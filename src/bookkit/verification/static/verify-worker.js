// Python for a chapter, in a worker of its own. It loads packs, checks each by its hash, and then gives up every way to the network.
const SITE = "/lib/python3.12/site-packages";
const REPORT = "/home/report";
const SMALLEST = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
// What a cell could reach the network or other pages by. The frame's policy allows this site alone; after this, not even that is left.
const GIVEN_UP = ["fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "EventSource", "WebTransport", "BroadcastChannel", "Worker", "SharedWorker",
  "importScripts", "Request", "RTCPeerConnection", "FontFace", "Notification", "close"];
const TAKEN = ["caches", "indexedDB", "cookieStore", "fonts", "webkitRequestFileSystem", "webkitRequestFileSystemSync", "webkitResolveLocalFileSystemURL",
  "webkitResolveLocalFileSystemSyncURL"];
// What a worker's navigator may tell: the rest stores, sends, locks or asks for devices
const TOLD = ["constructor", "hardwareConcurrency", "deviceMemory", "appCodeName", "appName", "appVersion", "platform", "product", "userAgent", "language",
  "languages", "onLine"];
const REFUSED = "A cell here reaches no network and no other page. What it needs can be written into it, or given as a table.";
const PARALLEL = 4;

let port, python, session;

/** Begin to listen to the page. */
export function take(given) {
  if (port) return;
  port = given;
  port.onmessage = async (event) => {
    try {
      answer(await handle(event.data));
    } catch (error) {
      port.postMessage({ stage: "failed", message: explained(error) });
    }
  };
}

const tell = (report) => port.postMessage(report);
const answer = (found) => port.postMessage({ stage: "answer", answer: found });

async function handle(asked) {
  if (asked.start) return start(asked);
  if (asked.chapter !== undefined) return takeUp(asked.chapter);
  return JSON.parse(session.run(asked.run, (cell) => tell({ stage: "cell", cell })));
}

async function start({ start: packs, keep, base, runtime }) {
  try {
    new WebAssembly.Module(SMALLEST);
  } catch {
    throw new Error("This browser, or its settings, does not let pages run WebAssembly, which Python needs. Another browser may; the page is as it was.");
  }
  const files = await load(packs, keep, base);
  tell({ stage: "python" });
  python = await startPython(files, runtime);
  for (const { pack } of packs) {
    if (pack.startsWith("core-")) continue;
    python.unpackArchive(files.get(pack), "tar", { extractDir: pack === "report" ? REPORT : SITE });
    files.delete(pack);
    tell({ stage: "unpacked", pack });
  }
  for (const name of runtime.shared) {
    const path = `${SITE}/${name}`;
    if (python.FS.analyzePath(path).exists) await python._api.loadDynlib(path, true, []);
  }
  python.runPython(`import sys, importlib; sys.path.insert(0, "${REPORT}"); importlib.invalidate_caches()`);
  python.setStdin({ error: true });
  // Nobody writes to it; but looking there Python comes out of WebAssembly, and in WebKit a loop without end can be stopped only then
  python.setInterruptBuffer(new Uint8Array(1));
  giveUp();
  // What a cell leaves behind and fails later is no fault of the next run
  self.addEventListener("error", (event) => event.preventDefault());
  self.addEventListener("unhandledrejection", (event) => event.preventDefault());
  return { version: python.version };
}

/** All packs, unpacked to bytes: a few at a time, each told as it comes. */
async function load(packs, keep, base) {
  // Imported here: what a module imports at its start Firefox takes for a worker, and the policy allows none from files of this site
  const { file, store } = await import("./verify-files.js");
  const kept = await store();
  const total = packs.reduce((sum, { bytes }) => sum + bytes, 0);
  const files = new Map();
  const waiting = [...packs].sort((one, other) => other.bytes - one.bytes);
  let done = 0;
  const came = (bytes) => tell({ stage: "load", done: Math.min(done += bytes, total), total });
  const next = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      files.set(one.pack, await unpacked(await file(new URL(one.name, base).href, one.integrity, kept, came)));
    }
  };
  came(0);
  await Promise.all(Array.from({ length: PARALLEL }, next));
  if (kept) await tidy(kept, keep, base);
  return files;
}

const unpacked = async (bytes) => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

/** Drop what earlier editions left. */
async function tidy(kept, keep, base) {
  const names = new Set(keep.map((name) => new URL(name, base).href));
  for (const { url } of await kept.keys()) if (url.startsWith(base) && url.endsWith(".pack") && !names.has(url)) await kept.delete(url);
}

async function startPython(files, runtime) {
  const script = (name) => URL.createObjectURL(new Blob([files.get(`core-${name}`)], { type: "text/javascript" }));
  const own = {
    "pyodide.asm.wasm": () => new Response(files.get("core-pyodide.asm.wasm"), { headers: { "content-type": "application/wasm" } }),
    "python_stdlib.zip": () => new Response(files.get("core-python_stdlib.zip")),
    "pyodide-lock.json": () => Response.json({ info: runtime.info, packages: {} }),
  };
  // Pyodide fetches its parts by name; they are here already
  const real = self.fetch;
  self.fetch = async (address) => {
    const part = own[String(address?.url ?? address).split("/").at(-1)];
    if (!part) throw new TypeError(`${address} was not packed`);
    return part();
  };
  await import(script("pyodide.asm.js"));
  const { loadPyodide } = await import(script("pyodide.mjs"));
  const started = await loadPyodide({ indexURL: new URL("./", import.meta.url).href, stdLibURL: new URL("./python_stdlib.zip", import.meta.url).href });
  self.fetch = real;
  return started;
}

function giveUp() {
  for (const name of GIVEN_UP) without(self, name, function refused() { throw new Error(REFUSED); });
  for (const name of TAKEN) without(self, name);
  const told = new Set(TOLD);
  for (let owner = self.navigator; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) if (!told.has(name)) without(self.navigator, name);
  }
}

/** Take a property from all that an object inherits it from. */
function without(from, name, value = undefined) {
  for (let owner = from; owner; owner = Object.getPrototypeOf(owner)) {
    if (!Object.hasOwn(owner, name)) continue;
    try { delete owner[name]; } catch { /* what cannot be deleted is replaced below */ }
  }
  try { Object.defineProperty(from, name, { value, configurable: false, writable: false }); } catch { /* the policy stays */ }
}

function takeUp(text) {
  python.globals.set("record", text);
  session?.destroy();
  session = python.runPython(`
from inside import session as sessions
import json
sessions.Session(record, "${REPORT}/" + json.loads(record)["data"])`);
  return true;
}

function explained(error) {
  const told = String(error?.message ?? error).trim();
  // Of Python’s errors the last line, which says what happened
  const said = error?.type ? told.split("\n").at(-1).replace(/^[\w.]+: /, "") : told;
  if (/out of memory|memory access out of bounds|MemoryError|Array buffer allocation/i.test(told)) {
    return "The memory that this browser gives to a page is full. A computer has more than a phone; closing other pages may help.";
  }
  if (/Program terminated with exit|^Aborted|fatal error|unreachable|null function|signature mismatch|out of bounds/i.test(told)) {
    return "The cell ended Python itself. Change it and start again; the page is as it was.";
  }
  return said.length > 600 ? `${said.slice(-600)}` : said;
}
