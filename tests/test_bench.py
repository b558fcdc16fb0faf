"""The measurements can still be made: what they time is there, and runs. No figure is looked at."""

from __future__ import annotations

import importlib
from pathlib import Path

import bench_revise
import bench_store
import ministry
import pytest
from draft_changes import word
from merging import REVIEW, english, ours
from ministry import Document
from revisions import drawn


@pytest.mark.parametrize(("stage", "module", "function"), bench_store.STAGES)
def test_what_is_timed_is_there(stage: str, module: str, function: str) -> None:
    assert callable(getattr(importlib.import_module(module), function)), stage


def test_the_stages_of_two_countries_are_timed(tmp_path: Path) -> None:
    told = dict(bench_store.stages(bench_store.world(tmp_path, 1, 2)))
    assert set(told) == {stage for stage, _, _ in bench_store.STAGES} | {"all else"}
    assert min(told[stage] for stage, _, _ in bench_store.STAGES if stage != "compare") > 0


def test_a_merge_with_a_conflict_is_timed(tmp_path: Path) -> None:
    document = Document(drawn(english()))
    ministry.replace(document, "one hour", "two hours", REVIEW)
    pair = ours(word(REVIEW, "one hour", "forty minutes"), word(REVIEW, "every month", "every week"))
    files = [bench_revise._file(tmp_path, *each) for each in (("theirs", document.bytes()), ("ours", pair.new_docx))]
    _, changed, by_text, lost = bench_revise._told(["merge", *files, "1"])
    assert (changed, by_text, lost) == (1, 0, 0)
