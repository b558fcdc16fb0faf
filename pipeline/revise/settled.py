"""What a file says of tracked changes that were settled in it and so stand in it no more: a small custom XML part.

A later answer to the same matrix must not take the next change that is alike for one that was settled.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.word import names, relations
from pipeline.word.package import parsed
from pipeline.word.runs import attribute

NAMESPACE = "urn:clausewright:settled:1"
_STORE = "{C1A05E00-0000-4000-8000-000000000002}"


def settled(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return what was made of each change, `accepted` or `rejected`, by its key."""
    part = _part(parts)
    if not part:
        return {}
    root = parsed(parts[part], part, part)
    return {str(e.get("key")): str(e.get("verdict")) for e in root.iter(f"{{{NAMESPACE}}}change")}


def with_settled(parts: Mapping[str, bytes], verdicts: Mapping[str, str]) -> dict[str, bytes]:
    """Return the parts with more changes told as settled.

    Args:
        parts: The parts of the file.
        verdicts: `accepted` or `rejected` for each change, by its key.
    """
    if not verdicts:
        return dict(parts)
    whole = {**settled(parts), **verdicts}
    rows = "".join(f'<change key="{attribute(k)}" verdict="{attribute(v)}"/>\n' for k, v in sorted(whole.items()))
    data = f'{names.DECLARATION}<settled xmlns="{NAMESPACE}">\n{rows}</settled>\n'.encode()
    part = _part(parts)
    if part:
        return {**parts, part: data}
    number = next(
        n for n in range(1, len(parts) + 2) if not any(f"item{n}.xml" in p or f"itemProps{n}.xml" in p for p in parts)
    )
    item, properties = f"customXml/item{number}.xml", f"customXml/itemProps{number}.xml"
    found = {**parts, item: data}
    relations.add(found, names.DOCUMENT, "rIdAdded1", names.REL_TYPE + "customXml", f"../{item}")
    found[properties] = (
        f'{names.DECLARATION}<ds:datastoreItem ds:itemID="{_STORE}" '
        'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs>'
        f'<ds:schemaRef ds:uri="{NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    ).encode()
    found[names.rels_of(item)] = (
        f'{names.DECLARATION}<Relationships xmlns="{names.REL}"><Relationship Id="rId1" '
        f'Type="{names.REL_TYPE}customXmlProps" Target="itemProps{number}.xml"/></Relationships>'
    ).encode()
    relations.add_type(found, properties, names.CUSTOM_PROPS_TYPE)
    return found


def _part(parts: Mapping[str, bytes]) -> str:
    """Return the part that tells of settled changes, empty where there is none."""
    mark = NAMESPACE.encode()
    return next(
        (n for n in sorted(parts) if n.startswith("customXml/item") and "Props" not in n and mark in parts[n]), ""
    )
