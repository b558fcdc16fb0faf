"""What the assessments showed, for the working audience: readiness, risk by principle, gaps, and open questions.

No grand total: the lowest area is shown. What is not assessed is said to be so, and never drawn as low.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pipeline.compose.annexes import places
from pipeline.compose.context import Context
from pipeline.compose.plan import Plan
from pipeline.compose.prose import paragraph
from pipeline.compose.tables import cell, table
from pipeline.condition.grammar import titled, topic
from pipeline.library.vocabulary import reads
from pipeline.model.assessment import COUNTRY, Agency
from pipeline.model.clause import PRINCIPLES
from pipeline.model.draft import Block, Cell, Chart, Series, Shade
from pipeline.model.question import NOT_APPLICABLE

AREAS = ("culture", "people", "process")
READINESS = "agency.readiness"
LEVELS = 5
MOST_SYSTEMS = 20
"""How many systems the heat map lists before it groups them by agency."""
MOST_QUESTIONS = 40
MOST_AXES = 14

_SHADES: Mapping[str, Shade] = {"low": "low", "moderate": "moderate", "high": "high", "very_high": "very_high"}


def findings_summary(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the short form for the body of a strategy: readiness by agency and area."""
    return tuple(_readiness(context))


def assessment_summary(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the whole summary: readiness radar and table, heat map of risks, gaps."""
    in_body = context.document == "strategy"  # its first part prints the table already
    return (*_radar(context), *([] if in_body else _readiness(context)), *_heat_map(context), *_gaps(context))


def _level(context: Context, agency: Agency, ref: str) -> tuple[int | None, str]:
    """Return a readiness finding's level as a number and in words; with answers missing, `at most` the lowest."""
    finding = context.findings.get(agency.slug, ref)
    if finding is None or (finding.value is None and not finding.possible):
        return None, context.word("not_assessed")
    if finding.value is not None:
        number = finding.value.removeprefix("level_")
        return (int(number) if number.isdigit() else None), context.label(ref, finding.value)
    highest = finding.possible[-1]
    if highest in (f"level_{LEVELS}", NOT_APPLICABLE):
        return None, context.word("not_assessed")
    return int(highest.removeprefix("level_")), context.word("at_most", value=context.label(ref, highest))


def _radar(context: Context) -> list[Block]:
    """Draw the lowest level by area and agency; needs an agency with an answer, and few enough to tell lines apart."""
    agencies = [
        a for a in context.assessment.agencies if any(_level(context, a, f"{READINESS}_{area}")[0] for area in AREAS)
    ]
    if not agencies or len(agencies) > 6:
        return []
    axes = _axes(context)
    series = [Series(a.name, tuple(_section(a, section) for section, _ in axes)) for a in agencies]
    names = tuple(title for _, title in axes)
    alt = context.word("radar_alt", agencies=", ".join(a.name for a in agencies), areas=", ".join(names))
    return [Chart("", context.word("radar_caption"), alt, names, tuple(series), LEVELS)]


def _axes(context: Context) -> list[tuple[tuple[str, ...], str]]:
    """Return an axis for each gap finding that reads readiness questions: those questions, and the area's name."""
    axes: list[tuple[tuple[str, ...], str]] = []
    for rule in context.library.rules:
        if rule.ref.startswith("agency.gap_"):
            refs = tuple(r for r in reads(rule) if r.partition(".")[2].split("_")[0] in AREAS)
            name = topic(rule, context.lang)
            if refs:
                axes.append((refs, name[:1].upper() + name[1:]))
    return axes[:MOST_AXES]


def _section(agency: Agency, refs: tuple[str, ...]) -> int | None:
    """Return the lowest level among the answered questions of a group, None where none is answered."""
    known = [
        int(a.value.removeprefix("level_"))
        for ref in refs
        if (a := agency.answers.get(ref)) and a.value and a.value.startswith("level_")
    ]
    return min(known) if known else None


def _readiness(context: Context) -> list[Block]:
    agencies = context.assessment.agencies
    if not agencies:
        return []
    rows = [
        [agency.name, *(_level(context, agency, ref)[1] for ref in (*(f"{READINESS}_{a}" for a in AREAS), READINESS))]
        for agency in agencies
    ]
    columns = [(context.word("agency"), 0.28)] + [
        (context.word(w), 0.18) for w in ("culture", "people_and_expertise", "process", "lowest_area")
    ]
    return [table(columns, rows, context.word("readiness_caption"))]


def _heat_map(context: Context) -> list[Block]:
    systems = [(a, s) for a in context.assessment.agencies for s in a.systems]
    if not systems:
        return [paragraph(context.word("no_system_assessed"))]
    refs = [f"system.{core}_risk" for core in ("lawfulness", "harm", "autonomy", "fairness", "governance")]
    heads = [context.word(f"core_{core}") for core in PRINCIPLES]
    columns = [("", 0.3)] + [(h, 0.14) for h in heads]
    if len(systems) <= MOST_SYSTEMS:
        rows = [[cell(s.name, heads_row=True), *(_risk(context, s.key, r) for r in refs)] for _, s in systems]
        return [table(columns, rows, context.word("heat_caption"), "matrix")]
    grouped = []
    for agency in context.assessment.agencies:
        if agency.systems:
            name = context.word("agency_systems", agency=agency.name, count=str(len(agency.systems)))
            grouped.append(
                [cell(name, heads_row=True), *(_tally(context, [s.key for s in agency.systems], r) for r in refs)]
            )
    return [table(columns, grouped, context.word("heat_caption_grouped"), "matrix")]


def _risk(context: Context, subject: str, ref: str) -> Cell:
    finding = context.findings.get(subject, ref)
    unsettled = finding is not None and finding.value is None and NOT_APPLICABLE not in finding.possible
    if finding is not None and unsettled and finding.possible and finding.possible[0] != "low":
        return cell(
            context.word("at_least", value=context.label(ref, finding.possible[0])), _SHADES[finding.possible[0]]
        )
    value = finding.value if finding else None
    return cell(context.label(ref, value), _SHADES.get(value or "", "none"))


def _tally(context: Context, subjects: list[str], ref: str) -> Cell:
    """Return how many systems stand at the worst level that occurs, and how many are not assessed."""
    counted = Counter(context.findings.value(s, ref) or "" for s in subjects)
    worst = next((level for level in ("very_high", "high", "moderate", "low") if counted[level]), "")
    told = [f"{context.label(ref, worst)}: {counted[worst]}"] if worst else []
    if counted[""]:
        told.append(f"{context.word('not_assessed')}: {counted['']}")
    return cell("; ".join(told), _SHADES.get(worst, "none"))


def _gaps(context: Context) -> list[Block]:
    rows = []
    for rule in context.library.rules:
        if not rule.ref.startswith("agency.gap_"):
            continue
        values = [context.findings.value(a.slug, rule.ref) for a in context.assessment.agencies]
        if "yes" in values:
            names = ", ".join(a.name for a, v in zip(context.assessment.agencies, values, strict=True) if v == "yes")
            name = topic(rule, context.lang)
            rows.append((name[:1].upper() + name[1:], names))
    return (
        [table(((context.word("gap"), 0.45), (context.word("agencies"), 0.55)), rows, context.word("gaps_caption"))]
        if rows
        else []
    )


def open_questions(context: Context, plan: Plan) -> tuple[Block, ...]:
    """Return the questions worth answering next, with whom to ask and the clauses each would settle."""
    here = {d.clause for d, _ in context.printed()} | {
        d.clause for d in context.selection.decisions.values() if d.status == "open"
    }
    merged: dict[str, tuple[list[str], list[str]]] = {}
    for (ref, subject), clauses in context.selection.ask_next:
        found = [c for c in clauses if c in here]
        if found and ref in context.library.variables:
            subjects, settled = merged.setdefault(ref, ([], []))
            subjects.append(subject)
            settled += found
    ranked = sorted(merged.items(), key=lambda item: (-len(set(item[1][1])), item[0]))
    rows = []
    for ref, (subjects, settled) in ranked[:MOST_QUESTIONS]:
        who = _whom(context, subjects)
        rows.append(
            (
                titled(context.library.variables[ref], context.lang),
                who,
                places(settled, plan, context) or str(len(set(settled))),
            )
        )
    if not rows:
        return ()
    columns = ((context.word("question"), 0.5), (context.word("whom"), 0.25), (context.word("would_settle"), 0.25))
    blocks: list[Block] = [table(columns, rows)]
    if len(ranked) > MOST_QUESTIONS:
        blocks.append(paragraph(context.word("and_more_questions", count=str(len(ranked) - MOST_QUESTIONS)), "small"))
    return tuple(blocks)


def _whom(context: Context, subjects: list[str]) -> str:
    names = [context.assessment.name if s == COUNTRY else context.system_name(s) for s in dict.fromkeys(subjects)]
    if len(names) > 3:
        return context.word("systems_and_agencies", count=str(len(names)))
    return ", ".join(names)
