from __future__ import annotations

from dataclasses import replace

import pytest
from word_samples import ARTICLES, DECIMAL

from pipeline.model.draft import NumberLevel
from pipeline.word.numbering import ANNEXES, UNNUMBERED, Lists, figures


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (4, "decimal", "4"),
        (2, "upperLetter", "B"),
        (27, "lowerLetter", "aa"),
        (28, "lowerLetter", "bb"),
        (14, "upperRoman", "XIV"),
        (1999, "lowerRoman", "mcmxcix"),
    ],
)
def test_figures_are_those_of_word(value: int, form: str, expected: str) -> None:
    assert figures(value, form) == expected  # type: ignore[arg-type]


def test_numbers_that_follow_the_levels_are_left_to_the_styles() -> None:
    lists = Lists(DECIMAL)
    for kind, label in (
        ("chapter", "1"),
        ("clause", "1.1"),
        ("paragraph", "1.1.1"),
        ("paragraph", "1.1.2"),
        ("clause", "1.2"),
        ("paragraph", "1.2.1"),
        ("chapter", "2"),
        ("clause", "2.1"),
    ):
        slot = lists.slot(kind, label)  # type: ignore[arg-type]
        assert (slot.num, slot.text) == (None, ""), label


def test_an_annex_names_its_own_list_and_a_heading_without_number_is_in_none() -> None:
    lists = Lists(DECIMAL)
    assert lists.slot("annex", "Annex A").num == ANNEXES
    assert lists.slot("annex", "Annex B").num == ANNEXES
    assert lists.slot("chapter", "").num == UNNUMBERED


def test_an_inserted_number_stands_as_text_and_counting_goes_on() -> None:
    lists = Lists(DECIMAL)
    lists.slot("chapter", "1")
    assert lists.slot("clause", "1.1").num is None
    assert lists.slot("clause", "1.1A").text == "1.1A"
    assert lists.slot("paragraph", "1.1A.1").text == "1.1A.1"
    assert lists.slot("clause", "1.2").num is None
    assert lists.slot("paragraph", "1.2.1").num is None


def test_a_gap_gets_a_start_of_its_own_and_counting_goes_on_from_there() -> None:
    lists = Lists(DECIMAL)
    lists.slot("chapter", "1")
    gap = lists.slot("clause", "1.4")
    assert gap.num is not None
    assert gap.text == ""
    assert '<w:lvlOverride w:ilvl="1"><w:startOverride w:val="4"/>' in lists.nums()
    assert lists.slot("clause", "1.5").num is None


def test_two_letters_are_an_insertion_and_no_27th_annex() -> None:
    lists = Lists(DECIMAL)
    assert lists.slot("annex", "Annex A").num == ANNEXES
    assert lists.slot("annex", "Annex AA").text == "Annex AA"
    assert (lists.slot("annex", "Annex B").num, lists.slot("annex", "Annex BA").text) == (ANNEXES, "Annex BA")


def test_articles_count_on_through_the_chapters() -> None:
    lists = Lists(ARTICLES)
    for kind, label in (
        ("chapter", "Chapter I"),
        ("clause", "Article 1"),
        ("paragraph", "1."),
        ("clause", "Article 2"),
        ("paragraph", "1."),
        ("chapter", "Chapter II"),
        ("clause", "Article 3"),
    ):
        assert lists.slot(kind, label).num is None, label  # type: ignore[arg-type]


def test_a_pattern_that_needs_a_number_of_another_list_is_written_as_text() -> None:
    odd = replace(ARTICLES, clause=NumberLevel("decimal", "{chapter}-{clause}"))
    lists = Lists(odd)
    lists.slot("chapter", "Chapter I")
    assert lists.slot("clause", "I-1").text == "I-1"


def test_points_begin_anew_in_a_list_of_their_own() -> None:
    lists = Lists(DECIMAL)
    first = [lists.point("point", "(a)", True).num, lists.point("point", "(b)", False).num]
    second = [lists.point("point", "(a)", True).num, lists.point("subpoint", "(i)", True).num]
    assert first[0] == first[1] != second[0] == second[1]
    assert lists.point("point", "(aa)", False).text == "(aa)"
