"""`impact`, `regenerate`: what an update touches, and the versions that it calls for."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.decisions import AS_OF, checked_date
from pipeline.cli.ending import told
from pipeline.cli.progress import counted, shown_progress
from pipeline.model.problem import Exit, Problem
from pipeline.project import impact as impacts
from pipeline.project import regenerating, worklist

OUT = click.option(
    "--out", type=click.Path(path_type=Path), default=Path("output"), show_default=True, help="Where versions are kept."
)
JOBS = click.option("--jobs", type=click.IntRange(0), default=0, help="Processes; as many as fit by default.")
SCHEDULER = click.option("--scheduler", default="", help="Address of a Dask scheduler, such as tls://host:8786.")


@click.command()
@click.argument("updates", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="List the updates that the library knows.")
@click.option(
    "--out", "stores", multiple=True, type=click.Path(path_type=Path), help="A store; `output` by default; may repeat."
)
@AS_OF
@JOBS
@SCHEDULER
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the work list as XLSX.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def impact(
    updates: tuple[str, ...], listed: bool, stores: tuple[Path, ...], as_of: str, jobs: int, scheduler: str,
    output: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Show what regulatory updates touch in the versions of whole stores; nothing is written.

    UPDATES are ids of the library's updates, or update files.
    """
    if listed:
        printing.table("", ("Update", "From", "Standing", "What happened"), worklist.known_updates())
        return Exit.FINE
    if not updates:
        raise click.UsageError("name an update, or say --list")
    if output is not None and output.exists():
        raise click.BadParameter(f"{output}: exists already", param_hint="-o")
    chosen = stores or (Path("output"),)
    with shown_progress() as progress:
        progress("reading the stores")
        found = list(impacts.impact(chosen, updates, checked_date(as_of), (jobs, scheduler)))
    touched = [c for c in found if c.touched]
    if output is not None:
        from pipeline.project.files import write_file

        write_file(output, worklist.workbook(touched))
        click.echo(str(output))
    if as_json:
        printing.as_json([worklist.plain(c) for c in touched])
    elif output is None:
        for country in touched:
            printing.lines(worklist.told(country))
            click.echo()
        click.echo(worklist.summed(touched, chosen))
    problems = tuple(p for c in found for p in c.problems)
    if problems:
        told(problems)
        return Exit.DOES_NOT_HOLD
    return Exit.FINE


@click.command()
@click.argument("versions", nargs=-1, type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Every country of the store.")
@AS_OF
@click.option(
    "--with", "files", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An update file to lay over the library; may repeat.",
)  # fmt: skip
@OUT
@JOBS
@SCHEDULER
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def regenerate(
    versions: tuple[Path, ...], everything: bool, as_of: str, files: tuple[Path, ...], out: Path, jobs: int,
    scheduler: str, as_json: bool,
) -> int:  # fmt: skip
    """Make the versions that the law, the library or a template calls for, and only those.

    VERSIONS are folders of countries, documents or newest versions of the store.
    """
    if bool(versions) == everything:
        raise click.UsageError("name versions, or say --all")
    found = regenerating.targets(out, versions)
    updates = regenerating.update_files(files)
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    with counted(0) as shown:
        made_as = (jobs, scheduler)
        for country in regenerating.regenerate(out, found, checked_date(as_of), updates, made_as, shown.told):
            printing.warnings(country.warnings)
            problems += country.problems
            for made in country.made:
                if made.new:
                    rows.append(worklist.made(country.slug, made))
                    if not as_json:
                        shown.line(f"{country.slug}, {made.document}: version {made.version}")
                        printing.lines((1, reason) for reason in made.reasons)
                        printing.to_merge(made.record, made.folder)
    if as_json:
        printing.as_json(rows)
    else:
        click.echo(f"{len(rows)} new {'version' if len(rows) == 1 else 'versions'}; {len(found)} looked into")
        if files and rows:
            click.echo("To keep the update for later drafts: clausewright read FILE --to the country folder", err=True)
    if problems:
        told(tuple(problems))
        return Exit.DOES_NOT_HOLD
    return Exit.FINE
