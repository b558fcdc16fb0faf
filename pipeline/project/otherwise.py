"""What would make a decision come out otherwise, in words: minimal changes, as an explanation and never as advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.assess.readings import PROSPECTIVE
from pipeline.condition.grammar import titled
from pipeline.model.assessment import COUNTRY
from pipeline.model.condition import Leaf, Truth
from pipeline.model.selection import CaseDecision
from pipeline.project.country import Country
from pipeline.prove.counterfactual import MOST_CHANGES, Change, Counterfactuals, Flip
from pipeline.prove.raised import ratings
from pipeline.select.reasons import value_label

MOST_VARIED = 12
"""How many agencies and systems are thought otherwise beside those that a decision names."""

MOST_SETTLED = 60
"""Agencies and systems up to which all answers to open clauses are tried."""

MOST_LABELS = 4

UNTOUCHED = ("left_out", "not_in_force", "always")
"""Grounds on which no answer bears."""


def counterfactuals(country: Country, case: CaseDecision) -> Counterfactuals:
    """Return the asker for one case: its own answers may vary, and those of the subjects that it rests on."""
    return Counterfactuals(
        country.assessment, country.library, country.as_of, _varied(country, case), country.assessment.packs
    )


def _varied(country: Country, case: CaseDecision) -> frozenset[str]:
    agencies = [a.slug for a in country.assessment.agencies]
    systems = [s.key for a in country.assessment.agencies for s in a.systems]
    known = {*agencies, *systems}
    found = {case.subject, case.subject.partition("/")[0], *(s for _, s in case.asks)}
    for leaf in case.because:
        found |= _subjects(country, leaf)
    if case.subject == COUNTRY:
        found |= {*agencies[:MOST_VARIED], *systems[:MOST_VARIED]}
    found |= {s.partition("/")[0] for s in found}
    return frozenset((found & known) | {COUNTRY})


def _subjects(country: Country, leaf: Leaf) -> set[str]:
    """Return the subjects whose answers a leaf rests on, down through findings."""
    found = {leaf.subject}
    finding = country.findings.get(leaf.subject, leaf.test.ref)
    for inner in finding.because if finding else ():
        found |= _subjects(country, inner)
    return found


def otherwise(country: Country, clause_id: str, case: CaseDecision) -> Iterator[str]:
    """Yield a line for each smallest set of changes that would turn a case, or that no few answers would.

    An open case is turned by the answers it asks for, and an expected use by the state's position on it.
    """
    if case.ground in UNTOUCHED or case.truth is Truth.OPEN or case.subject.startswith(PROSPECTIVE):
        return
    turned = "in" if case.truth is Truth.OUT else "out"
    flips = counterfactuals(country, case).flips(clause_id, case.subject, turned == "in")
    for flip in flips:
        changes = " and ".join(_change(country, c, case.subject) for c in flip.changes)
        yield f"would be {turned} if {changes}{_note(country, flip)}"
    if not flips:
        yield f"would be {turned} by no change of {MOST_CHANGES} answers or fewer"


def _change(country: Country, change: Change, here: str) -> str:
    library = country.library
    title = titled(library.variables[change.ref], "en").rstrip("?.")
    whose = f" ({change.subject})" if change.subject not in (here, COUNTRY) else ""
    if isinstance(change.then, tuple):
        labels = [f"“{value_label(library, change.ref, c)}”" for c in change.then]
        then = " or ".join(labels[:MOST_LABELS])
        if len(labels) > MOST_LABELS:
            then += f" or one of {len(labels) - MOST_LABELS} more"
        now = value_label(library, change.ref, change.now) if isinstance(change.now, str) else "not answered"
        return f"“{title}”{whose} were {then} (now {now})"
    added = [value_label(library, change.ref, m) for m, known in change.then.items() if known]
    return f"“{title}”{whose} were {', '.join(added) or 'none of these'}"


def _note(country: Country, flip: Flip) -> str:
    """Return what kind of thing a change would be, where it is none that a country may choose."""
    rated = set(ratings(country.library))
    if any(c.ref in rated for c in flip.changes):
        return "; a rating follows what is known of the system and is not lowered to escape a duty"
    if any(not country.library.questions[c.ref].changeable for c in flip.changes):
        return "; this is a fact, not a choice"
    return ""


def settled(country: Country, clauses: Iterable[str]) -> dict[str, str]:
    """Return for each open clause that comes out the same whatever is answered the word that it does."""
    wanted = [c for c in clauses if country.selection.decisions[c].status == "open"]
    agencies = [a.slug for a in country.assessment.agencies]
    systems = [s.key for a in country.assessment.agencies for s in a.systems]
    if not wanted or len(agencies) + len(systems) > MOST_SETTLED:
        return {}
    everyone = frozenset((COUNTRY, *agencies, *systems))
    asker = Counterfactuals(country.assessment, country.library, country.as_of, everyone, country.assessment.packs)
    known = {c: asker.settled(c) for c in wanted}
    return {
        c: f"Settled either way: {'in' if is_in else 'out'} whatever is answered."
        for c, is_in in known.items()
        if is_in is not None
    }
