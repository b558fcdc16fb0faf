"""A house style: the Word template of an institution, and the little that Word cannot say, from `brand.yaml`.

A folder per style holds `template.docx`, `brand.yaml`, the emblem and, where briefs are to look like letters of the
house, `brief.docx`. Each template is linted as it is read: what is wrong with it is said here, once, in the words of
the person who made it in Word, and not by a damaged draft later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from pipeline.model.problem import Exit, Faulty, Place, Problem, shown
from pipeline.word import lint

TEMPLATE = "template.docx"
BRIEF = "brief.docx"
BRAND = "brand.yaml"

BRAND_LIMIT = 64 * 1024
"""Bytes of a brand.yaml; a hundred times what one needs."""

CONTENTS_LEVELS = ("1", "2", "3")

SHADES = ("none", "low", "moderate", "high", "very_high", "accent")
BOXES = ("principle", "reason", "evidence", "choice", "counsel", "notice", "summary")


DARKEST_TINT = 0.30
"""Luminance below which black words on a tint have a contrast under 7 to 1 (WCAG 2.2, level AAA)."""


@dataclass(frozen=True, slots=True)
class TableLook:
    """How tables look; colours as six hex digits.

    Attributes:
        head: Tint of the header row; its words have the style Table Head.
        rule: Lines between rows.
        edge: Lines above and below the table.
        shades: Tint by meaning (`low`, `high`, …); each darker than the last, so that they hold in black and white.
    """

    head: str
    rule: str
    edge: str
    shades: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BoxLook:
    """How a box looks: the rule at its side and its tint, as six hex digits."""

    rule: str
    fill: str


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """What writers take from a house style.

    Attributes:
        name: Its folder's name.
        template: The Word template.
        accent: The one colour of rules and figures, as `#rrggbb`.
        fonts: Typeface that the template names to the typeface that stands for it in the PDF.
        logo: The emblem as PNG.
        logo_svg: The emblem as SVG for the PDF; empty where there is only a PNG.
        logo_alt: What the emblem shows, by language.
        table: How tables look.
        boxes: How each kind of box looks.
        places: `contents`: how many levels the contents list; `chart`: height of a chart in millimetres.
        styles: Our style names (folded) to the names that the template uses instead.
        sizes: Typeface that the template names to the share of its size at which its stand-in is set; faces of one
            nominal size differ in how large their letters are.
        brief: The Word template of briefs, with a masthead in place of cover and contents; empty where `template`
            serves for them too.
    """

    name: str
    template: bytes
    accent: str
    fonts: Mapping[str, str]
    logo: bytes
    logo_svg: bytes
    logo_alt: Mapping[str, str]
    table: TableLook
    boxes: Mapping[str, BoxLook]
    places: Mapping[str, str]
    styles: Mapping[str, str]
    sizes: Mapping[str, float] = field(default_factory=dict)
    brief: bytes = b""

    def word_template(self, document: str) -> tuple[str, bytes]:
        """Return the file name and the bytes of the Word template that a kind of document is drawn with."""
        return (BRIEF, self.brief) if document == "brief" and self.brief else (TEMPLATE, self.template)

    @property
    def brand(self) -> Mapping[str, object]:
        """The values that the PDF theme reads beside the template."""
        return {"fonts": dict(self.fonts), "accent": self.accent}

    def alt(self, lang: str) -> str:
        """Return what the emblem shows in a language; in English, or the first there is, where that is missing."""
        found = self.logo_alt.get(lang) or self.logo_alt.get(lang.split("-", maxsplit=1)[0]) or self.logo_alt.get("en")
        return found or next(iter(self.logo_alt.values()), "")


def read(name: str, files: Mapping[str, bytes]) -> HouseStyle:
    """Return the house style that a folder holds.

    Args:
        name: Name of the folder; messages begin with it.
        files: Bytes by file name: `template.docx`, `brand.yaml`, the files that brand.yaml names, and `brief.docx`
            where there is one.

    Raises:
        Faulty: With every problem of template and brand.yaml; warnings alone do not stop the work.
    """
    problems: list[Problem] = []
    for needed in (TEMPLATE, BRAND):
        if needed not in files:
            place = Place(f"{name}/{needed}")
            problems.append(
                Problem(
                    "TEMPLATE-030", place, "the file is missing", f"put {needed} into the folder of the house style"
                )
            )
    if problems:
        raise Faulty(problems, Exit.LIBRARY)
    brand = _Brand(f"{name}/{BRAND}", files[BRAND], files)
    style = brand.style(name, files[TEMPLATE], files.get(BRIEF, b""))
    problems = [*brand.problems, *_linted(style, BRIEF in files)]
    if any(not p.warning for p in problems):
        raise Faulty(problems, Exit.LIBRARY)
    return style


def warnings(style: HouseStyle) -> tuple[Problem, ...]:
    """Return what the lint remarks about a template that works: styles to be added, tags split while typing."""
    return tuple(p for p in _linted(style, bool(style.brief)) if p.warning)


def _linted(style: HouseStyle, brief: bool) -> tuple[Problem, ...]:
    """Return the problems of the template, and of that for briefs where there is one."""
    found = lint.template(f"{style.name}/{TEMPLATE}", style.template, style.styles)
    if not brief:
        return found
    return found + lint.template(f"{style.name}/{BRIEF}", style.brief, style.styles, contents=False)


def luminance(colour: str) -> float:
    """Return the relative luminance of six hex digits, 0 for black to 1 for white (WCAG 2.2)."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class _Brand:
    """Reads brand.yaml: closed keys, every value text, each problem with its line."""

    KEYS = ("accent", "fonts", "logo", "table", "boxes", "places", "sizes", "styles")

    def __init__(self, file: str, data: bytes, files: Mapping[str, bytes]) -> None:
        self._file = file
        self._files = files
        self.problems: list[Problem] = []
        self._lines: dict[tuple[str, ...], Place] = {}
        self._tree = self._mapping(self._root(data), ())
        for key in self._tree:
            if key not in self.KEYS:
                self._wrong((key,), f"unknown key {shown(key)}", f"use one of: {', '.join(self.KEYS)}")

    def style(self, name: str, template: bytes, brief: bytes) -> HouseStyle:
        """Return the house style; where a value is wrong a plain one stands in and a problem is kept."""
        logo = self._section("logo")
        table = self._section("table")
        shades = table.get("shades")
        boxes = self._section("boxes")
        return HouseStyle(
            name=name,
            template=template,
            brief=brief,
            accent="#" + self._colour(("accent",), self._tree.get("accent", "")).lower(),
            fonts=self._texts("fonts", self._section("fonts")),
            logo=self._logo(logo),
            logo_svg=self._files.get(str(logo.get("vector", "")), b""),
            logo_alt=self._texts("logo", logo.get("alt", {})),
            table=TableLook(
                head=self._tint(("table", "head"), table.get("head", "")),
                rule=self._colour(("table", "rule"), table.get("rule", "")),
                edge=self._colour(("table", "edge"), table.get("edge", "")),
                shades={
                    s: self._tint(("table", "shades", s), shades.get(s, "") if isinstance(shades, dict) else "")
                    for s in SHADES
                },
            ),
            boxes={kind: self._box(kind, boxes.get(kind)) for kind in BOXES},
            places=self._places(self._section("places")),
            sizes=self._sizes(self._texts("sizes", self._section("sizes"))),
            styles={" ".join(k.lower().split()): v for k, v in self._texts("styles", self._section("styles")).items()},
        )

    def _logo(self, logo: Mapping[str, object]) -> bytes:
        file = str(logo.get("file", ""))
        data = self._files.get(file, b"")
        if not data.startswith(b"\x89PNG"):
            self._wrong(
                ("logo",), f"logo.file: {shown(file)} is not a PNG file in the folder", "save the emblem as PNG"
            )
        return data

    def _box(self, kind: str, value: object) -> BoxLook:
        look = value if isinstance(value, dict) else {}
        return BoxLook(
            self._colour(("boxes", kind, "rule"), look.get("rule", "")),
            self._tint(("boxes", kind, "fill"), look.get("fill", "")),
        )

    def _places(self, places: Mapping[str, object]) -> dict[str, str]:
        found = {"contents": "2", "chart": "95", **{k: str(v) for k, v in places.items()}}
        for key in sorted(set(found) - {"contents", "chart"}):
            self._wrong(("places", key), f"unknown place {shown(key)}", "use `contents` or `chart`")
        if found["contents"] not in CONTENTS_LEVELS:
            self._wrong(("places", "contents"), "the contents list 1, 2 or 3 levels", "write `contents: 2`")
        if not re.fullmatch(r"[4-9][0-9]|1[0-9][0-9]", found["chart"]):
            self._wrong(("places", "chart"), "a chart is 40 to 199 mm high", "write `chart: 95`")
        return found

    def _sizes(self, sizes: Mapping[str, str]) -> dict[str, float]:
        found: dict[str, float] = {}
        for face, share in sizes.items():
            if re.fullmatch(r"(0\.[6-9][0-9]?)|(1(\.[0-4][0-9]?)?)", share):
                found[face] = float(share)
            else:
                self._wrong(("sizes", face), f"{shown(share)!r} is no share of a size", 'write "0.9" or the like')
        return found

    def _colour(self, path: tuple[str, ...], value: object) -> str:
        text = str(value)
        if re.fullmatch(r"#?[0-9A-Fa-f]{6}", text):
            return text.removeprefix("#").upper()
        self._wrong(path, f"{shown(text)!r} is not a colour", 'write six hex digits, such as "1F3A5F"')
        return "000000"

    def _tint(self, path: tuple[str, ...], value: object) -> str:
        colour = self._colour(path, value)
        if str(value) and luminance(colour) < DARKEST_TINT:
            self._wrong(path, f"black words cannot be read on {shown(value)}", "choose a lighter tint")
        return colour

    def _section(self, key: str) -> Mapping[str, object]:
        value = self._tree.get(key, {})
        if isinstance(value, dict):
            return value
        self._wrong((key,), f"{key}: a mapping is expected", f"write `{key}:` and its values indented below")
        return {}

    def _texts(self, key: str, value: object) -> dict[str, str]:
        if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
            return {str(k): str(v) for k, v in value.items()}
        self._wrong((key,), f"{key}: a mapping of texts is expected", "write one `name: text` a line")
        return {}

    def _wrong(self, path: tuple[str, ...], message: str, fix: str) -> None:
        place = next((self._lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self._lines), None)
        self.problems.append(Problem("TEMPLATE-031", place or Place(self._file), message, fix, ".".join(path)))

    def _root(self, data: bytes) -> yaml.Node | None:
        try:
            if len(data) > BRAND_LIMIT:
                raise ValueError(f"longer than {BRAND_LIMIT} bytes")
            text = data.decode("utf-8-sig")
            if any(isinstance(t, (yaml.AliasToken, yaml.AnchorToken, yaml.TagToken)) for t in yaml.scan(text)):
                raise ValueError("anchors, aliases and tags are not used here")
            return yaml.compose(text, Loader=yaml.BaseLoader)
        except (yaml.YAMLError, ValueError, RecursionError) as fault:
            mark = getattr(fault, "problem_mark", None)
            place = Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file)
            reason = shown(getattr(fault, "problem", None) or fault)
            self.problems.append(Problem("TEMPLATE-032", place, f"this is not YAML: {reason}", "mend that line"))
            return None

    def _mapping(self, node: yaml.Node | None, path: tuple[str, ...]) -> dict[str, object]:
        found: dict[str, object] = {}
        if not isinstance(node, yaml.MappingNode):
            return found
        for key, value in node.value:
            here = (*path, str(key.value))
            self._lines[here] = Place(self._file, key.start_mark.line + 1, key.start_mark.column + 1)
            if here[-1] in found:
                self._wrong(here, f"{here[-1]} stands here twice", "leave one of the two out")
            if isinstance(value, yaml.MappingNode):
                found[here[-1]] = self._mapping(value, here)
            elif isinstance(value, yaml.ScalarNode):
                found[here[-1]] = str(value.value)
            else:
                self._wrong(here, "a list does not belong here", "write one value")
        return found
