"""Release and rebuild: an approved version from a draft that stands, and any version made again from what it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from pipeline.compose.changes import same_text
from pipeline.intake.answers import tidy
from pipeline.model.change import Shift
from pipeline.model.draft import Draft
from pipeline.model.problem import Faulty, Place, Problem, Refused
from pipeline.project.adoption.adopted_version import as_release, beneath, files_of, made_again
from pipeline.project.circulation import numbers_of
from pipeline.project.drafting import Made, kept, written
from pipeline.project.drawing import draft_file
from pipeline.project.making import Progress, make
from pipeline.project.order import Order
from pipeline.project.standing import formats_of, intake_of, past_of, receipt_of, standing
from pipeline.project.text_of_record import texts_of_record
from pipeline.store import codec, library_zip, names, version
from pipeline.store.names import releasing
from pipeline.store.receipt import Approval, Receipt, tool_versions

MOST_ROLE = 200
"""Characters of an office's name."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a version stands: its store, country, document and number."""

    out: Path
    slug: str
    document: str
    number: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of making a version again.

    Attributes:
        same: Files that came out with the same bytes.
        different: Files that did not, or that are only in one of the two.
        tools: Programs of another version than then: name, then, now.
        shifts: What changed clause by clause, where another library was asked for.
    """

    same: tuple[str, ...]
    different: tuple[str, ...]
    tools: tuple[tuple[str, str, str], ...]
    shifts: tuple[Shift, ...]


def spot(folder: Path) -> Spot:
    """Return where a version's folder stands in its store.

    Raises:
        Faulty: It is no version.
        Refused: It stands in no store, as a packed version does.
    """
    kept(folder, names.RECEIPT)
    real = folder.resolve()
    out, slug, document, number = real.parent.parent.parent, real.parent.parent.name, real.parent.name, real.name
    if not names.VERSION.fullmatch(number) or (slug, document) not in version.documents(out):
        raise Refused(f"{folder}: this version lies outside a store; name it where it was written")
    return Spot(out, slug, document, number)


def role(words: str) -> str:
    """Return the office that approved, checked: a short line without control characters.

    Raises:
        Faulty: It is empty, too long, or holds what may not stand in a text.
    """
    text, problems = tidy(words.strip(), Place("--approved-by"), "approved-by", MOST_ROLE)
    if not text or problems:
        problem = Problem("RELEASE-001", Place("--approved-by"), "no office is named", "name one, such as Minister")
        raise Faulty(problems or [problem])
    return text


def release(folder: Path, by: str, on: str, progress: Progress) -> Made:
    """Write the release of a draft: the same text under a release's number, with approval block and table of changes.

    Args:
        folder: The newest version's folder.
        by: Role that approved it, never a person.
        on: ISO day of the approval.
        progress: Told in a few words what is being done.

    Raises:
        Refused: It is not the newest version, is released already, or would not come out with the text approved.
        MachineFault: The disk or a tool fails; nothing is left half-written.
    """
    at = spot(folder)
    numbers = version.versions(at.out, at.slug, at.document)
    if at.number != numbers[-1]:
        raise Refused(f"{at.number} is not the newest version of {at.slug}/{at.document}, which is {numbers[-1]}")
    if names.is_release(at.number):
        raise Refused(f"{at.number} is released already; a new draft comes first")
    receipt = receipt_of(at.out, at.slug, at.document, at.number)
    if receipt.adopted is not None:
        return _ministry_s_own(at, Approval(by, on), releasing(numbers), progress)
    _ours_to_release(at, receipt)
    order = _order(at, receipt, numbers, Approval(by, on), releasing(numbers))
    _, planned = make(order, progress)
    _as_approved(at, receipt, planned[0].files)
    return written(at.out, at.slug, planned, order.library, progress)[0]


def _ministry_s_own(at: Spot, approval: Approval, number: str, progress: Progress) -> Made:
    """Write the release of an adopted version: the very same file; the approval stands in receipt and history."""
    receipt, files = as_release(files_of(at.out, at.slug, at.document, at.number), number, approval)
    progress(f"writing {at.document} {number}")
    place = version.write(at.out, at.slug, at.document, number, files)
    return Made(at.document, number, place, True, tuple(receipt.renditions))


def _ours_to_release(at: Spot, receipt: Receipt) -> None:
    """Refuse to release a draft of ours while the ministry's own file counts: its words would be lost.

    Raises:
        Refused: The text of record in one of its languages is the ministry's.
    """
    records = texts_of_record(at.out, at.slug, at.document)
    own = next((records[lang] for lang in receipt.languages if lang in records), None)
    if own is not None:
        raise Refused(
            f"the text of record is the ministry's own file, version {own.receipt.version}, and {at.number} is a draft "
            "of ours to be merged into it: merge, adopt the result, and release that. To go back to our own text, "
            f"adopt the Word file of {at.number}"
        )


def _as_approved(at: Spot, receipt: Receipt, files: Mapping[str, bytes]) -> None:
    """Refuse a release whose text is not the one that was approved, as after a change of the program."""
    for name in (draft_file(receipt.languages, lang) for lang in receipt.languages):
        approved = codec.load(version.read(at.out, at.slug, at.document, at.number, name), Draft, name)
        if not same_text(approved, codec.load(files[name], Draft, name), releasing=True):
            raise Refused(
                f"the text of {at.number} would not come out as it was approved, since clausewright changed; "
                "draft a new version and have it approved"
            )


def _order(at: Spot, receipt: Receipt, stands: tuple[str, ...], approval: Approval | None, number: str) -> Order:
    """Return the order that makes a version from what another, or itself, keeps.

    Args:
        at: The version that keeps folder and library.
        receipt: Its receipt.
        stands: Numbers of the versions that count as standing, the next one being compared with the last of them.
        approval: For a release, who approved it and when.
        number: The number it bears.
    """
    stood = standing(at.out, at.slug, (at.document,), {at.document: stands})
    past, released = stood.past, {**stood.released}
    last = names.last_release(stands)
    if last is not None and approval is not None:
        released[at.document] = past_of(at.out, at.slug, at.document, last)
    return Order(
        at.slug, str(at.out / at.slug), at.slug, intake_of(at.out, at.slug, at.document, at.number, receipt),
        (at.document,), receipt.languages, formats_of(receipt), receipt.audiences[0], receipt.style, receipt.as_of,
        library_zip.packed(at.out, receipt.library), {at.document: stands}, past, released, approval=approval,
        number=number, follows=stood.follows, deleted=stood.deleted,
        circulated=numbers_of(at.out, at.slug, receipt),
    )  # fmt: skip


def rebuild(folder: Path, today: bool, progress: Progress) -> Rebuilt:
    """Make a version again from the folder and the library that it keeps, and compare byte for byte.

    Args:
        folder: The version's folder.
        today: True to take today's library and see what it would change, at the version's own date of the law.
        progress: Told in a few words what is being done.

    Raises:
        Faulty: The version, its intake or its library cannot be read.
        Refused: A file that it keeps is missing.
    """
    at = spot(folder)
    receipt = receipt_of(at.out, at.slug, at.document, at.number)
    numbers = version.versions(at.out, at.slug, at.document)
    earlier = numbers[: numbers.index(at.number)]
    if receipt.adopted is not None:
        return _adopted_again(at, receipt, earlier, today, progress)
    if today:
        order = replace(_order(at, receipt, (*earlier, at.number), None, at.number), library=b"")
        _, planned = make(order, progress)
        made = planned[0]
        return Rebuilt((), (), _tools(receipt), made.shifts) if made.new else Rebuilt((at.number,), (), (), ())
    order = _order(at, receipt, earlier, receipt.approval, at.number)
    _, planned = make(order, progress)
    return _compared(at, receipt, planned[0].files)


def _adopted_again(at: Spot, receipt: Receipt, earlier: tuple[str, ...], today: bool, progress: Progress) -> Rebuilt:
    """Make an adopted version again: our draft beneath it anew, and how each clause stands; the file is what it is."""
    if receipt.adopted is None:
        raise ValueError("an adopted version names what it was made from")
    base = replace(at, number=receipt.adopted.version)
    if today:
        return rebuild(version.folder_of(*astuple(base)), True, progress)
    ours = receipt_of(*astuple(base))
    before = earlier[: earlier.index(base.number)]
    _, planned = make(_order(base, ours, before, ours.approval, base.number), progress)
    lang, audience = receipt.languages[0], receipt.audiences[0]
    under = beneath(at.out, ours, lang, audience)
    made = planned[0].files
    if lang in ours.languages and audience in ours.audiences:
        under = replace(under, draft=made[draft_file(ours.languages, lang)])
    under = replace(under, records={n: made[n] for n in under.records})
    return _compared(at, receipt, made_again(at.out, receipt, under, earlier))


def _compared(at: Spot, receipt: Receipt, made: Mapping[str, bytes]) -> Rebuilt:
    """Compare the files of a version with what came of making it again."""
    files = {**made, names.SUMS: version.sums(made)}
    kept_names = {*receipt.records, *receipt.renditions, names.RECEIPT, names.SUMS}
    same: list[str] = []
    different: list[str] = []
    for name in sorted(kept_names | files.keys()):
        stored = version.read(at.out, at.slug, at.document, at.number, name) if name in kept_names else None
        (same if stored == files.get(name) else different).append(name)
    return Rebuilt(tuple(same), tuple(different), _tools(receipt), ())


def _tools(receipt: Receipt) -> tuple[tuple[str, str, str], ...]:
    now = tool_versions()
    return tuple(
        (n, receipt.tools.get(n, "none"), now.get(n, "none"))
        for n in sorted({*receipt.tools, *now})
        if receipt.tools.get(n) != now.get(n)
    )
