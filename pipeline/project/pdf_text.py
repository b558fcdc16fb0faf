"""The words of a PDF of ours, read back from its own bytes for the last look before it leaves the desk.

Letters stand in a PDF as numbers of glyphs, so a search of the bytes alone finds no word of a page. Each font says
which letters its glyphs stand for (ISO 32000-1, 9.10.3); that is undone here for the files that our compiler writes:
objects in the open, streams deflated or plain, one stream for a page.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping

_STREAM = re.compile(rb"(\d+) 0 obj(?:(?!endobj).)*?stream\r?\n", re.DOTALL)
_FONT = re.compile(rb"(\d+) 0 obj\s*<<(?:(?!endobj).)*?/ToUnicode (\d+) 0 R", re.DOTALL)
_FONTS = re.compile(rb"/Font\s*<<([^<>]*)>>")
_RESOURCES = re.compile(rb"(\d+) 0 obj(\s*<<(?:(?!endobj).)*?/Font\s*<<.*?)endobj", re.DOTALL)
_PAGE = re.compile(rb"<<\s*/Type\s*/Page(?![\w])(?:(?!endobj).)*endobj", re.DOTALL)
_USES = re.compile(rb"/Resources (\d+) 0 R")
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_NAMED = re.compile(rb"/(\w+) (\d+) 0 R")
_PAIRS = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGES = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_PLAIN = rb"(?:[^()\\]|\\.)*"
_NESTED = rb"(?:[^()\\]|\\.|\((?:[^()\\]|\\.|\(" + _PLAIN + rb"\))*\))*"
"""A string may hold brackets as they are, as long as each that opens also closes; two deep is deeper than glyphs go."""
_TOKEN = re.compile(rb"(?<!\w)(BT)(?!\w)|/(\w+) [\d.]+ Tf|\((" + _NESTED + rb")\)|<([0-9A-Fa-f\s]*)>", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}

Glyphs = Mapping[int, str]


def streams(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the unpacked bytes of every stream; one that is not deflated as it stands."""
    for match in _STREAM.finditer(data):
        packed = data[match.end() :]
        try:
            yield int(match[1]), zlib.decompressobj().decompress(packed)
        except zlib.error:
            yield int(match[1]), packed[: packed.find(b"endstream")]


def text(data: bytes, unpacked: Mapping[int, bytes]) -> str:
    """Return the words of all pages, in the order in which they are drawn.

    Args:
        data: The file.
        unpacked: Its streams by object number.
    """
    glyphs = {int(m[1]): _glyphs(unpacked.get(int(m[2]), b"")) for m in _FONT.finditer(data)}
    objects = {int(m[1]): m[2] for m in _RESOURCES.finditer(data)}
    found = []
    for page in _PAGE.finditer(data):
        resources, contents = _USES.search(page[0]), _CONTENTS.search(page[0])
        here = objects.get(int(resources[1]), b"") if resources else page[0]
        names = _NAMED.findall(b"".join(_FONTS.findall(here)))
        fonts = {n: glyphs[int(number)] for n, number in names if int(number) in glyphs}
        found.append(_page(unpacked.get(int(contents[1]), b"") if contents else b"", fonts))
    return "\n".join(found)


def unescaped(data: bytes) -> bytes:
    """Return bytes with the escapes of PDF strings undone, so that titles and alternative texts can be searched."""
    return _ESCAPE.sub(_letter, data)


def _letter(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 0xFF])
    return _LETTERS.get(code, code)


def _glyphs(table: bytes) -> Glyphs:
    """Return which letters each glyph stands for, from a ToUnicode table."""
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(table):
        if kind == b"bfchar":
            found |= {int(code, 16): _decoded(letters) for code, letters in _PAIRS.findall(body)}
            continue
        for first, last, letters in _RANGES.findall(body):
            start, base = int(first, 16), _decoded(letters)
            for step in range(min(int(last, 16) - start, 0xFFFF) + 1):
                found[start + step] = base[:-1] + chr(ord(base[-1]) + step) if base else ""
    return found


def _decoded(letters: bytes) -> str:
    return bytes.fromhex(letters.decode()).decode("utf-16-be", "replace")


def _page(stream: bytes, fonts: Mapping[bytes, Glyphs]) -> str:
    glyphs: Glyphs = {}
    parts: list[str] = []
    for begun, font, plain, hexed in _TOKEN.findall(stream):
        if begun:
            parts.append("\n")
            continue
        if font:
            glyphs = fonts.get(font, {})
            continue
        codes = unescaped(plain) if plain else _hexed(hexed)
        parts += (glyphs.get(codes[n] << 8 | codes[n + 1], "") for n in range(0, len(codes) - 1, 2))
    return "".join(parts)


def _hexed(digits: bytes) -> bytes:
    even = b"".join(digits.split())
    return bytes.fromhex((even + b"0" * (len(even) % 2)).decode())
