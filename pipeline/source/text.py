"""Bytes to text, with every character that must not stand in a legal text refused by name and place.

Control characters, bidirectional overrides and isolates, and Unicode non-characters are refused: writers and
editors drop or reorder them without a word (reference: reliability, finding 5 and row 11).
"""

from __future__ import annotations

import re
import unicodedata

from pipeline.model.problem import Place, Problem

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
        column = error.start - (before.rfind(b"\n") + 1) + 1
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
        for m in FORBIDDEN.finditer(text)
    ]
    return text, problems[:20]
