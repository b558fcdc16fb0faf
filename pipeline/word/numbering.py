"""Numbering: the lists that make Word count what the draft has already counted, and the check that both agree.

Word counts headings and paragraphs itself, so a clause inserted in Word renumbers what follows. A label that Word would
count otherwise (`5.3A`, a gap after a clause was left out) is found by counting along: it gets a start of its own where
that is enough, and stands as text where it is not. So the printed number is always the draft's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.model.draft import NumberFormat, Numbering, NumberLevel
from pipeline.model.labels import figure

Kind = Literal["chapter", "clause", "paragraph", "annex", "point", "subpoint"]

Side = Literal["left", "right"]
"""Where a number stands in its place. For Word, left is where reading begins; for LibreOffice, it is the left."""

MAIN, ARTICLES, ANNEXES, POINTS, BULLETS, UNNUMBERED = 901, 902, 903, 904, 905, 906
"""Ids of our lists, above what templates use; abstract list and list have the same."""

FIRST_FREE = 910
"""Lists that begin anew are counted from here."""

BULLET: Final = "–"

_FIELD = re.compile(r"\{(\w+)\}")
_SYNONYM = {"sub": "subpoint"}


@dataclass(frozen=True, slots=True)
class Hang:
    """Where a numbered paragraph stands, in twentieths of a point: its text, and how far the number hangs out."""

    left: int
    hanging: int


@dataclass(frozen=True, slots=True)
class LevelLook:
    """How a level looks in Word: the style it belongs to, its place and the `w:rPr` of its number."""

    style: str
    hang: Hang
    run: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """How a paragraph gets its number.

    Attributes:
        num: List to name in the paragraph; None leaves it to the style.
        level: Level in that list.
        text: The number to write as text, where Word cannot count it.
    """

    num: int | None
    level: int
    text: str = ""


@dataclass(slots=True)
class _Counter:
    """One list as Word counts it: a paragraph raises its level and clears those below."""

    values: list[int] = field(default_factory=lambda: [0] * 9)

    def peek(self, level: int) -> list[int]:
        """Return the numbers that the next paragraph of a level would show."""
        return [max(v, 1) for v in self.values[:level]] + [self.values[level] + 1]

    def take(self, level: int, value: int) -> None:
        self.values[level] = value
        for below in range(level + 1, 9):
            self.values[below] = 0


def order(numbering: Numbering) -> Mapping[int, tuple[Kind, ...]]:
    """Return which levels each list has, outermost first.

    Clauses that count on through the chapters stand in a list of their own: a list level that must not restart
    (`w:lvlRestart`) is ignored by LibreOffice.
    """
    if numbering.continuous:
        main: dict[int, tuple[Kind, ...]] = {MAIN: ("chapter",), ARTICLES: ("clause", "paragraph")}
    else:
        main = {MAIN: ("chapter", "clause", "paragraph")}
    return {**main, ANNEXES: ("annex",), POINTS: ("point", "subpoint")}


def where(numbering: Numbering, kind: Kind) -> tuple[int, int]:
    """Return the list and the level that count a kind."""
    return next((num, kinds.index(kind)) for num, kinds in order(numbering).items() if kind in kinds)


def level_of(numbering: Numbering, kind: Kind) -> NumberLevel:
    """Return how a kind is numbered."""
    levels: dict[Kind, NumberLevel] = {
        "chapter": numbering.chapter,
        "clause": numbering.clause,
        "paragraph": numbering.paragraph,
        "annex": numbering.annex,
        "point": numbering.point,
        "subpoint": numbering.subpoint,
    }
    return levels[kind]


def figures(value: int, form: NumberFormat) -> str:
    """Return a number as Word writes it; letters beyond z are doubled (`aa`, `bb`)."""
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    return figure(value, form)


class Lists:
    """Counts along while a draft is drawn, and says for each paragraph how Word is to number it."""

    def __init__(self, numbering: Numbering) -> None:
        self._rules = {kind: _rule(numbering, kind) for kinds in order(numbering).values() for kind in kinds}
        self._counters = {num: _Counter() for num in order(numbering)}
        self._points = POINTS
        self._starts: list[tuple[int, int, int, int]] = []
        """Lists made on the way: id, abstract list, level, start."""

    def slot(self, kind: Kind, label: str) -> Slot:
        """Return how a paragraph of a kind gets a label; an empty label means no number."""
        if not label:
            return Slot(UNNUMBERED, 0)
        rule = self._rules[kind]
        counter = self._counters[rule.num]
        numbers = counter.peek(rule.level)
        if rule.shown(numbers) == label:
            counter.take(rule.level, numbers[-1])
            # An annex heading has the style of a chapter, which counts chapters: it names its own list.
            return Slot(rule.num if kind == "annex" else None, rule.level)
        start = _gap(rule, numbers, label)
        if start is None:
            return Slot(UNNUMBERED, 0, label)
        counter.take(rule.level, start)
        return Slot(self._begun(rule.num, rule.level, start), rule.level)

    def point(self, kind: Literal["point", "subpoint"], label: str, restart: bool) -> Slot:
        """Return how a point gets its label; `restart` begins its list anew."""
        rule = self._rules[kind]
        counter = self._counters[POINTS]
        if restart and rule.level == 0:
            counter.take(0, 0)
            self._points = self._begun(POINTS, 0, 1)
        elif restart and counter.values[1]:
            counter.take(1, 0)
            self._points = self._begun(POINTS, 1, 1)
        numbers = counter.peek(rule.level)
        value = numbers[-1]
        if rule.shown(numbers) != label:
            start = _gap(rule, numbers, label)
            if start is None:
                return Slot(UNNUMBERED, 0, label)
            value, self._points = start, self._begun(POINTS, rule.level, start)
        counter.take(rule.level, value)
        return Slot(self._points, rule.level)

    def _begun(self, abstract: int, level: int, start: int) -> int:
        self._starts.append((FIRST_FREE + len(self._starts), abstract, level, start))
        return self._starts[-1][0]

    def nums(self) -> str:
        """Return the `w:num` elements of all lists used so far."""
        fixed = "".join(_num(num, num) for num in (*self._counters, BULLETS, UNNUMBERED))
        override = '<w:lvlOverride w:ilvl="{}"><w:startOverride w:val="{}"/></w:lvlOverride>'
        return fixed + "".join(
            _num(num, abstract, override.format(level, start)) for num, abstract, level, start in self._starts
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    """How a kind is numbered: its list and level, and its label as words and places in the list.

    `pieces` is None where the label needs a number of another list, which Word cannot print.
    """

    num: int
    level: int
    pieces: tuple[str | tuple[int, NumberFormat], ...] | None

    def shown(self, numbers: list[int]) -> str | None:
        """Return the label that Word prints for these numbers of the list."""
        if self.pieces is None:
            return None
        return "".join([p if isinstance(p, str) else figures(numbers[p[0]], p[1]) for p in self.pieces])


def _rule(numbering: Numbering, kind: Kind) -> _Rule:
    num, level = where(numbering, kind)
    kinds = order(numbering)[num][: level + 1]
    pieces: list[str | tuple[int, NumberFormat]] = []
    for place, text in enumerate(_FIELD.split(level_of(numbering, kind).pattern)):
        if place % 2 == 0:
            pieces.append(text)
            continue
        name = next((k for k in kinds if k == _SYNONYM.get(text, text)), None)
        if name is None:
            return _Rule(num, level, None)
        pieces.append((kinds.index(name), level_of(numbering, name).format))
    return _Rule(num, level, tuple(pieces))


def _gap(rule: _Rule, numbers: list[int], label: str) -> int | None:
    """Return the number at which the level goes on so that it prints the label; None where none does."""
    *upper, expected = numbers
    forms = [p[1] for p in rule.pieces or () if not isinstance(p, str) and p[0] == rule.level]
    # `AA` is what was put behind A long before it is the 27th letter.
    most = max(26, expected) if any(f.endswith("Letter") for f in forms) else expected + 99
    return next((n for n in range(1, most + 1) if rule.shown([*upper, n]) == label), None)


def _num(num: int, abstract: int, override: str = "") -> str:
    return f'<w:num w:numId="{num}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>'


def abstracts(numbering: Numbering, looks: Mapping[Kind, LevelLook], bullet: Hang, side: Side) -> str:
    """Return the `w:abstractNum` elements of our lists.

    Args:
        numbering: The legal form.
        looks: Style, place and number look of each kind.
        bullet: Place of bulleted text.
        side: Where in its place a number stands.
    """
    lists = []
    for num, kinds in order(numbering).items():
        levels = "".join(
            _level(numbering, kinds, place, looks[kind], num != ANNEXES, side) for place, kind in enumerate(kinds)
        )
        lists.append(_abstract(num, "multilevel", levels))
    lists.append(
        _abstract(
            BULLETS,
            "hybridMultilevel",
            f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="{BULLET}"/>'
            f'<w:lvlJc w:val="{side}"/>{_place(bullet)}</w:lvl>',
        )
    )
    # List 0 would do the same in Word, but a strict reader looks for it in vain.
    none = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="none"/><w:suff w:val="nothing"/><w:lvlText w:val=""/>'
    )
    lists.append(_abstract(UNNUMBERED, "singleLevel", none + '<w:lvlJc w:val="left"/></w:lvl>'))
    return "".join(lists)


def _abstract(num: int, kind: str, levels: str) -> str:
    # The number that ties lists together on paste must be there and differ; it carries no meaning.
    return (
        f'<w:abstractNum w:abstractNumId="{num}"><w:nsid w:val="{num * 7919:08X}"/>'
        f'<w:multiLevelType w:val="{kind}"/><w:tmpl w:val="{num * 104729:08X}"/>{levels}</w:abstractNum>'
    )


def _place(hang: Hang) -> str:
    tab = f'<w:tabs><w:tab w:val="num" w:pos="{hang.left}"/></w:tabs>' if hang.left else ""
    return f'<w:pPr>{tab}<w:ind w:left="{hang.left}" w:hanging="{hang.hanging}"/></w:pPr>'


def _level(numbering: Numbering, kinds: tuple[Kind, ...], place: int, look: LevelLook, linked: bool, side: Side) -> str:
    level = level_of(numbering, kinds[place])

    def number(match: re.Match[str]) -> str:
        name = _SYNONYM.get(match.group(1), match.group(1))
        return f"%{kinds.index(name) + 1}" if name in kinds else ""

    text = _FIELD.sub(number, level.pattern).replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    style = f'<w:pStyle w:val="{look.style}"/>' if linked else ""
    run = f"<w:rPr>{look.run}</w:rPr>" if look.run else ""
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{level.format}"/>{style}<w:suff w:val="tab"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="{side}"/>{_place(look.hang)}{run}</w:lvl>'
    )
