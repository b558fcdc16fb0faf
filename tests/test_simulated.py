"""The simulated countries: the same everywhere, plainly simulated, read without a fault and decided at every date."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping

import pytest
from intake_samples import ROOT, library
from simulated import HERE_ONLY, NOTICE, everyone, simulated

from pipeline.assess.records import stated
from pipeline.compose.draft import compose
from pipeline.model.library import Library
from pipeline.project.country import Folder, decide, read_country
from pipeline.project.why import context

DATES = ("2021-01-27", "2025-06-01", "2026-11-23")
SOME = ("DE", "KE", "KP", "PW", "RU", "TV", "US")


@pytest.fixture(scope="module")
def countries(library: Library) -> dict[str, Folder]:
    return {code: _folder(code, files, library) for code, files in everyone(1).items()}


def _folder(code: str, files: Mapping[str, bytes], library: Library) -> Folder:
    return read_country(code.lower(), code.lower(), files, (library, {}))


def digest(seed: int) -> str:
    made = [simulated(code, seed) for code in SOME]
    return hashlib.sha256(repr(made).encode()).hexdigest()


def test_a_seed_gives_the_same_folders_in_every_process() -> None:
    program = "from test_simulated import digest; print(digest(3))"
    for seed in ("0", "4711"):
        around = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=around)
        assert done.stdout.strip() == digest(3)
    assert digest(4) != digest(3)


def test_each_says_that_it_is_simulated(library: Library) -> None:
    for code in SOME:
        files = simulated(code, 1)
        assert all(NOTICE in files["country.yaml"].decode().split("\n")[n] for n in (0, 4))
        found = decide(_folder(code, files, library), DATES[-1])
        assert found.assessment.name == f"Simulated: {library.records.states[code].name}"
        assert compose(context(found, "guidelines")).cover.notice == NOTICE
        names = [n for a in found.assessment.agencies for n in (a.name, *(s.name for s in a.systems))]
        names += [law.title for law in found.assessment.law.values()]
        assert all(name.endswith(HERE_ONLY) for name in names)


def test_there_are_as_many_as_states_and_they_are_of_the_size_of_an_example(countries: dict[str, Folder]) -> None:
    assert list(countries) == sorted(library().records.states)
    agencies = [len(f.assessment.agencies) for f in countries.values()]
    systems = [len(a.systems) for f in countries.values() for a in f.assessment.agencies]
    assert (min(agencies), max(agencies), min(systems), max(systems)) == (1, 3, 0, 3)
    assert 1.8 < sum(agencies) / len(agencies) < 2.2
    assert 2.6 < sum(systems) / len(agencies) < 3.4


def test_none_has_a_fault_or_oddity(countries: dict[str, Folder]) -> None:
    assert {code: [str(p) for p in f.warnings] for code, f in countries.items() if f.warnings} == {}


def test_some_questions_are_blank_and_the_records_are_left_to_speak(countries: dict[str, Folder]) -> None:
    for code, folder in countries.items():
        answers = folder.assessment.answers
        known = stated(code, library(), DATES[-1])
        assert folder.assessment.state == code and not set(answers) & set(known), code
        open_ = [r for r in library().questions if r.startswith("country.") and r not in answers and r not in known]
        assert 0 < len(open_) < 40, code
        assert answers and all(a.answers for a in folder.assessment.agencies)
    given = {ref for f in countries.values() for ref in f.assessment.answers if ref.startswith("country.party_")}
    assert {"country.party_untoc", "country.party_coe_108", "country.party_un_cyber"} <= given


@pytest.mark.slow
@pytest.mark.parametrize("as_of", DATES)
def test_every_country_is_decided(as_of: str, countries: dict[str, Folder]) -> None:
    law: set[tuple[str, ...]] = set()
    for code, folder in countries.items():
        found = decide(folder, as_of)
        assert [str(p) for p in found.warnings] == [], code
        assert found.selection.printed(), code
        law.add(found.assessment.packs)
    assert law >= {("un",), ("au", "un"), ("eu", "un")}, law
