"""`check` and `doctor`: what is wrong with what is handed in, and with this machine."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.ending import told
from pipeline.model.problem import Exit


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "json_", is_flag=True, help="Print problems as JSON to stderr.")
@click.option("--strict", is_flag=True, help="Count warnings as problems.")
def check(paths: tuple[Path, ...], json_: bool, strict: bool) -> int:
    """Check the built-in library, or what lies at PATHS.

    That is country folders, version folders, edited Word files, Word templates, mappings or updates.

    All problems are printed at once, each with its place and how to mend it.
    """
    from pipeline.project.checking import checked

    problems, codes, said = checked(paths)
    for line in said:
        click.echo(line)
    if problems:
        told(problems)
    worst = [c for p, c in zip(problems, codes, strict=True) if strict or not p.warning]
    return int(min(worst)) if worst else int(Exit.FINE)


@click.command()
def doctor() -> int:
    """Say what is missing on this machine, with the remedy."""
    from pipeline.project.doctor import examined

    found = examined()
    for sound, line in found:
        click.echo(("ok       " if sound else "missing  ") + line)
    return int(Exit.FINE if all(sound for sound, _ in found) else Exit.MACHINE)
