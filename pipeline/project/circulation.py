"""Which version of a document was circulated last, and what the next one has to know of its numbers.

A version is circulated once readers outside the drafting team may refer to its numbers: it is a release, has files for
consultation or the public, was adopted, or came to a stage of the national process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.compose.concordance import numbered_headings
from pipeline.compose.frozen import Circulated, Line, circulated, given_up
from pipeline.compose.frozen_points import DEPTHS
from pipeline.model.draft import Draft, Heading, Numbering
from pipeline.model.problem import Faulty, Place, Problem
from pipeline.project.drawing import DRAFT, draft_file
from pipeline.project.order import Kept, Past, numbered_by
from pipeline.project.standing import receipt_of
from pipeline.store import codec, history, names, typed, version
from pipeline.store.receipt import Receipt

OUTSIDE = ("consultation", "public")
"""Audiences outside the drafting team."""


def last_circulated(out: Path, slug: str, document: str, numbers: Sequence[str]) -> Receipt | None:
    """Return the receipt of the newest version that was circulated; None where none was.

    Args:
        out: The store's folder.
        slug: The country's name in it.
        document: Kind of document.
        numbers: The versions that are looked at, oldest first.

    Raises:
        Faulty: A receipt cannot be read, or the document's history was changed.
    """
    if not numbers:
        return None
    staged = {e.version for e in history.read(out, slug, document) if e.event == "stage"}
    for number in reversed(numbers):
        receipt = receipt_of(out, slug, document, number)
        seen = names.is_release(number) or receipt.adopted is not None or any(a in OUTSIDE for a in receipt.audiences)
        if seen or number in staged:
            return receipt
    return None


def kept_numbers(
    out: Path, slug: str, documents: Sequence[str], past: Mapping[str, Past], renumber: bool = False
) -> dict[str, Kept]:
    """Return the circulated versions that next drafts follow, by document; none where nothing was circulated.

    A draft that was numbered anew is followed by such until one of them is circulated.

    Args:
        out: The store's folder.
        slug: The country's name in it.
        documents: Kinds of document that are drafted.
        past: The newest version of each, where it is at hand.
        renumber: True to number these documents anew.

    Raises:
        Faulty: A receipt or a history cannot be read.
        Refused: A file that a receipt names is missing.
    """
    found: dict[str, Kept] = {}
    for document in dict.fromkeys(d for one in documents for d in numbered_by(one)):
        numbers = version.versions(out, slug, document)
        last = last_circulated(out, slug, document, numbers)
        if last is None:
            continue
        newest = receipt_of(out, slug, document, numbers[-1])
        goes_on = document in newest.renumbered and newest.numbers.get(document) == last.version
        anew = goes_on or (renumber and document in documents)
        found[document] = _kept(out, slug, last, anew, past.get(document))
    return found


def numbers_of(out: Path, slug: str, receipt: Receipt) -> dict[str, Kept]:
    """Return the circulated versions that a version followed when it was made, whatever was circulated since.

    Raises:
        Faulty: A receipt cannot be read.
        Refused: Such a version, or a file of it, is missing.
    """
    return {
        document: _kept(out, slug, receipt_of(out, slug, document, number), document in receipt.renumbered)
        for document, number in receipt.numbers.items()
    }


def _kept(out: Path, slug: str, last: Receipt, renumbered: bool, past: Past | None = None) -> Kept:
    document = last.document
    drawn = receipt_of(out, slug, document, last.adopted.version) if last.adopted else last
    at_hand = past is not None and codec.load(past.receipt, Receipt).version == drawn.version
    drafts = past.drafts if past is not None and at_hand else {
        lang: version.read(out, slug, document, drawn.version, draft_file(drawn.languages, lang))
        for lang in drawn.languages
    }  # fmt: skip
    return Kept(last.version, drafts, drawn.left, renumbered)


def as_circulated(kept: Mapping[str, Kept], lang: str) -> dict[str, Circulated]:
    """Return circulated versions as composing takes them, by document, in a language where they have it.

    Raises:
        Faulty: A stored draft cannot be read.
    """
    found: dict[str, Circulated] = {}
    for document, one in kept.items():
        data = one.drafts.get(lang) or next(iter(one.drafts.values()))
        form, headings, lines = numbered_in(data, f"{document}/{one.version}/{DRAFT}.json")
        # In another language no paragraph would be found again by its words.
        own = lines if lang in one.drafts else {}
        found[document] = circulated(one.version, form, headings, one.left, one.renumbered, own)
    return found


def numbered_in(draft: bytes, file: str) -> tuple[Numbering, tuple[Heading, ...], dict[str, list[Line]]]:
    """Return the numbering of a stored draft, the headings of its units, and what stands in its clauses by anchor.

    They are read without building the draft.

    Args:
        draft: The draft's bytes.
        file: Its name, for the message.

    Raises:
        Faulty: It cannot be read.
    """
    try:
        tree = json.loads(draft)
        units = tree["units"]
        return typed.reader(Numbering)(tree["numbering"], 0), tuple(_headings(units)), dict(_lines(units))
    except (KeyError, TypeError, ValueError, AttributeError, typed.Wrong):
        fix = "take the file from the version folder again; it is written by clausewright and not edited by hand"
        raise Faulty([Problem(codec.CODE, Place(file), "the draft cannot be read", fix)]) from None


def _headings(units: Sequence[Mapping[str, object]]) -> Iterator[Heading]:
    for unit in units:
        for block in unit["blocks"]:  # type: ignore[attr-defined]
            if block.get("@") == "Heading" and block.get("anchor") == unit["anchor"]:
                yield typed.reader(Heading)({k: v for k, v in block.items() if k != "@"}, 0)


def _lines(units: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, list[Line]]]:
    for unit in units:
        if str(unit["anchor"]).startswith("clause:"):
            yield (
                str(unit["anchor"]),
                [
                    Line(
                        b["role"],
                        b.get("label", ""),
                        "".join(i["text"] for i in b["inlines"] if "text" in i),
                        b.get("restart", False),
                    )
                    for b in unit["blocks"]  # type: ignore[attr-defined]
                    if b.get("@") == "Paragraph" and b.get("role") in DEPTHS
                ],
            )


def left_in(draft: Draft, old: Mapping[str, Circulated]) -> dict[str, str]:
    """Return the circulated numbers that a draft has no more, as its receipt keeps them.

    Args:
        draft: The draft.
        old: The circulated versions that it follows.
    """
    mine = old.get(draft.document)
    return given_up(mine, numbered_headings(draft), draft.numbering) if mine else {}


def follow(kept: Mapping[str, Kept], document: str, receipt: Receipt) -> Receipt:
    """Return a receipt that says which circulated versions its document follows."""
    mine = {d: kept[d] for d in numbered_by(document) if d in kept}
    return replace(
        receipt,
        numbers={d: k.version for d, k in sorted(mine.items())},
        renumbered=tuple(sorted(d for d, k in mine.items() if k.renumbered)),
    )
