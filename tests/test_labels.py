"""Printed numbers: what is put between two others, before the first and behind the last, and how they sort."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.draft import NumberFormat
from pipeline.model.labels import between, capitals, dressed, figure, inserted, numeral

FORMS: tuple[NumberFormat, ...] = ("decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter")


@pytest.mark.parametrize(
    ("after", "taken", "expected"),
    [
        ("5.3", {"5.3", "5.4"}, "5.3A"),
        ("5.3A", {"5.3", "5.3A", "5.4"}, "5.3B"),
        ("5.3A", {"5.3A", "5.3B"}, "5.3AA"),
        ("5.3", {"5.3", "5.3A", "5.4"}, "5.3ZA"),
        ("5.3", {"5.3ZA"}, "5.3ZZA"),
        ("5.3A", {"5.3A", "5.3AA"}, "5.3AZA"),
        ("5.3Y", set(), "5.3Z"),
        ("5.3Z", set(), "5.3Z1"),
        ("5.3.1", {"5.3.2"}, "5.3.1A"),
        ("(a)", {"(a)", "(b)"}, "(aa)"),
        ("(aa)", {"(aa)", "(b)"}, "(ab)"),
        ("(ii)", {"(iii)"}, "(iia)"),
        ("(3)", {"(4)"}, "(3A)"),
        ("2.", {"3."}, "2A."),
        ("Article 12", {"Article 12", "Article 13"}, "Article 12A"),
        ("12. cikk", {"13. cikk"}, "12A. cikk"),
        ("§ 12a", {"§ 13"}, "§ 12b"),
        ("Chapter IV", {"Chapter V"}, "Chapter IVA"),
        ("Annex B", {"Annex C"}, "Annex BA"),
    ],
)
def test_what_is_put_behind_a_number_has_a_letter(after: str, taken: set[str], expected: str) -> None:
    assert inserted(after, taken) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [("5.1", "5.A1"), ("5.A1", "5.ZA1"), ("Article 1", "Article A1"), ("(a)", "(za)"), ("(za)", "(zza)"), ("Annex A", "Annex ZA")],
)  # fmt: skip
def test_what_is_put_before_the_first_has_its_letter_in_front(before: str, expected: str) -> None:
    assert inserted("", (), before) == expected


def test_between_letters_in_front_stand_letters_in_front() -> None:
    assert inserted("5.A1", {"5.A1", "5.1"}) == "5.B1"
    assert inserted("5.A1", {"5.A1", "5.B1", "5.1"}) == "5.AA1"


def test_the_case_of_letters_is_that_of_the_label_else_the_one_asked_for() -> None:
    assert inserted("§ 12", {"§ 13"}, letters="lowerLetter") == "§ 12a"
    assert inserted("§ 12A", {"§ 13"}, letters="lowerLetter") == "§ 12B"


def test_the_next_number_can_be_named_where_more_is_taken_than_stands() -> None:
    taken = {"5.3", "5.3A", "5.4"}  # 5.3A was used and left
    assert inserted("5.3", taken, "5.4") == "5.3B"


def test_letters_that_would_make_another_roman_number_are_passed_over() -> None:
    taken = {"Chapter X", "Chapter XI"}
    found = []
    last = "Chapter X"
    for _ in range(4):
        last = inserted(last, taken, "Chapter XI", "upperRoman")
        taken.add(last)
        found.append(last.removeprefix("Chapter "))
    assert found == ["XA", "XB", "XD", "XE"]  # XC is 90


def test_a_label_without_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="no number in '–'"):
        inserted("–", ())


@given(st.sampled_from(FORMS), st.integers(min_value=1, max_value=26))
def test_a_figure_is_read_as_it_was_written(form: NumberFormat, number: int) -> None:
    parts = numeral(figure(number, form), form)
    assert parts is not None and (parts.value, parts.front, parts.back) == (number, (), ())
    assert dressed(capitals(parts, form), form, "upperLetter") == figure(number, form)


@given(st.sampled_from(FORMS), st.lists(st.integers(min_value=0, max_value=60), min_size=1, max_size=60), st.data())
def test_whatever_is_put_where_numbers_are_unique_and_sort_as_they_stand(
    form: NumberFormat, places: list[int], data: st.DataObject
) -> None:
    series = [figure(n, form).upper() for n in (1, 2, 3)]
    gone: set[str] = set()
    for place in places:
        at = place % (len(series) + 1)
        if len(series) > 2 and data.draw(st.integers(min_value=0, max_value=4)) == 0:
            gone.add(series.pop(at % len(series)))
            continue
        before = numeral(series[at], form) if at < len(series) else None
        after = numeral(series[at - 1], form) if at else None
        series.insert(at, between(after, before, form, gone | set(series)))
    parts = [numeral(s, form) for s in series]
    keys = [p.key for p in parts if p is not None]
    assert len(keys) == len(series) == len(set(series))
    assert keys == sorted(keys)
    assert not gone & set(series)
