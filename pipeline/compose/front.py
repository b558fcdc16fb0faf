"""Front matter: approval, acknowledgement of the Toolkit, and the word that the glossary is part of the text."""

from __future__ import annotations

from pipeline.compose.context import Context
from pipeline.compose.plan import Plan
from pipeline.compose.prose import paragraph
from pipeline.compose.tables import box, table
from pipeline.model.draft import Block, Paragraph, Ref, Run

APPROVERS = ("prepared_by", "reviewed_by", "consulted_with", "approved_by")
NOTICES = ("source", "endorsement", "decision", "scales", "lawyer")


def approval(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the table that offices sign, with nobody named; a release names the office that approved it, and when."""
    given = {"approved_by": (context.approved_by, context.date(context.approved_on))} if context.approved_by else {}
    rows = [(context.word(k), *given.get(k, ("", "")), "") for k in APPROVERS]
    columns = (
        ("", 0.25),
        (context.word("office"), 0.35),
        (context.word("date"), 0.15),
        (context.word("signature"), 0.25),
    )
    return (paragraph(context.word("approval_note")), table(columns, rows))


def acknowledgement(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the acknowledgement of the Toolkit and the notice that nobody endorsed the draft."""
    blocks: list[Block] = [paragraph(context.word(f"acknowledgement_{k}")) for k in NOTICES]
    if context.assessment.fictional:
        blocks.append(box("notice", context.word("notice"), context.word("fictional_notice")))
    if context.assessment.demonstration:
        blocks.append(box("notice", context.word("notice"), context.assessment.demonstration))
    strengths = tuple(context.word(f"strength_{s}") for s in ("shall", "should", "may"))
    blocks.append(box("summary", context.word("how_to_read"), *strengths, context.word("brackets_explained")))
    return tuple(blocks)


def definitions(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the sentence that gives the glossary its force; the terms themselves stand once, in the annex."""
    annex = plan.label("part:glossary")
    if annex is None:
        return ()
    before, _, after = context.word("glossary_clause").partition("{annex}")
    return (Paragraph("body", (Run(before), Ref(*annex), Run(after))),)
