"""Bytes to text, with every character that must not stand in a legal text refused by name and place.

Control characters, bidirectional overrides and isolates, and Unicode non-characters are refused: writers and
editors drop or reorder them without a word (reference: reliability, finding 5 and row 11).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from pipeline.model.problem import Place, Problem

MOST_CHARACTERS = 20
"""How many forbidden characters of one file are told; a file full of them is no text at all."""
MAX_POINTED = 2_000_000
"""Bytes of a file up to which its lines are shown; a larger one is refused for its size alone."""
CARET_WIDTH = 96
CARET_BEFORE = 64

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffc\ufffe\uffff\ud800-\udfff"
    + "".join(f"{chr(p * 0x10000 + 0xFFFE)}-{chr(p * 0x10000 + 0xFFFF)}" for p in range(1, 17))
    + "]"
)


def name_of(character: str) -> str:
    """Return the code point and, where it has one, the name of a character."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{' ' + name if name else ''}"


def forbidden(text: str) -> str | None:
    """Return the first character of `text` that may not stand in a value, or None."""
    found = FORBIDDEN.search(text)
    return found.group() if found else None


def decode(data: bytes, file: str, code: str, encoding: str = "utf-8") -> tuple[str, list[Problem]]:
    """Decode `data`; give the text, or problems with the place of each bad byte or character.

    Args:
        data: The bytes of the file.
        file: Its name as the user would type it.
        code: Problem code to use.
        encoding: The declared encoding; never guessed.
    """
    if encoding == "utf-8" and data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(encoding, "replace")) + 1
        problem = Problem(
            code,
            Place(file, line, column),
            f"byte 0x{data[error.start]:02X} is not {encoding.upper()} text",
            f"save the file as {encoding.upper()}",
        )
        return "", [problem]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    problems = [
        Problem(
            code,
            Place(file, text.count("\n", 0, m.start()) + 1, m.start() - (text.rfind("\n", 0, m.start()) + 1) + 1),
            f"the character {name_of(m.group())} may not stand in a text",
            "remove the character; it is invisible or reorders the text around it",
        )
        for m in islice(FORBIDDEN.finditer(text), MOST_CHARACTERS)
    ]
    return text, problems


def pointed(problems: Iterable[Problem], files: Mapping[str, bytes]) -> list[Problem]:
    """Return problems with the line of the file and a caret under the fault, where they have none yet.

    Args:
        problems: As found; those without a line stay as they are.
        files: Bytes by the path that places name.
    """
    lines: dict[str, list[str]] = {}
    found: list[Problem] = []
    for p in problems:
        file, line = p.place.file, p.place.line
        if line and not p.caret and file in files and len(files[file]) <= MAX_POINTED:
            if file not in lines:
                data = files[file].removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
                lines[file] = data.decode("utf-8", "replace").split("\n")
            if line <= len(lines[file]):
                p = replace(p, caret=under(lines[file][line - 1], p.place.column))  # noqa: PLW2901
        found.append(p)
    return found


def under(line: str, column: int) -> str:
    """Return the part of a line around a column with a caret beneath it; empty for an empty line."""
    start = max(0, column - 1 - CARET_BEFORE)
    part = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line[start : start + CARET_WIDTH])
    cut = "…" if start else ""
    more = "…" if len(line) > start + CARET_WIDTH else ""
    return f"{cut}{part}{more}\n{' ' * (len(cut) + column - 1 - start)}^" if part.strip() else ""
