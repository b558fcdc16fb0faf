"""How far a change of law or library reaches: what differs between two states of it, and whose versions that may touch.

The answer errs on one side only: a version that it leaves out would come out the same, but for the date it prints.
Whether one that it names does change is found by deciding and composing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from pipeline.library.updates import law_at
from pipeline.library.vocabulary import BOUND_BY
from pipeline.model.clause import Clause
from pipeline.model.condition import Condition, Grouped
from pipeline.model.law import Instrument
from pipeline.model.library import Library, clause_at
from pipeline.model.record import Records
from pipeline.model.update import Update
from pipeline.store.receipt import Receipt

LAW_AND_TEXTS = ("clauses/instruments/", "clauses/updates/", "clauses/packs/records/", "clauses/release.yaml")
"""Files whose changes are told instrument by instrument, update by update, and state by state."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What differs between two states of the law and the library.

    Attributes:
        everyone: True where something differs that any draft may depend on.
        instruments: Instruments of which something differs: wording, dates, standing, or whether they are known.
        updates: Updates that print something else, or ask for something else.
        fresh: Updates among these that the older library did not have, or had for others: a receipt cannot tell whether
            they concern it.
        states: States of whose record of memberships and treaties something differs.
        lower, upper: The two dates, the earlier first.
        bound: For each clause of which another state counts, the instruments without which it is out; a clause that
            needs none reaches everyone.
    """

    everyone: bool
    instruments: frozenset[str]
    updates: frozenset[str]
    fresh: tuple[Update, ...]
    states: frozenset[str]
    lower: str
    upper: str
    bound: tuple[frozenset[str], ...]

    def touches(self, receipt: Receipt) -> bool:
        """Return whether a version may be touched; a receipt of the first format does not tell, and may be."""
        law = set(receipt.law)
        return (
            self.everyone
            or not law
            or not self.instruments.isdisjoint(law)
            or not self.updates.isdisjoint(receipt.updates)
            or any(u.when is not None or not u.states or receipt.state_code in u.states for u in self.fresh)
            or receipt.state_code in self.states
            or any(_within(d, self.lower, self.upper) for d in receipt.days)
            or any(needed <= law for needed in self.bound)
        )


def reach(before: Library, before_date: str, after: Library, after_date: str) -> Reach:
    """Return what differs between a library at one date and a library at another.

    Args:
        before: The older library, with all the law it knows.
        before_date: ISO date of the law then.
        after: The newer library.
        after_date: ISO date of the law now.
    """
    then, now = law_at(before, before_date), law_at(after, after_date)
    instruments = frozenset(_instruments(then, before_date, now, after_date))
    required = {r for one in (before, after) for states in one.clauses.values() for c in states for r in c.requires}
    updates = frozenset(_updates(before.updates, before_date, after.updates, after_date))
    bound = tuple(
        frozenset() if c.id in required else _needed(c) for c in _clauses(before, before_date, after, after_date)
    )
    return Reach(
        _otherwise(before, after) or frozenset() in bound,
        instruments,
        updates,
        tuple(after.updates[i] for i in sorted(updates) if i in after.updates and _for(before, i) != _for(after, i)),
        frozenset(_states(before, before_date, after, after_date)),
        min(before_date, after_date),
        max(before_date, after_date),
        bound,
    )


def _for(library: Library, update_id: str) -> object:
    """Return whom an update concerns; None where the library does not have it."""
    update = library.updates.get(update_id)
    return (update.when, update.states) if update else None


def _otherwise(before: Library, after: Library) -> bool:
    """Return whether anything but law, updates and clause texts differs: questions, findings, words, outlines."""
    if before is after:
        return False
    paths = {p for p in {*before.files, *after.files} if before.files.get(p) != after.files.get(p)}
    areas = {c.area for states in (*before.clauses.values(), *after.clauses.values()) for c in states}
    return any(not (p.startswith(LAW_AND_TEXTS) or (p.count("/") > 2 and p.split("/")[1] in areas)) for p in paths)


def _instruments(then: Library, before_date: str, now: Library, after_date: str) -> Iterator[str]:
    old, new = _by_instrument(then), _by_instrument(now)
    watched = {i for library in (then, now) for pack in library.packs.values() for i in pack.watches}
    for instrument_id in {*then.instruments, *now.instruments}:
        was, one = (_told_of(library, instrument_id, watched) for library in (then, now))
        if was != one or old.get(instrument_id) != new.get(instrument_id) or one is None:
            yield instrument_id
            continue
        days = {one.adopted, one.published, one.in_force, one.until, one.status_as_of}
        days |= {d for p in one.provisions for d in (p.start, p.until)}
        if any(before_date < d <= after_date or after_date < d <= before_date for d in days if d):
            yield instrument_id


def _told_of(library: Library, instrument_id: str, watched: AbstractSet[str]) -> Instrument | None:
    """Return an instrument as far as drafts tell of it: words on its standing are printed only where it is watched."""
    one = library.instruments.get(instrument_id)
    return one if one is None or instrument_id in watched else replace(one, status={}, status_as_of="")


def _by_instrument(library: Library) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for ref in library.provisions:
        found.setdefault(ref.partition(" ")[0], set()).add(ref)
    return {i: frozenset(refs) for i, refs in found.items()}


def _updates(
    before: Mapping[str, Update], before_date: str, after: Mapping[str, Update], after_date: str
) -> Iterator[str]:
    """Yield the updates whose note, slots or questions count at one of the two and not, or otherwise, at the other."""
    for update_id in {*before, *after}:
        was, now = before.get(update_id), after.get(update_id)
        told = [_told(was, before_date), _told(now, after_date)]
        said = [(u.title, u.note, u.slots, u.asks, u.when, u.states, u.date, u.mark) if u else None for u in (was, now)]
        if told[0] != told[1] or (said[0] != said[1] and any(told)):
            yield update_id


def _told(update: Update | None, as_of: str) -> str:
    """Return what an update that prints or asks anything is at a date; empty for one that does neither."""
    return update.standing_at(as_of) if update and (update.note or update.slots or update.asks) else ""


def _clauses(before: Library, before_date: str, after: Library, after_date: str) -> Iterator[Clause]:
    """Yield both states of each clause of which another state or text counts, or which begins to bind in between."""
    lower, upper = sorted((before_date, after_date))
    for clause_id in {*before.clauses, *after.clauses}:
        was, now = clause_at(before, clause_id, before_date), clause_at(after, clause_id, after_date)
        begins = {c.effective for c in (was, now) if c and c.effective and " " not in c.effective}
        if was != now or any(_within(d, lower, upper) for d in begins):
            yield from (c for c in (was, now) if c is not None)


def _needed(clause: Clause) -> frozenset[str]:
    """Return the instruments that must bind a state for a clause to be in, as far as its condition says so plainly."""
    return frozenset(_bound(clause.when)) if clause.when is not None else frozenset()


def _bound(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Grouped):
        if condition.group == "all":
            for inner in condition.of:
                yield from _bound(inner)
    elif condition.ref == BOUND_BY and condition.op == "includes" and len(condition.values) == 1:
        yield condition.values[0]


def _states(before: Library, before_date: str, after: Library, after_date: str) -> Iterator[str]:
    """Yield the states for which a membership or a treaty record differs, or has its day, between the two."""
    old, new = before.records, after.records
    lower, upper = sorted((before_date, after_date))
    if _lists(old) != _lists(new):  # who is not on a list is told by the list as a whole
        yield from {*old.states, *new.states}
        return
    for code in {*old.states, *new.states}:
        rows = [(r.memberships.get(code, ()), r.treaties.get(code, ())) for r in (old, new)]
        days = [d for m in rows[1][0] for d in (m.since, m.until)] + [t.date for t in rows[1][1]]
        if rows[0] != rows[1] or any(_within(d, lower, upper) for d in days if d):
            yield code


def _lists(records: Records) -> frozenset[tuple[str, str]]:
    """Return the organisations whose members are recorded, each with the marks that occur in its list."""
    return frozenset((m.organisation, m.mark) for rows in records.memberships.values() for m in rows)


def _within(day: str, lower: str, upper: str) -> bool:
    """Return whether a day, month or year touches the time after one date up to another."""
    return day <= upper and (day > lower or lower.startswith(day) or upper.startswith(day))
