"""Instruments and packs: trees in, law out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from pipeline.condition.grammar import parse
from pipeline.library.defeat import around
from pipeline.library.law_formats import InstrumentFile, PackFile, ProvisionFile, RankName
from pipeline.model.law import Binding, Instrument, Pack, Provision
from pipeline.model.problem import Place, Problem, shown
from pipeline.model.question import Variable
from pipeline.source.shape import listed, nearest, read
from pipeline.source.tree import Node, at, place_at
from pipeline.source.tree import parse as parse_yaml

CODE_LAW = "LAW-001"
CODE_PACK = "PACK-001"
RANKS: tuple[str, ...] = get_args(RankName)


def read_instruments(files: Mapping[str, bytes]) -> tuple[dict[str, Instrument], list[Problem]]:
    """Read clauses/instruments/*.yaml into instruments by id."""
    found: dict[str, Instrument] = {}
    problems: list[Problem] = []
    for path, data in files.items():
        tree, faults = parse_yaml(data, path, CODE_LAW)
        shape, more = read(tree, InstrumentFile, CODE_LAW)
        problems += faults + more
        if shape is None or tree is None:
            continue
        stem = path.rpartition("/")[2].removesuffix(".yaml")
        if stem != shape.id:
            fix = f"rename the file to {shape.id}.yaml"
            message = f"the file is called {shown(stem)}, the instrument {shape.id}"
            problems.append(Problem(CODE_LAW, place_at(tree, ("id",)), message, fix, "id"))
        found[shape.id] = instrument_of(shape, tree, problems)
    return found, problems


def instrument_of(shape: InstrumentFile, tree: Node, problems: list[Problem]) -> Instrument:
    """Return an instrument from its checked shape; what speaks against it is added to the problems."""
    provisions: list[Provision] = []
    seen: set[str] = set()
    for i, p in enumerate(shape.provisions):
        place = place_at(tree, ("provisions", i))
        if p.id in seen:
            message = f"{shape.id} {shown(p.id)} is given twice"
            problems.append(Problem(CODE_LAW, place, message, "join the two rows", shown(p.id)))
        seen.add(p.id)
        if p.from_ and p.until and p.until < p.from_:
            message = f"{shown(p.id)} ends {p.until} before it starts {p.from_}"
            here = place_at(tree, ("provisions", i, "until"))
            problems.append(Problem(CODE_LAW, here, message, "mend a date", "until"))
        provisions.append(provision_of(shape.id, p, place))
    if shape.binding == "not_yet" and shape.in_force:
        fix = "remove `in_force`, or set `binding` to yes"
        here = place_at(tree, ("in_force",))
        problems.append(Problem(CODE_LAW, here, "not yet binding, and yet in force", fix, "in_force"))
    return Instrument(
        shape.id, shape.title, shape.short, shape.body, shape.kind, shape.binding, shape.rank, shape.group,
        shape.applies,
        shape.adopted or "", shape.published or "", shape.in_force or "", shape.until or "",
        shape.status.text if shape.status else {}, shape.status.as_of if shape.status else "", shape.mark, shape.source,
        tuple(provisions), tree.place,
    )  # fmt: skip


def provision_of(instrument: str, p: ProvisionFile, place: Place) -> Provision:
    """Return a provision of an instrument from its checked shape."""
    return Provision(
        f"{instrument} {p.id}", p.id, p.gist, p.addressee, p.strength, p.from_ or "", p.until or "", p.mark, p.source,
        p.note, place,
    )  # fmt: skip


def read_packs(
    files: Mapping[str, bytes], instruments: Mapping[str, Instrument], variables: Mapping[str, Variable]
) -> tuple[dict[str, Pack], list[Problem]]:
    """Read clauses/packs/*.yaml and check every instrument and condition they name."""
    found: dict[str, Pack] = {}
    trees: dict[str, Node] = {}
    problems: list[Problem] = []
    for path, data in files.items():
        tree, faults = parse_yaml(data, path, CODE_PACK)
        shape, more = read(tree, PackFile, CODE_PACK)
        problems += faults + more
        if shape is None or tree is None:
            continue
        binds: list[Binding] = []
        for i, b in enumerate(shape.binds):
            node = at(tree, ("binds", i, "when"))
            when, more = parse(node, variables, "country", CODE_PACK, "when") if node is not None else (None, [])
            problems += more
            binds.append(Binding(b.instrument, when, place_at(tree, ("binds", i))))
        for key, names in (
            ("binds", [b.instrument for b in shape.binds]),
            ("guides", shape.guides),
            ("watches", shape.watches),
        ):
            for i, name in enumerate(names):
                inner: tuple[str, ...] = ("instrument",) if key == "binds" else ()
                if name not in instruments:
                    message = f"no instrument '{name}'{nearest(name, list(instruments))}"
                    fix = "name one that stands in clauses/instruments"
                    problems.append(Problem(CODE_PACK, place_at(tree, (key, i, *inner)), message, fix, key))
        for i, rank in enumerate(shape.ranks):
            if rank not in RANKS or rank in shape.ranks[:i]:
                message = f"'{rank}' is given twice" if rank in RANKS else f"no rank '{rank}'{nearest(rank, RANKS)}"
                problems.append(
                    Problem(
                        CODE_PACK, place_at(tree, ("ranks", i)), message, f"use once each: {listed(RANKS)}", "ranks"
                    )
                )
        if shape.id in found:
            message = f"there is a pack '{shape.id}' already, at {found[shape.id].place}"
            problems.append(Problem(CODE_PACK, place_at(tree, ("id",)), message, "rename one of the two", "id"))
        trees[shape.id] = tree
        node = at(tree, ("suits",))
        suits, more = parse(node, variables, "country", CODE_PACK, "suits") if node is not None else (None, [])
        problems += more
        found[shape.id] = Pack(
            shape.id, shape.title, shape.includes, suits, shape.ranks, tuple(binds), tuple(shape.guides),
            tuple(shape.watches),
            tree.place,
        )  # fmt: skip
    for pack in found.values():
        for i, name in enumerate(pack.includes):
            place = place_at(trees[pack.id], ("includes", i))
            if name not in found:
                message = f"no pack '{name}'{nearest(name, list(found))}"
                problems.append(Problem(CODE_PACK, place, message, "name an existing pack", "includes"))
            elif way := _back(name, pack.id, found):
                message = f"packs include each other: {around([pack.id, *way])}"
                problems.append(Problem(CODE_PACK, place, message, "cut the circle", "includes"))
    return found, problems


def _back(start: str, end: str, packs: Mapping[str, Pack]) -> list[str]:
    """Return the packs by which one includes another, both ends among them, or nothing."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop()
        if way[-1] == end:
            return way
        following = [n for n in packs[way[-1]].includes if n in packs and n not in seen] if way[-1] in packs else []
        seen.update(following)
        ways += [[*way, name] for name in following]
    return []


def family(packs: Mapping[str, Pack], names: tuple[str, ...]) -> tuple[Pack, ...]:
    """Return the named packs and all that they include, included ones first, without repeats."""
    found: dict[str, Pack] = {}

    def add(name: str) -> None:
        pack = packs.get(name)
        if pack is None or name in found:
            return
        for inner in pack.includes:
            if inner != name:
                add(inner)
        found[name] = pack

    for name in names:
        add(name)
    return tuple(found.values())
