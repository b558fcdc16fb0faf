"""Inlines as Word runs: text, cross-reference fields, links and footnote marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model.draft import Footnote, Inline, Link, Ref, Run
from pipeline.word import runs
from pipeline.word.runs import Script
from pipeline.word.wording import NOTE, OBJECT, REF, Words

MARK_STYLES = {"choice": "choice mark", "counsel": "counsel mark", "open": "open mark"}
SCHEMES = ("https://", "mailto:")


@dataclass(frozen=True, slots=True)
class Target:
    """What a cross-reference can point at.

    Attributes:
        bookmark: Its bookmark.
        label: Its number as printed, or empty.
        text: The words of the heading, or empty.
        counted: True where Word counts the number; False where it stands as text, which the bookmark then holds.
    """

    bookmark: str
    label: str
    text: str
    counted: bool


@dataclass(slots=True)
class Pen:
    """Writes inlines, and keeps the notes and links that it came by.

    Attributes:
        characters: Id of a character style by folded name.
        targets: What can be referred to, by anchor.
        base: Script of the document.
        notes: Footnotes in reading order.
        links: Relationship id by web address.
    """

    characters: Mapping[str, str]
    targets: Mapping[str, Target]
    base: Script
    notes: list[Footnote] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    _looks: dict[tuple[Script, bool, bool, str], str] = field(default_factory=dict)

    def write(self, inlines: tuple[Inline, ...]) -> str:
        """Return inlines as XML."""
        return "".join([self._inline(inline) for inline in inlines])

    def text(self, text: str, bold: bool = False, italic: bool = False, mark: str = "") -> str:
        """Return text as runs, one for each script in it."""
        if self.base != "rtl" and (text.isascii() or not runs.mixed(text)):
            return f"<w:r>{self._look('latin', bold, italic, mark)}{runs.content(text)}</w:r>" if text else ""
        return "".join(
            f"<w:r>{self._look(script, bold, italic, mark)}{runs.content(piece)}</w:r>"
            for script, piece in runs.split(text, self.base)
            if piece
        )

    def _look(self, script: Script, bold: bool, italic: bool, mark: str) -> str:
        key = (script, bold, italic, mark)
        if key not in self._looks:
            style = self.characters.get(MARK_STYLES.get(mark, ""), "")
            self._looks[key] = runs.properties(script, bold=bold, italic=italic, style=style)
        return self._looks[key]

    def _inline(self, inline: Inline) -> str:
        if isinstance(inline, Run):
            return self.text(inline.text, inline.bold, inline.italic, inline.mark)
        if isinstance(inline, Ref):
            return self._reference(inline)
        if isinstance(inline, Link):
            return self._link(inline)
        self.notes.append(inline)
        style = self.characters["footnote reference"]
        return f'<w:r><w:rPr><w:rStyle w:val="{style}"/></w:rPr><w:footnoteReference w:id="{len(self.notes)}"/></w:r>'

    def _reference(self, ref: Ref) -> str:
        shown = self.text(ref.text)
        target = self.targets.get(ref.anchor)
        if target is None:
            return shown
        if ref.text == target.label:
            return field_("REF " + target.bookmark + (r" \r \h" if target.counted else r" \h"), shown)
        if ref.text == target.text and target.counted:
            return field_("REF " + target.bookmark + r" \h", shown)
        return f'<w:hyperlink w:anchor="{target.bookmark}" w:history="1">{shown}</w:hyperlink>'

    def _link(self, link: Link) -> str:
        if not link.url.startswith(SCHEMES):
            return self.text(link.text)
        relation = self.links.setdefault(link.url, f"rIdLink{len(self.links) + 1}")
        style = self.characters["hyperlink"]
        pieces = "".join(
            f"<w:r>{runs.properties(script, style=style)}{runs.content(piece)}</w:r>"
            for script, piece in runs.split(link.text, self.base)
            if piece
        )
        return f'<w:hyperlink r:id="{relation}" w:history="1">{pieces}</w:hyperlink>'


def field_(code: str, shown: str, look: str = "") -> str:
    """Return a Word field with what it shows until Word counts again; `look` is the `w:rPr` it has then."""
    return (
        f'<w:r>{look}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{look}<w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        f'<w:r>{look}<w:fldChar w:fldCharType="separate"/></w:r>{shown}'
        f'<w:r>{look}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def worded(inlines: tuple[Inline, ...], style: str = "", label: str = "") -> Words:
    """Return the words of a paragraph as they are kept for a later merge, notes and references as signs."""
    if len(inlines) == 1 and type(inlines[0]) is Run and not (inlines[0].bold or inlines[0].italic or inlines[0].mark):
        return Words(inlines[0].text, style=style, label=label)
    text, look = "", ""
    signs: list[str] = []
    shown: list[str] = []
    looks: list[tuple[int, str]] = []
    for inline in inlines:
        now = ("b" * inline.bold + "i" * inline.italic + inline.mark) if isinstance(inline, Run) else ""
        if now != look and not isinstance(inline, Footnote):
            looks.append((len(text), now))
            look = now
        if isinstance(inline, Ref):
            signs.append(f"{REF} {inline.anchor}")
            shown.append(inline.text)
            text += OBJECT
        elif isinstance(inline, Footnote):
            signs.append(NOTE)
            shown.append("")
            text += OBJECT
        else:
            text += inline.text
    return Words(text, tuple(signs), tuple(shown), tuple(x for x in looks if x[0] < len(text)), style, label)
