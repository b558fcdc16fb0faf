"""What many tests share: the checkout, the built-in library read once, and the switch that forbids skipping."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from pipeline.cli import cli
from pipeline.cli.ending import ending
from pipeline.library.load import load
from pipeline.model.library import Library

NO_SKIP = "CLAUSEWRIGHT_NO_SKIP"
"""Set to 1 where every program that a test may want is installed: a skipped test is then a failed one."""

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def library_files() -> dict[str, bytes]:
    """Return the built-in library's files by path, read from the checkout."""
    folders = ("clauses", "intake/questionnaires", "intake/findings", "templates/documents")
    found = (p for folder in folders for p in sorted((ROOT / folder).rglob("*")))
    return {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in found if p.suffix in (".yaml", ".md", ".csv")}


@pytest.fixture(scope="session")
def library(library_files: dict[str, bytes]) -> Library:
    """Return the built-in library, read once; a problem in it fails each test that asks for it."""
    found, problems = load(library_files)
    assert found is not None, "\n".join(str(p) for p in problems[:20])
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where nothing may be skipped; an expected failure stays one."""
    report = yield
    return report if hasattr(report, "wasxfail") else _unskipped(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same where a whole module asks to be skipped."""
    report = yield
    return _unskipped(report)


def _unskipped(report: Report) -> Report:
    if os.environ.get(NO_SKIP) == "1" and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped although {NO_SKIP} is set: {report.longrepr}"
    return report


@pytest.fixture
def heeded() -> Iterator[None]:
    """Let children heed an interrupt even where the tests run in the background, which has interrupts ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in an empty folder: words in, exit code, stdout and stderr out."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["clausewright", *map(str, words)])
        code = ending(cli)
        out, err = capsys.readouterr()
        return code, out, err

    return call
