"""Conditions: the grammar refuses what is wrong at its place, and evaluation is strong Kleene."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.condition.evaluation import evaluate, ranks
from pipeline.condition.grammar import parse
from pipeline.condition.grammar import tests as all_tests
from pipeline.model.condition import Condition, Grouped, Test, Truth
from pipeline.model.finding import Reading
from pipeline.model.problem import Place
from pipeline.model.question import Question, Scale, Value
from pipeline.source.tree import parse as parse_yaml

HERE = Place("test.yaml", 1, 1)


def scale(*codes: str, ordered: bool = False) -> Scale:
    return Scale(tuple(Value(c, {"en": c}) for c in codes), ordered)


def question(ref: str, type_: str, values: Scale | None) -> Question:
    return Question(ref, "q", "s", type_, values, {"en": ref}, {}, (), None, True, False, HERE)  # type: ignore[arg-type]


RISK = scale("low", "moderate", "high", ordered=True)
VARIABLES: Mapping[str, Question] = {
    "system.risk": question("system.risk", "scale", RISK),
    "system.use": question("system.use", "choice", scale("live", "retro", "none")),
    "system.sources": question("system.sources", "set", scale("own", "bought", "public")),
    "system.name": question("system.name", "text", None),
    "agency.ready": question("agency.ready", "choice", scale("yes", "no")),
}
RANK = {ref: ranks(q.scale) for ref, q in VARIABLES.items()}


def condition(text: str) -> Condition:
    tree, faults = parse_yaml(text.encode(), "c.yaml", "X-001")
    assert tree is not None, faults
    found, problems = parse(tree, VARIABLES, "system", "X-001")
    assert found is not None, [str(p) for p in problems]
    return found


def read(values: Mapping[str, str | None]):  # type: ignore[no-untyped-def]
    def reading(ref: str) -> Reading:
        value = values.get(ref)
        return Reading("s", value, None, () if value else ((ref, "s"),))

    return reading


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("system.use is livee", "'livee' is not an answer to system.use; did you mean 'live'?", 15),
        ("system.uze is live", "'system.uze' is no question or finding; did you mean 'system.use'?", 1),
        ("system.use is at least live", "'is at least' needs an ordered scale", 12),
        ("system.sources is own", "'is' cannot be used on the set system.sources", 16),
        ("system.use includes live", "'includes' cannot be used on the single value system.use", 12),
        ("system.name is x", "takes free text", 13),
        ("system.use unanswered", "this is not a test", 1),
        ("system.use is one of live, rettro", "'rettro' is not an answer", 28),
    ],
)
def test_a_wrong_test_is_refused_at_its_column(text: str, message: str, column: int) -> None:
    tree, _ = parse_yaml(text.encode(), "c.yaml", "X-001")
    assert tree is not None
    found, problems = parse(tree, VARIABLES, "system", "X-001")
    assert found is None
    assert message in problems[0].message
    assert (problems[0].place.line, problems[0].place.column) == (1, column)
    assert problems[0].fix


def test_scope_keeps_narrower_subjects_out_of_sight() -> None:
    tree, _ = parse_yaml(b"system.use is live", "c.yaml", "X-001")
    assert tree is not None
    _, problems = parse(tree, VARIABLES, "agency", "X-001")
    assert "cannot read 'system.use'" in problems[0].message
    assert "some, every, at_least" in problems[0].fix


def test_a_list_without_a_join_and_two_joins_are_refused() -> None:
    for text in (
        "- system.use is live\n",
        "all: [system.use is live]\nany: [system.use is live]\n",
        "alle: [system.use is live]\n",
    ):
        tree, _ = parse_yaml(text.encode(), "c.yaml", "X-001")
        assert tree is not None
        found, problems = parse(tree, VARIABLES, "system", "X-001")
        assert found is None and problems


def test_nesting_beyond_the_limit_is_refused() -> None:
    text = "all: [" * 8 + "system.use is live" + "]" * 8
    tree, _ = parse_yaml(text.replace("[all", "[{all").encode(), "c.yaml", "X-001")
    deep = "system.use is live"
    for _ in range(8):
        deep = "{all: [" + deep + "]}" if deep.startswith("{") else "{all: ['" + deep + "']}"
    tree, faults = parse_yaml(deep.encode(), "c.yaml", "X-001")
    assert tree is not None, faults
    found, problems = parse(tree, VARIABLES, "system", "X-001")
    assert found is None and "nested more than" in problems[0].message


@pytest.mark.parametrize(
    ("text", "values", "truth"),
    [
        ("system.risk is at least moderate", {"system.risk": "high"}, Truth.IN),
        ("system.risk is at least moderate", {"system.risk": "low"}, Truth.OUT),
        ("system.risk is at least moderate", {"system.risk": "not_applicable"}, Truth.OUT),
        ("system.use is not live", {"system.use": "not_applicable"}, Truth.IN),
        ("system.risk is at most moderate", {}, Truth.OPEN),
        ("all: [system.use is live, system.risk is high]", {"system.use": "retro"}, Truth.OUT),
        ("any: [system.use is live, system.risk is high]", {"system.use": "live"}, Truth.IN),
        ("none: [system.use is live, system.risk is high]", {"system.use": "live"}, Truth.OUT),
        ("none: [system.use is live, system.risk is high]", {"system.use": "retro"}, Truth.OPEN),
    ],
)
def test_evaluation(text: str, values: Mapping[str, str], truth: Truth) -> None:
    assert evaluate(condition(text), read(values), RANK).truth is truth


def test_what_is_still_possible_can_settle_a_test() -> None:
    def partly(ref: str) -> Reading:
        return Reading("s", None, None, (("system.x", "s"),), ("moderate", "high"))

    assert evaluate(condition("system.risk is at least moderate"), partly, RANK).truth is Truth.IN
    assert evaluate(condition("system.risk is low"), partly, RANK).truth is Truth.OUT
    assert evaluate(condition("system.risk is high"), partly, RANK).truth is Truth.OPEN


def test_sets_are_known_member_by_member() -> None:
    def partly(ref: str) -> Reading:
        return Reading("s", None, {"own": True, "bought": False}, ((ref, "s"),))

    assert evaluate(condition("system.sources includes own or public"), partly, RANK).truth is Truth.IN
    assert evaluate(condition("system.sources includes bought"), partly, RANK).truth is Truth.OUT
    assert evaluate(condition("system.sources does not include public"), partly, RANK).truth is Truth.OPEN


def test_reasons_are_the_smallest_that_explain() -> None:
    text = "any: [{all: [system.use is live, system.risk is high]}, agency.ready is yes]"
    values = {"system.use": "live", "system.risk": "high", "agency.ready": "yes"}
    outcome = evaluate(condition(text), read(values), RANK)
    assert [leaf.test.text for leaf in outcome.because] == ["agency.ready is yes"]


def test_an_open_condition_names_every_question_without_stopping_early() -> None:
    outcome = evaluate(
        condition("all: [system.use is live, system.risk is high, agency.ready is yes]"),
        read({"system.use": "live"}),
        RANK,
    )
    assert outcome.truth is Truth.OPEN
    assert [ref for ref, _ in outcome.asks] == ["system.risk", "agency.ready"]


def codes(ref: str) -> tuple[str, ...]:
    values = VARIABLES[ref].scale
    return values.codes() if values else ()


ATOMS = [
    Test(ref, "is", (code,), f"{ref} is {code}", HERE)
    for ref in ("system.risk", "system.use", "agency.ready")
    for code in codes(ref)
]
CONDITIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.builds(
        lambda group, parts: Grouped(group, tuple(parts), HERE),
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)
REFS = ("system.risk", "system.use", "agency.ready")


def completions(values: Mapping[str, str]) -> list[dict[str, str]]:
    unknown = [r for r in REFS if r not in values]
    choices = [VARIABLES[r].scale.codes() for r in unknown]  # type: ignore[union-attr]
    return [{**values, **dict(zip(unknown, picked, strict=True))} for picked in itertools.product(*choices)]


@given(CONDITIONS, st.data())
def test_in_and_out_hold_under_every_completion_and_asked_answers_settle(found: Condition, data: st.DataObject) -> None:
    known = data.draw(st.sets(st.sampled_from(REFS)))
    values = {r: data.draw(st.sampled_from(VARIABLES[r].scale.codes())) for r in known}  # type: ignore[union-attr]
    outcome = evaluate(found, read(values), RANK)
    finals = {evaluate(found, read(full), RANK).truth for full in completions(values)}
    assert Truth.OPEN not in finals
    if outcome.truth is not Truth.OPEN:
        assert finals == {outcome.truth}
    else:
        asked = {ref for ref, _ in outcome.asks}
        assert asked and asked <= set(REFS) - set(values)
        settled = {**values, **{r: VARIABLES[r].scale.codes()[0] for r in asked}}  # type: ignore[union-attr]
        assert evaluate(found, read(settled), RANK).truth is not Truth.OPEN


@given(CONDITIONS, st.data())
def test_the_reasons_alone_give_the_same_outcome(found: Condition, data: st.DataObject) -> None:
    values = {r: data.draw(st.sampled_from(VARIABLES[r].scale.codes())) for r in REFS}  # type: ignore[union-attr]
    outcome = evaluate(found, read(values), RANK)
    reasons = {leaf.test.ref for leaf in outcome.because}
    assert evaluate(found, read({r: values[r] for r in reasons}), RANK).truth is outcome.truth


def test_tests_of_a_condition_come_in_order() -> None:
    found = condition("all: [system.use is live, {any: [system.risk is high, agency.ready is yes]}]")
    assert [t.ref for t in all_tests(found)] == ["system.use", "system.risk", "agency.ready"]
