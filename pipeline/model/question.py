"""Questionnaires and findings: what may be asked, and which conclusions are drawn.

Both give a `Variable`: a named thing with a finite list of values that a condition may test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.model.condition import Condition
from pipeline.model.problem import Place

Subject = Literal["country", "agency", "system"]
SUBJECTS: tuple[Subject, ...] = ("country", "agency", "system")

NOT_APPLICABLE = "not_applicable"
WITHHELD = "withheld"

Texts = Mapping[str, str]
"""A text per language tag."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value that an answer or finding can take: its code and its label per language."""

    code: str
    text: Texts


@dataclass(frozen=True, slots=True)
class Scale:
    """A list of values; from lowest to highest where `ordered`."""

    values: tuple[Value, ...]
    ordered: bool

    def codes(self) -> tuple[str, ...]:
        """Return the codes in order."""
        return tuple(v.code for v in self.values)

    def label(self, code: str, lang: str) -> str:
        """Return the label of a code in a language, English where that language has none, the code at worst."""
        for value in self.values:
            if value.code == code:
                return value.text.get(lang) or value.text.get("en") or code
        return code


QuestionType = Literal["choice", "scale", "set", "text", "date", "number"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a questionnaire.

    Attributes:
        ref: `subject.id`, the name conditions use; permanent.
        questionnaire: Id of the questionnaire it belongs to.
        section: Id of its section.
        type: What kind of answer it takes.
        scale: The values it may take; None for text, date and number.
        text: The question, per language.
        help: Help, per language.
        principles: The instrumental principles it bears on.
        relevant: Asked only when this is not out.
        changeable: False for a fact of the world, which is never offered as advice.
        first: True when it stands in the first workbook.
        place: Where it is written.
    """

    ref: str
    questionnaire: str
    section: str
    type: QuestionType
    scale: Scale | None
    text: Texts
    help: Texts
    principles: tuple[str, ...]
    relevant: Condition | None
    changeable: bool
    first: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a questionnaire: id, title and introduction per language."""

    id: str
    title: Texts
    intro: Texts


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One assessment tool as data; `illustrative` while its scales are not the issuers' own."""

    id: str
    version: str
    subject: Subject
    illustrative: bool
    title: Texts
    intro: Texts
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]


FindingForm = Literal[
    "table", "worst_of", "some", "every", "at_least", "some_agency", "every_agency", "band", "when", "cases", "bound"
]


@dataclass(frozen=True, slots=True)
class FindingRule:
    """How one finding is drawn, in a closed form that proofs can see through.

    Attributes:
        ref: `subject.id`.
        title: Its name per language.
        form: The closed form.
        scale: The values it can take.
        principle: The instrumental principle it concerns, or empty.
        of: Refs it is computed from (`worst_of`, `band`, and rows then columns for `table`).
        table: For `table`: row code to the tuple of results by column.
        where: The condition over members (`some`, `every`, `at_least`, `some_agency`, `every_agency`) or `when`.
        n: For `at_least`.
        lowest: For `worst_of`: take the lowest instead of the highest.
        bands: For `band`: (value, upper bound or None), in order.
        cases: For `cases`: (value, condition), in order, with `otherwise` last.
        otherwise: For `cases`: the value when no case holds.
        place: Where it is written.
    """

    ref: str
    title: Texts
    form: FindingForm
    scale: Scale
    principle: str
    of: tuple[str, ...]
    table: Mapping[str, tuple[str, ...]]
    where: Condition | None
    n: int
    lowest: bool
    bands: tuple[tuple[str, int | None], ...]
    cases: tuple[tuple[str, Condition], ...]
    otherwise: str
    place: Place


Variable = Question | FindingRule
