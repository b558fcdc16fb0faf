"""Every event of the change log does to drafts of the day before it what it ought to, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import events
import pytest
from events import Effect, differences, effects, expected

from pipeline.model.update import Update
from pipeline.project import shelf
from pipeline.project.country import decide

SOME = ("AU", "BR", "DE", "GB", "IT", "KE", "KR", "NL", "NZ", "US")
"""States by which each group of the table is met and missed; make events goes through all."""
DEFERRED = "2026-07-27"
PROPOSED = "2025-11-19"
APPROVED = "2026-05-15"


@pytest.fixture(scope="module")
def updates() -> Mapping[str, Update]:
    return shelf.built_in().library.updates


@pytest.fixture(scope="module")
def found(updates: Mapping[str, Update]) -> dict[str, dict[str, Effect]]:
    return effects(SOME, sorted({updates[line.update].date for line in expected()}))


def test_all_events_of_the_change_log_have_a_line(updates: Mapping[str, Update]) -> None:
    numbered = [line.event for line in expected() if line.event[0].isdigit()]
    assert len(numbered) == len(set(numbered)) == 54
    assert {line.update for line in expected()} <= updates.keys()


def test_each_event_does_what_it_ought_to(found: dict[str, dict[str, Effect]]) -> None:
    assert list(differences(found, SOME, whole=False)) == []


def test_the_table_says_what_is_expected_and_was_made_for_all_countries() -> None:
    text = (events.ROOT / "docs" / "events.md").read_text("utf-8")
    assert f"drafts of {len(shelf.built_in().library.records.states)} simulated countries" in text
    rows = [r.split(" | ") for r in text.split("\n") if r.startswith("| ") and r[2].isdigit()]
    told = {r[0].removeprefix("| "): r[5] for r in rows}
    assert told == {line.event: line.effect for line in expected() if line.event[0].isdigit()}


def test_the_omnibus_moves_days_and_brings_two_prohibitions_for_members_of_the_union(
    found: dict[str, dict[str, Effect]],
) -> None:
    assert set(found[DEFERRED]) == {"DE", "IT", "NL"}
    for effect in found[DEFERRED].values():
        assert set(effect.causes) == {"2026-07-digital-omnibus-in-force"}
        assert "prohibit-abusive-imagery-eu" in effect.kinds["enters"]
        assert set(effect.kinds["wording"]).isdisjoint(set(effect.kinds["date"]) - _REWRITTEN)
        assert "stronger" not in effect.kinds and "weaker" not in effect.kinds


_REWRITTEN = {
    "impact-assessment-content-eu", "legal-context-european-union", "training-literacy-eu", "transition-eu-calendar",
}  # fmt: skip
"""Clauses whose words follow the amended text, beside the days that they print."""


def test_a_proposal_changes_no_clause(found: dict[str, dict[str, Effect]]) -> None:
    assert found[PROPOSED] and all(not effect.kinds for effect in found[PROPOSED].values())


def test_the_approval_of_the_framework_convention_changes_a_note_that_says_it_is_not_in_force(
    found: dict[str, dict[str, Effect]], updates: Mapping[str, Update]
) -> None:
    assert found[APPROVED] and all(not effect.kinds for effect in found[APPROVED].values())
    status = updates["2026-05-eu-approves-framework-convention"].changes[0].status["en"]
    assert "Not in force" in status and "One ratification" in status
    before = events.drawn(decide(events.folder("KE"), events.day_before(APPROVED)), "guidelines")
    after = events.drawn(decide(events.folder("KE"), APPROVED), "guidelines")
    changed = [u.anchor for u, v in zip(before.units, after.units, strict=True) if u != v]
    assert changed == ["part:developments"]
