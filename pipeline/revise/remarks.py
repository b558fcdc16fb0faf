"""What a reviewer's file says to a draft: comments with their answers, and tracked changes, each with a lasting key.

A key is made of who, when and what, and of nothing that Word numbers anew when it saves, so that a remark is found
again in the file months later, and in the file of another reviewer to whom the draft was sent on.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from pipeline.revise.finding import found
from pipeline.revise.places import Places, Spot, places, printed
from pipeline.revise.sentences import sentences
from pipeline.revise.settled import settled
from pipeline.word import anchors, names
from pipeline.word.changes import Change, changes
from pipeline.word.comments import Comment, read_comments
from pipeline.word.names import w
from pipeline.word.package import parsed
from pipeline.word.pieces import Pieces, read
from pipeline.word.story import style_names

Kind = Literal[
    "comment", "reply", "insertion", "deletion", "replacement", "move", "row", "cell", "formatting",
]  # fmt: skip

KEY_LENGTH = 12
DELETED = "[deleted]"
PARAGRAPH_END = "¶"
_STORIES = tuple(w(n) for n in ("document", "footnotes", "endnotes", "hdr", "ftr"))
_TO_THE_SECOND = len("2026-11-23T10:00:00")
_Seed = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment, answer or tracked change.

    Attributes:
        key: By what it is found again.
        kind: What it is.
        author: Who made it, as the file says.
        date: When, as the file says; empty where it does not.
        spot: Where it stands.
        about: The words it is about: those commented on, or the sentence that is changed.
        text: What the comment says, or in words what is changed.
        proposed: For a change, what the sentence would read.
        done: For a comment, whether its thread is marked as resolved.
        replies: For a comment, the answers to it, in order.
    """

    key: str
    kind: Kind
    author: str
    date: str
    spot: Spot
    about: str
    text: str
    proposed: str = ""
    done: bool = False
    replies: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A file as read: what is said in it, and where each of it stands.

    Attributes:
        parts: The parts of the file.
        trees: Its stories by part.
        stories: The same, read.
        remarks: What is said to the draft, in order of the document; answers stand in what they answer.
        comments: The number of each comment and answer by its key.
        threads: For each comment that begins a thread, the numbers of its comments in order, by its number.
        changes: Each tracked change by its key, with the part it stands in.
        spoken: Author and text of each comment, by its number.
        done: Numbers of the comments whose threads are marked as resolved.
        settled: What was made of changes that stand in the file no more, by key.
        units: The units of the draft in the order in which they stand in the file.
        record: What the file says of the draft that it was made from.
    """

    parts: Mapping[str, bytes]
    trees: Mapping[str, etree._Element]
    stories: Mapping[str, Pieces]
    remarks: tuple[Remark, ...]
    comments: Mapping[str, str]
    threads: Mapping[str, tuple[str, ...]]
    changes: Mapping[str, tuple[str, Change]]
    spoken: Mapping[str, tuple[str, str]]
    done: frozenset[str]
    settled: Mapping[str, str]
    units: tuple[str, ...]
    record: Mapping[str, str]

    @property
    def known(self) -> frozenset[str]:
        """The keys of all that stands in the file, and of changes that stood there before they were settled."""
        return frozenset((*self.comments, *self.changes, *self.settled))


def reviewed(parts: Mapping[str, bytes], file: str) -> Reviewed:
    """Return what a file says to a draft.

    Args:
        parts: The parts of the file.
        file: What messages call it.

    Raises:
        Faulty: A part is damaged.
    """
    trees = _stories(parts, file)
    stories = {name: read(tree) for name, tree in trees.items()}
    document = stories[names.DOCUMENT]
    kept = anchors.kept(parts)
    styles = style_names(parsed(parts[names.STYLES], names.STYLES, file)) if names.STYLES in parts else {}
    where = places(document, found(document.root, kept), kept, printed(parts, document), styles)
    comments = read_comments(parts, file)
    resolved = settled(parts)
    said = _Comments(comments, stories, where)
    done = _Changes(stories, where, styles, resolved)
    order = {anchor: place for place, anchor in enumerate(where.units, 1)}
    remarks = sorted([*said.remarks, *done.remarks], key=lambda r: _order(r, order))
    return Reviewed(
        parts, trees, stories, tuple(remarks), said.numbers, said.threads, done.found,
        {c.id: (c.author, c.text) for c in comments}, frozenset(c.id for c in comments if c.done), resolved,
        where.units, kept.record if kept else {},
    )  # fmt: skip


def _order(remark: Remark, order: Mapping[str, int]) -> tuple[int, int, int]:
    spot = remark.spot
    return (order.get(spot.after, 0), spot.offset, spot.within)


def _stories(parts: Mapping[str, bytes], file: str) -> dict[str, etree._Element]:
    """Return the parts that hold text as trees: the document, then notes, headers and footers by name."""
    found_trees: dict[str, etree._Element] = {names.DOCUMENT: parsed(parts[names.DOCUMENT], names.DOCUMENT, file)}
    for name in sorted(parts):
        if name.startswith("word/") and name.endswith(".xml") and name.rpartition("/")[2].startswith(_TOLD):
            tree = parsed(parts[name], name, file)
            if tree.tag in _STORIES:
                found_trees.setdefault(name, tree)
    return found_trees


_TOLD = ("footnotes", "endnotes", "header", "footer")


def key(prefix: str, seed: _Seed) -> str:
    """Return the key of a remark from what makes it what it is."""
    digest = hashlib.sha256("\x1f".join((prefix, *seed)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{prefix}-{digest[:KEY_LENGTH]}"


def numbered(base: str, count: int) -> str:
    """Return the key of the n-th remark that is alike in all."""
    return base if count == 1 else f"{base}-{count}"


def _line(text: str) -> str:
    return " ".join(text.split())


# Comments


class _Comments:
    """The comments of a file as remarks, each thread one."""

    def __init__(self, comments: Sequence[Comment], stories: Mapping[str, Pieces], where: Places) -> None:
        self.stories, self.where = stories, where
        self.numbers: dict[str, str] = {}
        threads: dict[str, list[Comment]] = {}
        by_number = {c.id: c for c in comments}
        for comment in comments:
            threads.setdefault(comment.parent if comment.parent in by_number else comment.id, []).append(comment)
        self.threads = {n: tuple(c.id for c in sorted(t, key=lambda c: c.id != n)) for n, t in threads.items()}
        places_of = [(self._place(by_number[n]), n) for n in threads]
        self.count: Counter[str] = Counter()
        self.remarks = [self._thread(by_number[n], threads[n], place) for place, n in sorted(places_of, key=_first)]

    def _place(self, comment: Comment) -> tuple[int, int, int]:
        """Return story, first piece and the piece behind the last; of a comment that stands nowhere, no story."""
        for number, story in enumerate(self.stories.values()):
            if comment.id in story.ranges:
                return (number, *story.ranges[comment.id])
            if comment.id in story.references:
                place = story.references[comment.id][0]
                return (number, place, place)
        return (len(self.stories), 0, 0)

    def _thread(self, root: Comment, thread: Sequence[Comment], place: tuple[int, int, int]) -> Remark:
        spot, about = self._about(place)
        author, date, text = _seed(root)
        # Word takes names and dates out together: what is then alike in two files is the same only at the same place.
        own = self._key("c", (author, date, text if date else f"{text} {spot.anchor} {about}"), root)
        replies = tuple(
            Remark(self._key("r", (own, *_seed(c)), c), "reply", c.author, c.date, spot, "", c.text)
            for c in thread
            if c is not root
        )
        return Remark(own, "comment", root.author, root.date, spot, about, root.text, "", root.done, replies)

    def _key(self, prefix: str, seed: _Seed, comment: Comment) -> str:
        base = key(prefix, seed)
        self.count[base] += 1
        own = numbered(base, self.count[base])
        self.numbers[own] = comment.id
        return own

    def _about(self, place: tuple[int, int, int]) -> tuple[Spot, str]:
        number, first, last = place
        if number == len(self.stories):
            return Spot(after=self.where.units[-1] if self.where.units else "", offset=_NOWHERE), ""
        story = list(self.stories.values())[number]
        held = story.pieces[first:last]
        if not held and story.pieces:
            paragraph = story.pieces[min(first, len(story.pieces) - 1)].paragraph
            around = story.pieces[max(0, first - _NEAR) : first + _NEAR]
            held = [p for p in around if p.paragraph is paragraph]
        now = "".join([p.text for p in held if p.after]).strip()
        return self.where.at(story, first), now or "".join([p.text for p in held]).strip()


def _seed(comment: Comment) -> _Seed:
    return comment.author, comment.date[:_TO_THE_SECOND], _line(comment.text)


_NOWHERE = 2**40
"""How far into the last unit a comment is told that stands nowhere."""
_NEAR = 400
"""Pieces on either side of a comment without a range that are looked at for its paragraph."""


def _first(entry: tuple[tuple[int, int, int], str]) -> tuple[tuple[int, int, int], int, str]:
    place, number = entry
    return place, int(number) if number.isdecimal() else 0, number


# Changes


class _Changes:
    """The tracked changes of a file as remarks."""

    def __init__(
        self, stories: Mapping[str, Pieces], where: Places, styles: Mapping[str, str], resolved: Collection[str]
    ) -> None:
        self.found: dict[str, tuple[str, Change]] = {}
        self.remarks: list[Remark] = []
        count: Counter[str] = Counter()
        for part, story in stories.items():
            for change in changes(story, where.unit_of, styles):
                spot = where.at(story, _shown_at(story, change))
                base = key(
                    "t", (change.author, change.date[:_TO_THE_SECOND], change.old, change.new, change.what, spot.anchor)
                )
                count[base] += 1
                while numbered(base, count[base]) in resolved:
                    count[base] += 1
                own = numbered(base, count[base])
                self.found[own] = (part, change)
                self.remarks.append(_remark(own, story, change, spot, where))


def _shown_at(story: Pieces, change: Change) -> int:
    """Return the piece whose paragraph names the place of a change: its first text, not the end before it."""
    held = range(change.first, max(change.last, change.first + 1))
    return next((n for n in held if n < len(story.pieces) and not story.pieces[n].ends), change.first)


def _remark(own: str, story: Pieces, change: Change, spot: Spot, where: Places) -> Remark:
    before, after = change.old.strip("\n"), ""
    if change.kind in ("insertion", "deletion", "replacement"):
        before, after = sentences(story, change)
        after = after or DELETED
    elif change.kind in ("row", "cell"):
        before, after = _cells(change.old), _cells(change.new) or DELETED
    elif change.kind == "move":
        after = change.new.strip("\n")
    return Remark(own, change.kind, change.author, change.date, spot, before, told(change, story, where), after)


def told(change: Change, story: Pieces, where: Places) -> str:
    """Return in words what a change does."""
    old, new = _quoted(change.old), _quoted(change.new)
    match change.kind:
        case "insertion":
            return f"Insert {new}"
        case "deletion":
            return f"Delete {old}"
        case "replacement":
            return f"Replace {old} with {new}"
        case "row" | "cell":
            return "\n".join(_blocks(change))
        case "move":
            to = where.at(story, max(change.to - 1, 0))  # the paragraph behind which it now stands
            place = " ".join(s for s in (to.section, to.title if to.title != to.section else "") if s)
            return f"Move {old} behind {place or 'other words'}"
        case "formatting":
            return f"Formatting: {change.what}"


def _blocks(change: Change) -> Iterator[str]:
    what = "table row" if change.kind == "row" else "table cell"
    if change.old:
        yield f"Delete the {what} “{_cells(change.old)}”"
    if change.new:
        yield f"Insert the {what} “{_cells(change.new)}”"


def _cells(text: str) -> str:
    return " | ".join(line.strip() for line in text.strip("\n").split("\n"))


def _quoted(text: str) -> str:
    """Return text in quotation marks; ends of paragraphs within it are shown, one at its end is not."""
    shown = text[:-1] if text.endswith("\n") and text.strip("\n") else text
    return f"“{shown.replace(chr(10), PARAGRAPH_END)}”"
