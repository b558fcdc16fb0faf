"""The files of an adopted version: the ministry's own file, how each clause stands in it, and our draft beneath it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.model.adoption import Adoption
from pipeline.model.change import WEIGHTS, Weight
from pipeline.model.clause import STRENGTHS
from pipeline.model.draft import Audience
from pipeline.project import shelf
from pipeline.project.circulation import as_circulated, numbers_of
from pipeline.project.country import Folder, decide, read_country
from pipeline.project.drawing import DRAFT, SELECTION, draft_file, kept_as, name
from pipeline.project.making import composed_for
from pipeline.project.text_of_record import adoption_of, is_adopted
from pipeline.revise.adoption import Edited, edited
from pipeline.store import codec, names, version
from pipeline.store.names import ADOPTED, RECEIPT
from pipeline.store.receipt import Adopted, Approval, Receipt
from pipeline.store.version import digest, digests
from pipeline.word import anchors, package
from pipeline.word.anchors import Kept

CLAUSE = "clause:"


@dataclass(frozen=True, slots=True)
class Beneath:
    """The version of ours that the ministry edited, as far as an adopted one keeps it.

    Attributes:
        receipt: Its receipt.
        draft: Its composed draft, in the language and for the readers of the file.
        records: Its other records by name, and its country folder as versions keep it.
    """

    receipt: Receipt
    draft: bytes
    records: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Handed:
    """What the ministry handed in.

    Attributes:
        word: Its Word file.
        pdf: What it exported from that, empty where nothing.
        adoption: How each clause stands in it.
    """

    word: bytes
    pdf: bytes
    adoption: Adoption


def beneath(out: Path, receipt: Receipt, lang: str, audience: Audience) -> Beneath:
    """Return a version of ours as far as an adopted one keeps it.

    Args:
        out: The store's folder.
        receipt: Its receipt.
        lang: Language of the ministry's file.
        audience: The readers for whom the copy was drawn that the ministry edited; for others than the version's it is
            composed again from what the version keeps.

    Raises:
        Faulty: Its records cannot be read.
        Refused: A file that it keeps is missing.
    """
    slug, document, number = receipt.country, receipt.document, receipt.version
    wanted = (n for n in receipt.records if n != ADOPTED and not n.startswith(f"{DRAFT}."))
    records = {n: version.read(out, slug, document, number, n) for n in wanted}
    if lang in receipt.languages and audience in receipt.audiences:
        draft = version.read(out, slug, document, number, draft_file(receipt.languages, lang))
    else:
        country = decide(folder_of(out, receipt), receipt.as_of)
        followed = as_circulated(numbers_of(out, slug, receipt), lang)
        draft = codec.dump(composed_for(country, receipt, lang, audience, followed))
    return Beneath(receipt, draft, records)


def folder_of(out: Path, receipt: Receipt) -> Folder:
    """Return the country folder that a version keeps, read with the library that it consulted.

    Raises:
        Faulty: It cannot be read.
        Refused: A file of it is missing.
    """
    held = shelf.stored(out, receipt.library)
    slug, document, number = receipt.country, receipt.document, receipt.version
    files = {path: version.read(out, slug, document, number, kept_as(path)) for path in receipt.intake}
    return read_country(slug, slug, files, (held.library, held.files))


def words_in(out: Path, receipt: Receipt, lang: str) -> Kept | None:
    """Return what we wrote into the Word file of a version in a language; None where it has no such file."""
    for file in receipt.renditions:
        if file.startswith(f"{receipt.document}.{lang}.") and file.endswith(".docx"):
            data = version.read(out, receipt.country, receipt.document, receipt.version, file)
            return anchors.kept(package.opened(data, file))
    return None


def most_like(out: Path, receipt: Receipt, word: bytes, file: str) -> Edited | None:
    """Return how a file that no longer tells its origin stands against a version, in the language that fits best.

    Raises:
        Faulty: It is no Word file, or damaged.
    """
    words = [kept for lang in receipt.languages if (kept := words_in(out, receipt, lang)) is not None]
    read = [one for kept in words if (one := edited(word, file, kept)) is not None]
    return max(read, key=lambda e: sum(1 for u in e.units if u.state != "deleted"), default=None)


def made_again(out: Path, receipt: Receipt, base: Beneath, earlier: Sequence[str]) -> dict[str, bytes]:
    """Return the files of an adopted version made again from the ministry's file and the version beneath it.

    Args:
        out: The store's folder.
        receipt: The adopted version's receipt.
        base: The version of ours beneath it, made again or as it stands.
        earlier: The versions before the adopted one, oldest first.

    Raises:
        Faulty: The file is damaged.
    """
    slug, document, number = receipt.country, receipt.document, receipt.version
    if receipt.approval is not None:
        return as_release(files_of(out, slug, document, earlier[-1]), number, receipt.approval)[1]
    lang, audience = receipt.languages[0], receipt.audiences[0]
    file = name(document, lang, audience, "docx")
    pdf = name(document, lang, audience, "pdf")
    word = version.read(out, slug, document, number, file)
    exported = version.read(out, slug, document, number, pdf) if pdf in receipt.renditions else b""
    read = edited(word, file, None) or most_like(out, base.receipt, word, file)
    if read is None:
        return {}
    given = Handed(word, exported, read.adoption(base.receipt.version))
    heavy = weighed(out, slug, document, earlier, base, given)
    before = digest(version.read(out, slug, document, earlier[-1], RECEIPT))
    return laid(base, given, number, before, heavy)[1]


def laid(
    beneath: Beneath, handed: Handed, number: str, previous: str, heavy: Weight | Literal[""]
) -> tuple[Receipt, dict[str, bytes]]:
    """Return the receipt and the files of an adopted version.

    Args:
        beneath: The version of ours that was edited.
        handed: What the ministry handed in.
        number: The number that the version bears.
        previous: Digest of the receipt of the version before it.
        heavy: How the text differs from the last release; empty where there was none.
    """
    adoption = handed.adoption
    document, lang, audience = adoption.document, adoption.lang, adoption.audience
    renditions = {name(document, lang, audience, "docx"): handed.word}
    if handed.pdf:
        renditions[name(document, lang, audience, "pdf")] = handed.pdf
    records = {draft_file((lang,), lang): beneath.draft, ADOPTED: codec.dump(adoption), **beneath.records}
    receipt = replace(
        beneath.receipt, version=number, languages=(lang,), audiences=(audience,), previous=previous, approval=None,
        records=digests(records),
        renditions=digests(renditions), weight=heavy, reasons=(summary(adoption),),
        adopted=Adopted(adoption.version, digest(handed.word)),
    )  # fmt: skip
    return receipt, {**renditions, **records, RECEIPT: codec.dump(receipt)}


def summary(adoption: Adoption) -> str:
    """Return in one line what the ministry's file is."""
    clauses = [u for u in adoption.units if u.anchor.startswith(CLAUSE)]
    counted = [f"{sum(1 for u in clauses if u.state == state)} {state}" for state in ("kept", "edited", "deleted")]
    added = sum(len(a.digests) for a in adoption.added)
    counted += [f"{added} {'paragraph' if added == 1 else 'paragraphs'} added"]
    return f"the ministry's own file, made from version {adoption.version}; clauses: {', '.join(counted)}"


def as_release(files: Mapping[str, bytes], number: str, approval: Approval) -> tuple[Receipt, dict[str, bytes]]:
    """Return the receipt and the files of the release of an adopted version: the very same file under a new number.

    Args:
        files: The files of the version that was approved.
        number: The release's number.
        approval: Who approved it and when.

    Raises:
        Faulty: Its receipt cannot be read.
    """
    before = codec.load(files[RECEIPT], Receipt, RECEIPT)
    receipt = replace(before, version=number, previous=digest(files[RECEIPT]), approval=approval)
    return receipt, {**files, RECEIPT: codec.dump(receipt)}


def files_of(out: Path, slug: str, document: str, number: str) -> dict[str, bytes]:
    """Return all files of a version by name, without the list of their digests.

    Raises:
        Faulty: Its receipt cannot be read.
        Refused: A file is missing.
    """
    data = version.read(out, slug, document, number, RECEIPT)
    receipt = codec.load(data, Receipt, f"{slug}/{document}/{number}/{RECEIPT}")
    wanted = (*receipt.records, *receipt.renditions)
    return {RECEIPT: data, **{n: version.read(out, slug, document, number, n) for n in wanted}}


# How it differs from the last release


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of record as far as two are compared.

    Attributes:
        words: What each clause says by anchor: our words, or the digest of the ministry's.
        strengths: The highest strength of each clause by anchor.
        added: Digests of what was added.
        duties: Those of them that lay down a duty.
    """

    words: Mapping[str, str]
    strengths: Mapping[str, str]
    added: frozenset[str]
    duties: frozenset[str]


def weighed(
    out: Path, slug: str, document: str, numbers: Sequence[str], beneath: Beneath, handed: Handed
) -> Weight | Literal[""]:
    """Return how the ministry's text differs from the last release; nothing where there was none.

    Major: a duty enters, leaves or changes strength, by our rules or by the ministry's own words. Minor: other words of
    a clause, or paragraphs of its own.

    Args:
        out: The store's folder.
        slug: The country's name in it.
        document: Kind of document.
        numbers: The versions that stand, oldest first.
        beneath: The version of ours that was edited.
        handed: What the ministry handed in.
    """
    last = names.last_release(numbers)
    if last is None:
        return ""
    lang = handed.adoption.lang
    receipt = codec.load(version.read(out, slug, document, last, RECEIPT), Receipt, f"{last}/{RECEIPT}")
    chosen = lang if lang in receipt.languages else receipt.languages[0]
    then = _text(
        version.read(out, slug, document, last, draft_file(receipt.languages, chosen)),
        version.read(out, slug, document, last, SELECTION),
        adoption_of(out, slug, document, last) if is_adopted(out, slug, document, last) else None,
    )
    now = _text(beneath.draft, beneath.records[SELECTION], handed.adoption)
    found: list[Weight] = [*_differences(then, now)]
    found += ["major" if d in then.duties | now.duties else "minor" for d in now.added ^ then.added]
    return max(found, key=WEIGHTS.index, default="patch")


def _differences(then: _Text, now: _Text) -> Iterator[Weight]:
    for anchor in {*then.words, *now.words}:
        strengths = [t.strengths.get(anchor, "") if anchor in t.words else "" for t in (then, now)]
        if strengths[0] != strengths[1]:
            yield "major" if "shall" in strengths else "minor"
        elif then.words.get(anchor) != now.words.get(anchor):
            yield "minor" if strengths[0] else "patch"


def _text(draft: bytes, selection: bytes, adoption: Adoption | None) -> _Text:
    stands = {u.anchor: u for u in adoption.units} if adoption else {}
    words: dict[str, str] = {}
    for unit in json.loads(draft)["units"]:
        anchor = unit["anchor"]
        stand = stands.get(anchor)
        if anchor.startswith(CLAUSE) and (stand is None or stand.state != "deleted"):
            edited = stand is not None and stand.state == "edited"
            words[anchor] = stand.digest if stand is not None and edited else "\n".join(_said(unit["blocks"]))
    decisions = json.loads(selection)["decisions"]
    strengths = {
        f"{CLAUSE}{clause}": next((s for s in reversed(STRENGTHS) if s in told["strengths"]), "")
        for clause, told in decisions.items()
    }
    strengths |= {a: s.strength.removeprefix("none") for a, s in stands.items() if s.strength}
    own = adoption.added if adoption else ()
    return _Text(
        words, strengths, frozenset(d for a in own for d in a.digests), frozenset(d for a in own for d in a.duties)
    )  # fmt: skip


def _said(tree: object) -> Iterator[str]:
    """Yield the words in a stored unit; numbers and what cross-references print are not among them."""
    if isinstance(tree, list):
        for one in tree:
            yield from _said(one)
    elif isinstance(tree, dict) and tree.get("@") != "Ref":
        for key, value in tree.items():
            if key == "text" and isinstance(value, str):
                yield value
            elif isinstance(value, (list, dict)):
                yield from _said(value)
