"""One clause in its place: heading, a paragraph per strength that occurs, its law, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.compose.citations import note
from pipeline.compose.context import Context
from pipeline.compose.frozen_points import kept
from pipeline.compose.plan import Placed, Plan, printed
from pipeline.compose.prose import Line, lines
from pipeline.model.draft import Block, Footnote, Heading, Inline, Origin, Paragraph, Run, Unit, Zone

MOST_NAMED = 6
"""How many systems a line names before it counts them instead."""


@dataclass(slots=True)
class Notes:
    """Counts the footnotes of a document while it is composed."""

    count: int = 0

    def add(self, inlines: tuple[Inline, ...]) -> Footnote:
        """Return the next footnote with these inlines."""
        self.count += 1
        return Footnote(self.count, inlines)


def clause_unit(placed: Placed, context: Context, plan: Plan, notes: Notes, zone: Zone) -> Unit:
    """Return the unit of a clause: everything between its heading and the next one's."""
    clause = placed.clause
    anchor = f"clause:{clause.id}"
    title = context.title(clause)
    blocks: list[Block] = []
    if placed.label:
        blocks.append(Heading("clause", 2, placed.label, title, anchor))
    elif context.document == "strategy":
        blocks.append(Heading("sub", 3, "", title, anchor))
    body = list(_body(placed, context, plan))
    old = context.circulated.get(context.document)
    if old is not None and old.keeps(plan.numbering) and anchor in old.lines:
        body = kept(body, old.lines[anchor], old.numbering, plan.numbering, placed.figures)
    law = note(context, clause.cites)
    if law and body:
        body[0] = replace(body[0], inlines=(*body[0].inlines, notes.add(law)))
    blocks += body
    blocks += _remarks(placed, context)
    reason = placed.decision.reason if context.working else ""
    origin = Origin("national" if clause.national else "clause", clause.id, clause.valid_from, reason)
    return Unit(anchor, f"{placed.label} {title}".strip(), origin, zone, tuple(blocks))


def _body(placed: Placed, context: Context, plan: Plan) -> Iterator[Paragraph]:
    """Yield a clause's paragraphs, numbered where there is more than one."""
    clause, form = placed.clause, plan.numbering
    chapter, number = placed.figures
    names = [s for s, _ in placed.decision.strengths if s] if clause.kind == "norm" else ["text"]
    found: list[Line] = []
    for name in names:
        found += lines(context.block(clause, name), context, plan.label)
    plain = sum(1 for line in found if line.role == "p")
    paragraph_number = point = sub = 0
    for line in found:
        match line.role:
            case "p" if not placed.label:
                yield Paragraph("body", line.inlines)
            case "p" if plain == 1:
                yield Paragraph("clause", line.inlines)
            case "p":
                paragraph_number += 1
                label = printed(form.paragraph, form, chapter=chapter, clause=number, paragraph=paragraph_number)
                yield Paragraph("numbered", line.inlines, label)
            case "point":
                point = 1 if line.first else point + 1
                sub = 0
                label = printed(form.point, form, point=point)
                yield Paragraph("point", line.inlines, label, line.first)
            case "sub":
                sub += 1
                label = printed(form.subpoint, form, sub=sub)
                yield Paragraph("subpoint", line.inlines, label, sub == 1)
            case _:
                yield Paragraph("bullet", line.inlines)


def _remarks(placed: Placed, context: Context) -> Iterator[Paragraph]:
    """Yield the small line beneath a clause: from when it applies, whom it concerns, what is still open."""
    clause, decision = placed.clause, placed.decision
    said: list[Run] = []
    effective = context.effective(clause)
    if effective > context.as_of:
        said.append(Run(context.word("applies_from", date=context.date(effective)) + "."))
    if context.working and clause.scope != "country" and clause.kind == "norm":
        concerned = "; ".join(_concerned(placed, context))
        if concerned:
            key = "concerns_agencies" if clause.scope == "agency" else "concerns"
            said.append(Run(context.word(key, systems=concerned, agencies=concerned) + "."))
    if context.working and decision.asks:
        key = "open_kept" if decision.status == "open" else "open_strength"
        one = "_one" if len(decision.asks) == 1 else ""
        said.append(Run(context.word(key + one, count=str(len(decision.asks))), mark="open"))
    if said:
        spaced = [r for run in said for r in (Run(" "), run)][1:]
        yield Paragraph("concerns", tuple(spaced))


def _concerned(placed: Placed, context: Context) -> Iterator[str]:
    """Yield the agencies or systems a clause concerns at present, per strength where there are several."""
    clause, decision = placed.clause, placed.decision
    known = _subjects(context, clause.scope)
    several = len(decision.strengths) > 1
    for strength, subjects in decision.strengths:
        real = [s for s in subjects if s in known]
        expected = [s for s in subjects if s not in known]
        names = _named(context, real, known, clause.scope)
        if expected and not real and clause.scope == "system" and decision.status == "in":
            few = len(expected) <= MOST_NAMED
            uses = ", ".join(context.label("system.use", e.partition(":")[2]) for e in expected)
            names = context.word("prospective", use=uses) if few else context.word("uses_expected")
        if names:
            yield f"{context.word(f'strength_word_{strength}')} – {names}" if several and strength else names


def _subjects(context: Context, scope: str) -> tuple[str, ...]:
    agencies = context.assessment.agencies
    if scope == "agency":
        return tuple(a.slug for a in agencies)
    return tuple(s.key for a in agencies for s in a.systems)


def _named(context: Context, subjects: list[str], known: tuple[str, ...], scope: str) -> str:
    if not subjects:
        return ""
    if len(subjects) == len(known):
        return context.word("all_agencies" if scope == "agency" else "all_systems")
    if len(subjects) <= MOST_NAMED:
        return ", ".join(context.system_name(s) for s in subjects)
    return context.word(
        "some_agencies" if scope == "agency" else "some_systems", count=str(len(subjects)), all=str(len(known))
    )
