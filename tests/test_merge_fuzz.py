"""Two hundred three-way edits of drafts out of seeds, and that what is asked of them notices what is wrong.

`make fuzz` asks the same of 2,000, whole drafts among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

import marks
import merge_fuzz
import pytest
from merge_fuzz import Case, case_of, checked, smaller, told
from merge_units import TRACER, Said, judged
from word_parts import Element, w

from pipeline.revise.merge import AUTHOR
from pipeline.revise.outcome import Revised
from pipeline.word import names
from pipeline.word import package as word_package

SEEDS, BLOCK = 200, 10


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_what_must_hold_of_a_merge_holds(first: int) -> None:
    counts: Counter[str] = Counter()
    for seed in range(first, first + BLOCK):
        found = checked(case_of(seed), thorough=False)
        counts += found.counts
        assert not found.violations, told(smaller(found))
    assert counts["right"] > 10 * counts["undecided"]
    assert counts["right"] > 60


def test_a_seed_gives_one_case_and_all_kinds_of_cases_come() -> None:
    cases = [case_of(s) for s in range(SEEDS)]
    assert cases == [case_of(s) for s in range(SEEDS)]
    assert {c.pair for c in cases} == {"handful", "dozen", "arabic"}
    assert {c.stripped for c in cases} == {"", "controls", "anchors", "anchors and words"}
    assert {c.in_text for c in cases} == {c.redline for c in cases} == {True, False}
    assert {c.pair for c in (case_of(s, large=True) for s in range(400))} > {"english", "strategy", "us_federal"}


# -- what is asked notices what is wrong ------------------------------------------------------------------------------

BASE = Said(["A rule.", "The agency keeps the file for six months.†", "Last point."], ["Act, section 3."])
THEIRS = Said(["A rule.", "The office keeps the file for six months.†", "Last point."], ["Act, section 3."])
OURS = Said(["A rule.", "The agency keeps the file for nine months.†", "Last point."], ["Act, section 4."])


@pytest.mark.parametrize(
    ("line", "note", "verdict"),
    [
        ("The office keeps the file for nine months.†", "Act, section 4.", "right"),
        ("The agency keeps the file for nine months.†", "Act, section 4.", "wrong"),
        ("The office keeps the file for six months.†", "Act, section 4.", "wrong"),
        ("The office keeps the file for nine months.†", "Act, section 3.", "wrong"),
        ("The office keeps the file for six nine months.†", "Act, section 4.", "wrong"),
    ],
)
def test_both_sides_changes_must_be_there(line: str, note: str, verdict: str) -> None:
    one = judged(BASE, THEIRS, OURS, Said(["A rule.", line, "Last point."], [note]))
    assert one.verdict == verdict
    assert set(one.conflicts) == {False} or verdict == "wrong"


def test_at_the_same_words_theirs_stays_and_it_is_a_conflict() -> None:
    theirs = replace(THEIRS, lines=["A rule.", "The agency keeps the file for five months.†", "Last point."])
    one = judged(BASE, theirs, replace(OURS, notes=BASE.notes), theirs)
    assert (one.verdict, set(one.conflicts)) == ("right", {True})


@pytest.mark.parametrize(
    ("theirs", "ours", "result", "conflict"),
    [
        (None, BASE, None, False),
        (None, OURS, None, True),
        (BASE, None, None, False),
        (THEIRS, None, THEIRS, True),
        (replace(BASE, notes=["Act, section 9."]), None, replace(BASE, notes=["Act, section 9."]), True),
    ],
)
def test_units_that_one_side_took_away(
    theirs: Said | None, ours: Said | None, result: Said | None, conflict: bool
) -> None:
    one = judged(BASE, theirs, ours, result)
    assert (one.verdict, set(one.conflicts)) == ("right", {conflict})
    assert judged(BASE, theirs, ours, None if result else OURS).verdict == "wrong"


CASE = Case(3, "handful", 6, ("replace words", "insert a sentence"), 0.3, -1, "", in_text=False, redline=False)
"""A case in which both sides change some units and nothing is wrong."""

Damage = Callable[[Element], None]


def _of(root: Element, kind: str) -> Element:
    """Return the first mark of ours on words in a unit."""
    some = (e for p in root.iter(w("p")) if p.get(TRACER) for e in p.iter(w(kind)))
    return next(e for e in some if e.get(w("author")) == AUTHOR and len(e) and e[0].tag == w("r"))


def _word_lost(root: Element) -> None:
    text = next(t for t in root.iter(w("t")) if "police" in (t.text or "").lower())
    text.text = (text.text or "")[:-1]


def _change_lost(root: Element) -> None:
    mark = _of(root, "ins")
    holder = mark.getparent()
    assert holder is not None
    holder.remove(mark)


def _word_of_another_struck(root: Element) -> None:
    text = next(_of(root, "del").iter(w("delText")))
    text.text = f"nobody wrote this {text.text}"


def _untracked(root: Element) -> None:
    mark = _of(root, "ins")
    mark.addprevious(mark[0])
    holder = mark.getparent()
    assert holder is not None
    holder.remove(mark)


def _number_twice(root: Element) -> None:
    some = list(root.iter(w("ins")))
    some[0].set(w("id"), str(some[1].get(w("id"))))


@pytest.mark.parametrize(
    ("damage", "kinds"),
    [
        (_word_lost, {"reject"}),
        (_change_lost, {"text"}),
        (_word_of_another_struck, {"reject", "struck"}),
        (_untracked, {"reject"}),
        (_number_twice, {"fault"}),
    ],
)
def test_a_damaged_merge_is_noticed(damage: Damage, kinds: Iterable[str], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = merge_fuzz.merge_of

    def damaged(case: Case, theirs: bytes, ours: bytes, base: bytes | None = None) -> Revised:
        made = whole(case, theirs, ours, base)
        parts = marks.unpacked(made.data)
        root = word_package.parsed(parts[names.DOCUMENT], names.DOCUMENT, "test.docx")
        damage(root)
        return replace(made, data=marks.packed({**parts, names.DOCUMENT: word_package.serialised(root)}))

    assert checked(CASE, thorough=False).violations == []
    monkeypatch.setattr(merge_fuzz, "merge_of", damaged)
    assert set(kinds) <= {v.kind for v in checked(CASE, thorough=False).violations}


def test_a_conflict_that_is_not_told_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(
        c
        for s in range(100)
        if not (c := replace(case_of(s), kinds=("replace words",), in_text=False, stripped="", redline=False)).redline
        and merge_fuzz.merge_of(c, (some := merge_fuzz.states(c)).theirs, some.ours).conflicts
    )
    whole = merge_fuzz.merge_of

    def silent(case: Case, theirs: bytes, ours: bytes, base: bytes | None = None) -> Revised:
        made = whole(case, theirs, ours, base)
        actions = tuple(replace(a, hunks=tuple(h for h in a.hunks if not h.conflict)) for a in made.actions)
        return replace(made, actions=actions)

    monkeypatch.setattr(merge_fuzz, "merge_of", silent)
    assert {"conflict", "comment"} <= {v.kind for v in checked(case, thorough=False).violations}


def test_what_raises_is_told_with_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Revised:
        raise KeyError("lost")

    monkeypatch.setattr(merge_fuzz, "merge_of", broken)
    found = checked(CASE)
    assert [v.kind for v in found.violations] == ["exception"]
    assert "seed=3" in told(found)
    assert "KeyError" in told(found)
