"""Paragraphs, rows, runs and notes of one Word file put into another: names and numbers are those of the other file."""

from __future__ import annotations

import copy
import hashlib
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.revise.lists import Lists
from pipeline.word import names, package, relations, runs
from pipeline.word.marks import Marker, whole
from pipeline.word.names import WP, XML, R, w
from pipeline.word.runs import Script
from pipeline.word.story import FIELD_CHAR, INSTRUCTION, RPR, RUN, TEXT, VAL, Leaf, Paragraph, Reader
from pipeline.word.wording import NOTE

_BEHIND_RTL = tuple(w(n) for n in ("cs", "em", "lang", "eastAsianLayout", "specVanish", "oMath", "rPrChange"))
_STYLED = (w("pStyle"), w("rStyle"), w("tblStyle"))
_BOOKMARKS = (w("bookmarkStart"), w("bookmarkEnd"))
_LINK = w("hyperlink")


@dataclass(eq=False, slots=True)
class Story:
    """The parts of a file that a graft takes from or puts into.

    Attributes:
        parts: All parts by name; those parsed here are written back by `closed`.
        document: The body.
        notes: The footnotes, None where the file has none.
        numbering: The lists, None where the file has none.
        reader: Reads it.
        file: What messages call the file.
        endnotes: The endnotes, None where the file has none.
        sheet: The styles, None where the file has none.
    """

    parts: dict[str, bytes]
    document: etree._Element
    notes: etree._Element | None
    numbering: etree._Element | None
    reader: Reader
    file: str
    endnotes: etree._Element | None = None
    sheet: etree._Element | None = None

    @property
    def styles(self) -> Mapping[str, str]:
        """Folded name of each style by id."""
        return self.reader.styles

    def note(self, number: str) -> etree._Element | None:
        """Return a footnote by its number, or an endnote by its number after a minus."""
        root, tag = (self.endnotes, "endnote") if number.startswith("-") else (self.notes, "footnote")
        some = () if root is None else root.iterfind(w(tag))
        return next((n for n in some if n.get(w("id")) == number.removeprefix("-")), None)


@dataclass(slots=True)
class Graft:
    """Takes from `source` and gives what can be put into `target`.

    Attributes:
        source: Where things come from.
        target: Where they go.
        marker: Numbers and marks.
        script: Script of the document.
        names: Bookmark in the target by what it stands at.
        coming: What will stand in the target though it does not yet: the anchors of units that are put in.
        dead: What references print that were put in and point at nothing in the target.
        noted: Numbers of the footnotes that were put into the target.
        lists: Which list of the source is which of the target.
    """

    source: Story
    target: Story
    marker: Marker
    script: Script
    names: dict[str, str] = field(default_factory=dict)
    coming: frozenset[str] = frozenset()
    dead: list[str] = field(default_factory=list)
    noted: set[str] = field(default_factory=set)
    lists: Lists = field(init=False)
    _copied: int = 0
    _ids: dict[str, str] = field(default_factory=dict)
    _notes: int = 0
    _pictures: int = 0

    def __post_init__(self) -> None:
        self.lists = Lists(self.source.numbering, self.target.numbering, self._styles)

    def runs(self, ours: Paragraph, start: int, end: int, theirs: Paragraph, at: int) -> list[etree._Element]:
        """Return the words of ours from `start` to `end` as runs that fit beside theirs at an offset.

        Plain words look as theirs do at that place, unless they are set off from the words around them in ours.
        """
        beside = near(theirs, at)
        around = _look(ours, start - 1) if start else _look(ours, end)
        made: list[etree._Element] = []
        for leaf in ours.leaves:
            if leaf.end <= start or leaf.start >= end or not leaf.text:
                continue
            if leaf.sign:
                made += self._sign(leaf)
                continue
            text = leaf.text[max(start - leaf.start, 0) : end - leaf.start]
            url = self._url(leaf)
            if url:
                made += _linked_text(url, self._runs_like(leaf, text))
                continue
            if beside is not None and leaf.look == around:
                made += self.text(text, beside)
                continue
            made += self._runs_like(leaf, text)
        return made

    def _runs_like(self, leaf: Leaf, text: str) -> list[etree._Element]:
        """Return text as runs that look as a leaf of ours does."""
        properties = leaf.runs[0].find(RPR) if leaf.runs else None
        own = etree.Element(RUN)
        if properties is not None:
            own.append(self.adapted(properties))
        return self.text(text, own)

    def _url(self, leaf: Leaf) -> str:
        """Return the address that words of ours link to, empty where they link nowhere."""
        link = next(leaf.runs[0].iterancestors(_LINK), None) if leaf.runs else None
        number = link.get(f"{{{R}}}id") if link is not None else None
        return self._address(number) if number is not None else ""

    def _address(self, number: str) -> str:
        """Return what a relationship of our document or of our notes leads to."""
        owners = (names.DOCUMENT, names.FOOTNOTES)
        return next((url for owner in owners if (url := relations.target(self.source.parts, owner, number))), "")

    def text(self, text: str, like: etree._Element | None) -> list[etree._Element]:
        """Return text as runs that look like another, one for each script."""
        properties = like.find(RPR) if like is not None else None
        return [_run(piece, properties, script) for script, piece in runs.split(text, self.script) if piece]

    def _sign(self, leaf: Leaf) -> list[etree._Element]:
        """Return a note, a field or a picture as runs; a reference to what is not there as what it prints."""
        holder = etree.Element(w("p"))
        holder.extend(copy.deepcopy(r) for r in leaf.runs)
        return list(self.adapted(holder))

    def adapted(self, element: etree._Element) -> etree._Element:
        """Return a copy of an element of the source that fits into the target; bookmarks are left behind.

        Args:
            element: A paragraph, table, row, control or properties.
        """
        return self.brought([element], ())[0]

    def brought(self, elements: Sequence[etree._Element], keep: Sequence[str]) -> list[etree._Element]:
        """Return copies of elements of the source that stand together and fit into the target.

        Args:
            elements: Paragraphs, tables, rows, controls or properties.
            keep: Anchors and bookmarks that come with them; all others are left behind.
        """
        holder = etree.Element(w("body"))
        holder.extend(copy.deepcopy(e) for e in elements)
        self._styles(holder)
        for mark in holder.iter(w("numId")):
            mark.set(VAL, self.lists.of(str(mark.get(VAL))))
        self._bookmarks(holder, keep)
        self._fields(holder)
        self._links(holder)
        for reference in list(holder.iter(w("footnoteReference"))):
            reference.set(w("id"), self._note(str(reference.get(w("id")))))
        self._drawings(holder)
        made = list(holder)
        for element in made:
            element.tail = None
            holder.remove(element)
        return made

    def _styles(self, made: etree._Element) -> None:
        if not self._ids:
            self._ids.update({name: i for i, name in self.target.styles.items()})
        for mark in list(made.iter(*_STYLED)):
            name = self.source.styles.get(str(mark.get(VAL)), "")
            if name in self._ids:
                mark.set(VAL, self._ids[name])
            else:
                _take_out(mark)

    def _bookmarks(self, made: etree._Element, keep: Sequence[str]) -> None:
        numbers: dict[str, str] = {}
        for mark in list(made.iter(*_BOOKMARKS)):
            old = str(mark.get(w("id")))
            if mark.tag == _BOOKMARKS[0]:
                name = str(mark.get(w("name")))
                anchor = self.source.reader.targets.get(name, "")
                if anchor and anchor in self.coming and anchor.partition("#")[0] in keep:
                    mark.set(w("name"), self.bookmark(anchor))
                elif name not in keep:
                    _take_out(mark)
                    continue
                numbers[old] = self.marker.number()
            elif old not in numbers:
                _take_out(mark)
                continue
            mark.set(w("id"), numbers[old])

    def bookmark(self, anchor: str) -> str:
        """Return the bookmark of an anchor in the target, a new one where it has none."""
        if anchor not in self.names:
            number = int.from_bytes(hashlib.sha256(anchor.encode()).digest()[:4]) % 10**9
            while f"_Ref{number:09d}" in self.names.values():
                number = (number + 1) % 10**9
            self.names[anchor] = f"_Ref{number:09d}"
        return self.names[anchor]

    def stands(self, anchor: str) -> bool:
        """Return whether something stands in the target, or will."""
        return anchor in self.names or anchor in self.coming

    def _fields(self, made: etree._Element) -> None:
        """Let references point at the target's bookmarks; what points nowhere there becomes its text."""
        for code in list(made.iter(INSTRUCTION)):
            words = (code.text or "").split()
            if words[:1] == ["REF"] and len(words) > 1:
                anchor = self.source.reader.targets.get(words[1], "")
                if anchor and self.stands(anchor):
                    code.text = (code.text or "").replace(words[1], self.bookmark(anchor))
                else:
                    self.dead.append(_unfielded(code))
        for link in list(made.iter(_LINK)):
            name = link.get(w("anchor"))
            if name:
                anchor = self.source.reader.targets.get(name, "")
                if anchor and self.stands(anchor):
                    link.set(w("anchor"), self.bookmark(anchor))
                else:
                    self.dead.append("".join(t.text or "" for t in link.iter(TEXT)))
                    _unwrapped(link)

    def _links(self, made: etree._Element) -> None:
        """Turn web links into fields, which can stand within a mark and need no relationship."""
        for link in list(made.iter(_LINK)):
            number = link.get(f"{{{R}}}id")
            if number is None:
                continue
            url = self._address(number)
            inner = [c for c in link if c.tag == RUN]
            if url and inner:
                for run in _linked_text(url, inner):
                    link.append(run)
            _unwrapped(link)

    def _note(self, number: str) -> str:
        """Put a footnote of the source into the target; return its number there."""
        ours = self.source.note(number)
        if self.target.notes is None:
            self.target.notes = _new_notes(self.source)
        notes = self.target.notes
        taken = [whole(n.get(w("id"))) for n in notes.iter(w("footnote"))]
        self._notes = max(*taken, self._notes, 0) + 1
        made = etree.SubElement(notes, w("footnote"), {w("id"): str(self._notes)})
        self.noted.add(str(self._notes))
        for block in () if ours is None else ours:
            fresh = self.adapted(block)
            made.append(fresh)
            self.marker.wrap(fresh)
        return str(self._notes)

    def _drawings(self, made: etree._Element) -> None:
        """Bring along the parts that pictures and charts are made of, and number the drawings anew."""
        for drawing in made.iter(w("drawing")):
            for properties in drawing.iter(f"{{{WP}}}docPr"):
                if not self._pictures:
                    everywhere = self.target.document.iter(f"{{{WP}}}docPr")
                    self._pictures = max((whole(d.get("id")) for d in everywhere), default=0)
                self._pictures += 1
                properties.set("id", str(self._pictures))
            for element in drawing.iter():
                for key, value in list(element.attrib.items()):
                    if str(key).startswith(f"{{{R}}}"):
                        element.set(key, self._brought(names.DOCUMENT, str(value)))

    def _brought(self, owner: str, number: str) -> str:
        """Copy the part that a relationship points at, with all that it needs; return the new relationship's id."""
        row = relations.row(self.source.parts, owner, number)
        if row is None:
            return number
        part = relations.resolved(owner, str(row.get("Target")))
        fresh = self._copied_part(part)
        taken = relations.numbers(self.target.parts, owner)
        self._copied += 1
        while f"rIdCw{self._copied}" in taken:
            self._copied += 1
        relation = f"rIdCw{self._copied}"
        relations.add(self.target.parts, owner, relation, str(row.get("Type")), posixpath.relpath(fresh, "word"))
        return relation

    def _copied_part(self, part: str) -> str:
        stem, dot, ending = part.rpartition(".")
        fresh = next(n for k in range(1, 10_000) if (n := f"{stem}c{k}{dot}{ending}") not in self.target.parts)
        self.target.parts[fresh] = self.source.parts[part]
        relations.add_type(self.target.parts, fresh, relations.content_type(self.source.parts, part))
        rels = names.rels_of(part)
        if rels in self.source.parts:
            root = package.parsed(self.source.parts[rels], rels, self.source.file)
            for row in root:
                if row.get("TargetMode") != "External":
                    inner = self._copied_part(relations.resolved(part, str(row.get("Target"))))
                    row.set("Target", posixpath.relpath(inner, posixpath.dirname(fresh)))
            self.target.parts[names.rels_of(fresh)] = package.serialised(root)
        return fresh


def near(paragraph: Paragraph, at: int) -> etree._Element | None:
    """Return the run of plain text whose look words at an offset take on: the one there, else before, else behind."""
    plain = [leaf for leaf in paragraph.leaves if leaf.text and leaf.runs and not leaf.sign]
    before = [leaf for leaf in plain if leaf.start < at]
    here = next((leaf for leaf in plain if leaf.start <= at < leaf.end), None)
    chosen = here if here is not None and here.start == at else (before[-1] if before else here)
    if chosen is None:
        chosen = plain[0] if plain else None
    if chosen is not None and chosen.end == at and _linked(chosen):
        chosen = next((leaf for leaf in plain if not _linked(leaf)), None)  # what stands behind a link is none
    return chosen.runs[0] if chosen is not None else None


def _linked(leaf: Leaf) -> bool:
    return next(leaf.runs[0].iterancestors(_LINK), None) is not None


def _look(paragraph: Paragraph, at: int) -> str:
    found = next((leaf for leaf in paragraph.leaves if leaf.start <= at < leaf.end and leaf.sign != NOTE), None)
    return found.look if found is not None else ""


def _run(text: str, properties: etree._Element | None, script: Script) -> etree._Element:
    """Return text as a run with these properties, in the direction of its script."""
    run = etree.Element(RUN)
    if properties is not None:
        own = copy.deepcopy(properties)
        for change in own.findall(w("rPrChange")):
            own.remove(change)
        run.append(own)
    _directed(run, script)
    place = ""
    for letter in (*text, ""):
        if letter not in ("\t", "\n", ""):
            place += letter
            continue
        if place:
            node = etree.SubElement(run, w("t"), {f"{{{XML}}}space": "preserve"})
            node.text, place = place, ""
        if letter:
            etree.SubElement(run, w("tab" if letter == "\t" else "br"))
    return run


def _directed(run: etree._Element, script: Script) -> None:
    properties = run.find(RPR)
    mark = properties.find(w("rtl")) if properties is not None else None
    if script == "rtl" and mark is None:
        if properties is None:
            properties = etree.Element(RPR)
            run.insert(0, properties)
        mark = etree.Element(w("rtl"))
        behind = next((c for c in properties if c.tag in _BEHIND_RTL), None)
        if behind is None:
            properties.append(mark)
        else:
            behind.addprevious(mark)
    elif script != "rtl" and mark is not None and properties is not None:
        properties.remove(mark)
        if len(properties) == 0:
            run.remove(properties)


def _take_out(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _unwrapped(holder: etree._Element) -> None:
    """Put what an element holds in its place."""
    for child in list(holder):
        holder.addprevious(child)
    _take_out(holder)


def _unfielded(code: etree._Element) -> str:
    """Leave of the field with this code only what it shows; return that."""
    run = code.getparent()
    parent = run.getparent() if run is not None else None
    if run is None or parent is None:
        return ""
    siblings = list(parent)
    at = siblings.index(run)
    first = next((k for k in range(at, -1, -1) if _turns(siblings[k], "begin")), at)
    last = next((k for k in range(at, len(siblings)) if _turns(siblings[k], "end")), at)
    for sibling in siblings[first : last + 1]:
        if sibling.find(FIELD_CHAR) is not None or sibling.find(INSTRUCTION) is not None:
            parent.remove(sibling)
    return "".join(t.text or "" for sibling in siblings[first : last + 1] for t in sibling.iter(TEXT))


def _turns(run: etree._Element, kind: str) -> bool:
    return any(c.get(w("fldCharType")) == kind for c in run.iter(FIELD_CHAR))


def _linked_text(url: str, inner: Sequence[etree._Element]) -> list[etree._Element]:
    """Return runs as a field that links them; unlike a link it can stand within a mark, and needs no relationship."""
    code = _code_run(f' HYPERLINK "{url}" ')
    return [_field_run("begin"), code, _field_run("separate"), *inner, _field_run("end")]


def _field_run(kind: str) -> etree._Element:
    run = etree.Element(RUN)
    etree.SubElement(run, FIELD_CHAR, {w("fldCharType"): kind})
    return run


def _code_run(code: str) -> etree._Element:
    run = etree.Element(RUN)
    node = etree.SubElement(run, INSTRUCTION, {f"{{{XML}}}space": "preserve"})
    node.text = code
    return run


def _new_notes(source: Story) -> etree._Element:
    """Return a footnotes part with the separators of the source's."""
    notes = etree.Element(w("footnotes"), nsmap={"w": names.W, "r": R})
    for note in () if source.notes is None else source.notes:
        if note.get(w("type")):
            notes.append(copy.deepcopy(note))
    return notes
