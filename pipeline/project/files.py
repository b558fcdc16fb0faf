"""Files of a user outside the store: read within limits; written whole or not at all, and never over something else."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.model.problem import Faulty, MachineFault, Place, Problem, Refused

MOST_BYTES = 200 * 2**20
"""A larger Word file is no draft, and not read."""


def read_file(path: Path, code: str, most: int = MOST_BYTES) -> bytes:
    """Return what is in a file that was handed in.

    Args:
        path: The file.
        code: The code of the problem where it cannot be used.
        most: How many bytes it may have.

    Raises:
        Faulty: There is no such file, or it is too large.
        MachineFault: It cannot be read.
    """
    if not path.is_file():
        raise Faulty([Problem(code, Place(str(path)), "no such file", "check the path")])
    if path.stat().st_size > most:
        raise Faulty([Problem(code, Place(str(path)), "the file is too large", f"at most {most:,} bytes are read")])
    try:
        return path.read_bytes()
    except OSError as error:
        raise MachineFault(f"{path}: cannot be read: {error.strerror}") from None


def write_new(out: Path, files: dict[str, bytes], option: str = "--out") -> tuple[Path, ...]:
    """Write files into a new or empty folder, whole or not at all.

    Args:
        out: The folder.
        files: Content by path in it.
        option: The option that names the folder, for messages.

    Raises:
        Refused: The folder holds something.
        MachineFault: It cannot be written.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise Refused(f"{out}: something stands there that is no folder; choose another with {option}")
    if out.is_dir() and any(out.iterdir()):
        raise Refused(f"{out}: the folder is not empty; choose another with {option}")
    import shutil
    import tempfile

    parent = out.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".clausewright-", dir=parent))
    except OSError as error:
        raise MachineFault(f"{parent}: cannot be written: {error.strerror}") from None
    try:
        for path, data in files.items():
            target = staging / path
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, data)
        mask = os.umask(0)
        os.umask(mask)
        staging.chmod(0o777 & ~mask)
        if out.is_dir():
            out.rmdir()
        staging.rename(out)
    except OSError as error:
        raise MachineFault(f"{out}: cannot be written: {error.strerror}; nothing was left behind") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return tuple(out / p for p in files)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def write_file(target: Path, data: bytes) -> None:
    """Write a file whole or not at all, through a sibling.

    Raises:
        MachineFault: The disk is full or not writable; nothing is left behind.
    """
    sibling = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(sibling, data)
        sibling.replace(target)
    except OSError as error:
        sibling.unlink(missing_ok=True)
        raise MachineFault(f"{target}: cannot be written: {error.strerror}") from None
