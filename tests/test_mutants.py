"""A seeded sample of broken libraries: the proof and the expectations notice nearly all. `make mutants` breaks everything."""

from __future__ import annotations

import random

from mutants import mutants, noticed, shipped

SAMPLE = 60
SEED = 2026


def test_a_sample_of_broken_libraries_is_noticed() -> None:
    found = sorted(mutants(shipped()), key=lambda m: (m.kind, m.clause, m.state, m.what))
    by_kind: dict[str, list[object]] = {}
    for mutant in found:
        by_kind.setdefault(mutant.kind, []).append(mutant)
    assert len(by_kind) == 7, "every kind of mutation finds something to break"
    chosen = random.Random(SEED).sample(found, SAMPLE)
    answers = {m: noticed(m) for m in chosen}
    counted = [m for m in chosen if answers[m] != "equivalent"]
    missed = [f"{m.kind}: {m.clause} ({m.what})" for m in counted if not answers[m]]
    assert len(missed) <= 0.05 * len(counted), missed
