"""What the lists and styles of a Word file say of numbers: levels, where they begin, and who stands in which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.word.names import w

LEVELS = 9
HIGHEST = 32_767
"""The highest number that Word counts to; a start beyond it, in a damaged file, is taken for it."""

LONGEST = 40
"""Characters of a number; what is longer is none."""

_NEVER = -1
_VAL, _LEVEL = w("val"), w("ilvl")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is counted and written (17.9.6).

    `style` is the paragraph style that stands for the level; `restart` the highest level, from 0, whose paragraphs
    begin it anew, where -1 is none.
    """

    start: int = 0
    form: str = "decimal"
    text: str = ""
    style: str = ""
    restart: int = _NEVER
    legal: bool = False


@dataclass(frozen=True, slots=True)
class CountedList:
    """A list that paragraphs name: whose counters it shares, its levels, and the numbers it begins some of them at."""

    counters: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int]

    def first(self, level: int) -> int:
        """Return the number at which a level begins, of whichever list with these counters."""
        return self.levels[level].start if level in self.levels else 0


@dataclass(frozen=True, slots=True)
class ListStyle:
    """What a paragraph style says of numbers, and what it builds on; None is what it does not say."""

    based: str
    num: str | None
    level: int | None


def place(
    paragraph: etree._Element,
    styles: Mapping[str, ListStyle],
    lists: Mapping[str, CountedList],
    cached: dict[str, tuple[str, int] | None],
) -> tuple[str, int] | None:
    """Return list and level of a paragraph; what it does not say itself its style says (17.3.1.19)."""
    properties = paragraph.find(w("pPr"))
    num: str | None = None
    level: int | None = None
    style = ""
    if properties is not None:
        style = _told(properties, "pStyle") or ""
        num, level = _numbers(properties)
    style = style if style in styles else styles[""].based
    if style not in cached:
        cached[style] = _by_style(style, styles, lists)
    given = cached[style]
    if num is None:
        if given is None:
            return None
        num = given[0]
    if num not in lists:
        return None
    if level is None:
        level = given[1] if given is not None else 0
    return num, level


def _by_style(style: str, styles: Mapping[str, ListStyle], lists: Mapping[str, CountedList]) -> tuple[str, int] | None:
    """Return list and level that a style gives; a list that names the style for a level goes before its own word."""
    chain: list[str] = []
    while style in styles and style not in chain:
        chain.append(style)
        style = styles[style].based
    num = next((n for s in chain if (n := styles[s].num) is not None), None)
    if num is None or num not in lists:
        return None
    linked = {rule.style: at for at, rule in lists[num].levels.items() if rule.style}
    for name in chain:
        if name in linked:
            return num, linked[name]
        if (said := styles[name].level) is not None:
            return num, said
    return num, 0


def read_styles(root: etree._Element | None) -> dict[str, ListStyle]:
    """Return the paragraph styles by id; under the empty id stands one that builds on the default style."""
    found: dict[str, ListStyle] = {}
    default = ""
    for style in root.iterfind(w("style")) if root is not None else ():
        if style.get(w("type"), "paragraph") != "paragraph":
            continue
        name = style.get(w("styleId"), "")
        properties = style.find(w("pPr"))
        num, level = _numbers(properties) if properties is not None else (None, None)
        found[name] = ListStyle(_told(style, "basedOn") or "", num, level)
        if style.get(w("default")) in ("1", "true", "on"):
            default = name
    found[""] = ListStyle(default, None, None)
    return found


def _numbers(properties: etree._Element) -> tuple[str | None, int | None]:
    """Return the list and the level that a `w:pPr` names."""
    mark = properties.find(w("numPr"))
    if mark is None:
        return None, None
    level = _told(mark, "ilvl")
    return _told(mark, "numId"), _level(level) if level is not None else None


def read_lists(root: etree._Element) -> dict[str, CountedList]:
    """Return the lists by id."""
    abstracts = {str(a.get(w("abstractNumId"))): a for a in root.iterfind(w("abstractNum"))}
    nums = {str(n.get(w("numId"))): n for n in root.iterfind(w("num"))}
    tables = {number: _levels(abstract) for number, abstract in abstracts.items()}
    found = {}
    for num, element in nums.items():
        abstract = _resolved(_told(element, "abstractNumId") or "", abstracts)
        if num == "0" or abstract not in abstracts:
            continue
        levels, starts = dict(tables[abstract]), {}
        for override in element.iterfind(w("lvlOverride")):
            at = _level(override.get(_LEVEL))
            replaced = override.find(w("lvl"))
            if replaced is not None:
                levels[at] = _rule(replaced, at)
            start = _told(override, "startOverride")
            if start is not None:
                starts[at] = _whole(start)
        found[num] = CountedList(abstract, levels, starts)
    return found


def _resolved(abstract: str, abstracts: Mapping[str, etree._Element]) -> str:
    """Return the abstract list that holds the levels: a link to a numbering style leads to it (17.9.21, 17.9.27)."""
    if abstract not in abstracts:
        return abstract
    link = _told(abstracts[abstract], "numStyleLink")
    if link is None:
        return abstract
    return next((number for number, a in abstracts.items() if _told(a, "styleLink") == link), abstract)


def _levels(abstract: etree._Element) -> dict[int, Level]:
    return {(at := _level(e.get(_LEVEL))): _rule(e, at) for e in abstract.iterfind(w("lvl"))}


def _rule(element: etree._Element, at: int) -> Level:
    restart = _told(element, "lvlRestart")
    after = at - 1 if restart is None else _whole(restart) - 1
    return Level(
        start=_whole(_told(element, "start")),
        form=_told(element, "numFmt") or "decimal",
        text=_told(element, "lvlText") or "",
        style=_told(element, "pStyle") or "",
        restart=after if after < at else at - 1,  # a level that is not above is no reason to begin anew
        legal=_on(element.find(w("isLgl"))),
    )


def _on(element: etree._Element | None) -> bool:
    return element is not None and element.get(_VAL, "1") not in ("0", "false", "off")


def _told(element: etree._Element, name: str) -> str | None:
    child = element.find(w(name))
    return None if child is None else child.get(_VAL)


def _level(text: str | None) -> int:
    return min(_whole(text), LEVELS - 1)


def _whole(text: str | None) -> int:
    """Return a number from a file, from 0 to the highest; what is no number is 0."""
    if text is None or not text.isascii() or not text.isdigit():
        return 0
    return min(int(text), HIGHEST) if len(text) < LONGEST else HIGHEST
