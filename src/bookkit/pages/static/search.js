/* Finds words in the sentences of all pages, which searchindex.js hands over, and shows where they stand. */
const searched = (pages) => {
  const query = new URLSearchParams(location.search).get("q")?.trim() ?? "";
  document.querySelector("#q").value = query;
  if (!query) return;
  const asked = query.toLowerCase().replace(/'/g, "’");

  // “5.6 million”, “$5.576M” and “5,576,000” are one number: it is found by its value, to the digits that were asked for
  const written = /(^|[^\p{L}\p{N}.])((\d+(?:[.,]\d+)*)[\s-]?(thousand|million|billion|trillion|bn|mn|[kmbt](?![\p{L}\p{N}]))?[\s-]?(%|percent|per cent|times|fold|[x×](?![\p{L}\p{N}]))?)(?![\p{L}\p{N}])/giu;
  const POWERS = { k: 3, t: 12, m: 6, b: 9, th: 3, tr: 12 };
  const numbersIn = (text) => [...text.matchAll(written)].map(({ index, 1: before, 2: whole, 3: digits, 4: scale = "", 5: unit = "" }) => {
    const plain = digits.replace(/,(?=\d{3}(?!\d))/g, "").replace(",", ".");
    const name = scale.toLowerCase();
    const power = name ? POWERS[name.length > 4 ? name.slice(0, 2) : name[0]] ?? POWERS[name[0]] : 0;
    const factor = 10 ** power;
    const zeros = plain.includes(".") ? -plain.split(".")[1].length : plain.match(/0*$/)[0].length;
    const value = plain * factor;
    // Years and small counts are exact; others are as exact as they were written
    const slack = power || plain.includes(".") || value >= 1e4 ? Math.min((10 ** zeros / 2) * factor, value / 100) : 0;
    return { start: index + before.length, end: index + before.length + whole.length, plain, power, value, slack, unit: unit && (/^(%|p)/i.test(unit) ? "%" : "x") };
  });
  const sought = numbersIn(asked);
  // Where no scale is asked for, “5.57” finds “$5.576M”, too
  const begins = (one, other) => !one.power && other.plain.startsWith(one.plain);
  const near = (one, other) => Math.abs(one.value - other.value) <= one.slack * (1 + 1e-9);
  const same = (one, other) => (near(one, other) || begins(one, other)) && (!one.unit || one.unit === other.unit);
  const placesOf = (number) => (text) => numbersIn(text).filter((one) => same(number, one));

  const rest = sought.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), asked);
  const all = rest.match(/[\p{L}\p{N}](?:\S*[\p{L}\p{N}])?/gu) ?? [];
  // Words such as “the” are no help, unless there is nothing else; nor is the currency of a number
  const telling = all.filter((word) => !stopwords.includes(word) && !(sought.length && /^(us|usd|dollars?)$/.test(word)));
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // “companies” finds “company”: a word is found where one begins with it or with its stem
  const stemmer = new Stemmer();
  const stem = (word) => escaped(/^[a-z]+$/.test(word) ? stemmer.stemWord(word) : word).replace(/i$/, "[iy]");
  const beginning = (word) => new RegExp(`(^|[^\\p{L}\\p{N}])((?:${escaped(word)}|${stem(word)})[\\p{L}\\p{N}]*)`, "giu");
  const placesOfWord = (word) => (text) => [...text.matchAll(beginning(word))].map(({ index, 1: before, 2: found }) =>
    ({ start: index + before.length, end: index + before.length + found.length }));
  const words = [...sought.map(placesOf), ...(telling.length || sought.length ? telling : all).map(placesOfWord)];
  const has = (text) => (places) => places(text).length > 0;
  const count = (text) => words.filter(has(text)).length;
  const marks = (text) => words.flatMap((places) => places(text)).sort((one, other) => one.start - other.start);

  const look = (page) => {
    const places = page.parts.flatMap(({ anchor, title, texts }) => [title, ...texts].map((text) => ({ anchor, title, text, hits: count(text) })));
    const texts = [page.title, ...places.map(({ text }) => text)];
    if (!words.length || !words.every((places) => texts.some((text) => has(text)(places)))) return [];
    const best = places.reduce((one, other) => (other.hits > one.hits ? other : one), { anchor: "", title: "", text: texts[1] ?? "", hits: 0 });
    const score = 10 * count(page.title) + Math.min(9, places.filter(({ hits }) => hits === best.hits).length);
    return [{ page, best, score }];
  };
  const quoted = (text) => {
    const from = Math.max(0, text.lastIndexOf(" ", Math.max(0, (marks(text)[0]?.start ?? 0) - 80)));
    const to = text.indexOf(" ", from + 240);
    return (from ? "…" : "") + text.slice(from, to < 0 ? undefined : to) + (to < 0 ? "" : " …");
  };
  const element = (tag, ...content) => { const made = document.createElement(tag); made.append(...content); return made; };
  const marked = (text) => {
    const line = element("p");
    let end = 0;
    for (const place of marks(text)) {
      if (place.start < end) continue;
      line.append(text.slice(end, place.start), element("mark", text.slice(place.start, place.end)));
      end = place.end;
    }
    line.append(text.slice(end));
    return line;
  };
  const item = ({ page, best }) => {
    const link = element("a", best.title ? `${page.title} › ${best.title}` : page.title);
    link.href = page.address + (best.anchor && `#${best.anchor}`);
    const line = element("li", page.kind ? `${page.kind}: ` : "", link);
    if (best.text) line.append(marked(quoted(best.text)));
    return line;
  };

  // Chapters come first: they are the answer, other pages are details
  const found = pages.flatMap(look).sort((one, other) => one.page.kind.localeCompare(other.page.kind) || other.score - one.score);
  const told = found.length ? `${found.length} ${found.length === 1 ? "page has" : "pages have"} “${query}”` : `No page has “${query}”`;
  const results = document.querySelector("#search-results");
  results.append(element("p", `${told}.`), ...(found.length ? [element("ul", ...found.map(item))] : []));
};
