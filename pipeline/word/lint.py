"""The lint of a Word template: what would go wrong in a draft, said to the person who made the template.

Checks have fixed numbers (`TEMPLATE-001` to `TEMPLATE-022`). Numbers of paragraphs mean little to a person in Word, so
a problem shows the words around the spot first, and the part after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from pipeline.model.problem import Exit, Faulty, Place, Problem, ordered, shown
from pipeline.word import names, package, styles, tags
from pipeline.word.names import w

CONTENTS, BODY = "[[contents]]", "[[body]]"

FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "STYLEREF", "REF", "PAGEREF", "SEQ", "TOC"})
"""Fields that a template may hold: they count or repeat what stands in the document, and fetch nothing."""

_STORY = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_DANGEROUS = re.compile(r"(^|/)(vbaProject|vbaData|activeX|embeddings|oleObject|attachedToolbars)", re.IGNORECASE)
_LEFT_OVER = re.compile(r"^(customXml/|docProps/(thumbnail|custom)|word/(comments|people|glossary|stylesWithEffects))")
_WANTED_LEVELS = {"heading 1": "%1", "heading 2": "%1.%2"}


def template(file: str, data: bytes, renamed: Mapping[str, str], *, contents: bool = True) -> tuple[Problem, ...]:
    """Return the problems of a template, warnings among them, by place.

    Args:
        file: What messages call it.
        data: The file.
        renamed: Our style names (folded) to the names that the house uses for them.
        contents: Whether documents made with it have contents; a brief has none.
    """
    try:
        parts = package.opened(data, file, Exit.LIBRARY)
        trees = {n: package.parsed(d, n, file, Exit.LIBRARY) for n, d in parts.items() if _STORY.fullmatch(n)}
        sheet = package.parsed(parts.get(names.STYLES, b"<none/>"), names.STYLES, file, Exit.LIBRARY)
        settings = package.parsed(parts.get(names.SETTINGS, b"<none/>"), names.SETTINGS, file, Exit.LIBRARY)
        rels = [package.parsed(d, n, file, Exit.LIBRARY) for n, d in sorted(parts.items()) if n.endswith(".rels")]
        lists = package.parsed(parts[names.NUMBERING], names.NUMBERING, file) if names.NUMBERING in parts else None
    except Faulty as fault:
        return fault.problems
    found: list[Problem] = []
    for name, tree in trees.items():
        found += (_problem(file, name, fault) for fault in tags.faults(tree))
        found += _fields(file, name, tree)
        found += _tracked(file, name, tree)
        found += _notes(file, name, tree)
    found += _styles(file, sheet, renamed)
    found += _markers(file, trees[names.DOCUMENT], contents)
    found += _headings(file, sheet, lists)
    found += _parts(file, parts)
    found += _targets(file, rels)
    found += _protection(file, settings)
    return ordered(found)


def _said(file: str, part: str, check: int, near: str, message: str, fix: str, warning: bool = False) -> Problem:
    spot = f"near “{shown(near)}” in {part}" if near else part
    return Problem(f"TEMPLATE-{check:03d}", Place(file, spot=spot), message, fix, warning=warning)


def _problem(file: str, part: str, fault: tags.Fault) -> Problem:
    return _said(file, part, fault.check, fault.near, fault.message, fault.fix, fault.warning)


def _styles(file: str, root: etree._Element, renamed: Mapping[str, str]) -> Iterator[Problem]:
    found = styles.sheet(root)
    there = {name for kind, name in found.ids if kind in ("paragraph", "character")}
    for ours, theirs in sorted(renamed.items()):
        if styles.folded(theirs) not in there:
            yield _said(
                file,
                names.STYLES,
                10,
                theirs,
                f"the style {shown(theirs)!r}, named in brand.yaml for {ours!r}, is missing",
                tags.suggestion(theirs, there),
            )
    for need in styles.missing(found):
        if styles.folded(need.name) in renamed:
            continue
        guess = tags.suggestion(need.name, there - {styles.folded(n.name) for n in styles.NEEDED})
        hint = f"; {guess}" if guess.startswith("did") else ""
        yield _said(
            file,
            names.STYLES,
            10,
            "",
            f"the style {need.name!r} is missing; drafts get a plain one{hint}",
            f"make a {need.kind} style of that name in Word, or name yours under `styles` in brand.yaml",
            warning=True,
        )


def _markers(file: str, root: etree._Element, contents: bool) -> Iterator[Problem]:
    body = root.find(w("body"))
    for marker in (CONTENTS, BODY):
        hits = [p for p in root.iter(w("p")) if marker in _text(p)]
        if marker == CONTENTS and not contents:
            if hits:
                message, fix = f"the marker {marker} stands here, and a brief has no contents", f"delete {marker}"
                yield _said(file, names.DOCUMENT, 11, marker, message, fix)
            continue
        if len(hits) != 1:
            count = "is missing" if not hits else f"stands here {len(hits)} times"
            yield _said(file, names.DOCUMENT, 11, marker, f"the marker {marker} {count}", f"put {marker} once, alone")
        for paragraph in hits:
            if paragraph.getparent() is not body:
                yield _said(
                    file,
                    names.DOCUMENT,
                    12,
                    marker,
                    f"the marker {marker} stands in a table, text box or control",
                    "move it into a paragraph of its own in the running text",
                )
            elif _text(paragraph).strip() != marker or paragraph.find(f".//{w('sectPr')}") is not None:
                yield _said(
                    file,
                    names.DOCUMENT,
                    12,
                    _text(paragraph),
                    f"{marker} is not alone in its paragraph",
                    "leave nothing else in that paragraph, and no section break",
                )


def _headings(file: str, sheet: etree._Element, lists: etree._Element | None) -> Iterator[Problem]:
    found = styles.sheet(sheet)
    for name, wanted in _WANTED_LEVELS.items():
        style_id = found.id("paragraph", name)
        if style_id is None:
            continue
        level = linked_level(lists, style_id)
        if level is None:
            yield _said(
                file,
                names.STYLES,
                13,
                name,
                f"the style {name!r} is in no list; drafts number it all the same",
                "link it to a level of a multilevel list, so that number and text stand as you want them",
                warning=True,
            )
            continue
        text = level.find(w("lvlText"))
        shape = text.get(w("val"), "") if text is not None else ""
        if shape.rstrip(". ") != wanted and not re.search(r"[^\W\d_]", shape):
            yield _said(
                file,
                names.NUMBERING,
                14,
                shape,
                f"the list numbers {name!r} as {shown(shape)!r}; a draft's legal form decides",
                f"number it {wanted.replace('%', '')} here, so that the template shows what drafts will look like",
                warning=True,
            )


def linked_level(lists: etree._Element | None, style_id: str) -> etree._Element | None:
    """Return the list level that a paragraph style is linked to."""
    if lists is None:
        return None
    for level in lists.iterfind(f"{w('abstractNum')}/{w('lvl')}"):
        link = level.find(w("pStyle"))
        if link is not None and link.get(w("val")) == style_id:
            return level
    return None


def _parts(file: str, parts: Iterable[str]) -> Iterator[Problem]:
    for name in parts:
        if _DANGEROUS.search(name):
            yield _said(
                file,
                name,
                20,
                "",
                "the template carries a macro or an embedded file",
                "save it as .docx without macros, and paste embedded objects as pictures",
            )
        elif _LEFT_OVER.match(name):
            yield _said(
                file,
                name,
                20,
                "",
                "this is left over from another file; drafts do without it",
                "in Word: File, Info, Inspect Document, remove all",
                warning=True,
            )


def _targets(file: str, rels: Iterable[etree._Element]) -> Iterator[Problem]:
    for root in rels:
        for rel in root:
            target = rel.get("Target", "")
            if rel.get("TargetMode") != "External":
                continue
            if rel.get("Type", "").endswith("/hyperlink") and target.startswith(("https://", "mailto:")):
                continue
            yield _said(
                file,
                "relationships",
                21,
                target,
                "the template fetches something from elsewhere when it is opened",
                "embed the picture, or detach the template (Developer, Document Template)",
            )


def _protection(file: str, settings: etree._Element) -> Iterator[Problem]:
    for name in ("documentProtection", "writeProtection"):
        element = settings.find(w(name))
        if element is not None and element.get(w("enforcement"), "1") not in ("0", "false", "off"):
            yield _said(
                file,
                names.SETTINGS,
                22,
                "",
                "the template is protected against editing, and every draft would be",
                "in Word: Review, Restrict Editing, Stop Protection",
            )


def _fields(file: str, part: str, root: etree._Element) -> Iterator[Problem]:
    codes = [e.get(w("instr"), "") for e in root.iter(w("fldSimple"))]
    for paragraph in root.iter(w("p")):
        code = ""
        for element in paragraph.iter(w("instrText"), w("fldChar")):
            if element.tag == w("instrText"):
                code += element.text or ""
            elif code:
                codes.append(code)
                code = ""
    for code in codes:
        kind = (code.split() or [""])[0].upper()
        if kind and kind not in FIELDS:
            yield _said(
                file,
                part,
                21,
                code.strip(),
                f"the field {shown(kind)} fetches or runs something",
                f"delete it; a template may use {', '.join(sorted(FIELDS))}",
            )


def _tracked(file: str, part: str, root: etree._Element) -> Iterator[Problem]:
    for element in root.iter(w("ins"), w("del"), w("moveFrom"), w("moveTo")):
        text = "".join(t.text or "" for t in element.iter(w("t"), w("delText")))
        if text or next(element.iterancestors(w("p")), None) is not None:
            yield _said(
                file,
                part,
                15,
                text,
                "the template has tracked changes, which every draft would show",
                "in Word: Review, Accept All Changes and Stop Tracking",
            )
            return


def _notes(file: str, part: str, root: etree._Element) -> Iterator[Problem]:
    for mark in root.iter(w("footnoteReference")):
        paragraph = next(mark.iterancestors(w("p")))
        yield _said(
            file,
            part,
            16,
            _text(paragraph)[:60],
            "the template has a footnote of its own, which would shift every number",
            "write it as running text",
        )


def _text(paragraph: etree._Element) -> str:
    return "".join(t.text or "" for t in paragraph.iter(w("t")))
