"""Printed numbers: figures, letters between two of them (`5.3A`), and which of two numbers comes first.

A number that readers know is not given to another text, so what is put between two has letters, by the rules of the
United Kingdom's Office of the Parliamentary Counsel (drafting guidance, 6.4): 1A behind 1, A1 before it, 1AA between
1A and 1B, 1ZA between 1 and 1A, and no level lower than it has to be. So the order of numbers is the order of reading.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count, takewhile
from typing import Final

from pipeline.model.draft import Letters, NumberFormat

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip

_DECIMAL = re.compile(r"([A-Z]*)(\d+)((?:[A-Z][A-Z\d]*)?)")
_ROMAN_FIRST = re.compile(
    r"([^IVXLCDM\d]*)((?=[IVXLCDM])M*(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))([A-Z\d]*)"
)
_LETTER_FIRST = re.compile(r"(Z+[A-Y]|[A-Z])([A-Z\d]*)")
_UNIT = re.compile(r"Z*[A-Y]|Z\d*")
_CORE = re.compile(r"[0-9A-Za-z]+")

_SINGLE: Final = tuple("ABCDEFGHIJKLMNOPQRSTUVWXY")
_MOST = 99
"""How far letters are counted on behind Z before a level is opened beneath."""

Path = tuple[str, ...]
"""Letters of a number, each a place in its level: A to Y, Z, Z1, Z2, …; before A stand ZA to ZY, before these ZZA …."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number taken apart.

    Attributes:
        front: Letters before the figure, which put it before the plain number (`A1`).
        value: The figure's value; 0 for letters that stand before the first letter (`za` before `a`).
        back: Letters behind the figure, which put it behind the plain number (`1A`).
    """

    front: Path
    value: int
    back: Path

    @property
    def key(self) -> tuple[object, ...]:
        """What numbers of one series are sorted by."""
        return (self.value, 0 if self.front else 1, tuple(map(_rank, self.front)), tuple(map(_rank, self.back)))


def figure(number: int, form: NumberFormat) -> str:
    """Return a number in a format of the numbering: `4`, `IV`, `iv`, `D`, `d`."""
    if form == "decimal":
        return str(number)
    letters = ""
    rest = number
    if form.endswith("Letter"):
        while rest:
            rest, place = divmod(rest - 1, 26)
            letters = chr(ord("a") + place) + letters
    else:
        for value, sign in _ROMAN:
            while rest >= value:
                letters += sign
                rest -= value
    return letters.upper() if form.startswith("upper") else letters


def numeral(text: str, form: NumberFormat) -> Numeral | None:
    """Take a number apart, as it is printed or in capitals; None where it is no number of that format.

    In letters the first one counts (`BA` comes behind `B`), so numbers beyond the 26th letter are read as such too.
    """
    capitals = text.upper()
    if form == "decimal":
        match = _DECIMAL.fullmatch(capitals)
        return _taken_apart(match[1], int(match[2]), match[3]) if match else None
    if form.endswith("Roman"):
        match = _ROMAN_FIRST.fullmatch(capitals)
        return _taken_apart(match[1], _roman(match[2]), match[3]) if match else None
    match = _LETTER_FIRST.fullmatch(capitals)
    if match is None:
        return None
    if len(match[1]) > 1:
        return _taken_apart("", 0, capitals)
    return _taken_apart("", ord(match[1]) - ord("A") + 1, match[2])


def _taken_apart(front: str, value: int, back: str) -> Numeral | None:
    before, behind = _path(front), _path(back)
    return None if before is None or behind is None else Numeral(before, value, behind)


def _path(letters: str) -> Path | None:
    units = tuple(_UNIT.findall(letters))
    return units if "".join(units) == letters else None


def _roman(capitals: str) -> int:
    total, rest = 0, capitals.lower()
    for value, sign in _ROMAN:
        while rest.startswith(sign):
            total += value
            rest = rest[len(sign) :]
    return total


def _rank(unit: str) -> tuple[int, int, str]:
    """Return the place of a letter among those of its level."""
    if unit[-1].isdigit() or unit == "Z":
        return (1, int(unit[1:] or 0), "")
    return (0, 1 - len(unit), unit[-1])


def capitals(parts: Numeral, form: NumberFormat) -> str:
    """Return a number put together, in capitals whatever its language: how it is compared and kept."""
    return "".join((*parts.front, figure(parts.value, form).upper(), *parts.back))


def dressed(capitals: str, form: NumberFormat, letters: Letters) -> str:
    """Return a number in capitals as it is printed.

    Args:
        capitals: The number.
        form: Its format, which decides for Roman figures and letters.
        letters: What letters beside a decimal figure look like.
    """
    case = letters if form == "decimal" else form
    return capitals if case.startswith("upper") else capitals.lower()


def between(
    after: Numeral | None, before: Numeral | None, form: NumberFormat, taken: Collection[str] = frozenset()
) -> str:
    """Return the number, in capitals, of what is put between two others.

    Args:
        after: The number before it; None at the beginning.
        before: The number behind it; None where only what is taken matters.
        form: Format of the series.
        taken: Numbers of the series that are used or were used, in capitals.
    """
    for parts in _candidates(after, before, form):
        text = capitals(parts, form)
        # Letters can make another number: X and C are 90, and no insertion behind X.
        if text not in taken and numeral(text, form) == parts:
            return text
    raise AssertionError("letters never end")


def _candidates(after: Numeral | None, before: Numeral | None, form: NumberFormat) -> Iterator[Numeral]:
    if after is not None and before is not None and before.key <= after.key:
        before = None
    if after is None and form.endswith("Letter"):
        after, end = Numeral((), 0, ()), before.back if before and not before.value else None
    elif after is None:
        end = before.front if before and before.value == 1 and before.front else None
        yield from (Numeral(path, 1, ()) for path in _paths((), end))
        return
    elif after.front and not after.back:
        end = before.front if before and before.value == after.value and before.front != after.front else None
        yield from (Numeral(path, after.value, ()) for path in _paths(after.front, end or None))
        return
    else:
        same = before is not None and (before.value, before.front) == (after.value, after.front)
        end = before.back if before and same else None
    yield from (Numeral(after.front, after.value, path) for path in _paths(after.back, end))


def _paths(start: Path, end: Path | None) -> Iterator[Path]:
    """Yield letters that sort behind some and before others: the highest level first, and the first letter of each."""
    limit = tuple(map(_rank, end)) if end is not None else None

    def fits(path: Path) -> bool:
        return limit is None or tuple(map(_rank, path)) < limit

    for depth, unit in enumerate(start):
        yield from takewhile(fits, ((*start[:depth], u) for u in _behind(unit)))
    for depth in count():
        level = ("Z" * depth + u for u in _SINGLE) if depth else (*_SINGLE, *_behind("Y"))
        yield from takewhile(fits, ((*start, u) for u in level))


def _behind(unit: str) -> Iterator[str]:
    """Yield the letters of the same level that come behind one."""
    if _rank(unit)[0] == 0:
        zeds, letter = unit[:-1], unit[-1]
        yield from (zeds + u for u in _SINGLE[_SINGLE.index(letter) + 1 :])
        if zeds:
            return
        yield "Z"
    yield from (f"Z{n}" for n in range(int(unit[1:] or 0) + 1 if unit[0] == "Z" else 1, _MOST))


def inserted(
    after: str,
    taken: Collection[str],
    before: str | None = None,
    form: NumberFormat | None = None,
    letters: Letters = "upperLetter",
) -> str:
    """Return the printed number of what is put behind a printed number: `5.3A`, `5.3.1A`, `(aa)`, `Article 12A`.

    Args:
        after: The number behind which it is put; empty for one that is put before all others.
        taken: Printed numbers that are used or were used; none of them is returned.
        before: The number that follows; without it, the nearest one in `taken`.
        form: Format of the figure that counts, the last in the label; without it, read off the label.
        letters: What letters beside a decimal figure look like, where the label has none yet.

    Raises:
        ValueError: There is no number in the label.
    """
    head, core, tail = _split(after or before or "")
    known = form or _form(core)
    here = _parts(core, known, after or before or "")
    series: dict[str, Numeral] = {}
    for one in {*taken, *((before,) if before else ())}:
        start, middle, rest = _split(one)
        parts = numeral(middle, known) if (start, rest) == (head, tail) else None
        if parts is not None:
            series[middle.upper()] = parts
    if before:
        end: Numeral | None = _parts(_split(before)[1], known, before)
    else:
        end = min((p for p in series.values() if p.key > here.key), key=lambda p: p.key, default=None)
    text = between(here if after else None, end, known, series.keys() | {core.upper()})
    if re.search("[A-Za-z]", core):
        letters = "upperLetter" if core.isupper() else "lowerLetter"
    return f"{head}{dressed(text, known, letters)}{tail}"


def _split(label: str) -> tuple[str, str, str]:
    """Return what stands before the figure that counts, the figure with its letters, and what stands behind it."""
    found = list(_CORE.finditer(label))
    core = next((m for m in reversed(found) if re.search(r"\d", m[0])), found[-1] if found else None)
    return (label[: core.start()], core[0], label[core.end() :]) if core else (label, "", "")


def _form(core: str) -> NumberFormat:
    """Return the format of a figure; one letter reads as a letter, for what is put behind it looks the same."""
    if re.search(r"\d", core):
        return "decimal"
    match = _ROMAN_FIRST.fullmatch(core.upper())
    roman = match is not None and not match[1] and len(match[2]) > 1
    if core.isupper():
        return "upperRoman" if roman else "upperLetter"
    return "lowerRoman" if roman else "lowerLetter"


def _parts(core: str, form: NumberFormat, label: str) -> Numeral:
    parts = numeral(core, form)
    if parts is None:
        raise ValueError(f"no number in {label!r}")
    return parts
