"""The files of a country folder to one `Assessment`, or every problem in them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.intake import codes
from pipeline.intake.answers import RESERVED, merge, not_asked, read_answers, tidy
from pipeline.intake.country import Head, read_head
from pipeline.intake.decisions import read_decisions
from pipeline.intake.formats import ProfileFile, ReadinessFile, RiskFile
from pipeline.intake.layout import COUNTRY_FILE, PROFILE_FILE, AgencyPaths, Layout, arrange, fit, slug_of
from pipeline.intake.together import together
from pipeline.intake.tree import blankless
from pipeline.intake.workbook import read_workbook
from pipeline.library.vocabulary import scale_ranks
from pipeline.model.assessment import Agency, Answer, Answers, Assessment, Decision, System
from pipeline.model.library import Library
from pipeline.model.problem import Place, Problem
from pipeline.model.question import Subject
from pipeline.source.shape import Shape
from pipeline.source.shape import read as read_shape
from pipeline.source.tree import Scalar, at, place_at

UNNAMED_AGENCY = "[name of the agency]"
"""Stands for the name of an agency whose workbook leaves it blank."""

UNNAMED_SLUG = "first-agency"


@dataclass(frozen=True, slots=True)
class _File:
    """One YAML file of an agency or system: its printed name, where that stands, and its answers."""

    name: str
    place: Place
    answers: Answers


def read(files: Mapping[str, bytes], library: Library) -> tuple[Assessment | None, list[Problem]]:
    """Read a country folder.

    Args:
        files: The bytes of every file by its POSIX path within the folder.
        library: Whose questionnaires, packs, clauses and choices the folder speaks of.

    Returns:
        The assessment, or None where any problem is more than a warning; and all problems.
    """
    layout, problems = arrange(files)
    digests = {p: hashlib.sha256(files[p]).hexdigest() for p in _read_paths(layout)}
    head = _head(files, layout, library, problems)
    lang = head.languages[0] if head and head.languages else "en"
    country: Answers = head.answers if head else {}
    agencies = {slug: _agency(slug, paths, files, library, lang, problems) for slug, paths in layout.agencies.items()}
    for path in layout.workbooks:
        found, faults = read_workbook(files[path], path, library, lang)
        problems += faults
        country, faults = merge(country, found.get("country", {}))
        problems += faults
        _add_agency(agencies, found.get("agency", {}), Place(path), problems)
    decisions: tuple[Decision, ...] = ()
    if layout.decisions:
        decisions, faults = read_decisions(files[layout.decisions], layout.decisions, library)
        problems += faults
    ordered = tuple(agencies[slug] for slug in sorted(agencies))
    problems += _checks(country, ordered, head, library)
    if head is None or any(not p.warning for p in problems):
        return None, problems
    assessment = Assessment(
        head.name, head.name_in_text, head.issuer, head.fictional, head.demonstration, head.packs, head.as_of,
        head.languages,
        head.form, head.law, country, ordered, decisions, digests, head.since, head.state,
    )  # fmt: skip
    return assessment, problems


def _read_paths(layout: Layout) -> list[str]:
    paths = [layout.country, layout.decisions, *layout.workbooks]
    for agency in layout.agencies.values():
        paths += [agency.profile, agency.readiness, *agency.risks.values(), *agency.workbooks]
    return sorted(p for p in paths if p)


def _head(files: Mapping[str, bytes], layout: Layout, library: Library, problems: list[Problem]) -> Head | None:
    if not layout.country:
        message = "the folder has no country.yaml"
        fix = "run `clausewright start NAME --out DIR` for a folder with one, or name the folder that holds it"
        problems.append(Problem(codes.MISSING_FILE, Place(COUNTRY_FILE), message, fix))
        return None
    head, faults = read_head(files[layout.country], layout.country, library)
    problems += faults
    return head


def _checks(country: Answers, agencies: tuple[Agency, ...], head: Head | None, library: Library) -> list[Problem]:
    rank = scale_ranks(library.variables)
    problems = not_asked(country, library, rank)
    for agency in agencies:
        problems += not_asked(agency.answers, library, rank, (country,))
        for system in agency.systems:
            problems += not_asked(system.answers, library, rank, (country, agency.answers))
    return problems + together(country, agencies, head.since if head else {}, head.since_places if head else {})


def _file(
    data: bytes, path: str, shape: type[Shape], subject: Subject, library: Library
) -> tuple[_File, list[Problem]]:
    """Read a profile, readiness or risk file; what can be read is given even where the rest is faulty."""
    tree, problems = blankless(data, path, codes.SHAPE)
    if tree is None:
        return _File("", Place(path), {}), problems
    _, faults = read_shape(tree, shape, codes.SHAPE)
    answers, more = read_answers(at(tree, ("answers",)), subject, library)
    problems += faults + more
    named = at(tree, ("name",))
    name, place = "", place_at(tree, ("name",))
    if isinstance(named, Scalar) and "name" in shape.model_fields:
        name, more = tidy(named.text, named.place, "name", codes.MAX_NAME)
        problems += more
        ref = f"{subject}.name"
        if name and ref in library.questions:
            answers, more = merge({ref: Answer(name, None, place)}, answers)
            problems += more
    return _File(name, place, answers), problems


def _agency(
    slug: str,
    paths: AgencyPaths,
    files: Mapping[str, bytes],
    library: Library,
    lang: str,
    problems: list[Problem],
) -> Agency:
    answers: Answers = {}
    for path, shape in ((paths.profile, ProfileFile), (paths.readiness, ReadinessFile)):
        if path:
            one, faults = _file(files[path], path, shape, "agency", library)
            problems += faults
            answers, faults = merge(answers, one.answers)
            problems += faults
    for path in paths.workbooks:
        found, faults = read_workbook(files[path], path, library, lang)
        problems += faults
        problems += [_elsewhere(a, ref) for ref, a in found.get("country", {}).items()]
        answers, faults = merge(answers, found.get("agency", {}))
        problems += faults
    name = _named(answers)
    if not name and not paths.profile:
        place = Place(f"agencies/{slug}/{PROFILE_FILE}")
        problems.append(Problem(codes.MISSING_FILE, place, "nothing names the agency", "add the file with `name:`"))
    return Agency(slug, name, answers, _systems(slug, paths, files, library, problems))


def _named(answers: Answers) -> str:
    """Return what an agency's answers call it; empty where they do not say or keep it back."""
    given = answers.get("agency.name")
    return given.value if given and given.value and given.value not in RESERVED else ""


def _elsewhere(answer: Answer, ref: str) -> Problem:
    message = f"{ref} is about the country, but the workbook lies in an agency's folder"
    fix = "blank the cell here and answer it in country.yaml or in a workbook beside it"
    return Problem(codes.PATH, answer.place, message, fix)


def _systems(
    slug: str, paths: AgencyPaths, files: Mapping[str, bytes], library: Library, problems: list[Problem]
) -> tuple[System, ...]:
    systems: list[System] = []
    for system, path in sorted(paths.risks.items()):
        one, faults = _file(files[path], path, RiskFile, "system", library)
        problems += faults
        systems.append(System(f"{slug}/{system}", one.name, one.answers))
    names: dict[str, str] = {}
    for entry in systems:
        if entry.name and entry.name.casefold() in names:
            other = names[entry.name.casefold()]
            message = f"two systems of the agency are called '{entry.name}'; the other is {other}"
            fix = "tell the two apart in their names, since the document lists systems by name"
            place = Place(paths.risks[entry.key.partition("/")[2]])
            problems.append(Problem(codes.TOGETHER, place, message, fix, "name", warning=True))
        names[entry.name.casefold()] = entry.key
    return tuple(systems)


def _add_agency(agencies: dict[str, Agency], answers: Answers, place: Place, problems: list[Problem]) -> None:
    """Give a workbook's answers about the agency to the agency they mean.

    That is the one of the same name; else, where the workbook leaves the name blank, the folder's only one;
    else a new one.
    """
    if not answers:
        return
    given, name = answers.get("agency.name"), _named(answers)
    slug = next((a.slug for a in agencies.values() if name and a.name.casefold() == name.casefold()), "")
    if not slug and not name and len(agencies) == 1:
        slug = next(iter(agencies))
    if slug:
        old = agencies[slug]
        joined, faults = merge(old.answers, {r: a for r, a in answers.items() if r != "agency.name"})
        problems += faults
        agencies[slug] = Agency(slug, old.name, joined, old.systems)
        return
    slug = slug_of(name) if name else UNNAMED_SLUG
    if slug in agencies or not fit(slug):
        message = f"an agency with the folder name '{slug}' exists, but it bears another name"
        fix = "name the workbook's agency as its profile.yaml does, or move the workbook into its folder"
        problems.append(Problem(codes.DIFFERENT, given.place if given else place, message, fix))
        return
    if not name:
        message = "the questions about the agency are answered, but not what it is called"
        fix = "fill in the name of the agency; until then the document prints a blank in brackets"
        problems.append(Problem(codes.TOGETHER, place, message, fix, "answers.name", warning=True))
    agencies[slug] = Agency(slug, name or UNNAMED_AGENCY, dict(answers), ())
