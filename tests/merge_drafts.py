"""New versions of a draft out of a seed: changes by hand such as a lawyer, an answer or a law makes, some in a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import draft_changes as change
from draft_counting import recounted

from pipeline.model.draft import Block, Draft, Footnote, Heading, Paragraph, Run, Table, Unit, plain

PIECES = (
    "within ten working days", "the data protection authority", "in the register", "every quarter", "a second officer",
    "before each deployment", "and record the reasons", "the national coordinator", "at least once a year", "shall",
)  # fmt: skip
SENTENCES = (
    "The head of the agency shall publish the result on its website within one month.",
    "Each system owner keeps the evidence for as long as the system is in use.",
    "A deviation is reasoned in writing and reported to the oversight body.",
    "Where the supplier changes, the assessment is made anew before the system is used.",
    "The period may be extended once if the authority agrees.",
)
TITLES = ("Register of tests", "Report on deviations", "Duties on transfer", "Notice to the authority")
ARABIC_PIECES = ("خلال عشرة أيام عمل", "هيئة حماية البيانات", "مرة كل سنة", "قبل كل استخدام", "وتدوين الأسباب")
ARABIC_SENTENCES = (
    "ينشر رئيس الجهاز النتيجة على موقعه خلال شهر واحد.",
    "يحتفظ مالك النظام بالأدلة طوال مدة استخدامه.",
    "ويجوز تمديد المدة مرة واحدة بموافقة الهيئة.",
)
ARABIC_TITLES = ("سجل الاختبارات", "إخطار الهيئة")

Maker = Callable[[Draft, Random, Unit], change.Change]


def next_version(draft: Draft, seed: int, changes: int) -> Draft:
    """Return the draft's next version, with at most so many changes; numbers stay, as those of a circulated draft do.

    Args:
        draft: The version before.
        seed: The same seed gives the same changes; a first part of them is what fewer changes give.
        changes: How many are tried; one for which there is no place is left out.
    """
    random = Random(seed)
    made = draft
    for _ in range(changes):
        maker = random.choice(MAKERS)
        some = [u for u in made.units if u.anchor.startswith("clause:") or maker in ANYWHERE]
        unit = random.choice(some)
        try:
            made = maker(made, random, unit)(made)
        except (AssertionError, LookupError, StopIteration):
            continue
    day = (date.fromisoformat(draft.as_of) + timedelta(days=1)).isoformat()
    record = {**draft.record, "version": "0.2", "as_of": day}
    return replace(recounted(made, draft), version="0.2", as_of=day, record=record)


def _of(draft: Draft, latin: tuple[str, ...], arabic: tuple[str, ...], random: Random) -> str:
    return random.choice(arabic if draft.rtl else latin)


def _runs(unit: Unit) -> list[Run]:
    return [
        i
        for b in unit.blocks
        for line in change.lines_of(b)
        for i in line
        if isinstance(i, Run) and len(i.text.split()) > 3
    ]


def _paragraphs(unit: Unit) -> list[Paragraph]:
    return [b for b in unit.blocks if isinstance(b, Paragraph)]


def _any(random: Random, some: list[str] | list[Run] | list[int] | list[Footnote]) -> object:
    if not some:
        raise LookupError("no place for this change")
    return random.choice(some)


def _span(random: Random, text: str, most: int = 3) -> str:
    """Return some words of a text that stand beside one another."""
    words = text.split()
    first = random.randrange(len(words))
    piece = " ".join(words[first : first + random.randint(1, most)])
    return piece if piece in text else words[first]


def _word(draft: Draft, random: Random, unit: Unit) -> change.Change:
    run = _any(random, _runs(unit))
    assert isinstance(run, Run)
    old = _span(random, run.text)
    return change.word(unit.anchor, old, _of(draft, PIECES, ARABIC_PIECES, random))


def _word_dropped(draft: Draft, random: Random, unit: Unit) -> change.Change:
    run = _any(random, _runs(unit))
    assert isinstance(run, Run)
    return change.word(unit.anchor, f" {_span(random, run.text, 2)}", "")


def _sentence(draft: Draft, random: Random, unit: Unit) -> change.Change:
    run = _any(random, [r for r in _runs(unit) if "." in r.text])
    assert isinstance(run, Run)
    return change.word(unit.anchor, ".", f". {_of(draft, SENTENCES, ARABIC_SENTENCES, random)}")


def _bold(draft: Draft, random: Random, unit: Unit) -> change.Change:
    run = _any(random, _runs(unit))
    assert isinstance(run, Run)
    return change.bold(unit.anchor, _span(random, run.text))


def _heading(draft: Draft, random: Random, unit: Unit) -> change.Change:
    return change.heading(unit.anchor, _of(draft, TITLES, ARABIC_TITLES, random))


def _ref(draft: Draft, random: Random, unit: Unit) -> change.Change:
    run = _any(random, _runs(unit))
    assert isinstance(run, Run)
    to = random.choice([u.anchor for u in draft.units if isinstance(u.blocks[0], Heading) and u.anchor != unit.anchor])
    return change.ref_added(unit.anchor, _span(random, run.text), to)


def _note(draft: Draft, random: Random, unit: Unit) -> change.Change:
    notes = [i for b in unit.blocks for line in change.lines_of(b) for i in line if isinstance(i, Footnote)]
    kind = random.choice(("change", "drop", "add"))
    if kind == "add" or not notes:
        at = random.randrange(max(len(_paragraphs(unit)), 1))
        return change.note_added(unit.anchor, _of(draft, SENTENCES, ARABIC_SENTENCES, random), at)
    words = plain(random.choice(notes).inlines)
    piece = _span(random, words)
    return change.note_dropped(unit.anchor, piece) if kind == "drop" else change.note_changed(unit.anchor, piece, _of(draft, PIECES, ARABIC_PIECES, random))  # fmt: skip


def _paragraph_added(draft: Draft, random: Random, unit: Unit) -> change.Change:
    at = _any(random, list(range(len(_paragraphs(unit)))))
    assert isinstance(at, int)
    return change.paragraph_added(unit.anchor, _of(draft, SENTENCES, ARABIC_SENTENCES, random), at)


def _paragraph_dropped(draft: Draft, random: Random, unit: Unit) -> change.Change:
    if len(_paragraphs(unit)) < 2:
        raise LookupError("it is the only one")
    return change.paragraph_dropped(unit.anchor, random.randrange(len(_paragraphs(unit))))


def _rows(unit: Unit) -> Table:
    found: Block | None = next((b for b in unit.blocks if isinstance(b, Table)), None)
    if not isinstance(found, Table) or len(found.rows) < 3:
        raise LookupError("no table")
    return found


def _cell(draft: Draft, random: Random, unit: Unit) -> change.Change:
    table = _rows(unit)
    row, column = random.randrange(len(table.rows)), random.randrange(len(table.columns))
    return change.cell(unit.anchor, row, column, _of(draft, SENTENCES, ARABIC_SENTENCES, random))


def _row(draft: Draft, random: Random, unit: Unit) -> change.Change:
    table = _rows(unit)
    at = random.randrange(len(table.rows))
    if random.random() < 0.5:
        return change.row_dropped(unit.anchor, at)
    texts = [_of(draft, PIECES, ARABIC_PIECES, random) for _ in table.columns]
    return change.row_added(unit.anchor, texts, at)


def _clause_added(draft: Draft, random: Random, unit: Unit) -> change.Change:
    name = f"clause:new-{random.randrange(10**6)}"
    texts = [_of(draft, SENTENCES, ARABIC_SENTENCES, random) for _ in range(random.randint(1, 2))]
    return change.clause_added(name, _of(draft, TITLES, ARABIC_TITLES, random), *texts, after=unit.anchor)


def _clause_dropped(draft: Draft, random: Random, unit: Unit) -> change.Change:
    return change.clause_dropped(unit.anchor)


def _clause_moved(draft: Draft, random: Random, unit: Unit) -> change.Change:
    other = random.choice([a for a in change.clauses_of(draft) if a != unit.anchor])
    return change.clause_moved(unit.anchor, other)


ANYWHERE: tuple[Maker, ...] = (_cell, _row, _word)
MAKERS: tuple[Maker, ...] = (
    *(_word,) * 7, *(_word_dropped, _sentence, _paragraph_added, _note, _cell, _row) * 2, _paragraph_dropped, _bold,
    _heading, _ref, _clause_added, _clause_dropped, _clause_moved,
)  # fmt: skip
"""What may be done; words most often."""
