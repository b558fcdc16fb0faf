"""`check`: the library, country folders, templates and mappings, all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.intake.mapping import read_mapping
from pipeline.library.drafting import check_texts
from pipeline.library.load import load, usage_of
from pipeline.model.problem import Exit, Faulty, Place, Problem
from pipeline.project import content, updating
from pipeline.project.country import decided, the_library
from pipeline.project.revising import edited
from pipeline.render import style as styles
from pipeline.source.text import pointed
from pipeline.store.verify import verify

Found = tuple[tuple[Problem, ...], tuple[Exit, ...], tuple[str, ...]]


def checked(paths: tuple[Path, ...]) -> Found:
    """Check what lies at each path, or the built-in content where none is given.

    Returns:
        Problems, the exit code that each gives, and a line of what was checked.
    """
    problems: list[Problem] = []
    codes: list[Exit] = []
    said: list[str] = []

    def add(found: Sequence[Problem], code: Exit) -> None:
        problems.extend(found)
        codes.extend([code] * len(found))

    if not paths:
        add(library_problems(), Exit.LIBRARY)
        for name in content.styles():
            add(_style(name), Exit.LIBRARY)
        said.append(_summary())
    for path in paths:
        try:
            said.append(_one(path, add))
        except Faulty as fault:
            add(fault.problems, Exit(fault.exit_code))
    return tuple(problems), tuple(codes), tuple(s for s in said if s)


def library_problems() -> list[Problem]:
    """Return every problem of the built-in library: in its files, between its parts, and in its wording."""
    files = content.library_files()
    usage, problems = usage_of(files)
    library, faults = load(files)
    problems += faults
    if library is not None:
        problems += check_texts(library, usage)
    return pointed(problems, files)


def _style(name: str) -> tuple[Problem, ...]:
    try:
        return styles.warnings(styles.read(name, content.style_files(name)))
    except Faulty as fault:
        return fault.problems


def _summary() -> str:
    try:
        library, _ = the_library()
    except Faulty:
        return ""
    return (
        f"library: {len(library.clauses)} clauses, {len(library.instruments)} instruments with "
        f"{len(library.provisions)} provisions, {len(library.questions)} questions, {len(library.rules)} findings, "
        f"{len(library.terms)} terms; {len(content.styles())} house styles"
    )


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _one(path: Path, put: Callable[[Sequence[Problem], Exit], None]) -> str:
    """Check one path by what it is; problems are handed to `put`."""
    if path.is_dir() and (path / "country.yaml").exists():
        country = decided(path)
        put(list(country.warnings), Exit.INTAKE)
        systems = sum(len(a.systems) for a in country.assessment.agencies)
        agencies = len(country.assessment.agencies)
        counted = f"{_counted(agencies, 'agency', 'agencies')}, {_counted(systems, 'system', 'systems')}"
        return f"{path}: {country.assessment.name}, {counted}"
    if path.is_dir() and (path / "receipt.json").exists():
        put(verify(path), Exit.DOES_NOT_HOLD)
        return f"{path}: a version"
    if path.is_dir() and (path / "template.docx").exists():
        files = {p.name: p.read_bytes() for p in sorted(path.iterdir()) if p.is_file()}
        style = styles.read(path.name, files)
        put(list(styles.warnings(style)), Exit.LIBRARY)
        return f"{path}: a house style"
    if path.suffix.lower() in (".docx", ".docm") and path.is_file():
        said, still_open, odd = edited.looked_at(path)
        put(still_open, Exit.REFUSED)
        put(odd, Exit.INTAKE)
        return said
    if path.suffix.lower() in (".yaml", ".yml") and path.is_file():
        library, _ = the_library()
        data = path.read_bytes()
        if updating.is_update(data):
            update, problems = updating.checked(data, str(path), library)
            put(problems, Exit.LIBRARY)
            return updating.told(update, path) if update is not None else ""
        found, problems = read_mapping(data, str(path), library)
        put(problems, Exit.LIBRARY)
        return f"{path}: a mapping" if found is not None else ""
    fix = (
        "name a country folder, a version folder, an edited .docx, a folder with template.docx, a mapping or an update"
    )
    place = Place(str(path))
    raise Faulty([Problem("FOLDER-002", place, "nothing that can be checked lies here", fix)])
