"""`prove`: a library at one date or at every date on which it changes, its report, and its witnesses as folders."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.assess.binding import in_force
from pipeline.compose.printed import printed_refs
from pipeline.intake.layout import slug_of
from pipeline.intake.writing import Flow, Tree, dump
from pipeline.library.load import overlaid
from pipeline.library.updates import days_of, first_day, law_at
from pipeline.model.assessment import COUNTRY
from pipeline.model.library import Library, clause_at
from pipeline.model.problem import Exit, Faulty, Place, Problem, Refused
from pipeline.model.proof import Acceptance
from pipeline.project.content import folder_files, library_files
from pipeline.project.country import laid_over, newest, the_library
from pipeline.prove.expectation_claims import applies
from pipeline.prove.formula import BUDGET
from pipeline.prove.proof import Defect, Proof, prove
from pipeline.prove.witness import Told, Witness
from pipeline.select.reasons import value_label

FILES = {"agency": "profile.yaml", "readiness": "readiness.yaml"}
"""Questionnaires of an agency, and the file of a country folder that holds their answers."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A library's proofs, by date from the oldest.

    Attributes:
        library: The library, with the overlay it was proved with.
        proofs: One for each date that was asked and differs from the one before.
        dates: Every date asked.
        idle: Acceptances that no defect needed, where every date was asked.
        folder: The country folder whose clauses lie on the library, or None.
        national: Its files that do, by path.
    """

    library: Library
    proofs: tuple[Proof, ...]
    dates: tuple[str, ...]
    idle: tuple[Acceptance, ...]
    folder: Path | None = None
    national: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Return whether every proof holds and no acceptance is idle."""
        return all(p.holds for p in self.proofs) and not self.idle

    def defects(self) -> tuple[Defect, ...]:
        """Return every defect once, at the first date at which it was found."""
        found: dict[tuple[object, ...], Defect] = {}
        for proof in self.proofs:
            for defect in proof.defects:
                found.setdefault((*defect.claim.name, defect.claim.place), defect)
        return tuple(found.values())

    def place(self, place: Place) -> Place:
        """Return a place as the user would type it."""
        if self.folder is None or place.file not in self.national:
            return place
        return replace(place, file=f"{self.folder}/{place.file}")


def proved(
    intake: Path | None, as_of: str, all_dates: bool, progress: Callable[[str], None], budget: int | None = None
) -> Proved:
    """Prove the built-in library, with a country's overlay where a folder is named.

    Args:
        intake: A country folder, or None.
        as_of: ISO date of the law; else the newest the library knows.
        all_dates: Prove at every date on which something changes.
        progress: Told each date as it begins.
        budget: Conflicts after which the solver gives up a question; else more than any should need.

    Raises:
        Faulty: The library (exit 4) or the overlay (exit 3) is wrong.
    """
    library, _ = the_library(library_files())
    national: dict[str, bytes] = {}
    if intake is not None:
        national = {p: d for p, d in folder_files(intake).items() if p.startswith("clauses/")}
        laid, faults = overlaid(library, national)
        if laid is None:
            raise Faulty(laid_over(intake, faults, national), Exit.INTAKE)
        library = laid
    dates = dates_of(library) if all_dates else (as_of or newest(library),)
    first = min(states[0].valid_from for states in library.clauses.values())
    if dates[0] < first:
        problem = Problem(
            "PROVE-001", Place("--as-of"), f"no clause is valid on {dates[0]}", f"choose {first} or later"
        )
        raise Faulty([problem], Exit.LIBRARY)
    printed = printed_refs(library)
    proofs: list[Proof] = []
    before: object = None
    for n, date in enumerate(dates, 1):
        dated = law_at(library, date)
        now = _standing(dated, date)
        if now == before:
            continue
        before = now
        progress(f"proving {date} ({n} of {len(dates)})")
        proofs.append(prove(dated, date, printed, budget or BUDGET))
    used = {id(d.accepted) for p in proofs for d in p.defects if d.accepted}
    idle = tuple(a for a in library.accepted if id(a) not in used) if all_dates else ()
    return Proved(library, tuple(proofs), dates, idle, intake, national)


def dates_of(library: Library) -> tuple[str, ...]:
    """Return every day on which a clause, a provision or an instrument starts or ends, from the first clause on."""
    first = min(states[0].valid_from for states in library.clauses.values())
    days = {c.valid_from for states in library.clauses.values() for c in states}
    for register in (library.enacted, library.instruments):
        days |= {d for i in register.values() for d in (i.adopted, i.published, i.in_force, i.until)}
        days |= {d for i in register.values() for p in i.provisions for d in (p.start, p.until)}
    days |= {d for u in library.updates.values() for d in days_of(u)}
    return tuple(sorted(d for d in {first_day(d) for d in days if d} if d >= first))


def _standing(library: Library, date: str) -> object:
    """Return all that a proof at a date depends on; two dates with equal standing have one proof.

    Of the law that is the instruments that some pack binds, and the provisions that some clause cites.
    """
    valid = [c for i in library.clauses if (c := clause_at(library, i, date)) is not None]
    bound = {b.instrument for pack in library.packs.values() for b in pack.binds}
    cited = {c for clause in valid for c in clause.cites}
    standing = (library.provisions[c] for c in sorted(cited) if c in library.provisions)
    return (
        tuple((c.id, c.valid_from) for c in valid),
        tuple(i for i in sorted(bound) if in_force(library.instruments[i], date)),
        tuple(applies(e, library, date) for e in library.expectations),
        tuple(p.ref for p in standing if not (p.until and p.until <= date)),
    )


# --- the report


def report(proved: Proved) -> Iterator[tuple[int, str]]:
    """Yield the report line by line with its depth."""
    library = proved.library
    claims = sum(p.claims for p in proved.proofs)
    found = proved.defects()
    failing = [d for d in found if not d.accepted and not d.claim.advice]
    for defect in failing:
        yield from _defect(proved, defect)
    for acceptance in proved.idle:
        yield (
            0,
            f"{proved.place(acceptance.place)}: no defect needs it: {acceptance.defect} of {acceptance.at}",
        )
        yield 1, "fix: remove it"
    advice = [d for d in found if d.claim.advice and not d.accepted]
    for defect in advice:
        yield from _defect(proved, defect)
    unproved = {c.name: (c, p.as_of) for p in proved.proofs for c in p.unproved}
    for claim, date in unproved.values():
        other = f" / {claim.other}" if claim.other else ""
        yield (
            0,
            f"{proved.place(claim.place)}: not proved at {date}, the solver gave up: {claim.kind} of {claim.at}{other}",
        )
    accepted = [d for d in found if d.accepted]
    if accepted:
        yield 0, "Accepted:"
    for defect in accepted:
        other = f" / {defect.claim.other}" if defect.claim.other else ""
        reason = f"{defect.accepted.reason} ({defect.accepted.owner})" if defect.accepted else ""
        yield 1, f"{defect.claim.kind} of {defect.claim.at}{other}: {reason}"
    if library.facts:
        yield 0, "Relied on, that these are never true together:"
    for fact in library.facts:
        yield 1, f"{fact.id}: {fact.reason} ({fact.owner})"
    span = proved.dates[0] if len(proved.dates) == 1 else f"{proved.dates[0]} to {proved.dates[-1]}"
    states = f"{len(proved.dates)} {'date' if len(proved.dates) == 1 else 'dates'}"
    if len(proved.proofs) < len(proved.dates):
        states += f", of which {len(proved.proofs)} differ"
    yield (
        0,
        (
            f"{len(library.clauses)} clauses, {len(library.expectations)} expectations, {span} ({states}): "
            f"{claims:,} claims; {len(failing)} defects, {len(accepted)} accepted, {len(advice)} to consider, "
            f"{len(unproved)} not proved"
        ),
    )


def _defect(proved: Proved, defect: Defect) -> Iterator[tuple[int, str]]:
    claim = defect.claim
    other = f" / {claim.other}" if claim.other else ""
    kind = f"advice, {claim.kind}" if claim.advice else claim.kind
    yield 0, f"{proved.place(claim.place)}: {kind} of {claim.at}{other} at {defect.as_of}: {claim.message}"
    if defect.witness is not None:
        yield 1, f"shown by: {'; '.join(_told(proved.library, defect.witness)) or 'an empty country folder'}"
    yield 1, f"fix: {claim.fix}"


def _told(library: Library, witness: Witness) -> Iterator[str]:
    """Yield what a witness says, subject by subject in few words."""
    if witness.packs:
        yield f"packs {', '.join(witness.packs)}"
    for subject, answers in witness.answers.items():
        said = ", ".join(f"{ref} is {_value(library, ref, told)}" for ref, told in answers.items())
        if subject == COUNTRY:
            yield from [said] if said else []
        else:
            yield f"{subject}: {said}" if said else f"{subject} without answers"


def _value(library: Library, ref: str, told: Told) -> str:
    if isinstance(told, str):
        return value_label(library, ref, told) if library.variables[ref].scale is None else told
    return " and ".join(f"{'' if known else 'not '}{member}" for member, known in told.items())


def record(proved: Proved) -> dict[str, object]:
    """Return the report for a program."""
    return {
        "dates": list(proved.dates),
        "claims": sum(p.claims for p in proved.proofs),
        "holds": proved.holds,
        "defects": [_plain(proved, d) for d in proved.defects()],
        "unproved": [
            {"kind": c.kind, "at": c.at, "other": c.other, "as_of": p.as_of} for p in proved.proofs for c in p.unproved
        ],
        "idle": [{"defect": a.defect, "at": a.at, "other": a.other} for a in proved.idle],
        "facts": [{"id": f.id, "owner": f.owner} for f in proved.library.facts],
    }


def _plain(proved: Proved, defect: Defect) -> dict[str, object]:
    claim, witness, place = defect.claim, defect.witness, proved.place(defect.claim.place)
    return {
        "kind": claim.kind, "at": claim.at, "other": claim.other, "as_of": defect.as_of, "advice": claim.advice,
        "file": place.file, "line": place.line, "column": place.column, "message": claim.message,
        "fix": claim.fix, "accepted": defect.accepted.reason if defect.accepted else None,
        "witness": {"packs": list(witness.packs), "answers": witness.answers} if witness else None,
    }  # fmt: skip


# --- witnesses as country folders


def write_witnesses(proved: Proved, out: Path) -> list[Path]:
    """Write each defect's witness as a country folder of its own, with the national clauses, which can be drafted.

    Raises:
        Refused: The folder is there already.
    """
    if out.exists():
        raise Refused(f"{out} exists; name a new folder for the witnesses")
    out.parent.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    with tempfile.TemporaryDirectory(prefix=".witnesses-", dir=out.parent) as made:
        for n, defect in enumerate((d for d in proved.defects() if d.witness), 1):
            names.append(f"{n:03d}-{slug_of(f'{defect.claim.kind} {defect.claim.at}')}")
            for path, data in {**proved.national, **witness_files(proved.library, defect)}.items():
                target = Path(made) / "all" / names[-1] / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        if names:
            (Path(made) / "all").rename(out)  # all or none of them
    return [out / name for name in names]


def witness_files(library: Library, defect: Defect) -> dict[str, bytes]:
    """Return the country folder that shows a defect, as bytes by path."""
    witness = defect.witness
    if witness is None:
        return {}
    head = f"The smallest intake that shows: {defect.claim.kind} of {defect.claim.at}. No state is meant."
    tree: dict[str, Tree] = {
        "format": "1", "name": "Witness", "fictional": "true", "packs": Flow(witness.packs),
        "as_of": defect.as_of, "languages": Flow(("en",)), "answers": _answers(witness.answers[COUNTRY]),
    }  # fmt: skip
    if not witness.packs:
        del tree["packs"]
    files = {"country.yaml": dump(tree, head)}
    for subject, answers in witness.answers.items():
        agency, _, system = subject.partition("/")
        if subject == COUNTRY:
            continue
        if system:
            content: dict[str, Tree] = {"format": "1", "name": system, "answers": _answers(answers)}
            files[f"agencies/{agency}/systems/{system}/risk.yaml"] = dump(content)
            continue
        files[f"agencies/{agency}/profile.yaml"] = dump({"format": "1", "name": agency})
        for questionnaire, name in FILES.items():
            own = {r: a for r, a in answers.items() if library.questions[r].questionnaire == questionnaire}
            if own:
                named: dict[str, Tree] = {"name": agency} if questionnaire == "agency" else {}
                files[f"agencies/{agency}/{name}"] = dump({"format": "1", **named, "answers": _answers(own)})
    return files


def _answers(answers: Mapping[str, Told]) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for ref, told in answers.items():
        key = ref.partition(".")[2]
        found[key] = (
            told if isinstance(told, str) else {"members": Flow({m: "yes" if k else "no" for m, k in told.items()})}
        )
    return found
