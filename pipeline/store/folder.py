"""Folders held open and files written through them: the only module of the store that touches the disk to write.

Every step below the store's root goes through an open folder and refuses links, so that neither a planted link
nor a folder swapped under our feet leads outside. What the system refuses is told in one sentence as a
MachineFault; a link or a thing of the wrong kind is Refused.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pipeline.model.problem import MachineFault, Refused, shown
from pipeline.store.names import LOCK

WAIT = 60.0
"""Seconds to wait for another writer; a version takes far less to write."""

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP)
"""What file systems answer that cannot flush a folder on its own; they do so by themselves."""


@contextlib.contextmanager
def telling(what: str, verb: Literal["write", "read"] = "write") -> Iterator[None]:
    """Turn what the system refuses in this block into one sentence.

    Args:
        what: The file or folder concerned, as it is named in the store.
        verb: What was tried.

    Raises:
        MachineFault: Disk full, quota, no permission, read-only, input-output fault and the like.
        Refused: A link, or a file where a folder should be.
    """
    try:
        yield
    except OSError as error:
        name = shown(what)
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            message = f"'{name}' in the output folder is a link or no folder; remove it, then try again"
            raise Refused(message) from None
        reason = os.strerror(error.errno) if error.errno else "the system refused"
        fix = "make room or give access there, or choose another --out" if verb == "write" else "give access to it"
        raise MachineFault(f"cannot {verb} '{name}': {reason[:1].lower()}{reason[1:]}; {fix}") from None


@contextlib.contextmanager
def opened(path: str | Path, within: int | None = None) -> Iterator[int]:
    """Hold a folder open and give its descriptor; a link is refused.

    Args:
        path: The folder, a single name where `within` is given.
        within: Descriptor of the folder above.
    """
    with telling(str(path)):
        folder = os.open(path, _OPEN_FOLDER, dir_fd=within)
    try:
        yield folder
    finally:
        os.close(folder)


def root_of(path: Path) -> Path:
    """Return the real place of a store, which is made where it does not exist.

    The root itself may be reached by a link, for that is the user's own choice; nothing beneath it may be one.
    """
    with telling(path.name or "output"):
        path.mkdir(parents=True, exist_ok=True)
        return path.resolve(strict=True)


@contextlib.contextmanager
def locked(root: int, wait: float = WAIT) -> Iterator[None]:
    """Be the only writer of a store; the lock ends with this block or with the process, however that ends.

    Args:
        root: The store's open folder.
        wait: Seconds to wait for another writer.

    Raises:
        Refused: Another process is still writing after that time.
    """
    with telling(LOCK):
        lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o666, dir_fd=root)
    try:
        if not stat.S_ISREG(os.fstat(lock).st_mode):
            raise Refused(f"'{LOCK}' in the output folder is no file of ours; remove it, then try again")
        _take(lock, wait)
        yield
    finally:
        os.close(lock)


def _take(lock: int, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EINTR):
                raise MachineFault("this file system keeps no locks; choose another --out") from None
            if time.monotonic() > until:
                raise Refused("another run is writing to this output folder; try again when it is done") from None
            time.sleep(0.02)
        else:
            return


def make(name: str, within: int, mode: int = 0o777) -> bool:
    """Make a folder where there is none; tell whether it was made. A link in its place is refused on opening."""
    with telling(name):
        try:
            os.mkdir(name, mode, dir_fd=within)
        except FileExistsError:
            return False
        return True


def write_tree(files: Mapping[str, bytes], within: int) -> None:
    """Write files, with the folders in their names, into an open folder, and flush all to the disk."""
    subfolders: dict[str, dict[str, bytes]] = {}
    for name in sorted(files):
        head, _, tail = name.partition("/")
        if tail:
            subfolders.setdefault(head, {})[tail] = files[name]
        else:
            write_file(name, files[name], within)
    for name, inner in subfolders.items():
        make(name, within)
        with opened(name, within) as folder:
            write_tree(inner, folder)
    flush(within)


def write_file(name: str, data: bytes, within: int) -> None:
    """Write one new read-only file, flush it to the disk, read it back and compare.

    Raises:
        MachineFault: It could not be written whole; what was begun is left for the caller to remove.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with telling(name), os.fdopen(os.open(name, flags, 0o666, dir_fd=within), "w+b") as file:
        file.write(data)
        file.flush()
        # The umask has its say through the mode of the new file; nobody may write to it from here on.
        os.fchmod(file.fileno(), stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o444)
        os.fsync(file.fileno())
        file.seek(0)
        if file.read() != data:
            raise MachineFault(f"'{name}' came back from the disk changed; check the disk")


def read(name: str, within: int) -> bytes:
    """Return the bytes of a plain file in an open folder.

    Raises:
        Refused: There is none, or it is a link, a folder or a device.
        MachineFault: It cannot be read.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    with telling(name, "read"):
        try:
            found = os.open(name, flags, dir_fd=within)
        except FileNotFoundError:
            raise Refused(f"there is no '{shown(name)}' in this version") from None
        with os.fdopen(found, "rb") as file:
            if not stat.S_ISREG(os.fstat(found).st_mode):
                raise Refused(f"'{shown(name)}' is no plain file")
            return file.read()


def move(name: str, source: int, target: int, new: str = "") -> None:
    """Rename something from one open folder to another of the same store; a file that stands there is replaced.

    Args:
        name: Its name.
        source: The folder in which it stands.
        target: The folder to which it comes.
        new: Its name there, else the same.

    Raises:
        Refused: A folder has the name there.
    """
    new = new or name
    with telling(new):
        try:
            os.rename(name, new, src_dir_fd=source, dst_dir_fd=target)
        except OSError as error:
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
                raise Refused(f"'{shown(new)}' already exists; what is stored is never changed") from None
            raise


def drop(name: str, within: int) -> None:
    """Remove a file or an empty folder that a failed run made; what others have filled stays."""
    with contextlib.suppress(OSError):
        if stat.S_ISDIR(os.stat(name, dir_fd=within, follow_symlinks=False).st_mode):
            os.rmdir(name, dir_fd=within)
        else:
            os.unlink(name, dir_fd=within)


def flush(folder: int) -> None:
    """Flush a folder's list of names to the disk."""
    with telling("output"):
        try:
            os.fsync(folder)
        except OSError as error:
            if error.errno not in _NO_SYNC:
                raise


def exists(name: str, within: int) -> bool:
    """Tell whether anything has this name; a link counts as itself."""
    with telling(name):
        try:
            os.stat(name, dir_fd=within, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True


def is_folder(name: str, within: int) -> bool:
    """Tell whether a folder has this name; a link to one is none."""
    with telling(name, "read"):
        return stat.S_ISDIR(os.stat(name, dir_fd=within, follow_symlinks=False).st_mode)


def listed(within: int) -> list[str]:
    """Return the names of all that stands in an open folder, in order."""
    with telling("output", "read"):
        return sorted(os.listdir(within))


def clear(name: str, within: int) -> None:
    """Remove a folder that a dead run left, if there is one; its links are removed, never followed.

    Raises:
        Refused: The name is taken by a link or a file, which is none of ours.
    """
    if not exists(name, within):
        return
    with opened(name, within):
        pass
    with telling(name):
        shutil.rmtree(name, dir_fd=within)
