"""The comment-resolution matrix as a workbook: to be filled in, and read back."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.intake.package import MAX_ROW, column_letters, open_package
from pipeline.model.problem import Place, Problem, shown
from pipeline.project.sheets import CREATED, OPTIONS
from pipeline.revise.matrix import STATUSES, Row
from pipeline.revise.responses import Response
from pipeline.source.shape import nearest
from pipeline.source.text import forbidden, name_of
from pipeline.word.package import packed

SHEET: Final = "Comments"
COLUMNS: Final[Sequence[tuple[str, int]]] = (
    ("Number", 8), ("Section", 14), ("Clause", 18), ("Clause title", 20), ("Reviewer", 16), ("Body", 18), ("Round", 7),
    ("Date", 11), ("Kind", 12), ("Text concerned", 36), ("Comment", 42), ("Proposed text", 36), ("Response", 42),
    ("Status", 16), ("Resolved", 10), ("File", 16), ("Id", 18),
)  # fmt: skip
"""Headings with their widths in characters; the last is hidden."""
OPEN_COLUMNS: Final = ("Response", "Status")
"""Columns that are to be filled in."""
NEEDED: Final = ("Number", "Section", "Clause", "Body", "Round", "Kind", "Response", "Status", "File", "Id")
"""Columns that must stand there when a matrix is read back."""
MOST: Final = MAX_ROW - 1
"""Rows that a matrix has at most, so that it can be read back."""
MOST_ROUNDS: Final = 99
"""The highest round of consultation."""
LONGEST: Final = 32_000
"""Characters of a cell; a spreadsheet program takes few more."""
LONGEST_HEADER: Final = 120
"""Characters of a header; a spreadsheet program takes 255, with the signs for its place, and doubled ones, counted."""
A3: Final = 8
"""The number of the paper among those that a printer knows."""
POINTS, HIGHEST = 13, 409
"""Height of a line of text, and of a row at most."""
FIXED: Final = b' customHeight="1"'
"""Keeps a row at the height it was given; without it the row grows with the answer that is typed into it."""
AS_TYPED: Final = "@"
"""The format of a cell in which `50%`, a date or TRUE stays the text that was typed."""
TINT, HEAD, INK = "FFF8E1", "1B3A63", "FFFFFF"

NOT_OURS = "COMMENT-001"
STATUS = "COMMENT-002"
CELL = "COMMENT-003"
ROW = "COMMENT-004"
SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Filled:
    """A row of a matrix as it came back.

    Attributes:
        place: Where it stands.
        number: `3`; for an answer `3.1`.
        section: The section as printed.
        clause: Id of the clause.
        body: The ministry or office that commented.
        round: Of which round of consultation it is; 0 where the cell holds no such number.
        kind: What it is.
        files: The files that it stands in.
        response: What was answered, and what was decided.
    """

    place: Place
    number: str
    section: str
    clause: str
    body: str
    round: int
    kind: str
    files: tuple[str, ...]
    response: Response

    @property
    def decided(self) -> bool:
        """Whether it says what became of a remark."""
        return self.response.status not in ("", STATUSES[0])

    @property
    def answered(self) -> bool:
        """Whether it holds an answer, or says what became of a remark."""
        return bool(self.response.text) or self.decided


def workbook(rows: Sequence[Row], marking: str = "") -> bytes:
    """Return a matrix as XLSX: every cell is text, responses and states can be filled in, the rest is locked.

    Args:
        rows: The matrix.
        marking: What stands on each printed page, such as `For official use`.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    book.set_properties({"title": "Comment-resolution matrix", "created": CREATED})
    sheet = book.add_worksheet(SHEET)
    wrapped = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D0D0D0", "font_size": 10}
    head = book.add_format(
        {**wrapped, "bold": True, "bg_color": f"#{HEAD}", "font_color": f"#{INK}", "valign": "vcenter"}
    )
    plain = book.add_format(wrapped)
    free = book.add_format({**wrapped, "locked": False, "bg_color": f"#{TINT}", "num_format": AS_TYPED})
    aside = book.add_format({**wrapped, "italic": True, "indent": 1})
    for column, (heading, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width, None, {"hidden": heading == "Id"})
        sheet.write_string(0, column, heading, head)
    for line, row in enumerate(rows, 1):
        for column, ((heading, _), text) in enumerate(zip(COLUMNS, cells(row), strict=True)):
            reply = row.kind == "reply"
            look = free if heading in OPEN_COLUMNS and not (reply and heading == "Status") else plain
            sheet.write_string(line, column, cut(text), aside if reply and heading == "Comment" else look)
        sheet.set_row(line, height(cells(row)))
    last = max(1, len(rows))
    status = [heading for heading, _ in COLUMNS].index("Status")
    sheet.data_validation(
        1, status, last, status,
        {
            "validate": "list", "source": list(STATUSES), "error_title": "Status",
            "error_message": f"Choose one of: {', '.join(STATUSES)}.",
        },
    )  # fmt: skip
    sheet.set_row(0, 24)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{column_letters(len(COLUMNS))}{last + 1}"})
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True, "format_cells": True})
    sheet.set_landscape()
    sheet.set_paper(A3)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if marking:
        sheet.set_header("&L" + marking[:LONGEST_HEADER].replace("&", "&&"))
    sheet.set_footer("&R&P / &N")
    book.close()
    parts = {name: data.replace(FIXED, b"") for name, data in unzipped(out.getvalue()).items()}
    return packed(parts)


def height(texts: Sequence[str]) -> int:
    """Return how high a row is in points so that all its texts can be read, as far as a sheet can show them."""
    lines = 1
    for text, (_, width) in zip(texts, COLUMNS, strict=True):
        wide = (sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n"))
        lines = max(lines, sum(1 + count // width for count in wide))
    return min(HIGHEST, POINTS * (lines + 1))


def unzipped(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook that was just made."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cells(row: Row) -> tuple[str, ...]:
    """Return the texts of a row in the order of the columns."""
    return (
        row.number, row.section, row.clause, row.title, row.reviewer, row.body, str(row.round), row.date, row.kind,
        row.about, row.comment, row.proposed, row.response, row.status, "yes" if row.resolved else "",
        SEPARATOR.join(row.files), row.key,
    )  # fmt: skip


def cut(text: str) -> str:
    """Return a text that a cell can hold; where something is left out, it ends in an ellipsis."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


# Back again


def filled(data: bytes, file: str) -> tuple[tuple[Filled, ...], list[Problem]]:
    """Read a matrix that was filled in.

    Args:
        data: The workbook.
        file: What messages call it.

    Returns:
        Its rows in the order in which they stand, and everything that is wrong with it.
    """
    package, problems = open_package(data, file)
    if package is None:
        return (), problems
    fix = "give the .xlsx that `clausewright comments` wrote, with its headings and its hidden column"
    sheet, grid = _grid(package.data)
    heads = [_text(c) for c in grid[0]] if grid else []
    missing = [h for h in NEEDED if h not in heads]
    if missing:
        message = f"this is no comment-resolution matrix: its first row has no '{missing[0]}'"
        return (), [Problem(NOT_OURS, Place(file), message, fix)]
    at = {heading: heads.index(heading) for heading in NEEDED}
    marks = package.marks.get(sheet) or next(iter(package.marks.values()))
    rows: list[Filled] = []
    seen: dict[str, str] = {}
    for line, cells_of in enumerate(grid[1:], 2):
        said = {h: _text(cells_of[n]) if n < len(cells_of) else "" for h, n in at.items()}
        spots = {h: f"{column_letters(n + 1)}{line}" for h, n in at.items()}
        row, faults = _row(said, Place(file, spot=f"'{sheet}'!"), spots, seen)
        for heading in OPEN_COLUMNS:
            if spots[heading] in marks.formulas or spots[heading] in marks.errors:
                place = Place(file, spot=f"'{sheet}'!{spots[heading]}")
                message = "the cell holds a formula" if spots[heading] in marks.formulas else "the cell holds an error"
                faults.append(Problem(CELL, place, message, "type the words themselves", heading.lower()))
        problems += faults
        if row is not None:
            rows.append(row)
    return tuple(rows), problems


def _grid(data: bytes) -> tuple[str, list[list[object]]]:
    """Return the sheet that holds the matrix, by its name, else the first, with its cells."""
    from python_calamine import CalamineError, CalamineWorkbook  # late: only workbooks need it

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        name = SHEET if SHEET in book.sheet_names else book.sheet_names[0]
        return name, [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
    except (CalamineError, OSError, ValueError, IndexError):
        return SHEET, []


def _text(value: object) -> str:
    """Return a cell as text; whole numbers, as a spreadsheet program makes of figures, without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value if value is not None else "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _row(
    said: dict[str, str], sheet: Place, spots: dict[str, str], seen: dict[str, str]
) -> tuple[Filled | None, list[Problem]]:
    def place(heading: str) -> Place:
        return Place(sheet.file, spot=sheet.spot + spots[heading])

    key, text, status = said["Id"], said["Response"], said["Status"].casefold()
    if not key:
        if not text and status in ("", STATUSES[0]):
            return None, []
        fix = "answer in a row that the matrix was made with; its hidden last column says which remark it is"
        return None, [Problem(ROW, place("Id"), "the row has an answer, and nothing tells what it answers", fix)]
    if key in seen:
        return None, [Problem(ROW, place("Id"), f"the row stands here and at {seen[key]}", "delete one of the two")]
    seen[key] = spots["Id"]
    problems: list[Problem] = []
    if said["Kind"] == "reply" and status:
        fix = f"write it in the row of number {said['Number'].partition('.')[0]}, where the thread begins"
        problems.append(Problem(STATUS, place("Status"), "an answer within a thread has no status of its own", fix))
    elif status and status not in STATUSES:
        message = f"'{shown(said['Status'])}' is no status{nearest(status, STATUSES)}"
        problems.append(Problem(STATUS, place("Status"), message, f"use one of: {', '.join(STATUSES)}", "status"))
    turn = _round(said["Round"])
    if not turn and (text or status not in ("", STATUSES[0])):
        message = f"'{shown(said['Round'])}' is no round of consultation"
        fix = f"write the number that the matrix was made with, from 1 to {MOST_ROUNDS}"
        problems.append(Problem(CELL, place("Round"), message, fix, "round"))
    bad = forbidden(text)
    if bad is not None:
        fix = "delete the character; it is invisible or reorders the text around it"
        message = f"the character {name_of(bad)} may not stand in a text"
        problems.append(Problem(CELL, place("Response"), message, fix, "response"))
    files = tuple(f for f in said["File"].split(SEPARATOR) if f)
    response = Response(key, text, status)
    return Filled(
        place("Number"), said["Number"], said["Section"], said["Clause"], said["Body"], turn, said["Kind"],
        files, response,
    ), problems  # fmt: skip


def _round(text: str) -> int:
    """Return the round of consultation that a cell holds, 0 where it holds none."""
    number = int(text) if text.isdecimal() and len(text) <= len(str(MOST_ROUNDS)) else 0
    return number if number <= MOST_ROUNDS else 0
