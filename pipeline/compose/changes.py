"""Compare two states of a document: `changes(before, after) -> tuple[Shift, ...]`, each with what made it change.

Both states are given as contexts, so that a change is read off the decisions and the law and not off drawn text.
What is drawn is compared too, but only to tell whether anything is different at all (`same_text`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from pipeline.compose.causes import Causes
from pipeline.compose.citations import citations
from pipeline.compose.context import Context
from pipeline.library.drafting import PLACEHOLDER, applied
from pipeline.model.change import KINDS, Cause, ChangeKind, Moved, Shift
from pipeline.model.clause import STRENGTHS, Clause, Strength
from pipeline.model.draft import Draft, Heading, Ref, Run
from pipeline.model.selection import ClauseDecision

NUMBERS = ("label", "number", "alias")
"""Fields of units, blocks and notes that count through the document, or repeat a number."""
DATED = ("version", "law_date", "library_state")
"""Rows of the control table that differ between versions of one text."""
APPROVAL = "part:approval"
CHANGE_TABLE = "part:changes"
CONCORDANCE = "part:concordance"
"""The table that tells old numbers from new."""
TOLD_APART = (CHANGE_TABLE, CONCORDANCE)
"""Parts that tell of a version before and say nothing of their own."""


@dataclass(frozen=True, slots=True)
class _Stand:
    """How one clause stands in a document.

    Attributes:
        clause: Its state.
        decision: How it was decided.
        strength: Its highest strength, None where it binds nobody.
        texts: Its title and its blocks as printed, by name, with placeholders.
        days: The days of the law that it prints, by provision.
        cites: What it cites, each with what the provision is to the state.
    """

    clause: Clause
    decision: ClauseDecision
    strength: Strength | None
    texts: Mapping[str, str]
    days: Mapping[str, str]
    cites: frozenset[tuple[str, str, str]]


def changes(before: Context, after: Context, labels: Mapping[str, str]) -> tuple[Shift, ...]:
    """Return what changed in a document, what weakens first.

    Args:
        before: What the older state was composed from.
        after: What the newer one is composed from.
        labels: Printed numbers by anchor, of the newer state or, for what left, of the older.
    """
    causes = Causes(before, after)
    old, new = _stands(before), _stands(after)
    found: list[Shift] = []
    for clause_id in dict.fromkeys((*old, *new)):
        was, now = old.get(clause_id), new.get(clause_id)
        label = labels.get(f"clause:{clause_id}", "")
        found += [replace(s, label=label) for s in _shifts(was, now, before, after, causes)]
    return tuple(sorted(found, key=lambda s: (not s.weakens, KINDS.index(s.kind), s.anchor)))


def _stands(context: Context) -> dict[str, _Stand]:
    return {c.id: _stand(d, c, context) for d, c in context.printed()}


def _stand(decision: ClauseDecision, clause: Clause, context: Context) -> _Stand:
    strengths = [s for s, _ in decision.strengths if s is not None]
    names: list[str] = (
        [*strengths] if clause.kind == "norm" else ["text", "result", "baseline", "target", "verification"]
    )
    texts = {n: context.block(clause, n) for n in (*names, "purpose", "evidence", "indicator", "counsel")}
    cited = citations(context, clause.cites)
    days = {c.provision.ref: c.provision.start for c in cited if c.provision.start > context.as_of}
    for text in texts.values():
        for match in PLACEHOLDER.finditer(text):
            if (ref := applied(match[1])) in context.library.provisions:
                days[ref] = context.library.provisions[ref].start
    effective = context.effective(clause)
    if effective > context.as_of:
        days[clause.effective] = effective
    own = frozenset(
        (c, context.slot(slot) or "", "slot") for c in clause.cites if (slot := c.removeprefix("slot:")) != c
    )
    cites = frozenset((c.provision.ref, c.standing, c.provision.mark) for c in cited) | own
    return _Stand(
        clause, decision, strengths[0] if strengths else None, {"title": context.title(clause), **texts}, days, cites
    )


def _shifts(was: _Stand | None, now: _Stand | None, before: Context, after: Context, causes: Causes) -> Iterator[Shift]:
    one = now or was
    if one is None:
        return
    title = (after if now else before).title(one.clause)
    top = _higher(was.strength if was else None, now.strength if now else None)
    safeguard = one.clause.stance in ("require", "prohibit") or (one.clause.kind == "norm" and top == "shall")

    def shift(kind: ChangeKind, why: tuple[Cause, ...], told: bool = True, weakens: bool = False) -> Shift:
        old, new = (_word(was), _word(now)) if told else ("", "")
        return Shift(f"clause:{one.clause.id}", title, "", kind, old, new, (), (), (), top, weakens, why)

    if was is None or now is None:
        why = causes.of_presence(one.clause.id)
        yield shift("enters", why) if now else shift("leaves", why, weakens=safeguard)
        return
    if was.strength != now.strength:
        weaker = _rank(now.strength) < _rank(was.strength)
        kind: ChangeKind = "weaker" if weaker else "stronger"
        yield shift(kind, causes.of_presence(one.clause.id), weakens=weaker and safeguard)
    elif was.decision.strengths != now.decision.strengths:
        told = _word(was) != _word(now)
        yield shift("cases", causes.of_presence(one.clause.id), told)
    if any(was.texts[n] != now.texts[n] for n in was.texts.keys() & now.texts.keys()):
        yield shift("wording", causes.of_text(was.clause, now.clause), told=False)
    old, new = ({r for r, _, _ in s.cites} for s in (was, now))
    otherwise = {r for r, _, _ in was.cites ^ now.cites} & old & new
    moved = {r for r in {*was.days, *now.days} if was.days.get(r) != now.days.get(r)} - (old ^ new)
    for why, named in causes.grouped(moved):
        days = tuple(Moved(r, was.days.get(r, ""), now.days.get(r, "")) for r in named)
        yield replace(shift("date", why, told=False), moved=days)
    for why, named in causes.grouped((old ^ new) | otherwise):
        gone, fresh = (tuple(r for r in named if r in refs or r in otherwise) for refs in (old - new, new - old))
        yield replace(shift("law", why, told=False), gone=gone, new=fresh)


def _word(stand: _Stand | None) -> str:
    """Return the strengths of a clause as they are told."""
    if stand is None:
        return ""
    return "/".join(s for s, _ in stand.decision.strengths if s) or "text"


def _rank(strength: Strength | None) -> int:
    return STRENGTHS.index(strength) if strength else -1


def _higher(one: Strength | None, other: Strength | None) -> Strength | None:
    return one if _rank(one) >= _rank(other) else other


# What is drawn


def same_text(one: Draft, other: Draft, releasing: bool = False) -> bool:
    """Tell whether two drafts say the same, but for version, date of the law, library, and what tells of earlier ones.

    Args:
        one: A draft.
        other: Another.
        releasing: True to pass over the approval block too, which a release fills in.
    """
    passed = (*TOLD_APART, APPROVAL) if releasing else TOLD_APART
    shared = one.words.keys() & other.words.keys()  # a word that only one library has is printed by neither
    return _neutral(one, passed, shared) == _neutral(other, passed, shared)


def _neutral(draft: Draft, passed: tuple[str, ...], words: AbstractSet[str]) -> Draft:
    dated = {draft.words[k] for k in DATED if k in draft.words}
    control = tuple((k, v) for k, v in draft.cover.control if k not in dated)
    cover = replace(draft.cover, status="", law_date="", control=control)
    units = tuple(u for u in draft.units if u.anchor not in passed)
    told = {k: draft.words[k] for k in words}
    numbering = replace(draft.numbering, inserted="upperLetter")  # what it says is in the numbers themselves
    return replace(
        draft, version="", as_of="", cover=cover, numbering=numbering, units=units, words=told, record={}
    )  # fmt: skip


def changed_parts(before: Draft, after: Draft, why: tuple[Cause, ...]) -> tuple[Shift, ...]:
    """Return the generated parts whose text differs; numbers of other clauses in them do not count."""
    old = {u.anchor: u for u in before.units if u.anchor.startswith("part:")}
    found: list[Shift] = []
    for unit in after.units:
        if not unit.anchor.startswith("part:") or unit.anchor in TOLD_APART or old.get(unit.anchor) == unit:
            continue
        was = old.get(unit.anchor)
        if was is None or not _alike(was, unit):
            heading = next((b for b in unit.blocks if isinstance(b, Heading)), None)
            title, label = (heading.text, heading.label) if heading else (unit.alias, "")
            found.append(Shift(unit.anchor, title, label, "part", "", "", (), (), (), None, False, why))
    return tuple(found)


def _alike(one: Any, other: Any) -> bool:
    """Return whether two units, or what is in them, say the same but for numbers, which move when a clause enters."""
    if one == other:
        return True
    if type(one) is not type(other) or isinstance(one, Run):
        return False
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, Ref):
        return bool(one.anchor == other.anchor)
    if not dataclasses.is_dataclass(one):
        return False
    names = (f.name for f in dataclasses.fields(one) if f.name not in NUMBERS)
    return all(_alike(getattr(one, name), getattr(other, name)) for name in names)
