"""A draft as Typst source: values first, then the preamble, then one call for each block.

Every word of the draft goes in as a string literal, so nothing that a person wrote is ever read as Typst code. Link
targets are called `r1`, `r2`, … by place for every audience, because Typst writes their names into the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.model.draft import Chart, Draft, made_from
from pipeline.model.problem import Exit, Faulty, Place, Problem
from pipeline.render import theme
from pipeline.render.pdf.blocks import Setting, flow, labels, spider
from pipeline.render.pdf.fonts import families
from pipeline.render.pdf.literal import quoted, run, truth
from pipeline.render.pdf.preamble import PREAMBLE
from pipeline.render.theme import Look, Theme

if TYPE_CHECKING:
    from pipeline.render.style import HouseStyle

COLUMN = 40.0
COLUMN_LEAST = 24.0

"""Narrowest column of numbers in points; `COLUMN` holds where the template's `Clause Text` hangs less, or nothing."""

LINE = {"Noto Sans": 35.0, "Amiri": 30.0, "Libertinus Serif": 31.0}
"""Length of a line of prose in ems, about 70 characters of the typeface."""

EMBLEM, EMBLEM_BRIEF = 62, 40
"""Height of the emblem in points, on a cover and in the masthead of a brief."""

UPRIGHT = frozenset({"ar", "fa", "he", "ja", "ko", "ur", "zh"})
"""Languages that do not slant letters: emphasis becomes weight."""

CELL_SHARE = 0.88
"""Size of text in a table as a share of running text, where the template does not say."""

SCALE = {"ar": 1.16, "fa": 1.16, "ur": 1.16}
"""How much larger the Arabic typeface is set: its letters are smaller in their ems than Latin ones."""


def source(draft: Draft, style: HouseStyle) -> str:
    """Return the Typst source of a draft in a house style; it needs no other file.

    Raises:
        Faulty: A word that the page prints is missing, or the emblem cannot be drawn.
    """
    look = theme.of(style, draft.document)
    page = _setting(draft, look)
    brief = draft.document == "brief"
    opening = ["#masthead()"] if brief else ["#cover()", "#counter(page).update(1)"]
    if not brief:
        opening += [
            _control(draft),
            "#pagebreak(weak: true)",
            f"#contents({style.places['contents']})",
            "#pagebreak(weak: true)",
        ]
    closing = [_unsaid(draft)] if brief else []
    body = flow(draft, page, breaks=not brief)
    return "\n".join([*_values(draft, style, look, page), PREAMBLE, *opening, *body, *closing, ""])


def chart_source(draft: Draft, style: HouseStyle, chart: Chart) -> str:
    """Return the Typst source of one chart alone, on a page of its own size, for formats that carry it as a picture."""
    look = theme.of(style, draft.document)
    page = _setting(draft, look)
    alone = "#set page(width: 150mm, height: auto, margin: 4pt, header: none, footer: none, fill: none)"
    return "\n".join([*_values(draft, style, look, page), PREAMBLE, alone, f"#spider({spider(chart)})", ""])


def _setting(draft: Draft, look: Theme) -> Setting:
    column = max(look.look("clause text").indent, look.look("clause number").hanging)
    scale = _scale(draft.lang)
    paper = look.paper
    return Setting(
        labels=labels(draft),
        column=column if column >= COLUMN_LEAST else COLUMN,
        size=scale * look.look("clause text").size,
        cell=scale * look.lesser(CELL_SHARE, "table text").size,
        width=paper.width - paper.left - paper.right,
        wide=paper.height - paper.left - paper.right,
    )


def _scale(lang: str) -> float:
    return SCALE.get(lang.split("-", maxsplit=1)[0].lower(), 1.0)


# ---- values ----


def _values(draft: Draft, style: HouseStyle, look: Theme, page: Setting) -> Iterator[str]:
    cover, paper = draft.cover, look.paper
    year, month, day = (int(part) for part in draft.as_of.split("-"))
    tags = draft.lang.split("-")
    region = next((tag.lower() for tag in tags[1:] if len(tag) == 2), "")
    footing = " · ".join(part for part in (cover.status, cover.audience) if part)
    yield f"#let rtl = {truth(draft.rtl)}"
    yield f"#let compact = {truth(draft.document == 'brief')}"
    yield f"#let scale = {_scale(draft.lang):g}"
    main = look.look("clause text").font
    yield f"#let measure-line = {LINE.get(main, LINE['Noto Sans']):g}"
    yield f"#let latin-amiri = {truth(main == 'Amiri' and not draft.rtl)}"
    yield f"#let centred = {truth(look.look('title').align == 'center')}"
    yield f"#let upright = {truth(tags[0].lower() in UPRIGHT)}"
    yield f"#let accent = rgb({quoted(style.accent)})"
    yield f"#let column = {page.column:g}pt"
    yield f"#let families = ({', '.join(quoted(f) for f in families(look.look('normal').font, draft.lang))},)"
    yield (
        f"#let paper = (width: {paper.width:g}pt, height: {paper.height:g}pt, top: {paper.top:g}pt, "
        f"right: {paper.right:g}pt, bottom: {paper.bottom:g}pt, left: {paper.left:g}pt)"
    )
    facts = {
        "description": made_from(draft),
        "title": cover.title, "subtitle": cover.subtitle, "state": cover.state, "issuer": cover.issuer,
        "author": cover.issuer or cover.state, "status": cover.status, "law-date": cover.law_date,
        "marking": cover.marking, "audience": cover.audience, "notice": cover.notice, "footing": footing,
        "lang": tags[0].lower(),
    }  # fmt: skip
    pairs = ", ".join(f"{name}: {quoted(value)}" for name, value in facts.items())
    date = f"datetime(year: {year}, month: {month}, day: {day})"
    yield f"#let facts = ({pairs}, region: {quoted(region) if region else 'none'}, date: {date})"
    words = ", ".join(f"{word}: {quoted(_word(draft, word))}" for word in ("contents", "page", "of"))
    yield f"#let words = ({words})"
    yield f"#let looks = {_record(_looks(look, _scale(draft.lang)))}"
    yield f"#let tables = {_record(_colours(style))}"
    boxes = {kind: f"(rule: {_colour(box.rule)}, fill: {_colour(box.fill)})" for kind, box in style.boxes.items()}
    yield f"#let boxes = {_record(boxes)}"
    tall = EMBLEM_BRIEF if draft.document == "brief" else EMBLEM
    yield f"#let chart-height = {float(style.places['chart']):g}mm"
    yield f"#let emblem = {_emblem(style.logo_svg or style.logo, style.alt(draft.lang), tall)}"


def _word(draft: Draft, word: str) -> str:
    if word not in draft.words:
        problem = Problem(
            "RENDER-001",
            Place(f"words for {draft.lang}"),
            f"the word {word!r} is missing",
            "add it to the outline's words",
        )
        raise Faulty((problem,), Exit.LIBRARY)
    return draft.words[word]


def _colours(style: HouseStyle) -> dict[str, str]:
    table = style.table
    shades = {f'"{shade}"': _colour(colour) for shade, colour in table.shades.items()}
    plain = {"head": table.head, "rule": table.rule, "edge": table.edge}
    return {**{name: _colour(colour) for name, colour in plain.items()}, "shades": _record(shades)}


def _colour(digits: str) -> str:
    return f"rgb({quoted('#' + digits.removeprefix('#').lower())})"


def _record(values: Mapping[str, str]) -> str:
    return "(" + ", ".join(f"{name}: {value}" for name, value in values.items()) + ",)"


def _looks(theme: Theme, scale: float) -> dict[str, str]:
    looks = {
        "body": theme.look("clause text", "body text"),
        "title": theme.look("title", "heading 1"),
        "subtitle": theme.look("subtitle"),
        "h1": theme.look("heading 1"),
        "h2": theme.look("heading 2"),
        "h3": theme.look("heading 3", "heading 2"),
        "lead": theme.lesser(1.12, "chapter opener", "lead"),
        "point": theme.look("point", "clause text"),
        "concerns": _quiet(theme, "concerns", "small"),
        "small": _quiet(theme, "small"),
        "boxed": theme.lesser(0.93, "box text"),
        "box-title": replace(theme.lesser(0.93, "box title", "box text"), bold=True),
        "cell": theme.lesser(CELL_SHARE, "table text"),
        "head": replace(theme.lesser(CELL_SHARE, "table head", "table text"), bold=True),
        "caption": theme.lesser(0.88, "caption"),
        "footnote": theme.lesser(0.82, "footnote text"),
        "toc1": theme.look("toc 1"),
        "toc2": theme.look("toc 2"),
        "header": theme.lesser(0.76, "header"),
        "footer": theme.lesser(0.76, "footer"),
        "marking": replace(theme.lesser(0.76, "marking", "header"), bold=True),
        "state": theme.look("cover state"),
        "issuer": theme.look("cover issuer"),
        "status": theme.look("cover status"),
        "date": theme.look("cover date", "cover status"),
        "notice": theme.lesser(0.85, "cover notice"),
    }
    return {name: _look(replace(look, size=scale * look.size)) for name, look in looks.items()}


def _quiet(theme: Theme, *styles: str) -> Look:
    """Return the look of one of these styles; a smaller, greyer text where the template has none of them."""
    known = any(style in theme.looks for style in styles)
    look = theme.lesser(0.85, *styles)
    return look if known else replace(look, colour="#555555")


def _look(look: Look) -> str:
    leading = max(look.pitch - 1.0, 0.1)
    return _record({
        "size": f"{look.size:g}pt",
        "fill": _colour(look.colour),
        "weight": quoted("bold" if look.bold else "regular"),
        "style": quoted("italic" if look.italic else "normal"),
        "leading": f"{leading:.3g}em",
        "gap": f"{leading * look.size + max(look.after, look.before):.4g}pt",
        # Word adds its space to a line that already stands off from its neighbours; here a line box is one em high.
        "before": f"{look.before + leading * look.size / 2:.4g}pt",
        "after": f"{look.after + leading * look.size:.4g}pt",
        "justify": truth(look.align == "justify"),
        "capitals": truth(look.capitals),
        "tracking": f"{look.tracking:g}pt",
        "above": f"{look.rules.get('top', 0):g}pt",
        "below": f"{look.rules.get('bottom', 0):g}pt",
        "beside": f"{look.rules.get('left', 0):g}pt",
    })  # fmt: skip


def _emblem(data: bytes, alt: str, height: int) -> str:
    if not data:
        return "none"
    kind = next((kind for magic, kind in MAGIC if data.lstrip().startswith(magic)), "")
    if not kind or not alt:
        message = "this is no SVG, PNG or JPEG picture" if alt else "the emblem has no alternative text"
        fix = "save the emblem as SVG or PNG" if alt else "say under `logo_alt` in brand.yaml what it shows"
        raise Faulty((Problem("STYLE-030", Place("brand.yaml", spot="logo"), message, fix),), Exit.LIBRARY)
    content = quoted(data.decode("utf-8")) if kind == "svg" else f"({', '.join(str(byte) for byte in data)},)"
    return f'image(bytes({content}), format: "{kind}", height: {height}pt, alt: {quoted(alt)})'


MAGIC = ((b"<svg", "svg"), (b"<?xml", "svg"), (b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpg"))


def _control(draft: Draft) -> str:
    """Return the control table under its heading; nothing where it has no rows."""
    rows = "".join(f", ([{run(label)}], [{run(value)}])" for label, value in draft.cover.control)
    if not rows:
        return ""
    words = quoted(_word(draft, "document_control"))
    return f'#heading(level: 1, outlined: false, bookmarked: true, {words})\n#key-table("", (0.32, 0.68){rows})'


def _unsaid(draft: Draft) -> str:
    """Return the control rows that the masthead of a brief does not say already, on one line; nothing for none."""
    cover = draft.cover
    said = (cover.state, cover.issuer, cover.title, cover.status, cover.law_date, cover.marking, cover.audience)
    rows = [f"{label}: {value}" for label, value in cover.control if not any(value in words for words in said)]
    return f"#small(at: 0pt)[{run(' · '.join(rows))}]" if rows else ""
