"""What binds the state at a date: packs read against its memberships and treaties.

An instrument binds when a pack says so under a condition that holds, it is binding in kind, in force, and not over.
What is not known about a membership or a treaty is asked, not assumed.
"""

from __future__ import annotations

from pipeline.assess.readings import Readings
from pipeline.condition.evaluation import evaluate
from pipeline.condition.grammar import tests
from pipeline.library.law import family
from pipeline.library.updates import known
from pipeline.library.vocabulary import BOUND_BY
from pipeline.model.assessment import COUNTRY, Assessment
from pipeline.model.condition import Leaf, Truth
from pipeline.model.finding import Asks, Finding
from pipeline.model.law import Instrument
from pipeline.model.library import Library


def in_force(instrument: Instrument, as_of: str) -> bool:
    """Return whether an instrument is binding, in force and not over at a date; unknown dates count as past."""
    if instrument.binding == "not_yet" or not known(instrument, as_of):
        return False
    started = not instrument.in_force or instrument.in_force <= as_of
    return started and not (instrument.until and instrument.until <= as_of)


def bound(assessment: Assessment, library: Library, as_of: str, readings: Readings) -> tuple[Finding, dict[str, str]]:
    """Return the set finding `country.bound_by`, and since when each instrument binds where that is known."""
    members: dict[str, bool] = dict.fromkeys(library.instruments, False)
    asks: dict[str, Asks] = {}
    because: dict[str, tuple[Leaf, ...]] = {}
    since: dict[str, str] = {}
    read = readings.case(COUNTRY).read
    for pack in family(library.packs, assessment.packs):
        for line in pack.binds:
            if not in_force(library.instruments[line.instrument], as_of):
                continue
            outcome = evaluate(line.when, read, readings.rank)
            if outcome.truth is Truth.OPEN:
                if members.get(line.instrument) is not True:
                    members.pop(line.instrument, None)
                    asks[line.instrument] = tuple(dict.fromkeys((*asks.get(line.instrument, ()), *outcome.asks)))
            elif outcome.truth is Truth.IN:
                members[line.instrument] = True
                asks.pop(line.instrument, None)
                because[line.instrument] = outcome.because
                dated = [assessment.since[t.ref] for t in tests(line.when) if t.ref in assessment.since]
                start = max([*dated, library.instruments[line.instrument].in_force])
                if start:
                    since[line.instrument] = start
    wanted = tuple(dict.fromkeys(a for one in asks.values() for a in one))
    return Finding(BOUND_BY, COUNTRY, None, members, (), wanted, (), asks, because), since


def meaningful(assessment: Assessment, library: Library, readings: Readings) -> tuple[str, ...]:
    """Return the instruments that mean something to a state at whatever date: those that may bind, guide or be watched.

    Law that is none of these changes nothing in the state's drafts, whatever happens to it.
    """
    found: dict[str, None] = {}
    read = readings.case(COUNTRY).read
    for pack in family(library.packs, assessment.packs):
        for line in pack.binds:
            if evaluate(line.when, read, readings.rank).truth is not Truth.OUT:
                found[line.instrument] = None
        found.update(dict.fromkeys((*pack.guides, *pack.watches)))
    return tuple(sorted(found))
