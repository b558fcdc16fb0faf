"""The nodes of pandoc's document tree (types of pandoc 3: https://hackage.haskell.org/package/pandoc-types)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence

Node = dict[str, object]

DEFAULT: Node = {"t": "AlignDefault"}
SPACE: Node = {"t": "Space"}


def attr(name: str = "", classes: str = "", pairs: Sequence[tuple[str, str]] = ()) -> list[object]:
    """Return identifier, classes and further attributes."""
    return [name, classes.split(), [list(pair) for pair in pairs]]


def string(text: str) -> Node:
    """Return one word."""
    return {"t": "Str", "c": text}


def strong(words: list[Node]) -> Node:
    """Return words in strong type."""
    return {"t": "Strong", "c": words}


def span(classes: str, words: list[Node]) -> Node:
    """Return words under a class."""
    return {"t": "Span", "c": [attr("", classes), words]}


def link(words: list[Node], target: str) -> Node:
    """Return words that lead to an address or an identifier."""
    return {"t": "Link", "c": [attr(), words, [target, ""]]}


def image(uri: str, alt: str, height: str) -> Node:
    """Return a picture with what it shows; without a height it takes most of the width."""
    size = (("height", height),) if height else (("width", "80%"),)
    return {"t": "Image", "c": [attr("", "", size), words(alt), [uri, ""]]}


def para(words: list[Node]) -> Node:
    """Return a paragraph."""
    return {"t": "Para", "c": words}


def plain(words: list[Node]) -> Node:
    """Return words that are no paragraph of their own."""
    return {"t": "Plain", "c": words}


def bullets(entries: list[list[Node]]) -> Node:
    """Return a list without numbers."""
    return {"t": "BulletList", "c": entries}


def div(classes: str, blocks: list[Node], pairs: Sequence[tuple[str, str]] = ()) -> Node:
    """Return blocks under classes."""
    return {"t": "Div", "c": [attr("", classes, pairs), blocks]}


def header(level: int, name: str, words: list[Node], classes: str = "") -> Node:
    """Return a heading; pandoc knows six levels."""
    return {"t": "Header", "c": [min(level, 6), attr(name, classes), words]}


def cell(blocks: list[Node], classes: str = "") -> list[object]:
    """Return a table cell."""
    return [attr("", classes), DEFAULT, 1, 1, blocks]


def table(
    caption: Sequence[Node], shares: Sequence[float], head: list[list[object]], body: Sequence[list[list[object]]], *,
    heads: int, classes: Sequence[str],
) -> Node:  # fmt: skip
    """Return a table.

    Args:
        caption: Words above it.
        shares: Width of each column as a share of the whole.
        head: Cells of the header row, or none.
        body: Rows of cells.
        heads: How many cells at the start of a row head it.
        classes: What kind of table it is.
    """
    columns = [[DEFAULT, {"t": "ColWidth", "c": share}] for share in shares]
    rows = [[attr(), cells] for cells in body]
    above = [[attr(), head]] if head else []
    return {
        "t": "Table",
        "c": [
            attr("", " ".join(classes)),
            [None, [plain(list(caption))] if caption else []],
            columns,
            [attr(), above],
            [[attr(), heads, [], rows]],
            [attr(), []],
        ],
    }


def words(text: str) -> list[Node]:
    """Return text as words and spaces; pandoc guards a word as its place in the line asks, but not what follows."""
    nodes: list[Node] = []
    for index, word in enumerate(re.split(r"[ \n\t]", text)):
        if index:
            nodes.append(SPACE)
        if word:
            nodes.append(string(word))
    return nodes


def data_uri(data: bytes) -> str:
    """Return a picture as a data URI, so that the file needs no other."""
    kind = "svg+xml" if data.lstrip().startswith((b"<svg", b"<?xml")) else "png"
    return f"data:image/{kind};base64,{b64encode(data).decode()}" if data else ""


RISKY = re.compile(r"[\\<>`*_\[\]|~$]|&(?=#?\w+;)|:(?=//)")
"""What Markdown may read as a sign. Pandoc guards most of it, but not an entity, an address, or
what follows a backslash."""

ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def guarded(node: object) -> object:
    """Return a tree for Markdown: a word with a sign in it is written out by us, each sign guarded."""
    if isinstance(node, list):
        return [guarded(part) for part in node]
    if not isinstance(node, dict):
        return node
    if node.get("t") == "Str" and RISKY.search(str(node["c"])):
        words = RISKY.sub(lambda sign: ENTITIES.get(sign[0], "\\" + sign[0]), str(node["c"]))
        return {"t": "RawInline", "c": ["markdown", words]}
    return {key: guarded(part) for key, part in node.items()}
