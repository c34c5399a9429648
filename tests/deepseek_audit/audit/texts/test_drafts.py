"""How drafts are read, and where something stands in them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepseek_audit.audit.texts import drafts

TEXT = "R1 cost €5.6 million – “not much”.\r\nSo they say."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_read_as_it_stands(encoding: str) -> None:
    assert drafts.decode(TEXT.encode(encoding)) == (TEXT, "")


def test_utf_16_of_either_order_is_known_by_its_mark() -> None:
    assert drafts.decode(b"\xfe\xff" + TEXT.encode("utf-16-be")) == (TEXT, "")


def test_what_is_no_utf_8_is_read_as_windows_1252_and_that_is_said() -> None:
    text, said = drafts.decode(TEXT.encode("cp1252"))
    assert text == TEXT
    assert said.startswith("This is not UTF-8; it was read as Windows-1252")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04\0\0word/document.xml", "holds NUL characters, as documents of Word do"),
        (TEXT.encode("utf-16-le"), "This is not"),
        (TEXT.encode("utf-32"), "holds NUL characters"),
        (b"\xff\xfe\x00", "is not a text in UTF-8, UTF-16 or Windows-1252"),
        (b"\x81\x8d", "is not a text in UTF-8, UTF-16 or Windows-1252"),
        (b"%PDF-1.7 text", "is a PDF"),
    ],
)
def test_what_is_no_text_is_said_in_a_sentence_with_what_to_do(content: bytes, why: str) -> None:
    with pytest.raises(drafts.NotRead, match=why) as caught:
        drafts.decode(content)
    assert str(caught.value).endswith(" Save it as plain text or HTML, in UTF-8.")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(drafts.NotRead, match="There is no such file"):
        drafts.read(str(tmp_path / "draft.md"), io.BytesIO())
    with pytest.raises(drafts.NotRead, match=r"This is a folder\. Name the files in it"):
        drafts.read(str(tmp_path), io.BytesIO())


def test_an_empty_text_and_a_long_one_are_read_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert drafts.read("-", io.BytesIO(b" \n")).notes == ("The text is empty, so there is nothing to check.",)
    monkeypatch.setattr(drafts, "LONGEST", 10)
    assert drafts.read("-", io.BytesIO(b"x" * 11)).notes == ("The text is longer than 10 characters; only those are checked.",)
    monkeypatch.setattr(drafts, "LARGEST", 10)
    with pytest.raises(drafts.NotRead, match="so it is no article"):
        drafts.read("-", io.BytesIO(b"x" * 11))


def test_standard_input_has_a_name() -> None:
    assert drafts.read("-", io.BytesIO(TEXT.encode())) == drafts.Draft("stdin", TEXT)


@given(st.text(alphabet="a€𝄞\r\n"), st.data())
def test_a_place_is_where_an_editor_puts_the_cursor(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    before = text[:offset]
    line = before.rpartition("\n")[2]
    places = drafts.Places(text)
    assert places.at(offset) == drafts.Place(before.count("\n") + 1, len(line) + 1)
    assert places.in_units(offset) == drafts.Place(before.count("\n") + 1, len(line.encode("utf-16-le")) // 2 + 1)
    assert places.units(offset) == len(before.encode("utf-16-le")) // 2
