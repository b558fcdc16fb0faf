"""The work list of an update, country by country: lines for the terminal, rows for a workbook, values for programs."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from pipeline.model.change import Shift, days
from pipeline.project import shelf
from pipeline.project.drafting import Made
from pipeline.project.impact import CountryImpact, Touched

HEADINGS = ("Country", "Document", "Version", "Number", "Clause", "What changes", "In detail", "Because of")
"""Columns of the sheet of changes."""
TASKS = ("Country", "Task", "Concerns", "Because of")
"""Columns of the sheet of tasks."""
WORDS = {
    "enters": "enters", "leaves": "leaves the text", "stronger": "grows stronger", "weaker": "grows weaker",
    "wording": "reads otherwise", "date": "changes its date", "law": "rests on other law", "cases": "concerns others",
    "part": "is brought up to date",
}  # fmt: skip


OWN_WORDS = "the ministry's own words"


def known_updates() -> Iterator[tuple[str, str, str, str]]:
    """Yield the library's updates: id, date, standing and title, the newest first."""
    for update in reversed(tuple(shelf.built_in().library.updates.values())):
        filled = ", back-filled" if update.back_filled else ""
        yield update.id, update.date, update.standing + filled, update.title.get("en", "")


def told(country: CountryImpact) -> Iterator[tuple[int, str]]:
    """Yield the work list of a country as lines with their depth."""
    yield 0, f"{country.state} ({country.store}/{country.slug})"
    for document in country.documents:
        if document.shifts:
            whose = ", the ministry's own file" if document.record else ""
            yield 1, f"{document.document} {document.version}{whose}, law as of {document.as_of}"
            yield from lines(document.shifts, 2, frozenset(document.own))
            if document.lapses:
                yield 2, f"The approval ({document.approved}) no longer covers the text."
            if document.others:
                yield 2, f"{document.others} further changes would come with a new version, for other reasons."
    yield from ((1, f"{task}: {what} ({why})") for task, what, why in tasks(country))
    yield from ((1, str(p)) for p in country.problems)


def line(shift: Shift, own: AbstractSet[str] = frozenset()) -> str:
    """Return a change in one line, without its cause; it says where words of the ministry's own stand (`own`)."""
    number = f"{shift.label} " if shift.label else ""
    weaker = "A safeguard weakens: " if shift.weakens else ""
    moved = f" ({_moved(shift)})" if _moved(shift) else ""
    asks = f"; {OWN_WORDS}: merge will ask" if shift.anchor in own else ""
    return f"{weaker}{number}{shift.title} {WORDS[shift.kind]}{moved}{asks}"


def _moved(shift: Shift) -> str:
    """Return what moved in a change: days with their provisions, citations, strengths."""
    if shift.kind == "date":
        return "; ".join(f"{', '.join(refs)}: {_day(before, after)}" for before, after, refs in days(shift))
    if shift.kind == "law":
        told = [("no longer ", shift.gone), ("now ", shift.new)]
        return "; ".join(word + ", ".join(refs) for word, refs in told if refs)
    return " to ".join(w for w in (shift.before, shift.after) if w)


def _day(before: str, after: str) -> str:
    """Return how a day to come moved; one that is no longer to come has been reached."""
    if before and after:
        return f"{before} to {after}"
    return f"from {after}" if after else f"{before} is reached"


def by_cause(shifts: Iterable[Shift]) -> dict[str, list[Shift]]:
    """Return changes under what made them, in order."""
    found: dict[str, list[Shift]] = {}
    for shift in shifts:
        found.setdefault("; ".join(c.text for c in shift.causes), []).append(shift)
    return found


def lines(shifts: Iterable[Shift], depth: int, own: AbstractSet[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Yield changes as lines: each cause once, under it what it changes; clauses whose days move alike together."""
    for cause, some in by_cause(shifts).items():
        yield depth, f"Because of {cause}:"
        dated: dict[tuple[str, str], list[str]] = {}
        for shift in some:
            if shift.kind != "date":
                yield depth + 1, line(shift, own)
                continue
            name = (shift.label or shift.title) + (f" ({OWN_WORDS})" if shift.anchor in own else "")
            for before, after, _ in days(shift):
                dated.setdefault((before, after), []).append(name)
        for (before, after), names in dated.items():
            yield depth + 1, f"The day of the law changes ({_day(before, after)}) in {len(names)}: {', '.join(names)}"


def tasks(country: CountryImpact) -> Iterator[tuple[str, str, str]]:
    """Yield what is to be done beside a new version: task, what it concerns, and why."""
    for question, why in country.asks:
        yield "ask again", question, why
    for slot, why in country.slots:
        yield "read the state's own law again", slot, why
    for document in country.documents:
        if document.lapses:
            yield "approve again", f"{document.document} ({document.approved})", "the text under it changes"
    for clause, why in country.national:
        yield "look at the national wording", clause, why
    for clause, why in country.left_out:
        yield "look at the clause left out", clause, why


def summed(touched: Sequence[CountryImpact], stores: Sequence[Path]) -> str:
    """Return the closing line."""
    changes = sum(len(d.shifts) for c in touched for d in c.documents)
    whole = ", ".join(str(s) for s in stores)
    return f"{len(touched)} {'country' if len(touched) == 1 else 'countries'} touched in {whole}, {changes} changes"


def plain(country: CountryImpact) -> dict[str, object]:
    """Return the impact on a country as plain values."""
    return dataclasses.asdict(dataclasses.replace(country, problems=()))


def made(slug: str, one: Made) -> dict[str, object]:
    """Return a new version as plain values."""
    return {
        "country": slug, "document": one.document, "version": one.version, "folder": str(one.folder),
        "reasons": list(one.reasons), "text_of_record": str(one.record) if one.record else None,
    }  # fmt: skip


def workbook(countries: Sequence[CountryImpact]) -> bytes:
    """Return the work list as XLSX: a sheet of changes and a sheet of tasks; every cell is text."""
    import xlsxwriter

    from pipeline.project.sheets import OPTIONS, sheet

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    sheet(book, "Changes", HEADINGS, (r for c in countries for d in c.documents for r in _rows(c, d)))
    sheet(book, "Tasks", TASKS, ((c.state, *t) for c in countries for t in tasks(c)))
    book.close()
    return out.getvalue()


def _rows(country: CountryImpact, document: Touched) -> Iterator[tuple[str, ...]]:
    for s in document.shifts:
        what = f"weakens: {WORDS[s.kind]}" if s.weakens else WORDS[s.kind]
        what += f"; {OWN_WORDS}" if s.anchor in document.own else ""
        yield (
            country.state, document.document, document.version, s.label, s.title, what, _moved(s),
            "; ".join(c.text for c in s.causes),
        )  # fmt: skip
