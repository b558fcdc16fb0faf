"""Whether one stored version still is what it was: its files, their list, its receipt and its library held together."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.model.problem import Faulty, Place, Problem, shown
from pipeline.store import chain, names
from pipeline.store.codec import load
from pipeline.store.names import ADOPTED, HISTORY, LIBRARY, RECEIPT, SUMS
from pipeline.store.receipt import Receipt
from pipeline.store.version import digest, written

CODE = "STORE-030"
ACCESS = "give access to it"
RESTORE = "restore it from a copy; a version is never repaired by hand"

ANSWERS = ("selection.json", "findings.json")
"""Records that a version packed for others may leave behind, together with its intake."""

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_CHUNK = 1 << 20
MAX_SMALL = 64_000_000
"""Bytes of a receipt, list or history beyond which it is not read."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about a version.

    Attributes:
        problems: What does not hold.
        digest: The digest of its receipt, empty where it has none.
        receipt: Its receipt, or None where that cannot be read.
    """

    problems: list[Problem]
    digest: str
    receipt: Receipt | None


def check(place: Path, top: Path, alone: bool = False) -> Checked:
    """Check one version by its own list and receipt, and its library.

    Args:
        place: The version's folder.
        top: The folder that was asked about, for messages.
        alone: Whether it is looked at without the versions around it; it may then be packed, with its history in it.
    """
    found, problems = _found(place, top)
    listed, faults = _listed(place, top)
    problems += faults
    data = small(place / RECEIPT)
    receipt, faults = _receipt(data, place, top)
    if listed is not None:
        packed = alone and HISTORY in listed
        problems += _compared(place, top, listed, found) + faults
        if receipt is not None:
            problems += _against_receipt(place, top, listed, receipt, packed) + _library_of(place, top, receipt)
            problems += _packed_history(place, top, receipt, digest(data or b"")) if packed else []
    return Checked(problems, "" if data is None else digest(data), receipt)


def problem(place: Path, top: Path, message: str, fix: str = RESTORE) -> Problem:
    """Return a fault by its place beneath the folder that is checked."""
    return Problem(CODE, Place(named(place, top)), message, fix)


def named(place: Path, top: Path) -> str:
    """Return a place beneath the folder that is checked as messages name it."""
    return shown(top.name if place == top else f"{top.name}/{place.relative_to(top).as_posix()}")


def reason(error: OSError) -> str:
    """Return in words what the system said."""
    text = os.strerror(error.errno) if error.errno else "the system refused"
    return text[:1].lower() + text[1:]


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
            problems.append(problem(folder, top, f"the folder cannot be listed: {reason(error)}", ACCESS))
            continue
        for entry in entries:
            if entry.is_symlink():
                message = "a link stands here; a version holds only plain files"
                problems.append(problem(entry, top, message, "remove it"))
            elif entry.is_dir():
                folders.append(entry)
            elif not entry.is_file():
                problems.append(problem(entry, top, "this is no plain file", "remove it"))
            elif entry != place / SUMS:
                try:
                    found[entry.relative_to(place).as_posix()] = digest_of(entry)
                except OSError as error:
                    problems.append(problem(entry, top, f"it cannot be read: {reason(error)}", ACCESS))
                    found[entry.relative_to(place).as_posix()] = ""
    return found, problems


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file of any size."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()


def small(path: Path) -> bytes | None:
    """Return the bytes of a plain file of ordinary size, or None."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_SMALL:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _listed(place: Path, top: Path) -> tuple[dict[str, str] | None, list[Problem]]:
    """Read SHA256SUMS: digest by name, or None where it cannot be used."""
    data = small(place / SUMS)
    if data is None:
        return None, [problem(place / SUMS, top, "the list of digests is missing")]
    listed: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if not match or not names.is_file(match[2]) or match[2] in listed:
            problems.append(problem(place / SUMS, top, f"line {number} is no digest and name, or names a file twice"))
        else:
            listed[match[2]] = match[1]
    if not problems and data != written(listed):
        problems.append(problem(place / SUMS, top, "it is not laid out as it was written"))
    if RECEIPT not in listed:
        problems.append(problem(place / SUMS, top, f"{RECEIPT} is not listed"))
    return listed, problems


def _compared(place: Path, top: Path, listed: Mapping[str, str], found: Mapping[str, str]) -> list[Problem]:
    """Compare the list with what stands there; where a content turns up under another name, say so."""
    by_digest = {value: name for name, value in listed.items()}
    problems: list[Problem] = []
    for name, expected in listed.items():
        if name not in found:
            moved = next((n for n, d in found.items() if d == expected and n not in listed), "")
            message = f"the file is missing{f'; its content stands in {shown(moved)}' if moved else ''}"
            problems.append(problem(place / name, top, message))
        elif found[name] and found[name] != expected:
            other = by_digest.get(found[name], "")
            message = f"it holds the content of {shown(other)}" if other else "its content was changed"
            problems.append(problem(place / name, top, message))
    added = "the file was added; the version did not have it"
    return problems + [problem(place / name, top, added, "remove it") for name in found.keys() - listed.keys()]


def _receipt(data: bytes | None, place: Path, top: Path) -> tuple[Receipt | None, list[Problem]]:
    if data is None:
        return None, []  # the list tells of it
    try:
        return load(data, Receipt, RECEIPT), []
    except Faulty as faulty:
        newer = any("newer version" in p.message for p in faulty.problems)  # told once for all of a store
        return None, [problem(top if newer else place / RECEIPT, top, p.message, p.fix) for p in faulty.problems]


def _against_receipt(
    place: Path, top: Path, listed: Mapping[str, str], receipt: Receipt, packed: bool
) -> list[Problem]:
    """Compare SHA256SUMS with the receipt, which names the same files apart from itself.

    A file of the intake whose name cannot stand in a version is kept under another, so that its content counts. A
    packed version has its library and history in it, and may leave the answers behind, but only all of them.
    """
    told = {**receipt.records, **receipt.renditions, **{f"intake/{n}": d for n, d in receipt.intake.items()}}
    kept = {value for name, value in listed.items() if name.startswith("intake/")}
    left = packed and not kept and not any(name in listed for name in ANSWERS)
    faults: list[str] = []
    for name, value in told.items():
        if listed.get(name, value) != value:
            faults.append(f"{SUMS} and {RECEIPT} give different digests of {shown(name)}")
        elif name not in listed and not _may_lack(name, value, kept, left):
            faults.append(f"{RECEIPT} names {shown(name)}, which {SUMS} does not list")
    more = {HISTORY, f"{LIBRARY}/{receipt.library}.zip"} if packed else set()
    unnamed = listed.keys() - told.keys() - {RECEIPT} - more
    faults += [f"{SUMS} lists {shown(name)}, which {RECEIPT} does not name" for name in unnamed]
    if (receipt.adopted is not None) != (ADOPTED in receipt.records):
        faults.append(f"{RECEIPT} and {ADOPTED} do not agree whether this is the ministry's own file")
    elif receipt.adopted is not None and receipt.adopted.file not in receipt.renditions.values():
        faults.append(f"the ministry's own file, as {RECEIPT} names it, is not among the files")
    problems = [problem(place / SUMS, top, fault) for fault in faults]
    if names.VERSION.fullmatch(place.name) and receipt.version != place.name:
        message = f"the receipt is that of version {shown(receipt.version)}"
        problems.append(problem(place / RECEIPT, top, message))
    return problems


def _may_lack(name: str, value: str, kept: set[str], left: bool) -> bool:
    """Tell whether a file that the receipt names may be absent, since it is kept under another name or was left out."""
    if name.startswith("intake/"):
        return left or value in kept
    return left and name in ANSWERS


def _packed_history(place: Path, top: Path, receipt: Receipt, seal: str) -> list[Problem]:
    """Check the history that a packed version brings along: sound, and with this version as its newest."""
    file = named(place / HISTORY, top)
    entries, problems = chain.read(small(place / HISTORY) or b"", file)
    told = [e for e in entries if e is not None and e.event != "stage"]
    if not problems and (not told or (told[-1].version, told[-1].receipt) != (receipt.version, seal)):
        problems.append(
            problem(place / HISTORY, top, f"its newest version is not {shown(receipt.version)} as it lies here")
        )
    return problems


def _library_of(place: Path, top: Path, receipt: Receipt) -> list[Problem]:
    """Check that the library which a version consulted is kept, beside its country or (packed) within it."""
    if not names.DIGEST.fullmatch(receipt.library):
        return [problem(place / RECEIPT, top, "the receipt names no library")]
    file = f"{LIBRARY}/{receipt.library}.zip"
    real = place.resolve()
    homes = [real, *real.parents[2:3]]
    for home in homes:
        if (home / LIBRARY).is_symlink() or (home / file).is_symlink():
            continue
        if (home / file).is_file():
            try:
                sound = digest_of(home / file) == receipt.library
            except OSError as error:
                message = f"its library {file} cannot be read: {reason(error)}"
                return [problem(place, top, message, ACCESS)]
            return [] if sound else [problem(place, top, f"its library {file} was changed")]
    return [problem(place, top, f"its library {file} is missing")]
