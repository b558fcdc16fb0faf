"""References that lead nowhere: to units that ours has dropped, and in what was put in, to units that they dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pipeline.revise.grafting import Story
from pipeline.revise.reading import Standing, paragraphs
from pipeline.word.wording import REF


def dangling(there: Mapping[str, Standing], gone: Collection[str], story: Story) -> Iterator[tuple[str, str]]:
    """Yield references that stay in a file once all is accepted: where from, and what is printed there.

    Args:
        there: The units as they stood before anything was marked.
        gone: Anchors of the units that go.
        story: The file with all marks.
    """
    for anchor, unit in there.items():
        if anchor in gone or not any(_to(sign, gone) for p in paragraphs(unit.lines) for sign in p.words.signs):
            continue
        seen: set[str] = set()
        for paragraph in story.reader.paragraphs(unit.unit.blocks):
            for sign, shown in zip(paragraph.words.signs, paragraph.words.shown, strict=True):
                if _to(sign, gone) and shown not in seen:
                    seen.add(shown)
                    yield anchor, shown


def _to(sign: str, gone: Collection[str]) -> bool:
    kind, _, target = sign.partition(" ")
    return kind == REF and target.partition("#")[0] in gone
