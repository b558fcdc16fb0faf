"""The desk: a folder within the store where one writer at a time makes ready what is then renamed to its place.

What lies there is named `<country>.<document>.<version>`: a version as a folder, and with `.jsonl` behind the name its
document's history with that version in it. A version comes to its place first and its history after it. A run that
dies between the two leaves the history here, and whoever writes next puts it in its place; all else that a dead run
left is removed.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.model.problem import MachineFault, Refused
from pipeline.store import chain, folder, names
from pipeline.store.names import HISTORY, RECEIPT, STAGING

LINES = ".jsonl"


@dataclass(frozen=True, slots=True)
class Desk:
    """The open folders of the one who writes.

    Attributes:
        root: The store's real place.
        top: The store.
        staging: The folder in it where things are made ready.
    """

    root: Path
    top: int
    staging: int


@contextlib.contextmanager
def opened(root: Path) -> Iterator[Desk]:
    """Be the only writer of a store, with an empty desk; it is gone afterwards, whatever happens.

    Args:
        root: The store's folder; made where it does not exist.

    Raises:
        Refused: A link stands in the way, or another run is writing.
        MachineFault: The system refuses.
    """
    real = folder.root_of(root)
    with folder.opened(real) as top, folder.locked(top):
        _sweep(top)
        folder.make(STAGING, top, 0o700)
        try:
            folder.flush(top)  # what is to be found after a loss of power must be named on the disk
            with folder.opened(STAGING, top) as staging:
                yield Desk(real, top, staging)
        finally:
            with contextlib.suppress(MachineFault, Refused):  # what cannot be done now is done by the next run
                _sweep(top)


def name(country: str, document: str, version: str) -> str:
    """Return the name of a version on the desk; slugs hold no point, so it is read one way only."""
    return f"{country}.{document}.{version}"


def named(entry: str) -> tuple[str, str, str] | None:
    """Return country, document and version of a history on the desk, or None for anything else."""
    parts = entry.removesuffix(LINES).split(".", 2)
    if not entry.endswith(LINES) or len(parts) != 3:
        return None
    country, document, version = parts
    sound = names.SLUG.fullmatch(country) and names.SLUG.fullmatch(document) and names.VERSION.fullmatch(version)
    return (country, document, version) if sound else None


def _sweep(top: int) -> None:
    """Finish what a dead run had all but finished, and clear the desk."""
    if folder.exists(STAGING, top):
        with folder.opened(STAGING, top) as staging:
            for entry in folder.listed(staging):
                found = named(entry)
                if found:
                    with contextlib.suppress(Refused):  # a link, a folder: nothing that a writer of ours left
                        _finish(entry, *found, staging, top)
        folder.clear(STAGING, top)


def _finish(entry: str, country: str, document: str, version: str, staging: int, top: int) -> None:
    """Put a history in its place if it is that of a version which stands and was to be told in it."""
    with contextlib.ExitStack() as held:
        here = top
        for part in (country, document):
            if not folder.exists(part, here):
                return
            here = held.enter_context(folder.opened(part, here))
        if not folder.exists(version, here):
            return
        inner = held.enter_context(folder.opened(version, here))
        receipt = hashlib.sha256(folder.read(RECEIPT, inner)).hexdigest()
        present = folder.read(HISTORY, here) if folder.exists(HISTORY, here) else b""
        if chain.finishes(folder.read(entry, staging), present, version, receipt):
            folder.move(entry, staging, here, HISTORY)
            folder.flush(here)
