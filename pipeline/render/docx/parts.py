"""The parts that a draft adds to its template: notes, lists, charts, anchors, properties, and how they are tied in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.model.draft import Chart, Draft, made_from
from pipeline.render.docx.body import Body
from pipeline.render.docx.frame import Frame
from pipeline.render.docx.inline import Pen, Target
from pipeline.render.style import HouseStyle
from pipeline.word import anchors, chart, names, numbering, runs
from pipeline.word.numbering import Kind, LevelLook, Lists, Side

_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr>'
    "<w:r><w:separator/></w:r></w:p></w:footnote>"
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr>'
    "<w:r><w:continuationSeparator/></w:r></w:p></w:footnote>"
)
CHART_LETTERS = 900
"""Size of the words in a chart, in hundredths of a point."""


@dataclass(frozen=True, slots=True)
class Added:
    """A part, its content type and how the document refers to it; `relation` empty where it does not.

    Attributes:
        name: Name of the part.
        data: Its bytes.
        content: Its content type.
        relation: Id of the relationship from the document.
        kind: Type of that relationship.
    """

    name: str
    data: bytes
    content: str
    relation: str = ""
    kind: str = ""


def footnotes(pen: Pen, frame: Frame) -> tuple[Added, ...]:
    """Return the notes that were written, with their links."""
    style = frame.paragraphs["footnote text"]
    mark = (
        f'<w:r><w:rPr><w:rStyle w:val="{frame.characters["footnote reference"]}"/></w:rPr><w:footnoteRef/></w:r>'
        '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
    )
    notes = Pen(pen.characters, pen.targets, pen.base)
    rows = "".join(
        [
            f'<w:footnote w:id="{n}"><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{mark}{notes.write(note.inlines)}'
            "</w:p></w:footnote>"
            for n, note in enumerate(tuple(pen.notes), 1)
        ]
    )
    xml = f'{names.DECLARATION}<w:footnotes xmlns:w="{names.W}" xmlns:r="{names.R}">{_SEPARATORS}{rows}</w:footnotes>'
    kind = names.REL_TYPE + "footnotes"
    added = [Added(names.FOOTNOTES, xml.encode(), names.WML_TYPE + "footnotes+xml", "rIdNotes", kind)]
    if notes.links:
        added.append(Added(names.rels_of(names.FOOTNOTES), relations((), notes.links), ""))
    return tuple(added)


def lists(draft: Draft, frame: Frame, counted: Lists, looks: Mapping[Kind, LevelLook], side: Side) -> Added:
    """Return the numbering part: the template's own lists, and ours."""
    before, own = frame.lists
    abstract = numbering.abstracts(draft.numbering, looks, frame.bullet, side)
    xml = f"{before}{abstract}{own}{counted.nums()}</w:numbering>"
    return Added(
        names.NUMBERING, xml.encode(), names.WML_TYPE + "numbering+xml", "rIdLists", names.REL_TYPE + "numbering"
    )


def charts(drawn: Sequence[Chart], style: HouseStyle) -> tuple[Added, ...]:
    """Return a chart part and its workbook for each chart."""
    added: list[Added] = []
    colours = (style.accent.removeprefix("#").upper(), "7A7A7A", "B4552D", "2F7F79", "8A6FB0", "000000")
    for n, one in enumerate(drawn, 1):
        name = f"word/charts/chart{n}.xml"
        book = f"word/embeddings/workbook{n}.xlsx"
        added += [
            Added(
                name,
                chart.part(one, colours, CHART_LETTERS, "rId1"),
                names.CHART_TYPE,
                f"rIdChart{n}",
                names.REL_TYPE + "chart",
            ),
            Added(book, chart.workbook(one), names.XLSX_TYPE),
            Added(
                names.rels_of(name),
                _relation_part([("rId1", names.REL_TYPE + "package", f"../embeddings/workbook{n}.xlsx", False)]),
                "",
            ),
        ]
    return tuple(added)


def kept(draft: Draft, body: Body, targets: Mapping[str, Target], taken: Mapping[str, bytes]) -> tuple[Added, ...]:
    """Return the custom XML part with the words of each unit, under a name that the template does not use."""
    number = next(n for n in range(1, 1000) if f"customXml/item{n}.xml" not in taken)
    record = {
        "audience": draft.audience,
        "as_of": draft.as_of,
        "document": draft.document,
        "language": draft.lang,
        "version": draft.version,
        **draft.record,
        **{f"cover.{n}": getattr(draft.cover, n) for n in anchors.COVER},
        **{f"control.{label}": value for label, value in draft.cover.control},
    }
    item, props = f"customXml/item{number}.xml", f"customXml/itemProps{number}.xml"
    store = (
        f'{names.DECLARATION}<ds:datastoreItem ds:itemID="{{C1A05E00-0000-4000-8000-000000000001}}" '
        'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs>'
        f'<ds:schemaRef ds:uri="{anchors.NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    )
    relation = [("rId1", names.REL_TYPE + "customXmlProps", f"itemProps{number}.xml", False)]
    return (
        Added(
            item,
            anchors.part(record, body.bases, {t.bookmark: a for a, t in targets.items()}),
            "",
            "rIdAnchors",
            names.REL_TYPE + "customXml",
        ),
        Added(props, store.encode(), names.CUSTOM_PROPS_TYPE),
        Added(names.rels_of(item), _relation_part(relation), ""),
    )


def core(draft: Draft) -> bytes:
    """Return the core properties; the law's date is the only date in them.

    Version, date of the law and release of the library stand in the description too, where Word shows them as comments.
    """
    cover = draft.cover
    date = f"{draft.as_of}T00:00:00Z"
    creator = cover.issuer or cover.state
    rows = (
        f"<dc:title>{runs.escape(cover.title)}</dc:title><dc:subject>{runs.escape(cover.subtitle)}</dc:subject>"
        f"<dc:creator>{runs.escape(creator)}</dc:creator>"
        f"<dc:description>{runs.escape(made_from(draft))}</dc:description>"
        f"<cp:revision>1</cp:revision>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{date}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{date}</dcterms:modified>'
        f"<dc:language>{runs.escape(draft.lang)}</dc:language>"
        f"<cp:version>{runs.escape(draft.version)}</cp:version>"
    )
    return (
        f'{names.DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{rows}</cp:coreProperties>'
    ).encode()


def relations(added: Sequence[Added], links: Mapping[str, str]) -> bytes:
    """Return a relationship part for parts of the document's folder, and for web addresses."""
    rows = [(a.relation, a.kind, _from_word(a.name), False) for a in added if a.relation]
    rows += [(relation, names.REL_TYPE + "hyperlink", url, True) for url, relation in links.items()]
    return _relation_part(rows)


def joined(parts: Mapping[str, bytes], added: Sequence[Added], links: Mapping[str, str]) -> dict[str, bytes]:
    """Return all parts with relationships and content types that name the added ones; none is named twice."""
    result = dict(parts)
    for one in added:
        result[one.name] = one.data
    own = relations(added, links).decode()
    rows = own[own.index(">", own.index("<Relationships")) + 1 : own.index("</Relationships>")]
    kinds = {one.kind for one in added if one.kind not in (names.REL_TYPE + "chart", names.REL_TYPE + "customXml")}
    result[names.DOCUMENT_RELS] = _with_rows(parts.get(names.DOCUMENT_RELS, _relation_part([])), rows, kinds)
    root = f'<Relationship Id="rIdCore" Type="{names.CORE_REL}" Target="{names.CORE}"/>'
    result[names.ROOT_RELS] = _with_rows(parts[names.ROOT_RELS], root, {names.CORE_REL})
    result[names.TYPES] = _types(
        parts[names.TYPES], [*((a.name, a.content) for a in added), (names.CORE, names.CORE_TYPE)]
    )
    return result


def _from_word(name: str) -> str:
    return name.removeprefix("word/") if name.startswith("word/") else f"../{name}"


def _relation_part(rows: Sequence[tuple[str, str, str, bool]]) -> bytes:
    mode = {True: ' TargetMode="External"', False: ""}
    inner = "".join(
        f'<Relationship Id="{i}" Type="{kind}" Target="{runs.attribute(target)}"{mode[external]}/>'
        for i, kind, target, external in rows
    )
    return f'{names.DECLARATION}<Relationships xmlns="{names.REL}">{inner}</Relationships>'.encode()


def _with_rows(data: bytes, rows: str, replaced: set[str]) -> bytes:
    from lxml import etree

    root = etree.fromstring(data)
    for rel in list(root):
        if rel.get("Type") in replaced:
            root.remove(rel)
    text = etree.tostring(root, encoding="unicode")
    if text.endswith("/>"):
        text = text[:-2] + "></Relationships>"
    return (names.DECLARATION + text.replace("</Relationships>", rows + "</Relationships>")).encode()


def _types(data: bytes, added: Sequence[tuple[str, str]]) -> bytes:
    from lxml import etree

    root = etree.fromstring(data)
    names_added = {"/" + name for name, content in added if content}
    for entry in list(root):
        if entry.get("PartName") in names_added:
            root.remove(entry)
    defaults = {str(e.get("Extension", "")).lower() for e in root}
    for extension, content in (
        ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
        ("xml", "application/xml"),
    ):
        if extension not in defaults:
            root.insert(0, etree.Element(f"{{{names.CT}}}Default", Extension=extension, ContentType=content))
    for name, content in added:
        if content:
            etree.SubElement(root, f"{{{names.CT}}}Override", PartName="/" + name, ContentType=content)
    etree.cleanup_namespaces(root)
    return names.DECLARATION.encode() + etree.tostring(root, encoding="UTF-8")
