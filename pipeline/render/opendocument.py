"""What pandoc's ODT still lacks: the house style's look, header and footer on every page, and the direction of writing.

Pandoc takes its looks from a file of styles that it carries; this module changes that file within the finished ODT
(OpenDocument 1.3, part 3, sections 16 and 20) and packs it again, the same bytes for the same draft.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.model.draft import Draft, Heading
from pipeline.model.problem import MachineFault
from pipeline.render import ast, theme
from pipeline.render.theme import Look, Theme

if TYPE_CHECKING:
    from pipeline.render.style import HouseStyle

NS = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
}

LOOKS: Mapping[str, tuple[str, ...]] = {
    "Title": ("title", "heading 1"),
    "Subtitle": ("subtitle",),
    "Heading_20_1": ("heading 1",),
    "Heading_20_2": ("heading 2",),
    "Heading_20_3": ("heading 3", "heading 2"),
    "Text_20_body": ("body text",),
    "First_20_paragraph": ("body text",),
    "Footnote": ("footnote text",),
    "Contents_20_1": ("toc 1",),
    "Contents_20_2": ("toc 2",),
    "Contents_20_Heading": ("toc heading", "heading 1"),
    "Lead": ("lead",),
    "Clause": ("clause text",),
    "Numbered": ("clause text",),
    "Concerns": ("concerns",),
    "Small": ("small",),
    "BoxTitle": ("box title",),
    "BoxText": ("box text",),
    "State": ("normal",),
    "Issuer": ("small",),
    "Status": ("normal",),
    "Header": ("header",),
    "Footer": ("footer",),
    "Table_20_Contents": ("table text",),
    "Table_20_Heading": ("table head", "table text"),
    "TableCaption": ("caption",),
    "FigureCaption": ("caption",),
}
"""Style of the ODT for each kind of text, and where the Word template says how that looks."""

BOLD = frozenset({"State", "Status", "BoxTitle", "Table_20_Heading"})

LINK = "Index_20_Link"
"""Style of a link in the contents: as its words, without the line of a web link."""

PLACE = "ContentsPlace"
"""Style of the paragraph where the contents go in."""

EPOCH = (1980, 1, 1, 0, 0, 0)


def dressed(odt: bytes, draft: Draft, style: HouseStyle) -> bytes:
    """Return an ODT with the look of a house style.

    Args:
        odt: What pandoc wrote.
        draft: The draft, for contents, marking, metadata, direction and words.
        style: The house style.
    """
    with zipfile.ZipFile(io.BytesIO(odt)) as package:
        parts = {entry.filename: package.read(entry) for entry in package.infolist()}
    roots = {name: etree.fromstring(parts[name], _parser()) for name in ("styles.xml", "content.xml", "meta.xml")}
    styles, content, meta = roots.values()
    look = theme.of(style, draft.document)
    _paper(styles, look)
    for name, sources in LOOKS.items():
        _look(styles, name, look.lesser(0.88, *sources) if sources[0] in LESSER else look.look(*sources))
    _places(styles, look, style, draft)
    _rows(styles)
    _edges(styles, draft, style.accent)
    _cells(content, style)
    _lists(content, look)
    _contents(content, draft)
    _about(meta, draft)
    if draft.rtl:
        for root in (styles, content):
            _turn(root, draft.lang)
    packed = {name: etree.tostring(root, encoding="UTF-8", xml_declaration=True) for name, root in roots.items()}
    return _packed({**parts, **packed})


LESSER = frozenset({"header", "footer", "footnote text", "concerns", "small", "table text", "table head", "caption"})
"""Kinds of text that stand smaller than running text where the template does not say how."""


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def q(name: str) -> str:
    """Return an OpenDocument name such as `fo:color` as lxml spells it."""
    prefix, local = name.split(":")
    return f"{{{NS[prefix]}}}{local}"


def _child(element: etree._Element, name: str) -> etree._Element:
    found = element.find(q(name))
    if found is None:
        raise MachineFault(f"pandoc wrote an ODT without {name}; is this another version of it?")
    return found


def _without(element: etree._Element, name: str) -> None:
    if q(name) in element.attrib:
        del element.attrib[q(name)]


def _set(element: etree._Element, kind: str, values: Mapping[str, str]) -> None:
    """Set properties of a style; `kind` is `paragraph`, `text` or `page-layout`."""
    tag = q(f"style:{kind}-properties")
    properties = element.find(tag)
    if properties is None:
        properties = etree.SubElement(element, tag)
    for name, value in values.items():
        properties.set(q(name), value)


def _points(value: float) -> str:
    return f"{value:g}pt"


def _rows(styles: etree._Element) -> None:
    """Keep each row of a table on one page."""
    for default in styles.iter(q("style:default-style")):
        if default.get(q("style:family")) == "table-row":
            _set(default, "table-row", {"fo:keep-together": "always"})


def _style(styles: etree._Element, name: str) -> etree._Element:
    """Return a paragraph style, added where pandoc has none of that name."""
    found = next((s for s in styles.iter(q("style:style")) if s.get(q("style:name")) == name), None)
    if found is not None:
        return found
    common = _child(styles, "office:styles")
    about = {"style:name": name, "style:family": "paragraph", "style:parent-style-name": "Standard"}
    return etree.SubElement(common, q("style:style"), {q(key): value for key, value in about.items()})


def _look(styles: etree._Element, name: str, look: Look) -> None:
    style = _style(styles, name)
    _set(style, "paragraph", {
        "fo:margin-top": _points(look.before), "fo:margin-bottom": _points(look.after), "fo:text-align": "start",
    })  # fmt: skip
    weight = "bold" if look.bold or name in BOLD else "normal"
    text = {"fo:color": look.colour, "fo:font-family": look.font}
    for script in ("", "-asian", "-complex"):
        space = "style" if script else "fo"
        text[f"{space}:font-size{script}"] = _points(look.size)
        text[f"{space}:font-weight{script}"] = weight
        text[f"{space}:font-style{script}"] = "italic" if look.italic else "normal"
    properties = style.find(q("style:text-properties"))
    if properties is not None:
        # A reference to a declared typeface would go before the family that is named here.
        _without(properties, "style:font-name")
    _set(style, "text", text)


def _places(styles: etree._Element, look: Theme, style: HouseStyle, draft: Draft) -> None:
    """Set what a look does not hold: new pages, hanging numbers, boxes, and the tab before a page number."""
    column = max(look.look("clause text").indent, COLUMN)
    paper = look.paper
    width = paper.width - paper.left - paper.right
    box = style.boxes["principle"]
    boxed = {
        "fo:border-left": f"2.5pt solid #{box.rule}", "fo:background-color": f"#{box.fill}", "fo:padding": "5pt",
        "fo:margin-left": _points(column), "fo:margin-top": "0pt",
    }  # fmt: skip
    told: dict[str, dict[str, str]] = {
        "Heading_20_1": {
            "fo:break-before": "auto" if draft.document == "brief" else "page",
            "fo:border-top": f"2pt solid {style.accent}",
            "fo:padding-top": "6pt",
        },
        "Contents_20_Heading": {"fo:break-before": "page"},
        "Status": {"fo:margin-top": "10pt"},
        "Numbered": {"fo:margin-left": _points(column), "fo:text-indent": _points(-column)},
        "BoxTitle": {**boxed, "fo:keep-with-next": "always"},
        "BoxText": boxed,
        "Table_20_Contents": {"fo:margin-top": "2pt", "fo:margin-bottom": "2pt"},
        "Table_20_Heading": {"fo:margin-top": "2pt", "fo:margin-bottom": "2pt"},
        **{name: {"fo:margin-left": _points(column)} for name in ("Clause", "Concerns", "Lead")},
    }
    for name, values in told.items():
        _set(_style(styles, name), "paragraph", values)
    plain = etree.SubElement(_child(styles, "office:styles"), q("style:style"))
    plain.set(q("style:name"), LINK)
    plain.set(q("style:family"), "text")
    _set(plain, "text", {"style:text-underline-style": "none"})
    for level in (1, 2):
        entry = _style(styles, f"Contents_20_{level}")
        _set(entry, "paragraph", {"fo:margin-left": _points((level - 1) * 18)})
        properties = _child(entry, "style:paragraph-properties")
        for old in properties.findall(q("style:tab-stops")):
            properties.remove(old)
        stops = etree.SubElement(properties, q("style:tab-stops"))
        leader = {"style:type": "right", "style:leader-style": "dotted", "style:leader-text": "."}
        stop = {"style:position": _points(width - (level - 1) * 18), **leader}
        etree.SubElement(stops, q("style:tab-stop"), {q(key): value for key, value in stop.items()})


COLUMN = 36.0
"""Width of the column of numbers in points where the template gives none."""


def _cells(content: etree._Element, style: HouseStyle) -> None:
    """Rule the tables as the house style does; pandoc gives all their cells one of two looks."""
    table = style.table
    for name, values in {
        "TableHeaderRowCell": {"fo:background-color": f"#{table.head}", "fo:border-top": f"1pt solid #{table.edge}",
                               "fo:border-bottom": f"1pt solid #{table.edge}", "fo:padding": "3pt"},
        "TableRowCell": {"fo:border-bottom": f"0.5pt solid #{table.rule}", "fo:padding": "3pt"},
    }.items():  # fmt: skip
        for cell in content.iter(q("style:style")):
            if cell.get(q("style:name")) == name:
                properties = cell.find(q("style:table-cell-properties"))
                if properties is not None:
                    properties.attrib.clear()
                _set(cell, "table-cell", values)


def _lists(content: etree._Element, look: Theme) -> None:
    """Move the lists in to the column where the text stands."""
    column = max(look.look("clause text").indent, COLUMN)
    for kind in ("text:list-level-style-number", "text:list-level-style-bullet"):
        for level in content.iter(q(kind)):
            start = column + 20 * int(level.get(q("text:level"), "1"))
            for place in level.iter(q("style:list-level-label-alignment")):
                place.set(q("fo:margin-left"), _points(start))
                place.set(q("text:list-tab-stop-position"), _points(start))
                place.set(q("fo:text-indent"), "-20pt")
            for properties in level.iter(q("style:list-level-properties")):
                properties.set(q("fo:text-align"), "start")


def _contents(content: etree._Element, draft: Draft) -> None:
    """Put the contents in their place; each entry links to its heading and asks the reader's program for the page.

    A brief has none: its place is taken out.
    """
    place = next((p for p in content.iter(q("text:p")) if p.get(q("text:style-name")) == PLACE), None)
    parent = place.getparent() if place is not None else None
    if place is None or parent is None:
        return
    if draft.document == "brief":
        parent.remove(place)
        return
    contents = etree.Element(q("text:table-of-content"), {q("text:name"): "Contents", q("text:protected"): "false"})
    etree.SubElement(contents, q("text:table-of-content-source"), {q("text:outline-level"): "2"})
    body = etree.SubElement(contents, q("text:index-body"))
    title = etree.SubElement(body, q("text:index-title"), {q("text:name"): "Contents_Head"})
    etree.SubElement(title, q("text:p"), {q("text:style-name"): "Contents_20_Heading"}).text = draft.words["contents"]
    ids = ast.ids_of(draft, "odt")
    for heading in (b for unit in draft.units for b in unit.blocks if isinstance(b, Heading)):
        if heading.role == "sub" or heading.level > 2:
            continue
        target = ids[heading.anchor]
        entry = etree.SubElement(body, q("text:p"), {q("text:style-name"): f"Contents_20_{heading.level}"})
        about = {"xlink:type": "simple", "xlink:href": f"#{target}", "text:style-name": LINK}
        link = etree.SubElement(entry, q("text:a"), {q(key): value for key, value in about.items()})
        link.text = f"{heading.label} {heading.text}".strip()
        etree.SubElement(entry, q("text:tab"))
        page = {"text:reference-format": "page", "text:ref-name": target}
        etree.SubElement(entry, q("text:bookmark-ref"), {q(key): value for key, value in page.items()})
    parent.replace(place, contents)


def _about(meta: etree._Element, draft: Draft) -> None:
    """Write the metadata: title, issuer, language and the law's date, and nothing else."""
    about = _child(meta, "office:meta")
    for child in list(about):
        about.remove(child)
    moment = f"{draft.as_of}T00:00:00Z"
    issuer = draft.cover.issuer or draft.cover.state
    for name, value in (
        ("dc:title", draft.cover.title), ("meta:initial-creator", issuer), ("dc:creator", issuer),
        ("meta:creation-date", moment), ("dc:date", moment), ("dc:language", draft.lang),
    ):  # fmt: skip
        etree.SubElement(about, q(name)).text = value


def _paper(styles: etree._Element, look: Theme) -> None:
    paper = look.paper
    normal = look.look("normal")
    for layout in styles.iter(q("style:page-layout")):
        _set(layout, "page-layout", {
            "fo:page-width": _points(paper.width), "fo:page-height": _points(paper.height),
            "fo:margin-top": _points(paper.header), "fo:margin-bottom": _points(paper.footer),
            "fo:margin-left": _points(paper.left), "fo:margin-right": _points(paper.right),
        })  # fmt: skip
    for default in styles.iter(q("style:default-style")):
        if default.get(q("style:family")) == "paragraph":
            _set(default, "text", {"fo:font-family": normal.font, "fo:font-size": _points(normal.size)})
            properties = default.find(q("style:text-properties"))
            if properties is not None:
                _without(properties, "style:font-name")


def _edges(styles: etree._Element, draft: Draft, accent: str) -> None:
    """Give every page the title and the marking at its head, and status, audience and page at its foot."""
    cover = draft.cover
    for layout in styles.iter(q("style:page-layout")):
        for kind, gap in (("header", "fo:margin-bottom"), ("footer", "fo:margin-top")):
            old = layout.find(q(f"style:{kind}-style"))
            if old is not None:
                layout.remove(old)
            edge = etree.SubElement(layout, q(f"style:{kind}-style"))
            border = {"header": "fo:border-bottom", "footer": "fo:border-top"}[kind]
            etree.SubElement(edge, q("style:header-footer-properties"), {
                q("fo:min-height"): "16pt", q(gap): "14pt", q(border): f"0.5pt solid {accent}", q("fo:padding"): "3pt",
            })  # fmt: skip
    for master in styles.iter(q("style:master-page")):
        for child in list(master):
            master.remove(child)
        header = etree.SubElement(master, q("style:header"))
        _line(header, cover.title)
        if cover.marking:
            _line(header, cover.marking)
        footer = etree.SubElement(master, q("style:footer"))
        line = _line(footer, " · ".join(part for part in (cover.status, cover.audience) if part) + " · ")
        words = draft.words
        span = etree.SubElement(line, q("text:span"))
        span.text = f"{words['page']} "
        etree.SubElement(line, q("text:page-number"), {q("text:select-page"): "current"}).tail = f" {words['of']} "
        etree.SubElement(line, q("text:page-count"))


def _line(parent: etree._Element, text: str) -> etree._Element:
    kind = "Header" if parent.tag == q("style:header") else "Footer"
    line = etree.SubElement(parent, q("text:p"), {q("text:style-name"): kind})
    line.text = text
    return line


def _turn(root: etree._Element, lang: str) -> None:
    """Let text run from right to left: pages, paragraphs, tables, and the language of scripts that do so."""
    code = lang.split("-", maxsplit=1)[0]
    for tag in ("style:paragraph-properties", "style:page-layout-properties", "style:table-properties"):
        for properties in root.iter(q(tag)):
            properties.set(q("style:writing-mode"), "rl-tb")
            # Indents turn with the writing, rules do not.
            if q("fo:border-left") in properties.attrib:
                properties.set(q("fo:border-right"), properties.get(q("fo:border-left"), ""))
                del properties.attrib[q("fo:border-left")]
            if tag == "style:paragraph-properties" and properties.get(q("fo:text-align")) in (
                None,
                "left",
                "start",
            ):
                properties.set(q("fo:text-align"), "end")
    for properties in root.iter(q("style:text-properties")):
        if properties.get(q("style:language-complex")) is not None:
            properties.set(q("style:language-complex"), code)
            properties.set(q("style:country-complex"), "none")
            properties.set(q("fo:language"), "en")
            properties.set(q("fo:country"), "none")


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """Return the package; its kind stands first and unpacked, as readers expect (OpenDocument 1.3, part 2, 3.3)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name in sorted(parts, key=lambda part: (part != "mimetype", part)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 0
            entry.external_attr = 0
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(entry, parts[name])
    return buffer.getvalue()
