"""The explanatory note: the guidelines clause by clause, with purpose, reason, law, bearer and evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from pipeline.compose.citations import note
from pipeline.compose.context import Context
from pipeline.compose.plan import Placed, Plan, PlannedPart, plan
from pipeline.compose.prose import sentence
from pipeline.model.draft import Block, Heading, Inline, Paragraph, Ref, Run, Table


def paragraph_by_paragraph(context: Context, own: Plan) -> tuple[Block, ...]:
    """Return a heading and its lines for every clause of the guidelines, numbered as they are there."""
    guidelines, theirs = _guidelines(context)
    blocks: list[Block] = []
    for part in theirs.parts:
        blocks += _part(part, guidelines, theirs)
    return tuple(blocks)


def _guidelines(context: Context) -> tuple[Context, Plan]:
    """Return what the guidelines are composed from, and where their clauses stand."""
    guidelines = replace(context, document="guidelines")
    return guidelines, plan(guidelines, frozenset(_made(guidelines)))


def borrowed(make: Callable[[Context, Plan], tuple[Block, ...]]) -> Callable[[Context, Plan], tuple[Block, ...]]:
    """Return a maker of an annex that, in the explanatory note, speaks of the guidelines' clauses."""

    def made(context: Context, own: Plan) -> tuple[Block, ...]:
        if context.document != "explanatory":
            return make(context, own)
        return tuple(_unlinked(block) for block in make(*_guidelines(context)))

    return made


def _unlinked(block: Block) -> Block:
    """Return a table with references to the guidelines as plain words."""
    if not isinstance(block, Table):
        return block
    rows = tuple(
        tuple(replace(c, paragraphs=tuple(tuple(_plain(i) for i in line) for line in c.paragraphs)) for c in row)
        for row in block.rows
    )
    return replace(block, rows=rows)


def _made(context: Context) -> Iterator[str]:
    """Yield the parts of the guidelines with generated content, so that chapters bear the same numbers."""
    for part in context.outline.parts:
        if part.make:
            yield part.id


def _part(part: PlannedPart, context: Context, theirs: Plan) -> Iterator[Block]:
    clauses = [p for p in part.clauses if p.label]
    if part.zone == "body" and part.depth == 1 and (clauses or part.parts):
        title = f"{part.label} {context.text(part.part.title)}".strip()
        yield Heading("sub", 2, "", title, f"part:clause-by-clause#{part.part.id}")
    for placed in clauses:
        yield from _clause(placed, context, theirs)
    for inner in part.parts:
        yield from _part(inner, context, theirs)


def _clause(placed: Placed, context: Context, theirs: Plan) -> Iterator[Block]:
    clause, decision = placed.clause, placed.decision
    yield Heading("sub", 3, "", f"{placed.label} {context.title(clause)}", f"part:clause-by-clause#{clause.id}")
    purpose = context.block(clause, "purpose")
    if purpose:
        yield _line("purpose", sentence(purpose, context, theirs.label), context)
    reason = decision.reason if context.working else context.word("reason_general")
    yield _line("reason", (Run(reason),), context)
    law = note(context, clause.cites)
    yield _line("provisions", law or (Run(context.word("no_provision")),), context)
    who = context.word(
        "borne_and_kept", bearer=context.role(clause.bearer), owner=context.role(clause.owner_role or clause.bearer)
    )
    yield _line("bearer", (Run(who[:1].upper() + who[1:]),), context)
    evidence = context.block(clause, "evidence")
    if evidence:
        yield _line("evidence", sentence(evidence, context, theirs.label), context)


def _line(key: str, inlines: tuple[Inline, ...], context: Context) -> Paragraph:
    return Paragraph("body", (Run(context.word(key) + ". ", bold=True), *(_plain(i) for i in inlines)))


def _plain(inline: Inline) -> Inline:
    """Return a reference to the guidelines as plain words: the note is a document of its own."""
    return Run(inline.text) if isinstance(inline, Ref) else inline
