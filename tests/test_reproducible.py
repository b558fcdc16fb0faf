"""Same inputs, same bytes: whatever the folder, zone, locale, hash seed, mask, clock, user or order of a listing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from journeys import EXAMPLES, ROOT, tree

STRATEGY = ("draft", "tembala", "--document", "brief", "--document", "strategy", "--out", "out")
EVERY_FORMAT = ("--format", "docx", "--format", "pdf", "--format", "html", "--format", "odt", "--format", "md")
WORDS = (*STRATEGY, *EVERY_FORMAT)

CLOCK = """
import datetime, time
AHEAD = 3 * 365.25 * 24 * 3600
_time, _time_ns = time.time, time.time_ns
_local, _gm, _strftime = time.localtime, time.gmtime, time.strftime
time.time = lambda: _time() + AHEAD
time.time_ns = lambda: _time_ns() + int(AHEAD * 1e9)
time.localtime = lambda secs=None: _local(time.time() if secs is None else secs)
time.gmtime = lambda secs=None: _gm(time.time() if secs is None else secs)
time.strftime = lambda form, t=None: _strftime(form, time.localtime() if t is None else t)

class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
    @classmethod
    def today(cls):
        return cls.now()
    @classmethod
    def utcnow(cls):
        return cls.now(datetime.timezone.utc).replace(tzinfo=None)

class LaterDay(datetime.date):
    @classmethod
    def today(cls):
        return cls.fromtimestamp(time.time())

datetime.datetime, datetime.date = Later, LaterDay
"""

LISTING = """
import os
_scandir, _listdir = os.scandir, os.listdir

class Backwards:
    def __init__(self, path):
        self._inner = _scandir(path)
        self._found = iter(sorted(self._inner, key=lambda e: e.name, reverse=True))
    def __iter__(self):
        return self
    def __next__(self):
        return next(self._found)
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.close()
    def close(self):
        self._inner.close()

os.scandir = lambda path=".": Backwards(path)
os.listdir = lambda path=".": sorted(_listdir(path), reverse=True)
os.supports_fd |= {os.scandir, os.listdir}
"""


@dataclass(frozen=True)
class Surroundings:
    """What differs around a run: variables, code that runs before it, the mask of new files, its words."""

    variables: dict[str, str] = field(default_factory=dict)
    before: str = ""
    mask: int = 0o022
    words: tuple[str, ...] = WORDS
    deep: str = ""


def made(folder: Path, around: Surroundings) -> dict[str, str]:
    """Draft in a process of its own and return the digest of every file made, by its path in the store."""
    here = folder / around.deep
    shutil.copytree(EXAMPLES / "tembala", here / "tembala")
    before = folder / "before"
    before.mkdir()
    (before / "sitecustomize.py").write_text(around.before)
    python_path = os.pathsep.join([str(before), str(ROOT)])
    surroundings = {**os.environ, "PYTHONPATH": python_path, "PYTHONDONTWRITEBYTECODE": "1", **around.variables}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *around.words],
        cwd=here,
        env=surroundings,
        umask=around.mask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = {name: hashlib.sha256(data).hexdigest() for name, data in tree(here / "out").items()}
    assert len([n for n in found if n.endswith("SHA256SUMS")]) == len([n for n in found if n.endswith("draft.json")])
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what a run in the usual surroundings makes."""
    return made(tmp_path_factory.mktemp("plain"), Surroundings())


def test_the_files_compared_are_those_that_matter(plain: dict[str, str]) -> None:
    kinds = {Path(n).name.removeprefix("brief.en.").removeprefix("strategy.en.") for n in plain}
    assert {"docx", "pdf", "html", "odt", "md", "draft.json", "receipt.json", "SHA256SUMS"} <= kinds


@pytest.mark.parametrize(
    "around",
    [
        pytest.param(Surroundings(deep="another/place, with a comma/ünd ein Umlaut"), id="folder"),
        pytest.param(Surroundings({"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"}), id="far-east-utf8"),
        pytest.param(
            Surroundings({"TZ": "America/Adak", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
            id="far-west-ascii",
        ),
        pytest.param(Surroundings({"PYTHONHASHSEED": "0"}), id="seed-0"),
        pytest.param(Surroundings({"PYTHONHASHSEED": "random", "LANGUAGE": "ar"}), id="seed-random"),
        pytest.param(
            Surroundings({"USER": "zzcanary", "LOGNAME": "zzcanary", "HOME": "/nowhere"}, mask=0o077),
            id="user-and-mask",
        ),
        pytest.param(Surroundings({"SOURCE_DATE_EPOCH": "1"}, before=CLOCK), id="clock"),
        pytest.param(Surroundings(before=LISTING), id="listing"),
    ],
)
def test_the_same_bytes(plain: dict[str, str], around: Surroundings, tmp_path: Path) -> None:
    found = made(tmp_path, around)
    assert sorted(found) == sorted(plain)
    assert {name for name, digest in found.items() if plain[name] != digest} == set()


@pytest.mark.parametrize("formats", [("docx",), ("md", "pdf")], ids="-".join)
def test_a_file_is_the_same_whatever_is_made_beside_it(
    plain: dict[str, str], formats: tuple[str, ...], tmp_path: Path
) -> None:
    words = (*STRATEGY, *(w for f in formats for w in ("--format", f)))
    found = made(tmp_path, Surroundings(words=words))
    shared = {n for n in found if not n.endswith(("receipt.json", "SHA256SUMS", "history.jsonl"))}
    assert sum(n.endswith(formats) for n in shared) == 2 * len(formats)
    assert {n for n in shared if plain[n] != found[n]} == set()


@cache
def _said(before: str, program: str, folder: Path) -> str:
    (folder / "sitecustomize.py").write_text(before)
    surroundings = {**os.environ, "PYTHONPATH": str(folder)}
    words = [sys.executable, "-c", program]
    return subprocess.run(words, env=surroundings, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("before", "program", "holds"),
    [
        (CLOCK, "import datetime; print(datetime.date.today().year)", lambda there, here: int(there) - int(here) == 3),
        (CLOCK, "import time; print(time.gmtime().tm_year)", lambda there, here: int(there) - int(here) == 3),
        (LISTING, f"import os; print(next(os.walk({str(ROOT)!r}))[1])", lambda there, here: there != here),
    ],
    ids=["day", "clock", "listing"],
)
def test_the_surroundings_really_differ(
    before: str, program: str, holds: Callable[[str, str], bool], tmp_path: Path
) -> None:
    for name in ("there", "here"):
        (tmp_path / name).mkdir()
    assert holds(_said(before, program, tmp_path / "there"), _said("", program, tmp_path / "here"))
