"""Versions made in memory: an order of bytes in, the files of the versions it calls for out.

An order can be pickled, so that the same work is done here, in another process, or on another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, cached_property, lru_cache

import pipeline
from pipeline.assess.binding import meaningful
from pipeline.compose.causes import Causes
from pipeline.compose.change_table import with_changes
from pipeline.compose.changes import CONCORDANCE, changed_parts, changes, same_text
from pipeline.compose.context import Context
from pipeline.compose.draft import compose, renumbered
from pipeline.compose.frozen import Circulated
from pipeline.library.updates import days_of
from pipeline.model.change import Cause, Shift, Weight, causes, weight
from pipeline.model.draft import Audience, Draft, Heading
from pipeline.model.problem import ClausewrightError, Faulty, Place, Problem
from pipeline.model.update import Update
from pipeline.project import report, shelf
from pipeline.project.circulation import as_circulated, follow, left_in
from pipeline.project.content import style_files
from pipeline.project.country import Country, Folder, decide, read_country
from pipeline.project.drawing import FINDINGS, SELECTION, checked, draft_file, kept_as, name, rendition
from pipeline.project.order import Order, Outcome, Past, Planned
from pipeline.project.records import as_bytes, findings_record, selection_record
from pipeline.project.speech import speaks
from pipeline.render import style as styles
from pipeline.render.style import HouseStyle
from pipeline.store import codec, names
from pipeline.store.names import following
from pipeline.store.receipt import Approval, Receipt, same_content, tool_versions
from pipeline.store.version import digest, digests

STOPPED = "BATCH-001"
MOST_REASONS = 12
"""Reasons that a receipt names; the table of changes in the version names all."""

Progress = Callable[[str], None]


def quiet(text: str) -> None:
    """Say nothing of progress."""


def make(order: Order, progress: Progress = quiet) -> tuple[Country, tuple[Planned, ...]]:
    """Make the versions that an order calls for.

    Args:
        order: What is to be made, from what, and what stands.
        progress: Told in a few words what is being done.

    Returns:
        The country as decided, and what became of each document.

    Raises:
        Faulty: Something handed in is wrong (3), or in the library or a template (4).
        MachineFault: A tool that a format needs is missing.
        DoesNotHold: A file for outside readers would hold what they may not see.
    """
    kept = shelf.received(order.library)
    folder = read_country(order.name, order.shown, order.files, (kept.library, kept.files))
    country = decide(folder, order.as_of)
    speaks(country, order.langs)
    bench = _Bench(order, country, folder, kept.digest, progress)
    return country, tuple(bench.planned(document) for document in order.documents)


@cache
def tools() -> Mapping[str, str]:
    """Return the versions of what has a hand in a version's bytes; looked up once in a process."""
    return tool_versions()


@lru_cache(maxsize=8)
def _style(name: str, files: tuple[tuple[str, bytes], ...]) -> HouseStyle:
    """Return a house style, read once in a process as long as its files are the same."""
    return styles.read(name, dict(files))


class _Bench:
    """What the documents of one order share."""

    def __init__(self, order: Order, country: Country, folder: Folder, library: str, progress: Progress) -> None:
        self.order = order
        self.country = country
        self.folder = folder
        self.library = library
        self.progress = progress
        self.style_name = order.style or country.assessment.form.style or "standard"
        self.given = style_files(self.style_name)
        self._style: HouseStyle | None = None
        self._earlier: dict[tuple[str, str, str], Country] = {}
        self._drafts: dict[int, Draft] = {}
        self._composed_before: dict[tuple[str, str], Draft] = {}
        self._circulated: dict[str, Mapping[str, Circulated]] = {}

    @property
    def style(self) -> HouseStyle:
        """The house style, read when first drawn with."""
        if self._style is None:
            self._style = _style(self.style_name, tuple(self.given.items()))
        return self._style

    @cached_property
    def records(self) -> Mapping[str, bytes]:
        """The files of a version that all its documents share: what was decided and found, and the country folder."""
        files = {
            SELECTION: as_bytes(selection_record(self.country.selection)),
            FINDINGS: as_bytes(findings_record(self.country.findings)),
        }
        return files | {kept_as(path): data for path, data in self.country.files.items()}

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """The digests of these."""
        return digests(self.records)

    @cached_property
    def law(self) -> tuple[str, ...]:
        """The instruments that mean something to the state."""
        return meaningful(self.country.assessment, self.country.library, self.country.readings)

    def circulated(self, lang: str) -> Mapping[str, Circulated]:
        """Return the circulated versions whose numbers are followed, by document, in a language."""
        if lang not in self._circulated:
            self._circulated[lang] = as_circulated(self.order.circulated, lang)
        return self._circulated[lang]

    def planned(self, document: str) -> Planned:
        """Return what becomes of one document."""
        past = self._base(document)
        before = codec.load(past.receipt, Receipt, f"{document}/{names.RECEIPT}") if past else None
        receipt = self._receipt(document, before.version if before else "0.1")
        newest = self.order.past.get(document)
        follows = self.order.follows.get(document) or (digest(newest.receipt) if newest else "")
        receipt = replace(receipt, previous=follows)
        if past is None or before is None:
            number = self.order.number or following(self.order.numbers.get(document, ()), "minor")
            return self._new(document, replace(receipt, version=number), (), "")
        # It is not drawn yet, so there are no renditions to compare.
        if same_content(before, replace(receipt, version="")) and self._numbered_alike(before, receipt, past):
            return Planned(before, {}, ())
        self.progress(f"comparing the {document} with version {before.version}")
        earlier = self._then(past, before)
        lang = receipt.languages[0]
        composed = self._composed(receipt, lang)
        shifts = self._shifts(earlier, before, document, lang, composed, past)
        if self.order.needed_only and self._same(before, receipt, past, composed):
            return Planned(before, {}, ())
        why = [c.text for c in causes(shifts)] + [c.text for c in self._made_otherwise(before, receipt)]
        release = self.order.released.get(document)
        heavy = self._weight(shifts, release, document, lang, composed)
        number = self.order.number or following(self.order.numbers.get(document, ()), heavy)
        reasons = tuple(dict.fromkeys(why))[:MOST_REASONS]
        receipt = replace(receipt, version=number, weight=heavy, reasons=reasons)
        return self._new(document, receipt, shifts, before.version)

    def _base(self, document: str) -> Past | None:
        """Return the version against which changes are told: for a release the one before it, else the newest."""
        order = self.order
        if order.approval is None:
            return order.past.get(document)
        return order.released.get(document)

    def _then(self, past: Past, before: Receipt) -> Country:
        """Return the country as it was decided for a version that stands."""
        key = (before.library, before.as_of, digest(repr(sorted(before.intake.items())).encode()))
        if key not in self._earlier:
            held = shelf.received(past.library)
            folder = self.folder
            if held.digest != self.library or past.intake != self.order.files:
                folder = read_country(self.order.name, self.order.shown, past.intake, (held.library, held.files))
            self._earlier[key] = decide(folder, before.as_of)
        return self._earlier[key]

    def _shifts(
        self, earlier: Country, before: Receipt, document: str, lang: str, composed: Draft, past: Past
    ) -> tuple[Shift, ...]:
        drafts = past.drafts
        old_lang = lang if lang in drafts else next(iter(drafts), "")
        old = self._read(drafts[old_lang], document) if old_lang else None
        labels = {**(_labels(old) if old else {}), **_labels(composed)}
        first, second = (context_of(c, document, lang, self.order.audience, "") for c in (earlier, self.country))
        shifts = changes(first, second, labels)
        parts: tuple[Shift, ...] = ()
        if old is not None and old.lang == lang and old.audience == composed.audience:
            news = Causes(first, second).news(self.law)
            why = tuple(dict.fromkeys((*causes(shifts), *news))) or (self._elsewhere(before),)
            parts = changed_parts(old, composed, why)
        gone = self._gone(document, *(self.order.langs or self.country.assessment.languages))
        return tuple(s for s in (*shifts, *parts) if s.anchor not in gone)

    def _numbered_alike(self, before: Receipt, now: Receipt, past: Past) -> bool:
        """Tell whether the numbers of a version that stands are those that a new one would have.

        A version that was circulated itself hands its own numbers on, so that nothing is composed to find that out.
        """
        if (before.numbers, before.renumbered) == (now.numbers, now.renumbered):
            return True
        if now.numbers == {now.document: before.version} and not now.renumbered:
            return True
        return all(
            same_text(self._read(data, now.document), self._composed(now, lang)) for lang, data in past.drafts.items()
        )

    def _gone(self, document: str, *langs: str) -> frozenset[str]:
        """Return what the ministry deleted from its own files in each of some languages."""
        deleted = self.order.deleted.get(document, {})
        return frozenset.intersection(*(frozenset(deleted.get(lang, ())) for lang in langs))

    def _read(self, data: bytes, document: str) -> Draft:
        """Return a stored draft; it is needed more than once."""
        if id(data) not in self._drafts:
            self._drafts[id(data)] = codec.load(data, Draft, f"{document}/draft.json")
        return self._drafts[id(data)]

    def _elsewhere(self, before: Receipt) -> Cause:
        """Return why generated parts differ where no clause does: answers, decisions, law or the library."""
        intake = digests(self.order.files)
        moved = sorted(p for p in {*intake, *before.intake} if intake.get(p) != before.intake.get(p))
        if moved:
            return Cause("answer", moved[0], f"the country folder: {', '.join(moved[:3])}")
        if before.library != self.library:
            return Cause("clause", "library", f"release {self.country.library.release} of the library")
        date = self.country.as_of
        return Cause("record", date, f"the law as of {date}")

    def _made_otherwise(self, before: Receipt, now: Receipt) -> list[Cause]:
        """Return templates and tools that differ."""
        found = [
            Cause("template", n, f"template {now.style}: {n}")
            for n in sorted({*before.templates, *now.templates})
            if before.templates.get(n) != now.templates.get(n)
        ]
        found += [
            Cause("tool", n, f"{n} {now.tools.get(n, 'gone')}")
            for n in sorted({*before.tools, *now.tools})
            if before.tools.get(n) != now.tools.get(n)
        ]
        return found

    def _same(self, before: Receipt, now: Receipt, past: Past, composed: Draft) -> bool:
        """Tell whether a new version would differ from the one that stands in the printed date alone."""
        if before.templates != now.templates or before.style != now.style:
            return False
        if not now.renditions.keys() <= before.renditions.keys() or set(now.languages) - set(past.drafts):
            return False
        for lang, data in past.drafts.items():
            old = self._read(data, now.document)
            new = composed if lang == composed.lang else self._composed(now, lang)
            gone = self._gone(now.document, lang)
            if not same_text(without(old, gone), without(new, gone)):
                return False
            if before.tools != now.tools and not self._draws_alike(before, old, lang):
                return False
        return True

    def _draws_alike(self, before: Receipt, old: Draft, lang: str) -> bool:
        """Tell whether today's tools draw the standing draft as the tools of its day did."""
        return all(
            digest(rendition(old, self.style, file.rpartition(".")[2])) == told
            for file, told in before.renditions.items()
            if file.startswith(f"{before.document}.{lang}.")
        )

    def _weight(
        self, shifts: tuple[Shift, ...], release: Past | None, document: str, lang: str, composed: Draft
    ) -> Weight:
        """Return how much the text differs from the last release, else from the version before."""
        if release is None:
            return weight(shifts)
        receipt = codec.load(release.receipt, Receipt, f"{document}/{names.RECEIPT}")
        return weight(self._shifts(self._then(release, receipt), receipt, document, lang, composed, release))

    def _receipt(self, document: str, number: str) -> Receipt:
        """Return a version's receipt before it is drawn: renditions by name, their digests still to come."""
        order, country = self.order, self.country
        langs = order.langs or country.assessment.languages
        audience = order.audience
        receipt = Receipt(
            country=order.slug, document=document, version=number, languages=langs, audiences=(audience,),
            as_of=country.as_of, library=self.library,
            intake=digests(country.files), templates=digests(self.given), tools=tools(), records={},
            renditions={name(document, lang, audience, f): "" for lang in langs for f in order.formats},
            approval=order.approval, state=country.assessment.name, style=self.style_name,
            release=country.library.release, state_code=country.assessment.state,
            law=self.law, updates=country.findings.updates, dated=self.folder.assessment.as_of, days=_days(self.folder),
        )  # fmt: skip
        return follow(order.circulated, document, receipt)

    def _composed(self, receipt: Receipt, lang: str) -> Draft:
        """Return a document composed; under another number only what prints the number is made anew."""
        key = (receipt.document, lang)
        if key not in self._composed_before:
            circulated = self.circulated(lang)
            self._composed_before[key] = composed_for(self.country, receipt, lang, self.order.audience, circulated)
            return self._composed_before[key]
        audience, number, approval = self.order.audience, receipt.version, receipt.approval
        context = context_of(self.country, receipt.document, lang, audience, number, approval)
        return renumbered(self._composed_before[key], context, embedded(receipt))

    def _new(self, document: str, receipt: Receipt, shifts: tuple[Shift, ...], since: str) -> Planned:
        """Compose and draw a version: its receipt, and every file in it."""
        self.progress(f"drafting the {document}")
        files: dict[str, bytes] = {}
        renditions: dict[str, str] = {}
        for lang in receipt.languages:
            context = context_of(self.country, document, lang, self.order.audience, receipt.version, receipt.approval)
            gone = self._gone(document, lang)
            told = tuple(s for s in shifts if s.anchor not in gone)
            composed = with_changes(self._composed(receipt, lang), context, since, told)
            files[draft_file(receipt.languages, lang)] = codec.dump(composed)
            for format_ in self.order.formats:
                self.progress(f"drawing the {document} as {format_.upper()}")
                file = name(document, lang, self.order.audience, format_)
                files[file] = rendition(composed, self.style, format_)
                checked(file, files[file], composed, self.country)
                renditions[file] = digest(files[file])
        records = {**{n: digest(d) for n, d in files.items() if n not in renditions}, **self.digests}
        first = self._composed(receipt, receipt.languages[0])
        whole = replace(
            receipt, records=dict(sorted(records.items())), renditions=dict(sorted(renditions.items())),
            left=left_in(first, self.circulated(first.lang)),
        )  # fmt: skip
        made = {**files, **self.records, names.RECEIPT: codec.dump(whole)}
        return Planned(whole, made, shifts, any(u.anchor == CONCORDANCE for u in first.units))


def _days(folder: Folder) -> tuple[str, ...]:
    """Return the days on which something in the country folder itself starts or ends: its law, clauses and updates."""
    library = folder.library
    found = {d for one in folder.assessment.law.values() for d in (one.start, one.until)}
    found |= {d for s in library.clauses.values() for c in s if c.national for d in (c.valid_from, c.effective)}
    for update in library.updates.values():
        if update.national:
            found |= {*days_of(update), *(c.becomes for c in update.changes), *_starts(update)}
    return tuple(sorted(d for d in found if d and " " not in d))


def _starts(update: Update) -> set[str]:
    """Return the days from which instruments and provisions apply, or end, that an update brings."""
    whole = [c.whole for c in update.changes if c.whole]
    found = {d for i in whole for d in (i.adopted, i.published, i.in_force, i.until, i.status_as_of)}
    found |= {d for c in update.changes for d in (c.in_force, c.status_as_of)}
    provisions = [p for c in update.changes for p in c.new] + [p for i in whole for p in i.provisions]
    return found | {d for p in provisions for d in (p.start, p.until)}


def context_of(
    country: Country,
    document: str,
    lang: str,
    audience: Audience,
    number: str,
    approval: Approval | None = None,
    circulated: Mapping[str, Circulated] | None = None,
) -> Context:
    """Return what a document of a country is composed from."""
    return Context(
        country.assessment, country.library, country.findings, country.selection, document, lang, audience, number,
        country.as_of, approval.by if approval else "", approval.on if approval else "", circulated=circulated or {},
    )  # fmt: skip


def composed_for(
    country: Country,
    receipt: Receipt,
    lang: str,
    audience: Audience,
    circulated: Mapping[str, Circulated] | None = None,
) -> Draft:
    """Compose a document of a version in a language for an audience, without its table of changes."""
    version, approval = receipt.version, receipt.approval
    context = context_of(country, receipt.document, lang, audience, version, approval, circulated)
    return compose(context, embedded(receipt))


def embedded(receipt: Receipt) -> dict[str, str]:
    """Return what a file tells of its own making, for a later merge."""
    return {"library": receipt.library, "tool": f"clausewright {pipeline.__version__}", "previous": receipt.previous}


def without(draft: Draft, anchors: frozenset[str]) -> Draft:
    """Return a draft without some of its units."""
    return replace(draft, units=tuple(u for u in draft.units if u.anchor not in anchors)) if anchors else draft


def _labels(draft: Draft) -> dict[str, str]:
    """Return the printed numbers of a draft by anchor."""
    return {b.anchor: b.label for u in draft.units for b in u.blocks if isinstance(b, Heading) and b.anchor == u.anchor}


def problems_of(error: ClausewrightError, shown: str) -> tuple[Problem, ...]:
    """Return an error as problems of a country.

    Args:
        error: What was raised.
        shown: The country folder as the user would type it.
    """
    if isinstance(error, Faulty):
        return error.problems
    return (Problem(STOPPED, Place(shown), str(error), "mend this and run again"),)


def worked(order: Order) -> Outcome:
    """Make an order wherever it was sent: what goes wrong comes back as a value, so that one failure ends nothing."""
    try:
        country, planned = make(order)
    except ClausewrightError as error:
        told = problems_of(error, order.shown)
        return Outcome(order.name, order.slug, problems=told, exit_code=int(error.exit_code))
    asked = tuple(report.questions(country, 3))
    return Outcome(order.name, order.slug, planned, order.library, country.warnings, asked)
