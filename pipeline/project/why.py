"""Why a clause is in, out or open: answers, tests with file and line, provisions, and what keeps it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.compose.citations import citations, number
from pipeline.compose.context import Context
from pipeline.compose.draft import compose
from pipeline.condition.grammar import titled
from pipeline.library.checks import all_parts
from pipeline.model.assessment import COUNTRY, answers_of
from pipeline.model.condition import Leaf, Truth
from pipeline.model.draft import Draft, Heading, Paragraph
from pipeline.model.problem import Faulty, Place, Problem
from pipeline.model.selection import CaseDecision, ClauseDecision
from pipeline.project.country import Country
from pipeline.project.otherwise import otherwise, settled
from pipeline.project.printed_numbers import Printed
from pipeline.select.reasons import title_of, value_label
from pipeline.source.shape import nearest

MOST_CASES = 6
_PARAGRAPH = re.compile(r"\s*\(\d+\)$")
"""A paragraph behind the number of an article, as people cite it: `Article 9(1)`."""
DEPTH = 4
DOCUMENTS = ("guidelines", "strategy")
CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an explanation: its depth and words."""

    depth: int
    text: str


def drafts(country: Country, documents: tuple[str, ...] = DOCUMENTS) -> dict[str, Draft]:
    """Return a country's documents composed for the working audience, to find printed numbers in."""
    return {d: compose(context(country, d)) for d in documents}


def context(
    country: Country, document: str, lang: str = "en", audience: str = "working", version: str = "0.0"
) -> Context:
    """Return what a document is composed from."""
    return Context(
        country.assessment, country.library, country.findings, country.selection, document, lang,
        audience, version, country.as_of,  # type: ignore[arg-type]
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What a name or number stands for: the document (empty for a clause's id), the anchor, an older version if any."""

    document: str
    anchor: str
    version: str = ""


def anchors(country: Country, asked: str, printed: Mapping[str, Iterable[Printed]] | None = None) -> list[Found]:
    """Return what a clause id, an anchor or a printed number stands for.

    Args:
        country: A decided country.
        asked: What is asked for.
        printed: Numbers of the versions that stand, by document, newest first: it is them that readers have at hand.
            What was never drafted, or is found in none of them, is looked for in a draft as it would come out now.

    Raises:
        Faulty: Nothing has that name or number.
    """
    wanted = asked.removeprefix("clause:").strip()
    number_ = _PARAGRAPH.sub("", wanted).casefold()
    if wanted in country.library.clauses:
        return [Found("", f"clause:{wanted}")]
    numbers: list[str] = []

    def among(one: Printed) -> Iterator[str]:
        for anchor, labels in one.units:
            numbers.extend(labels)
            said = {label.casefold() for label in labels}
            named = wanted and (asked == anchor or f"part:{wanted}" == anchor)
            if named or wanted.casefold() in said or number_ in said:
                yield anchor

    found: list[Found] = []
    standing = printed or {}
    for document, versions in standing.items():
        for place, one in enumerate(versions):
            hits = dict.fromkeys(among(one))
            found += [Found(document, anchor, one.version if place else "") for anchor in hits]
            if hits:
                break
    fresh = [d for d in DOCUMENTS if d not in standing or not found]
    for document, draft in drafts(country, tuple(fresh)).items():
        found += [Found(document, anchor) for anchor in dict.fromkeys(among(_printed(draft)))]
    if not found:
        known = (*country.library.clauses, *dict.fromkeys(numbers))
        message = f"no clause or number '{asked}'{nearest(wanted, known)}"
        fix = "name a clause id (see: clausewright select) or a number as printed, such as 5.3"
        raise Faulty([Problem("WHY-001", Place(country.name), message, fix)])
    return found


def _printed(draft: Draft) -> Printed:
    """Return the numbers of a draft that is not stored."""
    units = []
    for unit in draft.units:
        labels = [b.label for b in unit.blocks if isinstance(b, Heading)]
        labels += [p.label for p in unit.blocks if isinstance(p, Paragraph) and p.role == "numbered"]
        units.append((unit.anchor, tuple(label for label in labels if label)))
    return Printed("", tuple(units))


def why(country: Country, asked: str, printed: Mapping[str, Iterable[Printed]] | None = None) -> list[Line]:
    """Explain a clause or a printed number.

    Args:
        country: A decided country.
        asked: A clause id or a number as printed.
        printed: Numbers of the versions that stand, by document, newest first.

    Returns:
        The explanation, line by line with its depth.
    """
    lines: list[Line] = []
    for one in anchors(country, asked, printed):
        document = one.document
        where = f" ({document} {one.version})" if one.version else f" ({document})" if document else ""
        kind, _, name = one.anchor.partition(":")
        if kind == "clause":
            lines += _clause(country, name, where)
        else:
            lines += _part(country, name, where, (document,) if document else DOCUMENTS)
    return lines


def _part(country: Country, name: str, where: str, documents: tuple[str, ...] = DOCUMENTS) -> Iterator[Line]:
    yield Line(0, f"{name}{where}: part of the outline of this kind of document")
    for document in documents:
        outline = country.library.outlines[document]
        if name == CLOSING and outline.formulae:
            yield Line(1, f"the closing words of the country's legal form, laid down in {outline.place.file}")
        for part in all_parts(outline.parts):
            if part.id == name:
                yield Line(1, f"laid down in {part.place}")
                if part.topics:
                    yield Line(1, f"takes clauses on: {', '.join(part.topics)}")
                if part.make:
                    yield Line(1, f"contents made from the assessment: {part.make}")


def _clause(country: Country, clause_id: str, where: str) -> Iterator[Line]:
    decision = country.selection.decisions[clause_id]
    clause = context(country, "guidelines").clause(clause_id) if decision.ground != "not_in_force" else None
    strengths = " and ".join(s for s, _ in decision.strengths if s)
    status = decision.status.upper() + (f" — {strengths}" if strengths else "")
    yield Line(0, f"{title_of(country.library, clause_id)} [{clause_id}]{where}: {status}")
    yield Line(1, decision.reason)
    if clause is None:
        return
    yield Line(1, f"written in {clause.place.file}, valid from {clause.valid_from}")
    shown = _cases(decision)
    for case in shown[:MOST_CASES]:
        yield from _case(country, case, clause_id)
    for word in settled(country, (clause_id,)).values():
        yield Line(1, word)
    if len(shown) > MOST_CASES:
        yield Line(1, f"and {len(shown) - MOST_CASES} more cases like these")
    law = citations(context(country, "guidelines"), clause.cites)
    for citation in law:
        provision = citation.provision
        mark = {"read": "read in the instrument", "other": "read in another text", "recalled": "only recalled: read it"}
        start = f", applies from {provision.start}" if provision.start > country.as_of else ""
        place = number(provision.number, citation.instrument.kind)
        name = citation.instrument.short.get("en", citation.instrument.id)
        cited = ", ".join(p for p in (name, place) if p)
        yield Line(
            1,
            f"rests on {cited}{start} ({mark[provision.mark]}): {provision.gist.get('en', '')}",
        )
    for cite in clause.cites:
        if cite.startswith("slot:"):
            own = context(country, "guidelines").slot(cite.removeprefix("slot:"))
            yield Line(1, f"rests on the state's own law: {own or 'slot ' + cite.removeprefix('slot:') + ' is empty'}")
    if not law and not any(c.startswith("slot:") for c in clause.cites):
        yield Line(1, "cites no provision that bears on this state")
    for ref, subject in decision.asks[:MOST_CASES]:
        yield Line(1, f"would be settled by: {_question(country, ref)} (for {_subject(country, subject)})")
    if len(decision.asks) > MOST_CASES:
        yield Line(1, f"and {len(decision.asks) - MOST_CASES} more questions")


def _cases(decision: ClauseDecision) -> list[CaseDecision]:
    """Return the cases that explain the outcome: those that agree with it, one of a kind."""
    agreeing = [c for c in decision.cases if c.truth.value == decision.status] or list(decision.cases)
    unique: dict[tuple[object, ...], CaseDecision] = {}
    for case in agreeing:
        unique.setdefault(
            (case.truth, case.strength, case.ground, tuple(leaf.test for leaf in case.because), case.by), case
        )
    return list(unique.values())


def _case(country: Country, case: CaseDecision, clause_id: str) -> Iterator[Line]:
    words = {
        "always": "it has no condition", "condition": "its condition decides", "required": "another clause needs it",
        "superseded": "a more special clause takes its place",
        "excluded": "a clause of higher rank or later date stands instead",
        "left_out": "left out by decision", "prospective": "a use that is expected and has no system yet",
        "withheld": "answers are withheld", "not_in_force": "no text is valid at this date",
    }  # fmt: skip
    strength = f", {case.strength}" if case.strength else ""
    yield Line(1, f"for {_subject(country, case.subject)}: {case.truth.value}{strength}; {words[case.ground]}")
    for other in case.by:
        yield Line(2, f"see “{title_of(country.library, other)}” [{other}]")
    if case.ground == "left_out":
        for d in country.assessment.decisions:
            if d.kind == "leave_out" and d.target == clause_id:
                yield Line(2, f"{d.date}, {d.owner}: {d.reason} ({d.place})")
    for leaf in case.because:
        yield from _leaf(country, leaf, 2)
    for sentence in otherwise(country, clause_id, case):
        yield Line(2, sentence)


def _leaf(country: Country, leaf: Leaf, depth: int) -> Iterator[Line]:
    """Yield a test as it came out, and under it the finding's own reasons down to answers."""
    ref, library = leaf.test.ref, country.library
    value = value_label(library, ref, leaf.value)
    title = titled(library.variables[ref], "en").rstrip("?.") if ref in library.variables else ref
    verdict = {Truth.IN: "holds", Truth.OUT: "does not hold", Truth.OPEN: "cannot be told yet"}[leaf.truth]
    answer = answers_of(country.assessment, leaf.subject).get(ref)
    source = f"; answered in {answer.place}" if answer else ""
    yield Line(depth, f"{title}: {value} (test “{leaf.test.text}” {verdict}, {leaf.test.place}{source})")
    if depth >= 2 + DEPTH:
        return
    finding = country.findings.get(leaf.subject, ref)
    if finding is None:
        return
    inner = finding.because
    if finding.member_because:
        inner = tuple(x for v in leaf.test.values for x in finding.member_because.get(v, ()))
    for one in inner[:MOST_CASES]:
        yield from _leaf(country, one, depth + 1)


def _subject(country: Country, subject: str) -> str:
    if subject == COUNTRY:
        return country.assessment.name
    return context(country, "guidelines").system_name(subject)


def _question(country: Country, ref: str) -> str:
    variable = country.library.variables.get(ref)
    return titled(variable, "en") if variable else ref
