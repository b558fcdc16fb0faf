"""Reading YAML and bytes: values keep their place, and what a legal record must not hold is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.problem import Place, Problem, shown
from pipeline.source.shape import Line, Shape, nearest, read
from pipeline.source.text import decode, forbidden
from pipeline.source.tree import Mapping, Scalar, Sequence, at, parse, place_at, plain


def fault(data: bytes) -> Problem:
    tree, problems = parse(data, "f.yaml", "X-001")
    assert problems and (tree is None or "given twice" in problems[0].message)
    return problems[0]


def test_scalars_stay_text_and_know_their_place() -> None:
    tree, problems = parse(b"a: no\nb: 1.10\nc:\n  - 022\n  - 2024-01-01\n", "f.yaml", "X-001")
    assert not problems and isinstance(tree, Mapping)
    assert plain(tree) == {"a": "no", "b": "1.10", "c": ["022", "2024-01-01"]}
    assert place_at(tree, ("c", 1)) == Place("f.yaml", 5, 5)
    found = at(tree, ("c", 0))
    assert isinstance(found, Scalar) and found.text == "022"
    assert isinstance(at(tree, ("c",)), Sequence)
    assert at(tree, ("c", 7)) is None


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        (b"a: 1\na: 2\n", "'a' is given twice", 2),
        (b"a: &x 1\nb: *x\n", "anchors and aliases", 1),
        (b"a: !!python/object:os.system x\n", "tags are not allowed", 1),
        (b"a: [1, 2\n", "", 2),
        (b"a: 1\n--- \nb: 2\n", "a second document", 2),
        (b"? [a]\n: 1\n", "a key must be plain text", 1),
        (b"a: \xff\n", "byte 0xFF is not UTF-8", 1),
        ("a: x\u202ey\n".encode(), "U+202E RIGHT-TO-LEFT OVERRIDE", 1),
        ("a: 1\nb: x\u0000y\n".encode(), "U+0000", 2),
        ("a: \ufffe\n".encode(), "U+FFFE", 1),
    ],
)
def test_what_a_record_must_not_hold_is_refused_with_its_line(data: bytes, message: str, line: int) -> None:
    found = fault(data)
    assert message in found.message
    assert found.place.line == line
    assert found.fix


def test_depth_size_and_count_are_bounded() -> None:
    assert "nested more than" in fault(b"[" * 500).message
    assert "bytes" in fault(b"a" * 2_000_001).message
    assert "values" in fault(b"[" + b"1," * 60_000 + b"]").message


@given(st.binary(max_size=300))
def test_any_bytes_give_a_tree_or_problems_and_never_an_exception(data: bytes) -> None:
    tree, problems = parse(data, "f.yaml", "X-001")
    assert tree is not None or problems


@given(st.text(alphabet="ab:[]{}-&*!?#'\"\n ", max_size=120))
def test_any_yaml_like_text_gives_a_tree_or_problems(text: str) -> None:
    tree, problems = parse(text.encode(), "f.yaml", "X-001")
    assert tree is not None or problems


def test_declared_encodings_are_used_and_not_guessed() -> None:
    text, problems = decode("Zoë – x".encode("cp1252"), "t.csv", "X-001", "windows-1252")
    assert text == "Zoë – x" and not problems
    assert decode(b"\xff\xfe", "t.csv", "X-001")[1]


def test_line_ends_and_a_byte_order_mark_are_forgiven() -> None:
    text, problems = decode(b"\xef\xbb\xbfa\r\nb\rc", "t", "X-001")
    assert text == "a\nb\nc" and not problems


def test_arabic_and_chinese_text_passes() -> None:
    assert forbidden("وزارة الداخلية 内政部") is None


class Inner(Shape):
    """An inner shape."""

    name: Line


class Outer(Shape):
    """An outer shape."""

    title: Line
    items: tuple[Inner, ...] = ()


def test_a_shape_reports_every_fault_with_place_and_nearest_key() -> None:
    tree, _ = parse(b"titel: x\nitems:\n  - nmae: y\n", "f.yaml", "X-001")
    value, problems = read(tree, Outer, "X-001")
    assert value is None
    told = {(p.place.line, p.message) for p in problems}
    assert (1, "unknown key 'titel'; did you mean 'title'?") in told
    assert (3, "unknown key 'nmae'; did you mean 'name'?") in told
    assert any("'title' is missing" in m for _, m in told)


def test_messages_cut_and_escape_values() -> None:
    assert shown("a\x1b[31m") == "a\\x1b[31m"
    assert len(shown("x" * 500)) == 80
    assert nearest("prooportionality", ["proportionality"]) == "; did you mean 'proportionality'?"


def test_a_problem_must_say_how_to_mend_it() -> None:
    with pytest.raises(ValueError, match="gives no repair"):
        Problem("X-001", Place("f"), "wrong", "")
