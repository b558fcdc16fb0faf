"""A workbook's zip package opened with limits, and a scan of its sheets before any table is built.

The reader of the cells allocates a rectangle from the first used cell to the last, and trusts the sizes that
the archive declares. So every part is unpacked here first under a bound, and handed on in a fresh archive that
holds nothing else; two cells in opposite corners of a sheet are refused rather than allocated.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from pipeline.intake import codes
from pipeline.model.problem import Place, Problem

MAX_BYTES = 50_000_000
MAX_PARTS = 2000
MAX_UNPACKED = 200_000_000
MAX_RATIO = 200
RATIO_FROM = 1_000_000
"""A part smaller than this may be packed as tightly as it likes."""
MAX_ROW = 5000
MAX_COLUMN = 100

_RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


class Unsafe(Exception):
    """The package is not opened; the message says why, `fix` what to do."""

    def __init__(self, message: str, fix: str = "open it in a spreadsheet program and save it again as .xlsx") -> None:
        self.fix = fix
        super().__init__(message)


@dataclass(slots=True)
class Marks:
    """Cells of one sheet that hold a formula or an error value, by reference such as `C7`."""

    formulas: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook that is safe to read: a rebuilt archive, and the marks of each sheet by its name."""

    data: bytes
    marks: Mapping[str, Marks]


def open_package(data: bytes, file: str) -> tuple[Package | None, list[Problem]]:
    """Open a workbook within the limits.

    Args:
        data: The bytes of an .xlsx file.
        file: Its path for the problem.
    """
    try:
        parts = _unpacked(data)
        return Package(_repacked(parts), _marks(parts)), []
    except Unsafe as error:
        return None, [Problem(codes.PACKAGE, Place(file), str(error), error.fix)]


def _unpacked(data: bytes) -> dict[str, bytes]:
    if len(data) > MAX_BYTES:
        raise Unsafe(
            f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read",
            "remove pictures and other sheets",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _parts(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
        RuntimeError,
    ) as error:
        raise Unsafe("this is no readable .xlsx file (damaged, encrypted, or of another kind)") from error


def _parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    infos = [i for i in archive.infolist() if not i.is_dir()]
    if len(infos) > MAX_PARTS:
        raise Unsafe(f"the file has {len(infos):,} parts; at most {MAX_PARTS:,} are read")
    if sum(i.file_size for i in infos) > MAX_UNPACKED:
        raise Unsafe(f"the file unpacks to more than {MAX_UNPACKED:,} bytes")
    parts: dict[str, bytes] = {}
    for info in infos:
        name = info.filename
        if name in parts:
            raise Unsafe(f"the part {name[:60]!r} is there twice")
        if info.flag_bits & 1:
            raise Unsafe("the file is encrypted", "save it without a password")
        if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise Unsafe(f"a part is packed more than {MAX_RATIO} to 1")
        parts[name] = archive.read(info)  # bounded by the declared size, with its checksum verified
        if name.endswith((".xml", ".rels")):
            _plain_xml(name, parts[name])
    return parts


def _plain_xml(name: str, data: bytes) -> None:
    """Refuse document type declarations, which bring entities, and encodings that could hide one."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:200]:
        raise Unsafe(f"the part {name[:60]!r} is not UTF-8")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Unsafe(f"the part {name[:60]!r} declares a document type, which no workbook needs")


def _repacked(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _marks(parts: Mapping[str, bytes]) -> dict[str, Marks]:
    """Return the marks of each worksheet by sheet name, in the order of the workbook."""
    book = "xl/workbook.xml"
    rels = "xl/_rels/workbook.xml.rels"
    if book not in parts or rels not in parts:
        raise Unsafe("this is no .xlsx workbook")
    targets = {a.get("Id", ""): a.get("Target", "") for a in _elements(parts[rels], "Relationship")}
    marks: dict[str, Marks] = {}
    for attributes in _elements(parts[book], "sheet"):
        target = targets.get(attributes.get(_RELATIONSHIP) or attributes.get("r:id", ""), "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if path in parts:
            marks[attributes.get("name", "")] = _scan(parts[path], attributes.get("name", ""))
    return marks


def _elements(data: bytes, tag: str) -> list[dict[str, str]]:
    """Return the attributes of every element of a local name."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            found.append(attributes)

    parser.StartElementHandler = start
    _parse(parser, data)
    return found


def _parse(parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unsafe("a part of the file is damaged") from error


class _Sheet:
    """Watches one sheet's cells go by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.marks = Marks()
        self.row = 0
        self.column = 0
        self.kind = ""
        self.filled = False
        self.text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            given = attributes.get("r", "")
            self.row = int(given) if given.isdecimal() and len(given) < 9 else self.row + 1
            self.column = 0
        elif tag == "c":
            match = _CELL.fullmatch(attributes.get("r", ""))
            self.column = column_number(match[1]) if match else self.column + 1
            self.row = int(match[2]) if match else self.row
            self.kind, self.filled, self.text = attributes.get("t", ""), False, []
        elif tag in ("v", "is", "f"):
            self.filled = True
            if tag == "f":
                self.marks.formulas.add(self.cell())

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] != "c":
            return
        if self.filled and (self.row > MAX_ROW or self.column > MAX_COLUMN):
            fix = "delete what lies outside the form"
            raise Unsafe(f"'{self.name}'!{self.cell()} is filled; a form has at most {MAX_ROW:,} rows", fix)
        if self.kind == "e":
            self.marks.errors[self.cell()] = "".join(self.text)[:20]

    def data(self, text: str) -> None:
        if self.kind == "e":
            self.text.append(text)

    def cell(self) -> str:
        return f"{column_letters(self.column)}{self.row}"


def _scan(data: bytes, name: str) -> Marks:
    sheet = _Sheet(name)
    parser = expat.ParserCreate()
    parser.StartElementHandler = sheet.start
    parser.EndElementHandler = sheet.end
    parser.CharacterDataHandler = sheet.data
    _parse(parser, data)
    return sheet.marks


def column_number(letters: str) -> int:
    """Return the number of a column from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column counted from 1."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
