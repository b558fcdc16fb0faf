"""The names that may stand in a store: allow-lists for slugs, versions and files, so that no path can be smuggled.

A name is checked before it is ever joined to a path. Anything else is refused, never repaired: two names that
are repaired alike would fall on one another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from pipeline.model.problem import Faulty, Place, Problem, shown

CODE = "STORE-001"

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
VERSION = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")
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
LIBRARY = "library"
"""The folder of the stored libraries, and so no country's slug."""

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
        Faulty: It is not two whole numbers with a point between.
    """
    if not VERSION.fullmatch(number):
        raise _refusal(number, f"'{shown(number)}' is not a version number", "write it as 0.1 or 1.0")
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


def ordinal(number: str) -> tuple[int, int]:
    """Return a version number as two numbers, for sorting."""
    major, _, minor = number.partition(".")
    return int(major), int(minor)


def _refusal(name: str, message: str, fix: str) -> Faulty:
    return Faulty([Problem(CODE, Place(shown(name)), message, fix)])
