"""A country folder for each member state of the United Nations, with answers out of a seed that no state gave.

What a state has joined and ratified is left to the library's records; all else is invented, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from generated import HERE
from generated_countries import _answers as drawn
from intake_samples import library

from pipeline.assess.findings import assess
from pipeline.assess.records import name_of, recorded
from pipeline.condition.evaluation import evaluate
from pipeline.intake.together import RUNNING
from pipeline.intake.writing import Flow, Tree, dump
from pipeline.model.assessment import COUNTRY, Agency, Answer, Answers, Assessment, LegalForm, System, level_of
from pipeline.model.condition import Leaf, Truth
from pipeline.model.law import SLOTS
from pipeline.model.question import Subject
from pipeline.model.record import StateRecord

AS_OF = "2026-11-23"
NOTICE = "Simulated answers: no state gave them."
HERE_ONLY = "(simulated)"

Given = dict[str, dict[str, Answer]]
"""Answers by ref, for each subject: the country, agencies by slug, systems by `agency/system`."""

AGENCIES = {
    "national_police": "national", "border_guard": "national", "regional_police": "regional", "customs": "national",
    "gendarmerie": "national", "investigative_bureau": "national", "prison_service": "national",
}  # fmt: skip
"""Kinds of agencies with their tier; each country has the first."""

OPEN_TO = {"ECHR": "COE", "ACHPR": "AU", "AU-MALABO": "AU", "ACHR": "OAS"}
"""Treaties that only members of an organisation can join."""

SHARES = {"country": 0.85, "agency": 0.75, "system": 0.8}
"""How many of the questions about a subject are answered."""


def simulated(code: str, seed: int) -> dict[str, bytes]:
    """Return the files of a country folder for a state by its two letters; the same for the same seed, everywhere."""
    random = Random(f"{code}-{seed}")
    state = library().records.states[code]
    given: Given = {COUNTRY: _drawn(random, "country")}
    for kind in ("national_police", *random.sample(list(AGENCIES)[1:], random.choice((0, 1, 1, 2)))):
        _agency(random, kind, given)
    _country(random, state, given)
    _settle(state, given)
    files = {"country.yaml": dump(_head(random, state, given), f"{NOTICE} Seed {seed}.")}
    for subject, answers in given.items():
        if subject != COUNTRY:
            files |= _files(subject, answers)
    return dict(sorted(files.items()))


def everyone(seed: int) -> dict[str, dict[str, bytes]]:
    """Return the folders of all member states by code."""
    return {code: simulated(code, seed) for code in sorted(library().records.states)}


def _drawn(random: Random, subject: Subject) -> dict[str, Answer]:
    asked = [q for ref, q in library().questions.items() if ref.startswith(f"{subject}.") and q.type != "text"]
    return dict(drawn(random, asked, SHARES[subject], 0.03, 0.02))


def _told(given: Given, subject: str, **answers: str) -> None:
    given[subject] |= {f"{level_of(subject)}.{k}": Answer(v, None, HERE) for k, v in answers.items()}


def _agency(random: Random, kind: str, given: Given) -> None:
    """Add an agency with up to three systems, each of another use."""
    slug = kind.replace("_", "-")
    given[slug] = _drawn(random, "agency")
    name = f"{kind.replace('_', ' ').capitalize()} {HERE_ONLY}"
    _told(given, slug, kind=kind, tier=AGENCIES[kind], name=name, staff_number=str(random.randint(200, 40_000)))
    scale = library().questions["system.use"].scale
    assert scale is not None
    for use in random.sample(scale.codes(), random.choice((0, 1, 1, 2, 2, 3))):
        key = f"{slug}/{use.replace('_', '-')}"
        given[key] = _drawn(random, "system")
        name = f"{scale.label(use, 'en')} {HERE_ONLY}"
        _told(given, key, use=use, name=name, purpose_statement="A purpose invented for a simulation.")


def _country(random: Random, state: StateRecord, given: Given) -> None:
    """Answer about the country what its systems, its records and its name settle."""
    records = library().records
    organisations = {m.organisation for m in records.memberships[state.code]}
    acts = {t.instrument for t in records.treaties[state.code] if t.status != "signed" and t.date}
    for ref in [r for r in given[COUNTRY] if r.startswith(("country.member_", "country.party_"))]:
        if ref.startswith("country.member_") or name_of(ref) in acts:
            del given[COUNTRY][ref]
        elif OPEN_TO.get(name_of(ref), "UN") not in organisations:
            given[COUNTRY][ref] = Answer("no", None, HERE)
    uses = [(a["system.use"].value, a.get("system.stage")) for k, a in given.items() if level_of(k) == "system"]
    at_work = {use for use, stage in uses if stage and stage.value in RUNNING}
    positions = {f"use_{use}": "in_use" if use in at_work else "planned" for use, _ in uses if use != "other_use"}
    _told(given, COUNTRY, **positions)
    _told(given, COUNTRY, us_federal="no", ministry_name=f"Ministry of the Interior {HERE_ONLY}")
    bodies = {"oversight_body_name": "Oversight body", "data_protection_authority_name": "Data protection authority"}
    _told(given, COUNTRY, **{k: f"{v} {HERE_ONLY}" for k, v in bodies.items() if random.random() < 0.7})


def _settle(state: StateRecord, given: Given) -> None:
    """Blank the answers to questions that do not arise, and one of those that cannot be true together."""
    while odd := list(_odd(state, given)):
        for subject, ref in odd:
            given[subject].pop(ref, None)


def _odd(state: StateRecord, given: Given) -> Iterator[tuple[str, str]]:
    """Yield subject and ref of answers to be blanked."""
    assessment = recorded(_assessment(state, given), library(), AS_OF)
    _, readings = assess(assessment, library(), AS_OF)
    for subject, answers in given.items():
        for ref in answers:
            relevant = library().questions[ref].relevant
            if relevant and evaluate(relevant, readings.case(subject).read, readings.rank).truth is not Truth.IN:
                yield subject, ref
        for fact in library().facts:
            if fact.subject == level_of(subject):
                outcome = evaluate(fact.never, readings.case(subject).read, readings.rank)
                if outcome.truth is Truth.IN:
                    yield from _blanked(outcome.because, given)


def _blanked(because: tuple[Leaf, ...], given: Given) -> Iterator[tuple[str, str]]:
    """Yield the answer that gives way where several contradict: the last one, but for what makes a subject what it is."""
    own = [(x.subject, x.test.ref) for x in because if x.test.ref in given[x.subject]]
    loose = [one for one in own if one[1].partition(".")[2] not in ("use", "kind", "tier")]
    yield (loose or own)[-1]


def _assessment(state: StateRecord, given: Given) -> Assessment:
    def systems(slug: str) -> Iterator[System]:
        yield from (System(key, key, answers) for key, answers in given.items() if key.startswith(f"{slug}/"))

    agencies = [k for k in given if level_of(k) == "agency"]
    return Assessment(
        state.name, state.name, "", False, NOTICE, (), AS_OF, ("en",), LegalForm("", "", ""), {}, given[COUNTRY],
        tuple(Agency(slug, slug, given[slug], tuple(systems(slug))) for slug in agencies), (), {}, {}, state.code,
    )  # fmt: skip


def _head(random: Random, state: StateRecord, given: Given) -> dict[str, Tree]:
    law: dict[str, Tree] = {}
    for slot in SLOTS:
        if random.random() < 0.5:
            title = f"{slot.replace('_', ' ').capitalize()} act {HERE_ONLY}"
            since = f"{random.randint(1950, 2022)}-01-01"
            read = f"{random.randint(2023, 2026)}-{random.randint(1, 11):02}-15"
            law[slot] = {"title": title, "from": since, "read_by": f"Legal adviser {HERE_ONLY}", "read_on": read}
    return {
        "format": "1", "name": f"Simulated: {state.name}", "state": state.code, "demonstration": NOTICE,
        "issuer": f"Ministry of the Interior {HERE_ONLY}", "languages": Flow(("en",)),
        "form": {"marking": "Simulated"}, "law": law, "answers": _tree(given[COUNTRY]),
    }  # fmt: skip


def _files(subject: str, answers: Answers) -> dict[str, bytes]:
    """Return the files of an agency, or of a system."""
    level = level_of(subject)
    name = answers[f"{level}.name"].value or ""
    rest = {ref: a for ref, a in answers.items() if ref != f"{level}.name"}
    head: dict[str, Tree] = {"format": "1", "name": name}
    if level == "system":
        slug, _, system = subject.partition("/")
        return {f"agencies/{slug}/systems/{system}/risk.yaml": dump({**head, "answers": _tree(rest)})}
    ready = {r: a for r, a in rest.items() if library().questions[r].questionnaire == "readiness"}
    profile = {r: a for r, a in rest.items() if r not in ready}
    return {
        f"agencies/{subject}/profile.yaml": dump({**head, "answers": _tree(profile)}),
        f"agencies/{subject}/readiness.yaml": dump({"format": "1", "answers": _tree(ready)}),
    }


def _tree(answers: Answers) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for ref, answer in answers.items():
        key = ref.partition(".")[2]
        if answer.members is None:
            found[key] = answer.value or ""
        else:
            found[key] = {"members": Flow({c: "yes" if known else "no" for c, known in answer.members.items()})}
    return found
