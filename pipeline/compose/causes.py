"""Why a clause changed between two states of a country: updates, provisions, answers, decisions, texts, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from pipeline.compose.context import Context
from pipeline.condition.grammar import titled
from pipeline.library.vocabulary import BOUND_BY
from pipeline.model.assessment import COUNTRY, Answer, Answers
from pipeline.model.change import Cause
from pipeline.model.clause import Clause
from pipeline.model.condition import Leaf
from pipeline.model.update import Change, Update


class Causes:
    """What differs between two contexts of one country, looked up clause by clause."""

    def __init__(self, before: Context, after: Context) -> None:
        self.before = before
        self.after = after

    @cached_property
    def updates(self) -> tuple[Update, ...]:
        """Updates that count in the newer state and did not in the older: their day came, or they are new here."""
        lower, upper = self.before.as_of, self.after.as_of
        old = self.before.library.updates
        return tuple(
            u for u in self.after.library.updates.values() if u.date <= upper and (u.date > lower or u.id not in old)
        )

    @cached_property
    def touched(self) -> Mapping[str, tuple[Update, ...]]:
        """Those updates by what they change: refs of provisions and ids of instruments."""
        found: dict[str, list[Update]] = {}
        for update in self.updates:
            for name in dict.fromkeys(n for c in update.changes for n in touches(c)):
                found.setdefault(name, []).append(update)
        return {name: tuple(updates) for name, updates in found.items()}

    @cached_property
    def answers(self) -> frozenset[tuple[str, str]]:
        """Answers that differ: (subject, ref)."""
        old, new = _all_answers(self.before), _all_answers(self.after)
        keys = {(s, r) for answers in (old, new) for s, given in answers.items() for r in given}
        return frozenset((s, r) for s, r in keys if _told(old.get(s, {}).get(r)) != _told(new.get(s, {}).get(r)))

    @cached_property
    def decided(self) -> Mapping[str, str]:
        """Human decisions that differ, by target, with the role that took them."""
        old = {(d.kind, d.target, d.value): d for d in self.before.assessment.decisions}
        new = {(d.kind, d.target, d.value): d for d in self.after.assessment.decisions}
        return {key[1]: (new.get(key) or old[key]).owner for key in old.keys() ^ new.keys()}

    def of_law(self, ref: str) -> tuple[Cause, ...]:
        """Return why what is cited changed: the updates that touch it, else the day on which it began or ended."""
        updates = self.touched.get(ref, ()) or self.touched.get(ref.partition(" ")[0], ())
        return tuple(self.update(u) for u in updates) or (self._provision(ref),)

    def grouped(self, refs: Iterable[str]) -> Iterator[tuple[tuple[Cause, ...], tuple[str, ...]]]:
        """Yield what is cited under what changed it, so that no update is told to have moved another's day."""
        found: dict[tuple[Cause, ...], list[str]] = {}
        for ref in sorted(refs):
            found.setdefault(self.of_law(ref), []).append(ref)
        yield from ((why, tuple(named)) for why, named in found.items())

    def update(self, update: Update) -> Cause:
        """Return an update as a cause."""
        return Cause("update", update.id, f"{self.after.text(update.title)} ({self.after.date(update.date)})")

    def news(self, law: Iterable[str]) -> tuple[Cause, ...]:
        """Return the updates that say something new to the state without changing a clause: notes, questions, standing.

        Args:
            law: Ids of the instruments that mean something to the state.
        """
        known = set(law)
        return tuple(
            self.update(u)
            for u in self.updates
            if (u.id in self.after.findings.updates and (u.note or u.slots or u.asks))
            or not known.isdisjoint(n.partition(" ")[0] for c in u.changes for n in touches(c))
        )

    def _provision(self, ref: str) -> Cause:
        if ref.startswith("slot:"):
            slot = ref.removeprefix("slot:")
            return Cause("record", ref, f"the state's own law: {self.after.word(f'slot_{slot}')}")
        provision = self.after.library.provisions.get(ref) or self.before.library.provisions.get(ref)
        if provision is None:
            return Cause("provision", ref, ref)
        lower, upper = self.before.as_of, self.after.as_of
        if provision.until and lower < provision.until <= upper:
            return Cause("provision", ref, f"{ref} ended on {self.after.date(provision.until)}")
        start = provision.start or self.after.library.instruments[ref.partition(" ")[0]].in_force
        if start and lower < start <= upper:
            return Cause("provision", ref, f"{ref} applies since {self.after.date(start)}")
        instrument = ref.partition(" ")[0]
        since = self.after.findings.since.get(instrument), self.before.findings.since.get(instrument)
        if since[0] != since[1] or _member(self.after, instrument) != _member(self.before, instrument):
            return self._bound(instrument)
        return Cause("provision", ref, f"{ref} stands otherwise in the register")

    def _bound(self, instrument: str) -> Cause:
        """Return why the state is bound by an instrument, or no longer."""
        for update in self.touched.get(instrument, ()):
            return self.update(update)
        one = self.after.library.instruments.get(instrument)
        name = self.after.text(one.short) if one else instrument
        for context in (self.after, self.before):
            law = context.findings.get(COUNTRY, BOUND_BY)
            for leaf in law.member_because.get(instrument, ()) if law else ():
                if (COUNTRY, leaf.test.ref) in self.answers:
                    return self._answer(COUNTRY, leaf.test.ref)
        days = [d for d in (one.in_force, one.until) if d and self.before.as_of < d <= self.after.as_of] if one else []
        told = f"{name}: {self.after.date(days[0])}" if days else name
        return Cause("provision", instrument, told)

    def of_presence(self, clause_id: str) -> tuple[Cause, ...]:
        """Return why a clause came in, went out or changed strength."""
        found: dict[tuple[str, str], Cause] = {}
        for cause in self._presence(clause_id):
            found.setdefault((cause.kind, cause.id), cause)
        return tuple(found.values()) or (self._clause(clause_id),)

    def _presence(self, clause_id: str) -> Iterator[Cause]:
        if clause_id in self.decided:
            yield Cause("decision", clause_id, f"decision of the {self.decided[clause_id]}")
            return
        for subject, ref in self._bases(clause_id):
            if ref.startswith(BOUND_BY):
                instrument = ref.partition(" ")[2]
                if _member(self.before, instrument) != _member(self.after, instrument):
                    yield self._bound(instrument)
            elif (subject, ref) in self.answers:
                yield self._answer(subject, ref)
        for other in self._others(clause_id):
            yield from (c for c in self.of_presence(other) if c.kind != "clause")
        states = [c.library.clauses.get(clause_id, ()) for c in (self.before, self.after)]
        valid = [
            tuple(s.valid_from for s in one if s.valid_from <= c.as_of)
            for one, c in zip(states, (self.before, self.after), strict=True)
        ]
        if valid[0] != valid[1]:
            yield from self._of_state(clause_id)

    def _others(self, clause_id: str) -> Iterator[str]:
        """Yield the clauses that required or defeated a clause in one of the two states and not in the other."""
        by = [
            {i for case in d.cases for i in case.by} if (d := c.selection.decisions.get(clause_id)) else set()
            for c in (self.before, self.after)
        ]
        yield from sorted(by[0] ^ by[1])

    def _of_state(self, clause_id: str) -> Iterator[Cause]:
        """Yield why another state of a clause counts: an update that touches what it cites, else the state itself."""
        clause = self.after.library.clauses.get(clause_id, self.before.library.clauses.get(clause_id, ()))[-1]
        names = [n for c in clause.cites for n in (c, c.partition(" ")[0])]
        updates = {u.id: u for n in names for u in self.touched.get(n, ()) if clause.valid_from <= u.date}
        if updates:
            yield from (self.update(u) for u in updates.values())
        else:
            yield self._clause(clause_id)

    def of_text(self, was: Clause, now: Clause) -> tuple[Cause, ...]:
        """Return why a clause reads otherwise."""
        if was.valid_from != now.valid_from:
            return tuple(self._of_state(now.id))
        return (self._clause(now.id),)

    def _clause(self, clause_id: str) -> Cause:
        states = self.after.library.clauses.get(clause_id, ())
        valid = [s for s in states if s.valid_from <= self.after.as_of]
        if not valid:
            return Cause("clause", clause_id, f"clause {clause_id} is no longer in the library")
        whose = "the country's own text" if valid[-1].national else "the library's text"
        return Cause("clause", clause_id, f"{whose} of {clause_id}, valid from {self.after.date(valid[-1].valid_from)}")

    def _answer(self, subject: str, ref: str) -> Cause:
        variable = self.after.library.variables.get(ref)
        question = titled(variable, self.after.lang) if variable else ref
        whose = "" if subject == COUNTRY else f" ({self.after.system_name(subject)})"
        return Cause("answer", f"{subject} {ref}", f"answer: {question}{whose}")

    def _bases(self, clause_id: str) -> Iterator[tuple[str, str]]:
        """Yield the answers behind the decisions on a clause, in both states; law as `country.bound_by <id>`."""
        for context in (self.before, self.after):
            decision = context.selection.decisions.get(clause_id)
            leaves = [leaf for case in decision.cases for leaf in case.because] if decision else []
            seen: set[tuple[str, str]] = set()
            while leaves:
                leaf = leaves.pop()
                key = (leaf.subject, leaf.test.ref)
                if leaf.test.ref == BOUND_BY:
                    yield from ((COUNTRY, f"{BOUND_BY} {v}") for v in leaf.test.values)
                    continue
                if key in seen:
                    continue
                seen.add(key)
                yield key
                leaves += _behind(context, leaf)


def _behind(context: Context, leaf: Leaf) -> tuple[Leaf, ...]:
    finding = context.findings.get(leaf.subject, leaf.test.ref)
    return finding.because if finding else ()


def _member(context: Context, instrument: str) -> bool | None:
    law = context.findings.get(COUNTRY, BOUND_BY)
    return law.members.get(instrument) if law and law.members else None


def _all_answers(context: Context) -> dict[str, Answers]:
    found: dict[str, Answers] = {COUNTRY: context.assessment.answers}
    for agency in context.assessment.agencies:
        found[agency.slug] = agency.answers
        found |= {s.key: s.answers for s in agency.systems}
    return found


def _told(answer: Answer | None) -> object:
    return None if answer is None else (answer.value, answer.members)


def touches(change: Change) -> tuple[str, ...]:
    """Return what a change touches: the refs of its provisions, and the instrument where it is about all of it."""
    refs = (*change.provisions, *(p.ref for p in change.new))
    return refs if change.kind in ("date", "applies", "wording", "ends", "enters") else (*refs, change.instrument)
