"""The brief for the minister, two pages: generated from the same selection as the documents it speaks of."""

from __future__ import annotations

from pipeline.compose.citations import citations
from pipeline.compose.context import Context
from pipeline.compose.plan import Plan
from pipeline.compose.strategy import uses
from pipeline.compose.tables import table
from pipeline.condition.grammar import titled, topic
from pipeline.model.assessment import COUNTRY
from pipeline.model.draft import Block, Paragraph, Run
from pipeline.select.reasons import mid_sentence

MOST_GAPS = 4
MOST_DECISIONS = 6
MOST_QUESTIONS = 3


def _bullets(texts: list[str]) -> tuple[Block, ...]:
    return tuple(Paragraph("bullet", (Run(t),)) for t in texts)


def proposal(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return how many rules and measures are proposed."""
    guidelines = [d for d, c in context.printed("guidelines") if c.kind == "norm"]
    duties = sum(1 for d in guidelines if d.strengths and d.strengths[0][0] == "shall")
    measures = [d for d, c in context.printed("strategy") if c.kind == "measure"]
    first = sum(1 for d in measures if d.strengths and d.strengths[0][0] == "shall")
    return _bullets(
        [
            context.word("brief_rules", count=str(len(guidelines)), duties=str(duties)),
            context.word("brief_measures", count=str(len(measures)), first=str(first)),
        ]
    )


def why_now(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the gaps found, for those who may see them, and the dates of coming law."""
    said: list[str] = []
    if context.working:
        found = [
            topic(r, context.lang)
            for r in context.library.rules
            if r.ref.startswith("country.gap_") and context.findings.value(COUNTRY, r.ref) == "yes"
        ]
        if found:
            names = ", ".join(mid_sentence(f) for f in found[:MOST_GAPS])
            said.append(context.word("brief_gaps", count=str(len(found)), gaps=names))
        risky = sum(
            1 for a in context.assessment.agencies for s in a.systems
            if context.findings.value(s.key, "system.high_risk") == "yes"
        )  # fmt: skip
        systems = sum(len(a.systems) for a in context.assessment.agencies)
        said.append(
            context.word("brief_systems", count=str(systems), risky=str(risky))
            if systems
            else context.word("no_system_assessed")
        )
    coming: dict[str, str] = {}
    for _, clause in context.printed("guidelines"):
        for citation in citations(context, clause.cites):
            if citation.standing == "binds" and citation.provision.start > context.as_of:
                name = context.text(citation.instrument.short)
                coming[name] = min(coming.get(name, "9999"), citation.provision.start)
    for name, date in sorted(coming.items(), key=lambda item: (item[1], item[0]))[:MOST_QUESTIONS]:
        said.append(context.word("brief_coming", instrument=name, date=context.date(date)))
    if not said:
        said.append(context.word("summary_safeguards"))
    return _bullets(said)


def binds(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the agencies and the legal form."""
    agencies = context.assessment.agencies
    names = (
        ", ".join(a.name for a in agencies[:5])
        if len(agencies) <= 5
        else context.word("count_agencies", count=str(len(agencies)))
    )
    form = context.answer("country.legal_form")
    said = [context.word("brief_agencies", agencies=names)] if agencies else []
    said.append(
        context.word("brief_form", form=context.label("country.legal_form", form))
        if form
        else context.word("brief_form_open")
    )
    return _bullets(said)


def prohibits(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the prohibitions by title, and the uses that the country decided to prohibit."""
    titles = [
        context.title(c)
        for d, c in context.printed("guidelines")
        if c.stance == "prohibit" and c.topic in ("prohibited-uses", "live-biometrics")
    ]
    chosen = uses(context, "prohibited")
    said = []
    if chosen:
        said.append(context.word("brief_uses_prohibited", uses=", ".join(mid_sentence(n) for n in chosen)))
    if titles:
        said.append(context.word("brief_prohibitions", count=str(len(titles)), first="; ".join(titles[:3])))
    return _bullets(said)


def costs(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return who costs how many measures."""
    by_role: dict[str, int] = {}
    for _, clause in context.printed("strategy"):
        if clause.kind == "measure":
            by_role[clause.cost_role] = by_role.get(clause.cost_role, 0) + 1
    said = [
        context.word("brief_cost_line", count=str(n), role=context.short_role(role))
        for role, n in sorted(by_role.items(), key=lambda item: -item[1])
    ]
    return _bullets(said[:4])


def decisions(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the choices most clauses wait for, and the questions that would settle most."""
    waiting: dict[str, int] = {}
    for document in ("guidelines", "strategy"):
        for _, clause in context.printed(document):
            for choice in clause.choices:
                if choice not in context.chosen:
                    waiting[choice] = waiting.get(choice, 0) + 1
    ranked = sorted(waiting, key=lambda c: (-waiting[c], c))[:MOST_DECISIONS]
    rows = [(context.text(context.library.choices[c].text), context.proposed(c)) for c in ranked]
    blocks: list[Block] = []
    if rows:
        blocks.append(table(((context.word("choice_to_make"), 0.62), (context.word("choice_default"), 0.38)), rows))
    if len(waiting) > MOST_DECISIONS:
        blocks.append(
            Paragraph("small", (Run(context.word("brief_more_choices", count=str(len(waiting) - MOST_DECISIONS))),))
        )
    if context.working:
        asks = [(a, c) for a, c in context.selection.ask_next if a[0] in context.library.variables][:MOST_QUESTIONS]
        blocks += _bullets(
            [
                context.word(
                    "brief_question",
                    question=titled(context.library.variables[ref], context.lang),
                    count=str(len(clauses)),
                )
                for (ref, _), clauses in asks
            ]
        )
    return tuple(blocks)


def next_steps(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the closing remark on status; the steps themselves stand in the outline."""
    return (
        Paragraph(
            "small", (Run(context.word("acknowledgement_endorsement") + " " + context.word("acknowledgement_lawyer")),)
        ),
    )
