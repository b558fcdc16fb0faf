"""A version folder, whole or not at all: bytes in, OUT/<country>/<document>/<version>/ out, never overwritten.

A version is made ready in a folder of the same store, flushed and compared, and then renamed to its place. A run that
dies leaves at most that folder, which the next run finishes or removes: only the holder of the store's lock may use it,
so whatever is found there belongs to nobody. The stored library comes to its place first, then the version, then the
history with it: a version never speaks of a library that is missing, nor a history of a version that is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.model.change import Weight
from pipeline.model.problem import DoesNotHold, Refused
from pipeline.model.version import Entry
from pipeline.store import chain, codec, folder, history, names, staging
from pipeline.store.names import HISTORY, LIBRARY, RECEIPT, SUMS
from pipeline.store.receipt import Receipt


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the digest of each file by name, in order of name."""
    return {name: digest(files[name]) for name in sorted(files)}


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the list of digests of files as `sha256sum -c` reads it, in order of name."""
    return written({name: digest(data) for name, data in files.items()})


def written(digests: Mapping[str, str]) -> bytes:
    """Return digests by name as such a list."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode("utf-8")


@dataclass(frozen=True, slots=True)
class Item:
    """A version to be written.

    Attributes:
        country: Slug of the country.
        document: Slug of the document, such as `guidelines`.
        version: Its number; `next_version` and `next_release` give the next one.
        files: Bytes by name, `receipt.json` among them; SHA256SUMS is added in writing.
    """

    country: str
    document: str
    version: str
    files: Mapping[str, bytes]


def write(
    root: Path, country: str, document: str, version: str, files: Mapping[str, bytes], library: bytes | None = None
) -> Path:
    """Write one version once: `write_many` with one item; return its folder."""
    return write_many(root, [Item(country, document, version, files)], library)[0]


def write_many(root: Path, items: Sequence[Item], library: bytes | None = None) -> tuple[Path, ...]:
    """Write versions once, each of them whole with its line in its document's history, one after the other.

    All are made ready before the first comes to its place, so that what can be known to fail fails before that. Where
    a later one cannot come to its place, the earlier ones stand.

    Args:
        root: The store's folder, such as `output`; made where it does not exist.
        items: The versions, those of one document in order of their numbers.
        library: The zip of the library consulted, kept once per content.

    Returns:
        The versions' folders.

    Raises:
        Faulty: A name is not allowed; or a history was changed (7).
        Refused: A version exists or follows upon another than the newest, a link stands in the way, or another run is
            writing.
        DoesNotHold: The stored library is damaged, or a history and the versions disagree.
        MachineFault: The disk is full, not writable, or faulty. No half of a version is left; a whole one stands only
            where the fault came after it was in its place.
    """
    wholes = [_whole(item) for item in items]
    with staging.opened(root) as desk:
        histories = _histories(desk, items)
        stored = _stage_library(library, desk) if library is not None else ""
        for item, whole, told in zip(items, wholes, histories, strict=True):
            ready = staging.name(item.country, item.document, item.version)
            folder.make(ready, desk.staging)
            with folder.opened(ready, desk.staging) as inner:
                folder.write_tree(whole, inner)
            folder.write_file(ready + staging.LINES, told, desk.staging)
        folder.flush(desk.staging)
        for number, item in enumerate(items):
            _publish(desk, item, stored if number == 0 else "")
    return tuple(desk.root / item.country / item.document / item.version for item in items)


def _whole(item: Item) -> dict[str, bytes]:
    """Return a version's files with their list of digests, all names checked."""
    names.slug(item.country, "country")
    names.slug(item.document, "document")
    names.version(item.version)
    names.files([*item.files, SUMS])
    taken = [name for name in item.files if name in (SUMS, HISTORY) or name.startswith(f"{LIBRARY}/")]
    if RECEIPT not in item.files or taken:
        raise ValueError(f"a version has a {RECEIPT}, and no {', '.join(taken) or 'other file of its name'}")
    return {**item.files, SUMS: sums(item.files)}


def _histories(desk: staging.Desk, items: Sequence[Item]) -> list[bytes]:
    """Return for each version the history of its document as it is once the version stands."""
    found: dict[tuple[str, str], tuple[bytes, Entry | None]] = {}
    histories: list[bytes] = []
    for item in items:
        key = item.country, item.document
        data, newest = found[key] if key in found else _present(desk, item)
        receipt = codec.load(item.files[RECEIPT], Receipt, f"{item.version}/{RECEIPT}")
        if (receipt.country, receipt.document, receipt.version) != (*key, item.version):
            raise ValueError(f"the receipt is not that of {item.country}/{item.document}/{item.version}")
        if newest is not None and names.ordinal(item.version) <= names.ordinal(newest.version):
            raise Refused(
                f"version {item.version} of {item.country}/{item.document} already exists, or would come before "
                f"{newest.version}; versions are never changed"
            )
        if receipt.previous != (newest.receipt if newest else ""):
            after = newest.version if newest else "none"
            raise Refused(
                f"the newest version of {item.country}/{item.document} is {after}, and {item.version} was made after "
                "another; another run wrote in the meantime, so do it again"
            )
        entry = history.entry_of(item.files[RECEIPT])
        histories.append(chain.extended(data, [entry]))
        found[key] = histories[-1], entry
    return histories


def _present(desk: staging.Desk, item: Item) -> tuple[bytes, Entry | None]:
    """Return a document's history and the entry of its newest version; nothing where the document is new."""
    if not folder.exists(item.country, desk.top):
        return b"", None
    with folder.opened(item.country, desk.top) as above:
        if not folder.exists(item.document, above):
            return b"", None
        with folder.opened(item.document, above) as here:
            data, entries = history.present(here, item.country, item.document)
    return data, next((entry for entry in reversed(entries) if entry.event != "stage"), None)


def _stage_library(data: bytes, desk: staging.Desk) -> str:
    """Make the library's zip ready unless it is stored; return its name, or nothing."""
    name = f"{digest(data)}.zip"
    if folder.exists(LIBRARY, desk.top):
        with folder.opened(LIBRARY, desk.top) as kept:
            if folder.exists(name, kept):
                if folder.read(name, kept) != data:
                    raise DoesNotHold(f"{LIBRARY}/{name} is not what its name says; restore it from a copy")
                return ""
    folder.write_file(name, data, desk.staging)
    return name


def _publish(desk: staging.Desk, item: Item, stored: str) -> None:
    """Rename to its place the library, then a version, then its history; a fault before the last undoes all of it.

    The version is flushed before its history is renamed, so that no history tells of a version that is lost with the
    power.
    """
    with contextlib.ExitStack() as held, contextlib.ExitStack() as undo:
        changed: list[int] = []

        def enter(name: str, within: int) -> int:
            if folder.make(name, within):
                undo.callback(folder.drop, name, within)
                changed.append(within)
            return held.enter_context(folder.opened(name, within))

        if stored:
            kept = enter(LIBRARY, desk.top)
            folder.move(stored, desk.staging, kept)
            undo.callback(folder.drop, stored, kept)
            changed.append(kept)
        here = enter(item.document, enter(item.country, desk.top))
        ready = staging.name(item.country, item.document, item.version)
        folder.move(ready, desk.staging, here, item.version)
        undo.callback(folder.move, item.version, here, desk.staging, ready)
        for place in dict.fromkeys([*changed, here]):
            folder.flush(place)
        folder.move(ready + staging.LINES, desk.staging, here, HISTORY)
        undo.pop_all()
        folder.flush(here)


def versions(root: Path, country: str, document: str) -> tuple[str, ...]:
    """Return the numbers of the versions that stand, oldest first; none where there is no such folder."""
    place = folder_of(root, country, document)
    if not place.is_dir():
        return ()
    with folder.telling(place.name), os.scandir(place) as entries:
        found = [e.name for e in entries if names.VERSION.fullmatch(e.name) and e.is_dir(follow_symlinks=False)]
    return tuple(sorted(found, key=names.ordinal))


def latest(root: Path, country: str, document: str) -> str | None:
    """Return the number of the newest version, or None."""
    return next(reversed(versions(root, country, document)), None)


def next_version(root: Path, country: str, document: str, weight: Weight = "minor") -> str:
    """Return the number that the next draft bears.

    Args:
        root: The store's folder.
        country: Slug of the country.
        document: Slug of the document.
        weight: How its text differs from the last release; before the first it counts for nothing.
    """
    return names.following(versions(root, country, document), weight)


def next_release(root: Path, country: str, document: str) -> str:
    """Return the number that an approved version bears: 1.0 for the first, then what the newest draft heads for.

    Raises:
        Refused: The newest version is a release itself.
    """
    return names.releasing(versions(root, country, document))


def documents(root: Path) -> tuple[tuple[str, str], ...]:
    """Return (country, document) for every document of a store that has a version, in order."""
    pairs = [
        (country, document) for country in _folders(root) if country != LIBRARY for document in _folders(root / country)
    ]
    return tuple(pair for pair in pairs if versions(root, *pair))


def folder_of(root: Path, country: str, document: str, version: str = "") -> Path:
    """Return where a document, or a version of it, stands or would stand.

    Raises:
        Faulty: A name is not allowed.
        Refused: The way there leads through a link.
    """
    parts = [names.slug(country, "country"), names.slug(document, "document")]
    if version:
        parts.append(names.version(version))
    here = root.resolve()
    for part in parts:
        here = here / part
        if here.is_symlink():
            raise Refused(f"'{part}' in the output folder is a link; remove it, then try again")
    return here


def read(root: Path, country: str, document: str, version: str, name: str) -> bytes:
    """Return the bytes of one file of a version.

    Raises:
        Faulty: A name is not allowed.
        Refused: There is no such file, or the way there leads through a link.
        MachineFault: It cannot be read.
    """
    names.files([name])
    place = folder_of(root, country, document, version)
    if not place.is_dir():
        raise Refused(f"there is no version {version} of {country}/{document} in this output folder")
    with contextlib.ExitStack() as held:
        here = held.enter_context(folder.opened(place))
        *above, last = name.split("/")
        for part in above:
            here = held.enter_context(folder.opened(part, here))
        return folder.read(last, here)


def _folders(place: Path) -> list[str]:
    if not place.is_dir():
        return []
    with folder.telling(place.name), os.scandir(place) as entries:
        return sorted(e.name for e in entries if names.SLUG.fullmatch(e.name) and e.is_dir(follow_symlinks=False))
