"""Conditions over columns: truth tables, and the same outcome as the tracing form in every case."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.condition.columns import BLANK, Column, Kleene, Sheet, less, once, outcome_of
from pipeline.condition.evaluation import evaluate
from pipeline.model.condition import Condition, Group, Grouped, Operator, Test, Truth
from pipeline.model.finding import Reading
from pipeline.model.problem import Place
from pipeline.model.question import NOT_APPLICABLE

HERE = Place("x.yaml", 1, 1)
LEVELS = ("low", "moderate", "high")
RANK = {"system.risk": {c: i for i, c in enumerate(LEVELS)}}
ASKS = (("system.risk", "s"),)

IN, OUT, OPEN, WAIT = "in", "out", "open", "wait"
"""Outcomes of a part; `wait` is open with no question that would help."""
OUTCOMES = (IN, OUT, OPEN, WAIT)


def one_test(op: Operator, *values: str, ref: str = "system.risk") -> Test:
    return Test(ref, op, values, "", HERE)


def columns_of(outcomes: Sequence[str]) -> Column:
    """A yes/no column whose rows come out as told when tested for `yes`."""
    bits = {o: sum(1 << i for i, x in enumerate(outcomes) if x == o) for o in OUTCOMES}
    return Column({"yes": bits[IN], "no": bits[OUT]}, bits[IN] | bits[OUT], bits[OPEN])


def outcomes_of(kleene: Kleene, count: int) -> list[str]:
    def one(i: int) -> str:
        bit = 1 << i
        assert not (kleene.holds & bit and kleene.fails & bit)
        return IN if kleene.holds & bit else OUT if kleene.fails & bit else OPEN if kleene.asked & bit else WAIT

    assert not kleene.asked & (kleene.holds | kleene.fails)
    return [one(i) for i in range(count)]


TABLES: dict[Group, str] = {
    # the outcomes of two parts, in, out, open and wait by rows and columns
    "all": """in   out  open wait
              out  out  out  out
              open out  open open
              wait out  open wait""",
    "any": """in   in   in   in
              in   out  open wait
              in   open open open
              in   wait open wait""",
    "none": """out  out  out  out
               out  in   open wait
               out  open open open
               out  wait open wait""",
}


@pytest.mark.parametrize("group", TABLES)
def test_two_parts_join_by_strong_kleene(group: Group) -> None:
    pairs = list(itertools.product(OUTCOMES, OUTCOMES))
    sheet = Sheet((1 << len(pairs)) - 1, {})
    for name, side in (("system.a", 0), ("system.b", 1)):
        sheet.add(name, columns_of([p[side] for p in pairs]))
    parts = (one_test("is", "yes", ref="system.a"), one_test("is", "yes", ref="system.b"))
    assert outcomes_of(sheet.evaluate(Grouped(group, parts, HERE)), len(pairs)) == TABLES[group].split()


def test_no_condition_holds_everywhere() -> None:
    assert Sheet(0b111, {}).evaluate(None) == Kleene(0b111, 0, 0)


# Rows: low, moderate, high, not applicable, at least moderate, low or not applicable, unanswered, withheld
RISK = Column(
    {"low": 0b00100001, "moderate": 0b00010010, "high": 0b00010100, NOT_APPLICABLE: 0b00101000}, 0b00001111, 0b01110000
)


@pytest.mark.parametrize(
    ("op", "values", "expected"),
    [
        ("is", ("low",), "in out out out out open open wait"),
        ("is not", ("low",), "out in in in in open open wait"),
        ("is", ("not_applicable",), "out out out in out open open wait"),
        ("is one of", ("moderate", "high"), "out in in out in out open wait"),
        ("is at least", ("moderate",), "out in in out in out open wait"),
        ("is at most", ("moderate",), "in in out out open open open wait"),
        ("is at least", ("low",), "in in in out in open open wait"),
    ],
)
def test_each_test_on_a_single_value(op: Operator, values: tuple[str, ...], expected: str) -> None:
    assert outcomes_of(outcome_of(one_test(op, *values), RISK, RANK), 8) == expected.split()


# Rows: x and y in; x in, y out; both out; x out, y asked; both asked; not applicable; withheld
LAWS = Column(
    {NOT_APPLICABLE: 0b0100000}, 0b0100000, 0b0010000,
    {"x": 0b0000011, "y": 0b0000001}, {"x": 0b0001100, "y": 0b0000110}, {"y": 0b0011000},
)  # fmt: skip


@pytest.mark.parametrize(
    ("op", "values", "expected"),
    [
        ("includes", ("x",), "in in out out open out wait"),
        ("includes", ("x", "y"), "in in out open open out wait"),
        ("does not include", ("y",), "out in in open open in wait"),
    ],
)
def test_each_test_on_a_set(op: Operator, values: tuple[str, ...], expected: str) -> None:
    assert outcomes_of(outcome_of(one_test(op, *values, ref="system.laws"), LAWS, {}), 7) == expected.split()


def test_a_ref_not_drawn_yet_is_unknown_until_it_is() -> None:
    sheet = Sheet(0b1, {})
    test = one_test("is", "yes", ref="system.later")
    assert sheet.read("system.later") == BLANK
    assert sheet.evaluate(test) == Kleene(0, 0, 0)
    sheet.add("system.later", columns_of([IN]))
    assert sheet.evaluate(test) == Kleene(1, 0, 0)


@given(st.lists(st.integers(0, 2**70), max_size=5), st.integers(0, 2**70))
def test_less_and_once(found: list[int], other: int) -> None:
    for column in found:
        assert less(column, other) == column & ~other
    assert once(found) == sum(1 << i for i in range(71) if sum(c >> i & 1 for c in found) == 1)


# The same as the tracing form, on any condition over any readings

READINGS: list[Reading] = [
    *(Reading("s", code) for code in (*LEVELS, NOT_APPLICABLE)),
    Reading("s", None, None, ASKS),
    Reading("s", None),
    *(
        Reading("s", None, None, asks, possible)
        for asks in ((), ASKS)
        for possible in (("moderate", "high"), ("low", "high"), ("low", NOT_APPLICABLE), ("moderate",))
    ),
]
SETS: list[Reading] = [
    Reading("s", NOT_APPLICABLE),
    Reading("s", None),
    *(
        Reading("s", None, {k: v for k, v in (("x", x), ("y", y)) if v is not None}, asks, (), member)
        for x in (True, False, None) for y in (True, False, None) for asks in ((), ASKS) for member in ({}, {"y": ASKS}, {"y": ()})
    ),
]  # fmt: skip
CASES = list(itertools.product(READINGS, SETS))


def column(readings: Sequence[Reading]) -> Column:
    """The column that holds one reading per row."""
    can: dict[str, int] = {}
    ins: dict[str, int] = {}
    outs: dict[str, int] = {}
    asked_of: dict[str, int] = {}
    known = asked = 0
    for i, r in enumerate(readings):
        bit = 1 << i
        known |= bit if r.value is not None else 0
        asked |= bit if r.asks and r.value is None else 0
        for code in (r.value,) if r.value is not None else r.possible:
            can[code] = can.get(code, 0) | bit
        for member, state in (r.members or {}).items():
            into = ins if state else outs
            into[member] = into.get(member, 0) | bit
        for member in ("x", "y"):
            if r.member_asks.get(member, r.asks):
                asked_of[member] = asked_of.get(member, 0) | bit
    return Column(can, known, asked, ins, outs, {m: asked_of.get(m, 0) for m in ("x", "y")})


COLUMNS: Mapping[str, Column] = {
    "system.risk": column([c[0] for c in CASES]),
    "system.laws": column([c[1] for c in CASES]),
}

codes = st.sampled_from((*LEVELS, NOT_APPLICABLE))
singles = st.one_of(
    st.builds(one_test, st.sampled_from(("is", "is not")), codes),
    st.builds(lambda v: one_test("is one of", *v), st.lists(codes, min_size=1, max_size=4)),
    st.builds(one_test, st.sampled_from(("is at least", "is at most")), st.sampled_from(LEVELS)),
    st.builds(
        lambda op, v: one_test(op, *v, ref="system.laws"), st.sampled_from(("includes", "does not include")),
        st.lists(st.sampled_from(("x", "y")), min_size=1, max_size=2, unique=True),
    ),
)  # fmt: skip
conditions: st.SearchStrategy[Condition] = st.recursive(
    singles,
    lambda inner: st.builds(
        lambda g, of: Grouped(g, tuple(of), HERE), st.sampled_from(("all", "any", "none")),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip


@given(conditions)
def test_any_condition_comes_out_as_it_does_case_by_case(condition: Condition) -> None:
    sheet = Sheet((1 << len(CASES)) - 1, RANK)
    for ref, found in COLUMNS.items():
        sheet.add(ref, found)
    expected = []
    for risk, laws in CASES:
        one = evaluate(condition, {"system.risk": risk, "system.laws": laws}.__getitem__, RANK)
        assert one.truth is Truth.OPEN or not one.asks
        expected.append(one.truth.value if one.truth is not Truth.OPEN else OPEN if one.asks else WAIT)
    assert outcomes_of(sheet.evaluate(condition), len(CASES)) == expected
