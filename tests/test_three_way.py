"""The plain three-way merge: what its rules say, one by one."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
import three_way
from three_way import Hunk, Merged, merged, merged_lines, outcomes, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the officer's follow-up, 7.1.", ["the", " ", "officer's", " ", "follow-up", ",", " ", "7.1", "."]),
        ("end.Next  (a)", ["end", ".", "Next", "  ", "(", "a", ")"]),
        ("3.5.2 and 1.x", ["3.5.2", " ", "and", " ", "1", ".", "x"]),
        ("المادة 12، الفقرة", ["المادة", " ", "12", "،", " ", "الفقرة"]),
        ("", []),
    ],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_tokens_together_are_the_text() -> None:
    random = Random(1)
    for _ in range(300):
        text = "".join(random.choice("ab1.'’- ,()\u064b\n\u0627") for _ in range(30))
        assert "".join(tokens(text)) == text


BASE = "Records are kept for six months and then deleted."


@pytest.mark.parametrize(
    ("theirs", "ours", "text", "conflict"),
    [
        (BASE, BASE, BASE, False),
        (BASE.replace("six", "nine"), BASE, BASE.replace("six", "nine"), False),
        (BASE, BASE.replace("six", "nine"), BASE.replace("six", "nine"), False),
        (
            BASE.replace("six", "nine"),
            BASE.replace("deleted", "erased"),
            "Records are kept for nine months and then erased.",
            False,
        ),
        (BASE.replace("six", "nine"), BASE.replace("six", "nine"), BASE.replace("six", "nine"), False),
        (BASE.replace("six", "nine"), BASE.replace("six", "seven"), BASE.replace("six", "nine"), True),
        (
            BASE.replace("six", "nine"),
            BASE.replace("months", "weeks"),
            "Records are kept for nine weeks and then deleted.",
            False,
        ),
        (BASE.replace("six", "about six"), BASE.replace("six", "only six"), BASE.replace("six", "about six"), True),
        (
            BASE.replace("six months", "nine weeks"),
            BASE.replace("six", "seven"),
            BASE.replace("six months", "nine weeks"),
            True,
        ),
        (BASE.replace(".", " at once."), BASE.replace("deleted", "erased"), BASE.replace(".", " at once."), True),
        (
            BASE.replace(".", "!"),
            BASE.replace("deleted", "erased"),
            "Records are kept for six months and then erased!",
            False,
        ),
        (
            BASE.replace("six", "seven").replace("then", "soon"),
            BASE.replace("six", "five").replace("Records", "Logs"),
            "Logs are kept for seven months and soon deleted.",
            True,
        ),
    ],
)
def test_merged(theirs: str, ours: str, text: str, conflict: bool) -> None:
    assert merged(BASE, theirs, ours) == Merged(text, conflict)
    assert merged(BASE, theirs, ours) in (outcomes(BASE, theirs, ours) or ())


def test_changes_that_only_a_space_parts_are_one() -> None:
    assert three_way.hunks("a b c d", "a x y d") == (Hunk(2, 5, "x y"),)
    assert three_way.hunks("a b c d", "a x c y") == (Hunk(2, 3, "x"), Hunk(6, 7, "y"))


def test_a_deleted_word_takes_one_of_two_spaces_with_it() -> None:
    assert set(three_way.alignments("a b c", "a c") or ()) == {(Hunk(1, 3, ""),), (Hunk(2, 4, ""),)}
    assert three_way.ambiguous("a b c", "a c")
    assert not three_way.ambiguous("a b c", "a x c")
    assert set(outcomes("a b c d", "a c d", "a b c e") or ()) == {Merged("a c e", False)}
    assert {m.conflict for m in outcomes("a b c", "a c", "a b, c") or ()} == {True}
    assert {m.text for m in outcomes("a b c", "a c", "x b c") or ()} == {"x c"}


def test_all_minimal_alignments_are_found() -> None:
    def every(own: list[str], other: list[str]) -> list[tuple[tuple[int, int], ...]]:
        if not own or not other:
            return [()]
        n, m = len(own) - 1, len(other) - 1
        found = [*every(own[:-1], other), *every(own, other[:-1])]
        if own[-1] == other[-1]:
            found += [(*pairs, (n, m)) for pairs in every(own[:-1], other[:-1])]
        most = max(map(len, found))
        return [f for f in set(found) if len(f) == most]

    random = Random(2)
    for _ in range(200):
        own, other = ([random.choice("abc") for _ in range(random.randrange(6))] for _ in range(2))
        assert sorted(three_way._pairings(own, other)) == sorted(every(own, other))


def test_a_result_is_allowed_where_it_is_among_all_outcomes() -> None:
    random = Random(3)
    told = Counter[bool]()
    for _ in range(400):
        base = [random.choice(("a", "b", "c", "d", " ")) for _ in range(random.randrange(3, 9))]
        theirs, ours = list(base), list(base)
        for side in (theirs, ours):
            for _ in range(random.randrange(1, 3)):
                at = random.randrange(len(side))
                side[at : at + random.randrange(2)] = random.choice(([], ["x"], [" ", "y"]))
        texts = [" ".join("".join(side).split()) for side in (base, theirs, ours)]
        every = outcomes(texts[0], texts[1], texts[2])
        if every is None:
            continue
        tried = {*every, *(Merged(o.text, not o.conflict) for o in every), *(Merged(t, False) for t in texts)}
        for one in tried:
            assert three_way.allowed(texts[0], texts[1], texts[2], one) is (one in every)
            told[one in every] += 1
    assert min(told[True], told[False]) > 300


def test_a_long_paragraph_with_many_changes_can_be_told() -> None:
    base = " ".join(f"word{n % 40} the" for n in range(80)) + "."
    theirs = base.replace("word3 ", "").replace("word9 ", "nine ").replace("word20 the ", "")
    ours = base.replace("word5 ", "").replace("word12 ", "very new ").replace("word30", "thirty, or so,")
    result = merged(base, theirs, ours)
    assert not result.conflict
    assert three_way.allowed(base, theirs, ours, result) is True
    assert three_way.allowed(base, theirs, ours, Merged(result.text.replace("nine", "ten"), False)) is False


def test_what_must_at_least_be_marked() -> None:
    assert three_way.least_marked("a six b", "a nine b") == 7
    assert three_way.least_marked("a b c", "a c") == 2
    assert three_way.least_marked("same", "same") == 0
    assert three_way.least_marked("", "new") == 3


LINES = [
    "The officer keeps a record of each search.",
    "The record is kept for six months.",
    "It is then deleted for good.",
]


def test_lines_are_merged_one_by_one() -> None:
    theirs = [LINES[0].replace("officer", "clerk"), "A line of ours alone, the ministry says.", *LINES[1:]]
    ours = [LINES[0].replace("each", "every"), LINES[1].replace("six", "nine"), LINES[2], "New at the end of it all."]
    found = merged_lines(LINES, theirs, ours)
    assert found.lines == (
        "The clerk keeps a record of every search.",
        "A line of ours alone, the ministry says.",
        "The record is kept for nine months.",
        "It is then deleted for good.",
        "New at the end of it all.",
    )
    assert found.conflicts == ()


def test_a_line_that_one_side_deleted_and_the_other_changed_is_a_conflict() -> None:
    changed = [LINES[0], LINES[1].replace("six", "nine"), LINES[2]]
    without = [LINES[0], LINES[2]]
    assert merged_lines(LINES, without, changed) == three_way.MergedLines(tuple(without), (LINES[1],))
    assert merged_lines(LINES, changed, without) == three_way.MergedLines(tuple(changed), (LINES[1],))
    assert merged_lines(LINES, LINES, without) == three_way.MergedLines(tuple(without), ())
    assert merged_lines(LINES, without, LINES) == three_way.MergedLines(tuple(without), ())
    assert merged_lines(LINES, without, without) == three_way.MergedLines(tuple(without), ())


def test_a_line_that_both_add_stands_there_once() -> None:
    both = [*LINES, "The same new line."]
    assert merged_lines(LINES, both, both).lines == tuple(both)
    assert merged_lines(LINES, both, [*LINES, "Another new one altogether."]).lines == (
        *both,
        "Another new one altogether.",
    )
