"""Paragraphs of the ministry's own as national clauses: files for the `clauses/` of its country folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.intake.layout import slug_of
from pipeline.library.clauses import LONGEST_ID
from pipeline.library.drafting import MAX_TITLE
from pipeline.library.load import overlaid
from pipeline.model.clause import Clause, Strength
from pipeline.model.library import Library, clause_at
from pipeline.model.problem import Faulty, Refused
from pipeline.project.adoption.adopted_version import CLAUSE
from pipeline.revise.adoption import Edited, Own, strength
from pipeline.source.text import FORBIDDEN
from pipeline.word.wording import OBJECT, Item, Words, lines

STEP = 5
"""Half of the gap that authors leave between the orders of two clauses."""
TITLE_WORDS = 8
_NOT = re.compile(r"\b(shall|must) not\b|\bno [a-z ]{1,40}\b(shall|must)\b", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_\[\]<>])")
_BEGINS = re.compile(r"^(\s*)([#+\-=~]|\d+(?=[.)]))")
_LISTED = {"bullet": "- ", "list bullet": "- ", "point": "1. ", "list number": "1. "}


def clauses(read: Edited, library: Library, as_of: str) -> tuple[dict[str, bytes], tuple[Own, ...]]:
    """Return the files of national clauses for what the ministry added, and what has no place among clauses.

    Each run of paragraphs between two units of ours becomes one clause with the topic of the clause before it, or of
    the one behind it where a heading comes before, so that it lands at the same place. It is a norm where it says what
    shall, should or may be done, else a narrative.

    Args:
        read: The ministry's file as it stands.
        library: The library, with what the country folder has laid over it.
        as_of: ISO date from which the clauses are valid.

    Returns:
        Files by path in a country folder; and what stands in the front matter, an annex or a part without clauses.
    """
    record = read.kept.record
    document, lang = record.get("document", ""), record.get("lang", "en")
    order = list(read.kept.units)
    files: dict[str, bytes] = {}
    left: list[Own] = []
    taken = set(library.clauses)
    for own in read.own:
        place = _place(own.after, order, library, as_of)
        if place is None or not _paragraphs(own.items):
            left.append(own)
            continue
        beside, number = place
        title, paragraphs = _titled(_paragraphs(own.items))
        name = _name(document, title, taken)
        taken.add(name)
        at = f"clauses/{beside.area}/{name}/{as_of}"
        text = "\n".join(body for _, body in paragraphs)
        files[f"{at}/clause.yaml"] = _yaml(document, beside, number, text, lang, library)
        files[f"{at}/{lang}.md"] = _markdown(title, paragraphs, strength(text, lang))
    return files, tuple(left)


def _place(after: str, order: Sequence[str], library: Library, as_of: str) -> tuple[Clause, int] | None:
    """Return the clause beside which something stands, and the order that puts it there; None where clauses cannot."""

    def clause(anchor: str) -> Clause | None:
        name = anchor.removeprefix(CLAUSE)
        return clause_at(library, name, as_of) if name != anchor and name in library.clauses else None

    at = order.index(after)
    before, behind = clause(after), clause(order[at + 1]) if at + 1 < len(order) else None
    if before is None:
        return (behind, max(behind.order - STEP, 0)) if behind is not None else None
    if behind is not None and behind.topic == before.topic:
        return before, (before.order + behind.order) // 2
    return before, before.order + STEP


def _paragraphs(items: Sequence[Item]) -> list[tuple[str, str]]:
    """Return paragraphs as style and text; a row of a table is one, its cells parted by semicolons."""
    found: list[tuple[str, str]] = []
    for item in items:
        text = item.printed if isinstance(item, Words) else "; ".join(lines((item,)))
        clean = " ".join(FORBIDDEN.sub("", text.replace(OBJECT, " ")).split())
        if clean:
            found.append((item.style if isinstance(item, Words) else "", clean))
    return found


def _titled(paragraphs: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """Return a title and the paragraphs under it: a heading of the ministry's own, else the first words."""
    style, first = paragraphs[0]
    is_heading = style.startswith("heading") or (not first.endswith((".", ":", ";", "?")) and len(first) <= MAX_TITLE)
    if is_heading and len(paragraphs) > 1:
        return _cut(first), paragraphs[1:] if len(first) <= MAX_TITLE else paragraphs
    return _cut(" ".join(first.split()[:TITLE_WORDS])), paragraphs


def _cut(text: str) -> str:
    """Return a text short enough for a title, cut at a word, without a full stop."""
    while len(text) > MAX_TITLE and " " in text:
        text = text.rpartition(" ")[0]
    return text[:MAX_TITLE].rstrip(" .,;:") or "…"


def _name(document: str, title: str, taken: set[str]) -> str:
    """Return a permanent id that no other clause has."""
    start = f"national-{document}-{slug_of(title)}"[: LONGEST_ID - 4].rstrip("-")
    return next(n for n in (start, *(f"{start}-{k}" for k in range(2, 1000))) if n not in taken)


def _yaml(document: str, beside: Clause, order: int, text: str, lang: str, library: Library) -> bytes:
    found = strength(text, lang)
    bearer = beside.bearer or next((r for r in ("agency", *library.roles) if r in library.roles), "")
    norm = found is not None and bearer
    stance = "inform" if not norm else "permit" if found == "may" else "prohibit" if _NOT.search(text) else "require"
    rows = [
        f"kind: {'norm' if norm else 'narrative'}", f"documents: [{document}]", "scope: country",
        f"topic: {beside.topic}", f"order: {order}", f"stance: {stance}",
    ]  # fmt: skip
    if norm:
        rows += [f"strength: {found}", f"if_open: {'hold' if found == 'may' else 'keep'}", f"bearer: {bearer}"]
    return ("\n".join(rows) + "\n").encode()


def _markdown(title: str, paragraphs: Sequence[tuple[str, str]], found: Strength | None) -> bytes:
    body = "\n\n".join(_LISTED.get(style, "") + escaped(text) for style, text in paragraphs)
    return f"# {title}\n\n## {found or 'text'}\n{body}\n".encode()


def escaped(text: str) -> str:
    """Return words as Markdown that prints them and nothing else."""
    plain = text.replace("&", "&amp;").replace("{", "&#123;").replace("}", "&#125;")
    signs = _MARKUP.sub(r"\\\1", plain)
    return _BEGINS.sub(lambda m: f"{m[2]}\\" if m[2].isdigit() else f"\\{m[2]}", signs)


def checked(files: Mapping[str, bytes], library: Library) -> None:
    """Hold new national clauses to what every clause is held to, but for an English text where they are in another.

    Args:
        files: Their files by path.
        library: The library, with what the country folder has laid over it.

    Raises:
        Faulty: They would not pass.
    """
    _, problems = overlaid(library, files)
    wrong = [p for p in problems if not p.warning and p.field != "texts"]
    if wrong:
        raise Faulty(wrong)


def refuse(folder: Path) -> None:
    """Refuse a folder that exists and holds anything: nothing is written over.

    Raises:
        Refused: It is a file, a link, or holds something.
    """
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder}: exists already; name an empty or a new folder with --national")


def nowhere(own: Own) -> str:
    """Return the remark that paragraphs have no place among clauses."""
    first = next(iter(_paragraphs(own.items)), ("", "…"))[1]
    return f"'{' '.join(first.split()[:TITLE_WORDS])} …' stands where no clause can stand, and became none"
