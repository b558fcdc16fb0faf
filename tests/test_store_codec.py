"""Frozen values to canonical JSON and back."""

from __future__ import annotations

import dataclasses
import enum
import json
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal

import pytest
import sample_draft
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model.condition import Grouped, Test, Truth
from pipeline.model.draft import Column, Draft, Footnote, NumberLevel, Paragraph, Run
from pipeline.model.finding import Findings
from pipeline.model.library import Library
from pipeline.model.problem import Faulty, Place
from pipeline.model.question import Question
from pipeline.model.selection import Selection
from pipeline.store import canonical, codec, typed
from pipeline.store.codec import dump, load
from pipeline.store.receipt import Receipt


def values(hint: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Return a strategy for any type of the model, shallow enough to end."""
    origin, members = typing.get_origin(hint), typing.get_args(hint)
    if hint is str:
        return st.text(max_size=8)
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(-(10**13), 10**13)
    if hint is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    if hint is type(None):
        return st.none()
    if origin is Literal:
        return st.sampled_from(members)
    if origin in (types.UnionType, typing.Union):
        flat = [m for m in members if depth < 9 or m not in (Footnote, Grouped)]
        return st.one_of([values(m, depth + 1) for m in flat])
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(list(hint))
    if origin is tuple and members[1:] == (Ellipsis,):
        if depth > 9:
            return st.just(())
        return st.lists(values(members[0], depth + 1), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(m, depth + 1) for m in members))
    if origin is Mapping:
        return st.dictionaries(st.text(max_size=5), values(members[1], depth + 1), max_size=2)
    hints = typing.get_type_hints(hint)  # of a dataclass or a named tuple
    return st.builds(hint, **{name: values(inner, depth + 1) for name, inner in hints.items()})


@pytest.mark.parametrize("kind", [Draft, Selection, Findings, Receipt, Grouped, Question])
def test_whatever_is_written_is_read_back_equal_and_writes_the_same_bytes(kind: type) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(values(kind))
    def holds(value: Any) -> None:
        data = dump(value)
        again: object = load(data, kind)
        assert again == value
        assert dump(again) == data

    holds()


def test_the_built_in_library_survives_the_round_trip(library: Library) -> None:
    data = dump(library)
    again = load(data, Library)
    assert again == library
    assert len(again.clauses) > 100


def test_a_whole_draft_survives_with_every_kind_of_block() -> None:
    draft = sample_draft.draft()
    assert load(dump(draft), Draft) == draft


def test_the_layout_is_canonical() -> None:
    text = dump(sample_draft.draft()).decode("utf-8")
    assert text.endswith("}\n")
    assert "\r" not in text
    tree = json.loads(text)
    assert list(tree) == sorted(tree)
    assert tree["@"] == "Draft"


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=90),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=20), inner, max_size=5),
    max_leaves=40,
)


def plainly(tree: object, depth: int = 0) -> str:
    """Lay out a tree as the rule says, whatever it costs: in a line if it fits or lies deep, else a line a member."""
    line = json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if depth == canonical.OPEN_DEPTH or len(line) <= canonical.LINE or not isinstance(tree, (dict, list)):
        return line
    pad, end = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(tree, dict):
        members = [f"{pad}{json.dumps(k, ensure_ascii=False)}: {plainly(tree[k], depth + 1)}" for k in sorted(tree)]
        return "{" + ",".join(members) + end + "}"
    return "[" + ",".join(pad + plainly(item, depth + 1) for item in tree) + end + "]"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(TREES)
def test_the_layout_is_that_of_the_plain_rule(tree: object) -> None:
    assert canonical.text(tree) == plainly(tree)
    assert json.loads(canonical.text(tree)) == tree


def test_the_order_of_a_mapping_makes_no_difference_to_the_bytes() -> None:
    one, other = Findings({}, (), {"a": "1", "b": "2"}), Findings({}, (), {"b": "2", "a": "1"})
    assert dump(one) == dump(other)


def test_one_changed_block_changes_few_lines() -> None:
    draft = sample_draft.draft()
    unit = draft.units[1]
    block = Paragraph("body", (Run("Other words."),))
    changed = dataclasses.replace(
        draft,
        units=(draft.units[0], dataclasses.replace(unit, blocks=(*unit.blocks[:-1], block)), *draft.units[2:]),
    )
    before, after = dump(draft).splitlines(), dump(changed).splitlines()
    assert 0 < len(set(after) - set(before)) <= 5


def test_members_of_a_union_bear_their_class() -> None:
    test = Test("system.risk", "is", ("high",), "system.risk is high", Place("a.yaml", 1, 2))
    group = Grouped("all", (test, Grouped("none", (test,), Place("a.yaml"))), Place("a.yaml"))
    classes = [member["@"] for member in json.loads(dump(group))["of"]]
    assert classes == ["Test", "Grouped"]
    assert load(dump(group), Grouped) == group


def test_a_field_at_its_default_is_left_out_and_comes_back() -> None:
    data = dump(Run("x"))
    assert json.loads(data) == {"@": "Run", "@format": codec.FORMAT, "text": "x"}
    assert load(data, Run) == Run("x")


def test_an_enum_stands_as_its_value() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Holder:
        truth: Truth

    Holder.__annotations__["truth"] = Truth  # a local class cannot be resolved by name
    assert json.loads(dump(Holder(Truth.OPEN)))["truth"] == "open"
    assert load(dump(Holder(Truth.OPEN)), Holder) == Holder(Truth.OPEN)


RUN = b'{"@":"Run","@format":1,"text":"x"%s}'
LEVEL = b'{"@":"NumberLevel","@format":1,"format":%s,"pattern":"x"}'

BAD: tuple[tuple[str, bytes, type, str], ...] = (
    ("nothing", b"", Run, "line 1, column 1 is not JSON"),
    ("half a file", dump(Run("x"))[:-6], Run, "is not JSON"),
    ("not UTF-8", b'{"@":"Run\xff"}', Run, "byte 10 is not UTF-8"),
    ("a list", b"[]", Run, "named fields"),
    ("no class", b"{}", Run, "Run is expected"),
    ("another class", dump(NumberLevel("decimal", "x")), Run, "Run is expected, not NumberLevel"),
    ("a class that is no text", b'{"@":["Run"]}', Run, "Run is expected"),
    ("no format", b'{"@":"Run","text":"x"}', Run, "format number"),
    ("format true", b'{"@":"Run","@format":true,"text":"x"}', Run, "format number"),
    ("a newer format", b'{"@":"Run","@format":%d,"text":"x"}' % (codec.FORMAT + 1), Run, "newer version"),
    ("an unknown field", RUN % b',"colour":"red"', Run, "no field 'colour'"),
    ("a missing field", b'{"@":"Run","@format":1}', Run, "lacks the field 'text'"),
    ("a name given twice", RUN % b',"text":"y"', Run, "'text' is given twice"),
    ("a number for a text", b'{"@":"Run","@format":1,"text":1}', Run, "a text is expected"),
    ("a text for true", RUN % b',"bold":"yes"', Run, "true or false"),
    ("a number for true", RUN % b',"bold":1', Run, "true or false"),
    ("a word off the list", RUN % b',"mark":"red"', Run, "'red' is not allowed"),
    ("null", RUN % b',"mark":null', Run, "not allowed"),
    ("NaN", RUN % b',"bold":NaN', Run, "NaN is not a number"),
    ("infinity", RUN % b',"bold":-Infinity', Run, "-Infinity is not a number"),
    ("too large a number", RUN % b',"bold":1e999', Run, "too large"),
    ("many digits", RUN % (b',"bold":' + b"9" * 100_000), Run, "too many digits"),
    ("a lone surrogate", b'{"@":"Run","@format":1,"text":"\\ud800"}', Run, "surrogate"),
    ("a lone surrogate in a name", RUN % b',"\\udfff":1', Run, "no field"),
    ("depth", b"[" * 100_000 + b"]" * 100_000, Run, "deep"),
    ("text after the end", dump(Run("x")) + b"{}", Run, "is not JSON"),
    ("a list off the list", LEVEL % b"[]", NumberLevel, "not allowed"),
    ("too much", b" " * (codec.MAX_BYTES + 1), Run, "at most"),
)


@pytest.mark.parametrize(("data", "kind", "says"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_bad_file_is_refused_in_one_sentence(data: bytes, kind: type, says: str) -> None:
    with pytest.raises(Faulty) as caught:
        load(data, kind, "draft.json")
    (problem,) = caught.value.problems
    assert says in problem.message
    assert problem.place.file == "draft.json"
    assert problem.fix
    assert len(str(problem)) < 400
    assert str(problem).isprintable() or "\n  fix: " in str(problem)


def test_a_deep_fault_names_its_field() -> None:
    tree = json.loads(dump(sample_draft.draft()))
    tree["units"][2]["blocks"][0]["level"] = "one"
    with pytest.raises(Faulty) as caught:
        load(json.dumps(tree).encode(), Draft)
    assert caught.value.problems[0].field == "units[2].blocks[0].level"


def test_nesting_beyond_the_limit_is_refused_where_the_types_would_allow_it() -> None:
    inner: dict[str, object] = {"@": "Run", "text": "x"}
    for _ in range(typed.MAX_DEPTH):
        inner = {"@": "Footnote", "number": 1, "inlines": [inner]}
    data = json.dumps({**inner, "@format": 1}).encode()
    with pytest.raises(Faulty, match="deep"):
        load(data, Footnote)


def test_any_flipped_bit_is_refused_or_read_as_another_value_but_never_breaks() -> None:
    data = dump(sample_draft.draft(chapters=1, clauses=1))
    for position in range(0, len(data), 97):
        flipped = bytearray(data)
        flipped[position] ^= 1 << (position % 7)
        try:
            again = load(bytes(flipped), Draft)
        except Faulty:
            continue
        assert again != load(data, Draft) or json.loads(bytes(flipped)) == json.loads(data)


@pytest.mark.parametrize(
    "value",
    [Run(1), Run("x", bold="yes"), Run("x", mark="red"), Paragraph("body", [Run("x")]), Paragraph("body", (1,))],  # type: ignore[arg-type]
)
def test_a_value_of_the_wrong_type_is_not_written(value: object) -> None:
    with pytest.raises(TypeError):
        dump(value)


def test_what_json_cannot_hold_is_not_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        dump(Column("x", float("nan")))
    with pytest.raises(UnicodeEncodeError):
        dump(Run("\ud800"))
    with pytest.raises(TypeError):
        dump({"a": 1})
