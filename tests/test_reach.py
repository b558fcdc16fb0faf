"""Reach: a version that it leaves out would come out the same; whom a change of law or library cannot touch is left out."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import pytest
from planted import clause_files

from pipeline.compose.changes import CHANGE_TABLE, _neutral, same_text
from pipeline.compose.draft import compose
from pipeline.library.load import load, with_law
from pipeline.library.updates import days_of, law_at
from pipeline.model.draft import Draft
from pipeline.model.library import Library
from pipeline.model.record import Membership
from pipeline.project import reach as reaching
from pipeline.project import shelf
from pipeline.project.content import folder_files, root
from pipeline.project.country import Country, decide, read_country
from pipeline.project.making import _Bench, context_of, quiet
from pipeline.project.order import Order
from pipeline.project.reach import reach
from pipeline.store.receipt import Receipt

DOCUMENTS = ("guidelines", "strategy")
TODAY = "2026-11-23"
DAYS = {"norland": 12, "tembala": 12, "us-federal": 2}
"""How many dates are composed at; a country of a hundred systems takes its time."""


@cache
def example(name: str) -> Mapping[str, bytes]:
    return folder_files(root() / "intake" / "examples" / name)


@cache
def shipped() -> Library:
    return shelf.built_in().library


@dataclass(frozen=True)
class State:
    """A country at a date with a library: its receipt, and its documents."""

    library: Library
    as_of: str
    receipt: Receipt
    drafts: tuple[Draft, ...]


def decided(
    name: str, as_of: str = TODAY, library: Library | None = None, files: Mapping[str, bytes] | None = None
) -> State:
    """Decide an example at a date with a library, with further files in its folder, and compose its documents."""
    given = {**example(name), **(files or {})}
    known = library or shipped()
    folder = read_country(name, name, given, (known, {}))
    country = decide(folder, as_of)
    order = Order(name, name, name, given, DOCUMENTS, (), ("docx",), "working", "", as_of, b"", {}, {}, {})
    receipt = _Bench(order, country, folder, "", quiet)._receipt("guidelines", "0.1")
    return State(known, as_of, receipt, tuple(composed(country, d) for d in DOCUMENTS))


def composed(country: Country, document: str) -> Draft:
    return compose(context_of(country, document, "en", "working", "0.1"), {})


def same(one: State, other: State) -> bool:
    return all(same_text(a, b) for a, b in zip(one.drafts, other.drafts, strict=True))


def touched(before: State, after: State) -> bool:
    return reach(before.library, before.as_of, after.library, after.as_of).touches(before.receipt)


def with_update(**keys: object) -> Library:
    """Return the library with one more update, as if it had come with a newer release."""
    plain = {"id": "new-event", "title": {"en": "Something happens"}, "standing": "watched", "date": "2026-11-01", "added": TODAY, "mark": "read"}  # fmt: skip
    path = "clauses/updates/new-event.yaml"
    laid, problems = with_law(shipped(), {}, {path: json.dumps({**plain, **keys}, indent=1).encode()})
    assert problems == [], [str(p) for p in problems]
    return laid


def update_days() -> list[str]:
    """Return the days on which shipped updates change what is said, each with the day before and the day after."""
    found: set[str] = {TODAY}
    for update in shipped().updates.values():
        for day in days_of(update):
            if len(day) == len(TODAY) and day >= "2021-01-02":
                one = datetime.date.fromisoformat(day)
                found |= {(one + datetime.timedelta(n)).isoformat() for n in (-1, 0, 1)}
    return sorted(found)


# Dates


@pytest.mark.parametrize("name", DAYS)
def test_what_is_not_touched_between_two_dates_comes_out_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sampled with a fixed seed: runs of neighbouring days around updates, and all pairs among them, both ways."""
    kept: dict[str, Library] = {}
    monkeypatch.setattr(reaching, "law_at", lambda library, day: kept.setdefault(day, law_at(library, day)))
    days = update_days()
    picked = {TODAY}
    luck = random.Random(name)
    while len(picked) < DAYS[name]:
        first = luck.randrange(len(days) - 1)
        picked.update(days[first : first + 2])
    states = [at(name, day) for day in sorted(picked)]
    said = {s.as_of: [repr(_neutral(d, (CHANGE_TABLE,), d.words.keys())) for d in s.drafts] for s in states}
    pairs = [(one, other) for one in states for other in states if one is not other]
    out = [(one.as_of, other.as_of) for one, other in pairs if not touched(one, other)]
    assert [(one, other) for one, other in out if said[one] != said[other]] == []
    assert out, "nobody is ever left out"


@pytest.mark.parametrize(
    ("name", "eve", "day", "wanted"),
    [
        ("norland", "2026-07-26", "2026-07-27", True),  # the Digital Omnibus
        ("tembala", "2026-07-26", "2026-07-27", False),
        ("us-federal", "2026-07-26", "2026-07-27", False),
        ("us-federal", "2025-04-02", "2025-04-03", True),  # M-25-21
        ("tembala", "2025-04-02", "2025-04-03", False),
        ("norland", "2026-05-14", "2026-05-15", True),  # the Framework Convention
        ("norland", "2025-11-18", "2025-11-19", True),  # a proposal prints a note
        ("tembala", "2025-11-18", "2025-11-19", False),
        ("norland", "2026-01-21", "2026-01-22", False),  # Korea's act
    ],
)
def test_an_event_reaches_those_whom_it_concerns(name: str, eve: str, day: str, wanted: bool) -> None:
    receipt = _receipt(name)
    assert reach(shipped(), eve, shipped(), day).touches(receipt) is wanted


@cache
def at(name: str, as_of: str) -> State:
    return decided(name, as_of)


def _receipt(name: str) -> Receipt:
    return at(name, TODAY).receipt


def test_nothing_reaches_anybody_where_nothing_moved() -> None:
    found = reach(shipped(), TODAY, shipped(), TODAY)
    assert not any(found.touches(_receipt(n)) for n in ("norland", "tembala"))
    assert not found.instruments and not found.updates and not found.states and not found.bound


def test_a_receipt_of_the_first_format_does_not_tell_and_may_be_touched() -> None:
    found = reach(shipped(), "2026-07-26", shipped(), "2026-07-27")
    assert not found.touches(_receipt("tembala"))
    assert found.touches(replace(_receipt("tembala"), law=(), updates=(), days=()))


# The country's own files


def test_the_day_of_the_state_s_own_law_reaches_it() -> None:
    law = example("norland")["country.yaml"].replace(
        b"from: 2007-03-01\n", b"from: 2007-03-01\n    until: 2026-10-05\n", 1
    )
    before, after = (decided("norland", d, files={"country.yaml": law}) for d in ("2026-10-04", "2026-10-05"))
    assert not same(before, after)
    assert touched(before, after)


def test_the_day_of_a_national_clause_reaches_its_state() -> None:
    own = clause_files({"list-of-our-own": "from: 2026-10-05; topic: governance-bodies"})
    before, after = (decided("norland", d, files=own) for d in ("2026-10-04", "2026-10-05"))
    assert not same(before, after)
    assert touched(before, after)


def test_the_day_from_which_a_national_clause_binds_reaches_its_state() -> None:
    own = clause_files({"list-of-our-own": "from: 2026-01-01; effective: {from: 2026-10-05}"})
    before, after = (decided("norland", d, files=own) for d in ("2026-10-04", "2026-10-05"))
    assert not same(before, after)
    assert touched(before, after)


@pytest.mark.parametrize("change", ["note", "date"])
def test_the_day_of_an_update_in_the_country_folder_reaches_its_state(change: str) -> None:
    moved = {"kind": "date", "provisions": ["EU-AIA 26(1)"], "was": "2027-12-02", "becomes": "2028-06-02"}
    keys = {"note": {"en": "It comes."}} if change == "note" else {"changes": [moved], "standing": "adopted"}
    one = {
        "id": "own-event", "title": {"en": "Something happens"}, "standing": "watched", "date": "2026-10-05",
        "added": "2026-10-05", "mark": "read", **keys,
    }  # fmt: skip
    own = {"clauses/updates/own-event.yaml": json.dumps(one).encode()}
    before, after = (decided("norland", d, files=own) for d in ("2026-10-04", "2026-10-05"))
    assert not same(before, after)
    assert touched(before, after)


def test_the_day_to_which_an_update_in_the_country_folder_moved_a_date_reaches_its_state() -> None:
    moved = {"kind": "date", "provisions": ["EU-AIA 26(1)"], "was": "2027-12-02", "becomes": "2028-06-02"}
    one = {
        "id": "own-event", "title": {"en": "Something happens"}, "standing": "adopted", "date": "2026-10-05",
        "added": "2026-10-05", "mark": "read", "changes": [moved],
    }  # fmt: skip
    own = {"clauses/updates/own-event.yaml": json.dumps(one).encode()}
    before, after = (decided("norland", d, files=own) for d in ("2028-06-01", "2028-06-02"))
    assert not same(before, after)
    assert touched(before, after)


# A newer library


def test_a_new_update_that_prints_a_note_reaches_those_whom_it_may_concern() -> None:
    newer = with_update(when="country.member_eu is yes", note={"en": "A proposal was made."})
    before, after = decided("norland"), decided("norland", library=newer)
    assert not same(before, after)
    assert touched(before, after)


def test_a_new_update_for_one_state_reaches_that_state_alone() -> None:
    newer = with_update(states=["KR"], note={"en": "An act of Korea."})
    found = reach(shipped(), TODAY, newer, TODAY)
    assert not found.touches(_receipt("norland"))
    assert found.touches(replace(_receipt("norland"), state_code="KR"))


def test_a_new_update_that_asks_again_reaches_those_whom_it_may_concern() -> None:
    newer = with_update(asks=["country.federal_structure"])
    before, after = decided("norland"), decided("norland", library=newer)
    assert not same(before, after)
    assert touched(before, after)


def test_a_new_update_that_says_nothing_to_anybody_reaches_nobody() -> None:
    newer = with_update()
    assert same(decided("norland"), decided("norland", library=newer))
    assert not reach(shipped(), TODAY, newer, TODAY).touches(_receipt("norland"))


@pytest.mark.parametrize(
    "keys",
    [
        {"mark": "recalled"}, {"note": {"en": "Otherwise."}}, {"title": {"en": "Otherwise"}}, {"date": "2026-11-02"},
        {"ends": "2026-11-20"}, {"when": "country.member_au is yes"},
    ],
    ids=lambda k: next(iter(k)),
)  # fmt: skip
def test_an_update_that_a_newer_library_tells_otherwise_reaches_those_whom_it_concerns(keys: dict[str, object]) -> None:
    plain: dict[str, object] = {"note": {"en": "A proposal was made."}, "when": "country.member_eu is yes"}
    before = decided("norland", library=with_update(**plain))
    after = decided("norland", library=with_update(**{**plain, **keys}))
    assert not same(before, after)
    assert touched(before, after)


def test_an_update_that_a_newer_library_widens_reaches_those_whom_it_concerns_now() -> None:
    before = decided("norland", library=with_update(note={"en": "A proposal."}, when="country.member_au is yes"))
    after = decided("norland", library=with_update(note={"en": "A proposal."}, when="country.member_eu is yes"))
    assert not same(before, after)
    assert touched(before, after)


def test_a_law_that_is_to_come_on_another_day_reaches_those_whom_it_concerns() -> None:
    plain = {"standing": "adopted", "published": "2026-11-01", "note": {"en": "It comes."}, "when": "country.member_eu is yes"}  # fmt: skip
    before = decided("norland", library=with_update(**plain, date="2027-01-01"))
    after = decided("norland", library=with_update(**plain, date="2027-02-01"))
    assert not same(before, after)
    assert touched(before, after)


def test_law_that_moved_reaches_those_to_whom_the_instrument_means_something() -> None:
    moved = {"kind": "date", "provisions": ["EU-AIA 26(1)"], "was": "2027-12-02", "becomes": "2028-06-02"}
    newer = with_update(standing="adopted", changes=[moved])
    before, after = decided("norland"), decided("norland", library=newer)
    assert not same(before, after)
    assert touched(before, after)
    found = reach(shipped(), TODAY, newer, TODAY)
    assert not found.touches(_receipt("tembala"))
    assert found.instruments == {"EU-AIA"}


def test_another_text_reaches_those_for_whom_the_clause_can_be_in() -> None:
    """A clause that needs an instrument which can bind a state; one that needs none reaches everyone."""
    library = shipped()
    bound = next(c for c in sorted(library.clauses) if reaching._needed(library.clauses[c][-1]) == {"EU-AIA"})
    free = next(c for c in sorted(library.clauses) if library.clauses[c][-1].when is None)
    for clause, wanted in ((bound, False), (free, True)):
        found = reach(library, TODAY, retold(clause), TODAY)
        assert found.touches(_receipt("norland"))
        assert found.touches(_receipt("tembala")) is wanted


def retold(clause: str) -> Library:
    """Return the library with another text of a clause."""
    library = shipped()
    text = library.clauses[clause][-1].texts["en"]
    newer = replace(library.clauses[clause][-1], texts={"en": replace(text, title=f"{text.title} indeed")})
    return replace(library, clauses={**library.clauses, clause: (*library.clauses[clause][:-1], newer)})


def test_a_clause_that_another_one_requires_reaches_those_whom_its_own_condition_leaves_out() -> None:
    """What a clause requires comes in with it, whatever binds the state."""
    planted = {
        "needed": "when: country.bound_by includes EU-AIA; from: 2021-01-01", "needing": "requires: [needed]; from: 2021-01-01",
    }  # fmt: skip
    first, second = (planted_library(planted, text) for text in ("", " And more."))
    before, after = decided("tembala", library=first), decided("tembala", library=second)
    assert not same(before, after)
    assert touched(before, after)


def planted_library(planted: Mapping[str, str], more: str = "") -> Library:
    """Return the library with clauses of a test, the first of which says more."""
    files = dict(clause_files(planted))
    first = next(p for p in files if p.endswith(f"{next(iter(planted))}/2021-01-01/en.md"))
    files[first] = files[first].replace(b"act.", f"act.{more}".encode())
    library, problems = load({**shelf.built_in().files, **files}, checked=False)
    assert library is not None, [str(p) for p in problems]
    return library


def test_the_day_from_which_a_clause_of_the_library_binds_reaches_those_who_may_have_it() -> None:
    library = planted_library({"dated": "effective: {from: 2026-10-05}; from: 2021-01-01"})
    before, after = (decided("tembala", d, library=library) for d in ("2026-10-04", "2026-10-05"))
    assert not same(before, after)
    assert touched(before, after)


# Records of memberships and treaties

STATED = {"country.yaml": b"state: KE\nformat: 1\nname: Republic of Kenya\n"}


def stated(as_of: str = TODAY, library: Library | None = None) -> State:
    """Decide a folder that says no more than which state it is, so that the records answer."""
    known = library or shipped()
    folder = read_country("kenya", "kenya", STATED, (known, {}))
    country = decide(folder, as_of)
    order = Order("kenya", "kenya", "kenya", STATED, DOCUMENTS, (), ("docx",), "working", "", as_of, b"", {}, {}, {})
    receipt = _Bench(order, country, folder, "", quiet)._receipt("guidelines", "0.1")
    return State(known, as_of, receipt, tuple(composed(country, d) for d in DOCUMENTS))


def with_membership(state: str, row: Membership, library: Library | None = None) -> Library:
    found = library or shipped()
    rows = {**found.records.memberships, state: (*found.records.memberships[state], row)}
    return replace(found, records=replace(found.records, memberships=rows))


def test_a_membership_that_began_reaches_its_state() -> None:
    row = replace(shipped().records.memberships["KE"][0], organisation="ASEAN", since="2026-10-05")
    newer = with_membership("KE", row)
    before, after = (stated(d, newer) for d in ("2026-10-04", "2026-10-05"))
    assert touched(before, after) and touched(after, before)
    assert not reach(newer, "2026-10-04", newer, "2026-10-05").states - {"KE"}


def test_a_list_of_members_that_is_new_or_marked_otherwise_reaches_all_who_are_not_on_it() -> None:
    """The list of an organisation is complete: by the first row of it all others are known to be no members."""
    others = {
        s: tuple(m for m in rows if m.organisation != "ASEAN") for s, rows in shipped().records.memberships.items()
    }
    older = replace(shipped(), records=replace(shipped().records, memberships=others))
    before, after = stated(library=older), stated()
    assert not same(before, after)
    assert touched(before, after)
