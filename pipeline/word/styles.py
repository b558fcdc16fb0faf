"""Styles of a Word file, found by type and name, and the ones that a draft needs added where they are missing.

Word keeps the English name of a built-in style in every language and localises its id (`Titre1`, `1`, `a6`), so ids say
nothing. A style that nobody has used in a template is not in the file at all: footnote, contents and caption styles are
added to the output, never to the template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from pipeline.word.names import W, w

StyleType = Literal["paragraph", "character", "table", "numbering"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The styles of a file: id by type and folded name."""

    ids: Mapping[tuple[str, str], str]

    def id(self, kind: StyleType, name: str) -> str | None:
        """Return the id of a style, or None where the file has no style of that name or alias."""
        return self.ids.get((kind, folded(name)))

    def names(self, kind: StyleType) -> tuple[str, ...]:
        """Return the folded names and aliases of one type, sorted."""
        return tuple(sorted(name for k, name in self.ids if k == kind))


@dataclass(frozen=True, slots=True)
class Needed:
    """A style that the writer uses, and what it looks like where a template has none.

    Attributes:
        kind: Paragraph or character.
        name: English built-in name, or ours.
        based: Name of the style it builds on.
        look: `w:pPr` and `w:rPr` as XML.
        after: Name of the style of the next paragraph, or empty.
        ours: True for names that no version of Word has.
    """

    kind: StyleType
    name: str
    based: str
    look: str
    after: str = ""
    ours: bool = False


def _p(properties: str, run: str = "") -> str:
    return (f"<w:pPr>{properties}</w:pPr>" if properties else "") + (f"<w:rPr>{run}</w:rPr>" if run else "")


def _heading(level: int, size: int) -> Needed:
    spacing = f'<w:spacing w:before="{480 if level == 1 else 280}" w:after="120"/>'
    look = f'<w:keepNext/><w:keepLines/><w:suppressAutoHyphens/>{spacing}<w:outlineLvl w:val="{level - 1}"/>'
    run = f'<w:b/><w:bCs/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    return Needed("paragraph", f"heading {level}", "normal", _p(look, run), "body text")


_DOTS = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{width}"/></w:tabs>'

NEEDED: tuple[Needed, ...] = (
    Needed("paragraph", "Normal", "", ""),
    Needed("paragraph", "Body Text", "normal", _p('<w:spacing w:after="120"/>')),
    _heading(1, 32),
    _heading(2, 26),
    _heading(3, 22),
    Needed(
        "paragraph",
        "TOC Heading",
        "normal",
        _p('<w:keepNext/><w:spacing w:after="240"/>', '<w:b/><w:bCs/><w:sz w:val="32"/><w:szCs w:val="32"/>'),
    ),
    Needed(
        "paragraph",
        "toc 1",
        "normal",
        _p(
            _DOTS + '<w:spacing w:before="120" w:after="40"/>',
            "<w:b/><w:bCs/>",
        ),
    ),
    Needed(
        "paragraph",
        "toc 2",
        "normal",
        _p(_DOTS + '<w:spacing w:after="20"/><w:ind w:left="440"/>'),
    ),
    Needed(
        "paragraph",
        "toc 3",
        "normal",
        _p(_DOTS + '<w:spacing w:after="20"/><w:ind w:left="880"/>'),
    ),
    Needed(
        "paragraph",
        "caption",
        "normal",
        _p(
            '<w:keepNext/><w:spacing w:before="200" w:after="80"/>',
            '<w:b/><w:bCs/><w:sz w:val="19"/><w:szCs w:val="19"/>',
        ),
    ),
    Needed(
        "paragraph",
        "footnote text",
        "normal",
        _p('<w:spacing w:after="40"/>', '<w:sz w:val="18"/><w:szCs w:val="18"/>'),
    ),
    Needed("character", "footnote reference", "", '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'),
    Needed("character", "Hyperlink", "", '<w:rPr><w:color w:val="1F4E79"/><w:u w:val="single"/></w:rPr>'),
    Needed("paragraph", "Lead", "body text", _p("", '<w:sz w:val="24"/><w:szCs w:val="24"/>'), ours=True),
    Needed("paragraph", "Chapter Opener", "lead", "", ours=True),
    Needed("paragraph", "Clause Text", "body text", "", ours=True),
    Needed("paragraph", "Clause Number", "clause text", "", ours=True),
    Needed("paragraph", "Point", "clause text", _p('<w:spacing w:after="60"/>'), ours=True),
    Needed("paragraph", "Subpoint", "point", "", ours=True),
    Needed("paragraph", "Concerns", "clause text", _p("", '<w:sz w:val="19"/><w:szCs w:val="19"/>'), ours=True),
    Needed(
        "paragraph",
        "Small",
        "normal",
        _p('<w:spacing w:after="80"/>', '<w:sz w:val="18"/><w:szCs w:val="18"/>'),
        ours=True,
    ),
    Needed(
        "paragraph",
        "Box Title",
        "normal",
        _p('<w:keepNext/><w:spacing w:before="40" w:after="40"/>', "<w:b/><w:bCs/>"),
        ours=True,
    ),
    Needed("paragraph", "Box Text", "normal", _p('<w:spacing w:before="0" w:after="60"/>'), ours=True),
    Needed(
        "paragraph",
        "Table Head",
        "normal",
        _p(
            '<w:keepNext/><w:spacing w:before="40" w:after="40"/>',
            '<w:b/><w:bCs/><w:sz w:val="19"/><w:szCs w:val="19"/>',
        ),
        ours=True,
    ),
    Needed(
        "paragraph",
        "Table Text",
        "normal",
        _p('<w:spacing w:before="40" w:after="40"/>', '<w:sz w:val="19"/><w:szCs w:val="19"/>'),
        ours=True,
    ),
    Needed(
        "character",
        "Choice Mark",
        "",
        '<w:rPr><w:shd w:val="clear" w:color="auto" w:fill="FFF2CC"/></w:rPr>',
        ours=True,
    ),
    Needed(
        "character",
        "Counsel Mark",
        "",
        '<w:rPr><w:shd w:val="clear" w:color="auto" w:fill="E7E6E6"/></w:rPr>',
        ours=True,
    ),
    Needed("character", "Open Mark", "", '<w:rPr><w:u w:val="dotted"/></w:rPr>', ours=True),
)


def folded(name: str) -> str:
    """Return a style name as it is compared: lower case, spaces folded."""
    return " ".join(name.lower().split())


def sheet(root: etree._Element) -> Sheet:
    """Return the styles of a `w:styles` tree; a name goes before an alias, an earlier style before a later one."""
    ids: dict[tuple[str, str], str] = {}
    aliases: list[tuple[tuple[str, str], str]] = []
    for style in root.iterfind(w("style")):
        kind, style_id = style.get(w("type"), "paragraph"), style.get(w("styleId"), "")
        name = style.find(w("name"))
        if name is not None:
            ids.setdefault((kind, folded(name.get(w("val"), ""))), style_id)
        also = style.find(w("aliases"))
        if also is not None:
            aliases += [((kind, folded(a)), style_id) for a in also.get(w("val"), "").split(",") if a.strip()]
    for key, style_id in aliases:
        ids.setdefault(key, style_id)
    return Sheet(ids)


def missing(found: Sheet) -> tuple[Needed, ...]:
    """Return the styles that a draft needs and the file lacks."""
    return tuple(n for n in NEEDED if found.id(n.kind, n.name) is None)


def complete(root: etree._Element, renamed: Mapping[str, str], width: int) -> Sheet:
    """Add to a `w:styles` tree what it lacks, and return all its styles.

    Args:
        root: The tree; changed in place.
        renamed: Our style names, folded, to the names that the house uses for them.
        width: Text width in twentieths of a point, where contents entries put their page numbers.
    """
    found = _with_house_names(sheet(root), renamed)
    taken = {style.get(w("styleId")) for style in root.iterfind(w("style"))}
    ids = dict(found.ids)
    for need in missing(found):
        style_id = _free(need.name, taken)
        taken.add(style_id)
        ids[(need.kind, folded(need.name))] = style_id
        root.append(etree.fromstring(_style(need, style_id, ids).replace("{width}", str(width))))
    return Sheet(ids)


def own(root: etree._Element, style_id: str) -> etree._Element | None:
    """Return the `w:style` with an id."""
    return next((s for s in root.iterfind(w("style")) if s.get(w("styleId")) == style_id), None)


def inherited(root: etree._Element, style_id: str, path: str, attribute: str) -> str | None:
    """Return an attribute of a property as a paragraph style has it, through what it is based on and the defaults.

    Args:
        root: The `w:styles` tree.
        style_id: Id of the style.
        path: Property below the style, such as `pPr/ind`.
        attribute: Name of the attribute without prefix.
    """
    by_id = {s.get(w("styleId")): s for s in root.iterfind(w("style"))}
    steps = "/".join(w(step) for step in path.split("/"))
    style, seen = by_id.get(style_id), set()
    while style is not None and style not in seen:
        seen.add(style)
        element = style.find(steps)
        if element is not None and element.get(w(attribute)) is not None:
            return element.get(w(attribute))
        based = style.find(w("basedOn"))
        style = by_id.get(based.get(w("val"))) if based is not None else None
    kind = path.split("/", maxsplit=1)[0]
    default = root.find(f"{w('docDefaults')}/{w(kind + 'Default')}/{steps}")
    return default.get(w(attribute)) if default is not None else None


def _with_house_names(found: Sheet, renamed: Mapping[str, str]) -> Sheet:
    ids = dict(found.ids)
    for ours, theirs in renamed.items():
        for kind in ("paragraph", "character"):
            style_id = found.ids.get((kind, folded(theirs)))
            if style_id is not None:
                ids[(kind, folded(ours))] = style_id
    return Sheet(ids)


def _free(name: str, taken: set[str | None]) -> str:
    plain = re.sub(r"[^A-Za-z0-9]", "", name.title())
    return next(i for i in (plain, *(f"{plain}X{n}" for n in range(1, len(taken) + 2))) if i not in taken)


def _style(need: Needed, style_id: str, ids: Mapping[tuple[str, str], str]) -> str:
    based = ids.get((need.kind, need.based)) if need.based else None
    after = ids.get((need.kind, need.after)) if need.after else None
    default = ' w:default="1"' if need.name == "Normal" else ""
    custom = ' w:customStyle="1"' if need.ours else ""
    return (
        f'<w:style xmlns:w="{W}" w:type="{need.kind}"{default}{custom} w:styleId="{style_id}">'
        f'<w:name w:val="{need.name}"/>'
        + (f'<w:basedOn w:val="{based}"/>' if based else "")
        + (f'<w:next w:val="{after}"/>' if after else "")
        + f'<w:uiPriority w:val="1"/><w:qFormat/>{need.look}</w:style>'
    )
