"""A library of a few clauses that proves without a defect, as files, to plant in; and what a witness says, decided."""

from __future__ import annotations

import json
from collections.abc import Mapping

from planted import clause_files, clause_path

from pipeline.assess.findings import assess
from pipeline.library.checks import INSTRUMENTAL
from pipeline.library.load import load
from pipeline.model.assessment import COUNTRY, Agency, Answer, Assessment, LegalForm, System
from pipeline.model.library import Library
from pipeline.model.problem import Place
from pipeline.model.selection import Selection
from pipeline.prove.witness import Told, Witness
from pipeline.select.selection import select

AS_OF = "2026-06-01"
HERE = Place("tiny")
CODES = {"yes_no": ("yes", "no"), "kind": ("one", "two", "three"), "level": ("low", "high")}
QUESTIONS = {
    "country": {"a": "yes_no", "b": "yes_no", "c": "yes_no"}, "agency": {"kind": "kind"}, "system": {"mark": "yes_no", "level": "level"},
}  # fmt: skip


def _en(text: str) -> dict[str, str]:
    return {"en": text}


def tiny_files(
    clauses: Mapping[str, str] | None = None, findings: Mapping[str, object] | None = None, **more: object
) -> dict[str, bytes]:
    """Return the files of a tiny library.

    Args:
        clauses: Clauses beside the one that always stands, by lines as in `planted`.
        findings: Findings by ref: whatever a finding has beside id, subject and title.
        more: `facts`, `expectations` or `accepted`, as in their files.
    """
    trees: dict[str, object] = {}
    for subject, asked in QUESTIONS.items():
        questions = [
            {
                "id": name, "section": "all", "type": "scale" if codes == "level" else "choice", "text": _en(name),
                "values": {c: _en(c) for c in CODES[codes]},
            }
            for name, codes in asked.items()
        ]  # fmt: skip
        trees[f"intake/questionnaires/{subject}.yaml"] = {
            "id": subject, "version": "1", "subject": subject, "illustrative": "true", "title": _en(subject),
            "sections": [{"id": "all", "title": _en("All")}], "questions": questions,
        }  # fmt: skip
    drawn = [
        {"id": ref.partition(".")[2], "subject": ref.partition(".")[0], "title": _en(ref), **rule}  # type: ignore[dict-item]
        for ref, rule in (findings or {}).items()
    ]
    trees["intake/findings/all.yaml"] = {"findings": drawn}
    trees["intake/findings/facts.yaml"] = {"facts": more.get("facts", [])}
    trees["clauses/expectations/all.yaml"] = {
        "document": "guidelines", "expectations": more.get("expectations", []), "accepted": [*READ_BY_NONE, *_list(more)],
    }  # fmt: skip
    trees["clauses/glossary/roles.yaml"] = {
        "roles": [{"id": "agency", "name": _en("the agency"), "short": _en("agency")}]
    }
    for number, rank in ((1, "treaty"), (2, "statute")):
        trees[f"clauses/instruments/LAW-{number}.yaml"] = {
            "id": f"LAW-{number}", "title": _en("Law"), "short": _en("Law"), "body": "Parliament", "kind": "treaty",
            "rank": rank, "binding": "yes", "group": "all", "mark": "read", "in_force": "2020",
            "status": {"text": _en("In force."), "as_of": AS_OF},
            "provisions": [{"id": "1", "gist": _en("It says."), "strength": "shall", "mark": "read", "from": "2020"}],
        }  # fmt: skip
    for pack, ranks in (("base", ["treaty", "statute"]), ("other", ["statute", "treaty"])):
        trees[f"clauses/packs/{pack}.yaml"] = {"id": pack, "title": _en(pack), "ranks": ranks}
    part = {"id": "duties", "title": _en("Duties"), "topics": ["governance-bodies"]}
    trees["templates/documents/guidelines.yaml"] = {
        "id": "guidelines", "title": _en("Guidelines"), "subtitle": _en("All"), "parts": [part]
    }  # fmt: skip
    base = {"always": f"principles: [{', '.join(INSTRUMENTAL)}]"}
    made = {path: json.dumps(tree).encode() for path, tree in trees.items()}
    return made | clause_files({**base, **(clauses or {})})


def _list(more: Mapping[str, object]) -> list[object]:
    found = more.get("accepted", [])
    assert isinstance(found, list)
    return found


READ_BY_NONE = [
    {"defect": "unread", "at": f"{subject}.{name}", "reason": "To test.", "owner": "tester"}
    for subject, asked in QUESTIONS.items()
    for name in asked
    if name != "kind"  # the documents print it
]
"""That no condition reads a question is no news here."""


def tiny(
    clauses: Mapping[str, str] | None = None, findings: Mapping[str, object] | None = None, **more: object
) -> Library:
    """Return a tiny library, which loads without a fault."""
    library, problems = load(tiny_files(clauses, findings, **more))
    assert library is not None, "\n".join(map(str, problems))
    return library


def overlay(clauses: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files of clauses by their path in a country folder."""
    assert clause_path("x").startswith("clauses/")
    return clause_files(clauses)


def decided(witness: Witness, library: Library, as_of: str = AS_OF) -> Selection:
    """Return the selection for what a witness says."""

    def answers(told: Mapping[str, Told]) -> dict[str, Answer]:
        return {r: Answer(v, None, HERE) if isinstance(v, str) else Answer(None, v, HERE) for r, v in told.items()}

    agencies = tuple(
        Agency(
            slug, slug, answers(told),
            tuple(System(s, s, answers(t)) for s, t in witness.answers.items() if s.startswith(f"{slug}/")),
        )
        for slug, told in witness.answers.items()
        if slug != COUNTRY and "/" not in slug
    )  # fmt: skip
    assessment = Assessment(
        name="X", name_in_text="X", issuer="", fictional=True, demonstration="", packs=witness.packs, as_of=as_of,
        languages=("en",), form=LegalForm("", "", ""), law={}, answers=answers(witness.answers[COUNTRY]),
        agencies=agencies, decisions=(), files={}, since={},
    )  # fmt: skip
    return select(assessment, library, *assess(assessment, library, as_of), as_of)
