"""All files of a library in, one checked `Library` out, or every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from pipeline.condition.grammar import parse
from pipeline.library.checks import check
from pipeline.library.clauses import read_clauses
from pipeline.library.drafting import Usage, read_usage
from pipeline.library.expectations import FACTS, check_expectations, read_expectations, read_facts
from pipeline.library.glossary import read_glossary
from pipeline.library.law import read_instruments, read_packs
from pipeline.library.outlines import read_outlines
from pipeline.library.vocabulary import CODE_QUESTION, arising_in_a_circle, read_questionnaires, read_rules
from pipeline.model.clause import Clause
from pipeline.model.library import Library
from pipeline.model.problem import Problem
from pipeline.model.question import Question, Questionnaire
from pipeline.source.text import pointed

USAGE = "clauses/glossary/usage.yaml"
EXPECTATIONS = "clauses/expectations/"
"""What a proof holds the library to; a draft does not depend on it."""
NOT_CLAUSES = ("instruments", "updates", "glossary", "expectations", "packs")
"""Folders under clauses/ that hold other things than clauses."""


def load(files: Mapping[str, bytes], checked: bool = True) -> tuple[Library | None, list[Problem]]:
    """Read a library.

    Args:
        files: Bytes by path: `clauses/…`, `intake/questionnaires/…`, `intake/findings/…`, `templates/documents/…`.
        checked: False skips the checks between parts, for files already known to be sound by their digests.

    Returns:
        The library, or None with every problem found in any file.
    """
    problems: list[Problem] = []

    def under(prefix: str, suffix: str = ".yaml") -> dict[str, bytes]:
        return {p: files[p] for p in sorted(files) if p.startswith(prefix) and p.endswith(suffix)}

    questionnaires, relevant, faults = read_questionnaires(under("intake/questionnaires/"))
    problems += faults
    questions = {q.ref: q for one in questionnaires for q in one.questions}
    instruments, faults = read_instruments(under("clauses/instruments/"))
    problems += faults
    finding_files = {p: d for p, d in under("intake/findings/").items() if p != FACTS}
    rules, variables, faults = read_rules(finding_files, questions, instruments)
    problems += faults
    for ref, node in relevant.items():
        subject = ref.partition(".")[0]
        condition, faults = parse(node, questions, subject, CODE_QUESTION, "relevant")  # type: ignore[arg-type]
        problems += faults
        questions[ref] = replace(questions[ref], relevant=condition)
        variables[ref] = questions[ref]
    problems += arising_in_a_circle(questions)
    questionnaires = [_with(q, questions) for q in questionnaires]
    packs, faults = read_packs(under("clauses/packs/"), instruments, variables)
    problems += faults
    glossary = {p: d for p, d in under("clauses/glossary/").items() if p != USAGE}
    terms, roles, choices, faults = read_glossary(glossary)
    problems += faults
    outlines, words, numberings, legal_forms, faults = read_outlines(under("templates/documents/"))
    problems += faults
    clause_files = {
        p: files[p]
        for p in sorted(files)
        if p.startswith("clauses/") and p.count("/") > 1 and p.split("/")[1] not in NOT_CLAUSES
    }
    clauses, faults = read_clauses(clause_files, variables)
    problems += faults
    facts, faults = read_facts(files[FACTS], FACTS, variables) if FACTS in files else ((), [])
    problems += faults
    expectations, accepted, faults = read_expectations(under(EXPECTATIONS), variables)
    problems += faults
    library = Library(
        {q.id: q for q in questionnaires}, questions, rules, variables, clauses, instruments,
        {p.ref: p for i in instruments.values() for p in i.provisions}, packs, terms, roles, choices, outlines, words,
        numberings, legal_forms, {p: hashlib.sha256(files[p]).hexdigest() for p in sorted(files)},
        facts, expectations, accepted,
    )  # fmt: skip
    if checked and not problems:
        problems += check(library)
        problems += check_expectations(library)
    return (None if any(not p.warning for p in problems) else library), pointed(problems, files)


def usage_of(files: Mapping[str, bytes]) -> tuple[Usage, list[Problem]]:
    """Read the library's word lists; empty where there are none."""
    return read_usage(files[USAGE], USAGE) if USAGE in files else (Usage({}, ()), [])


def overlaid(library: Library, files: Mapping[str, bytes]) -> tuple[Library | None, list[Problem]]:
    """Lay a country's own clauses over a library: whole clauses by id are added or replaced.

    Args:
        library: The library beneath.
        files: The country folder's `clauses/…` by path, its own expectations and acceptances among them.
    """
    if not files:
        return library, []
    promised = {p: d for p, d in files.items() if p.startswith(EXPECTATIONS)}
    written = {p: d for p, d in files.items() if p not in promised}
    national, problems = read_clauses(written, library.variables, national=True)
    expectations, accepted, faults = read_expectations(promised, library.variables)
    problems += faults
    clauses: dict[str, tuple[Clause, ...]] = dict(sorted({**library.clauses, **national}.items()))
    digests = {**library.files, **{f"national/{p}": hashlib.sha256(d).hexdigest() for p, d in files.items()}}
    laid = replace(
        library,
        clauses=clauses,
        files=digests,
        expectations=(*library.expectations, *expectations),
        accepted=(*library.accepted, *accepted),
    )
    if not problems:
        problems += check(laid)
        problems += check_expectations(laid)
    return (None if any(not p.warning for p in problems) else laid), pointed(problems, files)


def _with(questionnaire: Questionnaire, questions: Mapping[str, Question]) -> Questionnaire:
    return replace(questionnaire, questions=tuple(questions[q.ref] for q in questionnaire.questions))
