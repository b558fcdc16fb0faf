"""`redline`, `merge`: a new version as tracked changes, in the version before it or in the ministry's own file."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.progress import shown_progress
from pipeline.model.problem import Exit
from pipeline.project.revising import marking, results

ANY = click.Path(path_type=Path, exists=True)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
TARGET = click.option(
    "-o", "target", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The marked file to write."
)
OUT = click.option(
    "--out", type=click.Path(path_type=Path), default=Path("output"), show_default=True, help="Where versions are kept."
)
NO_REPORT = click.option("--no-report", is_flag=True, help="Write no report beside it.")


@click.command()
@click.argument("old", type=ANY)
@click.argument("new", type=ANY)
@TARGET
@click.option("--lang", default="", help="Language, where the versions have several.")
@NO_REPORT
@OUT
def redline(old: Path, new: Path, target: Path, lang: str, no_report: bool, out: Path) -> int:
    """Mark what NEW changes in OLD as tracked changes: version folders, or Word files of them."""
    results.free(target, not no_report)
    with shown_progress() as progress:
        progress("comparing the versions")
        marked = marking.redline(old, new, out, lang)
        files = results.written(marked, target, not no_report)
    _told(marked, files)
    return Exit.FINE


@click.command()
@click.argument("edited", type=FILE)
@click.option("--with", "with_", type=ANY, help="The new version; else the newest draft in the store.")
@click.option("--base", type=ANY, help="The version that was sent out, if the file no longer tells.")
@click.option(
    "--conflicts", type=click.Choice(["text", "comment"]), default="text",
    help="Where both changed the same words: the new ones beside yours, or in the comment alone.",
)  # fmt: skip
@TARGET
@NO_REPORT
@OUT
def merge(
    edited: Path, with_: Path | None, base: Path | None, conflicts: str, target: Path, no_report: bool, out: Path
) -> int:
    """Put a new version's changes into the Word file EDITED, tracked and commented; every word of yours stays."""
    results.free(target, not no_report)
    with shown_progress() as progress:
        progress("merging")
        marked = marking.merge(edited, with_, base, out, conflicts == "text")
        files = results.written(marked, target, not no_report)
    _told(marked, files)
    return Exit.FINE


def _told(marked: marking.Marked, files: tuple[Path, ...]) -> None:
    for line in results.told(marked):
        click.echo(line)
    for file in files:
        click.echo(f"  {file}")
