"""`prove`: how many agencies a claim needs, what runs out of time, overlays, acceptances, dates, and the same report twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest
from planted import clause_files, with_clauses
from tiny import AS_OF, decided, overlay, tiny, tiny_files

import pipeline.cli as command_line
from pipeline.cli.ending import ending
from pipeline.compose.printed import printed_refs
from pipeline.model.library import Library
from pipeline.model.problem import Exit
from pipeline.prove.claims import Claim
from pipeline.prove.proof import SMALL, Defect, Prover, claims_of, prove
from pipeline.prove.sizes import suffices
from pipeline.prove.world import Size

ROOT = Path(__file__).resolve().parents[1]
Run = Callable[..., tuple[int, str, str]]

PERMIT = "stance: permit; strength: may"
CLASH = {"allow": f"{PERMIT}; when: country.a is yes", "forbid": "stance: prohibit; when: country.b is yes"}
SYSTEMS = {"form": "at_least", "n": 3, "systems": "system.mark is yes"}
KINDS: Mapping[str, object] = {
    f"country.some_{kind}": {"form": "some_agency", "agencies": f"agency.kind is {kind}"}
    for kind in ("one", "two", "three")
} | {"country.every_two": {"form": "every_agency", "agencies": "agency.kind is two"}}


def found_in(library: Library) -> list[Defect]:
    """Return the defects of a tiny library, but for findings that only other tests read."""
    found = prove(library, AS_OF, printed_refs(library))
    assert found.unproved == ()
    return [d for d in found.defects if not d.accepted and d.claim.kind != "unread"]


def failing(library: Library) -> list[tuple[str, str, str]]:
    return [d.claim.name for d in found_in(library)]


def needs(*kinds: str) -> str:
    return f"{PERMIT}; when: {{all: [{', '.join(f'country.some_{k} is yes' for k in kinds)}]}}"


def test_a_sound_library_holds() -> None:
    library = tiny()
    found = prove(library, AS_OF, printed_refs(library))
    assert found.holds and found.claims > 20
    assert failing(library) == []


# --- how many agencies and systems


@pytest.mark.parametrize(
    ("clauses", "findings", "agencies", "systems"),
    [
        ({"allow": f"{PERMIT}; when: country.many is yes"}, {"country.many": SYSTEMS}, 1, 3),
        ({"allow": f"{PERMIT}; when: country.many is yes"}, {"country.many": {**SYSTEMS, "n": 5}}, 1, 5),
        ({"allow": f"scope: agency; {PERMIT}; when: agency.many is yes"}, {"agency.many": SYSTEMS}, 1, 3),
        ({"allow": needs("one", "two")}, KINDS, 2, 0),
        ({"allow": needs("one", "two", "three")}, KINDS, 3, 0),
    ],
)
def test_a_witness_has_as_many_agencies_and_systems_as_it_takes(
    clauses: dict[str, str], findings: Mapping[str, object], agencies: int, systems: int
) -> None:
    library = tiny({**clauses, "forbid": "stance: prohibit"}, findings)
    (defect,) = found_in(library)
    assert defect.claim.name == ("contradiction", "allow", "forbid")
    assert defect.witness is not None
    subjects = list(defect.witness.answers)
    assert sum("/" not in s for s in subjects) - 1 == agencies
    assert sum("/" in s for s in subjects) == systems
    assert defect.witness.size == 2 * (agencies + systems) - (agencies if systems else 0)
    selection = decided(defect.witness, library)
    assert all(selection.decisions[c].printed for c in ("allow", "forbid"))


def clash_of(library: Library) -> tuple[Prover, list[Claim]]:
    prover = Prover(library, AS_OF)
    claims = [c for c in claims_of(prover.world(SMALL[0]), frozenset()) if c.kind == "contradiction"]
    assert len(claims) == 1
    return prover, claims


def test_what_no_number_of_agencies_brings_about_is_proved_without_counting_them() -> None:
    """An agency of the one kind cannot stand in a state all of whose agencies are of the other."""
    allow, forbid = (
        f"{PERMIT}; when: country.every_two is yes",
        "scope: agency; stance: prohibit; when: agency.kind is one",
    )
    prover, claims = clash_of(tiny({"allow": allow, "forbid": forbid}, KINDS))
    assert prover.possible(Size(1, 1, others=True), claims) == {claims[0]: False}
    assert list(prover.settle(claims)) == []
    assert prover.possible(Size(4, 1), claims) == {claims[0]: False}


def test_what_others_unseen_leave_open_is_proved_in_a_country_large_enough() -> None:
    """Two counts against each other: of agencies unseen both could be said, of any that are seen not."""
    allow, forbid = f"{PERMIT}; when: country.some_one is yes", "stance: prohibit; when: country.every_two is yes"
    prover, claims = clash_of(tiny({"allow": allow, "forbid": forbid}, KINDS))
    assert prover.possible(Size(1, 1, others=True), claims) == {claims[0]: True}
    assert list(prover.settle(claims)) == []
    size = suffices(claims[0], prover.world(SMALL[0]))
    assert size.agencies > SMALL[1].agencies
    assert prover.possible(size, claims) == {claims[0]: False}


def test_what_could_hold_beside_others_unseen_must_still_be_shown_in_a_country() -> None:
    """Two kinds that one agency cannot have: with a single agency impossible, and with others unseen left open."""
    prover, claims = clash_of(tiny({"allow": needs("one", "two"), "forbid": "stance: prohibit"}, KINDS))
    assert prover.possible(Size(1, 1), claims)[claims[0]] is False
    assert prover.possible(Size(1, 1, others=True), claims)[claims[0]] is True
    assert [size for _, size in prover.settle(claims)] == [Size(2, 2)]


def test_a_clause_for_several_agencies_is_not_out_of_reach() -> None:
    library = tiny(
        {"rare": "when: {all: [country.some_one is yes, country.some_two is yes, country.some_three is yes]}"}, KINDS
    )
    assert failing(library) == []
    library = tiny({"never": "when: {all: [country.some_one is yes, country.every_two is yes]}"}, KINDS)
    assert failing(library) == [("unreachable", "never", "")]


def test_every_escalation_is_asked_by_itself() -> None:
    """Two clauses and two escalations of one clause share a case and a strength, and are told apart all the same."""
    live = "{to: shall, when: country.a is yes}"
    dead = "{to: shall, when: {all: [country.a is yes, country.b is yes]}}"
    clauses = {
        "one": f"strength: should; escalate: [{live}]",
        "two": f"strength: should; escalate: [{live}, {dead}]",
    }
    found = [claim for claim in failing(tiny(clauses)) if claim[0] == "dead_branch"]
    assert found == [("dead_branch", "two", "escalate.1")]
    reversed_ = {"two": f"strength: should; escalate: [{dead}, {live}]", "zed": f"strength: should; escalate: [{live}]"}
    found = [claim for claim in failing(tiny(reversed_)) if claim[0] == "dead_branch"]
    assert found == [("dead_branch", "two", "escalate.0")]


def test_an_exclusion_is_proved_under_each_pack_s_order_of_ranks() -> None:
    """Under `base` the high one wins, under `other` the low one; what needs the low one breaks under `base` alone."""
    pair = {"low": "cites: ['LAW-2 1']; excludes: [high]", "high": "cites: ['LAW-1 1']"}
    assert failing(tiny(pair)) == []
    library = tiny({**pair, "needs-low": "when: country.a is yes; requires: [low]"})
    (defect,) = found_in(library)
    assert defect.claim.name == ("required_but_defeated", "needs-low", "low")
    assert defect.witness is not None
    assert defect.witness.packs == ("base",)
    lost = decided(defect.witness, library).decisions["low"]
    assert (lost.status, lost.ground) == ("out", "excluded")


def test_a_duty_that_ends_with_the_third_risky_system_is_found(library: Library) -> None:
    rule = next(r for r in library.rules if r.form == "at_least" and r.n > 1 and r.ref.startswith("agency."))
    planted = with_clauses(library, {"planted": f"scope: agency; strength: shall; when: {rule.ref} is no"})
    prover = Prover(planted, AS_OF)
    claims = [
        c for c in claims_of(prover.world(SMALL[0]), frozenset()) if c.name == ("weaker_with_risk", "planted", "shall")
    ]
    assert prover.possible(Size(1, rule.n), claims) == {claims[0]: True}
    assert [c for c, _ in prover.settle(claims)] == claims


# --- facts, and what is told once


def test_a_fact_rules_a_contradiction_out_and_is_named() -> None:
    assert failing(tiny(CLASH)) == [("contradiction", "allow", "forbid")]
    fact = {
        "id": "never-both", "subject": "country", "never": {"all": ["country.a is yes", "country.b is yes"]},
        "reason": "To test.", "owner": "tester",
    }  # fmt: skip
    library = tiny(CLASH, facts=[fact])
    assert [f.id for f in prove(library, AS_OF, frozenset()).facts] == ["never-both"]
    assert failing(library) == [("permission_over_open_prohibition", "allow", "forbid")]


def test_what_another_defect_implies_is_not_told_again() -> None:
    library = tiny({"never": "when: {all: [country.a is yes, country.a is no]}"})
    assert failing(library) == [("unreachable", "never", "")]
    assert failing(tiny(CLASH)) == [("contradiction", "allow", "forbid")]


# --- the command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return the command line; `files` is the library in place of the shipped one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")

    def call(*words: str | Path, files: dict[str, bytes] | None = None) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            if files is not None:
                patch.setattr("pipeline.project.proving.library_files", lambda: files)
            patch.setattr(sys, "argv", ["clausewright", *map(str, words)])
            code = ending(command_line.cli)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def folder(path: Path, clauses: Mapping[str, str]) -> Path:
    for name, data in {"country.yaml": b"format: 1\nname: Here\n", **overlay(clauses)}.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def names(out: str) -> list[tuple[str, str, str]]:
    return [
        (d["kind"], d["at"], d["other"]) for d in json.loads(out)["defects"] if not d["accepted"] and not d["advice"]
    ]


def test_the_command_says_what_holds_and_what_does_not(run: Run) -> None:
    code, out, err = run("prove", files=tiny_files())
    assert (code, "0 defects" in out, "0 not proved" in out) == (Exit.FINE, True, True)
    assert f"proving {AS_OF} (1 of 1)" in err
    code, out, _ = run("prove", files=tiny_files(CLASH))
    assert code == Exit.DOES_NOT_HOLD
    assert "clauses/planted/allow/2025-01-01/clause.yaml:1:1: contradiction of allow / forbid" in out
    assert "shown by: country.a is yes, country.b is yes" in out.casefold()
    assert "fix: " in out and "1 defects" in out
    code, out, _ = run("prove", "--json", files=tiny_files(CLASH))
    assert code == Exit.DOES_NOT_HOLD
    (found,) = (d for d in json.loads(out)["defects"] if not d["accepted"])
    assert found["witness"] == {"packs": [], "answers": {"country": {"country.a": "yes", "country.b": "yes"}}}
    assert (found["file"], found["line"], found["as_of"]) == ("clauses/planted/allow/2025-01-01/clause.yaml", 1, AS_OF)


def test_wrong_use_is_refused(run: Run, tmp_path: Path) -> None:
    assert run("prove", "--as-of", AS_OF, "--all-dates", files=tiny_files())[0] == Exit.USAGE
    assert run("prove", "--budget", "0", files=tiny_files())[0] == Exit.USAGE
    code, _, err = run("prove", "--as-of", "2001-01-01", files=tiny_files())
    assert (code, "no clause is valid on 2001-01-01" in err) == (Exit.LIBRARY, True)
    assert run("prove", tmp_path / "nowhere", files=tiny_files())[0] == Exit.INTAKE


def test_witnesses_are_written_as_country_folders_and_never_over_others(run: Run, tmp_path: Path) -> None:
    code, _, err = run("prove", "--witnesses", "shown", files=tiny_files(CLASH))
    assert code == Exit.DOES_NOT_HOLD
    (made,) = (tmp_path / "shown").iterdir()
    assert made.name == "001-contradiction-allow" and f"{Path('shown') / made.name}" in err
    assert (made / "country.yaml").is_file()
    assert run("prove", "--witnesses", "shown", files=tiny_files(CLASH))[0] == Exit.REFUSED


def test_a_claim_that_takes_too_long_is_reported_and_fails(run: Run) -> None:
    """Every way to answer four questions is excluded one by one, which takes a solver more than one conflict."""
    asked = [
        ("country.a", "yes", "no"),
        ("country.b", "yes", "no"),
        ("system.mark", "yes", "no"),
        ("system.level", "low", "high"),
    ]
    ways = (
        ", ".join(f"{ref} is {code}" for (ref, *_), code in zip(asked, w, strict=True))
        for w in product(*(a[1:] for a in asked))
    )
    hard = {"hard": f"scope: system; when: {{all: [{', '.join(f'{{any: [{w}]}}' for w in ways)}]}}"}
    code, out, _ = run("prove", "--budget", "1", files=tiny_files(hard))
    assert code == Exit.DOES_NOT_HOLD
    assert (
        f"clauses/planted/hard/2025-01-01/clause.yaml:1:1: not proved at {AS_OF}, the solver gave up: unreachable of hard"
        in out
    )
    assert "0 not proved" not in out
    code, out, _ = run("prove", "--budget", "1", "--json", files=tiny_files(hard))
    assert ("unreachable", "hard") in [(u["kind"], u["at"]) for u in json.loads(out)["unproved"]]
    code, out, _ = run("prove", "--json", files=tiny_files(hard))
    assert (names(out), json.loads(out)["unproved"]) == ([("unreachable", "hard", "")], [])


# --- overlays


def test_a_national_clause_is_proved_together_with_the_library(run: Run, tmp_path: Path) -> None:
    allow, forbid = ({i: CLASH[i]} for i in ("allow", "forbid"))
    assert run("prove", files=tiny_files(forbid))[0] == Exit.FINE
    code, out, _ = run("prove", folder(tmp_path / "here", allow), "--json", files=tiny_files(forbid))
    assert (code, names(out)) == (Exit.DOES_NOT_HOLD, [("contradiction", "allow", "forbid")])
    mended = folder(tmp_path / "mended", {"forbid": "stance: prohibit; when: country.a is no"})
    assert run("prove", mended, files=tiny_files(CLASH))[0] == Exit.FINE
    wrong = folder(tmp_path / "wrong", {"allow": "when: country.nothing is yes"})
    code, _, err = run("prove", wrong, files=tiny_files())
    assert (code, "country.nothing" in err) == (Exit.INTAKE, True)


def test_a_national_clause_that_contradicts_the_shipped_library_is_named(
    run: Run, tmp_path: Path, library: Library
) -> None:
    states = (s[-1] for s in library.clauses.values())
    ban = next(
        c for c in states
        if c.stance == "prohibit" and c.scope == "country" and c.when is None and "guidelines" in c.documents
    )  # fmt: skip
    here = folder(tmp_path / "here", {"national-leave": f"topic: {ban.topic}; {PERMIT}; when: country.member_eu is no"})
    code, out, _ = run("prove", here, "--json")
    assert code == Exit.DOES_NOT_HOLD
    assert ("contradiction", "national-leave", ban.id) in names(out)


# --- acceptances and dates


def accepting(at: str, other: str | None = None, defect: str = "contradiction") -> list[dict[str, str]]:
    more = {"other": other} if other else {}
    return [{"defect": defect, "at": at, "reason": "Counsel agrees.", "owner": "UNICRI legal officer", **more}]


@pytest.mark.parametrize("other", ["forbid", None])
def test_an_accepted_defect_is_listed_with_its_reason_and_fails_nothing(run: Run, other: str | None) -> None:
    code, out, _ = run("prove", files=tiny_files(CLASH, accepted=accepting("allow", other)))
    assert code == Exit.FINE
    assert "contradiction of allow / forbid: Counsel agrees. (UNICRI legal officer)" in out
    assert "0 defects" in out


def test_an_acceptance_of_something_else_silences_nothing(run: Run) -> None:
    for accepted in (accepting("allow", "another"), accepting("forbid"), accepting("allow", "forbid", "absent_target")):
        code, out, _ = run("prove", "--json", files=tiny_files(CLASH, accepted=accepted))
        assert (code, names(out)) == (Exit.DOES_NOT_HOLD, [("contradiction", "allow", "forbid")])


def test_an_acceptance_that_no_defect_needs_is_told_when_all_dates_are_proved(run: Run) -> None:
    files = tiny_files(accepted=accepting("gone"))
    code, out, _ = run("prove", files=files)
    assert (code, "no defect needs" in out) == (Exit.FINE, False)
    code, out, _ = run("prove", "--all-dates", files=files)
    assert code == Exit.DOES_NOT_HOLD
    assert "clauses/expectations/all.yaml:1:" in out and "no defect needs it: contradiction of gone" in out
    code, out, _ = run("prove", "--all-dates", "--json", files=files)
    assert [i["at"] for i in json.loads(out)["idle"]] == ["gone"]


def test_every_date_is_proved_and_a_defect_named_at_the_first_that_has_it(run: Run) -> None:
    files = tiny_files({"allow": CLASH["allow"]}) | clause_files({"forbid": "stance: require"})
    files |= clause_files({"forbid": f"{CLASH['forbid']}; from: 2025-09-01"})
    files |= clause_files({"forbid": "stance: require; from: 2026-01-01"})
    assert run("prove", files=files)[0] == Exit.FINE
    assert run("prove", "--as-of", "2025-08-31", files=files)[0] == Exit.FINE
    code, out, _ = run("prove", "--as-of", "2025-12-31", "--json", files=files)
    assert (code, names(out)) == (Exit.DOES_NOT_HOLD, [("contradiction", "allow", "forbid")])
    code, out, err = run("prove", "--all-dates", "--json", files=files)
    assert (code, names(out)) == (Exit.DOES_NOT_HOLD, [("contradiction", "allow", "forbid")])
    (found,) = (d for d in json.loads(out)["defects"] if not d["accepted"])
    assert found["as_of"] == "2025-09-01"
    assert found["file"].endswith("forbid/2025-09-01/clause.yaml") or found["file"].endswith(
        "allow/2025-01-01/clause.yaml"
    )
    assert "proving 2026-01-01" in err


# --- the same report twice

PROGRAM = """
import json, sys
from planted import AS_OF, SOWN, clause_files
from tiny import AS_OF as DAY, tiny_files
from pipeline.compose.printed import printed_refs
from pipeline.library.load import load
from pipeline.project.content import library_files
from pipeline.project.proving import Proved, record, report
from pipeline.prove.proof import SMALL, Defect, Proof, Prover, claims_of, prove

def turned(files):
    return dict(reversed(files.items())) if "turned" in sys.argv else files

files = library_files()
for n, name in enumerate(n for n in SOWN if not SOWN[n].files):
    files |= {p.replace("planted", f"planted{n}"): d.replace(b"planted", b"planted%d" % n) for p, d in clause_files(SOWN[name].clauses).items()}
library, _ = load(turned(files))
prover = Prover(library, AS_OF)
claims = [c for c in claims_of(prover.world(SMALL[0]), printed_refs(library)) if "planted" in c.at or c.kind == "contradiction"]
defects = tuple(Defect(c, AS_OF, prover.witness(c, s), None) for c, s in prover.settle(claims) if s)
shipped = Proof(AS_OF, len(claims), defects, (), library.facts)
small, _ = load(turned(tiny_files({"allow": "stance: permit; strength: may; when: country.a is yes", "forbid": "stance: prohibit"})))
for one in (Proved(library, (shipped,), (AS_OF,), ()), Proved(small, (prove(small, DAY, printed_refs(small)),), (DAY,), ())):
    print(*report(one), json.dumps(record(one)), sep="\\n")
"""


def told(seed: str, *words: str) -> str:
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    command: Sequence[str] = (sys.executable, "-c", PROGRAM, *words)
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_report_is_the_same_under_another_hash_seed_and_order_of_files() -> None:
    first = told("0")
    assert first.count("shown by") > 15
    assert told("4242") == first
    assert told("7", "turned") == first
