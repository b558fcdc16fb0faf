"""Parts that stand beside the document of a Word file: found by kind of relationship, and added (ECMA-376 part 2)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import cast

from lxml import etree

from pipeline.word import names
from pipeline.word.names import CT, MC, REL
from pipeline.word.package import parsed, rewritten

_NO_RELATIONS = f'<Relationships xmlns="{REL}"/>'.encode()


def part(parts: Mapping[str, bytes], kind: str) -> str:
    """Return the part that the document relates to by a kind of relationship, empty where there is none."""
    if names.DOCUMENT_RELS not in parts:
        return ""
    relations = parsed(parts[names.DOCUMENT_RELS], names.DOCUMENT_RELS, names.DOCUMENT_RELS)
    for one in relations.iter(f"{{{REL}}}Relationship"):
        if one.get("Type") == kind and one.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/word", str(one.get("Target", ""))))[1:]
            if target in parts:
                return target
    return ""


def related(parts: Mapping[str, bytes], name: str, kind: str, content: str, file: str) -> dict[str, bytes]:
    """Return the parts with a new one related to by the document, and typed.

    Args:
        parts: The parts of the file; the new one need not be among them yet.
        name: The new part.
        kind: Kind of relationship.
        content: Its content type; empty where that of its ending will do.
        file: What messages call the file.
    """
    relations = parsed(parts.get(names.DOCUMENT_RELS, _NO_RELATIONS), names.DOCUMENT_RELS, file)
    taken = {str(r.get("Id")) for r in relations}
    number = next(n for n in range(1, len(taken) + 2) if f"rIdAdded{n}" not in taken)
    target = posixpath.relpath(f"/{name}", "/word")
    row = {"Id": f"rIdAdded{number}", "Type": kind, "Target": target}
    etree.SubElement(relations, f"{{{REL}}}Relationship", row)
    found = {**parts, names.DOCUMENT_RELS: rewritten(relations, parts.get(names.DOCUMENT_RELS, b""))}
    if content:
        found[names.TYPES] = typed(parts, name, content, file)
    return found


def typed(parts: Mapping[str, bytes], name: str, content: str, file: str) -> bytes:
    """Return the content types with that of a new part."""
    types = parsed(parts[names.TYPES], names.TYPES, file)
    etree.SubElement(types, f"{{{CT}}}Override", {"PartName": f"/{name}", "ContentType": content})
    return rewritten(types, parts[names.TYPES])


def declared(root: etree._Element, prefixes: Mapping[str, str]) -> etree._Element:
    """Return a root that declares prefixes and says that a reader who does not know them may pass over them.

    Args:
        root: The root of a part; its content moves to the one returned.
        prefixes: Namespaces by the prefix that they get.
    """
    there = set(root.nsmap.values())
    missing = {prefix: uri for prefix, uri in prefixes.items() if uri not in there}
    if not missing:
        return root
    wanted = {**missing, **({} if MC in there else {"mc": MC})}
    fresh = etree.Element(root.tag, nsmap=cast("dict[str, str]", {**root.nsmap, **wanted}))
    fresh.attrib.update(root.attrib)
    fresh.text = root.text
    fresh.extend(list(root))
    ignorable = str(fresh.get(f"{{{MC}}}Ignorable", "")).split()
    fresh.set(f"{{{MC}}}Ignorable", " ".join(dict.fromkeys((*ignorable, *missing))))
    return fresh
