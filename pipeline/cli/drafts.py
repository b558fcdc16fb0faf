"""`draft`, `render`, `verify`: documents out, and proof that they are what was made."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.decisions import AS_OF, FOLDER, checked_date
from pipeline.model.problem import Exit, Refused
from pipeline.project import drafting, report
from pipeline.project.country import Country
from pipeline.project.drafting import DOCUMENTS, FORMATS, Wish

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
def draft(
    intake: Path, documents: tuple[str, ...], langs: tuple[str, ...], formats: tuple[str, ...], audience: str,
    style: str, as_of: str, library: Path | None, out: Path,
) -> None:  # fmt: skip
    """Draft national guidelines and strategy from a country folder: a new version, or 'nothing changed'."""
    wish = Wish(
        documents or ("guidelines", "strategy"), langs, formats or ("docx", "pdf"), audience,  # type: ignore[arg-type]
        style, checked_date(as_of), library, out,
    )  # fmt: skip
    with _progress() as progress:
        country, made = drafting.draft(intake, wish, progress)
    printing.warnings(country.warnings)
    for one in made:
        if one.new:
            click.echo(f"{one.document}: version {one.version}")
            for file in one.renditions:
                click.echo(f"  {one.folder / file}")
        else:
            click.echo(f"{one.document}: nothing changed since version {one.version} ({one.folder})")
    _next(country)


def _quiet(text: str) -> None:
    """Say nothing."""


class _Silent:
    def __enter__(self) -> drafting.Progress:
        return _quiet

    def __exit__(self, *_: object) -> None:
        return None


class _Status:
    """A line on the terminal that says what is being done."""

    def __enter__(self) -> drafting.Progress:
        from rich.console import Console

        self._status = Console(stderr=True).status("reading")
        self._status.start()
        return self._status.update

    def __exit__(self, *_: object) -> None:
        self._status.stop()


def _progress() -> _Silent | _Status:
    return _Status() if sys.stderr.isatty() else _Silent()


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
    from pipeline.project.intake import write_file

    write_file(output, data)
    click.echo(str(output))


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("output"))
def verify(path: Path) -> int:
    """Check a version, or a whole output folder, against its digests."""
    from pipeline.cli.ending import told

    if not path.is_dir():
        raise click.BadParameter(f"{path}: no such folder", param_hint="PATH")
    problems = report.verified(path)
    if problems:
        told(tuple(problems))
        return Exit.DOES_NOT_HOLD
    click.echo(f"{path}: every file is as it was written")
    return Exit.FINE
