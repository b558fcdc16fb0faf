"""What became of each unit, told for the report and, where something was marked, in a comment beside the first mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.revise.desk import Desk
from pipeline.revise.finding import Found
from pipeline.revise.outcome import Action, Reason, State
from pipeline.word.anchors import Base
from pipeline.word.names import w
from pipeline.word.story import P

_MARKS = (w("ins"), w("del"), w("r"))

MOST_SAID = 400
"""Letters that a comment quotes of one paragraph as it was; the file itself shows all that goes."""


@dataclass(slots=True)
class Account:
    """The account of one merge.

    Attributes:
        desk: What is worked with; it holds what was done to the unit at hand.
        base: The units as they were.
        new: The units as they are to be.
        reasons: Why units changed, by anchor.
        replaces: Units that a new one replaces, by the new one's anchor.
        actions: What became of each unit.
        dead: References put in that lead nowhere: where from, and what they print.
    """

    desk: Desk
    base: Mapping[str, Base]
    new: Mapping[str, Base]
    reasons: Mapping[str, Reason]
    replaces: Mapping[str, tuple[str, ...]]
    actions: dict[str, Action] = field(default_factory=dict)
    dead: list[tuple[str, str]] = field(default_factory=list)

    def done(
        self, anchor: str, state: State, unit: Found | None, blocks: Sequence[etree._Element] = (), label: str = ""
    ) -> None:
        """Note what became of the unit at hand, and comment on its first mark.

        Args:
            anchor: The unit.
            state: What became of it.
            unit: Where it was found; None where it was not.
            blocks: Where it stands now.
            label: Its number, where that is not what the drafts say.
        """
        base, new = self.base.get(anchor), self.new.get(anchor)
        known = new or base
        if known is None:
            return
        number = label or known.label
        self.actions[anchor] = Action(
            anchor, f"{number} {known.title}".strip(), state, tuple(self.desk.hunks), unit.how if unit else "",
            unit.sure if unit else 0.0, number, (base.valid_from if base else "", new.valid_from if new else ""),
            self.replaces.get(anchor, ()),
        )  # fmt: skip
        if anchor in self.reasons and self.desk.marks:
            self._comment(anchor, base, blocks)
        self.dead += [(anchor, shown) for shown in self.desk.graft.dead]
        self.desk.graft.dead.clear()

    def because(self, anchor: str) -> tuple[str, ...]:
        """Return why a unit changes, a line each: the cause, the provisions, the rule."""
        reason = self.reasons.get(anchor)
        if reason is None:
            return ()
        words = self.desk.terms.words
        told = [f"{words['merge_because']} {'; '.join(reason.causes)}"] if reason.causes else []
        told += [f"{words['merge_provisions']} {'; '.join(reason.provisions)}"] if reason.provisions else []
        return (*told, f"{words['merge_rule']} {reason.rule}") if reason.rule else tuple(told)

    def _comment(self, anchor: str, base: Base | None, blocks: Sequence[etree._Element]) -> None:
        told = list(self.because(anchor))
        before = dict.fromkeys(h.before for h in self.desk.hunks if h.before and not h.conflict)
        if base is not None and before:
            first_said, *more = (s if len(s) <= MOST_SAID else f"{s[:MOST_SAID].rstrip()} …" for s in before)
            told += [f"{self.desk.terms.words['merge_before']} {first_said}", *more]
        first = _first(self.desk.marks, blocks)
        if first.tag in _MARKS:
            self.desk.margin.beside(first, first, told, False)
        else:
            self.desk.margin.on(first if first.tag == P else next(first.iter(P)), told, False)


def _first(marks: Sequence[etree._Element], blocks: Sequence[etree._Element]) -> etree._Element:
    """Return the first of some elements in document order; one that has since gone elsewhere does not count."""
    if len(marks) == 1:
        return marks[0]
    chosen = set(marks)
    inside = next((e for block in blocks for e in block.iter() if e in chosen), None)
    return inside if inside is not None else marks[0]
