"""`draft`, `render`, `verify`: documents out, and proof that they are what was made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.decisions import AS_OF, FOLDER, checked_date
from pipeline.cli.progress import shown_progress
from pipeline.model.problem import Exit, Refused
from pipeline.project import drafting, report
from pipeline.project.country import Country
from pipeline.project.drafting import Wish
from pipeline.project.drawing import DOCUMENTS, FORMATS

AUDIENCE = click.Choice(["working", "consultation", "public"])


@click.command()
@FOLDER
@click.option(
    "--document",
    "documents",
    multiple=True,
    type=click.Choice(DOCUMENTS),
    help="Which document; guidelines and strategy by default.",
)
@click.option("--lang", "langs", multiple=True, help="Language; the country's by default.")
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Format; docx and pdf by default.")
@click.option("--audience", type=AUDIENCE, default="working", show_default=True, help="For whom the files are made.")
@click.option("--style", default="", help="House style; the country's by default.")
@AS_OF
@click.option(
    "--library", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Draft with a stored library."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("output"), show_default=True, help="Where versions are kept."
)
@click.option("--renumber", is_flag=True, help="Number anew what was circulated, with a concordance of old and new.")
def draft(
    intake: Path, documents: tuple[str, ...], langs: tuple[str, ...], formats: tuple[str, ...], audience: str,
    style: str, as_of: str, library: Path | None, out: Path, renumber: bool,
) -> None:  # fmt: skip
    """Draft national guidelines and strategy from a country folder: a new version, or 'nothing changed'."""
    wish = Wish(
        documents or ("guidelines", "strategy"), langs, formats or ("docx", "pdf"), audience,  # type: ignore[arg-type]
        style, checked_date(as_of), library, out, renumber,
    )  # fmt: skip
    with shown_progress() as progress:
        country, made = drafting.draft(intake, wish, progress)
    printing.warnings(country.warnings)
    for one in made:
        if one.new:
            click.echo(f"{one.document}: version {one.version}")
            for file in one.renditions:
                click.echo(f"  {one.folder / file}")
            printing.lines((1, f"because of {reason}") for reason in one.reasons)
            if one.numbers:
                told = "numbered anew; a concordance tells the numbers of" if one.renumbered else "numbers stay as in"
                printing.lines([(1, f"{told} version {one.numbers}")])
        else:
            click.echo(f"{one.document}: nothing changed since version {one.version} ({one.folder})")
        printing.to_merge(one.record, one.folder)
    _next(country)


def _next(country: Country) -> None:
    """Name the three answers that would settle most."""
    asked = report.questions(country, 3)
    if asked:
        click.echo("\nAnswers that would settle most:")
    for question, who, count, name in asked:
        clauses = f"{count} {'clause' if count == 1 else 'clauses'}"
        printing.lines([(1, f"{question} ({who}; {clauses}; {name})")])


@click.command()
@click.argument("version", type=click.Path(path_type=Path))
@click.option("--format", "format_", required=True, type=click.Choice(FORMATS))
@click.option("--lang", default="", help="Language; the version's by default.")
@click.option("--audience", type=AUDIENCE, default=None, help="For whom; the version's by default.")
@click.option("--style", default="", help="House style.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The file to write.")
def render(version: Path, format_: str, lang: str, audience: str | None, style: str, output: Path) -> None:
    """Draw one more rendition of a stored version, outside the store."""
    if output.exists():
        raise Refused(f"{output}: exists already; choose another name with -o")
    _, data = drafting.render(version, format_, lang, audience, style)  # type: ignore[arg-type]
    if version.resolve() in output.resolve().parents:
        raise Refused(f"{output}: versions are never changed; choose a place outside with -o")
    from pipeline.project.files import write_file

    write_file(output, data)
    click.echo(str(output))


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("output"))
@click.option("--heads", "wants_heads", is_flag=True, help="Print the seal of each history, to be kept elsewhere.")
@click.option(
    "--signers", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Check signatures against this file of signers and their keys, as ssh-keygen reads it.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the seals of histories.")
def verify(path: Path, wants_heads: bool, signers: Path | None, as_json: bool) -> int:
    """Check a version, or a whole output folder, against its digests."""
    from pipeline.cli.ending import told
    from pipeline.project import chronicle

    if not path.is_dir():
        raise click.BadParameter(f"{path}: no such folder", param_hint="PATH")
    problems = report.verified(path)
    signed: tuple[chronicle.Signed, ...] = ()
    if signers is not None:
        signed, more = chronicle.signatures(path, signers)
        problems += more
    holds = all(p.warning for p in problems)
    seals = chronicle.heads(path) if wants_heads or as_json else {}
    if as_json:
        printing.as_json(
            {"holds": holds, "heads": dict(seals), "signatures": [chronicle.plain_signed(s) for s in signed]}
        )
    else:
        if holds:
            click.echo(f"{path}: every file is as it was written")
        printing.lines((1, chronicle.signer(s)) for s in signed)
        _seals({name: seal[: chronicle.SEAL] for name, seal in seals.items()})
    if problems:
        told(tuple(problems))
    return Exit.FINE if holds else Exit.DOES_NOT_HOLD


def _seals(seals: Mapping[str, str]) -> None:
    """Print the seals of histories, and what they are good for."""
    if not seals:
        return
    click.echo("\nSeals of the histories:")
    for name, seal in seals.items():
        click.echo(f"  {name}  {seal}")
    words = (
        "Keep them where whoever writes to this folder cannot change them. As long as a history still holds its seal, "
        "nothing up to it was removed or rewritten, which no check of this folder alone can see."
    )
    printing.lines([(0, words)])
