"""`comments`: what reviewers say to a draft in one matrix, and the answers back into their files."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.decisions import checked_date
from pipeline.cli.progress import shown_progress

AUTHOR = "Drafting office"
MATRIX = (".xlsx", ".docx")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path),
    help="The matrix, .xlsx or .docx; with --reply the Word file with the answers.",
)  # fmt: skip
@click.option(
    "--body", "bodies", multiple=True, metavar="FILE=NAME",
    help="The ministry or office that sent a file; its name by default; may repeat.",
)  # fmt: skip
@click.option("--round", "number", type=click.IntRange(1, 99), default=1, show_default=True, help="Round of comments.")
@click.option("--reply", "matrix", type=click.Path(path_type=Path), help="Write the responses of this filled matrix.")
@click.option("--on", "day", default="", help="With --reply: the day of the answers, such as 2026-11-23.")
@click.option("--author", default=AUTHOR, show_default=True, help="With --reply: who answers; an office.")
@click.option("--to", type=click.Path(path_type=Path), help="With --reply: enter what was decided in a country folder.")
@click.option("--role", default="", help="With --to: the office that decided, never a person's name.")
def comments(
    files: tuple[Path, ...], output: Path, bodies: tuple[str, ...], number: int, matrix: Path | None, day: str,
    author: str, to: Path | None, role: str,
) -> None:  # fmt: skip
    """Gather comments and tracked changes of many reviewers in one matrix, or answer them with --reply.

    FILES are the Word files that came back; with --reply the one that is answered.
    """
    if matrix is None:
        for name, given in (("--on", day), ("--to", to), ("--role", role)):
            if given:
                raise click.UsageError(f"{name} belongs to --reply")
        _gathered(files, output, bodies, number)
        return
    if len(files) != 1:
        raise click.UsageError("with --reply give one file to answer")
    if bodies:
        raise click.UsageError("--body belongs to the making of a matrix, not to --reply")
    if not day:
        raise click.UsageError("say with --on which day the answers bear, such as --on 2026-11-23")
    if (to is None) != (not role.strip()):
        raise click.UsageError("--to and --role go together: the country folder, and the office that decided")
    if output.suffix.lower() != ".docx":
        raise click.BadParameter(f"{output}: the answers are written into a .docx", param_hint="-o")
    _replied(matrix, files[0], output, (author, checked_date(day)), to, role)


def _gathered(files: tuple[Path, ...], output: Path, bodies: tuple[str, ...], number: int) -> None:
    from pipeline.project.consultation import rounds

    if output.suffix.lower() not in MATRIX:
        raise click.BadParameter(f"{output}: a matrix is written as .xlsx or .docx", param_hint="-o")
    if len({f.absolute() for f in files}) < len(files):
        raise click.UsageError("a file is named twice")
    with shown_progress() as progress:
        progress("reading the files")
        made = rounds.collect(files, _bodies(files, bodies), number, output)
    printing.warnings(made.warnings)
    click.echo(str(output))
    told = (
        _many(len(made.rows), "row"), "from", _many(len(files), "file") + ":", _many(made.comments, "comment") + ",",
        _many(made.replies, "reply", "replies") + ",", _many(made.changes, "tracked change"),
    )  # fmt: skip
    click.echo(" ".join(told))


def _bodies(files: tuple[Path, ...], bodies: tuple[str, ...]) -> dict[Path, str]:
    """Return the body of each file that one is named for, by path or by name alone."""
    found: dict[Path, str] = {}
    for given in bodies:
        name, _, body = given.partition("=")
        meant = [f for f in files if str(f) == name] or [f for f in files if f.name == name]
        if len(meant) != 1 or not body.strip():
            fault = (
                "is not among the files" if not meant else "names several files" if len(meant) > 1 else "names no body"
            )
            raise click.BadParameter(f"{given}: {fault}; write FILE=NAME", param_hint="--body")
        found[meant[0]] = body.strip()
    return found


def _replied(matrix: Path, file: Path, output: Path, signed: tuple[str, str], to: Path | None, role: str) -> None:
    from pipeline.project.consultation import rounds

    given = rounds.Signed(rounds.office(signed[0], "--author"), signed[1])
    owner = rounds.office(role, "--role") if role else ""
    with shown_progress() as progress:
        progress("writing the answers")
        made = rounds.reply(matrix, file, output, given, to, owner)
    done = made.answered
    click.echo(str(output))
    if not done.written:
        click.echo("nothing to add: every answer stands in the file already")
    else:
        told = (
            _many(done.replies, "answer") + " written", _many(done.resolved, "thread") + " resolved",
            _many(done.accepted, "change") + " accepted", _many(done.rejected, "change") + " rejected",
        )  # fmt: skip
        click.echo(", ".join(told))
    if made.elsewhere:
        verb = "is" if made.elsewhere == 1 else "are"
        click.echo(f"{_many(made.elsewhere, 'answered row')} of the matrix {verb} about other files", err=True)
    if to is not None:
        click.echo(f"{to}: {_many(made.entered, 'decision')} entered")


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or one + 's'}"
