"""Numbers of a circulated file stay: what is put in gets a letter, and what follows a gap keeps counting as before."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.model.draft import Letters
from pipeline.model.labels import inserted
from pipeline.revise.grafting import Graft, Story
from pipeline.revise.outcome import Hunk
from pipeline.word import order
from pipeline.word.anchors import Base
from pipeline.word.counting import Counted, Numbered, Styles, typed
from pipeline.word.marks import Marker
from pipeline.word.names import w
from pipeline.word.story import DELETED, FIELD_CHAR, INSTRUCTION, PPR, RPR, RUN, TEXT, VAL, P

MOST_HELD = 400
"""Numbers that are held at most in one file; beyond, something else is wrong."""

_BOOKMARK, _TAB = (w("bookmarkStart"), w("bookmarkEnd")), w("tab")
_CHANGE = w("pPrChange")


@dataclass(slots=True)
class Numbers:
    """The numbers of their file, while units and paragraphs come and go.

    Attributes:
        theirs: Their file.
        ours: Our new draft.
        marker: Writes marks.
        graft: Knows bookmarks and lists.
        before: The numbers as they were, by paragraph.
        given: The numbers of units that were put in, where they are not those of ours.
        texts: Numbers that were written as text, by the paragraph of ours that they belong to.
    """

    theirs: Story
    ours: Story
    marker: Marker
    graft: Graft
    before: dict[etree._Element, Counted] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    texts: dict[etree._Element, str] = field(default_factory=dict)
    _known: dict[etree._Element, str] = field(default_factory=dict)
    _texts: set[str] = field(default_factory=set)
    _wanted: dict[etree._Element, str] = field(default_factory=dict)
    _styles: Styles | None = None

    def __post_init__(self) -> None:
        self._styles = Styles.of(self.theirs.sheet)
        self.before = self._numbered().counted()

    def _numbered(self) -> Numbered:
        if self.theirs.numbering is None or self._styles is None:
            return Numbered({}, {})
        return self._styles.numbered(self.theirs.numbering, self.theirs.document)

    def begin(self) -> None:
        """Take note of the numbers as they are before units are put in."""
        self._known = self._labels()
        self._texts = {text for e in self.theirs.document.iter(P) if (text := typed(e))}

    def give(
        self,
        blocks: Sequence[etree._Element],
        source: Sequence[etree._Element],
        new: Base,
        last: Sequence[etree._Element],
        was: str,
    ) -> str:
        """Give the paragraphs of a unit that was put in the numbers that they have in ours, as far as these are free.

        Word counts them where it comes to the same and leaves all others as they are; else they stand as text.

        Args:
            blocks: The blocks that were put in.
            source: Their originals in ours.
            new: The unit.
            last: The blocks of the unit behind which it stands.
            was: The number that this one had in the base.

        Returns:
            The number of its heading or first paragraph.
        """
        fresh = [e for block in blocks for e in block.iter(P)]
        origin = [e for block in source for e in block.iter(P)]
        own = [(e, o, label) for e, o in zip(fresh, origin, strict=True) if (label := self._own(o))]
        if not own or not new.label:
            return new.label
        label = self._free(new, last, was)
        numbered = self._numbered()
        now = numbered.counted()
        for k, (element, original, number) in enumerate(own):
            part = number.startswith(new.label) and not number[len(new.label) :][:1].isalnum()
            wanted = label + number[len(new.label) :] if part else number
            if _label(element, now) != wanted or (k == 0 and self._disturbed(now)):
                now = self._write(element, wanted, now, numbered)
                self.texts[original] = wanted
        if label != new.label:
            self.given[new.anchor] = label
        texts = {e: text for e, _, _ in own if e not in now and (text := typed(e))}
        self._known |= {e: one.label for e, one in now.items() if e not in self._known}
        self._known |= texts
        self._texts |= set(texts.values())
        return label

    def settle(self, fresh: Sequence[tuple[etree._Element, etree._Element]]) -> None:
        """Give paragraphs that were put into units a number beside those of their neighbours, where Word would not.

        Word counts one that comes behind all others; what stands between two gets a letter, `(aa)` or `2A.`.

        Args:
            fresh: Each with its original in ours.
        """
        numbered = self._numbered()
        now = numbered.counted()
        for element, original in fresh:
            if element not in now:
                continue
            before, behind = self._beside(element, numbered)
            taken = {self.before[e].label for e in (*before, *behind)}
            if now[element].label not in taken and all(now[e].label == self.before[e].label for e in behind):
                continue
            ahead = list(_texts(element, before[:1], now[element].label, back=True))
            after = ahead[0] if ahead else (self.before[before[0]].label if before else "")
            rest = list(_texts(element, behind[:1], now[element].label, back=False))
            following = self.before[behind[0]].label if behind else None
            label = inserted(after, {*taken, *ahead, *rest}, rest[0] if rest else following)
            now = self._write(element, label, now, numbered)
            self.texts[original] = label

    def _beside(self, element: etree._Element, numbered: Numbered) -> tuple[list[etree._Element], list[etree._Element]]:
        """Return the paragraphs of theirs that are counted in one row with another, before it and behind it.

        The nearest comes first. A row ends where a higher level is counted, or where the level begins anew.
        """
        num, level = numbered.places[element]
        counters = numbered.lists[num].counters
        every = list(numbered.places)
        at = every.index(element)

        def row(some: Iterable[etree._Element], *, back: bool) -> Iterator[etree._Element]:
            for other in some:
                its_num, its_level = numbered.places[other]
                if numbered.lists[its_num].counters != counters or its_level > level:
                    continue
                number = self.before.get(other)
                anew = number is not None and number.value == numbered.lists[its_num].first(level)
                if its_level < level or (anew and not back):
                    return
                if number is not None:
                    yield other
                if anew:
                    return

        return list(row(reversed(every[:at]), back=True)), list(row(every[at + 1 :], back=False))

    def _own(self, original: etree._Element) -> str:
        """Return the number that a paragraph has in ours, empty where it has none."""
        if not self._wanted and self.ours.numbering is not None:
            counted = Styles.of(self.ours.sheet).numbered(self.ours.numbering, self.ours.document).counted()
            self._wanted = {e: one.label for e, one in counted.items()}
        return self._wanted.get(original) or typed(original)

    def _labels(self) -> dict[etree._Element, str]:
        return {e: one.label for e, one in self._numbered().counted().items()}

    def _disturbed(self, now: Mapping[etree._Element, Counted]) -> bool:
        return any(e in now and now[e].label != label for e, label in self._known.items())

    def _free(self, new: Base, last: Sequence[etree._Element], was: str) -> str:
        """Return a number for a unit: its own, unless that is taken or its neighbour has another one now."""
        taken = self._texts | set(self._known.values())
        numbers = (self._known.get(e) or typed(e) for block in last for e in block.iter(P))
        after = next((number for number in numbers if number), "")
        moved = bool(after and was) and after != was and _shape(after) == _shape(new.label)
        if new.label not in taken and not moved:
            return new.label
        letters: Letters = "lowerLetter" if re.search(r"\d[a-z]", new.label) else "upperLetter"
        beside = after if after and _shape(after) == _shape(new.label) else new.label
        return inserted(beside, taken, letters=letters) if re.search(r"\w", beside) else new.label

    def _write(
        self, element: etree._Element, label: str, now: dict[etree._Element, Counted], numbered: Numbered
    ) -> dict[etree._Element, Counted]:
        """Write a number as text before a paragraph that was put in, and take it out of its list.

        Returns:
            The numbers that are counted then.
        """
        mark = next((c for c in element if c.tag == w("ins")), None)
        if mark is None:
            return now
        if typed(element):
            self._retype(element, label)
            return now
        counted = now.get(element)
        number, gap = self.marker.mark("ins"), self.marker.mark("ins")
        look = next(mark.iter(RUN), None)
        number.extend(self.graft.text(label, look))
        etree.SubElement(etree.SubElement(gap, RUN), _TAB)
        mark.addprevious(gap)
        gap.addprevious(number)
        # A bookmark that a reference prints holds the number alone.
        starts = [e for e in element.iter(_BOOKMARK[0]) if e.get(w("name")) in self.graft.names.values()]
        for start in starts:
            end = next((e for e in element.iter(_BOOKMARK[1]) if e.get(w("id")) == start.get(w("id"))), None)
            if end is not None and start.getparent() is element and end.getparent() is element:
                number.addprevious(start)
                number.addnext(end)
        properties = element.find(PPR)
        if properties is None:
            properties = etree.Element(PPR)
            element.insert(0, properties)
        if not any(self.marker.owns(m) for m in element.iterfind(f"{PPR}/{RPR}/{w('ins')}")):
            self.marker.properties(element, "pPr", copy.deepcopy(properties))  # it took their mark over
        listed = etree.Element(w("numPr"))
        etree.SubElement(listed, w("ilvl"), {VAL: "0"})
        etree.SubElement(listed, w("numId"), {VAL: self.graft.lists.unnumbered()})
        order.put(properties, listed, order.PARAGRAPH)
        place = self.graft.lists.place(counted.num, counted.level) if counted is not None else None
        if place is not None and properties.find(w("ind")) is None:
            order.put(properties, place, order.PARAGRAPH)  # no list gives it its place
        numbered.places.pop(element, None)
        return numbered.counted()

    def _retype(self, element: etree._Element, label: str) -> None:
        """Change a number that stands as text in runs of its own before the first tab."""
        old: list[etree._Element] = []
        for node in element.iter(TEXT, _TAB):
            run = node.getparent()
            if run is None or run.tag != RUN:
                continue
            if node.tag == _TAB:
                break
            old.append(run)
        fresh = self.graft.text(label, old[0])
        for run in fresh:
            old[0].addprevious(run)
        for run in dict.fromkeys(old):
            holder = run.getparent()
            if holder is not None:
                holder.remove(run)

    def hold(self) -> tuple[Hunk, ...]:
        """Let each paragraph of theirs keep its number where what was put in or taken out would change it.

        The first that would change gets a list of its own that goes on at its number, as a tracked change of its
        properties; what follows counts on from there.

        Returns:
            What was held: the number that it would have had, and the one that it keeps.
        """
        done: list[Hunk] = []
        tried: set[etree._Element] = set()
        numbered = self._numbered()
        while len(done) < MOST_HELD:
            now = numbered.counted()
            first: dict[str, etree._Element] = {}
            for element, one in self.before.items():
                if element in now and now[element].label != one.label and element not in tried:
                    first.setdefault(now[element].num, element)
            if not first:
                break
            for element in first.values():
                tried.add(element)
                if self._begin_at(element, self.before[element], numbered):
                    done.append(Hunk("number", now[element].label, self.before[element].label))
        return tuple(done)

    def _begin_at(self, element: etree._Element, number: Counted, numbered: Numbered) -> bool:
        """Give a paragraph a list that shares its counters and begins at its number; return whether it was done."""
        last = _ending(element)
        properties = last.find(PPR)
        change = properties.find(_CHANGE) if properties is not None else None
        if change is not None and not self.marker.owns(change):
            return False
        listed = etree.Element(w("numPr"))
        etree.SubElement(listed, w("ilvl"), {VAL: str(number.level)})
        num = self.graft.lists.begun(number.num, number.level, number.value)
        etree.SubElement(listed, w("numId"), {VAL: num})
        numbered.begin(element, num, number)
        if properties is not None and change is not None:  # its properties are changed by us already
            order.put(properties, listed, order.PARAGRAPH)
            return True
        new = etree.Element(PPR)
        new.extend(copy.deepcopy(c) for c in (() if properties is None else properties) if c.tag != RPR)
        order.put(new, listed, order.PARAGRAPH)
        return self.marker.properties(last, "pPr", new)

    def refer(self) -> None:
        """Let references that were put in print the number that stands there, and take it from where it stands."""
        labels = self._labels()
        at = {str(s.get(w("name"))): s for s in self.theirs.document.iter(_BOOKMARK[0])}
        for code in self.theirs.document.iter(INSTRUCTION):
            words = (code.text or "").split()
            if words[:1] != ["REF"] or len(words) < 2 or words[1] not in at or not self._ours(code):
                continue
            paragraph = next(at[words[1]].iterancestors(P), None)
            if paragraph is None:
                continue
            text = labels.get(paragraph, "") if "\\r" in words else ""
            if not text:  # the number stands as text: the bookmark holds it
                text = _held(at[words[1]], paragraph)
                code.text = (code.text or "").replace(" \\r", "")
            if text:
                _shows(code, text)

    def _ours(self, element: etree._Element) -> bool:
        return any(self.marker.owns(m) for m in element.iterancestors(w("ins")))


def _texts(element: etree._Element, end: Sequence[etree._Element], like: str, *, back: bool) -> Iterator[str]:
    """Yield numbers that stand as text, the nearest first, between a paragraph and another on one side of it."""
    for other in element.itersiblings(P, preceding=back):
        if other in end:
            return
        number = typed(other)
        if number and re.sub(r"\w+", "#", number) == re.sub(r"\w+", "#", like):
            yield number


def _label(element: etree._Element, now: Mapping[etree._Element, Counted]) -> str:
    return now[element].label if element in now else typed(element)


def _ending(element: etree._Element) -> etree._Element:
    """Return the paragraph whose properties count for one that runs on into others, its mark being deleted."""
    place: etree._Element | None = element
    while place is not None and any(m.tag in DELETED for m in place.iterfind(f"{PPR}/{RPR}/*")):
        place = next(place.itersiblings(P), None)
    return place if place is not None else element


def _shape(label: str) -> str:
    """Return what tells the numbers of one level from others: `Article 5` is `Article #`, `5.3` is `#.#`."""
    return re.sub(r"\d+[A-Za-z]*", "#", label)


def _held(start: etree._Element, paragraph: etree._Element) -> str:
    """Return the text that a bookmark holds within its paragraph."""
    text, inside = "", False
    for node in paragraph.iter(*_BOOKMARK, TEXT):
        if node.tag == TEXT:
            text += node.text or "" if inside else ""
        elif node.get(w("id")) == start.get(w("id")):
            inside = node is start
    return text


def _shows(code: etree._Element, text: str) -> None:
    """Let the field with this code show a text."""
    paragraph = next(code.iterancestors(P))
    inside, shown = False, False
    for node in paragraph.iter(INSTRUCTION, FIELD_CHAR, TEXT):
        if node is code:
            inside = True
        elif inside and node.tag == FIELD_CHAR and node.get(w("fldCharType")) == "end":
            return
        elif inside and node.tag == TEXT:
            node.text, shown = ("" if shown else text), True
