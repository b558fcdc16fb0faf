"""A Word file as a mapping of part name to bytes: opened within limits, and packed the same way every time.

A file may come from anyone. What a hostile archive can do (unpack without end, name the same part twice, climb out of
its folder, hide a document type that pulls in other files) is refused before a part is parsed.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import cast

from lxml import etree

from pipeline.model.problem import Exit, Faulty, Place, Problem, shown
from pipeline.word import names
from pipeline.word.names import MC

MAX_PARTS = 2_000
MAX_UNPACKED = 200 * 2**20
"""Bytes of all parts together; a document of 1,000 pages with pictures stays well below."""

MAX_RATIO = 200
RATIO_FROM = 2**20
"""A part above this many bytes may not have been packed by more than `MAX_RATIO` to one."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip entry can carry; every part gets it, so that no clock shows in the bytes."""

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins: the container of locked files and of Word's old ones."""
_RUNS = re.compile(r"(^|/)(vbaProject|vbaData|attachedToolbars|activeX)", re.IGNORECASE)
_PROLOG = re.compile(rb"""(\xef\xbb\xbf)?<\?xml(?:\s+[a-z]+\s*=\s*["'](?:1\.0|[Uu][Tt][Ff]-8|yes|no)["'])+\s*\?>\s*""")
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError)


def opened(data: bytes, name: str, exit_code: Exit = Exit.INTAKE) -> dict[str, bytes]:
    """Return the parts of a Word file.

    Args:
        data: The file.
        name: What messages call it.
        exit_code: How a run ends that was handed a bad one.

    Raises:
        Faulty: Not a Word file, beyond the limits, or with a document type declaration in a part.
    """
    if data.startswith(_COMPOUND):
        message = "the file is locked with a password, or of the kind that Word wrote before 2007"
        raise Faulty((Problem("DOCX-005", Place(name), message, "save it without a password, as .docx"),), exit_code)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            problem = _refusal(entries, name)
            if problem is None:
                parts = {e.filename: _part(archive, e) for e in entries if not e.is_dir()}
                problem = _declared(parts, name)
    except _DAMAGED as fault:
        problem = Problem(
            "DOCX-001",
            Place(name),
            f"this is not a Word file, or it is damaged ({shown(fault)})",
            "open it in Word and save it again as .docx",
        )
    if problem is not None:
        raise Faulty((problem,), exit_code)
    return parts


def received(data: bytes, name: str, exit_code: Exit = Exit.INTAKE) -> dict[str, bytes]:
    """Return the parts of a Word file that somebody sent: as `opened`, and with nothing in it that runs or fetches.

    Links that a reader may follow are let through; all else that leads out of the file is refused, and so are macros.

    Args:
        data: The file.
        name: What messages call it.
        exit_code: How a run ends that was handed a bad one.

    Raises:
        Faulty: Not a Word file, beyond the limits, with macros, or with parts that lie elsewhere.
    """
    parts = opened(data, name, exit_code)
    problem = _running(parts, name) or _fetching(parts, name, exit_code) or _strict(parts, name, exit_code)
    if problem is not None:
        raise Faulty((problem,), exit_code)
    return parts


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return a package with these parts; the same parts give the same bytes, in whatever order they come."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(parts, key=_rank):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 0  # as Word writes it; the default would tell the system this ran on
            entry.external_attr = 0x20  # a plain file; where this is 0 the library puts in permissions
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, parts[name])
    return buffer.getvalue()


def parsed(data: bytes, part: str, file: str, exit_code: Exit = Exit.INTAKE) -> etree._Element:
    """Return a part as a tree; entities are not resolved and nothing is fetched.

    Raises:
        Faulty: The part is not well-formed.
    """
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as fault:
        place = Place(file, spot=part)
        raise Faulty(
            (Problem("DOCX-007", place, f"the part is damaged: {shown(fault)}", "save the file anew from Word"),),
            exit_code,
        ) from fault


def serialised(root: etree._Element) -> bytes:
    """Return a tree as the bytes of a part, with the declaration that Word writes."""
    return names.DECLARATION.encode() + etree.tostring(root, encoding="UTF-8")


def rewritten(root: etree._Element, given: bytes) -> bytes:
    """Return a tree as the bytes of the part that it was read from: what stood before its root stays as it was."""
    head = _PROLOG.match(given)
    if head is None:
        return serialised(root)
    return head.group() + etree.tostring(root, encoding="UTF-8")


def declared(root: etree._Element, prefixes: Mapping[str, str]) -> etree._Element:
    """Return a root that declares prefixes and says that a reader who does not know them may pass over them.

    Args:
        root: The root of a part; its content moves to the one returned.
        prefixes: Namespaces by the prefix that they get.
    """
    there = set(root.nsmap.values())
    missing = {prefix: uri for prefix, uri in prefixes.items() if uri not in there}
    if not missing:
        return root
    wanted = {**missing, **({} if MC in there else {"mc": MC})}
    fresh = etree.Element(root.tag, nsmap=cast("dict[str, str]", {**root.nsmap, **wanted}))
    fresh.attrib.update(root.attrib)
    fresh.text = root.text
    fresh.extend(list(root))
    ignorable = str(fresh.get(f"{{{MC}}}Ignorable", "")).split()
    fresh.set(f"{{{MC}}}Ignorable", " ".join(dict.fromkeys((*ignorable, *missing))))
    return fresh


def _rank(name: str) -> tuple[int, str]:
    # Readers that stream expect the content types first; the rest stands in plain order.
    return ([names.TYPES, names.ROOT_RELS].index(name) if name in (names.TYPES, names.ROOT_RELS) else 2, name)


def _refusal(entries: list[zipfile.ZipInfo], name: str) -> Problem | None:
    """Return why an archive is refused, judged by its directory alone; None where it may be unpacked."""
    place = Place(name)
    mend = "ask the sender for a plain .docx saved by Word"
    if len(entries) > MAX_PARTS:
        return Problem("DOCX-002", place, f"it holds {len(entries)} parts; at most {MAX_PARTS} are read", mend)
    if sum(e.file_size for e in entries) > MAX_UNPACKED:
        return Problem("DOCX-003", place, f"unpacked it is larger than {MAX_UNPACKED // 2**20} MB", mend)
    seen: set[str] = set()
    for entry in entries:
        spot = Place(name, spot=shown(entry.filename))
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            return Problem("DOCX-003", spot, "the part unpacks to far more than a text or picture does", mend)
        if entry.filename.lower() in seen:
            return Problem("DOCX-004", spot, "the same part stands in the file twice", mend)
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split("/"):
            return Problem("DOCX-004", spot, "the name of the part leads out of the file", mend)
        if entry.flag_bits & 1:
            return Problem("DOCX-005", spot, "the file is locked with a password", "save it without a password")
        seen.add(entry.filename.lower())
    if names.TYPES.lower() not in seen or names.DOCUMENT not in seen:
        return Problem("DOCX-001", place, "this is not a Word file", "save it from Word as .docx")
    return None


def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return one part; the size that the directory claims is the most that is read."""
    with archive.open(entry) as stream:
        return stream.read(entry.file_size + 1)


def _running(parts: Mapping[str, bytes], name: str) -> Problem | None:
    """Return a problem where a file carries macros or controls that run."""
    for part in sorted(parts):
        if _RUNS.search(part) or (part == names.TYPES and b"macroEnabled" in parts[part]):
            mend = "open it in Word and save it as .docx, the kind without macros"
            return Problem("DOCX-008", Place(name, spot=shown(part)), "the file carries macros", mend)
    return None


def _fetching(parts: Mapping[str, bytes], name: str, exit_code: Exit) -> Problem | None:
    """Return a problem where something in a file lies elsewhere and would be fetched."""
    for part in sorted(p for p in parts if p.endswith(".rels")):
        for relation in parsed(parts[part], part, name, exit_code).iter("{*}Relationship"):
            kind = str(relation.get("Type", "")).rpartition("/")[2]
            if str(relation.get("TargetMode")).lower() == "external" and kind != "hyperlink":
                message = f"the file fetches something from elsewhere ({shown(kind)}: {shown(relation.get('Target'))})"
                mend = "in Word, put linked pictures and objects into the file and detach its template, then save it"
                return Problem("DOCX-009", Place(name, spot=shown(part)), message, mend)
    return None


def _strict(parts: Mapping[str, bytes], name: str, exit_code: Exit) -> Problem | None:
    """Return a problem where the document is of the kind that Word calls strict, or of none that is known."""
    if parsed(parts[names.DOCUMENT], names.DOCUMENT, name, exit_code).tag == names.w("document"):
        return None
    mend = "save it from Word as Word document (.docx), not as Strict Open XML Document"
    return Problem("DOCX-010", Place(name, spot=names.DOCUMENT), "the text is of a kind that is not read here", mend)


def _declared(parts: Mapping[str, bytes], name: str) -> Problem | None:
    """Return a problem where a part declares a document type; Word never writes one."""
    for part, data in parts.items():
        head = data[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
        # Without the zero bytes, UTF-16 and UTF-32 read like ASCII here.
        if head.startswith(b"<") and b"<!DOCTYPE" in data.replace(b"\0", b""):
            return Problem(
                "DOCX-006",
                Place(name, spot=shown(part)),
                "the part declares a document type, which Word never writes",
                "ask the sender for a file saved by Word",
            )
    return None
