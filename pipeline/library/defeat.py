"""Who defeats and who requires whom: at every date, under every pack's order of ranks, no circle and no tie.

A clause is decided after all that require or defeat it, so a circle has no first. What stands in force changes with the
date and who wins an exclusion with the pack, so each date on which a state begins is looked at under each order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pipeline.model.clause import Clause
from pipeline.model.library import Library, clause_at
from pipeline.model.problem import Place, Problem
from pipeline.source.tree import MOST_PROBLEMS

CODE_DEFEAT = "CLAUSE-005"
WIDTH = ("country", "agency", "system")
"""Scopes from the widest."""
CIRCLE_WIDTH = 150
"""Characters that the names of a circle may take in a message; each of its files has a line of its own."""


class Edge(NamedTuple):
    """One clause that acts on another: which key says so, and where it is written."""

    source: str
    target: str
    how: str
    place: Place


def place_of(clause: Clause, field: str, n: int = 0) -> Place:
    """Return where the n-th value of a key stands, the top of the file where the key is not written."""
    places = clause.places.get(field, ())
    return places[n] if n < len(places) else clause.place


def rank_of(clause: Clause, library: Library, ranks: tuple[str, ...]) -> int:
    """Return the place of the highest law a clause cites in a pack's order, 0 the highest; past the end for none."""
    cited = [library.provisions[c] for c in clause.cites if c in library.provisions]
    found = [library.instruments[p.ref.partition(" ")[0]].rank for p in cited]
    return min((ranks.index(r) for r in found if r in ranks), default=len(ranks))


def declared(one: Clause, other: Clause) -> bool:
    """Return whether an author has said which of two clauses gives way."""
    return other.id in one.supersedes or one.id in other.supersedes


def winner(one: Clause, other: Clause, library: Library, ranks: tuple[str, ...]) -> tuple[Clause, Clause]:
    """Return winner and loser of two clauses of which `one` excludes the other.

    What the author declared goes first, then the rank of the law cited, then the date. Where none decides, which a
    loaded library allows only for a state that no pack suits, the one that excludes stays, or the first by name.
    """
    if declared(one, other):
        return (one, other) if other.id in one.supersedes else (other, one)
    mine, theirs = rank_of(one, library, ranks), rank_of(other, library, ranks)
    if mine != theirs:
        return (one, other) if mine < theirs else (other, one)
    if one.valid_from != other.valid_from:
        return (one, other) if one.valid_from > other.valid_from else (other, one)
    return (other, one) if one.id in other.excludes and other.id < one.id else (one, other)


def edges(valid: Mapping[str, Clause], library: Library, ranks: tuple[str, ...]) -> Iterator[Edge]:
    """Yield who acts on whom among the clauses valid at a date, under an order of ranks."""
    for clause in valid.values():
        for how, targets in (("requires", clause.requires), ("supersedes", clause.supersedes)):
            for n, target in enumerate(targets):
                if target in valid and target != clause.id:
                    yield Edge(clause.id, target, how, place_of(clause, how, n))
        for n, target in enumerate(clause.excludes):
            if target in valid and target != clause.id:
                first, second = winner(clause, valid[target], library, ranks)
                yield Edge(first.id, second.id, "excludes", place_of(clause, "excludes", n))


def check_defeat(library: Library) -> list[Problem]:
    """Return every circle, every tie and every narrow clause that would defeat a wide one, at any date."""
    acting = [
        i for i, states in library.clauses.items() if any(c.requires or c.excludes or c.supersedes for c in states)
    ]
    named = {t for i in acting for c in library.clauses[i] for t in (*c.requires, *c.excludes, *c.supersedes)}
    ids = sorted({*acting, *(named & library.clauses.keys())})
    orders = dict.fromkeys([*(p.ranks for p in library.packs.values()), ()])
    seen: set[tuple[Edge, ...]] = set()
    found: dict[Problem, None] = {}
    ties: dict[tuple[Place, str], Problem] = {}
    for date in sorted({c.valid_from for i in ids for c in library.clauses[i]}):
        valid = {i: c for i in ids if (c := clause_at(library, i, date)) is not None}
        for problem, key in _ties(valid, library):
            ties.setdefault(key, problem)
        for ranks in orders:
            acts = tuple(edges(valid, library, ranks))
            if acts not in seen:
                seen.add(acts)
                found.update(dict.fromkeys((*_circles(acts), *_widths(acts, valid))))
    return [*found, *ties.values()]


def _ties(valid: Mapping[str, Clause], library: Library) -> Iterator[tuple[Problem, tuple[Place, str]]]:
    for clause in valid.values():
        for n, name in enumerate(clause.excludes):
            other = valid.get(name)
            if other is None or other is clause or declared(clause, other) or clause.valid_from != other.valid_from:
                continue
            for pack in library.packs.values():
                if rank_of(clause, library, pack.ranks) == rank_of(other, library, pack.ranks):
                    message = f"excludes '{name}', but under pack '{pack.id}' neither rank nor date decides"
                    fix = "say `supersedes`, or change one of them"
                    place = place_of(clause, "excludes", n)
                    yield Problem(CODE_DEFEAT, place, message, fix, "excludes"), (place, name)
                    break


def _widths(acts: Iterable[Edge], valid: Mapping[str, Clause]) -> Iterator[Problem]:
    for edge in acts:
        narrow, wide = valid[edge.source].scope, valid[edge.target].scope
        if edge.how != "requires" and WIDTH.index(narrow) > WIDTH.index(wide):
            message = (
                f"'{edge.source}' of scope {narrow} would defeat '{edge.target}' of {wide}: half a clause cannot go"
            )
            fix = "widen the scope with a finding, or narrow the other"
            yield Problem(CODE_DEFEAT, edge.place, message, fix, edge.how)


def _circles(acts: Iterable[Edge]) -> Iterator[Problem]:
    """Yield a problem for each file of each circle; a clause that stands in one told already begins no other."""
    after: dict[str, list[Edge]] = {}
    for edge in acts:
        after.setdefault(edge.source, []).append(edge)
    told: set[str] = set()
    count = 0
    for start in _remaining(after):
        circle = _back(start, after) if start not in told else ()
        told |= {edge.source for edge in circle}
        names = [edge.source for edge in circle]
        what = "defeat" if any(edge.how != "requires" for edge in circle) else "requirement"
        for n, edge in enumerate(circle):
            message = f"circular {what}: {around([*names[n:], *names[:n], names[n]])}"
            yield Problem(CODE_DEFEAT, edge.place, message, "cut the circle in one of its files", edge.how)
            count += 1
        if count >= MOST_PROBLEMS:
            return


def _remaining(after: Mapping[str, list[Edge]]) -> list[str]:
    """Return the clauses on which something acts that does not end, in order: those in circles are among them."""
    before: dict[str, int] = {}
    for found in after.values():
        for edge in found:
            before[edge.target] = before.get(edge.target, 0) + 1
    free = [name for name in after if name not in before]
    while free:
        for edge in after.get(free.pop(), ()):
            before[edge.target] -= 1
            if not before[edge.target]:
                free.append(edge.target)
    return sorted(name for name, count in before.items() if count and name in after)


def _back(start: str, after: Mapping[str, list[Edge]]) -> tuple[Edge, ...]:
    """Return the shortest way from a clause back to itself, or nothing."""
    came: dict[str, Edge] = {}
    queue = deque([start])
    while queue:
        for edge in after.get(queue.popleft(), ()):
            if edge.target not in came:
                came[edge.target] = edge
                queue.append(edge.target)
        if start in came:
            way = [came[start]]
            while way[-1].source != start:
                way.append(came[way[-1].source])
            return tuple(reversed(way))
    return ()


def around(names: list[str]) -> str:
    """Return the names of a circle with arrows; the middle of a long one is counted."""
    whole = " → ".join(names)
    if len(whole) <= CIRCLE_WIDTH:
        return whole
    return f"{names[0]} → {names[1]} → … → {names[0]} ({len(names) - 1:,} in all)"
