"""The comment-resolution matrix as a Word file: a wide table to print and to lay before a meeting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.project.content import style_files
from pipeline.revise.matrix import Row
from pipeline.word import names, package, runs
from pipeline.word.names import DECLARATION, WML_TYPE, W

COLUMNS: Final[Sequence[tuple[str, int]]] = (
    ("No.", 1200), ("Section and clause", 2150), ("From", 1850), ("Text concerned", 2850),
    ("Comment and proposed text", 3450), ("Response", 2500), ("Status", 1138),
)  # fmt: skip
"""Headings with their widths in twentieths of a point; together as wide as a lying sheet of A4 within its margins."""

TITLE: Final = "Comment-resolution matrix"
_WIDTH, _HEIGHT, _MARGIN = 16838, 11906, 850
_FACE = "Arial"
SHORT: Final = 1_500
"""Characters up to which a row is kept on one page."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the table and on each page: the draft concerned, the marking, the language."""

    draft: str
    marking: str
    lang: str


def document(rows: Sequence[Row], heading: Heading) -> bytes:
    """Return a matrix as DOCX; the same rows give the same bytes."""
    head = "".join(_cell(width, (_line(words, bold=True),), "DCE6F2") for words, width in COLUMNS)
    repeated = f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for _, width in COLUMNS)
    sides = "".join(f'<w:{s} w:val="single" w:sz="4" w:space="0" w:color="A0A0A0"/>' for s in _SIDES)
    table = (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(w for _, w in COLUMNS)}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>'
        '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{repeated}{''.join(_row(r) for r in rows)}</w:tbl>"
    )
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/>'
        f'<w:pgSz w:w="{_WIDTH}" w:h="{_HEIGHT}" w:orient="landscape"/><w:pgMar w:top="{_MARGIN + 250}" '
        f'w:right="{_MARGIN}" w:bottom="{_MARGIN}" w:left="{_MARGIN}" w:header="500" w:footer="400" w:gutter="0"/>'
        "</w:sectPr>"
    )
    opening = _paragraph((TITLE,), style="Title") + (
        _paragraph((heading.draft,), style="Subtitle") if heading.draft else ""
    )
    body = f"<w:body>{opening}{table}<w:p/>{section}</w:body>"
    return package.packed(_parts(f"<w:document {_SPACES}>{body}</w:document>", heading))


_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_SPACES = f'xmlns:w="{W}" xmlns:r="{names.R}"'


def _row(row: Row) -> str:
    reply = row.kind == "reply"
    place = (
        _line(row.section, bold=True),
        _line(row.title if row.title != row.section else ""),
        _line(row.clause, small=True),
    )
    sender = (_line(row.reviewer, bold=True), _line(row.body), _line(f"Round {row.round}"), _line(row.date, small=True))
    said = [_line(line, indent=reply) for line in row.comment.split("\n")]
    if row.proposed:
        said += [_line("Proposed text", bold=True, small=True), *(_line(t) for t in row.proposed.split("\n"))]
    kind = _line("resolved" if row.resolved else "" if reply else row.kind, small=True)
    contents = (
        (_line(row.number, bold=not reply), kind), () if reply else place, sender,
        [] if reply else [_line(line) for line in row.about.split("\n")], said,
        [_line(line) for line in row.response.split("\n")], (_line(row.status),),
    )  # fmt: skip
    tint = "F5F5F5" if reply else ""
    whole = "<w:trPr><w:cantSplit/></w:trPr>" if len(row.comment + row.proposed + row.about) < SHORT else ""
    return f"<w:tr>{whole}{''.join(_cell(w, c, tint) for (_, w), c in zip(COLUMNS, contents, strict=True))}</w:tr>"


def _cell(width: int, paragraphs: Iterable[str], tint: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{tint}"/>' if tint else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{"".join(paragraphs) or "<w:p/>"}</w:tc>'


def _line(text: str, *, bold: bool = False, small: bool = False, indent: bool = False) -> str:
    """Return a paragraph of a cell; nothing for an empty text."""
    if not text.strip():
        return ""
    return _paragraph((text,), bold=bold, small=small, indent=indent)


def _paragraph(
    texts: Iterable[str], *, style: str = "", bold: bool = False, small: bool = False, indent: bool = False
) -> str:
    whole = runs.FORBIDDEN.sub("\ufffd", "".join(texts))
    rtl = next((s for s, text in runs.split(whole) if any(c.isalpha() for c in text)), "") == "rtl"
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties += "<w:bidi/>" if rtl else ""
    properties += '<w:ind w:left="200"/>' if indent else ""
    size = '<w:sz w:val="15"/><w:szCs w:val="15"/>' if small else ""
    pieces = runs.split(whole, "rtl" if rtl else "latin")
    shown = "".join(f"<w:r>{_look(s, bold, size)}{runs.content(t)}</w:r>" for s, t in pieces if t)
    return f"<w:p><w:pPr>{properties}</w:pPr>{shown}</w:p>" if properties else f"<w:p>{shown}</w:p>"


def _look(script: runs.Script, bold: bool, size: str) -> str:
    inner = runs.properties(script, bold=bold)
    if not size:
        return inner
    if not inner:
        return f"<w:rPr>{size}</w:rPr>"
    mark = next((m for m in ("<w:rtl/>", "</w:rPr>") if m in inner), "</w:rPr>")  # the order of the schema
    return inner.replace(mark, size + mark, 1)


def _parts(text: str, heading: Heading) -> dict[str, bytes]:
    """Return the parts of the file: the text, and what every Word file needs beside it."""
    marking = _paragraph((heading.marking,), style="Header") if heading.marking else _paragraph((), style="Header")
    pages = f'{_field("PAGE")}<w:r><w:t xml:space="preserve"> / </w:t></w:r>{_field("NUMPAGES")}'
    foot = f'<w:p><w:pPr><w:pStyle w:val="Footer"/><w:jc w:val="right"/></w:pPr>{pages}</w:p>'
    typed = {
        names.DOCUMENT: (f"{WML_TYPE}document.main+xml", text),
        names.STYLES: (f"{WML_TYPE}styles+xml", _styles(heading.lang)),
        names.SETTINGS: (f"{WML_TYPE}settings+xml", f"<w:settings {_SPACES}>{_SETTINGS}</w:settings>"),
        "word/header1.xml": (f"{WML_TYPE}header+xml", f"<w:hdr {_SPACES}>{marking}</w:hdr>"),
        "word/footer1.xml": (f"{WML_TYPE}footer+xml", f"<w:ftr {_SPACES}>{foot}</w:ftr>"),
    }
    house = package.opened(style_files("standard")["template.docx"], "template.docx")
    for part, kind in (("word/theme/theme1.xml", _THEME), ("word/fontTable.xml", f"{WML_TYPE}fontTable+xml")):
        typed[part] = (kind, house[part].decode().removeprefix(DECLARATION))
    types = [("Default", "Extension", "rels", _RELATIONS), ("Default", "Extension", "xml", "application/xml")]
    types += [("Override", "PartName", f"/{part}", kind) for part, (kind, _) in typed.items()]
    types.append(("Override", "PartName", f"/{names.CORE}", names.CORE_TYPE))
    listed = "".join(f'<{tag} {key}="{value}" ContentType="{kind}"/>' for tag, key, value, kind in types)
    beside = [part.removeprefix("word/") for part in typed if part != names.DOCUMENT]
    made = {part: xml for part, (_, xml) in typed.items()} | {
        names.CORE: _CORE,
        names.TYPES: f'<Types xmlns="{names.CT}">{listed}</Types>',
        names.ROOT_RELS: _related([(f"{names.REL_TYPE}officeDocument", names.DOCUMENT), (names.CORE_REL, names.CORE)]),
        names.DOCUMENT_RELS: _related([(names.REL_TYPE + _kind(target), target) for target in beside]),
    }
    return {part: (DECLARATION + xml).encode() for part, xml in made.items()}


def _kind(target: str) -> str:
    """Return the kind of relationship to a part: its name without figures."""
    return target.rpartition("/")[2].removesuffix(".xml").rstrip("1")


_THEME = "application/vnd.openxmlformats-officedocument.theme+xml"
_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
_SETTINGS = (
    '<w:zoom w:percent="100"/><w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
)
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{TITLE}</dc:title></cp:coreProperties>'
)


def _related(rows: Iterable[tuple[str, str]]) -> str:
    told = (f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(rows, 1))
    return f'<Relationships xmlns="{names.REL}">{"".join(told)}</Relationships>'


def _field(code: str) -> str:
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{t}"/></w:r>' for t in ("begin", "separate", "end"))
    said = f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
    return f"{begin}{said}{separate}<w:r><w:t>1</w:t></w:r>{end}"


def _style(name: str, run: str, paragraph: str = "") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{name.title()}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f"<w:qFormat/>{f'<w:pPr>{paragraph}</w:pPr>' if paragraph else ''}<w:rPr>{run}</w:rPr></w:style>"
    )


def _styles(lang: str) -> str:
    fonts = f'<w:rFonts w:ascii="{_FACE}" w:hAnsi="{_FACE}" w:eastAsia="{_FACE}" w:cs="{_FACE}"/>'
    size = '<w:sz w:val="17"/><w:szCs w:val="17"/>'
    spoken = f'<w:lang w:val="{runs.attribute(lang or "en")}"/>'
    large = '<w:b/><w:bCs/><w:color w:val="1B3A63"/><w:sz w:val="32"/><w:szCs w:val="32"/>'
    grey = '<w:color w:val="404040"/>'
    return (
        f"<w:styles {_SPACES}><w:docDefaults><w:rPrDefault><w:rPr>{fonts}{size}{spoken}</w:rPr></w:rPrDefault>"
        '<w:pPrDefault><w:pPr><w:spacing w:after="40"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        + _style("Title", large, '<w:spacing w:after="60"/>')
        + _style("Subtitle", f'{grey}<w:sz w:val="20"/><w:szCs w:val="20"/>', '<w:spacing w:after="200"/>')
        + _style("header", grey) + _style("footer", grey) + "</w:styles>"
    )  # fmt: skip
