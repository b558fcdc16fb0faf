"""Where the built-in content lies, and how a folder's files are read: once, whole, within limits, no link followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pipeline.library.load import EXPECTATIONS
from pipeline.model.problem import Exit, Faulty, MachineFault, Place, Problem, shown

MAX_FILES = 20_000
MAX_BYTES = 50_000_000
LIBRARY = ("clauses", "intake/questionnaires", "intake/findings", "templates/documents")
"""Folders of the built-in content that make up the library."""
SUFFIXES = (".yaml", ".md", ".csv")
CODE_FOLDER = "FOLDER-001"


@cache
def root() -> Path:
    """Return the folder that holds the built-in content: the wheel's data, else the checkout."""
    packaged = Path(__file__).parent.parent / "data"
    if (packaged / "clauses").is_dir():
        return packaged
    checkout = Path(__file__).parent.parent.parent
    if (checkout / "clauses").is_dir() and (checkout / "templates").is_dir():
        return checkout
    raise MachineFault("the built-in clause library is missing; install clausewright again")


def library_files() -> dict[str, bytes]:
    """Return the built-in library's files by path."""
    return _built_in()


def drafting_files() -> dict[str, bytes]:
    """Return the built-in library's files that a draft consults: all but what only a proof reads."""
    return _built_in(EXPECTATIONS)


def _built_in(*left_out: str) -> dict[str, bytes]:
    """Read the built-in library, but for the folders left out."""
    base = root()
    found: dict[str, bytes] = {}
    for folder in LIBRARY:
        for path in _walk(base / folder):
            name = path.relative_to(base).as_posix()
            if path.suffix in SUFFIXES and not name.startswith(left_out):
                found[name] = path.read_bytes()
    return found


def style_files(name: str) -> dict[str, bytes]:
    """Return the files of a house style by name within its folder."""
    known = styles()
    if name not in known:
        fix = f"use one of: {', '.join(known)}"
        problem = Problem("TEMPLATE-100", Place("templates/styles"), f"no house style '{shown(name)}'", fix, "style")
        raise Faulty([problem], Exit.LIBRARY)
    base = root() / "templates" / "styles" / name
    return {p.relative_to(base).as_posix(): p.read_bytes() for p in _walk(base)}


def styles() -> tuple[str, ...]:
    """Return the names of the built-in house styles."""
    base = root() / "templates" / "styles"
    return tuple(sorted(p.name for p in base.iterdir() if (p / "template.docx").is_file()))


def examples() -> tuple[str, ...]:
    """Return the names of the example countries."""
    return tuple(sorted(p.name for p in (root() / "intake" / "examples").iterdir() if p.is_dir()))


def mapping(name: str) -> tuple[str, bytes] | None:
    """Return a built-in mapping's path and bytes by name, None where there is none of that name."""
    path = root() / "intake" / "mappings" / f"{name}.yaml"
    if "/" in name or not path.is_file():
        return None
    return f"intake/mappings/{name}.yaml", path.read_bytes()


def folder_files(folder: Path) -> dict[str, bytes]:
    """Read every file of a user's folder, by path within it.

    Hidden files and Word's and Excel's lock files are passed over.

    Raises:
        Faulty: The folder is missing, holds a link, or is larger than a country folder can be.
        MachineFault: A file cannot be read.
    """
    if not folder.is_dir():
        fix = 'name a country folder, or make one with: clausewright start "Name of the state" --out Folder'
        raise Faulty([Problem(CODE_FOLDER, Place(str(folder)), "no such folder", fix)])
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    total = 0
    for path in _walk(folder, problems, str(folder)):
        name = path.relative_to(folder).as_posix()
        try:
            data = path.read_bytes()
        except OSError as error:
            raise MachineFault(f"{path}: cannot be read: {error.strerror}") from None
        total += len(data)
        if len(found) >= MAX_FILES or total > MAX_BYTES:
            fix = f"keep at most {MAX_FILES:,} files and {MAX_BYTES:,} bytes in it"
            raise Faulty([Problem(CODE_FOLDER, Place(str(folder)), "the folder is too large", fix)])
        found[name] = data
    if problems:
        raise Faulty(problems)
    return found


def _walk(folder: Path, problems: list[Problem] | None = None, shown_as: str = "") -> Iterator[Path]:
    """Yield the files under a folder in order of path; links are problems where asked for, else passed over."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
        for name in sorted([*files, *folders]):
            path = Path(here) / name
            if path.is_symlink():
                if problems is not None:
                    place = Place(f"{shown_as}/{path.relative_to(folder).as_posix()}")
                    problems.append(Problem(CODE_FOLDER, place, "a link is not followed", "put the file itself here"))
                if name in folders:
                    folders.remove(name)
            elif name in files and not name.startswith((".", "~$")):
                yield path
