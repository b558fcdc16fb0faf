"""Why units differ between two versions of a store: the changes clause by clause, and the reason for each comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.compose.causes import Causes
from pipeline.compose.change_table import SENSITIVE, named
from pipeline.compose.changes import changed_parts, changes
from pipeline.compose.citations import citations
from pipeline.compose.context import Context
from pipeline.model.change import Cause, Shift, by_unit, causes
from pipeline.model.draft import Audience, Draft, Heading
from pipeline.project.making import context_of
from pipeline.project.releasing import Spot
from pipeline.project.revising.sources import country_of, draft_of
from pipeline.project.standing import receipt_of
from pipeline.revise.outcome import Reason


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the way from one version to another.

    Attributes:
        shifts: The changes, what weakens first; empty where the versions are not at hand.
        reasons: The reason of each changed unit, by anchor.
        replaces: Units that a new one replaces, by the new one's anchor.
    """

    shifts: tuple[Shift, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    replaces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def known(older: Spot, newer: Spot, lang: str, audience: Audience) -> Known:
    """Return what changed between two versions of one document, and why.

    Args:
        older: The one.
        newer: The other.
        lang: In which language it is told.
        audience: To whom; answers and decisions are named to the working audience alone.

    Raises:
        Faulty: What one of them keeps cannot be read.
        Refused: A file that one of them keeps is missing.
    """
    receipts = [receipt_of(s.out, s.slug, s.document, s.number) for s in (older, newer)]
    countries = [country_of(s, r) for s, r in zip((older, newer), receipts, strict=True)]
    spoken = lang if lang in receipts[0].languages else receipts[0].languages[0]
    drafts = [
        draft_of(older, receipts[0], spoken, receipts[0].audiences[0]),
        draft_of(newer, receipts[1], lang, receipts[1].audiences[0]),
    ]
    first, second = (context_of(c, newer.document, lang, audience, "") for c in countries)
    labels = {**_labels(drafts[0]), **_labels(drafts[1])}
    found = changes(first, second, labels)
    if drafts[0].lang == drafts[1].lang and drafts[0].audience == drafts[1].audience:
        why = tuple(dict.fromkeys((*causes(found), *Causes(first, second).news(receipts[1].law))))
        found = (*found, *changed_parts(drafts[0], drafts[1], why or (_later(second),)))
    told = {some[0].anchor: _reason(some, second) for some in by_unit(found)}
    return Known(found, told, _replaces(found, second))


def _later(context: Context) -> Cause:
    return Cause("record", context.as_of, context.word("law_as_of", date=context.date(context.as_of)))


def _labels(draft: Draft) -> dict[str, str]:
    return {b.anchor: b.label for u in draft.units for b in u.blocks if isinstance(b, Heading) and b.label}


def _reason(shifts: Sequence[Shift], context: Context) -> Reason:
    shown = [
        c.text if context.working or c.kind not in SENSITIVE else context.word("change_unnamed")
        for c in causes(tuple(shifts))
    ]
    refs = [r for s in shifts for r in (*(m.ref for m in s.moved), *s.new, *s.gone)]
    anchor = shifts[0].anchor
    clause = anchor.removeprefix("clause:")
    states = context.library.clauses.get(clause, ()) if clause != anchor else ()
    valid = [s for s in states if s.valid_from <= context.as_of]
    if valid and any(s.kind == "enters" for s in shifts):
        refs += [c.provision.ref for c in citations(context, valid[-1].cites)]
    rule = ""
    if valid:
        day = context.date(valid[-1].valid_from)
        rule = context.word("merge_rule_valid", title=context.title(valid[-1]), clause=clause, date=day)
    return Reason(tuple(dict.fromkeys(shown)), (named(dict.fromkeys(refs), context),) if refs else (), rule)


def _replaces(shifts: Sequence[Shift], context: Context) -> dict[str, tuple[str, ...]]:
    """Return the clauses that a clause that enters replaces, as its definition says."""
    found: dict[str, tuple[str, ...]] = {}
    for shift in shifts:
        states = context.library.clauses.get(shift.anchor.removeprefix("clause:"), ()) if shift.kind == "enters" else ()
        valid = [s for s in states if s.valid_from <= context.as_of]
        if valid and valid[-1].replaces:
            found[shift.anchor] = tuple(f"clause:{c}" for c in valid[-1].replaces)
    return found
