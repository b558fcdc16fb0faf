"""The names that may stand in a store: allow-lists for slugs, versions and files, so that no path can be smuggled.

A name is checked before it is ever joined to a path. Anything else is refused, never repaired: two names that
are repaired alike would fall on one another.

Before the first release drafts are 0.1, 0.2, …, and the first release is 1.0. From then on a draft is numbered by the
release that it heads for: after 1.1 a change of duties is 2.0-draft.1, of other binding words 1.2-draft.1, of nothing
that binds 1.1.1-draft.1. The next number never sorts below one that exists: order of number is order of writing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from pipeline.model.change import Weight
from pipeline.model.problem import Faulty, Place, Problem, Refused, shown

CODE = "STORE-001"

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NUMBER = "[1-9][0-9]{0,5}"
VERSION = re.compile(rf"0\.(?:0|{_NUMBER})|(?:{_NUMBER})\.(?:0|{_NUMBER})(?:\.{_NUMBER})?(?:-draft\.{_NUMBER})?")
"""0.1 before the first release; 1.0, 1.1 and 1.1.1 are releases; 2.0-draft.1 is a draft of the release 2.0."""
DIGEST = re.compile(r"[0-9a-f]{64}")
DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that older Windows takes for devices; a folder that is handed on must open there too."""

MARKS = frozenset(" ._-()[]{}+,;@='&#%!~")
"""What may stand in a file's name beside letters, digits and the accents on them."""

MAX_PARTS = 12
MAX_PART = 240
MAX_PATH = 800
"""Bytes; file systems take 255 for a part."""

SUMS = "SHA256SUMS"
RECEIPT = "receipt.json"
ADOPTED = "adopted.json"
"""How each clause stands in the ministry's own file; a version that holds one is that file."""
LIBRARY = "library"
"""The folder of the stored libraries, and so no country's slug."""

HISTORY = "history.jsonl"
SIGNATURES = "signatures"
STAGING = ".writing"
LOCK = ".lock"


def slug(name: str, what: str) -> str:
    """Return a country's or document's slug as it is.

    Args:
        name: Small letters, digits and hyphens, at most 63, with no hyphen first.
        what: What it names, for the message.

    Raises:
        Faulty: It is no such slug, or is reserved.
    """
    if not SLUG.fullmatch(name) or DEVICE.fullmatch(name) or (what == "country" and name == LIBRARY):
        fix = "use small letters, digits and hyphens, such as norland; at most 63"
        raise _refusal(name, f"'{shown(name)}' cannot name a {what}", fix)
    return name


def version(number: str) -> str:
    """Return a version number as it is, such as 0.1.

    Raises:
        Faulty: It is none.
    """
    if not VERSION.fullmatch(number):
        raise _refusal(number, f"'{shown(number)}' is not a version number", "write it as 0.1, 1.0 or 1.1-draft.1")
    return number


def digest(text: str) -> str:
    """Return a SHA-256 digest in small hexadecimal letters as it is.

    Raises:
        Faulty: It is no such digest.
    """
    if not DIGEST.fullmatch(text):
        raise _refusal(text, f"'{shown(text)}' is not a SHA-256 digest", "give 64 digits and letters a to f")
    return text


def is_file(name: str) -> bool:
    """Tell whether a name, folders separated by `/`, may stand in a version folder or a library."""
    parts = name.split("/")
    return len(parts) <= MAX_PARTS and len(name) <= MAX_PATH and all(_is_part(p) for p in parts)


def _is_part(part: str) -> bool:
    if not part or part[0] in " .-~" or part[-1] in " ." or DEVICE.fullmatch(part):
        return False
    sound = all(c.isalnum() or c in MARKS or unicodedata.category(c) in ("Mn", "Mc") for c in part)
    return sound and len(part.encode("utf-8")) <= MAX_PART


def files(names: Iterable[str]) -> tuple[str, ...]:
    """Return file names in order, all of them checked, alone and against each other.

    Raises:
        Faulty: A name is not allowed; two differ only in case; or one is a folder of another.
    """
    ordered = tuple(sorted(names))
    for name in ordered:
        if not is_file(name):
            fix = "use letters, digits, '.', '-', '_' and spaces; begin with a letter or digit"
            raise _refusal(name, f"'{shown(name)}' cannot name a file of a version", fix)
    seen: dict[str, str] = {}
    for name in ordered:
        other = seen.setdefault(alike(name), name)
        if other != name:
            message = f"'{shown(name)}' and '{shown(other)}' differ only in case or in how accents are stored"
            raise _refusal(name, message, "rename one of them")
    for name in ordered:
        parts = name.split("/")
        for end in range(1, len(parts)):
            folder = "/".join(parts[:end])
            if alike(folder) in seen:
                message = f"'{shown(folder)}' would be a file and a folder"
                raise _refusal(name, message, "rename one of them")
    return ordered


def alike(name: str) -> str:
    """Return a name as file systems see it that tell neither case nor composed accents apart."""
    return unicodedata.normalize("NFC", name).casefold()


def ordinal(number: str) -> tuple[int, int, int, int]:
    """Return a version number as four, for sorting: major, minor, patch, and the draft, which comes before its release.

    Raises:
        ValueError: It is no version number.
    """
    if not VERSION.fullmatch(number):
        raise ValueError(f"no version number: {number}")
    release, _, draft = number.partition("-draft.")
    major, minor, *patch = (int(part) for part in release.split("."))
    return major, minor, patch[0] if patch else 0, int(draft) if draft else _RELEASED


_RELEASED = 1_000_000
"""Sorts behind every draft."""


def is_release(number: str) -> bool:
    """Tell whether a version number is that of a release: 1.0, 1.1.1; no draft, and nothing before 1.0."""
    major, _, _, draft = ordinal(number)
    return major > 0 and draft == _RELEASED


def last_release(numbers: Sequence[str]) -> str | None:
    """Return the last release among version numbers in order, or None."""
    return next((n for n in reversed(numbers) if is_release(n)), None)


def following(numbers: Iterable[str], weight: Weight) -> str:
    """Return the number of the next draft.

    Args:
        numbers: Those of the versions that exist, in any order.
        weight: How the text differs from the last release; before the first it counts for nothing.
    """
    known = sorted(numbers, key=ordinal)
    newest = known[-1] if known else "0.0"
    released = [n for n in known if is_release(n)]
    if not released and "-" not in newest:
        return f"0.{ordinal(newest)[1] + 1}"
    aim = _raised(released[-1], weight) if released else (0, 0, 0)
    heading = ordinal(newest)
    if not is_release(newest) and heading[:3] >= aim:
        return f"{_written(heading[:3])}-draft.{heading[3] + 1}"
    return f"{_written(aim)}-draft.1"


def releasing(numbers: Iterable[str]) -> str:
    """Return the number of the next release: 1.0 for the first, then the one that the newest draft heads for.

    Args:
        numbers: Those of the versions that exist, in any order.

    Raises:
        Refused: The newest version is a release itself.
    """
    newest = max(numbers, key=ordinal, default="0.0")
    if is_release(newest):
        raise Refused(f"version {newest} is released already, and there is no draft after it")
    major, minor, patch, _ = ordinal(newest)
    return _written((major, minor, patch)) if major else "1.0"


def _raised(release: str, weight: Weight) -> tuple[int, int, int]:
    major, minor, patch, _ = ordinal(release)
    return {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}[weight]


def _written(parts: tuple[int, int, int]) -> str:
    major, minor, patch = parts
    return f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"


def _refusal(name: str, message: str, fix: str) -> Faulty:
    return Faulty([Problem(CODE, Place(shown(name)), message, fix)])
