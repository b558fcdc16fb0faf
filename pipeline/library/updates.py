"""Updates: trees in, events out; and the law at a date, which is the enacted law with its updates laid over it.

An update is checked by replaying it: what it says stood before must have stood, what it changes must exist, what it
brings must be new. Two updates that contradict cannot both pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.condition.grammar import parse
from pipeline.library.law import instrument_of, provision_of
from pipeline.library.law_formats import ChangeFile, UpdateFile
from pipeline.model.law import SLOTS, Instrument, Provision
from pipeline.model.library import Library
from pipeline.model.problem import Problem, shown
from pipeline.model.question import Variable
from pipeline.model.update import Change, Update
from pipeline.source.shape import listed, nearest, read
from pipeline.source.tree import Node, at, place_at
from pipeline.source.tree import parse as parse_yaml

CODE = "UPDATE-001"
CODE_LAW = "UPDATE-002"

KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "date": (("provisions", "was", "becomes"), ()),
    "applies": (("provisions",), ()),
    "wording": (("provision", "gist"), ("addressee", "strength", "from_", "mark", "source", "note")),
    "enters": (("instrument", "new"), ()),
    "ends": (("provisions",), ()),
    "status": (("instrument", "status"), ("binding", "in_force")),
    "instrument": ((), ("instrument", "whole")),
    "withdrawn": (("instrument",), ()),
}
"""For each kind of change, the keys it needs and those it may have."""

WATCHED = ("status",)
"""Kinds of change that a watched event may bring."""


def read_updates(
    files: Mapping[str, bytes], variables: Mapping[str, Variable], national: bool = False
) -> tuple[dict[str, Update], list[Problem]]:
    """Read clauses/updates/*.yaml into updates by id, in order of date; what they change is checked by `enact`."""
    found: dict[str, Update] = {}
    problems: list[Problem] = []
    for path, data in files.items():
        tree, faults = parse_yaml(data, path, CODE)
        shape, more = read(tree, UpdateFile, CODE)
        problems += faults + more
        if shape is None or tree is None:
            continue
        stem = path.rpartition("/")[2].removesuffix(".yaml")
        if stem != shape.id:
            message = f"the file is called {shown(stem)}, the update {shape.id}"
            problems.append(
                Problem(CODE, place_at(tree, ("id",)), message, f"rename the file to {shape.id}.yaml", "id")
            )
        node = at(tree, ("when",))
        when, more = parse(node, variables, "country", CODE, "when") if node is not None else (None, [])
        problems += more
        problems += _dates(shape, tree)
        problems += _names(shape, tree, variables)
        changes: list[Change] = []
        for i, change in enumerate(shape.changes):
            faults = list(_keys(change, tree, i, shape.standing))
            problems += faults
            if not faults:
                changes.append(_change(change, tree, i, problems))
        found[shape.id] = Update(
            shape.id, shape.title, shape.standing, shape.date, shape.published or "", shape.added, shape.mark,
            shape.source, when, shape.states, shape.note, shape.ends or "", shape.slots, shape.asks, tuple(changes),
            national, tree.place,
        )  # fmt: skip
    return dict(sorted(found.items(), key=lambda item: (item[1].date, item[0]))), problems


def _dates(shape: UpdateFile, tree: Node) -> Iterator[Problem]:
    if (
        shape.published
        and shape.published > shape.date
        and shape.standing == "adopted"
        and shape.retroactive == "false"
    ):
        message = f"published {shape.published}, after the day from which it counts, {shape.date}"
        fix = 'mend a date, or write `retroactive: "true"` where the law says so'
        yield Problem(CODE, place_at(tree, ("published",)), message, fix, "published")
    if shape.added < (shape.published or (shape.date if shape.standing == "watched" else "")):
        message = f"added on {shape.added}, before it was published"
        yield Problem(CODE, place_at(tree, ("added",)), message, "mend a date", "added")
    if shape.ends and (shape.standing == "adopted" or shape.ends <= shape.date):
        message = (
            "only a watched event ends" if shape.standing == "adopted" else f"ends {shape.ends}, not after {shape.date}"
        )
        yield Problem(CODE, place_at(tree, ("ends",)), message, "remove `ends`, or mend a date", "ends")


def _names(shape: UpdateFile, tree: Node, variables: Mapping[str, Variable]) -> Iterator[Problem]:
    for field, names, known in (("slots", shape.slots, SLOTS), ("asks", shape.asks, tuple(variables))):
        for i, name in enumerate(names):
            if name not in known:
                message = f"no {'slot' if field == 'slots' else 'question'} '{shown(name)}'{nearest(name, known)}"
                fix = f"use one of: {listed(known)}"
                yield Problem(CODE, place_at(tree, (field, i)), message, fix, field)


def _keys(change: ChangeFile, tree: Node, i: int, standing: str) -> Iterator[Problem]:
    """Yield what is missing in a change, or does not belong to its kind."""
    needed, allowed = KEYS[change.kind]
    given = change.model_fields_set - {"kind"}
    place = place_at(tree, ("changes", i))
    for key in needed:
        if key not in given:
            name = key.rstrip("_")
            yield Problem(CODE, place, f"a change of kind '{change.kind}' needs `{name}`", f"add `{name}`", name)
    for key in sorted(given - {*needed, *allowed}):
        name = "from" if key == "from_" else key
        message = f"`{name}` does not belong to a change of kind '{change.kind}'"
        yield Problem(CODE, place_at(tree, ("changes", i, name)), message, "remove it, or name another kind", name)
    if change.kind == "instrument" and (change.instrument is None) == (change.whole is None):
        yield Problem(CODE, place, "one of `instrument` and `whole` is needed", "keep one of them", "instrument")
    if standing == "watched" and change.kind not in WATCHED:
        message = "what is only watched changes no law"
        fix = "write `standing: adopted` if it is law, else keep to a note and `kind: status`"
        yield Problem(CODE, place_at(tree, ("changes", i, "kind")), message, fix, "kind")


def _change(change: ChangeFile, tree: Node, i: int, problems: list[Problem]) -> Change:
    place = place_at(tree, ("changes", i))
    refs = change.provisions or ((change.provision,) if change.provision else ())
    whole = instrument_of(change.whole, at(tree, ("changes", i, "whole")) or tree, problems) if change.whole else None
    name = change.instrument or (whole.id if whole else refs[0].partition(" ")[0] if refs else "")
    new = tuple(provision_of(name, p, place_at(tree, ("changes", i, "new", n))) for n, p in enumerate(change.new))
    if change.kind == "wording" and change.provision:
        blank = Provision(
            change.provision, change.provision.partition(" ")[2], change.gist, change.addressee or "",
            change.strength or "", change.from_ or "", "", change.mark or "recalled", change.source, change.note, place,
        )  # fmt: skip
        new = (blank,)
    return Change(
        change.kind, name, tuple(refs), change.was or "", change.becomes or "", new,
        change.status.text if change.status else {}, change.status.as_of if change.status else "",
        change.binding or "", change.in_force or "", whole, place,
    )  # fmt: skip


# The law at a date


@dataclass(slots=True)
class _Register:
    """The law while updates are laid over it, and who changed what last."""

    instruments: dict[str, Instrument]
    provisions: dict[str, dict[str, Provision]]
    problems: list[Problem]
    last: dict[tuple[str, str], Update]


def enact(
    enacted: Mapping[str, Instrument], updates: Mapping[str, Update], as_of: str = ""
) -> tuple[dict[str, Instrument], list[Problem]]:
    """Return the instruments as they stand at a date, with every problem met on the way.

    Args:
        enacted: Instruments as their files give them, before any update.
        updates: Updates in order of date.
        as_of: ISO date; empty for all that the library knows.
    """
    register = _Register(dict(enacted), {i: {p.ref: p for p in one.provisions} for i, one in enacted.items()}, [], {})
    for update in updates.values():
        if not as_of or update.date <= as_of:
            for change in update.changes:
                _lay(change, update, register)
    return {
        i: replace(one, provisions=tuple(register.provisions[i].values())) for i, one in register.instruments.items()
    }, register.problems


def _lay(change: Change, update: Update, register: _Register) -> None:
    if change.whole is not None:
        if change.instrument in register.instruments:
            _fault(change, register, f"the register has {change.instrument} already", "name it with `instrument`")
            return
        register.instruments[change.instrument] = change.whole
        register.provisions[change.instrument] = {p.ref: p for p in change.whole.provisions}
    if change.kind != "enters" or change.instrument in register.instruments:
        instrument = register.instruments.get(change.instrument)
        if instrument is None:
            message = (
                f"no instrument '{shown(change.instrument)}'{nearest(change.instrument, list(register.instruments))}"
            )
            _fault(change, register, message, "name one that stands in clauses/instruments")
            return
        _ACTS[change.kind](change, update, instrument, register)
        return
    _fault(change, register, f"no instrument '{shown(change.instrument)}'", "bring it first, with `kind: instrument`")


def _fault(change: Change, register: _Register, message: str, fix: str, field: str = "changes") -> None:
    register.problems.append(Problem(CODE_LAW, change.place, message, fix, field))


def _known(change: Change, update: Update, register: _Register) -> Iterator[Provision]:
    """Yield the provisions that a change names; those that do not stand are problems."""
    for ref in change.provisions:
        instrument = ref.partition(" ")[0]
        found = register.provisions.get(instrument, {}).get(ref)
        if found is not None and found.until and found.until <= update.date and change.kind != "ends":
            _fault(change, register, f"{shown(ref)} ended on {found.until}", "mend the order of the updates")
        if found is None:
            known = list(register.provisions.get(instrument, ())) or list(register.provisions)
            message = f"no provision '{shown(ref)}' stands at that date{nearest(ref, known)}"
            _fault(change, register, message, "name one of the register, or bring it first with `kind: enters`")
        else:
            yield found


def _once(ref: str, what: str, update: Update, change: Change, register: _Register) -> None:
    """Note who changed something; two updates of one day that change the same contradict each other."""
    other = register.last.get((ref, what))
    if other is not None and other.date == update.date and other.id != update.id:
        message = f"{shown(ref)} is changed by '{other.id}' on the same day"
        _fault(change, register, message, "join the two, or mend a date")
    register.last[(ref, what)] = update


def _put(provision: Provision, register: _Register) -> None:
    register.provisions[provision.ref.partition(" ")[0]][provision.ref] = provision


def _date(change: Change, update: Update, instrument: Instrument, register: _Register) -> None:
    for provision in _known(change, update, register):
        start = provision.start or instrument.in_force
        _once(provision.ref, "date", update, change, register)
        if start != change.was:
            by = register.last.get((provision.ref, "was"))
            told = f", as '{by.id}' left it" if by else ""
            message = (
                f"{shown(provision.ref)} applied from {start or 'no known day'} before{told}, not from {change.was}"
            )
            _fault(change, register, message, "mend `was`, or the other update", "was")
        register.last[(provision.ref, "was")] = update
        _put(replace(provision, start=change.becomes), register)


def _applies(change: Change, update: Update, instrument: Instrument, register: _Register) -> None:
    for provision in _known(change, update, register):
        start = provision.start or instrument.in_force
        if not update.date.startswith(start) or not start:
            message = f"{shown(provision.ref)} applies from {start or 'no known day'}, not from {update.date}"
            _fault(change, register, message, "mend the date of the update, or move the date with `kind: date`")


def _wording(change: Change, update: Update, _: Instrument, register: _Register) -> None:
    for provision in _known(change, update, register):
        _once(provision.ref, "wording", update, change, register)
        new = change.new[0]
        if new.start:
            _once(provision.ref, "date", update, change, register)
        _put(
            replace(
                provision, gist=new.gist, addressee=new.addressee or provision.addressee,
                strength=new.strength or provision.strength, start=new.start or provision.start, mark=new.mark,
                source=new.source or provision.source, note=new.note, place=new.place,
            ),
            register,
        )  # fmt: skip


def _enters(change: Change, update: Update, instrument: Instrument, register: _Register) -> None:
    for provision in change.new:
        if provision.ref in register.provisions[instrument.id]:
            _fault(change, register, f"{shown(provision.ref)} stands already", "change it with `kind: wording`", "new")
        _put(replace(provision, start=provision.start or update.date), register)


def _ends(change: Change, update: Update, _: Instrument, register: _Register) -> None:
    for provision in _known(change, update, register):
        _once(provision.ref, "ends", update, change, register)
        if provision.start > update.date:
            message = f"{shown(provision.ref)} ends {update.date}, before it applies from {provision.start}"
            _fault(change, register, message, "mend a date")
        _put(replace(provision, until=update.date), register)


def _status(change: Change, update: Update, instrument: Instrument, register: _Register) -> None:
    _once(instrument.id, "status", update, change, register)
    binding = change.binding or instrument.binding
    started = change.in_force or instrument.in_force
    if binding == "not_yet" and change.in_force:
        _fault(
            change, register, f"{instrument.id} is not yet binding, and yet in force", "remove `in_force`", "in_force"
        )
    if update.standing == "watched" and (change.binding or change.in_force):
        _fault(change, register, "what is only watched binds nobody", "remove `binding` and `in_force`", "binding")
    register.instruments[instrument.id] = replace(
        instrument, status=change.status, status_as_of=change.status_as_of, binding=binding, in_force=started
    )


def _instrument(change: Change, update: Update, instrument: Instrument, register: _Register) -> None:
    days = [d for d in (instrument.adopted, instrument.published, instrument.in_force) if d]
    if not any(update.date.startswith(d) for d in days):
        told = ", ".join(days) or "no date"
        message = f"{instrument.id} has {told}, and none of these is {update.date}"
        _fault(change, register, message, "mend the date of the update or of the instrument")


def _withdrawn(_: Change, update: Update, instrument: Instrument, register: _Register) -> None:
    register.instruments[instrument.id] = replace(instrument, until=update.date)


_ACTS = {
    "date": _date, "applies": _applies, "wording": _wording, "enters": _enters, "ends": _ends, "status": _status,
    "instrument": _instrument, "withdrawn": _withdrawn,
}  # fmt: skip


def known(instrument: Instrument, as_of: str) -> bool:
    """Return whether an instrument had been adopted, published or brought into force by a date; no date counts as yes.

    A date that is only a month or a year counts from its beginning.
    """
    days = [d for d in (instrument.adopted, instrument.published, instrument.in_force) if d]
    return not days or min(days) <= as_of


def law_at(library: Library, as_of: str) -> Library:
    """Return a library with the law as it stood at a date: wording, dates and standing, and nothing not yet known.

    Provisions of an instrument that had not been adopted or published by then are left out, so that no clause
    cites them; the instrument itself stays, for packs name it, and binds nobody (`known`).
    """
    instruments, _ = enact(library.enacted, library.updates, as_of)
    instruments = {i: instruments.get(i) or _unbrought(one) for i, one in library.instruments.items()}
    provisions = {p.ref: p for i in instruments.values() if known(i, as_of) for p in i.provisions}
    return replace(library, instruments=instruments, provisions=provisions)


def _unbrought(instrument: Instrument) -> Instrument:
    """Return an instrument as it stands before the update that brings it: named by packs, and nothing to anybody."""
    return replace(instrument, binding="not_yet", status={}, status_as_of="", provisions=())


def first_day(date: str) -> str:
    """Return the first day of a date that may be only a month or a year."""
    return (date + "-01-01")[: len("2026-11-23")]


def days_of(update: Update) -> tuple[str, ...]:
    """Return the days on which an update changes what a draft says."""
    return tuple(d for d in (update.published if update.standing == "adopted" else "", update.date, update.ends) if d)
