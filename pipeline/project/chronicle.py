"""What becomes of versions: the history as rows, a stage recorded, a signature, a version packed to be handed on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipeline.model.problem import ClausewrightError, DoesNotHold, Faulty, MachineFault, Place, Problem, Refused
from pipeline.model.version import Entry, Stage
from pipeline.project.drafting import kept
from pipeline.project.files import write_file
from pipeline.project.overview import STAGES, words
from pipeline.project.releasing import spot
from pipeline.project.standing import receipt_of
from pipeline.store import chain, codec, folder, history, library_zip, names, packing, signature, verify, version
from pipeline.store.receipt import Receipt

CODE = "HISTORY-001"
COLUMNS = ("Version", "What", "On", "Law as of", "Library", "To", "Why, or by whom")
"""Columns on the terminal."""
EVENTS = {"version": "draft", "adopted": "ministry's own", "release": "release"}
"""What a version is, in words."""
SEAL = 32
"""Signs of a seal that are shown: too many for anybody to find another history that has them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history, with what the version's receipt says.

    Attributes:
        slug: The country's name in the store.
        state: Name of the state; empty where the receipt is not there.
        document: Kind of document.
        entry: The line itself.
        release: Release of the library that was consulted; empty for a stage.
        approved_by: For a release, the role that approved it.
        approved_on: For a release, the ISO date of its approval.
        reasons: Why the version exists beside the one before it.
    """

    slug: str
    state: str
    document: str
    entry: Entry
    release: str = ""
    approved_by: str = ""
    approved_on: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Histories.

    Attributes:
        lines: By country and document, oldest first.
        problems: Histories that were changed; they have no lines.
    """

    lines: Mapping[tuple[str, str], tuple[Line, ...]]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a store: the whole of it, a country, a document, or a version; what is not named is empty."""

    root: Path
    slug: str = ""
    document: str = ""
    number: str = ""


def where(path: Path) -> Where:
    """Return the place in a store at which a folder stands, told by what stands in it.

    Raises:
        Faulty: It is no folder, or nothing of a store.
    """
    here = Path(os.path.abspath(path))  # noqa: PTH100 - resolving would follow links, which the store refuses
    if not here.is_dir():
        raise _none(path, "there is no such folder")
    if names.VERSION.fullmatch(here.name) and (here / names.RECEIPT).is_file():
        above = here.parent
        found = Where(above.parent.parent, above.parent.name, above.name, here.name)
    elif _is_document(here):
        found = Where(here.parent.parent, here.parent.name, here.name)
    elif any(_is_document(inner) for inner in _folders(here)):
        found = Where(here.parent, here.name)
    else:
        found = Where(here)
    if not version.documents(found.root):
        raise _none(path, "no version stands in this folder")
    return found


def _none(path: Path, message: str) -> Faulty:
    fix = "name an output folder, or a country, document or version in it, such as output/norland/guidelines"
    return Faulty([Problem(CODE, Place(str(path)), message, fix)])


def _is_document(place: Path) -> bool:
    return (place / names.HISTORY).is_file() or any(names.VERSION.fullmatch(i.name) for i in _folders(place))


def _folders(place: Path) -> list[Path]:
    try:
        return [i for i in place.iterdir() if i.is_dir() and not i.is_symlink()]
    except OSError as error:
        raise MachineFault(f"cannot list '{place.name}': {error.strerror}; give access to it") from None


# Listing


def told(path: Path) -> Told:
    """Return what became of the versions under a path.

    Args:
        path: An output folder, or a country, document or version in it; or a packed version.

    Raises:
        Faulty: It is none of these.
    """
    if (path / names.HISTORY).is_file() and (path / names.RECEIPT).is_file():
        return _packed(path)
    at = where(path)
    found: dict[tuple[str, str], tuple[Line, ...]] = {}
    problems: list[Problem] = []
    for slug, document in version.documents(at.root):
        if at.slug not in ("", slug) or at.document not in ("", document):
            continue
        try:
            entries = history.read(at.root, slug, document)
            lines = tuple(_lines(at.root, slug, document, entries))
        except Faulty as faulty:
            problems += faulty.problems
        except ClausewrightError as error:
            fix = "run `clausewright verify` on it, and restore it from a copy"
            problems.append(Problem(CODE, Place(f"{slug}/{document}"), str(error), fix))
        else:
            found[slug, document] = tuple(line for line in lines if at.number in ("", line.entry.version))
    if not found and not problems:
        raise _none(path, "no version of a store stands here")
    return Told(found, tuple(problems))


def _lines(root: Path, slug: str, document: str, entries: tuple[Entry, ...]) -> Iterator[Line]:
    state = ""
    for entry in entries:
        if entry.event == "stage":
            yield Line(slug, state, document, entry)
        else:
            receipt = receipt_of(root, slug, document, entry.version)
            state = receipt.state
            yield _line(entry, receipt)


def _line(entry: Entry, receipt: Receipt) -> Line:
    by, on = (receipt.approval.by, receipt.approval.on) if receipt.approval else ("", "")
    return Line(receipt.country, receipt.state, receipt.document, entry, receipt.release, by, on, receipt.reasons)


def _packed(path: Path) -> Told:
    """Return the history that a packed version brings along; of the versions before it, only what its lines say."""
    entries = chain.parsed(kept(path, names.HISTORY), f"{path}/{names.HISTORY}")
    receipt = codec.load(kept(path, names.RECEIPT), Receipt, f"{path}/{names.RECEIPT}")
    bare = Line(receipt.country, receipt.state, receipt.document, entries[0])
    lines = (
        _line(e, receipt) if e.event != "stage" and e.version == receipt.version else replace(bare, entry=e)
        for e in entries
    )
    return Told({(receipt.country, receipt.document): tuple(lines)}, ())


def cells(line: Line) -> tuple[str, ...]:
    """Return a line as a row of the terminal's table."""
    entry = line.entry
    if entry.event == "stage":
        what = STAGES[entry.stage] if entry.stage else ""
        found = (entry.version, what, entry.on, "", "", entry.to, f"by: {entry.by}" if entry.by else "")
    else:
        why = "; ".join(line.reasons)
        if line.approved_by:
            why = f"approved by: {line.approved_by}" + (f"; {why}" if why else "")
        what = EVENTS[entry.event]
        found = (entry.version, what, line.approved_on, entry.law, line.release, "", why)
    return tuple(words(cell) for cell in found)


def plain(line: Line) -> dict[str, object]:
    """Return a line as plain values."""
    return {**asdict(line), "reasons": list(line.reasons)}


def said(line: Line) -> str:
    """Return in words what a line of a stage records."""
    entry = line.entry
    what = STAGES[entry.stage] if entry.stage else ""
    return words(f"{line.slug}, {line.document} {entry.version}: {what} on {entry.on}, to {entry.to}")


# What is added to a history


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of recording a stage: the line, and what is odd about it, or nothing."""

    line: Line
    odd: str


def record(path: Path, stage: Stage, on: str, to: str, by: str = "") -> Recorded:
    """Record that a version came to a stage of the national process.

    A day before that of a stage recorded earlier is taken, since what happened is often recorded late, and remarked on.

    Args:
        path: The version's folder.
        stage: Code of the stage.
        on: ISO date on which it came to it.
        to: The office or body it went to.
        by: The office that sent or approved it, where that is to be told.

    Raises:
        Faulty: The folder is no version; something in the entry is not allowed (3); or the history was changed (7).
        Refused: The very same stage is recorded already, or another run is writing.
        DoesNotHold: The history and the versions disagree.
        MachineFault: The system refuses; the history is as it was.
    """
    at = spot(path)
    entry = Entry("stage", at.number, stage=stage, on=on, to=to.strip(), by=by.strip())
    before = [e for e in history.read(at.out, at.slug, at.document) if e.event == "stage"]
    if entry in before:
        raise Refused(f"this is recorded already: {STAGES[stage]} of {at.number} on {on}, to {words(entry.to)}")
    history.record(at.out, at.slug, at.document, entry)
    last = max(before, key=lambda e: e.on, default=None)
    odd = ""
    if last is not None and last.stage and last.on > on:
        odd = (
            f"{on} lies before {last.on}, the day of the stage '{STAGES[last.stage]}' that was recorded earlier; it is "
            "recorded so. If the day is wrong, record the stage again with the right one: nothing is taken back"
        )
    return Recorded(Line(at.slug, "", at.document, entry), odd)


def sign(path: Path, key: Path) -> Path:
    """Sign a version with a key of ssh-keygen; return the signature's file.

    Raises:
        Faulty: The folder is no version.
        Refused: It is signed already.
        MachineFault: ssh-keygen is missing or does not sign with this key.
    """
    at = spot(path)
    return signature.sign(at.out, at.slug, at.document, at.number, key)


# What is checked beside the digests


def heads(path: Path) -> Mapping[str, str]:
    """Return the seal of each history under a path by country and document; none for a single version."""
    return verify.heads(path)


@dataclass(frozen=True, slots=True)
class Signed:
    """Whether a version is signed: by whom, as the file of signers calls them; empty where it is not."""

    slug: str
    document: str
    version: str
    by: str


def signer(signed: Signed) -> str:
    """Return in words whether a version is signed."""
    by = f"signed by {words(signed.by)}" if signed.by else "not signed"
    return f"{signed.slug}, {signed.document} {signed.version}: {by}"


def plain_signed(signed: Signed) -> dict[str, object]:
    """Return as plain values whether a version is signed."""
    return asdict(signed)


def signatures(path: Path, signers: Path) -> tuple[tuple[Signed, ...], tuple[Problem, ...]]:
    """Return the versions under a path with who signed them, and the signatures that do not hold.

    Args:
        path: An output folder, or a country, document or version in it.
        signers: The signers who are allowed and their keys, as `man ssh-keygen` describes the file.

    Raises:
        Faulty: The path is none of these.
        MachineFault: ssh-keygen is missing.
    """
    at = where(path)
    found: list[Signed] = []
    problems: list[Problem] = []
    for slug, document in version.documents(at.root):
        if at.slug not in ("", slug) or at.document not in ("", document):
            continue
        for number in version.versions(at.root, slug, document):
            if at.number not in ("", number):
                continue
            file = version.folder_of(at.root, slug, document) / names.SIGNATURES / f"{number}.sig"
            if not os.path.lexists(file):
                found.append(Signed(slug, document, number, ""))
                continue
            try:
                found.append(Signed(slug, document, number, signature.check(at.root, slug, document, number, signers)))
            except (DoesNotHold, Refused) as error:
                fix = "ask the office that signed for its signature and its public key"
                problems.append(Problem(CODE, Place(f"{slug}/{document}/{number}"), str(error), fix))
    if not problems and not any(s.by for s in found):
        fix = "sign a version with `clausewright history VERSION --sign KEY`"
        problems.append(Problem(CODE, Place(str(path)), "nothing here is signed", fix))
    return tuple(found), tuple(problems)


# Packing


def pack(path: Path, target: Path, readers: bool = False) -> int:
    """Pack a version into one folder, or a zip of one, that stands by itself; return how many files are in it.

    Args:
        path: The version's folder.
        target: The folder or, with the ending .zip, the file to be made; outside the output folder.
        readers: True to leave the answers behind: country folder, selection and findings.

    Raises:
        Faulty: The folder is no version, or something that it needs is damaged.
        Refused: The target exists or lies in the output folder; or a working copy was to be packed for readers.
        DoesNotHold: A file of the version was changed.
        MachineFault: The disk fails; nothing is left half-written.
    """
    at = spot(path)
    if os.path.lexists(target):
        raise Refused(f"{target}: exists already; choose another name with -o")
    if at.out.resolve() in target.resolve().parents:
        raise Refused(f"{target}: lies in the output folder, which holds versions only; choose a place outside with -o")
    receipt = receipt_of(at.out, at.slug, at.document, at.number)
    if readers and "working" in receipt.audiences:
        raise Refused(
            f"version {at.number} is a working copy, whose text tells findings and answers; for readers draft it with "
            "--audience consultation or public, and pack that version"
        )
    files = packing.packed(at.out, at.slug, at.document, at.number, answers=not readers)
    if target.suffix.lower() == ".zip":
        inside = f"{at.slug}-{at.document}-{at.number}"
        write_file(target, library_zip.pack({f"{inside}/{name}": data for name, data in files.items()}))
    else:
        _laid(files, target)
    return len(files)


def _laid(files: Mapping[str, bytes], target: Path) -> None:
    """Write a folder whole or not at all, through a sibling."""
    above = folder.root_of(target.parent)
    sibling = f".{target.name}.new"
    with folder.opened(above) as here:
        folder.clear(sibling, here)
        try:
            folder.make(sibling, here)
            with folder.opened(sibling, here) as inner:
                folder.write_tree(files, inner)
            folder.move(sibling, here, here, target.name)
        except BaseException:
            folder.clear(sibling, here)
            raise
        folder.flush(here)
