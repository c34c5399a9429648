/* Finds words in the sentences of all pages, which searchindex.js hands over, and shows where they stand. */
const searched = (pages) => {
  const query = new URLSearchParams(location.search).get("q")?.trim() ?? "";
  document.querySelector("#q").value = query;
  if (!query) return;
  const all = query.toLowerCase().replace(/'/g, "’").match(/[\p{L}\p{N}](?:\S*[\p{L}\p{N}])?/gu) ?? [];
  // Words such as “the” are no help, unless there is nothing else
  const telling = all.filter((word) => !stopwords.includes(word));
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // “companies” finds “company”, “5.57” finds “$5.576M”: a word is found where one begins with it or with its stem
  const stemmer = new Stemmer();
  const stem = (word) => escaped(/^[a-z]+$/.test(word) ? stemmer.stemWord(word) : word).replace(/i$/, "[iy]");
  const words = (telling.length ? telling : all).map((word) => `${escaped(word)}|${stem(word)}`);
  const begins = (word, flags) => new RegExp(`(^|[^\\p{L}\\p{N}])((?:${word})[\\p{L}\\p{N}]*)`, flags);
  const patterns = words.map((word) => begins(word, "iu"));
  const anywhere = begins(words.join("|"), "giu");
  const count = (text) => patterns.filter((pattern) => pattern.test(text)).length;

  const look = (page) => {
    const places = page.parts.flatMap(({ anchor, title, texts }) => [title, ...texts].map((text) => ({ anchor, title, text, hits: count(text) })));
    const texts = [page.title, ...places.map(({ text }) => text)];
    if (!words.length || !patterns.every((pattern) => texts.some((text) => pattern.test(text)))) return [];
    const best = places.reduce((one, other) => (other.hits > one.hits ? other : one), { anchor: "", title: "", text: texts[1] ?? "", hits: 0 });
    const score = 10 * count(page.title) + Math.min(9, places.filter(({ hits }) => hits === best.hits).length);
    return [{ page, best, score }];
  };
  const quoted = (text) => {
    const from = Math.max(0, text.lastIndexOf(" ", Math.max(0, text.search(begins(words.join("|"), "iu")) - 80)));
    const to = text.indexOf(" ", from + 240);
    return (from ? "…" : "") + text.slice(from, to < 0 ? undefined : to) + (to < 0 ? "" : " …");
  };
  const element = (tag, ...content) => { const made = document.createElement(tag); made.append(...content); return made; };
  const marked = (text) => {
    const line = element("p");
    let end = 0;
    for (const { index, 1: before, 2: word } of text.matchAll(anywhere)) {
      line.append(text.slice(end, index + before.length), element("mark", word));
      end = index + before.length + word.length;
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
