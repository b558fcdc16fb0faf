"""Records of states: their memberships of organisations and what they did with treaties, each with date and mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.model.law import Mark
from pipeline.model.problem import Place

TreatyStatus = Literal["signed", "ratified", "acceded", "denounced"]


@dataclass(frozen=True, slots=True)
class StateRecord:
    """A member state of the United Nations.

    Attributes:
        code: Its two letters (ISO 3166-1).
        name: Short name as the United Nations list it, without article.
        languages: Official languages as tags.
        region: Region in the statistics of the United Nations.
        interpol: Whether it is a member of INTERPOL today.
        place: Its row.
    """

    code: str
    name: str
    languages: tuple[str, ...]
    region: str
    interpol: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Membership:
    """A state's membership of an organisation.

    Attributes:
        state: Code of the state.
        organisation: Its name in short: `EU`.
        since: First day (or month, or year); empty where only known to lie before the first date of the library.
        until: Day (or month, or year) from which it was no longer a member; empty while it is one.
        mark: How this was come by.
        note: A remark for counsel.
        place: Its row.
    """

    state: str
    organisation: str
    since: str
    until: str
    mark: Mark
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class TreatyRecord:
    """One act of a state on a treaty.

    Attributes:
        state: Code of the state.
        instrument: Id of the treaty.
        status: What the state did; a succession counts as accession.
        date: Day (or month, or year) of the deposit, for a denunciation of its effect; empty where not known.
        mark: How this was come by.
        note: A remark for counsel.
        place: Its row.
    """

    state: str
    instrument: str
    status: TreatyStatus
    date: str
    mark: Mark
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class Records:
    """All records of a library; one without any says nothing of any state.

    Attributes:
        states: By code.
        memberships: By code of the state. The list of an organisation that is named in any of them is complete.
        treaties: By code of the state; what is not here is not known.
    """

    states: Mapping[str, StateRecord]
    memberships: Mapping[str, tuple[Membership, ...]]
    treaties: Mapping[str, tuple[TreatyRecord, ...]]


NO_RECORDS = Records({}, {}, {})
