"""The parts of their file written back: only those in which something was marked or added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from pipeline.revise.grafting import Story
from pipeline.revise.margin import Margin
from pipeline.revise.reading import ENDNOTES
from pipeline.word import anchors, names, package, relations
from pipeline.word.anchors import Base
from pipeline.word.marks import Marker

_NOTES, _CUSTOM = names.REL_TYPE + "footnotes", names.REL_TYPE + "customXml"


def written_back(story: Story, marker: Marker, margin: Margin, lists: int) -> None:
    """Write the trees of a story back into its parts.

    Args:
        story: Their file.
        marker: Knows whether anything was marked.
        margin: The comments.
        lists: How many lists were added.
    """
    parts = story.parts
    margin.close()
    if marker.made or margin.part:
        _write(parts, names.DOCUMENT, story.document)
    if story.numbering is not None and lists:
        _write(parts, names.NUMBERING, story.numbering)
    if story.notes is not None and names.FOOTNOTES not in parts:
        relations.add(parts, names.DOCUMENT, "rIdCwNotes", _NOTES, "footnotes.xml")
        relations.add_type(parts, names.FOOTNOTES, names.WML_TYPE + "footnotes+xml")
        parts[names.FOOTNOTES] = package.serialised(story.notes)
    elif story.notes is not None and marker.made:
        _write(parts, names.FOOTNOTES, story.notes)
    endnotes = relations.part(parts, ENDNOTES)
    if story.endnotes is not None and marker.made and endnotes:
        _write(parts, endnotes, story.endnotes)


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
