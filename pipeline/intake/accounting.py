"""The account of a foreign table: what became of every cell of the rows that were selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Fate = Literal["used", "blank", "not mapped", "unreadable"]
FATES: tuple[Fate, ...] = ("used", "blank", "not mapped", "unreadable")
CUT = 60
"""How many characters of a cell the account repeats."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that answers a question but could not be read.

    Attributes:
        row: Row of the table as a spreadsheet numbers it, the header being row 1.
        column: Header of the column, with its occurrence where several are headed alike.
        value: The beginning of the cell.
        why: Why it could not be read.
    """

    row: int
    column: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Tally:
    """One column: its header and how many of its cells met each fate; `why` where it is not mapped."""

    column: str
    counts: Mapping[Fate, int]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Accounting:
    """Every cell of the selected rows, counted once.

    Attributes:
        table: What was read.
        rows: Rows selected.
        passed_over: Rows that the selection left aside.
        columns: One tally per column, in the order of the table.
        unreadable: Every unreadable cell, by row and column.
        left: Texts that were understood but answer no question: (column, text, reason) to how often.
        agencies: Systems found per agency.
    """

    table: str
    rows: int
    passed_over: int
    columns: tuple[Tally, ...]
    unreadable: tuple[Unreadable, ...]
    left: Mapping[tuple[str, str, str], int]
    agencies: Mapping[str, int]

    def total(self, fate: Fate) -> int:
        """Return how many cells met a fate."""
        return sum(tally.counts.get(fate, 0) for tally in self.columns)

    @property
    def cells(self) -> int:
        """Rows times columns."""
        return self.rows * len(self.columns)

    def balanced(self) -> bool:
        """Return whether every cell is counted exactly once, in sum and in each column."""
        columns = all(sum(tally.counts.values()) == self.rows for tally in self.columns)
        return columns and len(self.unreadable) == self.total("unreadable")


def as_text(account: Accounting, width: int = 100, most: int = 200) -> str:
    """Return the account as a plain table for a screen.

    Args:
        account: What is shown.
        width: Characters in a line.
        most: How many unreadable cells are listed; the rest is counted.
    """
    room = max(width - 44, 20)
    head = f"{'column':<{room}}" + "".join(f"{fate:>11}" for fate in FATES)
    lines = [
        f"{account.table}: {account.rows:,} rows selected, {account.passed_over:,} passed over",
        "",
        head,
        "-" * len(head),
    ]
    lines += [
        f"{_cut(tally.column, room - 1):<{room}}" + "".join(f"{tally.counts[f]:>11,}" for f in FATES)
        for tally in account.columns
    ]
    lines += ["-" * len(head), f"{'all':<{room}}" + "".join(f"{account.total(f):>11,}" for f in FATES)]
    lines += [
        "",
        f"{account.rows:,} rows x {len(account.columns)} columns = {account.cells:,} cells, each counted once",
    ]
    lines += ["", "systems by agency:"] + [f"  {slug}: {n}" for slug, n in account.agencies.items()]
    if account.left:
        lines += ["", "understood, but no question is answered by it:"]
        lines += [f"  {n} x {_cut(c, 40)}: '{_cut(t, 40)}': {why}" for (c, t, why), n in account.left.items()]
    if account.unreadable:
        lines += ["", "unreadable, for a person to look at:"]
        lines += [f"  row {u.row}, {_cut(u.column, 40)}: '{u.value}': {u.why}" for u in account.unreadable[:most]]
        if len(account.unreadable) > most:
            lines.append(f"  and {len(account.unreadable) - most} more")
    return "\n".join(lines) + "\n"


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"
