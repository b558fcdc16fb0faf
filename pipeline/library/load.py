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
from pipeline.library.formats import ReleaseFile
from pipeline.library.glossary import read_glossary
from pipeline.library.law import read_instruments, read_packs
from pipeline.library.outlines import read_outlines
from pipeline.library.records import read_records
from pipeline.library.updates import enact, read_updates
from pipeline.library.vocabulary import CODE_QUESTION, arising_in_a_circle, read_questionnaires, read_rules
from pipeline.model.clause import Clause
from pipeline.model.library import Library
from pipeline.model.problem import Problem
from pipeline.model.question import Question, Questionnaire
from pipeline.source.shape import read
from pipeline.source.text import pointed
from pipeline.source.tree import parse as parse_yaml

USAGE = "clauses/glossary/usage.yaml"
EXPECTATIONS = "clauses/expectations/"
"""What a proof holds the library to; a draft does not depend on it."""
CODE_RELEASE = "LIBRARY-001"
RELEASE = "clauses/release.yaml"
INSTRUMENTS, UPDATES = "clauses/instruments/", "clauses/updates/"
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
    enacted, faults = read_instruments(under(INSTRUMENTS))
    problems += faults
    finding_files = {p: d for p, d in under("intake/findings/").items() if p != FACTS}
    rules, variables, faults = read_rules(finding_files, questions, enacted)
    problems += faults
    for ref, node in relevant.items():
        subject = ref.partition(".")[0]
        condition, faults = parse(node, questions, subject, CODE_QUESTION, "relevant")  # type: ignore[arg-type]
        problems += faults
        questions[ref] = replace(questions[ref], relevant=condition)
        variables[ref] = questions[ref]
    problems += arising_in_a_circle(questions)
    questionnaires = [_with(q, questions) for q in questionnaires]
    updates, faults = read_updates(under(UPDATES), variables)
    problems += faults
    instruments, faults = enact(enacted, updates)
    problems += faults
    packs, faults = read_packs(under("clauses/packs/"), instruments, variables)
    problems += faults
    records, faults = read_records(files, instruments)
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
    release, faults = _release(files)
    problems += faults
    library = Library(
        {q.id: q for q in questionnaires}, questions, rules, variables, clauses, instruments,
        {p.ref: p for i in instruments.values() for p in i.provisions}, packs, terms, roles, choices, outlines, words,
        numberings, legal_forms, {p: hashlib.sha256(files[p]).hexdigest() for p in sorted(files)},
        facts, expectations, accepted, enacted, updates, records=records, release=release,
    )  # fmt: skip
    if checked and not problems:
        problems += check(library)
        problems += check_expectations(library)
    return (None if any(not p.warning for p in problems) else library), pointed(problems, files)


def _release(files: Mapping[str, bytes]) -> tuple[str, list[Problem]]:
    """Return the name of the library's release; empty where it has none."""
    if RELEASE not in files:
        return "", []
    tree, problems = parse_yaml(files[RELEASE], RELEASE, CODE_RELEASE)
    shape, faults = read(tree, ReleaseFile, CODE_RELEASE)
    return (shape.release if shape else ""), [*problems, *faults]


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
    instruments = {p: d for p, d in files.items() if p.startswith(INSTRUMENTS)}
    updates = {p: d for p, d in files.items() if p.startswith(UPDATES)}
    written = {p: d for p, d in files.items() if p not in {**promised, **instruments, **updates}}
    national, problems = read_clauses(written, library.variables, national=True)
    expectations, accepted, faults = read_expectations(promised, library.variables)
    problems += faults
    laid, faults = with_law(library, instruments, updates)
    problems += faults
    clauses: dict[str, tuple[Clause, ...]] = dict(sorted({**library.clauses, **national}.items()))
    digests = {**library.files, **{f"national/{p}": hashlib.sha256(d).hexdigest() for p, d in files.items()}}
    laid = replace(
        laid,
        clauses=clauses,
        files=digests,
        expectations=(*library.expectations, *expectations),
        accepted=(*library.accepted, *accepted),
    )
    if not problems:
        problems += check(laid)
        problems += check_expectations(laid)
    return (None if any(not p.warning for p in problems) else laid), pointed(problems, files)


def with_law(
    library: Library, instruments: Mapping[str, bytes], updates: Mapping[str, bytes]
) -> tuple[Library, list[Problem]]:
    """Return a library with a country's own instruments, and with updates that came to it as files.

    An update that the library has taken up in the meantime counts once: the library's.

    Args:
        library: The library.
        instruments: Instrument files by path.
        updates: Update files by path.
    """
    if not (instruments or updates):
        return library, []
    more, problems = read_instruments(instruments)
    known, faults = read_updates(updates, library.variables, national=True)
    problems += faults
    enacted = {**library.enacted, **more}
    merged = {**known, **library.updates}
    ordered = dict(sorted(merged.items(), key=lambda item: (item[1].date, item[0])))
    law, faults = enact(enacted, ordered)
    problems += faults
    provisions = {p.ref: p for i in law.values() for p in i.provisions}
    laid = replace(library, instruments=law, provisions=provisions, enacted=enacted, updates=ordered)
    return laid, pointed(problems, {**instruments, **updates})


def _with(questionnaire: Questionnaire, questions: Mapping[str, Question]) -> Questionnaire:
    return replace(questionnaire, questions=tuple(questions[q.ref] for q in questionnaire.questions))
