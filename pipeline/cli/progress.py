"""A line on the terminal that says what is being done; nothing where the output is no terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from pipeline.project.making import Progress, quiet

if TYPE_CHECKING:
    from rich.live import Live


@contextlib.contextmanager
def shown_progress() -> Iterator[Progress]:
    """Give a function that shows what is being done."""
    if not sys.stderr.isatty():
        yield quiet
        return
    with counted(0) as shown:
        yield shown.told


class Counted:
    """Shows how many of many are done, and lets lines through to standard output; nothing moves by itself.

    No thread refreshes it: worker processes fork from this one at any moment.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.live: Live | None = None

    def __call__(self, done: int, running: tuple[str, ...]) -> None:
        """Show how many are done, and which are being worked on."""
        if self.live is not None:
            names = ", ".join(running)
            self._show(f"{done} of {self.total} done" + (f"; at work on {names}" if names else ""))

    def told(self, text: str) -> None:
        """Show in a few words what is being done."""
        self._show(text)

    def line(self, text: str) -> None:
        """Print a line to standard output."""
        if self.live is not None:
            self._show("")
        click.echo(text)

    def _show(self, text: str) -> None:
        from rich.text import Text

        if self.live is not None:
            self.live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)


@contextlib.contextmanager
def counted(total: int) -> Iterator[Counted]:
    """Give what shows how many of many are done; on a terminal only."""
    shown = Counted(total)
    if not sys.stderr.isatty():
        yield shown
        return
    from rich.console import Console
    from rich.live import Live

    # What goes to standard output stays there: it may be another file than the terminal.
    with Live(
        console=Console(stderr=True), auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as shown.live:
        yield shown
    shown.live = None
