"""Updates: regulatory events and new capabilities, each with what it changes in the law and from which day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.model.condition import Condition
from pipeline.model.law import Instrument, Mark, Provision
from pipeline.model.problem import Place
from pipeline.model.question import Texts

Standing = Literal["adopted", "watched"]
"""Law, or a proposal, a signature, a consultation, which changes no provision."""

ChangeKind = Literal["date", "applies", "wording", "enters", "ends", "status", "instrument", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Change:
    """What an update changes in one instrument.

    Attributes:
        kind: See docs/formats.md, Update.
        instrument: Its id.
        provisions: Refs of the provisions concerned.
        was: For `date`: the day from which they applied before.
        becomes: For `date`: the day from which they apply now.
        new: For `enters` and `wording`: the provisions as they stand from now on.
        status: For `status`: what is known of the instrument's standing.
        status_as_of: When that was looked up.
        binding: Where it changes: yes, no or not_yet; else empty.
        in_force: Where it changes: since when the instrument is in force; else empty.
        whole: For `instrument`: the instrument, where the update brings it.
        place: Where it is written.
    """

    kind: ChangeKind
    instrument: str
    provisions: tuple[str, ...]
    was: str
    becomes: str
    new: tuple[Provision, ...]
    status: Texts
    status_as_of: str
    binding: str
    in_force: str
    whole: Instrument | None
    place: Place


@dataclass(frozen=True, slots=True)
class Update:
    """One event.

    Attributes:
        id: Permanent id.
        title: What happened, in one line.
        standing: Adopted or watched.
        date: ISO day from which the law stands so, or on which a watched event happened.
        published: When it was made public; empty where not known.
        added: ISO day on which the library learned of it.
        mark: How it was read.
        source: Where.
        when: Whom it concerns, as a condition on country answers; None where that does not narrow it.
        states: ISO codes of the states it concerns; empty where that does not narrow it.
        note: What a draft prints of it; empty where nothing.
        ends: For a watched one: the day from which the note is no longer printed; else empty.
        slots: Slots of the state's own law to be read again.
        asks: Questions to be asked again.
        changes: What it changes in the register of law.
        national: True where it lies in a country folder.
        place: Where it is written.
    """

    id: str
    title: Texts
    standing: Standing
    date: str
    published: str
    added: str
    mark: Mark
    source: str
    when: Condition | None
    states: tuple[str, ...]
    note: Texts
    ends: str
    slots: tuple[str, ...]
    asks: tuple[str, ...]
    changes: tuple[Change, ...]
    national: bool
    place: Place

    @property
    def back_filled(self) -> bool:
        """Whether the library learned of it after it had been made public."""
        return self.added > (self.published or self.date)

    def standing_at(self, as_of: str) -> Literal["unknown", "coming", "in_force", "watched", "over"]:
        """Return what the event is at a date."""
        if self.standing == "watched":
            over = bool(self.ends) and self.ends <= as_of
            return "unknown" if self.date > as_of else "over" if over else "watched"
        if self.date <= as_of:
            return "in_force"
        return "coming" if self.published and self.published <= as_of else "unknown"


Updates = Mapping[str, Update]
"""Updates by id, in order of date and id."""
