"""A draft as pandoc's document tree, for the formats that pandoc writes.

Numbers and labels stand in the text, as the draft has them: pandoc counts nothing but footnotes, and those as the draft
does. Identifiers are neutral (`r1`, `r2`, … by place) for every audience.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

from pipeline.model.draft import (
    Block,
    Box,
    Cell,
    Chart,
    Draft,
    Footnote,
    Heading,
    Inline,
    Link,
    Paragraph,
    Ref,
    Run,
    Table,
)
from pipeline.render import nodes
from pipeline.render.address import checked
from pipeline.render.nodes import Node

Format = Literal["html", "odt", "md"]

API_VERSION = (1, 23, 1)
"""Version of the tree that this module writes."""

ODT_STYLES = {
    "title": "Title", "subtitle": "Subtitle", "state": "State", "issuer": "Issuer", "status": "Status",
    "law-date": "Issuer", "audience": "Status", "notice": "Small", "contents-place": "ContentsPlace", "lead": "Lead",
    "clause": "Clause", "numbered": "Numbered", "concerns": "Concerns", "small": "Small", "box-title": "BoxTitle",
    "box-text": "BoxText",
}  # fmt: skip
"""Paragraph style in the ODT for each class of block; `opendocument.py` gives them their looks."""

LISTED = frozenset({"point", "subpoint", "bullet"})


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures of a draft as they go into the file.

    Attributes:
        emblem: Data URI of the emblem, or empty.
        alt: What the emblem shows.
        chart: Gives the data URI of a chart; None where the format carries no pictures.
    """

    emblem: str
    alt: str
    chart: Callable[[Chart], str] | None


@dataclass(frozen=True, slots=True)
class _Medium:
    """What the format asks for: how deep headings start, what link targets are called, and which pictures go in."""

    kind: Format
    shift: int
    ids: Mapping[str, str]
    pictures: Pictures


def tree(draft: Draft, kind: Format, pictures: Pictures) -> Node:
    """Return the tree of a draft.

    Args:
        draft: What to draw.
        kind: `odt` keeps title, contents and marking for the page itself and starts at level 1; the others have the
            title as their level 1 and list the contents.
        pictures: What goes in as pictures.
    """
    medium = _Medium(kind, 0 if kind == "odt" else 1, ids_of(draft, kind), pictures)
    body = [node for unit in draft.units for node in _unit(unit.anchor, unit.blocks, medium)]
    cover = _cover(draft, medium)
    meta: Node = {"lang": {"t": "MetaString", "c": draft.lang}}
    closing = (
        [nodes.div("marking", [nodes.para(nodes.words(draft.cover.marking))])]
        if draft.cover.marking and kind != "odt"
        else []
    )
    main = [nodes.div("main", body)] if kind == "html" else body
    return {"pandoc-api-version": list(API_VERSION), "meta": meta, "blocks": [*cover, *main, *closing]}


# ---- opening ----


def _cover(draft: Draft, medium: _Medium) -> list[Node]:
    cover = draft.cover
    marking = _lines((("marking", cover.marking),), medium)
    emblem = (
        [nodes.para([nodes.image(medium.pictures.emblem, medium.pictures.alt, "22mm")])]
        if medium.pictures.emblem
        else []
    )
    who = _lines((("state", cover.state), ("issuer", cover.issuer)), medium)
    subtitle = _lines((("subtitle", cover.subtitle),), medium)
    standing = _lines(
        (
            ("status", cover.status),
            ("law-date", cover.law_date),
            ("audience", cover.audience),
            ("notice", cover.notice),
        ),
        medium,
    )
    control = [_control(cover.control, medium)] if cover.control else []
    if medium.kind == "odt":
        title = _lines((("title", cover.title),), medium)
        place = _lines((("contents-place", draft.words["contents"]),), medium)
        return [*emblem, *who, *title, *subtitle, *standing, *control, *place]
    title = [nodes.header(1, "title", nodes.words(cover.title))]
    opening = nodes.div("cover", [*marking, nodes.div("letterhead", [*emblem, *who]), *title, *subtitle, *standing])
    return [opening, *control, _contents(draft, medium)]


def _lines(lines: Sequence[tuple[str, str]], medium: _Medium) -> list[Node]:
    """Return a paragraph for each line that has words, in the style or class that it names."""
    return [
        _styled(
            name,
            [nodes.para([nodes.strong(nodes.words(text))] if name == "marking" else nodes.words(text))],
            medium,
        )
        for name, text in lines
        if text
    ]


def _styled(name: str, blocks: list[Node], medium: _Medium) -> Node:
    """Return blocks under a class, or for ODT in the paragraph style of that name."""
    pairs = (("custom-style", ODT_STYLES[name]),) if medium.kind == "odt" and name in ODT_STYLES else ()
    return nodes.div(name, blocks, pairs)


def _control(rows: Sequence[tuple[str, str]], medium: _Medium) -> Node:
    classes = ("key",) if medium.kind == "html" else ()
    body = [
        [nodes.cell([nodes.plain(nodes.words(label))]), nodes.cell([nodes.plain(nodes.words(value))])]
        for label, value in rows
    ]
    return nodes.table((), (0.3, 0.7), [], body, heads=1, classes=classes)


def _contents(draft: Draft, medium: _Medium) -> Node:
    """Return the contents: chapters with their clauses beneath, each a link."""
    chapters: list[tuple[Node, list[list[Node]]]] = []
    for unit in draft.units:
        for block in unit.blocks:
            if not isinstance(block, Heading) or block.role == "sub" or block.level > 2:
                continue
            entry = nodes.plain([nodes.link(_titled(block), f"#{medium.ids[block.anchor]}")])
            if block.level == 1 or not chapters:
                chapters.append((entry, []))
            else:
                chapters[-1][1].append([entry])
    items = [[entry, *([nodes.bullets(clauses)] if clauses else [])] for entry, clauses in chapters]
    head = nodes.div("contents-title", [nodes.para([nodes.strong(nodes.words(draft.words["contents"]))])])
    return nodes.div("contents", [head, nodes.bullets(items)] if items else [], (("role", "doc-toc"),))


# ---- blocks ----


def _unit(anchor: str, blocks: Sequence[Block], medium: _Medium) -> list[Node]:
    drawn: list[Node] = []
    if anchor in medium.ids and not any(isinstance(b, Heading) and b.anchor == anchor for b in blocks):
        drawn.append(nodes.plain([{"t": "Span", "c": [[medium.ids[anchor], [], []], []]}]))
    index = 0
    while index < len(blocks):
        block = blocks[index]
        if isinstance(block, Paragraph) and block.role in LISTED:
            stretch = _stretch(blocks, index)
            drawn += _list(stretch, medium)
            index += len(stretch)
            continue
        drawn += _block(block, medium)
        index += 1
    return drawn


def _stretch(blocks: Sequence[Block], start: int) -> list[Paragraph]:
    """Return the paragraphs of the list that begins at `start`."""
    found: list[Paragraph] = []
    for block in blocks[start:]:
        if not isinstance(block, Paragraph) or block.role not in LISTED:
            break
        if found and (
            (block.role == "bullet") != (found[0].role == "bullet") or (block.role == "point" and block.restart)
        ):
            break
        found.append(block)
    return found


def _block(block: Block, medium: _Medium) -> list[Node]:
    match block:
        case Heading():
            return [
                nodes.header(block.level + medium.shift, medium.ids.get(block.anchor, ""), _titled(block), block.role)
            ]
        case Paragraph():
            gap = nodes.string("\t") if medium.kind == "odt" else nodes.SPACE
            number = [nodes.span("number", nodes.words(block.label)), gap] if block.label else []
            words = nodes.para([*number, *_inlines(block.inlines, medium)])
            return [words] if block.role == "body" else [_styled(block.role, [words], medium)]
        case Box():
            return [_box(block, medium)]
        case Table():
            return [_table(block, medium)]
        case Chart():
            return _chart(block, medium)


def _titled(heading: Heading) -> list[Node]:
    """Return the words of a heading after its number; a full stop would stand badly after `Annex A` or `5.3`."""
    return [
        *([nodes.span("number", nodes.words(heading.label)), nodes.SPACE] if heading.label else []),
        *nodes.words(heading.text),
    ]


def _list(items: Sequence[Paragraph], medium: _Medium) -> list[Node]:
    """Return points with their subpoints, or bullets; labels are printed unless the format counts just as we do."""
    nested: list[tuple[Paragraph, list[Paragraph]]] = []
    for item in items:
        if item.role == "subpoint" and items[0].role != "subpoint":
            nested[-1][1].append(item)
        else:
            nested.append((item, []))
    inner = [_list(under, medium) if under else [] for _, under in nested]
    words = [_inlines(item.inlines, medium) for item, _ in nested]
    if items[0].role == "bullet":
        return [nodes.bullets([[nodes.plain(line)] for line in words])]
    labels = [item.label for item, _ in nested]
    style = counting(labels) if medium.kind == "odt" else ""
    if style:
        entries = [[nodes.plain(line), *below] for line, below in zip(words, inner, strict=True)]
        return [{"t": "OrderedList", "c": [[1, {"t": style}, {"t": "TwoParens"}], entries]}]
    lines = [
        [*([nodes.span("number", nodes.words(label)), nodes.SPACE] if label else []), *line]
        for label, line in zip(labels, words, strict=True)
    ]
    if medium.kind == "odt":
        paragraphs = [[nodes.para(line), *below] for line, below in zip(lines, inner, strict=True)]
        return [{"t": "BlockQuote", "c": [node for paragraph in paragraphs for node in paragraph]}]
    return [
        nodes.div("points", [nodes.bullets([[nodes.plain(n), *below] for n, below in zip(lines, inner, strict=True)])])
    ]


def counting(labels: Sequence[str]) -> str:
    """Return pandoc's name for how labels count from the first, or an empty text where they count otherwise."""
    letters = [f"({chr(ord('a') + n)})" for n in range(min(len(labels), 26))]
    romans = [f"({_roman(n)})" for n in range(1, len(labels) + 1)]
    figures = [f"({n})" for n in range(1, len(labels) + 1)]
    series = {"LowerAlpha": letters, "LowerRoman": romans, "Decimal": figures}
    return next((style for style, expected in series.items() if expected == list(labels)), "")


def _roman(number: int) -> str:
    text = ""
    for value, sign in ((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        while number >= value:
            text, number = text + sign, number - value
    return text


def _box(block: Box, medium: _Medium) -> Node:
    title = (
        [_styled("box-title", [nodes.para([nodes.strong(nodes.words(block.title))])], medium)] if block.title else []
    )
    inner: list[Node] = []
    index = 0
    while index < len(block.paragraphs):
        if block.paragraphs[index].role in LISTED:
            stretch = _stretch(block.paragraphs, index)
            inner += _list(stretch, medium)
            index += len(stretch)
        else:
            inner += _block(block.paragraphs[index], medium)
            index += 1
    if medium.kind == "odt":
        return nodes.div("", [*title, _styled("box-text", inner, medium)])
    if medium.kind == "html":
        return nodes.div(f"box {block.kind}", [*title, *inner])
    return {"t": "BlockQuote", "c": [*title, *inner]}


def _table(block: Table, medium: _Medium) -> Node:
    caption = _caption(block.label, block.caption)
    classes = (block.look,) if medium.kind == "html" else ()  # Markdown would print a class behind the caption
    shares = tuple(column.share for column in block.columns)
    heads = 1 if block.look == "key" or all(row and row[0].heads_row for row in block.rows) else 0
    body = [
        [
            nodes.cell(_cell_blocks(cell, medium), f"shade-{cell.shade.replace('_', '-')}" if cell.shade else "")
            for cell in row
        ]
        for row in block.rows
    ]
    head = (
        []
        if block.look == "key"
        else [nodes.cell([nodes.plain(nodes.words(column.title))]) for column in block.columns]
    )
    return nodes.table(caption, shares, head, body, heads=heads, classes=classes)


def _cell_blocks(cell: Cell, medium: _Medium) -> list[Node]:
    lines = [_inlines(line, medium) for line in cell.paragraphs if line]
    if medium.kind != "md":
        return [nodes.plain(lines[0])] if len(lines) == 1 else [nodes.para(line) for line in lines]
    # A Markdown table holds one line a cell.
    joined: list[Node] = []
    for line in lines:
        joined += [*([nodes.string("·"), nodes.SPACE] if joined else []), *line, nodes.SPACE]
    return [nodes.plain(joined[:-1])]


def _chart(block: Chart, medium: _Medium) -> list[Node]:
    caption = _caption(block.label, block.caption)
    if medium.pictures.chart is None:
        return [nodes.para([*caption, nodes.string(":"), nodes.SPACE, *nodes.words(block.alt)])]
    picture = nodes.image(medium.pictures.chart(block), block.alt, "")
    if medium.kind == "odt":
        return [nodes.para(caption), nodes.para([picture])]
    return [{"t": "Figure", "c": [nodes.attr(), [None, [nodes.plain(caption)]], [nodes.plain([picture])]]}]


def _caption(label: str, words: str) -> list[Node]:
    return [*([nodes.strong(nodes.words(label)), nodes.SPACE] if label else []), *nodes.words(words)]


# ---- inlines ----


def _inlines(inlines: Iterable[Inline], medium: _Medium) -> list[Node]:
    return [node for inline in inlines for node in _inline(inline, medium)]


def _inline(inline: Inline, medium: _Medium) -> list[Node]:
    match inline:
        case Run():
            words = nodes.words(inline.text)
            if inline.italic:
                words = _emphasis("Emph", words)
            if inline.bold:
                words = _emphasis("Strong", words)
            return [nodes.span(inline.mark, words)] if inline.mark else words
        case Ref(anchor=anchor, text=text):
            target = medium.ids.get(anchor)
            return [nodes.link(nodes.words(text), f"#{target}")] if target else nodes.words(text)
        case Link(text=text, url=url):
            return [nodes.link(nodes.words(text), checked(url))]
        case Footnote(inlines=inner):
            return [{"t": "Note", "c": [nodes.para(_inlines(inner, medium))]}]


def _emphasis(kind: str, words: list[Node]) -> list[Node]:
    """Return emphasised words with spaces at either end left outside, where Markdown could not hold them."""
    start = next((i for i, word in enumerate(words) if word is not nodes.SPACE), len(words))
    end = next((i for i in range(len(words), start, -1) if words[i - 1] is not nodes.SPACE), start)
    emphasised: list[Node] = [{"t": kind, "c": words[start:end]}] if start < end else []
    return [*words[:start], *emphasised, *words[end:]]


def ids_of(draft: Draft, kind: Format) -> dict[str, str]:
    """Return the identifier of each anchor; in Markdown it is what viewers make of the heading: they take no other."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    number = count(1)
    for unit in draft.units:
        headings = [block for block in unit.blocks if isinstance(block, Heading)]
        if kind == "md":
            for heading in headings:
                words = " ".join(part for part in (heading.label, heading.text) if part)
                slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
                name = next(s for s in (slug, *(f"{slug}-{n}" for n in range(1, len(taken) + 2))) if s not in taken)
                taken.add(name)
                ids.setdefault(heading.anchor, name)
            continue
        for anchor in dict.fromkeys((unit.anchor, *(heading.anchor for heading in headings))):
            ids.setdefault(anchor, f"r{next(number)}")
    return ids
