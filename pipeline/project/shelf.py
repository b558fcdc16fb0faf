"""Libraries by the digest of their zip, each read once in a process: the built-in one, and those that stores keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.model.library import Library
from pipeline.project.country import the_library
from pipeline.store import library_zip
from pipeline.store.version import digest


@dataclass(frozen=True, slots=True)
class Shelved:
    """A library, its files by path, and the zip in which a store keeps it.

    Attributes:
        library: As it was read.
        files: Its files by path.
        packed: The zip.
        digest: The zip's digest.
    """

    library: Library
    files: Mapping[str, bytes]
    packed: bytes
    digest: str


_OPENED: dict[str, Shelved] = {}
MOST = 8
"""Libraries held at once; a store rarely consults more, and each takes some 30 MB."""


@cache
def built_in() -> Shelved:
    """Return the built-in library.

    Raises:
        Faulty: Something in it is wrong (exit 4).
    """
    library, files = the_library()
    packed = library_zip.pack(files)
    return Shelved(library, files, packed, digest(packed))


def opened(packed: bytes, file: str = "library.zip") -> Shelved:
    """Return the library of a zip, the one read before where it is the same.

    Args:
        packed: The zip.
        file: Its name, for messages.

    Raises:
        Faulty: It is no sound library.
    """
    key = digest(packed)
    if key == built_in().digest:
        return built_in()
    if key not in _OPENED:
        library, files = the_library(library_zip.unpack(packed, file))
        while len(_OPENED) >= MOST:
            del _OPENED[next(iter(_OPENED))]
        _OPENED[key] = Shelved(library, files, packed, key)
    return _OPENED[key]
