"""What can be compared: a version of a store, or a Word file of one, drawn so that its clauses can be found in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.model.draft import Audience, Draft
from pipeline.model.problem import Faulty, Place, Problem
from pipeline.project import shelf
from pipeline.project.circulation import as_circulated, numbers_of
from pipeline.project.content import style_files
from pipeline.project.country import Country, decide, read_country
from pipeline.project.drawing import LIBRE_ANCHORS, draft_file, name
from pipeline.project.files import read_file
from pipeline.project.making import composed_for
from pipeline.project.releasing import Spot, spot
from pipeline.project.standing import intake_of, receipt_of
from pipeline.project.text_of_record import is_adopted
from pipeline.render import docx
from pipeline.render import style as styles
from pipeline.store import codec, version
from pipeline.store.receipt import Receipt
from pipeline.word import anchors, names, package
from pipeline.word.anchors import Kept

CODE = "REVISE-001"


@dataclass(frozen=True, slots=True)
class Source:
    """A Word file with our anchors, and where it comes from.

    Attributes:
        shown: What messages call it.
        data: Its bytes.
        kept: What it tells of the units in it; None where it tells nothing.
        spot: The version of a store that it is, or came from; None where that is not at hand.
        draft: The composed draft that was drawn, where it is one of ours and not a file.
    """

    shown: str
    data: bytes
    kept: Kept | None
    spot: Spot | None
    draft: Draft | None = None

    @property
    def record(self) -> Mapping[str, str]:
        """What the file says of itself."""
        return self.kept.record if self.kept is not None else {}


def source(path: Path, out: Path, lang: str = "") -> Source:
    """Return what lies at a path: a version's folder or a Word file.

    Args:
        path: The folder or file.
        out: The store in which the version of a file is looked for.
        lang: Language of a version that has several; else its first.

    Raises:
        Faulty: Neither lies there, the language is not in the version, or the file is damaged.
    """
    if path.is_dir():
        return of_version(spot(path), lang)
    return of_file(path, out)


def of_file(path: Path, out: Path | None) -> Source:
    """Return a Word file, with the version of a store that it came from where that is found and a store is given.

    Raises:
        Faulty: It is no Word file, damaged, or beyond the limits.
    """
    data = read_file(path, CODE)
    kept = anchors.kept(package.received(data, str(path)))
    spot = located(out, kept.record) if out is not None and kept is not None else None
    return Source(str(path), data, kept, spot)


def saved(data: bytes, file: str) -> str:
    """Return the ISO day on which a Word file says it was saved last, 1980-01-01 where it does not say."""
    parts = package.opened(data, file)
    core = package.parsed(parts[names.CORE], names.CORE, file) if names.CORE in parts else None
    told = next(core.iter("{http://purl.org/dc/terms/}modified"), None) if core is not None else None
    found = re.match(r"\d{4}-\d{2}-\d{2}", (told.text or "") if told is not None else "")
    return found.group() if found else "1980-01-01"


def located(out: Path, record: Mapping[str, str]) -> Spot | None:
    """Return the version of a store that a file says it came from."""
    number = record.get("version", "")
    for slug, document in version.documents(out) if out.is_dir() else ():
        if document == record.get("document") and number in version.versions(out, slug, document):
            receipt = receipt_of(out, slug, document, number)
            if receipt.state == record.get("country"):
                return Spot(out, slug, document, number)
    return None


def of_version(at: Spot, lang: str = "", audience: Audience | None = None) -> Source:
    """Return a version as a Word file with anchors; where the ministry's own file is the version, that file.

    Args:
        at: Where it stands.
        lang: Language, else its first.
        audience: For whom; another than the version's is composed again from what the version keeps.

    Raises:
        Faulty: It has no such language, or its records cannot be read.
        Refused: A file that it keeps is missing.
    """
    receipt = receipt_of(at.out, at.slug, at.document, at.number)
    chosen = lang or receipt.languages[0]
    shown = f"{at.slug}/{at.document}/{at.number}"
    if chosen not in receipt.languages:
        message = f"the version is not in '{chosen}'; it is in {', '.join(receipt.languages)}"
        raise Faulty([Problem(CODE, Place(shown), message, "name one of these with --lang")])
    wanted = audience or receipt.audiences[0]
    if is_adopted(at.out, at.slug, at.document, at.number) and wanted == receipt.audiences[0]:
        data = version.read(at.out, at.slug, at.document, at.number, name(at.document, chosen, wanted, "docx"))
        return Source(shown, data, anchors.kept(package.opened(data, shown)), at)
    draft = draft_of(at, receipt, chosen, wanted)
    data = drawn(draft, receipt.style)
    return Source(shown, data, anchors.kept(package.opened(data, shown)), at, draft)


def draft_of(at: Spot, receipt: Receipt, lang: str, audience: Audience) -> Draft:
    """Return the composed draft of a version for an audience."""
    if audience == receipt.audiences[0]:
        file = draft_file(receipt.languages, lang)
        return codec.load(version.read(at.out, at.slug, at.document, at.number, file), Draft, file)
    followed = numbers_of(at.out, at.slug, receipt)
    return composed_for(country_of(at, receipt), receipt, lang, audience, as_circulated(followed, lang))


def country_of(at: Spot, receipt: Receipt) -> Country:
    """Return the country as it was decided for a version, from what the version keeps."""
    held = shelf.stored(at.out, receipt.library)
    files = intake_of(at.out, at.slug, at.document, at.number, receipt)
    return decide(read_country(at.slug, at.slug, files, (held.library, dict(held.files))), receipt.as_of)


def drawn(draft: Draft, style: str) -> bytes:
    """Draw a draft with anchors, a public one too: they are needed to compare it, and the file is not handed out."""
    inside = replace(draft, audience="consultation") if draft.audience == "public" else draft
    anchored: docx.Anchors = "libre" if draft.lang in LIBRE_ANCHORS else "word"
    return docx.write(inside, styles.read(style, style_files(style)), anchors=anchored)
