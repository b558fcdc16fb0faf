"""The conductor of `draft` and `render`: a country folder in, versions out, or nothing where nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pipeline
from pipeline.compose.context import Context
from pipeline.compose.draft import compose
from pipeline.intake.layout import slug_of
from pipeline.model.draft import Audience, Draft
from pipeline.model.library import Library
from pipeline.model.problem import Exit, Faulty, MachineFault, Place, Problem, Refused
from pipeline.project import scan
from pipeline.project.content import style_files
from pipeline.project.country import Country, decided, the_library
from pipeline.project.records import as_bytes, findings_record, selection_record
from pipeline.render import style as styles
from pipeline.render.style import HouseStyle
from pipeline.store import codec, library_zip, names, version
from pipeline.store.receipt import Receipt, same_content, tool_versions
from pipeline.store.version import digest

FORMATS = ("docx", "pdf", "html", "odt", "md")
DOCUMENTS = ("guidelines", "strategy", "brief", "explanatory")
LIBRE_ANCHORS = ("ar", "fa", "he", "ur")
DRAFT, SELECTION, FINDINGS = "draft", "selection.json", "findings.json"

Progress = Callable[[str], None]


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
    """

    documents: tuple[str, ...]
    langs: tuple[str, ...]
    formats: tuple[str, ...]
    audience: Audience
    style: str
    as_of: str
    library: Path | None
    out: Path


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one document: its version's folder, and whether it is new."""

    document: str
    version: str
    folder: Path
    new: bool
    renditions: tuple[str, ...]


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
    _outside(wish.out, intake)
    writable(wish.out)
    wish = replace(wish, documents=_once(wish.documents), langs=_once(wish.langs), formats=_once(wish.formats))
    library = the_library(library_zip.unpack(wish.library.read_bytes(), str(wish.library))) if wish.library else None
    country = decided(intake, wish.as_of, library)
    _speaks(country, wish.langs)
    slug = store_name(country.name)
    wish = replace(wish, style=wish.style or country.assessment.form.style or "standard")
    given = style_files(wish.style)
    style = styles.read(wish.style, given)
    packed = library_zip.pack(country.library_files)
    plans: list[tuple[Receipt, dict[str, bytes], bool]] = []
    for document in wish.documents:
        before = _latest(wish.out, slug, document, country.assessment.name)
        number = version.next_version(wish.out, slug, document)
        receipt = _receipt(country, slug, document, number, wish, given, digest(packed))
        if before is not None and same_content(before[0], receipt):
            plans.append((before[0], {}, False))
            continue
        progress(f"drafting the {document}")
        previous = before[1] if before else ""
        plans.append((*_version(country, replace(receipt, previous=previous), wish, style, progress), True))
    made: list[Made] = []
    for receipt, files, new in plans:
        if new:
            progress(f"writing version {receipt.version} of the {receipt.document}")
            folder = version.write(wish.out, slug, receipt.document, receipt.version, files, packed)
        else:
            folder = version.folder_of(wish.out, slug, receipt.document, receipt.version)
        made.append(Made(receipt.document, receipt.version, folder, new, tuple(receipt.renditions)))
    return country, tuple(made)


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without repeats, in order."""
    return tuple(dict.fromkeys(words))


def _outside(out: Path, intake: Path) -> None:
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


def _speaks(country: Country, langs: tuple[str, ...]) -> None:
    """Refuse languages in which the library has no texts."""
    known = {lang for states in country.library.clauses.values() for c in states for lang in c.texts}
    for lang in langs or country.assessment.languages:
        if lang not in known:
            fix = f"use one of: {', '.join(sorted(known))}"
            problem = Problem(
                "INTAKE-095",
                Place("--lang" if langs else "country.yaml"),
                f"the library has no texts in '{lang}'",
                fix,
                "languages",
            )
            raise Faulty([problem])


def _latest(out: Path, slug: str, document: str, state: str) -> tuple[Receipt, str] | None:
    """Return the newest version's receipt and its digest.

    Raises:
        Refused: The versions kept under this name are another state's.
    """
    number = version.latest(out, slug, document)
    if number is None:
        return None
    data = version.read(out, slug, document, number, names.RECEIPT)
    receipt = codec.load(data, Receipt, f"{slug}/{document}/{number}/{names.RECEIPT}")
    if receipt.state != state:
        raise Refused(
            f"the versions in {slug}/{document} are those of {receipt.state}, and this folder is {state}; "
            "rename the folder, or choose another place with --out"
        )
    return receipt, digest(data)


def _receipt(
    country: Country, slug: str, document: str, number: str, wish: Wish, given: Mapping[str, bytes], library: str
) -> Receipt:
    """Return a version's receipt before it is drawn: renditions by name, their digests still to come."""
    langs = wish.langs or country.assessment.languages
    files = {p: digest(d) for p, d in sorted(country.files.items())}
    return Receipt(
        slug, document, number, langs, (wish.audience,), country.as_of, library,
        dict(sorted(country.library.files.items())), files, {p: digest(d) for p, d in sorted(given.items())},
        tool_versions(), {}, {name(document, lang, wish.audience, f): "" for lang in langs for f in wish.formats},
        state=country.assessment.name, style=wish.style,
    )  # fmt: skip


def name(document: str, lang: str, audience: Audience, format_: str) -> str:
    """Return a rendition's file name: `guidelines.en.docx`, `guidelines.en.public.pdf`."""
    middle = "" if audience == "working" else f".{audience}"
    return f"{document}.{lang}{middle}.{format_}"


def _version(
    country: Country, receipt: Receipt, wish: Wish, style: HouseStyle, progress: Progress
) -> tuple[Receipt, dict[str, bytes]]:
    """Compose and draw a version: its receipt, and every file in it."""
    files: dict[str, bytes] = {}
    renditions: dict[str, str] = {}
    for lang in receipt.languages:
        composed = _composed(country, receipt, lang, wish.audience)
        files[f"{DRAFT}.json" if len(receipt.languages) == 1 else f"{DRAFT}.{lang}.json"] = codec.dump(composed)
        for format_ in wish.formats:
            progress(f"drawing the {receipt.document} as {format_.upper()}")
            file = name(receipt.document, lang, wish.audience, format_)
            files[file] = rendition(composed, style, format_)
            checked(file, files[file], composed, country)
            renditions[file] = digest(files[file])
    files[SELECTION] = as_bytes(selection_record(country.selection))
    files[FINDINGS] = as_bytes(findings_record(country.findings))
    for path, data in country.files.items():
        kept = f"intake/{path}"
        files[kept if names.is_file(kept) else f"intake/{digest(path.encode())[:16]}{Path(path).suffix}"] = data
    records = {n: digest(d) for n, d in files.items() if n not in renditions}
    whole = replace(receipt, records=dict(sorted(records.items())), renditions=dict(sorted(renditions.items())))
    files[names.RECEIPT] = codec.dump(whole)
    return whole, files


def _composed(country: Country, receipt: Receipt, lang: str, audience: Audience) -> Draft:
    context = Context(
        country.assessment, country.library, country.findings, country.selection, receipt.document, lang, audience,
        receipt.version, country.as_of,
    )  # fmt: skip
    record = {"library": receipt.library, "tool": f"clausewright {pipeline.__version__}", "previous": receipt.previous}
    return compose(context, record)


def rendition(composed: Draft, style: HouseStyle, format_: str) -> bytes:
    """Draw a draft in a format.

    Raises:
        MachineFault: A tool that the format needs is missing.
    """
    if format_ == "docx":
        from pipeline.render import docx

        anchors = "libre" if composed.lang in LIBRE_ANCHORS else "word"
        return docx.write(composed, style, anchors=anchors)  # type: ignore[arg-type]
    if format_ == "pdf":
        from pipeline.render import pdf

        return pdf.write(composed, style)
    from pipeline.render import pandoc

    return pandoc.write(composed, style, format_)  # type: ignore[arg-type]


def checked(file: str, data: bytes, composed: Draft, country: Country) -> None:
    """Scan a file for outside readers; a working copy may hold everything.

    Raises:
        DoesNotHold: It holds what its readers may not see.
    """
    if composed.audience == "working":
        return
    hidden = scan.secrets(country.assessment, country.library)
    if composed.audience == "public":
        hidden += scan.marks(composed, country.library)
    scan.scanned(file, data, composed.audience, hidden, scan.words_of(composed))


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
    """
    receipt = codec.load(_kept(folder, names.RECEIPT), Receipt, f"{folder}/{names.RECEIPT}")
    chosen = lang or receipt.languages[0]
    wanted: Audience = audience or receipt.audiences[0]
    library, files = _library_of(folder, receipt)
    country = decided(folder / "intake", receipt.as_of, (library, files))
    _speaks(country, (chosen,))
    if chosen in receipt.languages and wanted in receipt.audiences:
        file = f"{DRAFT}.json" if len(receipt.languages) == 1 else f"{DRAFT}.{chosen}.json"
        composed = codec.load(_kept(folder, file), Draft, f"{folder}/{file}")
    else:
        composed = _composed(country, receipt, chosen, wanted)
    known = style or receipt.style
    data = rendition(composed, styles.read(known, style_files(known)), format_)
    file = name(receipt.document, chosen, wanted, format_)
    checked(file, data, composed, country)
    return file, data


def _library_of(folder: Path, receipt: Receipt) -> tuple[Library, dict[str, bytes]]:
    """Return the library that a version consulted, from the store it lies in."""
    store = folder.resolve().parent.parent.parent
    return the_library(library_zip.read(store, receipt.library))


def _kept(folder: Path, file: str) -> bytes:
    path = folder / file
    if path.is_symlink() or not path.is_file():
        fix = "name a version's folder, such as output/norland/guidelines/0.1"
        raise Faulty(
            [Problem("STORE-030", Place(str(folder)), f"no version here: {file} is missing", fix)], Exit.INTAKE
        )
    return path.read_bytes()
