"""A mapping file: how the columns of a foreign table answer our questions. Checked, and never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.intake import codes
from pipeline.intake.answers import RESERVED, questions_of
from pipeline.intake.formats import AnswerFile, MappedQuestionFile, MappingFile
from pipeline.intake.layout import fit
from pipeline.intake.tree import blankless
from pipeline.model.library import Library
from pipeline.model.problem import Problem, shown
from pipeline.model.question import Question, Subject
from pipeline.source.shape import nearest
from pipeline.source.shape import read as read_shape
from pipeline.source.tree import Node, place_at

OPEN_END = "…"
"""A cell text that ends so in a mapping matches every cell that begins with what stands before."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A checked mapping.

    Attributes:
        file: What the file says.
        questions: The mapped questions by column id.
        bureaus: (department, name as written), both folded, to the agency's position in the list.
    """

    file: MappingFile
    questions: Mapping[str, MappedQuestionFile]
    bureaus: Mapping[tuple[str, str], int]


def folded(text: str) -> str:
    """Return a text as it is compared: single spaces, no case, one kind of dash and quote, no final stop."""
    line = " ".join(text.translate(_ALIKE).split()).casefold()
    return line.rstrip(". ")


_ALIKE = str.maketrans({"–": "-", "—": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "“": '"', "”": '"'})


def matches(pattern: str, cell: str) -> bool:
    """Return whether a cell says what a mapping's text stands for; both are compared folded."""
    if pattern.endswith(OPEN_END):
        return folded(cell).startswith(folded(pattern.removesuffix(OPEN_END)))
    return folded(cell) == folded(pattern)


def read_mapping(data: bytes, path: str, library: Library) -> tuple[TableMapping | None, list[Problem]]:
    """Read a mapping file.

    Args:
        data: The YAML.
        path: Its path for places.
        library: Whose questions and codes it names.

    Returns:
        The mapping, or None with every problem.
    """
    tree, problems = blankless(data, path, codes.MAPPING)
    shape, faults = read_shape(tree, MappingFile, codes.MAPPING)
    problems += faults
    if tree is None or shape is None:
        return None, problems
    check = _Check(tree, library)
    check.columns(shape)
    check.agencies(shape)
    check.constants(shape.country.answers, "country", ("country", "answers"))
    check.constants(shape.systems.answers, "system", ("systems", "answers"))
    for i, one in enumerate(shape.systems.questions):
        check.question(one, ("systems", "questions", i))
    problems += check.problems
    if problems:
        return None, problems
    bureaus = {
        (folded(agency.within), folded(name)): i
        for i, agency in enumerate(shape.agencies.list)
        for name in (agency.name, *agency.written)
    }
    return TableMapping(shape, {q.column: q for q in shape.systems.questions}, bureaus), []


class _Check:
    """Collects what is wrong with one mapping."""

    def __init__(self, tree: Node, library: Library) -> None:
        self.tree = tree
        self.library = library
        self.problems: list[Problem] = []
        self.known: tuple[str, ...] = ()

    def fault(self, path: Path, message: str, fix: str) -> None:
        """Add a problem at a path."""
        field = ".".join(str(p) for p in path)
        self.problems.append(Problem(codes.MAPPING, place_at(self.tree, path), message, fix, field))

    def columns(self, shape: MappingFile) -> None:
        """Check that columns are named once, and that every name used is one of theirs and used once."""
        self.known = tuple(c.id for c in shape.columns)
        heads = [(c.header, c.occurrence) for c in shape.columns]
        for i, column in enumerate(shape.columns):
            if column.id in self.known[:i] or heads[i] in heads[:i]:
                self.fault(("columns", i), f"column '{column.id}' is given twice", "keep one")
        users: list[tuple[str, Path]] = [(s.column, ("select", i, "column")) for i, s in enumerate(shape.select)]
        users += [
            (shape.agencies.column, ("agencies", "column")),
            (shape.agencies.within, ("agencies", "within")),
        ]
        users += [(shape.systems.name, ("systems", "name"))]
        users += [(c, ("not_mapped", c)) for c in shape.not_mapped]
        asked = [q.column for q in shape.systems.questions]
        users += [(c, ("systems", "questions", i, "column")) for i, c in enumerate(asked)]
        for name, path in users:
            if name not in self.known:
                self.fault(path, f"no column '{name}'{nearest(name, self.known)}", "declare it under `columns:`")
        for i, name in enumerate(asked):
            if name in asked[:i] or name in shape.not_mapped:
                self.fault(("systems", "questions", i), f"column '{name}' is used twice", "keep one use")
        used = {c for c, _ in users}
        for i, name in enumerate(self.known):
            if name not in used:
                fix = "map it, or list it under `not_mapped:` with the reason"
                self.fault(("columns", i), f"nothing says what becomes of column '{name}'", fix)

    def agencies(self, shape: MappingFile) -> None:
        """Check slugs, that no two agencies claim one written name, and the constants."""
        slugs: set[str] = set()
        claimed: dict[tuple[str, str], str] = {}
        for i, agency in enumerate(shape.agencies.list):
            path: Path = ("agencies", "list", i)
            if agency.slug in slugs or not fit(agency.slug):
                self.fault(path, f"'{agency.slug}' is taken or cannot name a folder", "choose another slug")
            slugs.add(agency.slug)
            for name in dict.fromkeys(folded(n) for n in (agency.name, *agency.written)):
                key = (folded(agency.within), name)
                if key in claimed:
                    message = f"'{shown(name)}' already stands for {claimed[key]}"
                    self.fault(path, message, "keep it with one agency")
                claimed[key] = agency.slug
            self.constants(agency.answers, "agency", (*path, "answers"))

    def constants(self, answers: Mapping[str, AnswerFile], subject: Subject, path: Path) -> None:
        """Check answers that hold for all."""
        for key, answer in answers.items():
            question = self._asked(key, subject, (*path, key))
            if question is not None:
                self._code(question, answer.value, (*path, key, "value"))

    def question(self, one: MappedQuestionFile, path: Path) -> None:
        """Check one mapped column."""
        question = self._asked(one.question, "system", (*path, "question"))
        if question is None:
            return
        if (question.type == "text") != (one.text == "true"):
            message = f"system.{one.question} takes {'words' if question.type == 'text' else 'codes'}"
            self.fault(path, message, "write `text: true` for questions in words, and for no other")
        if question.type in ("set", "number", "date"):
            self.fault(path, f"a {question.type} cannot be read from a column", "list the column under `not_mapped:`")
            return
        for cell, code in one.codes.items():
            self._code(question, code, (*path, "codes", cell))
        patterns = [*one.codes, *one.leave]
        for i, cell in enumerate(patterns):
            for other in patterns[:i]:
                bare = cell.removesuffix(OPEN_END), other.removesuffix(OPEN_END)
                if matches(cell, bare[1]) or matches(other, bare[0]):
                    self.fault(
                        (*path, "codes"),
                        f"'{shown(cell)}' and '{shown(other)}' meet the same cell",
                        "keep one",
                    )

    def _asked(self, key: str, subject: Subject, path: Path) -> Question | None:
        questions = questions_of(self.library, subject)
        if key not in questions:
            message = f"no question '{subject}.{key}'{nearest(key, tuple(questions))}"
            self.fault(path, message, "use an id of the questionnaire")
        return questions.get(key)

    def _code(self, question: Question, code: str, path: Path) -> None:
        if question.scale is None:
            return
        known = (*question.scale.codes(), *RESERVED)
        if code not in known:
            message = f"'{shown(code)}' is not an answer to {question.ref}{nearest(code, known)}"
            self.fault(path, message, f"use one of: {', '.join(known[:12])}")
