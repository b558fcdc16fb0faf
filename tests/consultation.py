"""A consultation for the tests: reviewers' files of one draft, the matrix as rows, and its filling in."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import ministry
import openpyxl
import revisions
import word_samples
from draft_changes import excerpt
from journeys import Ran, run
from ministry import Document
from python_calamine import CalamineWorkbook
from word_parts import packed, unpacked

from pipeline.render.docx import write

SCOPE, PURPOSE, LEGAL, APPROVAL = (
    "clause:scope-life-cycle",
    "clause:purpose-of-the-guidelines",
    "clause:legal-basis-before-any-step",
    "part:approval",
)
DAY = "2027-03-01"
OFFICE = "Drafting office"


@cache
def draft() -> bytes:
    """Return a few clauses of a real draft as it is sent round, numbered by articles."""
    units = (APPROVAL, PURPOSE, SCOPE, "clause:scope-exclusions", "clause:addressees", LEGAL)
    return revisions.drawn(excerpt(*units)(revisions.english().old))


@cache
def decimal() -> bytes:
    """Return a draft with one of everything, numbered in decimals."""
    return write(word_samples.full("consultation"), word_samples.style())


def sent(author: str, *edits: Callable[[Document], object], of: bytes | None = None) -> bytes:
    """Return a reviewer's file: a draft with edits, whose tracked marks bear the reviewer's name."""
    doc = Document(draft() if of is None else of)
    for edit in edits:
        edit(doc)
    return signed(doc.bytes(), author)


def signed(data: bytes, author: str) -> bytes:
    """Return a file in which what the simulated ministry tracked bears another name."""
    parts = unpacked(data)
    return packed({n: d.replace(ministry.AUTHOR.encode(), author.encode()) for n, d in parts.items()})


def says(words: str, text: str, within: str | None = SCOPE, **more: object) -> Callable[[Document], object]:
    """Return the edit that comments on words."""
    return lambda d: ministry.comment(d, words, text, within, **more)  # type: ignore[arg-type]


def write_all(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder and return it."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def matrix(folder: Path, files: Mapping[str, bytes], *words: str, output: str = "M.xlsx") -> list[dict[str, str]]:
    """Make the matrix of files in a folder, and return its rows."""
    write_all(folder, files)
    ran = run("comments", *files, "-o", output, *words, at=folder)
    assert ran.code == 0, ran.err
    return table(folder / output) if output.endswith(".xlsx") else []


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a matrix by heading."""
    grid = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [dict(zip(map(str, grid[0]), map(str, row), strict=True)) for row in grid[1:]]


def fill(path: Path, answers: Iterable[tuple[str, str, str]], to: str = "filled.xlsx") -> Path:
    """Fill in a matrix: for each row whose comment begins with words, a response and a status; return the new file."""
    book = openpyxl.load_workbook(path)
    sheet = book["Comments"]
    heads = [str(c.value) for c in next(sheet.iter_rows(max_row=1))]
    said, response, status = (heads.index(h) for h in ("Comment", "Response", "Status"))
    for words, text, state in answers:
        rows = [r for r in sheet.iter_rows(min_row=2) if str(r[said].value or "").startswith(words)]
        assert rows, f"no row begins with {words!r}"
        for row in rows:
            row[response].value = text or row[response].value
            row[status].value = state or row[status].value
    made = io.BytesIO()
    book.save(made)
    target = path.parent / to
    target.write_bytes(made.getvalue())
    return target


def answer(
    folder: Path, file: str, *more: str | Path, matrix_: str = "filled.xlsx", output: str = "answered.docx"
) -> Ran:
    """Run `comments --reply` in a folder."""
    days = () if "--on" in more else ("--on", DAY)
    return run("comments", "--reply", matrix_, file, "-o", output, *days, *more, at=folder)
