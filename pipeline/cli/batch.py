"""`batch`: many drafts at once; a line for each country as it is done, and what went wrong at the end."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.decisions import AS_OF, checked_date
from pipeline.cli.drafts import AUDIENCE
from pipeline.cli.ending import told
from pipeline.cli.progress import counted
from pipeline.cli.updates import OUT, SCHEDULER
from pipeline.model.problem import Exit, Problem
from pipeline.project import batching
from pipeline.project.drafting import Done, Made, Wish, writable
from pipeline.project.drawing import DOCUMENTS, FORMATS
from pipeline.project.jobs import jobs_of


@click.command()
@click.argument("jobs", type=click.Path(path_type=Path))
@click.option("--document", "documents", multiple=True, type=click.Choice(DOCUMENTS), help="As in `draft`; may repeat.")
@click.option("--lang", "langs", multiple=True, help="Language; each country's by default.")
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Format; docx and pdf by default.")
@click.option("--audience", type=AUDIENCE, default="working", show_default=True, help="For whom the files are made.")
@click.option("--style", default="", help="House style; each country's by default.")
@AS_OF
@click.option("--jobs", "processes", type=click.IntRange(0), default=0, help="Processes; as many as fit by default.")
@SCHEDULER
@OUT
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def batch(
    jobs: Path, documents: tuple[str, ...], langs: tuple[str, ...], formats: tuple[str, ...], audience: str,
    style: str, as_of: str, processes: int, scheduler: str, out: Path, as_json: bool,
) -> int:  # fmt: skip
    """Draft many country folders: for each a new version, or 'nothing changed'.

    JOBS is a folder that holds country folders, or a YAML file of jobs. What is made already is not made again, so a
    run that was stopped goes on where it was.
    """
    if processes and scheduler:
        raise click.UsageError("say --jobs for this machine, or --scheduler for a cluster")
    wish = Wish(
        documents or ("guidelines", "strategy"), langs, formats or ("docx", "pdf"), audience,  # type: ignore[arg-type]
        style, checked_date(as_of), None, out,
    )  # fmt: skip
    writable(out)
    found, odd = jobs_of(jobs, wish)
    printing.warnings(odd)
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    failed = new = 0
    with counted(len(found)) as shown:
        for done in batching.batch(found, (processes, scheduler), shown):
            problems += done.problems
            failed += not done.made
            new += sum(m.new for m in done.made)
            rows.append(_row(done))
            if not as_json:
                shown.line(f"{done.slug}: {_said(done)}")
    if as_json:
        printing.as_json(sorted(rows, key=lambda row: str(row["country"])))
    else:
        word = "version" if new == 1 else "versions"
        click.echo(f"{new} new {word}, {len(found)} countries" + (f", {failed} of them failed" if failed else ""))
    if problems:
        told(tuple(problems))
        return Exit.DOES_NOT_HOLD
    return Exit.FINE


def _said(done: Done) -> str:
    """Return what became of a country in a few words."""
    if not done.made:
        return "failed; the reason stands at the end"
    new = [f"{m.document} {m.version}" for m in done.made if m.new]
    return ", ".join(new) or "nothing changed"


def _row(done: Done) -> dict[str, object]:
    def plain(made: Made) -> dict[str, object]:
        return {
            "document": made.document, "version": made.version, "new": made.new, "folder": str(made.folder),
            "files": list(made.renditions), "reasons": list(made.reasons),
        }  # fmt: skip

    return {"country": done.slug, "made": [plain(m) for m in done.made], "problems": len(done.problems)}
