"""The numbers that Word prints before paragraphs, counted as Word counts them.

A number stands nowhere in the file: a paragraph or its style names a list and a level, the list says how the level is
written, and Word counts paragraphs in document order (ECMA-376 part 1, 17.9). What is counted here is the text with
every pending change accepted: a paragraph that is tracked as deleted has no number, an inserted one has.

A label that is typed as text (`5.3A`, a tab, the words) is not counted by Word; `typed` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.model.draft import NumberFormat
from pipeline.word import list_rules, names
from pipeline.word.list_rules import HIGHEST, LEVELS, CountedList, Level, ListStyle
from pipeline.word.names import w
from pipeline.word.numbering import figures
from pipeline.word.package import parsed

LETTERED = 780
"""The highest number that Word writes in letters: thirty times the last one."""

LONGEST = 40
"""Characters of a label that stands as text; what is longer before a tab is a sentence."""

_PLACE = re.compile(r"%([1-9])")
_LATIN: Mapping[str, NumberFormat] = {
    "decimal": "decimal",
    "upperRoman": "upperRoman",
    "lowerRoman": "lowerRoman",
    "upperLetter": "upperLetter",
    "lowerLetter": "lowerLetter",
}
_ALPHABETS: Mapping[str, str] = {
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "hebrew2": "אבגדהוזחטיכלמנסעפצקרשת",
    "russianLower": "абвгдежзиклмнопрстуфхцчшщыэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
}
"""Letters of the alphabets that lists of Word count with, in order (17.18.59)."""
_DIGITS: Mapping[str, str] = {
    "hindiNumbers": "٠١٢٣٤٥٦٧٨٩",
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
    "ideographDigital": "〇一二三四五六七八九",
    "chineseCounting": "〇一二三四五六七八九",
    "thaiNumbers": "๐๑๒๓๔๕๖๗๘๙",
}
_TENS = "十"

_P, _TEXT, _TAB, _RUN = w("p"), w("t"), w("tab"), w("r")
_ASIDE = (w("txbxContent"), f"{{{names.MC}}}Fallback")
"""Text boxes are a story of their own, and a fallback repeats what stands beside it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of a paragraph: as printed, the list and level that count it, and its own figure there."""

    label: str
    num: str
    level: int
    value: int


def labels(parts: Mapping[str, bytes], document: etree._Element) -> dict[etree._Element, str]:
    """Return the number that Word prints before each paragraph, as it is printed; `counted` says how it comes about.

    Raises:
        Faulty: The part with the lists or that with the styles is not well-formed.
    """
    return {paragraph: one.label for paragraph, one in counted(parts, document).items()}


def counted(parts: Mapping[str, bytes], document: etree._Element) -> dict[etree._Element, Counted]:
    """Return the number that Word prints before each paragraph, as it is printed: `5.3`, `Article 12`, `(a)`.

    Paragraphs without a number are left out, and so are bulleted ones and those in text boxes. Paragraphs between
    which the marks are tracked as deleted are one: it is numbered as the last of them says, and the number is told of
    the first that holds anything.

    Where the standard is silent, this is taken from what Word does: lists of one abstract list share its counters; a
    start of a list's own is taken when a paragraph of that list first stands at that level; a level above that has not
    begun shows its start.

    Args:
        parts: The parts of the file.
        document: Its main part, parsed, in which the paragraphs are.

    Raises:
        Faulty: The part with the lists or that with the styles is not well-formed.
    """
    if names.NUMBERING not in parts:
        return {}
    lists = parsed(parts[names.NUMBERING], names.NUMBERING, names.NUMBERING)
    styles = parsed(parts[names.STYLES], names.STYLES, names.STYLES) if names.STYLES in parts else None
    return Styles.of(styles).numbered(lists, document).counted()


@dataclass(frozen=True, slots=True)
class Styles:
    """What the styles of a file say of numbers."""

    _styles: Mapping[str, ListStyle]

    @classmethod
    def of(cls, styles: etree._Element | None) -> Styles:
        """Return what a part with styles says; None stands for a file without one."""
        return cls(list_rules.read_styles(styles))

    def numbered(self, numbering: etree._Element, document: etree._Element) -> Numbered:
        """Return the paragraphs that have numbers.

        Args:
            numbering: The part with the lists.
            document: The main part.
        """
        lists = list_rules.read_lists(numbering)
        cached: dict[str, tuple[str, int] | None] = {}
        found: dict[etree._Element, tuple[str, int]] = {}
        for paragraph, marked in _paragraphs(document):
            place = list_rules.place(marked, self._styles, lists, cached)
            if place is not None:
                found[paragraph] = place
        return Numbered(found, lists)


@dataclass(frozen=True, slots=True)
class Numbered:
    """The paragraphs of a file that have numbers, in order, each with its list and level: counted as often as need be.

    Attributes:
        places: List and level of each.
        lists: The lists.
    """

    places: dict[etree._Element, tuple[str, int]]
    lists: dict[str, CountedList]

    def begin(self, paragraph: etree._Element, num: str, number: Counted) -> None:
        """Take note of a list that was made for a paragraph: it shares the counters of another and begins at a number.

        Args:
            paragraph: The paragraph.
            num: The new list.
            number: The number that it gives the paragraph, with the list whose counters it shares.
        """
        like = self.lists[number.num]
        self.lists[num] = CountedList(like.counters, like.levels, {number.level: number.value})
        self.places[paragraph] = (num, number.level)

    def counted(self, leaving: etree._Element | None = None) -> dict[etree._Element, Counted]:
        """Return the number of each paragraph.

        Args:
            leaving: A paragraph that is counted as if it were not there.
        """
        counts: dict[str, _Count] = {}
        found: dict[etree._Element, Counted] = {}
        for paragraph, (num, level) in self.places.items():
            if paragraph is leaving:
                continue
            own = self.lists[num]
            count = counts.get(own.counters)
            if count is None:
                count = counts[own.counters] = _Count()
            label = count.next(num, own, level)
            if label:
                found[paragraph] = Counted(label, num, level, count.values[level] or 0)
        return found


def typed(paragraph: etree._Element) -> str:
    """Return the label that stands as text before the first tab of a paragraph, or an empty text.

    Only what holds a figure, or is a single letter, up to three in parentheses (`(aa)`) or a Roman number, with or
    without a word before it, is taken for a label. Deleted text is passed over.
    """
    text = ""
    for node in paragraph.iter(_TEXT, _TAB):
        holder = node.getparent()
        if holder is None or holder.tag != _RUN or _gone(node, paragraph):
            continue
        if node.tag == _TAB:
            label = text.strip()
            return label if _LABEL.fullmatch(label) else ""
        text += node.text or ""
        if len(text) > LONGEST:
            return ""
    return ""


_LABEL = re.compile(
    r"(?:[^\d\n]{0,24}[\s§№])?(?:[(\[第]?(?:\d[\w.\-–/]*|[^\W\d_]|[IVXLCDM]+|[ivxlcdm]+)[.)\]:]?|\([^\W\d_]{2,3}\))"
)


_PLAIN = Level()


class _Count:
    """The counters that lists of one abstract list share."""

    def __init__(self) -> None:
        self.values: list[int | None] = [None] * LEVELS
        self.begun: set[tuple[str, int]] = set()

    def next(self, num: str, own: CountedList, level: int) -> str:
        """Count one paragraph, and return its label."""
        rule = own.levels.get(level) or _PLAIN
        value = self.values[level]
        if (num, level) not in self.begun and level in own.starts:
            value = own.starts[level]
        elif value is None:
            value = own.starts.get(level, rule.start)
        else:
            value += 1
        self.begun.add((num, level))
        self.values[level] = min(value, HIGHEST)
        for below in range(level + 1, LEVELS):
            rule_below = own.levels.get(below)
            if (rule_below.restart if rule_below is not None else below - 1) >= level:
                self.values[below] = None
        return self._shown(own, rule)

    def _shown(self, own: CountedList, rule: Level) -> str:
        if rule.form == "bullet":
            return ""

        def figure(match: re.Match[str]) -> str:
            place = int(match.group(1)) - 1
            there = own.levels.get(place) or _PLAIN
            value = self.values[place]
            if value is None:
                value = own.starts.get(place, there.start)
            return written(value, "decimal" if rule.legal and there.form not in ("bullet", "none") else there.form)

        return _PLACE.sub(figure, rule.text).strip()


def written(value: int, form: str) -> str:
    """Return a number in one of the forms of Word's lists (17.18.59); a form that is not known gives plain figures."""
    if form in ("bullet", "none"):
        return ""
    if form in _LATIN and (form == "decimal" or 0 < value <= (LETTERED if form.endswith("Letter") else HIGHEST)):
        return figures(value, _LATIN[form])
    if form in _ALPHABETS and 0 < value <= LETTERED:
        alphabet = _ALPHABETS[form]
        return alphabet[(value - 1) % len(alphabet)] * ((value - 1) // len(alphabet) + 1)
    if form == "chineseCounting" and 9 < value < 100:
        tens, ones = divmod(value, 10)
        digits = _DIGITS[form]
        return (digits[tens] if tens > 1 else "") + _TENS + (digits[ones] if ones else "")
    if form in _DIGITS:
        return "".join(_DIGITS[form][int(figure)] for figure in str(value))
    if form == "decimalZero":
        return f"{value:02d}"
    if form == "numberInDash":
        return f"- {value} -"
    if form == "ordinal":
        ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
        return f"{value}{ending}"
    return str(value)


def _paragraphs(document: etree._Element) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Yield the paragraphs that count in document order, each with the one that it runs on to, or itself."""
    aside = {p for box in document.iter(*_ASIDE) for p in box.iter(_P)}
    tracked = {m.getparent(): m for m in document.iter(*_DELETIONS)}
    rows = {up.getparent() for up in tracked if up is not None and up.tag == w("trPr")}
    aside |= {p for row in rows if row is not None for p in row.iter(_P)}
    running = {
        paragraph for up in tracked
        if up is not None and up.tag == w("rPr") and (own := up.getparent()) is not None and own.tag == w("pPr")
        and (paragraph := own.getparent()) is not None
    }  # fmt: skip
    waiting: etree._Element | None = None
    within: etree._Element | None = None
    for paragraph in document.iter(_P):
        if paragraph in aside:
            continue
        runs_on = paragraph in running
        if waiting is None and not runs_on:
            yield paragraph, paragraph
            continue
        holder = next(paragraph.iterancestors(*_STORIES), None)
        if waiting is not None and within is not holder:  # nothing was left in its cell to run on to
            yield waiting, waiting
            waiting = None
        if waiting is None and (not runs_on or _visible(paragraph)):
            waiting, within = paragraph, holder
        if waiting is not None and not runs_on:
            yield waiting, paragraph
            waiting = None
    if waiting is not None:
        yield waiting, waiting


_STORIES = (w("tc"), w("body"))
_DELETIONS = (w("del"), w("moveFrom"))
_SIGNS = (_TEXT, w("drawing"), w("pict"), w("object"), w("footnoteReference"), w("endnoteReference"), w("sym"))


def _visible(paragraph: etree._Element) -> bool:
    """Return whether a paragraph holds anything once its changes are accepted."""
    return any((node.tag != _TEXT or node.text) and not _gone(node, paragraph) for node in paragraph.iter(*_SIGNS))


def _gone(node: etree._Element, paragraph: etree._Element) -> bool:
    """Return whether a node of a paragraph is tracked as deleted or as moved away."""
    for holder in node.iterancestors():
        if holder is paragraph:
            return False
        if holder.tag in _DELETIONS:
            return True
    return False
