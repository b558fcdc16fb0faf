"""The portfolio: what stands in whole stores, a row per document, and what needs attention; nothing is composed.

Each row is read off the newest version's receipt, its composed draft and the document's history. Whether a new version
is called for, and when law next changes, is told by reach: what is left out would come out the same, what is named may.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.compose.changes import APPROVAL, TOLD_APART, same_text
from pipeline.library.checks import all_parts
from pipeline.library.updates import first_day, law_at
from pipeline.model.draft import Draft
from pipeline.model.law import Instrument
from pipeline.model.library import Library
from pipeline.model.problem import ClausewrightError, Faulty, Place, Problem
from pipeline.model.update import Update
from pipeline.model.version import Stage
from pipeline.project import shelf
from pipeline.project.drawing import DRAFT, draft_file
from pipeline.project.making import Progress, quiet
from pipeline.project.proving import dates_of
from pipeline.project.reach import Reach, reach
from pipeline.project.regenerating import Reaches
from pipeline.project.standing import receipt_of
from pipeline.project.text_of_record import adoption_of, drafted, texts_of_record
from pipeline.store import codec, history, names, version
from pipeline.store.receipt import Receipt

CODE = "PORTFOLIO-001"
CHOICES, NOTES = "open-choices", "counsel-notes"
"""Contents of outlines that tell what is to be settled: choices, and law that nobody has read."""
RECORDED = ("recorded_member_yes", "recorded_member_no", "recorded_party_yes", "recorded_party_no")
"""Words behind which a draft names the memberships and treaties that nobody has confirmed."""
MOST_NAMED = 3
"""Instruments that are named for a day; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Reached:
    """The stage of the national process that a document came to last.

    Attributes:
        stage: Its code.
        version: The version that came to it.
        on: ISO date.
        to: The office it went to.
    """

    stage: Stage
    version: str
    on: str
    to: str


@dataclass(frozen=True, slots=True)
class Approved:
    """The newest release of a document.

    Attributes:
        version: Its number.
        by: The role that approved it.
        on: ISO date of the approval.
        lapsed: True where the newest version reads otherwise; None where the two are copies for different readers or
            in different languages, so that it cannot be told.
    """

    version: str
    by: str
    on: str
    lapsed: bool | None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What a draft lists as not settled; None where a copy of its kind has no such list.

    Attributes:
        choices: Choices still to make.
        provisions: Provisions cited that were only recalled.
        records: Memberships and treaties that nobody has confirmed.
    """

    choices: int | None
    provisions: int | None
    records: int | None

    @property
    def unread(self) -> int | None:
        """Provisions and records together; None where neither is listed."""
        counts = [n for n in (self.provisions, self.records) if n is not None]
        return sum(counts) if counts else None


@dataclass(frozen=True, slots=True)
class Row:
    """One document of one country.

    Attributes:
        store: The store's folder, as the user typed it.
        slug: The country's name in the store.
        state: The state's name.
        document: Kind of document.
        version: Its newest version.
        law: ISO date of that version's law.
        languages: Its languages.
        audience: For whom it was made.
        unsettled: What it lists as not settled.
        reached: The stage it came to last, None where none was recorded.
        approved: Its newest release, None where there is none.
        changes: The first day after that law on which law changes that it consulted; empty where none is known.
        changing: What changes on that day, in a few words.
        called: Why a new version may be called for today, in a few words; empty where none is.
        record: The version that is the ministry's own file and counts as the text; empty where our own draft does.
    """

    store: str
    slug: str
    state: str
    document: str
    version: str
    law: str
    languages: tuple[str, ...]
    audience: str
    unsettled: Unsettled
    reached: Reached | None
    approved: Approved | None
    changes: str
    changing: str
    called: tuple[str, ...]
    record: str = ""

    @property
    def lapsed(self) -> bool:
        """Whether the newest version reads otherwise than the release that was approved."""
        return self.approved is not None and self.approved.lapsed is True


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All rows, in order of store, state and document.

    Attributes:
        as_of: ISO date for which it is told whether new versions are called for.
        rows: A row per document.
        problems: What could not be read; such documents have no row.
    """

    as_of: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def portfolio(stores: Sequence[Path], as_of: str = "", progress: Progress = quiet) -> Portfolio:
    """Return what stands in stores.

    Args:
        stores: Folders of stores.
        as_of: ISO date for which it is told whether new versions are called for; else the newest date that the library
            knows, or the date that a country folder fixes.
        progress: Told in a few words what is being done.

    Raises:
        Faulty: A store is no folder, or the built-in library is wrong (4).
    """
    missing = [s for s in stores if not s.is_dir()]
    if missing:
        fix = "name the folder in which versions are kept"
        raise Faulty([Problem(CODE, Place(str(s)), "there is no such folder", fix) for s in missing])
    rows: list[Row] = []
    problems: list[Problem] = []
    known = ""
    for store in dict.fromkeys(stores):
        desk = _Desk(store, as_of)
        known = desk.reaches.known
        pairs = version.documents(store)
        for n, (slug, document) in enumerate(pairs, 1):
            progress(f"{store}: {n} of {len(pairs)}: {slug}")
            try:
                rows.append(desk.row(slug, document))
            except Faulty as faulty:
                problems += faulty.problems
            except ClausewrightError as error:
                fix = "run `clausewright verify` on it, and restore it from a copy"
                problems.append(Problem(CODE, Place(f"{store}/{slug}/{document}"), str(error), fix))
    ordered = sorted(rows, key=lambda r: (r.store, r.state.casefold(), r.slug, r.document))
    return Portfolio(as_of or known, tuple(ordered), tuple(problems))


def due(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return rows with what needs attention first: new versions, approvals that lapsed, then by the next change."""
    return tuple(sorted(rows, key=lambda r: (not r.called, not r.lapsed, r.changes or "9999")))


class _Desk:
    """What the rows of one store share."""

    def __init__(self, store: Path, as_of: str) -> None:
        self.store = store
        self.as_of = as_of
        self.reaches = Reaches(store, shelf.built_in(), {})
        self.calendar = Calendar(self.reaches.library)

    def row(self, slug: str, document: str) -> Row:
        """Return the row of a document.

        Raises:
            ClausewrightError: Something of it cannot be read.
        """
        numbers = version.versions(self.store, slug, document)
        receipt = receipt_of(self.store, slug, document, numbers[-1])
        draft = self._draft(receipt, slug, receipt.languages[0])
        changes, changing = self.calendar.following(receipt)
        records = texts_of_record(self.store, slug, document, numbers)
        record = max((r.receipt.version for r in records.values()), key=names.ordinal, default="")
        last = drafted(self.store, slug, document, numbers)[-1] if records else receipt.version
        ours = receipt if last == receipt.version else receipt_of(self.store, slug, document, last)
        return Row(
            str(self.store), slug, receipt.state or slug, document, receipt.version, receipt.as_of, receipt.languages,
            receipt.audiences[0], unsettled(draft, receipt, self.reaches.library), self._reached(slug, document),
            self._approved(slug, document, numbers, receipt), changes, changing, tuple(self._called(ours)), record,
        )  # fmt: skip

    def _draft(self, receipt: Receipt, slug: str, lang: str) -> bytes:
        name = draft_file(receipt.languages, lang)
        return version.read(self.store, slug, receipt.document, receipt.version, name)

    def _reached(self, slug: str, document: str) -> Reached | None:
        """Return the last stage of the newest version that came to any; several of one day stand as recorded."""
        stages = [e for e in history.read(self.store, slug, document) if e.event == "stage"]
        last = max(enumerate(stages), key=lambda i: (names.ordinal(i[1].version), i[1].on, i[0]), default=None)
        if last is None or not last[1].stage:
            return None
        return Reached(last[1].stage, last[1].version, last[1].on, last[1].to)

    def _approved(self, slug: str, document: str, numbers: Sequence[str], newest: Receipt) -> Approved | None:
        number = names.last_release(numbers)
        if number is None:
            return None
        release = newest if number == newest.version else receipt_of(self.store, slug, document, number)
        by, on = (release.approval.by, release.approval.on) if release.approval else ("", "")
        lapsed = False if release is newest else self._otherwise(slug, release, newest)
        return Approved(number, by, on, lapsed)

    def _otherwise(self, slug: str, release: Receipt, newest: Receipt) -> bool | None:
        """Return whether the newest version reads otherwise than a release, None where they cannot be compared."""
        shared = [lang for lang in newest.languages if lang in release.languages]
        if release.audiences != newest.audiences or not shared:
            return None
        if newest.adopted is not None and self._own_words(slug, release) != self._own_words(slug, newest):
            return True
        return any(
            reads_otherwise(*(self._draft(receipt, slug, lang) for receipt in (release, newest))) for lang in shared
        )

    def _own_words(self, slug: str, receipt: Receipt) -> tuple[object, ...]:
        """Return what the ministry's own file has otherwise than our draft beneath it; nothing for a draft of ours."""
        if receipt.adopted is None:
            return ()
        adoption = adoption_of(self.store, slug, receipt.document, receipt.version)
        return (*((u.anchor, u.digest) for u in adoption.units if u.state != "kept"), *adoption.added)

    def _called(self, receipt: Receipt) -> Iterator[str]:
        """Yield why a new version may be called for."""
        if not self.reaches.calls(receipt, self.as_of):
            return
        templates = self.reaches.templates(receipt.style)
        if self.reaches.calls(replace(receipt, tools=self.reaches.tools, templates=templates), self.as_of):
            yield "law or library"
        if receipt.templates != templates:
            yield "template"
        if receipt.tools != self.reaches.tools:
            yield "program"


# What is not settled


def unsettled(draft: bytes, receipt: Receipt, library: Library) -> Unsettled:
    """Return what a stored draft lists as not settled, read without building the draft.

    Args:
        draft: The draft's bytes.
        receipt: Its receipt.
        library: The library, for which lists a document of its kind has.

    Raises:
        Faulty: The draft cannot be read.
    """
    audience = receipt.audiences[0]
    parts = all_parts(library.outlines[receipt.document].parts) if receipt.document in library.outlines else ()
    made = {p.make: f"part:{p.id}" for p in parts if p.make and (not p.audiences or audience in p.audiences)}
    try:
        tree = json.loads(draft)
        rows = {make: list(_rows(tree, anchor)) for make, anchor in made.items() if make in (CHOICES, NOTES)}
        words: Mapping[str, str] = tree["words"]
        notes = rows.get(NOTES)
        return Unsettled(
            len(rows[CHOICES]) if CHOICES in rows else None,
            None if notes is None else len([r for r in notes if _is_unread(r, words)]),
            None if notes is None or audience != "working" else sum(_recorded(r, words) for r in notes),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        place = Place(f"{receipt.country}/{receipt.document}/{receipt.version}/{DRAFT}.json")
        fix = "take the file from the version folder again; it is written by clausewright and not edited by hand"
        raise Faulty([Problem(CODE, place, "the draft cannot be read", fix)]) from None


def _rows(tree: Mapping[str, Any], anchor: str) -> Iterator[list[list[str]]]:
    """Yield the rows of the tables in a unit, as texts of the paragraphs in each cell."""
    for unit in tree["units"]:
        if unit["anchor"] == anchor:
            for block in unit["blocks"]:
                if block.get("@") == "Table":
                    for row in block["rows"]:
                        yield [[_text(p) for p in cell.get("paragraphs", ())] for cell in row]


def _text(inlines: Sequence[Mapping[str, Any]]) -> str:
    return "".join(str(one.get("text", "")) for one in inlines)


def _is_unread(row: Sequence[Sequence[str]], words: Mapping[str, str]) -> bool:
    """Tell whether a note to counsel is that a provision is cited from recollection."""
    before, _, after = words["counsel_unread"].partition("{provision}")
    text = " ".join(row[-1])
    return text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after)


def _recorded(row: Sequence[Sequence[str]], words: Mapping[str, str]) -> int:
    """Return how many memberships and treaties a note to counsel lists as not confirmed."""
    told = row[-1]
    if not told or told[0] != words.get("recorded_unconfirmed"):
        return 0
    starts = tuple(words[key].partition("{names}")[0] for key in RECORDED)
    return sum(line.count("; ") + 1 for line in told[1:] if line.startswith(starts))


def reads_otherwise(release: bytes, newest: bytes) -> bool:
    """Tell whether a draft reads otherwise than a release, but for number, dates, approval and table of changes.

    Raises:
        Faulty: One of them cannot be read.
    """
    passed = (APPROVAL, *TOLD_APART)
    try:
        units = [[u for u in json.loads(data)["units"] if u["anchor"] not in passed] for data in (release, newest)]
    except (KeyError, TypeError, ValueError):
        units = []
    if len(units) == 2 and units[0] != units[1]:
        return True  # the quick way, which is the common one
    one, other = (codec.load(data, Draft, f"{DRAFT}.json") for data in (release, newest))
    return not same_text(one, other, releasing=True)


# When law changes


class Calendar:
    """The days on which the law or the library changes, and for each of them what differs from the day before."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.days = frozenset(dates_of(library))
        self._found: dict[str, Reach] = {}
        self._law: dict[str, Mapping[str, Instrument]] = {}

    def following(self, receipt: Receipt) -> tuple[str, str]:
        """Return the first day after a version's law on which something changes that may touch it, and what.

        Returns:
            An ISO date and a few words; both empty where no such day is known.
        """
        for day in sorted(d for d in self.days | _starts(self._own(receipt)) if d > receipt.as_of):
            found = self._reach(day)
            if found.touches(receipt):
                return day, self._what(found, receipt, day)
        return "", ""

    def _own(self, receipt: Receipt) -> Iterator[str]:
        """Yield the days, months and years of the state's own law, and of its memberships and treaties."""
        records = self.library.records
        yield from receipt.days
        for one in records.memberships.get(receipt.state_code, ()):
            yield from (one.since, one.until)
        yield from (one.date for one in records.treaties.get(receipt.state_code, ()))

    def _reach(self, day: str) -> Reach:
        if day not in self._found:
            eve = (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()
            self._found[day] = reach(self.library, eve, self.library, day)
        return self._found[day]

    def _what(self, found: Reach, receipt: Receipt, day: str) -> str:
        if day not in self._law:
            self._law[day] = law_at(self.library, day).instruments
        law = self._law[day]
        shorts = [self._named(law[i].short) for i in receipt.law if i in found.instruments and i in law]
        if not shorts:
            events = [self.library.updates[u] for u in receipt.updates if u in found.updates]
            shorts = [f"{'no longer noted: ' if u.ends == day else ''}{self._event(u, law)}" for u in events]
        if shorts:
            more = len(shorts) - MOST_NAMED
            return "; ".join(shorts[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
        if day in _starts(receipt.days):
            return "the state's own law"
        return "memberships and treaties" if receipt.state_code in found.states else "texts of the library"

    def _event(self, update: Update, law: Mapping[str, Instrument]) -> str:
        """Return the instruments that an event is about by their short names, else its title."""
        about = dict.fromkeys(c.instrument for c in update.changes if c.instrument in law)
        return ", ".join(self._named(law[i].short) for i in about) or self._named(update.title)

    @staticmethod
    def _named(texts: Mapping[str, str]) -> str:
        return texts.get("en") or next(iter(texts.values()), "")


_FULL = re.compile(r"\d{4}(-\d{2}){0,2}")


def _starts(days: Iterable[str]) -> frozenset[str]:
    """Return days, months and years as the first day of each."""
    return frozenset(first_day(d) for d in days if _FULL.fullmatch(d))
