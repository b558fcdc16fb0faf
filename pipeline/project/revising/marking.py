"""`redline` and `merge`: two versions as one marked file, and a new version as marks in the ministry's own file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from pipeline.model.draft import Audience
from pipeline.model.problem import Faulty, Place, Problem, Refused
from pipeline.project import shelf
from pipeline.project.drawing import LIBRE_ANCHORS
from pipeline.project.releasing import Spot
from pipeline.project.revising import foreign
from pipeline.project.revising.reasons import Known, known
from pipeline.project.revising.sources import CODE, Source, located, of_file, of_version, saved, source
from pipeline.project.text_of_record import deleted, drafted, texts_of_record
from pipeline.revise.desk import Terms
from pipeline.revise.merge import AUTHOR, Asked, merged
from pipeline.revise.outcome import Revised
from pipeline.revise.reading import as_read
from pipeline.store import version
from pipeline.word.runs import EAST_LANGUAGES, Script

Kind = Literal["redline", "merge"]


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked file, and all that its report tells; of files without blocks of ours there is nothing to tell.

    Attributes:
        kind: What was done.
        older: What was the base: for a merge, the version whose words their file keeps.
        newer: What is new.
        revised: The file and what was done to each unit.
        known: Why.
        words: Words of the document's language, for the report.
    """

    kind: Kind
    older: Source
    newer: Source
    revised: Revised
    known: Known
    words: Mapping[str, str]


def redline(old: Path, new: Path, out: Path, lang: str = "") -> Marked:
    """Mark in an older version what a newer one changes; to accept all gives the newer, to reject all the older.

    Args:
        old: A version's folder, or a Word file of one.
        new: Likewise.
        out: The store in which the versions of files are looked for.
        lang: Language of versions that have several.

    Raises:
        Faulty: One of them cannot be read, has no clauses that can be found while the other has, or is of another
            document.
        MachineFault: Neither has, and the extra `compare` is not installed.
    """
    older, newer = source(old, out, lang), source(new, out, lang)
    repair = "take a file that still has its marks, or the version's folder in its place"
    unknown = [_unknown(one, repair) for one in (older, newer) if one.kept is None]
    if len(unknown) == 2:
        return _as_text(older, newer)
    if unknown:
        raise Faulty(unknown)
    spoken = newer.record.get("lang", "en")
    why = known(older.spot, newer.spot, spoken, _audience(newer)) if older.spot and newer.spot else Known()
    terms = Terms(conflict_text=True, moves=True, kept_numbers=False, words=_words(spoken))
    asked = Asked(
        older.data, newer.data, as_read(older.data, older.shown), older.shown, newer.record.get("as_of", ""), terms,
        {}, why.replaces, _script(spoken), as_read(newer.data, newer.shown),
    )  # fmt: skip
    return Marked("redline", older, newer, merged(asked), why, terms.words)


def _as_text(older: Source, newer: Source) -> Marked:
    """Compare two Word files that hold no blocks of ours as mere text, by the extra `compare`."""
    day = saved(newer.data, newer.shown)
    data = foreign.redline(older.data, newer.data, AUTHOR, day, (older.shown, newer.shown))
    return Marked("redline", older, newer, Revised(data, (), (), (), {}), Known(), _words("en"))


def merge(edited: Path, with_: Path | None, base: Path | None, out: Path, in_text: bool) -> Marked:
    """Put what a new version changes into the ministry's own file as tracked changes, each with a comment.

    Args:
        edited: Their file.
        with_: The new version's folder; else the newest that we drafted of the same document in the store.
        base: The version that was sent out, where their file no longer tells.
        out: The store.
        in_text: Whether ours stands in the text beside theirs where both changed the same words.

    Raises:
        Faulty: Their file is damaged, not of this document, or tells nothing of its base.
        Refused: There is no newer version.
    """
    theirs = of_file(edited, out)
    older = source(base, out) if base is not None else theirs
    if older.kept is None:
        raise Faulty([_unknown(older)])
    lang = older.record.get("lang", "en")
    newer = _newer(theirs, older, with_, out, lang)
    spoken = newer.record.get("lang", lang)
    why = known(older.spot, newer.spot, spoken, _audience(newer)) if older.spot and newer.spot else Known()
    terms = Terms(conflict_text=in_text, moves=False, kept_numbers=True, words=_words(spoken))
    asked = Asked(
        theirs.data, newer.data, older.kept, str(edited), newer.record.get("as_of", ""), terms, why.reasons,
        why.replaces, _script(spoken), gone=_gone(older, lang),
    )  # fmt: skip
    return Marked("merge", older, newer, merged(asked), why, terms.words)


def _gone(older: Source, lang: str) -> frozenset[str]:
    """Return what the ministry deleted from the text of record: it is not offered again."""
    if older.spot is None:
        return frozenset()
    at = older.spot
    return frozenset(deleted(texts_of_record(at.out, at.slug, at.document)).get(lang, ()))


def _newer(theirs: Source, older: Source, with_: Path | None, out: Path, lang: str) -> Source:
    """Return the new version as a Word file, drawn for the readers for whom theirs was drawn."""
    audience = _audience(older)
    if with_ is not None:
        found = source(with_, out, lang)
        if found.spot is None or found.draft is None:
            raise Faulty([Problem(CODE, Place(str(with_)), "this is no version that we drafted", "name its folder")])
        return of_version(found.spot, lang, audience)
    at = older.spot or located(out, older.record)
    if at is None:
        state, document = older.record.get("country", "?"), older.record.get("document", "?")
        message = f"the store holds no {document} of {state} from which the new version could be taken"
        raise Faulty([Problem(CODE, Place(str(out)), message, "name the store with --out, or the version with --with")])
    newest = drafted(at.out, at.slug, at.document, version.versions(at.out, at.slug, at.document))[-1]
    if newest == older.record.get("version"):
        raise Refused(
            f"{theirs.shown} has what version {newest} says, and there is no newer one; "
            f"'clausewright regenerate {at.out}' makes one when the law calls for it"
        )
    return of_version(Spot(at.out, at.slug, at.document, newest), lang, audience)


NAME_BASE = "name the version that was sent out with --base, or take the edited file itself and not a copy of its text"


def _unknown(one: Source, repair: str = NAME_BASE) -> Problem:
    return Problem(CODE, Place(one.shown), "the file tells nothing of the draft that it came from", repair)


def _audience(one: Source) -> Audience:
    return cast("Audience", one.record.get("audience") or "consultation")


def _script(lang: str) -> Script:
    if lang in LIBRE_ANCHORS:
        return "rtl"
    return "east" if lang.split("-", maxsplit=1)[0] in EAST_LANGUAGES else "latin"


def _words(lang: str) -> dict[str, str]:
    """Return the words that all documents share in a language, in English where they lack it."""
    library = shelf.built_in().library
    return {key: text.get(lang) or text.get("en", "") for key, text in library.words.items()}
