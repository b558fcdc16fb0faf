"""What would make one country's decision come out otherwise: the fewest answers, those a country can change first.

Which answers must change is found with the hitting-set tree of Reiter (1987): every core that the solver gives names
answers of which one must change, and sets are tried from the cheapest. A change explains a rule; it is no advice, and
least of all to rate a risk lower.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.assess.readings import ANY_AGENCY, PROSPECTIVE
from pipeline.model.assessment import Assessment, answers_of, level_of
from pipeline.model.library import Library
from pipeline.model.question import NOT_APPLICABLE, WITHHELD, Question
from pipeline.prove.decisions import Decisions
from pipeline.prove.formula import FALSE, TRUE, Formula
from pipeline.prove.readings import Readings
from pipeline.prove.witness import Told
from pipeline.prove.world import NOTHING, Given, Size, World

MOST_CHANGES = 3
MOST_FLIPS = 3
MOST_TRIED = 400
"""Sets of answers tried for one decision before the search is given up."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that would be another.

    Attributes:
        ref: The question.
        subject: Whose answer it is.
        now: What it says now, None where it is not given.
        then: What it would say; several codes where each would do.
    """

    ref: str
    subject: str
    now: Told | None
    then: tuple[str, ...] | Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Flip:
    """Answers that together turn a decision, and without any one of which it stays."""

    changes: tuple[Change, ...]


class ActualWorld(World):
    """One country as it answered; subjects that may vary can be thought otherwise, all others are as they are."""

    def __init__(self, formula: Formula, library: Library, assessment: Assessment, vary: frozenset[str]) -> None:
        super().__init__(formula, library, Size(0, 0))
        self.assessment = assessment
        self.vary = vary
        self.agencies = tuple(a.slug for a in assessment.agencies)
        self._inside = {a.slug: tuple(s.key for s in a.systems) for a in assessment.agencies}
        self.named = {p: TRUE if p in assessment.packs else FALSE for p in library.packs}
        self.chooses = TRUE
        self.kept: dict[Key, int] = {}
        """The literal that an answer is as it is now, for each that may vary."""
        self.holder: dict[int, Key] = {}
        """The answer that a variable belongs to."""

    def systems(self, agency: str) -> tuple[str, ...]:
        """Return an agency's systems."""
        return self._inside.get(agency, ())

    def exists(self, subject: str) -> int:
        """Return that a subject exists, which is known here."""
        if subject == ANY_AGENCY:
            return FALSE if self.agencies else TRUE
        return TRUE

    def now(self, ref: str, subject: str) -> Told | None:
        """Return what is answered now, None where nothing is."""
        answer = answers_of(self.assessment, subject).get(ref)
        if answer is None:
            return None
        if answer.members is not None:
            return answer.members
        if answer.value is not None and self.library.questions[ref].type == "number" and answer.value.isdigit():
            return str(max((n for n in self.stretches(ref) if n <= int(answer.value)), default=0))
        return answer.value

    def _new(self, question: Question, subject: str) -> Given:
        if subject == ANY_AGENCY or subject.startswith(PROSPECTIVE):
            return super()._new(question, subject)
        if question.scale is None and question.type != "number":
            return NOTHING
        now = self.now(question.ref, subject)
        if now == WITHHELD:
            members = dict.fromkeys(self.codes(question), (FALSE, FALSE)) if question.type == "set" else {}
            return Given(dict.fromkeys((*self.codes(question), NOT_APPLICABLE), FALSE), members, TRUE)
        if subject not in self.vary:
            return self._fixed(question, now)
        given = super()._new(question, subject)
        self._keep((question.ref, subject), given, now)
        return given

    def _fixed(self, question: Question, now: Told | None) -> Given:
        codes = {c: TRUE if c == now else FALSE for c in (*self.codes(question), NOT_APPLICABLE)}
        if question.type != "set":
            return Given(codes, {})
        known = now if isinstance(now, Mapping) else {}
        truth = {True: (TRUE, FALSE), False: (FALSE, TRUE), None: (FALSE, FALSE)}
        return Given({NOT_APPLICABLE: codes[NOT_APPLICABLE]}, {m: truth[known.get(m)] for m in self.codes(question)})

    def _keep(self, key: Key, given: Given, now: Told | None) -> None:
        """Tie an answer to what it is now, unless it is let go; one that is let go says something."""
        kept = self.kept[key] = self.formula.new()
        literals: list[int] = []
        for code, literal in given.codes.items():
            literals.append(literal)
            self.formula.add(-kept, literal if code == now else -literal)
        known = now if isinstance(now, Mapping) else {}
        for member, (yes, no) in given.members.items():
            literals += [yes, no]
            self.formula.add(-kept, yes if known.get(member) is True else -yes)
            self.formula.add(-kept, no if known.get(member) is False else -no)
        self.formula.add(kept, *literals)
        for literal in literals:
            self.holder[literal] = key


class Counterfactuals:
    """Asks of one country how its decisions could come out otherwise."""

    def __init__(
        self, assessment: Assessment, library: Library, as_of: str, vary: frozenset[str], packs: tuple[str, ...] = ()
    ) -> None:
        """Set up one country's answers as literals.

        Args:
            assessment: The country's answers.
            library: The library with the country's overlay.
            as_of: ISO date of the law.
            vary: Subjects whose answers may be thought otherwise.
            packs: The packs in use.
        """
        self.formula = Formula()
        self.world = ActualWorld(self.formula, library, assessment, vary)
        left_out = frozenset(d.target for d in assessment.decisions if d.kind == "leave_out")
        readings = Readings(self.formula, library, self.world, as_of)
        self.decisions = Decisions(readings, packs, left_out)
        self.linked = tuple(self._facts(readings))
        """The answers that each declared fact ties together."""

    def _facts(self, readings: Readings) -> Iterator[frozenset[Key]]:
        """Require the declared facts that hold now, and yield the answers that each links."""
        for fact in readings.library.facts:
            for subject in sorted(self.world.vary):
                if level_of(subject) != fact.subject:
                    continue
                broken = readings.condition(fact.never, subject).holds
                keys = self._answers(broken)
                if keys and self.formula.solve([-broken, *(self.world.kept[k] for k in keys)]):
                    self.formula.add(-broken)
                    yield keys

    def _answers(self, literal: int) -> frozenset[Key]:
        holder = self.world.holder
        return frozenset(holder[v] for v in self.formula.leaves(literal) if v in holder)

    def _cone(self, literal: int) -> list[Key]:
        """Return the answers that bear on a literal, and those linked to them by facts."""
        found = set(self._answers(literal))
        grown = True
        while grown:
            grown = False
            for keys in self.linked:
                if keys & found and not keys <= found:
                    found |= keys
                    grown = True
        return sorted(found)

    def flips(self, clause_id: str, subject: str, to_in: bool) -> tuple[Flip, ...]:
        """Return the smallest sets of changes that turn a clause's decision in one case.

        Args:
            clause_id: The clause.
            subject: The case.
            to_in: True to bring it in, False to keep it out.

        Returns:
            At most three, each of at most three changes, the cheapest first: answers that a country can change come
            before facts of the world. None where no such set exists.
        """
        case = self.decisions.case(clause_id, subject)
        target = case.holds if to_in else case.fails
        if target == FALSE:
            return ()
        kept = self.world.kept
        cone = self._cone(target)
        found: list[frozenset[Key]] = []
        flips: list[Flip] = []
        queue: list[tuple[tuple[int, int], tuple[Key, ...]]] = [((0, 0), ())]
        seen: set[frozenset[Key]] = {frozenset()}
        for _ in range(MOST_TRIED):
            if not queue or len(flips) == MOST_FLIPS:
                break
            _, path = heapq.heappop(queue)
            released = frozenset(path)
            if any(one <= released for one in found):
                continue
            fixed = [target, *(kept[k] for k in cone if k not in released)]
            if self.formula.solve(fixed):
                found.append(released)
                flips.append(Flip(tuple(self._changes(sorted(released), fixed))))
                continue
            core = set(self.formula.core())
            for key in cone if len(released) < MOST_CHANGES else ():
                larger = released | {key}
                if kept[key] in core and key not in released and larger not in seen:
                    seen.add(larger)
                    heapq.heappush(queue, (self._cost(larger), tuple(sorted(larger))))
        return tuple(flips)

    def _cost(self, keys: frozenset[Key]) -> tuple[int, int]:
        questions = self.world.library.questions
        return sum(not questions[ref].changeable for ref, _ in keys), len(keys)

    def _changes(self, released: list[Key], fixed: list[int]) -> Iterator[Change]:
        """Yield the changes of a solution; `not applicable` is taken only where nothing else will do."""
        questions = self.world.library.questions
        refused = [-self.world.given(questions[ref], subject).codes[NOT_APPLICABLE] for ref, subject in released]
        if not self.formula.solve([*fixed, *refused]):
            self.formula.solve(fixed)
        model = self.formula.model()
        for ref, subject in released:
            given, now = self.world.given(questions[ref], subject), self.world.now(ref, subject)
            members = {m: model(yes) for m, (yes, no) in given.members.items() if model(yes) or model(no)}
            if members:
                yield Change(ref, subject, now, members)
                continue
            codes = tuple(c for c, x in given.codes.items() if model(x))
            if len(released) == 1 and NOT_APPLICABLE not in codes:
                others = (c for c in given.codes if c not in (now, NOT_APPLICABLE))
                codes = tuple(c for c in others if self.formula.solve([*fixed, given.codes[c]]))
            yield Change(ref, subject, now, codes)

    def settled(self, clause_id: str) -> bool | None:
        """Return whether an open clause is in, or is out, whatever is answered; None where answers decide."""
        status = self.decisions.national(clause_id)
        told = [x for key, x in self.world.kept.items() if self.world.now(*key) is not None]
        can_stand, can_go = (self.formula.solve([x, *told]) for x in (status.holds, status.fails))
        if can_stand == can_go:
            return None
        return bool(can_stand)
