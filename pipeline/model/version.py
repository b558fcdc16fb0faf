"""What became of versions: the stages that one goes through, and the lines of a document's history.

A version is written once. What happens to it afterwards is told by further lines of its document's history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stage = Literal[
    "internal", "inter_agency", "legal_clearance", "consultation", "validation", "approval", "in_force"
]  # fmt: skip
STAGES: tuple[Stage, ...] = (
    "internal", "inter_agency", "legal_clearance", "consultation", "validation", "approval", "in_force",
)  # fmt: skip
"""In the order in which most documents go through them; none is owed, and each may come again."""

Event = Literal["version", "adopted", "release", "stage"]
EVENTS: tuple[Event, ...] = ("version", "adopted", "release", "stage")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a document's history. It holds no answer, no name of a person and nothing from a clock.

    Attributes:
        event: A draft was written, a file of the ministry's own was adopted, a release was written, or a version came
            to a stage.
        version: The number of the version.
        law: ISO date of the law; empty for a stage.
        receipt: SHA-256 of the version's receipt.json; empty for a stage.
        stage: The stage it came to, else empty.
        on: ISO date on which it did, as told by whoever recorded it; else empty.
        to: The office or body it went to; else empty.
        by: The office that sent or approved it, where that was told.
    """

    event: Event
    version: str
    law: str = ""
    receipt: str = ""
    stage: Stage | Literal[""] = ""
    on: str = ""
    to: str = ""
    by: str = ""
