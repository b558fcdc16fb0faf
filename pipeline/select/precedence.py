"""Which clause is decided before which: requirers before the required, defeaters before the defeated.

Defeat is what an author declared (`supersedes`), then rank, then date (`excludes`); specificity is never inferred.
The order exists because a circle is an error when the library loads.
"""

from __future__ import annotations

import graphlib
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.library.defeat import winner
from pipeline.library.law import family
from pipeline.model.clause import Clause
from pipeline.model.library import Library, clause_at


@dataclass(frozen=True, slots=True)
class Precedence:
    """Clauses valid at a date in the order of deciding, and who acts on whom.

    Attributes:
        order: Clauses, each after all that require or defeat it.
        required_by: Clause id to the ids that require it.
        defeated_by: Clause id to (id that defeats it, `supersedes` or `excludes`).
    """

    order: tuple[Clause, ...]
    required_by: Mapping[str, tuple[str, ...]]
    defeated_by: Mapping[str, tuple[tuple[str, str], ...]]


def precedence(library: Library, packs: tuple[str, ...], as_of: str) -> Precedence:
    """Return the order in which clauses are decided at a date under a country's packs."""
    valid = {i: c for i in library.clauses if (c := clause_at(library, i, as_of)) is not None}
    chosen = family(library.packs, packs)
    ranks = chosen[-1].ranks if chosen else ()
    required: dict[str, list[str]] = {i: [] for i in valid}
    defeated: dict[str, list[tuple[str, str]]] = {i: [] for i in valid}
    for clause in valid.values():
        for target in clause.requires:
            if target in valid:
                required[target].append(clause.id)
        for target in clause.supersedes:
            if target in valid:
                defeated[target].append((clause.id, "supersedes"))
        for target in clause.excludes:
            if target in valid:
                first, second = winner(clause, valid[target], library, ranks)
                defeated[second.id].append((first.id, "excludes"))
    graph = {i: [*required[i], *(d for d, _ in defeated[i])] for i in valid}
    order = tuple(valid[i] for i in graphlib.TopologicalSorter(graph).static_order())
    return Precedence(
        order, {i: tuple(dict.fromkeys(r)) for i, r in required.items()}, {i: tuple(d) for i, d in defeated.items()}
    )
