"""Words changed in Word, with change tracking on or off: replaced, deleted, typed, made bold."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from lxml import etree
from manuscript import AUTHOR, PARA_ID, Document, Element, Spot, properties, remove, run, runs
from word_parts import MARKERS, w
from word_parts import holder_of as parent

from pipeline.word import names

BEFORE_BOLD = (w("rStyle"), w("rFonts"))
EMPTIED = tuple(w(n) for n in ("hyperlink", "ins", "moveTo", "sdtContent", "smartTag"))


def replace(doc: Document, old: str | Spot, new: str, within: str | None = None, *, tracked: bool = False) -> None:
    """Put words in place of others; they look like the first of those."""
    chosen = runs(doc.find(old, within))
    put_after(doc, chosen[-1], run(new, chosen[0]), tracked)
    take_out(doc, chosen, tracked)


def delete(doc: Document, words: str | Spot, within: str | None = None, *, tracked: bool = False) -> None:
    """Delete words."""
    take_out(doc, runs(doc.find(words, within)), tracked)


def insert(
    doc: Document,
    text: str,
    within: str | None = None,
    *,
    after: str | Spot = "",
    before: str | Spot = "",
    tracked: bool = False,
) -> None:
    """Type text after or before words, looking like them."""
    chosen = runs(doc.find(after or before, within))
    place = chosen[-1] if after else chosen[0]
    made = run(text, place)
    (place.addnext if after else place.addprevious)(made)
    tracked_in(doc, made, tracked)


def bold(doc: Document, words: str | Spot, within: str | None = None, *, tracked: bool = False) -> None:
    """Make words bold."""
    for each in runs(doc.find(words, within)):
        look = properties(each, "rPr")
        former = deepcopy(look)
        for name in ("bCs", "b"):
            if look.find(w(name)) is None:
                at = sum(1 for c in look if c.tag in BEFORE_BOLD)
                look.insert(at, etree.Element(w(name)))
        if tracked and look.find(w("rPrChange")) is None:
            change = doc.mark("rPrChange")
            change.append(former)
            look.append(change)


def take_out(doc: Document, chosen: Sequence[Element], tracked: bool) -> None:
    """Delete runs; what the ministry itself inserted goes at once, even with tracking on."""
    group: list[Element] = []
    for each in chosen:
        if tracked and not mine(each):
            if group and (group[-1].getnext() is not each):
                _deleted(doc, group)
                group = []
            group.append(each)
            continue
        _take(each)
    _deleted(doc, group)


def put_after(doc: Document, place: Element, made: Element, tracked: bool) -> None:
    """Put a run after another; a tracked one does not stand in an insertion of someone else's."""
    place.addnext(made)
    tracked_in(doc, made, tracked)


def tracked_in(doc: Document, made: Element, tracked: bool) -> None:
    """Mark a new run as inserted; it does not stand in an insertion of someone else's, which is cut where need be."""
    if not tracked or mine(made):
        return
    holder = parent(made)
    if holder.tag in (w("ins"), w("moveTo")):
        before, rest = made.getprevious(), list(holder)[holder.index(made) + 1 :]
        if before is None:
            holder.addprevious(made)
        else:
            holder.addnext(made)
            if rest:
                after = etree.Element(holder.tag, {str(k): str(v) for k, v in holder.items()})
                after.set(w("id"), doc.number())
                after.extend(rest)
                made.addnext(after)
    wrapped(doc, [made], "ins")


def mine(element: Element) -> bool:
    return any(up.get(w("author")) == AUTHOR for up in element.iterancestors(w("ins"), w("moveTo")))


def wrapped(doc: Document, group: Sequence[Element], name: str) -> Element:
    mark = doc.mark(name)
    group[0].addprevious(mark)
    mark.extend(group)
    return mark


def _deleted(doc: Document, group: Sequence[Element]) -> None:
    if not group:
        return
    for element in wrapped(doc, group, "del").iter(w("t"), w("instrText")):
        element.tag = w("delText") if element.tag == w("t") else w("delInstrText")


def _take(element: Element) -> None:
    holder = parent(element)
    holder.remove(element)
    if holder.tag in EMPTIED and not any(c.tag not in MARKERS and c.tag != w("rPr") for c in holder):
        outer = parent(holder) if holder.tag == w("sdtContent") else holder
        left = list(outer.iter(*MARKERS))
        if len(parent(outer)) and outer.getprevious() is not None:
            for marker in reversed(left):
                outer.addnext(marker)
        else:
            for marker in left:
                outer.addprevious(marker)
        _take(outer)


def stands_in(element: Element, name: str) -> bool:
    return next(element.iterancestors(w(name)), None) is not None


def copied(doc: Document, element: Element) -> Element:
    """Return a copy of blocks as Word pastes it: without bookmarks and comments, with numbers and notes of its own."""
    made = deepcopy(element)
    for marker in list(made.iter(*MARKERS)):
        remove(marker)
    for reference in list(made.iter(w("commentReference"))):
        remove(parent(reference))
    for each in made.iter("*"):
        each.attrib.pop(PARA_ID, "")
        if each.get(w("author")) is not None:
            each.set(w("id"), doc.number())
        elif each.tag == w("id") and parent(each).tag == w("sdtPr"):
            each.set(w("val"), str(1_000_000_000 + int(doc.number())))
        elif each.tag == w("footnoteReference"):
            each.set(w("id"), copied_note(doc, str(each.get(w("id")))))
    return made


def copied_note(doc: Document, number: str) -> str:
    notes = doc.tree(names.FOOTNOTES)
    model = next(n for n in notes.iter(w("footnote")) if n.get(w("id")) == number)
    made = deepcopy(model)
    made.set(w("id"), str(max(int(str(n.get(w("id")))) for n in notes.iter(w("footnote"))) + 1))
    notes.append(made)
    return str(made.get(w("id")))
