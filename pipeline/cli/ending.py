"""How a run ends: problems and errors to stderr in plain words, and the exit code; a traceback only when asked for."""

from __future__ import annotations

import errno
import json
import sys
import traceback

import click

from pipeline.model.problem import ClausewrightError, Exit, Faulty, Problem

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def ending(command: click.Command) -> int:
    """Run a command and return its exit code."""
    try:
        result = command.main(standalone_mode=False)
        return int(result) if isinstance(result, int) else Exit.FINE
    except Faulty as error:
        told(error.problems)
        return int(error.exit_code)
    except ClausewrightError as error:
        click.echo(f"clausewright: {error}", err=True)
        return int(error.exit_code)
    except click.exceptions.Exit as error:
        return int(error.exit_code)
    except click.ClickException as error:
        error.show()
        return int(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("clausewright: interrupted; nothing was half-written", err=True)
        return Exit.BUG
    except BrokenPipeError:
        sys.stderr.close()
        return Exit.BUG
    except OSError as error:
        return _machine(error)
    except Exception as error:  # noqa: BLE001 - the last resort: one line, and where to report it
        return _bug(error)


def told(problems: tuple[Problem, ...]) -> None:
    """Print problems to stderr and count them."""
    as_json = "--json" in sys.argv
    if as_json:
        click.echo(json.dumps([_plain(p) for p in problems], ensure_ascii=False, indent=1), err=True)
        return
    for problem in problems:
        click.echo(str(problem), err=True)
    errors = sum(1 for p in problems if not p.warning)
    warnings = len(problems) - errors
    if len(problems) > 1:
        parts = [f"{errors} problems" if errors != 1 else "1 problem"] if errors else []
        parts += [f"{warnings} warnings" if warnings != 1 else "1 warning"] if warnings else []
        click.echo(" and ".join(parts), err=True)


def _plain(problem: Problem) -> dict[str, object]:
    place = problem.place
    return {
        "code": problem.code, "file": place.file, "line": place.line, "column": place.column, "spot": place.spot,
        "field": problem.field, "message": problem.message, "fix": problem.fix, "warning": problem.warning,
    }  # fmt: skip


def _machine(error: OSError) -> int:
    where = f" {error.filename}" if error.filename else ""
    remedy = "free some space" if error.errno in FULL else "check the folder's permissions"
    click.echo(f"clausewright: this machine refused{where}: {error.strerror or error}; {remedy}", err=True)
    return Exit.MACHINE


def _bug(error: Exception) -> int:
    if "--verbose" in sys.argv:
        traceback.print_exception(error)
    click.echo(
        f"clausewright: something went wrong that is not your fault ({type(error).__name__}). "
        "Run again with `clausewright --verbose …` and report what it prints.",
        err=True,
    )
    return Exit.BUG
