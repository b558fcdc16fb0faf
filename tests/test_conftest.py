"""The switch that forbids skipping: a skipped test fails where every program is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

CASES = """
import pytest

@pytest.mark.skip(reason="a program is missing")
def test_marked(): ...

def test_asked():
    pytest.skip("a program is missing")

@pytest.mark.xfail(reason="known", strict=True)
def test_expected_to_fail():
    assert False

def test_sound(): ...
"""


def outcome(folder: Path, switch: str) -> str:
    """Run the cases in a process of their own; return pytest's closing line."""
    (folder / "test_cases.py").write_text(CASES)
    (folder / "test_module.py").write_text('import pytest\npytest.importorskip("no_such_module_anywhere")\n')
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "CLAUSEWRIGHT_NO_SKIP": switch}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), "--continue-on-collection-errors", str(folder)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("switch", "expected"),
    [("", ("1 passed", "3 skipped", "1 xfailed")), ("1", ("1 passed", "1 failed", "2 errors", "1 xfailed"))],
    ids=["off", "on"],
)
def test_nothing_is_skipped_where_the_switch_is_on(tmp_path: Path, switch: str, expected: tuple[str, ...]) -> None:
    line = outcome(tmp_path, switch)
    assert all(part in line for part in expected), line
    assert ("skipped" in line) == (switch == "")
