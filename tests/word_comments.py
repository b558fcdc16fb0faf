"""Takes the comments of an author out of a Word file, with their ranges, references and threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree
from word_parts import Package, bare, holder_of, stories, unpacked, w, without_parts

from pipeline.word import package as word_package

Element = etree._Element

W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W16CID = "{http://schemas.microsoft.com/office/word/2016/wordml/cid}"
W16CEX = "{http://schemas.microsoft.com/office/word/2018/wordml/cex}"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose marks are meant: of one author, made at one time; None stands for all."""

    author: str | None
    date: str | None

    def made(self, mark: Element) -> bool:
        """Return whether a mark is among them; one that names nobody is only where all are meant."""
        return self.author in (None, mark.get(w("author"))) and self.date in (None, mark.get(w("date")))


def without_comments(package: Package, author: str | None = None, date: str | None = None) -> dict[str, bytes]:
    """Return the parts without the comments of an author, or of an author and a time, their ranges and references."""
    whose = Whose(author, date)
    parts = unpacked(package)
    trees = stories(parts)
    ids = {
        str(comment.get(w("id")))
        for tree in trees.values()
        for comment in tree.iter(w("comment"))
        if whose.made(comment)
    }
    if not ids:
        return parts
    return drop_comments(parts, trees, ids)


def drop_comments(parts: dict[str, bytes], trees: Mapping[str, Element], ids: set[str]) -> dict[str, bytes]:
    threads: set[str] = set()
    left = 0
    for name, tree in trees.items():
        found = [e for e in _comment_marks(tree) if e.get(w("id")) in ids]
        for element in found:
            holder = holder_of(element)
            holder.remove(element)
            if holder.tag == w("r") and bare(holder):
                holder_of(holder).remove(holder)
            if element.tag == w("comment"):
                threads.update(str(p.get(f"{W14}paraId")) for p in element.iter(w("p")) if p.get(f"{W14}paraId"))
        if found:
            parts[name] = word_package.serialised(tree)
        left += sum(1 for _ in tree.iter(w("comment")))
    if not left:
        return without_parts(parts, ("comments", "commentsExtended", "commentsIds", "commentsExtensible"))
    durable: set[str] = set()
    for name in sorted(
        (n for n in parts if n.startswith("word/comments") and n not in trees), key=lambda n: "Ids" not in n
    ):
        tree = word_package.parsed(parts[name], name, "test.docx")
        gone = [e for e in tree if _of_thread(e, threads, durable)]
        for entry in gone:
            durable.add(str(entry.get(f"{W16CID}durableId")))
            tree.remove(entry)
        if gone:
            parts[name] = word_package.serialised(tree)
    return parts


def _of_thread(entry: Element, threads: set[str], durable: set[str]) -> bool:
    number = entry.get(f"{W15}paraId") or entry.get(f"{W16CID}paraId")
    return number in threads or entry.get(f"{W16CEX}durableId") in durable


def _comment_marks(tree: Element) -> Iterator[Element]:
    yield from list(tree.iter(w("comment"), w("commentRangeStart"), w("commentRangeEnd"), w("commentReference")))
