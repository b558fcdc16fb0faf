"""What each unit of a Word file says, and whether the unit of a merged file says what a merge of its three states may say.

Units are told apart by a tracer that is put on every paragraph before a file is merged: an attribute of the kind in which
Word notes its sessions, which nobody reads. It is independent of how the merge finds units, and outlives controls.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import three_way
from manuscript import Document
from three_way import Merged
from word_parts import SIGNS, Element, Package, unpacked, w

from pipeline.word import anchors, names
from pipeline.word import package as word_package

TRACER = w("rsidRDefault")
ROW, NOTE = "\u2502", "\u2020"
LABEL = re.compile(r"[^\t\n]{1,16}\t")
"""A number that stands as text before a paragraph; whether it is right is asked elsewhere."""

SIGN = re.compile("\u27e6[^\u27e7]*\u27e7")
"""What stands for a field."""

WITHIN_WORD = re.compile(r"(?<=\w)[,/:](?=\w)")
SURE = 0.6
MARGIN = 0.25
FREE = 0.4
"""From `SURE` on two lines are versions of one another, if no other is as like but for a margin; up to `FREE` not."""

Lines = tuple[str, ...]


@dataclass(slots=True)
class Said:
    """The paragraphs and rows of a unit, and its notes, as accepted."""

    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def words(self) -> Counter[str]:
        """How often each word stands there."""
        return Counter(words_of("\n".join([*self.lines, *self.notes])))


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be said of a unit of a merged file.

    Attributes:
        verdict: `right`, `wrong`, or `undecided` where more than one result is as good as another.
        conflicts: Whether there may be a conflict: each answer that is allowed.
        told: What is wrong, or why it is undecided.
    """

    verdict: str
    conflicts: frozenset[bool] = frozenset()
    told: str = ""


# -- reading ----------------------------------------------------------------------------------------------------------


def traced(data: Package, known: Sequence[str], *, fresh: bool = True) -> bytes:
    """Return a file with a tracer on each paragraph that stands in a unit.

    Args:
        data: The file.
        known: Anchors; a tracer is the place of one among them.
        fresh: False to leave those that stand there, and to trace only what has none.
    """
    doc = Document(data)
    for number, anchor in enumerate(known):
        try:
            blocks = doc.blocks(anchor)
        except LookupError:
            continue
        for paragraph in (p for block in blocks for p in block.iter(w("p"))):
            if fresh or paragraph.get(TRACER) is None:
                paragraph.set(TRACER, f"{number + 1:08X}")
    return doc.bytes()


def said(parts: Mapping[str, bytes], known: Sequence[str], targets: Mapping[str, str]) -> dict[str, Said]:
    """Return what each unit of a file says.

    Args:
        parts: The file; tracked changes must have been accepted before.
        known: Anchors; a tracer is the place of one among them.
        targets: What bookmarks stand at, for a file that no longer tells.
    """
    kept = anchors.kept(parts)
    targets = targets if kept is None else kept.targets
    notes = _notes(parts)
    found: dict[str, Said] = {}
    document = word_package.parsed(parts[names.DOCUMENT], names.DOCUMENT, "test.docx")
    for line in _lines(document):
        tracer = next((t for p in line if (t := p.get(TRACER)) is not None), None)
        if tracer is None:
            continue
        unit = found.setdefault(known[int(str(tracer), 16) - 1], Said())
        texts = [_text(p, targets) for p in line]
        row = next(line[0].iterancestors(w("tr")), None)
        text = texts[0] if row is None else _row(line, texts)
        if text.strip(f" {ROW}\n\t"):
            unit.lines.append(text)
        for paragraph in line:
            unit.notes += [notes.get(str(r.get(w("id"))), "") for r in paragraph.iter(w("footnoteReference"))]
    return found


def _lines(document: Element) -> Iterator[list[Element]]:
    """Yield the paragraphs of a document, those of one row together."""
    rows: dict[Element, list[Element]] = {}
    order: list[list[Element]] = []
    for paragraph in document.iter(w("p")):
        outer = list(paragraph.iterancestors(w("tr")))
        if not outer:
            order.append([paragraph])
        elif outer[-1] in rows:
            rows[outer[-1]].append(paragraph)
        else:
            rows[outer[-1]] = [paragraph]
            order.append(rows[outer[-1]])
    yield from order


def _row(line: Sequence[Element], texts: Sequence[str]) -> str:
    cells: dict[Element, list[str]] = {}
    for paragraph, text in zip(line, texts, strict=True):
        cell = next(paragraph.iterancestors(w("tc")))
        cells.setdefault(cell, []).append(text)
    return ROW + ROW.join(" \n ".join(t for t in some if t.strip()).strip() for some in cells.values()) + ROW


def _text(paragraph: Element, targets: Mapping[str, str]) -> str:
    """Return the text of a paragraph; notes, fields and pictures are signs in it."""
    found: list[str] = []
    codes: list[list[str]] = []
    shown: list[bool] = []
    for element in paragraph.iter():
        if element.tag == w("fldChar"):
            kind = element.get(w("fldCharType"))
            if kind == "begin":
                codes.append([])
                shown.append(True)
            elif codes and kind == "separate":
                found.append(_field("".join(codes[-1]), targets))
                shown[-1] = "HYPERLINK" in "".join(codes[-1])
            elif codes and kind == "end":
                codes.pop()
                shown.pop()
        elif element.tag == w("instrText") and codes:
            codes[-1].append(element.text or "")
        elif element.tag == w("fldSimple"):
            found.append(_field(str(element.get(w("instr"))), targets))
        elif element.tag == w("footnoteReference"):
            found.append(NOTE)
        elif element.tag == w("drawing"):
            found.append("\u25a1")
        elif all(shown) and element.tag == w("t"):
            found.append(element.text or "")
        elif all(shown) and element.tag in SIGNS and _in_run(element):
            found.append(SIGNS[str(element.tag)])
    text = "".join(found)
    return WITHIN_WORD.sub("\u2010", LABEL.sub("", text, count=1) if LABEL.match(text) else text).strip()


def _in_run(element: Element) -> bool:
    holder = element.getparent()
    return holder is not None and holder.tag == w("r")


def _field(code: str, targets: Mapping[str, str]) -> str:
    words = code.split()
    if words[:1] == ["REF"] and len(words) > 1:
        return f"\u27e6{targets.get(words[1], words[1]).replace(':', ' ')}\u27e7"
    return "" if words[:1] == ["HYPERLINK"] else f"\u27e6{' '.join(words)}\u27e7"


def _notes(parts: Mapping[str, bytes]) -> dict[str, str]:
    if names.FOOTNOTES not in parts:
        return {}
    root = word_package.parsed(parts[names.FOOTNOTES], names.FOOTNOTES, "test.docx")
    return {
        str(n.get(w("id"))): "\n".join(_text(p, {}) for p in n.iter(w("p"))).strip() for n in root.iter(w("footnote"))
    }


def own_deletions(data: Package, author: str, known: Sequence[str]) -> dict[str, Counter[str]]:
    """Return by unit the words that an author has marked as deleted; what fields show is left out."""
    document = word_package.parsed(unpacked(data)[names.DOCUMENT], names.DOCUMENT, "test.docx")
    found: dict[str, Counter[str]] = {}
    for paragraph in document.iter(w("p")):
        tracer = paragraph.get(TRACER)
        if tracer is None:
            continue
        text, depth = "", 0
        for element in paragraph.iter(w("fldChar"), w("t"), w("delText"), *SIGNS):
            if element.tag == w("fldChar"):
                depth += {"begin": 1, "end": -1}.get(str(element.get(w("fldCharType"))), 0)
            mine = any(d.get(w("author")) == author for d in element.iterancestors(w("del")))
            text += element.text or "" if mine and not depth and element.tag == w("delText") else "\n"
        found.setdefault(known[int(str(tracer), 16) - 1], Counter()).update(words_of(text))
    return found


def words_of(text: str) -> list[str]:
    """Return the words of a text without those of signs in it."""
    return re.findall(r"\w+", SIGN.sub(" ", text))


# -- judging ----------------------------------------------------------------------------------------------------------


def judged(base: Said | None, theirs: Said | None, ours: Said | None, result: Said | None) -> Judged:
    """Return whether a unit of a merged file says what a merge may make of its three states; None for a unit not there."""
    if theirs is not None and base is not None and theirs.notes != base.notes and ours != base:
        if ours is None:
            return _equal(tuple(theirs.lines), tuple(result.lines) if result else (), True)
        if any(NOTE in line for line in Counter(base.lines) - Counter(ours.lines)):
            return Judged("undecided", told="a note that they changed may hang on what we take out")
    lines = _judged(*_three(base, theirs, ours, "lines"), tuple(result.lines) if result else ())
    if lines.verdict != "right" or theirs is None or (True in lines.conflicts and result is not None):
        return lines  # a note may hang on the words of a conflict; of what they took away it is not told
    notes = _judged(*_three(base, theirs, ours, "notes"), tuple(result.notes) if result else ())
    both = frozenset(a or b for a in lines.conflicts for b in notes.conflicts)
    return Judged(notes.verdict, both, f"notes: {notes.told}" if notes.told else "")


def _three(
    base: Said | None, theirs: Said | None, ours: Said | None, what: str
) -> tuple[Lines | None, Lines | None, Lines | None]:
    one, two, three = (None if s is None else tuple(getattr(s, what)) for s in (base, theirs, ours))
    return one, two, three


def _judged(base: Lines | None, theirs: Lines | None, ours: Lines | None, result: Lines) -> Judged:
    if base is None:
        return _equal(ours or (), result, False) if theirs is None else Judged("undecided", told="both have put it in")
    if ours == base:
        return _equal(theirs or (), result, False)
    if theirs == base:
        return _equal(ours or (), result, False)
    if theirs is None:
        return _equal((), result, ours is not None)
    if ours is None:
        return _equal(theirs, result, True)
    if theirs == ours:
        return _equal(theirs, result, False)
    return _lines_judged(base, theirs, ours, result)


def _equal(wanted: Lines, result: Lines, conflict: bool) -> Judged:
    if Counter(wanted) == Counter(result):
        return Judged("right", frozenset({conflict}))
    return Judged("wrong", frozenset({conflict}), _told(wanted, result))


def _told(wanted: Iterable[str], result: Iterable[str]) -> str:
    missing, extra = Counter(wanted) - Counter(result), Counter(result) - Counter(wanted)
    return "\n".join([*(f"  wanted {t!r}" for t in missing.elements()), *(f"  found  {t!r}" for t in extra.elements())])


def _lines_judged(base: Lines, theirs: Lines, ours: Lines, result: Lines) -> Judged:
    by_theirs, by_ours = _sure(base, theirs), _sure(base, ours)
    if by_theirs is None or by_ours is None:
        return Judged("undecided", told="which paragraph is which can be seen in more than one way")
    of_theirs = {j: i for i, j in by_theirs.items()}
    new_theirs = [t for j, t in enumerate(theirs) if j not in of_theirs]
    new_ours = [o for k, o in enumerate(ours) if k not in set(by_ours.values())]
    if any(three_way.likeness(a, b) > FREE and a != b for a in new_theirs for b in new_ours):
        return Judged("undecided", told="both have put in what is alike")
    left = list(result)
    flags = {False}
    told: list[str] = []
    for i, line in enumerate(base):
        their = theirs[by_theirs[i]] if i in by_theirs else None
        our = ours[by_ours[i]] if i in by_ours else None
        if their is None:
            flags = {True} if our not in (None, line) else flags
        elif our is None and their == line:
            continue
        elif our is None:
            flags = {True}
            told += _taken(their, left)
        else:
            some = _triple(line, their, our, left)
            if some is None:
                return Judged("undecided", told="too many alignments")
            flags = {a or b for a in flags for b in some} if some else flags
            told += [] if some else [f"  of {line!r}\n  and  {their!r}\n  and  {our!r}\n  came none that may come"]
    for line in [*new_theirs, *(o for o in new_ours if o not in new_theirs)]:
        told += _taken(line, left)
    told += [f"  found  {line!r}" for line in left]
    return Judged("wrong" if told else "right", frozenset(flags), "\n".join(told))


def _taken(line: str, left: list[str]) -> list[str]:
    if line in left:
        left.remove(line)
        return []
    return [f"  wanted {line!r}"]


def _triple(base: str, theirs: str, ours: str, left: list[str]) -> set[bool] | None:
    """Return with or without a conflict one of the lines left is a merge of three; empty where none is; None for too many."""
    first = (three_way.merged(base, theirs, ours).text, theirs)
    tried = [line for line in dict.fromkeys(first) if line in left]
    tried += sorted(set(left) - set(tried), key=lambda x: -max(three_way.likeness(x, side) for side in (theirs, ours)))
    for line in tried[:4]:
        found = {c: three_way.allowed(base, theirs, ours, Merged(line, c)) for c in (False, True)}
        if None in found.values():
            return None
        flags = {c for c, right in found.items() if right}
        if flags:
            left.remove(line)
            return flags
    return set()


def _sure(base: Lines, side: Lines) -> dict[int, int] | None:
    """Return which line is which, None where that is not beyond doubt."""
    if base == side:
        return {i: i for i in range(len(base))}
    pairs: dict[int, int] = {}
    where = {line: [j for j, s in enumerate(side) if s == line] for line in set(base)}
    for i, line in enumerate(base):
        before = [k for k in range(i) if base[k] == line]
        if len(before) < len(where[line]):
            pairs[i] = where[line][len(before)]
    if any(
        len(places) > base.count(line) or (len(places) < base.count(line) and base.count(line) > 1)
        for line, places in where.items()
    ):
        return None
    free = [j for j in range(len(side)) if j not in pairs.values()]
    alike = {(i, j): three_way.likeness(base[i], side[j]) for i in range(len(base)) if i not in pairs for j in free}
    for (i, j), share in alike.items():
        rivals = [v for (a, b), v in alike.items() if (a == i) != (b == j)]
        if share >= SURE and share - max(rivals, default=0.0) >= MARGIN:
            pairs[i] = j
    paired = set(pairs.values())
    doubtful = any(v > FREE and i not in pairs and j not in paired for (i, j), v in alike.items())
    return None if doubtful or _one_for_one(pairs, len(base), len(side)) else pairs


def _one_for_one(pairs: Mapping[int, int], before: int, after: int) -> bool:
    """Return whether one line stands where another stood, between the same two: it may be that line, written anew."""
    whole = {-1: -1, **pairs, before: after}
    return any(
        i - 1 in whole and i + 1 in whole and whole[i + 1] - whole[i - 1] == 2 for i in range(before) if i not in pairs
    )
