"""Blank forms: a questionnaire as commented YAML, the first workbook as XLSX. Everything may stay blank."""

from __future__ import annotations

import datetime as dt
import io
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.intake import codes
from pipeline.intake.answers import scale_of
from pipeline.model.condition import Condition, Test
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, WITHHELD, Question, Questionnaire, Texts

MAX_FIRST = 30
"""Most questions that the first workbook may ask; more would not be answered in an hour."""

FORM_FORMAT = "clausewright-form-1"
MARKERS = ("#question", "#answer", "#why", "#id")
"""What the hidden row above the header says, so that columns are found whatever language the header is in."""

_CREATED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_ACCENT = "#1F4E79"
_WIDTH = 100

WORDS: dict[str, Texts] = {
    "form_title": {"en": "{name}: first questions"},
    "form_sheet": {"en": "Questions"},
    "form_guide": {
        "en": "Answer what you know and leave the rest blank: a blank is never read as a no, and the draft lists "
        'it as open. Choose from the list in the yellow column. "Withheld" means that the answer exists but is not '
        "given; it is then not asked again. Save the file where it lies and make the draft."
    },
    "form_question": {"en": "Question"},
    "form_answer": {"en": "Answer"},
    "form_why": {"en": "Why it is asked, and how to answer"},
    "form_refused_title": {"en": "Not in the list"},
    "form_refused": {"en": "Please choose an answer from the list, or leave the cell blank."},
    "form_number": {"en": "Please write a whole number, in digits only."},
    "form_text": {"en": "Write the answer in words."},
    "form_optional": {"en": "You may leave this blank."},
    "form_illustrative": {"en": "The scales are illustrative until the issuers of the assessment supply their own."},
    "form_yaml_guide": {
        "en": 'To answer, remove the "# " before a line that ends with a colon and write a code behind it. What '
        'stays behind a # counts as not answered. With its origin: {value: CODE, source: "..."}. Every question '
        "also takes not_applicable and withheld."
    },
    "form_when": {"en": "asked only when"},
    "not_applicable": {"en": "Not applicable"},
    "withheld": {"en": "Withheld"},
}
"""Words of the forms; a word of the same key in the library's own list goes first."""


def word(library: Library | None, key: str, lang: str) -> str:
    """Return a word of the forms in a language, in English where that language has none."""
    own = library.words.get(key, {}) if library else {}
    builtin = WORDS.get(key, {})
    return own.get(lang) or builtin.get(lang) or own.get("en") or builtin.get("en") or key


def said(texts: Texts, lang: str) -> str:
    """Return a text in a language, in English where that language has none."""
    return texts.get(lang) or texts.get("en") or ""


def reserved(library: Library | None, lang: str) -> dict[str, str]:
    """Return the labels of the answers that every question takes, by code."""
    return {code: word(library, code, lang) for code in (NOT_APPLICABLE, WITHHELD)}


def yaml_form(questionnaire: Questionnaire, lang: str) -> str:
    """Return a blank YAML form: each question as a comment with its codes, its key commented out.

    The file is valid as it stands and answers nothing.
    """
    lines = [*_comment(said(questionnaire.title, lang)), "#", *_comment(said(questionnaire.intro, lang))]
    lines += ["#", *_comment(word(None, "form_yaml_guide", lang))]
    if questionnaire.illustrative:
        lines += ["#", *_comment(word(None, "form_illustrative", lang))]
    named = questionnaire.id != "readiness"
    lines += [
        "format: 1",
        *(["# name:"] if named else []),
        *(["# packs: [un]"] if questionnaire.id == "country" else []),
    ]
    lines += ["answers:"]
    for section in questionnaire.sections:
        lines += ["", *_comment(f"== {said(section.title, lang)}", "  ")]
        lines += _comment(said(section.intro, lang), "  ")
        for question in questionnaire.questions:
            if question.section == section.id and not (named and question.ref.endswith(".name")):
                lines += ["", *_yaml_question(question, lang)]
    return "\n".join(lines) + "\n"


def _yaml_question(question: Question, lang: str) -> Iterator[str]:
    yield from _comment(said(question.text, lang), "  ")
    yield from _comment(said(question.help, lang), "  ")
    if question.relevant is not None:
        yield from _comment(f"({word(None, 'form_when', lang)}: {in_words(question.relevant)})", "  ")
    if question.scale is not None:
        for value in question.scale.values:
            label = said(value.text, lang)
            yield from _comment(f"  {value.code}{' = ' + label if label else ''}", "  ")
    kind = {"set": "[CODE, CODE]", "number": "12500", "date": "2026-11-23"}.get(question.type, "")
    yield f"  # {question.ref.partition('.')[2]}:{'  # ' + kind if kind else ''}"


def _comment(text: str, indent: str = "") -> list[str]:
    room = _WIDTH - len(indent) - 2
    hanging = " " * (len(text) - len(text.lstrip()))
    lines = textwrap.wrap(text, room, subsequent_indent=hanging + ("  " if hanging else ""), break_on_hyphens=False)
    return [f"{indent}# {line}" for line in lines]


def in_words(condition: Condition) -> str:
    """Return a condition on one line, its tests as the author wrote them."""
    if isinstance(condition, Test):
        return condition.text
    return f"{condition.group} of ({'; '.join(in_words(part) for part in condition.of)})"


def first_questions(library: Library) -> list[Question]:
    """Return the questions of the first workbook: country, then agency, in the order of their questionnaires.

    Raises:
        ValueError: Where the library marks more than `MAX_FIRST`, or one about a system.
    """
    order = {"country": 0, "agency": 1, "system": 2}
    sheets = sorted(library.questionnaires.values(), key=lambda q: (order[q.subject], q.id))
    found = [q for sheet in sheets for q in sheet.questions if q.first]
    if len(found) > MAX_FIRST or any(q.ref.startswith("system.") for q in found):
        raise ValueError(
            f"the first workbook takes {MAX_FIRST} questions on country and agency; {len(found)} are marked"
        )
    return found


@dataclass(frozen=True, slots=True)
class _Looks:
    """The cell formats of the workbook."""

    title: Any
    guide: Any
    header: Any
    section: Any
    question: Any
    answer: Any
    why: Any
    id: Any


def _looks(book: Any) -> _Looks:
    base = {"font_name": "Calibri", "font_size": 11, "text_wrap": True, "valign": "top"}
    ruled = {**base, "border": 1, "border_color": "#BFBFBF", "indent": 1, "valign": "vcenter"}
    return _Looks(
        title=book.add_format({**base, "bold": True, "font_size": 16, "font_color": _ACCENT, "text_wrap": False}),
        guide=book.add_format({**base, "font_color": "#404040"}),
        header=book.add_format({**ruled, "bold": True, "font_color": "#FFFFFF", "bg_color": _ACCENT}),
        section=book.add_format({**ruled, "bold": True, "font_color": _ACCENT, "bg_color": "#DEEAF6"}),
        question=book.add_format(ruled),
        answer=book.add_format({**ruled, "locked": False, "bg_color": "#FFF9E5"}),
        why=book.add_format({**ruled, "font_color": "#595959", "font_size": 10}),
        id=book.add_format({"font_color": "#808080"}),
    )


def first_workbook(library: Library, name: str, lang: str) -> bytes:
    """Return the first workbook as XLSX; the same bytes for the same library, name and language.

    Args:
        library: Whose questions marked `first` are asked.
        name: The state's name, printed on top.
        lang: Language of questions, labels and guide.
    """
    import xlsxwriter  # late: only forms need it

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    title = word(library, "form_title", lang).replace("{name}", name)
    book.set_properties({"title": title, "author": "", "company": "", "created": _CREATED})
    looks = _looks(book)
    sheet = book.add_worksheet(word(library, "form_sheet", lang)[:31])
    lists = book.add_worksheet("lists")
    lists.hide()
    lists.write_row(0, 0, [FORM_FORMAT, lang])
    sheet.set_column(0, 0, 58)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, 2, 62)
    sheet.set_column(3, 3, 30, looks.id, {"hidden": True})
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, title, looks.title)
    sheet.set_row(1, 50)
    sheet.merge_range(1, 0, 1, 2, word(library, "form_guide", lang), looks.guide)
    sheet.set_row(2, None, None, {"hidden": True})
    for column, marker in enumerate(MARKERS):
        sheet.write_string(2, column, marker, looks.id)
    for column, key in enumerate(("form_question", "form_answer", "form_why")):
        sheet.write_string(3, column, word(library, key, lang), looks.header)
    sheet.freeze_panes(4, 0)
    _rows(library, lang, sheet, lists, looks)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    sheet.set_footer("&L&8&A&R&8&P / &N")
    sheet.activate()
    sheet.set_selection(4, 1, 4, 1)
    book.close()
    return stream.getvalue()


def _rows(library: Library, lang: str, sheet: Any, lists: Any, looks: _Looks) -> None:
    row, section = 4, ""
    known: dict[tuple[str, ...], int] = {}
    for question in first_questions(library):
        sheet_of = library.questionnaires[question.questionnaire]
        if section != sheet_of.id:
            section = sheet_of.id
            sheet.merge_range(row, 0, row, 2, said(sheet_of.title, lang), looks.section)
            row += 1
        text, why = said(question.text, lang), _why(question, library, lang)
        labels = labels_of(question, library, lang).values() if question.scale else ()
        lines = max(-(-len(text) // 50), -(-len(why) // 70), *(-(-len(label) // 30) for label in labels), 1)
        sheet.set_row(row, 6 + 15 * lines)
        sheet.write_string(row, 0, text, looks.question)
        sheet.write_blank(row, 1, None, looks.answer)
        sheet.write_string(row, 2, why, looks.why)
        sheet.write_string(row, 3, question.ref, looks.id)
        sheet.data_validation(row, 1, row, 1, _validation(question, library, lang, lists, known))
        row += 1


def _why(question: Question, library: Library, lang: str) -> str:
    """Return the question's help, else what its section is for."""
    sections = library.questionnaires[question.questionnaire].sections
    intro = next((said(s.intro, lang) for s in sections if s.id == question.section), "")
    return said(question.help, lang) or intro or word(library, "form_optional", lang)


def _validation(
    question: Question, library: Library, lang: str, lists: Any, known: dict[tuple[str, ...], int]
) -> dict[str, Any]:
    """Return the check of an answer cell; labels go to the hidden sheet, one column per list of labels."""
    refusal = {"error_title": word(library, "form_refused_title", lang)[:32], "ignore_blank": True}
    if question.scale is not None and question.type != "set":
        labels = tuple(labels_of(question, library, lang).values())
        column = known.setdefault(labels, len(known))
        lists.write_column(1, column, labels)
        letter = chr(ord("A") + column) if column < 26 else f"A{chr(ord('A') + column - 26)}"
        source = f"=lists!${letter}$2:${letter}${len(labels) + 1}"
        return {
            "validate": "list",
            "source": source,
            "error_message": word(library, "form_refused", lang)[:255],
            **refusal,
        }
    if question.type == "number":
        message = word(library, "form_number", lang)[:255]
        limits = {"criteria": "between", "minimum": 0, "maximum": 999_999_999}
        return {"validate": "integer", **limits, "error_message": message, **refusal}
    limit = {"criteria": "<=", "value": codes.MAX_TEXT}
    return {"validate": "length", **limit, "input_message": word(library, "form_text", lang)[:255], **refusal}


def labels_of(question: Question, library: Library | None, lang: str) -> dict[str, str]:
    """Return the labels that a cell offers, by code: the question's own, then the reserved answers'."""
    own = {v.code: said(v.text, lang) or v.code for v in scale_of(question).values}
    return {**own, **reserved(library, lang)}
