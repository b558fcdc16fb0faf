"""A library as one zip with the same bytes everywhere: files in, zip out, and back within limits.

Members are stored, not compressed: compressed bytes differ between builds of zlib, and the zip is named by its
digest. Names are sorted; times, rights and the making system are fixed.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from pipeline.model.problem import Faulty, Place, Problem, Refused, shown
from pipeline.store import folder, names
from pipeline.store.names import LIBRARY
from pipeline.store.version import digest

CODE = "STORE-020"

MAX_MEMBERS = 20_000
MAX_UNPACKED = 200_000_000
"""Bytes of all members together."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can name."""

_UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, OSError, ValueError)
"""What zipfile raises for damaged bytes, found by flipping bits."""

_UNIX = 3
_ENCRYPTED = 0x1


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a zip; equal files give equal bytes.

    Raises:
        Faulty: A name is not allowed.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in names.files(files):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system = _UNIX
            member.external_attr = 0o100444 << 16
            archive.writestr(member, files[name])
    return out.getvalue()


def unpack(data: bytes, file: str = "library.zip") -> dict[str, bytes]:
    """Return the files of a library's zip by name.

    Args:
        data: The zip, as `pack` or any other program made it.
        file: Its name, for messages.

    Raises:
        Faulty: It is no zip, damaged, encrypted, beyond the limits, or a name in it is not allowed.
    """
    fix = "take the zip from library/ in the output folder again"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if not m.filename.endswith("/")]
            fault = _fault(members)
            if fault:
                raise Faulty([Problem(CODE, Place(file), fault, fix)])
            return {m.filename: _member(archive, m) for m in members}
    except _UNREADABLE as error:
        message = f"this is no sound zip: {shown(error)}"
        raise Faulty([Problem(CODE, Place(file), message, fix)]) from None


def _fault(members: list[zipfile.ZipInfo]) -> str:
    """Say what speaks against reading these members, or nothing."""
    if len(members) > MAX_MEMBERS:
        return f"{len(members):,} files; at most {MAX_MEMBERS:,} are read"
    if sum(m.file_size for m in members) > MAX_UNPACKED:
        return f"more than {MAX_UNPACKED:,} bytes when unpacked"
    seen: set[str] = set()
    for member in members:
        name = member.filename
        if member.orig_filename != name or not names.is_file(name):
            return f"'{shown(member.orig_filename)}' cannot name a file of a library"
        if names.alike(name) in seen:
            return f"'{shown(name)}' is there twice"
        if member.flag_bits & _ENCRYPTED:
            return f"'{shown(name)}' is encrypted"
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return f"'{shown(name)}' is packed in a way that is not read here"
        seen.add(names.alike(name))
    return ""


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Read one member and no more than it declares, whatever its packed bytes say."""
    with archive.open(member) as packed:
        data = packed.read(member.file_size + 1)
    if len(data) != member.file_size:
        raise ValueError(f"{member.filename} is longer or shorter than it says")
    return data


def packed(root: Path, library: str) -> bytes:
    """Return the zip of the library that a version consulted.

    Args:
        root: The store's folder.
        library: Digest of the zip, as the receipt gives it.

    Raises:
        Faulty: The zip is damaged.
        Refused: It is not in the store.
    """
    name = f"{names.digest(library)}.zip"
    if not (root / LIBRARY).is_dir():
        raise Refused(f"there is no '{LIBRARY}/{name}' in this output folder")
    with folder.opened(root.resolve()) as top, folder.opened(LIBRARY, top) as kept:
        data = folder.read(name, kept)
    if digest(data) != library:
        message, fix = "its bytes are not those that its name stands for", "restore it from a copy"
        raise Faulty([Problem(CODE, Place(f"{LIBRARY}/{name}"), message, fix)])
    return data


def read(root: Path, library: str) -> dict[str, bytes]:
    """Return the files of the library that a version consulted; raises as `packed` and `unpack` do."""
    return unpack(packed(root, library), f"{LIBRARY}/{library}.zip")
