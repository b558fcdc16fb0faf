"""A filled first workbook to answers: labels back to codes, every cell that says something else reported."""

from __future__ import annotations

import datetime as dt
import difflib
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.intake import codes
from pipeline.intake.answers import from_text, scale_of
from pipeline.intake.forms import MARKERS, labels_of
from pipeline.intake.package import Marks, column_letters, open_package
from pipeline.model.assessment import Answer
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem, shown
from pipeline.model.question import Question
from pipeline.source.shape import nearest

Cell = str | int | float | bool | dt.date | dt.time | dt.timedelta | None

_SPACES = re.compile(r"[ \t\r\n\u00a0]+")
"""White space as people type it; other controls are left in, to be refused by name."""
_REDO = "copy the answers into a fresh form (`clausewright start` makes one)"


@dataclass(frozen=True, slots=True)
class _Grid:
    """One sheet: its name, its cells from A1, its marks, and the columns of answers and ids (from 0)."""

    name: str
    rows: list[list[Cell]]
    marks: Marks
    head: int
    answer: int
    id: int

    def reference(self, row: int, column: int) -> str:
        """Return the cell's reference, such as C7."""
        return f"{column_letters(column + 1)}{row + 1}"

    def at(self, row: int, column: int) -> Cell:
        """Return a cell, None outside the used area."""
        line = self.rows[row]
        return line[column] if column < len(line) else None


def read_workbook(
    data: bytes, file: str, library: Library, lang: str
) -> tuple[dict[str, dict[str, Answer]], list[Problem]]:
    """Read a filled workbook.

    Args:
        data: The bytes of an .xlsx file.
        file: Its path for places.
        library: Whose questions it answers; labels in any of its languages are understood, and codes.
        lang: Language in which problems quote labels.

    Returns:
        Answers by ref for `country`, `agency` and `system`, as far as they occur; every problem with its cell.
    """
    package, problems = open_package(data, file)
    if package is None:
        return {}, problems
    grids = _grids(package.data, package.marks)
    if grids is None:
        return {}, [Problem(codes.PACKAGE, Place(file), "the workbook cannot be read", _REDO)]
    if not grids:
        message = "no sheet has the hidden row that names the form's columns"
        return {}, [Problem(codes.FORM, Place(file), message, _REDO)]
    found: dict[str, dict[str, Answer]] = {}
    seen: dict[str, Place] = {}
    for grid in grids:
        for row in range(grid.head + 1, len(grid.rows)):
            named = grid.at(row, grid.id)
            ref = named.strip() if isinstance(named, str) else ""
            if not ref:
                problems += _stray(grid, row, file)
                continue
            place = Place(file, spot=f"'{grid.name}'!{grid.reference(row, grid.answer)}")
            question = library.questions.get(ref)
            if question is None:
                problems.append(_unknown(ref, grid.at(row, grid.answer), place, library))
                continue
            if ref in seen:
                message = f"{ref} stands here and at {seen[ref].spot}"
                problems.append(Problem(codes.FORM, place, message, "delete one of the two rows"))
                continue
            seen[ref] = place
            answer, faults = _cell(grid, row, question, place, library, lang)
            problems += faults
            if answer is not None:
                found.setdefault(ref.partition(".")[0], {})[ref] = answer
    return found, problems


def _grids(data: bytes, marks: Mapping[str, Marks]) -> list[_Grid] | None:
    from python_calamine import CalamineError, CalamineWorkbook  # late: only workbooks need it

    grids: list[_Grid] = []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            if name not in marks:
                continue
            rows: list[list[Cell]] = [
                list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            head = next((i for i, row in enumerate(rows) if MARKERS[1] in row and MARKERS[3] in row), None)
            if head is not None:
                line = rows[head]
                grids.append(_Grid(name, rows, marks[name], head, line.index(MARKERS[1]), line.index(MARKERS[3])))
    except (CalamineError, OSError, ValueError):
        return None
    return grids


def _stray(grid: _Grid, row: int, file: str) -> list[Problem]:
    """Report an answer in a row without a question: the header and section titles have none."""
    value = grid.at(row, grid.answer)
    if row <= grid.head + 1 or value in (None, ""):
        return []
    place = Place(file, spot=f"'{grid.name}'!{grid.reference(row, grid.answer)}")
    fix = "move it to the row of its question, or delete it"
    return [Problem(codes.FORM, place, f"'{shown(value)}' stands in a row without a question", fix)]


def _unknown(ref: str, value: Cell, place: Place, library: Library) -> Problem:
    known = tuple(library.questions)
    message = f"the form asks '{shown(ref)}', which no questionnaire does{nearest(ref, known)}"
    blank = value in (None, "")
    return Problem(codes.QUESTION, place, message, _REDO, warning=blank)


def _cell(
    grid: _Grid, row: int, question: Question, place: Place, library: Library, lang: str
) -> tuple[Answer | None, list[Problem]]:
    reference = grid.reference(row, grid.answer)
    field = question.ref
    if reference in grid.marks.errors:
        message = f"the cell holds the error value {shown(grid.marks.errors[reference])}"
        return None, [Problem(codes.FORMULA, place, message, "type the answer, or clear the cell", field)]
    if reference in grid.marks.formulas:
        message = "the cell holds a formula"
        return None, [Problem(codes.FORMULA, place, message, "replace the formula by its result", field)]
    value = grid.at(row, grid.answer)
    text = _typed(value)
    if not text:
        return None, []
    if question.scale is None:
        if isinstance(value, dt.date) and question.type != "date":
            message = f"the cell holds a date ({text}), but the question takes {_kind(question)}"
            return None, [
                Problem(codes.CELL, place, message, "format the cell as text and type the answer again", field)
            ]
        return from_text(question, text, place)
    code, suggestion = _code(text, question, library, lang)
    if code is None:
        labels = list(labels_of(question, library, lang).values())
        message = f"'{shown(text)}' is not in the list{suggestion}"
        fix = f"choose one of: {'; '.join(labels)}" if len(labels) < 12 else "choose from the cell's list"
        return None, [Problem(codes.CELL, place, message, fix, field)]
    return from_text(question, code, place)


def _kind(question: Question) -> str:
    return {"number": "a whole number", "text": "words"}.get(question.type, question.type)


def _typed(value: Cell) -> str:
    """Return a cell's value as text: whole floats without a decimal point, days as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return _SPACES.sub(" ", str(value)).strip(" ")


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _code(text: str, question: Question, library: Library, language: str) -> tuple[str | None, str]:
    """Return the code behind a label in any language, or a code itself; else None and a hint."""
    languages = dict.fromkeys(["en", *(lang for v in scale_of(question).values for lang in v.text)])
    by_label: dict[str, str] = {}
    for lang in languages:
        for code, label in labels_of(question, library, lang).items():
            by_label.setdefault(_folded(label), code)
            by_label.setdefault(_folded(code), code)
    found = by_label.get(_folded(text))
    if found is not None:
        return found, ""
    close = difflib.get_close_matches(_folded(text), by_label, n=1, cutoff=0.6)
    if not close:
        return None, ""
    return None, f"; did you mean '{labels_of(question, library, language)[by_label[close[0]]]}'?"
