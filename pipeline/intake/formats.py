"""The shapes of the files in a country folder, and of a mapping file, as pydantic models.

`answers` stays untyped here: each answer is checked against its own question, in its own place (`answers.py`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from pipeline.source.shape import Code, Date, Day, Lang, Line, Prose, Shape, Slug, TextByLang

Format = Literal["1"]
OptionalLine = Annotated[str, StringConstraints(max_length=400)]
Many = Field(max_length=1000)
Few = Field(max_length=60)


class LegalFormFile(Shape):
    """How the country writes; numbering and style fall back on the legal form's own."""

    numbering: OptionalLine = ""
    style: OptionalLine = ""
    marking: OptionalLine = ""


class SlotLawFile(Shape):
    """The state's own law in one slot."""

    title: Line
    provision: OptionalLine = ""
    from_: Annotated[Date | None, Field(alias="from")] = None
    until: Date | None = None
    read_by: OptionalLine = ""
    read_on: Day | None = None


class CountryFile(Shape):
    """country.yaml."""

    format: Format
    name: Line
    state: OptionalLine = ""
    name_in_text: OptionalLine = ""
    issuer: OptionalLine = ""
    fictional: Literal["true", "false"] = "false"
    demonstration: TextByLang | Annotated[str, StringConstraints(max_length=1000)] = ""
    packs: Annotated[tuple[Code, ...], Field(max_length=20)] = ()  # absent: those that suit the answers
    as_of: Day | None = None
    languages: Annotated[tuple[Lang, ...], Field(min_length=1, max_length=20)] = ("en",)
    form: LegalFormFile = LegalFormFile()
    law: Annotated[dict[Code, SlotLawFile], Few] = Field(default_factory=dict)
    answers: Any = None
    since: Annotated[dict[Code, Date], Many] = Field(default_factory=dict)


class ProfileFile(Shape):
    """agencies/<slug>/profile.yaml."""

    format: Format
    name: Line
    answers: Any = None


class ReadinessFile(Shape):
    """agencies/<slug>/readiness.yaml."""

    format: Format
    answers: Any = None


class RiskFile(Shape):
    """agencies/<slug>/systems/<id>/risk.yaml."""

    format: Format
    name: Line
    answers: Any = None


class DecisionFile(Shape):
    """One decision of decisions.yaml; one of `leave_out`, `choose`, `waive`, `confirm`, `comment` names its target.

    What stands between `value` and `owner` belongs to `comment`; its `response` is the reason where none is given.
    """

    leave_out: Line | None = None
    choose: Code | None = None
    waive: Line | None = None
    confirm: Slug | None = None
    comment: Annotated[str, StringConstraints(pattern=r"^[ct]-[0-9a-f]{12}(-[0-9]{1,4})?$", max_length=19)] | None = (
        None
    )
    value: Annotated[str, StringConstraints(max_length=1000)] = ""
    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$", max_length=6)] | None = None
    round: Annotated[int, Field(ge=1, le=99)] | None = None
    section: OptionalLine = ""
    clause: OptionalLine = ""
    body: OptionalLine = ""
    status: Literal["accepted", "accepted in part", "rejected", "noted"] | None = None
    response: Annotated[str, StringConstraints(max_length=2000)] = ""
    owner: Line
    date: Day
    reason: Annotated[str, StringConstraints(max_length=2000)] = ""


class DecisionsFile(Shape):
    """decisions.yaml; a consultation can bring many decisions."""

    format: Format
    decisions: Annotated[tuple[DecisionFile, ...], Field(max_length=2500)] = ()


class ColumnFile(Shape):
    """One column of a foreign table: its id in the mapping, its header, which of those headed alike it is."""

    id: Code
    header: Line
    occurrence: Annotated[int, Field(ge=1, le=200)] = 1


class SelectFile(Shape):
    """Keeps the rows whose column holds one of some values."""

    column: Code
    any: Annotated[tuple[Line, ...], Few]


class AnswerFile(Shape):
    """An answer that holds for all of a subject, with where it comes from."""

    value: Line
    source: Line


class MappedAgencyFile(Shape):
    """One agency and every way in which the table writes its name."""

    slug: Slug
    name: Line
    within: Line
    written: Annotated[tuple[Line, ...], Few]
    answers: Annotated[dict[Code, AnswerFile], Few] = Field(default_factory=dict)


class AgenciesFile(Shape):
    """How rows are shared out to agencies: by the name in `column`, within the department in `within`."""

    column: Code
    within: Code
    list: Annotated[tuple[MappedAgencyFile, ...], Many]


class MappedQuestionFile(Shape):
    """One column that answers one question about a system.

    Attributes:
        question: Id of the question, without `system.`.
        column: Id of the column.
        text: `true` for a free-text question, whose cell is taken as it stands.
        codes: Cell text to code; a cell that ends with `…` in the table matches by its beginning.
        leave: Cell text to the reason why it answers nothing; such cells are counted as not mapped.
        note: Remark for the reader of the mapping.
    """

    question: Code
    column: Code
    text: Literal["true", "false"] = "false"
    codes: Annotated[dict[Line, Code], Many] = Field(default_factory=dict)
    leave: Annotated[dict[Line, Line], Many] = Field(default_factory=dict)
    note: TextByLang = Field(default_factory=dict)


class SystemsFile(Shape):
    """How a row becomes a system."""

    name: Code
    answers: Annotated[dict[Code, AnswerFile], Few] = Field(default_factory=dict)
    questions: Annotated[tuple[MappedQuestionFile, ...], Many]


class MappedCountryFile(Shape):
    """What the mapping says of the country itself."""

    name: Line
    issuer: OptionalLine = ""
    demonstration: TextByLang
    packs: Annotated[tuple[Code, ...], Few]
    languages: Annotated[tuple[Lang, ...], Few] = ("en",)
    form: LegalFormFile = LegalFormFile()
    answers: Annotated[dict[Code, AnswerFile], Many] = Field(default_factory=dict)
    since: Annotated[dict[Code, Date], Many] = Field(default_factory=dict)


class MappingFile(Shape):
    """intake/mappings/<id>.yaml."""

    format: Format
    id: Slug
    title: TextByLang
    source: Prose
    encoding: Literal["utf-8", "windows-1252", "iso-8859-1"]
    columns: Annotated[tuple[ColumnFile, ...], Many]
    select: Annotated[tuple[SelectFile, ...], Few] = ()
    country: MappedCountryFile
    agencies: AgenciesFile
    systems: SystemsFile
    not_mapped: Annotated[dict[Code, Line], Many] = Field(default_factory=dict)
