// Numbers as readers type them, in fields and in addresses: a point before decimals, nothing between thousands.
// A comma is a decimal mark to some readers and stands between thousands to others: it is refused, not guessed.
// tests/typed_numbers.json has the cases that hold this and the readers of other languages to one rule.

const SPACE = "[ \\t\\r\\n\\u00a0\\u2007\\u2009\\u202f]*";
const NUMBER = "[+\\-−]?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)(?:[eE][+\\-−]?[0-9]+)?";
const TYPED = new RegExp(`^${SPACE}(${NUMBER})${SPACE}$`);

/** The number that a text is, as `value`; else why it is none, as `problem`. Never both, and never a part of the text. */
export function readNumber(text) {
  const found = TYPED.exec(text);
  if (!found) return { problem: "is not read as a number", unreadable: true };
  const written = found[1].replaceAll("−", "-");
  const value = Number(written);
  if (!Number.isFinite(value)) return { problem: "is too large to compute with" };
  if (value === 0 && /[1-9]/.test(written.split(/e/i)[0])) return { problem: "is too near to zero to compute with" };
  return { value };
}
