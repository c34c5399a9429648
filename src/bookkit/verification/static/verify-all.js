// All chapters, one after the other, in one Python.
import { lacking, Python, Stopped } from "./verify-engine.js";

/** Bring the page to life. */
export function open(place) {
  const rows = [...document.querySelectorAll("tr[data-record]")];
  const said = place.querySelector(".verify-said");
  const buttons = place.querySelector(".verify-buttons");
  const say = (text) => { said.textContent = text; };
  if (lacking()) {
    say(lacking());
    return;
  }
  const made = (text, act) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.addEventListener("click", act);
    return button;
  };
  const progress = Object.assign(document.createElement("progress"), { hidden: true, max: 1, value: 0 });
  progress.setAttribute("aria-label", "Progress");
  let python;
  const stop = made("Stop", () => python?.stop());
  const start = made("Verify all chapters", () => begin());
  start.className = "verify-main";
  stop.hidden = true;
  buttons.replaceChildren(start, stop, progress);
  buttons.hidden = false;
  const address = (name) => new URL(name, document.baseURI).href;
  const working = (on) => { start.disabled = on; stop.hidden = progress.hidden = !on; };

  const begin = async () => {
    if (start.disabled) return;
    working(true);
    rows.forEach((row) => { row.lastElementChild.textContent = "waiting"; });
    const sum = { same: 0, compared: 0, rest: 0, failed: 0, seconds: 0, versions: new Set() };
    try {
      let at = 0, records;
      python = new Python(address(place.dataset.frame), ({ stage, done, total, cell }) => {
        if (stage === "load") {
          progress.value = 0.3 * (done / total);
          say(`Loading Python and its libraries: ${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`);
        } else if (stage === "cell") {
          const { cells, title } = records[at];
          progress.value = 0.3 + 0.7 * ((at + cell / cells.length) / rows.length);
          say(`${title}: cell ${cell + 1} of ${cells.length}`);
        } else if (stage === "slow") {
          say(`${records[at].title}: cell ${cell + 1} has been running for a minute.`);
        } else say("Starting Python");
      });
      say("Loading");
      const texts = await python.read(...rows.map(({ dataset }) => [address(dataset.record), dataset.integrity]));
      records = texts.map((text) => JSON.parse(text));
      const packs = new Map(records.flatMap((record) => record.packs.map((pack) => [pack.pack, pack])));
      await python.start([...packs.values()], records[0].keep, new URL("./", address(place.dataset.frame)).href, records[0].runtime);
      for (; at < rows.length; at += 1) {
        rows[at].lastElementChild.textContent = "computing";
        await python.chapter(texts[at]);
        add(sum, rows[at].lastElementChild, await python.run({}));
      }
      python.stop();
      say(summary(sum, rows.length));
    } catch (error) {
      python?.stop();
      rows.filter((row) => ["waiting", "computing"].includes(row.lastElementChild.textContent)).forEach((row) => { row.lastElementChild.textContent = "not run"; });
      say(error instanceof Stopped ? "Stopped." : error.message);
    }
    working(false);
    place.dispatchEvent(new CustomEvent("verify-done", { bubbles: true, detail: sum }));
  };
}

const grouped = (count) => count.toLocaleString("en-US");

function add(sum, cell, { failure, compared, numbers, rest, seconds, versions }) {
  if (failure) {
    sum.failed += 1;
    cell.textContent = `cell ${failure.cell + 1} failed: ${failure.said}`;
    return;
  }
  sum.compared += compared;
  sum.same += compared - numbers.length;
  sum.rest += rest.length;
  sum.seconds += seconds;
  versions.forEach((version) => sum.versions.add(version));
  const differing = numbers.slice(0, 5).map(([anchor, published, found]) => `${anchor}: ${published} → ${found || "nothing"}`).join("; ");
  const others = rest.length ? `; ${rest.length} other ${rest.length === 1 ? "difference" : "differences"}` : "";
  if (!compared) cell.textContent = rest.length ? `no numbers${others}` : "its words and tables are the same";
  else cell.textContent = numbers.length ? `${compared - numbers.length} of ${compared} are the same. ${differing}` : `${compared === 1 ? "it is" : `all ${compared} are`} the same${others}`;
}

function summary({ same, compared, rest, failed, seconds, versions }, chapters) {
  const how = `Computed in ${Math.round(seconds)} s on this computer with ${[...versions].join(", ")}.`;
  const words = rest ? `; ${rest} words, cells or parts of charts differ` : ", and so are the words, tables, calculators and charts";
  if (failed) return `${failed} of ${chapters} chapters failed; ${same} of ${compared} numbers of the others are the same. ${how}`;
  return same === compared ? `All ${grouped(compared)} numbers of ${chapters} chapters are the same here${words}. ${how}` : `${grouped(same)} of ${grouped(compared)} numbers of ${chapters} chapters are the same here. ${how}`;
}
