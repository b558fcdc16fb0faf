"""Defects planted into the shipped library by clauses of our own, as data; with `planted_picked`, two or more of each kind.

Most are clauses of our own beside the shipped ones, so that they hang on no clause of the library by name; the others
change a clause or expectation that is picked by what it is. Each says what a proof must report: kind, the two names,
and the file to mend.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipeline.library.checks import check
from pipeline.library.clauses import read_clauses
from pipeline.library.load import load
from pipeline.model.library import Library
from pipeline.model.proof import DefectKind

AS_OF = "2026-11-01"
FEDERAL = "country.federal_structure is yes"
EU = "country.member_eu is yes"
HIGH = "system.privacy_risk is at least high"
FINDINGS = "intake/findings/planted.yaml"
EXPECTATIONS = "clauses/expectations/planted.yaml"
GUIDELINES = "templates/documents/guidelines.yaml"
QUESTIONS = "intake/questionnaires/country.yaml"
LAW = "clauses/instruments/PLANTED.yaml"
PACK = "clauses/packs/planted.yaml"


@dataclass(frozen=True)
class Planting:
    """A library with one defect in it.

    Attributes:
        kind: The kind of defect.
        at: Where it must be found.
        other: The second one, as a proof names it.
        file: The file that the report must name.
        library: The library with the defect.
        without: The library without the idle words, where words are idle.
        files: The library's files, where the defect lies in files.
    """

    kind: DefectKind
    at: str
    other: str
    file: str
    library: Library
    without: Library | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Sown:
    """A planting by clauses of our own: id to the lines that differ from a plain clause, and other files.

    A `text` line is added to what the clause says; `instead` holds the same clauses without their idle words.
    """

    kind: DefectKind
    at: str
    other: str = ""
    file: str = ""
    clauses: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    instead_files: Mapping[str, str] = field(default_factory=dict)


def clause_path(name: str, file: str = "clause.yaml", date: str = "2025-01-01") -> str:
    """Return where a clause of our own lies."""
    return f"clauses/planted/{name}/{date}/{file}"


def clause_files(clauses: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files of small clauses: name to the lines of its clause.yaml that differ from the plain one."""
    files: dict[str, bytes] = {}
    for name, lines in clauses.items():
        given = dict(line.split(": ", 1) for line in lines.split("; ") if line)
        said = given.pop("text", "")
        date = given.pop("from", "2025-01-01")
        plain = {
            "kind": "norm", "documents": "[guidelines]", "scope": "country", "principles": "[GOV.ACC]",
            "topic": "governance-bodies", "stance": "require", "strength": "should", "bearer": "agency", **given,
        }  # fmt: skip
        if plain["stance"] == "permit":
            plain["if_open"] = "hold"
        reached = [s for s in ("shall", "should", "may") if s == plain["strength"] or f"to: {s}" in lines]
        blocks = "".join(f"## {s}\n\nThe agency {s} act.{said}\n\n" for s in reached)
        files[clause_path(name, date=date)] = "".join(f"{k}: {v}\n" for k, v in plain.items()).encode()
        files[clause_path(name, "en.md", date)] = f"# Clause {name}\n\n{blocks}".encode()
    return files


def sound(files: Mapping[str, bytes]) -> Library:
    """Return a library read from files, which has no fault that loading finds."""
    library, problems = load(files)
    assert library is not None, "\n".join(map(str, problems))
    return library


def with_clauses(library: Library, clauses: Mapping[str, str]) -> Library:
    """Return a library with small clauses beside its own, checked as when it is loaded from files."""
    files = clause_files(clauses)
    read, problems = read_clauses(files, library.variables)
    assert not problems, "\n".join(map(str, problems))
    found = replace(library, clauses=dict(sorted({**library.clauses, **read}.items())))
    assert not [p for p in check(found) if not p.warning], check(found)
    return found


def _rises(when: str, to: str = "shall") -> str:
    return f"[{{to: {to}, when: {when}}}]"


def _finding(name: str, form: str, **more: object) -> dict[str, str]:
    tree = {"id": name, "subject": name.partition("_")[0], "title": {"en": name}, "form": form, **more}
    return {FINDINGS: json.dumps({"findings": [tree]})}


def _law(until: str = "") -> dict[str, str]:
    provision = {"id": "1", "gist": {"en": "It says."}, "strength": "shall", "from": "2019", "mark": "read"}
    if until:
        provision["until"] = until
    law = {
        "id": "PLANTED", "title": {"en": "Planted Act"}, "short": {"en": "Planted Act"}, "body": "Parliament",
        "kind": "national_law", "rank": "statute", "binding": "yes", "group": "all", "mark": "read",
        "in_force": "2019", "provisions": [provision],
    }  # fmt: skip
    return {LAW: json.dumps(law)}


def _demand(**tree: object) -> dict[str, str]:
    demand = {"id": "planted-demand", "topic": "governance-bodies", "reason": "To test.", **tree}
    return {EXPECTATIONS: json.dumps({"document": "guidelines", "expectations": [demand]})}


_FALLING = {
    "rare": ["low", "low", "moderate", "high"],
    "possible": ["low", "moderate", "moderate", "high"],
    "likely": ["low", "moderate", "high", "moderate"],
    "almost_certain": ["moderate", "high", "very_high", "moderate"],
}
_TABLE = {
    "values": "risk_level", "rows": "system.privacy_likelihood", "columns": "system.privacy_severity",
    "table": _FALLING,
}  # fmt: skip

SOWN: Mapping[str, Sown] = {
    "two answers at once": Sown(
        "unreachable", "planted", clauses={"planted": f"when: {{all: [{EU}, country.member_eu is no]}}"}
    ),
    "a level that its parts cannot give": Sown(
        "unreachable", "planted",
        clauses={"planted": f"scope: system; when: {{all: [{HIGH}, system.privacy_severity is negligible]}}"},
    ),
    "superseded by one clause": Sown(
        "always_defeated", "planted", clauses={"planted": f"when: {FEDERAL}", "planted-special": "supersedes: [planted]"}
    ),
    "superseded by two together": Sown(
        "always_defeated", "planted",
        clauses={
            "planted": "", "planted-one": f"when: {FEDERAL}; supersedes: [planted]",
            "planted-two": "when: country.federal_structure is not yes; supersedes: [planted]",
        },
    ),
    "an idle test": Sown(
        "dead_branch", "planted", "country.member_eu is not no",
        clauses={"planted": f"when: {{all: [{EU}, country.member_eu is not no]}}"}, instead={"planted": f"when: {EU}"},
    ),
    "an idle value": Sown(
        "dead_branch", "planted", "limited in system.privacy_severity is one of limited, serious",
        clauses={
            "planted": "scope: system; when: {all: [system.privacy_severity is at least serious, "
            '"system.privacy_severity is one of limited, serious"]}'
        },
        instead={"planted": "scope: system; when: system.privacy_severity is serious"},
    ),
    "an escalation that a stronger one covers": Sown(
        "dead_branch", "planted", "escalate.0",
        clauses={"planted": f"strength: may; escalate: [{{to: should, when: {EU}}}, {{to: shall, when: {EU}}}]"},
        instead={"planted": f"strength: may; escalate: {_rises(EU)}"},
    ),
    "an escalation beside its condition": Sown(
        "dead_branch", "planted", "escalate.0",
        clauses={"planted": f"when: country.federal_structure is no; escalate: {_rises(FEDERAL)}"},
        instead={"planted": "when: country.federal_structure is no"},
    ),
    "an idle test in a finding": Sown(
        "dead_branch", "country.country_planted", f"all: {EU} …", FINDINGS,
        clauses={"planted": "when: country.country_planted is yes"},
        files=_finding("country_planted", "when", when={"any": [EU, {"all": [EU, FEDERAL]}]}),
        instead={"planted": "when: country.country_planted is yes"},
        instead_files=_finding("country_planted", "when", when={"any": [EU]}),
    ),
    "what it requires is superseded": Sown(
        "required_but_defeated", "planted", "planted-base",
        clauses={
            "planted": f"when: {FEDERAL}; requires: [planted-base]", "planted-base": "",
            "planted-special": f"when: {EU}; supersedes: [planted-base]",
        },
    ),
    "what a system's clause requires is excluded by rank": Sown(
        "required_but_defeated", "planted", "planted-base",
        clauses={
            "planted": "scope: system; when: system.personal_data is yes; requires: [planted-base]",
            "planted-base": "cites: ['UDHR 12']",
            "planted-high": f"when: {EU}; cites: ['ICCPR 17']; excludes: [planted-base]",
        },
    ),
    "what it requires begins later": Sown(
        "required_but_defeated", "planted", "planted-base",
        clauses={"planted": f"when: {FEDERAL}; requires: [planted-base]", "planted-base": "from: 2031-01-01"},
    ),
    "permitted and prohibited for the country": Sown(
        "contradiction", "planted", "planted-ban",
        clauses={
            "planted": f"stance: permit; strength: may; when: {FEDERAL}", "planted-ban": f"stance: prohibit; when: {EU}"
        },
    ),
    "permitted to an agency and prohibited for its system": Sown(
        "contradiction", "planted", "planted-ban",
        clauses={
            "planted": "scope: agency; stance: permit; strength: may; when: agency.has_legal_service is yes",
            "planted-ban": "scope: system; stance: prohibit; strength: shall; when: system.personal_data is yes",
        },
    ),
    "permitted and prohibited for one system": Sown(
        "contradiction", "planted", "planted-ban",
        clauses={
            "planted": "scope: system; stance: permit; strength: may; when: system.personal_data is yes",
            "planted-ban": "scope: system; stance: prohibit; strength: shall; when: system.children_affected is yes",
        },
    ),
    "permitted while the prohibition is open": Sown(
        "permission_over_open_prohibition", "planted", "planted-ban",
        clauses={
            "planted": f"stance: permit; strength: may; when: {FEDERAL}", "planted-ban": f"stance: prohibit; when: {EU}"
        },
    ),
    "permitted to agencies while a system's prohibition is open": Sown(
        "permission_over_open_prohibition", "planted", "planted-ban",
        clauses={
            "planted": "scope: agency; stance: permit; strength: may; when: agency.has_legal_service is yes",
            "planted-ban": f"scope: system; stance: prohibit; strength: shall; when: {HIGH}",
        },
    ),
    "a reference to what may be absent": Sown(
        "absent_target", "planted", "planted-target",
        clauses={"planted": "text:  See [[clause:planted-target]].", "planted-target": f"when: {FEDERAL}"},
    ),
    "a reference to what begins later": Sown(
        "absent_target", "planted", "planted-target",
        clauses={"planted": "text:  See [[clause:planted-target]].", "planted-target": "from: 2031-01-01"},
    ),
    "a provision that has ended": Sown(
        "absent_target", "planted", "PLANTED 1", clauses={"planted": "cites: ['PLANTED 1']"}, files=_law("2020"),
    ),
    "law of another state": Sown(
        "absent_target", "planted", "law",
        clauses={"planted": "when: country.bound_by includes PLANTED; cites: ['UDHR 12']"},
        files={
            **_law(), PACK: json.dumps(
                {"id": "planted", "title": {"en": "P"}, "ranks": ["statute", "policy"], "binds": [{"instrument": "PLANTED"}]}
            ),
        },
    ),
    "a finding that nobody reads": Sown(
        "unread", "country.country_planted", "", FINDINGS, files=_finding("country_planted", "when", when=FEDERAL)
    ),
    "an expectation that nothing meets": Sown(
        "unmet_expectation", "planted-demand", "", EXPECTATIONS,
        clauses={"planted": f"cites: ['PLANTED 1']; escalate: {_rises(EU)}"},
        files={**_law(), **_demand(provisions=["PLANTED 1"], at_least="shall", when={"any": [EU, FEDERAL]})},
    ),
    "a clause where it is not called for": Sown(
        "beyond_expectation", "planted-demand", "", EXPECTATIONS, clauses={"planted": "cites: ['PLANTED 1']"},
        files={**_law(), **_demand(provisions=["PLANTED 1"], when=FEDERAL, only="true")},
    ),
    "a clause for the wrong systems": Sown(
        "beyond_expectation", "planted-demand", "", EXPECTATIONS,
        clauses={"planted": f"scope: system; cites: ['PLANTED 1']; when: {{any: [{HIGH}, system.personal_data is yes]}}"},
        files={**_law(), **_demand(subject="system", provisions=["PLANTED 1"], when=HIGH, only="true")},
    ),
    "`is` a level in the condition": Sown(
        "weaker_with_risk", "planted", "should",
        clauses={"planted": "scope: system; when: system.privacy_risk is high"},
    ),
    "`is` a level in an escalation": Sown(
        "weaker_with_risk", "planted", "shall",
        clauses={"planted": f"scope: system; escalate: {_rises('system.privacy_risk is moderate')}"},
    ),
    "a clause that reads a falling table": Sown(
        "weaker_with_risk", "planted", "should",
        clauses={"planted": "scope: system; when: system.system_planted is at least high"},
        files=_finding("system_planted", "table", **_TABLE),
    ),
    "a falling table": Sown(
        "weaker_with_risk", "system.system_planted", "", FINDINGS, files=_finding("system_planted", "table", **_TABLE)
    ),
    "a special case of the country's": Sown(
        "untied_special_case", "planted", "planted-general",
        clauses={"planted": f"when: {{all: [{FEDERAL}, {EU}]}}", "planted-general": f"when: {FEDERAL}"},
    ),
    "a special case of a system's": Sown(
        "untied_special_case", "planted", "planted-general",
        clauses={
            "planted": "scope: system; when: {all: [system.privacy_risk is very_high, system.personal_data is yes]}",
            "planted-general": "scope: system; when: system.privacy_risk is at least moderate",
        },
    ),
}  # fmt: skip


def sown(one: Sown, library: Library, files: Mapping[str, bytes]) -> Planting:
    """Return a planting by clauses of our own."""

    def grown(clauses: Mapping[str, str], more: Mapping[str, str]) -> tuple[Library, dict[str, bytes]]:
        added = {**clause_files(clauses), **{p: d.encode() for p, d in more.items()}}
        return sound({**files, **added}) if more else with_clauses(library, clauses), {**files, **added}

    without, _ = grown(one.instead, one.instead_files) if one.instead else (None, {})
    found, their_files = grown(one.clauses, one.files)
    return Planting(one.kind, one.at, one.other, one.file or clause_path(one.at), found, without, their_files)
