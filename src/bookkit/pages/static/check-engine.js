/* Checks a text: each figure that concerns the subject, and whether the sentence gives it to the right thing. The same engine is
   written in Python, in files that are named below; both give the same findings. What it knows of the subject is in the rules alone. */
(() => {
  const WORD = "w", DIGITS = "d", SIGN = "s";
  const set = (...words) => new Set(words);
  const mapOf = (object) => new Map(Object.entries(object));
  const last = (list) => list[list.length - 1];
  // Like str.find and “in”, for many words
  const anyIn = (words, text) => words.some((word) => text.includes(word));
  const lower = (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

  // signs.py: a text as its reader sees it: tags and entities read, odd spaces and dashes made plain, and every sign's place kept
  const LONGEST = 2e6;
  const SPECIAL = /&#?[a-zA-Z0-9]{1,10};|<!--|<\/?[a-zA-Z][^<>]{0,500}>|[\0-\x08\x0b\x0c\x0e-\x1f\x7f\xa0\xad\u061c\u2000-\u200f\u2010-\u2015\u2018-\u201f\u2028-\u202f\u2032\u2033\u205f-\u206f\u2212\u3000\ufe63\ufeff\uff0d\uff04\uffe5\ufffc]|[\u{10000}-\u{10ffff}]/gu;
  const LINE_TAGS = set(..."p br div li ul ol tr table h1 h2 h3 h4 h5 h6 section article blockquote header footer title".split(" "));
  const CELL_TAGS = set("td", "th");
  const COMMENT = "<!--";
  const CLOSINGS = new Map([[COMMENT, /-->/g], ...["script", "style", "template"].map((name) => [name, new RegExp(`</${name}[^<>]{0,20}>?`, "gi")])]);

  const entity = (token, rules) => {
    const name = token.slice(1, -1);
    if (name[0] !== "#") return rules.entities.has(name) ? rules.entities.get(name) : token;
    const hex = /^#[xX]/.test(name), digits = name.slice(hex ? 2 : 1);
    if (!(hex ? /^[0-9a-fA-F]+$/ : /^[0-9]+$/).test(digits)) return token;
    const code = parseInt(digits, hex ? 16 : 10);
    const sign = code > 0 && code < 0xd800 ? String.fromCharCode(code) : " ";
    return code < 32 ? " " : rules.signs.has(sign) ? rules.signs.get(sign) : sign;
  };
  // Where what is not seen ends; if it never does, where it began
  const after = (text, opened, start, endless) => {
    if (endless.has(opened)) return start;
    const closing = CLOSINGS.get(opened);
    closing.lastIndex = start;
    if (closing.test(text)) return closing.lastIndex;
    endless.add(opened);
    return start;
  };
  // What a special sign is read as, and where reading goes on
  const insteadOf = (text, token, end, rules, endless) => {
    if (token[0] === "&") return [entity(token, rules), end];
    if (token === COMMENT) return ["", after(text, COMMENT, end, endless)];
    if (token[0] !== "<") return [rules.signs.has(token) ? rules.signs.get(token) : token < " " || token === "\x7f" ? " " : token.length > 1 ? "\ufffd" : "", end];
    const name = lower(/^<\/?([a-zA-Z0-9]+)/.exec(token)[1]);
    if (CLOSINGS.has(name) && token[1] !== "/") return ["\n", after(text, name, end, endless)];
    return [LINE_TAGS.has(name) ? "\n" : CELL_TAGS.has(name) ? "\t" : "", end];
  };
  const readSigns = (whole, rules) => {
    const text = whole.slice(0, LONGEST), parts = [], cuts = [], shifts = [], entities = [], endless = new Set();
    let done = 0, length = 0, match;
    SPECIAL.lastIndex = 0;
    while ((match = SPECIAL.exec(text))) {
      const start = match.index;
      parts.push(text.slice(done, start));
      length += start - done;
      const [instead, end] = insteadOf(text, match[0], SPECIAL.lastIndex, rules, endless);
      parts.push(instead);
      length += instead.length;
      if (end - start !== instead.length) {
        cuts.push(length);
        shifts.push(end - length);
        entities.push(match[0][0] === "&" && instead !== "");
      }
      SPECIAL.lastIndex = done = end;
    }
    parts.push(text.slice(done));
    const plain = parts.join("");
    // How many of the cuts are up to a sign
    const cutsUpTo = (at) => {
      let low = 0, high = cuts.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (at < cuts[middle]) high = middle; else low = middle + 1;
      }
      return low;
    };
    const place = (at) => at + (shifts[cutsUpTo(at) - 1] || 0);
    // Where signs of the plain text stand in the text itself; a last sign that an entity stands for is as long as the entity
    const span = (start, end) => {
      const at = cutsUpTo(end) - 1;
      return [place(start), cuts[at] === end && entities[at] ? place(end) : place(end - 1) + 1];
    };
    return { plain, low: lower(plain), span };
  };

  // words.py: words, digits and signs, and where phrases of a list stand
  const TOKEN = /(?:usd|rmb|cny|us|rs)(?=[0-9])|[a-z\u00c0-\u024f][a-z0-9\u00c0-\u024f]*(?:&[a-z0-9]+)*|[0-9]{1,3}(?: [0-9]{3})+(?![0-9])|[0-9]{1,3}(?:'[0-9]{3})+(?![0-9])|[0-9]+(?:[.,][0-9]+)*|[^ \t\n\r]/g;
  const tokensOf = (low) => {
    const tokens = [];
    let before = -1, match;
    TOKEN.lastIndex = 0;
    while ((match = TOKEN.exec(low))) {
      const text = match[0], sign = text[0], start = match.index, end = start + text.length;
      const kind = sign >= "0" && sign <= "9" ? DIGITS : (sign >= "a" && sign <= "z") || (sign >= "\u00c0" && sign <= "\u024f") ? WORD : SIGN;
      tokens.push({ text, start, end, kind, glued: start === before });
      before = end;
    }
    return tokens;
  };
  const isSpoken = ({ kind, text }) => kind !== SIGN || text === "%";
  const spoken = (tokens) => tokens.filter(isSpoken).map(({ text }) => text).join(" ");
  const phraseOf = (written) => spoken(tokensOf(written.toLowerCase()));

  // A list of phrases that a text is searched for, the longest first at each place
  const phrases = (written) => {
    const longest = new Map(), known = new Set();
    for (const one of written) {
      const phrase = phraseOf(one), words = phrase.split(" ");
      known.add(phrase);
      longest.set(words[0], Math.max(longest.get(words[0]) || 0, words.length));
    }
    const find = (tokens, start) => {
      const most = longest.get(tokens[start].text);
      if (!most) return null;
      let phrase = "", at = start, words = 0, found = null;
      while (at < tokens.length && words < most) {
        const { kind, text, glued } = tokens[at];
        if (kind === SIGN && text !== "%") {
          if (!words || !"-.'/&".includes(text) || !glued || at + 1 >= tokens.length || !tokens[at + 1].glued) break;
          at += 1;
          continue;
        }
        phrase = words ? `${phrase} ${text}` : text;
        words += 1;
        at += 1;
        if (known.has(phrase)) found = { first: start, last: at, phrase };
      }
      return found;
    };
    const within = (tokens) => {
      const found = [];
      for (let at = 0; at < tokens.length;) {
        const match = find(tokens, at);
        if (match) found.push(match);
        at = match ? match.last : at + 1;
      }
      return found;
    };
    return { find, within };
  };

  // rules.py
  let english = set(..."the of and to in a is that for it with as was on by at from are be this".split(" "));
  const beginnings = (words) => words.map((word) => ` ${phraseOf(word)}${word.endsWith(".") ? " " : ""}`);
  const grouped = (rows, name) => {
    const groups = new Map();
    for (const row of rows) groups.set(row[name], [...(groups.get(row[name]) || []), row]);
    return groups;
  };
  const acceptedOf = ({ value, spellings, unit }) => {
    const values = [value, ...spellings];
    return unit === "ratio" ? [...values, ...values.filter(Boolean).map((known) => 1 / known)] : values;
  };
  const compile = (payload) => {
    const units = new Map(payload.units.map(([words, unit, factor]) => [phraseOf(words), [unit, factor]]));
    const names = new Map(payload.names.map(([words, kind, key]) => [phraseOf(words), [kind, key, /^[!@]/.test(words) ? words[0] : ""]]));
    const cues = new Map(payload.cues.map(([words, kind, key]) => [phraseOf(words), [kind, key]]));
    const figures = payload.figures.map((row) => ({ ...row, values: [row.value, ...row.spellings], accepted: acceptedOf(row), right: set(...row.right), wrong: mapOf(row.wrong), words: beginnings(row.words), needed: beginnings(row.needed) }));
    const rules = {
      payload, units, names, cues, byUnit: grouped(figures, "unit"),
      signs: mapOf(payload.signs), entities: mapOf(payload.entities), currencies: mapOf(payload.currencies),
      currencyWords: new Map(payload.currency_words.map(([words, unit, factor]) => [words, [unit, factor]])),
      moneyBegins: new Set(payload.currency_words.map(([words]) => words.split(" ")[0])),
      perUnits: payload.per_units.map(([words, what]) => [words.split(" "), what]),
      unitPhrases: phrases(units.keys()), namePhrases: phrases(names.keys()), cuePhrases: phrases(cues.keys()),
      subjects: new Map(payload.subjects.map(([key, label, kind, parents, only]) => [key, { key, label, kind, parents, units: only }])),
      scopes: grouped(payload.scopes.map(([subject, words, becomes, wide, unless]) => ({ subject, words: beginnings(words), becomes, wide, unless: beginnings(unless) })), "subject"),
      pairs: payload.pairs, companySpends: beginnings(payload.company_spends), steps: mapOf(payload.steps), bases: set(...payload.bases), unitWords: mapOf(payload.unit_words),
    };
    for (const name of Object.keys(payload.numbers)) rules[name] = mapOf(payload.numbers[name]);
    for (const name of Object.keys(payload.words)) rules[name] = set(...payload.words[name]);
    english = rules.english || english;
    return rules;
  };

  // values.py: to so many digits, halves to the even one as Python has it
  const precise = (value, digits) => {
    if (value % 1 === 0 && Math.abs(value) < 10 ** digits) return value;
    const more = value.toPrecision(digits + 1), near = Number(value.toPrecision(digits));
    if (near === value || Number(more) !== value) return near;
    const [, whole, part, power] = /^(\d)\.(\d*)e(.*)$/.exec(value.toExponential(40)), all = whole + part;
    return /[02468]50*$/.test(all.slice(digits - 1)) && /^50*$/.test(all.slice(digits)) ? Number(`${whole}.${all.slice(1, digits)}e${power}`) : near;
  };
  const rounded = (value) => precise(value, 12);
  const countDigits = ({ value }) => String(rounded(Math.abs(value))).split("e")[0].replace(".", "").replace(/^0+|0+$/g, "").length;
  const isTelling = (number) => countDigits(number) > 1 || number.high !== null || Math.abs(number.value) >= 1e11;
  const valuesOf = ({ value, other }) => (other === null ? [Math.abs(value)] : [Math.abs(value), Math.abs(other)]);
  // Percent and shares of one are told either way
  const factorOf = ({ unit }, figure) => (unit === "ratio" && figure.unit === "percent" ? 100 : unit === "percent" && figure.unit === "ratio" ? 0.01 : 1);
  const errorOf = (number, figure, [below, above] = [0, 0]) => {
    const { value: low, high, other, open } = number, { value: first, accepted, tolerance } = figure;
    if (open || figure.bound === "order") {
      return open && figure.bound === "order" && figure.values.some((known) => low <= known && known < (high || 0)) ? 0.5 : null;
    }
    const factor = factorOf(number, figure);
    let best = null;
    for (let place = 0; place < (other === null ? 1 : 2); place += 1) {
      const value = Math.abs(place ? other : low) * factor;
      for (const known of accepted) {
        let error = known ? Math.abs(value - known) / known : Math.abs(value);
        if (high !== null && known === first && value <= known * 1.0001 && known <= high * factor * 1.0001) error = Math.min(error, 0.001);
        if (known === first && -below * value <= known - value && known - value <= above * value) error = Math.min(error, tolerance);
        if ((error <= tolerance + 1e-9 || (high !== null && error <= 0.001)) && (best === null || error + place < best)) best = error + place;
      }
    }
    return best;
  };
  const fitting = (number, figure) => {
    if (number.other === null || number.open) return number.value;
    const fits = (value) => figure.values.some((known) => Math.abs(Math.abs(value) - known) <= known * (figure.tolerance + 1e-9));
    return !fits(number.value) && fits(number.other) ? number.other : number.value;
  };
  const digitsOf = (value) => {
    let near = precise(value, 4);
    if (Math.abs(value) >= 1000) {
      near = Math.round(value);
      if (Math.abs(value % 1) === 0.5 && near % 2) near -= 1;
    }
    if (Math.abs(near) >= 1000) return String(near).replace(/\B(?=(\d{3})+$)/g, ",");
    return near && Math.abs(near) < 1e-4 ? near.toExponential().replace(/e-(\d)$/, "e-0$1") : String(near);
  };
  const inWords = (value) => {
    for (const [scale, name] of [[1e12, " trillion"], [1e9, " billion"], [1e6, " million"]]) {
      if (Math.abs(value) >= scale) return digitsOf(value / scale) + name;
    }
    return digitsOf(value);
  };
  const readAs = (value, high, unit, rules) => {
    const [before, behind] = rules.unitWords.get(unit) || ["", unit];
    return (high === null ? [value] : [value, high]).map((one) => before + inWords(one)).join(" to ") + behind;
  };

  // numbers.py: numbers as people write them. Dates, times, addresses and names with digits are none
  const NO_NUMBER = /https?:\/\/[^ \t\n\r\f\v]{1,2000}|www\.[^ \t\n\r\f\v]{1,2000}|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}|doi[: ]{1,2}[^ \t\n\r\f\v]{1,200}|arxiv[: ]{0,2}\d{4}\.\d{4,5}|\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}\.\d{1,2}\.(?:19|20)\d{2}\b|\b\d{1,2}\/\d{1,2}\/(?:19|20)?\d{2}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b|\b0\d{2,4}(?:[ -]\d{2,4}){1,4}\b|\b(?:\d{3}-)?\d{3}-\d{4}\b|\b\d{4}\/\d{4}\b|\b\d{1,3}[ \t\n\r\f\v]?(?:\^|\*\*)[ \t\n\r\f\v]?\d+/g;
  const POINT_DECIMALS = /\d\.\d{1,2}(?!\d)|\d,\d{3},\d{3}|\d,\d{3}\.\d/g, COMMA_DECIMALS = /\d,\d{1,2}(?!\d)|\d\.\d{3}\.\d{3}|\d\.\d{3},\d/g;
  const REACH = 6, LAST_YEAR = 2041, WIDEST = 20, LARGEST = 1e24, MOST_WORDS = 40;
  const HALVES = set("half", "quarter"), SMALL = set("a", "an", "half", "multi", "multibillion", "single");
  const count = (pattern, text) => (text.match(pattern) || []).length;

  const readNumbers = (low, tokens, named, rules) => {
    const { scales, letters, cardinals, tens, plurals, fractions, multiples } = rules;
    const commaIsDecimal = count(COMMA_DECIMALS, low) > count(POINT_DECIMALS, low);
    const next = (at) => (at < tokens.length ? tokens[at].text : "");
    const isScaleWord = (text) => scales.has(text) && !letters.has(text);
    const reading = (at, value, more) => ({ at, value, other: null, high: null, factor: 1, scaled: false, open: false, ratio: false, bareWord: false, digits: false, ...more });
    const blocked = new Set();
    {
      let at = 0, match;
      NO_NUMBER.lastIndex = 0;
      while ((match = NO_NUMBER.exec(low))) {
        while (at < tokens.length && tokens[at].end <= match.index) at += 1;
        for (; at < tokens.length && tokens[at].start < NO_NUMBER.lastIndex; at += 1) blocked.add(at);
      }
    }

    // The token after a sign that touches both sides
    const skip = (at, signs = "-") => (at + 1 < tokens.length && tokens[at].kind === SIGN && signs.includes(tokens[at].text) && tokens[at].glued && tokens[at + 1].glued ? at + 1 : at);
    const wordValue = (text) => {
      for (const table of [cardinals, tens, plurals, fractions, multiples]) if (table.has(text)) return table.get(text);
      return isScaleWord(text) ? scales.get(text) : SMALL.has(text) ? 1 : null;
    };
    const mayBegin = (at) => at < tokens.length && (tokens[at].kind === DIGITS || (tokens[at].kind === WORD && wordValue(tokens[at].text) !== null));
    const mayAdd = (at) => tens.has(next(at)) || cardinals.has(next(at));
    const currencyBefore = (at) => {
      for (const length of [2, 1]) {
        let end = at + length;
        if (end >= tokens.length || (length > 1 && !tokens[at + 1].glued)) continue;
        const unit = rules.currencies.get(length > 1 ? tokens[at].text + tokens[at + 1].text : tokens[at].text);
        if (unit === undefined) continue;
        if (tokens[end].kind === SIGN && ".-".includes(tokens[end].text) && tokens[end].glued && end + 1 < tokens.length) end += 1;
        if (mayBegin(end)) return [unit, end];
      }
      return [null, at];
    };

    // What digits say, and what they say where points and commas mean the opposite
    const digitValues = (digits) => {
      if (/[ ']/.test(digits)) return [Number(digits.replace(/[ ']/g, "")), null];
      const points = count(/\./g, digits), commas = count(/,/g, digits);
      if (!points && !commas) return [Number(digits), null];
      if (points && commas) {
        const pointLast = digits.lastIndexOf(".") > digits.lastIndexOf(",");
        if ((pointLast ? points : commas) > 1) return [null, null];
        return [Number(pointLast ? digits.replace(/,/g, "") : digits.replace(/\./g, "").replace(",", ".")), null];
      }
      if (points + commas > 1) return [/^\d{1,3}(?:[.,]\d{3})+$/.test(digits) ? Number(digits.replace(/[.,]/g, "")) : null, null];
      const [whole, rest] = digits.split(points ? "." : ",");
      const asDecimal = Number(`${whole}.${rest}`), asWhole = Number(whole + rest);
      if (rest.length !== 3 || whole.length > 3 || whole[0] === "0") return [asDecimal, null];
      return !points === commaIsDecimal ? [asDecimal, asWhole] : [asWhole, asDecimal];
    };
    // Whether digits are glued to a word before them
    const inAName = (at) => {
      const before = tokens[at - 1];
      if (!tokens[at].glued) return false;
      if (before.kind === WORD) return !rules.currencies.has(before.text);
      if ("-/_#@.:*".includes(before.text) && before.glued && at > 1) {
        const far = tokens[at - 2];
        return far.kind !== SIGN && !rules.before_hyphen.has(far.text);
      }
      return "#@_".includes(before.text);
    };
    // “one-27th”, “a 27th of”: a share; other ordinals are none
    const ordinalShare = (at, value) => {
      let before = at ? tokens[at - 1].text : "";
      if (before === "-" && at > 1) before = tokens[at - 2].text;
      else if (before === "a" && !["of", "as", "the"].includes(next(at + 2))) return null;
      return (before === "one" || before === "a") && value > 1 ? reading(at + 2, 1 / value, { ratio: true }) : null;
    };
    const readDigits = (at, money) => {
      if (!money && at && inAName(at)) return null;
      const [value, other] = digitValues(tokens[at].text);
      if (value === null) return null;
      const behind = at + 1, following = tokens[behind];
      if (following && following.glued && following.kind === WORD) {
        if (rules.ordinals.has(following.text)) return ordinalShare(at, value);
        if (!letters.has(following.text) && !scales.has(following.text) && !rules.glued.has(following.text)) return null;
      }
      if (behind + 1 < tokens.length && following.text === "/" && following.glued && tokens[behind + 1].kind === DIGITS && tokens[behind + 1].glued) {
        const [below] = digitValues(tokens[behind + 1].text);
        return !below || money ? null : reading(behind + 2, value / below, { ratio: true });
      }
      return reading(behind, value, { other, digits: true });
    };

    // Number words
    const nextPlural = (at) => {
      let place = at + 1;
      if (next(at) === "a" && next(place) === "few") place += 1;
      const text = next(place);
      return plurals.has(text) || isScaleWord(text) || text === "hundred" ? place : null;
    };
    const readPlural = (at) => {
      let place = plurals.has(tokens[at].text) ? at : nextPlural(at);
      if (place === null) return null;
      let value = plurals.get(next(place)) || scales.get(next(place)) || 100;
      place = skip(place + 1);
      if (next(place) === "of" && (plurals.has(next(place + 1)) || scales.has(next(place + 1)))) place += 1;
      const scale = next(place);
      if (plurals.get(scale) >= 1000 || isScaleWord(scale)) {
        value *= plurals.get(scale) || scales.get(scale);
        place += 1;
      }
      return value < 1e6 ? null : reading(place, value, { high: value * 10, open: true, scaled: true });
    };
    const readHalf = (at) => {
      let place = HALVES.has(next(at)) ? at : at + 1;
      const part = next(place) === "half" ? 0.5 : 0.25;
      place = skip(place + 1);
      if (next(place) === "of") place += 1;
      if (next(place) === "a" || next(place) === "one") place = skip(place + 1);
      return isScaleWord(next(place)) ? reading(place + 1, part * scales.get(next(place)), { scaled: true }) : null;
    };
    // “a tenth”, “one-tenth”, “a mere eleventh”, “two-thirds”, “one twenty-seventh”
    const readShare = (at) => {
      const text = next(at);
      let number = text === "a" || text === "an" ? 1 : cardinals.get(text), place = at;
      if (number === undefined) {
        if (!fractions.has(text) || !at || !rules.before_share.has(next(at - 1))) return null;
        number = 1;
      } else place = skip(at + 1);
      const word = next(place), value = fractions.get(word);
      if (tens.has(word) || cardinals.has(word)) {
        const end = skip(place + 1), closing = next(end), part = fractions.get(closing);
        if (tens.has(word) && part !== undefined && (part >= 0.1 || closing === "hundredth")) return reading(end + 1, number / (tens.get(word) + 1 / part), { ratio: true });
        if (cardinals.has(word) && (closing === "hundredth" || closing === "thousandth")) return reading(end + 1, number / (cardinals.get(word) * (closing === "hundredth" ? 100 : 1000)), { ratio: true });
        return null;
      }
      return value === undefined || ((text === "a" || text === "an") && word === "second") ? null : reading(place + 1, number * value, { ratio: true });
    };
    // The last token of “and a half”
    const andAHalf = (at) => {
      let place = skip(at + 1);
      if (next(place) === "a") place = skip(place + 1);
      return next(place) === "half" ? place : null;
    };
    // A number in words up to the last scale: hundreds and units are summed, thousands and more close a group
    const readCardinal = (at, first) => {
      let total = 0, group = first || 0, place = at, anyWord = false, scaled = false, lastScale = Infinity, half;
      while (place < tokens.length && place < at + MOST_WORDS) {
        const text = tokens[place].text;
        if (cardinals.has(text) && (group === 0 || (group % 100 >= 20 && group % 10 === 0) || (group % 100 === 0 && group > 0))) {
          if (first !== null && !anyWord) break;
          group += cardinals.get(text);
        } else if (tens.has(text) && (group === 0 || group % 100 === 0)) group += tens.get(text);
        else if (text === "hundred" || text === "dozen") group = (group || 1) * (text === "hundred" ? 100 : 12);
        else if (isScaleWord(text) && !rules.suffix_only.has(text) && scales.get(text) < lastScale && group) {
          scaled = true;
          lastScale = scales.get(text);
          total += group * lastScale;
          group = 0;
        } else if (text === "and" && anyWord && (half = andAHalf(place)) !== null) {
          group += 0.5;
          place = half;
        } else if (text === "and" && anyWord && group % 100 === 0 && (group || total) && mayAdd(place + 1)) {
          place += 1;
          continue;
        } else if (text === "point" && anyWord && cardinals.has(next(place + 1))) {
          let decimals = "";
          for (; cardinals.get(next(place + 1)) < 10; place += 1) decimals += cardinals.get(next(place + 1));
          if (!decimals) break;
          group += Number(`0.${decimals}`);
        } else break;
        anyWord = true;
        place = skip(place + 1);
      }
      if (!anyWord) return null;
      if (next(place - 1) === "and") place -= 1;
      if (tokens[place - 1].kind === SIGN) place -= 1;
      return reading(place, total + group, { factor: scaled && !group ? lastScale : 1, scaled, bareWord: !scaled });
    };
    const readWords = (at) => {
      const { text, glued } = tokens[at], following = next(at + 1);
      if (glued && at && tokens[at - 1].kind === DIGITS) return null;
      if (multiples.has(text)) return reading(at + 1, multiples.get(text), { ratio: true });
      if (plurals.has(text) || (rules.many.has(text) && nextPlural(at) !== null)) return readPlural(at);
      if (HALVES.has(text) || ((text === "a" || text === "one") && HALVES.has(following))) {
        const scaled = readHalf(at);
        if (scaled) return scaled;
      }
      const share = readShare(at);
      if (share) return share;
      if (text === "a" || text === "an") return isScaleWord(following) || following === "hundred" || following === "dozen" ? readCardinal(at + 1, 1) : null;
      const begins = cardinals.has(text) || tens.has(text) || (text === "hundred" && at && ["the", "that", "this"].includes(next(at - 1)));
      return begins ? readCardinal(at, null) : null;
    };
    const readValue = (at, money) => {
      if (at >= tokens.length || named.has(at) || blocked.has(at)) return null;
      return tokens[at].kind === DIGITS ? readDigits(at, money) : tokens[at].kind === WORD ? readWords(at) : null;
    };

    // What follows: scales such as “million”, then units
    const scale = (one, money) => {
      while (one.at < tokens.length && !one.open && !one.ratio) {
        const at = skip(one.at), { text, glued } = tokens[at], factor = scales.get(text), letter = letters.has(text), following = tokens[at + 1];
        if (factor === undefined || (letter && ((!glued && !money) || (following && following.glued && following.kind === DIGITS) || one.scaled))) break;
        one.value *= factor;
        one.factor *= factor;
        if (one.other !== null) one.other *= factor;
        one.scaled = one.scaled || factor >= 1e3;
        one.at = at + 1;
        if (at + 2 < tokens.length && following.text === "." && following.glued && rules.dotted.has(text)
          && (rules.currencyWords.has(tokens[at + 2].text) || tokens[at + 2].text === "of")) one.at = at + 2;
      }
    };
    const currencyAfter = (at) => {
      if (next(at) !== "." && !rules.moneyBegins.has(next(at))) return null;
      for (const length of [3, 2, 1]) {
        const words = tokens.slice(at, at + length + 1).map(({ text }) => text).filter((text) => text !== ".").slice(0, length);
        const known = rules.currencyWords.get(words.join(" "));
        if (!known || words.length !== length) continue;
        let end = at;
        for (let found = 0; found < length; end += 1) found += tokens[end].text !== ".";
        return [...known, end];
      }
      return null;
    };
    // “two dollars nineteen”
    const cents = (one, at) => {
      if (at < tokens.length && !blocked.has(at) && tokens[at].kind === WORD && mayAdd(at)) {
        const found = readCardinal(at, null);
        if (found && found.value < 100 && !scales.has(next(found.at))) {
          one.value += found.value / 100;
          return found.at;
        }
      }
      return at;
    };
    const per = (unit, at) => {
      for (let place = at; place < Math.min(at + 4, tokens.length); place += 1) {
        const { kind, text } = tokens[place];
        if (kind === DIGITS || rules.currencies.has(text)) break;
        if (!rules.per.has(text)) continue;
        for (const [phrase, what] of rules.perUnits) {
          if (phrase.every((word, index) => next(place + 1 + index) === word)) return [`${unit}/${what}`, place + 1 + phrase.length];
        }
      }
      return [unit, at];
    };
    const percent = (ratio, at) => {
      if (at + 2 <= tokens.length && rules.percent.has(`${next(at)} ${next(at + 1)}`)) return at + 2;
      if (at < tokens.length && rules.percent.has(next(at))) return at + 1;
      return ratio && next(at) === "of" && ["one", "a", "1"].includes(next(at + 1)) ? percent(false, at + 2) : null;
    };
    // “27x”, “27 times cheaper”, “-fold”: a ratio; “mentioned 27 times” is none
    const times = (at) => {
      const text = next(at);
      if (text === "x" || text === "×") return tokens[at].glued || rules.comparing.has(next(at + 1)) ? at + 1 : null;
      if (text === "fold") return at + 1;
      if (text !== "times" && text !== "time") return null;
      return tokens.slice(at + 1, at + 6).some((token) => rules.comparing.has(token.text))
        || tokens.slice(Math.max(0, at - 4), at).some((token) => rules.comparing_before.has(token.text)) ? at + 1 : null;
    };
    // The unit in the noun after a number, over adjectives
    const noun = (one) => {
      let at = skip(one.at, "-/"), found = null;
      if (["+", "–", "—"].includes(next(at))) at += 1;
      for (let step = 0; step < REACH && at < tokens.length; step += 1) {
        const match = rules.unitPhrases.find(tokens, at);
        if (match) {
          const [unit, factor] = rules.units.get(match.phrase);
          if (found && unit !== "gpu" && unit !== "gpu_hour") break;
          found = [unit, factor, [one.at, match.last]];
          at = match.last;
          if (unit === "thing" || at >= tokens.length || !(rules.unit_goes_on.has(tokens[at].text) || (tokens[at].text === "-" && tokens[at].glued))) break;
          at = skip(at);
          continue;
        }
        const { kind, text, glued } = tokens[at];
        if (kind === SIGN ? !("-'".includes(text) && glued) : kind === DIGITS || (!rules.between.has(text) && !rules.chips.has(text))) break;
        at += 1;
      }
      return found || ["", 1, [one.at, one.at]];
    };
    // The unit, its factor, and where the number ends and where its noun ends
    const readUnit = (begin, one, currency) => {
      let at = skip(one.at);
      if (currency !== null) {
        const [unit, end] = per(currency, at);
        return [unit, 1, [one.at, end]];
      }
      if (one.scaled && next(at) === "of") at += 1;
      const money = currencyAfter(at);
      if (money) {
        const [unit, factor] = money;
        at = money[2];
        if (factor === 1 && at < tokens.length && !one.scaled && unit === "usd") at = cents(one, at);
        const [priced, end] = per(unit, at);
        return [priced, factor, [at, end]];
      }
      at = skip(one.at);
      const share = percent(one.ratio, at);
      if (share !== null) return ["percent", 1, [share, share]];
      if (one.ratio) return ["ratio", 1, [one.at, one.at]];
      const compared = times(at);
      if (compared !== null) return ["ratio", 1, [compared, compared]];
      if (begin > 1 && tokens[begin - 1].text === "of" && tokens[begin - 2].text === "factor") return ["ratio", 1, [one.at, one.at]];
      return noun(one);
    };
    // A range whose second number follows: “$5–6 million”, “two to four times”
    const range = (begin, one, currency, unit) => {
      if (one.open || one.ratio || one.at >= tokens.length) return null;
      const joint = tokens[one.at].text, dash = joint === "-" || joint === "–", money = currency !== null;
      const joins = joint === "to" || joint === "or" || (joint === "and" && begin && tokens[begin - 1].text === "between");
      if (!dash && !(joins && !one.scaled && (unit === "" || unit === currency))) return null;
      const [second, place] = currencyBefore(one.at + 1);
      if (second !== null && (second !== currency || (!dash && one.scaled))) return null;
      let upper = readValue(place, money);
      if (place < tokens.length && tokens[place].kind === DIGITS && !upper && dash) {
        const [value, other] = digitValues(tokens[place].text), following = tokens[place + 1];
        if (value !== null && !(following && following.glued && rules.ordinals.has(following.text))) upper = reading(place + 1, value, { other, digits: true });
      }
      if (!upper || upper.open || upper.ratio) return null;
      scale(upper, money);
      const lower = !one.scaled && upper.scaled && upper.value ? one.value * upper.factor : one.value;
      if (!(lower < upper.value && upper.value <= lower * WIDEST)) return null;
      return reading(upper.at, lower, { high: upper.value, scaled: one.scaled || upper.scaled, digits: one.digits, bareWord: one.bareWord });
    };
    const more = (at) => (["and", "or"].includes(next(at)) && ["more", "so", "less"].includes(next(at + 1)) ? at + 2 : at);
    const isPlus = (at) => (next(at) === "+" && tokens[at].glued) || next(skip(at)) === "plus";
    const isYear = (at) => /^\d{4}$/.test(tokens[at].text) && tokens[at].text >= 1900 && tokens[at].text < LAST_YEAR;
    // Whether it numbers an item of a list
    const isNumbering = (begin, at, one, unit) => {
      if (unit || one.scaled || begin !== at || !one.digits || one.at >= tokens.length || !".)/:".includes(tokens[one.at].text)) return false;
      const before = low.slice(Math.max(0, tokens[at].start - 40), tokens[at].start);
      return /^[ (#*-]*$/.test(before.slice(before.lastIndexOf("\n") + 1));
    };
    // Whether it says how much: no year, no numbered thing, no small word alone
    const stands = (begin, at, one, unit) => {
      const { labels, months } = rules;
      if (one.bareWord && !unit) return false;
      if (one.digits && begin === at && !one.scaled && unit === "usd" && isYear(at)) return false;
      const before = begin ? tokens[begin - 1].text : "";
      if (unit || one.scaled || begin !== at) return !(labels.has(before) && !unit && !one.scaled);
      if (!one.digits) return true;
      const { text } = tokens[at];
      if (isYear(at) || labels.has(before) || months.has(before) || (begin > 1 && before === "." && labels.has(tokens[begin - 2].text))) return false;
      if (months.has(next(one.at)) || (next(one.at) === "of" && months.has(next(one.at + 1)))) return false;
      return text[0] !== "0" || text.length === 1 || ".,".includes(text[1]);
    };
    const readNumber = (start) => {
      const { kind, text, glued } = tokens[start];
      const signed = kind === SIGN && "+-".includes(text) && !glued && start + 1 < tokens.length && tokens[start + 1].glued;
      const [currency, at] = currencyBefore(signed ? start + 1 : start);
      let one = readValue(at, currency !== null);
      if (!one) return null;
      scale(one, currency !== null);
      let [unit, factor, behind] = readUnit(start, one, currency);
      one = range(start, one, currency, unit) || one;
      if (one.high !== null && !one.open) [unit, factor, behind] = readUnit(start, one, currency);
      if (isNumbering(start, at, one, unit) || !stands(start, at, one, unit)) return null;
      const value = rounded(one.value * factor), end = Math.max(one.at, behind[0]);
      if (!(value < LARGEST)) return null;
      return {
        first: start, last: end, start: tokens[start].start, end: tokens[end - 1].end, value,
        high: one.high === null ? null : rounded(one.high * factor), other: one.other === null ? null : rounded(one.other * factor),
        unit, open: one.open, scaled: one.scaled, unitLast: more(behind[1]), plus: isPlus(behind[0]),
      };
    };
    const found = [];
    for (let at = 0; at < tokens.length;) {
      const number = readNumber(at);
      if (number) found.push(number);
      at = number ? Math.max(number.last, at + 1) : at + 1;
    }
    return found;
  };

  const ENDS = set(".", "!", "?", "…"), BULLETS = set("-", "•", "*", "–", "—", "·"), CLOSING = set("\"", "'", ")", "]");
  const STRONG = set(";", "|", "—", "·"), CELLS = set(";", "|", "·"), FIRMS = set("company", "firm"), JOINS = set(",", "and", "&");
  const OF_MARKETS = 1e10, TIED = 25, FAR = 60, SHORT_LINE = 60, LONG_LINE = /[^\n]{121}/, LONGEST_SENTENCE = 160;
  const MAKERS = mapOf({ company: "model", firm: "rival" }), GENERIC = set("company", "model", "group", "api"), ROOM = 0.025;
  const OURS = set("model", "company", "group", "stage"), THINGS = set("noun", "stage"), MONEY = set("usd", "cny"), SHARES = set("percent", "ratio");
  const BARE = ["gpu", "gpu_hour", "token", "parameter", "person", "percent", "elo", "generation"];
  const BACK = 4, SOURCE_BACK = 5, ASTRAY = 10;
  const RIGHT = 0, OPEN = 1, WRONG = 2, NEUTRAL = 3;
  const YUAN = [" yuan ", " rmb ", " renminbi "], A_LOT = 1e5;
  const SLIPPING = set("gpu", "gpu_hour", "percent", "token", "parameter");
  const SLIPS = [10, 100, 1000, 0.1, 0.01, 0.001];
  const MISTAKEN = mapOf({ gpu: ["gpu_hour"], usd: ["cny", "gpu_hour"], gpu_hour: ["gpu", "usd"], cny: ["usd"] });
  const ALONE = set("usd", "cny", "usd/year", "gpu", "gpu_hour", "token", "parameter", "day");
  const base = (unit) => unit.split("/")[0];
  const apart = (cue, number) => (cue.first >= number.last ? cue.first - number.last : number.first - cue.last);
  // A function that does not work out the same twice
  const remembered = (work) => {
    const done = new Map();
    return (key) => {
      if (!done.has(key)) done.set(key, work(key));
      return done.get(key);
    };
  };
  const isBefore = (one, other) => {
    const at = one.findIndex((value, index) => value !== other[index]);
    return at >= 0 && one[at] < other[at];
  };

  const check = (rules, text) => {
    const signs = readSigns(text, rules), { plain } = signs, tokens = tokensOf(signs.low), subjects = rules.subjects;
    const textAt = (at) => (at < tokens.length ? tokens[at].text : "");
    // Whether one of the tokens between two places passes; how many do
    const any = (from, to, test) => {
      for (let at = from; at < to && at < tokens.length; at += 1) if (test(tokens[at].text, tokens[at])) return true;
      return false;
    };
    const all = (from, to, test) => !any(from, to, (word, token) => !test(word, token));
    const has = (from, to, words) => any(from, to, (word) => words.has(word));
    const sum = (from, to, words) => {
      let found = 0;
      for (let at = from; at < to; at += 1) found += words.has(tokens[at].text);
      return found;
    };
    // The last word between two places that only stands before a name is passed over
    const leading = (from, to) => {
      for (let at = Math.min(to, tokens.length) - 1; at >= from; at -= 1) if (!rules.determiners.has(tokens[at].text)) return tokens[at].text;
      return "";
    };
    const wordsOf = (from, to) => ` ${spoken(tokens.slice(from, to))} `;

    // sentences.py: where sentences begin and end
    const begins = (token) => !/[a-z,;:)]/.test(plain[token.start]);
    const isAbbreviated = (at) => {
      if (tokens[at].text !== "." || !at || !tokens[at].glued) return false;
      const before = tokens[at - 1].text;
      return rules.abbreviations.has(before) || (/^[a-z]$/.test(before) && at > 1 && tokens[at - 2].text === ".");
    };
    // Whether a line is a headline, a row or an item, and not a wrapped line of a paragraph
    const lineStands = ({ end }) => {
      const line = plain.slice(plain.lastIndexOf("\n", end - 1) + 1, end);
      return line.length < SHORT_LINE || BULLETS.has(line[0]) || ".:;!?|".includes(last(line)) || /[\t|]/.test(line);
    };
    const split = () => {
      // Lines longer than any that a program wraps: then each line stands for itself
      const found = [], unwrapped = LONG_LINE.test(plain);
      let start = 0, paragraph = 0, at = 0;
      while (at < tokens.length) {
        let end = at + 1, broken = false, newParagraph = false;
        if (ENDS.has(tokens[at].text)) {
          while (end < tokens.length && tokens[end].glued && CLOSING.has(tokens[end].text)) end += 1;
          while (end + 2 < tokens.length && tokens[end].glued && tokens[end].text === "[" && tokens[end + 2].text === "]") end += 3;
          broken = end < tokens.length && !tokens[end].glued && begins(tokens[end]) && !isAbbreviated(at);
        }
        if (end < tokens.length) {
          const lines = plain.slice(tokens[end - 1].end, tokens[end].start).split("\n").length - 1;
          if (lines) {
            newParagraph = unwrapped || lines > 1 || BULLETS.has(tokens[end].text) || lineStands(tokens[end - 1]);
            broken = broken || newParagraph;
          }
        }
        if (broken || end - start >= LONGEST_SENTENCE) {
          found.push([start, end, paragraph]);
          start = end;
          paragraph += newParagraph;
        }
        at = end;
      }
      if (start < tokens.length) found.push([start, tokens.length, paragraph]);
      return found;
    };

    // What a sentence speaks of
    const isOwned = (key, kind) => (rules.belongings.has(key) && (kind === "model" || kind === "rival" || kind === "group")) || (rules.heads.has(key) && kind === "group");
    // “the head of that firm”: the firm only tells who speaks
    const serves = (source, firm) => source.last < firm.first && firm.first - source.last <= 4 && all(source.last, firm.first, (word) => rules.serves.has(word));
    // A thing by which another is meant, such as a cluster that made a model, counts itself
    const depends = (head, name) => {
      if (!rules.heads.has(head.key) || head.last >= name.first || name.first > head.last + 6) return false;
      return (rules.links.has(tokens[head.last].text) || rules.links.has(leading(head.last, name.first))) && !any(head.last, name.first, (_, { kind }) => kind === DIGITS);
    };
    // Whether a name only tells whose something is
    const isAdjectival = (name, key, following) => {
      const possessive = textAt(name.last) === "'" && textAt(name.last + 1) === "s", at = name.last + (possessive ? 2 : 0), { kind } = subjects.get(key);
      if (kind === "market" && any(at, at + 3, (word) => rules.chips.has(word) || (rules.units.get(word) || [""])[0] === "gpu")) return true;
      if (textAt(name.last) === "-" && tokens[name.last].glued && rules.likeness.has(textAt(name.last + 1))) return true;
      if (possessive && rules.kin.has(textAt(at))) return true;
      if (!following) return false;
      const [what, owned] = rules.names.get(following.phrase);
      if (what === "source" || isOwned(owned, kind) || (rules.heads.has(owned) && kind === "model")) return false;
      return following.first === at || (possessive && following.first <= at + 2);
    };
    const belongs = (owner, name, key) => owner.last + 1 < name.first && name.first <= owner.last + 4 && tokens[owner.last].text === "'" && isOwned(key, owner.kind);
    // Whether a name is who says it, or pays
    const doesSpeak = (name, kind, cues) => {
      if (name.first && rules.costs_whom.has(tokens[name.first - 1].text) && FIRMS.has(kind)) return true;
      if (!FIRMS.has(kind) && kind !== "group") return false;
      return cues.some((cue) => {
        if (rules.participles.has(cue.phrase) && ((cue.first && tokens[cue.first - 1].text === "s") || textAt(cue.last) === "by")) return false;
        if (cue.kind === "says") return name.last <= cue.first && cue.first <= name.last + 2 && !any(name.last, cue.first, (word) => ";|".includes(word));
        return cue.kind === "according" && (name.first === cue.last || (name.first === cue.last + 1 && rules.determiners.has(tokens[cue.last].text)));
      });
    };
    // Whether a name is only compared with, denied or built on
    const isAside = (name, cues) => {
      if (cues.some((cue) => cue.kind === "aside" && cue.last <= name.first && name.first <= cue.last + 5
        && all(cue.last, name.first, (word, { kind }) => kind === SIGN || rules.determiners.has(word) || rules.articles.has(word)))) return true;
      for (let at = name.first - 1; at >= 0 && at >= name.first - 3; at -= 1) {
        const { kind, text: word } = tokens[at];
        if (rules.aside.has(word)) return true;
        if (kind === SIGN ? !"'\"".includes(word) : kind === DIGITS || !rules.articles.has(word)) return false;
      }
      return false;
    };
    const mentionsOf = (names, cues) => {
      const mentions = [], sources = [];
      names.forEach((name, place) => {
        const { first, last: end, phrase } = name, [what, key, mark] = rules.names.get(phrase);
        if (mark === "!" && !/[A-Z]/.test(plain[tokens[end - 1].start])) return;
        if (what === "source") {
          sources.push({ first, last: end, kind: "source", key, phrase });
          return;
        }
        if (isAdjectival(name, key, names[place + 1]) || (mentions.length && belongs(last(mentions), name, key))) return;
        const { kind } = subjects.get(key);
        if (kind === "firm" && sources.length && serves(last(sources), name)) return;
        const aside = (mentions.length > 0 && depends(last(mentions), name)) || isAside(name, cues);
        mentions.push({ first, last: end, key, kind, others: mentions, speaks: mark === "@" || doesSpeak(name, kind, cues), aside });
      });
      return { mentions, sources };
    };
    const cellsOf = (first, end) => {
      const cells = [first];
      for (let at = first + 1; at < end; at += 1) {
        if (CELLS.has(tokens[at - 1].text) || plain.slice(tokens[at - 1].end, tokens[at].start).includes("\t")) cells.push(at);
      }
      return cells;
    };
    const readSentences = (names, numbers) => {
      const cues = rules.cuePhrases.within(tokens).map(({ first, last: end, phrase }) => ({ first, last: end, kind: rules.cues.get(phrase)[0], key: rules.cues.get(phrase)[1], phrase }));
      const taker = (rows) => {
        let at = 0;
        return (end) => {
          const start = at;
          while (at < rows.length && rows[at].first < end) at += 1;
          return rows.slice(start, at);
        };
      };
      const takes = [names, cues, numbers].map(taker);
      return split().map(([first, end]) => {
        const [ownNames, ownCues, ownNumbers] = takes.map((take) => take(end)), cells = cellsOf(first, end);
        ownNumbers.forEach((number, place) => { number.place = place; });
        const words = wordsOf(first, end);
        return { first, last: end, words, inYuan: anyIn(YUAN, words), row: cells.length > 2, cells, heads: new Map(), ...mentionsOf(ownNames, ownCues), cues: ownCues, numbers: ownNumbers, known: null };
      });
    };

    // tables.py: numbers of a table get the unit and scale of its first row
    const headed = (number, above, whole) => {
      const words = above.map((token) => token.text), find = (list, table) => list.find((word) => table.has(word));
      const noun = find(words, rules.units), scaleWord = find(words, rules.scales), scale = scaleWord === undefined ? 1 : rules.scales.get(scaleWord);
      let unit = noun === undefined ? "" : rules.units.get(noun)[0];
      if (words.includes("gpu") && words.some((word) => word === "hours" || word === "hour" || word === "h")) unit = "gpu_hour";
      if (unit === "hour" && number.value >= 1000) unit = "gpu_hour";
      if (unit !== "gpu_hour") for (const word of words) unit = rules.currencies.get(word) || (rules.currencyWords.get(word) || [unit])[0];
      if (!unit && whole.some((token) => ["price", "prices", "token", "tokens"].includes(token.text))) {
        const money = find(whole.map((token) => token.text), rules.currencies);
        unit = money === undefined ? "" : rules.currencies.get(money);
      }
      if (!unit) return number;
      return { ...number, unit, value: rounded(number.value * scale), other: number.other === null ? null : rounded(number.other * scale), scaled: number.scaled || scale > 1 };
    };
    const readHeads = (sentences) => {
      let head = null;
      for (const sentence of sentences) {
        if (!sentence.row || !head || head.cells.length !== sentence.cells.length) {
          head = sentence.row ? sentence : null;
          continue;
        }
        const ends = [...head.cells.slice(1), head.last], whole = tokens.slice(head.first, head.last);
        sentence.numbers = sentence.numbers.map((number) => {
          const cell = sentence.cells.filter((first) => first <= number.first).length - 1, above = tokens.slice(head.cells[cell], ends[cell]);
          sentence.heads.set(number.first, ` ${above.filter(({ kind }) => kind !== SIGN).map((token) => token.text).join(" ")} `);
          return number.unit ? number : headed(number, above, whole);
        });
      }
    };

    // reading.py
    const names = rules.namePhrases.within(tokens), inNames = new Set();
    for (const { first, last: end, phrase } of names) if (/[0-9]/.test(phrase)) for (let at = first; at < end; at += 1) inNames.add(at);
    const sentences = readSentences(names, readNumbers(signs.low, tokens, inNames, rules));
    readHeads(sentences);
    // A subject and its broader ones, the nearest first
    const keysOf = remembered((key) => {
      const keys = key ? [key] : [];
      for (const one of keys) for (const parent of subjects.has(one) ? subjects.get(one).parents : []) if (!keys.includes(parent)) keys.push(parent);
      return keys;
    });
    const kindOf = (key) => (subjects.has(key) ? subjects.get(key).kind : "");
    const isOurs = (key) => keysOf(key).some((one) => OURS.has(kindOf(one)));
    const about = new Set();
    for (const { mentions } of sentences) for (const { key } of mentions) if (!about.has(key)) keysOf(key).forEach((one) => about.add(one));
    const nearby = new Set([...about, ...[...about].filter((key) => rules.steps.has(key)).map((key) => rules.steps.get(key))]);
    const specific = new Set([...about].filter((key) => !GENERIC.has(key)));
    const concerns = (keys, { right }) => [...right].some((key) => keys.has(key));
    const candidates = (number, inYuan) => {
      const { unit, scaled, value } = number;
      let units = [unit];
      if (!unit) units = scaled ? [...BARE, "usd", ...(inYuan ? ["cny"] : [])] : Math.max(...valuesOf(number)) >= 100 || value % 1 ? BARE : [];
      else if (MONEY.has(unit)) units = [unit, `${unit}/year`, `${unit}/Mtoken`, `${unit}/gpu_hour`];
      else if (unit === "gpu_hour") units = ["gpu_hour", "gpu_hour/Ttoken"];
      else if (unit === "hour") units = value >= 1000 ? ["hour", "gpu_hour"] : ["hour"];
      else if (SHARES.has(unit)) units = ["percent", "ratio"];
      return [].concat(...units.map((one) => rules.byUnit.get(one) || []));
    };
    const sourceNamed = (sentence, figure) => sentence.sources.some((source) => figure.source.includes(source.key));

    // belonging.py: which name of a sentence a number belongs to
    const linkOf = (from, to, number, mention) => {
      if (from >= to) return 112;
      const first = tokens[from].text;
      if ((first === "in" || first === "on" || first === "for") && rules.belongings.has(mention.key)) return 60;
      if (SHARES.has(number.unit) && first === "of") return 30;
      const near = leading(from, to), direct = rules.links.has(near);
      const head = tokens.slice(from, to).map((token) => token.text).filter((word) => !rules.determiners.has(word)).slice(-2);
      if (head.length === 2 && head[0] === "to" && rules.links.has(head[1])) return 115;
      if (direct) return rules.links.has(first) ? 110 : 100;
      return rules.links.has(first) ? 70 : has(from, to, rules.links) ? 55 : 40;
    };
    // Whether a single other number follows, with “and” or a comma between
    const areJoined = (number, others) => others.length === 1 && all(number.unitLast, others[0].first, (word) => JOINS.has(word));
    // Whether “for” follows a number, or the last of the numbers that it is joined with
    const isForAnother = (numbers, number) => {
      let end = number;
      for (let at = number.place + 1; at < numbers.length && all(end.unitLast, numbers[at].first, (word) => JOINS.has(word)); at += 1) end = numbers[at];
      return textAt(end.unitLast) === "for";
    };
    // How close a name can be at most, by its distance alone
    const mostOf = (number, mention) => {
      if (mention.last <= number.first) return 100 - number.first + mention.last;
      return mention.first <= number.unitLast ? 112 : 115 - 2 * (mention.first - number.unitLast);
    };
    const isNamed = remembered((mention) => mention.others.some((other) => (other.kind === "model" || other.kind === "rival") && !other.aside
      && other.last <= mention.first && mention.first <= other.last + 8 && !has(other.last, mention.first, STRONG)));
    const closeness = (sentence, number, mention) => {
      const { row, mentions, numbers } = sentence, { place } = number;
      let score = -3 * (THINGS.has(mention.kind) && !rules.heads.has(mention.key)) - 50 * mention.speaks;
      if (FIRMS.has(mention.kind)) score -= isNamed(mention) ? 18 : 8;
      const gap = number.first - mention.last;
      const beside = !row && gap >= 0 && gap <= 4 && all(mention.last, number.first, (word, { kind }) => kind === SIGN || rules.beside.has(word));
      score -= 60 * (mention.aside && !beside);
      if (mention.last <= number.first) {
        score += 100 - gap;
        if (!row) score -= 15 * sum(mention.last, number.first, STRONG) + 5 * Math.min(3, sum(mention.last, number.first, rules.clauses));
        const taken = numbers.some((other) => other.last <= mention.first && other.unitLast < number.first && rules.links.has(tokens[other.unitLast].text));
        score -= 40 * (taken && isForAnother(numbers, number));
        for (let at = place - 1; at >= 0 && at >= place - 2 && numbers[at].first >= mention.last; at -= 1) score -= 12;
        return score;
      }
      if (mention.first < number.last) return 0;
      const from = Math.min(number.unitLast, mention.first), to = mention.first, others = [];
      score += linkOf(from, to, number, mention) - 2 * (to - from);
      score -= 40 * (mention.speaks && mention.kind === "model");
      score -= 60 * has(from, to, STRONG);
      for (let at = place + 1; at < numbers.length && numbers[at].first < to; at += 1) if (numbers[at].first < numbers[at].unitLast && numbers[at].unitLast < to) others.push(numbers[at]);
      const joined = areJoined(number, others);
      score -= (joined ? 15 : 50) * (others.length > 0);
      score -= 40 * mentions.some((other) => number.last <= other.first && other.first < to && !other.aside && !other.speaks);
      score -= 20 * (!joined && any(from, to, (word) => word === "and"));
      return score - 20 * has(from, to, rules.clauses);
    };
    // The model for which a company did something
    const madeBy = (sentence, number, company) => sentence.mentions.find((mention) => {
      const from = number.unitLast, to = mention.first;
      if (mention.kind !== MAKERS.get(company.kind) || mention.aside || to < from || to - from > 12) return false;
      const counted = sentence.numbers.filter((other) => number.last <= other.first && other.first < to);
      if (counted.length && !areJoined(number, counted)) return false;
      return !any(from, to, (word) => STRONG.has(word) || rules.clauses.has(word)) && ["for", "train", "training"].includes(leading(from, to));
    }) || company;
    const subjectOf = (sentence, number) => {
      const { mentions } = sentence, opens = rules.openers.has(tokens[sentence.first].text) && number.first - sentence.first <= 10;
      const scoreOf = (mention) => {
        const only = subjects.get(mention.key).units, market = mention.kind === "market";
        if (mention.last < number.first - FAR || mention.first > number.last + FAR) return 0;
        if ((only.length && !only.includes(number.unit)) || (market && (number.unit === "gpu" || number.unit === "gpu_hour"))) return 0;
        return closeness(sentence, number, mention) - (market && number.scaled && number.value < OF_MARKETS ? 30 : 0);
      };
      let best = null, bestScore = opens ? 0 : TIED;
      // The last name before the number is likely the one; those that cannot be as close are passed over
      const behind = mentions.findIndex((mention) => mention.last > number.first), near = mentions[(behind < 0 ? mentions.length : behind) - 1];
      const floor = near ? scoreOf(near) : 0;
      for (const mention of mentions) {
        if (mostOf(number, mention) < Math.max(floor, bestScore)) continue;
        const score = mention === near ? floor : scoreOf(mention);
        if (score > bestScore) [best, bestScore] = [mention, score];
      }
      return best && MAKERS.has(best.kind) ? madeBy(sentence, number, best) : best;
    };

    // giving.py: what a number is given to, as the words of its clause narrow it
    const windowOf = (sentence, number, mention) => {
      const low = mention ? Math.min(number.first, mention.first) : number.first, high = Math.max(number.last, mention ? mention.last : 0);
      const { numbers } = sentence;
      let left = sentence.first, right = sentence.last, place = number.place;
      while (place > 0 && numbers[place - 1].last > low) place -= 1;
      if (place > 0) left = numbers[place - 1].last;
      for (let at = low - 1; at >= left; at -= 1) if (STRONG.has(tokens[at].text)) left = at + 1;
      for (place = number.place + 1; place < numbers.length && numbers[place].first < high;) place += 1;
      if (place < numbers.length) right = numbers[place].first;
      for (let at = number.last; at < right; at += 1) if (STRONG.has(tokens[at].text)) right = at;
      return [left, right];
    };
    const phraseStart = (sentence, number, [left]) => {
      let start = left;
      for (let place = number.place - 1; place >= 0 && sentence.numbers[place].first >= left; place -= 1) start = Math.max(start, sentence.numbers[place].unitLast);
      if (start > left) for (let at = start; at < number.first; at += 1) if (tokens[at].text === "and" || tokens[at].text === ",") return at;
      return start;
    };
    const phraseEnd = (number, [, right]) => {
      for (let at = number.unitLast; at < right; at += 1) if (rules.clauses.has(tokens[at].text)) return at;
      return right;
    };
    // The tokens between the numbers beside a number
    const between = ({ first, last: end, numbers }, { place }) => [place ? numbers[place - 1].last : first, place + 1 < numbers.length ? numbers[place + 1].first : end];
    // Whether a price is of input or of output
    const sideOf = (sentence, number) => {
      const [before, behind] = between(sentence, number), above = sentence.heads.get(number.first) || "";
      for (const key of ["input", "output"]) if (above.includes(` ${key}`)) return [key];
      let best = null;
      for (const cue of sentence.cues) {
        if (cue.kind !== "side" || cue.first < before || cue.first >= behind) continue;
        const near = [cue.first >= number.last ? cue.first - number.last : number.first - cue.last + 1, cue.key];
        if (!best || isBefore(near, best)) best = near;
      }
      return best && best[0] <= 5 ? [best[1]] : [];
    };
    const scopesOf = (sentence, number, window) => {
      const near = wordsOf(phraseStart(sentence, number, window), phraseEnd(number, window)), whole = SHARES.has(number.unit) ? sentence.words : near;
      const scopes = new Set((rules.scopes.get("*") || []).filter((scope) => anyIn(scope.words, scope.wide ? whole : near)).map((scope) => scope.becomes));
      for (const { kind, key, first } of sentence.cues) {
        if (kind === "wide" || (kind === "scope" && (sentence.row || (window[0] <= first && first < window[1])))
          || (kind === "chip" && number.last - 1 <= first && first < number.last + 3)) scopes.add(key);
      }
      sideOf(sentence, number).forEach((side) => scopes.add(side));
      return [...scopes].sort();
    };
    const tellsApart = (index) => sentences.slice(Math.max(0, index - 1), index + 2).some(({ mentions }) => mentions.some(({ key }) => rules.bases.has(key)));
    // What the sentences before speak of
    const topicOf = remembered((index) => {
      let fallback = "";
      for (let back = 1; back <= BACK && index - back >= 0; back += 1) {
        const near = sentences[index - back].mentions.filter(({ aside, kind }) => !aside && !THINGS.has(kind)).reverse();
        const found = near.find(({ kind }) => kind === "model") || (back === 1 && near.find(({ kind }) => ["rival", "market", "group", "firm"].includes(kind)));
        if (found) return found.key;
        fallback = fallback || (near.length && OURS.has(near[0].kind) ? near[0].key : "");
      }
      return fallback;
    });
    // The model that “the model” means
    const whichModel = (index, mention) => {
      for (let back = 0; back <= BACK && index - back >= 0; back += 1) {
        const found = [...sentences[index - back].mentions].reverse().find((other) => other.kind === "model" && other.key !== "model" && !other.aside && (back || !mention || other.last <= mention.first));
        if (found) return found.key;
      }
      return "";
    };
    const recent = (index) => [].concat(...sentences.slice(Math.max(0, index - 2), index + 1).map(({ mentions }) => mentions));
    // The model that “the former” or “the latter” means
    const formerOf = (index, sentence, number) => {
      const cue = last(sentence.cues.filter(({ kind, last: end }) => kind === "order" && end <= number.first));
      if (!cue) return "";
      const found = [];
      for (const { kind, key, first } of recent(index)) if ((kind === "model" || kind === "rival") && first < cue.first && key !== last(found)) found.push(key);
      return found.length > 1 ? found[found.length - (cue.key === "latter" ? 1 : 2)] : "";
    };
    // Two subjects that are one together
    const togetherOf = (index, sentence, number) => {
      const [before, behind] = between(sentence, number);
      if (!sentence.cues.some(({ kind, first }) => kind === "combine" && before <= first && first < behind)) return "";
      const near = new Set(recent(index).map(({ key }) => key)), known = candidates(number).filter((figure) => errorOf(number, figure) !== null);
      const pair = rules.pairs.find(([parts, both]) => parts.some((part) => near.has(part)) && known.some(({ right }) => right.has(both)));
      return pair ? pair[1] : "";
    };
    const narrowed = (key, words, sentence = "") => {
      const wide = kindOf(key) === "company" ? sentence : words;
      const found = (rules.scopes.get(key) || []).find((scope) => {
        const where = scope.wide ? wide : words;
        return anyIn(scope.words, where) && !anyIn(scope.unless, where);
      });
      return found ? found.becomes : key;
    };
    const isDenied = ({ cues }, number) => {
      if (cues.some(({ kind, first }) => kind === "not" && number.last <= first && first <= number.last + 1 && all(number.last, first, (word) => rules.auxiliaries.has(word)))) return true;
      if (cues.some(({ kind }) => kind === "falsity")) return true;
      if (cues.some(({ kind, first }) => kind === "mistaken" && number.last <= first && first <= number.last + 4)) return true;
      return cues.some((cue) => cue.kind === "not" && cue.last <= number.first && number.first - cue.last <= 4
        && !cues.some((other) => other.kind === "says" && cue.last <= other.first && other.first <= cue.last + 1)
        && !any(cue.last, number.first, (word) => [";", ",", ":", "but", "including"].includes(word)));
    };
    const givenOf = (index, sentence, number) => {
      let mention = subjectOf(sentence, number), key = mention ? mention.key : topicOf(index);
      const window = windowOf(sentence, number, mention), other = formerOf(index, sentence, number) || togetherOf(index, sentence, number);
      if (other) [key, mention] = [other, null];
      let own = key;
      if (key === "model") key = own = whichModel(index, mention) || key;
      const words = wordsOf(...window), near = wordsOf(window[0], phraseEnd(number, window));
      key = narrowed(key, kindOf(key) === "company" ? near : words, sentence.words);
      if (rules.steps.has(key) && tellsApart(index)) key = rules.steps.get(key);
      if (key === "model" && own !== "model" && sentence.mentions.some((one) => one.key === "model" && one.first > number.first)) key = whichModel(index, null) || key;
      if (!key) key = own = narrowed("", words);
      return { key, base: own, mention, scopes: scopesOf(sentence, number, window), window, denied: isDenied(sentence, number) };
    };

    // matching.py: which known figure a number is; the lowest rank is best
    const statusOf = (given, { right, wrong }) => {
      for (const scope of given.scopes) if (wrong.has(scope) && !right.has(scope)) return [WRONG, wrong.get(scope), true];
      const scoped = given.scopes.some((scope) => right.has(scope)), step = rules.steps.has(given.base);
      if ((!given.mention && scoped) || (step && right.has(given.base))) return [RIGHT, "", false];
      for (const key of [...keysOf(given.key), ...(step || kindOf(given.base) === "company" ? keysOf(given.base) : [])]) {
        if (right.has(key)) return [RIGHT, "", false];
        if (wrong.has(key)) return [WRONG, wrong.get(key), false];
      }
      return [scoped ? RIGHT : given.mention && !THINGS.has(given.mention.kind) ? NEUTRAL : OPEN, "", false];
    };
    // A wrong thing that a share or a ratio is of
    const comparedWith = ({ mentions, numbers }, number, { wrong, right }) => {
      if (!SHARES.has(number.unit)) return "";
      const found = mentions.find((mention) => mention.aside && mention.kind !== "company" && number.last <= mention.first && wrong.has(mention.key) && !right.has(mention.key)
        && !numbers.some((other) => other.first >= mention.last && other.first - mention.last <= 4));
      return found ? found.key : "";
    };
    const isForgiven = (sentence, number, { key, mention, window }, figure) => {
      if (kindOf(key) === "company" && (figure.basis === "disclosed" || figure.basis === "estimate") && figure.right.has("model")
        && (!mention || !anyIn(rules.companySpends, wordsOf(window[0], phraseEnd(number, window))))) return true;
      const byName = (figure.basis === "estimate" || key === "western_models") && sourceNamed(sentence, figure);
      if (!mention) return kindOf(key) === "company" || byName || (concerns(specific, figure) && !sentence.cues.some(({ kind }) => kind === "order"));
      return byName && (mention.kind === "rival" || (THINGS.has(mention.kind) && number.first - mention.last > 5));
    };
    // The words right before or after a number that leave it room
    const hedgesOf = ({ cues }, number) => cues.filter(({ kind, first, last: end }) => kind === "hedge"
      && ((number.first - 3 <= end && end <= number.first) || (number.last <= first && first <= number.last + 1))
      && !any(end, number.first, (word) => word === "the"));
    // How far a figure may lie below and above a number, by its hedges
    const roomOf = (sentence, number) => {
      const keys = countDigits(number) > 1 ? hedgesOf(sentence, number).map(({ key }) => key) : [];
      return [keys.includes("below") || keys.includes("about") ? ROOM : 0, keys.includes("floor") ? ROOM : 0];
    };
    // Whether a figure's words stand in the sentence before, or after a short one
    const wordsAround = (index, sentence, number, figure, status) => {
      const known = status === RIGHT || status === WRONG || sourceNamed(sentence, figure) || (status === OPEN && countDigits(number) > 2);
      if (index && known && placesOf(sentences[index - 1], figure.words)) return true;
      return sentence.last - sentence.first <= 9 && index + 1 < sentences.length && isTelling(number) && placesOf(sentences[index + 1], figure.words);
    };
    // Whether a figure is told without a name
    const mayStandAlone = (sentence, number, figure, near) => {
      const { basis, unit } = figure, many = countDigits(number) > 2, within = (most) => near !== null && near <= most;
      if (basis === "market") return many && (Math.abs(number.value) >= 1e11 || within(2.5));
      if (unit === "usd/gpu_hour" || unit === "hour") return within(6);
      if (unit === "percent" || unit === "elo") return basis === "disclosed" && many && within(6);
      if (!ALONE.has(unit) || (basis === "disclosed" && MONEY.has(number.unit) && !about.size)) return false;
      if (isTelling(number) || sourceNamed(sentence, figure) || (basis === "estimate" && (sentence.sources.length || sentence.cues.some(({ kind }) => kind === "guess")))) return true;
      if (unit === "gpu") return within(2.5);
      return basis === "disclosed" && number.scaled && (sentence.cues.some((cue) => (cue.kind === "doubt" || cue.kind === "figure") && apart(cue, number) <= 3)
        || (within(3) && (tokens.length < 60 || [...about].some(isOurs))));
    };
    // Where words of a list begin in a sentence; null where it has none of them
    const placesOf = (sentence, words) => {
      const { first, last: end } = sentence, known = sentence.known || (sentence.known = new Map());
      if (known.has(words)) return known.get(words);
      let places = null;
      if (anyIn(words, sentence.words)) {
        const starts = words.map((word) => word.slice(1).split(" ")[0]);
        places = [];
        for (let at = first; at < end; at += 1) if (starts.some((start) => tokens[at].text.startsWith(start))) places.push(at);
      }
      known.set(words, places);
      return places;
    };
    // How many tokens lie between a number and the nearest of a figure's words; null where the sentence has none of them
    const nearnessOf = (sentence, number, words) => {
      if (!words.length) return 0;
      if (anyIn(words, sentence.heads.get(number.first) || "")) return 0.5;
      const places = placesOf(sentence, words);
      if (!places) return (MONEY.has(number.unit) || number.scaled) && sentence.cues.some(({ kind }) => kind === "figure") ? 40 : null;
      let best = null;
      for (const at of places) {
        const distance = number.first <= at && at < number.last ? 0 : at >= number.last ? at - number.last + 1 : number.first - at + 1.5;
        if (best === null || distance < best) best = distance;
      }
      return best === null ? 50 : best;
    };
    const matchOf = (index, sentence, number, given, figure, error, place) => {
      let [status, reason, byScope] = statusOf(given, figure), forgiven = false;
      if (status === NEUTRAL && figure.basis === "market") status = OPEN;
      const beaten = comparedWith(sentence, number, figure);
      if (beaten && status !== WRONG) [status, reason, byScope] = [WRONG, figure.wrong.get(beaten), true];
      if (status === WRONG && !byScope && isForgiven(sentence, number, given, figure)) [status, reason, forgiven] = [OPEN, "", true];
      let near = nearnessOf(sentence, number, figure.words);
      if (figure.needed.length && !placesOf(sentence, figure.needed)) return null;
      const digits = countDigits(number), telling = isTelling(number), share = SHARES.has(number.unit);
      if (near === null && number.unit && [number.unit, "gpu_hour"].includes(base(figure.unit)) && !MONEY.has(number.unit) && !share && number.unit !== "gpu") near = 5;
      const explicit = given.mention && (telling || (figure.telling && number.scaled));
      if (near === null && status === OPEN && !given.mention && figure.unit === number.unit && number.value >= A_LOT && digits > 1 && concerns(nearby, figure) && figure.basis === "disclosed") near = 45;
      const told = !(share && figure.basis !== "market") && (explicit || (status === RIGHT && telling))
        && (figure.unit === number.unit || (!number.unit && status === RIGHT && digits > 2)) && (status === RIGHT || status === WRONG);
      if (near === null && !told && !wordsAround(index, sentence, number, figure, status)) return null;
      if (status === OPEN && (figure.basis === "circulates" || !mayStandAlone(sentence, number, figure, near))) return null;
      if (status === NEUTRAL && (!isOurs(given.key) || figure.basis === "market" || figure.basis === "circulates")) return null;
      const otherSource = figure.basis === "estimate" && sentence.sources.length > 0 && !sourceNamed(sentence, figure);
      const rank = [status === OPEN && given.mention && !forgiven ? 2.5 : status, Number(!number.unit && MONEY.has(figure.unit)), Number(otherSource),
        Number(figure.unit !== number.unit), near === null ? 99 : near, error, place];
      return { figure, status, reason, rank, slip: false };
    };
    const bestMatch = (index, sentence, number, given, fits) => {
      let best = null;
      fits.forEach(([figure, error, place]) => {
        const match = matchOf(index, sentence, number, given, figure, error, place);
        if (match && (!best || isBefore(match.rank, best.rank))) best = match;
      });
      return best;
    };
    // A known figure of this very subject whose digits the number has, with the point elsewhere
    const slipOf = (sentence, number, given) => {
      const digits = countDigits(number);
      if ((!given.mention && !(kindOf(given.key) === "model" && digits > 2)) || digits < 2 || number.open || number.high !== null) return null;
      for (const factor of SLIPS) {
        const slipped = { ...number, value: rounded(number.value * factor), other: null };
        for (const figure of candidates(slipped)) {
          if (base(figure.unit) !== base(number.unit || (number.scaled ? "usd" : "")) || ["circulates", "contested"].includes(figure.basis)
            || figure.unit === "ratio" || (figure.unit.endsWith("Mtoken") && digits < 3) || !(figure.telling || SLIPPING.has(figure.unit) || digits > 2)) continue;
          const error = errorOf(slipped, figure);
          if (error === null || error > 0.012) continue;
          const [status] = statusOf(given, figure);
          if ((status === RIGHT || status === WRONG) && nearnessOf(sentence, number, figure.words) !== null) return { figure, status, reason: "", slip: true };
        }
      }
      return null;
    };
    // A known figure of this very subject that counts something else
    const otherUnit = (number, given) => {
      if (!given.mention || countDigits(number) < 3) return null;
      for (const unit of MISTAKEN.get(number.unit) || []) {
        for (const figure of rules.byUnit.get(unit) || []) {
          const error = errorOf(number, figure);
          if (error !== null && error < 0.001 && statusOf(given, figure)[0] === RIGHT) return { figure, status: WRONG, reason: rules.payload.why.other_unit, slip: false };
        }
      }
      return null;
    };

    // judging.py: what is said of a figure
    const isAgainstBound = (sentence, number, figure) => {
      const { bound, basis, value } = figure, said = Math.abs(number.value) * factorOf(number, figure);
      const kinds = new Set(hedgesOf(sentence, number).map(({ key }) => key));
      if (bound === "floor") return kinds.has("below") || kinds.has("maximum");
      if (!["disclosed", "market", "price", "measured"].includes(basis) || number.high !== null || number.open) return false;
      return kinds.has("floor") || number.plus ? value < said * 0.985 : (kinds.has("below") || kinds.has("maximum")) && value > said * 1.015;
    };
    // The part of a sentence between strong signs in which a number stands
    const partOf = (sentence, number) => {
      let low = sentence.first, high = sentence.last;
      if (!sentence.row) for (let at = sentence.first; at < sentence.last; at += 1) if (STRONG.has(tokens[at].text)) at < number.first ? low = at + 1 : high = Math.min(high, at);
      return [low, high];
    };
    const isAsEstimate = (index, sentence, number, figure) => {
      const companySays = sentence.mentions.some(({ speaks, kind }) => speaks && kind === "company"), [low, high] = partOf(sentence, number);
      if (sentence.cues.some(({ kind, first }) => low <= first && first < high && (kind === "guess" || (kind === "according" && !companySays)))) return true;
      if (sentence.sources.length || hedgesOf(sentence, number).some(({ key }) => key === "relayed")) return true;
      return sentences.slice(Math.max(0, index - SOURCE_BACK), index + 2).some((other) => sourceNamed(other, figure));
    };
    const verdictOf = (index, sentence, number, given, { figure, status }) => {
      const doubts = sentence.cues.filter(({ kind }) => kind === "doubt"), { basis } = figure, loose = basis === "circulates" || basis === "contradicted";
      if (basis === "disclosed" && doubts.some((cue) => apart(cue, number) <= 3)) return "contested";
      if (status === WRONG || status === NEUTRAL) return given.denied ? "right" : !loose ? "other_thing" : basis === "circulates" && figure.right.size ? "no_source" : "contradicted";
      if (loose) return basis === "circulates" ? "no_source" : "contradicted";
      if (isAgainstBound(sentence, number, figure)) return "contradicted";
      if ((given.denied && status === RIGHT && given.mention && given.key === given.base && isOurs(given.key)) || basis === "contested" || doubts.length) return "contested";
      return basis !== "estimate" ? "right" : isAsEstimate(index, sentence, number, figure) ? "estimate_faithful" : "estimate_as_fact";
    };
    // Whom the sentence gives a number to: the nearest source, or the subject that speaks
    const attributedTo = (sentence, number) => {
      let best = null;
      for (const { first, key, kind, speaks } of [...sentence.sources, ...sentence.mentions]) {
        if (kind !== "source" && !speaks) continue;
        const near = [Math.abs(first - number.first), kind === "source" ? key : subjects.get(key).label];
        if (!best || isBefore(near, best)) best = near;
      }
      return best ? best[1] : "";
    };
    const whyOf = (verdict, given, match) => {
      const { why } = rules.payload, figure = match ? match.figure : null;
      let key = verdict;
      if (match && match.slip) key = "slipped";
      else if (match && given.denied && verdict === "right" && (match.status === WRONG || match.status === NEUTRAL)) key = "rightly_denied";
      else if (match && (verdict === "other_thing" || verdict === "contradicted") && match.reason) return `${match.reason}.`;
      else if (verdict === "contradicted" && !(figure && (figure.basis === "circulates" || figure.basis === "contradicted"))) key = "bound";
      const fill = { label: figure ? figure.label : "", source: figure ? figure.source || why.somebody : "", subject: subjects.has(given.key) ? subjects.get(given.key).label : why.nothing };
      return Object.keys(fill).reduce((filled, name) => filled.split(`{${name}}`).join(fill[name]), why[key]);
    };
    const findingOf = (sentence, number, given, match, verdict) => {
      const figure = match ? match.figure : null, [start, end] = signs.span(number.start, number.end);
      const value = figure && !match.slip ? fitting(number, figure) : number.value, unit = number.unit || (figure ? figure.unit : "");
      const hedge = hedgesOf(sentence, number).map((cue) => plain.slice(tokens[cue.first].start, tokens[cue.last - 1].end)).join("; ");
      return {
        start, end, text: text.slice(start, end), value, high: number.high, unit,
        read_as: readAs(value, number.high, unit, rules), hedge, attributed_to: attributedTo(sentence, number),
        subject: given.key, subject_label: subjects.has(given.key) ? subjects.get(given.key).label : "",
        figure: figure ? figure.id : "", label: figure ? figure.label : "", claim: figure ? figure.claim : "",
        verdict, why: whyOf(verdict, given, match), wording: figure ? figure.wording : "", link: figure ? figure.link : "",
      };
    };
    // A figure of ours that is in no table: only where the sentence names the subject and says what was spent or used
    const isUnknown = ({ mentions, cues }, number, { mention, key, window }) => {
      if (!mention || !mentions.some(({ kind, aside }) => (kind === "model" || kind === "company") && !aside)) return false;
      if (!isOurs(key) || kindOf(key) === "group" || number.open) return false;
      const spent = ["usd", "cny", "gpu", "gpu_hour"].includes(number.unit) && (number.scaled || number.value >= 100);
      if ((!spent && number.unit !== "usd/Mtoken") || cues.some(({ kind }) => kind === "supposed")) return false;
      return cues.some(({ kind, first }) => kind === "spends" && window[0] <= first && first < window[1]);
    };
    // Known figures with a number's value, how far it is from them, and their places; the same numbers stand in a text often
    const fitsKnown = new Map();
    const fitsOf = (sentence, number) => {
      const room = roomOf(sentence, number), { value, high, other, unit, open, scaled } = number;
      const key = [value, high, other, unit, open, scaled, sentence.inYuan, room].join();
      if (!fitsKnown.has(key)) {
        fitsKnown.set(key, candidates(number, sentence.inYuan).map((figure, place) => [figure, errorOf(number, figure, room), place]).filter(([, error]) => error !== null));
      }
      return fitsKnown.get(key);
    };
    const judge = (index, sentence, number) => {
      const fits = fitsOf(sentence, number);
      // A bare number that is no known figure is nothing else
      if (!fits.length && !number.unit && !number.scaled) return null;
      const given = givenOf(index, sentence, number), low = given.window[0], high = phraseEnd(number, given.window);
      const speaksOf = (what) => sentence.cues.some(({ kind, first }) => kind === what && low <= first && first < high && Math.abs(first - number.first) <= ASTRAY);
      if (speaksOf("elsewhere")) return null;
      // Beside words of funding, only money that investors gave is known
      const funding = speaksOf("funding"), best = bestMatch(index, sentence, number, given, funding ? fits.filter(([figure]) => figure.words.includes(" round")) : fits);
      if (funding && !best) return null;
      if (best) return findingOf(sentence, number, given, best, verdictOf(index, sentence, number, given, best));
      const mistaken = slipOf(sentence, number, given) || otherUnit(number, given);
      if (mistaken) return findingOf(sentence, number, given, mistaken, "contradicted");
      return isUnknown(sentence, number, given) ? findingOf(sentence, number, given, null, "unknown") : null;
    };
    const findings = [];
    sentences.forEach((sentence, index) => sentence.numbers.forEach((number) => {
      const finding = judge(index, sentence, number);
      if (finding) findings.push(finding);
    }));
    return findings;
  };

  // Whether a text seems to be English: by small words such as “the”
  const looksEnglish = (text) => {
    const word = /[A-Za-z\u00c0-\u024f]+|[\u0370-\u1fff\u3040-\ud7ff]/g;
    let words = 0, known = 0, match;
    while (words < 400 && (match = word.exec(text))) {
      words += 1;
      known += english.has(lower(match[0]));
    }
    return words < 20 || known >= 0.08 * words;
  };

  globalThis.checkText = { compile, check, looksEnglish };
})();
