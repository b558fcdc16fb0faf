"""Instruments and packs: trees in, law out."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.condition.grammar import parse
from pipeline.library.formats import InstrumentFile, PackFile
from pipeline.model.law import Binding, Instrument, Pack, Provision
from pipeline.model.problem import Problem
from pipeline.model.question import Variable
from pipeline.source.shape import nearest, read
from pipeline.source.tree import Node, at, place_at
from pipeline.source.tree import parse as parse_yaml

CODE_LAW = "LAW-001"
CODE_PACK = "PACK-001"


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
            problems.append(
                Problem(CODE_LAW, tree.place, f"the file is called {stem}, the instrument {shape.id}", fix, "id")
            )
        found[shape.id] = _instrument(shape, tree, problems)
    return found, problems


def _instrument(shape: InstrumentFile, tree: Node, problems: list[Problem]) -> Instrument:
    provisions: list[Provision] = []
    seen: set[str] = set()
    for i, p in enumerate(shape.provisions):
        place = place_at(tree, ("provisions", i))
        if p.id in seen:
            problems.append(Problem(CODE_LAW, place, f"{shape.id} {p.id} is given twice", "join the two rows", p.id))
        seen.add(p.id)
        if p.from_ and p.until and p.until < p.from_:
            problems.append(
                Problem(CODE_LAW, place, f"{p.id} ends {p.until} before it starts {p.from_}", "mend a date", "until")
            )
        provisions.append(
            Provision(
                f"{shape.id} {p.id}",
                p.id,
                p.gist,
                p.addressee,
                p.strength,
                p.from_ or "",
                p.until or "",
                p.mark,
                p.source,
                p.note,
                place,
            )
        )
    if shape.binding == "not_yet" and shape.in_force:
        fix = "remove `in_force`, or set `binding` to yes"
        problems.append(Problem(CODE_LAW, tree.place, "not yet binding, and yet in force", fix, "in_force"))
    return Instrument(
        shape.id, shape.title, shape.short, shape.body, shape.kind, shape.binding, shape.rank, shape.group,
        shape.applies,
        shape.adopted or "", shape.published or "", shape.in_force or "", shape.until or "",
        shape.status.text if shape.status else {}, shape.status.as_of if shape.status else "", shape.mark, shape.source,
        tuple(provisions), tree.place,
    )  # fmt: skip


def read_packs(
    files: Mapping[str, bytes], instruments: Mapping[str, Instrument], variables: Mapping[str, Variable]
) -> tuple[dict[str, Pack], list[Problem]]:
    """Read clauses/packs/*.yaml and check every instrument and condition they name."""
    found: dict[str, Pack] = {}
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
                if name not in instruments:
                    message = f"no instrument '{name}'{nearest(name, list(instruments))}"
                    fix = "name one that stands in clauses/instruments"
                    problems.append(Problem(CODE_PACK, place_at(tree, (key, i)), message, fix, key))
        node = at(tree, ("suits",))
        suits, more = parse(node, variables, "country", CODE_PACK, "suits") if node is not None else (None, [])
        problems += more
        found[shape.id] = Pack(
            shape.id, shape.title, shape.includes, suits, shape.ranks, tuple(binds), tuple(shape.guides),
            tuple(shape.watches),
            tree.place,
        )  # fmt: skip
    for pack in found.values():
        for name in pack.includes:
            if name not in found:
                message = f"no pack '{name}'{nearest(name, list(found))}"
                problems.append(Problem(CODE_PACK, pack.place, message, "name an existing pack", "includes"))
    return found, problems


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
