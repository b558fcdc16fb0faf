"""Where the units of a draft stand in a Word file that people have edited.

A unit is looked for by the tag of its control, the control's name, the control's number, the bookmark, and at last by
its words against those that the file keeps. Controls of others are looked through. Where nothing is sure, a unit is
reported as lost; none is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

from lxml import etree

from pipeline.revise import alignment, extent
from pipeline.revise.alignment import Line, Measure, Wanted
from pipeline.revise.blocks import CONTROL, TABLE
from pipeline.revise.extent import Stand
from pipeline.revise.likeness import Lexicon
from pipeline.revise.marking import WAYS, How, Lead, marked, said
from pipeline.word.anchors import Base, Kept

KINDS = ("clause:", "part:")

HALF = 0.5
"""How sure a unit is at least that a name led to."""

VERIFIED = 0.25
"""Part of a unit's words, by weight, that must stand where a name other than its tag leads, to be taken at once."""

SENTENCE = 10
"""Words from which a line is a sentence, and no entry of a table."""

REPEATED = 4
"""Words from which a line that stands twice in one paragraph is a fault and no figure of speech."""

_OTHERS = -1
"""Owner of blocks that are a copy."""


@dataclass(frozen=True, slots=True)
class Found:
    """A unit as it stands in the file.

    Attributes:
        anchor: `clause:<id>` or `part:<id>`.
        blocks: The `w:p` and `w:tbl` elements that hold its content, in order.
        control: The `w:sdt` that holds all of these blocks, or None.
        how: By what it was found.
        sure: 1 where its tag led to it; else the part of its words, by weight, that stand there, and at least one half
            where a name led to it.
    """

    anchor: str
    blocks: tuple[etree._Element, ...]
    control: etree._Element | None
    how: How
    sure: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about the file that a reader of the result should know.

    Attributes:
        kind: `resaved`: controls have lost their tags, as LibreOffice leaves them · `repeated`: a line of a text from
            right to left stands several times in one paragraph, a fault of LibreOffice · `copied`: a unit stands there
            more than once.
        anchor: The unit concerned, or empty.
        count: How many controls, or how often.
    """

    kind: Literal["resaved", "repeated", "copied"]
    anchor: str
    count: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Which elements of a document belong to which unit.

    Attributes:
        units: The units found, in document order.
        copies: What was found for a unit beside its best place, in document order.
        lost: Anchors of the units that were found nowhere, in their old order.
        warnings: What a reader should know.
    """

    units: tuple[Found, ...]
    copies: tuple[Found, ...] = ()
    lost: tuple[str, ...] = ()
    warnings: tuple[Doubt, ...] = ()


def found(document: etree._Element, kept: Kept | None) -> Finding:
    """Return which elements of a document belong to which unit.

    Args:
        document: The `w:document` tree.
        kept: What the file keeps of its units; without it nothing but tags is looked at.
    """
    if kept is not None:
        return _Search(document, kept.units).finding()
    tags = dict.fromkeys(t for c in document.iter(CONTROL) if (t := said(c, "tag")).startswith(KINDS))
    return _Search(document, {tag: Base(tag, "", "", ()) for tag in tags}).finding()


class _Search:
    """One search through one document; blocks and units go by number."""

    def __init__(self, document: etree._Element, units: Mapping[str, Base]) -> None:
        self.document = document
        self.bases = list(units.values())
        self.lines = [base.lines for base in self.bases]
        self._lexicon: Lexicon | None = None
        self._begin(())

    def _begin(self, opened: Iterable[etree._Element]) -> None:
        self.marked = marked(self.document, self.bases, opened)
        self.body = self.marked.body
        self.leads: dict[int, Lead] = {}
        self.copies: list[Lead] = []
        self.doubtful: dict[int, Lead] = {}
        self.owners: dict[int, int] = {}
        self._choose()

    @property
    def lexicon(self) -> Lexicon:
        """The words of all units; read when they are first needed, for tags alone need none."""
        if self._lexicon is None:
            self._lexicon = Lexicon(line for lines in self.lines for line in lines)
        return self._lexicon

    def finding(self) -> Finding:
        """Return all that is found."""
        opened = self._laid_out() if len(self.leads) < len(self.bases) else ()
        if opened:
            self._begin(opened)
        self._own()
        if len(self.leads) < len(self.bases) or not all(lead.ends for lead in self.leads.values()):
            self._read()
        return self._result()

    def _laid_out(self) -> tuple[etree._Element, ...]:
        """Return the tables into whose cells people have put whole units: such as hold lines in full of two or more."""
        holders: dict[str, set[int]] = defaultdict(set)
        for unit, lines in enumerate(self.lines):
            if unit not in self.leads:
                for line in lines:
                    holders[self.lexicon.coded(line)].add(unit)
        tables = []
        for block, element in enumerate(self.body.elements):
            if element.tag == TABLE:
                full: set[int] = set()
                for code in map(self.lexicon.coded, self.body.lines(block)):
                    units = holders.get(code, ())
                    if len(units) == 1 and len(code) >= SENTENCE:
                        full |= units
                if len(full) > 1:
                    tables.append(element)
        return tuple(tables)

    def _choose(self) -> None:
        """Choose the lead that counts for each unit; one that the text belies waits until the text was searched."""
        by_unit: dict[int, list[Lead]] = defaultdict(list)
        for lead in (*self.marked.controls, *self.marked.bookmarks):
            by_unit[lead.unit].append(lead)
        for unit, leads in by_unit.items():
            how = min((lead.how for lead in leads), key=WAYS.index)
            best, *others = self._ranked([lead for lead in leads if lead.how == how])
            marks = [lead for lead in leads if lead.how == "bookmark"]
            chosen = best if best.ends else _joined(best, self._ranked(marks))
            if how == "tag":
                sound = any(self.body.lines(block) for block in _blocks(chosen))
            elif chosen.ends:
                sound = self._stands(unit, _blocks(chosen)) >= VERIFIED
            else:
                sound = self._stands_in(unit, chosen.first) >= alignment.ANYWHERE.line
            if sound:
                self.leads[unit] = chosen
                self.copies += [other for other in others if not chosen.first <= other.first <= chosen.last]
            else:
                self.doubtful[unit] = chosen
        self._part()

    def _ranked(self, leads: list[Lead]) -> list[Lead]:
        """Return leads with the one first that is most like its unit; of those alike, the first in the document."""
        if len(leads) < 2:
            return leads
        return sorted(leads, key=lambda lead: (-self._stands(lead.unit, _blocks(lead)), lead.first))

    def _part(self) -> None:
        """Leave one unit of those that begin at one block, unless controls hold one another there."""
        begins: dict[int, list[Lead]] = defaultdict(list)
        for lead in self.leads.values():
            begins[lead.first].append(lead)
        for first, leads in begins.items():
            if len(leads) > 1:
                leads.sort(key=lambda c: (WAYS.index(c.how), -self._stands(c.unit, [first]), c.last))
                for lead in leads[1:]:
                    if not (_exact(lead) and _exact(leads[0])):
                        del self.leads[lead.unit]

    def _stands(self, unit: int, blocks: Sequence[int]) -> float:
        """Return which part of a unit's words, by weight, stand in blocks; 1 for a unit without words."""
        there = [line for block in blocks for line in self.body.lines(block)]
        if there == list(self.lines[unit]):
            return 1.0
        code = "".join([self.lexicon.coded(line) for line in self.lines[unit]])
        whole = self.lexicon.weight(code)
        return (
            self.lexicon.common(code, "".join([self.lexicon.coded(line) for line in there])) / whole if whole else 1.0
        )

    def _own(self) -> None:
        """Give units the blocks that controls and bookmarks hold: inner before outer, controls before bookmarks."""
        copied = {id(lead) for lead in self.copies}
        exact = [lead for lead in (*self.leads.values(), *self.copies) if _exact(lead)]
        for lead in sorted(exact, key=lambda c: c.first - c.last):
            self.owners.update(dict.fromkeys(_blocks(lead), _OTHERS if id(lead) in copied else lead.unit))
        begins = {lead.first for lead in self.leads.values()}
        fixed = set(self.owners)
        for lead in sorted(self.leads.values(), key=lambda r: (r.first, r.last)):
            if not _exact(lead):
                within = lead.first in fixed
                own = [lead.first]
                for block in range(lead.first + 1, lead.last + 1):
                    if block in begins or (block in fixed and not within):
                        break
                    own.append(block)
                # Behind another unit that has come to stand within, only what is like this unit is still its own.
                rest = range(own[-1] + 1, lead.last + 1)
                own += [b for b in rest if b not in self.owners and self._stands_in(lead.unit, b) >= extent.PART]
                self.owners.update(dict.fromkeys(own, lead.unit))
        for lead in self.copies:
            for block in _blocks(lead):
                self.owners.setdefault(block, _OTHERS)

    def _stands_in(self, unit: int, block: int) -> float:
        """Return which part of a block's words, by weight, stand in one line of a unit."""
        code = "".join([self.lexicon.coded(line) for line in self.body.lines(block)])
        whole = self.lexicon.weight(code)
        lines = (self.lexicon.coded(line) for line in self.lines[unit])
        return max((self.lexicon.common(code, line) for line in lines), default=0.0) / whole if whole else 0.0

    def _read(self) -> None:
        """Look in the text for what no name leads to, and for the end of what a name shows the beginning of."""
        listed = self.body.listed()
        begins = sorted(lead.first for lead in self.leads.values())
        open_ended = {unit: lead for unit, lead in self.leads.items() if not lead.ends}
        wanted = []
        for unit, own in enumerate(self.lines):
            lead = open_ended.get(unit)
            if lead is not None:
                after = next((b for b in begins if b > lead.first), len(self.body.elements))
                wanted.append(Wanted(unit, own, (lead.first, after)))
            elif unit not in self.leads:
                wanted.append(Wanted(unit, own))
        blocks = [b for b in range(len(self.body.elements)) if b not in listed and self._readable(b)]
        known = [(lead.first, unit) for unit, lead in self.leads.items()]
        matches = self._placed(wanted, blocks, known, alignment.ANYWHERE)
        for unit, lead in self.doubtful.items():
            if unit not in self.leads and not any(block in self.owners for block in _blocks(lead)):
                self.leads[unit] = lead
                self.owners.update(dict.fromkeys(_blocks(lead), unit))
        for gap, units in list(self._gaps(listed)):
            missing = [unit for unit in range(len(self.lines)) if unit not in self.leads]
            if any(unit in missing for unit in units):
                wanted = [Wanted(unit, self.lines[unit], rival=unit not in units) for unit in missing]
                matches |= self._placed(wanted, gap, (), alignment.BESIDE)
        stands = {}
        for unit in (*matches, *(unit for unit in open_ended if unit not in matches)):
            at = {own: block for own, block in matches.get(unit, {}).items() if self.owners.get(block) == unit}
            coded = tuple([self.lexicon.coded(line) for line in self.lines[unit]])
            stands[unit] = Stand(self.bases[unit].anchor.partition(":")[0], coded, at)
        lost = {unit: self.lines[unit] for unit in range(len(self.lines)) if unit not in self.leads}
        extent.spread(self.body, self.owners, stands, lost, self.lexicon)

    def _gaps(self, listed: set[int]) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the blocks between two units, with the units that are missing behind the one or before the other."""
        owned = sorted(self.owners)
        for left, right in zip([-1, *owned], [*owned, len(self.body.elements)], strict=True):
            gap = [b for b in range(left + 1, right) if b not in listed and self.body.lines(b)]
            if gap:
                before = self.owners.get(left, -1) + 1 if self.owners.get(left) != _OTHERS else len(self.bases)
                after = self.owners.get(right, len(self.bases)) - 1
                behind = takewhile(lambda unit: unit not in self.leads, range(before, len(self.bases)))
                ahead = takewhile(lambda unit: unit not in self.leads, range(after, -1, -1))
                yield gap, sorted({*behind, *ahead})

    def _placed(
        self, wanted: Sequence[Wanted], blocks: Sequence[int], known: Sequence[tuple[int, int]], measure: Measure
    ) -> dict[int, dict[int, int]]:
        """Place units in blocks by their text, and return at which block each line of each was found."""
        lines = [Line(block, line) for block in blocks for line in self.body.lines(block)]
        placed = alignment.placed(wanted, lines, known, self.lexicon, measure)
        self._take(placed, lines)
        return {unit: {m.own: lines[m.at].block for m in one.matches} for unit, one in placed.items()}

    def _readable(self, block: int) -> bool:
        owner = self.owners.get(block)
        return owner is None or (owner in self.leads and not self.leads[owner].ends)

    def _take(self, placed: Mapping[int, alignment.Placed], lines: Sequence[Line]) -> None:
        """Give blocks to the units whose lines stand in them; in a table, to that with most of them."""
        votes: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for unit, one in placed.items():
            for match in one.matches:
                line = lines[match.at]
                votes[line.block][unit] += match.likeness * self.lexicon.weight(self.lexicon.coded(line.text))
        for block, weights in votes.items():
            self.owners.setdefault(block, max(weights, key=lambda unit: (weights[unit], -unit)))
        for unit in placed:
            own = [block for block in votes if self.owners[block] == unit]
            if own and unit not in self.leads:
                self.leads[unit] = Lead(unit, "text", min(own), max(own))

    def _result(self) -> Finding:
        blocks: dict[int, list[int]] = defaultdict(list)
        for block in sorted(self.owners):
            blocks[self.owners[block]].append(block)
        units = {u: self._found(lead, blocks[u]) for u, lead in self.leads.items() if blocks[u] or _exact(lead)}
        copies = [self._found(lead, _blocks(lead)) for lead in sorted(self.copies, key=lambda c: c.first)]
        order = sorted(units, key=lambda unit: (blocks[unit] or [self.leads[unit].first], unit))
        lost = tuple(base.anchor for unit, base in enumerate(self.bases) if unit not in units)
        untagged = sum(lead.how in ("alias", "id") for lead in self.leads.values())
        doubts = [Doubt("resaved", "", untagged)] if untagged else []
        doubts += [
            Doubt("repeated", self.bases[unit].anchor, times)
            for unit in order
            if (times := _repeated(self.lines[unit], [t for b in blocks[unit] for t in self.body.lines(b)])) > 1
        ]
        return Finding(tuple(units[unit] for unit in order), tuple(copies), lost, tuple(doubts))

    def _found(self, lead: Lead, blocks: Sequence[int]) -> Found:
        holds = lead.control is not None and lead.control not in self.body.inline
        if holds and lead.control is not None and blocks:
            first, last = self.body.spans[lead.control]
            holds = first <= blocks[0] and blocks[-1] <= last
        sure = 1.0 if lead.how == "tag" else self._stands(lead.unit, blocks)
        sure = sure if lead.how in ("tag", "text") else max(HALF, sure)
        elements = tuple(self.body.elements[block] for block in blocks)
        return Found(self.bases[lead.unit].anchor, elements, lead.control if holds else None, lead.how, sure)


def _exact(lead: Lead) -> bool:
    """Tell whether a lead is a control that holds its unit and nothing else."""
    return lead.how == "tag" and lead.ends


def _blocks(lead: Lead) -> range:
    return range(lead.first, lead.last + 1)


def _joined(lead: Lead, marks: Sequence[Lead]) -> Lead:
    """Return a control that may hold but the beginning of a unit, as far as the unit's bookmark reaches."""
    for mark in marks:
        if mark.ends and mark.first <= lead.last and lead.first <= mark.last:
            return replace(lead, first=min(lead.first, mark.first), last=max(lead.last, mark.last), ends=True)
    return lead


def _repeated(lines: Sequence[str], there: Sequence[str]) -> int:
    """Return how often a sentence written from right to left stands in one paragraph, where once was written."""
    most = 1
    for line in lines:
        if line.isascii() or not any(unicodedata.bidirectional(c) in ("R", "AL") for c in line):
            continue
        for sentence in _SENTENCE.findall(line):
            if len(sentence.split()) >= REPEATED:
                times = max((text.count(sentence.strip()) for text in there), default=0)
                most = max(most, times) if times > line.count(sentence.strip()) else most
    return most


_SENTENCE = re.compile(r"[^.!?؟؛\n]+")
