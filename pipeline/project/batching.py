"""Batch: many country folders in, their versions out, as they are done; what stands already is found and left.

A country is read when a worker is free for it and written as soon as it is made, so that memory does not grow with the
list, and a run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path

from pipeline.intake.layout import COUNTRY_FILE
from pipeline.model.problem import ClausewrightError, Exit, Place, Problem
from pipeline.project import running, shelf
from pipeline.project.circulation import last_circulated
from pipeline.project.content import folder_files, style_files
from pipeline.project.country import newest
from pipeline.project.drafting import Done, Made, once, ordered, settled
from pipeline.project.drawing import name
from pipeline.project.jobs import Job
from pipeline.project.making import STOPPED, problems_of, tools, worked
from pipeline.project.order import Order, Outcome, numbered_by
from pipeline.project.standing import receipt_of
from pipeline.source.tree import Node, Scalar, at, parse
from pipeline.source.tree import Sequence as Listed
from pipeline.store import version
from pipeline.store.receipt import Receipt, same_content
from pipeline.store.version import digests

KILLED, BUG = "BATCH-003", "BATCH-004"
OVERLAY = "clauses/"
TOLD = 4
"""Countries named as being worked on."""


Told = Callable[[int, tuple[str, ...]], None]
"""Told how many jobs are done, and which are being worked on."""


def batch(jobs: Sequence[Job], where: tuple[int, str], told: Told) -> Iterator[Done]:
    """Make what is missing, and yield each job as it is done; one that fails ends nothing.

    Args:
        jobs: What is asked, all for one store.
        where: Processes (0: as many as fit) and address of a scheduler (empty: this machine).
        told: Told of the progress.

    Raises:
        Faulty: The built-in library is wrong (exit 4).
        MachineFault: The disk fails, or the cluster; what was written stands.
    """
    yield from _Run(jobs, where, told).done()


class _Run:
    """One run: what is out, and what is done and not yet told."""

    def __init__(self, jobs: Sequence[Job], where: tuple[int, str], told: Told) -> None:
        self.jobs = jobs
        self.where = where
        self.told = told
        self.ready: deque[Done] = deque()
        self.out: dict[str, Job] = {}
        self.count = 0
        self.stand = _Standing()

    def done(self) -> Iterator[Done]:
        """Yield each job as it is done."""
        try:
            for order, outcome in running.run(attempted, self._orders(), *self.where, count=len(self.jobs)):
                self._finish(settled(self.out[order.slug].wish.out, order, outcome))
                yield from self._told()
        except running.Deadly as deadly:
            for task in deadly.tasks:
                fix = "free some memory and run again; if it happens again, draft this country alone with --verbose"
                message = f"the process that worked on it ended each of {running.TRIES} times"
                job = self.out[task.slug]  # type: ignore[attr-defined]
                self._finish(Done(job.slug, problems=(Problem(KILLED, Place(str(job.intake)), message, fix),)))
        yield from self._told()

    def _orders(self) -> Iterator[Order]:
        """Yield the orders of the jobs that have something missing; the others are done."""
        for job in self.jobs:
            self.out[job.slug] = job
            self._tell()
            try:
                stands = self.stand.all_of(job)
                order = None if stands else ordered(job.intake, job.wish)
            except Exception as error:  # noqa: BLE001 - the others go on; it is told with its country
                self._finish(Done(job.slug, problems=_said(error, str(job.intake))))
                continue
            if order is None:
                self._finish(Done(job.slug, stands))
            else:
                yield order

    def _finish(self, one: Done) -> None:
        del self.out[one.slug]
        self.ready.append(one)

    def _told(self) -> Iterator[Done]:
        while self.ready:
            self.count += 1
            yield self.ready.popleft()
        self._tell()

    def _tell(self) -> None:
        self.told(self.count + len(self.ready), tuple(self.out)[:TOLD])


def attempted(order: Order) -> Outcome:
    """Make an order as `worked` does; a fault of ours comes back as a problem as well, so that the others go on."""
    try:
        return worked(order)
    except Exception as error:  # noqa: BLE001 - the last resort
        return Outcome(order.name, order.slug, problems=(_bug(error, order.shown),), exit_code=int(Exit.BUG))


def _said(error: Exception, shown: str) -> tuple[Problem, ...]:
    """Return an error as problems of a country; one of ours as well."""
    return problems_of(error, shown) if isinstance(error, ClausewrightError) else (_bug(error, shown),)


def _bug(error: Exception, shown: str) -> Problem:
    message = f"something went wrong that is not your fault ({type(error).__name__})"
    fix = f"run `clausewright --verbose draft {shown}` and report what it prints"
    return Problem(BUG, Place(shown), message, fix)


class _Standing:
    """Finds the jobs whose every document stands with the same content, without deciding or composing anything."""

    def all_of(self, job: Job) -> tuple[Made, ...]:
        """Return the versions that stand for a job; none where anything is missing or may come out otherwise."""
        wish = job.wish
        documents = once(wish.documents)
        numbers = [version.latest(wish.out, job.slug, document) for document in documents]
        if not all(numbers):
            return ()
        files = folder_files(job.intake)
        intake = digests(files)
        langs, style = _own(files.get(COUNTRY_FILE, b""))
        langs, style = once(wish.langs) or langs, wish.style or style
        found: list[Made] = []
        for document, number in zip(documents, numbers, strict=True):
            receipt = receipt_of(wish.out, job.slug, document, number or "")
            overlaid = any(path.startswith(OVERLAY) for path in intake) and not (wish.as_of or receipt.dated)
            if receipt.intake != intake or overlaid or receipt.adopted:
                return ()  # an overlay may hold an update, and so know a newer date than the library
            now = replace(
                receipt, version="", languages=langs, audiences=(wish.audience,), style=style, approval=None,
                as_of=wish.as_of or receipt.dated or self._newest, library=shelf.built_in().digest, tools=tools(),
                templates=_templates(style),
                renditions={name(document, lang, wish.audience, f): "" for lang in langs for f in wish.formats},
            )  # fmt: skip
            if not same_content(receipt, now) or not _numbered_alike(wish.out, receipt):
                return ()
            place = version.folder_of(wish.out, job.slug, document, receipt.version)
            found.append(Made(document, receipt.version, place, False, tuple(receipt.renditions)))
        return tuple(found)

    @cached_property
    def _newest(self) -> str:
        """The date of the law where nobody names one."""
        return newest(shelf.built_in().library)


def _numbered_alike(out: Path, receipt: Receipt) -> bool:
    """Tell whether a version that stands surely has the numbers that a new one would have."""
    for document in numbered_by(receipt.document):
        last = last_circulated(out, receipt.country, document, version.versions(out, receipt.country, document))
        number = last.version if last else None
        itself = document == receipt.document and number == receipt.version
        if not itself and number != receipt.numbers.get(document):
            return False
    return True


@cache
def _templates(style: str) -> Mapping[str, str]:
    return digests(style_files(style))


def _own(data: bytes) -> tuple[tuple[str, ...], str]:
    """Return languages and house style of a country.yaml; what it says counts only where it was found sound before."""
    tree = parse(data, COUNTRY_FILE, STOPPED)[0]
    return _listed(tree, "languages") or ("en",), _text(tree, "form", "style") or "standard"


def _text(tree: Node | None, *steps: str) -> str:
    found = at(tree, steps) if tree is not None else None
    return found.text.strip() if isinstance(found, Scalar) else ""


def _listed(tree: Node | None, key: str) -> tuple[str, ...]:
    found = at(tree, (key,)) if tree is not None else None
    return tuple(i.text for i in found.items if isinstance(i, Scalar)) if isinstance(found, Listed) else ()
