"""Gates over the variables of a SAT solver, shared where they are equal, with constants folded away.

Literals are non-zero integers as in DIMACS; a minus negates. Each gate is defined by clauses in both directions
(Tseitin 1968), so a literal may be asked for true or false.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

TRUE = 1
FALSE = -1
"""The literal that always holds, and its negation."""

BUDGET = 2_000_000
"""Conflicts after which the solver gives a question up; the shipped library needs a few hundred."""


class Engine(Protocol):
    """What is asked of a solver; python-sat's `Solver` has it."""

    def add_clause(self, clause: Sequence[int]) -> None:
        """Add a clause for good."""

    def conf_budget(self, budget: int) -> None:
        """Limit the conflicts of the next call."""

    def solve_limited(self, assumptions: Sequence[int]) -> bool | None:
        """Solve under assumptions; None when the budget is spent."""

    def get_model(self) -> list[int]:
        """Return the last model."""

    def get_core(self) -> list[int] | None:
        """Return assumptions that cannot hold together, after an unsatisfiable call."""


def engine() -> Engine:
    """Return python-sat's MiniSat 2.2, the quickest of its solvers on these many small incremental calls."""
    from pysat.solvers import Solver  # 30 ms to import; only proofs need it

    found: Engine = Solver(name="m22")
    return found


class Formula:
    """Clauses under construction, and the solver they go to."""

    def __init__(self, solver: Engine | None = None, budget: int = BUDGET) -> None:
        self.required: list[tuple[int, ...]] = [(TRUE,)]
        self.solver = solver or engine()
        self.solver.add_clause([TRUE])
        self.budget = budget
        self.top = TRUE
        self._gates: dict[tuple[int, ...], int] = {}
        self._inputs: dict[int, tuple[int, ...]] = {}
        self._model: list[int] | None = None

    def new(self) -> int:
        """Return a new variable."""
        self.top += 1
        return self.top

    def add(self, *literals: int) -> None:
        """Require that one of the literals holds."""
        if TRUE not in literals:
            clause = tuple(x for x in literals if x != FALSE)
            self.required.append(clause)
            self.solver.add_clause(clause)

    def both(self, literals: Iterable[int]) -> int:
        """Return a literal that holds when all of the literals hold."""
        found = set(literals)
        found.discard(TRUE)
        if FALSE in found:
            return FALSE
        if not found:
            return TRUE
        if len(found) == 1:
            return found.pop()
        for literal in found:
            if -literal in found:
                return FALSE
        key = tuple(sorted(found))
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = self.new()
            self._inputs[gate] = key
            for clause in _definition(gate, key):
                self.solver.add_clause(clause)
        return gate

    def either(self, literals: Iterable[int]) -> int:
        """Return a literal that holds when any of the literals holds."""
        return -self.both(-x for x in literals)

    def inputs(self, variable: int) -> tuple[int, ...]:
        """Return what a gate joins; nothing for a variable that is no gate."""
        return self._inputs.get(variable, ())

    def cone(self, literal: int, told: frozenset[int]) -> tuple[list[list[int]], frozenset[int]]:
        """Return the clauses that bear on a literal, and those of the `told` variables that it depends on.

        Whatever is told outside the cone is taken as untold. That loses no smallest solution, since what is required
        asks for more to be told only where a subject needs another, or where a pack must be used, and that is then
        inside: saying less breaks no fact and makes no question irrelevant.
        """
        gates: set[int] = set()
        inside = self._with_called_for(self._leaves(literal, gates) & told | self._demanded(told, gates), told)
        outside = told - inside
        value: dict[int, bool | None] = {}
        required = [c for c in self.required if not any(x < 0 and -x in outside for x in c)]
        required = [c for c in required if not any(self._value(x, outside, value) for x in c)]
        leaves = {v for clause in required for x in clause for v in self._leaves(x, gates)}
        clauses = [list(c) for c in required]
        clauses += [[-v] for v in sorted(leaves & outside)]
        clauses += [list(c) for gate in sorted(gates) for c in _definition(gate, self._inputs[gate])]
        return [*clauses, [literal]], inside

    def _demanded(self, told: frozenset[int], gates: set[int]) -> set[int]:
        """Return the told variables of what is broken where nothing is told; their gates are added."""
        value: dict[int, bool | None] = {}
        broken = [c for c in self.required if all(self._value(x, told, value) is False for x in c)]
        return {v for c in broken for x in c for v in self._leaves(x, gates) if v in told}

    def _with_called_for(self, inside: set[int], told: frozenset[int]) -> frozenset[int]:
        """Return told variables with those that they call for: a system its agency, an answer its subject."""
        calls = [c for c in self.required if any(x in told for x in c)]
        found = set(inside)
        while more := {x for c in calls if any(-x in found for x in c) for x in c if x in told} - found:
            found |= more
        return frozenset(found)

    def leaves(self, literal: int) -> set[int]:
        """Return the variables that a literal depends on."""
        return self._leaves(literal, set())

    def _leaves(self, literal: int, gates: set[int]) -> set[int]:
        """Return the variables beneath a literal that are no gates, for gates not seen before; these are added."""
        found: set[int] = set()
        left = [abs(literal)]
        while left:
            variable = left.pop()
            inputs = self._inputs.get(variable)
            if inputs is None:
                found.add(variable)
            elif variable not in gates:
                gates.add(variable)
                left += [abs(x) for x in inputs]
        return found

    def _value(self, literal: int, untold: frozenset[int], known: dict[int, bool | None]) -> bool | None:
        """Return what a literal is when the untold variables are false, None where others decide."""
        variable = abs(literal)
        if variable not in known:
            inputs = self._inputs.get(variable)
            if inputs is None:
                known[variable] = False if variable in untold else True if variable == TRUE else None
            else:
                parts = [self._value(x, untold, known) for x in inputs]
                known[variable] = False if False in parts else None if None in parts else True
        found = known[variable]
        return found if found is None or literal > 0 else not found

    def solve(self, assumptions: Sequence[int] = ()) -> bool | None:
        """Return whether the assumptions can hold together with all that was required; None where time ran out."""
        self._model = None
        self.solver.conf_budget(self.budget)
        return self.solver.solve_limited(assumptions=list(assumptions))

    def solve_any(self, literals: Iterable[int]) -> bool | None:
        """Return whether any of the literals can hold, leaving nothing behind; a model is kept for `model`."""
        gate = self.new()
        self.solver.add_clause([-gate, *literals])
        answer = self.solve([gate])
        self._model = self.solver.get_model() if answer else []
        self.solver.add_clause([-gate])
        return answer

    def core(self) -> list[int]:
        """Return assumptions of the last call that cannot hold together."""
        return self.solver.get_core() or []

    def model(self) -> Model:
        """Return the last model."""
        return Model(self.solver.get_model() if self._model is None else self._model)


def _definition(gate: int, key: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the clauses that make a gate the conjunction of its inputs."""
    return [*((-gate, x) for x in key), (gate, *(-x for x in key))]


class Model:
    """What holds in one solution."""

    __slots__ = ("_values",)

    def __init__(self, values: list[int]) -> None:
        self._values = values

    def __call__(self, literal: int) -> bool:
        """Return whether a literal holds; a variable the solver never saw does not."""
        index = abs(literal) - 1
        value = self._values[index] if index < len(self._values) else -abs(literal)
        return (value > 0) == (literal > 0)
