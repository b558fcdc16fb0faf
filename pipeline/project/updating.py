"""Updates as files: a blank one, one checked against the library, and one put into a country folder."""

from __future__ import annotations

from pathlib import Path

from pipeline.library.load import UPDATES, with_law
from pipeline.library.updates import read_updates
from pipeline.model.library import Library
from pipeline.model.problem import Exit, Faulty, Problem, Refused
from pipeline.model.update import Update
from pipeline.project.content import folder_files, root
from pipeline.project.country import read_country, the_library
from pipeline.project.files import write_file
from pipeline.source.tree import Mapping as TreeMapping
from pipeline.source.tree import parse

CODE = "UPDATE-003"
SIGNS = ("standing", "added")
"""Keys by which a file is known for an update."""


def blank() -> str:
    """Return a blank update with a word on each key."""
    return (root() / "templates" / "forms" / "update.yaml").read_text("utf-8")


def is_update(data: bytes) -> bool:
    """Return whether a YAML file says that it is an update."""
    tree, _ = parse(data, "update.yaml", CODE)
    return isinstance(tree, TreeMapping) and all(sign in tree.entries for sign in SIGNS)


def checked(data: bytes, file: str, library: Library) -> tuple[Update | None, list[Problem]]:
    """Check an update against the library that it is laid over.

    Args:
        data: The file.
        file: Its path, for messages.
        library: The library.

    Returns:
        The update, or None with all problems.
    """
    found, problems = read_updates({file: data}, library.variables, national=True)
    if not problems:
        update = next(iter(found.values()))
        if update.id in library.updates:
            message = f"the library has an update '{update.id}' already"
            problems.append(Problem(CODE, update.place, message, "nothing needs to be done, or give it another id"))
        problems += with_law(library, {}, {file: data})[1]
    return (next(iter(found.values())) if found and not problems else None), problems


def added(file: Path, to: Path) -> Path:
    """Put an update file into a country folder, if the folder is sound with it.

    Args:
        file: The update.
        to: The country folder.

    Returns:
        Where it now lies.

    Raises:
        Faulty: The update is wrong (exit 4), or the folder (exit 3).
        Refused: Another update lies there under that name.
    """
    data = file.read_bytes()
    library, files = the_library()
    update, problems = checked(data, str(file), library)
    if update is None:
        raise Faulty(problems, Exit.LIBRARY)
    name = f"{UPDATES}{update.id}.yaml"
    present = folder_files(to)
    if present.get(name, data) != data:
        raise Refused(f"{to / name}: exists already and says something else; move it away first")
    read_country(to.resolve().name, str(to), {**present, name: data}, (library, files))
    write_file(to / name, data)
    return to / name


def told(update: Update, path: Path) -> str:
    """Return what was checked, in one line."""
    return f"{path}: an update, {update.standing}, {update.date}"
