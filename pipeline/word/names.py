"""Names that Office Open XML gives to namespaces, relationships, content types and parts (ECMA-376, parts 1 and 2)."""

from __future__ import annotations

from typing import Final

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WP: Final = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
PIC: Final = "http://schemas.openxmlformats.org/drawingml/2006/picture"
C: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
MC: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
REL: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
CT: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
XML: Final = "http://www.w3.org/XML/1998/namespace"

PREFIXES: Final = {"w": W, "r": R, "wp": WP, "a": A, "pic": PIC, "c": C}
"""Prefixes that the strings of our writer use; each is declared on the root of the part it goes into."""

REL_TYPE: Final = R + "/"
"""What precedes a kind (`styles`, `footnotes`, `chart`, …) in the type of a relationship."""

CORE_REL: Final = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
CORE_TYPE: Final = "application/vnd.openxmlformats-package.core-properties+xml"
WML_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
CHART_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CUSTOM_PROPS_TYPE: Final = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

DOCUMENT: Final = "word/document.xml"
STYLES: Final = "word/styles.xml"
SETTINGS: Final = "word/settings.xml"
NUMBERING: Final = "word/numbering.xml"
FOOTNOTES: Final = "word/footnotes.xml"
CORE: Final = "docProps/core.xml"
TYPES: Final = "[Content_Types].xml"
ROOT_RELS: Final = "_rels/.rels"
DOCUMENT_RELS: Final = "word/_rels/document.xml.rels"


def w(name: str) -> str:
    """Return a WordprocessingML name as lxml spells it."""
    return f"{{{W}}}{name}"


def rels_of(part: str) -> str:
    """Return the part that holds the relationships of a part."""
    folder, _, file = part.rpartition("/")
    return f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
