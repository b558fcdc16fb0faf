"""Whether stored versions still are what they were: a folder in, every fault out as a problem that names the file.

Looked for: files missing, added, changed, renamed or swapped; links and other things that are no plain files;
SHA256SUMS and the receipt at odds; a library that is missing or altered; a history with a line changed, taken out,
added, doubled or moved; a version that stands and is not told of, or is told of and does not stand.

What cannot be seen from within the store: the newest version removed together with the end of its history, or the
newest versions written anew with their receipts, digests and lines. The last seal of each history stands for all that
came before, so whoever keeps `heads` elsewhere sees both; and a signature (`signature.check`) shows the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.model.problem import MachineFault, Place, Problem, ordered, shown
from pipeline.store import chain, history, names, staging
from pipeline.store.names import HISTORY, LIBRARY, RECEIPT, SIGNATURES, STAGING, SUMS
from pipeline.store.verify_version import (
    ACCESS,
    CODE,
    RESTORE,
    Checked,
    check,
    digest_of,
    named,
    problem,
    reason,
    small,
)


def verify(path: Path) -> list[Problem]:
    """Check a version, a document with its history, a country, or a whole store.

    Args:
        path: A folder of any of these levels, or a packed version.

    Returns:
        What does not hold, in order of place; nothing when all is well. A folder without any version is one problem.
        A warning is no fault: what a dead run left, which the next one finishes, or a store older than histories.

    Raises:
        MachineFault: The folder does not exist or cannot be listed.
    """
    if not path.is_dir():
        raise MachineFault(f"there is no folder '{shown(path)}'")
    problems: list[Problem] = []
    if _is_version(path):
        problems += check(path, path, alone=True).problems
    else:
        documents = _documents(path)
        for place, versions in documents.items():
            checked = {version.name: check(version, path) for version in versions}
            problems += [p for one in checked.values() for p in one.problems]
            problems += _chain(place, checked, path) + _history(place, checked, path) + _beside(place, checked, path)
        for country in dict.fromkeys(place.parent for place in documents if place != path):
            files = [entry for entry in sorted(country.iterdir()) if entry.is_file()]
            problems += [problem(file, path, "this is no document's folder", "move it elsewhere") for file in files]
        problems += _libraries(path)
        problems += _strays(path)
        if not documents and not problems:
            problems.append(problem(path, path, "no version stands in this folder", "give the output folder"))
    return list(ordered(problems))


def heads(path: Path) -> Mapping[str, str]:
    """Return the last seal of each history beneath a folder by country and document, to be kept elsewhere.

    A store whose histories still bear these seals, or go on from them, has lost nothing since. Histories that are
    missing or end in a broken line are left out.

    Args:
        path: A store, a country or a document.
    """
    seals: dict[str, str] = {}
    for place in _documents(path):
        seal = chain.head(small(place / HISTORY) or b"")
        if seal:
            real = place.resolve()
            seals[f"{real.parent.name}/{real.name}"] = seal
    return seals


def _is_version(path: Path) -> bool:
    return (path / SUMS).is_file() or (path / RECEIPT).is_file() or bool(names.VERSION.fullmatch(path.name))


def _documents(path: Path) -> dict[Path, list[Path]]:
    """Return each document's folder under a path with its versions, oldest first."""
    found: dict[Path, list[Path]] = {}
    levels = [path]
    for _ in range(3):  # the path may be a document, a country or a store
        for place in levels:
            versions = [c for c in _children(place) if names.VERSION.fullmatch(c.name)]
            if versions or (place / HISTORY).exists():
                found[place] = sorted(versions, key=lambda v: names.ordinal(v.name))
        levels = [c for place in levels for c in _children(place) if names.SLUG.fullmatch(c.name)]
    return found


def _children(place: Path) -> list[Path]:
    """Return the folders in a folder, links left out, in order."""
    try:
        return sorted(c for c in place.iterdir() if c.is_dir() and not c.is_symlink())
    except OSError as error:
        raise MachineFault(f"cannot list '{shown(place.name)}': {reason(error)}") from None


# Between versions


def _chain(document: Path, checked: Mapping[str, Checked], top: Path) -> list[Problem]:
    """Check that each receipt names the one before it."""
    problems: list[Problem] = []
    before, previous = "", ""
    for version, one in checked.items():
        place, receipt = document / version, one.receipt
        if receipt is None:
            before, previous = "?", version
            continue
        if before != "?" and receipt.previous != before:
            after = f"version {previous}" if previous else "nothing"
            message = f"the version does not follow upon {after}; one was removed, added or replaced before it"
            problems.append(problem(place, top, message))
        if (receipt.document, receipt.country) != (document.name, document.resolve().parent.name):
            message = f"the receipt is that of {shown(receipt.country)}/{shown(receipt.document)}"
            problems.append(problem(place / RECEIPT, top, message))
        before, previous = one.digest, version
    return problems


def _history(document: Path, checked: Mapping[str, Checked], top: Path) -> list[Problem]:
    """Check the lines of a history, and that it and the versions tell of one another."""
    place = document / HISTORY
    left = _left(document, checked)  # before the history: a run that is just writing moves one to the other
    data = small(place)
    if left is not None and chain.finishes(left[0], data or b"", left[1], checked[left[1]].digest):
        message = f"the run that wrote version {left[1]} died, or is writing still; the next one finishes its history"
        fix = "draft again, or record a stage"
        return [Problem(CODE, Place(named(place, top)), message, fix, warning=True)]
    if data is None:
        return _without(document, checked, top)
    entries, problems = chain.read(data, named(place, top))
    told: set[str] = set()
    for number, entry in enumerate(entries, 1):
        if entry is None or entry.event == "stage":
            continue
        told.add(entry.version)
        one = checked.get(entry.version)
        if one is None and (document / entry.version).is_dir():
            continue  # written since the folder was listed
        if one is None or one.digest != entry.receipt:
            fault = "is missing" if one is None else "has another receipt"
            message = f"version {entry.version}, of which the line tells, {fault}"
            line = Place(named(place, top), number, 1)
            problems.append(Problem(CODE, line, message, RESTORE))
    if None not in entries:
        untold = [v for v in checked if v not in told]
        problems += [problem(document / v, top, f"{HISTORY} does not tell of this version") for v in untold]
    return problems


def _left(document: Path, checked: Mapping[str, Checked]) -> tuple[bytes, str] | None:
    """Return the history that a dead run left for a version of this document which stands, and that version."""
    real = document.resolve()
    desk = real.parent.parent / STAGING
    try:
        entries = sorted(desk.iterdir()) if not desk.is_symlink() else []
    except OSError:  # mostly there is none
        return None
    for entry in entries:
        found = staging.named(entry.name)
        data = small(entry)
        if found and found[:2] == (real.parent.name, real.name) and found[2] in checked and data is not None:
            return data, found[2]
    return None


def _without(document: Path, checked: Mapping[str, Checked], top: Path) -> list[Problem]:
    """Tell of a history that is missing: a fault, unless all versions are older than histories."""
    if any(history.is_owed(small(document / version / RECEIPT) or b"") for version in checked):
        return [problem(document / HISTORY, top, "the history is missing")]
    message = "these versions are older than histories; the next one begins it"
    return [Problem(CODE, Place(named(document, top)), message, "draft again, or record a stage", warning=True)]


def _beside(document: Path, checked: Mapping[str, Checked], top: Path) -> list[Problem]:
    """Check that nothing stands beside the versions but their history and signatures."""
    problems: list[Problem] = []
    try:
        entries = sorted(document.iterdir())
        signatures = document / SIGNATURES
        if signatures.is_dir() and not signatures.is_symlink():
            entries += sorted(signatures.iterdir())
    except OSError as error:
        return [problem(document, top, f"the folder cannot be listed: {reason(error)}", ACCESS)]
    for entry in entries:
        if entry.parent == signatures:
            version = entry.name.removesuffix(".sig")
            known = entry.is_file() and not entry.is_symlink() and entry.name == f"{version}.sig" and version in checked
            message = "this is no signature of a version that stands here"
        else:
            known = entry.is_dir() and (bool(names.VERSION.fullmatch(entry.name)) or entry.name == SIGNATURES)
            known = known or entry.name == HISTORY
            message = "this is neither a version nor the history"
        if not known:
            problems.append(problem(entry, top, message, "move it elsewhere"))
    return problems


def _libraries(top: Path) -> list[Problem]:
    """Check the stored libraries of a store by their names."""
    kept = top / LIBRARY
    if kept.is_symlink():
        return [problem(kept, top, "a link stands here", "remove it")]
    if not kept.is_dir():
        return []
    problems: list[Problem] = []
    for file in sorted(kept.iterdir()):
        stem, _, suffix = file.name.partition(".")
        if file.is_symlink() or not file.is_file() or suffix != "zip" or not names.DIGEST.fullmatch(stem):
            problems.append(problem(file, top, "this is no stored library", "remove it"))
            continue
        try:
            if digest_of(file) != stem:
                problems.append(problem(file, top, "the library was changed"))
        except OSError as error:
            problems.append(problem(file, top, f"it cannot be read: {reason(error)}", ACCESS))
    return problems


def _strays(top: Path) -> list[Problem]:
    """Report links above the versions, where one could stand for a whole document; a staging folder is only told."""
    problems: list[Problem] = []
    level = [top]
    for _ in range(3):
        entries = [entry for place in level for entry in sorted(place.iterdir())]
        problems += [problem(e, top, "a link stands here", "remove it") for e in entries if e.is_symlink()]
        level = [e for e in entries if not e.is_symlink() and e.is_dir() and names.SLUG.fullmatch(e.name)]
    if (top / STAGING).is_dir():
        message = "a run is writing here, or one died; the next run removes what it left"
        place = Place(f"{shown(top.name)}/{STAGING}")
        problems.append(Problem(CODE, place, message, "draft again, or remove the folder", warning=True))
    return problems
