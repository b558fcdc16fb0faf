"""Libraries by the digest of their zip, each read once in a process: the built-in one, and those that stores keep."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

from pipeline.model.library import Library
from pipeline.project.content import drafting_files
from pipeline.project.country import the_library
from pipeline.store import library_zip
from pipeline.store.version import digest


class Shelved:
    """A library in the files and in the zip in which a store keeps it; it is read when it is first asked for.

    Attributes:
        files: Its files by path.
        packed: The zip.
        digest: The zip's digest.
    """

    def __init__(self, files: Mapping[str, bytes], packed: bytes) -> None:
        self.files = files
        self.packed = packed
        self.digest = digest(packed)

    @cached_property
    def library(self) -> Library:
        """The library.

        Raises:
            Faulty: Something in it is wrong (exit 4).
        """
        return the_library(dict(self.files))[0]


_OPENED: dict[str, Shelved] = {}
MOST = 8
"""Libraries held at once; a store rarely consults more, and each takes some 30 MB."""


@cache
def built_in() -> Shelved:
    """Return the built-in library, as far as a draft consults it."""
    files = drafting_files()
    return Shelved(files, library_zip.pack(files))


def opened(packed: bytes, file: str = "library.zip") -> Shelved:
    """Return the library of a zip, the one read before where it is the same.

    Args:
        packed: The zip.
        file: Its name, for messages.

    Raises:
        Faulty: It is no sound zip.
    """
    key = digest(packed)
    if key == built_in().digest:
        return built_in()
    if key not in _OPENED:
        files = library_zip.unpack(packed, file)
        while len(_OPENED) >= MOST:
            del _OPENED[next(iter(_OPENED))]
        _OPENED[key] = Shelved(files, packed)
    return _OPENED[key]


def sent(store: Path, key: str) -> bytes:
    """Return the zip of a library that a store keeps, as it is sent to who works with it: none for the built-in one.

    Args:
        store: The store's folder.
        key: Digest of the zip.

    Raises:
        Faulty: The zip is damaged.
        Refused: It is not in the store.
    """
    return b"" if key == built_in().digest else library_zip.packed(store, key)


def received(packed: bytes) -> Shelved:
    """Return the library of a zip that was sent; raises as `opened` does."""
    return opened(packed) if packed else built_in()


def stored(store: Path, key: str) -> Shelved:
    """Return a library that a store keeps, by the digest of its zip; raises as `sent` and `opened` do."""
    return received(sent(store, key))
