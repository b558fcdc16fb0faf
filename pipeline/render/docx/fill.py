"""Fills the cover, the control table, headers and footers of a Word template.

docxtpl joins the tags that Word has split while people typed; Jinja2 fills them in a sandbox, strict about unknown
names and with every value escaped. Only plain texts and rows reach the template. Each part is compiled once for a
template, parsed strictly when filled, and its text is compared with the values: a value that did not arrive whole is an
error.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from pipeline.model.draft import Draft
from pipeline.word import package, runs, tags
from pipeline.word.names import W, w

Values = Mapping[str, Any]
"""What a template may print: texts by name and field, and the rows of the control table; plain texts, lists, dicts."""

_FILLED = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
_ONLY = re.compile(r"\s*\{\{\s*(\w+\.\w+)\s*\}\}\s*")
_TAG = re.compile(r"\{\{\s*(\w+)\.(\w+)\s*\}\}")
_LOOP = re.compile(r"\{%(?:tr)?\s*for\s+(\w+)\s+in\s+(\w+)\s*%\}")


@dataclass(frozen=True, slots=True)
class Form:
    """One part of a template, ready to be filled.

    Attributes:
        part: Its name.
        template: Its compiled text.
        fields: The `name.field` that it prints, loops left out.
        rows: The fields of the control table's rows that it prints.
    """

    part: str
    template: Template
    fields: tuple[tuple[str, str], ...]
    rows: tuple[str, ...]


def values(draft: Draft, logo_alt: str) -> Values:
    """Return what a template may print of a draft."""
    cover = draft.cover
    fields = (
        "state",
        "issuer",
        "title",
        "subtitle",
        "status",
        "law_date",
        "marking",
        "audience",
        "notice",
    )
    words = {**dict.fromkeys(tags.KNOWN["words"], ""), **draft.words}
    if draft.audience == "public":
        words["note_to_editors"] = ""  # it tells how to keep the marks, and there are none
    return {
        "cover": {name: getattr(cover, name) for name in fields},
        "control": [{"label": label, "value": value} for label, value in cover.control],
        "words": words,
        "draft": {"version": draft.version, "as_of": draft.as_of, "document": draft.document},
        "logo": {"alt": logo_alt},
    }


def environment() -> SandboxedEnvironment:
    """Return the sandbox: unknown names are errors, values are escaped, and no filter, test or global is there."""
    sandbox = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    sandbox.filters.clear()
    sandbox.tests.clear()
    sandbox.globals.clear()
    return sandbox


def forms(data: bytes, parts: Mapping[str, bytes]) -> tuple[Form, ...]:
    """Return the compiled parts of a template that has passed the lint.

    Args:
        data: The template's file, for docxtpl.
        parts: Its parts as they are to be filled.
    """
    from docxtpl import DocxTemplate  # 0.1 s to import: only a run that draws a Word file pays for it

    joiner = DocxTemplate(io.BytesIO(data))
    sandbox = environment()
    found = []
    for part in sorted(parts):
        if not _FILLED.fullmatch(part):
            continue
        source = joiner.patch_xml(_optional(parts[part]))
        if "{{" not in source:
            continue
        loops = {variable for variable, _ in _LOOP.findall(source)}
        tags = dict.fromkeys(_TAG.findall(source))
        fields = tuple(tag for tag in tags if tag[0] not in loops)
        rows = tuple(name for variable, name in tags if variable in loops)
        found.append(Form(part, sandbox.from_string(source), fields, rows))
    return tuple(found)


def filled(form: Form, given: Values, base: runs.Script) -> bytes:
    """Return a part with the values in it, its runs split by script.

    Raises:
        ValueError: A value holds a character that Word cannot, or did not arrive whole. Values are checked when answers
            are read, so this is a fault of the program and not of the person.
    """
    texts = [given[name][field] for name, field in form.fields]
    texts += [row[field] for row in given["control"] for field in form.rows]
    for text in texts:
        if runs.FORBIDDEN.search(text) or "\t" in text or "\n" in text:
            raise ValueError(f"a control character in {text!r}")
    # `{{` in a value is text: docxtpl would have it written `{_{`, and only values of a second pass would be at risk.
    source = form.template.render(given)
    root = etree.fromstring(source.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    _compare(root, texts, form.part)
    for table in [t for t in root.iter(w("tbl")) if t.find(w("tr")) is None]:
        table.getparent().remove(table)  # type: ignore[union-attr]  # no row came: Word takes a bare table for damage
    if base != "latin" or any(runs.mixed(text) for text in texts):
        for run in root.iter(w("r")):
            _split(run, base)
    return package.serialised(root)


def _optional(data: bytes) -> str:
    """Return a part in which a paragraph of its own for one value is left out where that value is empty.

    The designer writes no logic: a notice that a draft does not have leaves no empty line on the cover.
    """
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    body = root.find(w("body"))
    for paragraph in body.iterchildren(w("p")) if body is not None else ():
        only = _ONLY.fullmatch("".join(t.text or "" for t in paragraph.iter(w("t"))))
        if only and paragraph.find(f".//{w('sectPr')}") is None and paragraph.find(f".//{w('drawing')}") is None:
            first, last = etree.ProcessingInstruction("if", only.group(1)), etree.ProcessingInstruction("end", "if")
            paragraph.addprevious(first)
            paragraph.addnext(last)
    text = etree.tostring(root, encoding="unicode")
    text = re.sub(r"<\?if (\w+\.\w+)\?>", r"{% if \1 %}", text)
    return text.replace("<?end if?>", "{% endif %}")


def _compare(root: etree._Element, texts: list[str], part: str) -> None:
    """Raise where a value is not in the part, in a paragraph or in an attribute, exactly as it was given."""
    said = "\n".join("".join(t.text or "" for t in p.iter(w("t"))) for p in root.iter(w("p")))
    said += "\n".join(str(v) for e in root.iter("*") for v in e.attrib.values())
    for text in texts:
        if text not in said:
            raise ValueError(f"{part}: the value {text!r} did not arrive whole")


def _split(run: etree._Element, base: runs.Script) -> None:
    """Split a run of the template into runs of one script each, all with its properties."""
    held = run.findall(w("t"))
    if len(held) != 1 or not held[0].text:
        return
    pieces = list(runs.split(held[0].text, base))
    parent, place = run.getparent(), 0
    if parent is None:
        return
    place = parent.index(run)
    for offset, (script, text) in enumerate(pieces):
        copy = run if offset == 0 else etree.fromstring(etree.tostring(run))
        if offset:
            copy.tail = None
            for child in [c for c in copy if c.tag not in (w("rPr"), w("t"))]:
                copy.remove(child)
            parent.insert(place + offset, copy)
        holder = copy.find(w("t"))
        if holder is not None:
            holder.text = text
            holder.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        _mark(copy, script)


def _mark(run: etree._Element, script: runs.Script) -> None:
    look = run.find(w("rPr"))
    if look is None:
        look = etree.Element(w("rPr"))
        run.insert(0, look)
    for old in look.findall(w("rtl")):
        look.remove(old)
    if script == "rtl":
        _close_up(look)
        mark = etree.Element(w("rtl"))
        later = {f"{{{W}}}{n}" for n in ("cs", "em", "lang", "eastAsianLayout", "specVanish", "oMath")}
        place = next((n for n, child in enumerate(look) if child.tag in later), len(look))
        look.insert(place, mark)
        for plain, complex_ in (("b", "bCs"), ("i", "iCs"), ("sz", "szCs")):
            found = look.find(w(plain))
            if found is not None and look.find(w(complex_)) is None:
                twin = etree.Element(w(complex_))
                for key, value in found.attrib.items():
                    twin.set(key, value)
                found.addnext(twin)
    elif script == "east":
        fonts = look.find(w("rFonts"))
        if fonts is None:
            fonts = etree.Element(w("rFonts"))
            look.insert(1 if look.find(w("rStyle")) is not None else 0, fonts)
        fonts.set(w("hint"), "eastAsia")


def _close_up(look: etree._Element) -> None:
    """Set letters close, whatever the style says: Arabic letters that are parted no longer join."""
    spacing = look.find(w("spacing"))
    if spacing is None:
        before = {
            f"{{{W}}}{n}"
            for n in (
                "rStyle",
                "rFonts",
                "b",
                "bCs",
                "i",
                "iCs",
                "caps",
                "smallCaps",
                "strike",
                "dstrike",
                "outline",
                "shadow",
                "emboss",
                "imprint",
                "noProof",
                "snapToGrid",
                "vanish",
                "webHidden",
                "color",
            )
        }
        spacing = etree.Element(w("spacing"))
        look.insert(sum(child.tag in before for child in look), spacing)
    spacing.set(w("val"), "0")
