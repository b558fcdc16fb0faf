"""Responses from a filled matrix, written into a reviewer's file: answers in threads, changes accepted or rejected.

What is written twice is there once: an answer that a thread already holds is not added, a change that was settled is
passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from lxml import etree

from pipeline.revise.matrix import CLOSING
from pipeline.revise.remarks import Reviewed
from pipeline.revise.settled import with_settled
from pipeline.word import settlement
from pipeline.word.changes import Change
from pipeline.word.comments import Note, looks, written
from pipeline.word.margin import margin, span
from pipeline.word.package import rewritten

VERDICTS: Mapping[str, bool] = {"accepted": True, "rejected": False}
"""The states that settle a tracked change, and whether they accept it."""


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered to one row of a matrix.

    Attributes:
        key: The row's key.
        text: The answer, or empty.
        status: What was decided; empty or `open` where nothing was.
    """

    key: str
    text: str
    status: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Who answers, and on which day (ISO)."""

    author: str
    day: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A file with its answers.

    Attributes:
        parts: The parts of the file.
        replies: How many answers were written.
        resolved: How many threads were marked as resolved.
        accepted: How many tracked changes were accepted.
        rejected: How many were rejected.
    """

    parts: Mapping[str, bytes]
    replies: int = 0
    resolved: int = 0
    accepted: int = 0
    rejected: int = 0

    @property
    def written(self) -> int:
        """How much was written in all."""
        return self.replies + self.resolved + self.accepted + self.rejected


def unknown(reviewed: Reviewed, responses: Iterable[Response]) -> tuple[str, ...]:
    """Return the keys of responses to what does not stand in a file, nor stood there before it was settled."""
    known = reviewed.known
    return tuple(r.key for r in responses if r.key not in known)


def placeless(reviewed: Reviewed, responses: Iterable[Response]) -> tuple[str, ...]:
    """Return the keys of responses to comments that are marked nowhere in the text, so that no answer can be shown."""
    marked = {n for story in reviewed.stories.values() for n in story.references}
    threads = {n: thread for thread in reviewed.threads.values() for n in thread}
    return tuple(
        r.key
        for r in responses
        if r.text and r.key in reviewed.comments and not marked & set(threads[reviewed.comments[r.key]])
    )


def otherwise(reviewed: Reviewed, responses: Iterable[Response]) -> tuple[tuple[str, str], ...]:
    """Return the keys of changes that were settled otherwise than a response now says, each with how."""
    return tuple(
        (r.key, reviewed.settled[r.key])
        for r in responses
        if r.key not in reviewed.changes and reviewed.settled.get(r.key, r.status) != r.status
    )


def late(reviewed: Reviewed, responses: Sequence[Response], signed: Signed) -> tuple[tuple[str, str], ...]:
    """Return the keys of changes that were settled without the answer that a response now gives, each with how.

    Args:
        reviewed: The file as read.
        responses: What is answered to remarks of the file.
        signed: Who answers.
    """
    said = _Said(reviewed, signed.author)
    for response in responses:
        if response.text and response.key in reviewed.changes:
            said.on(*reviewed.changes[response.key], response.text)
    return tuple(
        (r.key, reviewed.settled[r.key])
        for r in responses
        if r.text and reviewed.settled.get(r.key) == r.status and not said.elsewhere(r.text)
    )


def answered(reviewed: Reviewed, responses: Sequence[Response], signed: Signed, file: str) -> Answered:
    """Return the parts of a file with responses written into it; parts in which nothing changes keep their bytes.

    Args:
        reviewed: The file as read; its trees are changed.
        responses: What is answered to remarks of the file.
        signed: Who answers, and when.
        file: What messages call the file.

    Raises:
        Faulty: A part is damaged.
    """
    desk = _Desk(reviewed, signed)
    for response in responses:
        if response.key in reviewed.comments:
            desk.comment(response)
        elif response.key in reviewed.changes:
            desk.change(response)
    return desk.closed(file)


@dataclass(slots=True)
class _Desk:
    """One file while it is answered.

    Attributes:
        reviewed: The file as read.
        signed: Who answers, and when.
        replies: Answers within threads, each with the number of the thread's first comment.
        remarks: Comments on tracked changes, each with the part and the change.
        resolved: Threads that are marked as resolved, by the number of the first comment.
        verdicts: For each part the marks that are settled, and whether they are accepted.
        settled: What is made of changes, by key.
    """

    reviewed: Reviewed
    signed: Signed
    replies: dict[Note, str] = field(default_factory=dict)
    remarks: list[tuple[Note, str, Change]] = field(default_factory=list)
    resolved: dict[str, None] = field(default_factory=dict)
    verdicts: dict[str, dict[etree._Element, bool]] = field(default_factory=dict)
    settled: dict[str, str] = field(default_factory=dict)
    _roots: dict[str, str] = field(default_factory=dict)
    _said: _Said = field(init=False)

    def __post_init__(self) -> None:
        self._said = _Said(self.reviewed, self.signed.author)

    def comment(self, response: Response) -> None:
        """Answer a comment in its thread."""
        if not self._roots:
            self._roots.update({n: root for root, thread in self.reviewed.threads.items() for n in thread})
        root = self._roots[self.reviewed.comments[response.key]]
        spoken = [self.reviewed.spoken[n] for n in self.reviewed.threads[root]]
        said = (self.signed.author, _line(response.text))
        if response.text and said not in [(author, _line(text)) for author, text in spoken]:
            self.replies[Note(self.signed.author, self.signed.day, response.text, root)] = root
        if response.status in CLOSING and root not in self.reviewed.done:
            self.resolved[root] = None

    def change(self, response: Response) -> None:
        """Answer a tracked change: a comment on it, and its settlement."""
        part, change = self.reviewed.changes[response.key]
        if response.text and not self._said.on(part, change, response.text):
            done = response.status in CLOSING
            self.remarks.append((Note(self.signed.author, self.signed.day, response.text, "", done), part, change))
        if response.status in VERDICTS:
            verdict = VERDICTS[response.status]
            self.verdicts.setdefault(part, {}).update(dict.fromkeys(change.marks, verdict))
            self.settled[response.key] = response.status

    def closed(self, file: str) -> Answered:
        """Return the file as it now is."""
        reviewed = self.reviewed
        notes = [*self.replies, *(note for note, _, _ in self.remarks)]
        parts, numbers = written(reviewed.parts, notes, self.resolved, file)
        beside = margin(reviewed.trees.values(), looks(parts, file)[1])
        part_of = {tree: part for part, tree in reviewed.trees.items()}
        touched = dict.fromkeys(self.verdicts)
        threads = {root: list(reviewed.threads[root]) for root in self.replies.values()}
        for number, root in zip(numbers, self.replies.values(), strict=False):
            if beside.beside(number, threads[root]):
                touched[part_of[beside.references[number].getroottree().getroot()]] = None
            threads[root].append(number)
        for number, (_, part, change) in zip(numbers[len(self.replies) :], self.remarks, strict=True):
            beside.around(number, reviewed.stories[part], change.first, change.last)
            touched[part] = None
        for part, verdicts in self.verdicts.items():
            settlement.settle(reviewed.trees[part], verdicts)
        for part in touched:
            parts[part] = rewritten(reviewed.trees[part], reviewed.parts[part])
        made = list(self.settled.values())
        return Answered(
            with_settled(parts, self.settled), len(notes), len(self.resolved), made.count("accepted"),
            made.count("rejected"),
        )  # fmt: skip


class _Said:
    """Our comments that begin a thread, as those on changes do; each is the answer to one change.

    Attributes:
        reviewed: The file as read.
        numbers: The numbers of those that are not yet taken for an answer, by their words.
    """

    def __init__(self, reviewed: Reviewed, author: str) -> None:
        self.reviewed = reviewed
        self.numbers: dict[str, list[str]] = {}
        for number in reviewed.threads:
            by, words = reviewed.spoken[number]
            if by == author:
                self.numbers.setdefault(_line(words), []).append(number)
        self._counts: dict[str, list[int]] = {}

    def on(self, part: str, change: Change, text: str) -> bool:
        """Return whether a comment with these words stands on a change, and take it for the answer."""
        numbers = self.numbers.get(_line(text), [])
        if not numbers:
            return False
        story = self.reviewed.stories[part]
        first, last = self._counted(part, *span(story, change.first, change.last))
        for number in numbers:
            if number in story.ranges:
                begin, end = self._counted(part, *story.ranges[number])
                around = self.reviewed.settled and begin <= first and last <= end  # a mark around it may be gone
                if (begin, end) == (first, last) or around:
                    numbers.remove(number)
                    return True
        return False

    def elsewhere(self, text: str) -> bool:
        """Return whether a comment with these words stands anywhere, and take it for the answer."""
        numbers = self.numbers.get(_line(text), [])
        return bool(numbers and numbers.pop(0))

    def _counted(self, part: str, first: int, last: int) -> tuple[int, int]:
        """Return a range counted in pieces that print something: the reference of a comment in a new row is a piece."""
        if part not in self._counts:
            pieces = self.reviewed.stories[part].pieces
            self._counts[part] = list(accumulate((bool(p.text or p.thing) for p in pieces), initial=0))
        counts = self._counts[part]
        return counts[first], counts[last]


def _line(text: str) -> str:
    return " ".join(text.split())
