"""The three-way merge: their file with what ours changes in the base as tracked changes, and a comment on each.

Their file is what comes out. Of each unit that ours changes, theirs is marked word by word; what they changed at other
places stays, what they changed at the same place stays too, and is told. Nothing of theirs is rewritten: to reject the
marks and to delete the comments gives their file back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.model.problem import Faulty, Place, Problem
from pipeline.revise import cover, lines, placing
from pipeline.revise.account import Account
from pipeline.revise.arrivals import Arrivals
from pipeline.revise.dangling import dangling
from pipeline.revise.desk import Desk, Terms
from pipeline.revise.finding import Doubt, found
from pipeline.revise.footnotes import compared
from pipeline.revise.grafting import Graft, Story
from pipeline.revise.lines import Container, Matched, first_paragraph, text_of
from pipeline.revise.margin import Margin
from pipeline.revise.numbers import Numbers
from pipeline.revise.outcome import Action, Hunk, Reason, Revised, State
from pipeline.revise.pairing import in_order
from pipeline.revise.reading import Standing, number_of, opened, paragraphs, read, spelled
from pipeline.revise.writing_back import remember, written_back
from pipeline.word import package
from pipeline.word.anchors import Base, Kept
from pipeline.word.marks import Marker, highest
from pipeline.word.names import w
from pipeline.word.runs import Script
from pipeline.word.story import Line, Paragraph, labels_of, laid_flat
from pipeline.word.wording import Item, Words, same

AUTHOR = "Clausewright"
"""The author of every mark and comment of ours."""

CODE = "MERGE-001"
SAME_DOCUMENT = ("country", "document", "lang")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is merged into what.

    Attributes:
        theirs: Their file.
        ours: Our new draft as a Word file with anchors.
        base: What we wrote before; None where their file tells it itself.
        file: What messages call their file.
        date: ISO day that marks bear.
        terms: How it is done.
        reasons: Why units changed, by anchor.
        replaces: Units that a new one replaces, by the new one's anchor.
        script: Script of the document.
        new: What ours says; None where the file tells it itself, as one that nobody edited does.
        gone: Units that they took out of the text of record, of which nothing is told again.
    """

    theirs: bytes
    ours: bytes
    base: Kept | None
    file: str
    date: str
    terms: Terms
    reasons: Mapping[str, Reason]
    replaces: Mapping[str, tuple[str, ...]]
    script: Script
    new: Kept | None = None
    gone: frozenset[str] = frozenset()


def merged(asked: Asked) -> Revised:
    """Merge ours into theirs.

    Args:
        asked: What into what.

    Raises:
        Faulty: Theirs is damaged, not ours, of another draft, or has no base.
    """
    theirs, kept = opened(asked.theirs, asked.file)
    base = asked.base or kept
    if base is None:
        message = "the file tells nothing of the draft that it came from"
        repair = (
            "name the version that was sent out with --base, or send the file that was edited, not a copy of its text"
        )
        raise Faulty([Problem(CODE, Place(asked.file), message, repair)])
    ours, told = opened(asked.ours, "the new draft")
    new = asked.new or told
    if new is None:
        raise ValueError("the new draft has no anchors")
    _same_document(base, new, asked.file)
    if asked.terms.kept_numbers:
        known = theirs.reader.labels | labels_of(base)
        theirs.reader = replace(theirs.reader, targets=theirs.reader.targets or base.targets, labels=known)
        return _Merge(asked, theirs, ours, base, new, new).revised()
    # Numbers that stand as text are words like any others.
    theirs.reader = replace(theirs.reader, targets=theirs.reader.targets or base.targets, labels=frozenset())
    ours.reader = replace(ours.reader, labels=frozenset())
    return _Merge(asked, theirs, ours, spelled(base), spelled(new), new).revised()


def _same_document(base: Kept, new: Kept, file: str) -> None:
    for name in SAME_DOCUMENT:
        was, now = base.record.get(name, ""), new.record.get(name, "")
        if was and now and was != now:
            message = f"the file is of another draft: its {name} is {was}, not {now}"
            raise Faulty([Problem(CODE, Place(file), message, "name the version of the same draft with --with")])


class _Merge:
    """One merge at work."""

    def __init__(self, asked: Asked, theirs: Story, ours: Story, base: Kept, new: Kept, told: Kept) -> None:
        self.asked, self.theirs, self.ours, self.base, self.new, self.told = asked, theirs, ours, base, new, told
        finding = found(theirs.document, base)
        standing = {u.anchor: read(u, theirs) for u in finding.units}
        # A unit of which nothing is left once their own changes are accepted is one that they have deleted.
        self.there = {a: s for a, s in standing.items() if s.words or not base.units[a].items}
        if not self.there:
            message = "none of the clauses of the draft can be found in the file"
            raise Faulty(
                [Problem(CODE, Place(asked.file), message, "send the file that was edited, or another --base")]
            )
        self.here = {u.anchor: read(u, ours) for u in found(ours.document, new).units}
        copies = Counter(c.anchor for c in finding.copies)
        self.doubts = (*finding.warnings, *(Doubt("copied", a, n) for a, n in copies.items()))
        self.own = _own(theirs, {b for u in (*finding.units, *finding.copies) for b in u.blocks})
        self.named = any(s.unit.how != "text" for s in self.there.values())
        roots = (theirs.document, theirs.notes, theirs.endnotes)
        self.marker = Marker(AUTHOR, asked.date, highest(r for r in roots if r is not None))
        coming = frozenset(a for a in self.here if a not in base.units)
        all_new = frozenset(a for a in new.targets.values() if a.partition("#")[0] in coming)
        targets = {anchor: name for name, anchor in base.targets.items() if anchor.partition("#")[0] in self.there}
        self.graft = Graft(ours, theirs, self.marker, asked.script, names=targets, coming=coming | all_new)
        margin = Margin(theirs.parts, self.marker, asked.script == "rtl")
        self.desk = Desk(asked.terms, self.marker, self.graft, margin)
        self.within = {a: placing.holder(s.unit.blocks, s.unit.control) for a, s in self.there.items()}
        self.arrivals = Arrivals(self.there, self.within, self.desk)
        self.matches: dict[str, Matched] = {}
        self.account = Account(self.desk, base.units, new.units, asked.reasons, asked.replaces)
        self.fresh: list[tuple[etree._Element, etree._Element]] = []
        self.numbers = Numbers(theirs, ours, self.marker, self.graft)
        printed = {element: one.label for element, one in self.numbers.before.items()}
        self.printed = {a: number_of(s.unit, printed) for a, s in self.there.items()}

    def revised(self) -> Revised:
        """Do it."""
        kept_numbers = self.asked.terms.kept_numbers
        numbers = self.numbers
        moved = self._moved() if self.asked.terms.moves else frozenset()
        both = [a for a in self.base.units if a in self.there and a in self.here and a not in moved]
        changed = [a for a in both if not self._says(self.base.units[a], self.new.units[a])]
        for anchor in changed:
            self.matches[anchor] = lines.matched(self._container(anchor), self.asked.terms.moves)
        self.graft.lists.learn(self._alike())
        for anchor in both:
            self._both(anchor, changed=anchor in self.matches)
        for anchor in self.base.units:
            if anchor not in self.there:
                self._absent(anchor)
            elif anchor in moved or (anchor not in self.here and self.base.units[anchor].items):
                self._dropped(anchor)
            elif anchor not in self.here:  # there was nothing in it
                self.desk.begin()
                self._done(anchor, "theirs" if self.there[anchor].words else "kept")
        if kept_numbers:
            numbers.settle([f for f in self.fresh if next(f[0].iterancestors(), None) is not None])
        held = list(numbers.hold()) if kept_numbers else []
        numbers.begin()
        self._new(moved, numbers)
        held += numbers.hold() if kept_numbers else []
        numbers.refer()
        first = next(iter(self.there.values())).unit
        top = first.control if first.control is not None else first.blocks[0]
        covered = cover.covered(self.theirs, self.base, self.new, self.desk, top)
        return self._finished(held, covered, numbers)

    def _container(self, anchor: str) -> Container:
        there, here = self.there[anchor], self.here[anchor]
        return Container(self.base.units[anchor].items, there.lines, here.lines, self.within[anchor])

    def _alike(self) -> Iterator[tuple[Paragraph, Paragraph]]:
        """Yield paragraphs of theirs with the same ones of ours."""
        for anchor, there in self.there.items():
            here = self.here.get(anchor)
            if here is None:
                continue
            match = self.matches.get(anchor)
            if match is not None:
                some = ((match.theirs[i], j) for i, j in match.ours.items() if i in match.theirs)
            elif len(there.lines) == len(here.lines):
                some = ((k, k) for k in range(len(here.lines)))
            else:
                continue
            for k, j in some:
                one, two = there.lines[k], here.lines[j]
                if isinstance(one, Paragraph) and isinstance(two, Paragraph):
                    yield one, two

    def _moved(self) -> frozenset[str]:
        """Return the units that stand elsewhere in ours than in the base."""
        order = {a: n for n, a in enumerate(self.here)}
        both = [a for a in self.there if a in order]
        stay = in_order([order[a] for a in both])
        return frozenset(a for n, a in enumerate(both) if n not in stay)

    def _both(self, anchor: str, *, changed: bool) -> None:
        """Merge a unit that stands in all three."""
        base, there, here = self.base.units[anchor], self.there[anchor], self.here[anchor]
        self.desk.begin()
        untouched = self._untouched(anchor)
        if not changed:
            self._done(anchor, "kept" if untouched else "theirs")
            return
        notes = compared(base, there, here)
        self.desk.begin(notes, self.account.because(anchor))
        lines.merge(self._container(anchor), self.matches[anchor], self.desk)
        for note, theirs, ours in notes.both:
            if theirs.held is not None and ours.held is not None:
                lines.paragraph(note, theirs.held, ours.held, self.desk, theirs.paragraph)
        self.fresh += self.desk.fresh
        for note, ours in notes.gone:
            told = self.desk.conflicts("note", note.printed, "", ours.words.printed)
            self.desk.margin.on(self._held_note(anchor, note), told, True)
        if not self.desk.hunks:
            self._done(anchor, "kept" if untouched else "same")
        elif any(h.conflict for h in self.desk.hunks):
            self._done(anchor, "conflict")
        else:
            self._done(anchor, "updated" if untouched else "merged")

    def _held_note(self, anchor: str, note: Words) -> etree._Element:
        """Return the paragraph of theirs in which a note of the base stood, else the first of the unit."""
        base, there, match = self.base.units[anchor], self.there[anchor], self.matches[anchor]
        at = base.notes.index(note)
        for i, item in enumerate(base.items):
            count = sum(len(w.signs) - sum(s != "note" for s in w.signs) for w in _words_of(item))
            if at < count:
                line = there.lines[match.theirs[i]] if i in match.theirs else there.lines[0]
                return first_paragraph(line).elements[-1]
            at -= count
        return first_paragraph(there.lines[0]).elements[-1]

    def _untouched(self, anchor: str) -> bool:
        """Tell whether theirs says what the base says."""
        base, there = self.base.units[anchor], self.there[anchor]
        return same(there.words, base.items) and there.noted == tuple(n.strip() for n in base.noted)

    def _says(self, base: Base, new: Base) -> bool:
        """Tell whether ours says what the base says, looks and notes included; kept numbers do not count."""
        if base.notes != new.notes or len(base.items) != len(new.items) or not self.asked.terms.kept_numbers:
            return False  # lists may differ though words do not
        return all(_unlabelled(a) == _unlabelled(b) for a, b in zip(base.items, new.items, strict=True))

    def _dropped(self, anchor: str) -> None:
        """Mark a unit that ours no longer has; where they changed it, it stays."""
        base, there = self.base.units[anchor], self.there[anchor]
        self.desk.begin(because=self.account.because(anchor))
        if not self._untouched(anchor):
            told = self.desk.conflicts("unit", _text(base.items), _text(there.words), "")
            self.desk.margin.on(first_paragraph(there.lines[0]).elements[-1], told, True)
            self._done(anchor, "conflict")
            return
        placing.unit_out(there.lines, there.unit.control, self.marker)
        self.desk.marks += [p.elements[-1] for p in paragraphs(there.lines)]
        self.desk.hunks.append(Hunk("unit", _text(base.items), ""))
        self._done(anchor, "moved" if anchor in self.here else "dropped")

    def _absent(self, anchor: str) -> None:
        """Tell of a unit that they took away, or that was not found, where ours says something else than it said.

        What only its footnotes cite otherwise is not told: there is nothing left for them to support.
        """
        base, new = self.base.units[anchor], self.new.units.get(anchor)
        self.desk.begin(because=self.account.because(anchor))
        state: State = "stays-deleted" if self.named else "lost"
        if new is not None and not same(base.items, new.items) and anchor not in self.asked.gone:
            first, *rest = self.desk.conflicts("unit", _text(base.items), "", _text(new.items))
            told = (first, base.alias, *rest)  # it stands in the margin of another unit
            self.desk.margin.on(_last_said(self._before(anchor)).elements[-1], told, True)
            state = "conflict"
        self._done(anchor, state)

    def _before(self, anchor: str) -> Standing:
        """Return the nearest earlier unit of the base that stays in theirs, else the first that does."""
        order = list(self.base.units)
        staying = [a for a in order if a in self.there and a in self.here] or list(self.there)
        ahead = [a for a in staying if order.index(a) < order.index(anchor)]
        return self.there[ahead[-1] if ahead else staying[0]]

    def _said_already(self, here: Standing) -> bool:
        """Tell whether theirs has the paragraphs of a new unit: their own, which ours has taken up."""
        texts = [p.words.text for p in paragraphs(here.lines) if not p.words.style.startswith("heading")]
        return any(texts) and all(text in self.own for text in texts if text.strip())

    def _new(self, moved: frozenset[str], numbers: Numbers) -> None:
        """Put in the units that only ours has, each behind the nearest earlier one that theirs has."""
        last = ""
        for anchor, here in self.here.items():
            if anchor in self.there and anchor not in moved:
                last = anchor
            if anchor in self.base.units and anchor not in moved:
                continue
            self.desk.begin()
            if anchor not in self.base.units and anchor not in self.there and self._said_already(here):
                self._done(anchor, "same")
                continue
            replaced = [a for a in self.there if a in self.asked.replaces.get(anchor, ())]
            after = replaced[-1] if replaced else last
            again = anchor in self.there
            blocks = self.arrivals.put(anchor, here, after, again=again)
            last = anchor
            new = self.new.units[anchor]
            self.desk.hunks.append(Hunk("unit", "", _text(new.items)))
            label = new.label
            if self.asked.terms.kept_numbers:
                beside = self.arrivals.blocks.get(after) or (self.there[after].unit.blocks if after else ())
                known = self.new.units.get(after) or self.base.units.get(after)
                source = [here.unit.control] if here.unit.control is not None else here.unit.blocks
                label = numbers.give(blocks, source, new, beside, known.label if known else "")
            if anchor not in moved:
                self._done(anchor, "added", label)

    def _done(self, anchor: str, state: State, label: str = "") -> None:
        """Note what became of a unit."""
        unit = self.there[anchor].unit if anchor in self.there else None
        blocks = unit.blocks if unit is not None else self.arrivals.blocks.get(anchor, ())
        self.account.done(anchor, state, unit, blocks, label or self.printed.get(anchor, ""))

    def _finished(self, held: Sequence[Hunk], covered: Sequence[Hunk], numbers: Numbers) -> Revised:
        told = self.account.actions
        order = [*self.there, *(a for a in told if a not in self.there)]
        actions = [told[a] for a in order if a in told]
        words = self.asked.terms.words
        if held:
            actions.append(Action("numbers", words["merge_numbers"], "updated", tuple(held)))
        if covered:
            actions.insert(0, Action("cover", words["merge_cover"], "updated", tuple(covered)))
        gone = {a for a, action in told.items() if action.state == "dropped"}
        broken = tuple(dict.fromkeys((*dangling(self.there, gone, self.theirs), *self.account.dead)))
        targets = {**self.base.targets, **{name: anchor for anchor, name in self.graft.names.items()}}
        units = {u.anchor: u for u in self._remembered(numbers)}
        unchanged = self.base.units == (units if self.asked.terms.kept_numbers else self.new.units)
        if unchanged and not any(a.hunks for a in actions):
            return Revised(self.asked.theirs, tuple(actions), broken, self.doubts, self.base.record)
        written_back(self.theirs, self.marker, self.desk.margin, self.graft.lists.added, self.graft.noted)
        remember(self.theirs.parts, self.new.record, units.values(), targets)
        return Revised(package.packed(self.theirs.parts), tuple(actions), broken, self.doubts, self.base.record)

    def _remembered(self, numbers: Numbers) -> Iterator[Base]:
        """Yield the units of ours, with the numbers that they have in theirs."""
        if not self.asked.terms.kept_numbers:
            yield from self.told.units.values()
            return
        for anchor, unit in self.new.units.items():
            base = self.base.units.get(anchor)
            label = numbers.given.get(anchor) or (base.label if base else "") or unit.label
            was = base.items if base is not None and len(base.items) == len(unit.items) else unit.items
            here = [line for line in self.here[anchor].lines if not line.words.blank] if anchor in self.here else []
            said = here if len(here) == len(unit.items) else [None] * len(unit.items)
            items = (_labelled(*three, numbers.texts) for three in zip(unit.items, was, said, strict=True))
            yield replace(unit, label=label, items=tuple(items))


def _labelled(item: Item, was: Item, line: Line | None, texts: Mapping[etree._Element, str]) -> Item:
    """Return a paragraph with the number that stands as text before it in theirs."""
    if not isinstance(item, Words) or not isinstance(was, Words):
        return item
    given = texts.get(line.elements[-1], "") if isinstance(line, Paragraph) else ""
    return replace(item, label=given or was.label or item.label)


def _words_of(item: Item) -> list[Words]:
    return [item] if isinstance(item, Words) else [x for cell in item.cells for x in cell]


def _unlabelled(item: Item) -> Item:
    return replace(item, label="") if isinstance(item, Words) else item


def _text(items: Sequence[Item]) -> str:
    return "\n".join(text_of(i) for i in items)


def _last_said(there: Standing) -> Paragraph:
    """Return the last paragraph of a unit that says anything, those in tables aside where there are others."""
    plain = [line for line in there.lines if isinstance(line, Paragraph) and not line.words.blank]
    return (plain or [p for p in paragraphs(there.lines) if not p.words.blank] or paragraphs(there.lines))[-1]


def _own(theirs: Story, taken: set[etree._Element]) -> frozenset[str]:
    """Return what paragraphs of theirs say that belong to no unit."""
    body = theirs.document.find(w("body"))
    blocks = [b for b in laid_flat(body if body is not None else ()) if b not in taken]
    return frozenset(p.words.text for p in paragraphs(theirs.reader.lines(blocks)))
