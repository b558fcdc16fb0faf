"""Pictures without what cameras and programs write into them: no place, date or name leaves with a public file."""

from __future__ import annotations


def bared(data: bytes) -> bytes:
    """Return a PNG or JPEG without what cameras and programs write into it; any other file as it is."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data[:8] + b"".join(
            chunk for kind, chunk in _chunks(data) if kind[:1].isupper() or kind in (b"tRNS", b"gAMA", b"sRGB", b"pHYs")
        )
    if data.startswith(b"\xff\xd8"):
        return _bare_jpeg(data)
    return data


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    at, chunks = 8, []
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        chunks.append((data[at + 4 : at + 8], data[at:end]))
        at = end
    return chunks


def _bare_jpeg(data: bytes) -> bytes:
    out, at = data[:2], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        # APP0 and APP14 say how colours are stored; the other application segments and comments are metadata.
        if not (0xE1 <= data[at + 1] <= 0xED or data[at + 1] in (0xEF, 0xFE)):
            out += data[at:end]
        at = end
    return out + data[at:]
