"""Findings and selection against an oracle in answer set programming, and decisions against every completion.

The oracle says what the design says, in another language and another way of thinking; a difference is a fault in one of
the two. `OPEN` names the differences that are known and not mended: the oracle repeats them, so that all else is
compared. Who mends one deletes its name here.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from math import prod
from pathlib import Path
from random import Random

import pytest
from completions import blanks, completions
from conftest import ROOT
from generated import library_files
from generated_countries import AS_OF, assessment
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Said, consult

from pipeline.assess.findings import assess
from pipeline.library.load import load
from pipeline.model.assessment import Assessment
from pipeline.model.condition import Truth
from pipeline.model.finding import Findings
from pipeline.model.library import Library
from pipeline.model.selection import CaseDecision, Selection
from pipeline.project.country import decided
from pipeline.select.selection import select

OPEN = (
    "any_table_may_drop_out",  # a table keeps `not_applicable` possible where its unknown part can never be that
    "floor_at_the_bottom",  # a worst-of whose parts may all drop out reaches down to the scale's lowest value
    "overlooks_unknown_agency",  # with no agency entered, an expected use and `agency:any` do not see each other
)

EACH = 5
"""Countries compared for each library; they share one run of the oracle."""
EXAMPLES = ("norland", "tembala")
SETTLED = ("always", "condition", "required", "superseded", "excluded", "withheld")
"""Grounds that no answer still missing may overturn; a withheld one stays as the clause's own rule has it."""
DEFAULTS = ("prospective", "withheld", "left_out")
LATEST = "2026-11-01"

SEEDS = """
from test_oracle import digests
print(*digests(), sep="\\n")
"""


def made(seed: int, **size: int) -> tuple[Random, dict[str, bytes], Library]:
    """The library of a seed, with its files, and the luck that is left for its countries."""
    random = Random(seed)
    files = library_files(random, **{"clauses": random.randint(8, 25), **size})
    library, problems = load(files)
    assert library is not None and not problems, "\n".join(map(str, problems[:5]))
    return random, files, library


def countries(random: Random, library: Library, count: int = EACH) -> list[tuple[Assessment, str]]:
    shares = (0.1, 0.4, 0.7, 0.9, 1.0)
    return [
        (assessment(random, library, completeness=random.choice(shares)), random.choice(AS_OF)) for _ in range(count)
    ]


def decide(one: Assessment, library: Library, as_of: str) -> tuple[Findings, Selection]:
    findings, readings = assess(one, library, as_of)
    return findings, select(one, library, findings, readings, as_of)


def told(library: Library, findings: Findings, selection: Selection) -> Said:
    """What the product says, in the oracle's terms."""
    said = Said()
    for subject, drawn in findings.by_subject.items():
        for ref, finding in drawn.items():
            if finding.members is None:
                possible = (finding.value,) if finding.value is not None else tuple(sorted(finding.possible))
                said.findings[subject, ref] = (possible, bool(finding.asks))
                continue
            for law in library.instruments:
                truth = {True: "in", False: "out", None: "open"}[finding.members.get(law)]
                said.bound[law] = (truth, bool(finding.member_asks.get(law)))
    for decision in selection.decisions.values():
        said.status[decision.clause] = decision.status
        if decision.printed:
            said.printed.add(decision.clause)
        for strength, subjects in decision.strengths:
            said.stands[decision.clause, strength] |= set(subjects)
        for case in decision.cases:
            if case.ground != "left_out":
                said.cases[decision.clause, case.subject] = (case.truth.value, case.strength, case.strength_open)
    return said


def differences(product: Said, oracle: Said) -> Iterator[str]:
    """Each thing on which the two do not agree, in a line."""
    for f in fields(Said):
        ours, theirs = getattr(product, f.name), getattr(oracle, f.name)
        if isinstance(ours, set):
            ours, theirs = dict.fromkeys(ours, True), dict.fromkeys(theirs, True)
        for key in sorted({*ours, *theirs}, key=str):
            if ours.get(key) != theirs.get(key):
                yield f"{f.name} {key}: product {ours.get(key)}, oracle {theirs.get(key)}"


def compared(seed: int) -> list[str]:
    """All differences over one library and its countries."""
    random, _, library = made(seed)
    given_ = countries(random, library)
    return [
        f"seed {seed}, country {i}, {as_of}: {line}"
        for i, ((one, as_of), said) in enumerate(zip(given_, consult(library, given_, OPEN), strict=True))
        for line in differences(_product(one, library, as_of), said)
    ]


def _product(one: Assessment, library: Library, as_of: str) -> Said:
    findings, selection = decide(one, library, as_of)
    return told(library, findings, selection)


# The oracle


def test_product_and_oracle_agree_on_150_cases() -> None:
    found = [line for seed in range(30) for line in compared(seed)]
    assert not found, "\n".join(found[:20])


@pytest.mark.slow
def test_product_and_oracle_agree_on_2000_cases() -> None:
    found = [line for seed in range(1_000, 1_400) for line in compared(seed)]
    assert not found, "\n".join(found[:20])


@settings(max_examples=10, deadline=None)
@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_product_and_oracle_agree_on_cases_never_seen_before(seed: int) -> None:
    assert not compared(seed)


@pytest.mark.parametrize("name", EXAMPLES)
def test_product_and_oracle_agree_on_the_examples(
    name: str, root: Path, library: Library, library_files: dict[str, bytes]
) -> None:
    one = decided(root / "intake" / "examples" / name, library=(library, library_files))
    said = consult(one.library, [(one.assessment, one.as_of)], OPEN)[0]
    found = list(differences(told(one.library, one.findings, one.selection), said))
    assert not found, "\n".join(found[:20])


def test_every_form_ground_and_stance_occurs_in_what_is_compared() -> None:
    forms: set[str] = set()
    grounds: set[str] = set()
    statuses: set[tuple[str, bool]] = set()
    uncertain = 0
    for seed in range(30):
        random, _, library = made(seed)
        forms |= {r.form for r in library.rules}
        for one, as_of in countries(random, library):
            _, selection = decide(one, library, as_of)
            for decision in selection.decisions.values():
                statuses.add((decision.status, decision.printed))
                grounds |= {c.ground for c in decision.cases} or {decision.ground}
                uncertain += sum(c.strength_open for c in decision.cases)
    assert len(forms) == 11, forms
    assert grounds == {*SETTLED, *DEFAULTS, "not_in_force"}
    assert statuses == {("in", True), ("open", True), ("open", False), ("out", False)}
    assert uncertain


def test_a_comparison_sees_a_difference() -> None:
    random, _, library = made(3)
    (one, as_of), (other, _) = countries(random, library, 2)
    assert list(differences(_product(one, library, as_of), consult(library, [(other, as_of)], OPEN)[0]))


# What is decided on a partial intake stays so


def overturned(seed: int, most: int) -> tuple[int, list[str]]:
    """How many completions were tried for a seed's small countries, and what they overturned."""
    random, _, library = made(seed, clauses=6, questions=1, findings=2, states=1)
    tried = 0
    found: dict[str, None] = {}
    for _ in range(4):
        one = assessment(random, library, completeness=random.choice((0.7, 0.8, 0.9)), agencies=1, systems=1)
        findings, selection = decide(one, library, LATEST)
        open_ = blanks(one, library)
        if not 2 <= prod(len(b.answers) for b in open_) <= most:
            continue
        settled = list(_settled(selection))
        for whole in completions(one, open_):
            tried += 1
            later, decisions = decide(whole, library, LATEST)
            lines = (*_changed_findings(findings, later), *_changed_cases(settled, decisions))
            found |= dict.fromkeys(f"seed {seed}: {line}" for line in lines)
    return tried, list(found)


def _settled(selection: Selection) -> Iterator[tuple[str, CaseDecision]]:
    """Each case that is decided, and not only until answers come or because of another that is."""
    for decision in selection.decisions.values():
        for case in decision.cases:
            if case.truth is not Truth.OPEN and case.ground in SETTLED and not _by_default(case, selection):
                yield decision.clause, case


def _by_default(case: CaseDecision, selection: Selection) -> bool:
    """Whether a case rests on a use that is expected without a system: such a case goes when the system comes."""
    return any(
        c.ground == "prospective" or _by_default(c, selection) for i in case.by for c in selection.decisions[i].cases
    )


def _changed_findings(early: Findings, late: Findings) -> Iterator[str]:
    for subject, drawn in early.by_subject.items():
        for ref, finding in drawn.items():
            other = late.get(subject, ref)
            if other is None:
                continue  # a use that is expected no longer
            if finding.members is not None:
                members = other.members or {}
                yield from (f"{ref} {m} was {v}" for m, v in finding.members.items() if members.get(m) is not v)
            elif finding.value is not None and other.value != finding.value:
                yield f"{subject} {ref} was {finding.value}, is {other.value}"
            elif finding.possible and not {*(other.possible or (other.value,))} <= {*finding.possible}:
                yield f"{subject} {ref} was one of {finding.possible}, is {other.value or other.possible}"


def _changed_cases(settled: list[tuple[str, CaseDecision]], late: Selection) -> Iterator[str]:
    for clause, case in settled:
        other = next((c for c in late.decisions[clause].cases if c.subject == case.subject), None)
        if other is None:
            continue  # a use that is expected no longer
        if other.truth is not case.truth:
            yield f"{clause} was {case.truth.value} for {case.subject} ({case.ground}), is {other.truth.value}"
        elif case.truth is Truth.IN and not case.strength_open and other.strength != case.strength:
            yield f"{clause} was {case.strength} for {case.subject}, is {other.strength}"


def test_no_completion_overturns_what_was_decided() -> None:
    results = [overturned(seed, most=400) for seed in range(40)]
    found = [line for _, lines in results for line in lines]
    assert not found, "\n".join(found[:20])
    assert sum(tried for tried, _ in results) > 2_000


@pytest.mark.slow
def test_no_completion_of_many_overturns_what_was_decided() -> None:
    results = [overturned(seed, most=3_000) for seed in range(100, 180)]
    found = [line for _, lines in results for line in lines]
    assert not found, "\n".join(found[:20])
    assert sum(tried for tried, _ in results) > 30_000


# Same inputs, same selections


def digest(library: Library, given_: list[tuple[Assessment, str]]) -> str:
    """A digest of all that is decided, in its order, reasons and places included."""
    found = hashlib.sha256()
    for one, as_of in given_:
        findings, selection = decide(one, library, as_of)
        found.update(repr((findings, selection)).encode())
    return found.hexdigest()


def digests() -> Iterator[str]:
    """Digests over 50 generated libraries and the examples, each with its files in some other order."""
    luck = Random(os.environ.get("PYTHONHASHSEED", ""))
    for seed in range(50):
        random, files, library = made(seed)
        given_ = countries(random, library, 2)
        shuffled, problems = load(_shuffled(files, luck))
        assert shuffled == library and not problems
        yield digest(shuffled, given_)
    folders = ("clauses", "intake/questionnaires", "intake/findings", "templates/documents")
    paths = [p for f in folders for p in (ROOT / f).rglob("*") if p.suffix in (".yaml", ".md")]
    files = _shuffled({p.relative_to(ROOT).as_posix(): p.read_bytes() for p in paths}, luck)
    shipped, problems = load(files)
    assert shipped is not None and not problems
    for name in (*EXAMPLES, "us-federal"):
        one = decided(ROOT / "intake" / "examples" / name, library=(shipped, files))
        yield hashlib.sha256(repr((one.findings, one.selection)).encode()).hexdigest()


def _shuffled(files: Mapping[str, bytes], luck: Random) -> dict[str, bytes]:
    paths = sorted(files)
    luck.shuffle(paths)
    return {p: files[p] for p in paths}


def test_neither_the_order_of_files_nor_the_hash_seed_changes_a_selection() -> None:
    found = []
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
        run = subprocess.run(
            [sys.executable, "-c", SEEDS], check=False, env=env, cwd=ROOT, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr[-2000:]
        found.append(run.stdout.split())
    assert found[0] == found[1]
    assert len(set(found[0])) == 53
