"""`adopt`: the ministry's own Word file as the text of record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.progress import shown_progress
from pipeline.project.adoption.adopting import Request, Taken
from pipeline.project.adoption.adopting import adopt as adopted

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
MOST = 12
"""Clauses of one kind that are listed; `--json` tells all."""
STATES = (("edited", "In your own words"), ("deleted", "Not in your file, and not offered again"))


@click.command()
@click.argument("edited", type=FILE)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("output"), show_default=True, help="Where versions are kept."
)
@click.option("--pdf", type=FILE, help="A PDF exported from the file; it is kept where its text agrees.")
@click.option(
    "--national", type=click.Path(path_type=Path, file_okay=False),
    help="A new folder to which paragraphs of your own are written as national clauses.",
)  # fmt: skip
@click.option(
    "--base", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The version that was sent out, if the file no longer tells.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def adopt(edited: Path, out: Path, pdf: Path | None, national: Path | None, base: Path | None, as_json: bool) -> None:
    """Make the Word file EDITED the text of record: kept byte for byte, as a version of its document."""
    with shown_progress() as progress:
        taken = adopted(Request(edited, out, pdf, base, national), progress)
    for warning in taken.warnings:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        printing.as_json(_plain(taken))
        return
    made = taken.made
    if made.new:
        click.echo(f"{made.document}: version {made.version}, the ministry's own file")
        for file in made.renditions:
            click.echo(f"  {made.folder / file}")
    else:
        click.echo(f"{made.document}: this very file is version {made.version} already ({made.folder})")
    printing.lines(_stands(taken))
    for path in taken.clauses:
        click.echo(f"  {path}")
    if taken.clauses:
        printing.lines([(1, f"Copy {national}/clauses into the country folder; `clausewright check` reads it there.")])
    if taken.newer is not None:
        printing.to_merge(made.folder / made.renditions[0], taken.newer)


def _stands(taken: Taken) -> Iterator[tuple[int, str]]:
    adoption = taken.adoption
    clauses = [u for u in adoption.units if u.anchor.startswith("clause:")]
    kept = sum(1 for u in clauses if u.state == "kept")
    yield 1, f"Made from version {adoption.version}: {kept} of {len(clauses)} clauses as we wrote them."
    for state, said in STATES:
        names = [taken.titles[u.anchor] for u in adoption.units if u.state == state]
        if names:
            more = f"; and {len(names) - MOST} more" if len(names) > MOST else ""
            yield 1, f"{said} ({len(names)}): {'; '.join(names[:MOST])}{more}"
    added = sum(len(a.digests) for a in adoption.added)
    if added:
        places = "; ".join(taken.titles[a.after] for a in adoption.added[:MOST])
        yield 1, f"Added by you ({added} {'paragraph' if added == 1 else 'paragraphs'}), behind: {places}"


def _plain(taken: Taken) -> dict[str, object]:
    made, adoption = taken.made, taken.adoption
    return {
        "document": made.document, "version": made.version, "new": made.new, "folder": str(made.folder),
        "files": list(made.renditions), "made_from": adoption.version, "language": adoption.lang,
        "audience": adoption.audience,
        "units": [
            {
                "anchor": u.anchor, "title": taken.titles[u.anchor], "state": u.state, "found_by": u.by or None,
                "sure": u.sure if u.by else None,
            }
            for u in adoption.units
        ],
        "added": [{"after": a.after, "paragraphs": len(a.digests)} for a in adoption.added],
        "newer_draft": str(taken.newer) if taken.newer else None, "warnings": list(taken.warnings),
        "national_clauses": [str(path) for path in taken.clauses],
    }  # fmt: skip
