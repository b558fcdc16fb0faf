"""What became of a document: OUT/<country>/<document>/history.jsonl, a line for each version and each stage of one.

Versions enter it as they are written; stages are recorded here. Stores made before there were histories have none until
something is written to them: the lines are then made from the receipts.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from pipeline.model.problem import DoesNotHold, Faulty, Place, Problem, Refused
from pipeline.model.version import Entry, Event
from pipeline.store import chain, codec, folder, names, staging
from pipeline.store.names import HISTORY, RECEIPT
from pipeline.store.receipt import Receipt

CODE = "STORE-041"


def read(root: Path, country: str, document: str) -> tuple[Entry, ...]:
    """Return what became of a document, oldest first; nothing where there is none.

    Raises:
        Faulty: A name is not allowed (3); or the history was changed, with each line concerned (7).
        Refused: The way there leads through a link.
    """
    names.slug(country, "country")
    names.slug(document, "document")
    if not (root / country / document).is_dir():
        return ()
    with contextlib.ExitStack() as held:
        here = held.enter_context(folder.opened(root.resolve()))
        for part in (country, document):
            here = held.enter_context(folder.opened(part, here))
        kept = folder.exists(HISTORY, here)
        data = folder.read(HISTORY, here) if kept else made(here)
    return chain.parsed(data, _file(country, document)) if kept or data else ()


def record(root: Path, country: str, document: str, entry: Entry) -> None:
    """Add a stage to a document's history.

    Args:
        root: The store's folder.
        country: Slug of the country.
        document: Slug of the document.
        entry: The stage, with the version that came to it.

    Raises:
        Faulty: A name, or something in the entry, is not allowed (3); or the history was changed (7).
        Refused: There is no such version, or another run is writing.
        DoesNotHold: The history and the versions disagree.
        MachineFault: The system refuses; the history is as it was.
    """
    names.slug(country, "country")
    names.slug(document, "document")
    if entry.event != "stage":
        raise ValueError("versions enter a history as they are written")
    fault = chain.fault_of(entry)
    if fault:
        place = Place(_file(country, document))
        raise Faulty([Problem(CODE, place, fault, "record it again with that put right")])
    if not (root / country / document / entry.version).is_dir():
        raise Refused(f"there is no version {entry.version} of {country}/{document} in this output folder")
    with (
        staging.opened(root) as desk,
        folder.opened(country, desk.top) as above,
        folder.opened(document, above) as here,
    ):
        data, _ = present(here, country, document)
        ready = staging.name(country, document, entry.version) + staging.LINES
        folder.write_file(ready, chain.extended(data, [entry]), desk.staging)
        folder.move(ready, desk.staging, here, HISTORY)
        folder.flush(here)


def entry_of(receipt: bytes, file: str = RECEIPT) -> Entry:
    """Return the entry of a version by its receipt.

    Raises:
        Faulty: The receipt cannot be read.
    """
    told = codec.load(receipt, Receipt, file)
    event: Event = "adopted" if told.adopted else "version"
    event = "release" if names.is_release(names.version(told.version)) else event
    return Entry(event, told.version, law=told.as_of, receipt=hashlib.sha256(receipt).hexdigest())


def present(here: int, country: str, document: str) -> tuple[bytes, tuple[Entry, ...]]:
    """Return the history to which a writer adds, as bytes and as entries.

    Args:
        here: The document's open folder.
        country: Slug of the country.
        document: Slug of the document.

    Raises:
        Faulty: It was changed.
        DoesNotHold: It is missing, or its newest version is another than the newest that stands.
    """
    standing = _standing(here)
    kept = folder.exists(HISTORY, here)
    if kept:
        data = folder.read(HISTORY, here)
    elif standing and _tells(standing[-1], here):
        raise DoesNotHold(f"{_file(country, document)} is missing; {chain.RESTORE}")
    else:
        data = made(here)
    entries = chain.parsed(data, _file(country, document)) if kept or data else ()
    told = [entry.version for entry in entries if entry.event != "stage"]
    if told[-1:] != list(standing[-1:]):
        raise DoesNotHold(
            f"the newest version of {country}/{document} is {' '.join(standing[-1:]) or 'none'} by its folders and "
            f"{' '.join(told[-1:]) or 'none'} by its history; verify the output folder and restore it from a copy"
        )
    return data, entries


def made(here: int) -> bytes:
    """Return the history that the receipts of an open folder's versions tell; nothing where there is none."""
    entries: list[Entry] = []
    for version in _standing(here):
        with folder.opened(version, here) as inner:
            entries.append(entry_of(folder.read(RECEIPT, inner), f"{version}/{RECEIPT}"))
    return chain.extended(b"", entries)


def is_owed(receipt: bytes) -> bool:
    """Tell whether a version with this receipt was entered into a history when it was written."""
    return codec.format_of(receipt) > 1


def _tells(version: str, here: int) -> bool:
    with folder.opened(version, here) as inner:
        return is_owed(folder.read(RECEIPT, inner))


def _standing(here: int) -> list[str]:
    return sorted((n for n in folder.listed(here) if names.VERSION.fullmatch(n)), key=names.ordinal)


def _file(country: str, document: str) -> str:
    return f"{country}/{document}/{HISTORY}"
