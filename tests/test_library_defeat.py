"""Circles, ties and widths between clauses: at every date, under every pack, and before any draft is begun."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping

import pytest
from one_clause import YAML

from pipeline.library.defeat import check_defeat
from pipeline.library.load import load, overlaid
from pipeline.model.library import Library
from pipeline.model.problem import Problem
from pipeline.select.precedence import precedence

TEXT = b"# A clause for a test\n\n## shall\n\nThe agency shall keep one list of all its clauses.\n"
EARLY, LATE = "2025-01-01", "2026-06-01"


def folder(name: str, keys: str = "", date: str = EARLY, yaml: str = YAML) -> dict[str, bytes]:
    """Return the files of a clause."""
    here = f"clauses/governance/{name}/{date}"
    return {f"{here}/clause.yaml": (yaml + keys).encode(), f"{here}/en.md": TEXT}


def faults(library: Library, *folders: Mapping[str, bytes]) -> list[Problem]:
    """Return the problems of clauses laid over the library, with those of defeat alone."""
    _, problems = overlaid(library, {p: d for one in folders for p, d in one.items()})
    assert all(p.code == "CLAUSE-005" for p in problems), [str(p) for p in problems]
    return problems


@pytest.mark.parametrize(
    ("keys", "circle"),
    [
        (("supersedes: [b]", "supersedes: [a]"), "circular defeat: a → b → a"),
        (("supersedes: [b]", "requires: [a]"), "circular defeat: a → b → a"),
        (("requires: [b]", "requires: [a]"), "circular requirement: a → b → a"),
        (("requires: [b]", "supersedes: [c]", "requires: [a]"), "circular defeat: a → b → c → a"),
        (("requires: [b, c]", "requires: [c]", "supersedes: [d]", "requires: [b]"), "circular defeat: b → c → d → b"),
    ],
)
def test_a_circle_names_each_of_its_files_with_line_and_caret(
    library: Library, keys: tuple[str, ...], circle: str
) -> None:
    found = faults(library, *(folder(name, f"{key}\n") for name, key in zip("abcd", keys, strict=False)))
    assert found[0].message == circle
    inside = sorted(set(circle.partition(": ")[2].split(" → ")))
    assert sorted(p.place.file for p in found) == [f"clauses/governance/{n}/{EARLY}/clause.yaml" for n in inside]
    assert all(p.place.line == 10 and "^" in p.caret and p.field in ("requires", "supersedes") for p in found)


def test_a_circle_through_an_exclusion_is_found_under_the_pack_that_makes_it(library: Library) -> None:
    treaty, standard = 'cites: ["ICCPR 17"]', 'cites: ["ISO-42001 A.6"]'
    higher = folder("a", "requires: [b]\n", LATE, YAML.replace(treaty, standard))
    lower = folder("b", "excludes: [a]\n", EARLY, YAML)
    found = faults(library, higher, lower)
    assert {p.message for p in found} == {"circular defeat: a → b → a", "circular defeat: b → a → b"}
    assert {p.field for p in found} == {"requires", "excludes"}


@pytest.mark.parametrize("first", [True, False], ids=["in the older states", "in the newer states"])
def test_a_circle_that_stands_only_for_a_time_is_found(library: Library, first: bool) -> None:
    circle = {n: f"supersedes: [{m}]\n" for n, m in (("a", "b"), ("b", "a"))}
    states = [folder(n, circle[n] if first else "", EARLY) for n in circle]
    states += [folder(n, "" if first else circle[n], LATE) for n in circle]
    found = faults(library, *states)
    date = EARLY if first else LATE
    assert sorted(p.place.file for p in found) == [f"clauses/governance/{n}/{date}/clause.yaml" for n in "ab"]


def test_states_that_never_stand_together_make_no_circle(library: Library) -> None:
    early = (folder("a", "supersedes: [b]\n", EARLY), folder("a", "", LATE))
    late = (folder("b", "", EARLY), folder("b", "supersedes: [a]\n", LATE))
    assert faults(library, *early, *late) == []


def test_a_tie_between_older_states_is_found_and_a_later_date_decides(library: Library) -> None:
    excluding = folder("a", "excludes: [b]\n")
    found = faults(library, excluding, folder("a", "", LATE), folder("b"), folder("b", "", "2026-07-01"))
    assert [p.message.partition(",")[0] for p in found] == [
        "excludes 'b'"
    ] and "neither rank nor date decides" in found[0].message
    assert found[0].place.line == 10 and found[0].place.column == 12
    assert faults(library, excluding, folder("b", date=LATE)) == []


def test_a_narrow_clause_defeats_no_wide_one_in_any_of_its_states(library: Library) -> None:
    narrow = YAML.replace("scope: country", "scope: system")
    found = faults(library, folder("a", "supersedes: [b]\n", EARLY, narrow), folder("a", "", LATE), folder("b"))
    assert [p.message for p in found] == ["'a' of scope system would defeat 'b' of country: half a clause cannot go"]


def test_what_an_author_declared_goes_before_rank(library: Library) -> None:
    low = YAML.replace('cites: ["ICCPR 17"]', 'cites: ["ISO-42001 A.6"]')
    files = {**folder("a", "supersedes: [b]\nexcludes: [b]\n", EARLY, low), **folder("b")}
    laid, problems = overlaid(library, files)
    assert laid is not None and not problems
    for pack in library.packs:
        assert set(precedence(laid, (pack,), LATE).defeated_by["b"]) == {("a", "supersedes"), ("a", "excludes")}


def test_no_order_of_deciding_fails_in_a_library_that_loads(library: Library) -> None:
    dates = sorted({c.valid_from for states in library.clauses.values() for c in states})
    assert len(dates) > 1
    for date in dates:
        for packs in ((), *((p,) for p in library.packs)):
            assert precedence(library, packs, date).order
    mutual = {**folder("a", "excludes: [b]\n", LATE), **folder("b", "excludes: [a]\n", EARLY)}
    laid, problems = overlaid(library, mutual)
    assert laid is not None and not problems
    assert precedence(laid, (), LATE).defeated_by["b"] == (("a", "excludes"), ("a", "excludes"))


def test_a_long_circle_and_a_long_chain_are_answered_at_once(library: Library) -> None:
    names = [f"clause-{n:04}" for n in range(1500)]
    chain = [folder(n, f"supersedes: [{m}]\n") for n, m in itertools.pairwise(names)]
    for last, count in (("", 0), (f"supersedes: [{names[0]}]\n", 1500)):
        files = {p: d for one in (*chain, folder(names[-1], last)) for p, d in one.items()}
        laid, problems = overlaid(library, files)
        assert len(problems) == count and (laid is None) == bool(count)
        assert all(len(p.message) < 200 for p in problems)
        if laid is not None:
            start = time.process_time()
            assert check_defeat(laid) == []
            assert time.process_time() - start < 2


def test_a_circle_of_the_library_itself_ends_its_loading(library_files: dict[str, bytes]) -> None:
    found, problems = load({**library_files, **folder("a", "requires: [b]\n"), **folder("b", "supersedes: [a]\n")})
    assert found is None
    assert [p.message for p in problems] == ["circular defeat: a → b → a", "circular defeat: b → a → b"]
