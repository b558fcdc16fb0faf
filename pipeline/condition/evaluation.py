"""Three-valued evaluation: a condition and what is known → in, out or open, with reasons.

Strong Kleene, so "in" and "out" stay so under every completion of the answers. Questions are collected without
stopping early: an open condition names all that could settle it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.model.condition import Condition, Leaf, Outcome, Test, Truth
from pipeline.model.finding import Reading
from pipeline.model.question import NOT_APPLICABLE, Scale

Read = Callable[[str], Reading]
Rank = Mapping[str, Mapping[str, int]]
"""Ref to the rank of each code on its ordered scale, from 0."""

IN = Outcome(Truth.IN)


def ranks(scale: Scale | None) -> Mapping[str, int]:
    """Return each code's rank on an ordered scale; empty for others."""
    return {code: i for i, code in enumerate(scale.codes())} if scale and scale.ordered else {}


def evaluate(condition: Condition | None, read: Read, rank: Rank) -> Outcome:
    """Evaluate a condition.

    Args:
        condition: None is always in.
        read: Gives what is known of a ref in the case at hand.
        rank: Ranks of ordered scales by ref.

    Returns:
        Its truth; the smallest set of leaves that explains it; for open ones the questions that could settle it.
    """
    if condition is None:
        return IN
    if isinstance(condition, Test):
        return _leaf(condition, read(condition.ref), rank)
    parts = [evaluate(part, read, rank) for part in condition.of]
    if condition.group == "all":
        return _joined(parts, Truth.OUT, Truth.IN)
    outcome = _joined(parts, Truth.IN, Truth.OUT)
    if condition.group == "none":
        turned = {Truth.IN: Truth.OUT, Truth.OUT: Truth.IN, Truth.OPEN: Truth.OPEN}[outcome.truth]
        return Outcome(turned, outcome.because, outcome.asks)
    return outcome


def _joined(parts: list[Outcome], deciding: Truth, neutral: Truth) -> Outcome:
    """Join parts where one `deciding` part settles the whole and all `neutral` parts give the other value."""
    settled = [p for p in parts if p.truth is deciding]
    if settled:
        best = min(settled, key=lambda p: len(p.because))
        return Outcome(deciding, best.because)
    unsettled = [p for p in parts if p.truth is Truth.OPEN]
    if unsettled:
        asks = tuple(dict.fromkeys(a for p in unsettled for a in p.asks))
        return Outcome(Truth.OPEN, tuple(leaf for p in unsettled for leaf in p.because), asks)
    return Outcome(neutral, tuple(leaf for p in parts for leaf in p.because))


def _leaf(test: Test, reading: Reading, rank: Rank) -> Outcome:
    value = reading.value
    asks: tuple[tuple[str, str], ...] = ()
    if test.op in ("includes", "does not include"):
        truth = _members(test, reading)
        known = reading.members or {}
        value = ", ".join(v for v in test.values if known.get(v)) or None
        if truth is Truth.OPEN:
            unknown = [v for v in test.values if known.get(v) is None]
            asks = tuple(dict.fromkeys(a for v in unknown for a in reading.member_asks.get(v, reading.asks)))
    else:
        truth = _value(test, reading, rank)
        asks = reading.asks if truth is Truth.OPEN else ()
    leaf = Leaf(test, reading.subject, value, truth, asks)
    return Outcome(truth, (leaf,), asks)


def _value(test: Test, reading: Reading, rank: Rank) -> Truth:
    if reading.value is not None:
        return Truth.IN if holds(test, reading.value, rank) else Truth.OUT
    if not reading.possible:
        return Truth.OPEN
    results = {holds(test, value, rank) for value in reading.possible}
    return Truth.OPEN if len(results) > 1 else Truth.IN if results.pop() else Truth.OUT


def holds(test: Test, value: str, rank: Rank) -> bool:
    """Return whether a test on a single value holds for a code."""
    if test.op == "is":
        return value == test.values[0]
    if test.op == "is not":
        return value != test.values[0]
    if test.op == "is one of":
        return value in test.values
    if value == NOT_APPLICABLE:
        return False
    order = rank[test.ref]
    if test.op == "is at least":
        return order[value] >= order[test.values[0]]
    return order[value] <= order[test.values[0]]


def _members(test: Test, reading: Reading) -> Truth:
    if reading.value == NOT_APPLICABLE:
        return Truth.OUT if test.op == "includes" else Truth.IN
    known = reading.members or {}
    states = [known.get(v) for v in test.values]
    if any(states):
        found = Truth.IN
    elif all(s is False for s in states):
        found = Truth.OUT
    else:
        return Truth.OPEN
    if test.op == "includes":
        return found
    return Truth.OUT if found is Truth.IN else Truth.IN
