"""A consultation: reviewers' files into one matrix, and the filled matrix back into a file and the country folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.intake.answers import tidy
from pipeline.model.assessment import Disposition
from pipeline.model.problem import Faulty, Place, Problem, Refused, shown
from pipeline.project.consultation.dispositions import Entry, entered
from pipeline.project.consultation.matrix_book import MOST, Filled, filled, workbook
from pipeline.project.consultation.matrix_document import Heading, document
from pipeline.project.files import read_file, write_file
from pipeline.revise.matrix import Row, Sent, rows
from pipeline.revise.remarks import Reviewed, reviewed
from pipeline.revise.responses import Answered, Signed, answered, late, otherwise, placeless, unknown
from pipeline.word import package

__all__ = ["Collected", "Returned", "Signed", "collect", "office", "reply"]

XLSX = ".xlsx"
MOST_TOLD = 20
"""Problems of one file that are listed; the rest are counted."""

NOTHING = "COMMENT-005"
TWO_DRAFTS = "COMMENT-006"
NOT_THERE = "COMMENT-007"
SETTLED = "COMMENT-008"
INPUT = "COMMENT-009"
TOO_MANY = "COMMENT-010"
OFFICE = "COMMENT-013"
MOST_OFFICE = 100
"""Characters of an office's name."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A matrix that was made.

    Attributes:
        rows: Its rows.
        warnings: What is odd and did not stop the work.
    """

    rows: tuple[Row, ...]
    warnings: tuple[Problem, ...]

    @property
    def comments(self) -> int:
        """How many comments begin a thread."""
        return sum(1 for r in self.rows if r.kind == "comment")

    @property
    def replies(self) -> int:
        """How many answers stand in threads."""
        return sum(1 for r in self.rows if r.kind == "reply")

    @property
    def changes(self) -> int:
        """How many tracked changes there are."""
        return len(self.rows) - self.comments - self.replies


@dataclass(frozen=True, slots=True)
class Returned:
    """A file that was answered.

    Attributes:
        answered: What was written into it.
        elsewhere: How many rows with an answer belong to other files.
        entered: How many dispositions were entered in the country folder.
    """

    answered: Answered
    elsewhere: int
    entered: int


def collect(files: Sequence[Path], bodies: Mapping[Path, str], number: int, output: Path) -> Collected:
    """Write the matrix of several reviewers' files.

    Args:
        files: Word files of one draft; what stands alike in several is told as the first one's.
        bodies: The ministry or office that sent a file; else the file's name stands for it.
        number: Of which round of consultation they are.
        output: The matrix, .xlsx or .docx by its ending.

    Raises:
        Faulty: A file cannot be read, they are not of one draft, or there is nothing in them to answer.
        Refused: The matrix exists already.
    """
    _new(output)
    names = labels(files)
    sent: list[Sent] = []
    records: list[tuple[Path, Mapping[str, str]]] = []
    problems: list[Problem] = []
    for file in files:
        try:
            found = _read(file, read_file(file, INPUT))
        except Faulty as fault:
            problems += fault.problems
            continue
        name = names[file]
        sent.append(Sent(name, bodies.get(file) or name.removesuffix(file.suffix), found.remarks, found.units))
        records.append((file, found.record))
    problems += _one_draft(records)
    made = rows(sent, number)
    if not made and all(p.warning for p in problems):
        message = "there is no comment and no tracked change in " + ("it" if len(files) == 1 else "these files")
        fix = "check that the files are those that the reviewers sent back"
        problems.append(Problem(NOTHING, Place(str(files[0])), message, fix))
    as_book = output.suffix.lower() == XLSX
    if as_book and len(made) > MOST:
        message = f"there are {len(made):,} comments and changes; a workbook that can be read back holds {MOST:,}"
        problems.append(Problem(TOO_MANY, Place(str(output)), message, "make a matrix of fewer files at a time"))
    if any(not p.warning for p in problems):
        raise Faulty(problems)
    heading = _heading(next((r for _, r in records if r), {}), len(files), number)
    write_file(output, workbook(made, heading.marking) if as_book else document(made, heading))
    return Collected(made, tuple(problems))


def labels(files: Sequence[Path]) -> dict[Path, str]:
    """Return the name of each file, with as many folders before it as tell it from the others."""
    found: dict[Path, str] = {}
    for file in files:
        others = [f.parts for f in files if f != file]
        depth = 1
        while depth < len(file.parts) and any(o[-depth:] == file.parts[-depth:] for o in others):
            depth += 1
        found[file] = "/".join(file.parts[-depth:])
    return found


def _heading(record: Mapping[str, str], count: int, number: int) -> Heading:
    """Return what stands above a matrix: the draft as a reviewer's file tells of it, and how many files there are."""
    version = f"version {record['version']}" if record.get("version") else ""
    told = [record.get("country", ""), record.get("document", ""), version, f"round {number}"]
    told.append(f"{count} {'file' if count == 1 else 'files'}")
    draft = ", ".join(t for t in told if t)
    return Heading(draft[:1].upper() + draft[1:], record.get("cover.marking", ""), record.get("language", ""))


def _one_draft(files: Sequence[tuple[Path, Mapping[str, str]]]) -> list[Problem]:
    """Return a problem for each file of another draft than the first, and a warning for each of another version."""
    ours = [(file, record) for file, record in files if record]
    problems: list[Problem] = []
    for file, record in ours[1:]:
        first, told = ours[0]
        if any(record.get(k) != told.get(k) for k in ("country", "document")):
            message = f"this is a draft of {_draft(record)}, and {first} is one of {_draft(told)}"
            problems.append(Problem(TWO_DRAFTS, Place(str(file)), message, "make a matrix for each draft"))
        elif record.get("version") != told.get("version"):
            message = f"this is version {shown(record.get('version'))}, and {first} is {shown(told.get('version'))}"
            fix = "check that the reviewers were to comment on both"
            problems.append(Problem(TWO_DRAFTS, Place(str(file)), message, fix, warning=True))
    return problems


def _draft(record: Mapping[str, str]) -> str:
    return shown(", ".join(record.get(k, "") for k in ("country", "document")))


def reply(matrix: Path, file: Path, output: Path, signed: Signed, to: Path | None = None, owner: str = "") -> Returned:
    """Write the responses of a filled matrix into a reviewer's file, and enter what became of comments.

    Args:
        matrix: The filled matrix (.xlsx).
        file: The Word file that is answered.
        output: The file with the answers.
        signed: Who answers, and when.
        to: The country folder in whose decisions every disposition of the matrix is entered, if any.
        owner: The office that decided.

    Raises:
        Faulty: The matrix is none of ours or wrong, the file cannot be read, or does not hold what is answered.
        Refused: The output exists already.
        MachineFault: The disk fails; nothing is left half-written.
    """
    _new(output)
    every = _rows(matrix)
    given = [r for r in every if r.answered]
    data = read_file(file, INPUT)
    found = _read(file, data)
    own = [r for r in _about(every, file, found) if r.answered]
    if not own:
        where = f" about {file}" if given else ""
        fix = "fill in the columns Response and Status, save the workbook and run again"
        raise Faulty([Problem(NOTHING, Place(str(matrix)), f"no row{where} has a response or a status", fix)])
    problems = _wrong(own, found, file, signed)
    if problems:
        raise Faulty(problems)
    target, decisions, count = output, None, 0
    if to is not None:
        entries = [Entry(r.response.key, r.place, _disposition(r)) for r in given if r.decided]
        target, decisions, count = entered(to, entries, owner, signed.day)
    made = answered(found, [r.response for r in own], signed, str(file))
    try:
        write_file(output, package.packed(made.parts) if made.written else data)
        if decisions is not None:
            write_file(target, decisions)
    except BaseException:  # also where somebody stops the program between the two
        with suppress(OSError):
            output.unlink(missing_ok=True)
        raise
    return Returned(made, len(given) - len(own), count)


def office(words: str, option: str) -> str:
    """Return the office that answers or decides, checked: a short line without control characters.

    Raises:
        Faulty: It is empty, too long, or holds what may not stand in a text.
    """
    text, problems = tidy(words, Place(option), option.lstrip("-"), MOST_OFFICE)
    if not text or problems:
        raise Faulty(
            problems or [Problem(OFFICE, Place(option), "no office is named", "name one, such as Legal adviser")]
        )
    return text


def _rows(matrix: Path) -> tuple[Filled, ...]:
    if matrix.suffix.lower() != XLSX:
        fix = "answer in the workbook (.xlsx) that `clausewright comments` writes, and give that"
        raise Faulty([Problem(INPUT, Place(str(matrix)), "responses are read from a workbook", fix)])
    found, problems = filled(read_file(matrix, INPUT), str(matrix))
    if problems:
        raise Faulty(_few(problems, str(matrix)))
    return found


def _about(every: Sequence[Filled], file: Path, found: Reviewed) -> list[Filled]:
    """Return the rows about a file: those that name it, else those of the files whose remarks it holds, else all.

    A file that was answered before bears another name, and one may hold what several reviewers said.
    """
    label = _label(every, file)
    known = found.known
    held = [set(r.files) for r in every if r.response.key in known]
    alone = [files for files in held if len(files) == 1]
    sources = set().union(*(alone or held))
    return [r for r in every if label in r.files] or [r for r in every if sources & set(r.files)] or list(every)


def _label(rows: Sequence[Filled], file: Path) -> str:
    """Return by which of its labels a matrix names a file, empty if by none: the longest with which its path ends."""
    here = file.absolute().parts
    depths = {f: len(Path(f).parts) for r in rows for f in r.files}
    meant = [f for f, depth in depths.items() if here[-depth:] == Path(f).parts]
    return max(meant, key=lambda f: depths[f], default="")


def _wrong(own: Sequence[Filled], found: Reviewed, file: Path, signed: Signed) -> list[Problem]:
    """Return a problem for each response that cannot be written into a file."""
    label = _label(own, file)
    by_key = {r.response.key: r for r in own}
    responses = [r.response for r in own]
    problems: list[Problem] = []
    for key in unknown(found, responses):
        row = by_key[key]
        others = ", ".join(f for f in row.files if f != label)
        fix = (
            f"give the file that it came from ({others}), or clear the row's answer"
            if others
            else ("it was deleted or changed there since; clear the row's answer")
        )
        message = f"number {row.number} does not stand in {file}"
        problems.append(Problem(NOT_THERE, row.place, message, fix))
    for key in placeless(found, responses):
        row = by_key[key]
        message = f"number {row.number} is marked nowhere in the text of {file}, so that no answer can be shown there"
        problems.append(Problem(NOT_THERE, row.place, message, "clear the row's answer, and reply by letter"))
    for key, verdict in otherwise(found, responses):
        row = by_key[key]
        message = f"number {row.number} was {verdict} in {file} before, and is {row.response.status or 'open'} here"
        fix = f"write {verdict}, or start from the file in which the change still stands"
        problems.append(Problem(SETTLED, row.place, message, fix))
    for key, verdict in late(found, responses, signed):
        row = by_key[key]
        message = f"number {row.number} was {verdict} in {file} before, so that no place is left there for an answer"
        fix = "start from the file in which the change still stands, or clear the row's answer"
        problems.append(Problem(SETTLED, row.place, message, fix))
    return _few(problems, str(file))


def _few(problems: Sequence[Problem], file: str) -> list[Problem]:
    """Return problems, the first of many with the count of the others."""
    more = len(problems) - MOST_TOLD
    if more <= 0:
        return list(problems)
    rest = Problem(problems[0].code, Place(file), f"{more:,} more like these are not listed", "mend these first")
    return [*problems[:MOST_TOLD], rest]


def _disposition(row: Filled) -> Disposition:
    response = row.response
    return Disposition(row.number, row.round, response.status, row.body, row.section, row.clause, response.text)


def _read(file: Path, data: bytes) -> Reviewed:
    """Return a Word file as read; a problem in a part names the file."""
    try:
        return reviewed(package.received(data, str(file)), str(file))
    except Faulty as fault:
        ours = [p.place if p.place.file == str(file) else Place(str(file), spot=p.place.file) for p in fault.problems]
        problems = [replace(p, place=place) for p, place in zip(fault.problems, ours, strict=True)]
        raise Faulty(problems, fault.exit_code) from None


def _new(output: Path) -> None:
    if output.exists() or output.is_symlink():
        raise Refused(f"{output}: exists already; choose another name with -o")
