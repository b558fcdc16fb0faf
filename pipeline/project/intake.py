"""`start`, `form` and `read`: blank folders and forms out, filled forms and foreign files in."""

from __future__ import annotations

from pathlib import Path

from pipeline.intake import accounting, forms
from pipeline.intake.accounting import Accounting
from pipeline.intake.layout import COUNTRY_FILE, arrange
from pipeline.intake.mapping import read_mapping
from pipeline.intake.table import read_table
from pipeline.intake.workbook import read_workbook
from pipeline.library.load import overlaid
from pipeline.model.library import Library
from pipeline.model.problem import Exit, Faulty, Place, Problem, Refused, shown
from pipeline.project import updating
from pipeline.project.content import folder_files, mapping
from pipeline.project.country import laid_over, the_library, within
from pipeline.project.files import read_file, write_file, write_new
from pipeline.source.shape import nearest
from pipeline.source.text import forbidden, name_of

WORKBOOK = "first-questions.xlsx"
UPDATE = "update"
"""The form of a regulatory update, beside those of the questionnaires."""
MAX_NAME = 200
MAX_INPUT = 50_000_000
"""Bytes of a form, a table or a mapping."""


def start(state: str, out: Path, lang: str) -> tuple[Path, ...]:
    """Make a country folder with a first workbook.

    Args:
        state: Name of the state as it is to be printed.
        out: The folder to make; it may exist if it is empty.
        lang: Language of the workbook.

    Returns:
        The files written.

    Raises:
        Faulty: The name cannot be printed.
        Refused: The folder holds something already.
    """
    name = checked_name(state)
    library, _ = the_library()
    known = sorted({t for states in library.clauses.values() for c in states for t in c.texts})
    if lang not in known:
        fix = f"use one of: {', '.join(known)}"
        raise Faulty([Problem("INTAKE-095", Place("--lang"), f"the library has no texts in '{shown(lang)}'", fix)])
    code = next((s.code for s in library.records.states.values() if s.name == name), "")
    files = {
        COUNTRY_FILE: _country_yaml(name, lang, code).encode(),
        WORKBOOK: forms.first_workbook(library, name, lang),
    }
    return write_new(out, files)


def checked_name(state: str) -> str:
    """Return a state's name, or refuse one that is empty, overlong or holds characters that cannot be printed."""
    name = " ".join(state.split(" ")).strip()
    bad = forbidden(name) or next((c for c in name if c in "\n\r\t"), None)
    message = ""
    if not name:
        message = "the name is empty"
    elif bad:
        message = f"the character {name_of(bad)} may not stand in a name"
    elif len(name) > MAX_NAME:
        message = f"the name has {len(name)} characters; at most {MAX_NAME}"
    if message:
        raise Faulty(
            [
                Problem(
                    "INTAKE-081",
                    Place("NAME"),
                    message,
                    'give the name as it is printed, such as "Republic of Example"',
                )
            ]
        )
    return name


def _country_yaml(name: str, lang: str, code: str) -> str:
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    unknown = "# state: KE           # its two letters (ISO 3166): what it joined and ratified is then looked up"
    state = f"state: {code}" if code else unknown
    return "\n".join(
        [
            "# The country. Answers may be given here, or in the workbook beside this file; each may stay blank.",
            "# All questions with their codes: clausewright form country --format yaml",
            "format: 1",
            f"name: {quoted}",
            state,
            f"languages: [{lang}]",
            "form:",
            "  style: standard     # the house style",
            '  marking: ""         # printed on every page, such as: For official use',
            "# law:               # the state's own law, by slot, once somebody has read it:",
            "#   police_act:",
            "#     {title: Police Act, provision: section 12, from: 2001-01-01, read_by: a role, read_on: 2026-05-01}",
            "answers: {}",
            "",
        ]
    )


def form(questionnaire: str, lang: str) -> str:
    """Return a blank YAML form of a questionnaire, or of a regulatory update.

    Raises:
        Faulty: There is no such questionnaire.
    """
    if questionnaire == UPDATE:
        return updating.blank()
    library, _ = the_library()
    found = library.questionnaires.get(questionnaire)
    if found is None:
        known = (*library.questionnaires, UPDATE)
        message = f"no questionnaire '{questionnaire}'{nearest(questionnaire, known)}"
        raise Faulty([Problem("INTAKE-082", Place("QUESTIONNAIRE"), message, f"use one of: {', '.join(known)}")])
    return forms.yaml_form(found, lang)


def read(file: Path, to: Path, mapping_file: str, place: str) -> tuple[tuple[Path, ...], str]:
    """Read a filled form or a foreign table into a country folder.

    Args:
        file: A filled workbook (.xlsx) or YAML form, or a table with a mapping.
        to: The country folder; for a table it is made.
        mapping_file: Name of a built-in mapping, or path of one; empty for a filled form.
        place: For a filled YAML form: where it goes in the folder, such as agencies/police/readiness.yaml.

    Returns:
        The files written, and for a table the account of every cell.
    """
    data = read_file(file, "INTAKE-084", MAX_INPUT)
    library, _ = the_library()
    if mapping_file:
        files, account = _table(data, file, mapping_file, library)
        return write_new(to, files), accounting.as_text(account)
    if file.suffix.lower() == ".xlsx":
        if place:
            fix = "leave --as out; a workbook says itself what its answers are about"
            raise Faulty([Problem("INTAKE-083", Place(str(file)), "a workbook takes no place", fix)])
        _, problems = read_workbook(data, str(file), library, "en")
        if any(not p.warning for p in problems):
            raise Faulty(problems)
        return (_added(to, file.name, data, library),), ""
    if file.suffix.lower() in (".yaml", ".yml"):
        if updating.is_update(data):
            return (updating.added(file, to),), ""
        if not place:
            fix = "say where with --as, such as --as agencies/national-police/readiness.yaml"
            raise Faulty([Problem("INTAKE-083", Place(str(file)), "it is not said what this form is about", fix)])
        return (_added(to, place, data, library),), ""
    fix = "give a .xlsx or .yaml form, or name a mapping with --mapping"
    raise Faulty([Problem("INTAKE-083", Place(str(file)), "this kind of file is not read by itself", fix)])


def _table(data: bytes, file: Path, mapping_file: str, library: Library) -> tuple[dict[str, bytes], Accounting]:
    built_in = mapping(mapping_file)
    path, text = built_in or (mapping_file, read_file(Path(mapping_file), "INTAKE-084", MAX_INPUT))
    found, problems = read_mapping(text, path, library)
    if found is None or any(not p.warning for p in problems):
        raise Faulty(problems, Exit.LIBRARY)
    return read_table(data, found, library, str(file))


def _added(to: Path, name: str, data: bytes, library: Library) -> Path:
    """Add one file to a country folder if the folder is sound with it; refuse to write over another."""
    from pipeline.intake.folder import read as read_folder

    hidden = any(part.startswith(".") for part in name.split("/"))
    if arrange([name])[1] or hidden or name.startswith("clauses/"):
        fix = "name a place such as agencies/national-police/readiness.yaml"
        raise Faulty([Problem("INTAKE-083", Place(name), "nothing is read from this place", fix)])
    files = folder_files(to)
    if files.get(name, data) != data:
        raise Refused(f"{to / name}: exists already and says something else; move it away first")
    national = {p: d for p, d in files.items() if p.startswith("clauses/")}
    laid, faults = overlaid(library, national)
    _, problems = read_folder({**files, name: data}, laid or library)
    problems = [*laid_over(to, faults, national), *(within(to, p) for p in problems)]
    if any(not p.warning for p in problems):
        raise Faulty(problems)
    target = to / name
    if to.resolve() not in target.resolve().parents:
        raise Faulty(
            [Problem("INTAKE-083", Place(name), "this place lies outside the folder", "name a place within it")]
        )
    write_file(target, data)
    return target
