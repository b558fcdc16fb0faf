"""Numbers that stay: what stood keeps its number, what is new gets one nobody ever had, and the order is that of reading."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import EXAMPLES, numbered
from word_reading import counted

from pipeline.compose.changes import CONCORDANCE, same_text
from pipeline.compose.concordance import numbered_headings
from pipeline.compose.context import Context
from pipeline.compose.draft import compose
from pipeline.compose.frozen import Circulated, circulated, given_up, numbers
from pipeline.compose.plan import PlannedPart, _Counter, _kept, _labels
from pipeline.model.clause import Clause, OutlinePart
from pipeline.model.draft import Draft, Heading, Numbering, NumberLevel, Paragraph, Ref, Table, Zone
from pipeline.model.labels import numeral
from pipeline.model.problem import Faulty, Place
from pipeline.model.selection import ClauseDecision
from pipeline.project.content import style_files
from pipeline.project.country import Country, decided
from pipeline.project.why import context
from pipeline.render import docx, pandoc, pdf, style

DECIMAL = Numbering(
    "decimal", NumberLevel("decimal", "{chapter}"), NumberLevel("decimal", "{chapter}.{clause}"),
    NumberLevel("decimal", "{chapter}.{clause}.{paragraph}"), NumberLevel("lowerLetter", "({point})"),
    NumberLevel("lowerRoman", "({sub})"), NumberLevel("upperLetter", "Annex {annex}"), False,
)  # fmt: skip
ARTICLES = replace(
    DECIMAL, id="article", chapter=NumberLevel("upperRoman", "Chapter {chapter}"),
    clause=NumberLevel("decimal", "Article {clause}"), paragraph=NumberLevel("decimal", "{paragraph}."), continuous=True,
)  # fmt: skip
SIGNS = replace(
    ARTICLES, id="paragraph_sign", clause=NumberLevel("decimal", "§ {clause}"),
    annex=NumberLevel("decimal", "Annex {annex}"), inserted="lowerLetter",
)  # fmt: skip
FORMS = (DECIMAL, ARTICLES, SIGNS)

Chapters = tuple[tuple[str, tuple[str, ...]], ...]
"""Id of each chapter with the ids of its clauses, in order."""


def part(id_: str, clauses: Sequence[str], zone: Zone, counter: _Counter) -> PlannedPart:
    named = OutlinePart(id_, {"en": id_}, (), "", (), {}, (), (), zone, Place("test"))
    label = counter.part(zone, 1)
    placed = tuple(
        counter.place(cast("ClauseDecision", None), cast("Clause", SimpleNamespace(id=c, kind="norm"))) for c in clauses
    )
    return PlannedPart(named, zone, 1, label, placed, ())


def labels(
    chapters: Chapters, annexes: Sequence[str], form: Numbering, old: Circulated | None = None
) -> dict[str, str]:
    """Return the printed numbers of a document by anchor, in its order."""
    counter = _Counter(form)
    parts = tuple(part(i, clauses, "body", counter) for i, clauses in chapters)
    parts += tuple(part(i, (), "annex", counter) for i in annexes)
    return dict(_labels(_kept(parts, old, form) if old else parts))


def version(
    number: str, found: Mapping[str, str], form: Numbering, left: Mapping[str, str] | None = None
) -> Circulated:
    """Return a document with these numbers as a circulated version."""
    return Circulated(number, form, {a: (label, a) for a, label in found.items()}, _left(left or {}, form))


def _left(left: Mapping[str, str], form: Numbering) -> Mapping[Any, str]:
    return circulated("", form, (), left, False, {}).left


def clauses(*found: str, chapter: str = "a") -> Chapters:
    return ((chapter, found),)


def of(found: Mapping[str, str]) -> str:
    """Return the clauses with their numbers, in short."""
    return " ".join(f"{a.removeprefix('clause:')}={n}" for a, n in found.items() if a.startswith("clause:"))


def after(old: str, new: str, form: Numbering = DECIMAL) -> str:
    """Return the numbers of clauses, a letter each, once others were circulated in one chapter."""
    first = version("0.1", labels(clauses(*old), (), form), form)
    return of(labels(clauses(*new), (), form, first))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("abc", "abc", "a=1.1 b=1.2 c=1.3"),
        ("abc", "axbc", "a=1.1 x=1.1A b=1.2 c=1.3"),
        ("abc", "axybc", "a=1.1 x=1.1A y=1.1B b=1.2 c=1.3"),
        ("abc", "xyabc", "x=1.A1 y=1.B1 a=1.1 b=1.2 c=1.3"),
        ("abc", "ac", "a=1.1 c=1.3"),
        ("abc", "axc", "a=1.1 x=1.1A c=1.3"),
        ("abc", "abcx", "a=1.1 b=1.2 c=1.3 x=1.4"),
        ("abc", "abx", "a=1.1 b=1.2 x=1.4"),
        ("abc", "x", "x=1.4"),
        ("abcd", "bcda", "b=1.2 c=1.3 d=1.4 a=1.5"),
        ("abcd", "dabc", "d=1.A1 a=1.1 b=1.2 c=1.3"),
        ("abcde", "adbce", "a=1.1 d=1.1A b=1.2 c=1.3 e=1.5"),
    ],
)
def test_what_stood_keeps_its_number_and_what_is_new_is_numbered_around_it(old: str, new: str, expected: str) -> None:
    assert after(old, new) == expected


def test_articles_are_one_series_through_the_chapters_and_letters_look_as_the_numbering_says() -> None:
    first: Chapters = (("one", ("a", "b")), ("two", ("c",)))
    then: Chapters = (("one", ("a", "b", "x")), ("new", ("y",)), ("two", ("z", "c", "w")))
    for form, expected in (
        (ARTICLES, "a=Article 1 b=Article 2 x=Article 2A y=Article 2B z=Article 2C c=Article 3 w=Article 4"),
        (SIGNS, "a=§ 1 b=§ 2 x=§ 2a y=§ 2b z=§ 2c c=§ 3 w=§ 4"),
    ):
        old = version("0.1", labels(first, (), form), form)
        found = labels(then, (), form, old)
        assert of(found) == expected
        assert (found["part:new"], found["part:two"]) == ("Chapter IA", "Chapter II")


def test_clauses_of_a_new_chapter_are_numbered_from_it_and_a_moved_chapter_is_a_new_one() -> None:
    first: Chapters = (("one", ("a",)), ("two", ("b", "c")), ("three", ("d",)))
    old = version("0.1", labels(first, ("g", "i"), DECIMAL), DECIMAL)
    found = labels((("one", ("a",)), ("new", ("x", "y")), *first[1:]), ("g", "n", "i", "z"), DECIMAL, old)
    assert of(found) == "a=1.1 x=1A.1 y=1A.2 b=2.1 c=2.2 d=3.1"
    annexes = {a: n for a, n in found.items() if n.startswith("Annex")}
    assert annexes == {"part:g": "Annex A", "part:n": "Annex AA", "part:i": "Annex B", "part:z": "Annex C"}
    moved = labels((first[2], first[0], first[1]), (), DECIMAL, old)
    assert (moved["part:three"], of(moved)) == ("A1", "d=A1.1 a=1.1 b=2.1 c=2.2")


def test_a_number_that_left_goes_to_nobody_else_and_back_to_whom_it_belonged() -> None:
    first = version("0.1", labels(clauses(*"abcd"), (), DECIMAL), DECIMAL)
    second = labels(clauses(*"abc"), (), DECIMAL, first)
    gone = given_up(first, {a: (n, a) for a, n in second.items()}, DECIMAL)
    assert gone == {"clause 1.4": "clause:d"}
    old = version("0.2", second, DECIMAL, gone)
    assert of(labels(clauses(*"abcx"), (), DECIMAL, old)) == "a=1.1 b=1.2 c=1.3 x=1.5"
    assert of(labels(clauses(*"abcd"), (), DECIMAL, old)) == "a=1.1 b=1.2 c=1.3 d=1.4"
    without = version("0.2", second, DECIMAL)
    assert of(labels(clauses(*"abcx"), (), DECIMAL, without)) == "a=1.1 b=1.2 c=1.3 x=1.4", (
        "it is the record that tells"
    )


def test_numbers_are_kept_whatever_the_language_calls_them() -> None:
    german = replace(ARTICLES, clause=NumberLevel("decimal", "Artikel {clause}"), inserted="lowerLetter")
    first = labels((("one", ("a", "b")),), ("g",), ARTICLES)
    second = labels((("one", ("a", "x", "b")),), ("g",), ARTICLES, version("0.1", first, ARTICLES))
    old = version("0.2", second, ARTICLES)
    assert of(labels((("one", ("a", "x", "y", "b")),), ("g",), german, old)) == (
        "a=Artikel 1 x=Artikel 1a y=Artikel 1b b=Artikel 2"
    )


def test_another_numbering_keeps_nothing() -> None:
    old = version("0.1", labels(clauses(*"ab"), (), DECIMAL), DECIMAL)
    assert old.keeps(DECIMAL) and old.keeps(replace(DECIMAL, inserted="lowerLetter"))
    assert not old.keeps(ARTICLES) and not replace(old, renumbered=True).keeps(DECIMAL)
    assert given_up(old, {}, ARTICLES) == {}


# Any course that a document can take


@dataclass
class Course:
    """A document on its way: what stands, what was circulated, and who ever had which number."""

    form: Numbering
    chapters: list[tuple[str, list[str]]]
    annexes: list[str]
    old: Circulated
    owners: dict[str, str]
    fresh: itertools.count[int]
    out: list[str] = field(default_factory=list)
    moves: int = 0

    @property
    def now(self) -> Chapters:
        return tuple((i, tuple(some)) for i, some in self.chapters)

    def change(self, data: st.DataObject) -> None:
        """Make one change, and count those that move what may have stood."""
        kinds = ("insert", "insert", "remove", "return", "move", "chapter", "annex", "drop")
        kind = data.draw(st.sampled_from(kinds))
        at, to = (data.draw(st.integers(min_value=0, max_value=40)) for _ in range(2))
        some = self.chapters[at % len(self.chapters)][1]
        other = self.chapters[to % len(self.chapters)][1]
        match kind:
            case "insert":
                some.insert(to % (len(some) + 1), f"c{next(self.fresh)}")
            case "remove" if some:
                self.out.append(some.pop(to % len(some)))
            case "return" if self.out:
                one = self.out.pop()
                some.insert(to % (len(some) + 1), one)
                self.moves += f"clause:{one}" in self.old.headings
            case "move" if some:
                one = some.pop(at % len(some))
                other.insert(at % (len(other) + 1), one)
                self.moves += 1
            case "chapter":
                self.chapters.insert(at % (len(self.chapters) + 1), (f"p{next(self.fresh)}", [f"c{next(self.fresh)}"]))
            case "annex":
                self.annexes.insert(at % (len(self.annexes) + 1), f"p{next(self.fresh)}")
            case "drop" if len(self.chapters) > 1:
                self.out += self.chapters.pop(at % len(self.chapters))[1]
            case _:
                pass


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(FORMS), st.data())
def test_any_course_keeps_numbers_unique_in_order_and_with_what_had_them(form: Numbering, data: st.DataObject) -> None:
    fresh = itertools.count()
    chapters = [(f"p{next(fresh)}", [f"c{next(fresh)}" for _ in range(3)]) for _ in range(3)]
    annexes = [f"p{next(fresh)}" for _ in range(2)]
    start = labels(tuple((i, tuple(some)) for i, some in chapters), annexes, form)
    owners = {str(n): a for a, n in numbers({a: (n, a) for a, n in start.items()}, form).items()}
    course = Course(form, chapters, annexes, version("0.1", start, form), owners, fresh)
    for _ in range(data.draw(st.integers(min_value=1, max_value=6))):
        for _ in range(data.draw(st.integers(min_value=0, max_value=4))):
            course.change(data)
        found = labels(course.now, course.annexes, form, course.old)
        heads = {a: (n, a) for a, n in found.items()}
        assert len(set(found.values())) == len(found), "a number is given twice"
        _check_order(course.now, course.annexes, numbers(heads, form), form)
        stood = numbers(course.old.headings, form)
        now = numbers(heads, form)
        assert set(now) == set(found), "a number cannot be read back"
        changed = [a for a in now if a in stood and stood[a] != now[a] and not _elsewhere(a, stood, now)]
        assert len(changed) <= course.moves, "what was not moved has another number"
        for anchor, number in now.items():
            assert course.owners.get(str(number), anchor) == anchor, "a number went to something else"
        if data.draw(st.booleans()):  # this version is circulated; any other freezes nothing
            left = given_up(course.old, heads, form)
            course.old, course.moves = version("0.2", found, form, left), 0
            course.owners |= {str(n): a for a, n in now.items()}


def _elsewhere(anchor: str, stood: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether a clause has another number only because it is in another chapter now, to which it was moved."""
    return bool(stood[anchor].scope and stood[anchor].scope != now[anchor].scope)


def _check_order(chapters: Chapters, annexes: Sequence[str], found: Mapping[str, Any], form: Numbering) -> None:
    series: list[tuple[str, list[str]]] = [
        ("chapter", [f"part:{i}" for i, _ in chapters]), ("annex", [f"part:{i}" for i in annexes]),
    ]  # fmt: skip
    if form.continuous:
        series.append(("clause", [f"clause:{c}" for _, some in chapters for c in some]))
    else:
        series += [("clause", [f"clause:{c}" for c in some]) for _, some in chapters]
    for kind, anchors in series:
        level = getattr(form, kind).format
        keys = [parts.key for a in anchors if (parts := numeral(found[a].figure, level))]
        assert len(keys) == len(anchors) and keys == sorted(keys), (kind, [str(found[a]) for a in anchors])


# Drawn


@cache
def country() -> Country:
    return decided(EXAMPLES / "norland", "")


@cache
def plain_draft() -> Draft:
    return compose(norland())


def norland(old: Mapping[str, Circulated] | None = None, form: str = "decimal") -> Context:
    """Return what Norland's guidelines are composed from, after versions that were circulated."""
    base = context(country(), "guidelines", version="0.2")
    assessment = replace(base.assessment, form=replace(base.assessment.form, numbering=form))
    return replace(base, assessment=assessment, circulated=old or {})


NEW = (
    "part:legal-and-human-rights-basis", "part:glossary", "clause:prohibit-scoring-of-persons", "clause:prohibit-automated-decisions",
    "clause:retro-face-databases",
)  # fmt: skip
"""What an older version had not: a chapter with all its clauses, an annex, the first of a chapter, some others."""
GONE = ("clause:was-here", "What was here")


def older(form: str = "decimal", renumbered: bool = False) -> Circulated:
    """Return a version in which some things did not stand yet, and one clause stood that stands no more."""
    base = compose(norland(form=form))
    chapter = clause = annex = 0
    heads: list[Heading] = []
    kept = base.numbering
    inside = False
    for unit in base.units:
        head = unit.blocks[0]
        if not isinstance(head, Heading) or not head.label:
            continue
        if head.role == "chapter":
            inside = unit.anchor in NEW
        if unit.anchor in NEW or (inside and head.role == "clause"):
            continue
        if head.role == "chapter":
            chapter, clause = chapter + 1, clause if kept.continuous else 0
            label = numbers_of(kept.chapter, chapter=chapter)
        elif head.role == "clause":
            clause += 1
            label = numbers_of(kept.clause, chapter=chapter, clause=clause)
        else:
            annex += 1
            label = kept.annex.pattern.replace("{annex}", chr(ord("A") + annex - 1))
        heads.append(replace(head, label=label))
        if unit.anchor == "clause:prohibit-manipulation-and-fabrication":
            clause += 1
            label = numbers_of(kept.clause, chapter=chapter, clause=clause)
            heads.append(Heading("clause", 2, label, GONE[1], GONE[0]))
    return circulated("0.1", kept, heads, {}, renumbered, {})


def numbers_of(level: NumberLevel, **values: int) -> str:
    text = level.pattern
    for name, value in values.items():
        figures = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII"]  # fmt: skip
        text = text.replace("{" + name + "}", figures[value] if level.format == "upperRoman" else str(value))
    return text


@cache
def kept_draft(form: str = "decimal") -> Draft:
    return compose(norland({"guidelines": older(form)}, form))


def test_a_whole_draft_keeps_what_was_circulated() -> None:
    old = older()
    now = {a: label for a, (label, _) in numbered_headings(kept_draft()).items()}
    assert {a: now[a] for a in old.headings if a in now} == {a: n for a, (n, _) in old.headings.items() if a in now}
    assert [now[a] for a in NEW] == ["2A", "Annex AA", "4.A1", "4.1A", "4.16A"]
    assert len(set(now.values())) == len(now)
    assert old.headings[GONE[0]][0] not in now.values()


def test_paragraphs_and_cross_references_follow_the_printed_number() -> None:
    draft = kept_draft()
    by_anchor = {u.anchor: u for u in draft.units}
    unit = by_anchor["clause:prohibit-scoring-of-persons"]
    told = [b.label for b in unit.blocks if isinstance(b, Paragraph) and b.role == "numbered"]
    assert told == ["4.A1.1", "4.A1.2"]
    assert unit.alias.startswith("4.A1 ")
    now = {a: label for a, (label, _) in numbered_headings(draft).items()}
    refs = [
        i for u in draft.units for b in u.blocks
        for line in ([b.inlines] if isinstance(b, Paragraph) else [p for r in b.rows for c in r for p in c.paragraphs] if isinstance(b, Table) else [])
        for i in line if isinstance(i, Ref)
    ]  # fmt: skip
    assert len(refs) > 100
    assert [r for r in refs if r.anchor in now and r.text != now[r.anchor]] == []
    assert "Annex AA" in {r.text for r in refs}


def test_without_a_circulated_version_nothing_changes() -> None:
    assert compose(norland({})) == plain_draft()
    same = circulated("0.1", plain_draft().numbering, [b for u in plain_draft().units for b in u.blocks if isinstance(b, Heading)], {}, False, {})  # fmt: skip
    assert compose(norland({"guidelines": same})) == plain_draft()
    assert compose(norland({"guidelines": replace(same, renumbered=True)})) == plain_draft(), "no number would be told"


@pytest.mark.parametrize("form", ["decimal", "article", "paragraph_sign"])
def test_word_prints_the_numbers_of_the_draft(form: str) -> None:
    draft = kept_draft(form)
    data = docx.write(draft, style.read("standard", style_files("standard")))
    # A number that Word cannot count stands before a tab in the text itself.
    found = ((n, t) if n else (t.partition("\t")[0], t.partition("\t")[2]) for n, t in counted(data))
    for label, text in numbered(draft):
        assert any(n == label and t.strip().startswith(text.strip()[:30]) for n, t in found), (label, text[:40])


def test_every_other_format_prints_them_too() -> None:
    draft = kept_draft()
    dress = style.read("standard", style_files("standard"))
    opened: Any = pymupdf.open
    with opened(stream=pdf.write(draft, dress), filetype="pdf") as document:
        texts = {"pdf": "\n".join(page.get_text() for page in document)}
    for medium in ("html", "md"):
        texts[medium] = pandoc.write(draft, dress, medium).decode()
    for label in ("2A", "2A.1", "4.A1", "4.A1.1", "4.1A", "Annex AA"):
        for medium, text in texts.items():
            assert label in text, (medium, label)


def test_a_renumbered_draft_tells_old_numbers_from_new() -> None:
    old = older(renumbered=True)
    draft = compose(norland({"guidelines": old}))
    assert numbered_headings(draft) == numbered_headings(plain_draft())
    unit = draft.units[-1]
    assert unit.anchor == CONCORDANCE and isinstance(unit.blocks[0], Heading)
    assert unit.blocks[0].text == "Concordance of numbers with version 0.1"
    table = unit.blocks[-1]
    assert isinstance(table, Table)
    rows = [tuple("".join(getattr(i, "text", "") for p in c.paragraphs for i in p) for c in row) for row in table.rows]
    now = numbered_headings(draft)
    assert {(old.headings[a][0], n, t) for a, (n, t) in now.items() if a in old.headings} <= set(rows)
    assert {("–", now[a][0], now[a][1]) for a in NEW} <= set(rows)
    gone = next(i for i, row in enumerate(rows) if row[2] == GONE[1])
    assert rows[gone][1] == "–" and rows[gone - 1][2] == now["clause:prohibit-manipulation-and-fabrication"][1]
    assert len(rows) == len(now.keys() | old.headings.keys())


def test_another_legal_form_is_a_renumbering() -> None:
    draft = compose(norland({"guidelines": older()}, "article"))
    assert draft.units[-1].anchor == CONCORDANCE
    assert numbered_headings(draft) == numbered_headings(compose(norland(form="article")))


def test_a_concordance_is_no_difference_in_text() -> None:
    told = compose(norland({"guidelines": older(renumbered=True)}))
    assert told != plain_draft() and same_text(told, plain_draft()) and same_text(plain_draft(), told, releasing=True)
    assert not same_text(kept_draft(), plain_draft()), "numbers are"


def test_the_explanatory_note_has_the_numbers_of_the_guidelines() -> None:
    note = replace(norland({"guidelines": older()}), document="explanatory")
    titles = [b.text for u in compose(note).units for b in u.blocks if isinstance(b, Heading)]
    for label, title in numbered_headings(kept_draft()).values():
        if "." in label:
            assert f"{label} {title}" in titles


def test_a_library_without_words_for_a_concordance_is_named() -> None:
    told = norland({"guidelines": older(renumbered=True)})
    words = {k: w for k, w in told.library.words.items() if k != "concordance_title"}
    with pytest.raises(Faulty, match="no words for a concordance"):
        compose(replace(told, library=replace(told.library, words=words)))
