"""How far a unit reaches whose lines were found by likeness: what stands between its lines, and what adjoins them.

What people wrote between two lines of a unit belongs to it. What they wrote between two units belongs to neither,
unless it resembles what one of them lacks, or is plainly its heading.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile

from pipeline.revise.alignment import APART, MARGIN, TELLING
from pipeline.revise.blocks import TABLE, VAL, Body, P
from pipeline.revise.likeness import Lexicon
from pipeline.word.names import w

FAINT = 0.35
"""Likeness from which a paragraph beside a unit is taken for one that the unit lacks."""

PART = 0.7
"""Part of a paragraph's words, by weight, that stand in one line of the unit where the paragraph was split off it."""

CLEAR = 0.6
"""Likeness from which a paragraph is taken for one of a unit that was not found, and so is given to no other."""

ELSEWHERE = 0.8
"""How much likeness to a line counts that would stand elsewhere in the unit."""

SPLIT = 12.0
"""Weight of words from which a paragraph may be one that was split off."""

IN_A_ROW = 3
"""Words of it that then stand together."""

_MANY = 4


@dataclass(frozen=True, slots=True)
class Stand:
    """A unit as far as it was found: its kind, its lines coded, and the block of each line that was found."""

    kind: str
    lines: tuple[str, ...]
    blocks: Mapping[int, int]

    def lacking(self, tail: bool) -> list[tuple[str, float]]:
        """Return its lines that were not found, with how much they count.

        Args:
            tail: Whether those behind the last found count in full, or those before the first.
        """
        edge = max(self.blocks, default=-1) if tail else min(self.blocks, default=len(self.lines))
        return [
            (line, 1.0 if (number > edge if tail else number < edge) else ELSEWHERE)
            for number, line in enumerate(self.lines)
            if number not in self.blocks
        ]


def spread(
    body: Body, owners: dict[int, int], stands: Mapping[int, Stand], lost: Mapping[int, Sequence[str]], lexicon: Lexicon
) -> None:
    """Give units the blocks between and beside their own.

    Args:
        body: The blocks.
        owners: The unit of each block that has one; added to in place. A unit that `stands` does not name is a border.
        stands: The units that may grow.
        lost: The lines of units that were found nowhere, by unit.
        lexicon: The words of all units.
    """
    reach = _Reach(body, stands, lost, lexicon)
    listed = body.listed()
    known = sorted(owners)
    ends: list[tuple[int, int]] = list(zip([-1, *known], [*known, len(body.elements)], strict=True))
    for left, right in ends:
        gap = [n for n in range(left + 1, right) if n not in listed]
        if gap:
            owners.update(reach.shared(gap, owners.get(left), owners.get(right)))


class _Reach:
    """What is known of a document while its gaps are shared out."""

    def __init__(
        self, body: Body, stands: Mapping[int, Stand], lost: Mapping[int, Sequence[str]], lexicon: Lexicon
    ) -> None:
        self.body, self.stands, self.lexicon = body, stands, lexicon
        self.missing = {unit: len(lines) for unit, lines in lost.items()}
        coded = (lexicon.coded(line) for lines in lost.values() for line in lines)
        self.lost = [line for line in dict.fromkeys(coded) if line]
        self.headings = _headings(body, stands)

    def shared(self, gap: Sequence[int], before: int | None, after: int | None) -> dict[int, int]:
        """Return which blocks of a gap belong to the unit before or after it; those that belong to neither are left."""
        first = None if before is None else self.stands.get(before)
        last = None if after is None else self.stands.get(after)
        if first is not None and before is not None and before == after:
            return {block: before for block in gap if not self._strange(block, first)}
        likes: dict[int, tuple[int | None, float]] = {}
        for block in gap:
            to_first, tells_first = self._score(block, first, tail=True)
            to_last, tells_last = self._score(block, last, tail=False)
            least = CLEAR if self.body.elements[block].tag == TABLE else FAINT
            if max(to_first, to_last) >= max(least, self._of_lost(block)) and abs(to_first - to_last) > MARGIN:
                likes[block] = (before, tells_first) if to_first > to_last else (after, tells_last)
        # Where a unit has been lost between the two, a line that many units share may be a remnant of it.
        lost = self._lost_between(before, after)
        least = TELLING if lost else 0.0
        given: dict[int, int] = {}
        if first is not None and before is not None:
            like = {block: told for block, (unit, told) in likes.items() if unit == before}
            given.update(dict.fromkeys(self._reached(gap, like, first, least), before))
        if last is not None and after is not None:
            left = [block for block in reversed(gap) if block not in given]
            like = {block: told for block, (unit, told) in likes.items() if unit == after}
            reached = self._reached(left, like, last, least)
            title_lost = any(self.missing[unit] < 2 for unit in lost)
            if not reached and left and not title_lost and self._heads(left[0], last):
                reached = left[:1]
            given.update(dict.fromkeys(reached, after))
        rest = next((block for block in gap if block not in given), None)
        if rest is not None and before is not None and first is not None and self._closes(rest):
            given[rest] = before
        return given

    def _lost_between(self, before: int | None, after: int | None) -> list[int]:
        """Return the missing units that stood behind one unit or before another, up to the next that was found."""
        if before is None or after is None:
            return list(self.missing)
        if before < after:
            return [unit for unit in range(before + 1, after) if unit in self.missing]
        behind = takewhile(self.missing.__contains__, count(before + 1))
        return [*behind, *takewhile(self.missing.__contains__, count(after - 1, -1))]

    def _reached(self, gap: Sequence[int], like: Mapping[int, float], stand: Stand, least: float) -> list[int]:
        """Return the blocks, from the unit on, up to the last that is like what the unit lacks.

        Args:
            gap: The blocks, from the unit on.
            like: Those that are like the unit, with how much their lines tell.
            stand: The unit.
            least: How much a line must tell that stands behind other text.
        """
        reach = 0
        for place, block in enumerate(gap):
            if place - reach > APART or self._strange(block, stand):
                break
            if block in like and (place == reach or like[block] >= least):
                reach = place + 1
        return list(gap[:reach])

    def _score(self, block: int, stand: Stand | None, tail: bool) -> tuple[float, float]:
        """Return how much a block resembles what a unit lacks there, or was split off, and how much the lines tell."""
        if stand is None:
            return 0.0, 0.0
        lacking = stand.lacking(tail)
        scores, total, tells = 0.0, 0.0, 0.0
        for text in self.body.lines(block):
            code = self.lexicon.coded(text)
            weight = self.lexicon.weight(code)
            likeness, told = max(
                ((self.lexicon.likeness(code, line, FAINT) * part, self.lexicon.told(line)) for line, part in lacking),
                default=(0.0, 0.0),
            )
            if likeness < PART and weight >= SPLIT and self._parted(code, weight, stand, tail):
                likeness, told = PART, weight
            scores += likeness * weight
            total += weight
            tells += told if likeness >= FAINT else 0.0
        return (scores / total if total else 0.0), tells

    def _parted(self, code: str, weight: float, stand: Stand, tail: bool) -> bool:
        """Tell whether a paragraph was split off the line beside it: with it, what is there is more like that line."""
        if not stand.blocks:
            return False
        edge = max(stand.blocks) if tail else min(stand.blocks)
        line = stand.lines[edge]
        if self.lexicon.common(code, line, IN_A_ROW) < PART * weight:
            return False
        there = "".join([self.lexicon.coded(text) for text in self.body.lines(stand.blocks[edge])])
        whole = there + code if tail else code + there
        return self.lexicon.likeness(whole, line) > self.lexicon.likeness(there, line)

    def _of_lost(self, block: int) -> float:
        """Return how much a block resembles a line of a unit that was not found."""
        scores, total = 0.0, 0.0
        for text in self.body.lines(block):
            code = self.lexicon.coded(text)
            weight = self.lexicon.weight(code)
            best = max((self.lexicon.likeness(code, line, FAINT) for line in self.lost), default=0.0)
            scores += best * weight
            total += weight
        return scores / total if total and scores / total >= CLEAR else 0.0

    def _strange(self, block: int, stand: Stand | None) -> bool:
        """Tell whether a block rather belongs to a unit that was not found."""
        lost = self._of_lost(block)
        return lost > max(self._score(block, stand, tail=True)[0], self._score(block, stand, tail=False)[0])

    def _heads(self, block: int, stand: Stand) -> bool:
        """Tell whether the paragraph above a unit that lacks its heading is one, by the style of such headings."""
        return (
            0 not in stand.blocks
            and _style(self.body, block) in self.headings.get(stand.kind, ())
            and not self._of_lost(block)
            and bool(self.body.lines(block))
        )

    def _closes(self, block: int) -> bool:
        """Tell whether a block is the blank paragraph that Word needs behind a table."""
        return (
            block > 0
            and self.body.elements[block].tag == P
            and self.body.elements[block - 1].tag == TABLE
            and not self.body.lines(block)
        )


def _headings(body: Body, stands: Mapping[int, Stand]) -> dict[str, set[str]]:
    """Return the paragraph styles that begin units of each kind in this file, and hardly anything else."""
    firsts: dict[str, Counter[str]] = defaultdict(Counter)
    others: Counter[str] = Counter()
    for stand in stands.values():
        for number, block in stand.blocks.items():
            style = _style(body, block)
            if number == 0 and len(stand.lines) > 1:
                firsts[stand.kind][style] += 1
            elif number:
                others[style] += 1
    return {
        kind: {style for style, times in counter.items() if style and times >= _MANY * (1 + others[style])}
        for kind, counter in firsts.items()
    }


def _style(body: Body, block: int) -> str:
    element = body.elements[block]
    style = element.find(f"{w('pPr')}/{w('pStyle')}") if element.tag == P else None
    return "" if style is None else style.get(VAL, "")
