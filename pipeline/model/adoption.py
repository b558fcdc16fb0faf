"""How the ministry's own file stands against what we wrote: each clause kept, edited or deleted, and what it added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.model.draft import Audience

State = Literal["kept", "edited", "deleted"]


@dataclass(frozen=True, slots=True)
class Stand:
    """How one unit of ours stands in the file.

    Attributes:
        anchor: `clause:<id>` or `part:<id>`.
        state: kept: with the words that we wrote · edited: with others · deleted: not at all.
        digest: SHA-256 of its words as they stand; empty where it was deleted.
        by: How it was found, such as `tag` or `text`; empty where it was deleted.
        sure: How sure that is, from 0 to 1.
        label: The number that the file prints before it; empty where it prints none.
        strength: What it lays down by the ministry's words, where ours laid down something else: a strength, or `none`;
            empty where it is the same, or the language is not known.
    """

    anchor: str
    state: State
    digest: str = ""
    by: str = ""
    sure: float = 1.0
    label: str = ""
    strength: Literal["", "none", "may", "should", "shall"] = ""


@dataclass(frozen=True, slots=True)
class Added:
    """Paragraphs of the ministry's own that stand together between two units of ours.

    Attributes:
        after: Anchor of the unit that they follow; empty at the beginning.
        digests: SHA-256 of the words of each paragraph or table row, in order.
        duties: Those of them that lay down a duty.
    """

    after: str
    digests: tuple[str, ...]
    duties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adoption:
    """A file that became the text of record, told against the version whose words it keeps.

    Attributes:
        document: Kind of document.
        lang: Its language.
        audience: For whom the draft was made.
        version: The version of ours that was edited, or that was merged into the file last.
        units: Every unit of that version, in its order.
        added: What the ministry added, in the file's order.
    """

    document: str
    lang: str
    audience: Audience
    version: str
    units: tuple[Stand, ...]
    added: tuple[Added, ...] = ()

    def anchors(self, state: State) -> tuple[str, ...]:
        """Return the units of one state."""
        return tuple(u.anchor for u in self.units if u.state == state)
