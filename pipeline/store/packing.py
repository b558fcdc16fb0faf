"""A version packed to be handed on: its files, the library it consulted and its history, in one folder by themselves.

The folder is checked by `verify` as a version is, and by `sha256sum -c SHA256SUMS` without this program.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.model.problem import DoesNotHold, Refused
from pipeline.store import chain, codec, folder, history, library_zip, version
from pipeline.store.names import HISTORY, LIBRARY, RECEIPT, SUMS
from pipeline.store.receipt import Receipt
from pipeline.store.verify_version import ANSWERS


def packed(root: Path, country: str, document: str, number: str, answers: bool = True) -> Mapping[str, bytes]:
    """Return the files of one self-contained folder by name.

    Args:
        root: The store's folder.
        country: Slug of the country.
        document: Slug of the document.
        number: The version's number.
        answers: Whether the intake, the findings and the selection travel with it. They tell what was answered; so do
            working copies and the composed draft of one, which are left to whoever chose the audience.

    Returns:
        The version's files, `library/<digest>.zip`, the history up to this version and what became of it before the
        next, and a SHA256SUMS over all of them.

    Raises:
        Faulty: A name is not allowed; or the receipt, the library or the history is damaged.
        Refused: There is no such version, or its library or its line in the history is missing.
        DoesNotHold: A file of it was changed.
        MachineFault: A file cannot be read.
    """
    place = version.folder_of(root, country, document, number)
    if not place.is_dir():
        raise Refused(f"there is no version {number} of {country}/{document} in this output folder")
    files: dict[str, bytes] = {}
    with folder.opened(place) as here:
        _collect(here, "", files)
    listed = files.pop(SUMS, b"")
    if version.sums(files) != listed:
        raise DoesNotHold(f"version {number} of {country}/{document} is not what it was; verify it before it is packed")
    if not answers:
        files = {n: d for n, d in files.items() if n not in ANSWERS and not n.startswith("intake/")}
    receipt = codec.load(files.get(RECEIPT, b""), Receipt, f"{number}/{RECEIPT}")
    files[f"{LIBRARY}/{receipt.library}.zip"] = library_zip.packed(root, receipt.library)
    files[HISTORY] = _until(number, root, country, document)
    return {**files, SUMS: version.sums(files)}


def _collect(here: int, before: str, files: dict[str, bytes]) -> None:
    """Read every file beneath an open folder; a link or a device is refused."""
    for name in folder.listed(here):
        if folder.is_folder(name, here):
            with folder.opened(name, here) as inner:
                _collect(inner, f"{before}{name}/", files)
        else:
            files[f"{before}{name}"] = folder.read(name, here)


def _until(number: str, root: Path, country: str, document: str) -> bytes:
    """Return the history up to the line before that of the next version."""
    entries = history.read(root, country, document)
    count, found = 0, False
    for entry in entries:
        if entry.event != "stage":
            if found:
                break
            found = entry.version == number
        count += 1
    if not found:
        raise Refused(
            f"the history of {country}/{document} does not tell of version {number}; verify the output folder"
        )
    return chain.extended(b"", entries[:count])
