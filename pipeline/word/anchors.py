"""Names by which a unit of a draft is found again in a Word file, and the part that keeps what we wrote there.

A unit has a content control (tag, alias, number) and a bookmark. LibreOffice drops tags, some tools drop controls:
each of the three leads back to the anchor alone. The custom XML part keeps the words of every unit as they were
written, so that a file that comes back a year later can be merged from itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.word import names
from pipeline.word.runs import attribute, escape

NAMESPACE = "urn:clausewright:anchors:1"
FORMAT = "1"
TAG_LIMIT = 64
"""Characters that Word allows in the tag and in the alias of a content control."""


@dataclass(frozen=True, slots=True)
class Base:
    """The words of one unit as they were written into the file.

    Attributes:
        anchor: `clause:<id>` or `part:<id>`.
        origin: Id of what it came from.
        valid_from: Date of the clause's state, or empty.
        lines: The text of each paragraph in document order, cells and boxes included, without footnotes.
        notes: The text of its footnotes, in order.
    """

    anchor: str
    origin: str
    valid_from: str
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the words in hex; of the words and never of the part, whose bytes an editor may rewrite."""
        return digest(self.lines, self.notes)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the custom XML part of a file says: facts of the draft, and the words of each unit by anchor."""

    record: Mapping[str, str]
    units: Mapping[str, Base]


def bookmark(anchor: str) -> str:
    """Return the bookmark of a unit: 11 characters; the underscore first keeps it out of Word's list."""
    return "_Cw" + hashlib.sha256(anchor.encode()).hexdigest()[:8]


def control_id(anchor: str) -> int:
    """Return the number of a unit's content control, from 1 to 2**31 - 1."""
    return int.from_bytes(hashlib.sha256(anchor.encode()).digest()[8:12]) % (2**31 - 1) + 1


def neutral(place: int) -> str:
    """Return a bookmark that tells nothing but its place in the document."""
    return f"_Ref{place:09d}"


def digest(lines: Iterable[str], notes: Iterable[str] = ()) -> str:
    """Return the SHA-256 of a unit's words in hex."""
    return hashlib.sha256("\x1e".join(("\n".join(lines), "\n".join(notes))).encode()).hexdigest()


def collisions(anchors: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return pairs of anchors that would share a bookmark or a control number."""
    seen: dict[object, str] = {}
    pairs = []
    for anchor in dict.fromkeys(anchors):
        for key in (bookmark(anchor), control_id(anchor)):
            if key in seen:
                pairs.append((seen[key], anchor))
            seen.setdefault(key, anchor)
    return tuple(dict.fromkeys(pairs))


def part(record: Mapping[str, str], units: Iterable[Base]) -> bytes:
    """Return the custom XML part as plain, readable XML."""
    rows = [f'<record name="{attribute(k)}">{escape(v)}</record>' for k, v in sorted(record.items())]
    for unit in units:
        body = "".join(f"<p>{escape(line)}</p>" for line in unit.lines)
        notes = "".join(f"<note>{escape(note)}</note>" for note in unit.notes)
        rows.append(
            f'<unit anchor="{attribute(unit.anchor)}" bookmark="{bookmark(unit.anchor)}" '
            f'control="{control_id(unit.anchor)}" origin="{attribute(unit.origin)}" '
            f'validFrom="{attribute(unit.valid_from)}" digest="{unit.digest}">{body}{notes}</unit>'
        )
    text = f'<anchors xmlns="{NAMESPACE}" format="{FORMAT}">\n' + "\n".join(rows) + "\n</anchors>\n"
    return (names.DECLARATION + text).encode()


def kept(parts: Mapping[str, bytes]) -> Kept | None:
    """Return what a file's custom XML part says of its units; None where the file has no such part."""
    for name in sorted(parts):
        if name.startswith("customXml/") and NAMESPACE.encode() in parts[name]:
            return _read(parts[name])
    return None


def _read(data: bytes) -> Kept:
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    at = f"{{{NAMESPACE}}}"
    record = {str(e.get("name")): e.text or "" for e in root.iter(at + "record")}
    units = {}
    for element in root.iter(at + "unit"):
        anchor = str(element.get("anchor"))
        units[anchor] = Base(
            anchor,
            str(element.get("origin", "")),
            str(element.get("validFrom", "")),
            tuple(e.text or "" for e in element.iter(at + "p")),
            tuple(e.text or "" for e in element.iter(at + "note")),
        )
    return Kept(record, units)
