"""Comments of a Word file: read as threads, and written so that Word shows them as its own.

The words of a comment stand in one part, its place in the text is marked in the story, and three further parts tell
which comment answers which and which thread is resolved (ECMA-376 part 1, 17.13.4; [MS-DOCX] 2.5).
They are joined by `w14:paraId`, the name of a comment's last paragraph; where that is missing it is given one.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from pipeline.word import names, relations, runs, styles
from pipeline.word.names import REL_TYPE, WML_TYPE, W, w
from pipeline.word.package import declared, parsed, rewritten
from pipeline.word.pieces import read
from pipeline.word.story import P

W14: Final = "http://schemas.microsoft.com/office/word/2010/wordml"
W15: Final = "http://schemas.microsoft.com/office/word/2012/wordml"
W16CID: Final = "http://schemas.microsoft.com/office/word/2016/wordml/cid"
MICROSOFT: Final = "http://schemas.microsoft.com/office/2011/relationships/"

PARA_ID: Final = f"{{{W14}}}paraId"
_EXT_ID, _EXT_PARENT, _DONE = f"{{{W15}}}paraId", f"{{{W15}}}paraIdParent", f"{{{W15}}}done"
_TRUE = ("1", "true", "on")
_IN_FILE = re.compile(rb'paraId="([0-9A-Fa-f]{8})"')
_HIGHEST = 0x80000000
"""Names of paragraphs lie above 0 and below this; Word gives others anew and loses what is told of them."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment.

    Attributes:
        id: Its number in the file.
        author: Who wrote it.
        date: When, as the file says it; empty where it does not.
        text: What it says, paragraphs on lines of their own.
        parent: The number of the comment that begins its thread, empty for that one itself.
        done: Whether its thread is marked as resolved.
    """

    id: str
    author: str
    date: str
    text: str
    parent: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A comment to be written.

    Attributes:
        author: Who writes it.
        day: ISO date; it carries its midnight.
        text: What it says, paragraphs on lines of their own.
        parent: The number of the comment that begins the thread it belongs to; empty for a thread of its own.
        done: Whether its thread is resolved.
    """

    author: str
    day: str
    text: str
    parent: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    """A part that comments are kept in: its relationship, its content type, its name and its root."""

    relation: str
    type: str
    name: str
    root: str
    uri: str


_COMMENTS = _Kind(REL_TYPE + "comments", WML_TYPE + "comments+xml", "word/comments.xml", "w:comments", W)
_EXTENDED = _Kind(
    MICROSOFT + "commentsExtended",
    WML_TYPE + "commentsExtended+xml",
    "word/commentsExtended.xml",
    "w15:commentsEx",
    W15,
)
_PEOPLE = MICROSOFT + "people"
_IDS = "http://schemas.microsoft.com/office/2016/09/relationships/commentsIds"


def read_comments(parts: Mapping[str, bytes], file: str) -> tuple[Comment, ...]:
    """Return the comments of a file in the order in which it holds them.

    Args:
        parts: The parts of the file.
        file: What messages call it.

    Raises:
        Faulty: A part is damaged.
    """
    found = relations.part(parts, _COMMENTS.relation)
    if not found:
        return ()
    elements = list(parsed(parts[found], found, file).iter(w("comment")))
    told = _Threads(elements, _entries(parts, file))
    return tuple(
        Comment(
            number_of(e), str(e.get(w("author"), "")), str(e.get(w("date"), "")), _text(e), told.parent(e), told.done(e)
        )
        for e in elements
    )  # fmt: skip


def number_of(comment: etree._Element) -> str:
    """Return the number of a comment, or of an element that marks its place."""
    return str(comment.get(w("id"), ""))


def _text(comment: etree._Element) -> str:
    said = [f"[{p.thing}]" if p.thing else p.text for p in read(comment).pieces if p.after]
    return "".join(said).strip("\n")


def _entries(parts: Mapping[str, bytes], file: str) -> dict[str, etree._Element]:
    """Return what is told of threads, by the name of a comment's paragraph."""
    part = relations.part(parts, _EXTENDED.relation)
    if not part:
        return {}
    root = parsed(parts[part], part, file)
    return {str(e.get(_EXT_ID, "")).upper(): e for e in root.iter(f"{{{W15}}}commentEx")}


class _Threads:
    """Which comment belongs to which thread; an answer to an answer belongs to the thread's first comment."""

    def __init__(self, comments: Sequence[etree._Element], entries: Mapping[str, etree._Element]) -> None:
        by_paragraph: dict[str, etree._Element] = {}
        self.entry: dict[str, etree._Element] = {}
        for comment in comments:
            for paragraph in reversed(list(comment.iter(P))):
                name = str(paragraph.get(PARA_ID, "")).upper()
                if name and by_paragraph.setdefault(name, comment) is comment and name in entries:
                    self.entry.setdefault(number_of(comment), entries[name])
        self.above = {
            number: number_of(by_paragraph[above])
            for number, entry in self.entry.items()
            if (above := str(entry.get(_EXT_PARENT, "")).upper()) in by_paragraph
        }

    def parent(self, comment: etree._Element) -> str:
        """Return the number of the comment that begins the thread of another, empty for itself."""
        number = number_of(comment)
        seen = [number]
        while (above := self.above.get(seen[-1])) is not None and above not in seen:
            seen.append(above)
        return seen[-1] if len(seen) > 1 else ""

    def done(self, comment: etree._Element) -> bool:
        """Return whether the thread of a comment is resolved."""
        entry = self.entry.get(self.parent(comment) or number_of(comment))
        return entry is not None and str(entry.get(_DONE)) in _TRUE


# Writing


def written(
    parts: Mapping[str, bytes], notes: Sequence[Note], resolved: Collection[str], file: str
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the parts with comments added and threads resolved, and the number given to each new comment.

    The places of new comments in the text are the caller's to mark (`margin`). Parts in which nothing changes
    keep their bytes.

    Args:
        parts: The parts of the file.
        notes: What is added, in order.
        resolved: Numbers of the comments whose threads are marked as resolved.
        file: What messages call it.

    Raises:
        Faulty: A part is damaged.
    """
    if not notes and not resolved:
        return dict(parts), ()
    book = _Book(dict(parts), file)
    numbers = tuple(book.add(note) for note in notes)
    for number in resolved:
        book.resolve(number)
    return book.closed(), numbers


class _Book:
    """The parts that hold comments, while some are added."""

    def __init__(self, parts: dict[str, bytes], file: str) -> None:
        self.parts, self.file = parts, file
        self.main = self._open(_COMMENTS, {"w14": W14})
        self.extended = self._open(_EXTENDED, {"w15": W15})
        self.comments = {number_of(c): c for c in self.main[1].iter(w("comment"))}
        threads = _Threads(list(self.comments.values()), _entries(parts, file))
        self.above = {n: threads.parent(c) for n, c in self.comments.items()}
        self.last = max((int(n) for n in self.comments if n.isdecimal()), default=-1)
        self.taken = {n.upper().decode() for data in parts.values() for n in _IN_FILE.findall(data)}
        by_name = {name: n for n, c in reversed(self.comments.items()) if (name := _last_name(c))}
        self.named = {number: name for name, number in by_name.items()}
        self.threads: dict[str, list[str]] = {}
        for number, above in self.above.items():
            self.threads.setdefault(above or number, []).append(number)
        self.entry: dict[str, etree._Element] = {}
        for element in self.extended[1].iter(f"{{{W15}}}commentEx"):
            name = str(element.get(_EXT_ID, "")).upper()
            if name in by_name:
                self.entry.setdefault(by_name[name], element)
        self.fresh: dict[str, None] = {}
        self.authors: dict[str, None] = {}
        self.looks = looks(parts, file)

    def add(self, note: Note) -> str:
        """Add a comment behind its thread, or at the end; return its number."""
        self.last += 1
        number = str(self.last)
        comment = _comment(number, note, self.looks)
        thread = self.threads.setdefault(note.parent or number, [])
        done = note.done
        if thread:
            self.comments[thread[-1]].addnext(comment)
            done = done or str(self._entry(note.parent).get(_DONE)) in _TRUE  # a thread has one state
        else:
            self.main[1].append(comment)
        thread.append(number)
        self.comments[number], self.above[number] = comment, note.parent
        self._entry(number)
        if done:
            self.resolve(note.parent or number)
        self.authors[note.author] = None
        return number

    def resolve(self, number: str) -> None:
        """Mark the thread that a comment begins as resolved, and its answers with it."""
        for one in self.threads.get(number, ()):
            self._entry(one).set(_DONE, "1")

    def _name(self, number: str) -> str:
        """Return the name of a comment's last paragraph, given now where it has none of its own."""
        if number not in self.named:
            comment = self.comments[number]
            paragraph = next(reversed(list(comment.iter(P))), None)
            if paragraph is None:
                paragraph = etree.SubElement(comment, P)
            self.named[number] = self._free(f"{number} {_text(comment)}")
            paragraph.set(PARA_ID, self.named[number])
            self.fresh[number] = None
        return self.named[number]

    def _free(self, seed: str) -> str:
        """Return a name that no paragraph of the file has; the same words give the same name."""
        for turn in range(1_000_000):
            digest = hashlib.sha256(f"{turn} {seed}".encode()).digest()
            name = f"{int.from_bytes(digest[:4]) % (_HIGHEST - 1) + 1:08X}"
            if name not in self.taken:
                self.taken.add(name)
                return name
        raise AssertionError("two thousand million names are taken")  # pragma: no cover - a file cannot hold them

    def _entry(self, number: str) -> etree._Element:
        """Return what is told of a comment's thread, made where nothing is."""
        if number not in self.entry:
            entry = etree.SubElement(self.extended[1], f"{{{W15}}}commentEx")
            entry.set(_EXT_ID, self._name(number))
            above = self.above.get(number, "")
            if above:
                entry.set(_EXT_PARENT, self._name(above))
            entry.set(_DONE, "0")
            self.entry[number] = entry
        return self.entry[number]

    def _open(self, kind: _Kind, more: Mapping[str, str]) -> tuple[str, etree._Element]:
        """Return the name and tree of a part, made where the file has none, with the prefixes that it needs."""
        name = relations.part(self.parts, kind.relation)
        if name:
            return name, declared(parsed(self.parts[name], name, self.file), more)
        name = kind.name
        while name in self.parts:
            name = name.replace(".xml", "_.xml")
        prefix, _, local = kind.root.partition(":")
        root = etree.Element(f"{{{kind.uri}}}{local}", nsmap={prefix: kind.uri})
        self.parts = {**self.parts, name: b""}
        relations.add(self.parts, names.DOCUMENT, "rIdAdded1", kind.relation, posixpath.relpath(name, "word"))
        relations.add_type(self.parts, name, kind.type)
        return name, declared(root, more)

    def closed(self) -> dict[str, bytes]:
        """Return the parts as they now are."""
        for name, root in (self.main, self.extended):
            self.parts[name] = rewritten(root, self.parts[name])
        self._ids()
        self._people()
        return self.parts

    def _ids(self) -> None:
        """List new comments among the lasting names of comments, where the file has them."""
        part = relations.part(self.parts, _IDS)
        if not part:
            return
        root = parsed(self.parts[part], part, self.file)
        tag, name, lasting = (f"{{{W16CID}}}{n}" for n in ("commentId", "paraId", "durableId"))
        for own in [self.named[number] for number in self.fresh]:
            entry = etree.SubElement(root, tag)
            entry.set(name, own)
            entry.set(lasting, self._free(f"lasting {own}"))
        self.parts[part] = rewritten(root, self.parts[part])

    def _people(self) -> None:
        """List new authors among the people, where the file has them."""
        part = relations.part(self.parts, _PEOPLE)
        if not part:
            return
        root = parsed(self.parts[part], part, self.file)
        person, author, presence = (f"{{{W15}}}{n}" for n in ("person", "author", "presenceInfo"))
        listed = {str(e.get(author)) for e in root.iter(person)}
        for name in [n for n in self.authors if n not in listed]:
            entry = etree.SubElement(root, person)
            entry.set(author, name)
            info = etree.SubElement(entry, presence)
            info.set(f"{{{W15}}}providerId", "None")
            info.set(f"{{{W15}}}userId", name)
        self.parts[part] = rewritten(root, self.parts[part])


def _last_name(comment: etree._Element) -> str:
    paragraph = next(reversed(list(comment.iter(P))), None)
    return "" if paragraph is None else str(paragraph.get(PARA_ID, "")).upper()


def looks(parts: Mapping[str, bytes], file: str) -> tuple[str, str]:
    """Return the ids of the styles for comments and for their references, empty where the file has none."""
    if names.STYLES not in parts:
        return "", ""
    sheet = styles.sheet(parsed(parts[names.STYLES], names.STYLES, file))
    return sheet.id("paragraph", "annotation text") or "", sheet.id("character", "annotation reference") or ""


def _comment(number: str, note: Note, look: tuple[str, str]) -> etree._Element:
    """Return a comment as an element, its last paragraph not named yet."""
    style = f'<w:pStyle w:val="{runs.attribute(look[0])}"/>' if look[0] else ""
    body = []
    for place, line in enumerate(runs.FORBIDDEN.sub("\ufffd", note.text).split("\n")):
        rtl = next((s for s, text in runs.split(line) if any(c.isalpha() for c in text)), "") == "rtl"
        shown = [
            f"<w:r>{runs.properties(s)}{runs.content(t)}</w:r>"
            for s, t in runs.split(line, "rtl" if rtl else "latin")
            if t
        ]
        properties = style + ("<w:bidi/>" if rtl else "")
        head = f"<w:pPr>{properties}</w:pPr>" if properties else ""
        mark = "" if place else f"<w:r>{_reference_look(look[1])}<w:annotationRef/></w:r>"
        body.append(f"<w:p>{head}{mark}{''.join(shown)}</w:p>")
    comment = etree.fromstring(f'<w:comments xmlns:w="{W}"><w:comment>{"".join(body)}</w:comment></w:comments>')[0]
    comment.set(w("id"), number)
    comment.set(w("author"), note.author)
    comment.set(w("date"), f"{note.day}T00:00:00Z")
    comment.set(w("initials"), initials(note.author))
    return comment


def _reference_look(style: str) -> str:
    return f'<w:rPr><w:rStyle w:val="{runs.attribute(style)}"/></w:rPr>' if style else ""


def initials(author: str) -> str:
    """Return the first letters of an author's words, at most four."""
    return "".join(word[0] for word in author.split())[:4].upper()
