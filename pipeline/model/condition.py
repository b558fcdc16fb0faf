"""Conditions: a small closed form over answers and findings, and the trace of evaluating one.

`all / any / none` over one-line tests, nested at most six deep (reference: rules; design, section 4 "Conditions").
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.model.problem import Place

Operator = Literal["is", "is not", "is one of", "is at least", "is at most", "includes", "does not include"]
Group = Literal["all", "any", "none"]


class Truth(enum.Enum):
    """Strong Kleene: what is known holds whatever the missing answers turn out to be."""

    IN = "in"
    OUT = "out"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Test:
    """One test, such as `system.risk is at least high`.

    Attributes:
        ref: The answer or finding tested, `subject.id`.
        op: The operator.
        values: One or more codes on the right.
        text: The test as the author wrote it.
        place: Where it stands.
    """

    __test__ = False  # not a test class for pytest

    ref: str
    op: Operator
    values: tuple[str, ...]
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Grouped:
    """Several conditions joined by `all`, `any` or `none`."""

    group: Group
    of: tuple[Condition, ...]
    place: Place


Condition = Test | Grouped


class Leaf(NamedTuple):
    """One test as it came out in one case: what it read, and how it answered.

    A named tuple, since selections make thousands of them.

    Attributes:
        test: The test.
        subject: Which country, agency or system was read: `country`, an agency slug, or `agency/system`.
        value: The code read, or None when it is not known.
        truth: The outcome.
        asks: Refs of unanswered questions behind an open outcome, with their subject: (ref, subject).
    """

    test: Test
    subject: str
    value: str | None
    truth: Truth
    asks: tuple[tuple[str, str], ...] = ()


class Outcome(NamedTuple):
    """A condition's truth, the smallest set of leaves that explains it, and all questions that could settle it."""

    truth: Truth
    because: tuple[Leaf, ...] = ()
    asks: tuple[tuple[str, str], ...] = ()
