"""`start`, `form`, `read`: getting answers."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.project import intake as desk


@click.command()
@click.argument("name")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to make.")
@click.option("--lang", default="en", show_default=True, help="Language of the workbook.")
def start(name: str, out: Path, lang: str) -> None:
    """Make a country folder with a first workbook of at most 30 questions.

    Each answer may stay blank; `clausewright draft` gives whole drafts at once and says which answers settle most.
    """
    files = desk.start(name, out, lang)
    for file in files:
        click.echo(str(file))
    click.echo(f"Fill in {files[-1].name} as far as you can, then: clausewright draft {out}", err=True)


@click.command()
@click.argument("questionnaire")
@click.option("--format", "format_", type=click.Choice(["yaml"]), default="yaml", show_default=True)
@click.option("--lang", default="en", show_default=True, help="Language of the form.")
def form(questionnaire: str, format_: str, lang: str) -> None:
    """Print a blank form of a questionnaire (country, agency, readiness, risk), or of a regulatory update."""
    click.echo(desk.form(questionnaire, lang), nl=False)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", required=True, type=click.Path(path_type=Path), help="The country folder.")
@click.option("--mapping", default="", help="For a foreign table: a built-in mapping's name, or a mapping file.")
@click.option("--as", "place", default="", help="For a filled YAML form: its place in the folder.")
def read(file: Path, to: Path, mapping: str, place: str) -> None:
    """Read a filled form, a foreign table or an update into a country folder, with an account of tables."""
    files, account = desk.read(file, to, mapping, place)
    if account:
        click.echo(account)
    click.echo(f"{len(files)} {'file' if len(files) == 1 else 'files'} written to {to}")
