"""Adoption at its edges: another base, a folder that cannot be written, long headings, and how heavy an edit is."""

from __future__ import annotations

from pathlib import Path

import ministry
import pytest
from journeys import tree
from test_adopt import OWN, READY, TRUST, UNION, adopt, adopted, document, edited, out, saved, states

from pipeline.project.adoption.national import _titled
from pipeline.project.adoption.word_print import Gap, _pattern

__all__ = ["out"]


def test_a_file_without_its_record_is_made_from_a_draft_of_ours_and_not_from_an_adopted_file(out: Path) -> None:
    adopted(out, edited(out))
    made = document(out, "0.2")
    ministry.replace(made, "monthly list", "weekly list", READY)
    ministry.remove_anchors(made, custom_part=True)
    file, before = saved(out, made), tree(out)
    ran = adopt(out, file, "--base", out / "norland" / "strategy" / "0.2")
    assert ran.code == 3 and "no draft of ours" in ran.err and "--base: 0.1" in ran.err
    assert tree(out) == before
    told = adopted(out, file, "--base", out / "norland" / "strategy" / "0.1")
    assert states(told)[READY] == "edited" and told.version == "0.1"


def test_nothing_is_adopted_where_national_clauses_cannot_be_written(out: Path) -> None:
    file, before = edited(out), tree(out)
    (out.parent / "plain").write_text("no folder")
    ran = adopt(out, file, "--national", out.parent / "plain" / "clauses")
    assert ran.code == 5 and "cannot be written" in ran.err
    assert tree(out) == before


def test_national_clauses_are_taken_back_where_the_version_cannot_be_written(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.project.adoption.adopting._written", full)
    ran = adopt(out, edited(out), "--national", out.parent / "clauses")
    assert ran.code != 0
    assert not (out.parent / "clauses").exists()


def test_a_heading_too_long_for_a_title_stays_whole_in_the_text() -> None:
    long = "Duties of the national supervisory office for the use of artificial intelligence by police and border guard"
    title, rest = _titled([("heading 3", long), ("normal", "It shall report yearly.")])
    assert long.startswith(title) and rest == [("heading 3", long), ("normal", "It shall report yearly.")]
    assert _titled([("heading 3", "Reports"), ("normal", "It shall report yearly.")])[1] == [
        ("normal", "It shall report yearly.")
    ]


def test_fields_side_by_side_in_a_header_are_one_gap() -> None:
    assert _pattern([*(Gap("x") for _ in range(9)), "page"]).pattern == _pattern([Gap("x"), "page"]).pattern
    assert _pattern(["part", Gap("x"), Gap("y")]).pattern == "part"
    assert _pattern([Gap("x"), Gap("y"), "page"]).match("reportsdraftpage")


@pytest.mark.parametrize(
    ("words", "other", "strength"),
    [("should show", "shall show", "shall"), ("should show", "shows", "none"), ("the public", "everyone", "")],
)
def test_what_their_words_lay_down_is_told_where_it_is_another(
    out: Path, words: str, other: str, strength: str
) -> None:
    made = document(out)
    ministry.replace(made, words, other, TRUST)
    ministry.add_paragraph_between(made, OWN, after=TRUST)
    ministry.add_paragraph_between(made, "It is a good strategy.", after=UNION)
    told = adopted(out, saved(out, made))
    assert {u.anchor: u.strength for u in told.units}[TRUST] == strength
    assert {a.after: len(a.duties) for a in told.added} == {TRUST: 1, UNION: 0}
