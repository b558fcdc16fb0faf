"""A clause's Markdown to paragraphs, with placeholders and cross-references filled in.

Values are put in after the Markdown has been read, so that nothing in an answer is read as markup: the sandboxed
Jinja environment gives each placeholder as a token of private-use characters, which the text is then split at.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.compose.context import Context
from pipeline.model.draft import Inline, Paragraph, Ref, Run

OPEN, CLOSE = "\ue000", "\ue001"
_TOKEN = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}|\\[\\[(clause:[a-z0-9-]+)\\]\\]")
_GROUPS = ("choice", "role", "law", "applies")
_SENTENCE_END = re.compile(r"[.!?:]\s*$")

Label = Callable[[str], tuple[str, str] | None]
"""Gives the anchor and the printed number of a clause, None where it does not stand in this document."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph before it is numbered: `p` for plain, `point` or `sub` for list items, `bullet`."""

    role: str
    inlines: tuple[Inline, ...]
    first: bool


class _Group(dict[str, str]):
    """Names of one group of placeholders, each giving its token."""

    def __init__(self, group: str) -> None:
        self.group = group

    def __missing__(self, name: str) -> str:
        return f"{OPEN}{self.group}.{name}{CLOSE}"

    def __contains__(self, name: object) -> bool:
        return True


@functools.cache
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable(
        ["code", "fence", "blockquote", "hr", "heading", "lheading", "html_block", "reference", "image", "link",
         "autolink", "html_inline", "backticks"]
    )  # fmt: skip


@functools.lru_cache(maxsize=4096)
def _lines(markdown: str) -> tuple[Line, ...]:
    """Return the lines of a text with tokens in place of values; remembered, since many drafts print the same text."""
    if "{{" in markdown:
        tokens: Mapping[str, object] = {
            **{g: _Group(g) for g in _GROUPS},
            "country": f"{OPEN}country{CLOSE}",
            "agencies": f"{OPEN}agencies{CLOSE}",
        }
        markdown = _environment().from_string(markdown).render(tokens)
    return tuple(_walk(_parser().parse(markdown)))


def _walk(tokens: list[Token]) -> Iterator[Line]:
    depth = 0
    ordered: list[bool] = []
    first = False
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            depth += 1
            ordered.append(token.type == "ordered_list_open")
            first = True
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            depth -= 1
            ordered.pop()
        elif token.type == "inline":
            role = "p" if not depth else ("point" if depth == 1 else "sub") if ordered[-1] else "bullet"
            yield Line(role, tuple(_inlines(token.children or [])), first)
            first = False


def _inlines(tokens: list[Token]) -> Iterator[Inline]:
    bold = italic = 0
    for token in tokens:
        if token.type in ("text", "text_special"):
            if token.content:
                yield Run(token.content, bool(bold), bool(italic))
        elif token.type in ("softbreak", "hardbreak"):
            yield Run(" ", bool(bold), bool(italic))
        elif token.type == "strong_open":
            bold += 1
        elif token.type == "strong_close":
            bold -= 1
        elif token.type == "em_open":
            italic += 1
        elif token.type == "em_close":
            italic -= 1


def lines(markdown: str, context: Context, label: Label) -> tuple[Line, ...]:
    """Return a text's paragraphs with values and cross-references filled in."""
    return tuple(replace(line, inlines=_filled(line, context, label)) for line in _lines(markdown))


def sentence(markdown: str, context: Context, label: Label) -> tuple[Inline, ...]:
    """Return a short text as one run of inlines, its paragraphs joined by spaces."""
    found: list[Inline] = []
    for line in lines(markdown, context, label):
        found += [Run(" ")] if found else []
        found += line.inlines
    return tuple(found)


def paragraph(text: str, role: str = "body") -> Paragraph:
    """Return a paragraph of plain words of our own (no markup is read)."""
    return Paragraph(role, (Run(text),))  # type: ignore[arg-type]


def _filled(line: Line, context: Context, label: Label) -> tuple[Inline, ...]:
    """Return a line's inlines with its values; a point goes on with the sentence before it, all else begins one."""
    begins = line.role == "p"
    filled: list[Inline] = []
    said = ""
    for inline in _joined(line.inlines):
        if not isinstance(inline, Run) or not (OPEN in inline.text or "[[" in inline.text):
            filled.append(inline)
            said += getattr(inline, "text", "")
            continue
        end = 0
        for match in _TOKEN.finditer(inline.text):
            before = inline.text[end : match.start()]
            if before:
                filled.append(replace(inline, text=before))
                said += before
            end = match.end()
            for plain in _value(match, context, label):
                value = _capital(plain) if (begins and not said) or _SENTENCE_END.search(said) else plain
                filled.append(
                    replace(value, bold=inline.bold, italic=inline.italic) if isinstance(value, Run) else value
                )
                said += value.text
        rest = inline.text[end:]
        if rest:
            filled.append(replace(inline, text=rest))
            said += rest
    return tuple(filled)


def _joined(inlines: tuple[Inline, ...]) -> Iterator[Inline]:
    """Join neighbouring runs of one look, so that a token split by the Markdown reader is whole again."""
    held: Run | None = None
    for inline in inlines:
        if isinstance(inline, Run):
            if held and (held.bold, held.italic, held.mark) == (inline.bold, inline.italic, inline.mark):
                held = replace(held, text=held.text + inline.text)
                continue
            if held:
                yield held
            held = inline
        else:
            if held:
                yield held
            held = None
            yield inline
    if held:
        yield held


def _capital(value: Run | Ref) -> Run | Ref:
    if isinstance(value, Ref) or not value.text:
        return value
    start = 1 if value.text.startswith("[") else 0
    return replace(value, text=value.text[:start] + value.text[start : start + 1].upper() + value.text[start + 1 :])


def _value(match: re.Match[str], context: Context, label: Label) -> tuple[Run | Ref, ...]:
    if match[2]:
        clause_id = match[2].removeprefix("clause:")
        target = label(match[2])
        if target is None:
            return (Run(f"“{context.title(context.clause(clause_id))}”"),)
        return (Ref(*target),)
    group, _, name = match[1].partition(".")
    if group == "country":
        return (Run(context.assessment.name_in_text),)
    if group == "agencies":
        annex = label("part:agencies")
        where = (Ref(*annex),) if annex else (Run(context.word("annex")),)
        return (Run(context.word("agencies_listed_in")), Run(" "), *where)
    if group == "role":
        return (Run(context.role(name)),)
    if group == "law":
        own = context.slot(name)
        return (Run(own) if own else Run(context.slot_note(name), mark="counsel"),)
    if group == "applies":
        return (Run(context.date(context.library.provisions[name].start)),)
    if name in context.chosen:
        return (Run(context.chosen[name]),)
    return (Run(f"[{context.proposed(name)}]", mark="choice"),)
