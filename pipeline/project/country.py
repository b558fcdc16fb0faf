"""A country folder taken through the stages: library with overlay, assessment, findings, selection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.assess.facts import queries
from pipeline.assess.findings import assess
from pipeline.assess.readings import Readings
from pipeline.assess.records import contradicted, recorded
from pipeline.condition.evaluation import evaluate
from pipeline.intake.folder import read as read_folder
from pipeline.library.load import load, overlaid
from pipeline.library.updates import law_at
from pipeline.library.vocabulary import scale_ranks
from pipeline.model.assessment import COUNTRY, Assessment
from pipeline.model.condition import Truth
from pipeline.model.finding import Findings
from pipeline.model.library import Library
from pipeline.model.problem import Exit, Faulty, Place, Problem
from pipeline.model.selection import Selection
from pipeline.project.content import drafting_files, folder_files
from pipeline.select.selection import select

FULL_DATE = len("2026-11-23")


@dataclass(frozen=True, slots=True)
class Country:
    """A country folder read and decided at a date.

    Attributes:
        name: The folder's own name, from which file names are made.
        files: Its files by path.
        library: The library with the country's overlay, and the law as it stands at the date.
        library_files: The built-in library's files by path.
        assessment: The answers.
        findings: What follows from them.
        readings: For evaluating further conditions.
        selection: Every clause decided.
        as_of: ISO date of the law.
        warnings: What is odd and did not stop the work.
    """

    name: str
    files: Mapping[str, bytes]
    library: Library
    library_files: Mapping[str, bytes]
    assessment: Assessment
    findings: Findings
    readings: Readings
    selection: Selection
    as_of: str
    warnings: tuple[Problem, ...]


def the_library(files: dict[str, bytes] | None = None) -> tuple[Library, dict[str, bytes]]:
    """Return the library, from given files or the built-in ones that a draft consults, and those files.

    Raises:
        Faulty: Something in it is wrong (exit 4).
    """
    found = drafting_files() if files is None else files
    library, problems = load(found)
    if library is None:
        raise Faulty(problems, Exit.LIBRARY)
    return library, found


@dataclass(frozen=True, slots=True)
class Folder:
    """A country folder read, and not yet decided: what holds at every date.

    Attributes:
        name: The folder's own name, from which file names are made.
        shown: The folder as the user would type it, for messages.
        files: Its files by path.
        library: The library with the country's overlay, with all the law it knows.
        library_files: The built-in library's files by path.
        assessment: The answers.
        warnings: What is odd and did not stop the reading.
    """

    name: str
    shown: str
    files: Mapping[str, bytes]
    library: Library
    library_files: Mapping[str, bytes]
    assessment: Assessment
    warnings: tuple[Problem, ...]


def decided(folder: Path, as_of: str = "", library: tuple[Library, dict[str, bytes]] | None = None) -> Country:
    """Read a country folder and decide every clause.

    Args:
        folder: The country folder.
        as_of: ISO date of the law; else the folder's, else the newest date the library knows.
        library: A library already loaded, with its files.

    Raises:
        Faulty: Something in the folder (exit 3) or the library (exit 4) is wrong, with all problems.
    """
    files = folder_files(folder)
    return decide(read_country(folder.resolve().name, str(folder), files, library or the_library()), as_of)


def read_country(
    name: str, shown: str, files: Mapping[str, bytes], library: tuple[Library, Mapping[str, bytes]]
) -> Folder:
    """Read the files of a country folder, its overlay laid over the library.

    Args:
        name: The folder's own name.
        shown: The folder as the user would type it.
        files: Its files by path.
        library: A loaded library, with its files.

    Raises:
        Faulty: Something in the folder is wrong (exit 3), with all problems.
    """
    loaded, their_files = library
    national = {p: d for p, d in files.items() if p.startswith("clauses/")}
    laid, faults = overlaid(loaded, national)
    assessment, problems = read_folder(files, laid or loaded)
    problems = [*laid_over(shown, faults, national), *(within(shown, p) for p in problems)]
    if assessment is None or laid is None or any(not p.warning for p in problems):
        raise Faulty(problems, Exit.INTAKE)
    return Folder(name, shown, files, laid, their_files, assessment, tuple(problems))


def decide(folder: Folder, as_of: str = "") -> Country:
    """Decide every clause for a country folder at a date.

    Args:
        folder: The folder, read.
        as_of: ISO date of the law; else the folder's, else the newest date the library knows.

    Raises:
        Faulty: The library has no clause that is valid so early.
    """
    laid, assessment = folder.library, folder.assessment
    date = as_of or assessment.as_of or newest(laid)
    first = min(states[0].valid_from for states in laid.clauses.values())
    if date < first:
        fix = f"choose {first} or a later date"
        raise Faulty(
            [Problem("INTAKE-096", Place(folder.shown), f"the library has no clause valid on {date}", fix, "as_of")]
        )
    laid = _law_at(laid, date)
    assessment = recorded(assessment, laid, date)
    assessment = replace(assessment, as_of=date, packs=_packs(assessment, laid))
    findings, readings = assess(assessment, laid, date)
    selection = select(assessment, laid, findings, readings, date)
    problems = [*folder.warnings]
    problems += [within(folder.shown, p) for p in contradicted(assessment, laid, date)]
    odd = queries(assessment, laid, readings)
    problems += [within(folder.shown, p) if p.place.file in folder.files else p for p in odd]
    problems += [within(folder.shown, p) for p in _against_law(assessment, laid, findings)]
    return Country(
        folder.name, folder.files, laid, folder.library_files, assessment, findings, readings, selection, date,
        tuple(problems),
    )  # fmt: skip


_AT: dict[tuple[int, str], tuple[Library, Library]] = {}
"""Libraries with the law at a date, by the library's identity and date; it is held, so that no other takes that."""
MOST_AT = 8


def _law_at(library: Library, date: str) -> Library:
    """Return a library with the law at a date; countries without law of their own share it."""
    key = (id(library), date)
    if key not in _AT:
        while len(_AT) >= MOST_AT:
            del _AT[next(iter(_AT))]
        _AT[key] = library, law_at(library, date)
    return _AT[key][1]


def laid_over(folder: Path | str, faults: list[Problem], national: Mapping[str, bytes]) -> list[Problem]:
    """Return the problems of an overlay: those in the folder's own files as the user would type them.

    A circle may run through clauses of the library, whose files do not lie in the folder.
    """
    return [within(folder, p) if p.place.file in national else p for p in faults]


def within(folder: Path | str, problem: Problem) -> Problem:
    """Return a problem with its place as the user would type it."""
    place = replace(problem.place, file=f"{folder}/{problem.place.file}")
    return replace(problem, place=place)


def _against_law(assessment: Assessment, library: Library, findings: Findings) -> list[Problem]:
    """Return a warning for each clause that was left out although a provision that binds the state demands it."""
    found: list[Problem] = []
    for decision in assessment.decisions:
        if decision.kind == "leave_out" and decision.target in library.clauses:
            law = demanding(library, findings, library.clauses[decision.target][-1].cites)
            if law:
                message = f"'{decision.target}' is left out, and {', '.join(law)} binds the state"
                fix = "take it back in, or let counsel confirm that other law meets the provision"
                found.append(Problem("INTAKE-097", decision.place, message, fix, "leave_out", warning=True))
    return found


def demanding(library: Library, findings: Findings, cites: tuple[str, ...]) -> list[str]:
    """Return those of the provisions cited that bind the state with a duty or a prohibition."""
    law = findings.get(COUNTRY, "country.bound_by")
    members = law.members if law and law.members else {}
    return [
        c
        for c in cites
        if c in library.provisions
        and members.get(c.partition(" ")[0])
        and library.instruments[c.partition(" ")[0]].binding == "yes"
        and library.provisions[c].strength in ("shall", "shall_not")
    ]


def _packs(assessment: Assessment, library: Library) -> tuple[str, ...]:
    """Return the packs a folder names, else all that may suit the country: one that is not ruled out is asked about.

    A pack that does not say whom it suits is used only where it is named.
    """
    if assessment.packs:
        return assessment.packs
    read = Readings(assessment, library, scale_ranks(library.variables)).case(COUNTRY).read
    ranks = scale_ranks(library.variables)
    return tuple(
        p.id
        for p in library.packs.values()
        if p.suits is not None and evaluate(p.suits, read, ranks).truth is not Truth.OUT
    )


def newest(library: Library) -> str:
    """Return the newest date that the library knows: the last on which a standing was looked up or an update added.

    Clauses and provisions that begin later are law to come; they print their own dates.
    """
    looked_up = [i.status_as_of for i in library.instruments.values() if len(i.status_as_of) == FULL_DATE]
    return max([*looked_up, *(u.added for u in library.updates.values())])
