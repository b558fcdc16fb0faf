"""Every planted defect is found where it lies, is seen in the draft of its witness, and by no smaller intake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

import pytest
from planted import AS_OF
from planted_picked import NAMES, planting
from planted_shown import SHOWS, Found, breaks_facts, drafted, written

from pipeline.compose.printed import printed_refs
from pipeline.model.library import Library
from pipeline.model.proof import DefectKind
from pipeline.project import drafting
from pipeline.prove.claims import Claim
from pipeline.prove.decisions import Decisions
from pipeline.prove.formula import FALSE, TRUE
from pipeline.prove.proof import SMALL, Prover, claims_of
from pipeline.prove.witness import Witness
from pipeline.prove.world import Size
from pipeline.store import library_zip


class Recording:
    """A solver that keeps every clause it was given."""

    def __init__(self) -> None:
        from pysat.solvers import Solver

        self.clauses: list[list[int]] = []
        self._solver = Solver(name="m22")

    def add_clause(self, clause: Sequence[int]) -> None:
        self.clauses.append(list(clause))
        self._solver.add_clause(clause)

    def conf_budget(self, budget: int) -> None:
        self._solver.conf_budget(budget)

    def solve_limited(self, assumptions: Sequence[int]) -> bool | None:
        found: bool | None = self._solver.solve_limited(assumptions=assumptions)
        return found

    def get_model(self) -> list[int]:
        found: list[int] = self._solver.get_model()
        return found

    def get_core(self) -> list[int] | None:
        found: list[int] | None = self._solver.get_core()
        return found


Find = Callable[[str], Found]


def claims_named(prover: Prover, kind: str, at: str, other: str) -> list[Claim]:
    claims = claims_of(prover.world(SMALL[0]), printed_refs(prover.library))
    return [c for c in claims if c.name == (kind, at, other)]


@pytest.fixture(scope="session")
def find(library: Library, library_files: dict[str, bytes]) -> Find:
    """Return what gives a planting with what the prover found, each settled once."""
    known: dict[str, Found] = {}

    def find_(name: str) -> Found:
        if name not in known:
            one = planting(name, library, library_files)
            prover = Prover(one.library, AS_OF, solver=Recording)
            (claim, size), *rest = prover.settle(claims_named(prover, one.kind, one.at, one.other))
            assert size is not None, "the solver ran out of time"
            known[name] = Found(one, prover, claim, prover.witness(claim, size), tuple(c for c, _ in rest))
        return known[name]

    return find_


@pytest.fixture(scope="session")
def shipped(library: Library) -> Prover:
    return Prover(library, AS_OF)


@pytest.mark.parametrize("name", NAMES)
def test_a_planted_defect_is_found_at_its_place_with_a_witness(find: Find, name: str) -> None:
    found = find(name)
    one = found.planting
    assert (found.claim.kind, found.claim.at, found.claim.other) == (one.kind, one.at, one.other)
    assert found.claim.place.file == one.file
    assert found.claim.place.line >= 1
    assert found.claim.message and found.claim.fix
    assert found.witness is not None
    assert not found.rest


@pytest.mark.parametrize("name", NAMES)
def test_without_the_planting_there_is_no_such_defect(find: Find, shipped: Prover, name: str) -> None:
    one = find(name).planting
    assert list(shipped.settle(claims_named(shipped, one.kind, one.at, one.other))) == []
    if one.without is not None:
        mended = Prover(one.without, AS_OF)
        claims = claims_of(mended.world(SMALL[0]), printed_refs(one.without))
        assert list(mended.settle([c for c in claims if c.kind == one.kind and c.at == one.at])) == []


def test_every_kind_of_defect_is_planted_twice_or_more(find: Find) -> None:
    kinds = Counter(find(name).planting.kind for name in NAMES)
    assert set(kinds) == set(get_args(DefectKind))
    assert min(kinds.values()) >= 2, kinds


@pytest.mark.parametrize("name", NAMES)
def test_its_witness_drafted_shows_the_defect(find: Find, name: str, tmp_path: Path) -> None:
    found = find(name)
    country = drafted(found, tmp_path / "witness")
    assert breaks_facts(country) == []
    SHOWS[found.claim.kind](found, country)


def smallest_world(found: Found) -> tuple[Size, Callable[[Decisions], int]]:
    """Return the first world that shows the defect, and the formula that does."""
    builds = (found.claim.build,) if found.claim.wanted == "never" else found.claim.shows
    for build in builds:
        for size in SMALL:
            decisions = found.prover.world(size)
            literal = build(decisions)
            if literal != FALSE and decisions.formula.solve([literal]):
                return size, build
    raise AssertionError("no small world shows it")


def told(decisions: Decisions) -> list[int]:
    """Return every literal that is one thing an intake says: a pack, a subject, an answer, a member of a set."""
    world = decisions.world
    found = {*world.named.values(), *(world.exists(s) for s in world.subjects())}
    for _, _, given in world.answers():
        found |= {*given.codes.values(), *(x for pair in given.members.values() for x in pair)}
    return sorted(found - {TRUE, FALSE})


def things(witness: Witness) -> int:
    """Return how many things an intake says."""
    answers = [a for given in witness.answers.values() for a in given.values()]
    return len(witness.packs) + len(witness.answers) - 1 + sum(1 if isinstance(a, str) else len(a) for a in answers)


def shown_within(decisions: Decisions, literal: int, bound: int) -> bool:
    """Return whether some intake that says at most so many things fulfils a literal; asked of another solver."""
    from pysat.card import CardEnc, EncType
    from pysat.solvers import Solver

    recorded = decisions.formula.solver
    assert isinstance(recorded, Recording)
    few = CardEnc.atmost(told(decisions), bound, top_id=decisions.formula.top, encoding=EncType.seqcounter)
    with Solver("cadical153", bootstrap_with=[*recorded.clauses, *few.clauses, [literal]]) as solver:
        return bool(solver.solve())


@pytest.mark.parametrize("name", NAMES)
def test_no_smaller_intake_shows_it_even_in_a_larger_world(find: Find, name: str) -> None:
    found = find(name)
    assert found.witness is not None
    assert found.witness.size == things(found.witness)
    size, build = smallest_world(found)
    decisions = found.prover.world(size)
    assert shown_within(decisions, build(decisions), found.witness.size)
    for one in (size, Size(size.agencies + 1, size.systems + 1)) if found.witness.size else ():
        decisions = found.prover.world(one)
        assert not shown_within(decisions, build(decisions), found.witness.size - 1), one


@pytest.mark.parametrize(
    ("name", "format_", "stands", "misses"),
    [
        ("permitted and prohibited for the country", "md", ("Clause planted", "Clause planted-ban"), ()),
        ("a chapter with a conditional clause", "md", (), ("Clause planted", "Planted")),
        ("a special case of the country's", "docx", ("Clause planted", "Clause planted-general"), ()),
    ],
)
def test_the_real_draft_of_a_witness_shows_it_on_paper(
    find: Find, name: str, format_: str, stands: tuple[str, ...], misses: tuple[str, ...], tmp_path: Path
) -> None:
    found = find(name)
    library = tmp_path / "library.zip"
    library.write_bytes(library_zip.pack(dict(found.planting.files)))
    wish = drafting.Wish(("guidelines",), ("en",), (format_,), "working", "", "", library, tmp_path / "out")
    _, (made,) = drafting.draft(written(found, tmp_path / "witness"), wish, lambda _: None)
    file = made.folder / f"guidelines.en.{format_}"
    text = file.read_text() if format_ == "md" else words(file)
    assert len(text) > 10_000
    assert all(w in text for w in stands)
    assert not [w for w in misses if w in text]


def words(file: Path) -> str:
    import docx

    return "\n".join(p.text for p in docx.Document(str(file)).element.body.iter() if p.tag.endswith("}t") and p.text)
