"""Signatures beside versions, made and checked by the user's own ssh-keygen; the program keeps no key.

A signature covers the bytes of a version's SHA256SUMS, and so every file of it. It lies outside the version, which is
never changed, as OUT/<country>/<document>/signatures/<version>.sig, and can be checked without this program:

    ssh-keygen -Y verify -n clausewright -f ALLOWED -I WHO -s signatures/1.0.sig < 1.0/SHA256SUMS
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from pathlib import Path

from pipeline.model.problem import DoesNotHold, MachineFault, Refused, shown
from pipeline.store import folder, staging, version
from pipeline.store.names import SIGNATURES, SUMS

NAMESPACE = "clausewright"
TOOL = "ssh-keygen"
WAIT = 120
"""Seconds, in which a person may type the words that guard a key."""


def sign(root: Path, country: str, document: str, number: str, key: Path) -> Path:
    """Sign a version.

    Args:
        root: The store's folder.
        country: Slug of the country.
        document: Slug of the document.
        number: The version's number.
        key: The signer's key, private, or public where an agent holds the private one.

    Returns:
        The signature's file.

    Raises:
        Faulty: A name is not allowed.
        Refused: There is no such version, or it is signed already.
        MachineFault: ssh-keygen is missing or does not sign with this key, or the disk fails.
    """
    data = version.read(root, country, document, number, SUMS)
    done = _run(["-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(key)], data)
    if done.returncode or not done.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise MachineFault(
            f"{TOOL} did not sign with '{shown(key)}': {_told(done)}; give a key that ssh-keygen can use"
        )
    name = f"{number}.sig"
    with staging.opened(root) as desk, contextlib.ExitStack() as held:
        here = desk.top
        for part in (country, document):
            here = held.enter_context(folder.opened(part, here))
        made = folder.make(SIGNATURES, here)
        kept = held.enter_context(folder.opened(SIGNATURES, here))
        if folder.exists(name, kept):
            raise Refused(
                f"version {number} of {country}/{document} is signed already; what is stored is never changed"
            )
        folder.write_file(name, done.stdout, desk.staging)
        folder.move(name, desk.staging, kept)
        for changed in (kept, here) if made else (kept,):
            folder.flush(changed)
    return desk.root / country / document / SIGNATURES / name


def check(root: Path, country: str, document: str, number: str, allowed: Path) -> str:
    """Check a version's signature over its list of digests; that the list agrees with the files is for `verify`.

    Args:
        root: The store's folder.
        country: Slug of the country.
        document: Slug of the document.
        number: The version's number.
        allowed: The signers who are allowed and their keys, as `man ssh-keygen` describes the file.

    Returns:
        Who signed, as that file calls them.

    Raises:
        Faulty: A name is not allowed.
        Refused: There is no such version, or it is not signed.
        DoesNotHold: The signature is none of theirs, or is that of other bytes.
        MachineFault: ssh-keygen is missing.
    """
    data = version.read(root, country, document, number, SUMS)
    with contextlib.ExitStack() as held:
        here = held.enter_context(folder.opened(version.folder_of(root, country, document)))
        name = f"{number}.sig"
        if not folder.exists(SIGNATURES, here):
            raise Refused(f"version {number} of {country}/{document} is not signed")
        kept = held.enter_context(folder.opened(SIGNATURES, here))
        if not folder.exists(name, kept):
            raise Refused(f"version {number} of {country}/{document} is not signed")
        signature = folder.read(name, kept)
    with tempfile.NamedTemporaryFile() as file:  # the bytes that were read, whatever becomes of the path
        file.write(signature)
        file.flush()
        found = _run(["-Y", "find-principals", "-s", file.name, "-f", str(allowed)], b"")
        who = found.stdout.decode("utf-8", "replace").splitlines()[:1]
        if found.returncode or not who:
            raise DoesNotHold(f"the signature of version {number} is by nobody in '{shown(allowed)}': {_told(found)}")
        done = _run(["-Y", "verify", "-n", NAMESPACE, "-f", str(allowed), "-I", who[0], "-s", file.name], data)
    if done.returncode:
        raise DoesNotHold(f"the signature of version {number} does not hold: {_told(done)}")
    return who[0]


def _run(words: list[str], data: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run([TOOL, *words], input=data, capture_output=True, check=False, timeout=WAIT)  # noqa: S603
    except FileNotFoundError:
        raise MachineFault(f"{TOOL} is missing; install OpenSSH (Debian: apt-get install openssh-client)") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineFault(f"{TOOL} does not answer: {shown(error)}; try it by itself") from None


def _told(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the last line that ssh-keygen said."""
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    return shown(lines[-1]) if lines else "it does not say why"
