"""The comment-resolution matrix: what many reviewers say to one draft, in its order, each with room to answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.revise.places import Spot
from pipeline.revise.remarks import Kind, Remark

Status = Literal["open", "accepted", "accepted in part", "rejected", "noted"]
STATUSES: Final[tuple[Status, ...]] = ("open", "accepted", "accepted in part", "rejected", "noted")
CLOSING: Final = ("accepted", "rejected", "noted")
"""With these a thread is marked as resolved."""

_TO_THE_MINUTE = len("2026-11-23T10:00")


@dataclass(frozen=True, slots=True)
class Sent:
    """What one file says.

    Attributes:
        file: Its name, without the folder.
        body: The ministry or office that sent it.
        remarks: What it says, in order of the document.
        units: The units of the draft in the order in which they stand in it.
    """

    file: str
    body: str
    remarks: tuple[Remark, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        number: `3`; for an answer `3.1`.
        section: The section as printed.
        clause: Id of the clause; for another unit of the draft its anchor, such as `part:glossary`.
        title: What it is called.
        reviewer: Who said it, as the file says.
        body: The ministry or office.
        round: Of which round of consultation it is.
        date: When, to the minute.
        kind: What it is.
        about: The words it is about.
        comment: What is said, or in words what is changed.
        proposed: What the sentence would read.
        response: The answer given.
        status: What was decided; empty for an answer, which has the state of its thread.
        resolved: Whether the thread is marked as resolved in a file.
        files: The files it stands in.
        key: By what it is found again.
    """

    number: str
    section: str
    clause: str
    title: str
    reviewer: str
    body: str
    round: int
    date: str
    kind: Kind
    about: str
    comment: str
    proposed: str
    response: str
    status: str
    resolved: bool
    files: tuple[str, ...]
    key: str


@dataclass(slots=True)
class _Thread:
    """One remark as several files have it."""

    remark: Remark
    body: str
    files: dict[str, None] = field(default_factory=dict)
    done: bool = False
    replies: dict[str, _Thread] = field(default_factory=dict)

    def also(self, remark: Remark, sent: Sent) -> None:
        """Add what another file, or the first, has of it."""
        self.files[sent.file] = None
        self.done = self.done or remark.done
        for reply in remark.replies:
            self.replies.setdefault(reply.key, _Thread(reply, sent.body)).also(reply, sent)


def rows(files: Sequence[Sent], number: int) -> tuple[Row, ...]:
    """Return the matrix of some files; what stands alike in several of them stands in it once.

    Args:
        files: What each says; a remark that several have is told as the first one's.
        number: Of which round of consultation they are.
    """
    threads: dict[str, _Thread] = {}
    for sent in files:
        for remark in sent.remarks:
            threads.setdefault(remark.key, _Thread(remark, sent.body)).also(remark, sent)
    order = {anchor: place for place, anchor in enumerate(joined(s.units for s in files), 1)}
    found: list[Row] = []
    for place, thread in enumerate(sorted(threads.values(), key=lambda t: _order(t.remark, order)), 1):
        found.append(_row(thread, str(place), number))
        replies = sorted(thread.replies.values(), key=lambda r: r.remark.date)
        found += (_row(reply, f"{place}.{n}", number) for n, reply in enumerate(replies, 1))
    return tuple(found)


def _order(remark: Remark, order: Mapping[str, int]) -> tuple[int, int, int, str, str, str]:
    spot = remark.spot
    return (
        order.get(spot.after, 0), spot.offset, spot.within, remark.author.casefold(), remark.date, remark.key,
    )  # fmt: skip


def joined(orders: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return one order of what several have: that of the first, with what only others have behind its predecessor."""
    found: list[str] = []
    for order in orders:
        before = ""
        for one in order:
            if one not in found:
                found.insert(found.index(before) + 1 if before else 0, one)
            before = one
    return tuple(found)


def _row(thread: _Thread, number: str, turn: int) -> Row:
    remark = thread.remark
    return Row(
        number, remark.spot.section, clause_of(remark.spot), remark.spot.title, remark.author, thread.body, turn,
        remark.date[:_TO_THE_MINUTE].replace("T", " "), remark.kind, remark.about, remark.text, remark.proposed, "",
        "" if remark.kind == "reply" else STATUSES[0], thread.done, tuple(thread.files), remark.key,
    )  # fmt: skip


def clause_of(spot: Spot) -> str:
    """Return the id of a clause; of another unit its anchor."""
    return spot.anchor.removeprefix("clause:")
