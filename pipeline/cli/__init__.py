"""The command line: parse, call, print, exit. Commands are loaded when they are called, so that `--help` is quick."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping

import click

from pipeline import __version__
from pipeline.cli.ending import ending

COMMANDS: Mapping[str, tuple[str, str]] = {
    "start": ("country", "Make a country folder with a first workbook."),
    "form": ("country", "Write a blank form of a questionnaire."),
    "read": ("country", "Read a filled form or a foreign file into a country folder."),
    "check": ("checking", "Check the library, a country folder, a template or a mapping."),
    "assess": ("decisions", "Show findings, gaps and what to ask next."),
    "select": ("decisions", "Show which clauses are in, out or open."),
    "why": ("decisions", "Explain a clause or a printed number."),
    "prove": ("proving", "Prove the library for all answers, at one date or all."),
    "draft": ("drafts", "Draft guidelines and strategy: a new version, or 'nothing changed'."),
    "render": ("drafts", "Draw one more rendition of a version."),
    "impact": ("updates", "Show what a regulatory update touches, before anything is written."),
    "regenerate": ("updates", "Make the versions that an update calls for, and only those."),
    "redline": ("revisions", "Mark what a newer version changes in an older one."),
    "merge": ("revisions", "Put a new version's changes into the ministry's own Word file."),
    "comments": ("comments", "Gather reviewers' comments in one matrix, and answer them."),
    "adopt": ("adopting", "Make the ministry's own Word file the text of record."),
    "release": ("releases", "Write the approved version of the newest draft."),
    "rebuild": ("releases", "Make a version again and compare it byte for byte."),
    "history": ("chronicle", "List what became of versions, record a stage, or sign."),
    "portfolio": ("portfolio", "Show all documents of whole stores, and what needs attention."),
    "pack": ("chronicle", "Pack a version into one folder that stands by itself."),
    "batch": ("batch", "Draft many country folders, here or on a Dask cluster."),
    "verify": ("drafts", "Check a version or a whole output folder against its digests."),
    "doctor": ("checking", "Say what is missing on this machine, with the remedy."),
}
"""Each command with the module that holds it and its line of help."""


class _Late(click.Group):
    """A group whose commands are imported when they are called; the list of them needs no import."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"pipeline.cli.{COMMANDS[name][0]}")
        found: click.Command = getattr(module, name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise click.UsageError(f"{error.message}{hint}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_Late, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="clausewright")
@click.option("--verbose", is_flag=True, help="Show a traceback when something unexpected happens.")
@click.pass_context
def cli(ctx: click.Context, verbose: bool) -> None:
    """Draft national guidelines and strategies on AI in law enforcement from an agency's own assessment.

    \b
    Begin with:
      clausewright start "Republic of Example" --out Example
      clausewright draft Example
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    ctx.obj = {"verbose": verbose}


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(ending(cli))
