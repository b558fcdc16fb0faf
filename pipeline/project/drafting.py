"""The conductor of `draft` and `render`: a country folder in, versions out, or nothing where nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.intake.layout import slug_of
from pipeline.model.draft import Audience, Draft
from pipeline.model.problem import ClausewrightError, Exit, Faulty, MachineFault, Place, Problem, Refused
from pipeline.project import shelf
from pipeline.project.circulation import as_circulated, kept_numbers, numbers_of
from pipeline.project.content import folder_files, style_files
from pipeline.project.country import Country, decided
from pipeline.project.drawing import checked, draft_file, name, rendition
from pipeline.project.making import Progress, composed_for, make, problems_of, quiet
from pipeline.project.order import Order, Outcome, Past, Planned
from pipeline.project.speech import speaks
from pipeline.project.standing import standing
from pipeline.project.text_of_record import texts_of_record
from pipeline.render import style as styles
from pipeline.store import codec, names, version
from pipeline.store.receipt import Receipt
from pipeline.store.version import digest


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of `draft`.

    Attributes:
        documents: Kinds of document.
        langs: Languages, else the country's.
        formats: Formats.
        audience: For whom.
        style: House style, else the country's, else `standard`.
        as_of: ISO date of the law, else the country's.
        library: Path of a stored library's zip, else the built-in library.
        out: The store's folder.
        renumber: True to number anew what was circulated.
    """

    documents: tuple[str, ...]
    langs: tuple[str, ...]
    formats: tuple[str, ...]
    audience: Audience
    style: str
    as_of: str
    library: Path | None
    out: Path
    renumber: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one document: its version's folder, whether it is new, and why.

    `numbers` is the circulated version whose numbers it keeps or, with `renumbered`, tells against its own. `record` is
    the ministry's own file, where that is the text of record and waits for this version to be merged into it.
    """

    document: str
    version: str
    folder: Path
    new: bool
    renditions: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    numbers: str = ""
    renumbered: bool = False
    record: Path | None = None


def draft(intake: Path, wish: Wish, progress: Progress) -> tuple[Country, tuple[Made, ...]]:
    """Draft documents into the store.

    All documents are composed and drawn before the first is written, so that a fault leaves no half of a set.

    Args:
        intake: The country folder.
        wish: What is asked.
        progress: Told in a few words what is being done.

    Returns:
        The country as decided, and what became of each document.

    Raises:
        Faulty: Something handed in is wrong (3), or in the library or a template (4).
        MachineFault: The disk or a tool fails; nothing is left half-written.
    """
    outside(wish.out, intake)
    writable(wish.out)
    order = ordered(intake, wish)
    country, planned = make(order, progress)
    for document, past in order.past.items():
        same_state(past, country.assessment.name, order.slug, document)
    return country, written(wish.out, order.slug, planned, order.library or shelf.built_in().packed, progress)


def ordered(intake: Path, wish: Wish) -> Order:
    """Return the order for a country folder: its files, and what stands of it in the store.

    Raises:
        Faulty: The folder is missing or cannot be read as one.
    """
    slug = store_name(intake.resolve().name)
    documents = once(wish.documents)
    library = wish.library.read_bytes() if wish.library else b""
    stood = standing(wish.out, slug, documents)
    return Order(
        intake.resolve().name, str(intake), slug, folder_files(intake), documents, once(wish.langs),
        once(wish.formats), wish.audience, wish.style, wish.as_of, library, stood.numbers, stood.past, stood.released,
        follows=stood.follows, deleted=stood.deleted,
        circulated=kept_numbers(wish.out, slug, documents, stood.past, wish.renumber),
    )  # fmt: skip


def written(out: Path, slug: str, planned: tuple[Planned, ...], library: bytes, progress: Progress) -> tuple[Made, ...]:
    """Write what was planned for one country, and tell what became of each document.

    Raises:
        MachineFault: The disk fails; what was written before stands whole, the rest does not stand at all.
    """
    new = [p for p in planned if p.new]
    if new:
        progress(f"writing {', '.join(f'{p.receipt.document} {p.receipt.version}' for p in new)}")
        items = [version.Item(slug, p.receipt.document, p.receipt.version, p.files) for p in new]
        version.write_many(out, items, library)
    return tuple(
        Made(
            p.receipt.document, p.receipt.version,
            version.folder_of(out, slug, p.receipt.document, p.receipt.version), p.new, tuple(p.receipt.renditions),
            p.receipt.reasons if p.new else (), p.receipt.numbers.get(p.receipt.document, ""),
            p.renumbered, _to_merge_into(out, slug, p.receipt),
        )
        for p in planned
    )  # fmt: skip


def _to_merge_into(out: Path, slug: str, receipt: Receipt) -> Path | None:
    """Return the ministry's own file that counts and was made from another version than this one."""
    records = texts_of_record(out, slug, receipt.document)
    for lang in receipt.languages:
        one = records.get(lang)
        if one is not None and one.adoption.version != receipt.version:
            return version.folder_of(out, slug, receipt.document, one.receipt.version) / one.file
    return None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one country of several.

    Attributes:
        slug: The name under which its versions are kept.
        made: Its documents, in the order asked; none where something was wrong.
        problems: Why nothing was made; empty where all is well.
        warnings: What is odd and did not stop the work.
    """

    slug: str
    made: tuple[Made, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def settled(out: Path, order: Order, outcome: Outcome) -> Done:
    """Write what came of an order, and tell what became of the country; what speaks against it ends nothing else.

    Raises:
        MachineFault: The disk fails: the next country would fare no better.
    """
    problems = outcome.problems
    made: tuple[Made, ...] = ()
    if not problems:
        try:
            for planned in outcome.planned:
                past = order.past.get(planned.receipt.document)
                if past is not None:
                    same_state(past, planned.receipt.state, order.slug, planned.receipt.document)
            made = written(out, order.slug, outcome.planned, order.library or shelf.built_in().packed, quiet)
        except MachineFault:
            raise
        except ClausewrightError as error:
            problems = problems_of(error, order.shown)
    return Done(order.slug, made, problems, outcome.warnings)


def once(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without repeats, in order."""
    return tuple(dict.fromkeys(words))


def outside(out: Path, intake: Path) -> None:
    """Refuse a store within the country folder: each version would hold all earlier ones.

    Raises:
        Refused: The store lies in the country folder.
    """
    if intake.resolve() in (out.resolve(), *out.resolve().parents):
        raise Refused(f"{out}: versions cannot be kept inside the country folder; name another place with --out")


def store_name(folder: str) -> str:
    """Return the name under which a country folder's versions are kept: a slug of its own name.

    Where letters were lost (another script, marks), a few figures of the name's digest tell such folders apart.
    """
    slug = slug_of(folder)
    kept = "".join(c for c in slug if c.isalnum())
    lost = [c for c in folder.casefold() if c.isalnum() and c not in kept]
    return f"{slug}-{digest(folder.encode())[:8]}" if lost else slug


def writable(out: Path) -> None:
    """Refuse early where the store's folder cannot be written.

    Raises:
        MachineFault: It is a file, or cannot be made or written.
    """
    import os

    here = out
    while not here.exists():
        if here.is_symlink():
            raise MachineFault(f"{here}: a link that leads nowhere; name another folder with --out")
        here = here.parent
    if not here.is_dir():
        raise MachineFault(f"{here}: a file stands where a folder is needed; name another folder with --out")
    if not os.access(here, os.W_OK | os.X_OK):
        raise MachineFault(f"{here}: no permission to write here; name another folder with --out")


def same_state(past: Past, state: str, slug: str, document: str) -> None:
    """Refuse to follow upon the versions of another state.

    Args:
        past: The newest version.
        state: The name of the state for which the next one is made.
        slug: The name under which both are kept.
        document: Kind of document.

    Raises:
        Refused: The versions kept under this name are another state's.
    """
    receipt = codec.load(past.receipt, Receipt, f"{slug}/{document}/{names.RECEIPT}")
    if receipt.state != state:
        raise Refused(
            f"the versions in {slug}/{document} are those of {receipt.state}, and this folder is "
            f"{state}; rename the folder, or choose another place with --out"
        )


def render(folder: Path, format_: str, lang: str, audience: Audience | None, style: str) -> tuple[str, bytes]:
    """Draw one more rendition of a stored version, outside the store.

    Args:
        folder: The version's folder.
        format_: Format.
        lang: Language, else the version's first.
        audience: For whom; another than the version's is composed again from the intake kept in it.
        style: House style, else the one of the country.

    Returns:
        A file name for it, and its bytes.

    Raises:
        Faulty: The folder is no version, or its records cannot be read.
        Refused: It is the ministry's own file.
    """
    receipt = codec.load(kept(folder, names.RECEIPT), Receipt, f"{folder}/{names.RECEIPT}")
    if receipt.adopted is not None:
        raise Refused(
            f"{folder} is the ministry's own file, which is not drawn anew: save it in another format from Word. Our "
            f"draft, from which it was made, is version {receipt.adopted.version}"
        )
    chosen = lang or receipt.languages[0]
    wanted: Audience = audience or receipt.audiences[0]
    held = shelf.stored(folder.resolve().parent.parent.parent, receipt.library)
    country = decided(folder / "intake", receipt.as_of, (held.library, dict(held.files)))
    speaks(country, (chosen,))
    if chosen in receipt.languages and wanted in receipt.audiences:
        file = draft_file(receipt.languages, chosen)
        composed = codec.load(kept(folder, file), Draft, f"{folder}/{file}")
    else:
        followed = numbers_of(folder.resolve().parent.parent.parent, receipt.country, receipt)
        composed = composed_for(country, receipt, chosen, wanted, as_circulated(followed, chosen))
    known = style or receipt.style
    data = rendition(composed, styles.read(known, style_files(known)), format_)
    file = name(receipt.document, chosen, wanted, format_)
    checked(file, data, composed, country)
    return file, data


def kept(folder: Path, file: str) -> bytes:
    """Return the bytes of a file of a version's folder.

    Raises:
        Faulty: There is no such file, so that this is no version.
    """
    path = folder / file
    if path.is_symlink() or not path.is_file():
        fix = "name a version's folder, such as output/norland/guidelines/0.1"
        raise Faulty(
            [Problem("STORE-030", Place(str(folder)), f"no version here: {file} is missing", fix)], Exit.INTAKE
        )
    return path.read_bytes()
