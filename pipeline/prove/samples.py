"""Many random countries at once: what holds in one of them need not be asked of the solver.

Every variable is a column of bits, one bit for each country, and a gate is the conjunction of its inputs' columns. The
bits are those of a hash of a running number, so a proof gives the same report each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pipeline.prove.formula import TRUE
from pipeline.prove.world import Given, World

COUNTRIES = 2048


class Samples:
    """Random countries of one world; those that break a fact are left out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._drawn = 0
        self._all = (1 << COUNTRIES) - 1
        self._columns: dict[int, int] = {TRUE: self._all}
        self._sound = self._all
        self._known = 0
        self._required = 0
        self._told: set[int] = set()
        self._subjects = {s: self._exists(s) for s in world.subjects()}

    def holding(self, literals: Iterable[int]) -> set[int]:
        """Return the literals that hold in at least one of the countries."""
        self._fill()
        return {x for x in literals if self._column(x) & self._sound}

    def _bits(self) -> int:
        self._drawn += 1
        digest = hashlib.shake_128(self._drawn.to_bytes(8, "big")).digest(COUNTRIES // 8)
        return int.from_bytes(digest, "big")

    def _exists(self, subject: str) -> int:
        """Return in which countries a subject exists: in most of those where the ones before it do."""
        literal = self.world.exists(subject)
        if literal == TRUE:
            return self._all
        names = [s for s in self.world.subjects() if "/" in s] if "/" in subject else list(self.world.agencies)
        before = names[: names.index(subject)]
        if "/" in subject:
            before = [s for s in before if s.partition("/")[0] == subject.partition("/")[0]]
            outer = self._columns[self.world.exists(subject.partition("/")[0])]
        else:
            outer = self._all
        column = outer & (self._bits() | self._bits() | self._bits())
        for one in before:
            column &= self._columns[self.world.exists(one)]
        self._columns[literal] = column
        return column

    def _fill(self) -> None:
        """Give a column to every variable that has none yet."""
        world, formula = self.world, self.world.formula
        for _, subject, given in world.answers():
            self._answer(given, self._subjects.get(subject, self._all))
        for literal in world.named.values():
            if literal not in self._columns:
                self._columns[literal] = self._bits() & self._bits() & self._bits()
        for one, raised in world.raised_answers():
            for code, literal in raised.codes.items():
                self._columns.setdefault(literal, self._column(one.codes[code]))
        self._gates(self._known + 1)
        self._known = formula.top
        new = formula.required[self._required :]
        self._required = len(formula.required)
        broken = [clause for clause in new if self._untell(clause)]
        if broken:
            self._gates(1)
        for clause in new:
            self._sound &= self._either(clause)

    def _gates(self, first: int) -> None:
        """Work out the columns of gates from a variable on; a variable that nothing decides is left to chance."""
        formula, columns, everyone = self.world.formula, self._columns, self._all
        for variable in range(first, formula.top + 1):
            inputs = formula.inputs(variable)
            if inputs:
                column = everyone
                for literal in inputs:
                    column &= columns[literal] if literal > 0 else ~columns[-literal]
                columns[variable] = column
            elif variable not in columns:
                columns[variable] = self._bits()

    def _either(self, clause: Iterable[int]) -> int:
        column = 0
        for literal in clause:
            column |= self._column(literal)
        return column

    def _untell(self, clause: tuple[int, ...]) -> bool:
        """Take back the answers that break what is required; fewer answers never break more."""
        broken = self._all & ~self._either(clause)
        if not broken:
            return False
        for literal in clause:
            for leaf in self.world.formula.leaves(literal) & self._told:
                self._columns[leaf] &= ~broken
        return True

    def _answer(self, given: Given, here: int) -> None:
        codes = [x for x in given.codes.values() if x > TRUE]
        if codes and codes[0] not in self._columns:
            slices = [self._bits() for _ in range(len(codes).bit_length() + 1)]
            room = 1 << len(slices)
            for literal in codes:
                self._columns[literal] = 0
            self._told |= set(codes)
            for number in range(room):  # one in eight is left unanswered
                if number % 8 == 7:
                    continue
                column = here
                for n, bits in enumerate(slices):
                    column &= bits if number >> n & 1 else ~bits
                self._columns[codes[(number - number // 8) % len(codes)]] |= column
        for yes, no in given.members.values():
            if yes > TRUE and yes not in self._columns:
                told, which = self._bits() | self._bits(), self._bits()
                refused = self._column(codes[0]) if codes else 0
                self._told |= {yes, no}
                self._columns[yes] = here & told & which & ~refused
                self._columns[no] = here & told & ~which & ~refused

    def _column(self, literal: int) -> int:
        column = self._columns[abs(literal)]
        return column if literal > 0 else self._all & ~column
