"""What cover, control table, headers and footers print of a version: its number, status and date of the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from pipeline.revise import tokens
from pipeline.revise.desk import Desk
from pipeline.revise.grafting import Story, near
from pipeline.revise.outcome import Hunk
from pipeline.word import package
from pipeline.word.anchors import Kept
from pipeline.word.names import w
from pipeline.word.story import Paragraph, TableRow
from pipeline.word.wording import Words

COVER, CONTROL = "cover.", "control."
SHORTEST = 6
"""A shorter text is put in place of the old one only where a paragraph says nothing else."""


def covered(story: Story, base: Kept, new: Kept, desk: Desk, first: etree._Element | None) -> tuple[Hunk, ...]:
    """Mark what ours prints otherwise on the cover, in the control table, and in headers and footers.

    Args:
        story: Their file.
        base: What it says of itself.
        new: What ours says of itself.
        desk: What is worked with.
        first: The element with which the first unit begins; what stands before it is the cover.
    """
    desk.begin()
    shown = _moved(base.record, new.record, COVER)
    control = _moved(base.record, new.record, CONTROL)
    if not shown and not control:
        return ()
    done: list[Hunk] = []
    for line in story.reader.lines(_ahead(story.document, first)):
        if isinstance(line, TableRow):
            done += _row(line, control, desk)
        else:
            done += _paragraph(line, shown, desk)
    for name in sorted(n for n in story.parts if n.startswith(("word/header", "word/footer")) and n.endswith(".xml")):
        root = package.parsed(story.parts[name], name, story.file)
        here = [h for p in story.reader.paragraphs(root) for h in _paragraph(p, shown, desk)]
        if here:
            story.parts[name] = package.serialised(root)
            done += here
    return tuple(done)


def _moved(was: Mapping[str, str], now: Mapping[str, str], prefix: str) -> dict[str, tuple[str, str]]:
    """Return what is told otherwise, by name without its prefix."""
    return {
        name.removeprefix(prefix): (was[name], now[name])
        for name in was
        if name.startswith(prefix) and name in now and was[name] and was[name] != now[name]
    }


def _ahead(document: etree._Element, first: etree._Element | None) -> Iterator[etree._Element]:
    """Yield the blocks before the first unit."""
    body = document.find(w("body"))
    if body is None:
        return
    top = first
    while top is not None and top.getparent() is not body:
        top = top.getparent()
    for block in body:
        if block is top:
            return
        yield block


def _row(row: TableRow, control: Mapping[str, tuple[str, str]], desk: Desk) -> list[Hunk]:
    if len(row.paragraphs) < 2:
        return []
    label = " ".join(p.words.printed for p in row.paragraphs[0]).strip()
    was, now = control.get(label, ("", ""))
    return [h for p in row.paragraphs[1] if was and p.words.printed.strip() == was for h in _put(p, was, now, desk)]


def _paragraph(paragraph: Paragraph, shown: Mapping[str, tuple[str, str]], desk: Desk) -> list[Hunk]:
    text = paragraph.words.text
    for was, now in sorted(shown.values(), key=lambda x: -len(x[0])):
        if text.strip() == was or (len(was) >= SHORTEST and was in text):
            return _put(paragraph, was, now, desk)
    return []


def _put(paragraph: Paragraph, was: str, now: str, desk: Desk) -> list[Hunk]:
    """Mark one text of a paragraph as replaced by another."""
    words = paragraph.words
    start = words.text.index(was)
    edits: Sequence[tokens.Edit] = tokens.edits(Words(was), Words(was), Words(now))
    for edit in reversed(edits):
        at = start + edit.start
        runs = desk.graft.text(now[edit.new_start : edit.new_end], near(paragraph, at))
        if runs:
            desk.marker.inserted(paragraph, start + edit.end, runs)
        if edit.end > edit.start:
            desk.marker.deleted(paragraph, at, start + edit.end)
    return [Hunk("cover", was, now)]
