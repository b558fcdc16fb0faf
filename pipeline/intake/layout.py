"""The paths of a country folder sorted by what they hold; names that no file system can take are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.intake import codes
from pipeline.model.assessment import COUNTRY
from pipeline.model.problem import Place, Problem, shown
from pipeline.source.shape import nearest

COUNTRY_FILE = "country.yaml"
DECISIONS_FILE = "decisions.yaml"
PROFILE_FILE = "profile.yaml"
READINESS_FILE = "readiness.yaml"
RISK_FILE = "risk.yaml"

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
_QUIET = re.compile(r"\..*|~\$.*|Thumbs\.db|desktop\.ini|README(\.md|\.txt)?", re.IGNORECASE)
_ROOT_NAMES = (COUNTRY_FILE, DECISIONS_FILE, "agencies", "clauses")


@dataclass(slots=True)
class AgencyPaths:
    """The files of one agency: profile, readiness, risk assessments by system id, workbooks."""

    profile: str = ""
    readiness: str = ""
    risks: dict[str, str] = field(default_factory=dict)
    workbooks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Layout:
    """All files of a country folder that are read, by what they hold."""

    country: str = ""
    decisions: str = ""
    workbooks: list[str] = field(default_factory=list)
    agencies: dict[str, AgencyPaths] = field(default_factory=dict)


def fit(slug: str) -> bool:
    """Return whether a folder name can be an agency's or system's permanent name on every file system."""
    return bool(_SLUG.fullmatch(slug)) and not _DEVICES.fullmatch(slug) and slug != COUNTRY


def slug_of(name: str, limit: int = 48) -> str:
    """Return a slug for a name, cut between words; `unnamed` where no letter or digit is left."""
    words = re.findall(r"[a-z0-9]+", name.casefold())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > limit:
            break
        slug = longer
    slug = slug or (words[0][:limit] if words else "unnamed")
    return slug if fit(slug) else f"x-{slug}"


def arrange(paths: Iterable[str]) -> tuple[Layout, list[Problem]]:
    """Sort the paths of a country folder.

    Args:
        paths: POSIX paths within the folder.

    Returns:
        What is read, and a problem for each path that is not, or cannot be; `clauses/` is another reader's.
    """
    layout = Layout()
    problems: list[Problem] = []
    for path in sorted(paths):
        parts = path.split("/")
        if parts[0] == "clauses" or any(_QUIET.fullmatch(p) for p in parts):
            continue
        if len(parts) == 1:
            _root(path, layout, problems)
        elif parts[0] == "agencies" and len(parts) >= 3:
            _agency(path, parts, layout, problems)
        else:
            problems.append(_unread(path, parts[0], _ROOT_NAMES))
    return layout, problems


def _root(path: str, layout: Layout, problems: list[Problem]) -> None:
    if path == COUNTRY_FILE:
        layout.country = path
    elif path == DECISIONS_FILE:
        layout.decisions = path
    elif path.endswith(".xlsx"):
        layout.workbooks.append(path)
    else:
        problems.append(_unread(path, path, _ROOT_NAMES))


def _agency(path: str, parts: list[str], layout: Layout, problems: list[Problem]) -> None:
    slug, rest = parts[1], parts[2:]
    if not fit(slug):
        problems.append(_unfit(path, slug, "agency"))
        return
    agency = layout.agencies.setdefault(slug, AgencyPaths())
    if rest == [PROFILE_FILE]:
        agency.profile = path
    elif rest == [READINESS_FILE]:
        agency.readiness = path
    elif len(rest) == 1 and rest[0].endswith(".xlsx"):
        agency.workbooks.append(path)
    elif len(rest) == 3 and rest[0] == "systems" and rest[2] == RISK_FILE:
        if fit(rest[1]):
            agency.risks[rest[1]] = path
        else:
            problems.append(_unfit(path, rest[1], "system"))
    elif len(rest) == 3 and rest[0] == "systems":
        problems.append(_unread(path, rest[2], (RISK_FILE,)))
    else:
        problems.append(_unread(path, rest[0], (PROFILE_FILE, READINESS_FILE, "systems")))


def _unread(path: str, name: str, known: tuple[str, ...]) -> Problem:
    message = f"nothing is read from here{nearest(name, known)}"
    fix = f"move it out of the folder, or rename it; read are {', '.join(known)} and filled workbooks (.xlsx)"
    return Problem(codes.PATH, Place(path), message, fix, warning=True)


def _unfit(path: str, slug: str, what: str) -> Problem:
    message = f"'{shown(slug)}' cannot be the folder name of {'an agency' if what == 'agency' else 'a system'}"
    fix = f"rename the folder, for example to '{slug_of(slug)}'; small letters, digits and hyphens, at most 63"
    return Problem(codes.PATH, Place(path), message, fix)
