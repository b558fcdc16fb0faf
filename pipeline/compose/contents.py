"""Contents that are generated rather than taken from clauses, by the name an outline gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.compose import annexes, brief, developments, explanatory, front, strategy, summary
from pipeline.compose.context import Context
from pipeline.compose.plan import Plan
from pipeline.model.draft import Block

Make = Callable[[Context, Plan], tuple[Block, ...]]


def open_questions(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the questions without an answer, and those that an update reopens."""
    return (*summary.open_questions(context, plan), *developments.questions_again(context))


CONTENTS: Mapping[str, Make] = {
    "approval-block": front.approval,
    "acknowledgement": front.acknowledgement,
    "definitions": front.definitions,
    "executive-summary": strategy.executive_summary,
    "findings-summary": summary.findings_summary,
    "principles-in-brief": strategy.principles_in_brief,
    "action-plan": strategy.action_plan,
    "training-plan": strategy.training_plan,
    "priority-uses": strategy.priority_uses,
    "cost-lines": strategy.cost_lines,
    "risk-register": strategy.risk_register,
    "monitoring-table": strategy.monitoring_table,
    "agencies": annexes.agencies,
    "glossary": annexes.glossary,
    "instruments": explanatory.borrowed(annexes.instruments),
    "developments": explanatory.borrowed(developments.developments),
    "counsel-notes": explanatory.borrowed(annexes.counsel_notes),
    "open-choices": explanatory.borrowed(annexes.open_choices),
    "assessment-summary": summary.assessment_summary,
    "open-questions": open_questions,
    "brief-proposal": brief.proposal,
    "brief-why-now": brief.why_now,
    "brief-binds": brief.binds,
    "brief-prohibits": brief.prohibits,
    "brief-costs": brief.costs,
    "brief-decisions": brief.decisions,
    "brief-next-steps": brief.next_steps,
    "paragraph-by-paragraph": explanatory.paragraph_by_paragraph,
}
"""Each gives its blocks, and nothing where there is nothing to say: the outline part is then not drawn."""
