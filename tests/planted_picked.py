"""Defects planted by a change to what is shipped, in a clause or expectation picked by what it is; all by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from planted import (
    AS_OF,
    EU,
    FEDERAL,
    GUIDELINES,
    QUESTIONS,
    SOWN,
    Planting,
    clause_files,
    clause_path,
    sound,
    sown,
    with_clauses,
)

from pipeline.condition.grammar import tests
from pipeline.library.checks import INSTRUMENTAL, all_parts
from pipeline.model.clause import Clause
from pipeline.model.condition import Condition, Grouped, Test
from pipeline.model.library import Library
from pipeline.model.problem import Place
from pipeline.model.proof import Expectation
from pipeline.prove.expectation_claims import answering, applies


def _changed(library: Library, change: Callable[[Clause], Clause | None]) -> Library:
    """Return a library with every state of every clause changed; None takes it away."""
    clauses = {i: tuple(n for c in states if (n := change(c)) is not None) for i, states in library.clauses.items()}
    return replace(library, clauses={i: states for i, states in clauses.items() if states})


def _test(ref: str, value: str) -> Test:
    return Test(ref, "is", (value,), f"{ref} is {value}", Place("planted"))


def _only_if(clause: Clause, more: Condition) -> Clause:
    parts = (clause.when, more) if clause.when else (more,)
    return replace(clause, when=Grouped("all", parts, clause.place), requires=())


def _contradicts_no_more(library: Library) -> Planting:
    """What a fact excludes for good can still be open: the permission stands, the prohibition waits."""
    fact = next(
        f for f in library.facts
        if f.subject == "country" and isinstance(f.never, Grouped) and f.never.group == "all" and len(f.never.of) == 2
    )  # fmt: skip
    assert isinstance(fact.never, Grouped)
    one, other = (t.text for t in tests(fact.never))
    clauses = {
        "planted": f"stance: permit; strength: may; when: {one}", "planted-ban": f"stance: prohibit; when: {other}"
    }  # fmt: skip
    planted = with_clauses(library, clauses)
    return Planting("permission_over_open_prohibition", "planted", "planted-ban", clause_path("planted"), planted)


def _excluded_by_a_fact(library: Library) -> Planting:
    """A condition that a fact forbids, in words that do not exclude each other."""
    fact = next(f for f in library.facts if f.subject == "country" and isinstance(f.never, Grouped))
    clauses = with_clauses(library, {"planted": f"when: {EU}"}).clauses
    planted = replace(clauses["planted"][0], when=fact.never)
    found = replace(library, clauses={**clauses, "planted": (planted,)})
    return Planting("unreachable", "planted", "", clause_path("planted"), found)


def _a_chapter_of_its_own(library: Library, files: Mapping[str, bytes]) -> Planting:
    part = b'parts:\n  - {id: planted-chapter, title: {en: "Planted"}, topics: [planted-topic]}\n'
    outline = files[GUIDELINES].replace(b"\nparts:\n", b"\n" + part, 1)
    clauses = clause_files({"planted": f"topic: planted-topic; when: {FEDERAL}"})
    planted = {**files, **clauses, GUIDELINES: outline}
    return Planting("empty_chapter", "planted-chapter", "guidelines", GUIDELINES, sound(planted), files=planted)


def _the_smallest_chapter(library: Library) -> Planting:
    """The clauses of the chapter with the fewest stand only in federal states."""
    found: list[tuple[int, str, set[str]]] = []
    for chapter in library.outlines["guidelines"].parts:
        parts = list(all_parts((chapter,)))
        topics = {t for p in parts for t in p.topics}
        inside = [s[-1] for s in library.clauses.values() if s[-1].topic in topics]
        if inside and not any(p.make for p in parts):
            found.append((len(inside), chapter.id, topics))
    _, chapter_id, topics = min(found)
    change = _changed(
        library,
        lambda c: (
            _only_if(c, _test("country.federal_structure", "yes")) if c.topic in topics else replace(c, requires=())
        ),
    )
    return Planting("empty_chapter", chapter_id, "guidelines", GUIDELINES, change)


def _a_question_for_nothing(library: Library, files: Mapping[str, bytes]) -> Planting:
    section = library.questions["country.member_eu"].section
    question = f'  - {{id: planted, section: {section}, type: choice, scale: yes_no, text: {{en: "Planted?"}}}}\n'
    found = sound({**files, QUESTIONS: files[QUESTIONS].rstrip() + b"\n" + question.encode()})
    return Planting("unread", "country.planted", "", QUESTIONS, found)


def _principle(library: Library, conditional: bool) -> Planting:
    """No norm bears the principle that the fewest norms bear, or only one for federal states."""
    bearing = {
        p: [s[-1].id for s in library.clauses.values() if p in s[-1].principles and s[-1].kind == "norm"]
        for p in INSTRUMENTAL
    }
    principle = min(bearing, key=lambda p: (len(bearing[p]), p))
    found = _changed(
        library, lambda c: replace(c, principles=tuple(p for p in c.principles if p != principle))
    )  # fmt: skip
    if conditional:
        found = with_clauses(found, {"planted": f"principles: [{principle}]; when: {FEDERAL}"})
    return Planting("principle_without_clause", principle, "", GUIDELINES, found)


def _met_by_one(library: Library) -> Iterator[tuple[Expectation, Clause]]:
    """Yield expectations that one clause alone answers, and nothing else in the library names."""
    valid = [s[-1] for s in library.clauses.values() if s[-1].valid_from <= AS_OF]
    for expectation in library.expectations:
        candidates = answering(expectation, tuple(valid))
        if len(candidates) == 1 and applies(expectation, library, AS_OF):
            yield expectation, library.clauses[candidates[0]][-1]


def _a_clause_deleted(library: Library, files: Mapping[str, bytes]) -> Planting:
    """Its folder is deleted; it is one to which nothing in the library refers."""
    named = {i for s in library.clauses.values() for c in s for i in (*c.requires, *c.excludes, *c.supersedes)}
    named |= {i for s in library.clauses.values() for c in s for i in (*c.replaces, *c.depends_on)}
    texts = b"".join(d for p, d in files.items() if p.endswith(".md"))
    expectation, clause = next(
        (e, c) for e, c in _met_by_one(library)
        if c.id not in named and f"clause:{c.id}]".encode() not in texts and c.when is None and len(c.documents) == 1
    )  # fmt: skip
    left = {p: d for p, d in files.items() if f"/{clause.id}/" not in p}
    return Planting("unmet_expectation", expectation.id, "", expectation.place.file, sound(left), files=left)


def _an_escalation_dropped(library: Library) -> Planting:
    expectation, clause = next(
        (e, c) for e, c in _met_by_one(library)
        if e.at_least == "shall" and e.when is not None and c.strength == "should" and c.escalate
    )  # fmt: skip
    found = _changed(library, lambda c: replace(c, escalate=()) if c.id == clause.id else c)
    return Planting("unmet_expectation", expectation.id, "", expectation.place.file, found)


def _a_condition_dropped(library: Library) -> Planting:
    expectation, clause = next(
        (e, c) for e, c in _met_by_one(library) if e.only and e.when is not None and c.when is not None
    )  # fmt: skip
    found = _changed(library, lambda c: replace(c, when=None) if c.id == clause.id else c)
    return Planting("beyond_expectation", expectation.id, "", expectation.place.file, found)


PICKED: Mapping[str, Callable[[Library, Mapping[str, bytes]], Planting]] = {
    "a condition that a fact excludes": lambda library, _: _excluded_by_a_fact(library),
    "an open prohibition that a fact excludes": lambda library, _: _contradicts_no_more(library),
    "a chapter with a conditional clause": _a_chapter_of_its_own,
    "a chapter for federal states only": lambda library, _: _the_smallest_chapter(library),
    "a question that nobody reads": _a_question_for_nothing,
    "a principle that no norm bears": lambda library, _: _principle(library, conditional=False),
    "a principle that a conditional norm bears": lambda library, _: _principle(library, conditional=True),
    "a clause deleted": _a_clause_deleted,
    "an escalation dropped": lambda library, _: _an_escalation_dropped(library),
    "a condition dropped": lambda library, _: _a_condition_dropped(library),
}

NAMES: tuple[str, ...] = (*SOWN, *PICKED)


def planting(name: str, library: Library, files: Mapping[str, bytes]) -> Planting:
    """Return a planting by its name."""
    return sown(SOWN[name], library, files) if name in SOWN else PICKED[name](library, files)
