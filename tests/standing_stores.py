"""Stores with versions in them, drafted once in a session and copied: small, for the tests of what becomes of versions."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from journeys import EXAMPLES, copied, put, run

from pipeline.project import shelf
from pipeline.project.standing import receipt_of
from pipeline.store import library_zip, version
from pipeline.store.receipt import Receipt

EARLY, TODAY = "2026-07-01", "2026-11-23"
"""Before and after the Digital Omnibus."""
STRATEGY = ("--document", "strategy", "--format", "docx")
UNDATED = {"country.yaml": ("as_of: 2026-11-23\n", "")}
OMNIBUS = "2026-07-digital-omnibus-in-force"


def drafted(folder: Path, out: Path, *words: str | Path) -> None:
    """Draft the strategy of a country folder as a Word file."""
    ran = run("draft", folder, *STRATEGY, "--out", out, *words)
    assert ran.code == 0, ran.err


@cache
def _made(name: str, as_of: str) -> Path:
    """Return a folder with the example as `in/<name>` and its store as `out`, the date of the law not fixed."""
    at = Path(tempfile.mkdtemp(prefix="clausewright-"))
    atexit.register(shutil.rmtree, at, ignore_errors=True)
    folder = copied(name, at / "in", UNDATED if name != "us-federal" else {})  # that one fixes no date
    drafted(folder, at / "out", "--as-of", as_of)
    return at


def store(to: Path, *names: str, as_of: str = EARLY) -> Path:
    """Return a store with version 0.1 of the strategies of examples; their folders lie in `in` beside it."""
    for name in names:
        made = _made(name, as_of)
        shutil.copytree(made / "in" / name, to / "in" / name)
        shutil.copytree(made / "out", to / "out", dirs_exist_ok=True, ignore=shutil.ignore_patterns(".lock"))
    return to / "out"


def numbers(out: Path, slug: str, document: str = "strategy") -> tuple[str, ...]:
    """Return the versions that stand."""
    return version.versions(out, slug, document)


def receipt(out: Path, slug: str, number: str, document: str = "strategy") -> Receipt:
    """Return a version's receipt."""
    return receipt_of(out, slug, document, number)


def update(id_: str = "2026-08-ministry-event", **keys: object) -> dict[str, object]:
    """Return an update as it is written, which changes nothing of itself."""
    plain = {"id": id_, "title": {"en": "Something happens"}, "standing": "adopted", "date": "2026-08-15", "added": "2026-08-20", "mark": "read"}  # fmt: skip
    return {**plain, **keys}


def update_file(to: Path, tree: Mapping[str, object]) -> Path:
    """Write an update as a file to be handed on."""
    put(to, {f"{tree['id']}.yaml": json.dumps(tree, indent=1)})
    return to / f"{tree['id']}.yaml"


def older_library(to: Path, changes: Mapping[str, tuple[bytes, bytes]]) -> Path:
    """Write the zip of a library in which some files still read otherwise: path to words and what they were before."""
    files = dict(shelf.built_in().files)
    for path, (now, before) in changes.items():
        assert files[path].count(now) >= 1, f"{path} no longer holds {now!r}"
        files[path] = files[path].replace(now, before, 1)
    to.write_bytes(library_zip.pack(files))
    return to


def strategy_clause() -> tuple[str, str]:
    """Return a clause that stands in every strategy, whatever is answered, and the path of its newest text."""
    library = shelf.built_in().library
    for name, states in sorted(library.clauses.items()):
        newest = states[-1]
        if newest.when is None and newest.documents == ("strategy",) and newest.kind == "narrative" and len(states) == 1:  # fmt: skip
            return name, newest.texts["en"].place.file
    raise AssertionError("no such clause")


__all__ = [
    "EARLY", "EXAMPLES", "OMNIBUS", "STRATEGY", "TODAY", "UNDATED", "drafted", "numbers", "older_library", "receipt",
    "store", "strategy_clause", "update", "update_file",
]  # fmt: skip
