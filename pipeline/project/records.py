"""Findings and selection as plain records: what a version keeps beside its draft, and what `--json` prints."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pipeline.model.condition import Leaf
from pipeline.model.finding import Finding, Findings
from pipeline.model.selection import CaseDecision, Selection


def findings_record(findings: Findings) -> dict[str, object]:
    """Return findings by subject, each with its value, reasons and open questions; what binds the state, since when."""
    return {
        "bound_since": dict(sorted(findings.since.items())),
        "findings": {
            subject: {f.ref: _finding(f) for f in found.values() if f.members is None}
            for subject, found in findings.by_subject.items()
        },
        "expected_uses": list(findings.prospective),
    }


def _finding(finding: Finding) -> dict[str, object]:
    record: dict[str, object] = {"value": finding.value}
    if finding.value is None and finding.possible:
        record["possible"] = list(finding.possible)
    if finding.because:
        record["because"] = _leaves(finding.because)
    if finding.asks:
        record["asks"] = [list(a) for a in finding.asks]
    return record


def selection_record(selection: Selection) -> dict[str, object]:
    """Return every decision with its reason, strengths, explaining answers and open questions, and what to ask next."""
    return {
        "as_of": selection.as_of,
        "decisions": {
            d.clause: {
                "valid_from": d.valid_from, "status": d.status, "printed": d.printed, "ground": d.ground,
                "reason": d.reason, "strengths": {s or "text": list(names) for s, names in d.strengths},
                "because": [_case(c) for c in _telling(d.cases, d.status)], "asks": [list(a) for a in d.asks],
            }
            for d in selection.decisions.values()
        },
        "ask_next": [{"question": ref, "for": subject, "clauses": list(c)} for (ref, subject), c in selection.ask_next],
    }  # fmt: skip


def _telling(cases: Iterable[CaseDecision], status: str) -> list[CaseDecision]:
    """Return one case of each kind that agrees with the outcome."""
    found: dict[tuple[object, ...], CaseDecision] = {}
    for case in cases:
        if case.truth.value == status:
            key = (case.strength, case.ground, tuple(leaf.test for leaf in case.because), case.by)
            found.setdefault(key, case)
    return list(found.values())


def _case(case: CaseDecision) -> dict[str, object]:
    return {
        "for": case.subject, "ground": case.ground, "strength": case.strength, "leaves": _leaves(case.because),
        "by": list(case.by),
    }  # fmt: skip


def _leaves(leaves: Iterable[Leaf]) -> list[dict[str, object]]:
    return [
        {
            "test": leaf.test.text,
            "for": leaf.subject,
            "read": leaf.value,
            "came_out": leaf.truth.value,
            "at": str(leaf.test.place),
        }
        for leaf in leaves
    ]


def as_bytes(record: dict[str, object]) -> bytes:
    """Return a record as canonical JSON: keys sorted, UTF-8, one line."""
    return (json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()
