"""`adopt`: the ministry's own file becomes the text of record, kept byte for byte as a version of its document."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.model.adoption import Adoption, Stand
from pipeline.model.problem import Exit, Faulty, Place, Problem, shown
from pipeline.project.adoption import national
from pipeline.project.adoption.adopted_version import (
    Handed,
    beneath,
    folder_of,
    laid,
    most_like,
    weighed,
    words_in,
)
from pipeline.project.adoption.pdf_agreement import difference
from pipeline.project.drafting import Made
from pipeline.project.files import read_file, write_new
from pipeline.project.making import Progress
from pipeline.project.releasing import Spot, spot
from pipeline.project.revising.edited import CHANGE, CONFLICT, looked_at
from pipeline.project.standing import receipt_of
from pipeline.project.text_of_record import drafted, is_adopted, texts_of_record
from pipeline.revise.adoption import Edited, edited
from pipeline.revise.open_marks import open_marks
from pipeline.source.pdf import Unreadable
from pipeline.store import names, version
from pipeline.store.names import following
from pipeline.store.receipt import Receipt
from pipeline.store.version import digest
from pipeline.word import anchors, package
from pipeline.word.anchors import Kept
from pipeline.word.names import DOCUMENT
from pipeline.word.story import TEXT, P
from pipeline.word.wording import lines, unlabelled

CODE_UNKNOWN, CODE_ORIGIN, CODE_PDF = "ADOPT-001", "ADOPT-002", "ADOPT-003"
BROKEN = "Error"
"""How a PDF begins to tell that a cross-reference leads nowhere."""
HALF = 0.5
"""Part of the units that must stand in a file which no longer tells where it came from."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of `adopt`.

    Attributes:
        file: The ministry's Word file.
        out: The store's folder.
        pdf: What was exported from it, or None.
        base: Folder of the version that was sent out, where the file no longer tells; else None.
        clauses: The folder in which paragraphs of the ministry's own are written as national clauses; else None.
    """

    file: Path
    out: Path
    pdf: Path | None = None
    base: Path | None = None
    clauses: Path | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of adopting a file.

    Attributes:
        made: The version, new or the one that has this very file already.
        adoption: How each clause stands.
        titles: Number and title of each unit by anchor.
        warnings: What is odd and did not stand in the way.
        newer: Folder of a newer draft of ours, whose changes the file does not have yet; None where there is none.
        clauses: Files written as national clauses.
    """

    made: Made
    adoption: Adoption
    titles: Mapping[str, str]
    warnings: tuple[str, ...]
    newer: Path | None
    clauses: tuple[Path, ...]


def adopt(request: Request, progress: Progress) -> Taken:
    """Make the ministry's own file the text of record of its document.

    Args:
        request: What is asked.
        progress: Told in a few words what is being done.

    Raises:
        Faulty: The file is damaged, not ours or of a version that the store does not hold, or the PDF does not agree
            (3); or something of ours is still open in it (6).
        Refused: The folder for national clauses holds something, or another run wrote in the meantime.
        MachineFault: The disk fails; nothing is left half-written.
    """
    if request.clauses is not None:
        national.refuse(request.clauses)
    progress(f"reading {request.file.name}")
    word = read_file(request.file, CODE_UNKNOWN)
    parts = package.received(word, str(request.file))
    _settled(parts, request.file)
    at, read = _origin(request, parts, word)
    pdf = b""
    if request.pdf is not None:
        progress(f"comparing {request.pdf.name} with it, word for word")
        pdf = _agreeing(parts, request.file, request.pdf)
    receipt = receipt_of(at.out, at.slug, at.document, at.number)
    own: dict[str, bytes] = {}
    left: list[str] = []
    if request.clauses is not None:
        progress("writing national clauses")
        library = folder_of(at.out, receipt).library
        own, apart = national.clauses(read, library, receipt.as_of)
        national.checked(own, library)
        left = [national.nowhere(one) for one in apart]
    given = Handed(word, pdf, read.adoption(at.number))
    files = write_new(request.clauses, own, "--national") if request.clauses is not None and own else ()
    try:
        made = _known(at, given) or _written(at, receipt, given, progress)
    except BaseException:
        if files and request.clauses is not None:
            shutil.rmtree(request.clauses, ignore_errors=True)
        raise
    ours = drafted(at.out, at.slug, at.document, version.versions(at.out, at.slug, at.document))[-1]
    newer = version.folder_of(at.out, at.slug, at.document, ours) if ours != at.number else None
    titles = {u.anchor: _title(u, read.kept) for u in given.adoption.units}
    return Taken(made, given.adoption, titles, (*_warnings(read, receipt, titles), *left), newer, files)


def _settled(parts: Mapping[str, bytes], file: Path) -> None:
    """Refuse a file in which something of ours waits for a decision.

    Raises:
        Faulty: What waits, as `check` tells it (exit 6).
    """
    waiting = looked_at(file)[1]
    if anchors.kept(parts) is None:
        fix = "accept or reject each, and resolve or delete the comments"
        waiting = tuple(
            Problem(CONFLICT if m.kind == "conflict" else CHANGE, Place(str(file)), f"not decided: “{m.words}”", fix)
            for m in open_marks(parts, str(file))
        )
    if waiting:
        raise Faulty(waiting, Exit.REFUSED)


# Where it came from


def _origin(request: Request, parts: Mapping[str, bytes], word: bytes) -> tuple[Spot, Edited]:
    """Return the version of ours that a file was made from, and how the file stands against it.

    Raises:
        Faulty: The file does not tell and nobody else does, or the store does not hold that version.
    """
    kept = anchors.kept(parts)
    if kept is not None:
        at = _named(request, kept)
        read = edited(word, str(request.file), None)
    elif request.base is not None:
        at = spot(request.base)
        if is_adopted(at.out, at.slug, at.document, at.number):
            ours = receipt_of(at.out, at.slug, at.document, at.number).adopted
            message = f"{at.document} {at.number} is a file of the ministry's own, and no draft of ours"
            fix = f"name the draft that it was made from with --base: {ours.version if ours else '…'}"
            raise Faulty([Problem(CODE_ORIGIN, Place(str(request.base)), message, fix)])
        read = _by_words(at, parts, word, request.file)
    else:
        message = "the file tells nothing of the draft that it came from"
        fix = "name the version that was sent out with --base, or hand in the file itself and not a copy of its text"
        raise Faulty([Problem(CODE_UNKNOWN, Place(str(request.file)), message, fix)])
    if read is None:
        raise ValueError("a file with a base has units")
    return at, read


def _named(request: Request, kept: Kept) -> Spot:
    """Return the version whose words a file says it has."""
    record = kept.record
    document, number, state = (record.get(key, "") for key in ("document", "version", "country"))
    place = Place(str(request.file))
    told = f"the {shown(document)} {shown(number)} of {shown(state)}"
    if request.base is not None:
        at = spot(request.base)
        receipt = receipt_of(at.out, at.slug, at.document, at.number)
        if (at.document, at.number, receipt.state) != (document, number, state):
            message = f"the file says that it was made from {told}, not from what --base names"
            raise Faulty([Problem(CODE_ORIGIN, place, message, "leave --base out, or name that version")])
        return at
    out = request.out
    found = [
        Spot(out, slug, d, number) for slug, d in (version.documents(out) if out.is_dir() else ()) if d == document
    ]
    of_state = [at for at in found if number in version.versions(out, at.slug, document)]
    of_state = [at for at in of_state if receipt_of(out, at.slug, document, number).state == state]
    if not of_state:
        message = f"the file was made from {told}, which is not in the folder {out}"
        raise Faulty([Problem(CODE_ORIGIN, place, message, "name the folder where versions are kept with --out")])
    same = [at for at in of_state if _says(at, kept)]
    if len(same) != 1:
        message = f"{told} in the folder {out} is another one than that from which the file was made"
        fix = "name the folder with --out in which that version was made"
        if same:
            message = f"{told} stands in the folder {out} under several names: {', '.join(at.slug for at in same)}"
            fix = "name one of them with --base"
        raise Faulty([Problem(CODE_ORIGIN, place, message, fix)])
    return same[0]


def _says(at: Spot, kept: Kept) -> bool:
    """Tell whether a version says what a file tells that we wrote."""
    if is_adopted(at.out, at.slug, at.document, at.number):
        return False
    receipt = receipt_of(at.out, at.slug, at.document, at.number)
    record = kept.record
    facts = (record.get("library", ""), record.get("previous", ""), record.get("as_of", ""))
    if facts != (receipt.library, receipt.previous, receipt.as_of):
        return False
    lang, audience = record.get("lang", ""), record.get("audience", "")
    if lang not in receipt.languages or audience not in receipt.audiences:
        return True  # another copy of the version, drawn outside the store
    wrote = words_in(at.out, receipt, lang)
    return wrote is None or _digests(wrote) == _digests(kept)


def _digests(kept: Kept) -> dict[str, str]:
    """Return the digest of each unit's words without numbers, which a merge gives as their file counts."""
    return {
        anchor: anchors.digest(lines(unlabelled(i) for i in base.items), base.noted)
        for anchor, base in kept.units.items()
    }


def _by_words(at: Spot, parts: Mapping[str, bytes], word: bytes, file: Path) -> Edited:
    """Return how a file that tells nothing stands against the version that it is said to be made from.

    Clauses of one library read alike in all countries, so the file must name the state as well.
    """
    receipt = receipt_of(at.out, at.slug, at.document, at.number)
    best = most_like(at.out, receipt, word, str(file))
    message = ""
    if best is None or sum(1 for u in best.units if u.state != "deleted") < HALF * len(best.units):
        message = "most of its clauses are not in it"
    elif " ".join(receipt.state.casefold().split()) not in _words(parts, file):
        message = f"it does not name {shown(receipt.state)}"
    if best is None or message:
        message = f"the file is not made from {at.document} {at.number}: {message}"
        fix = "name the version that was sent out with --base"
        raise Faulty([Problem(CODE_ORIGIN, Place(str(file)), message, fix)])
    return best


def _words(parts: Mapping[str, bytes], file: Path) -> str:
    """Return the words of a file, those of its headers and text boxes among them."""
    stories = [n for n in parts if n == DOCUMENT or n.startswith("word/header")]
    paragraphs = (p for n in sorted(stories) for p in package.parsed(parts[n], n, str(file)).iter(P))
    return "\n".join(" ".join("".join(t.text or "" for t in p.iter(TEXT)).casefold().split()) for p in paragraphs)


# The PDF


def _agreeing(parts: Mapping[str, bytes], file: Path, pdf: Path) -> bytes:
    """Return a PDF that says what the Word file says.

    Raises:
        Faulty: It cannot be read, or says something else; the problem names the first place.
    """
    data = read_file(pdf, CODE_UNKNOWN)
    try:
        found = difference(parts, str(file), data)
    except Unreadable as fault:
        fix = "export it anew from Word: File, Save as, PDF"
        raise Faulty([Problem(CODE_PDF, Place(str(pdf)), f"the PDF cannot be read: {fault}", fix)]) from None
    if found is not None:
        place = Place(str(pdf), spot=f"page {found.page}")
        here = f"it goes on with '{shown(found.pdf)}'" if found.pdf else "it ends"
        there = f"where the Word file has '{shown(found.word)}'" if found.word else "where the Word file ends"
        fix = "update the fields in Word, show the text without markup, and export the PDF from this very file"
        if found.pdf.startswith(BROKEN):
            fix = "a cross-reference leads to what was deleted: write in Word what is to stand there, and export again"
        raise Faulty([Problem(CODE_PDF, place, f"{here} {there}", fix)])
    return data


# The version


def _known(at: Spot, given: Handed) -> Made | None:
    """Return the version that has this very file already as the text of record, None where none has."""
    record = texts_of_record(at.out, at.slug, at.document).get(given.adoption.lang)
    if record is None or record.receipt.adopted is None or record.receipt.adopted.file != digest(given.word):
        return None
    receipt = record.receipt
    if given.pdf and digest(given.pdf) not in receipt.renditions.values():
        return None
    place = version.folder_of(at.out, at.slug, at.document, receipt.version)
    return Made(at.document, receipt.version, place, False, tuple(receipt.renditions))


def _written(at: Spot, receipt: Receipt, given: Handed, progress: Progress) -> Made:
    numbers = version.versions(at.out, at.slug, at.document)
    ours = beneath(at.out, receipt, given.adoption.lang, given.adoption.audience)
    heavy = weighed(at.out, at.slug, at.document, numbers, ours, given)
    number = following(numbers, heavy or "minor")
    previous = digest(version.read(at.out, at.slug, at.document, numbers[-1], names.RECEIPT))
    made, files = laid(ours, given, number, previous, heavy)
    progress(f"writing {at.document} {number}")
    place = version.write(at.out, at.slug, at.document, number, files)
    return Made(at.document, number, place, True, tuple(made.renditions), made.reasons)


# What is told


def _title(stand: Stand, kept: Kept) -> str:
    base = kept.units[stand.anchor]
    title = base.title or stand.anchor.partition(":")[2]
    return f"{stand.label or base.label} {title}".strip()


def _warnings(read: Edited, receipt: Receipt, titles: Mapping[str, str]) -> Iterator[str]:
    if read.changes or read.comments:
        yield (
            f"the file still holds {_counted(read.changes, 'tracked change')} and {_counted(read.comments, 'comment')} "
            "of your own; it was kept as it is, and read as if all changes were accepted"
        )
    for anchor in read.copies:
        yield f"{titles[anchor]} stands in the file more than once; the copy most like ours counts"
    for doubt in read.doubts:
        if doubt.kind == "resaved":
            yield "a program that drops the names of our blocks saved the file; clauses were found by other signs"
        elif doubt.kind == "repeated":
            yield f"{titles[doubt.anchor]} repeats a sentence {doubt.count} times, a known fault of LibreOffice"
    lost = [titles[u.anchor] for u in read.units if u.state == "deleted"]
    if lost and any(u.by == "text" for u in read.units):
        yield f"found by their words, for their marks are gone; what was not found counts as deleted: {', '.join(lost)}"
    others = [lang for lang in receipt.languages if lang != read.kept.record.get("lang")]
    if others:
        yield f"the version has this file alone; for {', '.join(others)} our own draft {receipt.version} still counts"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
