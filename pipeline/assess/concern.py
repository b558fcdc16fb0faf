"""Which updates concern a state, and what each asks of it at a date."""

from __future__ import annotations

from pipeline.assess.readings import Readings
from pipeline.condition.evaluation import evaluate
from pipeline.model.assessment import COUNTRY, Assessment
from pipeline.model.condition import Truth
from pipeline.model.library import Library
from pipeline.model.update import Update


def concerning(assessment: Assessment, library: Library, readings: Readings) -> tuple[str, ...]:
    """Return the ids of the updates that concern a state: named by code, or by a condition that is not ruled out.

    An update that narrows itself in neither way concerns all.
    """
    return tuple(i for i, u in library.updates.items() if _concerns(u, assessment, readings))


def _concerns(update: Update, assessment: Assessment, readings: Readings) -> bool:
    if assessment.state and assessment.state in update.states:
        return True
    if update.when is None:
        return not update.states
    return evaluate(update.when, readings.case(COUNTRY).read, readings.rank).truth is not Truth.OUT


def unread_slots(update: Update, assessment: Assessment, as_of: str) -> tuple[str, ...]:
    """Return the slots of the state's own law that an update in force wants read again and that were not since."""
    if update.standing_at(as_of) != "in_force" or confirmed(update, assessment):
        return ()
    law = assessment.law
    return tuple(s for s in update.slots if s not in law or law[s].read_on < update.date)


def asked_again(update: Update, assessment: Assessment, as_of: str) -> tuple[str, ...]:
    """Return the questions that an update reopens at a date, none once the country has confirmed it."""
    over = update.standing_at(as_of) not in ("in_force", "watched")
    return () if over or confirmed(update, assessment) else update.asks


def confirmed(update: Update, assessment: Assessment) -> bool:
    """Return whether the country decided that it has done what an update asks of it."""
    return any(d.kind == "confirm" and d.target == update.id for d in assessment.decisions)
