/* A STUB of the engine, to build the page with: it takes each sum of dollars for a figure and gives verdicts in turn. */
globalThis.checkText = {
  compile: (rules) => ({ verdicts: rules.verdicts }),
  check: ({ verdicts }, text) => [...text.matchAll(/\$\d[\d.,]*\d?(?:\s(?:thousand|million|billion|trillion)\b|[MBK]\b)?/g)].map((found, index) => ({
    start: found.index, end: found.index + found[0].length, text: found[0], value: 0, high: null, unit: "usd", read_as: found[0],
    hedge: /\b(nearly|about|almost|more than)\s$/.exec(text.slice(Math.max(0, found.index - 12), found.index))?.[1] ?? "",
    attributed_to: "", subject: "model", subject_label: "the model", figure: "stub", label: "a figure of the stub", claim: "",
    verdict: verdicts[index % verdicts.length].key, why: "The stub knows nothing.", wording: index % 2 ? "" : `It cost ${found[0]}.`, link: index % 3 ? "index.html" : "",
  })),
  looksEnglish: (text) => /\b(the|of|and|to|in)\b/i.test(text),
};
