"""Reads finished Word files for the tests, by the rules of the format and without the writer's own code."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TENS = ["", "x", "xx", "xxx"]
_ROMAN = [tens + ones for tens in _TENS for ones in ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")]


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tree(data: bytes, part: str = "word/document.xml") -> etree._Element:
    """Return a part of a package as a tree."""
    return etree.fromstring(unpacked(data)[part])


def shown(paragraph: etree._Element) -> str:
    """Return the text of a paragraph."""
    return "".join(t.text or "" for t in paragraph.iter(f"{W}t"))


def lines(data: bytes, part: str = "word/document.xml") -> list[str]:
    """Return the text of every paragraph of a part."""
    return [shown(p) for p in tree(data, part).iter(f"{W}p")]


def counted(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield number and text of every paragraph as Word prints them.

    Lists that share an abstract list share its counters; a list with a start of its own sets it when it is first used;
    a paragraph clears the levels below its own (ECMA-376 part 1, 17.9).
    """
    styles, lists = tree(data, "word/styles.xml"), tree(data, "word/numbering.xml")
    by_style = {s.get(f"{W}styleId"): s for s in styles.iter(f"{W}style")}
    nums = {n.get(f"{W}numId"): n for n in lists.iter(f"{W}num")}
    abstracts = {a.get(f"{W}abstractNumId"): a for a in lists.iter(f"{W}abstractNum")}
    counters: dict[str, list[int]] = {}
    begun: set[str] = set()
    for paragraph in tree(data).iter(f"{W}p"):
        text = "".join(
            (e.text or "") if e.tag == f"{W}t" else "\t"
            for e in paragraph.iter(f"{W}t", f"{W}tab")
            if next(e.iterancestors()).tag != f"{W}tabs"
        )
        place = _place(paragraph, by_style)
        if place is None:
            yield "", text
            continue
        num, level = place
        abstract = abstracts[_value(nums[num], "abstractNumId")]
        values = counters.setdefault(str(abstract.get(f"{W}abstractNumId")), [0] * 9)
        if num not in begun:
            begun.add(num)
            for override in nums[num].iter(f"{W}lvlOverride"):
                start = int(_value(override, "startOverride"))
                values[int(str(override.get(f"{W}ilvl")))] = start - 1
        values[level] += 1
        values[level + 1 :] = [0] * (8 - level)
        yield _label(abstract, level, values), text


def _value(element: etree._Element, name: str) -> str:
    found = element.find(f"{W}{name}")
    assert found is not None
    return str(found.get(f"{W}val"))


def _place(paragraph: etree._Element, by_style: dict[str | None, etree._Element]) -> tuple[str, int] | None:
    properties = paragraph.find(f"{W}pPr")
    while properties is not None:
        mark = properties.find(f"{W}numPr")
        if mark is not None:
            num = _value(mark, "numId")
            level = mark.find(f"{W}ilvl")
            return None if num == "0" else (num, int(level.get(f"{W}val", "0")) if level is not None else 0)
        link = properties.find(f"{W}pStyle")
        style = by_style.get(link.get(f"{W}val")) if link is not None else None
        if link is None:
            parent = properties.getparent()
            based = parent.find(f"{W}basedOn") if parent is not None else None
            style = by_style.get(based.get(f"{W}val")) if based is not None else None
        while style is not None and style.find(f"{W}pPr") is None:
            based = style.find(f"{W}basedOn")
            style = by_style.get(based.get(f"{W}val")) if based is not None else None
        properties = style.find(f"{W}pPr") if style is not None else None
    return None


def _label(abstract: etree._Element, level: int, values: list[int]) -> str:
    levels = {int(str(e.get(f"{W}ilvl"))): e for e in abstract.iter(f"{W}lvl")}

    def figure(match: re.Match[str]) -> str:
        place = int(match.group(1)) - 1
        value, form = max(values[place], 1), _value(levels[place], "numFmt")
        match form:
            case "decimal":
                return str(value)
            case "lowerLetter" | "upperLetter":
                return _LETTERS[value - 1] if form == "lowerLetter" else _LETTERS[value - 1].upper()
            case "lowerRoman" | "upperRoman":
                return _ROMAN[value] if form == "lowerRoman" else _ROMAN[value].upper()
        raise AssertionError(form)

    return re.sub(r"%(\d)", figure, _value(levels[level], "lvlText"))
