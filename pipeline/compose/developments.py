"""Law to come and matters watched: what the drafters know of, and what changes no rule of the document yet."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.assess.concern import asked_again, unread_slots
from pipeline.compose.citations import standing
from pipeline.compose.context import Context
from pipeline.compose.plan import Plan
from pipeline.compose.tables import Content, stacked, table
from pipeline.condition.grammar import titled
from pipeline.library.law import family
from pipeline.library.updates import known
from pipeline.model.draft import Block
from pipeline.model.update import Update


def concerned(context: Context) -> Iterator[Update]:
    """Yield the updates that concern the state, in order of date."""
    for update_id in context.findings.updates:
        yield context.library.updates[update_id]


def developments(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return what is watched: instruments not in force with their standing, and updates that are coming or watched."""
    watched = dict(_instruments(context))
    rows = [*watched.values(), *_updates(context, frozenset(watched))]
    if not rows:
        return ()
    columns = (
        (context.word("development"), 0.34),
        (context.word("status"), 0.22),
        (context.word("what_is_known"), 0.44),
    )
    return (table(columns, rows),)


def _instruments(context: Context) -> Iterator[tuple[str, tuple[Content, ...]]]:
    """Yield the instruments that the packs watch and that bind nobody yet, each with its row."""
    packs = family(context.library.packs, context.assessment.packs)
    for instrument_id in dict.fromkeys(i for p in packs for i in p.watches):
        instrument = context.library.instruments[instrument_id]
        if not known(instrument, context.as_of) or standing(context, instrument_id) != "watched":
            continue
        told = context.text(instrument.status)
        looked_up = instrument.status_as_of
        if not told or looked_up > context.as_of:
            continue
        mark = context.word("recalled") if instrument.mark == "recalled" else ""
        standing_now = stacked(context.word("not_yet"), context.word("looked_up", date=context.date(looked_up)), mark)
        yield instrument_id, (context.text(instrument.title), standing_now, told)


def _updates(context: Context, told: frozenset[str]) -> Iterator[tuple[Content, ...]]:
    """Yield what is coming or watched, but for events that only changed the standing of an instrument told already."""
    for update in concerned(context):
        how = update.standing_at(context.as_of)
        note = context.text(update.note)
        if how not in ("coming", "watched") or not note:
            continue
        if update.changes and all(c.kind == "status" and c.instrument in told for c in update.changes):
            continue
        key = "coming_from" if how == "coming" else "watched_since"
        mark = "" if update.mark == "read" else context.word("read_other" if update.mark == "other" else "recalled")
        yield (
            context.text(update.title),
            stacked(context.word(key, date=context.date(update.date)), mark),
            note,
        )


def slots_to_read(context: Context) -> Iterator[tuple[str, str]]:
    """Yield, for the notes to counsel, the updates after which law of the state has to be read again."""
    for update in concerned(context):
        slots = unread_slots(update, context.assessment, context.as_of)
        if slots:
            subjects = "; ".join(context.word(f"slot_{s}") for s in slots)
            date = context.date(update.date)
            yield context.text(update.title), context.word("slot_changed", subject=subjects, date=date)


def questions_again(context: Context) -> tuple[Block, ...]:
    """Return the questions that updates reopen, each with the update."""
    rows = [
        (titled(context.library.variables[ref], context.lang), context.text(update.title), context.date(update.date))
        for update in concerned(context)
        for ref in asked_again(update, context.assessment, context.as_of)
    ]
    if not rows:
        return ()
    columns = ((context.word("question"), 0.5), (context.word("reopened_by"), 0.32), (context.word("since_when"), 0.18))
    return (table(columns, rows, context.word("questions_again_caption")),)
