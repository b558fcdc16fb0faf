"""Text as Word runs: escaped, and split by script so that each script has its own fonts, direction and language.

Word chooses fonts and direction by run, not by letter: an Arabic name in an English sentence prints right only when
its letters stand in a run marked `w:rtl` (ECMA-376 part 1, 17.3.2.30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Script = Literal["latin", "rtl", "east"]
"""latin: Latin, Cyrillic, Greek and all else from left to right · rtl: Arabic, Hebrew, … · east: Han, kana, hangul."""

RTL_LANGUAGES = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "dv", "yi"})
EAST_LANGUAGES = frozenset({"zh", "ja", "ko"})

_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_EAST = (
    "\u2e80-\u303f\u3040-\u31ff\u3200-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff"
)
_LATIN = "A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u058f\u10a0-\u10ff\u1e00-\u1fff"
_MIXED = re.compile(f"[{_RTL}{_EAST}]")
_PIECE = re.compile(f"(?P<rtl>[{_RTL}]+)|(?P<east>[{_EAST}]+)|(?P<latin>[{_LATIN}]+)|(?P<common>.)", re.DOTALL)

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Control characters, lone surrogates and non-characters: XML cannot hold them, or readers drop them without a word."""


def escape(text: str) -> str:
    """Return text as the content of an XML element."""
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def attribute(text: str) -> str:
    """Return text as the content of an XML attribute between double quotes."""
    return escape(text).replace('"', "&quot;").replace("\n", " ").replace("\t", " ")


def mixed(text: str) -> bool:
    """Return whether a text has letters of a right-to-left or East Asian script."""
    return not text.isascii() and _MIXED.search(text) is not None


def split(text: str, base: Script = "latin") -> Iterator[tuple[Script, str]]:
    """Yield the pieces of a text with the script of each, in reading order; together they are the text.

    Digits, spaces and punctuation go with the script around them where both sides agree, else with `base`.

    Args:
        text: What to split.
        base: Script of the paragraph.
    """
    if base != "rtl" and not mixed(text):
        yield ("latin", text)
        return
    held: Script | None = None
    piece, waiting = "", ""
    for match in _PIECE.finditer(text):
        kind = match.lastgroup
        if kind == "common":
            waiting += match.group()
            continue
        script: Script = "rtl" if kind == "rtl" else "east" if kind == "east" else "latin"
        if script == held:
            piece += waiting + match.group()
        elif base == held:
            yield (held, piece + waiting)
            piece = match.group()
        else:
            if held is not None:
                yield (held, piece)
            if waiting and script != base:
                yield (base, waiting)
                waiting = ""
            piece = waiting + match.group()
        held, waiting = script, ""
    if held is None:
        yield (base, waiting)
    elif held == base or not waiting:
        yield (held, piece + waiting)
    else:
        yield (held, piece)
        yield (base, waiting)


def properties(script: Script, *, bold: bool = False, italic: bool = False, style: str = "", extra: str = "") -> str:
    """Return the `w:rPr` of a run, in the order of the schema; empty where nothing is to be said.

    Han and Arabic type has no italics: emphasis is a dot under the character there, or weight.

    Args:
        script: Script of the run's text.
        bold: Heavy type.
        italic: Emphasis.
        style: Id of a character style.
        extra: Properties that stand between `w:i` and `w:spacing` in the schema, such as a colour.
    """
    weight = bold or (italic and script == "rtl")
    inner = f'<w:rStyle w:val="{style}"/>' if style else ""
    if script == "east":
        inner += '<w:rFonts w:hint="eastAsia"/>'
    if weight:
        inner += "<w:b/><w:bCs/>"
    if italic and script == "latin":
        inner += "<w:i/><w:iCs/>"
    inner += extra
    if script == "rtl":
        # A style may space its letters out; Arabic letters that are parted no longer join.
        inner += '<w:spacing w:val="0"/><w:rtl/>'
    elif italic and script == "east":
        inner += '<w:em w:val="dot"/>'
    return f"<w:rPr>{inner}</w:rPr>" if inner else ""


def content(text: str) -> str:
    """Return text as what a run holds: `w:t`, with tabs and line breaks as Word's own marks."""
    if "\n" not in text and "\t" not in text:
        return f'<w:t xml:space="preserve">{escape(text)}</w:t>'
    marks = {"\n": "<w:br/>", "\t": "<w:tab/>"}
    return "".join(marks.get(piece) or content(piece) for piece in re.split("([\n\t])", text) if piece)
