"""The order in which properties stand in a Word file; Word refuses a file that breaks it (ECMA-376 part 1, annex A)."""

from __future__ import annotations

from lxml import etree

from pipeline.word.names import w

PARAGRAPH = tuple(
    w(name)
    for name in (
        "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr",
        "suppressLineNumbers", "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct",
        "topLinePunct", "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind",
        "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment",
        "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange",
    )
)  # fmt: skip
"""Children of `w:pPr` (CT_PPr)."""

RUN = tuple(
    w(name)
    for name in (
        "ins", "del", "moveFrom", "moveTo", "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike",
        "dstrike", "outline", "shadow", "emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color",
        "spacing", "w", "kern", "position", "sz", "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText",
        "vertAlign", "rtl", "cs", "em", "lang", "eastAsianLayout", "specVanish", "oMath", "rPrChange",
    )
)  # fmt: skip
"""Children of `w:rPr` (CT_RPr, CT_ParaRPr)."""


def put(properties: etree._Element, child: etree._Element, order: tuple[str, ...]) -> None:
    """Put a property among others in its place, instead of one of its name.

    Args:
        properties: A `w:pPr` or `w:rPr`.
        child: The property.
        order: `PARAGRAPH` or `RUN`.
    """
    for old in properties.findall(str(child.tag)):
        properties.remove(old)
    rank = {name: n for n, name in enumerate(order)}
    own = rank[str(child.tag)]
    # What the standard does not know, an editor has put behind what it does.
    behind = [c for c in properties if rank.get(c.tag, own) < own]
    if behind:
        behind[-1].addnext(child)
    else:
        properties.insert(0, child)
