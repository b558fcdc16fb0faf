"""`redline` of Word files that are not ours: no clause can be found in them, so Docxodus compares them as mere text.

Docxodus (extra `compare`; MIT licence) is a .NET program that comes within a Python package and needs neither .NET nor
a network. Before its first use some 110 MB are unpacked, once for each of its releases, into the user's cache folder
(on Linux `$XDG_CACHE_HOME`, else `~/.cache`).
"""

from __future__ import annotations

import tempfile
from importlib import metadata
from pathlib import Path
from subprocess import CalledProcessError
from typing import TYPE_CHECKING

from pipeline.model.problem import Faulty, MachineFault, Place, Problem, shown
from pipeline.word import package

if TYPE_CHECKING:
    from python_redlines import DocxodusEngine

CODE = "REVISE-002"
REMEDY = "pip install 'clausewright[compare]'"


def redline(
    old: bytes, new: bytes, author: str, date: str, files: tuple[str, str] = ("the older file", "the newer file")
) -> bytes:
    """Return an older Word file in which tracked changes lead to a newer one; the same two give the same bytes.

    Tracked changes that the files already hold are taken as accepted. What was moved is deleted and put in anew. The
    files are handed to Docxodus in the folder for temporary files, readable to this user alone, and removed there.

    Args:
        old: The file before.
        new: The file after.
        author: The author of the marks.
        date: ISO day that the marks bear.
        files: What messages call the two.

    Raises:
        Faulty: One of the two is no Word file, damaged, beyond the limits or with macros, or they cannot be compared.
        MachineFault: The extra is missing, has no program for this machine, or cannot be unpacked or run.
    """
    for data, name in zip((old, new), files, strict=True):
        package.received(data, name)
    try:
        marked, _, _ = _engine().run_redline(author, old, new, date_time=f"{date}T00:00:00Z")
    except CalledProcessError as fault:
        said = next((line for line in reversed(f"{fault.stdout}\n{fault.stderr}".splitlines()) if line.strip()), "")
        message = f"it cannot be compared with {files[0]} ({shown(said)})"
        repair = "open both in Word, save them again as .docx, and compare these"
        raise Faulty([Problem(CODE, Place(files[1]), message, repair)]) from fault
    except OSError as fault:
        raise MachineFault(f"Docxodus cannot be run here: {shown(fault)}") from fault
    return package.packed(package.opened(marked, files[1]))


def _engine() -> DocxodusEngine:
    """Return Docxodus, unpacked where it is not yet; two runs that do so at once do not disturb each other."""
    try:
        from platformdirs import user_cache_path
        from python_redlines import DocxodusEngine

        home = user_cache_path("clausewright") / f"docxodus-{metadata.version('python-redlines-docxodus')}"
    except (ImportError, metadata.PackageNotFoundError):
        message = f"files in which no clause of ours is found are compared by the extra 'compare': {REMEDY}"
        raise MachineFault(message) from None
    try:
        if not home.is_dir():
            _unpack(home)
        return DocxodusEngine(target_path=str(home))
    except (ImportError, OSError) as fault:  # no program for this machine, a folder that cannot be written, a full disk
        raise MachineFault(f"Docxodus cannot be made ready in {home}: {shown(fault)}") from fault


def _unpack(home: Path) -> None:
    """Unpack the program whole or not at all."""
    from python_redlines import DocxodusEngine

    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        whole = Path(folder, "whole")
        DocxodusEngine(target_path=str(whole))  # it unpacks when it is made
        try:
            whole.rename(home)
        except OSError:
            if not home.is_dir():  # else another run was first
                raise
