"""The numbers that readers have in their hands: those of the versions that stand, whatever a next draft would have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.model.problem import Faulty, Place, Problem
from pipeline.project.drawing import DRAFT, draft_file
from pipeline.project.standing import receipt_of
from pipeline.project.text_of_record import drafted
from pipeline.store import codec, version


@dataclass(frozen=True, slots=True)
class Printed:
    """What the units of a version are numbered.

    Attributes:
        version: The version's number; empty for a draft that is not stored.
        units: Anchor of each unit, with the numbers printed in it: of its headings, and of its numbered paragraphs.
    """

    version: str
    units: tuple[tuple[str, tuple[str, ...]], ...]


def printed_numbers(out: Path, slug: str, state: str, documents: Sequence[str]) -> dict[str, Iterator[Printed]]:
    """Return the numbers of the versions of a country, by document, newest first; none of what was never drafted.

    Each version is read when it is asked for.

    Args:
        out: The store's folder.
        slug: The country's name in it.
        state: Its name: versions of another state's folder of the same name do not count.
        documents: Kinds of document.

    Raises:
        Faulty: A receipt or a stored draft cannot be read.
    """
    found: dict[str, Iterator[Printed]] = {}
    for document in documents:
        numbers = drafted(out, slug, document, version.versions(out, slug, document))
        if numbers and receipt_of(out, slug, document, numbers[-1]).state == state:
            found[document] = _newest_first(out, slug, document, numbers)
    return found


def _newest_first(out: Path, slug: str, document: str, numbers: Sequence[str]) -> Iterator[Printed]:
    for number in reversed(numbers):
        languages = receipt_of(out, slug, document, number).languages
        files = [draft_file(languages, lang) for lang in languages]
        yield Printed(number, tuple(unit for file in files for unit in _units(out, slug, document, number, file)))


def _units(out: Path, slug: str, document: str, number: str, file: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        tree = json.loads(version.read(out, slug, document, number, file))
        for unit in tree["units"]:
            yield unit["anchor"], tuple(_labels(unit["blocks"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        fix = "take the file from the version folder again; it is written by clausewright and not edited by hand"
        place = Place(f"{slug}/{document}/{number}/{DRAFT}.json")
        raise Faulty([Problem(codec.CODE, place, "the draft cannot be read", fix)]) from None


def _labels(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        counts = block.get("@") == "Heading" or (block.get("@") == "Paragraph" and block.get("role") == "numbered")
        if counts and block.get("label"):
            yield block["label"]
