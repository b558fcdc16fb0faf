"""What stands in a store: the newest version of each document with its receipt, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.project import shelf
from pipeline.project.drawing import DRAFT, kept_as
from pipeline.project.order import Past
from pipeline.store import codec, library_zip, names, version
from pipeline.store.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Standing:
    """The versions of one country that a next one is compared with.

    Attributes:
        numbers: Version numbers that stand, by document.
        past: The newest version, by document.
        released: The last release, by document, where it is not the newest version.
    """

    numbers: Mapping[str, tuple[str, ...]]
    past: Mapping[str, Past]
    released: Mapping[str, Past]


def standing(out: Path, slug: str, documents: tuple[str, ...]) -> Standing:
    """Return what stands of a country in a store.

    Raises:
        Faulty: A receipt cannot be read.
        Refused: A file that a receipt names is missing.
    """
    numbers = {d: version.versions(out, slug, d) for d in documents}
    past: dict[str, Past] = {}
    released: dict[str, Past] = {}
    for document, found in numbers.items():
        if not found:
            continue
        past[document] = past_of(out, slug, document, found[-1])
        release = next((n for n in reversed(found) if names.is_release(n)), None)
        if release is not None and release != found[-1]:
            released[document] = past_of(out, slug, document, release)
    return Standing(numbers, past, released)


def receipt_of(out: Path, slug: str, document: str, number: str) -> Receipt:
    """Return the receipt of a version.

    Raises:
        Faulty: It cannot be read.
    """
    data = version.read(out, slug, document, number, names.RECEIPT)
    return codec.load(data, Receipt, f"{slug}/{document}/{number}/{names.RECEIPT}")


def past_of(out: Path, slug: str, document: str, number: str) -> Past:
    """Return a version as far as the next one is compared with it.

    Raises:
        Faulty: Its receipt cannot be read.
        Refused: A file that it names is missing.
    """
    data = version.read(out, slug, document, number, names.RECEIPT)
    receipt = codec.load(data, Receipt, f"{slug}/{document}/{number}/{names.RECEIPT}")
    drafts = {
        (receipt.languages[0] if name == f"{DRAFT}.json" else name.split(".")[1]): version.read(
            out, slug, document, number, name
        )
        for name in receipt.records
        if name == f"{DRAFT}.json" or (name.startswith(f"{DRAFT}.") and name.endswith(".json"))
    }
    own = receipt.library == shelf.built_in().digest
    library = b"" if own else library_zip.packed(out, receipt.library)
    return Past(data, drafts, intake_of(out, slug, document, number, receipt), library)


def intake_of(out: Path, slug: str, document: str, number: str, receipt: Receipt) -> dict[str, bytes]:
    """Return the country folder that a version keeps, by path in the folder.

    Raises:
        Refused: A file is missing, as in a version packed without the answers.
    """
    return {path: version.read(out, slug, document, number, kept_as(path)) for path in receipt.intake}


def formats_of(receipt: Receipt) -> tuple[str, ...]:
    """Return the formats of a version, in order."""
    return tuple(dict.fromkeys(file.rpartition(".")[2] for file in receipt.renditions))
