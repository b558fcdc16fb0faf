"""The parts of their file written back: only those in which something was marked or added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from lxml import etree

from pipeline.revise.grafting import Story
from pipeline.revise.margin import Margin
from pipeline.revise.reading import ENDNOTES
from pipeline.word import anchors, names, package, relations
from pipeline.word.anchors import Base
from pipeline.word.marks import Marker
from pipeline.word.names import w

_NOTES, _CUSTOM = names.REL_TYPE + "footnotes", names.REL_TYPE + "customXml"
_NOTE, _REFERENCE, _ID, _KIND = w("footnote"), w("footnoteReference"), w("id"), w("type")


def written_back(story: Story, marker: Marker, margin: Margin, lists: int, noted: AbstractSet[str]) -> None:
    """Write the trees of a story back into its parts.

    Args:
        story: Their file.
        marker: Knows whether anything was marked.
        margin: The comments.
        lists: How many lists were added.
        noted: Numbers of the footnotes that were put in.
    """
    parts = story.parts
    margin.close()
    if marker.made or margin.part:
        _write(parts, names.DOCUMENT, story.document)
    if story.numbering is not None and lists:
        _write(parts, names.NUMBERING, story.numbering)
    if story.notes is not None:
        _put_in_order(story.document, story.notes, noted)
    if story.notes is not None and names.FOOTNOTES not in parts:
        relations.add(parts, names.DOCUMENT, "rIdCwNotes", _NOTES, "footnotes.xml")
        relations.add_type(parts, names.FOOTNOTES, names.WML_TYPE + "footnotes+xml")
        parts[names.FOOTNOTES] = package.serialised(story.notes)
    elif story.notes is not None and marker.made:
        _write(parts, names.FOOTNOTES, story.notes)
    endnotes = relations.part(parts, ENDNOTES)
    if story.endnotes is not None and marker.made and endnotes:
        _write(parts, endnotes, story.endnotes)


def _put_in_order(document: etree._Element, notes: etree._Element, noted: AbstractSet[str]) -> None:
    """Move footnotes that were put in behind those whose signs stand before theirs, as Word writes them.

    LibreOffice (7.4) takes footnotes by their order and not by their numbers.
    """
    by_id = {str(n.get(_ID)): n for n in notes.iter(_NOTE)}
    last = next((n for n in reversed(notes) if n.get(_KIND)), None)  # separators come first
    for reference in document.iter(_REFERENCE):
        note = by_id.get(str(reference.get(_ID)))
        if note is None:
            continue
        if reference.get(_ID) in noted:
            if last is None:
                notes.insert(0, note)
            elif last is not note:
                last.addnext(note)
        last = note


def _write(parts: dict[str, bytes], name: str, root: etree._Element) -> None:
    parts[name] = package.rewritten(root, parts[name])


def remember(
    parts: dict[str, bytes], record: Mapping[str, str], units: Iterable[Base], targets: Mapping[str, str]
) -> None:
    """Keep in a file what ours now says: the base of the next merge.

    Args:
        parts: The parts of the file.
        record: Facts of our draft.
        units: Its units.
        targets: What each bookmark stands at.
    """
    place = anchors.place(parts)
    if not place:
        place = next(n for k in range(1, len(parts) + 2) if (n := f"customXml/item{k}.xml") not in parts)
        relations.add(parts, names.DOCUMENT, "rIdCwAnchors", _CUSTOM, f"../{place}")
    parts[place] = anchors.part(record, units, targets)
