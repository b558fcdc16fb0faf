"""Numbers of versions: which are allowed, how they sort, and which comes next."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.change import WEIGHTS, Weight
from pipeline.model.problem import Faulty, Refused
from pipeline.store.names import VERSION, following, is_release, ordinal, releasing, version

IN_ORDER = (
    "0.1", "0.2", "0.10", "1.0-draft.1", "1.0", "1.0.1-draft.1", "1.0.1-draft.2", "1.0.1-draft.10", "1.0.1", "1.1-draft.1",
    "1.1", "1.1.1", "1.2", "1.10", "2.0-draft.1", "2.0-draft.2", "2.0",
)  # fmt: skip

NONE = (
    "", "1", "1.", ".1", "v1.0", "01.0", "1.00", "1.0.0", "0.1.1", "0.1-draft.1", "1.0-draft.0", "1.0-draft", "1.0-draft.01",
    "1.0-Draft.1", "1.0.1.1", "1.0-draft.1.1", "1.0 ", "1.0\n", "-1.0", "1.-1", "1,0", "１.0", "1.1234567", "../1.0", "1.0/2",
)  # fmt: skip


@pytest.mark.parametrize("number", IN_ORDER)
def test_a_number_of_a_draft_or_a_release_is_one(number: str) -> None:
    assert version(number) == number


@pytest.mark.parametrize("number", NONE)
def test_anything_else_is_no_number(number: str) -> None:
    with pytest.raises(Faulty, match="not a version number"):
        version(number)
    with pytest.raises(ValueError, match="no version number"):
        ordinal(number)


def test_numbers_sort_as_they_are_written_one_after_the_other() -> None:
    mixed = list(IN_ORDER)
    random.Random(4).shuffle(mixed)
    assert tuple(sorted(mixed, key=ordinal)) == IN_ORDER
    assert len({ordinal(n) for n in IN_ORDER}) == len(IN_ORDER)


def test_releases_are_told_from_drafts() -> None:
    assert [n for n in IN_ORDER if is_release(n)] == ["1.0", "1.0.1", "1.1", "1.1.1", "1.2", "1.10", "2.0"]


@pytest.mark.parametrize(
    ("numbers", "weight", "draft", "release"),
    [
        ((), "major", "0.1", "1.0"),
        (("0.1",), "patch", "0.2", "1.0"),
        (("0.2", "0.10", "0.9"), "major", "0.11", "1.0"),
        (("0.1", "1.0"), "major", "2.0-draft.1", ""),
        (("0.1", "1.0"), "minor", "1.1-draft.1", ""),
        (("0.1", "1.0"), "patch", "1.0.1-draft.1", ""),
        (("1.0", "2.0-draft.1"), "patch", "2.0-draft.2", "2.0"),
        (("1.0", "2.0-draft.1"), "major", "2.0-draft.2", "2.0"),
        (("1.0", "1.0.1-draft.3"), "minor", "1.1-draft.1", "1.0.1"),
        (("1.0", "1.1-draft.2"), "patch", "1.1-draft.3", "1.1"),
        (("1.0", "1.0.1-draft.1", "1.1-draft.1", "1.1"), "patch", "1.1.1-draft.1", ""),
        (("1.0", "1.1", "1.1.1"), "patch", "1.1.2-draft.1", ""),
        (("1.0", "1.1", "1.1.1"), "minor", "1.2-draft.1", ""),
        (("0.3", "1.0-draft.1"), "minor", "1.0-draft.2", "1.0"),
    ],
)
def test_the_next_numbers(numbers: tuple[str, ...], weight: Weight, draft: str, release: str) -> None:
    assert following(numbers, weight) == draft
    if release:
        assert releasing(numbers) == release
    else:
        with pytest.raises(Refused, match="released already"):
            releasing(numbers)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([*WEIGHTS, "release"]), max_size=40), st.randoms(use_true_random=False))
def test_whatever_happens_each_number_is_new_allowed_and_behind_all_others(
    steps: list[str], chance: random.Random
) -> None:
    numbers: list[str] = []
    for step in steps:
        shuffled = chance.sample(numbers, len(numbers))
        if step == "release":
            if numbers and is_release(numbers[-1]):
                continue
            number = releasing(shuffled)
            assert is_release(number)
        else:
            weight = next(w for w in WEIGHTS if w == step)
            number = following(shuffled, weight)
            assert not is_release(number)
            released = [n for n in numbers if is_release(n)]
            if released:
                aim = number.partition("-")[0]
                place = {"major": 0, "minor": 1, "patch": 2}[weight]
                assert ordinal(aim)[: place + 1] > ordinal(released[-1])[: place + 1]
        assert VERSION.fullmatch(number)
        assert all(ordinal(number) > ordinal(n) for n in numbers)
        numbers.append(number)
