"""`history`, `pack`: what became of versions, the stages they go through, and versions handed on."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.decisions import checked_date
from pipeline.cli.ending import told
from pipeline.model.problem import Exit
from pipeline.model.version import STAGES
from pipeline.project import chronicle


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("output"), show_default=True,
    help="Where versions are kept, unless PATH says so.",
)  # fmt: skip
@click.option("--stage", type=click.Choice(STAGES), help="Record that the version PATH came to this stage.")
@click.option("--on", "day", default="", metavar="DATE", help="The day on which it did, such as 2026-11-30.")
@click.option("--to", "addressee", default="", help="The office it went to, never a person's name.")
@click.option("--by", "sender", default="", help="The office that sent or approved it, never a person's name.")
@click.option(
    "--sign", "key", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Sign the version PATH with a key, by ssh-keygen.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def history(
    path: Path | None, out: Path, stage: str | None, day: str, addressee: str, sender: str, key: Path | None,
    as_json: bool,
) -> int:  # fmt: skip
    """List what became of versions; or record a stage of the national process, or sign.

    PATH is an output folder, or a country, document or version in it.
    """
    if path is not None and not path.exists() and (out / path).exists():
        path = out / path  # so that `norland/guidelines --out STORE` does as well
    if key is not None:
        if path is None or stage or day or addressee or sender:
            raise click.UsageError("--sign takes a version and nothing else")
        click.echo(f"signed: {chronicle.sign(path, key)}")
        return Exit.FINE
    if stage:
        if path is None or not day or not addressee:
            raise click.UsageError("to record a stage, name the version, the day with --on and the office with --to")
        _record(path, stage, _checked_day(day), addressee, sender, as_json)
        return Exit.FINE
    if day or addressee or sender:
        raise click.UsageError("--on, --to and --by go with --stage")
    found = chronicle.told(path or out)
    if as_json:
        printing.as_json([chronicle.plain(line) for lines in found.lines.values() for line in lines])
    else:
        for (slug, document), lines in found.lines.items():
            state = next((line.state for line in lines if line.state), "")
            title = f"{state or slug}, {document}" + (f" ({slug})" if state else "")
            printing.table(title, chronicle.COLUMNS, map(chronicle.cells, lines))
    if found.problems:
        told(found.problems)
        return Exit.DOES_NOT_HOLD
    return Exit.FINE


def _checked_day(day: str) -> str:
    try:
        return checked_date(day)
    except click.BadParameter as wrong:
        wrong.param_hint = "--on"
        raise


def _record(path: Path, stage: str, day: str, addressee: str, sender: str, as_json: bool) -> None:
    recorded = chronicle.record(path, stage, day, addressee, sender)  # type: ignore[arg-type]
    line = recorded.line
    if recorded.odd:
        click.echo(f"warning: {recorded.odd}", err=True)
    if as_json:
        printing.as_json(chronicle.plain(line))
    else:
        click.echo(chronicle.said(line))


@click.command()
@click.argument("version", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder to make, or a file ending in .zip.",
)
@click.option("--readers", is_flag=True, help="Leave the answers behind: country folder, selection, findings.")
def pack(version: Path, output: Path, readers: bool) -> None:
    """Pack a version with its library and history into one folder, or zip, that stands by itself."""
    count = chronicle.pack(version, output, readers)
    click.echo(f"{output}: {count} files{', without the answers' if readers else ''}")
