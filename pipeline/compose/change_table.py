"""The table of changes that a version carries: clause, what changed, and because of what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.compose.changes import CHANGE_TABLE
from pipeline.compose.citations import number
from pipeline.compose.context import Context
from pipeline.compose.prose import paragraph
from pipeline.compose.tables import stacked, table
from pipeline.model.change import Shift, by_unit, causes, days
from pipeline.model.draft import Draft, Heading, Origin, Unit

AFTER = ("part:approval", "part:acknowledgement")
"""Front matter behind which the table stands, the last of these that there is."""
SENSITIVE = ("answer", "decision")
"""Causes that only the working audience may read by name."""


def with_changes(draft: Draft, context: Context, since: str, shifts: tuple[Shift, ...]) -> Draft:
    """Return a draft with its table of changes, itself where nothing changed.

    Args:
        draft: The draft, composed without the table.
        context: What it was composed from.
        since: The version against which changes are told.
        shifts: The changes, in the order in which they are told.
    """
    if not shifts:
        return draft
    title = context.word("changes_title", version=since)
    rows = [
        (
            stacked(f"{some[0].label} {some[0].title}".strip()),
            stacked(*_what(some, context)),
            stacked(*_why(some, context)),
        )
        for some in by_unit(shifts)
    ]
    columns = ((context.word("clause"), 0.34), (context.word("what_changed"), 0.3), (context.word("because"), 0.36))
    unit = Unit(
        CHANGE_TABLE, title, Origin("template", "changes"), "front",
        (Heading("front", 1, "", title, CHANGE_TABLE), paragraph(context.word("changes_intro")), table(columns, rows)),
    )  # fmt: skip
    places = [i for i, u in enumerate(draft.units) if u.anchor in AFTER]
    at = places[-1] + 1 if places else 0
    return replace(draft, units=(*draft.units[:at], unit, *draft.units[at:]))


def _what(shifts: tuple[Shift, ...], context: Context) -> list[str]:
    told = [context.word("safeguard_weakens")] if any(s.weakens for s in shifts) else []
    for shift in shifts:
        if shift.kind == "date":
            told += [_day(*one, context) for one in days(shift)]
        elif shift.kind == "law":
            both = [r for r in shift.gone if r in shift.new]
            for key, refs in (("new", shift.new), ("gone", shift.gone)):
                fresh = [r for r in refs if r not in both]
                told += [context.word(f"change_law_{key}", refs=named(fresh, context))] if fresh else []
            told += [context.word("change_law_otherwise", refs=named(both, context))] if both else []
        else:
            text = context.word("change_text")
            before, after = (text if word == "text" else word for word in (shift.before, shift.after))
            told.append(context.word(f"change_{shift.kind}", before=before, after=after))
    return told


def _day(before: str, after: str, refs: tuple[str, ...], context: Context) -> str:
    key = "change_date_over" if not after else "change_date_moved" if before else "change_date_new"
    told = named(refs, context)
    return context.word(key, refs=told, before=context.date(before), after=context.date(after))


def named(refs: Iterable[str], context: Context) -> str:
    """Return provisions as they are cited in a table, each instrument once: `EU AI Act, Art. 26(1), Art. 26(5)`."""
    found: dict[str, list[str]] = {}
    for ref in refs:
        slot = ref.removeprefix("slot:")
        instrument, _, part = ref.partition(" ")
        known = context.library.instruments.get(instrument)
        if slot != ref:
            found.setdefault(context.word(f"slot_{slot}"), [])
        elif known is None:
            found.setdefault(ref, [])
        else:
            found.setdefault(context.text(known.short), []).append(number(part, known.kind))
    return "; ".join(", ".join(dict.fromkeys((name, *(p for p in parts if p)))) for name, parts in found.items())


def _why(shifts: tuple[Shift, ...], context: Context) -> list[str]:
    told = [
        c.text if context.working or c.kind not in SENSITIVE else context.word("change_unnamed") for c in causes(shifts)
    ]
    return list(dict.fromkeys(told))
