"""Draws a draft as HTML, ODT or Markdown, by the pandoc that comes with pypandoc_binary.

Pandoc gets a tree, not a text, so nothing that a person wrote is read as markup. It runs shut in (`--sandbox`): no
file, no network. What it cannot say is added to its output: the HTML page around the text, and in the ODT the look of
the house style, the marking on every page, and the direction of writing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from html import escape
from typing import TYPE_CHECKING

from pipeline.model.draft import Chart, Draft
from pipeline.model.problem import MachineFault
from pipeline.render import ast, nodes, opendocument, theme
from pipeline.render.ast import Format, Pictures

if TYPE_CHECKING:
    from pipeline.render.style import HouseStyle

TO = {"html": "html5", "odt": "odt", "md": "gfm-raw_html"}

TIME_LIMIT = 120
"""Seconds that pandoc may take; a draft of 150 clauses takes half a second."""


def write(draft: Draft, style: HouseStyle, kind: Format) -> bytes:
    """Return a draft in one of pandoc's formats: the same bytes for the same draft.

    Args:
        draft: What to draw.
        style: The house style; Markdown takes nothing from it.
        kind: `html`: one file with its style and pictures in it · `odt` · `md`: GitHub's Markdown without HTML.

    Raises:
        Faulty: The template cannot be read.
        MachineFault: Pandoc is missing or fails.
    """
    drawn: object = ast.tree(draft, kind, _pictures(draft, style, kind))
    tree = json.dumps(nodes.guarded(drawn) if kind == "md" else drawn, ensure_ascii=False).encode()
    out = _pandoc([f"--to={TO[kind]}", "--wrap=none"], tree)
    match kind:
        case "html":
            return _page(draft, style, out.decode()).encode()
        case "odt":
            return opendocument.dressed(out, draft, style)
        case _:
            return out


def _pictures(draft: Draft, style: HouseStyle, kind: Format) -> Pictures:
    if kind == "md":
        return Pictures("", "", None)
    from pipeline.render import pdf  # charts are drawn by Typst; a draft without one never loads it

    def chart(block: Chart) -> str:
        return nodes.data_uri(pdf.picture(draft, style, block, "svg" if kind == "html" else "png"))

    emblem = (style.logo_svg or style.logo) if kind == "html" else style.logo
    return Pictures(nodes.data_uri(emblem), style.alt(draft.lang), chart)


def _pandoc(options: list[str], tree: bytes) -> bytes:
    # Only what a program needs to start. Shut in, pandoc sees no clock; the dates in an ODT are written afterwards.
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR") if name in os.environ}
    environment = {**keep, "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "0"}
    try:
        done = subprocess.run(  # noqa: S603 - our own program; no value of a draft is an argument
            [_path(), "--from=json", "--sandbox", "--output=-", *options],
            input=tree, capture_output=True, env=environment, timeout=TIME_LIMIT, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise MachineFault(f"pandoc cannot be run here: {type(fault).__name__}") from fault
    if done.returncode != 0 or done.stderr:
        raise MachineFault(f"pandoc failed: {done.stderr.decode(errors='replace').strip()[:400]}")
    return done.stdout


def _path() -> str:
    try:
        import pypandoc  # late: only three formats need it

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError) as fault:
        raise MachineFault("pandoc is missing here; install it: pip install pypandoc_binary") from fault


def _page(draft: Draft, style: HouseStyle, body: str) -> str:
    """Return the whole HTML page: pandoc's text between a head and a foot of ours, with no outside address."""
    cover = draft.cover
    direction = ' dir="rtl"' if draft.rtl else ""
    main = re.sub(r'<div class="main">(.*)</div>', r"<main>\1</main>", body, count=1, flags=re.DOTALL)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(draft.lang)}"{direction}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="author" content="{escape(cover.issuer or cover.state)}">\n'
        f'<meta name="dcterms.date" content="{escape(draft.as_of)}">\n'
        f"<title>{escape(cover.title)}</title>\n<style>\n{_css(style)}{_printed(cover.marking)}</style>\n</head>\n<body>\n{main}</body>\n</html>\n"
    )


def _css(style: HouseStyle) -> str:
    look = theme.of(style)
    shades = "".join(
        f".shade-{name.replace('_', '-')} {{ background: #{colour}; color: {_on(colour)}; }}\n"
        for name, colour in style.table.shades.items()
    )
    boxes = "".join(
        f".box.{kind} {{ border-inline-start-color: #{box.rule}; background: #{box.fill}; }}\n"
        for kind, box in style.boxes.items()
    )
    values = {
        "accent": style.accent, "ink": look.look("clause text").colour, "head": f"#{style.table.head}",
        "words": look.look("table head").colour, "rule": f"#{style.table.rule}", "edge": f"#{style.table.edge}",
    }  # fmt: skip
    root = "".join(f"  --{name}: {value};\n" for name, value in values.items())
    return f":root {{\n{root}}}\n{CSS}{boxes}{shades}"


def _printed(marking: str) -> str:
    """Return the rule that puts the marking at the head and foot of every printed page (CSS Paged Media, level 3)."""
    if not marking:
        return ""
    # Written in code points throughout, so that no sign of a marking can end the rule or the sheet.
    words = "".join(f"\\{ord(letter):06x}" for letter in marking)
    edges = "".join(f'@{edge}-center {{ content: "{words}"; font-weight: 700; }} ' for edge in ("top", "bottom"))
    return f"@page {{ margin: 24mm 20mm; {edges}}}\n"


def _on(colour: str) -> str:
    """Return black or white, whichever is the better read on a tint (luminance after WCAG 2, section 1.4.3)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return "#fff" if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < 0.18 else "#1a1a1a"


CSS = """\
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 50rem; color: var(--ink); background: #fff;
  font: 1.0625rem/1.55 "Noto Sans", Calibri, "Segoe UI", Amiri, "Noto Sans SC", sans-serif; overflow-wrap: break-word; }
h1, h2, h3, h4, .box-title, .contents-title { color: var(--accent); line-height: 1.25; hyphens: none;
  text-wrap: balance; }
h1 { font-size: 2.1rem; margin: 3rem 0 0.75rem; padding-top: 1rem; }
h1::before { content: ""; display: block; width: 5rem; border-top: 0.35rem solid var(--accent); margin-bottom: 1rem; }
h2 { font-size: 1.6rem; margin: 4rem 0 1rem; padding-top: 0.6rem; border-top: 0.2rem solid var(--accent); }
h3 { font-size: 1.15rem; margin: 2rem 0 0.4rem; }
h4 { font-size: 1rem; margin: 1.5rem 0 0.4rem; }
p { margin: 0 0 0.7rem; }
a { color: var(--accent); text-underline-offset: 0.15em; }
a:focus-visible { outline: 0.15rem solid var(--accent); outline-offset: 0.15rem; }
.marking { font-weight: 700; letter-spacing: 0.06em; text-align: center; }
.cover { border-bottom: 1px solid var(--rule); margin-bottom: 2rem; padding-bottom: 1rem; }
.letterhead { border-bottom: 1px solid var(--accent); }
.letterhead img { height: 22mm; width: auto; }
.state, .status { font-weight: 700; }
.issuer, .law-date, .concerns, .small { color: #555; }
.subtitle { font-size: 1.2rem; color: #555; margin-bottom: 1.5rem; }
.audience p { border: 1px solid var(--accent); padding: 0.4rem 0.7rem; font-weight: 600; }
.cover .notice p { margin: 0; }
.cover .notice { background: #f1f1ef; padding: 0.4rem 0.7rem; }
.contents ul, .points ul { list-style: none; margin: 0; padding: 0; }
.contents > ul > li { font-weight: 700; margin-top: 0.6rem; }
.contents li li { font-weight: 400; margin-inline-start: 1.5rem; }
.contents a { text-decoration: none; }
.contents-title { font-size: 1.6rem; }
.number { font-variant-numeric: tabular-nums; margin-inline-end: 0.35em; }
p .number, li .number { color: #555; }
.lead { font-size: 1.15rem; color: var(--accent); }
.concerns, .small { font-size: 0.9rem; }
.points > ul > li { padding-inline-start: 2.2em; text-indent: -2.2em; margin-bottom: 0.4rem; }
.points > ul > li > * { text-indent: 0; }
.points > ul > li > .number { display: inline-block; min-width: 1.8em; }
.points .points { margin-top: 0.4rem; }
.box { border-inline-start: 0.3rem solid; padding: 0.7rem 1rem 0.3rem; margin: 1rem 0 1.4rem; }
.box.choice, .box.counsel { border-inline-start-style: dashed; }
span.choice { background: #eef1f5; font-weight: 600; }
span.counsel { background: #ececec; font-style: italic; }
span.open { text-decoration: underline dotted; text-underline-offset: 0.2em; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 1.6rem; font-size: 0.95rem;
  border-top: 2px solid var(--edge); border-bottom: 1px solid var(--edge); }
caption { text-align: start; color: var(--accent); padding-bottom: 0.4rem; }
th, td { text-align: start; vertical-align: top; padding: 0.4rem 0.55rem; border-bottom: 1px solid var(--rule); }
thead th { background: var(--head); color: var(--words); border-bottom: 1px solid var(--edge); }
figure { margin: 1rem 0 1.6rem; }
figure img { max-width: 100%; height: auto; }
figcaption { color: var(--accent); }
.footnotes { font-size: 0.9rem; margin-top: 3rem; }
@media print { body { max-width: none; font-size: 10.5pt; } h2 { break-before: page; }
  h2, h3, h4, thead { break-after: avoid; }
  tr, .box { break-inside: avoid; } }
"""
