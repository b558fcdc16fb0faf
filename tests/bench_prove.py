"""Rows of `make bench` about proofs: the shipped library, a generated one against Z3, and counterfactuals.

Z3 is given the same formulas and the same questions through its own solver, with assumptions, as our proof asks them
of MiniSat; what is timed is everything from the library to the last claim, without the search for witnesses, which Z3
would do in another way.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generated import library_files as generated_files

from pipeline.compose.printed import printed_refs
from pipeline.library.load import load
from pipeline.model.condition import Truth
from pipeline.model.library import Library
from pipeline.project.content import library_files
from pipeline.project.country import Country, newest, the_library
from pipeline.prove.counterfactual import Counterfactuals
from pipeline.prove.formula import Engine
from pipeline.prove.proof import SMALL, Prover, claims_of, prove

Cells = tuple[str, str, str, str, str]
SEED = 3
CLAUSES = 500


class Z3:
    """Z3's own solver behind the questions that a proof asks."""

    def __init__(self) -> None:
        self._z3: Any = importlib.import_module("z3")
        self._solver = self._z3.SolverFor("QF_FD")
        self._variables: list[object] = [None]
        self._model: Any = None

    def _literal(self, number: int) -> object:
        while len(self._variables) <= abs(number):
            self._variables.append(self._z3.Bool(f"v{len(self._variables)}"))
        found = self._variables[abs(number)]
        return found if number > 0 else self._z3.Not(found)

    def add_clause(self, clause: Sequence[int]) -> None:
        self._solver.add(self._z3.Or([self._literal(x) for x in clause]))

    def conf_budget(self, budget: int) -> None:
        """Z3 is given all the time it wants."""

    def solve_limited(self, assumptions: Sequence[int]) -> bool | None:
        answer = self._solver.check([self._literal(x) for x in assumptions])
        self._model = self._solver.model() if answer == self._z3.sat else None
        return bool(answer == self._z3.sat)

    def get_model(self) -> list[int]:
        model = self._model
        true = {str(d) for d in model if self._z3.is_true(model[d])}
        return [n if f"v{n}" in true else -n for n in range(1, len(self._variables))]

    def get_core(self) -> list[int] | None:
        raise NotImplementedError


def settled(library: Library, date: str, engine: Callable[[], Engine] | None) -> int:
    """Settle every claim and return how many do not hold."""
    prover = Prover(library, date, solver=engine)
    claims = list(claims_of(prover.world(SMALL[0]), printed_refs(library)))
    return sum(1 for _ in prover.settle(claims))


def generated(seed: int = SEED, clauses: int = CLAUSES) -> Library:
    library, problems = load(
        generated_files(Random(seed), clauses=clauses, questions=28, findings=14, states=1, norm_topics=60)
    )
    if library is None:
        raise ValueError("\n".join(str(p) for p in problems[:5]))
    return library


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def rows(least: Callable[[Callable[[], object]], float], country: Country) -> list[Cells]:
    """Return the rows; `least` gives the least CPU time of five runs."""
    library, _ = the_library(library_files())
    date = newest(library)
    shipped = least(lambda: prove(library, date, printed_refs(library)))
    found: list[Cells] = [
        (f"Proof of the shipped library at one date, {len(library.clauses)} clauses", _s(shipped), "", "", "under 2 s")
    ]
    made = generated()
    day = max(c.valid_from for states in made.clauses.values() for c in states)
    ours = least(lambda: settled(made, day, None))
    name = f"Proof of {len(made.clauses)} generated clauses, against Z3"
    if importlib.util.find_spec("z3") is None:
        found.append((name, _s(ours), "not installed: z3-solver", "", "under 6 s"))
    else:
        peer, theirs = timed(lambda: settled(made, day, Z3))
        if theirs != settled(made, day, None):
            raise AssertionError("Z3 settles the claims otherwise")
        found.append((name, _s(ours), _s(peer), f"1/{peer / ours:.0f}", "under 6 s; at most a fifth"))
    found.append(_counterfactuals(country, least))
    return found


def _counterfactuals(country: Country, least: Callable[[Callable[[], object]], float]) -> Cells:
    vary = frozenset(["country", *(a.slug for a in country.assessment.agencies)])
    vary |= {s.key for a in country.assessment.agencies for s in a.systems}
    asker = Counterfactuals(country.assessment, country.library, country.as_of, vary, country.assessment.packs)
    jobs = [
        (d.clause, c.subject, c.truth is Truth.OUT)
        for d in country.selection.decisions.values()
        for c in d.cases[:1]
        if c.truth is not Truth.OPEN and not c.subject.startswith("use:") and d.ground != "left_out"
    ]
    seconds = least(lambda: [asker.flips(*job) for job in jobs])
    what = f"Smallest changes that turn a decision, each of {len(jobs)} clauses of Norland"
    return what, f"{1000 * seconds / len(jobs):.2f} ms", "", "", "under 1 ms"


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"
