"""Annexes that every audience may see in part: agencies, glossary, instruments, notes to counsel, choices, changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.assess.records import name_of, unconfirmed
from pipeline.compose.citations import Citation, citations, number
from pipeline.compose.context import Context
from pipeline.compose.developments import slots_to_read
from pipeline.compose.plan import Placed, Plan, PlannedPart
from pipeline.compose.prose import sentence
from pipeline.compose.tables import stacked, table
from pipeline.model.clause import Term
from pipeline.model.draft import Block, Cell, Inline, Ref, Run

_WORD = re.compile(r"[\w-]+")
MOST_PLACES = 8
"""How many clauses a row names before it counts the rest."""
YES_NO = ("yes", "no")


def placed(plan: Plan) -> Iterator[Placed]:
    """Yield the clauses of a document in order."""

    def walk(parts: tuple[PlannedPart, ...]) -> Iterator[Placed]:
        for part in parts:
            yield from part.clauses
            yield from walk(part.parts)

    yield from walk(plan.parts)


def places(found: list[str], plan: Plan, context: Context) -> tuple[Inline, ...]:
    """Return cross-references to clauses by number, the rest counted."""
    inlines: list[Inline] = []
    known = [p for p in (plan.label(f"clause:{c}") for c in dict.fromkeys(found)) if p]
    for target in known[:MOST_PLACES]:
        inlines += [Run(", ")] if inlines else []
        inlines.append(Ref(*target))
    if len(known) > MOST_PLACES:
        inlines.append(Run(" " + context.word("and_more", count=str(len(known) - MOST_PLACES))))
    return tuple(inlines)


def agencies(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the agencies addressed, with tier and the ground on which they are bound."""
    rows = [
        (
            a.name,
            _told(context, "agency.kind", a.slug),
            _told(context, "agency.tier", a.slug),
            _told(context, "agency.ground", a.slug),
        )
        for a in context.assessment.agencies
    ]
    if not rows:
        return ()
    columns = (
        (context.word("agency"), 0.4),
        (context.word("kind"), 0.22),
        (context.word("tier"), 0.14),
        (context.word("ground"), 0.24),
    )
    return (table(columns, rows),)


def _told(context: Context, ref: str, slug: str) -> str:
    """Return an answer's label, or that nobody answered."""
    value = context.answer(ref, slug)
    return context.label(ref, value) if value else context.word("not_answered")


def _said(context: Context, plan: Plan) -> str:
    """Return all that the clauses of a document say, in small letters, to look for terms in."""
    parts: list[str] = []
    for one in placed(plan):
        names = [s for s, _ in one.decision.strengths if s] if one.clause.kind == "norm" else ["text"]
        parts += [context.title(one.clause), *(context.block(one.clause, n) for n in names)]
    return " ".join(parts).lower()


def terms_used(context: Context, plan: Plan) -> tuple[Term, ...]:
    """Return the defined terms in fact used, in alphabetical order; terms that a definition uses count too."""
    said = _words(_said(context, plan))
    found: dict[str, Term] = {}
    forms = {
        t.id: [_worded(f) for f in (context.text(t.term), *t.forms.get(context.lang, t.forms.get("en", ())))]
        for t in context.library.terms.values()
    }
    waiting = list(context.library.terms.values())
    while True:
        known = frozenset(said.split())
        fresh = [t for t in waiting if any(known.issuperset(f.split()) and f in said for f in forms[t.id])]
        if not fresh:
            break
        found |= {t.id: t for t in fresh}
        waiting = [t for t in waiting if t.id not in found]
        said = "".join(_worded(context.text(t.definition)) for t in fresh)
    return tuple(sorted(found.values(), key=lambda t: context.text(t.term).lower()))


@lru_cache(maxsize=4096)
def _worded(text: str) -> str:
    """Return the words of a term, a form of it or its definition; they recur in every document."""
    return _words(text)


def _words(text: str) -> str:
    """Return a text as its words in small letters, each between spaces, so that whole words can be looked for."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


def glossary(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the terms in fact used, with their definitions."""
    rows = [(context.text(t.term), context.text(t.definition)) for t in terms_used(context, plan)]
    if not rows:
        return ()
    return (table(((context.word("term"), 0.28), (context.word("definition"), 0.72)), rows),)


def cited(context: Context, plan: Plan) -> dict[str, list[tuple[Citation, str]]]:
    """Return the citations of a document by instrument, each with the clause it stands in."""
    found: dict[str, list[tuple[Citation, str]]] = {}
    for one in placed(plan):
        for citation in citations(context, one.clause.cites):
            found.setdefault(citation.instrument.id, []).append((citation, one.clause.id))
    return dict(
        sorted(
            found.items(), key=lambda item: (_ORDER[item[1][0][0].standing], item[1][0][0].instrument.group, item[0])
        )
    )


_ORDER = {"binds": 0, "unsettled": 1, "guides": 2, "watched": 3}


def instruments(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the instruments cited: provisions, standing, dates, how they were read, and where they are used."""
    rows = []
    for instrument_id, found in cited(context, plan).items():
        first = found[0][0]
        instrument = first.instrument
        numbers = ", ".join(
            n for n in dict.fromkeys(number(c.provision.number, instrument.kind) for c, _ in found) if n
        )
        coming = sorted({c.provision.start for c, _ in found if c.provision.start > context.as_of})
        whole = all(c.provision.start == coming[0] for c, _ in found) if coming else False
        since = context.findings.since.get(instrument_id) or instrument.in_force
        standing = context.word(
            {"binds": "binding", "guides": "not_binding", "watched": "not_yet", "unsettled": "binding_unsettled"}[
                first.standing
            ]
        )
        dates = [
            standing
            + (f" {context.word('since', date=context.date(since))}" if first.standing == "binds" and since else ""),
            context.word("applies_from" if whole else "partly_from", date=context.date(coming[0])) if coming else "",
        ]
        marks = sorted({c.provision.mark for c, _ in found}, key=("read", "other", "recalled").index)
        told = "; ".join(
            context.word({"read": "read", "other": "read_other", "recalled": "recalled"}[m]) for m in marks
        )
        rows.append(
            (
                stacked(context.text(instrument.title), numbers),
                stacked(*dates),
                told,
                places([c for _, c in found], plan, context),
            )
        )
    if not rows:
        return ()
    columns = (
        (context.word("instrument"), 0.42),
        (context.word("status"), 0.22),
        (context.word("reading"), 0.18),
        (context.word("used_in"), 0.18),
    )
    return (table(columns, rows),)


def counsel_notes(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return what counsel is asked: empty slots of national law, notes of clauses, and citations nobody has read."""
    rows: list[tuple[tuple[Inline, ...] | str, tuple[Inline, ...] | str]] = []
    slots: dict[str, list[str]] = {}
    unread: dict[str, list[str]] = {}
    for one in placed(plan):
        body = context.block(one.clause, "counsel")
        if body:
            rows.append(
                (
                    (Ref(*target),) if (target := plan.label(f"clause:{one.clause.id}")) else context.title(one.clause),
                    sentence(body, context, plan.label),
                )
            )
        for cite in one.clause.cites:
            slot = cite.removeprefix("slot:")
            if slot != cite and context.slot(slot) is None:
                slots.setdefault(slot, []).append(one.clause.id)
        for citation in citations(context, one.clause.cites):
            if citation.provision.mark == "recalled":
                unread.setdefault(citation.provision.ref, []).append(one.clause.id)
    rows = [*slots_to_read(context), *_left_out(context), *rows]
    general = [(places(found, plan, context), context.slot_note(slot)) for slot, found in slots.items()]
    general += [
        (places(found, plan, context), context.word("counsel_unread", provision=_cited(ref, context)))
        for ref, found in unread.items()
    ]
    known = [*_recorded(context)]
    if not (rows or general or known):
        return ()
    columns = ((context.word("clause"), 0.2), (context.word("counsel"), 0.8))
    return (table(columns, [*known, *general, *rows]),)


def _recorded(context: Context) -> Iterator[tuple[str, Cell]]:
    """Yield, for the working copy, the memberships and treaties taken from records that nobody has confirmed."""
    found = unconfirmed(context.assessment, context.library, context.as_of) if context.working else {}
    said: dict[str, list[str]] = {f"recorded_{kind}_{value}": [] for kind in ("member", "party") for value in YES_NO}
    for ref, one in found.items():
        name = name_of(ref)
        kind = "member" if ref.startswith("country.member_") else "party"
        told = context.word(f"organisation_{name.lower()}") if kind == "member" else _short(name, context)
        since = f" ({context.date(one.since)})" if one.since else ""
        said[f"recorded_{kind}_{one.answer.value}"].append(told + since)
    lines = [context.word(key, names="; ".join(names)) for key, names in said.items() if names]
    if lines:
        yield context.word("recorded"), stacked(context.word("recorded_unconfirmed"), *lines)


def _left_out(context: Context) -> Iterator[tuple[str, str]]:
    """Yield the clauses of this document that the country left out although law that binds it speaks to the point."""
    for decision in context.assessment.decisions:
        if decision.kind != "leave_out" or decision.target not in context.library.clauses:
            continue
        clause = context.library.clauses[decision.target][-1]
        law = [c for c in citations(context, clause.cites) if c.standing == "binds"]
        if law and context.document in clause.documents:
            cited = "; ".join(dict.fromkeys(_cited(c.provision.ref, context) for c in law))
            reason = f" {context.word('reason_given', reason=decision.reason)}" if context.working else ""
            yield context.title(clause), context.word("left_out_note", provisions=cited) + reason


def _cited(ref: str, context: Context) -> str:
    instrument = ref.partition(" ")[0]
    part = number(context.library.provisions[ref].number, context.library.instruments[instrument].kind)
    return ", ".join(p for p in (_short(instrument, context), part) if p)


def _short(instrument: str, context: Context) -> str:
    return context.text(context.library.instruments[instrument].short)


def choices_open(context: Context, plan: Plan) -> dict[str, list[str]]:
    """Return the choices not made yet that the document prints, with the clauses that print them."""
    found: dict[str, list[str]] = {}
    for one in placed(plan):
        for choice in one.clause.choices:
            if choice not in context.chosen:
                found.setdefault(choice, []).append(one.clause.id)
    return found


def open_choices(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the choices still to make: the point, what is proposed, the other options, and where it is printed."""
    rows = []
    for choice_id, found in choices_open(context, plan).items():
        choice = context.library.choices[choice_id]
        others = "; ".join(context.text(t) for code, t in choice.options.items() if code != choice.default)
        rows.append(
            (
                context.text(choice.text),
                context.proposed(choice_id),
                others or context.word("free_words"),
                places(found, plan, context),
            )
        )
    if not rows:
        return ()
    columns = (
        (context.word("choice_to_make"), 0.36),
        (context.word("choice_default"), 0.2),
        (context.word("choice_options"), 0.28),
        (context.word("clause"), 0.16),
    )
    return (table(columns, rows),)
