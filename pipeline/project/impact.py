"""Impact: what updates touch in the versions of whole stores, told before anything is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pipeline.assess.concern import asked_again, unread_slots
from pipeline.compose.causes import touches
from pipeline.compose.changes import changes
from pipeline.condition.grammar import titled
from pipeline.library.load import UPDATES
from pipeline.library.updates import read_updates
from pipeline.model.adoption import Adoption
from pipeline.model.change import Shift
from pipeline.model.library import Library, clause_at
from pipeline.model.problem import Exit, Faulty, Place, Problem
from pipeline.model.update import Update
from pipeline.project import running, shelf
from pipeline.project.country import Country, decide, read_country
from pipeline.project.drawing import draft_file
from pipeline.project.making import context_of
from pipeline.project.regenerating import Target, targets, with_updates
from pipeline.project.standing import intake_of, receipt_of
from pipeline.project.text_of_record import adoption_of, texts_of_record
from pipeline.source.shape import nearest
from pipeline.store import names, version
from pipeline.store.receipt import Receipt

CODE = "IMPACT-001"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Touched:
    """What updates touch in one document of one country.

    Attributes:
        document: Kind of document.
        version: Its newest version.
        as_of: The date of the law of that version.
        shifts: What the updates named change, what weakens first.
        others: How many other changes would come with a new version: other law, other texts.
        lapses: True where the newest release covers text that changes, so that its approval lapses.
        approved: Role and day of that approval; empty where there is none.
        record: True where the version is the ministry's own file; what it deleted is not among `shifts`.
        own: Anchors of those changes that meet words of the ministry's own, so that a merge will ask.
    """

    document: str
    version: str
    as_of: str
    shifts: tuple[Shift, ...]
    others: int
    lapses: bool
    approved: str
    record: bool = False
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CountryImpact:
    """What updates touch in one country.

    Attributes:
        slug: Its name in the store.
        state: Its name.
        store: The store's folder.
        documents: Its documents.
        asks: Questions to be asked again: words, and the update's title.
        slots: Slots of the state's own law to be read again, and the update's title.
        national: National wordings whose original, or the law it rests on, changed: clause id and why.
        left_out: Clauses left out by decision, likewise.
        problems: Why it could not be told; empty where all is well.
    """

    slug: str
    state: str
    store: str
    documents: tuple[Touched, ...] = ()
    asks: tuple[tuple[str, str], ...] = ()
    slots: tuple[tuple[str, str], ...] = ()
    national: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def touched(self) -> bool:
        """Whether the updates touch anything here."""
        found = (self.asks, self.slots, self.national, self.left_out, self.problems)
        return any(found) or any(d.shifts for d in self.documents)


@dataclass(frozen=True, slots=True)
class _Stands:
    """A document as it stands: the text of record, else our newest draft.

    Attributes:
        document: Kind of document.
        receipt: Its receipt.
        draft: Its composed draft.
        approved: Office and day of its last approval.
        adoption: For the ministry's own file, how each clause stands in it.
    """

    document: str
    receipt: Receipt
    draft: bytes
    approved: str
    adoption: Adoption | None


@dataclass(frozen=True, slots=True)
class _Task:
    """What one country is looked into with."""

    slug: str
    state: str
    store: str
    files: Mapping[str, bytes]
    standing: tuple[_Stands, ...]
    library: bytes
    updates: Mapping[str, bytes]
    named: tuple[str, ...]
    as_of: str


def named_updates(names_: Sequence[str]) -> tuple[tuple[str, ...], dict[str, bytes], Library]:
    """Return the updates named, by id of the library or as files.

    Args:
        names_: Ids or paths.

    Returns:
        Their ids, the files among them by path in a country folder, and the library with these laid over it.

    Raises:
        Faulty: There is none of that name, or a file is wrong (exit 4).
    """
    library = shelf.built_in().library
    files: dict[str, bytes] = {}
    ids: list[str] = []
    problems: list[Problem] = []
    for name in names_:
        path = Path(name)
        if name in library.updates:
            ids.append(name)
        elif path.is_file() and not path.is_symlink():
            data = {f"{UPDATES}{path.name}": path.read_bytes()}
            found, faults = read_updates(data, library.variables)
            problems += [replace(p, place=replace(p.place, file=name)) for p in faults]
            ids += list(found)
            files |= data
        else:
            message = f"no update '{name}'{nearest(name, tuple(library.updates))}, and no file of that name"
            fix = "name an update of the library (clausewright impact --list), or an update file"
            problems.append(Problem(CODE, Place(name), message, fix))
    if problems:
        raise Faulty(problems, Exit.LIBRARY)
    return tuple(dict.fromkeys(ids)), files, with_updates(library, files)


def impact(
    stores: Sequence[Path], named: Sequence[str], as_of: str = "", where: tuple[int, str] = (0, "")
) -> Iterator[CountryImpact]:
    """Yield what updates touch, country by country in order of store and name; nothing is written.

    Args:
        stores: Folders of stores.
        named: Ids of updates, or update files.
        as_of: ISO date at which the effect is told; else the last of the updates' own days.
        where: Processes (0: as many as fit) and address of a scheduler (empty: this machine).

    Raises:
        Faulty: An update or a store is wrong.
    """
    ids, files, library = named_updates(named)
    date = as_of or max(library.updates[i].date for i in ids)
    reached = [(store, some) for store in stores for some in _reached(store, ids, library)]
    tasks = (_task(store, some, ids, files, date) for store, some in reached)  # read as workers are free
    found: dict[tuple[str, str], CountryImpact] = {}
    for task, one in running.run(looked_into, tasks, *where, count=len(reached)):
        key = task.store, task.slug
        found[key] = _joined(found[key], one) if key in found else one
    for key in sorted(found):
        yield found[key]


def _joined(one: CountryImpact, other: CountryImpact) -> CountryImpact:
    """Return what is told of a country whose documents stand on different answers or libraries."""
    documents = sorted((*one.documents, *other.documents), key=lambda d: d.document)
    return replace(
        one, documents=tuple(documents), asks=_once(one.asks, other.asks), slots=_once(one.slots, other.slots),
        national=_once(one.national, other.national), left_out=_once(one.left_out, other.left_out),
        problems=(*one.problems, *other.problems),
    )  # fmt: skip


def _once(one: tuple[T, ...], other: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _reached(store: Path, ids: tuple[str, ...], library: Library) -> Iterator[list[Target]]:
    """Yield the documents of each country that the updates may reach, those together that were made from the same."""
    alike: dict[tuple[object, ...], list[Target]] = {}
    for target in targets(store, ()):
        records = texts_of_record(store, target.slug, target.document)
        record = records.get(target.receipt.languages[0])
        stands = replace(target, receipt=record.receipt) if record is not None else target
        if _may_touch(stands.receipt, ids, library, store):
            made_from = tuple(sorted(stands.receipt.intake.items()))
            alike.setdefault((target.slug, stands.receipt.library, made_from), []).append(stands)
    yield from alike.values()


def _task(store: Path, some: Sequence[Target], ids: tuple[str, ...], files: Mapping[str, bytes], date: str) -> _Task:
    slug, first = some[0].slug, some[0].receipt
    return _Task(
        slug, first.state, str(store), intake_of(store, slug, some[0].document, first.version, first),
        tuple(_Stands(t.document, t.receipt, _draft(store, t), _approved(store, t), _adoption(store, t)) for t in some),
        shelf.sent(store, first.library), files, ids, date,
    )  # fmt: skip


def _draft(store: Path, target: Target) -> bytes:
    languages = target.receipt.languages
    name = draft_file(languages, languages[0])
    return version.read(store, target.slug, target.document, target.receipt.version, name)


def _adoption(store: Path, target: Target) -> Adoption | None:
    if target.receipt.adopted is None:
        return None
    return adoption_of(store, target.slug, target.document, target.receipt.version)


def _approved(store: Path, target: Target) -> str:
    """Return office and day of the approval of a document's last release; empty where there is none."""
    numbers = version.versions(store, target.slug, target.document)
    last = names.last_release(numbers)
    if last is None:
        return ""
    approval = receipt_of(store, target.slug, target.document, last).approval
    return f"{approval.by}, {approval.on}" if approval else ""


def _may_touch(receipt: Receipt, ids: tuple[str, ...], library: Library, store: Path) -> bool:
    """Return whether the updates may reach a version: by an instrument that means something there, or by name."""
    known = set(receipt.updates)
    if not receipt.law:
        return True  # a receipt of the first format does not tell
    for update in (library.updates[i] for i in ids):
        instruments = {n.partition(" ")[0] for c in update.changes for n in (*touches(c), c.instrument)}
        if instruments & set(receipt.law) or update.id in known or receipt.state_code in update.states:
            return True
        new_here = update.when is not None or not update.states
        if new_here and update.id not in shelf.stored(store, receipt.library).library.updates:
            return True  # whom it concerns is told by the answers
    return False


def looked_into(task: _Task) -> CountryImpact:
    """Return what the updates touch in one country."""
    kept = shelf.received(task.library)
    now = shelf.built_in()
    try:
        folder = read_country(task.slug, task.slug, {**task.files, **task.updates}, (now.library, now.files))
        before_folder = folder
        if task.library or task.updates:
            before_folder = read_country(task.slug, task.slug, task.files, (kept.library, kept.files))
        dates = {one.receipt.as_of for one in task.standing}
        before = {d: decide(before_folder, d) for d in dates}
        # What came between the day of a back-filled update and that of a version is not told backwards.
        ahead = {d: decide(folder, d) for d in {max(task.as_of, d) for d in dates}}
    except Faulty as faulty:
        return CountryImpact(task.slug, task.state, task.store, problems=faulty.problems)
    date = max(ahead)
    after = ahead[date]
    updates = tuple(after.library.updates[i] for i in task.named)
    documents = tuple(
        _touched(one, before[one.receipt.as_of], ahead[max(task.as_of, one.receipt.as_of)], task.named)
        for one in task.standing
    )
    mine = [u for u in updates if u.id in after.findings.updates]
    asks = tuple(
        (titled(after.library.variables[ref], "en"), _title(u))
        for u in mine
        for ref in asked_again(u, after.assessment, date)
    )
    slots = tuple((s.replace("_", " "), _title(u)) for u in mine for s in unread_slots(u, after.assessment, date))
    first = before[task.standing[0].receipt.as_of]
    return CountryImpact(
        task.slug, task.state, task.store, documents, asks, slots, tuple(_national(first, after, updates)),
        tuple(_left_out(first, after, updates)),
    )  # fmt: skip


def _title(update: Update) -> str:
    return update.title.get("en") or next(iter(update.title.values()), update.id)


def _touched(stands: _Stands, before: Country, after: Country, named: tuple[str, ...]) -> Touched:
    receipt, adoption = stands.receipt, stands.adoption
    lang = receipt.languages[0]
    then, now = (context_of(c, stands.document, lang, receipt.audiences[0], "") for c in (before, after))
    labels = labels_in(stands.draft)
    gone: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    if adoption is not None:
        labels |= {u.anchor: u.label for u in adoption.units if u.state != "deleted"}
        gone, own = (frozenset(adoption.anchors(state)) for state in ("deleted", "edited"))
    shifts = tuple(s for s in changes(then, now, labels) if s.anchor not in gone)
    ours = tuple(s for s in shifts if any(c.kind == "update" and c.id in named for c in s.causes))
    lapses = bool(stands.approved) and bool(ours)
    return Touched(
        stands.document, receipt.version, receipt.as_of, ours, len(shifts) - len(ours), lapses, stands.approved,
        adoption is not None, tuple(dict.fromkeys(s.anchor for s in ours if s.anchor in own)),
    )  # fmt: skip


def labels_in(draft: bytes) -> dict[str, str]:
    """Return the printed numbers in a stored draft by anchor, read without building the draft."""
    found: dict[str, str] = {}
    for unit in json.loads(draft)["units"]:
        for block in unit["blocks"]:
            if block.get("@") == "Heading" and block.get("anchor") == unit["anchor"] and block.get("label"):
                found[unit["anchor"]] = block["label"]
    return found


def _national(before: Country, after: Country, updates: tuple[Update, ...]) -> Iterator[tuple[str, str]]:
    """Yield the clauses in the country's own wording whose original or law the updates changed."""
    own = sorted(i for i, states in after.library.clauses.items() if states[-1].national)
    yield from _moved(own, before, after, updates)


def _left_out(before: Country, after: Country, updates: tuple[Update, ...]) -> Iterator[tuple[str, str]]:
    """Yield the clauses left out by decision, likewise."""
    out = sorted(d.target for d in after.assessment.decisions if d.kind == "leave_out")
    yield from _moved(out, before, after, updates)


def _moved(
    ids: Sequence[str], before: Country, after: Country, updates: tuple[Update, ...]
) -> Iterator[tuple[str, str]]:
    originals = shelf.built_in().library
    named = {n: u for u in updates for c in u.changes for n in touches(c)}
    for clause_id in ids:
        was, now = (clause_at(originals, clause_id, c.as_of) for c in (before, after))
        own = clause_at(after.library, clause_id, after.as_of)
        cited = {c for one in (was, now, own) if one for c in one.cites}
        law = [named[c] for c in sorted(cited) if c in named]
        if law:
            yield clause_id, f"the law it rests on changed: {_title(law[0])}"
        elif was is not None and now is not None and was.valid_from != now.valid_from:
            yield clause_id, f"the library's own text changed on {now.valid_from}"
