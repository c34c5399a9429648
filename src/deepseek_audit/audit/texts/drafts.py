"""How a draft is read: its bytes become a text, or one sentence says why they do not; and where something stands in it.

Encodings: UTF-8, with or without a mark at its start; UTF-16 with its mark; else Windows-1252, and that is said, since a
wrong guess turns signs of currencies into other signs. Nothing else is guessed. Line ends stay as they are, so that a place in
the text is a place in the file.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from deepseek_audit.audit.texts.signs import LONGEST

STANDARD_INPUT = "-"
# What standard input is called where a file's name is shown
STDIN = "stdin"
# More bytes are no article; a device that never ends is not read for ever
LARGEST = 32_000_000
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PDF = b"%PDF-"
SAVE_AS_TEXT = "Save it as plain text or HTML, in UTF-8."


class NotRead(ValueError):
    """The file cannot be read as a text. The message says why, and what to do."""


@dataclass(frozen=True)
class Draft:
    """A text to check.

    Attributes:
        name: of its file, as given.
        text: what stands in it, without a mark of its encoding.
        notes: sentences that whoever reads the report should know.
    """

    name: str
    text: str
    notes: tuple[str, ...] = ()


def read(name: str, standard_input: BinaryIO) -> Draft:
    """Read a file, or standard input where the name is ``-``.

    Raises:
        NotRead: it is missing, a folder, too large, or no text.
    """
    text, said = decode(_bytes(name, standard_input))
    notes = [said] if said else []
    if not text.strip():
        notes.append("The text is empty, so there is nothing to check.")
    if len(text) > LONGEST:
        notes.append(f"The text is longer than {LONGEST:,} characters; only those are checked.")
    return Draft(STDIN if name == STANDARD_INPUT else name, text, tuple(notes))


def decode(content: bytes) -> tuple[str, str]:
    """A text, and a sentence where its encoding had to be guessed.

    Raises:
        NotRead: these are no characters.
    """
    if content.startswith(PDF):
        raise NotRead(f"This is a PDF. {SAVE_AS_TEXT}")
    try:
        text, said = _decoded(content)
    except UnicodeDecodeError:
        raise NotRead(f"This is not a text in UTF-8, UTF-16 or Windows-1252. {SAVE_AS_TEXT}") from None
    if "\0" in text:
        raise NotRead(f"This is not a text: it holds NUL characters, as documents of Word do. {SAVE_AS_TEXT}")
    return text, said


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith(UTF_16):
        return content.decode("utf-16"), ""
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return content.decode("cp1252"), "This is not UTF-8; it was read as Windows-1252, so look whether € and £ are right below."


def _bytes(name: str, standard_input: BinaryIO) -> bytes:
    if name == STANDARD_INPUT:
        content = standard_input.read(LARGEST + 1)
    else:
        # Windows calls opening a folder a lack of permission
        if Path(name).is_dir():
            raise NotRead("This is a folder. Name the files in it.")
        try:
            with Path(name).open("rb") as file:
                content = file.read(LARGEST + 1)
        except FileNotFoundError:
            raise NotRead("There is no such file.") from None
        except OSError as error:
            raise NotRead(f"The file cannot be opened: {error.strerror or error}.") from None
    if len(content) > LARGEST:
        raise NotRead(f"This is larger than {LARGEST // 1_000_000} MB, so it is no article. Cut it into files.")
    return content


@dataclass(frozen=True)
class Place:
    """A place in a text: line and column count from 1."""

    line: int
    column: int


class Places:
    """Where an offset stands. Lines end with LF, alone or after CR; every look-up is short, also in a long line."""

    def __init__(self, text: str):
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        # Characters that UTF-16 writes as two units
        self._pairs = [found.start() for found in re.finditer("[\U00010000-\U0010ffff]", text)]

    def at(self, offset: int) -> Place:
        """Line and column of an offset, in code points."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)

    def in_units(self, offset: int) -> Place:
        """The same with the column in units of UTF-16, as most editors count."""
        line = bisect_right(self._starts, offset)
        return Place(line, self.units(offset) - self.units(self._starts[line - 1]) + 1)

    def units(self, offset: int) -> int:
        """An offset in units of UTF-16."""
        return offset + bisect_left(self._pairs, offset)
