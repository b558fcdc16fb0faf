"""What became of comments, entered in the decisions of a country folder; what people wrote there stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.intake.codes import MAX_TEXT
from pipeline.intake.layout import DECISIONS_FILE
from pipeline.intake.writing import dump, scalar
from pipeline.model.assessment import Decision, Disposition
from pipeline.model.problem import Faulty, Place, Problem
from pipeline.project.content import folder_files
from pipeline.project.country import read_country, the_library
from pipeline.source.tree import Mapping as TreeMapping
from pipeline.source.tree import Node, Plain, parse, plain
from pipeline.source.tree import Sequence as TreeSequence

ENTERED = "COMMENT-011"
"""A disposition that differs from the one that the folder holds, or that lacks a reason."""
UNTOUCHED = "COMMENT-012"
"""decisions.yaml is written so that nothing can be added without changing it."""
REASONS: Mapping[str, str] = {"accepted": "Accepted as proposed.", "noted": "Noted; no change was called for."}
"""What is entered as the reason where no answer was written; a rejection needs one."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_STOP = re.compile(r"\.\.\.(\s.*)?", re.DOTALL)
"""The line with which a document ends before its file does (YAML 1.2, 9.1.2)."""
LONGEST = 400
"""Characters of a line in decisions.yaml."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One disposition with where it was decided in the matrix."""

    key: str
    place: Place
    disposition: Disposition


def entered(folder: Path, entries: Sequence[Entry], owner: str, day: str) -> tuple[Path, bytes | None, int]:
    """Return the decisions of a country folder with dispositions added, if the folder is sound with them.

    Args:
        folder: The country folder.
        entries: What became of comments.
        owner: The office that decided.
        day: ISO day of the decision.

    Returns:
        The file, its new bytes (None where nothing is to be added), and how many dispositions are added.

    Raises:
        Faulty: The folder is not sound, a disposition differs from the one entered, or one has no reason.
    """
    library, library_files = the_library()
    files = folder_files(folder)
    read = read_country(folder.resolve().name, str(folder), files, (library, library_files))
    present = {d.target: d for d in read.assessment.decisions if d.kind == "comment"}
    problems = [p for e in entries for p in _problems(e, present.get(e.key), folder)]
    if problems:
        raise Faulty(problems)
    new = [e for e in entries if e.key not in present]
    target = folder / DECISIONS_FILE
    if not new:
        return target, None, 0
    rows = [_written(e, owner, day) for e in new]
    data = added(files.get(DECISIONS_FILE, b""), rows, str(target))
    read_country(folder.resolve().name, str(folder), {**files, DECISIONS_FILE: data}, (library, library_files))
    return target, data, len(new)


def _problems(entry: Entry, before: Decision | None, folder: Path) -> Iterator[Problem]:
    one = entry.disposition
    length = len(_line(one.response))
    if length > MAX_TEXT:
        message = (
            f"the answer to number {one.number} has {length:,} characters; {MAX_TEXT:,} can be entered as a reason"
        )
        yield Problem(ENTERED, entry.place, message, "shorten it")
    if before is None:
        if not one.response and one.status not in REASONS:
            fix = "write in the column Response why; the record of decisions needs a reason"
            yield Problem(ENTERED, entry.place, f"number {one.number} is {one.status} without a word of reason", fix)
        return
    old = before.disposition
    if old is not None and (old.status, old.response) != (one.status, _line(one.response)):
        where = f"{folder}/{before.place}"
        what = f"is entered as {old.status}" if old.status != one.status else "is entered with another answer"
        fix = "delete that decision, or write in the matrix what it says"
        yield Problem(ENTERED, entry.place, f"number {one.number} {what} at {where}", fix)


def _written(entry: Entry, owner: str, day: str) -> dict[str, str]:
    """Return a decision's keys with their values in the order in which they are written."""
    one = entry.disposition
    keys = {
        "comment": entry.key, "number": one.number, "round": str(one.round), "section": _line(one.section)[:LONGEST],
        "clause": one.clause[:LONGEST], "body": _line(one.body)[:LONGEST], "status": one.status,
        "response": _line(one.response), "owner": owner, "date": day,
        "reason": "" if one.response else REASONS[one.status],
    }  # fmt: skip
    return {k: v for k, v in keys.items() if v}


def _line(text: str) -> str:
    return " ".join(text.split())


def added(data: bytes, rows: Sequence[Mapping[str, str]], file: str) -> bytes:
    """Return decisions.yaml with decisions added behind its last; every byte that was there stays in its order.

    Args:
        data: The file, empty where there is none.
        rows: Keys and values of each decision.
        file: What messages call it.

    Raises:
        Faulty: It is written so that nothing can be added without changing it.
    """
    if not data.strip():
        return data + dump({"format": "1"}) + _block(rows, "  ", "\n", begin=True)
    tree, _ = parse(data, file, UNTOUCHED)
    listed = tree.get("decisions") if isinstance(tree, TreeMapping) else None
    for text in _attempts(data, tree, listed, rows):
        if _holds(text, tree, rows, file):
            return text
    fix = "write the decisions as a list without brackets, each line of it begun with a dash, as docs/formats.md shows"
    raise Faulty([Problem(UNTOUCHED, Place(file), "nothing can be added here without changing what is written", fix)])


def _attempts(
    data: bytes, tree: Node | None, listed: Node | None, rows: Sequence[Mapping[str, str]]
) -> Iterator[bytes]:
    """Yield the file with the rows put where the list of decisions may end, the likeliest place first."""
    end = "\r\n" if b"\r\n" in data else "\n" if b"\n" in data or b"\r" not in data else "\r"
    lines = _LINE.findall(data.decode("utf-8"))
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    if not isinstance(tree, TreeMapping):
        return
    stop = next((n for n, line in enumerate(lines) if _STOP.fullmatch(line)), len(lines))
    if not isinstance(listed, TreeSequence) or not listed.items:
        at = tree.place_of("decisions").line if "decisions" in tree.entries else 0
        if at and re.fullmatch(r"\ufeff?decisions:\s*(\[\s*\])?\s*(#.*)?\s*", lines[at - 1]):
            lines[at - 1] = re.sub(r"\[\s*\]", "", lines[at - 1])
        yield _joined(lines, at or stop, _block(rows, "  ", end, begin=not at))
        return
    first = listed.items[0].place
    dash = lines[first.line - 1].rfind("-", 0, first.column - 1)
    indent = " " * max(dash, 0)
    following = [p.line for p in tree.keys.values() if p.line > first.line]
    last = min(following) - 1 if following else stop
    for place in range(last, first.line - 1, -1):
        if lines[place - 1].strip() and not lines[place - 1].lstrip().startswith("#"):
            yield _joined(lines, place, _block(rows, indent, end))
            break
    yield _joined(lines, last, _block(rows, indent, end))


def _joined(lines: Sequence[str], at: int, block: bytes) -> bytes:
    return "".join(lines[:at]).encode() + block + "".join(lines[at:]).encode()


def _block(rows: Sequence[Mapping[str, str]], indent: str, end: str, begin: bool = False) -> bytes:
    lines = ["decisions:"] if begin else []
    for row in rows:
        keys = [f"{key}: {scalar(value)}" for key, value in row.items()]
        lines += [f"{indent}- {keys[0]}", *(f"{indent}  {line}" for line in keys[1:])]
    return "".join(line + end for line in lines).encode()


def _ended(value: Plain) -> Plain:
    """Return values without a line feed at the end: one may be added to the last line of a file."""
    if isinstance(value, str):
        return value.rstrip("\n")
    if isinstance(value, list):
        return [_ended(v) for v in value]
    return {k: _ended(v) for k, v in value.items()}


def _holds(data: bytes, before: Node | None, rows: Sequence[Mapping[str, str]], file: str) -> bool:
    """Return whether a file says all that it said, and the new decisions behind it."""
    tree, problems = parse(data, file, UNTOUCHED)
    if tree is None or before is None or problems:
        return False
    now, then = _ended(plain(tree)), _ended(plain(before))
    if not isinstance(now, dict) or not isinstance(then, dict):
        return False
    old: Plain = then.get("decisions") or []
    whole = [*(old if isinstance(old, list) else []), *(dict(row) for row in rows)]
    return now == {**then, "decisions": whole}
