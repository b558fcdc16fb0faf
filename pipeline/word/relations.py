"""Relationships of any part of a Word file to others, and content types: read, and added (ECMA-376 part 2)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from lxml import etree

from pipeline.word import names, package
from pipeline.word.names import CT, REL


def resolved(owner: str, target: str) -> str:
    """Return the part that a relationship of another part points at."""
    return (
        target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(posixpath.dirname(owner), target))
    )


def part(parts: Mapping[str, bytes], kind: str) -> str:
    """Return the part that the document relates to by a kind of relationship, empty where there is none."""
    if names.DOCUMENT_RELS not in parts:
        return ""
    for one in package.parsed(parts[names.DOCUMENT_RELS], names.DOCUMENT_RELS, names.DOCUMENT):
        if one.get("Type") == kind and one.get("TargetMode") != "External":
            found = resolved(names.DOCUMENT, str(one.get("Target", "")))
            if found in parts:
                return found
    return ""


def row(parts: Mapping[str, bytes], owner: str, number: str) -> etree._Element | None:
    """Return the relationship of a part that has this id."""
    rels = names.rels_of(owner)
    if rels not in parts:
        return None
    return next((r for r in package.parsed(parts[rels], rels, owner) if r.get("Id") == number), None)


def target(parts: Mapping[str, bytes], owner: str, number: str) -> str:
    """Return what a relationship of a part points at, empty where it has none of this id."""
    found = row(parts, owner, number)
    return "" if found is None else str(found.get("Target", ""))


def numbers(parts: Mapping[str, bytes], owner: str) -> set[str]:
    """Return the ids of a part's relationships."""
    rels = names.rels_of(owner)
    return {str(r.get("Id")) for r in package.parsed(parts[rels], rels, owner)} if rels in parts else set()


def add(parts: dict[str, bytes], owner: str, number: str, kind: str, to: str) -> None:
    """Add a relationship from a part, unless it has one of that kind to that target.

    Args:
        parts: The parts of the file, changed in place.
        owner: The part that relates.
        number: The id; varied where it is taken.
        kind: Kind of relationship.
        to: The target, as seen from the owner's folder.
    """
    rels = names.rels_of(owner)
    data = parts.get(rels, f'{names.DECLARATION}<Relationships xmlns="{REL}"/>'.encode())
    root = package.parsed(data, rels, owner)
    if not any(r.get("Type") == kind and r.get("Target") == to for r in root):
        taken = {r.get("Id") for r in root}
        fresh = next(n for k in range(len(taken) + 1) if (n := f"{number}{k or ''}") not in taken)
        etree.SubElement(root, f"{{{REL}}}Relationship", {"Id": fresh, "Type": kind, "Target": to})
        parts[rels] = package.rewritten(root, data)


def content_type(parts: Mapping[str, bytes], part: str) -> str:
    """Return the content type of a part."""
    root = package.parsed(parts[names.TYPES], names.TYPES, part)
    own = next((e for e in root if e.get("PartName") == f"/{part}"), None)
    if own is None:
        ending = part.rpartition(".")[2].lower()
        own = next((e for e in root if str(e.get("Extension", "")).lower() == ending), None)
    return "" if own is None else str(own.get("ContentType"))


def add_type(parts: dict[str, bytes], part: str, kind: str) -> None:
    """Tell the content type of a part, unless it is told already."""
    root = package.parsed(parts[names.TYPES], names.TYPES, part)
    if kind and not any(e.get("PartName") == f"/{part}" for e in root):
        etree.SubElement(root, f"{{{CT}}}Override", {"PartName": f"/{part}", "ContentType": kind})
        parts[names.TYPES] = package.rewritten(root, parts[names.TYPES])
