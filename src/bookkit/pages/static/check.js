/* Shows what check-engine.js finds in a reader's text. The text becomes text alone, never markup, and stays in this page. */
(() => {
  const part = document.querySelector(".check");
  const find = (selector) => part.querySelector(selector);
  const form = find(".check-form"), area = find("#check-text"), picker = find("input[type=file]"), results = find(".check-results");
  const summary = find(".check-summary"), marked = find(".check-marked"), cards = find(".check-cards"), choice = find(".check-tools select");
  const rules = JSON.parse(find("#check-rules").textContent);
  const verdicts = new Map(rules.verdicts.map((verdict) => [verdict.key, verdict]));
  const MOST = 2e6; // Characters that the engine reads, and bytes of a file
  const LONG = 2e5; // From here on only the surroundings of figures are shown, this many characters on each side
  const AROUND = 300;
  const SHOWN = 1000; // Figures that a page can show and stay quick; the notes have all
  const ENDINGS = /\.(txt|text|md|markdown|html?|csv|tsv)$/i;
  const named = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
  const lower = (text) => text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  // A character that reorders or ends what follows would show the reader something else than what is there
  const plain = (text) => text.replace(/[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
  const one = (text) => text.replace(/\s+/g, " ").trim();
  const nextFrame = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
  const element = (tag, attributes, ...content) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...content);
    return made;
  };
  const unseen = (text) => element("span", { class: "unseen" }, text);
  let engine, text = "", findings = [], turn = 0, fresh = "";

  const say = (problem, ...lines) => {
    summary.classList.toggle("check-problem", problem);
    summary.replaceChildren(...lines.filter(Boolean).map((line) => element("p", {}, line)));
  };
  const refuse = (line, moves = true) => { turn += 1; results.hidden = true; fresh = ""; say(true, line); if (moves) summary.focus(); };
  const note = (name, line) => { const place = find(`[data-note=${name}]`); place.textContent = line; place.hidden = !line; };

  // What was found, in a line; the verdicts in the order of the legend
  const count = (key) => findings.filter(({ verdict }) => verdict === key).length;
  const told = () => {
    const counts = rules.verdicts.filter(({ key }) => count(key)).map(({ key, label }) => `${count(key)} ${lower(label)}`);
    return `${named(findings.length, "figure")} found: ${counts.join("; ")}.`;
  };
  // The sentence around a figure, in short
  const sentence = ({ start, end }) => {
    const before = text.slice(Math.max(0, start - 160), start).replace(/^[^]*(?:[.!?]\s+(?=\S)|\n)/, "");
    const [after] = /^[^]*?(?:[.!?](?=\s|$)|\n|$)/.exec(text.slice(end, end + 160));
    const cut = start - before.length > 0 && before.length === 160;
    return [`${cut ? "…" : ""}${plain(before).replace(/\s+/g, " ").trimStart()}`, `${plain(after).replace(/\s+/g, " ").trimEnd()}${after.length === 160 ? "…" : ""}`];
  };

  // The text with its figures marked; of a long one, the surroundings of figures
  const stretches = (shown) => {
    const until = shown.length < findings.length ? shown.at(-1).end + AROUND : text.length;
    if (until <= LONG) return [[0, until]];
    const found = [];
    for (const { start, end } of shown) {
      const line = text.lastIndexOf("\n", start - 1) + 1, lineEnd = text.indexOf("\n", end);
      const from = start - line > AROUND ? start - AROUND : line;
      const to = lineEnd < 0 || lineEnd - end > AROUND ? Math.min(text.length, end + AROUND) : lineEnd;
      if (found.length && from <= found.at(-1)[1] + 1) found.at(-1)[1] = Math.max(found.at(-1)[1], to);
      else found.push([from, to]);
    }
    return found;
  };
  const mark = (finding, number) => {
    const { label, mark: sign, tone } = verdicts.get(finding.verdict);
    const link = element("a", { href: `#finding-${number}`, id: `figure-${number}` }, plain(text.slice(finding.start, finding.end)),
      unseen(`, ${lower(label)}, go to note `), element("span", { class: "check-sign", "aria-hidden": "true" }, sign), element("sup", {}, String(number)));
    return element("mark", { class: `tone-${tone}` }, link);
  };
  const showText = (shown) => {
    const parts = stretches(shown);
    const pieces = [];
    let next = 0;
    for (const [from, to] of parts) {
      if (from > 0) pieces.push(element("span", { class: "check-gap" }, "[…]"));
      let at = from;
      for (; next < shown.length && shown[next].end <= to; next += 1) {
        pieces.push(plain(text.slice(at, shown[next].start)), mark(shown[next], next + 1));
        at = shown[next].end;
      }
      pieces.push(plain(text.slice(at, to)));
    }
    if (parts.length && parts.at(-1)[1] < text.length) pieces.push(element("span", { class: "check-gap" }, "[…]"));
    marked.replaceChildren(...pieces);
  };

  // A card for each figure
  const readAs = ({ hedge, read_as }) => [hedge, read_as].filter(Boolean).join(" ");
  const term = (name, ...content) => element("div", {}, element("dt", {}, name), element("dd", {}, ...content));
  const card = (finding, number) => {
    const { label, mark: sign, tone } = verdicts.get(finding.verdict);
    const [before, after] = sentence(finding);
    const lines = [["Read as", readAs(finding) === finding.text ? "" : readAs(finding)], ["The sentence gives it to", finding.subject_label],
      ["It names as its source", finding.attributed_to], ["Known figure", finding.label]];
    const made = element("li", { id: `finding-${number}`, class: `check-card tone-${tone}`, tabindex: "-1" },
      element("h3", {}, element("span", { class: "check-number" }, `${number}. `), element("bdi", {}, plain(finding.text))),
      element("p", { class: "verdict" }, element("span", { class: "text-sign", "aria-hidden": "true" }, sign), ` ${label}`),
      element("p", { class: "check-sentence" }, before, element("b", {}, plain(finding.text)), after),
      element("dl", {}, ...lines.filter(([, value]) => value).map(([name, value]) => term(name, value))));
    if (finding.why) made.append(element("p", { class: "check-why" }, finding.why));
    if (finding.wording) {
      const copy = element("button", { type: "button" }, "Copy", unseen(` the wording for note ${number}`));
      copy.addEventListener("click", () => hand(finding.wording, copy));
      made.append(element("div", { class: "check-wording" }, element("p", {}, element("span", { class: "check-label" }, "Suggested: "), finding.wording), copy));
    }
    const back = element("a", { href: `#figure-${number}` }, "Back to the text", unseen(`, figure ${number}`));
    const ways = element("p", { class: "check-ways" }, back);
    if (finding.link && !/^[\w+.-]*:|^\/\//.test(finding.link)) ways.prepend(element("a", { href: finding.link }, "Steps and sources", unseen(` for note ${number}`)), " ");
    made.append(ways);
    return made;
  };
  const showCards = async (mine) => {
    const wanted = findings.map((finding, index) => [finding, index + 1]).filter(([{ verdict }]) => !choice.value || verdict === choice.value);
    const shown = wanted.filter(([, number]) => number <= SHOWN);
    cards.replaceChildren();
    note("cards", shown.length < findings.length ? `${shown.length.toLocaleString("en")} of ${named(findings.length, "figure")} are shown; the notes have all of them.` : "");
    for (let at = 0; at < shown.length && mine === turn; at += 200) {
      if (at) await nextFrame();
      cards.append(...shown.slice(at, at + 200).map(([finding, number]) => card(finding, number)));
    }
  };

  const check = async (moves) => {
    const mine = turn += 1;
    text = area.value;
    if (!text.trim()) { refuse("There is no text yet. Paste one, choose a file or try the example.", moves); return; }
    const cut = text.length > MOST;
    text = text.slice(0, MOST);
    say(false, "Reading…");
    await nextFrame();
    if (mine !== turn) return;
    engine ??= checkText.compile(rules);
    findings = checkText.check(engine, text).filter(({ verdict }) => verdicts.has(verdict));
    fresh = area.value;
    const shown = findings.slice(0, SHOWN);
    const cutLine = cut && `The text is longer than ${MOST.toLocaleString("en")} characters; the rest was not read.`;
    const other = !checkText.looksEnglish(text) && (rules.languages_note || "The text does not look English; only English is read.");
    results.hidden = !findings.length;
    if (findings.length) {
      showText(shown);
      note("text", text.length > LONG ? "The text is long: only the surroundings of its figures are shown." : "");
      choice.replaceChildren(new Option(`all ${findings.length}`, ""), ...rules.verdicts.filter(({ key }) => count(key)).map(({ key, label }) => new Option(`${lower(label)} (${count(key)})`, key)));
      await showCards(mine);
    }
    if (mine !== turn) return;
    say(false, findings.length ? told() : `No figure that concerns ${part.dataset.subject} was found.`, cutLine, other, "Nothing was sent or stored.");
    if (moves) summary.focus();
  };

  // The notes
  const base = document.querySelector("link[rel=canonical]")?.href || location.href.replace(/[?#].*/, "");
  const notes = () => [`# ${find("h1").textContent}`, told(), ...findings.map((finding, index) => {
    const [before, after] = sentence(finding);
    const lines = [
      `${index + 1}. ${plain(finding.text)}: ${verdicts.get(finding.verdict).label}`,
      `In: ${one(`${before}${plain(finding.text)}${after}`)}`,
      `Read as: ${readAs(finding)}${finding.subject_label && `, given to ${finding.subject_label}`}${finding.attributed_to && `, by ${finding.attributed_to}`}`,
      finding.label && `Known figure: ${finding.label}`,
      finding.why && `Why: ${finding.why}`,
      finding.wording && `Suggested: ${finding.wording}`,
      finding.link && `More: ${new URL(finding.link, base).href}`,
    ];
    return lines.filter(Boolean).join("\n   ");
  }), `Checked with ${base}`].join("\n\n") + "\n";
  const hand = async (words, button) => {
    try {
      await navigator.clipboard.writeText(words);
    } catch { // A page from a folder, or a reader who does not allow it
      const holder = element("textarea", { class: "unseen", "aria-hidden": "true" });
      holder.value = words;
      document.body.append(holder);
      holder.select();
      document.execCommand("copy");
      holder.remove();
      button.focus();
    }
    const before = button.dataset.before ??= button.firstChild.data;
    button.firstChild.data = "Copied";
    clearTimeout(button.timer);
    button.timer = setTimeout(() => { button.firstChild.data = before; }, 2000);
    find("[data-note=copied]").replaceChildren("Copied.");
    setTimeout(() => find("[data-note=copied]").replaceChildren(), 2000);
  };
  const save = () => {
    const link = element("a", { href: URL.createObjectURL(new Blob([notes()], { type: "text/markdown" })), download: "notes.md" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // Files. Of a web page the text is taken, in one pass over it: it may be long and broken
  const NAMED = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'", nbsp: "\u00a0", ndash: "–", mdash: "—", lsquo: "‘", rsquo: "’", ldquo: "“", rdquo: "”", hellip: "…", euro: "€", pound: "£", yen: "¥", minus: "−", times: "×", thinsp: "\u2009" };
  const decode = (words) => words.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : 0;
    return name ? NAMED[name] ?? whole : code && code < 0x110000 ? String.fromCodePoint(code) : whole;
  });
  const wordsOf = (page) => {
    const small = page.replace(/[A-Z]/g, (letter) => letter.toLowerCase()), kept = [];
    for (let at = 0; at < page.length;) {
      const open = page.indexOf("<", at);
      if (open < 0) { kept.push(page.slice(at)); break; }
      kept.push(page.slice(at, open));
      const tag = /^<(?:!--|\/?([a-z][a-z\d]*)|[!?])/.exec(small.slice(open, open + 24));
      if (!tag) { kept.push("<"); at = open + 1; continue; }
      const name = tag[1] ?? "";
      const silent = ["script", "style", "template", "noscript", "head"].includes(name) && small[open + 1] !== "/";
      const end = silent ? `</${name}` : tag[0] === "<!--" ? "-->" : ">";
      const close = small.indexOf(end, open + 1);
      if (close < 0) break;
      at = silent ? close : close + end.length;
      if (/^(p|div|h\d|li|tr|br|section|article|blockquote|figcaption|ul|ol|table)$/.test(name)) kept.push("\0");
      else if (/^(td|th)$/.test(name)) kept.push(" ");
    }
    // Ends of lines are spaces in a web page; where a paragraph ends stands “\0”, which no text has that is read
    return decode(kept.join("")).replace(/[\s\0]+/g, (gap) => (gap.includes("\0") ? "\n" : " ")).trim();
  };
  const read = async (file) => {
    const html = file.type === "text/html" || /\.html?$/i.test(file.name);
    if (!ENDINGS.test(file.name) && !/^text\//.test(file.type)) { refuse(`“${plain(file.name)}” is not a text file. Choose .txt, .md, .html or .csv, or copy the text out of it and paste it.`); return; }
    if (file.size > MOST) { refuse(`“${plain(file.name)}” is larger than 2 MB. Paste the part that you want checked.`); return; }
    const bytes = new Uint8Array(await file.arrayBuffer());
    const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "";
    let words;
    try { words = new TextDecoder(wide || "utf-8", { fatal: true }).decode(bytes); } catch { words = new TextDecoder("windows-1252").decode(bytes); }
    if (words.includes("\0")) { refuse(`“${plain(file.name)}” holds no text that can be read; it looks like a binary file.`); return; }
    area.value = html ? wordsOf(words) : words;
    await check(true);
  };

  // What a reader does
  form.addEventListener("submit", (event) => { event.preventDefault(); check(true); });
  form.addEventListener("reset", () => {
    turn += 1;
    text = fresh = "";
    findings = [];
    results.hidden = true;
    marked.replaceChildren();
    cards.replaceChildren();
    say(false);
    area.focus();
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  // The focus stays where the reader pasted
  area.addEventListener("paste", () => { if (!area.value.trim()) setTimeout(() => check(false)); });
  area.addEventListener("input", () => {
    if (!results.hidden && fresh && area.value !== fresh) { fresh = ""; say(false, "The text was changed. Check it again."); }
  });
  picker.addEventListener("change", () => { const [file] = picker.files; picker.value = ""; if (file) read(file); });
  const dropping = (on) => form.classList.toggle("dropping", on);
  form.addEventListener("dragover", (event) => { event.preventDefault(); dropping(true); });
  form.addEventListener("dragleave", ({ relatedTarget }) => { if (!form.contains(relatedTarget)) dropping(false); });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    dropping(false);
    const [file] = event.dataTransfer.files, words = event.dataTransfer.getData("text/plain");
    if (file) read(file);
    else if (words) { area.value = words; check(true); }
  });
  const does = {
    example: () => { area.value = rules.example; check(true); },
    copy: (button) => hand(notes(), button),
    download: save,
    print: () => print(),
  };
  part.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]"), link = event.target.closest("a[href^='#f']");
    if (button) does[button.dataset.do](button);
    if (!link) return;
    // The way from a figure to its note and back leaves no trace in the address or the history
    event.preventDefault();
    let target = document.getElementById(link.hash.slice(1));
    if (!target && choice.value) { choice.value = ""; showCards(turn); target = document.getElementById(link.hash.slice(1)); }
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  });
  choice.addEventListener("change", () => { turn += 1; showCards(turn); });
  form.hidden = false;
})();
