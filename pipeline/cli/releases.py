"""`release`, `rebuild`: approved versions, and proof that a version is what its receipt says it was made from."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.decisions import checked_date
from pipeline.cli.progress import shown_progress
from pipeline.model.problem import Exit
from pipeline.project import releasing, worklist

VERSION = click.argument("version", type=click.Path(path_type=Path, exists=True, file_okay=False))


@click.command()
@VERSION
@click.option("--approved-by", "role", required=True, help="The office that approved it, never a person's name.")
@click.option("--on", "day", required=True, help="The day of the approval, such as 2026-11-23.")
def release(version: Path, role: str, day: str) -> None:
    """Write the release of the newest draft: the same text with approval block and table of changes."""
    with shown_progress() as progress:
        made = releasing.release(version, releasing.role(role), checked_date(day), progress)
    click.echo(f"{made.document}: version {made.version}, approved by the {role} on {day}")
    for file in made.renditions:
        click.echo(f"  {made.folder / file}")


@click.command()
@VERSION
@click.option("--today", is_flag=True, help="Take today's library and say what it would change.")
def rebuild(version: Path, today: bool) -> int:
    """Make a version again from what it keeps, and compare it byte for byte; nothing is written."""
    with shown_progress() as progress:
        found = releasing.rebuild(version, today, progress)
    for name, then, now in found.tools:
        click.echo(f"{name}: {then} then, {now} now", err=True)
    if today:
        printing.lines(worklist.lines(found.shifts, 0))
        if not found.shifts and not found.different:
            click.echo(f"{version}: today's library gives the same text")
            return Exit.FINE
        click.echo(f"{len(found.shifts)} {'change' if len(found.shifts) == 1 else 'changes'} with today's library")
        return Exit.DOES_NOT_HOLD
    for name in found.different:
        click.echo(f"{name}: differs")
    if found.different:
        click.echo(f"{len(found.same)} files come out the same, {len(found.different)} differ")
        return Exit.DOES_NOT_HOLD
    click.echo(f"{version}: all {len(found.same)} files come out byte for byte the same")
    return Exit.FINE
