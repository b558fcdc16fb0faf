"""Numbers within a clause: what readers of a circulated version know keeps its number, and new ones stand around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from test_frozen import ARTICLES, DECIMAL, norland, plain_draft

from pipeline.compose.draft import compose
from pipeline.compose.frozen import Line, circulated
from pipeline.compose.frozen_points import DEPTHS, kept
from pipeline.model.draft import Draft, Numbering, Paragraph, ParagraphRole, Run, Unit, plain
from pipeline.model.labels import numeral
from pipeline.project.circulation import as_circulated, numbered_in
from pipeline.project.order import Kept
from pipeline.store import codec

POINTS = (
    "test it on real persons;",
    "use its output in police work;",
    "let another body use it; or",
    "change its task.",
)
SIGNS: dict[str, ParagraphRole] = {".": "clause", "1": "numbered", "a": "point", "i": "subpoint", "-": "bullet"}


def body(told: str, *, form: Numbering = DECIMAL, figures: tuple[str, str] = ("5", "3")) -> list[Paragraph]:
    """Return paragraphs, one a line, counted from one: a sign (`1`, `a`, `i`, `-`) and the words."""
    counts = {"1": 0, "a": 0, "i": 0}
    found = []
    for line in filter(None, map(str.strip, told.splitlines())):
        sign, _, words = line.partition(" ")
        counts["a"] = 0 if sign == "1" else counts["a"]
        counts["i"] = 0 if sign in "1a" else counts["i"]
        if sign in counts:
            counts[sign] += 1
        label = {
            "1": f"{'.'.join(figures)}.{counts['1']}",
            "a": f"({chr(96 + counts['a'])})",
            "i": f"({'i' * counts['i']})",
        }
        if sign == "1" and form.continuous:
            label["1"] = f"{figures[1]}.{counts['1']}"
        found.append(Paragraph(SIGNS[sign], (Run(words),), label.get(sign, ""), counts.get(sign) == 1))
    return found


def lines(some: Sequence[Paragraph]) -> list[Line]:
    return [Line(p.role, p.label, plain(p.inlines), p.restart) for p in some if p.role in DEPTHS]


def labels(old: str | Sequence[Paragraph], new: str, form: Numbering = DECIMAL) -> str:
    """Return the numbers of a new state, those of the older one being circulated."""
    before = body(old, form=form) if isinstance(old, str) else old
    return " ".join(p.label for p in again(before, new, form) if p.label)


def again(before: Sequence[Paragraph], new: str, form: Numbering = DECIMAL) -> list[Paragraph]:
    return kept(body(new, form=form), lines(before), form, form, ("5", "3"))


def points(*texts: str) -> str:
    return "\n".join(f"a {t}" for t in texts)


ONE, TWO, THREE, FOUR = POINTS
ALL = points(*POINTS)


def test_what_did_not_change_keeps_its_numbers() -> None:
    assert labels(ALL, ALL) == "(a) (b) (c) (d)"


def test_a_point_between_two_has_a_letter() -> None:
    assert labels(ALL, points(ONE, "lend it to a company;", *POINTS[1:])) == "(a) (aa) (b) (c) (d)"


def test_a_point_before_the_first_has_letters_that_come_before() -> None:
    assert labels(ALL, points("lend it to a company;", *POINTS)) == "(za) (a) (b) (c) (d)"


def test_a_point_at_the_end_is_counted_on() -> None:
    assert labels(ALL, points(*POINTS, "lend it to a company.")) == "(a) (b) (c) (d) (e)"


def test_a_point_that_leaves_leaves_a_gap() -> None:
    assert labels(ALL, points(ONE, THREE, FOUR)) == "(a) (c) (d)"


def test_the_number_of_the_last_point_is_not_given_to_another() -> None:
    assert labels(ALL, points(ONE, TWO, THREE, "lend it to a company.")) == "(a) (b) (c) (d)", "alone in its place"
    assert labels(ALL, points(ONE, TWO, "Nobody else.", "lend it to a company.")) == "(a) (b) (e) (f)"


def test_a_point_in_other_words_keeps_its_number() -> None:
    new = points(ONE, "use its output or its logs in police work;", THREE, FOUR)
    assert labels(ALL, new) == "(a) (b) (c) (d)"


def test_where_everything_was_written_anew_it_is_counted_anew() -> None:
    assert labels(ALL, points("xx", "yyy yyy", "zzzz zzzz zzzz")) == "(a) (b) (c)"


def test_points_that_changed_places_do_not_all_change_numbers() -> None:
    assert labels(ALL, points(TWO, THREE, ONE, FOUR)) == "(b) (c) (ca) (d)"


def test_a_letter_that_was_given_stays_when_more_comes() -> None:
    first = again(body(ALL), points(ONE, "lend it to a company;", *POINTS[1:]))
    assert labels(first, points(ONE, "lend it to a company;", "show it;", *POINTS[1:])) == "(a) (aa) (ab) (b) (c) (d)"
    assert labels(first, points(ONE, "show it;", "lend it to a company;", *POINTS[1:])) == "(a) (aza) (aa) (b) (c) (d)"


def test_paragraphs_follow_the_same_rules_and_their_points_stand_under_them() -> None:
    old = f"1 No agency may:\n{points(ONE, TWO)}\n1 It shall keep records of:\n{points('who asked;', 'who agreed.')}"
    new = (
        f"1 No agency may:\n{points(ONE, 'lend it;', TWO)}\n1 Its head signs.\n"
        f"1 It shall keep records of:\n{points('who agreed.')}"
    )
    assert labels(old, new) == "5.3.1 (a) (aa) (b) 5.3.1A 5.3.2 (b)"


def test_subpoints_are_kept_under_their_point() -> None:
    old = f"a {ONE}\ni by day\ni by night\na {TWO}\ni by day"
    assert labels(old, f"a {ONE}\ni by day\ni at dusk and at dawn, whatever the season\ni by night\na {TWO}\ni by day\ni by night") == (
        "(a) (i) (ia) (ii) (b) (i) (ii)"
    )  # fmt: skip


def test_points_of_a_paragraph_that_is_new_begin_with_the_first() -> None:
    old = f"1 No agency may:\n{points(ONE, TWO)}\n1 It keeps records."
    assert labels(old, f"1 A register lists:\n{points('each system;', 'each use.')}\n{old}") == (
        "5.3.A1 (a) (b) 5.3.1 (a) (b) 5.3.2"
    )


def test_a_sole_paragraph_that_is_joined_by_another_is_counted_from_one() -> None:
    assert labels(". Records are kept.", "1 Records are kept.\n1 They are shown on request.") == "5.3.1 5.3.2"
    assert labels("1 Records are kept.\n1 They are shown on request.", ". Records are kept.") == ""


def test_two_lists_under_one_paragraph_are_counted_apart() -> None:
    def told(last: str) -> list[Paragraph]:
        first, second = (body(points(*some)) for some in ((ONE, TWO), (THREE, last)))
        return [*first, *body("- In between."), *second]

    found = kept(told("change its tasks."), lines(told(FOUR)), DECIMAL, DECIMAL, ("5", "3"))
    assert [p.label for p in found if p.label] == ["(a)", "(b)", "(a)", "(b)"]


def test_no_number_of_a_long_list_is_given_twice() -> None:
    texts = [letter * 9 for letter in "abcdefghijklmnopqrstuvwxyz"]
    first = again(body(points(*texts)), points(texts[0], "In between.", *texts[1:]))
    found = again(first, points(texts[0], "In between.", *texts[1:], "At the end.", "Behind it."))
    told = [p.label for p in found]
    assert told[:3] == ["(a)", "(aa)", "(b)"] and told[-3] == "(z)"
    assert len(set(told)) == len(told)


def test_an_unlike_text_has_a_number_of_its_own() -> None:
    new = points(
        ONE, "every authorization that the law of a neighbour requires;", "name who answers for it;", THREE, FOUR
    )
    assert labels(ALL, new) == "(a) (aa) (ab) (c) (d)"


def test_numbers_of_another_form_are_not_read() -> None:
    other = replace(DECIMAL, point=replace(DECIMAL.point, format="decimal"))
    found = kept(body(points(ONE, THREE)), lines(body(ALL)), DECIMAL, other, ("5", "3"))
    assert [p.label for p in found] == ["(a)", "(b)"]


def test_continuous_paragraphs_are_kept_by_their_own_figure() -> None:
    level = replace(ARTICLES.paragraph, format="decimal", pattern="{clause}.{paragraph}")
    form = replace(ARTICLES, paragraph=level)
    assert labels("1 One is here.\n1 Two is there.", "1 One is here.\n1 New.\n1 Two is there.", form) == "3.1 3.1A 3.2"


TEXTS = st.lists(st.sampled_from([w * 9 for w in "abcdefghijkl"]), max_size=8, unique=True)


@given(st.lists(TEXTS, min_size=2, max_size=5))
def test_no_number_is_another_s_and_all_rise(states: list[list[str]]) -> None:
    """Through any number of circulated states."""
    before = body(points(*states[0]))
    for texts in states[1:]:
        now = again(before, points(*texts))
        old = {plain(p.inlines): p.label for p in before}
        found = [p.label for p in now]
        assert len(set(found)) == len(found)
        keys = [parts.key for x in found if (parts := numeral(x.strip("()"), "lowerLetter"))]
        assert keys == sorted(keys) and len(keys) == len(found)
        same = [t for t in texts if t in old]
        if same == sorted(same, key=texts.index) == sorted(same, key=list(old).index):
            assert [old[t] for t in same] == [p.label for p in now if plain(p.inlines) in old]
        before = now


# Whole drafts


def longest(draft: Draft) -> Unit:
    """Return the clause with most points."""
    return max(draft.units, key=lambda u: sum(isinstance(b, Paragraph) and b.role == "point" for b in u.blocks))


def test_a_whole_draft_keeps_points_and_is_stored_so() -> None:
    draft = plain_draft()
    unit = longest(draft)
    places = [i for i, b in enumerate(unit.blocks) if isinstance(b, Paragraph) and b.role == "point"]
    blocks = list(unit.blocks)
    del blocks[places[1]]  # in the version that was circulated there was one less
    older = replace(
        draft, version="0.1", units=tuple(replace(u, blocks=tuple(blocks)) if u is unit else u for u in draft.units)
    )
    labelled = [b.label for b in blocks if isinstance(b, Paragraph) and b.role == "point"]
    form, heads, found = numbered_in(codec.dump(older), "draft.json")
    assert found[unit.anchor] == [
        Line(b.role, b.label, plain(b.inlines), b.restart)
        for b in blocks
        if isinstance(b, Paragraph) and b.role in DEPTHS
    ]
    now = compose(norland({"guidelines": circulated("0.1", form, heads, {}, False, found)}))
    again_ = next(u for u in now.units if u.anchor == unit.anchor)
    told = [b.label for b in again_.blocks if isinstance(b, Paragraph) and b.role == "point"]
    assert [x for x in told if x in labelled] == labelled
    assert [x for x in told if x not in labelled] == ["(aa)"]
    assert [u for u, v in zip(now.units, draft.units, strict=True) if u != v] == [again_]


def test_in_another_language_points_are_counted_anew() -> None:
    data = {"en": codec.dump(plain_draft())}
    assert as_circulated({"guidelines": Kept("0.1", data, {}, False)}, "en")["guidelines"].lines
    assert not as_circulated({"guidelines": Kept("0.1", data, {}, False)}, "ar")["guidelines"].lines
