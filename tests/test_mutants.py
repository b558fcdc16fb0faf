"""A seeded sample of broken libraries: the proof and the expectations notice nearly all. `make mutants` breaks everything."""

from __future__ import annotations

import random

from mutants import mutants, noticed, shipped

SAMPLE = 60
KINDS = 7
SEED = 2026


def test_a_sample_of_broken_libraries_is_noticed() -> None:
    found = sorted(mutants(shipped()), key=lambda m: (m.kind, m.clause, m.state, m.what))
    assert len({m.kind for m in found}) == KINDS, "every kind of mutation finds something to break"
    chosen = random.Random(SEED).sample(found, SAMPLE)
    answers = [(m, noticed(m)) for m in chosen]
    counted = [(m, answer) for m, answer in answers if answer != "equivalent"]
    missed = [f"{m.kind}: {m.clause} ({m.what})" for m, answer in counted if not answer]
    assert len(missed) <= 0.05 * len(counted), missed
