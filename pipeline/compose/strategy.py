"""What a strategy has beside its clauses: summary, action plan, training plan, uses, costs, risks, monitoring."""

from __future__ import annotations

from collections import Counter

from pipeline.compose.annexes import placed
from pipeline.compose.citations import citations
from pipeline.compose.context import Context
from pipeline.compose.plan import Placed, Plan
from pipeline.compose.prose import paragraph, sentence
from pipeline.compose.tables import box, stacked, table
from pipeline.condition.grammar import topic
from pipeline.model.assessment import COUNTRY
from pipeline.model.clause import PRINCIPLES
from pipeline.model.draft import Block, Cell, Inline, Paragraph, Ref, Run
from pipeline.select.reasons import mid_sentence

TRAINING_TOPIC = "pillar-people"
TRAINING = "training-"
"""Measures whose id begins so make up the training and certification plan."""
DISPOSITIONS = ("in_use", "planned", "regulated", "prohibited")


def measures(plan: Plan) -> list[Placed]:
    """Return the measures of a strategy in order of number."""
    return [p for p in placed(plan) if p.clause.kind == "measure"]


def executive_summary(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return a page of facts about the document itself: whom it reaches, what it does, when, and what is open."""
    counted = Counter(p.clause.pillar for p in measures(plan))
    if not counted:
        return ()
    agencies = len(context.assessment.agencies)
    systems = sum(len(a.systems) for a in context.assessment.agencies)
    first = sum(1 for p in measures(plan) if p.decision.strengths and p.decision.strengths[0][0] == "shall")
    years = max((y for p in measures(plan) for y in p.clause.years), default=1)
    whom = context.word("count_agencies_one" if agencies == 1 else "count_agencies", count=str(agencies))
    numbers = {
        "count": sum(counted.values()), "culture": counted["culture"], "people": counted["people_and_expertise"],
        "process": counted["process"], "first": first, "years": years,
    }  # fmt: skip
    said = [
        context.word("summary_scope", state=context.assessment.name_in_text, agencies=whom),
        context.word("summary_measures", **{k: str(v) for k, v in numbers.items()}),
    ]
    if context.working:
        said.append(
            context.word("summary_systems", count=str(systems)) if systems else context.word("no_system_assessed")
        )
    prohibited = uses(context, "prohibited")
    if prohibited:
        said.append(context.word("summary_prohibited", uses=_listed(prohibited, context)))
    said.append(context.word("summary_safeguards"))
    blocks: list[Block] = [paragraph(t) for t in said]
    objectives = [p for p in placed(plan) if p.clause.topic == "strategy-objectives" and p.label]
    if objectives:
        lines = [(Ref(f"clause:{p.clause.id}", p.label), Run(" " + context.title(p.clause))) for p in objectives]
        blocks.append(box("summary", context.word("objectives"), *lines))
    return tuple(blocks)


def uses(context: Context, disposition: str) -> list[str]:
    """Return the names of uses with a disposition, in the questionnaire's order."""
    refs = [r for r in context.library.questions if r.startswith("country.use_")]
    return [
        context.label("system.use", r.removeprefix("country.use_")) for r in refs if context.answer(r) == disposition
    ]


def _listed(names: list[str], context: Context) -> str:
    low = [mid_sentence(n) for n in names]
    return low[0] if len(low) == 1 else f"{', '.join(low[:-1])} {context.word('and')} {low[-1]}"


def principles_in_brief(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the principles by core principle, each in a line."""
    rows = [
        (
            context.word(f"core_{core}"),
            stacked(*(context.word(f"principle_line_{p.lower().replace('.', '_')}") for p in members)),
        )
        for core, members in PRINCIPLES.items()
    ]
    return (table(((context.word("core_principle"), 0.24), (context.word("instrumental_principles"), 0.76)), rows),)


def action_plan(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the measures by first year: result, baseline, target, verification, who, when, cost, source."""
    ordered = sorted(measures(plan), key=lambda p: (min(p.clause.years), p.chapter, p.number))
    if not ordered:
        return ()
    columns = (
        (context.word("measure"), 0.17), (context.word("result"), 0.16), (context.word("baseline_target"), 0.2),
        (context.word("verification"), 0.14), (context.word("who"), 0.13), (context.word("when"), 0.1),
        (context.word("cost"), 0.1),
    )  # fmt: skip
    return (
        table(columns, [_row(p, context, plan) for p in ordered], context.word("action_plan_caption"), "list", True),
    )


def _row(one: Placed, context: Context, plan: Plan) -> tuple[Cell, ...]:
    clause = one.clause
    said = {
        n: sentence(context.block(clause, n), context, plan.label)
        for n in ("result", "baseline", "target", "verification")
    }
    support = ", ".join(context.short_role(r) for r in clause.support)
    depends: list[Inline] = []
    for other in clause.depends_on:
        target = plan.label(f"clause:{other}")
        if target:
            depends += [Run(", ") if depends else Run(context.word("after") + " "), Ref(*target)]
    lead = f"{context.word('lead')}: {context.short_role(clause.lead)}"
    gaps = (
        "; ".join(topic(context.library.variables[ref], context.lang) for ref in clause.answers_gap)
        if context.audience != "public"
        else ""
    )
    law = dict.fromkeys(context.text(c.instrument.short) for c in citations(context, clause.cites))
    priority = context.word(f"priority_{one.decision.strengths[0][0]}") if one.decision.strengths else ""
    return (
        stacked((Ref(f"clause:{clause.id}", one.label), Run(" " + context.title(clause))), priority),
        stacked(
            said["result"],
            f"{context.word('gap')}: {gaps}" if gaps else "",
            f"{context.word('source')}: {'; '.join(law)}" if law else "",
        ),
        stacked(*((Run(f"{context.word(n)}: "), *said[n]) for n in ("baseline", "target"))),
        stacked(said["verification"]),
        stacked(lead, f"{context.word('support')}: {support}" if support else ""),
        stacked(_years(clause.years, context), tuple(depends)),
        stacked(context.word("to_be_costed", role=context.short_role(clause.cost_role))),
    )  # fmt: skip


def _years(years: tuple[int, ...], context: Context) -> str:
    ordered = sorted(years)
    if len(ordered) == 1:
        return f"{context.word('year')} {ordered[0]}"
    if ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{context.word('years')} {ordered[0]}–{ordered[-1]}"
    return f"{context.word('years')} {', '.join(map(str, ordered))}"


def training_plan(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the training and certification plan: for whom, what, by when, and what shows it."""
    found = [p for p in measures(plan) if p.clause.topic == TRAINING_TOPIC and p.clause.id.startswith(TRAINING)]
    rows = [
        (
            stacked((Ref(f"clause:{p.clause.id}", p.label), Run(" " + context.title(p.clause)))),
            stacked(sentence(context.block(p.clause, "target"), context, plan.label)),
            stacked(sentence(context.block(p.clause, "verification"), context, plan.label)),
            stacked(context.short_role(p.clause.lead)),
            stacked(_years(p.clause.years, context)),
        )
        for p in found
    ]
    if not rows:
        return ()
    columns = ((context.word("training_for"), 0.25), (context.word("target"), 0.28),
               (context.word("verification"), 0.23),
               (context.word("lead"), 0.13), (context.word("years"), 0.11))  # fmt: skip
    return (table(columns, rows, context.word("training_caption")),)


def priority_uses(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the country's decision on each use it decided on; undecided ones are named beneath.

    What is in use today and what is planned tells of capability: outside readers see what is allowed under rules and
    what is prohibited, and no more.
    """
    groups = {d: uses(context, d) for d in DISPOSITIONS}
    if not context.working:
        allowed = [context.label("system.use", u) for u in _uses(context) if _allowed(context, u)]
        groups = {"regulated": allowed, "prohibited": groups["prohibited"]}
    heads = {d: context.label("country.use_" + _uses(context)[0], d) for d in groups}
    if not context.working:
        heads["regulated"] = context.word("uses_allowed")
    rows = [(heads[d], stacked(*names)) for d, names in groups.items() if names]
    undecided = [context.label("system.use", u) for u in _uses(context) if context.answer(f"country.use_{u}") is None]
    blocks: list[Block] = []
    if rows:
        columns = ((context.word("use_disposition"), 0.3), (context.word("use"), 0.7))
        blocks.append(table(columns, rows, context.word("uses_caption")))
    if undecided and context.working:
        run = Run(context.word("uses_undecided", uses=_listed(undecided, context)), mark="open")
        blocks.append(Paragraph("small", (run,)))
    return tuple(blocks)


def _uses(context: Context) -> list[str]:
    """Return the codes of police uses in the questionnaire's order."""
    return [r.removeprefix("country.use_") for r in context.library.questions if r.startswith("country.use_")]


def _allowed(context: Context, use: str) -> bool:
    return context.answer(f"country.use_{use}") in DISPOSITIONS[:3]


def cost_lines(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the lines of the budget by role that is to cost them; no amount is invented."""
    by_role: dict[str, list[Placed]] = {}
    for one in measures(plan):
        by_role.setdefault(one.clause.cost_role, []).append(one)
    rows = []
    for role, found in by_role.items():
        rows.append(
            (context.short_role(role), _listed_refs(found), context.word("to_be_costed", role=context.short_role(role)))
        )
    if not rows:
        return ()
    columns = ((context.word("who"), 0.28), (context.word("measures"), 0.42), (context.word("cost"), 0.3))
    return (table(columns, rows, context.word("cost_caption")),)


def risk_register(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the gaps that most endanger the strategy, each with the measures that answer it."""
    rows = []
    for rule in context.library.rules:
        if not rule.ref.startswith("country.gap_"):
            continue
        value = context.findings.value(COUNTRY, rule.ref)
        if value == "no" or (value is None and not context.working):
            continue
        answered = [p for p in measures(plan) if rule.ref in p.clause.answers_gap]
        if not answered:
            continue
        name = topic(rule, context.lang)
        known = context.word("risk_found" if value == "yes" else "not_assessed")
        rows.append((name[:1].upper() + name[1:], known, _listed_refs(answered)))
    if not rows or context.audience == "public":
        return ()
    columns = ((context.word("gap"), 0.4), (context.word("finding"), 0.3), (context.word("mitigation"), 0.3))
    return (table(columns, rows, context.word("risk_caption")),)


def monitoring_table(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return who reports on which measures, and from which year; targets stand once, in the action plan."""
    by_owner: dict[str, list[Placed]] = {}
    for one in measures(plan):
        by_owner.setdefault(one.clause.owner_role or one.clause.lead, []).append(one)
    rows = [
        (
            context.short_role(owner),
            _listed_refs(found),
            f"{context.word('year')} {min(y for p in found for y in p.clause.years)}",
        )
        for owner, found in by_owner.items()
    ]
    if not rows:
        return ()
    columns = ((context.word("owner"), 0.34), (context.word("measures"), 0.5), (context.word("from_year"), 0.16))
    return (table(columns, rows, context.word("monitoring_caption")),)


def _listed_refs(found: list[Placed]) -> tuple[Inline, ...]:
    """Return references to measures by number, with commas between."""
    inlines: list[Inline] = []
    for one in found:
        inlines += [Run(", ")] if inlines else []
        inlines.append(Ref(f"clause:{one.clause.id}", one.label))
    return tuple(inlines)
