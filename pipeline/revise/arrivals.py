"""Units that only ours has, or has elsewhere, put into their file and tracked as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipeline.revise import placing
from pipeline.revise.desk import Desk
from pipeline.revise.placing import Holder
from pipeline.revise.reading import Standing
from pipeline.word import anchors
from pipeline.word.names import w
from pipeline.word.story import ROW, P


@dataclass(slots=True)
class Arrivals:
    """Units that are put in, one after another in the order of ours.

    Attributes:
        there: The units that stand in theirs, in its order.
        within: What holds the lines of each.
        desk: What is worked with.
        blocks: The blocks of the units that were put in.
    """

    there: Mapping[str, Standing]
    within: Mapping[str, Holder]
    desk: Desk
    blocks: dict[str, list[etree._Element]] = field(default_factory=dict)
    _ends: dict[str, etree._Element] = field(default_factory=dict)

    def put(self, anchor: str, here: Standing, after: str, *, again: bool) -> list[etree._Element]:
        """Put a unit in, and return its blocks.

        Args:
            anchor: The unit.
            here: The unit in ours.
            after: The unit behind which it comes: one that stands there, or one that was put in; empty for the first.
            again: True where it also stands elsewhere, from where it is taken away.
        """
        blocks = self._grafted(anchor, here, again=again)
        place = self._ends.get(after)
        if place is None and after:
            within = self.within[after]
            place = within.control if within.control is not None else within.last
        if place is None:
            first = next(iter(self.there.values())).unit
            head = placing.before(first.control if first.control is not None else first.blocks[0], None)
            for block in blocks:
                head.addprevious(block)
        else:
            spot = placing.behind(place, None)
            for block in blocks:
                spot.addnext(block)
                spot = block
        if here.unit.control is not None:
            self.desk.marker.control(blocks[0], "Ins")
        self._ends[anchor] = self._ends[after] = blocks[-1]
        self.blocks[anchor] = blocks
        self.desk.marks += blocks[:1]
        return blocks

    def _grafted(self, anchor: str, here: Standing, *, again: bool) -> list[etree._Element]:
        """Return the blocks of a unit of ours, tracked as put in."""
        # What stands twice until one of the two is accepted has its names but once.
        keep = () if again else (anchors.bookmark(anchor), anchor)
        control = here.unit.control
        if control is None:
            blocks = self.desk.graft.brought(here.unit.blocks, keep)
        else:
            blocks = self.desk.graft.brought([control], keep)
            number = blocks[0].find(f"{w('sdtPr')}/{w('id')}")
            if again and number is not None:
                number.set(w("val"), str(anchors.control_id(f"{anchor}#moved")))
        for block in blocks:
            for row in block.iter(ROW):
                self.desk.marker.row(row, "ins")
            for element in block.iter(P):
                self.desk.marker.paragraph_inserted(element)
        return blocks
