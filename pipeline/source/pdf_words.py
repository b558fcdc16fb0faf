"""The text of a PDF's pages as it is drawn: letters in the order of the page's own program (ISO 32000-1, 9.4 and 14.8).

What the file itself marks as an artifact (running headers, footers, page numbers in a tagged file) is left out, and
where a stretch says which text it stands for, that counts. Where letters stand on the page is not looked at: the order
of writing is the order of the text in files that Word, LibreOffice and typesetters make.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.source.pdf import Lexer, Name, Pdf, Stream, Unreadable, Word

MOST_FORMS = 2_000
"""Drawings within drawings that are entered on one page."""
DEEPEST_FORM = 12
MAX_LETTERS = 20_000_000
LINE = 0.5
"""Part of the size of letters by which what stands in one line may be raised or lowered."""

_ACCENTS = {
    "grave": "\u0300", "acute": "\u0301", "circumflex": "\u0302", "tilde": "\u0303", "dieresis": "\u0308",
    "ring": "\u030a", "cedilla": "\u0327", "caron": "\u030c", "macron": "\u0304", "breve": "\u0306",
    "ogonek": "\u0328", "dotaccent": "\u0307", "hungarumlaut": "\u030b", "commaaccent": "\u0326",
}  # fmt: skip
_NAMED = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "fi": "fi", "fl": "fl", "ff": "ff", "ffi": "ffi", "ffl": "ffl", "germandbls": "ß",
    "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "oslash": "ø", "Oslash": "Ø", "lslash": "ł", "Lslash": "Ł",
    "thorn": "þ", "Thorn": "Þ", "eth": "ð", "Eth": "Ð", "dotlessi": "ı", "dcroat": "đ", "Dcroat": "Đ", "space": " ",
    "hyphen": "-", "ordfeminine": "ª", "ordmasculine": "º", "mu": "µ", "onesuperior": "¹", "twosuperior": "²",
    "threesuperior": "³",
}  # fmt: skip
"""Names of glyphs (Adobe Glyph List) for letters and digits that the rules below do not give; signs are not needed."""
_STANDARD = {0xAE: "fi", 0xAF: "fl", 0xE1: "Æ", 0xE3: "ª", 0xE8: "Ł", 0xE9: "Ø", 0xEA: "Œ", 0xEB: "º", 0xF1: "æ",
             0xF5: "ı", 0xF8: "ł", 0xF9: "ø", 0xFA: "œ", 0xFB: "ß"}  # fmt: skip
"""Letters of the standard encoding beyond ASCII (ISO 32000-1, annex D.2)."""
_CODECS = {"WinAnsiEncoding": "cp1252", "MacRomanEncoding": "mac_roman", "PDFDocEncoding": "cp1252"}
_SECTION = re.compile(rb"begin(bfchar|bfrange|codespacerange)(.*?)end\1", re.DOTALL)
_MISSING = "\ufffd"


@dataclass(slots=True)
class _Font:
    """What the codes of a font stand for, and how many bytes a code takes."""

    letters: Mapping[int, str]
    width: int

    def glyphs(self, codes: bytes) -> list[str]:
        """Return what each glyph stands for."""
        if self.width == 1:
            return [self.letters.get(c, _MISSING) for c in codes]
        return [self.letters.get(codes[n] << 8 | codes[n + 1], _MISSING) for n in range(0, len(codes) - 1, 2)]


@dataclass(slots=True)
class _Page:
    """What has been drawn of a page so far.

    Attributes:
        parts: Its text.
        marks: For each stretch that is open: `hidden` where its text does not count.
        forms: How many drawings were entered.
        line: The glyphs of the line that is being drawn, where lines are turned.
        height: Where on the page that line stands.
        size: Size of its letters.
    """

    parts: list[str] = field(default_factory=list)
    marks: list[bool] = field(default_factory=list)
    forms: int = 0
    line: list[str] = field(default_factory=list)
    height: float = 0.0
    size: float = 10.0

    def end_line(self) -> None:
        """Take a line that is drawn: from left to right, unless letters in it run the other way."""
        if self.line:
            leftward = any(_leftward(glyph) for glyph in self.line)
            self.parts.append(_turned(self.line) if leftward else "".join(self.line))
            self.line = []
        self.parts.append(" ")


def pages(data: bytes, turned: bool = False) -> tuple[str, ...]:
    """Return the text of each page of a PDF.

    Args:
        data: The file.
        turned: True where letters that run from right to left are drawn from left to right, as most programs do; a file
            does not say whether they are.

    Returns:
        Letters and signs in the order in which they are drawn; U+FFFD where the file does not say which letter it is.

    Raises:
        Unreadable: It is no PDF, locked, damaged, or beyond the limits.
    """
    pdf = Pdf(data)
    reader = _Reader(pdf, turned)
    found: list[str] = []
    size = 0
    for page in pdf.pages():
        found.append(reader.page(page))
        size += len(found[-1])
        if size > MAX_LETTERS:
            raise Unreadable("it holds far more text than a document does")
    return tuple(found)


class _Reader:
    def __init__(self, pdf: Pdf, turned: bool) -> None:
        self.pdf = pdf
        self.turned = turned
        self._fonts: dict[int, _Font] = {}

    def page(self, page: Mapping[str, object]) -> str:
        drawn = _Page()
        streams = [self.pdf.get(c) for c in self.pdf.items(page.get("Contents"))]
        data = b"\n".join(self.pdf.unpacked(s) for s in streams if isinstance(s, Stream))
        self._through(data, self.pdf.dictionary(page.get("Resources")), drawn, 0)
        drawn.end_line()
        return "".join(drawn.parts)

    def _through(self, data: bytes, resources: Mapping[str, object], drawn: _Page, depth: int) -> None:
        """Go through the program of a page or of a drawing in it."""
        fonts = self.pdf.dictionary(resources.get("Font"))
        font: _Font | None = None
        stack: list[_Font | None] = []
        operands: list[object] = []
        lexer = Lexer(data)
        opened = len(drawn.marks)
        while (one := lexer.value()) != Word(b""):
            if not isinstance(one, Word):
                operands.append(one)
                continue
            match one.text:
                case b"Tf" if operands and isinstance(operands[0], Name):
                    font = self._font(fonts.get(operands[0]))
                    drawn.size = operands[1] if len(operands) > 1 and isinstance(operands[1], (int, float)) else 10.0
                case b"q":
                    stack.append(font)
                case b"Q" if stack:
                    font = stack.pop()
                case b"Tj" | b"'" | b'"' | b"TJ":
                    self._shown(operands, font, drawn)
                case b"BT" | b"ET" | b"T*":
                    drawn.end_line()
                    drawn.height = 0.0
                case b"Td" | b"TD" | b"Tm" if operands:
                    self._moved(one.text == b"Tm", operands[-1], drawn)
                case b"BMC" | b"BDC":
                    self._begun(operands, resources, drawn)
                case b"EMC" if len(drawn.marks) > opened:
                    drawn.marks.pop()
                case b"Do" if operands and isinstance(operands[-1], Name):
                    self._drawing(operands[-1], resources, drawn, depth)
                case b"ID":  # a picture in the page itself, up to its end
                    end = re.compile(rb"[ \t\r\n]EI(?=[ \t\r\n])").search(data, lexer.at)
                    lexer.at = end.end() if end else len(data)
            operands = []
        del drawn.marks[opened:]

    def _shown(self, operands: list[object], font: _Font | None, drawn: _Page) -> None:
        if any(drawn.marks) or font is None or not operands:
            return
        last = operands[-1]
        pieces = last if isinstance(last, list) else [last]
        glyphs = [glyph for piece in pieces if isinstance(piece, bytes) for glyph in font.glyphs(piece)]
        if self.turned:
            drawn.line += glyphs
        else:
            drawn.parts += glyphs

    def _moved(self, absolute: bool, height: object, drawn: _Page) -> None:
        """Go to another place of the page; a sign above or below a letter does not end its line."""
        if not isinstance(height, (int, float)):
            return
        there = height if absolute else drawn.height + height
        if not self.turned or abs(there - drawn.height) > LINE * drawn.size:
            drawn.end_line()
        drawn.height = there

    def _begun(self, operands: list[object], resources: Mapping[str, object], drawn: _Page) -> None:
        """Enter a stretch: an artifact does not count, and a text that is given for it counts in its place."""
        properties: object = operands[1] if len(operands) > 1 else None
        if isinstance(properties, Name):
            properties = self.pdf.dictionary(resources.get("Properties")).get(properties)
        told = self.pdf.get(self.pdf.dictionary(properties).get("ActualText"))
        hidden = bool(operands) and operands[0] == "Artifact"
        if isinstance(told, bytes) and not hidden and not any(drawn.marks):
            if self.turned:
                drawn.line += reversed(_text(told))
            else:
                drawn.parts.append(_text(told))
        drawn.marks.append(hidden or isinstance(told, bytes))

    def _drawing(self, name: Name, resources: Mapping[str, object], drawn: _Page, depth: int) -> None:
        form = self.pdf.get(self.pdf.dictionary(resources.get("XObject")).get(name))
        drawn.forms += 1
        if not isinstance(form, Stream) or form.head.get("Subtype") != "Form":
            return
        if drawn.forms > MOST_FORMS or depth > DEEPEST_FORM:
            raise Unreadable("a page in it is drawn without end")
        own = self.pdf.dictionary(form.head.get("Resources")) or resources
        self._through(self.pdf.unpacked(form), own, drawn, depth + 1)

    def _font(self, value: object) -> _Font | None:
        head = self.pdf.dictionary(value)
        if not head:
            return None
        key = id(head)  # the dictionaries are held by the file as long as it is read
        if key not in self._fonts:
            composite = head.get("Subtype") == "Type0"
            told, width = self._told(head.get("ToUnicode"))
            letters = told if composite else {**self._encoded(head), **told}
            self._fonts[key] = _Font(letters, (width or 2) if composite else 1)
        return self._fonts[key]

    def _told(self, value: object) -> tuple[dict[int, str], int]:
        """Return what a font's own table says of its codes (9.10.3), and the bytes of a code."""
        stream = self.pdf.get(value)
        if not isinstance(stream, Stream):
            return {}, 0
        found: dict[int, str] = {}
        width = 0
        for kind, body in _SECTION.findall(self.pdf.unpacked(stream)):
            lexer = Lexer(body)
            items = []
            while (one := lexer.value()) != Word(b""):
                items.append(one)
            if kind == b"codespacerange":
                width = max([width, *(len(i) for i in items if isinstance(i, bytes))])
            elif kind == b"bfchar":
                for code, letters in zip(items[::2], items[1::2], strict=False):
                    if isinstance(code, bytes) and isinstance(letters, bytes):
                        found[int.from_bytes(code)] = _utf16(letters)
            else:
                for first, last, letters in zip(items[::3], items[1::3], items[2::3], strict=False):
                    found.update(_range(first, last, letters))
        return found, width

    def _encoded(self, head: Mapping[str, object]) -> dict[int, str]:
        """Return the letters of a font of single bytes by its encoding (9.6.6)."""
        value = self.pdf.get(head.get("Encoding"))
        encoding = self.pdf.dictionary(value)
        base = str(encoding.get("BaseEncoding", "")) if encoding else str(value or "")
        usual = "" if head.get("Subtype") == "Type1" else "cp1252"
        codec = _CODECS.get(base, usual)
        if codec:
            found = {c: bytes([c]).decode(codec, "replace") for c in range(32, 256)}
        else:
            found = {**{c: chr(c) for c in range(32, 127)}, **_STANDARD}
        at = 0
        for item in self.pdf.items(encoding.get("Differences")):
            if isinstance(item, int):
                at = item
            elif isinstance(item, Name):
                found[at] = _glyph(item)
                at += 1
        return found


def _leftward(text: str) -> bool:
    """Tell whether letters in a text run from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)


def _turned(glyphs: list[str]) -> str:
    """Return a line in the order of reading; figures and letters of other scripts in it run the other way."""
    return _RIGHTWARD.sub(lambda m: m[0][::-1], "".join(reversed(glyphs)))


_ONE = r"[0-9A-Za-z\u00c0-\u024f\u0660-\u0669\u06f0-\u06f9]"
_RIGHTWARD = re.compile(rf"{_ONE}(?:[.,:/\-]*{_ONE})*")


def _range(first: object, last: object, letters: object) -> Iterator[tuple[int, str]]:
    if not isinstance(first, bytes) or not isinstance(last, bytes):
        return
    start = int.from_bytes(first)
    count = min(int.from_bytes(last) - start, 0xFFFF) + 1
    if isinstance(letters, list):
        yield from ((start + n, _utf16(one)) for n, one in enumerate(letters[:count]) if isinstance(one, bytes))
    elif isinstance(letters, bytes) and (base := _utf16(letters)):
        yield from ((start + n, base[:-1] + chr(min(ord(base[-1]) + n, 0x10FFFF))) for n in range(count))


def _utf16(letters: bytes) -> str:
    return letters.decode("utf-16-be", "replace")


def _text(told: bytes) -> str:
    """Return a text string (7.9.2.2)."""
    if told.startswith(b"\xfe\xff"):
        return told[2:].decode("utf-16-be", "replace")
    return told.decode("utf-8" if told.startswith(b"\xef\xbb\xbf") else "cp1252", "replace").lstrip("\ufeff")


def _glyph(name: str) -> str:
    """Return the letters that a glyph's name stands for, nothing for a sign."""
    if len(name) == 1:
        return name
    if name in _NAMED:
        return _NAMED[name]
    if found := re.fullmatch(r"(?:uni((?:[0-9A-F]{4})+)|u([0-9A-F]{4,6}))", name):
        digits = found[1] or found[2]
        step = 4 if found[1] else len(digits)
        codes = (int(digits[n : n + step], 16) for n in range(0, len(digits), step))
        return "".join(chr(c) for c in codes if c <= 0x10FFFF and not 0xD800 <= c < 0xE000)
    if name[1:] in _ACCENTS and name[0].isalpha():
        return unicodedata.normalize("NFC", name[0] + _ACCENTS[name[1:]])
    head, _, tail = name.partition(".")
    return _glyph(head) if tail and head else ""
