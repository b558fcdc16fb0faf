"""Claims about clauses: each can be reached, none of its words is idle, and no two contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from pipeline.condition.grammar import tests
from pipeline.library.checks import WIDTH
from pipeline.model.assessment import COUNTRY
from pipeline.model.clause import Clause
from pipeline.model.condition import Condition, Grouped, Test
from pipeline.model.question import FindingRule, Subject
from pipeline.prove.claims import Build, Claim
from pipeline.prove.decisions import Decisions
from pipeline.prove.formula import FALSE
from pipeline.prove.sizes import OVER_AGENCIES, OVER_SYSTEMS
from pipeline.prove.three import Three, is_open

FIRST: dict[Subject, str] = {"country": COUNTRY, "agency": "agency-1", "system": "agency-1/system-1"}
"""The case that stands for all of its scope: agencies are alike, and so are the systems of one."""

CONTRARY = ({"permit", "prohibit"},)


def clause_claims(decisions: Decisions) -> Iterator[Claim]:
    """Yield the claims about every clause valid at the date."""
    for clause in decisions.clauses.values():
        yield from _reached(clause)
        yield from _conditions(clause)
        yield from _required(clause, decisions)
    yield from _pairs(decisions)


def rule_claims(rules: tuple[FindingRule, ...]) -> Iterator[Claim]:
    """Yield the claim that no branch of a finding's condition is idle."""
    for rule in rules:
        subject: Subject = rule.ref.partition(".")[0]  # type: ignore[assignment]
        if rule.form in OVER_SYSTEMS:
            subject = "system"
        elif rule.form in OVER_AGENCIES:
            subject = "agency"
        for condition in (rule.where, *(c for _, c in rule.cases)):
            yield from _branches(condition, rule.ref, subject, (), "this finding")


def _here(decisions: Decisions, scope: Subject) -> int:
    return decisions.world.exists(FIRST[scope])


def _reached(clause: Clause) -> Iterator[Claim]:
    scope, here = clause.scope, FIRST[clause.scope]

    def own(d: Decisions) -> int:
        return d.formula.either(d.formula.both((e, d.own(clause, s).holds)) for s, e in d.subjects(clause.scope))

    def final(d: Decisions) -> int:
        return d.formula.either(d.formula.both((e, d.case(clause.id, s).holds)) for s, e in d.subjects(clause.scope))

    def beaten(d: Decisions) -> int:
        return d.formula.both((own(d), d.national(clause.id).fails))

    parts = clause.when.of if isinstance(clause.when, Grouped) and clause.when.group == "all" else ()

    def without(i: int) -> Build:
        rest = replace(clause.when, of=(*parts[:i], *parts[i + 1 :])) if isinstance(clause.when, Grouped) else None
        return lambda d: d.formula.both((_here(d, scope), d.readings.condition(rest, here).holds))

    shows = tuple(without(i) for i in range(len(parts) - 1, -1, -1))
    yield Claim(
        "unreachable", clause.id, "", clause.place, "no answers bring this clause in: its condition can never hold",
        "mend the condition, or remove the clause", "sometimes", own, (*shows, lambda d: _here(d, scope)), (clause.id,),
    )  # fmt: skip
    yield Claim(
        "always_defeated", clause.id, "", clause.place, "whenever its condition holds another clause takes its place",
        "narrow the clause that defeats it, or remove this one", "sometimes", final, (beaten, own), (clause.id,),
    )  # fmt: skip


def _conditions(clause: Clause) -> Iterator[Claim]:
    here = FIRST[clause.scope]
    if clause.when is not None:
        yield from _branches(clause.when, clause.id, clause.scope, (clause.id,), "the clause")
    for n, escalation in enumerate(clause.escalate):
        yield from _branches(escalation.when, clause.id, clause.scope, (clause.id,), "the strength")
        others = replace(
            clause, id=f"{clause.id} without {n}", escalate=tuple(e for i, e in enumerate(clause.escalate) if i != n)
        )

        def rises(
            d: Decisions, to: str = escalation.to, rest: Clause = others, when: Condition = escalation.when
        ) -> int:
            stands = d.case(clause.id, here).holds
            raised = d.readings.condition(when, here).holds
            lower = d.reaches(rest, here, to).fails  # type: ignore[arg-type]
            return d.formula.both((_here(d, clause.scope), stands, raised, lower))

        def called_for(d: Decisions, when: Condition = escalation.when) -> int:
            raised = d.readings.condition(when, here).holds
            return d.formula.both((_here(d, clause.scope), d.case(clause.id, here).holds, raised))

        yield Claim(
            "dead_branch", clause.id, f"escalate.{n}", escalation.when.place,
            f"this escalation to '{escalation.to}' never raises the strength", "mend its condition, or remove it",
            "sometimes", rises,
            (called_for, lambda d: d.formula.both((_here(d, clause.scope), d.case(clause.id, here).holds))),
            (clause.id,),
        )  # fmt: skip


def _branches(
    condition: Condition | None, at: str, scope: Subject, clauses: tuple[str, ...], what: str
) -> Iterator[Claim]:
    """Yield that every part of a condition can make a difference: without it the outcome is not always the same.

    In, out and open are told apart, since a part that is known sooner than the rest has its use.
    """
    here = FIRST[scope]
    refs = tuple(t.ref for t in tests(condition))
    for shorter, part in _shortened(condition):

        def differs(d: Decisions, shorter: Condition = shorter) -> int:
            whole, rest = d.readings.condition(condition, here), d.readings.condition(shorter, here)
            f = d.formula
            pairs = ((whole.holds, rest.holds), (whole.fails, rest.fails))
            unlike = (f.both(x) for a, b in pairs for x in ((a, -b), (-a, b)))
            return f.both((_here(d, scope), f.either(unlike)))

        yield Claim(
            "dead_branch", at, part.text, part.place,
            f"'{part.text}' changes nothing: without it {what} comes out the same",
            "remove it, or mend what stands beside it", "sometimes", differs,
            (lambda d: d.formula.both((_here(d, scope), d.readings.condition(condition, here).holds)),
             lambda d: _here(d, scope)),
            clauses, refs,
        )  # fmt: skip


def _shortened(condition: Condition | None) -> Iterator[tuple[Condition, Test]]:
    """Yield the condition without each part of a group and each value of a list, with what was left out."""
    if isinstance(condition, Test):
        if len(condition.values) > 1:
            for value in condition.values:
                rest = tuple(v for v in condition.values if v != value)
                yield replace(condition, values=rest), replace(condition, text=f"{value} in {condition.text}")
        return
    if condition is None:
        return
    for i, part in enumerate(condition.of):
        if len(condition.of) > 1:
            rest_ = replace(condition, of=(*condition.of[:i], *condition.of[i + 1 :]))
            first = next(tests(part))
            text = first.text if isinstance(part, Test) else f"{part.group}: {first.text} …"
            yield rest_, replace(first, text=text, place=part.place)
        for inner, named in _shortened(part):
            yield replace(condition, of=(*condition.of[:i], inner, *condition.of[i + 1 :])), named


def _required(clause: Clause, decisions: Decisions) -> Iterator[Claim]:
    here = FIRST[clause.scope]
    for required in clause.requires:
        if required not in decisions.clauses:
            yield Claim(
                "required_but_defeated", clause.id, required, clause.place,
                f"requires '{required}', which has no text valid at this date", "give the two the same dates", "never",
                lambda d: d.formula.both((_here(d, clause.scope), d.case(clause.id, here).holds)), (), (clause.id,),
            )  # fmt: skip
            continue

        def torn(d: Decisions, required: str = required) -> int:
            other = d.bearing(required, here)
            gone = other.fails if other is not None else FALSE
            return d.formula.both((_here(d, clause.scope), d.case(clause.id, here).holds, gone))

        yield Claim(
            "required_but_defeated", clause.id, required, clause.place,
            f"requires '{required}', which can be defeated while this clause stands",
            "let what defeats the one defeat the other, or drop the requirement", "never", torn, (),
            (clause.id, required),
        )  # fmt: skip


def _pairs(decisions: Decisions) -> Iterator[Claim]:
    """Yield the claims about two clauses on one topic of one document."""
    by_topic: dict[str, list[Clause]] = {}
    for clause in decisions.clauses.values():
        by_topic.setdefault(clause.topic, []).append(clause)
    for found in by_topic.values():
        for one, other in combinations(sorted(found, key=lambda c: c.id), 2):
            if not set(one.documents) & set(other.documents):
                continue
            if {one.stance, other.stance} in CONTRARY:
                yield from _contrary(one, other)
            yield from _special(one, other)
            yield from _special(other, one)


def _contrary(one: Clause, other: Clause) -> Iterator[Claim]:
    permit, prohibit = (one, other) if one.stance == "permit" else (other, one)
    scope = max((one.scope, other.scope), key=WIDTH.index)
    here = FIRST[scope]

    def both(d: Decisions) -> int:
        return d.formula.both((_here(d, scope), *(d.stands(c.id, here, None).holds for c in (permit, prohibit))))

    def while_open(d: Decisions) -> int:
        waiting = is_open(d.formula, d.stands(prohibit.id, here, None))
        printed = (d.stands(permit.id, here, None).holds, d.national(permit.id).holds)
        return d.formula.both((_here(d, scope), *printed, waiting, d.printed(prohibit.id)))

    ids = (permit.id, prohibit.id)
    yield Claim(
        "contradiction", *ids, permit.place, f"permits on one topic what '{prohibit.id}' prohibits, and both can stand",
        "let one supersede the other, or accept it with the reason why the two agree", "never", both, (), ids,
    )  # fmt: skip
    yield Claim(
        "permission_over_open_prohibition", *ids, permit.place,
        f"can be printed while '{prohibit.id}' is still open", "let the permission supersede the prohibition",
        "never", while_open, (), ids,
    )  # fmt: skip


def _special(special: Clause, general: Clause) -> Iterator[Claim]:
    """Yield the advice that a special case be tied to its general case.

    Meant are norms with conditions of their own on the same questions and findings, of one stance and bearing on a
    common principle, where the one's condition implies the other's and neither names the other.
    """
    if special.kind != "norm" or general.kind != "norm" or special.stance != general.stance:
        return
    if special.when is None or general.when is None or special.scope != general.scope:
        return
    mine, theirs = ({t.ref for t in tests(c.when)} for c in (special, general))
    named = {*special.supersedes, *special.excludes, *special.requires}
    named |= {*general.supersedes, *general.excludes, *general.requires}
    if not theirs < mine or not set(special.principles) & set(general.principles):
        return
    if {special.id, general.id} & named:
        return
    here = FIRST[special.scope]

    def beyond(d: Decisions) -> int:
        narrow: Three = d.readings.condition(special.when, here)
        wide: Three = d.readings.condition(general.when, here)
        return d.formula.both((_here(d, special.scope), narrow.holds, wide.fails))

    def together(d: Decisions) -> int:
        return d.formula.both((_here(d, special.scope), d.readings.condition(special.when, here).holds))

    yield Claim(
        "untied_special_case", special.id, general.id, special.place,
        f"stands only where '{general.id}' stands too, and neither names the other",
        "say `supersedes` if it takes the other's place, `requires` if it builds on it, or join the two", "sometimes",
        beyond, (together,), (), tuple({*mine, *theirs}), advice=True,
    )  # fmt: skip
