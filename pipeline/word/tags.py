"""Tags that a designer types into a Word template: found over the runs that Word splits them into, and read.

Two forms are understood: `{{ name.field }}`, and a table row repeated for each row of the control table, with
`{%tr for row in control %}` before it and `{%tr endfor %}` after. Whatever else stands in braces is a fault.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from pipeline.word.names import w

KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "cover": frozenset({"state", "issuer", "title", "subtitle", "status", "law_date", "marking", "audience", "notice"}),
    "words": frozenset(
        {
            "annex",
            "approval",
            "audience",
            "contents",
            "document",
            "document_control",
            "figure",
            "issuer",
            "law_date",
            "marking",
            "note_to_editors",
            "of",
            "page",
            "state",
            "status",
            "table",
            "version",
        }
    ),
    "draft": frozenset({"version", "as_of", "document"}),
    "logo": frozenset({"alt"}),
}
"""What a template may print, by name and field; a word that a draft does not have prints as nothing."""

ROWS: Final[Mapping[str, frozenset[str]]] = {"control": frozenset({"label", "value"})}
"""What a table row may be repeated for, and the fields of each row."""

_OPEN = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_FIELD = re.compile(r"\s*(\w+)\.(\w+)\s*")
_FOR = re.compile(r"tr\s+for\s+(\w+)\s+in\s+(\w+)\s*")
_ENDFOR = re.compile(r"tr\s+endfor\s*")
_PAIRS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_TYPED = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a tag: the number of the check, the words around it, what and how to mend it."""

    check: int
    near: str
    message: str
    fix: str
    warning: bool = False


def faults(root: etree._Element) -> Iterator[Fault]:
    """Yield what is wrong with the tags of a part, in document order."""
    scope: dict[str, frozenset[str]] = {}
    for paragraph in root.iter(w("p")):
        pieces = [t.text or "" for t in paragraph.iter(w("t")) if next(t.iterancestors(w("p"))) is paragraph]
        text = "".join(pieces).translate(_TYPED)
        if "{" in text or "}" in text:
            in_row = next(paragraph.iterancestors(w("tr")), None) is not None
            yield from _paragraph(text, pieces, scope, in_row)
        yield from _attributes(paragraph, scope)
    for variable in scope:
        yield Fault(2, f"for {variable} in", "a repeated row has no end", "put {%tr endfor %} into a row of its own")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return `did you mean x?` for the nearest known name, else the list of all."""
    names = sorted(known)
    near = difflib.get_close_matches(name.lower(), names, 1, 0.6)
    return f"did you mean {near[0]}?" if near else f"use one of: {', '.join(names)}"


def around(text: str, start: int, end: int) -> str:
    """Return the words around a spot, at most 60 characters."""
    left, right = max(0, start - 20), min(len(text), end + 20)
    piece = text[left:right].strip()
    return piece if len(piece) <= 60 else piece[:59] + "…"


def _paragraph(text: str, pieces: list[str], scope: dict[str, frozenset[str]], in_row: bool) -> Iterator[Fault]:
    open_at, open_sign = -1, ""
    for sign in _OPEN.finditer(text):
        mark, start, end = sign.group(), sign.start(), sign.end()
        if mark in _PAIRS:
            if open_sign:
                yield _unclosed(text, open_at, open_sign)
            open_at, open_sign = start, mark
        elif not open_sign or mark != _PAIRS[open_sign]:
            yield Fault(
                2, around(text, start, end), f"{mark} closes a tag that was not opened", "delete it, or open it"
            )
            open_sign = ""
        else:
            inner, near = text[open_at + 2 : start], around(text, open_at, end)
            yield from _tag(open_sign, inner, near, scope, in_row)
            if _over_pieces(pieces, open_at, end):
                yield Fault(
                    1,
                    near,
                    "Word holds this tag in several pieces; it works, but is easily broken",
                    "delete the tag and type it anew in one go",
                    warning=True,
                )
            open_sign = ""
    if open_sign:
        yield _unclosed(text, open_at, open_sign)


def _unclosed(text: str, at: int, sign: str) -> Fault:
    return Fault(
        2, around(text, at, at + 2), f"{sign} is not closed", f"close it with {_PAIRS[sign]} in that paragraph"
    )


def _over_pieces(pieces: list[str], start: int, end: int) -> bool:
    at = 0
    for piece in pieces:
        if at <= start < at + len(piece):
            return end > at + len(piece)
        at += len(piece)
    return False


def _tag(sign: str, inner: str, near: str, scope: dict[str, frozenset[str]], in_row: bool) -> Iterator[Fault]:
    if sign == "{%":
        yield from _loop(inner.strip(), near, scope, in_row)
        return
    found = _FIELD.fullmatch(inner)
    if sign == "{{" and found:
        yield from _name(found.group(1), found.group(2), near, scope)
    elif sign == "{#" or re.search(r"[|(\[+*/%=~]|\b(if|else|and|or|not|set)\b|\.\w+\.", inner):
        fix = "print the value as it is, as {{ name.field }}; wording is decided before the template"
        yield Fault(4, near, "only {{ name.field }} and the repeated row are understood here", fix)
    else:
        yield Fault(3, near, f"{inner.strip()!r} cannot be read", "write {{ name.field }}, such as {{ cover.title }}")


def _name(name: str, field: str, near: str, scope: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    known = {**KNOWN, **scope}
    if name not in known:
        every = [f"{n}.{f}" for n, fields in known.items() for f in fields]
        yield Fault(5, near, f"unknown name {name}.{field}", suggestion(f"{name}.{field}", every))
    elif field not in known[name]:
        fix = suggestion(f"{name}.{field}", (f"{name}.{f}" for f in known[name]))
        yield Fault(5, near, f"unknown name {name}.{field}", fix)


def _loop(inner: str, near: str, scope: dict[str, frozenset[str]], in_row: bool) -> Iterator[Fault]:
    begun = _FOR.fullmatch(inner)
    if begun and in_row and begun.group(2) in ROWS and not scope and begun.group(1) not in KNOWN:
        scope[begun.group(1)] = ROWS[begun.group(2)]
    elif begun and begun.group(2) not in ROWS:
        yield Fault(5, near, f"unknown list {begun.group(2)}", suggestion(begun.group(2), ROWS))
    elif _ENDFOR.fullmatch(inner) and in_row and scope:
        scope.clear()
    elif _ENDFOR.fullmatch(inner) and not scope:
        yield Fault(
            2, near, "the end of a repeated row without its beginning", "put {%tr for row in control %} before it"
        )
    else:
        fix = "put {%tr for row in control %} and {%tr endfor %} each into a table row of its own"
        yield Fault(4, near, "only a repeated table row is understood here", fix)


def _attributes(paragraph: etree._Element, scope: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    """Yield faults of tags in attributes: alternative texts of pictures, mostly."""
    for element in paragraph.iter("*"):
        for value in element.attrib.values():
            for inner in re.findall(r"\{\{(.*?)\}\}", str(value)):
                found = _FIELD.fullmatch(inner)
                if found:
                    yield from _name(found.group(1), found.group(2), str(value)[:60], scope)
                else:
                    yield Fault(3, str(value)[:60], f"{inner.strip()!r} cannot be read", "write {{ logo.alt }}")
