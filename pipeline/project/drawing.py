"""Drawing a composed draft in a format, and the names under which a version keeps its files."""

from __future__ import annotations

from pathlib import Path

from pipeline.model.draft import Audience, Draft
from pipeline.project import scan
from pipeline.project.country import Country
from pipeline.render.style import HouseStyle
from pipeline.store import names
from pipeline.store.version import digest

DRAFT, SELECTION, FINDINGS = "draft", "selection.json", "findings.json"
FORMATS = ("docx", "pdf", "html", "odt", "md")
DOCUMENTS = ("guidelines", "strategy", "brief", "explanatory")
LIBRE_ANCHORS = ("ar", "fa", "he", "ur")


def kept_as(path: str) -> str:
    """Return the name under which a version keeps a file of the country folder."""
    kept = f"intake/{path}"
    return kept if names.is_file(kept) else f"intake/{digest(path.encode())[:16]}{Path(path).suffix}"


def draft_file(languages: tuple[str, ...], lang: str) -> str:
    """Return the name of the composed draft of a language in a version of some languages."""
    return f"{DRAFT}.json" if len(languages) == 1 else f"{DRAFT}.{lang}.json"


def name(document: str, lang: str, audience: Audience, format_: str) -> str:
    """Return a rendition's file name: `guidelines.en.docx`, `guidelines.en.public.pdf`."""
    middle = "" if audience == "working" else f".{audience}"
    return f"{document}.{lang}{middle}.{format_}"


def rendition(composed: Draft, style: HouseStyle, format_: str) -> bytes:
    """Draw a draft in a format.

    Raises:
        MachineFault: A tool that the format needs is missing.
    """
    if format_ == "docx":
        from pipeline.render import docx

        anchors = "libre" if composed.lang in LIBRE_ANCHORS else "word"
        return docx.write(composed, style, anchors=anchors)  # type: ignore[arg-type]
    if format_ == "pdf":
        from pipeline.render import pdf

        return pdf.write(composed, style)
    from pipeline.render import pandoc

    return pandoc.write(composed, style, format_)  # type: ignore[arg-type]


def checked(file: str, data: bytes, composed: Draft, country: Country) -> None:
    """Scan a file for outside readers; a working copy may hold everything.

    Raises:
        DoesNotHold: It holds what its readers may not see.
    """
    if composed.audience == "working":
        return
    hidden = scan.secrets(country.assessment, country.library)
    if composed.audience == "public":
        hidden += scan.marks(composed, country.library)
    scan.scanned(file, data, composed.audience, hidden, scan.words_of(composed))
