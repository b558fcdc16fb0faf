"""Whether stored versions still are what they were: a folder in, every fault out as a problem that names the file.

Looked for: files missing, added, changed, renamed or swapped; links and other things that are no plain files;
SHA256SUMS and the receipt at odds; a library that is missing or altered; a history with a version taken out,
slipped in or replaced. What cannot be seen without a signature or a copy elsewhere: the newest versions removed,
or the newest one rewritten with all its digests.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.model.problem import Faulty, MachineFault, Place, Problem, ordered, shown
from pipeline.store import names
from pipeline.store.codec import load
from pipeline.store.names import LIBRARY, RECEIPT, STAGING, SUMS
from pipeline.store.receipt import Receipt
from pipeline.store.version import digest

CODE = "STORE-030"
ACCESS = "give access to it"
RESTORE = "restore it from a copy; a version is never repaired by hand"

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_CHUNK = 1 << 20
MAX_SMALL = 64_000_000
"""Bytes of a receipt or list of digests beyond which it is not read."""


def verify(path: Path) -> list[Problem]:
    """Check a version, a document with its history, a country, or a whole store.

    Args:
        path: A folder of any of these levels.

    Returns:
        What does not hold, in order of place; nothing when all is well. A folder without any version is one problem.

    Raises:
        MachineFault: The folder does not exist or cannot be listed.
    """
    if not path.is_dir():
        raise MachineFault(f"there is no folder '{shown(path)}'")
    problems: list[Problem] = []
    if _is_version(path):
        problems += _version(path, path)
    else:
        documents = _documents(path)
        for place, versions in documents.items():
            for version in versions:
                problems += _version(version, path)
            problems += _chain(place, versions, path)
        problems += _libraries(path)
        problems += _strays(path)
        if not documents and not problems:
            problems.append(_problem(path, path, "no version stands in this folder", "give the output folder"))
    return list(ordered(problems))


def _problem(place: Path, top: Path, message: str, fix: str = RESTORE) -> Problem:
    name = top.name if place == top else f"{top.name}/{place.relative_to(top).as_posix()}"
    return Problem(CODE, Place(shown(name)), message, fix)


def _is_version(path: Path) -> bool:
    return (path / SUMS).is_file() or (path / RECEIPT).is_file() or bool(names.VERSION.fullmatch(path.name))


def _documents(path: Path) -> dict[Path, list[Path]]:
    """Return each document's folder under a path with its versions, oldest first."""
    found: dict[Path, list[Path]] = {}
    levels = [path]
    for _ in range(3):  # the path may be a document, a country or a store
        for place in levels:
            versions = [c for c in _children(place) if names.VERSION.fullmatch(c.name)]
            if versions:
                found[place] = sorted(versions, key=lambda v: names.ordinal(v.name))
        levels = [c for place in levels for c in _children(place) if names.SLUG.fullmatch(c.name)]
    return found


def _children(place: Path) -> list[Path]:
    """Return the folders in a folder, links left out, in order."""
    try:
        return sorted(c for c in place.iterdir() if c.is_dir() and not c.is_symlink())
    except OSError as error:
        raise MachineFault(f"cannot list '{shown(place.name)}': {_reason(error)}") from None


def _reason(error: OSError) -> str:
    text = os.strerror(error.errno) if error.errno else "the system refused"
    return text[:1].lower() + text[1:]


# One version


def _version(place: Path, top: Path) -> list[Problem]:
    """Check one version by its own list and receipt, and its library."""
    found, problems = _found(place, top)
    listed, faults = _listed(place, top)
    problems += faults
    if listed is None:
        return problems
    problems += _compared(place, top, listed, found)
    receipt, faults = _receipt(place, top)
    problems += faults
    if receipt is not None:
        problems += _against_receipt(place, top, listed, receipt)
        problems += _library_of(place, top, receipt)
    return problems


def _found(place: Path, top: Path) -> tuple[dict[str, str], list[Problem]]:
    """Return the digest of each plain file of a version by name; a problem for all that is none."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    folders = [place]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            problems.append(_problem(folder, top, f"the folder cannot be listed: {_reason(error)}", ACCESS))
            continue
        for entry in entries:
            if entry.is_symlink():
                message = "a link stands here; a version holds only plain files"
                problems.append(_problem(entry, top, message, "remove it"))
            elif entry.is_dir():
                folders.append(entry)
            elif not entry.is_file():
                problems.append(_problem(entry, top, "this is no plain file", "remove it"))
            elif entry != place / SUMS:
                try:
                    found[entry.relative_to(place).as_posix()] = _digest_of(entry)
                except OSError as error:
                    problems.append(_problem(entry, top, f"it cannot be read: {_reason(error)}", ACCESS))
                    found[entry.relative_to(place).as_posix()] = ""
    return found, problems


def _digest_of(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()


def _small(path: Path) -> bytes | None:
    """Return the bytes of a plain file of ordinary size, or None."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_SMALL:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _listed(place: Path, top: Path) -> tuple[dict[str, str] | None, list[Problem]]:
    """Read SHA256SUMS: digest by name, or None where it cannot be used."""
    data = _small(place / SUMS)
    if data is None:
        return None, [_problem(place / SUMS, top, "the list of digests is missing")]
    listed: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if not match or not names.is_file(match[2]) or match[2] in listed:
            problems.append(_problem(place / SUMS, top, f"line {number} is no digest and name, or names a file twice"))
        else:
            listed[match[2]] = match[1]
    if RECEIPT not in listed:
        problems.append(_problem(place / SUMS, top, f"{RECEIPT} is not listed"))
    return listed, problems


def _compared(place: Path, top: Path, listed: Mapping[str, str], found: Mapping[str, str]) -> list[Problem]:
    """Compare the list with what stands there; where a content turns up under another name, say so."""
    by_digest = {value: name for name, value in listed.items()}
    problems: list[Problem] = []
    for name, expected in listed.items():
        if name not in found:
            moved = next((n for n, d in found.items() if d == expected and n not in listed), "")
            message = f"the file is missing{f'; its content stands in {shown(moved)}' if moved else ''}"
            problems.append(_problem(place / name, top, message))
        elif found[name] and found[name] != expected:
            other = by_digest.get(found[name], "")
            message = f"it holds the content of {shown(other)}" if other else "its content was changed"
            problems.append(_problem(place / name, top, message))
    added = "the file was added; the version did not have it"
    return problems + [_problem(place / name, top, added, "remove it") for name in found.keys() - listed.keys()]


def _receipt(place: Path, top: Path) -> tuple[Receipt | None, list[Problem]]:
    data = _small(place / RECEIPT)
    if data is None:
        return None, []  # the list tells of it
    try:
        return load(data, Receipt, RECEIPT), []
    except Faulty as faulty:
        return None, [_problem(place / RECEIPT, top, p.message, p.fix) for p in faulty.problems]


def _against_receipt(place: Path, top: Path, listed: Mapping[str, str], receipt: Receipt) -> list[Problem]:
    """Compare SHA256SUMS with the receipt, which names the same files apart from itself.

    A file of the intake whose name cannot stand in a version is kept under another, so that its content counts.
    The intake may be missing only as a whole: a version packed for readers leaves the answers behind.
    """
    told = {**receipt.records, **receipt.renditions, **{f"intake/{n}": d for n, d in receipt.intake.items()}}
    kept = {value for name, value in listed.items() if name.startswith("intake/")}
    faults: list[str] = []
    for name, value in told.items():
        if listed.get(name, value) != value:
            faults.append(f"{SUMS} and {RECEIPT} give different digests of {shown(name)}")
        elif name not in listed and not (name.startswith("intake/") and (value in kept or not kept)):
            faults.append(f"{RECEIPT} names {shown(name)}, which {SUMS} does not list")
    unnamed = listed.keys() - told.keys() - {RECEIPT}
    faults += [f"{SUMS} lists {shown(name)}, which {RECEIPT} does not name" for name in unnamed]
    problems = [_problem(place / SUMS, top, fault) for fault in faults]
    if names.VERSION.fullmatch(place.name) and receipt.version != place.name:
        message = f"the receipt is that of version {shown(receipt.version)}"
        problems.append(_problem(place / RECEIPT, top, message))
    return problems


def _library_of(place: Path, top: Path, receipt: Receipt) -> list[Problem]:
    """Check that the library which a version consulted is kept, beside its country or (packed) within it."""
    if not names.DIGEST.fullmatch(receipt.library):
        return [_problem(place / RECEIPT, top, "the receipt names no library")]
    file = f"{LIBRARY}/{receipt.library}.zip"
    real = place.resolve()
    homes = [real, *real.parents[2:3]]
    for home in homes:
        if (home / LIBRARY).is_symlink() or (home / file).is_symlink():
            continue
        if (home / file).is_file():
            try:
                sound = _digest_of(home / file) == receipt.library
            except OSError as error:
                message = f"its library {file} cannot be read: {_reason(error)}"
                return [_problem(place, top, message, ACCESS)]
            return [] if sound else [_problem(place, top, f"its library {file} was changed")]
    return [_problem(place, top, f"its library {file} is missing")]


# Between versions


def _chain(document: Path, versions: list[Path], top: Path) -> list[Problem]:
    """Check that each receipt names the one before it."""
    problems: list[Problem] = []
    before, previous = "", ""
    for version in versions:
        data = _small(version / RECEIPT)
        receipt = _receipt(version, top)[0]
        if data is None or receipt is None:
            before, previous = "?", version.name
            continue
        if before != "?" and receipt.previous != before:
            after = f"version {previous}" if previous else "nothing"
            message = f"the version does not follow upon {after}; one was removed, added or replaced before it"
            problems.append(_problem(version, top, message))
        if (receipt.document, receipt.country) != (document.name, document.resolve().parent.name):
            message = f"the receipt is that of {shown(receipt.country)}/{shown(receipt.document)}"
            problems.append(_problem(version / RECEIPT, top, message))
        before, previous = digest(data), version.name
    return problems


def _libraries(top: Path) -> list[Problem]:
    """Check the stored libraries of a store by their names."""
    kept = top / LIBRARY
    if kept.is_symlink():
        return [_problem(kept, top, "a link stands here", "remove it")]
    if not kept.is_dir():
        return []
    problems: list[Problem] = []
    for file in sorted(kept.iterdir()):
        stem, _, suffix = file.name.partition(".")
        if file.is_symlink() or not file.is_file() or suffix != "zip" or not names.DIGEST.fullmatch(stem):
            problems.append(_problem(file, top, "this is no stored library", "remove it"))
            continue
        try:
            if _digest_of(file) != stem:
                problems.append(_problem(file, top, "the library was changed"))
        except OSError as error:
            problems.append(_problem(file, top, f"it cannot be read: {_reason(error)}", ACCESS))
    return problems


def _strays(top: Path) -> list[Problem]:
    """Report links above the versions, where one could stand for a whole document; a staging folder is only told."""
    problems: list[Problem] = []
    level = [top]
    for _ in range(3):
        entries = [entry for place in level for entry in sorted(place.iterdir())]
        problems += [_problem(e, top, "a link stands here", "remove it") for e in entries if e.is_symlink()]
        level = [e for e in entries if not e.is_symlink() and e.is_dir() and names.SLUG.fullmatch(e.name)]
    if (top / STAGING).is_dir():
        message = "a run is writing here, or one died; the next run removes what it left"
        place = Place(f"{shown(top.name)}/{STAGING}")
        problems.append(Problem(CODE, place, message, "draft again, or remove the folder", warning=True))
    return problems
