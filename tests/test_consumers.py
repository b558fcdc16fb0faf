"""The drawn files as other programs read them: a Word validator, pandoc, PDF validators and readers, LibreOffice."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import page
import pymupdf
import pypandoc
import pytest
from journeys import EXAMPLES, draft_of, notes, numbered, paragraphs, run, titles, version
from lxml import etree
from openxml_audit import OpenXmlValidator
from word_reading import W, counted

from pipeline.model.draft import Draft
from pipeline.word import anchors

DRAWN = (
    ("norland", "guidelines"),
    ("norland", "strategy"),
    ("norland", "brief"),
    ("norland", "explanatory"),
    ("tembala", "guidelines"),
    ("us-federal", "guidelines"),
)
"""Every kind of document, every example, both numberings and three packs."""

LIBRE_PDF = (("norland", "guidelines"), ("tembala", "guidelines"))
"""Those whose numbers LibreOffice counts: by articles, and decimal."""

FALSE_ALARM = "PDFA2A-STREAM-LENGTH-001"
"""The validator takes a stream whose last byte is 0x0D for one that ends a byte early."""

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
each = pytest.mark.parametrize(("country", "document"), DRAWN, ids=["-".join(d) for d in DRAWN])
Key = tuple[str, str]


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[Key, Path]:
    """Return the version folders of all documents, each drawn once as DOCX and PDF by the command."""
    out = tmp_path_factory.mktemp("consumers") / "out"
    found: dict[Key, Path] = {}
    for country in dict.fromkeys(c for c, _ in DRAWN):
        documents = [d for c, d in DRAWN if c == country]
        words = [word for d in documents for word in ("--document", d)]
        ran = run("draft", EXAMPLES / country, *words, "--out", out)
        assert ran.code == 0, ran.err
        found |= {(country, d): version(out, country, d) for d in documents}
    return found


@pytest.fixture(scope="session")
def resaved(drawn: dict[Key, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[Key, bytes]]:
    """Return every DOCX saved again by LibreOffice, and some as the PDF that it makes."""
    folder = tmp_path_factory.mktemp("libreoffice")
    for (country, document), made in drawn.items():
        shutil.copy(made / f"{document}.en.docx", folder / f"{country}.{document}.docx")
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"]
    found: dict[str, dict[Key, bytes]] = {}
    for form, keys in (("docx", tuple(drawn)), ("pdf", LIBRE_PDF)):
        inputs = [str(folder / f"{country}.{document}.docx") for country, document in keys]
        words = [*command, form, "--outdir", str(folder / form), *inputs]
        subprocess.run(words, check=True, capture_output=True, timeout=170)
        found[form] = {key: (folder / form / f"{'.'.join(key)}.{form}").read_bytes() for key in keys}
    return found


def squeezed(text: str) -> str:
    """Return text as it can be found in a PDF: one form of each letter, no spaces, hyphens or soft breaks."""
    return re.sub(r"[\s\u00ad\u200b-\u200f\u2010\u2011\u2060-]", "", unicodedata.normalize("NFKC", text))


def spaced(text: str) -> str:
    """Return text with one form of each letter and single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


@each
def test_the_word_file_is_valid(drawn: dict[Key, Path], country: str, document: str) -> None:
    result = OpenXmlValidator().validate(drawn[country, document] / f"{document}.en.docx")
    assert result.errors == []


@cache
def by_pandoc(path: Path) -> tuple[Counter[str], Counter[str]]:
    """Return the paragraphs and the footnotes that pandoc reads in a DOCX, each with how often it stands there."""
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "-f", "docx", "-t", "json", str(path)], capture_output=True, check=True
    )
    blocks: Counter[str] = Counter()
    found: Counter[str] = Counter()

    def said(node: Any) -> str:
        if isinstance(node, list):
            return "".join(said(n) for n in node)
        if not isinstance(node, dict):
            return ""
        match node.get("t"):
            case "Str":
                return str(node["c"])
            case "Space" | "SoftBreak" | "LineBreak":
                return " "
            case "Note":
                found[spaced(said(node["c"]))] += 1
                return ""
            case "Code" | "Math":
                return str(node["c"][1])
            case "Link" | "Image" | "Span" | "Quoted" | "Cite":
                return said(node["c"][1])
            case _:
                return said(node.get("c", []))

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            kind = node.get("t")
            if kind in ("Para", "Plain"):
                blocks[spaced(said(node["c"]))] += 1
            elif kind == "Header":
                blocks[spaced(said(node["c"][2]))] += 1
            else:
                walk(node.get("c", []))
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(json.loads(done.stdout)["blocks"])
    return blocks, found


@each
def test_pandoc_finds_every_paragraph_and_every_footnote(drawn: dict[Key, Path], country: str, document: str) -> None:
    draft = draft_of(drawn[country, document])
    blocks, found = by_pandoc(drawn[country, document] / f"{document}.en.docx")
    wanted = Counter(spaced(text) for text in paragraphs(draft))
    assert sum(wanted.values()) > 20
    lost = [text for text, times in wanted.items() if blocks[text] < times and not _ends(text, times, blocks)]
    assert lost == []
    wanted_notes = Counter(spaced(text) for text in notes(draft))
    assert {n: t for n, t in wanted_notes.items() if found[n] != t} == {}
    assert sum(found.values()) == sum(wanted_notes.values())
    names = {spaced(t) for unit in draft.units for block in unit.blocks for t in titles(block) if t}
    assert [n for n in names if n not in blocks and not _ends(n, 1, blocks)] == []


def _ends(text: str, times: int, blocks: Counter[str]) -> bool:
    """Return whether a text ends as many paragraphs: where its number, or a caption's, is printed as text."""
    return sum(count for block, count in blocks.items() if block.endswith(text)) >= times


@cache
def sheets(data: bytes) -> tuple[str, ...]:
    """Return the squeezed text of each page of a PDF as it stands in the file."""
    opened: Any = pymupdf.open
    with opened(stream=data, filetype="pdf") as document:
        return tuple(squeezed(sheet.get_text()) for sheet in document)


def stands(text: str, pages: tuple[str, ...]) -> bool:
    """Return whether a text stands on one page, or runs on from page to page with nothing left out."""
    return any(text in one for one in pages) or any(_runs_on(text, pages, first) for first in range(len(pages)))


def _runs_on(text: str, pages: tuple[str, ...], at: int) -> bool:
    if at >= len(pages):
        return False
    if text in pages[at]:
        return True
    low, high = 0, len(text)
    while low < high:  # a beginning that stands on a page has all shorter ones on it, too
        middle = (low + high + 1) // 2
        low, high = (middle, high) if text[:middle] in pages[at] else (low, middle - 1)
    return low > 0 and _runs_on(text[low:], pages, at + 1)


def test_a_text_that_lacks_a_word_does_not_stand() -> None:
    pages = ("head one the officer checks", "head two each result foot", "head three before acting")
    assert stands("the officer checkseach result", pages)
    assert not stands("the officer checks no result", pages)
    assert not stands("the officer checksbefore acting", pages)


@each
def test_the_pdf_holds_every_paragraph_and_every_footnote(drawn: dict[Key, Path], country: str, document: str) -> None:
    draft = draft_of(drawn[country, document])
    pages = sheets((drawn[country, document] / f"{document}.en.pdf").read_bytes())
    wanted = dict.fromkeys([*paragraphs(draft), *notes(draft)])
    wanted |= dict.fromkeys(t for unit in draft.units for block in unit.blocks for t in titles(block) if t)
    assert [text for text in wanted if not stands(squeezed(text), pages)] == []


@each
@pytest.mark.parametrize("profile", ["2a", "ua1"])
def test_the_pdf_conforms(drawn: dict[Key, Path], country: str, document: str, profile: str) -> None:
    path = drawn[country, document] / f"{document}.en.pdf"
    data = path.read_bytes()
    report: Any = page.validate_pdf(str(path), profile=profile)
    found = [str(f) for f in report.to_dict()["failures"]]
    sound = all(data[end:].startswith(b"\nendstream") for end in _stream_ends(data))
    assert [f for f in found if not (FALSE_ALARM in f and sound)] == []


def _stream_ends(data: bytes) -> Iterator[int]:
    """Yield where each stream ends by the length that it declares."""
    for start in re.finditer(rb"/Length (\d+)[^>]*>>\s*stream\r?\n", data):
        yield start.end() + int(start[1])


def _parts(data: bytes) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return etree.fromstring(package.read("word/document.xml"))


def units_lost(draft: Draft, data: bytes) -> list[str]:
    """Return the anchors of units that neither alias nor bookmark finds in a DOCX."""
    made = _parts(data)
    aliases = {str(e.get(f"{W}val")) for e in made.iter(f"{W}alias")}
    names = {str(e.get(f"{W}name")) for e in made.iter(f"{W}bookmarkStart")}
    return [u.anchor for u in draft.units if u.alias not in aliases and anchors.bookmark(u.anchor) not in names]


@needs_libreoffice
@each
def test_every_unit_is_found_after_libreoffice_saved_it(
    drawn: dict[Key, Path], resaved: dict[str, dict[Key, bytes]], country: str, document: str
) -> None:
    draft = draft_of(drawn[country, document])
    assert len(draft.units) > 3
    assert units_lost(draft, resaved["docx"][country, document]) == []
    text = squeezed("".join(t.text or "" for t in _parts(resaved["docx"][country, document]).iter(f"{W}t")))
    assert [p for p in paragraphs(draft) if squeezed(p) not in text] == []


@each
def test_word_counts_the_numbers_of_the_draft(drawn: dict[Key, Path], country: str, document: str) -> None:
    draft = draft_of(drawn[country, document])
    printed = Counter(counted((drawn[country, document] / f"{document}.en.docx").read_bytes()))
    typed = {text for number, text in printed if not number}
    lost = [(n, t) for n, t in numbered(draft) if (n, t) not in printed and not {f"{n}\t{t}", f"{n} {t}"} & typed]
    assert lost == []


@needs_libreoffice
@pytest.mark.parametrize(("country", "document"), LIBRE_PDF, ids=["articles", "decimal"])
def test_libreoffice_counts_the_same_numbers(
    drawn: dict[Key, Path], resaved: dict[str, dict[Key, bytes]], country: str, document: str
) -> None:
    draft = draft_of(drawn[country, document])
    text = "".join(sheets(resaved["pdf"][country, document]))
    wanted = list(numbered(draft))
    assert len(wanted) > 200
    assert [(n, t) for n, t in wanted if squeezed(n + t)[: len(squeezed(n)) + 25] not in text] == []
