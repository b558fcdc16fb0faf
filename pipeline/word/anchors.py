"""Names by which a unit of a draft is found again in a Word file, and the part that keeps what we wrote there.

A unit has a content control (tag, alias, number) and a bookmark. LibreOffice drops tags, some tools drop controls:
each of the three leads back to the anchor alone. The custom XML part keeps the words of every unit as they were
written, so that a file that comes back a year later can be merged from itself.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipeline.word import names, package, wording
from pipeline.word.runs import attribute, escape
from pipeline.word.wording import OBJECT, Item, Row, Words

NAMESPACE = "urn:clausewright:anchors:1"
FORMAT = "2"
"""Format 1 told the text of each paragraph and no more, which is too little to merge by: it is not read."""

COVER = ("state", "issuer", "title", "subtitle", "status", "law_date", "marking", "audience", "notice")
"""Texts of the cover, header and footer that the record of a file tells, as `cover.<name>`."""

TAG_LIMIT = 64
"""Characters that Word allows in the tag and in the alias of a content control."""


@dataclass(frozen=True, slots=True)
class Base:
    """The words of one unit as they were written into the file.

    Attributes:
        anchor: `clause:<id>` or `part:<id>`.
        origin: Id of what it came from.
        valid_from: Date of the clause's state, or empty.
        items: Its paragraphs and rows in document order, without footnotes.
        notes: Its footnotes, in order.
        alias: The name that an editor shows.
        label: Its printed number, or empty.
    """

    anchor: str
    origin: str
    valid_from: str
    items: tuple[Item, ...]
    notes: tuple[Words, ...] = ()
    alias: str = ""
    label: str = ""

    @property
    def title(self) -> str:
        """Its name without its number."""
        return self.alias.removeprefix(self.label).strip()

    @property
    def lines(self) -> tuple[str, ...]:
        """The text of each paragraph that has one, cells and boxes included."""
        return tuple(wording.lines(self.items))

    @property
    def noted(self) -> tuple[str, ...]:
        """The text of each footnote."""
        return tuple(note.printed for note in self.notes)

    @property
    def digest(self) -> str:
        """SHA-256 of the words in hex; of the words and never of the part, whose bytes an editor may rewrite."""
        return digest(self.lines, self.noted)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the custom XML part of a file says.

    Attributes:
        record: Facts of the draft.
        units: The words of each unit by anchor.
        targets: What a bookmark of ours stands at: the anchor of a heading or paragraph, by the bookmark's name.
    """

    record: Mapping[str, str]
    units: Mapping[str, Base]
    targets: Mapping[str, str] = field(default_factory=dict)


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


def part(record: Mapping[str, str], units: Iterable[Base], targets: Mapping[str, str]) -> bytes:
    """Return the custom XML part as plain, readable XML."""
    rows = [f'<record name="{attribute(k)}">{escape(v)}</record>' for k, v in sorted(record.items())]
    for unit in units:
        body = "".join([_words("p", i) if isinstance(i, Words) else _row(i) for i in unit.items])
        notes = "".join([_words("note", note) for note in unit.notes])
        rows.append(
            f'<unit anchor="{attribute(unit.anchor)}" bookmark="{bookmark(unit.anchor)}" '
            f'control="{control_id(unit.anchor)}" origin="{attribute(unit.origin)}" '
            f'alias="{attribute(unit.alias)}" label="{attribute(unit.label)}" '
            f'validFrom="{attribute(unit.valid_from)}" digest="{unit.digest}">{body}{notes}</unit>'
        )
    rows += [f'<target bookmark="{attribute(b)}" anchor="{attribute(a)}"/>' for b, a in targets.items()]
    text = f'<anchors xmlns="{NAMESPACE}" format="{FORMAT}">\n' + "\n".join(rows) + "\n</anchors>\n"
    return (names.DECLARATION + text).encode()


def _row(row: Row) -> str:
    return "<row>" + "".join(f"<cell>{''.join(_words('p', w) for w in c)}</cell>" for c in row.cells) + "</row>"


def _words(name: str, words: Words) -> str:
    """Return a paragraph as mixed content: `x` is a sign with what it prints, `l` text of a look."""
    start = f"<{name}" + (f' style="{attribute(words.style)}"' if words.style else "")
    start += f' label="{attribute(words.label)}">' if words.label else ">"
    if not words.signs and not words.looks:
        return f"{start}{escape(words.text)}</{name}>"
    signs = iter(zip(words.signs, words.shown, strict=True))
    ends = [*words.looks, (len(words.text), "")]
    pieces = [_signed(words.text[: ends[0][0]], signs)]
    for (begin, look), (end, _) in itertools.pairwise(ends):
        inner = _signed(words.text[begin:end], signs)
        pieces.append(f'<l k="{attribute(look)}">{inner}</l>' if look else inner)
    return f"{start}{''.join(pieces)}</{name}>"


def _signed(text: str, signs: Iterator[tuple[str, str]]) -> str:
    first, *others = escape(text).split(OBJECT)
    for piece in others:
        sign, shown = next(signs)
        first += f'<x k="{attribute(sign)}">{escape(shown)}</x>{piece}'
    return first


def kept(parts: Mapping[str, bytes]) -> Kept | None:
    """Return what a file's custom XML part says of its units; None where the file has no such part."""
    found = next(_parts(parts), None)
    return None if found is None else _read(found[1])


def place(parts: Mapping[str, bytes]) -> str:
    """Return the name of the custom XML part with the words of the units, empty where a file has none."""
    found = next(_parts(parts), None)
    return "" if found is None else found[0]


def _parts(parts: Mapping[str, bytes]) -> Iterator[tuple[str, etree._Element]]:
    """Yield the custom XML parts with words of units; an editor may have written them anew, with other prefixes."""
    for name in sorted(parts):
        if name.startswith("customXml/") and NAMESPACE.encode() in parts[name]:
            root = package.parsed(parts[name], name, name)
            if root.tag == _AT + "anchors" and root.get("format") == FORMAT:
                yield name, root


def _read(root: etree._Element) -> Kept:
    record = {str(e.get("name")): e.text or "" for e in root.iter(_AT + "record")}
    units = {}
    for element in root.iter(_AT + "unit"):
        anchor = str(element.get("anchor"))
        units[anchor] = Base(
            anchor,
            str(element.get("origin", "")),
            str(element.get("validFrom", "")),
            tuple(_item(e) for e in element if e.tag in (_AT + "p", _AT + "row")),
            tuple(_paragraph(e) for e in element if e.tag == _AT + "note"),
            str(element.get("alias", "")),
            str(element.get("label", "")),
        )
    targets = {str(e.get("bookmark")): str(e.get("anchor")) for e in root.iter(_AT + "target")}
    return Kept(record, units, targets)


_AT = f"{{{NAMESPACE}}}"


def _item(element: etree._Element) -> Item:
    if element.tag == _AT + "p":
        return _paragraph(element)
    return Row(tuple(tuple(_paragraph(p) for p in cell) for cell in element))


def _paragraph(element: etree._Element) -> Words:
    text = element.text or ""
    signs: list[str] = []
    shown: list[str] = []
    looks: list[tuple[int, str]] = []

    def sign(child: etree._Element) -> str:
        signs.append(str(child.get("k", "")))
        shown.append(child.text or "")
        return OBJECT

    for child in element:
        if child.tag == _AT + "x":
            text += sign(child)
        else:
            looks.append((len(text), str(child.get("k", ""))))
            text += child.text or ""
            for inner in child:
                text += sign(inner) + (inner.tail or "")
            looks.append((len(text), ""))
        text += child.tail or ""
    places = dict(looks)  # where one look ends as the next begins, the next counts
    told = tuple((at, look) for at, look in places.items() if at < len(text))
    return Words(text, tuple(signs), tuple(shown), told, str(element.get("style", "")), str(element.get("label", "")))
