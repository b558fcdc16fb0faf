"""What editors do to a whole file without a person asking: ids, cut runs, languages, renamed styles, wrapped runs."""

from __future__ import annotations

from copy import deepcopy
from random import Random

from lxml import etree
from manuscript import XML_SPACE, Document, Element, one, properties
from word_parts import MARKERS, stories, w
from word_parts import holder_of as parent

from pipeline.word import names

W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
BEFORE_LANG = frozenset({w("eastAsianLayout"), w("specVanish"), w("oMath"), w("rPrChange")})


def rsids(doc: Document, random: Random) -> None:
    """Note on paragraphs and runs in which session they were last saved, as Word does."""
    sessions = [f"00{random.randrange(0x100000, 0xFFFFFF):06X}" for _ in range(5)]
    for element in doc.tree().iter(w("p"), w("r")):
        if random.random() < 0.4:
            name = "rsidR" if element.tag == w("r") else random.choice(("rsidR", "rsidRPr", "rsidP"))
            element.set(w(name), random.choice(sessions))
    settings = doc.tree(names.SETTINGS)
    if settings.find(w("rsids")) is None:
        block = etree.Element(w("rsids"))
        etree.SubElement(block, w("rsidRoot")).set(w("val"), sessions[0])
        for session in sorted(set(sessions)):
            etree.SubElement(block, w("rsid")).set(w("val"), session)
        late = ("mathPr", "themeFontLang", "clrSchemeMapping", "shapeDefaults", "decimalSymbol", "listSeparator")
        after = next((c for c in settings if etree.QName(c).localname in late), None)
        if after is None:
            settings.append(block)
        else:
            after.addprevious(block)


def scattered(doc: Document, random: Random, share: float = 0.3) -> None:
    """Cut runs anywhere, as Word does; words are parted by marks of its spelling checker."""
    for text in list(doc.tree().iter(w("t"))):
        run = parent(text)
        words = text.text or ""
        if run.tag != w("r") or len(words) < 4 or random.random() > share or run.find(w("fldChar")) is not None:
            continue
        if [c.tag for c in run if c.tag != w("rPr")] != [w("t")]:
            continue
        at = random.randrange(1, len(words) - 1)
        after = deepcopy(run)
        text.text, one(after, "t").text = words[:at], words[at:]
        text.set(XML_SPACE, "preserve")
        one(after, "t").set(XML_SPACE, "preserve")
        run.addnext(after)
        if random.random() < 0.2:
            for kind in ("spellEnd", "spellStart"):
                sign = etree.Element(w("proofErr"))
                sign.set(w("type"), kind)
                (after.addnext if kind == "spellEnd" else after.addprevious)(sign)


def languages(doc: Document, random: Random, share: float = 0.2) -> None:
    """Note the proofing language on runs."""
    for run in doc.tree().iter(w("r")):
        if run.find(w("t")) is not None and random.random() < share:
            look = properties(run, "rPr")
            if look.find(w("lang")) is None:
                lang = etree.Element(w("lang"))
                lang.set(w("val"), random.choice(("en-GB", "en-US", "fr-FR")))
                at = next((n for n, c in enumerate(look) if c.tag in BEFORE_LANG), len(look))
                look.insert(at, lang)


def paragraph_ids(doc: Document) -> None:
    """Give every paragraph an id, as Word does when it saves."""
    number = 0x20000000
    for name in list(stories(doc.parts)):
        root = doc.tree(name)
        if root.tag == w("comments"):
            continue
        _declared(doc, name)
        for paragraph in doc.tree(name).iter(w("p")):
            number += 1
            paragraph.set(f"{{{W14}}}paraId", f"{number:08X}")
            paragraph.set(f"{{{W14}}}textId", "77777777")


def _declared(doc: Document, name: str) -> None:
    """Declare on the root of a part what paragraph ids need; a tree cannot be given a prefix, so it is made anew."""
    root = doc.tree(name)
    prefixes = {**{k: v for k, v in root.nsmap.items() if k is not None}, "w14": W14, "mc": MC}
    made = etree.Element(root.tag, {str(k): str(v) for k, v in root.items()}, nsmap=prefixes)
    ignored = str(root.get(f"{{{MC}}}Ignorable", "")).split()
    made.set(f"{{{MC}}}Ignorable", " ".join(dict.fromkeys([*ignored, "w14"])))
    made.extend(list(root))
    doc.put(name, made)


def renamed_styles(doc: Document) -> None:
    """Give every style an id of another kind, as Word in another language does; names stay."""
    ids: dict[str, str] = {}
    for style in doc.tree(names.STYLES).iter(w("style")):
        old = str(style.get(w("styleId")))
        ids[old] = f"a{len(ids) + 1}"
        style.set(w("styleId"), ids[old])
    links = ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link", "numStyleLink", "styleLink")
    numbering = [names.NUMBERING] if names.NUMBERING in doc.parts else []
    for name in [names.STYLES, *numbering, *stories(doc.parts)]:
        for element in doc.tree(name).iter(*(w(n) for n in links)):
            old = str(element.get(w("val")))
            element.set(w("val"), ids.get(old, old))


def google(doc: Document, *, cells: bool = True) -> None:
    """Wrap runs, and the paragraphs of cells, in controls tagged `goog_rdk_N`, as Google Docs exports them."""
    count = 0

    def wrap(elements: list[Element]) -> None:
        nonlocal count
        control = etree.Element(w("sdt"))
        own = etree.SubElement(control, w("sdtPr"))
        etree.SubElement(own, w("id")).set(w("val"), str(1_500_000_000 + count))
        etree.SubElement(own, w("tag")).set(w("val"), f"goog_rdk_{count}")
        elements[0].addprevious(control)
        etree.SubElement(control, w("sdtContent")).extend(elements)
        count += 1

    depth = 0
    for run in list(doc.body.iter(w("r"))):
        signs = [str(c.get(w("fldCharType"))) for c in run.iter(w("fldChar"))]
        depth += signs.count("begin") - signs.count("end")
        whole = parent(run).tag == w("p") and not depth and not signs and run.find(w("t")) is not None
        if whole and count % 3 != 2:
            wrap([run])
        elif whole:
            count += 1
    for cell in list(doc.body.iter(w("tc"))) if cells else ():
        inner = [c for c in cell if c.tag == w("p")]
        if len(inner) == 1 and not any(c.tag in (w("tbl"), w("sdt"), *MARKERS) for c in cell):
            wrap(inner)
