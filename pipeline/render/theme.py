"""The look of the PDF, read from the Word template: paper, margins, and how each kind of text stands.

A house style is made once, in Word. This module reads it back as plain numbers, so that the PDF follows the Word file
without a second, hand-kept theme. Only which shipped typeface stands in for a typeface that the template names comes
from `brand.yaml`, because the template's own cannot be shipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from lxml import etree

from pipeline.model.problem import Exit, Faulty, Place, Problem
from pipeline.word import names, package
from pipeline.word.names import w
from pipeline.word.styles import folded

if TYPE_CHECKING:
    from pipeline.render.style import HouseStyle

TWIP = 20.0
"""Twentieths of a point in a point."""

THEME = "word/theme/theme1.xml"

SHIPPED = ("Noto Sans", "Libertinus Serif", "Amiri", "Noto Sans SC", "Noto Sans KR")
"""Typefaces that travel with the program."""

DRAWN = (
    "normal", "body text", "title", "subtitle", "heading 1", "heading 2", "heading 3", "chapter opener", "lead",
    "clause text", "clause number", "point", "concerns", "small", "box title", "box text", "table head", "table text",
    "caption", "footnote text", "header", "footer", "marking", "toc heading", "toc 1", "toc 2", "cover state",
    "cover issuer", "cover status", "cover date", "cover marking", "cover notice",
)  # fmt: skip
"""Styles that the PDF draws with; a typeface elsewhere in the template does not matter."""

LINE_HEIGHT: Mapping[str, float] = {
    "amiri": 1.753, "aptos": 1.27, "arial": 1.149, "calibri": 1.221, "cambria": 1.172, "garamond": 1.125,
    "georgia": 1.136, "helvetica": 1.149, "liberation sans": 1.149, "liberation serif": 1.149,
    "libertinus serif": 1.14, "noto sans": 1.362,
    "open sans": 1.362, "segoe ui": 1.33, "tahoma": 1.207, "times new roman": 1.149, "verdana": 1.215,
}  # fmt: skip
"""Height of one line at single spacing in ems (ascent, descent and gap of the face): Word counts `line` in these."""

Align = Literal["start", "center", "end", "justify"]

ALIGN: Mapping[str, Align] = {
    "left": "start", "start": "start", "center": "center", "right": "end", "end": "end", "both": "justify",
    "distribute": "justify",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """A page of the template, all in points."""

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float
    header: float
    footer: float


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of text stands.

    Attributes:
        font: A shipped typeface.
        size: In points.
        colour: As `#rrggbb`.
        bold: Whether it is heavy.
        italic: Whether it is slanted.
        before: Space above in points.
        after: Space below in points.
        pitch: From baseline to baseline, in ems of this text.
        align: Where lines begin and end.
        indent: From the edge of the text area to the text, in points.
        hanging: How far the first line stands out to the left of `indent`, in points.
        capitals: Whether it is set in capitals.
        tracking: Space added between letters, in points.
        rules: Width in points of the rule on each side that has one: `top`, `bottom`, `left`.
    """

    font: str
    size: float
    colour: str
    bold: bool
    italic: bool
    before: float
    after: float
    pitch: float
    align: Align
    indent: float
    hanging: float
    capitals: bool
    tracking: float = 0.0
    rules: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Theme:
    """What the PDF takes from a Word template.

    Attributes:
        paper: Page and margins of the template's last section.
        looks: Look per style name in lower case (`heading 1`, `clause text`, …); `normal` is always there.
    """

    paper: Paper
    looks: Mapping[str, Look]

    def look(self, *styles: str) -> Look:
        """Return the look of the first of these styles that the template has, else that of running text."""
        return next((self.looks[style] for style in styles if style in self.looks), self.looks["normal"])

    def lesser(self, share: float, *styles: str) -> Look:
        """Return the look of the first of these styles, else running text at this share of its size."""
        normal = self.looks["normal"]
        found = next((self.looks[style] for style in styles if style in self.looks), None)
        return found or replace(normal, size=round(share * normal.size, 1))


def of(style: HouseStyle, document: str = "guidelines") -> Theme:
    """Return the theme of a kind of document in a house style; read once for as long as the style stays the same.

    Raises:
        Faulty: As `read`.
    """
    shares = tuple(style.sizes.items())
    file, template = style.word_template(document)
    return _read(template, tuple(style.fonts.items()), tuple(style.styles.items()), f"{style.name}/{file}", shares)


def read(
    template: bytes,
    fonts: Mapping[str, str],
    renamed: Mapping[str, str] | None = None,
    file: str = "template.docx",
) -> Theme:
    """Return the theme of a Word template.

    Args:
        template: The bytes of a .docx or .dotx.
        fonts: Typefaces of the template to shipped ones.
        renamed: Our style names, folded, to the names that the house uses for them.
        file: What to call the template in a message.

    Raises:
        Faulty: This is no Word file, or it draws in a typeface that `fonts` does not map to a shipped one.
    """
    return _read(template, tuple(fonts.items()), tuple((renamed or {}).items()), file)


@lru_cache(maxsize=8)
def _read(
    template: bytes,
    fonts: tuple[tuple[str, str], ...],
    renamed: tuple[tuple[str, str], ...],
    file: str,
    shares: tuple[tuple[str, float], ...] = (),
) -> Theme:
    parts = package.opened(template, file, Exit.LIBRARY)
    document, styles, theme = (
        package.parsed(parts[name], name, file, Exit.LIBRARY) if name in parts else None
        for name in (names.DOCUMENT, names.STYLES, THEME)
    )
    if document is None or styles is None:
        raise Faulty(
            (_problem("TEMPLATE-040", file, "it has no styles", "save it anew from Word as .docx"),),
            Exit.LIBRARY,
        )
    stand_ins = {name.lower(): face for name, face in fonts}
    sheet = _Sheet(styles, _theme_faces(theme), dict(renamed))
    looks = {name: sheet.look(name) for name in DRAWN if name in sheet}
    faces = {look.font: stand_ins.get(look.font.lower(), look.font) for look in looks.values()}
    problems = [_unshipped(font, face, file) for font, face in faces.items() if face not in SHIPPED]
    if problems:
        raise Faulty(problems, Exit.LIBRARY)
    share = {name.lower(): part for name, part in shares}
    drawn = {
        name: replace(look, font=faces[look.font], size=round(look.size * share.get(look.font.lower(), 1), 2))
        for name, look in looks.items()
    }
    return Theme(_paper(document), drawn)


def _unshipped(font: str, face: str, file: str) -> Problem:
    said = f"{font!r}" if face == font else f"{face!r}, which is to stand for {font!r},"
    fix = f"name a stand-in under `fonts` in brand.yaml: {', '.join(SHIPPED)}"
    return _problem("TEMPLATE-041", file, f"the typeface {said} does not travel with the program", fix)


def _problem(code: str, file: str, message: str, fix: str) -> Problem:
    return Problem(code, Place(file), message, fix)


def _theme_faces(theme: etree._Element | None) -> dict[str, str]:
    """Return the Latin typefaces of the theme by the names that styles use for them (`minorHAnsi`, `majorAscii`, …)."""
    faces: dict[str, str] = {}
    for kind in ("major", "minor"):
        latin = theme.find(f".//{{{names.A}}}{kind}Font/{{{names.A}}}latin") if theme is not None else None
        if latin is not None and latin.get("typeface"):
            faces |= {kind + script: str(latin.get("typeface")) for script in ("HAnsi", "Ascii")}
    return faces


def _paper(document: etree._Element) -> Paper:
    """Return the page of the last section; A4 with margins of an inch where the template says nothing."""
    sections = list(document.iter(w("sectPr")))
    size = sections[-1].find(w("pgSz")) if sections else None
    margin = sections[-1].find(w("pgMar")) if sections else None

    def length(element: etree._Element | None, name: str, default: int) -> float:
        value = element.get(w(name)) if element is not None else None
        # Word writes a negative margin where the header may not push the text down: its size is what counts.
        return abs(_number(value, default)) / TWIP

    wide, tall = length(size, "w", 11906), length(size, "h", 16838)
    top, right, bottom, left = (length(margin, edge, 1440) for edge in ("top", "right", "bottom", "left"))
    header, footer = length(margin, "header", 709), length(margin, "footer", 709)
    return Paper(min(wide, tall), max(wide, tall), top, right, bottom, left, header, footer)


def _number(value: str | None, default: float) -> float:
    try:
        return float(value) if value is not None else default
    except ValueError:
        return default


def _val(element: etree._Element | None) -> str:
    return element.get(w("val"), "") if element is not None else ""


class _Sheet:
    """The paragraph styles of a template, each resolved through what it is based on down to the file's defaults."""

    def __init__(self, styles: etree._Element, faces: Mapping[str, str], renamed: Mapping[str, str]) -> None:
        self._faces = faces
        self._by_id: dict[str, etree._Element] = {}
        self._by_name: dict[str, etree._Element] = {}
        self._defaults = styles.find(w("docDefaults"))
        paragraphs = [s for s in styles.iterfind(w("style")) if s.get(w("type")) == "paragraph"]
        for style in paragraphs:
            self._by_id[str(style.get(w("styleId")))] = style
            self._by_name.setdefault(folded(_val(style.find(w("name")))), style)
        for style in paragraphs:
            for alias in _val(style.find(w("aliases"))).split(","):
                self._by_name.setdefault(folded(alias), style)
        for ours, theirs in renamed.items():
            if folded(theirs) in self._by_name:
                self._by_name[folded(ours)] = self._by_name[folded(theirs)]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name or name == "normal"

    def look(self, name: str) -> Look:
        chain = self._chain(self._by_name.get(name))
        font = self._font(chain)
        size = _number(self._value(chain, "r", "sz"), 20) / 2  # counted in half points
        colour = self._value(chain, "r", "color") or "auto"
        spacing, indent = self._attributes(chain, "spacing"), self._attributes(chain, "ind")
        return Look(
            font=font,
            size=size,
            colour=f"#{colour.lower()}" if re.fullmatch(r"[0-9A-Fa-f]{6}", colour) else "#000000",
            bold=self._toggle(chain, "b"),
            italic=self._toggle(chain, "i"),
            before=_number(spacing.get("before"), 0) / TWIP,
            after=_number(spacing.get("after"), 0) / TWIP,
            pitch=_pitch(spacing, font, size),
            align=ALIGN.get(self._value(chain, "p", "jc") or "", "start"),
            indent=_number(indent.get("left", indent.get("start")), 0) / TWIP,
            hanging=_number(indent.get("hanging"), 0) / TWIP,
            capitals=self._toggle(chain, "caps"),
            tracking=_number(self._value(chain, "r", "spacing"), 0) / TWIP,
            rules=self._rules(chain),
        )

    def _chain(self, style: etree._Element | None) -> list[etree._Element]:
        """Return the elements whose pPr and rPr hold for a style, nearest first."""
        chain: list[etree._Element] = []
        while style is not None and style not in chain:
            chain.append(style)
            style = self._by_id.get(_val(style.find(w("basedOn"))))
        if self._defaults is not None:
            chain += [e for e in (self._defaults.find(w(f"{kind}PrDefault")) for kind in "rp") if e is not None]
        return chain

    def _find(self, chain: list[etree._Element], kind: str, name: str) -> list[etree._Element]:
        found = (link.find(f"{w(f'{kind}Pr')}/{w(name)}") for link in chain)
        return [element for element in found if element is not None]

    def _value(self, chain: list[etree._Element], kind: str, name: str) -> str | None:
        found = self._find(chain, kind, name)
        return _val(found[0]) if found else None

    def _toggle(self, chain: list[etree._Element], name: str) -> bool:
        found = self._find(chain, "r", name)
        return bool(found) and _val(found[0]).lower() not in {"0", "false", "off", "none"}

    def _attributes(self, chain: list[etree._Element], name: str) -> dict[str, str]:
        """Return the attributes of a property, each from the nearest style that sets it: Word inherits them singly."""
        merged: dict[str, str] = {}
        for element in reversed(self._find(chain, "p", name)):
            merged |= {etree.QName(str(key)).localname: str(value) for key, value in element.attrib.items()}
        return merged

    def _rules(self, chain: list[etree._Element]) -> dict[str, float]:
        """Return the width of the rules that a style draws; Word counts them in eighths of a point."""
        found = self._find(chain, "p", "pBdr")
        sides = {side: found[0].find(w(side)) for side in ("top", "bottom", "left")} if found else {}
        return {
            side: _number(rule.get(w("sz")), 0) / 8
            for side, rule in sides.items()
            if rule is not None and _val(rule) not in {"", "none", "nil"}
        }

    def _font(self, chain: list[etree._Element]) -> str:
        for element in self._find(chain, "r", "rFonts"):
            for name in ("asciiTheme", "hAnsiTheme"):
                face = self._faces.get(element.get(w(name), ""))
                if face:
                    return face
            for name in ("ascii", "hAnsi"):
                if element.get(w(name)):
                    return element.get(w(name), "")
        return "Times New Roman"  # what Word itself takes where nothing names a typeface


def _pitch(spacing: Mapping[str, str], font: str, size: float) -> float:
    """Return the distance of baselines in ems; `line` counts 240ths of a line, or twips where the rule is not auto."""
    natural = LINE_HEIGHT.get(font.lower(), 1.2)
    line = _number(spacing.get("line"), 240)
    match spacing.get("lineRule", "auto"):
        case "exact":
            return line / TWIP / size
        case "atLeast":
            return max(line / TWIP / size, natural)
        case _:
            return line / 240 * natural
