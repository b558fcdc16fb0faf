"""Lists of one file in another: which is which, and those that are brought along (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lxml import etree

from pipeline.word.marks import whole
from pipeline.word.names import w
from pipeline.word.numbering import UNNUMBERED
from pipeline.word.story import PPR, VAL, Paragraph

_NUM, _ABSTRACT, _NUM_ID, _ABSTRACT_ID = w("num"), w("abstractNum"), w("numId"), w("abstractNumId")


@dataclass(slots=True)
class Lists:
    """The lists of a source as lists of a target.

    Attributes:
        source: The numbering part of the source, None where it has none.
        target: That of the target; lists are added to it.
        styled: Gives the names of styles in an element as the target has them.
        known: List of the target by list of the source.
        added: How many lists were added to the target.
    """

    source: etree._Element | None
    target: etree._Element | None
    styled: Callable[[etree._Element], None]
    known: dict[str, str] = field(default_factory=dict)
    added: int = 0

    def learn(self, pairs: Iterable[tuple[Paragraph, Paragraph]]) -> None:
        """Learn which list is which from paragraphs that are the same in both: of the target, of the source.

        A number that stands as text in one of the two says nothing of lists.
        """
        votes: dict[str, Counter[str]] = {}
        in_target, in_source = _counting(self.target), _counting(self.source)
        for theirs, ours in pairs:
            one, other = (list_of(p.elements[-1]) for p in (theirs, ours))
            if one in in_target and other in in_source:
                votes.setdefault(other, Counter())[one] += 1
        for number, found in votes.items():
            self.known.setdefault(number, found.most_common(1)[0][0])

    def of(self, number: str) -> str:
        """Return the target's list for a list of the source; it is made where there is none."""
        if number not in self.known:
            self.known[number] = self._made(number)
        return self.known[number]

    def unnumbered(self) -> str:
        """Return the target's list of what has no number."""
        return self.of(str(UNNUMBERED)) if _child(self.source, _NUM, _NUM_ID, str(UNNUMBERED)) is not None else "0"

    def begun(self, number: str, level: int, value: int) -> str:
        """Return a new list of the target that shares the counters of one and begins at a value."""
        own = _child(self.target, _NUM, _NUM_ID, number)
        if self.target is None or own is None:
            return "0"
        fresh = etree.Element(_NUM)
        etree.SubElement(fresh, _ABSTRACT_ID).set(VAL, _abstract(own))
        override = etree.SubElement(fresh, w("lvlOverride"), {w("ilvl"): str(level)})
        etree.SubElement(override, w("startOverride"), {VAL: str(value)})
        return self._add(fresh)

    def place(self, number: str, level: int) -> etree._Element | None:
        """Return a copy of the indent that a list of the target gives its paragraphs of a level."""
        abstract = _abstract(_child(self.target, _NUM, _NUM_ID, number))
        levels = _child(self.target, _ABSTRACT, _ABSTRACT_ID, abstract)
        own = _child(levels, w("lvl"), w("ilvl"), str(level))
        place = None if own is None else own.find(f"{PPR}/{w('ind')}")
        return copy.deepcopy(place) if place is not None else None

    def _made(self, number: str) -> str:
        ours = _child(self.source, _NUM, _NUM_ID, number)
        if ours is None or self.source is None or self.target is None:
            return "0"
        abstract = _abstract(ours)
        alike = [t for o, t in self.known.items() if _abstract(_child(self.source, _NUM, _NUM_ID, o)) == abstract]
        there = _abstract(_child(self.target, _NUM, _NUM_ID, alike[0])) if alike else self._same(abstract)
        if not there:
            there = self._copied(abstract)
        if number == str(UNNUMBERED):
            same = next((n for n in self.target.findall(_NUM) if _abstract(n) == there), None)
            if same is not None:
                return str(same.get(_NUM_ID))
        fresh = copy.deepcopy(ours)
        link = fresh.find(_ABSTRACT_ID)
        if link is not None:
            link.set(VAL, there)
        return self._add(fresh)

    def _same(self, abstract: str) -> str:
        """Return the target's abstract list that has the source's own mark, empty where there is none."""
        ours, theirs = _marks(self.source), _marks(self.target)
        own = next((mark for mark, number in ours.items() if number == abstract), "")
        return theirs.get(own, "")

    def _copied(self, abstract: str) -> str:
        ours = _child(self.source, _ABSTRACT, _ABSTRACT_ID, abstract)
        if ours is None or self.target is None:
            return ""
        numbers = [whole(a.get(_ABSTRACT_ID)) for a in self.target.iter(_ABSTRACT)]
        fresh = copy.deepcopy(ours)
        self.styled(fresh)
        fresh.set(_ABSTRACT_ID, str(max(numbers, default=0) + 1))
        last = self.target.findall(_ABSTRACT)
        if last:
            last[-1].addnext(fresh)
        else:
            self.target.insert(0, fresh)
        return str(fresh.get(_ABSTRACT_ID))

    def _add(self, number: etree._Element) -> str:
        """Put a `w:num` behind the others of the target; return the id that it is given."""
        if self.target is None:
            return "0"
        nums = self.target.findall(_NUM)
        taken = [whole(n.get(_NUM_ID)) for n in nums]
        number.set(_NUM_ID, str(max([*taken, UNNUMBERED]) + 1))
        behind = nums or self.target.findall(_ABSTRACT)
        if behind:
            behind[-1].addnext(number)
        else:
            self.target.append(number)
        self.added += 1
        return str(number.get(_NUM_ID))


def list_of(paragraph: etree._Element) -> str:
    """Return the list that a paragraph names itself, empty where it names none."""
    found = paragraph.find(f"{PPR}/{w('numPr')}/{_NUM_ID}")
    return "" if found is None else str(found.get(VAL))


def _counting(numbering: etree._Element | None) -> set[str]:
    """Return the lists that count at all: one without numbers stands for `no list`."""
    if numbering is None:
        return set()
    counting = {
        str(a.get(_ABSTRACT_ID)) for a in numbering.findall(_ABSTRACT)
        if any(f.get(VAL) != "none" for f in a.iter(w("numFmt"))) or a.find(w("numStyleLink")) is not None
    }  # fmt: skip
    return {str(n.get(_NUM_ID)) for n in numbering.findall(_NUM) if _abstract(n) in counting}


def _marks(numbering: etree._Element | None) -> dict[str, str]:
    """Return the abstract lists by the mark that ties lists together on paste (17.9.15)."""
    lists = () if numbering is None else numbering.findall(_ABSTRACT)
    return {str(m.get(VAL)): str(a.get(_ABSTRACT_ID)) for a in lists if (m := a.find(w("nsid"))) is not None}


def _child(root: etree._Element | None, tag: str, key: str, value: str | None) -> etree._Element | None:
    if root is None or value is None:
        return None
    return next((e for e in root.findall(tag) if e.get(key) == value), None)


def _abstract(number: etree._Element | None) -> str:
    link = number.find(_ABSTRACT_ID) if number is not None else None
    return "" if link is None else str(link.get(VAL))
