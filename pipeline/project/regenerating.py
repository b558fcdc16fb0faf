"""Regenerate: from the versions that stand and the law as it is known now, the versions it calls for, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.library.load import UPDATES, with_law
from pipeline.model.library import Library
from pipeline.model.problem import Exit, Faulty, Place, Problem, Refused
from pipeline.project import running, shelf
from pipeline.project.circulation import kept_numbers
from pipeline.project.content import style_files
from pipeline.project.country import newest
from pipeline.project.drafting import Done, settled
from pipeline.project.making import Progress, worked
from pipeline.project.order import Order
from pipeline.project.reach import Reach, reach
from pipeline.project.shelf import Shelved
from pipeline.project.standing import formats_of, receipt_of, standing
from pipeline.project.text_of_record import drafted
from pipeline.store import version
from pipeline.store.receipt import Receipt, tool_versions
from pipeline.store.version import digests

CODE = "REGENERATE-001"


@dataclass(frozen=True, slots=True)
class Target:
    """The newest version of a document that we drafted, to be regenerated."""

    slug: str
    document: str
    receipt: Receipt


def targets(out: Path, paths: Sequence[Path]) -> tuple[Target, ...]:
    """Return the newest versions under the paths named, those of the whole store where none is.

    Raises:
        Faulty: A path is no country, document or newest version of the store.
    """
    whole = version.documents(out)
    if not paths:
        return tuple(_target(out, slug, document) for slug, document in whole)
    chosen: dict[tuple[str, str], None] = {}
    problems: list[Problem] = []
    root = out.resolve()
    for path in paths:
        steps = path.resolve().relative_to(root).parts if path.resolve().is_relative_to(root) else ("", "", "", "")
        found = [pair for pair in whole if pair[: len(steps[:2])] == tuple(steps[:2])] if 0 < len(steps) <= 3 else []
        last = version.latest(out, *found[0]) if len(found) == 1 and len(steps) == 3 else None
        if not found or (len(steps) == 3 and steps[2] != last):
            message = "no version of this output folder" if not found else f"not the newest version, which is {last}"
            fix = f"name a folder such as {out}/norland/guidelines/{last or '0.1'}, or say --all"
            problems.append(Problem(CODE, Place(str(path)), message, fix))
        chosen.update(dict.fromkeys(found))
    if problems:
        raise Faulty(problems)
    return tuple(_target(out, slug, document) for slug, document in chosen)


def _target(out: Path, slug: str, document: str) -> Target:
    numbers = drafted(out, slug, document, version.versions(out, slug, document))
    if not numbers:
        raise Refused(f"{slug}/{document} has no version")
    return Target(slug, document, receipt_of(out, slug, document, numbers[-1]))


class Reaches:
    """How far the law has moved since each library and date that a store consulted; worked out once for each."""

    def __init__(self, out: Path, now: Shelved, updates: Mapping[str, bytes]) -> None:
        self.out = out
        self.now = now
        self.updates = updates
        self.tools = tool_versions()
        self._found: dict[tuple[str, str, str], Reach] = {}
        self._styles: dict[str, Mapping[str, str]] = {}

    @cached_property
    def library(self) -> Library:
        """Today's library with the updates laid over it.

        Raises:
            Faulty: One of them is wrong (exit 4).
        """
        return with_updates(self.now.library, self.updates)

    @cached_property
    def known(self) -> str:
        """The newest date that it knows."""
        return newest(self.library)

    def calls(self, receipt: Receipt, as_of: str) -> bool:
        """Return whether a version may come out otherwise today: its law, its library, its template or its tools moved.

        Args:
            receipt: The version's.
            as_of: ISO date of the law; else the country folder's own, else the newest known.
        """
        date = as_of or receipt.dated or self.known
        if date < receipt.as_of:
            return False  # a next version never has older law than the one before
        if receipt.tools != self.tools or receipt.templates != self.templates(receipt.style):
            return True
        if receipt.library == self.now.digest and date == receipt.as_of and not self.updates:
            return False
        key = (receipt.library, receipt.as_of, date)
        if key not in self._found:
            then = shelf.stored(self.out, receipt.library)
            self._found[key] = reach(then.library, receipt.as_of, self.library, date)
        return self._found[key].touches(receipt)

    def templates(self, name: str) -> Mapping[str, str]:
        """Return the digests of a house style's files today."""
        if name not in self._styles:
            self._styles[name] = digests(style_files(name))
        return self._styles[name]


def with_updates(library: Library, updates: Mapping[str, bytes]) -> Library:
    """Return a library with update files laid over it.

    Args:
        library: The library.
        updates: Files by path in a country folder.

    Raises:
        Faulty: One of them is wrong (exit 4).
    """
    laid, problems = with_law(library, {}, updates)
    for path in updates:
        known = library.updates.get(path.rpartition("/")[2].removesuffix(".yaml"))
        if known is not None:
            message = f"the library has an update '{known.id}' already"
            problems.append(Problem("UPDATE-003", Place(path), message, "leave the file out; the library's counts"))
    if any(not p.warning for p in problems):
        raise Faulty(problems, Exit.LIBRARY)
    return laid


def regenerate(
    out: Path,
    found: Sequence[Target],
    as_of: str,
    updates: Mapping[str, bytes],
    where: tuple[int, str],
    progress: Progress,
) -> Iterator[Done]:
    """Make the versions that are called for, country by country, and yield each country as it is done.

    What stands already is found again, so that a run that was stopped goes on where it was.

    Args:
        out: The store's folder.
        found: What to look into; `targets` gives it.
        as_of: ISO date of the law; else the country folder's, else the newest the library knows.
        updates: Update files to lay over the library, by path in a country folder (`clauses/updates/…`).
        where: Processes (0: as many as fit) and address of a scheduler (empty: this machine).
        progress: Told in a few words what is being done.

    Raises:
        Faulty: An update is wrong (exit 4).
    """
    reaches = Reaches(out, shelf.built_in(), updates)
    called = [t for t in found if reaches.calls(t.receipt, as_of)]
    groups = _alike(called)
    orders = (_order(out, some, as_of, updates) for some in groups)  # read as workers are free, so that memory is flat
    for n, (order, outcome) in enumerate(running.run(worked, orders, *where, count=len(groups)), 1):
        progress(f"{n} of {len(groups)}: {order.slug}")
        yield settled(out, order, outcome)


def _alike(called: Sequence[Target]) -> list[list[Target]]:
    """Return the documents of each country that were made alike together: same folder, languages, formats, style."""
    alike: dict[tuple[object, ...], list[Target]] = {}
    for target in called:
        receipt = target.receipt
        key = (
            target.slug, receipt.languages, formats_of(receipt), receipt.audiences, receipt.style,
            tuple(sorted(receipt.intake.items())),
        )  # fmt: skip
        alike.setdefault(key, []).append(target)
    return list(alike.values())


def _order(out: Path, some: Sequence[Target], as_of: str, updates: Mapping[str, bytes]) -> Order:
    """Return the order for documents of one country that were made alike, from the folder that they keep."""
    slug, first = some[0].slug, some[0].receipt
    documents = tuple(t.document for t in some)
    stood = standing(out, slug, documents)
    return Order(
        slug, str(out / slug), slug, {**stood.past[documents[0]].intake, **updates}, documents, first.languages,
        formats_of(first), first.audiences[0], first.style, as_of, b"", stood.numbers, stood.past, stood.released,
        needed_only=True, follows=stood.follows, deleted=stood.deleted,
        circulated=kept_numbers(out, slug, documents, stood.past),
    )  # fmt: skip


def update_files(paths: Sequence[Path]) -> dict[str, bytes]:
    """Return update files by the path that they have in a country folder.

    Raises:
        Faulty: Two of them have one name.
    """
    found: dict[str, bytes] = {}
    for path in paths:
        key = f"{UPDATES}{path.name}"
        if key in found:
            problem = Problem(CODE, Place(str(path)), "two update files have this name", "rename one of them")
            raise Faulty([problem], Exit.LIBRARY)
        found[key] = path.read_bytes()
    return found
