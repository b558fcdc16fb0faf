"""The ministry's own file held against what we wrote into it: each unit kept, edited or deleted, and what was added."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.model.adoption import Added, Adoption, Stand
from pipeline.model.clause import STRENGTHS, Strength
from pipeline.revise.finding import Doubt, Found, found
from pipeline.revise.grafting import Story
from pipeline.revise.merge import AUTHOR
from pipeline.revise.open_marks import STORIES
from pipeline.revise.reading import Standing, number_of, opened, read
from pipeline.word import anchors, counting, package, pieces
from pipeline.word.anchors import Base, Kept
from pipeline.word.changes import changes
from pipeline.word.comments import read_comments
from pipeline.word.names import w
from pipeline.word.story import laid_flat
from pipeline.word.wording import Item, lines, same

MODALS: Mapping[str, Mapping[Strength, str]] = {
    "en": {"shall": r"\b(shall|must)\b", "should": r"\bshould\b", "may": r"\bmay\b"},
}
"""Words by which a language lays down a duty, a recommendation or a permission; elsewhere a text is taken to inform."""


@dataclass(frozen=True, slots=True)
class Own:
    """Paragraphs of the ministry's own that stand together: the unit that they follow, and what they say."""

    after: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Edited:
    """A file that people have edited, as it stands.

    Attributes:
        kept: What it tells of the draft that it came from.
        units: Every unit of that draft, in its order.
        own: What was added, in the file's order.
        copies: Units that stand in it more than once.
        doubts: What is odd about it.
        changes: Tracked changes of others that are still pending.
        comments: Comments of others that are not resolved.
    """

    kept: Kept
    units: tuple[Stand, ...]
    own: tuple[Own, ...]
    copies: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    changes: int
    comments: int

    def adoption(self, version: str) -> Adoption:
        """Return the record of it as text of record, made from a version of ours."""
        record = self.kept.record
        lang = record.get("lang", "")
        added = tuple(_added(o, lang) for o in self.own)
        return Adoption(
            record.get("document", ""), lang, record.get("audience", "working"),  # type: ignore[arg-type]
            version, self.units, added,
        )  # fmt: skip


def edited(data: bytes, file: str, base: Kept | None) -> Edited | None:
    """Return how a file stands against what we wrote.

    Words are compared as a reader has them once pending changes are accepted. A number that counting gives, what a
    reference prints and the looks of words are not what a unit says.

    Args:
        data: The Word file.
        file: What messages call it.
        base: What we wrote, where the file does not tell it itself.

    Returns:
        How it stands; None where neither the file nor `base` tells what we wrote.

    Raises:
        Faulty: It is no Word file, damaged, or beyond the limits.
    """
    story, told = opened(data, file)
    kept = told or base
    if kept is None:
        return None
    if not story.reader.targets and kept.targets:
        story.reader = replace(story.reader, targets=kept.targets)
    finding = found(story.document, kept)
    numbers = counting.labels(story.parts, story.document)
    there = {u.anchor: read(u, story) for u in finding.units}
    lang = kept.record.get("lang", "")
    units = tuple(_stand(base, there.get(base.anchor), numbers, lang) for base in kept.units.values())
    taken = {b for u in (*finding.units, *finding.copies) for b in u.blocks}
    return Edited(
        kept, units, tuple(_own(story, finding.units, taken)), tuple(dict.fromkeys(c.anchor for c in finding.copies)),
        finding.warnings, _pending(story.parts, file),
        sum(1 for c in read_comments(story.parts, file) if not c.done and not c.parent and c.author != AUTHOR),
    )  # fmt: skip


def digest_of(item: Item) -> str:
    """Return the SHA-256 of a paragraph or row of the ministry's own, in hex."""
    return anchors.digest(lines((item,)))


def strength(text: str, lang: str) -> Strength | None:
    """Return the highest strength that a text lays down; None where it informs, or the language is not known."""
    found = MODALS.get(lang.partition("-")[0], {})
    return next((s for s in reversed(STRENGTHS) if s in found and re.search(found[s], text, re.IGNORECASE)), None)


def _added(own: Own, lang: str) -> Added:
    digests = tuple(digest_of(item) for item in own.items)
    laid = (strength(" ".join(lines((item,))), lang) for item in own.items)
    return Added(own.after, digests, tuple(d for d, s in zip(digests, laid, strict=True) if s == "shall"))


def _stand(base: Base, there: Standing | None, numbers: Mapping[etree._Element, str], lang: str) -> Stand:
    if there is None or (base.items and not there.words):
        return Stand(base.anchor, "deleted")
    noted = tuple(note.strip() for note in base.noted)
    kept = same(there.words, base.items) and there.noted == noted
    told = base if kept else replace(base, items=there.words, notes=tuple(n.words for n in there.notes))
    number = number_of(there.unit, numbers)
    was, now = (strength(" ".join(lines(items)), lang) for items in (base.items, there.words))
    other = (now or "none") if now != was else ""
    return Stand(base.anchor, "kept" if kept else "edited", told.digest, there.unit.how, there.unit.sure, number, other)


def _own(story: Story, units: Sequence[Found], taken: set[etree._Element]) -> Iterator[Own]:
    """Yield what stands behind the first unit and belongs to none: what stands before it is cover and contents."""
    ends = {block: u.anchor for u in units for block in u.blocks}
    body = story.document.find(w("body"))
    after = ""
    waiting: list[etree._Element] = []
    for block in (*laid_flat(body if body is not None else ()), None):
        if block is not None and block not in taken:
            if after:
                waiting.append(block)
            continue
        if waiting:
            items = tuple(line.words for line in story.reader.lines(waiting) if not line.words.blank)
            if items:
                yield Own(after, items)
            waiting = []
        if block is not None:
            after = ends.get(block, after)


def _pending(parts: Mapping[str, bytes], file: str) -> int:
    """Return how many tracked changes of others a file holds, one edit counted once."""
    found = 0
    for name in sorted(n for n in parts if n.startswith(STORIES) and n.endswith(".xml")):
        story = pieces.read(package.parsed(parts[name], name, file))
        found += sum(1 for c in changes(story, lambda _: None, {}) if c.author != AUTHOR)
    return found
