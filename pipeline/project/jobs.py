"""What a batch is asked: a folder of country folders, or a list of jobs in YAML, to jobs; every problem at once."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.intake.layout import COUNTRY_FILE
from pipeline.model.problem import Faulty, Place, Problem, shown
from pipeline.project.content import CODE_FOLDER, styles
from pipeline.project.drafting import Wish, outside, store_name
from pipeline.source.shape import ExistingDay, Lang, Line, Shape, listed, read
from pipeline.source.tree import Node, parse, place_at

CODE = "BATCH-002"
MOST_JOBS = 10_000


class JobFile(Shape):
    """One job: a country folder, and what is asked beside what the command line says for all."""

    intake: Line
    documents: Annotated[
        tuple[Literal["guidelines", "strategy", "brief", "explanatory"], ...], Field(max_length=4)
    ] = ()
    langs: Annotated[tuple[Lang, ...], Field(max_length=20)] = ()
    formats: Annotated[tuple[Literal["docx", "pdf", "html", "odt", "md"], ...], Field(max_length=5)] = ()
    audience: Literal["working", "consultation", "public"] | None = None
    style: Annotated[str, StringConstraints(max_length=400)] = ""
    as_of: ExistingDay | None = None


class JobsFile(Shape):
    """A list of jobs."""

    format: Literal["1"]
    jobs: Annotated[tuple[JobFile, ...], Field(max_length=MOST_JOBS)]


@dataclass(frozen=True, slots=True)
class Job:
    """One country folder of a batch.

    Attributes:
        intake: The country folder, as the user would type it.
        slug: The name under which its versions are kept.
        wish: What is asked of it.
    """

    intake: Path
    slug: str
    wish: Wish


def jobs_of(path: Path, wish: Wish) -> tuple[tuple[Job, ...], tuple[Problem, ...]]:
    """Return the jobs that a folder or a file names, in order, and what is odd about it.

    Args:
        path: A folder that holds country folders, or a file of jobs.
        wish: What is asked of each job that does not say otherwise.

    Raises:
        Faulty: Something in it is wrong, with all problems.
        Refused: The store lies in one of the country folders.
    """
    jobs, problems = _in_folder(path, wish) if path.is_dir() else _in_file(path, wish)
    if any(not p.warning for p in problems):
        raise Faulty(problems)
    for job in jobs:
        outside(job.wish.out, job.intake)
    return jobs, tuple(problems)


def _in_folder(path: Path, wish: Wish) -> tuple[tuple[Job, ...], list[Problem]]:
    """Return a job for each country folder of a folder, in order of name."""
    if (path / COUNTRY_FILE).is_file():
        message = "this is one country folder"
        fix = f"name the folder that holds it, or draft it alone: clausewright draft {path}"
        return (), [Problem(CODE, Place(str(path)), message, fix)]
    problems: list[Problem] = []
    found: list[tuple[Path, Place]] = []
    with os.scandir(path) as entries:
        names = sorted(e.name for e in entries if e.is_dir() and not e.name.startswith((".", "__")))
    for name in names:
        folder = path / name
        place = Place(str(folder))
        if folder.is_symlink():
            problems.append(Problem(CODE_FOLDER, place, "a link is not followed", "put the folder itself here"))
        elif (folder / COUNTRY_FILE).is_file():
            found.append((folder, place))
        elif folder.resolve() != wish.out.resolve():
            fix = f"add {COUNTRY_FILE}, or move the folder elsewhere if it is no country"
            problems.append(Problem(CODE, place, f"passed over: no {COUNTRY_FILE} in it", fix, warning=True))
    if not found and not any(not p.warning for p in problems):
        fix = 'name a folder of country folders; make one with: clausewright start "Name of the state" --out Folder'
        problems.append(Problem(CODE, Place(str(path)), "no country folder in it", fix))
    problems += _twice(found)
    return tuple(Job(folder, store_name(folder.name), wish) for folder, _ in found), problems


def _in_file(path: Path, wish: Wish) -> tuple[tuple[Job, ...], list[Problem]]:
    """Return the jobs of a file."""
    if not path.is_file():
        fix = "name a folder of country folders, or a file of jobs as docs/formats.md describes it"
        return (), [Problem(CODE, Place(str(path)), "no such folder or file", fix)]
    tree, problems = parse(path.read_bytes(), str(path), CODE)
    shape, faults = read(tree, JobsFile, CODE)
    problems += faults
    if shape is None or tree is None:
        return (), problems
    if not shape.jobs:
        fix = "write `- intake:` and the path of a country folder for each job"
        problems.append(Problem(CODE, place_at(tree, ("jobs",)), "no job is listed", fix, "jobs"))
    found: list[tuple[Path, Place]] = []
    jobs: list[Job] = []
    for i, one in enumerate(shape.jobs):
        place = place_at(tree, ("jobs", i, "intake"))
        folder = path.parent / one.intake
        problems += _folder(path.parent, one.intake, place)
        problems += _style(one, tree, i)
        found.append((folder, place))
        jobs.append(Job(folder, store_name(folder.resolve().name), _wish(one, wish)))
    return tuple(jobs), [*problems, *_twice(found)]


def _wish(one: JobFile, wish: Wish) -> Wish:
    """Return what is asked of a job: what it says, else what holds for all."""
    return replace(
        wish, documents=one.documents or wish.documents, langs=one.langs or wish.langs,
        formats=one.formats or wish.formats, audience=one.audience or wish.audience, style=one.style or wish.style,
        as_of=one.as_of or wish.as_of,
    )  # fmt: skip


_FROM = "write the path of a country folder, from the folder of this file on"


def _folder(base: Path, intake: str, place: Place) -> Iterator[Problem]:
    """Yield why a path leads to no country folder: every step is looked at, so that none leaves by a link."""
    if Path(intake).is_absolute():
        yield Problem(CODE, place, "the path begins at the root of this machine", _FROM, "intake")
        return
    here = base
    for part in Path(intake).parts:
        here /= part
        if part != ".." and here.is_symlink():
            message = f"the way to '{shown(intake)}' leads through a link: {shown(here)}"
            yield Problem(CODE_FOLDER, place, message, "name the folder itself", "intake")
            return
    if not here.is_dir():
        known = [p.name for p in here.parent.iterdir() if p.is_dir()] if here.parent.is_dir() else []
        close = difflib.get_close_matches(here.name, known, n=1)
        hint = f"; did you mean '{shown(close[0])}'?" if close else ""
        yield Problem(CODE, place, f"no folder '{shown(here)}'{hint}", _FROM, "intake")
    elif not (here / COUNTRY_FILE).is_file():
        fix = "name a country folder"
        yield Problem(CODE, place, f"no {COUNTRY_FILE} in '{shown(here)}'", fix, "intake")


def _style(one: JobFile, tree: Node, i: int) -> Iterator[Problem]:
    if one.style and one.style not in styles():
        place = place_at(tree, ("jobs", i, "style"))
        yield Problem(CODE, place, f"no house style '{shown(one.style)}'", f"use one of: {listed(styles())}", "style")


def _twice(found: list[tuple[Path, Place]]) -> Iterator[Problem]:
    """Yield the folders whose versions would be kept under the name of another."""
    first: dict[str, Path] = {}
    for folder, place in found:
        slug = store_name(folder.resolve().name)
        other = first.setdefault(slug, folder)
        if other is not folder:
            message = f"'{shown(folder)}' and '{shown(other)}' would both be kept as '{slug}'"
            yield Problem(CODE, place, message, "rename one of the folders, or list it once")
