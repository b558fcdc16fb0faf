"""A merge for a test: run, and held against all that is true of every merge.

Whatever is merged into whatever, to reject our marks and to delete our comments gives their file back, nothing is
wrong with the result that was not wrong with theirs, the same input gives the same bytes, and to merge once more adds
nothing, whether the ministry has left our marks as they are, accepted them or rejected them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import marks
import revisions
from draft_changes import Change, excerpt
from ministry import Document
from revisions import Pair
from word_parts import Element, plain, stories, text_of, unpacked, w

from pipeline.model.draft import Draft
from pipeline.render.docx import Anchors
from pipeline.revise.desk import Terms
from pipeline.revise.merge import AUTHOR, Asked, merged
from pipeline.revise.outcome import Action, Hunk, Reason, Revised
from pipeline.revise.reading import as_read
from pipeline.word import anchors, names
from pipeline.word.anchors import Kept

DAY, LATER = "2026-07-27", "2026-12-01"
WHY = Reason(("Regulation (EU) 2026/1744 amends the AI Act",), ("EU AI Act, Art. 27",), "approval-gate, as it reads from 27 July 2026")  # fmt: skip

SCOPE, BASIS, HEAD, GATE, QUALITY, CONTRACT, REVIEW, LOGS = (
    "clause:scope-exclusions", "clause:legal-basis-before-any-step", "clause:head-of-agency-answers",
    "clause:approval-gate", "clause:data-quality", "clause:contract-terms", "clause:review-and-override",
    "clause:logs-content",
)  # fmt: skip
AGENCIES, CHOICES = "part:agencies", "part:open-choices"

PAGE = re.compile(r"\t\d+$")
"""Where an entry of the contents ends."""


@cache
def english() -> Draft:
    """Return eight clauses of Norland's guidelines and two tables."""
    return excerpt(SCOPE, BASIS, HEAD, GATE, QUALITY, CONTRACT, REVIEW, LOGS, AGENCIES, CHOICES)(revisions.dozen().old)


@cache
def arabic() -> Draft:
    """Return the Arabic guidelines of a dozen clauses, before their update."""
    return revisions.arabic().old


def ours(*changes: Change, of: Draft | None = None, profile: Anchors = "word", renumbered: bool = False) -> Pair:
    """Return a draft and what changes of ours make of it."""
    return revisions.made(*changes, of=of or english(), anchors=profile, renumbered=renumbered)


class Always(Mapping[str, Reason]):
    """The same reason for every unit, so that each change is commented."""

    def __getitem__(self, anchor: str) -> Reason:
        return WHY

    def __iter__(self) -> object:  # type: ignore[override]
        return iter(())

    def __len__(self) -> int:
        return 0

    def get(self, anchor: str, default: object = None) -> Reason:
        return WHY


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge and what went into it."""

    theirs: bytes
    ours: bytes
    revised: Revised
    day: str = DAY

    @property
    def when(self) -> str:
        """The date on our marks."""
        return f"{self.day}T00:00:00Z"

    @property
    def data(self) -> bytes:
        """The file that came out."""
        return self.revised.data

    def action(self, anchor: str) -> Action:
        """Return what became of a unit."""
        return next(a for a in self.revised.actions if a.anchor == anchor)

    def state(self, anchor: str) -> str:
        """Return the word for what became of a unit."""
        return self.action(anchor).state

    def states(self) -> dict[str, str]:
        """Return what became of the units that are not as they were."""
        return {a.anchor: a.state for a in self.revised.actions if a.state not in ("kept", "theirs")}

    def conflicts(self) -> list[Hunk]:
        """Return all conflicts."""
        return [h for a in self.revised.actions for h in a.hunks if h.conflict]

    def lines(self, author: str | None = None) -> list[str]:
        """Return the text once tracked changes are accepted, of all or of one author; without contents."""
        return [t for t in plain(marks.accepted(self.data, author)) if not PAGE.search(t)]

    def text(self) -> str:
        """Return the text once all is accepted, in one piece."""
        return "\n".join(self.lines())

    def tracked(self, author: str = AUTHOR) -> list[tuple[str, str]]:
        """Return the insertions and deletions in the text with their words, those beside one another as one."""
        found: list[tuple[str, str]] = []
        last: Element | None = None
        for tree in stories(unpacked(self.data)).values():
            for mark in tree.iter(w("ins"), w("del")):
                words = "".join(t.text or "" for t in mark.iter(w("t"), w("delText")))
                holder = mark.getparent()
                if mark.get(w("author")) != author or not words or holder is None or holder.tag == w("rPr"):
                    continue
                kind = "+" if mark.tag == w("ins") else "-"
                before = mark.getprevious()
                if found and last is not None and before is last and found[-1][0] == kind:
                    found[-1] = (kind, found[-1][1] + words)
                else:
                    found.append((kind, words))
                last = mark
        return found

    def units(self) -> set[str]:
        """Return the units in which something of ours is tracked, by their controls."""
        tree = stories(unpacked(self.data))[names.DOCUMENT]
        found = set()
        for mark in tree.iter():
            if mark.get(w("author")) == AUTHOR and mark.get(w("date")) is not None:
                tags = [
                    t.get(w("val"))
                    for s in mark.iterancestors(w("sdt"))
                    for t in s.iterfind(f"{w('sdtPr')}/{w('tag')}")
                ]
                found.add(str(next((t for t in tags if ":" in str(t)), "")))
        return found

    def comments(self, author: str = AUTHOR) -> list[tuple[str, str]]:
        """Return what comments stand on and what they say, in the order of the text."""
        parts = unpacked(self.data)
        trees = stories(parts)
        said = {
            str(c.get(w("id"))): "\n".join(text_of(p) for p in c.iter(w("p")))
            for tree in trees.values() for c in tree.iter(w("comment")) if c.get(w("author")) == author
        }  # fmt: skip
        found = []
        for start in trees[names.DOCUMENT].iter(w("commentRangeStart")):
            number = str(start.get(w("id")))
            if number in said:
                found.append((_between(trees[names.DOCUMENT], number), said[number]))
        return found

    def conflict_comments(self) -> list[tuple[str, str]]:
        """Return the comments that tell of a conflict."""
        return [c for c in self.comments() if c[1].startswith(words_of()["merge_conflict"])]


def _between(tree: Element, number: str) -> str:
    inside, text = False, ""
    for element in tree.iter():
        if element.tag in (w("commentRangeStart"), w("commentRangeEnd")) and element.get(w("id")) == number:
            inside = element.tag == w("commentRangeStart")
        elif inside and element.tag in (w("t"), w("delText")):
            text += element.text or ""
    return text


@cache
def words_of() -> dict[str, str]:
    """Return the words of English drafts."""
    return dict(english().words)


def merge(
    theirs: bytes | Document,
    pair: Pair | bytes,
    *,
    in_text: bool = True,
    script: str = "",
    base: Kept | None = None,
    replaces: Mapping[str, tuple[str, ...]] | None = None,
    reasons: Mapping[str, Reason] | None = None,
    day: str = DAY,
) -> Merged:
    """Merge a new draft into their file and hold the result against all that is true of every merge.

    Args:
        theirs: Their file.
        pair: The new draft, or a pair of which it is the new one.
        in_text: Whether ours stands in the text where both changed the same words.
        script: Script of the document; Latin, or right-to-left where the new draft is.
        base: What we wrote, where the file does not tell it.
        replaces: What new units replace.
        reasons: Why units changed; the same for all where nothing is given.
        day: The day that marks bear.
    """
    given = theirs.bytes() if isinstance(theirs, Document) else theirs
    new = pair if isinstance(pair, bytes) else pair.new_docx
    rtl = script == "rtl" or (not script and b"<w:rtl/>" in unpacked(new)[names.DOCUMENT])
    terms = Terms(conflict_text=in_text, moves=False, kept_numbers=True, words=words_of())

    def run(file: bytes, known: Kept | None) -> Revised:
        asked = Asked(
            file, new, known, "edited.docx", day, terms, Always() if reasons is None else reasons, replaces or {},
            "rtl" if rtl else "latin",
        )  # fmt: skip
        return merged(asked)

    one = Merged(given, new, run(given, base), day)
    assert run(given, base).data == one.data, "the same input gives other bytes"
    held(one)
    again = {"as it is": one.data}
    if one.data != given:
        for how, done in (("accepted", marks.accepted), ("rejected", marks.rejected)):
            again[how] = marks.packed(marks.without_comments(done(one.data, AUTHOR, one.when), AUTHOR, one.when))
    for how, file in again.items():
        if base is None or anchors.kept(unpacked(file)) is not None:
            more = run(file, None)
            assert more.data == file, f"merged again {how}: {[(a.state, a.anchor, a.hunks) for a in more.changed]}"
    return one


def redline(pair: Pair, *, script: str = "latin", replaces: Mapping[str, tuple[str, ...]] | None = None) -> Merged:
    """Mark in the older of two drafts what the newer changes; checked as a merge is."""
    terms = Terms(conflict_text=True, moves=True, kept_numbers=False, words=words_of())
    kept = [as_read(data, "test.docx") for data in (pair.old_docx, pair.new_docx)]
    asked = Asked(
        pair.old_docx, pair.new_docx, kept[0], "older.docx", DAY, terms, {}, replaces or {},
        "rtl" if script == "rtl" else "latin", kept[1],
    )  # fmt: skip
    one = Merged(pair.old_docx, pair.new_docx, merged(asked))
    assert merged(asked).data == one.data
    held(one)
    return one


def held(one: Merged) -> None:
    """Hold a merge against what is true of every one."""
    back = marks.without_comments(marks.rejected(one.data, AUTHOR, one.when), AUTHOR, one.when)
    assert marks.difference(one.theirs, back) == "", "to reject our marks does not give their file back"
    assert [b for b in marks.beside(one.theirs, one.data) if not _allowed(b)] == []
    before = Counter(marks.faults(one.theirs))
    assert not Counter(marks.faults(one.data)) - before
    for choice in (marks.accepted(one.data, AUTHOR, one.when), marks.rejected(one.data, AUTHOR, one.when)):
        left = Counter(marks.faults(choice)) - before
        assert [f for f in left if not f.startswith("a control is empty")] == []


def _allowed(changed: str) -> bool:
    return bool(re.match(r"(customXml/item\d+|word/numbering)\.xml was changed", changed))


def kept(data: bytes) -> Kept:
    """Return what a file says of itself."""
    found = anchors.kept(unpacked(data))
    assert found is not None
    return found


def added(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the lines that are there no longer and those that are new."""
    one, other = Counter(before), Counter(after)
    return list((one - other).elements()), list((other - one).elements())
