"""The concordance of a renumbered version: old number, new number and title of all that was or is numbered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.compose.changes import CONCORDANCE
from pipeline.compose.context import Context
from pipeline.compose.frozen import KINDS
from pipeline.compose.prose import paragraph
from pipeline.compose.tables import stacked, table
from pipeline.model.draft import Draft, Heading, Origin, Unit
from pipeline.model.problem import Exit, Faulty, Place, Problem

CODE = "OUTLINE-001"

Headings = Mapping[str, tuple[str, str]]
"""Printed number and title by anchor, in reading order."""


def numbered_headings(draft: Draft) -> dict[str, tuple[str, str]]:
    """Return the printed number and title of each chapter, clause and annex of a draft, by anchor in order."""
    return {
        h.anchor: (h.label, h.text)
        for unit in draft.units
        for h in unit.blocks
        if isinstance(h, Heading) and h.label and h.role in KINDS and h.anchor == unit.anchor
    }


def with_concordance(draft: Draft, context: Context) -> Draft:
    """Return a draft with the concordance at its end; itself where circulated numbers stay or come out the same.

    Args:
        draft: The draft, composed without it.
        context: What it was composed from.

    Raises:
        Faulty: The library is older than concordances, and has no words for one (exit 4).
    """
    old = context.circulated.get(draft.document)
    if old is None or old.keeps(draft.numbering):
        return draft
    new = numbered_headings(draft)
    if (
        all(new[a][0] == label for a, (label, _) in old.headings.items() if a in new)
        and new.keys() == old.headings.keys()
    ):
        return draft
    if "concordance_title" not in context.library.words:
        message = f"this library has no words for a concordance, and numbers would differ from those of {old.version}"
        fix = "draft with a newer library, or in the legal form and numbering of that version and without --renumber"
        raise Faulty([Problem(CODE, Place("templates/documents/words.yaml"), message, fix)], Exit.LIBRARY)
    title = context.word("concordance_title", version=old.version)
    columns = (
        (context.word("number_before", version=old.version), 0.2),
        (context.word("number_now"), 0.2),
        (context.word("concordance_what"), 0.6),
    )
    rows = [(stacked(was), stacked(now), title) for was, now, title in _rows(old.headings, new)]
    unit = Unit(
        CONCORDANCE, title, Origin("template", "concordance"), "annex",
        (
            Heading("front", 1, "", title, CONCORDANCE),
            paragraph(context.word("concordance_intro", version=old.version)),
            table(columns, rows),
        ),
    )  # fmt: skip
    return replace(draft, units=(*draft.units, unit))


def _rows(old: Headings, new: Headings) -> Iterator[tuple[str, str, str]]:
    """Yield old number, new number and title in the new order, what left behind what it followed."""
    gone: dict[str, list[str]] = {}
    last = ""
    for anchor in old:
        if anchor in new:
            last = anchor
        else:
            gone.setdefault(last, []).append(anchor)
    for anchor in ("", *new):
        if anchor:
            label, title = new[anchor]
            yield old.get(anchor, ("", ""))[0], label, title
        for left in gone.get(anchor, ()):
            yield old[left][0], "", old[left][1]
