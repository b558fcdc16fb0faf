"""Records of states: three tables in, the states with their memberships and treaties out."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar, get_args

from pipeline.library.updates import first_day
from pipeline.model.law import Mark
from pipeline.model.problem import Place, Problem, shown
from pipeline.model.record import Membership, Records, StateRecord, TreatyRecord, TreatyStatus
from pipeline.source.shape import nearest
from pipeline.source.text import decode
from pipeline.source.tree import MOST_PROBLEMS, beyond

CODE = "RECORD-001"
FOLDER = "clauses/packs/records/"
STATES, MEMBERSHIPS, TREATIES = (f"{FOLDER}{name}.csv" for name in ("states", "memberships", "treaties"))

COLUMNS: Mapping[str, tuple[str, ...]] = {
    STATES: (
        "state", "alpha3", "name", "region", "subregion", "languages", "interpol", "interpol_since", "mark", "source",
        "note",
    ),
    MEMBERSHIPS: ("state", "organisation", "since", "until", "mark", "source", "note"),
    TREATIES: ("state", "instrument", "status", "date", "mark", "source", "note"),
}  # fmt: skip
"""The columns of each table, in order."""

UN, INTERPOL = "UN", "INTERPOL"
"""The organisations whose members stand in the table of states."""
MARKS: tuple[Mark, ...] = get_args(Mark)
STATUSES: tuple[TreatyStatus, ...] = get_args(TreatyStatus)
KEYS = {STATES: 1, MEMBERSHIPS: 3, TREATIES: 4}
"""How many of its first cells tell a row from all others."""
_T = TypeVar("_T")
_DATE = re.compile(r"(1[89]|2[01])\d\d(-(0[1-9]|1[0-2])(-\d\d)?)?")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row with its cells in the order of the columns, and where its faults are noted."""

    place: Place
    cells: list[str]
    problems: list[Problem]

    def wrong(self, column: str, message: str, fix: str) -> None:
        """Note a problem with one cell."""
        before = self.cells[: COLUMNS[self.place.file].index(column)]
        start = 1 + sum(len(c) + 1 + (2 + c.count('"') if {",", '"'} & set(c) else 0) for c in before)
        self.problems.append(Problem(CODE, Place(self.place.file, self.place.line, start), message, fix, column))

    def checked(self, column: str, word: str, allowed: tuple[_T, ...]) -> _T:
        """Return a cell's word as one of those that may stand in it; another is noted, and the first one returned."""
        for one in allowed:
            if one == word:
                return one
        known = [str(a) for a in allowed]
        message = f"'{shown(word)}' is not allowed here{nearest(word, known)}"
        self.wrong(column, message, f"use one of: {', '.join(known)}")
        return allowed[0]

    def dated(self, column: str, date: str) -> str:
        """Return a cell's date; one that does not exist is noted."""
        if date and not _exists(date):
            self.wrong(column, f"'{shown(date)}' is no date", "write 2026-11-23, 2026-11 or 2026, or leave it blank")
        return date


def read_records(files: Mapping[str, bytes], instruments: Collection[str]) -> tuple[Records, list[Problem]]:
    """Read the tables of states, memberships and treaties.

    Args:
        files: Bytes by path; a table that is not there has no rows.
        instruments: Ids of the instruments that the library knows.

    Returns:
        The records, and every problem. Who is a member of the United Nations, and of INTERPOL, comes from the table of
        states.
    """
    faults: dict[str, list[Problem]] = {path: [] for path in COLUMNS}
    tables = {path: _rows(files[path], path, faults[path]) if path in files else () for path in COLUMNS}
    states: dict[str, StateRecord] = {}
    memberships: dict[str, list[Membership]] = {}
    treaties: dict[str, list[TreatyRecord]] = {}
    for row in tables[STATES]:
        state, members = _state(row)
        states[state.code], memberships[state.code], treaties[state.code] = state, members, []
    for row in _known(tables[MEMBERSHIPS], states):
        one = _membership(row)
        memberships[one.state].append(one)
    for row in _known(tables[TREATIES], states):
        act = _treaty(row, instruments)
        treaties[act.state].append(act)
    problems = [p for path, found in faults.items() for p in _listed(found, path)]
    return Records(states, _frozen(memberships), _frozen(treaties)), problems


def _listed(problems: list[Problem], path: str) -> list[Problem]:
    return problems[:MOST_PROBLEMS] + beyond(len(problems), Place(path), CODE)


def _frozen(lists: Mapping[str, list[_T]]) -> dict[str, tuple[_T, ...]]:
    return {code: tuple(rows) for code, rows in lists.items()}


def _rows(data: bytes, path: str, problems: list[Problem]) -> Iterator[_Row]:
    """Yield the rows of a table, each once; none of a table that is laid out otherwise."""
    text, faults = decode(data, path, CODE)
    problems += faults
    if faults and not text:
        return
    columns, key = COLUMNS[path], KEYS[path]
    reader = csv.reader(text.split("\n"), strict=True)
    seen: dict[tuple[str, ...], int] = {}
    try:
        if next(reader, []) != [*columns]:
            fix = f"let the first row read: {','.join(columns)}"
            problems.append(Problem(CODE, Place(path, 1, 1), "the columns are not those of this table", fix))
            return
        for cells in reader:
            if not cells:
                continue
            row = _Row(Place(path, reader.line_num, 1), cells, problems)
            if len(cells) != len(columns):
                message = f"the row has {len(cells)} cells, the first row {len(columns)}"
                fix = "mend the row; a cell that holds a comma needs quotes around it"
                problems.append(Problem(CODE, row.place, message, fix))
            elif (same := tuple(cells[:key])) in seen:
                row.wrong("state", f"line {seen[same]} says the same already", "keep one of the two rows")
            else:
                seen[same] = reader.line_num
                yield row
    except csv.Error as error:
        fix = "save the table again as comma-separated values"
        problems.append(Problem(CODE, Place(path, reader.line_num, 1), f"the table cannot be read: {error}", fix))


@lru_cache(4096)
def _exists(date: str) -> bool:
    """Return whether a day, month or year has the form asked for and exists."""
    if not _DATE.fullmatch(date):
        return False
    try:
        datetime.date.fromisoformat(first_day(date))
    except ValueError:
        return False
    return True


def _known(rows: Iterable[_Row], states: Collection[str]) -> Iterator[_Row]:
    """Yield the rows of known states; the others are problems."""
    for row in rows:
        if row.cells[0] in states:
            yield row
        else:
            row.wrong("state", f"no state '{shown(row.cells[0])}'", f"use a code that stands in {STATES}")


def _state(row: _Row) -> tuple[StateRecord, list[Membership]]:
    """Return a state with its memberships of the United Nations and INTERPOL."""
    code, _, name, region, _, languages, interpol, since, mark, _, _ = row.cells
    if not re.fullmatch("[A-Z]{2}", code):
        row.wrong("state", f"'{shown(code)}' is no code of a state", "write its two letters as ISO 3166 has them")
    member = row.checked("interpol", interpol, ("n", "y")) == "y"
    known = row.checked("mark", mark, MARKS)
    memberships = [Membership(code, UN, "", "", known, "", row.place)]
    if member:
        memberships.append(Membership(code, INTERPOL, row.dated("interpol_since", since), "", known, "", row.place))
    return StateRecord(code, name, tuple(languages.split()), region, member, row.place), memberships


def _membership(row: _Row) -> Membership:
    state, organisation, since, until, mark, _, note = row.cells
    if not organisation:
        row.wrong("organisation", "no organisation is named", "write its name in short, such as EU")
    if until and until < since[: len(until)]:
        row.wrong("until", f"the membership ends ({shown(until)}) before it begins ({shown(since)})", "mend a date")
    dates = row.dated("since", since), row.dated("until", until)
    return Membership(state, organisation, *dates, row.checked("mark", mark, MARKS), note, row.place)


def _treaty(row: _Row, instruments: Collection[str]) -> TreatyRecord:
    state, instrument, status, date, mark, _, note = row.cells
    if instrument not in instruments:
        message = f"no instrument '{shown(instrument)}'{nearest(instrument, [*instruments])}"
        row.wrong("instrument", message, "name one that stands in clauses/instruments")
    did = row.checked("status", status, STATUSES)
    known = row.checked("mark", mark, MARKS)
    return TreatyRecord(state, instrument, did, row.dated("date", date), known, note, row.place)
