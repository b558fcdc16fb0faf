"""A small version with its receipt for the tests of the store; the content is invented."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pipeline.store.codec import dump, load
from pipeline.store.library_zip import pack
from pipeline.store.receipt import Receipt
from pipeline.store.version import Item, digest, latest, read, write

LIBRARY = {"clauses/data/keep-little/2025-01-01/clause.yaml": b"kind: norm\n", "templates/documents/a.yaml": b"id: a\n"}
ZIP = pack(LIBRARY)
COUNTRY, DOCUMENT = "norland", "guidelines"


def receipt_for(
    version: str, files: Mapping[str, bytes], previous: str = "", library: bytes = ZIP, document: str = DOCUMENT
) -> Receipt:
    """Return the receipt of a version that holds these files."""
    digests = {name: digest(data) for name, data in files.items()}
    return Receipt(
        country=COUNTRY,
        document=document,
        version=version,
        languages=("en",),
        audiences=("working",),
        as_of="2026-11-01",
        library=digest(library),
        intake={n.removeprefix("intake/"): d for n, d in digests.items() if n.startswith("intake/")},
        templates={"standard/brand.yaml": digest(b"brand")},
        tools={"clausewright": "0.1.0", "typst": "0.15.2"},
        records={n: d for n, d in digests.items() if n.endswith(".json") and "/" not in n},
        renditions={n: d for n, d in digests.items() if not n.endswith(".json") and "/" not in n},
        previous=previous,
    )


def content(version: str, size: int = 2_000) -> dict[str, bytes]:
    """Return the files of a version but for its receipt."""
    text = f"Version {version}. ".encode()
    return {
        "guidelines.en.docx": b"PK" + text * (size // len(text)),
        "guidelines.en.pdf": b"%PDF" + text * (size // len(text)),
        "draft.json": b'{"version": "' + version.encode() + b'"}\n',
        "intake/country.yaml": b"name: Norland\n",
        "intake/agencies/police/Réponses (final).xlsx": b"PK answers",
    }


def files_of(version: str, size: int = 2_000, previous: str = "", document: str = DOCUMENT) -> dict[str, bytes]:
    """Return the files of a version with its receipt."""
    files = content(version, size)
    return {**files, "receipt.json": dump(receipt_for(version, files, previous, document=document))}


def newest_receipt(root: Path, document: str = DOCUMENT) -> str:
    """Return the digest of the newest version's receipt; nothing where there is no version."""
    before = latest(root, COUNTRY, document)
    return digest(read(root, COUNTRY, document, before, "receipt.json")) if before else ""


def put(root: Path, version: str, size: int = 2_000, document: str = DOCUMENT) -> Path:
    """Write a version that follows upon the newest one."""
    files = files_of(version, size, newest_receipt(root, document), document)
    return write(root, COUNTRY, document, version, files, library=ZIP)


def items(
    root: Path, versions: Iterable[str], size: int = 2_000, document: str = DOCUMENT, few: bool = False
) -> list[Item]:
    """Return versions of a document, each following upon the one before, the first upon the newest that stands.

    With `few` they hold one file beside the receipt.
    """
    previous = newest_receipt(root, document)
    made: list[Item] = []
    for version in versions:
        files = files_of(version, size, previous, document)
        if few:
            one = {"draft.json": files["draft.json"]}
            files = {**one, "receipt.json": dump(receipt_for(version, one, previous, document=document))}
        previous = digest(files["receipt.json"])
        made.append(Item(COUNTRY, document, version, files))
    return made


def stored_receipt(root: Path, version: str) -> Receipt:
    """Return the receipt of a stored version."""
    return load(read(root, COUNTRY, DOCUMENT, version, "receipt.json"), Receipt)


def tree(root: Path) -> dict[str, bytes | str]:
    """Return all that stands under a folder: bytes of files, targets of links, and folders, by path."""
    found: dict[str, bytes | str] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_dir():
            found[name] = "folder"
        elif path.is_file():
            found[name] = path.read_bytes()
        else:
            found[name] = "device"
    return found


def in_child(act: Callable[[], None]) -> int:
    """Run something in a child process; return its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            act()
            code = 0
        except SystemExit as wanted:
            code = wanted.code if isinstance(wanted.code, int) else 98
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
