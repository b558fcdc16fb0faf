"""The library: clauses, law, questionnaires, findings, glossary, outlines, read and checked as one whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model.clause import Choice, Clause, Outline, Role, Term
from pipeline.model.law import Instrument, Pack, Provision
from pipeline.model.proof import Acceptance, Expectation, Fact
from pipeline.model.question import FindingRule, Question, Questionnaire, Texts, Variable
from pipeline.model.record import NO_RECORDS, Records
from pipeline.model.update import Update


@dataclass(frozen=True, slots=True)
class Library:
    """All that drafting consults.

    Attributes:
        questionnaires: By id.
        questions: By ref.
        rules: Finding rules in an order in which each reads only earlier ones.
        variables: Questions and findings by ref.
        clauses: By id, the dated states from oldest to newest.
        instruments: By id, with all that the library knows; `law_at` gives them as of a date.
        provisions: By ref, likewise.
        packs: By id.
        terms: By id.
        roles: By id.
        choices: By id.
        outlines: By document kind.
        words: Words shared by all documents, per language.
        numberings: Numbering id to level name to (format, pattern per language); `continuous` under its own key.
        legal_forms: Legal form to the numbering that goes with it.
        files: Path within the library to the SHA-256 of its bytes.
        facts: What cannot be true together.
        expectations: What must come out.
        accepted: Defects that stay by decision of an owner.
        release: Name of the library's release.
        enacted: Instruments by id before any update.
        updates: By id, in order of date.
        records: Memberships and treaties of states.
    """

    questionnaires: Mapping[str, Questionnaire]
    questions: Mapping[str, Question]
    rules: tuple[FindingRule, ...]
    variables: Mapping[str, Variable]
    clauses: Mapping[str, tuple[Clause, ...]]
    instruments: Mapping[str, Instrument]
    provisions: Mapping[str, Provision]
    packs: Mapping[str, Pack]
    terms: Mapping[str, Term]
    roles: Mapping[str, Role]
    choices: Mapping[str, Choice]
    outlines: Mapping[str, Outline]
    words: Mapping[str, Texts]
    numberings: Mapping[str, Mapping[str, Mapping[str, str]]]
    legal_forms: Mapping[str, str]
    files: Mapping[str, str]
    facts: tuple[Fact, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    enacted: Mapping[str, Instrument] = field(default_factory=dict)
    updates: Mapping[str, Update] = field(default_factory=dict)
    release: str = ""
    records: Records = NO_RECORDS


def clause_at(library: Library, clause_id: str, as_of: str) -> Clause | None:
    """Return the state of a clause valid at a date: the newest that began on or before it, or None."""
    states = [c for c in library.clauses.get(clause_id, ()) if c.valid_from <= as_of]
    return states[-1] if states else None
