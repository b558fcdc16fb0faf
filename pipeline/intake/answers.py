"""One answer at a time: a tree or a cell in, an `Answer` or a problem with its place and repair out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from pipeline.condition.evaluation import Rank, evaluate
from pipeline.intake import codes
from pipeline.model.assessment import Answer, Answers
from pipeline.model.condition import Truth
from pipeline.model.finding import Reading
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem, shown
from pipeline.model.question import NOT_APPLICABLE, WITHHELD, Question, Scale, Subject
from pipeline.source.shape import nearest
from pipeline.source.text import forbidden, name_of
from pipeline.source.tree import Mapping as TreeMapping
from pipeline.source.tree import Node, Scalar, Sequence

RESERVED = (NOT_APPLICABLE, WITHHELD)
"""Codes that every question takes besides its own."""

DETAIL_KEYS = ("value", "members", "source", "note")
_NUMBER = re.compile(r"(0|[1-9]\d{0,11})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def questions_of(library: Library, subject: Subject) -> dict[str, Question]:
    """Return the questions about a subject by id, without `subject.`."""
    prefix = f"{subject}."
    return {ref.removeprefix(prefix): q for ref, q in library.questions.items() if ref.startswith(prefix)}


def scale_of(question: Question) -> Scale:
    """Return the values of a question that has codes.

    Raises:
        ValueError: It takes words, a number or a day; only a fault in this program asks then.
    """
    if question.scale is None:
        raise ValueError(f"{question.ref} has no codes")
    return question.scale


def known_day(text: str) -> bool:
    """Return whether a date (YYYY, YYYY-MM or YYYY-MM-DD) exists in the calendar, from 1800 to 2199."""
    parts = [int(p) for p in text.split("-")]
    try:
        date = dt.date(*([*parts, 1, 1])[:3])
    except ValueError:
        return False
    return 1800 <= date.year <= 2199


def read_answers(node: Node | None, subject: Subject, library: Library) -> tuple[dict[str, Answer], list[Problem]]:
    """Read the mapping under `answers:`.

    Args:
        node: The tree; None or an empty text where nothing was answered.
        subject: Whom the answers are about.
        library: Whose questions are answered.

    Returns:
        Answers by ref, without those that were left blank, and every problem.
    """
    if node is None or (isinstance(node, Scalar) and not node.text.strip()):
        return {}, []
    if not isinstance(node, TreeMapping):
        fix = "write each answer as `question: code` on its own line under `answers:`"
        return {}, [Problem(codes.KIND, node.place, "keys with answers are expected here", fix, "answers")]
    questions = questions_of(library, subject)
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    for key, value in node.entries.items():
        question = questions.get(key)
        if question is None:
            problems.append(_unknown(key, subject, library, node.keys[key]))
            continue
        answer, faults = read_answer(value, question)
        problems += faults
        if answer is not None:
            answers[question.ref] = answer
    return answers, problems


def _unknown(key: str, subject: Subject, library: Library, place: Place) -> Problem:
    bare = key.removeprefix(f"{subject}.")
    if bare != key and f"{subject}.{bare}" in library.questions:
        return Problem(
            codes.QUESTION,
            place,
            f"'{shown(key)}' names its subject twice",
            f"write `{bare}:`",
            f"answers.{key}",
        )
    if f"{subject}.{key}" in library.variables:
        message = f"'{key}' is a finding, which is drawn from answers and never given"
        return Problem(codes.QUESTION, place, message, "remove it and answer the questions behind it", f"answers.{key}")
    elsewhere = [q for q in library.questions if q.partition(".")[2] == key]
    if elsewhere:
        other = elsewhere[0].partition(".")[0]
        message = f"'{key}' is asked about the {other}, not about the {subject}"
        return Problem(codes.QUESTION, place, message, f"move it to the file of the {other}", f"answers.{key}")
    known = list(questions_of(library, subject))
    message = f"no question '{shown(key)}' about the {subject}{nearest(key, known)}"
    fix = "use an id of the questionnaire; a blank form lists them"
    return Problem(codes.QUESTION, place, message, fix, f"answers.{shown(key)}")


def read_answer(node: Node, question: Question) -> tuple[Answer | None, list[Problem]]:
    """Read one answer in any of its written forms; None without a problem where it was left blank."""
    if isinstance(node, Scalar):
        return from_text(question, node.text, node.place)
    if isinstance(node, Sequence):
        return _from_list(question, node)
    return _from_mapping(question, node)


def _from_mapping(question: Question, node: TreeMapping) -> tuple[Answer | None, list[Problem]]:
    field = _field(question)
    problems = [
        Problem(codes.SHAPE, node.keys[k], f"unknown key '{shown(k)}'{nearest(k, DETAIL_KEYS)}",
                f"use one of: {', '.join(DETAIL_KEYS)}", field)
        for k in node.entries if k not in DETAIL_KEYS
    ]  # fmt: skip
    details: dict[str, str] = {}
    for key in ("source", "note"):
        given = node.get(key)
        if given is None:
            continue
        if not isinstance(given, Scalar):
            problems.append(
                Problem(codes.SHAPE, given.place, "one text is expected here", f"write `{key}: ...`", field)
            )
            continue
        text, fault = tidy(given.text, given.place, field)
        problems += fault
        details[key] = text
    value, members = node.get("value"), node.get("members")
    if value is not None and members is not None:
        message = "`value` and `members` stand side by side"
        problems.append(Problem(codes.KIND, node.place, message, "keep one of the two", field))
        return None, problems
    answer: Answer | None = None
    faults: list[Problem] = []
    if members is not None:
        answer, faults = _from_members(question, members)
    elif value is not None and isinstance(value, TreeMapping):
        faults = [Problem(codes.KIND, value.place, "an answer cannot hold keys of its own", "write a code", field)]
    elif value is not None:
        answer, faults = read_answer(value, question)
    problems += faults
    if answer is not None and details.get("source"):
        answer = Answer(answer.value, answer.members, answer.place, details["source"])
    return answer, problems


def _from_list(question: Question, node: Sequence) -> tuple[Answer | None, list[Problem]]:
    field = _field(question)
    if question.type != "set" or question.scale is None:
        message = "a list is given, but the question takes one answer"
        return None, [Problem(codes.KIND, node.place, message, "keep one of the codes, without brackets", field)]
    known = question.scale.codes()
    problems: list[Problem] = []
    chosen: set[str] = set()
    for item in node.items:
        if not isinstance(item, Scalar):
            problems.append(
                Problem(codes.KIND, item.place, "a code is expected here", f"use: {', '.join(known)}", field)
            )
        elif item.text not in known:
            problems.append(_no_code(question, item.text, item.place))
        elif item.text in chosen:
            problems.append(Problem(codes.KIND, item.place, f"'{item.text}' is listed twice", "keep one", field))
        else:
            chosen.add(item.text)
    if problems:
        return None, problems
    return Answer(None, {code: code in chosen for code in known}, node.place), []


def _from_members(question: Question, node: Node) -> tuple[Answer | None, list[Problem]]:
    field = _field(question)
    if question.type != "set" or question.scale is None:
        return None, [
            Problem(codes.KIND, node.place, "`members` is for sets only", "write `value:` and one code", field)
        ]
    if not isinstance(node, TreeMapping):
        message = "`members` needs a code and yes or no on each line"
        return None, [Problem(codes.KIND, node.place, message, "write for example {own_records: yes}", field)]
    problems: list[Problem] = []
    members: dict[str, bool] = {}
    for code, value in node.entries.items():
        if code not in question.scale.codes():
            problems.append(_no_code(question, code, node.keys[code]))
        elif not isinstance(value, Scalar) or value.text not in ("yes", "no", ""):
            message = f"'{code}' is answered neither yes nor no"
            problems.append(Problem(codes.KIND, value.place, message, "write yes or no, or leave the line out", field))
        elif value.text:
            members[code] = value.text == "yes"
    if problems or not members:
        return None, problems
    return Answer(None, members, node.place), []


def from_text(question: Question, text: str, place: Place, source: str = "") -> tuple[Answer | None, list[Problem]]:
    """Read an answer given as one text: a code, words, a whole number or a day; None where it is blank."""
    field = _field(question)
    value, problems = tidy(text, place, field)
    if problems or not value:
        return None, problems
    if value in RESERVED:
        return Answer(value, None, place, source), []
    if question.scale is not None:
        if value not in question.scale.codes():
            return None, [_no_code(question, value, place)]
        if question.type == "set":
            fix = f"write [{value}], or {{members: {{{value}: yes}}}} where the rest is not known"
            return None, [Problem(codes.KIND, place, "the question takes a list of codes", fix, field)]
    elif question.type == "number" and not _NUMBER.fullmatch(value):
        fix = "write digits only, such as 12500"
        return None, [Problem(codes.KIND, place, f"'{shown(value)}' is not a whole number", fix, field)]
    elif question.type == "date" and not (_DATE.fullmatch(value) and known_day(value)):
        message = f"'{shown(value)}' is not a day of the calendar"
        return None, [Problem(codes.DATE, place, message, "write the day as 2026-11-23", field)]
    return Answer(value, None, place, source), []


def tidy(text: str, place: Place, field: str, limit: int = codes.MAX_TEXT) -> tuple[str, list[Problem]]:
    """Return a text on one line with single spaces, or the problem that keeps it out."""
    bad = forbidden(text)
    if bad is not None:
        fix = "delete the character; it is invisible or reorders the text around it"
        return "", [Problem(codes.TEXT, place, f"the character {name_of(bad)} may not stand in a text", fix, field)]
    line = " ".join(text.split())
    if len(line) > limit:
        return "", [
            Problem(codes.TEXT, place, f"the text has {len(line):,} characters", f"shorten it to {limit:,}", field)
        ]
    return line, []


def _no_code(question: Question, given: str, place: Place) -> Problem:
    known = scale_of(question).codes()
    labels = {" ".join(t.split()).casefold(): v.code for v in scale_of(question).values for t in v.text.values()}
    code = labels.get(" ".join(given.split()).casefold())
    hint = f"; that is the label of '{code}'" if code else nearest(given, (*known, *RESERVED))
    fix = f"use one of: {', '.join(known)}"
    return Problem(
        codes.CODE, place, f"'{shown(given)}' is not an answer to {question.ref}{hint}", fix, _field(question)
    )


def _field(question: Question) -> str:
    return f"answers.{question.ref.partition('.')[2]}"


def merge(first: Answers, second: Answers) -> tuple[dict[str, Answer], list[Problem]]:
    """Join answers about one subject from two places; one question answered in two ways is a problem."""
    joined = dict(first)
    problems: list[Problem] = []
    for ref, answer in second.items():
        other = joined.get(ref)
        if other is None:
            joined[ref] = answer
        elif (other.value, other.members) != (answer.value, answer.members):
            message = f"{ref} is answered {written(other)} here and {written(answer)} at {answer.place}"
            fix = "find out which is right and correct or blank the other"
            problems.append(Problem(codes.DIFFERENT, other.place, message, fix, f"answers.{ref.partition('.')[2]}"))
    return joined, problems


def written(answer: Answer) -> str:
    """Return an answer as a message quotes it."""
    if answer.members is not None:
        return "[" + ", ".join(f"{'' if known else 'not '}{code}" for code, known in answer.members.items()) + "]"
    return f"'{shown(answer.value)}'"


def not_asked(answers: Answers, library: Library, rank: Rank, around: Iterable[Answers] = ()) -> list[Problem]:
    """Warn of answers whose question does not arise, given the other answers.

    Args:
        answers: Answers of one subject.
        library: The library.
        rank: From `scale_ranks`.
        around: Answers of the subjects that hold this one: its agency, its country.
    """
    known: dict[str, Answer] = {}
    for outer in around:
        known.update(outer)
    known.update(answers)

    def read(ref: str) -> Reading:
        answer = known.get(ref)
        if answer is None or answer.value == WITHHELD:
            return Reading("", None)
        return Reading("", answer.value, answer.members)

    problems: list[Problem] = []
    for ref, answer in answers.items():
        relevant = library.questions[ref].relevant
        outcome = evaluate(relevant, read, rank)
        if outcome.truth is Truth.OUT and answer.value != NOT_APPLICABLE:
            reasons = [
                f"`{x.test.text}` {'holds' if x.truth is Truth.IN else 'does not hold'}" for x in outcome.because
            ]
            message = f"{ref} is answered, but the question does not arise: {', '.join(dict.fromkeys(reasons))}"
            fix = "remove the answer, or correct the one it depends on"
            problems.append(
                Problem(codes.RELEVANCE, answer.place, message, fix, _field(library.questions[ref]), warning=True)
            )
    return problems


def values(answers: Answers) -> Mapping[str, str]:
    """Return the single-valued answers by ref."""
    return {ref: a.value for ref, a in answers.items() if a.value is not None}
