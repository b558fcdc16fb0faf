"""Updates: each kind of change, each fault at its place with its repair, and the law that they add up to at a date."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny import tiny_files

from pipeline.library.load import load, with_law
from pipeline.library.updates import days_of, enact, known, law_at
from pipeline.model.law import Provision
from pipeline.model.library import Library
from pipeline.model.problem import Problem

Tree = Mapping[str, object]
LAW, REF = "LAW-1", "LAW-1 1"
EVE, DAY = "2024-12-31", "2025-01-01"
MOVED = {"kind": "date", "provisions": [REF], "was": "2020", "becomes": "2027-01-01"}
SAID = {"kind": "wording", "provision": REF, "gist": {"en": "It says more."}}
STATUS = {"text": {"en": "Amended."}, "as_of": DAY}
NEW = {"id": "2", "gist": {"en": "It is new."}, "strength": "should", "mark": "read"}
WHOLE = {
    "id": "LAW-3", "title": {"en": "Law 3"}, "short": {"en": "Law 3"}, "body": "Parliament", "kind": "treaty",
    "rank": "treaty", "binding": "yes", "group": "all", "mark": "read", "adopted": DAY, "provisions": [NEW],
}  # fmt: skip


def update(id_: str = "one", *changes: Tree, **keys: object) -> Tree:
    """Return an update as it is written: adopted on the day, learned of a month later."""
    plain = {"id": id_, "title": {"en": id_}, "standing": "adopted", "date": DAY, "added": "2025-02-01", "mark": "read"}
    return {**plain, "changes": list(changes), **keys}


def written(*updates: Tree, **instruments: Tree) -> dict[str, bytes]:
    """Return the tiny library's files with updates, and with keys of its instruments replaced or, where None, gone (`LAW_1={...}`)."""
    files = tiny_files()
    for name, keys in instruments.items():
        path = f"clauses/instruments/{name.replace('_', '-')}.yaml"
        tree = {k: v for k, v in {**json.loads(files[path]), **keys}.items() if v is not None}
        files[path] = json.dumps(tree).encode()
    laid = {f"clauses/updates/{one['id']}.yaml": json.dumps(one, indent=1).encode() for one in updates}
    return files | laid


def sound(*updates: Tree, **instruments: Tree) -> Library:
    library, problems = load(written(*updates, **instruments))
    assert library is not None, "\n".join(map(str, problems))
    return library


def faults(*updates: Tree, **instruments: Tree) -> list[Problem]:
    library, problems = load(written(*updates, **instruments))
    assert library is None or not problems
    return [p for p in problems if not p.warning]


def at(library: Library, as_of: str, ref: str = REF) -> Provision:
    return law_at(library, as_of).provisions[ref]


# Each kind


def test_a_date_moves_on_the_day_of_the_update_and_not_before() -> None:
    library = sound(update("one", MOVED))
    assert at(library, EVE).start == "2020"
    assert at(library, DAY).start == "2027-01-01"
    assert at(library, EVE).gist == at(library, DAY).gist


def test_applies_changes_nothing_for_the_day_was_known_before() -> None:
    library = sound(update("one", {"kind": "applies", "provisions": [REF]}, date="2020-05-01", added="2020-05-01"))
    assert at(library, "2020-04-30") == at(library, "2020-05-01") == at(library, DAY)


def test_a_provision_reads_otherwise_from_the_day_and_keeps_what_is_not_said_anew() -> None:
    library = sound(update("one", {**SAID, "mark": "other", "strength": "should"}))
    before, after = at(library, EVE), at(library, DAY)
    assert (before.gist["en"], before.strength, before.mark) == ("It says.", "shall", "read")
    assert (after.gist["en"], after.strength, after.mark) == ("It says more.", "should", "other")
    assert (after.start, after.addressee, after.ref) == (before.start, before.addressee, before.ref)


def test_a_wording_that_nobody_marked_counts_as_recalled() -> None:
    assert at(sound(update("one", SAID)), DAY).mark == "recalled"


def test_a_provision_enters_on_the_day_and_applies_from_then_where_no_other_day_is_said() -> None:
    later = {**NEW, "id": "3", "from": "2027"}
    library = sound(update("one", {"kind": "enters", "instrument": LAW, "new": [NEW, later]}))
    assert "LAW-1 2" not in law_at(library, EVE).provisions
    assert (at(library, DAY, "LAW-1 2").start, at(library, DAY, "LAW-1 3").start) == (DAY, "2027")
    assert [p.ref for p in law_at(library, DAY).instruments[LAW].provisions] == ["LAW-1 1", "LAW-1 2", "LAW-1 3"]


def test_a_provision_ends_on_the_day_and_stays_in_the_register() -> None:
    library = sound(update("one", {"kind": "ends", "provisions": [REF]}))
    assert (at(library, EVE).until, at(library, DAY).until) == ("", DAY)


def test_a_status_is_what_is_known_from_the_day() -> None:
    told = {"kind": "status", "instrument": LAW, "status": STATUS, "binding": "yes", "in_force": DAY}
    library = sound(update("one", told), LAW_1={"binding": "not_yet", "in_force": None, "adopted": "2020"})
    before, after = (law_at(library, d).instruments[LAW] for d in (EVE, DAY))
    assert (before.status["en"], before.binding, before.in_force) == ("In force.", "not_yet", "")
    assert (after.status["en"], after.status_as_of, after.binding, after.in_force) == ("Amended.", DAY, "yes", DAY)


def test_an_instrument_is_not_known_before_its_first_day() -> None:
    library = sound(update("one", {"kind": "instrument", "whole": WHOLE}))
    before, after = law_at(library, EVE), law_at(library, DAY)
    assert "LAW-3 2" not in before.provisions and "LAW-3 2" in after.provisions
    assert not known(before.instruments["LAW-3"], EVE) and known(after.instruments["LAW-3"], DAY)


def test_an_instrument_that_an_update_brings_later_is_nothing_before_though_it_was_adopted_earlier() -> None:
    """The library learned of the text on the day of the update; what it says later must not stand before."""
    brought = {"kind": "instrument", "whole": {**WHOLE, "adopted": "2020", "in_force": DAY, "status": STATUS}}
    amended = update("two", {"kind": "wording", "provision": "LAW-3 2", "gist": {"en": "Amended."}}, date="2026-01-01", added="2026-01-01")  # fmt: skip
    library = sound(update("one", brought), amended)
    assert "LAW-3 2" not in law_at(library, EVE).provisions
    assert law_at(library, EVE).instruments["LAW-3"].provisions == ()
    assert at(library, DAY, "LAW-3 2").gist["en"] == "It is new."
    assert at(library, "2026-01-01", "LAW-3 2").gist["en"] == "Amended."


def test_an_instrument_is_withdrawn_from_the_day() -> None:
    library = sound(update("one", {"kind": "withdrawn", "instrument": LAW}))
    assert [law_at(library, d).instruments[LAW].until for d in (EVE, DAY)] == ["", DAY]


def test_days_on_which_an_update_changes_what_a_draft_says() -> None:
    watched = update("one", standing="watched", published="2024-06-01", ends="2026-01-01")
    adopted = update("two", published="2024-06-01")
    library = sound(watched, adopted)
    assert days_of(library.updates["one"]) == (DAY, "2026-01-01")
    assert days_of(library.updates["two"]) == ("2024-06-01", DAY)


@pytest.mark.parametrize(
    ("keys", "standing"),
    [
        ({"published": "2024-06-01"}, ["unknown", "coming", "in_force", "in_force"]),
        ({}, ["unknown", "unknown", "in_force", "in_force"]),
        ({"standing": "watched"}, ["unknown", "unknown", "watched", "watched"]),
        ({"standing": "watched", "ends": "2026-01-01"}, ["unknown", "unknown", "watched", "over"]),
    ],
)
def test_an_update_is_unknown_then_coming_then_in_force_or_watched_until_it_is_over(
    keys: Tree, standing: list[str]
) -> None:
    one = sound(update("one", **keys)).updates["one"]
    assert [one.standing_at(d) for d in ("2024-05-31", "2024-06-01", DAY, "2026-01-01")] == standing


def test_an_update_learned_of_after_it_was_public_is_back_filled() -> None:
    library = sound(update("one", published="2024-06-01"), update("two", added=DAY))
    assert (library.updates["one"].back_filled, library.updates["two"].back_filled) == (True, False)


# Faults


@dataclass(frozen=True)
class Bad:
    """An update that is wrong in one place.

    Attributes:
        wrong: The update.
        at: What stands first on the line that is blamed.
        message: Words of the message.
        fix: Words of the repair.
        code: The code.
    """

    wrong: Tree
    at: str
    message: str
    fix: str
    code: str = "UPDATE-001"


BAD = {
    "unknown provision": Bad(
        update("one", {**MOVED, "provisions": ["LAW-1 11"]}), "{", "no provision 'LAW-1 11' stands at that date; did you mean 'LAW-1 1'?",
        "name one of the register, or bring it first with `kind: enters`", "UPDATE-002",
    ),
    "unknown instrument": Bad(
        update("one", {"kind": "withdrawn", "instrument": "LAW-11"}), "{", "no instrument 'LAW-11'; did you mean", "clauses/instruments", "UPDATE-002"
    ),
    "new provision of an instrument not there": Bad(
        update("one", {"kind": "enters", "instrument": "LAW-11", "new": [NEW]}), "{", "no instrument 'LAW-11'", "bring it first, with `kind: instrument`", "UPDATE-002"
    ),
    "a day that did not stand before": Bad(
        update("one", {**MOVED, "was": "2021"}), "{", "LAW-1 1 applied from 2020 before, not from 2021", "mend `was`", "UPDATE-002"
    ),
    "a provision that stands already": Bad(
        update("one", {"kind": "enters", "instrument": LAW, "new": [{**NEW, "id": "1"}]}), "{", "LAW-1 1 stands already", "`kind: wording`", "UPDATE-002"
    ),
    "applies from another day": Bad(
        update("one", {"kind": "applies", "provisions": [REF]}), "{", "LAW-1 1 applies from 2020, not from 2025-01-01", "`kind: date`", "UPDATE-002"
    ),
    "an instrument of other dates": Bad(
        update("one", {"kind": "instrument", "instrument": LAW}), "{", "LAW-1 has 2020, and none of these is 2025-01-01", "mend the date", "UPDATE-002"
    ),
    "an instrument that stands, brought whole": Bad(
        update("one", {"kind": "instrument", "whole": {**WHOLE, "id": LAW}}), "{", "the register has LAW-1 already", "name it with `instrument`", "UPDATE-002"
    ),
    "not binding, and in force": Bad(
        update("one", {"kind": "status", "instrument": LAW, "status": STATUS, "binding": "not_yet", "in_force": DAY}), "{", "not yet binding, and yet in force", "remove `in_force`", "UPDATE-002"
    ),
    "a watched event that binds": Bad(
        update("one", {"kind": "status", "instrument": LAW, "status": STATUS, "binding": "no"}, standing="watched"), "{", "what is only watched binds nobody", "remove `binding`", "UPDATE-002"
    ),
    "ends before it applies": Bad(
        update("one", {**MOVED}, {"kind": "ends", "provisions": [REF]}), "{", "LAW-1 1 ends 2025-01-01, before it applies from 2027-01-01", "mend a date", "UPDATE-002"
    ),
    "published after its date": Bad(
        update("one", published="2025-01-15"), '"published"', "published 2025-01-15, after the day from which it counts, 2025-01-01", 'retroactive: "true"'
    ),
    "added before it was published": Bad(
        update("one", published="2024-06-01", added="2024-05-31"), '"added"', "added on 2024-05-31, before it was published", "mend a date"
    ),
    "watched, added before it happened": Bad(
        update("one", standing="watched", added=EVE), '"added"', "added on 2024-12-31, before it was published", "mend a date"
    ),
    "ends before its date": Bad(
        update("one", standing="watched", ends=DAY), '"ends"', "ends 2025-01-01, not after 2025-01-01", "remove `ends`, or mend a date"
    ),
    "adopted, and ends": Bad(update("one", ends="2026-01-01"), '"ends"', "only a watched event ends", "remove `ends`"),
    "a missing key": Bad(
        update("one", {"kind": "date", "provisions": [REF], "becomes": DAY}), "{", "a change of kind 'date' needs `was`", "add `was`"
    ),
    "a key of another kind": Bad(
        update("one", {**MOVED, "gist": {"en": "It says."}}), '"gist"', "`gist` does not belong to a change of kind 'date'", "remove it, or name another kind"
    ),
    "a day of another kind": Bad(
        update("one", {"kind": "ends", "provisions": [REF], "from": DAY}), '"from"', "`from` does not belong to a change of kind 'ends'", "remove it"
    ),
    "an unknown key": Bad(update("one", datte=DAY), '"datte"', "unknown key 'datte'; did you mean 'date'?", ""),
    "an unknown kind": Bad(update("one", {"kind": "moves"}), '"kind"', "'moves' is not allowed here", "enters"),
    "both name and whole": Bad(
        update("one", {"kind": "instrument", "instrument": LAW, "whole": WHOLE}), "{", "one of `instrument` and `whole` is needed", "keep one of them"
    ),
    "neither name nor whole": Bad(update("one", {"kind": "instrument"}), "{", "one of `instrument` and `whole` is needed", "keep one of them"),
    "an unknown slot": Bad(update("one", slots=["police_akt"]), '"police_akt"', "no slot 'police_akt'; did you mean 'police_act'?", "use one of: "),
    "an unknown question": Bad(update("one", asks=["country.aa"]), '"country.aa"', "no question 'country.aa'; did you mean 'country.a'?", "use one of: "),
    "an unknown condition": Bad(update("one", when="country.aa is yes"), '"when"', "'country.aa' is no question or finding", ""),
    "a state that is no code": Bad(update("one", states=["Norland"]), '"Norland"', "", ""),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_wrong_update_is_told_at_its_place_with_its_repair(bad: Bad) -> None:
    found = faults(bad.wrong)
    assert found, "nothing is found"
    told = [p for p in found if bad.message in p.message and bad.fix in p.fix and p.code == bad.code]
    assert told, [str(p) for p in found]
    place = told[0].place
    lines = json.dumps(bad.wrong, indent=1).split("\n")
    assert place.file == "clauses/updates/one.yaml"
    assert place.line and lines[place.line - 1].strip().startswith(bad.at), (str(told[0]), lines[place.line - 1])
    assert all(p.fix for p in found)


CHANGES_LAW: Sequence[Tree] = (
    MOVED, {"kind": "applies", "provisions": [REF]}, SAID, {"kind": "enters", "instrument": LAW, "new": [NEW]},
    {"kind": "ends", "provisions": [REF]}, {"kind": "instrument", "whole": WHOLE}, {"kind": "withdrawn", "instrument": LAW},
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES_LAW, ids=lambda c: str(c["kind"]))
def test_what_is_only_watched_changes_no_law(change: Tree) -> None:
    found = faults(update("one", change, standing="watched"))
    assert any(p.message == "what is only watched changes no law" and "standing: adopted" in p.fix for p in found)


def test_a_watched_event_may_say_what_is_known_of_an_instrument() -> None:
    library = sound(update("one", {"kind": "status", "instrument": LAW, "status": STATUS}, standing="watched"))
    assert law_at(library, DAY).instruments[LAW].status["en"] == "Amended."
    assert law_at(library, DAY).provisions == law_at(library, EVE).provisions


def test_the_file_bears_the_name_of_the_update() -> None:
    files = tiny_files() | {"clauses/updates/two.yaml": json.dumps(update("one")).encode()}
    _, problems = load(files)
    assert [(p.code, p.fix) for p in problems] == [("UPDATE-001", "rename the file to one.yaml")]


def test_a_law_may_look_back_where_the_update_says_so() -> None:
    assert sound(update("one", MOVED, published="2025-01-15", retroactive="true")).updates["one"].published


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (MOVED, {**MOVED, "becomes": "2028"}),
        (MOVED, {**MOVED, "was": "2027-01-01", "becomes": "2028"}),
        (SAID, {**SAID, "gist": {"en": "It says something else."}}),
        (MOVED, {**SAID, "from": "2028"}),
        ({"kind": "status", "instrument": LAW, "status": STATUS}, {"kind": "status", "instrument": LAW, "status": {**STATUS, "text": {"en": "Over."}}}),
        ({"kind": "ends", "provisions": [REF]}, {"kind": "ends", "provisions": [REF]}),
    ],
    ids=["date", "date that follows on", "wording", "date and wording with a day", "status", "ends"],
)  # fmt: skip
def test_two_updates_of_one_day_that_change_the_same_contradict(one: Tree, other: Tree) -> None:
    found = faults(update("one", one), update("two", other))
    assert any("'one' on the same day" in p.message and p.place.file == "clauses/updates/two.yaml" for p in found), [
        str(p) for p in found
    ]


def test_two_updates_that_both_move_a_date_cannot_both_be_right_about_what_stood_before() -> None:
    later = update("two", {**MOVED, "becomes": "2028"}, date="2026-01-01", added="2026-01-01")
    found = faults(update("one", MOVED), later)
    assert [p.message for p in found] == ["LAW-1 1 applied from 2027-01-01 before, as 'one' left it, not from 2020"]


def test_an_ended_provision_changes_no_more() -> None:
    ended = update("one", {"kind": "ends", "provisions": [REF]})
    assert any("LAW-1 1 ended on 2025-01-01" in p.message for p in faults(ended, update("two", SAID, date="2026-01-01", added="2026-01-01")))  # fmt: skip


def test_a_provision_that_will_end_may_change_until_then() -> None:
    files = json.loads(tiny_files()["clauses/instruments/LAW-1.yaml"])
    ending = {"provisions": [{**files["provisions"][0], "until": "2030-01-01"}]}
    assert at(sound(update("one", SAID), LAW_1=ending), DAY).gist["en"] == "It says more."


# The order in which they are laid


def test_updates_are_laid_in_order_of_date_whatever_they_are_called() -> None:
    first = update("zeta", MOVED, date="2025-01-01")
    second = update("alpha", {**MOVED, "was": "2027-01-01", "becomes": "2028"}, date="2025-06-01", added="2025-06-01")
    library = sound(second, first)
    assert list(library.updates) == ["zeta", "alpha"]
    assert [at(library, d).start for d in (EVE, "2025-05-31", "2025-06-01")] == ["2020", "2027-01-01", "2028"]


def test_an_update_that_the_library_has_taken_up_counts_once() -> None:
    library = sound(update("one", MOVED))
    file = {"clauses/updates/one.yaml": json.dumps(update("one", {**MOVED, "becomes": "2031"})).encode()}
    laid, problems = with_law(library, {}, file)
    assert problems == [] and at(laid, DAY).start == "2027-01-01"
    assert not laid.updates["one"].national


def test_an_update_travels_as_one_file_with_the_instrument_that_it_brings() -> None:
    file = {"clauses/updates/two.yaml": json.dumps(update("two", {"kind": "instrument", "whole": WHOLE})).encode()}
    laid, problems = with_law(sound(update("one", MOVED)), {}, file)
    assert problems == [] and laid.updates["two"].national
    assert at(laid, DAY, "LAW-3 2").start == ""


# Whatever the sequence


@st.composite
def sequences(draw: st.DrawFn) -> list[Tree]:
    """Draw updates that are sound one after the other, at days of their own, in any order of name."""
    names = draw(st.permutations([f"u{n}" for n in range(draw(st.integers(1, 7)))]))
    starts = {"LAW-1 1": "2020", "LAW-2 1": "2020"}
    ended: set[str] = set()
    found: list[Tree] = []
    month = 0
    for n, name in enumerate(names):
        month += draw(st.integers(1, 5))
        day = f"{2021 + month // 12}-{month % 12 + 1:02}-15"
        standing = [
            r for r in starts if r not in ended and "" < starts[r] <= day
        ]  # a day that nobody knows cannot be said to have stood
        kind = draw(st.sampled_from(["date", "wording", "enters", "ends", "status", "withdrawn", "whole", "watched"]))
        if kind in ("date", "wording", "ends") and standing:
            ref = draw(st.sampled_from(standing))
            if kind == "date":
                becomes = draw(st.sampled_from(["2020-06-01", "2029", "2030-02-01"]))
                change: Tree = {"kind": "date", "provisions": [ref], "was": starts[ref], "becomes": becomes}
                starts[ref] = becomes
            elif kind == "wording":
                change = {"kind": "wording", "provision": ref, "gist": {"en": f"As of {day}."}}
            else:
                change = {"kind": "ends", "provisions": [ref]}
                ended.add(ref)
        elif kind == "enters":
            change = {"kind": "enters", "instrument": LAW, "new": [{**NEW, "id": f"{n}0"}]}
            starts[f"LAW-1 {n}0"] = day
        elif kind == "whole":
            began = draw(st.sampled_from([{"adopted": day}, {"adopted": "2020", "in_force": day}]))
            change = {"kind": "instrument", "whole": {**{k: v for k, v in WHOLE.items() if k != "adopted"}, "id": f"BILL-{n}", **began}}  # fmt: skip
            starts[f"BILL-{n} 2"] = began.get("in_force", "")
        elif kind == "withdrawn":
            change = {"kind": "withdrawn", "instrument": "LAW-2"}
        else:
            change = {"kind": "status", "instrument": LAW, "status": {"text": {"en": day}, "as_of": day}}
        standing_ = "watched" if kind == "watched" else "adopted"
        found.append(update(name, change, standing=standing_, date=day, added=day))
    return found


def stands(library: Library, as_of: str) -> object:
    """Return the law at a date: provisions, and the instruments that have come by then."""
    law = law_at(library, as_of)
    brought = [c.instrument for u in library.updates.values() if u.date > as_of for c in u.changes if c.whole]
    return law.provisions, {i: one for i, one in law.instruments.items() if i not in brought}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequences(), st.integers(0, 47))
def test_the_law_at_a_date_is_what_the_updates_up_to_it_add_up_to(updates: list[Tree], month: int) -> None:
    whole = sound(*updates)
    day = f"{2021 + month // 12}-{month % 12 + 1:02}-20"
    upto = sound(*(u for u in updates if str(u["date"]) <= day))
    assert stands(whole, day) == stands(upto, day)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sequences())
def test_between_the_days_of_updates_the_law_stands_still(updates: list[Tree]) -> None:
    library = sound(*updates)
    days = sorted({u.date for u in library.updates.values()})
    for day, following in zip(days, [*days[1:], "2031-01-01"], strict=True):
        eve = f"{following[:8]}{int(following[8:]) - 1:02}" if following < "2031" else "2030-12-31"
        assert law_at(library, day) == law_at(library, eve)
    assert law_at(library, "2020-12-31") == law_at(library, f"{days[0][:8]}14")


# What ships


def test_nothing_watched_changes_a_provision_of_the_shipped_library(library: Library) -> None:
    watched = {i: u for i, u in library.updates.items() if u.standing == "watched"}
    assert watched
    found, problems = enact(library.enacted, watched)
    assert problems == []
    for name, one in library.enacted.items():
        assert found[name].provisions == one.provisions
        assert (found[name].binding, found[name].in_force, found[name].until) == (one.binding, one.in_force, one.until)


def test_the_shipped_updates_are_replayed_without_a_fault_and_lead_to_the_library_s_own_law(library: Library) -> None:
    found, problems = enact(library.enacted, library.updates)
    assert problems == []
    assert found == library.instruments
    assert list(library.updates) == sorted(library.updates, key=lambda i: (library.updates[i].date, i))


def test_each_shipped_update_is_dated_marked_and_told_in_one_line(library: Library) -> None:
    for one in library.updates.values():
        assert one.title["en"] and "\n" not in one.title["en"], one.id
        assert one.source.startswith("http") or (one.mark == "recalled" and not one.source), one.id
        assert one.changes or one.note or one.slots or one.asks, f"{one.id} changes and says nothing"
