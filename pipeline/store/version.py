"""A version folder, whole or not at all: bytes in, OUT/<country>/<document>/<version>/ out, never overwritten.

A version is built in a staging folder of the same store, flushed and compared, and then renamed to its place. A
run that dies leaves at most that staging folder, which the next run removes: only the holder of the store's lock
may use it, so whatever is found there belongs to nobody. The stored library comes to its place first; a version
never speaks of one that is missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.model.problem import DoesNotHold, MachineFault, Refused
from pipeline.store import folder, names
from pipeline.store.names import LIBRARY, RECEIPT, STAGING, SUMS


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the list of digests as `sha256sum -c` reads it, in order of name."""
    return "".join(f"{digest(files[name])}  {name}\n" for name in sorted(files)).encode("utf-8")


def write(
    root: Path, country: str, document: str, version: str, files: Mapping[str, bytes], library: bytes | None = None
) -> Path:
    """Write a version once.

    Args:
        root: The store's folder, such as `output`; made where it does not exist.
        country: Slug of the country.
        document: Slug of the document, such as `guidelines`.
        version: Its number; `next_version` gives the next one.
        files: Bytes by name, `receipt.json` among them; SHA256SUMS is added here.
        library: The zip of the library consulted, kept once per content.

    Returns:
        The version's folder.

    Raises:
        Faulty: A name is not allowed.
        Refused: The version exists, a link stands in the way, or another run is writing.
        MachineFault: The disk is full, not writable, or faulty; nothing is left behind.
    """
    names.slug(country, "country")
    names.slug(document, "document")
    names.version(version)
    names.files([*files, SUMS])
    if RECEIPT not in files or SUMS in files:
        raise ValueError(f"a version has a {RECEIPT}, and its {SUMS} is made here")
    whole = {**files, SUMS: sums(files)}
    real = folder.root_of(root)
    with folder.opened(real) as top, folder.locked(top):
        folder.clear(STAGING, top)
        _refuse_existing(top, country, document, version)
        with _staging(top) as staging:
            stored = _stage_library(library, top, staging) if library is not None else ""
            folder.make(version, staging)
            with folder.opened(version, staging) as inner:
                folder.write_tree(whole, inner)
            folder.flush(staging)
            _publish(top, staging, country, document, version, stored)
    return real / country / document / version


@contextlib.contextmanager
def _staging(top: int) -> Iterator[int]:
    """Give the open staging folder, readable by us alone; it is gone afterwards, whatever happens."""
    folder.make(STAGING, top, 0o700)
    try:
        with folder.opened(STAGING, top) as staging:
            yield staging
    finally:
        with contextlib.suppress(MachineFault):  # what cannot be removed now is removed by the next run
            folder.clear(STAGING, top)


def _refuse_existing(top: int, country: str, document: str, version: str) -> None:
    if not folder.exists(country, top):
        return
    with folder.opened(country, top) as above:
        if not folder.exists(document, above):
            return
        with folder.opened(document, above) as place:
            if folder.exists(version, place):
                raise Refused(f"version {version} of {country}/{document} already exists; versions are never changed")


def _stage_library(data: bytes, top: int, staging: int) -> str:
    """Write the library's zip to the staging folder unless it is stored; return its name there, or nothing."""
    name = f"{digest(data)}.zip"
    if folder.exists(LIBRARY, top):
        with folder.opened(LIBRARY, top) as kept:
            if folder.exists(name, kept):
                if folder.read(name, kept) != data:
                    raise DoesNotHold(f"{LIBRARY}/{name} is not what its name says; restore it from a copy")
                return ""
    folder.write_file(name, data, staging)
    return name


def _publish(top: int, staging: int, country: str, document: str, version: str, stored: str) -> None:
    """Rename what is staged to its place and flush that; a fault on the way undoes all of it."""
    with contextlib.ExitStack() as held, contextlib.ExitStack() as undo:

        def enter(name: str, within: int) -> int:
            if folder.make(name, within):
                undo.callback(folder.drop, name, within)
            return held.enter_context(folder.opened(name, within))

        if stored:
            kept = enter(LIBRARY, top)
            folder.move(stored, staging, kept)
            undo.callback(folder.drop, stored, kept)
            folder.flush(kept)
        above = enter(country, top)
        place = enter(document, above)
        folder.move(version, staging, place)
        undo.callback(folder.move, version, place, staging)
        for changed in (place, above, top):
            folder.flush(changed)
        undo.pop_all()


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


def next_version(root: Path, country: str, document: str) -> str:
    """Return the number that the next draft bears: 0.1 for the first, then one more behind the point."""
    major, minor = names.ordinal(latest(root, country, document) or "0.0")
    return f"{major}.{minor + 1}"


def next_release(root: Path, country: str, document: str) -> str:
    """Return the number that an approved version bears: 1.0 for the first."""
    return f"{names.ordinal(latest(root, country, document) or '0.0')[0] + 1}.0"


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
