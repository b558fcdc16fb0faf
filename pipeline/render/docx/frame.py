"""A Word template made ready for drafts: its leftovers gone, its styles complete, language and direction set.

Everything that does not depend on the words of a draft is done here, once for a template, a language and a legal form,
and kept for the next draft of a run.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.model.problem import Exit
from pipeline.render.docx import dress, fill
from pipeline.word import lint, names, package, picture, styles
from pipeline.word.names import W, w
from pipeline.word.numbering import Hang, Kind, LevelLook

_ALLOWED = re.compile(
    r"(\[Content_Types\]\.xml|_rels/\.rels|word/(document|styles|settings|fontTable|numbering|footnotes|endnotes|"
    r"header\d*|footer\d*)\.xml|word/_rels/(document|fontTable|footnotes|header\d*|footer\d*)\.xml\.rels|"
    r"word/theme/theme\d+\.xml|word/media/[\w.-]+|word/fonts/[\w.-]+)"
)
"""What a public file takes from a template; whatever else a template carries stays behind."""

_NEVER = re.compile(
    r"(docProps/.*|word/(footnotes|comments\w*|people|stylesWithEffects|webSettings|printerSettings\w*|glossary/.*|"
    r"_rels/(footnotes|comments|glossary).*)(\.xml)?|word/printerSettings/.*)"
)
"""What no file takes: properties and notes (they are written anew), comments and persons of the template's makers."""

_REVISION = re.compile(rb' (?:w:rsid\w*|w14:paraId|w14:textId)="[^"]*"')
_LEVELS: dict[Kind, tuple[str, Hang]] = {
    "chapter": ("heading 1", Hang(850, 850)),
    "clause": ("heading 2", Hang(850, 850)),
    "paragraph": ("clause number", Hang(850, 850)),
    "annex": ("heading 1", Hang(850, 850)),
    "point": ("point", Hang(1304, 454)),
    "subpoint": ("subpoint", Hang(1758, 454)),
}


@dataclass(frozen=True, slots=True)
class Metric:
    """A paragraph style in points, as the estimate of page numbers needs it."""

    size: float
    line: float
    before: float
    after: float
    left: float


@dataclass(frozen=True, slots=True)
class Page:
    """The page of the template's last section, in twentieths of a point; `section` is its `w:sectPr` as XML."""

    width: int
    height: int
    text_width: int
    text_height: int
    wide_width: int
    section: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A template ready for drafts.

    Attributes:
        parts: All parts but those that each draft writes.
        forms: The parts with tags in them.
        paragraphs: Id of a paragraph style by folded name.
        characters: Id of a character style by folded name.
        looks: How the levels of our lists look.
        bullet: Where bulleted text stands.
        lists: The template's own lists as XML: what comes before ours, abstract lists and lists.
        metrics: Measures of the styles by folded name.
        page: The page.
        pages_before: Pages before the one on which the contents begin.
        lang: Language of the draft.
        rtl: Its direction.
    """

    parts: Mapping[str, bytes]
    forms: tuple[fill.Form, ...]
    paragraphs: Mapping[str, str]
    characters: Mapping[str, str]
    looks: Mapping[Kind, LevelLook]
    bullet: Hang
    lists: tuple[str, str]
    metrics: Mapping[str, Metric]
    page: Page
    pages_before: int
    lang: str
    rtl: bool


@functools.lru_cache(maxsize=12)
def framed(
    template: bytes, renamed: tuple[tuple[str, str], ...], lang: str, rtl: bool, continuous: bool, public: bool
) -> Frame:
    """Return a template made ready.

    Args:
        template: The file; it has passed the lint.
        renamed: Our style names (folded) to those of the house.
        lang: BCP 47 tag of the draft.
        rtl: Whether it runs from right to left.
        continuous: Whether clauses count on through the chapters.
        public: Whether only what is on the list of allowed parts comes along.
    """
    given = package.opened(template, "template.docx", Exit.LIBRARY)
    parts = {n: d for n, d in given.items() if not _NEVER.fullmatch(n) and (not public or _ALLOWED.fullmatch(n))}
    parts = {n: _REVISION.sub(b"", d) if n.endswith(".xml") else d for n, d in parts.items()}
    if public:
        parts = {n: picture.bared(d) if n.startswith("word/media/") else d for n, d in parts.items()}
    _tidy(parts, given)
    document = _tree(parts, names.DOCUMENT)
    page = _page(document, rtl)
    sheet = _tree(parts, names.STYLES)
    own_lists = _tree(parts, names.NUMBERING) if names.NUMBERING in parts else None
    looks_before = styles.sheet(sheet)
    levels = {
        name: level
        for name in ("heading 1", "heading 2", "clause number", "point", "subpoint")
        if (level := lint.linked_level(own_lists, looks_before.id("paragraph", dict(renamed).get(name, name)) or ""))
        is not None
    }
    found = styles.complete(sheet, dict(renamed), page.text_width)
    looks = {kind: _look(sheet, found, name, hang, levels.get(name)) for kind, (name, hang) in _LEVELS.items()}
    dress.number_styles(sheet, found, continuous)
    dress.speak(sheet, lang, rtl)
    pages_before = _pages_before(document, sheet)
    _place_markers(document)
    if rtl:
        for section in document.iter(w("sectPr")):
            dress.turn(section)
    for tree in (document, *(_tree(parts, n) for n in parts if re.fullmatch(r"word/(header|footer)\d*\.xml", n))):
        for mark in [*tree.iter(w("proofErr")), *(e for e in tree.iter(w("lang")))]:
            mark.getparent().remove(mark)  # type: ignore[union-attr]
    parts[names.DOCUMENT] = _with_prefixes(package.serialised(document))
    parts[names.STYLES] = package.serialised(sheet)
    parts[names.SETTINGS] = package.serialised(dress.settings(parts, lang))
    if rtl:
        dress.turn_tables(parts)
    paragraphs = {n: i for (kind, n), i in found.ids.items() if kind == "paragraph"}
    return Frame(
        parts=parts,
        forms=fill.forms(template, parts),
        paragraphs=paragraphs,
        characters={n: i for (kind, n), i in found.ids.items() if kind == "character"},
        looks=looks,
        bullet=looks["point"].hang,
        lists=_own_lists(own_lists),
        metrics={n: _metric(sheet, i) for n, i in paragraphs.items()},
        page=page,
        pages_before=pages_before,
        lang=lang,
        rtl=rtl,
    )


def _tree(parts: Mapping[str, bytes], name: str) -> etree._Element:
    return package.parsed(parts[name], name, "template.docx", Exit.LIBRARY)


def _tidy(parts: dict[str, bytes], given: Mapping[str, bytes]) -> None:
    """Take out relationships and content types of parts that are gone; properties are written anew."""
    gone = set(given) - set(parts)
    for name in [n for n in parts if n.endswith(".rels")]:
        root = _tree(parts, name)
        folder = name.split("_rels/")[0]
        for rel in list(root):
            if rel.get("TargetMode") == "External":
                continue
            target = rel.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else _joined(folder, target)
            if path in gone or path not in parts:
                root.remove(rel)
        parts[name] = package.serialised(root)
    types = _tree(parts, names.TYPES)
    for entry in list(types):
        path = entry.get("PartName", "").lstrip("/")
        if path and path not in parts:
            types.remove(entry)
        elif path == names.DOCUMENT:  # a .dotx says that it is a template
            entry.set("ContentType", names.WML_TYPE + "document.main+xml")
    parts[names.TYPES] = package.serialised(types)


def _joined(folder: str, target: str) -> str:
    steps: list[str] = []
    for step in (folder + target).split("/"):
        if step == ".." and steps:
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _page(document: etree._Element, rtl: bool) -> Page:
    section = document.find(f"{w('body')}/{w('sectPr')}")
    if section is None:
        body = document.find(w("body"))
        section = etree.SubElement(body if body is not None else document, w("sectPr"))
    if rtl:
        dress.turn(section)
    size, margin = section.find(w("pgSz")), section.find(w("pgMar"))

    def of(element: etree._Element | None, name: str, default: int) -> int:
        return abs(int(float(element.get(w(name), str(default))))) if element is not None else default

    width, height = of(size, "w", 11906), of(size, "h", 16838)
    left, right = of(margin, "left", 1440), of(margin, "right", 1440)
    top, bottom = of(margin, "top", 1440), of(margin, "bottom", 1440)
    xml = re.sub(r' xmlns:\w+="[^"]*"', "", etree.tostring(section, encoding="unicode", with_tail=False))
    return Page(width, height, width - left - right, height - top - bottom, height - 2 * min(left, right), xml)


def _look(root: etree._Element, found: styles.Sheet, name: str, hang: Hang, level: etree._Element | None) -> LevelLook:
    """Return how a level looks: the indent is the style's, the look of the number that of the template's own list."""
    style_id = found.id("paragraph", name) or ""
    left = styles.inherited(root, style_id, "pPr/ind", "left") or styles.inherited(root, style_id, "pPr/ind", "start")
    hanging = styles.inherited(root, style_id, "pPr/ind", "hanging")
    if level is not None:
        indent = level.find(f"{w('pPr')}/{w('ind')}")
        if indent is not None:
            left, hanging = left or indent.get(w("left")), hanging or indent.get(w("hanging"))
    place = Hang(int(left or hang.left), int(hanging or (hang.hanging if not left else 0)))
    run = level.find(w("rPr")) if level is not None else None
    inner = "".join(etree.tostring(c, encoding="unicode", with_tail=False) for c in run) if run is not None else ""
    return LevelLook(style_id, place, re.sub(r' xmlns:\w+="[^"]*"', "", inner))


def _pages_before(document: etree._Element, sheet: etree._Element) -> int:
    """Return how many pages end before the contents marker: by section, by page break, by style."""
    breaking = {
        s.get(w("styleId"))
        for s in sheet.iterfind(w("style"))
        if s.find(f"{w('pPr')}/{w('pageBreakBefore')}") is not None
    }
    count = 0
    body = document.find(w("body"))
    for block in body if body is not None else ():
        count += sum(br.get(w("type")) == "page" for br in block.iter(w("br")))
        style = block.find(f"{w('pPr')}/{w('pStyle')}")
        if block.find(f"{w('pPr')}/{w('pageBreakBefore')}") is not None or (
            style is not None and style.get(w("val")) in breaking
        ):
            count += 1
        if lint.CONTENTS in "".join(t.text or "" for t in block.iter(w("t"))):
            break
        for section in block.iter(w("sectPr")):
            kind = section.find(w("type"))
            count += kind is None or kind.get(w("val")) != "continuous"
    return count


def _place_markers(document: etree._Element) -> None:
    body = document.find(w("body"))
    for block in list(body) if body is not None else ():
        text = "".join(t.text or "" for t in block.iter(w("t"))).strip()
        if block.tag == w("p") and text in (lint.CONTENTS, lint.BODY):
            mark = etree.ProcessingInstruction("place", text.strip("[]"))
            mark.tail = block.tail
            block.getparent().replace(block, mark)  # type: ignore[union-attr]


def _with_prefixes(data: bytes) -> bytes:
    """Declare on the root the prefixes that our strings use and the template does not."""
    end = data.index(b">", data.index(b"<w:document"))
    root = data[:end].decode()
    missing = "".join(f' xmlns:{p}="{uri}"' for p, uri in names.PREFIXES.items() if f'xmlns:{p}="' not in root)
    return (root + missing).encode() + data[end:]


def _own_lists(root: etree._Element | None) -> tuple[str, str]:
    """Return the template's numbering part in two pieces: what comes before lists, and the lists it has."""
    if root is None:
        return f'{names.DECLARATION}<w:numbering xmlns:w="{W}">', ""
    nums = root.findall(w("num"))
    for level in root.iter(w("lvl")):
        for link in level.findall(w("pStyle")):
            level.remove(link)  # the styles belong to our lists now; two lists that claim a style confuse Word
    tails = [e for e in root if e.tag == w("numIdMacAtCleanup")]
    for element in (*nums, *tails):
        root.remove(element)
    text = package.serialised(root).decode()
    if "</w:numbering>" not in text:
        text = text.replace("/>", ">", 1) + "</w:numbering>"
    clean = "".join(
        re.sub(r' xmlns:\w+="[^"]*"', "", etree.tostring(e, encoding="unicode", with_tail=False)) for e in nums
    )
    return text.removesuffix("</w:numbering>"), clean


def _metric(root: etree._Element, style_id: str) -> Metric:
    def number(path: str, attribute: str, default: float) -> float:
        value = styles.inherited(root, style_id, path, attribute)
        try:
            return float(value) if value is not None else default
        except ValueError:
            return default

    size = number("rPr/sz", "val", 20) / 2
    line = number("pPr/spacing", "line", 240)
    rule = styles.inherited(root, style_id, "pPr/spacing", "lineRule") or "auto"
    height = size * 1.22 * line / 240 if rule == "auto" else line / 20
    return Metric(
        size,
        height,
        number("pPr/spacing", "before", 0) / 20,
        number("pPr/spacing", "after", 0) / 20,
        number("pPr/ind", "left", 0) / 20,
    )


def going_on(section: str) -> str:
    """Return a section that goes on counting pages and has no first page of its own; headers come down to it."""
    section = re.sub(r"<w:titlePg[^>]*/>", "", section)
    return re.sub(r'(<w:pgNumType[^>]*?) w:start="\d+"', r"\1", section)


def wide_section(page: Page) -> str:
    """Return the section of a wide page: the paper turned, the same headers."""
    side = (page.height - page.wide_width) // 2
    section = re.sub(r"<w:titlePg[^>]*/>", "", page.section)
    section = re.sub(
        r"<w:pgSz[^>]*/>", f'<w:pgSz w:w="{page.height}" w:h="{page.width}" w:orient="landscape"/>', section
    )
    return re.sub(
        r'(<w:pgMar[^>]*?w:)(left|right)="\d+"([^>]*?w:)(left|right)="\d+"', rf'\1\2="{side}"\3\4="{side}"', section
    )
