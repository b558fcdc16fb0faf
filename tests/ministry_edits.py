"""Many edits at random, as a ministry makes them over months: the same seed gives the same file.

Words are changed, paragraphs and rows come and go, clauses are moved and lose their controls, some of it tracked under
the ministry's own name; comments are left, and the editor cuts runs and adds ids. Each edit is told, so that a test can
ask what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

import ministry_habits as habits
import ministry_paragraphs as by_paragraph
import ministry_units as by_unit
import ministry_words as by_word
from manuscript import Document, Element, Spot, plain_runs
from ministry_comments import comment
from word_parts import Package, signs, text_of, w

from pipeline.word import names

WORD = re.compile(r"[^\W\d_]{2,}")
ARABIC = re.compile("[\u0600-\u06ff]")
TRIES = 12
"""How often a place for an edit is looked for before it is given up."""

WORDS = (
    "promptly",
    "commissioner",
    "written",
    "annually",
    "inspectorate",
    "archive",
    "in writing",
    "two working days",
    "superior",
    "district",
)
SENTENCES = (
    " The inspectorate may ask for a copy at any time.",
    " This holds for joint teams, too.",
    " Exceptions need the written consent of the commissioner.",
    " The form in the ministry's circular is used for this.",
    " Names of witnesses are left out.",
    " A district office may set a shorter period.",
)
ARABIC_WORDS = ("خطيا", "المفوض", "فورا", "سنويا", "المفتشية", "يومي عمل")
ARABIC_SENTENCES = (
    " ويجوز للمفتشية أن تطلب نسخة منه.",
    " ويسري ذلك على الفرق المشتركة.",
    " وتستخدم استمارة الوزارة لهذا الغرض.",
)

T = TypeVar("T")

Finder = Callable[[Document, Random, str, bool], tuple[str, str]]
"""Makes an edit within a unit and returns the text before and after; LookupError where there is no place for it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that the ministry did.

    Attributes:
        kind: Its name in `KINDS`.
        anchor: The unit that it was done in; empty for the whole file.
        tracked: Whether the ministry had change tracking on.
        before: The paragraph before, or the words of what was deleted or moved; empty for what is new.
        after: The paragraph after, or the words of what is new; empty for what has gone.
    """

    kind: str
    anchor: str
    tracked: bool
    before: str
    after: str


def edited(
    data: Package, seed: int, edits: int, kinds: Sequence[str] = (), *, tracked: float = 0.3
) -> tuple[bytes, list[Edit]]:
    """Return a file with about so many edits, and what was done.

    Args:
        data: A file drafted by the project.
        seed: The same seed gives the same file.
        edits: How many are tried; one for which no place is found is left out.
        kinds: Names in `KINDS`; the everyday ones where none are given. What editors do to the whole file comes last.
        tracked: Share of edits made with change tracking on.
    """
    random = Random(seed)
    doc = Document(data)
    chosen = tuple(kinds) or EVERYDAY
    within = [k for k in chosen if k not in WHOLE]
    made: list[Edit] = []
    for _ in range(edits if within else 0):
        kind = random.choice(within)
        follow = random.random() < tracked and kind in TRACKED
        one = _one(doc, random, kind, follow)
        made += [one] if one is not None else []
    for kind in [k for k in WHOLE if k in chosen]:
        WHOLE[kind](doc, random)
        made.append(Edit(kind, "", False, "", ""))
    return doc.bytes(), made


def _one(doc: Document, random: Random, kind: str, tracked: bool) -> Edit | None:
    for _ in range(TRIES):
        units = doc.anchors()
        clauses = [u for u in units if u.startswith("clause:")]
        if kind in UNIT_KINDS:
            units = clauses if len(clauses) > 2 else []
        if not units:
            return None
        anchor = random.choice(units)
        if not doc.lines(anchor):
            continue
        try:
            before, after = KINDS[kind](doc, random, anchor, tracked)
        except LookupError:
            continue
        return Edit(kind, anchor, tracked, before, after)
    return None


# -- places -----------------------------------------------------------------------------------------------------------


def _paragraph(doc: Document, random: Random, anchor: str, keep: Callable[[Element], bool] = lambda p: True) -> Element:
    return _any(random, [p for p in doc.paragraphs(anchor) if text_of(p).strip() and keep(p)])


def _any(random: Random, found: Sequence[T]) -> T:
    if not found:
        raise LookupError("no place for this edit")
    return random.choice(found)


def _words(random: Random, paragraph: Element, most: int = 3) -> Spot:
    """Return one to so many words that stand in plain runs; they may begin and end in different ones."""
    plain = set(plain_runs(paragraph))
    spans: list[tuple[int, int]] = []
    at = 0
    for element, text in signs(paragraph):
        if element.getparent() in plain and element.tag == w("t"):
            spans += [(at + m.start(), at + m.end()) for m in WORD.finditer(text)]
        at += len(text)
    if not spans:
        raise LookupError("no words")
    first = random.randrange(len(spans))
    last = min(first + random.randrange(most), len(spans) - 1)
    return Spot(paragraph, spans[first][0], spans[last][1])


def _word_edit(
    edit: Callable[[Document, Random, Spot, bool], None], keep: Callable[[Element], bool] = lambda p: True
) -> Finder:
    """Return an edit of words of one paragraph."""

    def make(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
        paragraph = _paragraph(doc, random, anchor, keep)
        before = text_of(paragraph)
        edit(doc, random, _words(random, paragraph), tracked)
        return before, text_of(paragraph)

    return make


def _running(paragraph: Element) -> bool:
    return not _in_table(paragraph) and len(WORD.findall(text_of(paragraph))) > 4


def _in_table(paragraph: Element) -> bool:
    return next(paragraph.iterancestors(w("tc")), None) is not None


def _in_row(paragraph: Element) -> bool:
    """Return whether a paragraph stands in a row with more than one cell that is no header."""
    row = next(paragraph.iterancestors(w("tr")), None)
    header = None if row is None else row.find(f"{w('trPr')}/{w('tblHeader')}")
    return row is not None and header is None and len(list(row.iter(w("tc")))) > 1


def _new_words(random: Random, like: str) -> str:
    return random.choice(ARABIC_WORDS if ARABIC.search(like) else WORDS)


def _new_sentence(random: Random, like: str) -> str:
    return random.choice(ARABIC_SENTENCES if ARABIC.search(like) else SENTENCES)


# -- words ------------------------------------------------------------------------------------------------------------


def _replace(doc: Document, random: Random, spot: Spot, tracked: bool) -> None:
    by_word.replace(doc, spot, _new_words(random, text_of(spot.paragraph)), tracked=tracked)


def _delete(doc: Document, random: Random, spot: Spot, tracked: bool) -> None:
    text = text_of(spot.paragraph)
    end = spot.end + 1 if text[spot.end : spot.end + 1] == " " else spot.end
    by_word.delete(doc, Spot(spot.paragraph, spot.start, end), tracked=tracked)


def _insert_sentence(doc: Document, random: Random, spot: Spot, tracked: bool) -> None:
    text = text_of(spot.paragraph)
    ends = [m.end() for m in re.finditer(r"\w[.;:]", text)] or [spot.end]
    end = random.choice(ends)
    by_word.insert(doc, _new_sentence(random, text), after=Spot(spot.paragraph, end - 1, end), tracked=tracked)


def _bold(doc: Document, random: Random, spot: Spot, tracked: bool) -> None:
    by_word.bold(doc, spot, tracked=tracked)


def _comment(doc: Document, random: Random, spot: Spot, tracked: bool) -> None:
    replies = (("Legal department", "Agreed; see the circular."),) if random.random() < 0.4 else ()
    text = random.choice(("Is this what the act says?", "Please check the period.\nIt was shorter.", "Who decides?"))
    comment(doc, spot, text, replies=replies, resolved=random.random() < 0.3)


def _add_footnote(doc: Document, random: Random, spot: Spot, tracked: bool) -> None:
    by_unit.add_footnote(doc, spot, "Circular 7 of the ministry.", tracked=tracked)


# -- paragraphs -------------------------------------------------------------------------------------------------------


def _split(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = _paragraph(doc, random, anchor, _running)
    before = text_of(paragraph)
    spot = _words(random, paragraph, 1)
    if not spot.start or any(up.tag != w("p") for up in _between(spot)):
        raise LookupError("nothing stands before it")
    by_paragraph.split(doc, spot, tracked=tracked)
    first = paragraph.getprevious()
    return before, f"{'' if first is None else text_of(first)}\n{text_of(paragraph)}"


def _between(spot: Spot) -> list[Element]:
    """Return what stands between the run at a spot and its paragraph, the paragraph too."""
    at = 0
    for element, text in signs(spot.paragraph):
        if at <= spot.start < at + len(text):
            ups = list(element.iterancestors())
            return [up for up in ups[1 : ups.index(spot.paragraph)] if up.tag != w("ins")]
        at += len(text)
    return [spot.paragraph.getroottree().getroot()]


def _join(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = _paragraph(doc, random, anchor, _joinable)
    after = paragraph.getnext()
    before = f"{text_of(paragraph)}\n{'' if after is None else text_of(after)}"
    by_paragraph.join(doc, Spot(paragraph, 0, 0), tracked=tracked)
    return before, before.replace("\n", "")


def _joinable(paragraph: Element) -> bool:
    after = paragraph.getnext()
    if after is None or after.tag != w("p") or not text_of(after).strip():
        return False
    return not any(p.find(f"{w('pPr')}/{w('rPr')}") is not None for p in (paragraph, after)) and not _in_table(
        paragraph
    )


def _add_paragraph(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = _paragraph(doc, random, anchor, _running)
    text = _new_sentence(random, text_of(paragraph)).strip()
    place = Spot(paragraph, 0, 0)
    if random.random() < 0.8:
        by_paragraph.add_paragraph(doc, text, after=place, tracked=tracked)
    else:
        by_paragraph.add_paragraph(doc, text, before=place, tracked=tracked)
    return "", text


def _add_between(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    text = _new_sentence(random, "\n".join(doc.lines(anchor))).strip()
    by_paragraph.add_paragraph_between(doc, text, anchor, tracked=tracked)
    return "", text


def _delete_paragraph(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = _paragraph(doc, random, anchor, lambda p: not _in_table(p))
    if len(doc.lines(anchor)) < 2:
        raise LookupError("it is the only one")
    before = text_of(paragraph)
    by_paragraph.delete_paragraph(doc, Spot(paragraph, 0, 0), tracked=tracked)
    return before, ""


def _move_paragraph(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    def whole(p: Element) -> bool:
        clean = not any(
            True for _ in p.iter(w("ins"), w("del"), w("fldChar"), w("commentReference"), w("bookmarkStart"))
        )
        return clean and _running(p)

    paragraph, place = _paragraph(doc, random, anchor, whole), _paragraph(doc, random, anchor, whole)
    if place in (paragraph, paragraph.getprevious()):
        raise LookupError("it stands there")
    text = text_of(paragraph)
    by_paragraph.move_paragraph(doc, Spot(paragraph, 0, 0), Spot(place, 0, 0), tracked=tracked)
    return text, text


def _restyle(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = _paragraph(doc, random, anchor, lambda p: not _in_table(p))
    by_paragraph.restyle(doc, Spot(paragraph, 0, 0), random.choice(("heading 3", "Normal")), tracked=tracked)
    return text_of(paragraph), text_of(paragraph)


# -- units ------------------------------------------------------------------------------------------------------------


def _delete_clause(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    before = "\n".join(doc.lines(anchor))
    by_unit.delete_clause(doc, anchor, tracked=tracked)
    return before, ""


def _move_clause(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    other = _any(random, [a for a in doc.anchors() if a.startswith("clause:") and a != anchor])
    if not doc.lines(other):
        raise LookupError("it is deleted")
    text = "\n".join(doc.lines(anchor))
    by_unit.move_clause(doc, anchor, other)
    return text, text


def _duplicate_control(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    text = "\n".join(doc.lines(anchor))
    by_unit.duplicate_control(doc, anchor)
    return text, f"{text}\n{text}"


def _unanchored(edit: Callable[[Document, str], None]) -> Finder:
    def make(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
        text = "\n".join(doc.lines(anchor))
        edit(doc, anchor)
        return text, text

    return make


# -- tables and notes -------------------------------------------------------------------------------------------------


def _add_row(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = _paragraph(doc, random, anchor, _in_row)
    row = next(paragraph.iterancestors(w("tr")))
    cells = [_new_words(random, text_of(paragraph)) for _ in row.iter(w("tc"))]
    by_unit.add_row(doc, Spot(paragraph, 0, 0), cells, tracked=tracked)
    return "", "\n".join(cells)


def _delete_row(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = _paragraph(doc, random, anchor, _in_row)
    row = next(paragraph.iterancestors(w("tr")))
    if len(list(next(row.iterancestors(w("tbl"))).iter(w("tr")))) < 3:
        raise LookupError("too few rows")
    before = "\n".join(text_of(p) for p in row.iter(w("p")))
    by_unit.delete_row(doc, Spot(paragraph, 0, 0), tracked=tracked)
    return before, ""


def _merge_cells(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = _paragraph(doc, random, anchor, _in_row)
    row = next(paragraph.iterancestors(w("tr")))
    text = "\n".join(text_of(p) for p in row.iter(w("p")))
    by_unit.merge_cells(doc, Spot(paragraph, 0, 0))
    return text, "\n".join(text_of(p) for p in row.iter(w("p")))


def _note_of(doc: Document, random: Random, anchor: str) -> Element:
    numbers = {
        e.get(w("id"))
        for p in doc.paragraphs(anchor)
        for e in p.iter(w("footnoteReference"))
        if next(e.iterancestors(w("del"), w("moveFrom")), None) is None
    }
    notes = [n for n in doc.tree(names.FOOTNOTES).iter(w("footnote")) if n.get(w("id")) in numbers]
    return _any(random, [n for n in notes if any(text_of(p).strip() for p in n.iter(w("p")))])


def _edit_footnote(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = next(_note_of(doc, random, anchor).iter(w("p")))
    before = text_of(paragraph)
    _replace(doc, random, _words(random, paragraph), tracked)
    return before, text_of(paragraph)


def _delete_footnote(doc: Document, random: Random, anchor: str, tracked: bool) -> tuple[str, str]:
    paragraph = next(_note_of(doc, random, anchor).iter(w("p")))
    before = text_of(paragraph)
    by_unit.delete_footnote(doc, Spot(paragraph, 0, 0), tracked=tracked)
    return before, ""


KINDS: dict[str, Finder] = {
    "replace words": _word_edit(_replace, _running),
    "delete words": _word_edit(_delete, _running),
    "insert a sentence": _word_edit(_insert_sentence, _running),
    "bold": _word_edit(_bold),
    "comment": _word_edit(_comment),
    "edit a cell": _word_edit(_replace, _in_row),
    "add a footnote": _word_edit(_add_footnote, _running),
    "edit a footnote": _edit_footnote,
    "delete a footnote": _delete_footnote,
    "split a paragraph": _split,
    "join paragraphs": _join,
    "add a paragraph": _add_paragraph,
    "add a paragraph between": _add_between,
    "delete a paragraph": _delete_paragraph,
    "move a paragraph": _move_paragraph,
    "change a style": _restyle,
    "add a row": _add_row,
    "delete a row": _delete_row,
    "merge cells": _merge_cells,
    "delete a clause": _delete_clause,
    "move a clause": _move_clause,
    "duplicate a control": _duplicate_control,
    "remove a control": _unanchored(by_unit.remove_control),
    "remove a bookmark": _unanchored(by_unit.remove_bookmark),
}
"""What the ministry does within a unit."""

UNIT_KINDS = frozenset({"delete a clause", "move a clause", "duplicate a control"})
"""What it does to whole clauses, and not to other parts."""

WHOLE: dict[str, Callable[[Document, Random], None]] = {
    "remove all anchors": lambda doc, random: by_unit.remove_anchors(doc),
    "languages": habits.languages,
    "cut runs": habits.scattered,
    "save ids": habits.rsids,
    "paragraph ids": lambda doc, random: habits.paragraph_ids(doc),
    "rename styles": lambda doc, random: habits.renamed_styles(doc),
    "google": lambda doc, random: habits.google(doc),
}
"""What is done to the whole file, once and after all else, in this order."""

TRACKED = frozenset(KINDS) - {
    "comment",
    "merge cells",
    "move a clause",
    "duplicate a control",
    "remove a control",
    "remove a bookmark",
}
"""What can be done with change tracking on."""

WORD_KINDS = ("replace words", "delete words", "insert a sentence")
EVERYDAY = (
    *WORD_KINDS * 4,
    *("comment", "edit a cell", "split a paragraph", "add a paragraph", "delete a paragraph") * 2,
    *(k for k in KINDS if k not in WORD_KINDS),
    "languages",
    "cut runs",
    "save ids",
)
"""What is done where no kinds are asked for: words most often, and what Word does to every file."""
