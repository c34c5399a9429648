// Python in a frame of its own, whose policy lets it reach this site and nothing else. "stop" ends it whatever it is doing.
import { file, store } from "./verify-files.js";

const STILL = "Nothing has come for a minute";

/** Why this browser cannot compute a chapter, in a sentence; empty if it can. */
export function lacking() {
  const missing = [
    ["WebAssembly", "WebAssembly"],
    ["DecompressionStream", "DecompressionStream"],
    ["Worker", "workers"],
    ["MessageChannel", "message channels"],
  ].filter(([name]) => typeof globalThis[name] === "undefined").map(([, words]) => words);
  return missing.length ? `This browser lacks ${missing.join(" and ")}, which Python needs here. A newer one has it.` : "";
}

export class Python {
  // Milliseconds without a word until that is said
  static patience = 60_000;

  /**
   * @param frame address of the frame's page
   * @param tell called with each report: {stage, …}
   */
  constructor(frame, tell) {
    Object.assign(this, { address: frame, tell });
  }

  /** The texts of files of this site: [address, integrity] of each. */
  read(...files) {
    return this.waiting(async () => {
      const kept = await store();
      const read = await Promise.all(files.map(([address, integrity]) => file(address, integrity, kept)));
      this.hear({ stage: "answer", answer: read.map((bytes) => new TextDecoder().decode(bytes)) });
    });
  }

  /** Load packs and start; resolves when chapters can be run. */
  async start(packs, keep, base, runtime) {
    if (this.ended) throw new Stopped();
    const channel = new MessageChannel();
    this.port = channel.port1;
    this.port.onmessage = ({ data }) => this.hear(data);
    this.outside = ({ source, data }) => { if (source === this.frame?.contentWindow && data?.failed) this.fail(data.failed); };
    addEventListener("message", this.outside);
    this.frame = document.createElement("iframe");
    this.frame.hidden = true;
    this.frame.title = "Computes this chapter";
    const loaded = new Promise((resolve) => { this.frame.addEventListener("load", resolve, { once: true }); });
    this.frame.src = this.address;
    document.body.append(this.frame);
    return this.waiting(async () => {
      await loaded;
      this.frame.contentWindow.postMessage({ port: channel.port2 }, location.origin, [channel.port2]);
      this.port.postMessage({ start: packs, keep, base, runtime });
    });
  }

  /** Take up a chapter: the text of its record. */
  chapter(text) {
    return this.waiting(() => this.port.postMessage({ chapter: text }));
  }

  /** Run the chapter with changes; resolves to the result. */
  run(changes) {
    return this.waiting(() => this.port.postMessage({ run: JSON.stringify(changes) }));
  }

  /** End it, at any time. */
  stop() {
    this.ended = true;
    clearTimeout(this.watch);
    removeEventListener("message", this.outside);
    this.frame?.remove();
    this.port?.close();
    this.frame = undefined;
    this.reject?.(new Stopped());
    this.reject = undefined;
  }

  waiting(begin) {
    return new Promise((resolve, reject) => {
      if (this.ended) throw new Stopped();
      Object.assign(this, { resolve, reject });
      this.wait({ stage: "begin" });
      Promise.resolve(begin()).catch((error) => this.fail(error.message));
    });
  }

  hear(data) {
    // Whatever a cell makes the worker say
    if (!data || this.ended) return undefined;
    if (data.stage === "failed") return this.fail(data.message);
    if (data.stage !== "answer") {
      this.wait(data);
      try {
        return this.tell(data);
      } catch (error) {
        return this.fail(`What computes here said what makes no sense (${error.message}), so it was stopped. The page is as it was.`);
      }
    }
    clearTimeout(this.watch);
    this.reject = undefined;
    return this.resolve?.(data.answer);
  }

  /** A report came; if the next does not within a minute, say so. A cell may take its time, so it is left running. */
  wait(report) {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      if (report.stage === "cell") this.tell({ stage: "slow", cell: report.cell });
      else this.fail(`${STILL}, so it was stopped. The connection may be lost, or this browser lets no page start Python. The page is as it was.`);
    }, Python.patience);
  }

  fail(message) {
    const { reject } = this;
    this.reject = undefined;
    this.stop();
    reject?.(new Error(message));
  }
}

/** The reader stopped it. */
export class Stopped extends Error {}
