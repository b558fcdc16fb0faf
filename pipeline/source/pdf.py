"""A PDF as objects (ISO 32000-1, 7): found by looking through the file, object streams unpacked, streams inflated.

The table of offsets is not relied on: a file that was sent by mail and saved again is read as long as its objects are
there, and the last one of a number counts. What a hostile file can do (unpack without end, point at itself, nest
without end) is bounded.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_BYTES = 100 * 2**20
MAX_UNPACKED = 400 * 2**20
"""Bytes of all streams that are unpacked; 1,000 pages of text stay below a tenth of it."""
MAX_STREAM = 64 * 2**20
MAX_DEPTH = 40
MAX_OBJECTS = 400_000
MAX_PAGES = 5_000


class Unreadable(Exception):
    """The file cannot be read; the text says why, in words for a person."""


class Name(str):
    """A PDF name, without its slash."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to an object by its number."""

    number: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream: its dictionary, and its bytes as they stand in the file."""

    head: Mapping[str, object]
    packed: bytes


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word: an operator of a page, or a keyword between objects."""

    text: bytes


_SPACE = b" \t\r\n\f\0"
_SKIP = re.compile(rb"(?:[ \t\r\n\f\0]+|%[^\r\n]*)*")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)")
_REGULAR = re.compile(rb"[^ \t\r\n\f\0()<>\[\]{}/%]+")
_REFERENCE = re.compile(rb"(\d{1,10})[ \t\r\n\f\0]+\d{1,5}[ \t\r\n\f\0]+R(?![^ \t\r\n\f\0()<>\[\]{}/%])")
_STRING = re.compile(rb"[()\\]")
_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})[ \t\r\n\f\0]+\d{1,5}[ \t\r\n\f\0]+obj(?![a-z])")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|.))", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")


class Lexer:
    """Reads values one after the other from bytes."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def value(self, depth: int = 0) -> object:
        """Return the next value, or a `Word`; a `Word` of no letters at the end.

        Raises:
            Unreadable: It is nested deeper than PDFs are.
        """
        if depth > MAX_DEPTH:
            raise Unreadable("its objects are nested without end")
        data = self.data
        found = _SKIP.match(data, self.at)
        self.at = found.end() if found else self.at
        sign = data[self.at : self.at + 1]
        if sign in b"0123456789+-." and sign:
            return self._number()
        if sign == b"/":
            found = _REGULAR.match(data, self.at + 1)
            text = found[0] if found else b""
            self.at += 1 + len(text)
            return Name(_HEX.sub(lambda m: bytes([int(m[1], 16)]), text).decode("latin-1"))
        if sign == b"(":
            return self._string()
        if data[self.at : self.at + 2] == b"<<":
            return self._dictionary(depth)
        if sign == b"<":
            end = data.find(b">", self.at)
            digits = b"".join(data[self.at + 1 : end].split()) if end > 0 else b""
            self.at = end + 1 if end > 0 else len(data)
            try:
                return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
            except binascii.Error:
                return b""
        if sign == b"[":
            self.at += 1
            items: list[object] = []
            while not ((one := self.value(depth + 1)) == Word(b"]") or one == Word(b"")):
                items.append(one)
            return items
        return self._word(sign)

    def _word(self, sign: bytes) -> object:
        found = _REGULAR.match(self.data, self.at)
        if found:
            self.at = found.end()
            return {b"true": True, b"false": False, b"null": None}.get(found[0], Word(found[0]))
        width = 2 if self.data[self.at : self.at + 2] == b">>" else 1
        text = self.data[self.at : self.at + width]
        self.at += max(len(sign), len(text))
        return Word(text)

    def _number(self) -> object:
        found = _REFERENCE.match(self.data, self.at)
        if found:
            self.at = found.end()
            return Ref(int(found[1]))
        found = _NUMBER.match(self.data, self.at)
        if not found:
            return self._word(self.data[self.at : self.at + 1])
        self.at = found.end()
        text = found[0]
        return float(text) if b"." in text else int(text[:18])

    def _string(self) -> bytes:
        start, deep = self.at + 1, 1
        at = start
        while deep:
            found = _STRING.search(self.data, at)
            if not found:
                self.at = len(self.data)
                return b""
            at = found.end()
            if found[0] == b"\\":
                at += 1
            else:
                deep += 1 if found[0] == b"(" else -1
        self.at = at
        return _ESCAPE.sub(_letter, self.data[start : at - 1])

    def _dictionary(self, depth: int) -> dict[str, object]:
        self.at += 2
        found: dict[str, object] = {}
        while True:
            key = self.value(depth + 1)
            if not isinstance(key, Name):
                if key in (Word(b">>"), Word(b"")):
                    return found
                continue
            value = self.value(depth + 1)
            if value == Word(b">>"):
                return found
            found[str(key)] = value


def _letter(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 8) & 0xFF])
    return _PLAIN.get(match[2], match[2])


class Pdf:
    """The objects of a file, read when they are asked for."""

    def __init__(self, data: bytes) -> None:
        """Find the objects.

        Raises:
            Unreadable: It is no PDF, locked, or beyond the limits.
        """
        if len(data) > MAX_BYTES:
            raise Unreadable(f"it is larger than {MAX_BYTES // 2**20} MB")
        if b"%PDF-" not in data[:1024]:
            raise Unreadable("it is no PDF")
        self._data = data
        self._places: dict[int, int | tuple[bytes, int]] = {}
        self._known: dict[int, object] = {}
        self._left = MAX_UNPACKED
        self._heads: list[Mapping[str, object]] = []
        self._scan()
        if any("Encrypt" in head for head in self._heads):
            raise Unreadable("it is locked: save it without a password or restrictions")

    def _scan(self) -> None:
        """Note where each object stands; those packed together in a stream count where the stream stands."""
        for count, match in enumerate(_OBJECT.finditer(self._data)):
            if count > MAX_OBJECTS:
                raise Unreadable("it has more objects than a text can have")
            number, start = int(match[1]), match.end()
            self._places[number] = start
            head = self._data[start : start + 400]
            if b"/ObjStm" in head or b"/XRef" in head:
                self._known.pop(number, None)
                self._unpacked_objects(self._at(start))
        for match in re.finditer(rb"trailer\s*(?=<<)", self._data):
            found = Lexer(self._data, match.end()).value()
            if isinstance(found, dict):
                self._heads.append(found)

    def _unpacked_objects(self, one: object) -> None:
        if not isinstance(one, Stream):
            return
        if one.head.get("Type") == "XRef":
            self._heads.append(one.head)
        elif one.head.get("Type") == "ObjStm":
            data = self.unpacked(one)
            first, count = one.head.get("First"), one.head.get("N")
            if not isinstance(first, int) or not isinstance(count, int) or count > MAX_OBJECTS:
                return
            lexer = Lexer(data)
            for _ in range(count):
                number, offset = lexer.value(), lexer.value()
                if not isinstance(number, int) or not isinstance(offset, int):
                    return
                self._places[number] = (data, first + offset)

    def _at(self, start: int) -> object:
        """Return the object that begins at an offset of the file."""
        lexer = Lexer(self._data, start)
        value = lexer.value()
        found = re.compile(rb"[ \t\r\n\f\0]*stream(?:\r\n|\n|\r)").match(self._data, lexer.at)
        if not isinstance(value, dict) or not found:
            return value
        length = value.get("Length")
        size = self.get(length) if isinstance(length, Ref) else length
        end = found.end() + size if isinstance(size, int) else -1
        if not 0 <= end <= len(self._data) or not self._data[end : end + 20].lstrip(_SPACE).startswith(b"endstream"):
            end = self._data.find(b"endstream", found.end())
            end = len(self._data) if end < 0 else end
        return Stream(value, self._data[found.end() : end])

    def get(self, value: object) -> object:
        """Return what a value is, references followed; None for an object that is not there."""
        for _ in range(MAX_DEPTH):
            if not isinstance(value, Ref):
                return value
            number = value.number
            if number not in self._known:
                place = self._places.get(number)
                self._known[number] = None  # whatever points at itself ends here
                if isinstance(place, int):
                    self._known[number] = self._at(place)
                elif place is not None:
                    self._known[number] = Lexer(*place).value()
            value = self._known[number]
        return None

    def dictionary(self, value: object) -> Mapping[str, object]:
        """Return a value as a dictionary, that of a stream too; an empty one where it is none."""
        found = self.get(value)
        if isinstance(found, Stream):
            return found.head
        return found if isinstance(found, dict) else {}

    def items(self, value: object) -> list[object]:
        """Return a value as a list, a single one as a list of it."""
        found = self.get(value)
        return found if isinstance(found, list) else [] if found is None else [found]

    def unpacked(self, stream: Stream) -> bytes:
        """Return the bytes of a stream.

        Raises:
            Unreadable: It is packed as no text is, or unpacks without end.
        """
        data = stream.packed
        for name in self.items(stream.head.get("Filter")):
            if name in ("FlateDecode", "Fl"):
                data = _inflated(data)
            elif name in ("ASCIIHexDecode", "AHx"):
                digits = re.sub(rb"[^0-9A-Fa-f]", b"", data.partition(b">")[0])
                data = binascii.unhexlify(digits + b"0" * (len(digits) % 2))
            elif name in ("ASCII85Decode", "A85"):
                data = _from85(data)
            else:
                raise Unreadable(f"a text in it is packed in a way that is not read here ({name})")
        if any(self.dictionary(p).get("Predictor", 1) != 1 for p in self.items(stream.head.get("DecodeParms"))):
            return b"" if stream.head.get("Type") == "XRef" else _refused()
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable("it unpacks to far more than a text does")
        return data

    def pages(self) -> Iterator[Mapping[str, object]]:
        """Yield the pages in order, each with the resources that it inherits.

        Raises:
            Unreadable: It has none, or too many.
        """
        root = next((self.dictionary(h["Root"]) for h in reversed(self._heads) if "Root" in h), {})
        if not root:
            root = next((d for n in self._places if (d := self.dictionary(Ref(n))).get("Type") == "Catalog"), {})
        count = 0
        for page in self._leaves(root.get("Pages"), {}, set(), 0):
            count += 1
            if count > MAX_PAGES:
                raise Unreadable(f"it has more than {MAX_PAGES} pages")
            yield page
        if not count:
            raise Unreadable("no page is found in it; it is damaged")

    def _leaves(
        self, node: object, inherited: Mapping[str, object], seen: set[int], depth: int
    ) -> Iterator[Mapping[str, object]]:
        if depth > MAX_DEPTH:
            raise Unreadable("its pages are nested without end")
        if isinstance(node, Ref):
            if node.number in seen:
                return
            seen.add(node.number)
        found = self.dictionary(node)
        here = {**inherited, **({"Resources": found["Resources"]} if "Resources" in found else {})}
        if "Kids" not in found:
            if found:
                yield {**here, **found}
            return
        for kid in self.items(found["Kids"]):
            yield from self._leaves(kid, here, seen, depth + 1)


def _inflated(data: bytes) -> bytes:
    """Return deflated bytes as they were; what comes before a damaged place counts, as it does for readers."""
    state = zlib.decompressobj()
    try:
        found = state.decompress(data, MAX_STREAM)
    except zlib.error:
        state = zlib.decompressobj()
        found = b""
        for at in range(0, len(data), 256):
            try:
                found += state.decompress(data[at : at + 256], MAX_STREAM)
            except zlib.error:
                break
    if state.unconsumed_tail:
        raise Unreadable("it unpacks to far more than a text does")
    return found


def _from85(data: bytes) -> bytes:
    try:
        return base64.a85decode(data.partition(b"~>")[0].lstrip(b"<~"), ignorechars=_SPACE)
    except ValueError:
        raise Unreadable("a text in it is damaged") from None


def _refused() -> bytes:
    raise Unreadable("a text in it is packed in a way that is not read here")
