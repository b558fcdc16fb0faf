"""Claims about the documents: no chapter is empty, nothing points at what is not there, every answer counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.condition.grammar import tests
from pipeline.library.checks import CROSS_REFERENCE, INSTRUMENTAL, all_parts
from pipeline.library.vocabulary import BOUND_BY, reads
from pipeline.model.clause import Clause, OutlinePart
from pipeline.model.library import Library
from pipeline.model.question import Question
from pipeline.prove.claims import Build, Claim, read_by
from pipeline.prove.decisions import Decisions
from pipeline.prove.formula import FALSE, TRUE

PRINCIPLES_IN = "guidelines"
"""The document in which every principle must have a norm; a strategy has measures for gaps instead."""


def document_claims(decisions: Decisions, printed_refs: frozenset[str]) -> Iterator[Claim]:
    """Yield the claims about documents at the date.

    Args:
        decisions: Decisions in any world, for the clauses valid at the date.
        printed_refs: Questions and findings that the documents themselves print or lay out by.
    """
    clauses = list(decisions.clauses.values())
    yield from _chapters(decisions.library, clauses)
    yield from _principles(clauses, decisions.library)
    for clause in clauses:
        yield from _references(clause, decisions)
        yield from _law(clause, decisions)
    yield from _unread(decisions.library, clauses, printed_refs)


def _chapters(library: Library, clauses: list[Clause]) -> Iterator[Claim]:
    for outline in library.outlines.values():
        for chapter in outline.parts:
            parts = list(all_parts((chapter,)))
            topics = {t for p in parts for t in p.topics}
            if not topics or any(p.make for p in parts):
                continue  # what is made from the assessment fills its own chapter
            inside = tuple(c.id for c in clauses if c.topic in topics and outline.id in c.documents)
            yield _empty(chapter, outline.id, inside)


def _empty(chapter: OutlinePart, document: str, inside: tuple[str, ...]) -> Claim:
    return Claim(
        "empty_chapter", chapter.id, document, chapter.place, f"the {document} can come out without a clause in it",
        "add a clause that always stands there", "never",
        _none_printed(inside), (), inside,
    )  # fmt: skip


def _principles(clauses: list[Clause], library: Library) -> Iterator[Claim]:
    place = library.outlines[PRINCIPLES_IN].place if PRINCIPLES_IN in library.outlines else clauses[0].place
    for principle in INSTRUMENTAL:
        bearing = tuple(
            c.id for c in clauses if principle in c.principles and c.kind == "norm" and PRINCIPLES_IN in c.documents
        )
        yield Claim(
            "principle_without_clause", principle, "", place, f"the {PRINCIPLES_IN} can come out without a norm for it",
            "add a norm that always stands", "never",
            _none_printed(bearing), (), bearing,
        )  # fmt: skip


def _none_printed(clauses: tuple[str, ...]) -> Build:
    return lambda d: d.formula.both(-d.printed(c) for c in clauses)


def _references(clause: Clause, decisions: Decisions) -> Iterator[Claim]:
    bodies = [b for text in clause.texts.values() for b in text.blocks.values()]
    referred = [m[1] for body in bodies for m in CROSS_REFERENCE.finditer(body)]
    for target in dict.fromkeys((*referred, *clause.depends_on)):
        other = decisions.clauses.get(target)
        there = other is not None and bool(set(other.documents) & set(clause.documents))

        def dangling(d: Decisions, target: str = target, there: bool = there) -> int:
            absent = -d.printed(target) if there else TRUE
            return d.formula.both((d.printed(clause.id), absent))

        yield Claim(
            "absent_target", clause.id, target, clause.place,
            f"can stand while '{target}', which it points at, does not",
            "add `requires`, or remove the reference", "never", dangling, (), (clause.id, target),
        )  # fmt: skip


def _law(clause: Clause, decisions: Decisions) -> Iterator[Claim]:
    """Yield that no law cited is over, and that a clause for states under some law cites law that concerns them."""
    library, as_of = decisions.library, decisions.readings.as_of
    over = [c for c in clause.cites if (p := library.provisions.get(c)) and p.until and p.until <= as_of]
    for cite in over:
        yield Claim(
            "absent_target", clause.id, cite, clause.place, f"cites {cite}, which is no longer law",
            "cite what replaced it, in a new state of the clause", "never",
            lambda d: d.printed(clause.id), (), (clause.id,),
        )  # fmt: skip
    if not any(t.ref == BOUND_BY and t.op == "includes" for t in tests(clause.when)):
        return  # a general clause stands by itself; its footnote names what law of the state there is
    cited = {c.partition(" ")[0] for c in clause.cites if c not in over}

    def lawless(d: Decisions) -> int:
        return d.formula.both((d.printed(clause.id), *(-_known(d, i) for i in cited)))

    yield Claim(
        "absent_target", clause.id, "law", clause.place, "can stand although no law it cites concerns the state",
        "cite the law that its condition asks for", "never", lawless, (), (clause.id,), (BOUND_BY,),
    )  # fmt: skip


def _known(d: Decisions, instrument: str) -> int:
    """Return the literal that a draft cites an instrument: it binds, may bind, guides or is watched."""
    readings = d.readings
    packs = [p.id for p in d.library.packs.values() if instrument in (*p.guides, *p.watches)]
    return d.formula.either((-readings.binds(instrument).fails, *(readings.uses_pack(p) for p in packs)))


def _unread(library: Library, clauses: Iterable[Clause], printed_refs: frozenset[str]) -> Iterator[Claim]:
    read = set(printed_refs)
    for clause in clauses:
        read |= read_by(clause) | {*clause.mitigates, *clause.answers_gap}
    for rule in library.rules:
        read |= set(reads(rule))
    for question in library.questions.values():
        read |= {t.ref for t in tests(question.relevant)}
    for pack in library.packs.values():
        read |= {t.ref for c in (pack.suits, *(b.when for b in pack.binds)) for t in tests(c)}
    for ref, variable in library.variables.items():
        if ref not in read:
            what = "question" if isinstance(variable, Question) else "finding"
            yield Claim(
                "unread", ref, "", variable.place, f"no condition, finding or document reads this {what}",
                "let one read it, or remove it", "sometimes", _no, (_yes,),
            )  # fmt: skip


def _no(_: Decisions) -> int:
    return FALSE


def _yes(_: Decisions) -> int:
    return TRUE
