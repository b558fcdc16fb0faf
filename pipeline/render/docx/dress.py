"""The template dressed for a draft: its language, its direction and its lists, put into styles and settings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from pipeline.model.problem import Exit
from pipeline.word import names, numbering, package, runs, styles
from pipeline.word.names import W, w

_SETTINGS_GONE = (
    "rsids",
    "attachedTemplate",
    "updateFields",
    "docVars",
    "trackRevisions",
    "hdrShapeDefaults",
    "shapeDefaults",
)


def number_styles(root: etree._Element, found: styles.Sheet, continuous: bool) -> None:
    """Put our lists into the styles, so that a heading added in Word later is counted too."""
    places = {
        "heading 1": (numbering.MAIN, 0),
        "heading 2": (numbering.ARTICLES, 0) if continuous else (numbering.MAIN, 1),
        "clause number": (numbering.ARTICLES, 1) if continuous else (numbering.MAIN, 2),
        "point": (numbering.POINTS, 0),
        "subpoint": (numbering.POINTS, 1),
        "heading 3": None,
    }
    for name, place in places.items():
        style = styles.own(root, found.id("paragraph", name) or "")
        if style is None:
            continue
        properties = style.find(w("pPr"))
        if properties is None:
            properties = etree.Element(w("pPr"))
            run = style.find(w("rPr"))
            style.insert(style.index(run) if run is not None else len(style), properties)
        old = properties.find(w("numPr"))
        if old is not None:
            properties.remove(old)
        before = {w(n) for n in ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl")}
        num, level = place or (0, 0)
        mark = etree.fromstring(f'<w:numPr xmlns:w="{W}"><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>')
        properties.insert(sum(child.tag in before for child in properties), mark)


def speak(root: etree._Element, lang: str, rtl: bool) -> None:
    """Set language and direction of a `w:styles` tree; a style's own language gives way."""
    for element in list(root.iter(w("lang"))):
        element.getparent().remove(element)  # type: ignore[union-attr]
    defaults = root.find(w("docDefaults"))
    if defaults is None:
        defaults = etree.Element(w("docDefaults"))
        root.insert(0, defaults)
    run = _under(_under(defaults, "rPrDefault"), "rPr")
    run.append(etree.fromstring(f'<w:lang xmlns:w="{W}" {languages(lang)}/>'))
    if rtl:
        for spacing in [*root.iterfind(f".//{w('rPr')}/{w('spacing')}")]:
            spacing.getparent().remove(spacing)  # type: ignore[union-attr]  # Arabic letters that are parted do not join
        blocks = [_under(_under(defaults, "pPrDefault"), "pPr")]
        for style in root.iterfind(w("style")):
            if style.get(w("type")) == "paragraph" and style.find(w("basedOn")) is None:
                run_look = style.find(w("rPr"))
                block = style.find(w("pPr"))
                if block is None:
                    block = etree.Element(w("pPr"))
                    style.insert(style.index(run_look) if run_look is not None else len(style), block)
                blocks.append(block)
        later = {
            w(n)
            for n in (
                "adjustRightInd",
                "snapToGrid",
                "spacing",
                "ind",
                "contextualSpacing",
                "mirrorIndents",
                "suppressOverlap",
                "jc",
                "textDirection",
                "textAlignment",
                "textboxTightWrap",
                "outlineLvl",
                "divId",
                "cnfStyle",
                "rPr",
                "sectPr",
                "pPrChange",
            )
        }
        for block in blocks:
            if block.find(w("bidi")) is None:
                place = next((n for n, child in enumerate(block) if child.tag in later), len(block))
                block.insert(place, etree.Element(w("bidi")))


def languages(lang: str) -> str:
    """Return the attributes of `w:lang` for a document: Word keeps one language for each kind of script."""
    full = {"en": "en-GB", "fr": "fr-FR", "es": "es-ES", "ru": "ru-RU", "zh": "zh-CN", "ar": "ar-SA"}.get(lang, lang)
    first = lang.split("-", maxsplit=1)[0]
    western = "en-GB" if first in runs.RTL_LANGUAGES | runs.EAST_LANGUAGES else full
    east = full if first in runs.EAST_LANGUAGES else "zh-CN"
    bidi = full if first in runs.RTL_LANGUAGES else "ar-SA"
    return f'w:val="{western}" w:eastAsia="{east}" w:bidi="{bidi}"'


def _under(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(w(name))
    if found is None:
        found = etree.Element(w(name))
        parent.insert(0 if name in ("rPrDefault", "rPr") else len(parent), found)
    return found


def settings(parts: Mapping[str, bytes], lang: str) -> etree._Element:
    """Return the settings without what ties them to their makers, with the language and the note separators."""
    root = (
        package.parsed(parts[names.SETTINGS], names.SETTINGS, "template.docx", Exit.LIBRARY)
        if names.SETTINGS in parts
        else etree.Element(w("settings"), nsmap={"w": W})
    )
    for name in _SETTINGS_GONE:
        for element in root.findall(w(name)):
            root.remove(element)
    spoken = root.find(w("themeFontLang"))
    if spoken is not None:
        root.replace(spoken, etree.fromstring(f'<w:themeFontLang xmlns:w="{W}" {languages(lang)}/>'))
    if root.find(w("footnotePr")) is None:
        later = {
            w(n)
            for n in (
                "endnotePr",
                "compat",
                "docVars",
                "rsids",
                "attachedSchema",
                "themeFontLang",
                "clrSchemeMapping",
                "doNotIncludeSubdocsInStats",
                "captions",
                "readModeInkLockDown",
                "smartTagType",
                "schemaLibrary",
                "decimalSymbol",
                "listSeparator",
            )
        }
        office_math = "{http://schemas.openxmlformats.org/officeDocument/2006/math}mathPr"
        place = next((n for n, e in enumerate(root) if e.tag in later or e.tag == office_math), len(root))
        root.insert(
            place,
            etree.fromstring(
                f'<w:footnotePr xmlns:w="{W}"><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
            ),
        )
    return root


def turn(section: etree._Element) -> None:
    """Mark a section as running from right to left, at the place that the schema gives it."""
    if section.find(w("bidi")) is not None:
        return
    later = {w(n) for n in ("rtlGutter", "docGrid", "printerSettings", "sectPrChange")}
    place = next((n for n, child in enumerate(section) if child.tag in later), len(section))
    section.insert(place, etree.Element(w("bidi")))


def turn_tables(parts: dict[str, bytes]) -> None:
    """Mark the tables of the template's text, headers and footers as running from right to left."""
    for name, data in list(parts.items()):
        if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", name):
            root = package.parsed(data, name, "template.docx", Exit.LIBRARY)
            for look in root.iter(w("tblPr")):
                if look.find(w("bidiVisual")) is None:
                    before = {w(n) for n in ("tblStyle", "tblpPr", "tblOverlap")}
                    look.insert(sum(child.tag in before for child in look), etree.Element(w("bidiVisual")))
            parts[name] = package.serialised(root)
