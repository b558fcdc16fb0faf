"""A draft as a Word file: the house template, its cover and control table filled, the text spliced in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pipeline.model.draft import Draft
from pipeline.render.docx import body, fill, frame, parts, toc
from pipeline.render.docx.inline import Pen
from pipeline.render.style import HouseStyle
from pipeline.word import anchors as anchor_names
from pipeline.word import names, package, runs
from pipeline.word.numbering import Side
from pipeline.word.runs import Script

__all__ = ["HouseStyle", "write"]

Anchors = Literal["word", "libre"]


def write(
    draft: Draft, style: HouseStyle, *, pages: Mapping[str, int] | None = None, anchors: Anchors = "word"
) -> bytes:
    """Return a draft as a .docx; the same draft and style give the same bytes.

    Args:
        draft: What is drawn. For the public audience it is drawn without controls, anchors or the record.
        style: The house style; it has passed the lint.
        pages: Page numbers for the contents by anchor of the heading; without them they are estimated.
        anchors: `word` writes a content control and a bookmark for each unit, `libre` bookmarks alone.

    Raises:
        ValueError: The draft breaks what a `Draft` promises: control characters, or two anchors with one bookmark.
    """
    public = draft.audience == "public"
    clash = anchor_names.collisions(u.anchor for u in draft.units)
    if clash and not public:
        raise ValueError(f"two units share a bookmark: {clash[0][0]} and {clash[0][1]}")
    _, template = style.word_template(draft.document)
    made = frame.framed(
        template, tuple(sorted(style.styles.items())), draft.lang, draft.rtl, draft.numbering.continuous, public
    )
    layout = body.laid_out(draft, made)
    pen = Pen(made.characters, layout.targets, _script(draft))
    drawer = body.Drawer(draft, style, made, layout, pen, controls=anchors == "word" and not public)
    drawn = drawer.body()
    levels = int(style.places["contents"])
    entries = toc.entries(draft, made, layout.targets, levels, pages)
    contents = toc.drawn(draft.words.get("contents", ""), entries, levels, made, pen, control=not public)
    side: Side = "right" if draft.rtl and anchors == "libre" else "left"
    added = [
        *parts.footnotes(pen, made),
        parts.lists(draft, made, layout.lists, layout.looks, side),
        *parts.charts(drawn.charts, style),
        *(() if public else parts.kept(draft, drawn, layout.targets, made.parts)),
    ]
    whole = parts.joined(made.parts, added, pen.links)
    given = fill.values(draft, style.alt(draft.lang))
    for form in made.forms:
        whole[form.part] = fill.filled(form, given, pen.base)
    whole[names.DOCUMENT] = _spliced(whole[names.DOCUMENT].decode(), contents, drawn.xml)
    whole[names.CORE] = parts.core(draft)
    return package.packed(whole)


def _script(draft: Draft) -> Script:
    if draft.rtl:
        return "rtl"
    return "east" if draft.lang.split("-")[0] in runs.EAST_LANGUAGES else "latin"


def _spliced(document: str, contents: str, text: str) -> bytes:
    """Return the document with contents and text at their markers; the template of a brief has no marker for contents.

    Raises:
        ValueError: A character that XML cannot hold has come through.
    """
    bad = runs.FORBIDDEN.search(text)
    if bad:
        raise ValueError(f"a character that a Word file cannot hold: U+{ord(bad.group()):04X}")
    if "<w:sectPr" in text:  # sections of wide pages: counting goes on after them
        head, mark, tail = document.rpartition("<w:sectPr")
        document = head + mark + re.sub(r'(<w:pgNumType[^>]*?) w:start="\d+"', r"\1", tail)
    return document.replace("<?place contents?>", contents, 1).replace("<?place body?>", text, 1).encode()
