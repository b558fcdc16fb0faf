"""Places, problems and the ways a run can end.

A `Problem` is a value: something a person handed in is wrong. Stages collect them all, sort them by place and
print them once. An exception here is for what stops the work; its class carries the exit code (design, section 5).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

VALUE_LIMIT = 80
"""How many characters of a value a message repeats, so that a huge or hostile value cannot flood a terminal."""


class Exit(enum.IntEnum):
    """The exit codes of the command line; where several apply, the lowest wins."""

    FINE = 0
    BUG = 1
    USAGE = 2
    INTAKE = 3
    LIBRARY = 4
    MACHINE = 5
    REFUSED = 6
    DOES_NOT_HOLD = 7


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a value was written: a file with line and column (from 1), or a file and a named spot.

    Attributes:
        file: The path as the user would type it.
        line: Line from 1, or 0 where the medium has no lines.
        column: Column from 1, or 0.
        spot: A place in words for media without lines, such as `'Questions'!C7` or `row 12, column Bureau`.
    """

    file: str
    line: int = 0
    column: int = 0
    spot: str = ""

    def __str__(self) -> str:
        """Give the place as an editor would jump to it: `file:line:column` or `file: spot`."""
        if self.spot:
            return f"{self.file}: {self.spot}"
        if self.line:
            return f"{self.file}:{self.line}:{self.column}"
        return self.file


def shown(value: object) -> str:
    """Return a value fit for a message: one line, control characters escaped, at most 80 characters."""
    text = str(value)
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: VALUE_LIMIT + 1])
    return safe if len(safe) <= VALUE_LIMIT and len(text) <= VALUE_LIMIT else safe[: VALUE_LIMIT - 1] + "…"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and how to mend it.

    Attributes:
        code: Topic and number, never reused, such as `CLAUSE-004`; the topic gives the exit code.
        place: Where it stands.
        message: What is wrong.
        fix: What to do about it; never empty.
        field: The field concerned, as a dotted path, or empty.
        caret: The line of text with a caret under the fault, or empty.
        warning: True for what does not stop the work.
    """

    code: str
    place: Place
    message: str
    fix: str
    field: str = ""
    caret: str = ""
    warning: bool = False

    def __post_init__(self) -> None:
        if not self.fix:
            raise ValueError(f"{self.code} gives no repair")

    def __str__(self) -> str:
        kind = "warning" if self.warning else "error"
        field = f"{self.field}: " if self.field else ""
        lines = [f"{self.place}: {kind} {self.code}: {field}{self.message}"]
        if self.caret:
            lines += [f"    {line}" for line in self.caret.split("\n")]
        lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class ClausewrightError(Exception):
    """Stops the work; `exit_code` is what the command line returns."""

    exit_code: Exit = Exit.BUG


class Faulty(ClausewrightError):
    """What was handed in is wrong; carries every problem found, in order of place."""

    def __init__(self, problems: Iterable[Problem], exit_code: Exit = Exit.INTAKE) -> None:
        self.problems = ordered(problems)
        self.exit_code = exit_code
        super().__init__("\n".join(str(p) for p in self.problems))


class MachineFault(ClausewrightError):
    """This machine lacks something: disk, permission, a tool."""

    exit_code = Exit.MACHINE


class Refused(ClausewrightError):
    """The step is not allowed as things stand: a file exists, a conflict is open."""

    exit_code = Exit.REFUSED


class DoesNotHold(ClausewrightError):
    """Something was checked and it does not hold."""

    exit_code = Exit.DOES_NOT_HOLD


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems without repeats, by file, line, column, spot and code."""
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda p: (p.place, p.code, p.field, p.message)))
