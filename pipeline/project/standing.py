"""What stands in a store: the newest version of each document with its receipt, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.project import shelf
from pipeline.project.drawing import draft_file, kept_as
from pipeline.project.order import Past
from pipeline.project.text_of_record import deleted, drafted, texts_of_record
from pipeline.store import codec, names, version
from pipeline.store.receipt import Receipt
from pipeline.store.version import digest


@dataclass(frozen=True, slots=True)
class Standing:
    """The versions of one country that a next one is compared with.

    Attributes:
        numbers: Version numbers that stand, by document.
        past: The newest version that we drafted, by document.
        released: The last release, by document, where it is another one.
        follows: Digest of the newest version's receipt, by document.
        deleted: What the ministry deleted from the text of record, by document and language.
    """

    numbers: Mapping[str, tuple[str, ...]]
    past: Mapping[str, Past]
    released: Mapping[str, Past]
    follows: Mapping[str, str]
    deleted: Mapping[str, Mapping[str, tuple[str, ...]]]


def standing(
    out: Path, slug: str, documents: tuple[str, ...], stands: Mapping[str, tuple[str, ...]] | None = None
) -> Standing:
    """Return what stands of a country in a store.

    Args:
        out: The store's folder.
        slug: The country's name in it.
        documents: Kinds of document.
        stands: The versions that count as standing, by document; else all there are.

    Raises:
        Faulty: A receipt cannot be read.
        Refused: A file that a receipt names is missing.
    """
    numbers = stands or {d: version.versions(out, slug, d) for d in documents}
    past: dict[str, Past] = {}
    released: dict[str, Past] = {}
    follows: dict[str, str] = {}
    gone: dict[str, dict[str, tuple[str, ...]]] = {}
    for document, found in numbers.items():
        if not found:
            continue
        last = drafted(out, slug, document, found)[-1]
        past[document] = past_of(out, slug, document, last)
        release = names.last_release(found)
        if release is not None and release != last:
            released[document] = past_of(out, slug, document, release)
        follows[document] = digest(version.read(out, slug, document, found[-1], names.RECEIPT))
        gone[document] = deleted(texts_of_record(out, slug, document, found))
    return Standing(numbers, past, released, follows, gone)


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
        lang: version.read(out, slug, document, number, draft_file(receipt.languages, lang))
        for lang in receipt.languages
    }
    intake = intake_of(out, slug, document, number, receipt)
    return Past(data, drafts, intake, shelf.sent(out, receipt.library))


def intake_of(out: Path, slug: str, document: str, number: str, receipt: Receipt) -> dict[str, bytes]:
    """Return the country folder that a version keeps, by path in the folder.

    Raises:
        Refused: A file is missing, as in a version packed without the answers.
    """
    return {path: version.read(out, slug, document, number, kept_as(path)) for path in receipt.intake}


def formats_of(receipt: Receipt) -> tuple[str, ...]:
    """Return the formats of a version, in order."""
    return tuple(dict.fromkeys(file.rpartition(".")[2] for file in receipt.renditions))
