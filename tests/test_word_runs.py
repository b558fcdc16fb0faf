from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.word import runs
from pipeline.word.runs import Script

PIECES = st.lists(
    st.sampled_from(["police", "شرطة", "公安部", "12", " ", ", ", "(", ")", "É", "полиция", "«", "？", "-"]),
    max_size=12,
).map("".join)


@given(PIECES, st.sampled_from(["latin", "rtl", "east"]))
def test_pieces_together_are_the_text_and_each_is_of_one_script(text: str, base: Script) -> None:
    pieces = list(runs.split(text, base))
    assert "".join(piece for _, piece in pieces) == text
    for script, piece in pieces:
        foreign = {"latin": "شرطة公安部", "rtl": "police公安部полицияÉ", "east": "شرطةpoliceполицияÉ"}[script]
        assert not set(piece) & set(foreign)


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("see وزارة الداخلية (2026).", "latin", [("latin", "see "), ("rtl", "وزارة الداخلية"), ("latin", " (2026).")]),
        ("نظام Face Search 2.1.", "rtl", [("rtl", "نظام "), ("latin", "Face Search"), ("rtl", " 2.1.")]),
        ("由公安部 and X", "latin", [("east", "由公安部"), ("latin", " and X")]),
        ("2026年", "latin", [("latin", "2026"), ("east", "年")]),
    ],
)
def test_spaces_digits_and_brackets_go_with_the_text_around_them(
    text: str, base: Script, expected: list[tuple[Script, str]]
) -> None:
    assert list(runs.split(text, base)) == expected


def test_arabic_is_marked_and_closed_up_and_has_no_italics() -> None:
    look = runs.properties("rtl", italic=True)
    assert look == '<w:rPr><w:b/><w:bCs/><w:spacing w:val="0"/><w:rtl/></w:rPr>'
    assert '<w:em w:val="dot"/>' in runs.properties("east", italic=True)
    assert "<w:i/>" in runs.properties("latin", italic=True)


def test_markup_is_text() -> None:
    assert runs.content("R&D <w:t>") == '<w:t xml:space="preserve">R&amp;D &lt;w:t&gt;</w:t>'
    assert runs.attribute('a "b" <c>') == "a &quot;b&quot; &lt;c&gt;"
    assert runs.content("a\tb") == '<w:t xml:space="preserve">a</w:t><w:tab/><w:t xml:space="preserve">b</w:t>'
