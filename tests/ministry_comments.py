"""Comments as people leave them in Word: on words, with replies, and marked as resolved."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree
from manuscript import AUTHOR, COMMENTS, DATE, EXTENDED, Document, Spot, run, runs
from word_parts import w

from pipeline.word import names

W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
EXTENDED_REL = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
IGNORABLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"
COMMENTS_ROOT = (
    f'<w:comments xmlns:w="{names.W}" xmlns:w14="{W14}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="w14"/>'
)
EXTENDED_ROOT = (
    f'<w15:commentsEx xmlns:w15="{W15}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'mc:Ignorable="w15"/>'
)


def comment(
    doc: Document,
    words: str | Spot,
    text: str,
    within: str | None = None,
    *,
    author: str = AUTHOR,
    date: str = DATE,
    replies: Sequence[tuple[str, str]] = (),
    resolved: bool = False,
) -> list[str]:
    """Comment on words; returns the ids of the comment and of its replies, which are pairs of author and text."""
    comments = doc.related(names.REL_TYPE + "comments", COMMENTS, names.WML_TYPE + "comments+xml", COMMENTS_ROOT)
    extended = doc.related(EXTENDED_REL, EXTENDED, names.WML_TYPE + "commentsExtended+xml", EXTENDED_ROOT)
    chosen = runs(doc.find(words, within))
    ids: list[str] = []
    first = ""
    for who, said in ((author, text), *replies):
        number = str(max((int(str(c.get(w("id")))) for c in comments), default=-1) + 1)
        thread = f"{0x1A000000 + int(number):08X}"
        made = etree.SubElement(comments, w("comment"))
        made.set(w("id"), number)
        made.set(w("author"), who)
        made.set(w("date"), date)
        made.set(w("initials"), "".join(part[0] for part in who.split()))
        for line in said.split("\n"):
            paragraph = etree.SubElement(made, w("p"))
            paragraph.append(run(line))
        paragraph.set(f"{{{W14}}}paraId", thread)
        entry = etree.SubElement(extended, f"{{{W15}}}commentEx")
        entry.set(f"{{{W15}}}paraId", thread)
        if first:
            entry.set(f"{{{W15}}}paraIdParent", first)
        entry.set(f"{{{W15}}}done", "1" if resolved else "0")
        first = first or thread
        ids.append(number)
    for number in ids:
        start = etree.Element(w("commentRangeStart"))
        start.set(w("id"), number)
        _outermost(chosen[0]).addprevious(start)
    place = _outermost(chosen[-1])
    for number in ids:
        end, reference = etree.Element(w("commentRangeEnd")), etree.Element(w("r"))
        end.set(w("id"), number)
        etree.SubElement(reference, w("commentReference")).set(w("id"), number)
        place.addnext(end)
        end.addnext(reference)
        place = reference
    return ids


def _outermost(element: etree._Element) -> etree._Element:
    """Return the child of the paragraph in which a run stands: Word puts ranges beside links and marks, not into them."""
    paragraph = next(element.iterancestors(w("p")))
    while (holder := element.getparent()) is not None and holder is not paragraph:
        element = holder
    return element
