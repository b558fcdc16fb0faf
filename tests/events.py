"""What each regulatory event does to drafts of the day before it, for the simulated countries.

`python tests/events.py` goes through all 193 countries and writes docs/events.md; the tests go through a few.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from simulated import simulated

from pipeline.assess.binding import meaningful
from pipeline.assess.concern import unread_slots
from pipeline.assess.records import recorded
from pipeline.compose.changes import changes, same_text
from pipeline.model.assessment import Assessment
from pipeline.model.change import Shift
from pipeline.model.draft import Draft
from pipeline.model.question import NOT_APPLICABLE
from pipeline.project import running, shelf
from pipeline.project.country import Country, Folder, decide, read_country
from pipeline.project.making import composed_for, context_of
from pipeline.project.reach import Reach, reach
from pipeline.store.receipt import Receipt

SEED = 1
DOCUMENTS = ("guidelines", "strategy")
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Effect:
    """What an event does to one country.

    Attributes:
        called: Documents of which a new version is called for.
        kinds: Kinds of change to clauses, with the clauses.
        causes: Ids of the updates that the changes name.
    """

    called: tuple[str, ...]
    kinds: Mapping[str, tuple[str, ...]]
    causes: frozenset[str]


def day_before(day: str) -> str:
    """Return the ISO day before one."""
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()


@cache
def folder(code: str) -> Folder:
    """Return a simulated country's folder, read."""
    kept = shelf.built_in()
    return read_country(code, code, simulated(code, SEED), (kept.library, kept.files))


@cache
def _reach(day: str) -> Reach:
    library = shelf.built_in().library
    return reach(library, day_before(day), library, day)


def effect(code: str, day: str) -> Effect:
    """Return what comes of going from the day before to a day, in one country."""
    one = folder(code)
    before = decide(one, day_before(day))
    if not _reach(day).touches(receipt(before)):
        return Effect((), {}, frozenset())
    after = decide(one, day)
    called = tuple(d for d in DOCUMENTS if not same_text(drawn(before, d), drawn(after, d)))
    shifts = [s for d in called for s in _shifts(before, after, d)]
    kinds: dict[str, set[str]] = {}
    for shift in shifts:
        kinds.setdefault(shift.kind, set()).add(shift.anchor.removeprefix("clause:"))
    causes = frozenset(c.id for s in shifts for c in s.causes if c.kind == "update")
    return Effect(called, {k: tuple(sorted(v)) for k, v in sorted(kinds.items())}, causes)


def receipt(country: Country, document: str = DOCUMENTS[0]) -> Receipt:
    """Return as much of a receipt as reach reads."""
    law = meaningful(country.assessment, country.library, country.readings)
    return Receipt(
        country=country.name, document=document, version="0.1", languages=("en",), audiences=("working",),
        as_of=country.as_of, library="", intake={}, templates={}, tools={}, records={}, renditions={},
        state_code=country.assessment.state, law=law, updates=country.findings.updates,
    )  # fmt: skip


def drawn(country: Country, document: str) -> Draft:
    """Return a document composed."""
    return composed_for(country, receipt(country, document), "en", "working")


def _shifts(before: Country, after: Country, document: str) -> tuple[Shift, ...]:
    return changes(
        context_of(before, document, "en", "working", ""), context_of(after, document, "en", "working", ""), {}
    )


def of_country(task: tuple[str, tuple[str, ...]]) -> dict[str, Effect]:
    """Return the effects of days in a country, those that change nothing left out."""
    code, days = task
    return {day: found for day in days if (found := effect(code, day)).called}


def effects(codes: Iterable[str], days: Iterable[str], jobs: int = 0) -> dict[str, dict[str, Effect]]:
    """Return by day, and by code, what changes."""
    wanted = tuple(days)
    found: dict[str, dict[str, Effect]] = {day: {} for day in wanted}
    for (code, _), by_day in running.run(of_country, [(c, wanted) for c in codes], jobs):
        for day, one in by_day.items():
            found[day][code] = one
    return found


# What ought to happen


@dataclass(frozen=True, slots=True)
class Expected:
    """A line of expected.yaml; `whom` is a group, or codes of states."""

    event: str
    update: str
    whom: str | tuple[str, ...]
    clauses: frozenset[str]
    effect: str


@cache
def expected() -> tuple[Expected, ...]:
    """Return the expected lines in order."""
    rows = yaml.safe_load((ROOT / "tests" / "data" / "events" / "expected.yaml").read_text("utf-8"))
    return tuple(
        Expected(
            r["event"], r["update"], tuple(r["whom"]) if isinstance(r["whom"], list) else r["whom"],
            frozenset(r["clauses"]), r["effect"],
        )
        for r in rows
    )  # fmt: skip


def _not_ruled_out(country: Assessment, *names: str) -> bool:
    """Return whether one of some country answers is not no: what is open counts until it is answered."""
    return any(
        (a := country.answers.get(f"country.{n}")) is None or a.value not in ("no", NOT_APPLICABLE) for n in names
    )


GROUPS: Mapping[str, Callable[[Assessment], bool]] = {
    "all": lambda c: True,
    "nobody": lambda c: False,
    "federal": lambda c: _not_ruled_out(c, "us_federal"),
    "eu": lambda c: _not_ruled_out(c, "member_eu"),
    "african_charter": lambda c: _not_ruled_out(c, "member_au") and _not_ruled_out(c, "party_achpr"),
    "oecd": lambda c: _not_ruled_out(c, "member_oecd"),
    "interpol": lambda c: _not_ruled_out(c, "member_interpol"),
    "convention_108": lambda c: _not_ruled_out(c, "party_coe_108"),
    "framework_convention": lambda c: _not_ruled_out(c, "member_eu", "member_coe", "member_au"),
    "second_protocol": lambda c: _not_ruled_out(c, "member_eu", "member_coe", "member_au", "party_coe_185"),
}
"""Whom an event concerns, read off the country's answers and records on its day."""


def answered(code: str, day: str) -> Assessment:
    """Return what a country answered, and what the records say of it on a day."""
    one = folder(code)
    return recorded(one.assessment, one.library, day)


def concerned(line: Expected, code: str, day: str) -> bool:
    """Return whether an event ought to change a country's drafts."""
    if isinstance(line.whom, tuple):
        return code in line.whom and _says_something(line, code, day)
    return GROUPS[line.whom](answered(code, day))


def _says_something(line: Expected, code: str, day: str) -> bool:
    """Return whether an event of one state prints anything: a note, or law that its folder has not read since."""
    update = shelf.built_in().library.updates[line.update]
    return bool(update.note) or bool(unread_slots(update, answered(code, day), day))


# The table


def table(found: Mapping[str, Mapping[str, Effect]], codes: Iterable[str]) -> str:
    """Return docs/events.md: what ought to happen, and in how many of the countries it did."""
    updates = shelf.built_in().library.updates
    total = len(tuple(codes))
    rows = [
        "# What each event does to drafts of the day before",
        "",
        f"The 54 events of the change log, 2021 to November 2026, each applied to drafts of {total} simulated countries made as of the day before",
        "it. *Whom* and *effect* were written by hand (`tests/data/events/expected.yaml`) and are held against what happened; the figures are from",
        "`make events`. Answers are simulated; memberships and treaties are from the records. Where two events share a day, their figures are of both.",
        "",
        "| No. | From | Event | Whom | Clauses | Effect | Countries | Versions |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for line in expected():
        update = updates[line.update]
        here = found[update.date]
        whom = ", ".join(line.whom) if isinstance(line.whom, tuple) else line.whom.replace("_", " ")
        clauses = ", ".join(sorted(line.clauses)) or "none"
        versions = sum(len(e.called) for e in here.values())
        title = update.title["en"]
        rows.append(
            f"| {line.event} | {update.date} | {title} | {whom} | {clauses} | {line.effect} | {len(here)} | {versions} |"
        )
    return "\n".join(rows) + "\n"


def main() -> None:
    """Go through all countries, say what is not as expected, and write the table."""
    library = shelf.built_in().library
    days = sorted({library.updates[line.update].date for line in expected()})
    codes = sorted(library.records.states)
    found = effects(codes, days)
    wrong = list(differences(found, codes))
    (ROOT / "docs" / "events.md").write_text(table(found, codes), "utf-8")
    sys.stdout.write("\n".join([*wrong, f"{len(codes)} countries, {len(days)} days, {len(wrong)} differences"]) + "\n")
    sys.exit(7 if wrong else 0)


def differences(found: Mapping[str, Mapping[str, Effect]], codes: Iterable[str], whole: bool = True) -> Iterator[str]:
    """Yield where what happened is not what ought to have happened.

    Args:
        found: What happened, by day and code.
        codes: The countries gone through.
        whole: True where these are all: then each expected kind of change has to occur somewhere.
    """
    updates = shelf.built_in().library.updates
    by_day: dict[str, list[Expected]] = {}
    for line in expected():
        by_day.setdefault(updates[line.update].date, []).append(line)
    for day, lines in by_day.items():
        here = found[day]
        kinds = {k for e in here.values() for k in e.kinds}
        allowed = frozenset().union(*(line.clauses for line in lines))
        told = ", ".join(line.event for line in lines)
        for code in codes:
            ought = any(concerned(line, code, day) for line in lines)
            if ought != (code in here):
                yield f"event {told} ({day}): {code} {'ought to' if ought else 'ought not to'} get new versions"
        if kinds - allowed:
            yield f"event {told} ({day}): clauses changed in other ways: {', '.join(sorted(kinds - allowed))}"
        federal = all(line.whom == "federal" for line in lines)
        if whole and not federal and allowed - kinds:
            yield f"event {told} ({day}): clauses did not change as expected: {', '.join(sorted(allowed - kinds))}"


if __name__ == "__main__":
    main()
