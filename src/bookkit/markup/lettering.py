"""How wide text is: Liberation Sans, in which drawings are made, has its widths here; Arial and Helvetica have the same."""

from __future__ import annotations

# Advance widths in thousandths of the font size, from the font's own metrics. What is not listed counts as a full square.
_REGULAR = {
    191: "'",
    222: "ijl‘’",
    260: "|",
    278: " \u00a0!,./:;I[\\]ft·",
    333: "()-`r“”",
    334: "{}",
    355: '"',
    389: "*",
    400: "°",
    469: "^",
    500: "Jcksvxyz",
    549: "±≈≤≥",
    556: "#$0123456789?L_abdeghnopqu–é€",
    584: "+<=>~×−",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
}
_BOLD = {
    238: "'",
    278: " \u00a0,./I\\ijl‘’·",
    280: "|",
    333: "!()-:;[]`ft",
    389: "*r{}",
    400: "°",
    474: '"',
    500: "z“”",
    549: "±≈≤≥",
    556: "#$0123456789J_aceksvxyé–€",
    584: "+<=>^~×−",
    611: "?FLTZbdghnopqu",
    667: "EPSVXY",
    722: "&ABCDHKNRU",
    778: "GOQw",
    833: "M",
    889: "%m",
    944: "W",
}
_UNKNOWN = 1050
WIDTHS = {
    weight: {letter: width for width, letters in table.items() for letter in letters}
    for weight, table in (("normal", _REGULAR), ("bold", _BOLD))
}


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """The width of a text in pixels, rather too large than too small."""
    widths = WIDTHS[weight]
    return sum(widths.get(character, _UNKNOWN) for character in text) * size / 1000
