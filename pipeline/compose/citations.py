"""The footnote under a clause: the provisions it rests on, each with what it is to this state and how it was read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.compose.context import Context
from pipeline.library.law import family
from pipeline.model.draft import Inline, Run
from pipeline.model.law import Instrument, Provision

Standing = Literal["binds", "guides", "watched", "unsettled"]
"""What an instrument is to the state: it binds, guides, is watched, or it is not known yet whether it binds."""

WHOLE = ("holding", "whole")
"""Parts that stand for all of a judgment or a guide, and are not printed."""

_FIGURES = re.compile(r"[0-9]+")
_TOLD_APART = re.compile(r"(\d\S*) [a-z]")
"""A number with a word behind it, by which the register tells limbs of one provision apart."""

_ARTICLES = ("treaty", "regulation", "directive")


@dataclass(frozen=True, slots=True)
class Citation:
    """A provision as this draft cites it."""

    provision: Provision
    instrument: Instrument
    standing: Standing


def standing(context: Context, instrument_id: str) -> Standing | None:
    """Return what an instrument is to the state, or None where it is nothing to it."""
    law = context.findings.get("country", "country.bound_by")
    members = law.members if law and law.members is not None else {}
    known = members.get(instrument_id)
    if known:
        return "guides" if context.library.instruments[instrument_id].binding == "no" else "binds"
    packs = family(context.library.packs, context.assessment.packs)
    if any(instrument_id in p.guides for p in packs):
        return "guides"
    if any(instrument_id in p.watches for p in packs):
        return "watched"
    if known is None and any(b.instrument == instrument_id for p in packs for b in p.binds):
        return "unsettled"
    return None


def citations(context: Context, cites: tuple[str, ...]) -> tuple[Citation, ...]:
    """Return the provisions among `cites` that mean something to the state and hold, or are to come, at the date."""
    found: list[Citation] = []
    for cite in cites:
        provision = context.library.provisions.get(cite)
        if provision is None or (provision.until and provision.until <= context.as_of):
            continue
        instrument = context.library.instruments[cite.partition(" ")[0]]
        kind = standing(context, instrument.id)
        if kind is not None:
            found.append(Citation(provision, instrument, kind))
    return tuple(found)


@lru_cache(maxsize=4096)
def number(provision: str, kind: str) -> str:
    """Return a number as it is cited: `Art. 26(10)`, `s.50B`, `par. 61`; nothing where the whole is cited."""
    if provision in WHOLE:
        return ""
    told = _TOLD_APART.match(provision)
    provision = told[1] if told else provision
    return f"Art. {provision}" if kind in _ARTICLES and provision[:1].isdigit() else provision


def note(context: Context, cites: tuple[str, ...]) -> tuple[Inline, ...]:
    """Return the inlines of a clause's footnote; nothing where it cites nothing that matters here.

    Provisions of an instrument stand together as far as they apply from the same day.
    """
    inlines: list[Inline] = []
    groups: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations(context, cites):
        groups.setdefault((citation.instrument.id, _coming(citation, context)), []).append(citation)
    for group in groups.values():
        inlines += [Run("; ")] if inlines else []
        inlines += _instrument(context, group)
    for run in _own_law(context, cites):
        inlines += [Run("; "), run] if inlines else [run]
    return tuple(_closed(inlines))


def _own_law(context: Context, cites: tuple[str, ...]) -> Iterator[Run]:
    """Yield the state's own laws, each once with all its provisions, and notes to counsel for empty slots."""
    found: dict[str, list[str]] = {}
    empty: list[str] = []
    for cite in cites:
        slot = cite.removeprefix("slot:")
        own = context.own_law(slot)
        if own is not None:
            found.setdefault(own.title, []).append(own.provision)
        elif slot != cite:
            empty.append(slot)
    for title, provisions in found.items():
        told = sorted(dict.fromkeys(p for p in provisions if p), key=lambda p: [int(n) for n in _FIGURES.findall(p)])
        yield Run(", ".join((title, *told)))
    for slot in empty:
        yield Run(context.slot_note(slot), mark="counsel")


def _coming(citation: Citation, context: Context) -> str:
    """Return the day from which a provision is to apply; empty where it applies already."""
    start = citation.provision.start
    return start if start > context.as_of else ""


def _instrument(context: Context, group: list[Citation]) -> Iterator[Inline]:
    first = group[0]
    numbers = [number(c.provision.number, first.instrument.kind) for c in group]
    yield Run(", ".join((context.text(first.instrument.short), *(n for n in dict.fromkeys(numbers) if n))))
    remarks: list[str] = []
    if coming := _coming(first, context):
        remarks.append(context.word("applies_from_note", date=context.date(coming)))
    remarks += [{"binds": "", "guides": context.word("guidance"), "watched": context.word("not_yet").lower(),
                 "unsettled": context.word("binding_unsettled")}[first.standing]]  # fmt: skip
    if any(c.provision.mark == "recalled" for c in group):
        remarks.append(context.word("recalled").lower())
    told = "; ".join(r for r in remarks if r)
    if told:
        yield Run(f" ({told})", mark="counsel" if any(c.provision.mark == "recalled" for c in group) else "")


def _closed(inlines: list[Inline]) -> Iterator[Inline]:
    yield from inlines
    last = inlines[-1] if inlines else None
    if last is not None and not getattr(last, "text", "").endswith((".", ".]")):
        yield Run(".")
