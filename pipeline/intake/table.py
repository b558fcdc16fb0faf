"""A foreign table and its mapping to the files of a country folder, with an account of every cell."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.intake import codes
from pipeline.intake.accounting import CUT, FATES, Accounting, Fate, Tally, Unreadable
from pipeline.intake.answers import tidy
from pipeline.intake.folder import read as read_folder
from pipeline.intake.formats import AnswerFile, MappedAgencyFile, MappedQuestionFile
from pipeline.intake.layout import slug_of
from pipeline.intake.mapping import TableMapping, folded, matches
from pipeline.intake.writing import Flow, Tree, dump
from pipeline.model.library import Library
from pipeline.model.problem import Exit, Faulty, Place, Problem, shown

MAX_ROWS = 100_000
MAX_CELL = 200_000


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of a table by spreadsheet number, and the position of each column of the mapping."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    at: Mapping[str, int]


@dataclass(slots=True)
class _Ledger:
    """What is written down while rows are read."""

    counts: dict[str, Counter[Fate]]
    unreadable: list[Unreadable] = field(default_factory=list)
    left: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    systems: dict[str, dict[str, dict[str, Tree]]] = field(default_factory=dict)


def read_table(
    data: bytes, mapping: TableMapping, library: Library, file: str = "table.csv"
) -> tuple[dict[str, bytes], Accounting]:
    """Read a foreign table.

    Args:
        data: The table: comma-separated, in the encoding that the mapping declares.
        mapping: How its columns answer our questions.
        library: Whose questions these are.
        file: Its path for places.

    Returns:
        The files of a country folder by path, and the account of every cell of the selected rows.

    Raises:
        Faulty: Where the table is not laid out as the mapping says (encoding, a header, the number of cells in a
            row), or the mapping leads to a folder that the reader of country folders refuses.
    """
    table = _table(data, mapping, file)
    ledger = _Ledger({c.id: Counter() for c in mapping.file.columns})
    selected = [(n, row) for n, row in table.rows if _selected(row, table, mapping)]
    for number, row in selected:
        _row(number, row, table, mapping, ledger)
    files = _files(mapping, ledger)
    _, problems = read_folder(files, library)
    if any(not p.warning for p in problems):
        raise Faulty((p for p in problems if not p.warning), Exit.LIBRARY)
    headed = Counter(c.header for c in mapping.file.columns)
    names = {c.id: f"{c.header} ({c.occurrence})" if headed[c.header] > 1 else c.header for c in mapping.file.columns}
    tallies = tuple(
        Tally(names[c], {f: ledger.counts[c][f] for f in FATES}, mapping.file.not_mapped.get(c, ""))
        for c in ledger.counts
    )
    unreadable = tuple(Unreadable(u.row, names[u.column], u.value, u.why) for u in ledger.unreadable)
    left = {(names[c], text, why): n for (c, text, why), n in ledger.left.most_common()}
    agencies = {slug: len(found) for slug, found in sorted(ledger.systems.items())}
    passed = len(table.rows) - len(selected)
    return files, Accounting(mapping.file.id, len(selected), passed, tallies, unreadable, left, agencies)


def _table(data: bytes, mapping: TableMapping, file: str) -> _Table:
    text = _decoded(data, mapping.file.encoding, file)
    old = csv.field_size_limit(MAX_CELL)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        fix = "save the table again as comma-separated values, with quotes around cells that hold commas"
        raise _faulty(Place(file), f"the table cannot be read: {error}", fix) from error
    finally:
        csv.field_size_limit(old)
    if len(lines) > MAX_ROWS:
        raise _faulty(Place(file), f"the table has {len(lines):,} rows", f"split it; at most {MAX_ROWS:,} are read")
    if not lines:
        raise _faulty(Place(file), "the table is empty", "choose the file that holds the header and the rows")
    at = _positions(lines[0], mapping, file)
    problems = [
        Problem(codes.TABLE, Place(file, spot=f"row {n}"),
                f"the row has {len(row)} cells, the header {len(lines[0])}",
                "mend the row; a line break or comma outside quotes shifts its cells")
        for n, row in enumerate(lines[1:], start=2) if row and len(row) != len(lines[0])
    ]  # fmt: skip
    if problems:
        raise Faulty(problems, Exit.INTAKE)
    return _Table(tuple((n, tuple(row)) for n, row in enumerate(lines[1:], start=2) if row), at)


def _decoded(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        fix = f"the mapping declares {encoding}; save the table so, or declare another in a mapping of your own"
        message = f"byte 0x{data[error.start]:02X} is not {encoding} text"
        raise _faulty(Place(file, row, 1), message, fix) from error


def _faulty(place: Place, message: str, fix: str) -> Faulty:
    return Faulty([Problem(codes.TABLE, place, message, fix)], Exit.INTAKE)


def _positions(header: list[str], mapping: TableMapping, file: str) -> dict[str, int]:
    """Return the position of every column by header and occurrence; a header too few or too many is a problem."""
    seen: Counter[str] = Counter()
    positions: dict[tuple[str, int], int] = {}
    for i, cell in enumerate(header):
        name = folded(cell)
        seen[name] += 1
        positions[name, seen[name]] = i
    found: dict[str, int] = {}
    problems: list[Problem] = []
    place = Place(file, spot="row 1")
    for column in mapping.file.columns:
        position = positions.pop((folded(column.header), column.occurrence), None)
        if position is None:
            message = f"no column {column.occurrence} headed '{shown(column.header)}'"
            problems.append(Problem(codes.TABLE, place, message, "check that the mapping is the one for this table"))
        else:
            found[column.id] = position
    for (_, occurrence), position in positions.items():
        message = f"the mapping does not know column {occurrence} headed '{shown(header[position])}'"
        problems.append(Problem(codes.TABLE, place, message, "declare it in the mapping, under `not_mapped:` at least"))
    if problems:
        raise Faulty(problems, Exit.INTAKE)
    return found


def _selected(row: tuple[str, ...], table: _Table, mapping: TableMapping) -> bool:
    return all(folded(row[table.at[s.column]]) in {folded(v) for v in s.any} for s in mapping.file.select)


def _row(number: int, row: tuple[str, ...], table: _Table, mapping: TableMapping, ledger: _Ledger) -> None:
    """Read one selected row: write down each cell's fate, and the system that it describes."""
    cells = {column: row[position] for column, position in table.at.items()}
    file = mapping.file
    key = (folded(cells[file.agencies.within]), folded(cells[file.agencies.column]))
    position = mapping.bureaus.get(key)
    agency = file.agencies.list[position] if position is not None else None
    name, faults = tidy(cells[file.systems.name], Place(""), "name", codes.MAX_NAME)
    usable = agency is not None and bool(name) and not faults
    answers: dict[str, Tree] = {}
    routing = {s.column for s in file.select} | {file.agencies.within}
    for column, cell in cells.items():
        fate: Fate = "used"
        why = ""
        if not cell.strip():
            fate = "blank"
        elif column == file.agencies.column and agency is None:
            fate, why = "unreadable", "no agency of the mapping is written so; its systems are not taken over"
        elif column == file.systems.name and faults:
            fate, why = "unreadable", faults[0].message
        elif column in routing or column in (file.agencies.column, file.systems.name):
            fate = "used"
        elif column not in mapping.questions:
            fate = "not mapped"
        elif not usable:
            fate, why = "unreadable", "its row has no agency or no name that can be read"
        else:
            fate, why = _answer(number, cell, mapping.questions[column], mapping, ledger, answers)
        _count(ledger, column, fate, number, cell, why)
    if agency is not None and usable:
        _system(agency, name, number, answers, mapping, ledger)


def _count(ledger: _Ledger, column: str, fate: Fate, number: int, cell: str, why: str) -> None:
    ledger.counts[column][fate] += 1
    if fate == "unreadable":
        value = " ".join(cell.split())
        cut = value if len(value) <= CUT else value[: CUT - 1] + "…"
        ledger.unreadable.append(Unreadable(number, column, shown(cut), why))


def _answer(
    number: int,
    cell: str,
    one: MappedQuestionFile,
    mapping: TableMapping,
    ledger: _Ledger,
    answers: dict[str, Tree],
) -> tuple[Fate, str]:
    """Read one mapped cell; where it answers the question, the answer goes to `answers` with its origin."""
    source = f"{mapping.file.id}, row {number}, {one.column}"
    if one.text == "true":
        text, faults = tidy(cell, Place(""), one.question)
        if faults:
            return "unreadable", faults[0].message
        answers[one.question] = Flow({"value": text, "source": source})
        return "used", ""
    code = next((c for pattern, c in one.codes.items() if matches(pattern, cell)), None)
    if code is not None:
        answers[one.question] = Flow({"value": code, "source": source})
        return "used", ""
    left = next(((pattern, why) for pattern, why in one.leave.items() if matches(pattern, cell)), None)
    if left is not None:
        ledger.left[(one.column, *left)] += 1
        return "not mapped", ""
    return "unreadable", _reason(cell, one)


def _reason(cell: str, one: MappedQuestionFile) -> str:
    """Return why a cell is in no table of values, as far as its form tells."""
    patterns = (*one.codes, *one.leave)
    parts = [part for part in cell.split(",") if part.strip()]
    if len(parts) > 1 and any(matches(pattern, part) for part in parts for pattern in patterns):
        return "several answers in one cell"
    if not one.codes:
        return "words, where our question takes a code"
    return "no code of the table of values"


def _system(
    agency: MappedAgencyFile,
    name: str,
    number: int,
    answers: dict[str, Tree],
    mapping: TableMapping,
    ledger: _Ledger,
) -> None:
    systems = ledger.systems.setdefault(agency.slug, {})
    base = slug_of(name)
    slug, n = base, 1
    while slug in systems:
        n += 1
        slug = f"{base}-{n}"
    taken = {folded(str(s["name"])) for s in systems.values()}
    printed = name if folded(name) not in taken else f"{name} (row {number})"
    all_answers = {**_constants(mapping.file.systems.answers), **answers}
    systems[slug] = {"format": "1", "name": printed, "answers": all_answers}


def _constants(answers: Mapping[str, AnswerFile]) -> dict[str, Tree]:
    return {key: Flow({"value": one.value, "source": one.source}) for key, one in answers.items()}


def _files(mapping: TableMapping, ledger: _Ledger) -> dict[str, bytes]:
    """Return country.yaml, a profile per agency that has systems, and a risk assessment per system."""
    country = mapping.file.country
    head = f"Made from {mapping.file.id} by its mapping: codes, names and figures only."
    tree: dict[str, Tree] = {
        "format": "1", "name": country.name, "issuer": country.issuer, "fictional": "false",
        "demonstration": dict(country.demonstration), "packs": Flow(country.packs),
        "languages": Flow(country.languages),
        "form": {"numbering": country.form.numbering, "style": country.form.style,
                 "marking": country.form.marking},
        "answers": _constants(country.answers), "since": dict(country.since),
    }  # fmt: skip
    files = {"country.yaml": dump(tree, head)}
    for agency in mapping.file.agencies.list:
        systems = ledger.systems.get(agency.slug)
        if not systems:
            continue
        profile: dict[str, Tree] = {"format": "1", "name": agency.name, "answers": _constants(agency.answers)}
        folder = f"agencies/{agency.slug}"
        files[f"{folder}/profile.yaml"] = dump(profile)
        for slug, system in systems.items():
            files[f"{folder}/systems/{slug}/risk.yaml"] = dump(system)
    return files
