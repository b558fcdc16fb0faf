"""Printing to people: tables and plain lines on stdout, JSON where a program reads."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import click

from pipeline.model.problem import Problem


def as_json(value: object) -> None:
    """Print a value as JSON to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], whole: Collection[str] = ()) -> None:
    """Print a table that fits the terminal; plain text where the output is no terminal.

    Args:
        title: What stands above it, or nothing.
        columns: Words of the heading.
        rows: Texts by row, as many as there are columns.
        whole: Columns whose lines are not broken, such as dates.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(title=Text(title) if title else None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for i, column in enumerate(columns):
        made.add_column(Text(column), overflow="fold", ratio=None if i else 0, no_wrap=column in whole)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=120)
    console.print(made)


def lines(found: Iterable[tuple[int, str]]) -> None:
    """Print lines indented by depth, wrapped to the terminal."""
    import shutil
    import textwrap

    width = max(60, min(shutil.get_terminal_size((100, 20)).columns, 120))
    for depth, text in found:
        indent = "  " * depth
        click.echo(
            textwrap.fill(
                text,
                width,
                initial_indent=indent,
                subsequent_indent=indent + "  ",
                break_long_words=False,
                break_on_hyphens=False,  # ids and paths must be found again
            )
        )


def to_merge(record: Path | None, newer: Path) -> None:
    """Print how a draft of ours comes into the ministry's own file, where that is the text of record."""
    if record is not None:
        lines([(1, "The text of record is the ministry's own file. To bring this version into it:")])
        click.echo(f"    clausewright merge {record} --with {newer} -o {record.name}")  # in one line, to be copied


def warnings(found: Iterable[Problem]) -> None:
    """Print warnings to stderr."""
    for problem in found:
        click.echo(str(problem), err=True)
