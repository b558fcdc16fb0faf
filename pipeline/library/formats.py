"""The shapes of the library's files, as pydantic models; docs/formats.md says the same for people."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from pipeline.source.shape import Code, ExistingDay, Lang, Line, Prose, Shape, Slug, TextByLang

Ref = Annotated[str, StringConstraints(pattern=r"^(country|agency|system)\.[a-z][a-z0-9_]{0,63}$", max_length=80)]
ClauseId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,55}$", max_length=56)]
Many = Field(max_length=400)
Few = Field(max_length=60)
SubjectName = Literal["country", "agency", "system"]
StrengthName = Literal["may", "should", "shall"]


class ReleaseFile(Shape):
    """clauses/release.yaml."""

    release: Line


class ScaleFile(Shape):
    """A shared list of values."""

    ordered: Literal["true", "false"]
    values: Annotated[dict[Code, TextByLang], Few]


class SectionFile(Shape):
    """A section of a questionnaire."""

    id: Code
    title: TextByLang
    intro: TextByLang = {}


class QuestionFile(Shape):
    """One question."""

    id: Code
    section: Code
    type: Literal["choice", "scale", "set", "text", "date", "number"]
    scale: Code | None = None
    values: Annotated[dict[Code, TextByLang], Many] = {}
    text: TextByLang
    help: TextByLang = {}
    principles: Annotated[tuple[Line, ...], Few] = ()
    relevant: Any = None
    changeable: Literal["true", "false"] = "true"
    first: Literal["true", "false"] = "false"


class QuestionnaireFile(Shape):
    """intake/questionnaires/<id>.yaml."""

    id: Code
    version: Line
    subject: SubjectName
    illustrative: Literal["true", "false"]
    title: TextByLang
    intro: TextByLang = {}
    scales: Annotated[dict[Code, ScaleFile], Few] = {}
    sections: Annotated[tuple[SectionFile, ...], Few]
    questions: Annotated[tuple[QuestionFile, ...], Many]


class BandFile(Shape):
    """One band of a number: values below `below`, or all that remain."""

    value: Code
    below: int | None = None


class CaseFile(Shape):
    """One case: the value when the condition holds."""

    value: Code
    when: Any


class FindingFile(Shape):
    """One finding rule."""

    id: Code
    subject: SubjectName
    title: TextByLang
    values: Code = "yes_no"
    principle: Line = ""
    form: Literal[
        "table", "worst_of", "some", "every", "at_least", "some_agency", "every_agency", "band", "when", "cases"
    ]
    rows: Ref | None = None
    columns: Ref | None = None
    table: Annotated[dict[Code, Annotated[tuple[Code, ...], Few]], Few] = {}
    of: Annotated[tuple[Ref, ...], Many] | Ref | None = None
    lowest: Literal["true", "false"] = "false"
    n: Annotated[int, Field(ge=1, le=100_000)] = 1
    systems: Any = None
    agencies: Any = None
    when: Any = None
    bands: Annotated[tuple[BandFile, ...], Few] = ()
    cases: Annotated[tuple[CaseFile, ...], Few] = ()
    otherwise: Code = ""


class FindingsFile(Shape):
    """intake/findings/<area>.yaml."""

    scales: Annotated[dict[Code, ScaleFile], Few] = {}
    findings: Annotated[tuple[FindingFile, ...], Many] = ()


class EscalationFile(Shape):
    """A condition that raises the strength."""

    to: StrengthName
    when: Any


class EffectiveFile(Shape):
    """When a clause itself starts to bind: a day, or the day of a provision."""

    from_: Annotated[ExistingDay | None, Field(alias="from")] = None
    provision: Line | None = None


class ClauseFile(Shape):
    """clauses/<area>/<id>/<valid-from>/clause.yaml."""

    kind: Literal["norm", "narrative", "definition", "measure"]
    documents: Annotated[tuple[Literal["guidelines", "strategy"], ...], Field(min_length=1, max_length=2)]
    scope: SubjectName
    principles: Annotated[tuple[Line, ...], Few] = ()
    topic: Slug
    order: Annotated[int, Field(ge=0, le=100_000)] = 100
    stance: Literal["require", "prohibit", "permit", "inform"]
    strength: StrengthName | None = None
    escalate: Annotated[tuple[EscalationFile, ...], Few] = ()
    when: Any = None
    if_open: Literal["keep", "hold"] = "keep"
    requires: Annotated[tuple[ClauseId, ...], Few] = ()
    excludes: Annotated[tuple[ClauseId, ...], Few] = ()
    supersedes: Annotated[tuple[ClauseId, ...], Few] = ()
    replaces: Annotated[tuple[ClauseId, ...], Few] = ()
    cites: Annotated[tuple[Line, ...], Few] = ()
    mitigates: Annotated[tuple[Ref, ...], Few] = ()
    owner_role: Code | None = None
    bearer: Code | None = None
    effective: EffectiveFile | None = None
    choices: Annotated[tuple[Code, ...], Few] = ()
    pillar: Literal["culture", "people_and_expertise", "process"] | None = None
    lead: Code | None = None
    support: Annotated[tuple[Code, ...], Few] = ()
    depends_on: Annotated[tuple[ClauseId, ...], Few] = ()
    years: Annotated[tuple[Annotated[int, Field(ge=1, le=20)], ...], Few] = ()
    cost_role: Code | None = None
    answers_gap: Annotated[tuple[Ref, ...], Few] = ()


class TermFile(Shape):
    """A defined term."""

    id: Code
    term: TextByLang
    forms: Annotated[dict[Lang, Annotated[tuple[Line, ...], Few]], Few] = {}
    definition: TextByLang
    cites: Annotated[tuple[Line, ...], Few] = ()


class TermsFile(Shape):
    """clauses/glossary/terms.yaml."""

    terms: Annotated[tuple[TermFile, ...], Many]


class RoleFile(Shape):
    """A role that duties name."""

    id: Code
    name: TextByLang
    short: TextByLang


class RolesFile(Shape):
    """clauses/glossary/roles.yaml."""

    roles: Annotated[tuple[RoleFile, ...], Many]


class OptionFile(Shape):
    """One way to settle a choice."""

    value: Code
    text: TextByLang


class ChoiceFile(Shape):
    """A point that the country settles."""

    id: Code
    text: TextByLang
    options: Annotated[tuple[OptionFile, ...], Few] = ()
    default: Line
    free: Literal["true", "false"] = "false"
    cites: Annotated[tuple[Line, ...], Few] = ()


class ChoicesFile(Shape):
    """clauses/glossary/choices/<area>.yaml."""

    choices: Annotated[tuple[ChoiceFile, ...], Many]


class PartFile(Shape):
    """A section of an outline."""

    id: Slug
    title: TextByLang
    topics: Annotated[tuple[Slug, ...], Few] = ()
    make: Annotated[str, StringConstraints(max_length=40)] = ""
    principles: Annotated[tuple[Line, ...], Few] = ()
    intro: TextByLang = {}
    parts: Annotated[tuple[PartFile, ...], Few] = ()
    audiences: Annotated[tuple[Literal["working", "consultation", "public"], ...], Few] = ()


class OutlineFile(Shape):
    """templates/documents/<kind>.yaml."""

    id: Code
    title: TextByLang
    subtitle: TextByLang
    numbering: Annotated[str, StringConstraints(max_length=40)] = ""
    words: Annotated[dict[Code, TextByLang], Many] = {}
    formulae: Annotated[dict[Code, Annotated[dict[Code, TextByLang], Few]], Few] = {}
    front: Annotated[tuple[PartFile, ...], Few] = ()
    parts: Annotated[tuple[PartFile, ...], Few]
    annexes: Annotated[tuple[PartFile, ...], Few] = ()


class WordsFile(Shape):
    """templates/documents/words.yaml."""

    words: Annotated[dict[Code, TextByLang], Field(max_length=1000)]


class LevelFile(Shape):
    """One level of a numbering."""

    format: Literal["decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter"]
    pattern: TextByLang


class NumberingFile(Shape):
    """One way of numbering."""

    continuous: Literal["true", "false"]
    chapter: LevelFile
    clause: LevelFile
    paragraph: LevelFile
    point: LevelFile
    subpoint: LevelFile
    annex: LevelFile
    inserted: Annotated[dict[Lang, Literal["upperLetter", "lowerLetter"]], Few] = {}


class NumberingsFile(Shape):
    """templates/documents/numbering.yaml."""

    forms: Annotated[dict[Code, NumberingFile], Few]
    for_legal_form: Annotated[dict[Code, Code], Few]


class FactFile(Shape):
    """What cannot be true together."""

    id: Slug
    subject: SubjectName
    never: Any
    reason: Line
    owner: Line


class FactsFile(Shape):
    """intake/findings/facts.yaml."""

    facts: Annotated[tuple[FactFile, ...], Many] = ()


DocumentName = Literal["guidelines", "strategy"]


class ExpectationFile(Shape):
    """What must come out, by principle, finding or provision."""

    id: Slug
    subject: SubjectName = "country"
    document: DocumentName | None = None
    topic: Slug | None = None
    principles: Annotated[tuple[Line, ...], Few] = ()
    provisions: Annotated[tuple[Line, ...], Few] = ()
    findings: Annotated[tuple[Ref, ...], Few] = ()
    stance: Literal["require", "prohibit", "permit", "inform"] | None = None
    kind: Literal["norm", "narrative", "definition", "measure"] | None = None
    bearer: Code | None = None
    when: Any = None
    at_least: StrengthName | None = None
    only: Literal["true", "false"] = "false"
    reason: Line


class FindingClassFile(Shape):
    """What must mitigate or answer each of several findings from a level on."""

    id: Slug
    findings: Annotated[tuple[Ref, ...], Many]
    from_: Annotated[Code, Field(alias="from")]
    document: DocumentName | None = None
    at_least: StrengthName
    reason: Line


class AcceptanceFile(Shape):
    """A defect that stays, by decision of an owner."""

    defect: Code
    at: Line
    other: Line | None = None
    reason: Line
    owner: Line


class ExpectationsFile(Shape):
    """clauses/expectations/<name>.yaml; document and topic hold for all expectations of the file that name none."""

    document: DocumentName = "guidelines"
    topic: Slug | None = None
    expectations: Annotated[tuple[ExpectationFile, ...], Many] = ()
    classes: Annotated[tuple[FindingClassFile, ...], Few] = ()
    accepted: Annotated[tuple[AcceptanceFile, ...], Many] = ()


TextFile = Prose
PartFile.model_rebuild()
