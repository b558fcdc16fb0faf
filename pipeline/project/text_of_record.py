"""The text of record: what counts as a document's text once the ministry has handed in its own file.

From the day a file is adopted it stands in place of what we draft: an update is held against it, and a new draft of
ours serves to be merged into it. That ends where a draft of ours is approved in its place, language by language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.model.adoption import Adoption
from pipeline.project.drawing import name
from pipeline.store import codec, names, version
from pipeline.store.names import ADOPTED
from pipeline.store.receipt import Receipt


@dataclass(frozen=True, slots=True)
class TextOfRecord:
    """The ministry's own file that counts in a language.

    Attributes:
        receipt: Receipt of the version, draft or release, that holds it.
        adoption: How each clause stands in it.
    """

    receipt: Receipt
    adoption: Adoption

    @property
    def file(self) -> str:
        """Its name in the version's folder."""
        return name(self.adoption.document, self.adoption.lang, self.adoption.audience, "docx")


def is_adopted(out: Path, slug: str, document: str, number: str) -> bool:
    """Tell whether a version is the ministry's own file."""
    return (version.folder_of(out, slug, document, number) / ADOPTED).is_file()


def drafted(out: Path, slug: str, document: str, numbers: Sequence[str]) -> tuple[str, ...]:
    """Return those of some versions that we drafted, in order; all of them where none is left, in a damaged store."""
    return tuple(n for n in numbers if not is_adopted(out, slug, document, n)) or tuple(numbers)


def texts_of_record(
    out: Path, slug: str, document: str, numbers: Sequence[str] | None = None
) -> Mapping[str, TextOfRecord]:
    """Return the ministry's own files that count, by language; none where our own text does.

    Args:
        out: The store's folder.
        slug: The country's name in it.
        document: Kind of document.
        numbers: The versions that are looked at, oldest first; else all that stand.

    Raises:
        Faulty: A record of an adopted version cannot be read.
    """
    looked_at = version.versions(out, slug, document) if numbers is None else numbers
    own = {n for n in looked_at if is_adopted(out, slug, document, n)}
    found: dict[str, TextOfRecord] = {}
    for number in looked_at:
        if number in own:
            one = TextOfRecord(_receipt(out, slug, document, number), adoption_of(out, slug, document, number))
            found[one.adoption.lang] = one
        elif found and names.is_release(number):
            for lang in _receipt(out, slug, document, number).languages:
                found.pop(lang, None)
    return found


def _receipt(out: Path, slug: str, document: str, number: str) -> Receipt:
    data = version.read(out, slug, document, number, names.RECEIPT)
    return codec.load(data, Receipt, f"{slug}/{document}/{number}/{names.RECEIPT}")


def adoption_of(out: Path, slug: str, document: str, number: str) -> Adoption:
    """Return how each clause stands in an adopted version.

    Raises:
        Faulty: The record cannot be read.
        Refused: There is none.
    """
    data = version.read(out, slug, document, number, ADOPTED)
    return codec.load(data, Adoption, f"{slug}/{document}/{number}/{ADOPTED}")


def deleted(found: Mapping[str, TextOfRecord]) -> dict[str, tuple[str, ...]]:
    """Return what the ministry deleted, by language: nobody is told of it again."""
    return {lang: gone for lang, one in found.items() if (gone := one.adoption.anchors("deleted"))}
