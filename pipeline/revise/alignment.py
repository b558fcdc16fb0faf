"""Where the texts of units stand in a row of lines that people have edited: found by likeness, never guessed.

Lines that resemble lines of a unit are chained in the order of the units, the heaviest chain first; what people have
moved is found in further chains over what is left. A unit is placed where enough of it stands, where no other unit that
still has no place is resembled nearly as much, and where no other place resembles it nearly as much.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from pipeline.revise.likeness import Lexicon

MARGIN = 0.15
"""Part of what speaks for a place by which what speaks for the next best must be less."""

WHOLE = 0.8
"""Part of a short unit's words that must stand between its neighbours."""

APART = 3
"""Blocks of other text within a unit, beyond which what is far off must weigh to belong to it."""

TELLING = 8.0
"""Weight of words, shared out among the lines that say the same, from which lines parted from others count at all."""

_WORDS, _CHOICES, _COMMON, _PAIRS = 12, 12, 60, 30_000
"""Limits of the search for lines alike: rare words looked up, lines compared, lines that share a word, and pairs of
lines of one text in both files; the text that stands in most lines, and so tells least, is left out first."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is asked of a place.

    Attributes:
        line: Likeness from which a line may stand for another.
        share: Part of a unit's words, by weight, that must stand there.
        plenty: Weight of words that speak for themselves; fewer count only between the right neighbours.
    """

    line: float
    share: float
    plenty: float


ANYWHERE = Measure(0.5, 0.45, 25.0)
"""Half of the words of a line, and some four rare words in all, where nothing is known of the place."""

BESIDE = Measure(0.35, 0.3, 10.0)
"""The same between the units that a unit stood between, where nothing else may have come from."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A unit to be found.

    Attributes:
        place: Its place in the order of units.
        lines: Its lines.
        window: From and to which block it may stand.
        rival: Whether it is not to be placed, and only speaks against placing others.
    """

    place: int
    lines: tuple[str, ...]
    window: tuple[int, int] | None = None
    rival: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line in which units are looked for, and the block that it stands in."""

    block: int
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """Line `at` of the document stands for line `own` of a unit."""

    at: int
    own: int
    likeness: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a unit stands.

    Attributes:
        matches: Which lines stand for which of its own, in order of the lines.
        likeness: Part of the unit's words, by weight, that stands there.
    """

    matches: tuple[Match, ...]
    likeness: float


def placed(
    wanted: Sequence[Wanted],
    lines: Sequence[Line],
    known: Iterable[tuple[int, int]],
    lexicon: Lexicon,
    measure: Measure = ANYWHERE,
) -> dict[int, Placed]:
    """Return where units stand, by place; those that are not surely found are left out.

    Args:
        wanted: The units.
        lines: The lines in document order.
        known: Block and place of units that are already found: a hint of the order.
        lexicon: The words of all units.
        measure: What is asked of a place.
    """
    search = _Search(_Texts(wanted, lines, lexicon, measure), sorted(known))
    search.run()
    return search.found


class _Texts:
    """The lines of the units and of the document, coded, and which are alike."""

    def __init__(self, wanted: Sequence[Wanted], lines: Sequence[Line], lexicon: Lexicon, measure: Measure) -> None:
        self.wanted, self.lines, self.lexicon, self.measure = wanted, lines, lexicon, measure
        self.codes = [lexicon.coded(line.text) for line in lines]
        self.unit = [number for number, unit in enumerate(wanted) for _ in unit.lines]
        self.own = [lexicon.coded(line) for unit in wanted for line in unit.lines]
        self.begins = [0]
        for unit in wanted:
            self.begins.append(self.begins[-1] + len(unit.lines))
        self._same: dict[str, list[int]] = defaultdict(list)
        self._holders: dict[str, list[int]] = defaultdict(list)
        for own, code in enumerate(self.own):
            self._same[code].append(own)
            for letter in set(code):
                self._holders[letter].append(own)
        self._common = self._repeated()
        self.full = [lexicon.weight(code) for code in self.own]
        self.weight = [lexicon.told(code) for code in self.own]
        self.total = [sum(self.weight[self.begins[n] : self.begins[n + 1]]) for n in range(len(wanted))]
        self.near = [self._alike(at) for at in range(len(lines))]
        self.back: dict[int, list[int]] = defaultdict(list)
        for at, near in enumerate(self.near):
            for own in near:
                self.back[own].append(at)

    def _alike(self, at: int) -> dict[int, float]:
        """Return the lines of units that a line resembles, with how much."""
        code, block = self.codes[at], self.lines[at].block
        if not code:
            return {}
        if code in self._common:
            return {}
        same = self._same.get(code, ())
        alike = dict.fromkeys(same, 1.0) if same else self._resembled(code)
        return {own: s for own, s in alike.items() if self._allowed(own, block)}

    def _repeated(self) -> set[str]:
        """Return what stands in so many lines of both sides that pairing them would take too long."""
        pairs = {
            code: times * len(self._same[code]) for code, times in Counter(self.codes).items() if code in self._same
        }
        order = sorted(pairs, key=lambda code: (pairs[code], code))
        totals = accumulate(pairs[code] for code in order)
        return {code for code, total in zip(order, totals, strict=True) if total > _PAIRS}

    def _resembled(self, code: str) -> dict[int, float]:
        weights = self.lexicon.weights
        hits: dict[int, float] = defaultdict(float)
        known = [letter for letter in set(code) if letter in self._holders]
        for letter in sorted(known, key=lambda c: (-weights[c], c))[:_WORDS]:
            if len(self._holders[letter]) <= _COMMON:
                for own in self._holders[letter]:
                    hits[own] += weights[letter]
        best = sorted(hits, key=lambda own: (-hits[own], self.full[own], own))[:_CHOICES]
        scored = {own: self.lexicon.likeness(code, self.own[own], self.measure.line) for own in best}
        return {own: likeness for own, likeness in scored.items() if likeness >= self.measure.line}

    def _allowed(self, own: int, block: int) -> bool:
        window = self.wanted[self.unit[own]].window
        return window is None or window[0] <= block < window[1]


class _Search:
    """One search: what is placed so far, and of which unit each line is."""

    def __init__(self, texts: _Texts, known: Sequence[tuple[int, int]]) -> None:
        self.texts, self.known = texts, known
        self.found: dict[int, Placed] = {}
        self.owner: dict[int, int] = {}
        self.open = {number for number, unit in enumerate(texts.wanted) if not unit.rival}
        self.chained: dict[int, Match] = {}

    def run(self) -> None:
        """Place units until no chain places another."""
        hints = self.known
        while self.open:
            chain = self._chain(hints)
            self.chained = {match.own: match for match in chain}
            runs = self._runs(chain)
            more = False
            for sure in (self._plain, self._settled, self._weak):
                more |= self._accept(runs, sure)
            if not more and not hints:
                return
            hints = ()  # the order has had its say: what is left was moved

    def _chain(self, hints: Sequence[tuple[int, int]]) -> list[Match]:
        """Return the heaviest matches that keep the order of both sides, those already found being heaviest."""
        texts = self.texts
        points = [_Point((block, -1), (place, -1), 1e6, None) for block, place in hints]
        for at, near in enumerate(texts.near):
            if at in self.owner:
                continue
            for own, likeness in near.items():
                if texts.unit[own] in self.open:
                    key = (texts.wanted[texts.unit[own]].place, own)
                    weight = likeness * likeness * texts.weight[own]
                    points.append(_Point((texts.lines[at].block, at), key, weight, Match(at, own, likeness)))
        return _heaviest(points)

    def _runs(self, chain: Sequence[Match]) -> dict[int, list[Match]]:
        """Return the matches of each unit that stand together."""
        grouped: dict[int, list[Match]] = defaultdict(list)
        for match in chain:
            grouped[self.texts.unit[match.own]].append(match)
        return {number: self._together(number, self._closer(matches)) for number, matches in grouped.items()}

    def _closer(self, matches: list[Match]) -> list[Match]:
        """Draw matches to the heaviest of a unit: of lines that are as much alike, the nearest is meant."""
        texts = self.texts
        core = max(range(len(matches)), key=lambda n: matches[n].likeness * texts.full[matches[n].own])
        drawn = list(matches)
        for n in (*range(core - 1, -1, -1), *range(core + 1, len(matches))):
            one, step = drawn[n], 1 if n > core else -1
            inner = drawn[n - step].at
            closer = [
                at
                for at in texts.back[one.own]
                if at not in self.owner
                and min(inner, one.at) < at < max(inner, one.at)
                and texts.near[at][one.own] >= one.likeness - 0.05
            ]
            if closer:
                at = min(closer, key=lambda at: abs(at - inner))
                drawn[n] = Match(at, one.own, texts.near[at][one.own])
        return drawn

    def _together(self, number: int, matches: list[Match]) -> list[Match]:
        """Leave out what stands far off, or behind another unit, and weighs little against the rest."""
        texts = self.texts
        if texts.wanted[number].window is not None:
            return matches
        groups = [[matches[0]]]
        for last, match in pairwise(matches):
            if match.at - last.at > 1:
                groups.append([])
            groups[-1].append(match)
        heavy = [sum(m.likeness * texts.weight[m.own] for m in group) for group in groups]
        core = heavy.index(max(heavy))
        kept = list(groups[core])
        for step in (-1, 1):
            n = core + step
            while 0 <= n < len(groups):
                low, high = (groups[n][-1], kept[0]) if step < 0 else (kept[-1], groups[n][0])
                far = texts.lines[high.at].block - texts.lines[low.at].block - 1 > APART
                if any(at in self.owner for at in range(low.at + 1, high.at)):
                    break
                if heavy[n] >= max(TELLING, far * heavy[core] / 4):
                    kept = groups[n] + kept if step < 0 else kept + groups[n]
                n += step
        return kept

    def _accept(self, runs: Mapping[int, list[Match]], sure: Callable[[int, list[Match]], bool]) -> bool:
        """Place the units whose matches are sure, those with most to speak for them first."""
        texts = self.texts
        order = sorted(runs, key=lambda n: (-sum(m.likeness * texts.weight[m.own] for m in runs[n]), n))
        any_placed = False
        for number in order:
            run = [m for m in runs[number] if m.at not in self.owner]
            if number in self.open and run and sure(number, run):
                told = tuple(replace(m, own=m.own - texts.begins[number]) for m in run)
                self.found[texts.wanted[number].place] = Placed(told, self._share(number, run))
                self.owner.update((m.at, number) for m in run)
                self.open.discard(number)
                any_placed = True
        return any_placed

    def _share(self, number: int, run: Sequence[Match]) -> float:
        weight = self.texts.weight
        return sum(m.likeness * weight[m.own] for m in run) / (self.texts.total[number] or 1.0)

    def _plain(self, number: int, run: list[Match]) -> bool:
        """Tell whether a unit, or what begins where a name led, stands here and no other place comes near."""
        if self.texts.wanted[number].window is not None:
            return True
        return self._strong(number, run) and self._alone(run)

    def _settled(self, number: int, run: list[Match]) -> bool:
        """Tell whether a unit stands here, and of places that come near this is where it stood among those found."""
        return self._strong(number, run) and self._between(number, run)

    def _strong(self, number: int, run: list[Match]) -> bool:
        """Tell whether enough of a unit stands here, and no other unit comes near."""
        evidence = sum(m.likeness * self.texts.weight[m.own] for m in run)
        asked = self.texts.measure
        return self._share(number, run) >= asked.share and evidence >= asked.plenty and self._unrivalled(number, run)

    def _weak(self, number: int, run: list[Match]) -> bool:
        """Tell whether a unit of few words stands whole between its neighbours, and nowhere else."""
        if self._share(number, run) < WHOLE or not self._unrivalled(number, run):
            return False
        return self._between(number, run)

    def _unrivalled(self, number: int, run: Sequence[Match]) -> bool:
        """Tell whether no other unit without a place resembles the lines nearly as much."""
        texts = self.texts
        rivals: dict[int, float] = defaultdict(float)
        for match in run:
            best: dict[int, float] = {}
            for own, likeness in texts.near[match.at].items():
                rival = texts.unit[own]
                elsewhere = self.chained.get(own)
                if rival == number or not (rival in self.open or texts.wanted[rival].rival):
                    continue
                if elsewhere is not None and elsewhere.at != match.at and elsewhere.likeness >= likeness - 0.05:
                    continue
                best[rival] = max(best.get(rival, 0.0), likeness)
            for rival, likeness in best.items():
                rivals[rival] += likeness * texts.full[match.own]
        ours = sum(m.likeness * texts.full[m.own] for m in run)
        return max(rivals.values(), default=0.0) <= (1 - MARGIN) * ours

    def _alone(self, run: Sequence[Match]) -> bool:
        """Tell whether no other lines that are still free resemble the unit nearly as much."""
        texts = self.texts
        taken = {match.at for match in self.chained.values()}
        low, high = run[0].at, run[-1].at
        other = 0.0
        for match in run:
            there = [
                texts.near[at][match.own]
                for at in texts.back[match.own]
                if at not in self.owner and at not in taken and not low <= at <= high
            ]
            other += max(there, default=0.0) * texts.full[match.own]
        return other <= (1 - MARGIN) * sum(m.likeness * texts.full[m.own] for m in run)

    def _between(self, number: int, run: Sequence[Match]) -> bool:
        """Tell whether a unit stands where it stood among those found, or right beside a neighbour of old."""
        texts = self.texts
        first, last = texts.lines[run[0].at].block, texts.lines[run[-1].at].block
        places = self._places()
        n = bisect_left(places, (first, -1))
        before = places[n - 1] if n else None
        n = bisect_left(places, (last + 1, -1))
        after = places[n] if n < len(places) else None
        place = texts.wanted[number].place
        taken = sorted(p for _, p in places)
        rank = bisect_left(taken, place)
        left = taken[rank - 1] if rank else None
        right = taken[rank] if rank < len(taken) else None
        if (before[1] if before else None) == left and (after[1] if after else None) == right:
            return self._only(run, before[0] if before else -1, after[0] if after else len(texts.lines) + last)
        return (after is not None and after[1] == place + 1 and after[0] - last == 1) or (
            before is not None and before[1] == place - 1 and first - before[0] == 1
        )

    def _only(self, run: Sequence[Match], low: int, high: int) -> bool:
        """Tell whether no other free line between two blocks could be meant as well."""
        texts = self.texts
        ats = {match.at for match in run}
        taken = {match.at for match in self.chained.values()}
        return not any(
            low < texts.lines[at].block < high and at not in ats | taken and at not in self.owner
            for match in run
            for at in texts.back[match.own]
            if texts.near[at][match.own] >= match.likeness - MARGIN
        )

    def _places(self) -> list[tuple[int, int]]:
        """Return block and place of all that is found, first and last block of each."""
        found = [
            (self.texts.lines[m.at].block, place)
            for place, one in self.found.items()
            for m in (one.matches[0], one.matches[-1])
        ]
        return sorted({*self.known, *found})


@dataclass(frozen=True, slots=True)
class _Point:
    """A match as a point: its place on both sides, and its weight; a point without a match is a hint of the order."""

    at: tuple[int, int]
    own: tuple[int, int]
    weight: float
    match: Match | None


def _heaviest(points: list[_Point]) -> list[Match]:
    """Return the matches of the heaviest chain of points that rises on both sides.

    The best chain that ends at or before each place of the units is kept in a tree of prefix maxima (Fenwick 1994).
    """
    # Of points of one line the later comes first, so that no two of them are chained.
    points.sort(key=lambda p: (p.at, (-p.own[0], -p.own[1])))
    ranks = {own: rank for rank, own in enumerate(sorted({p.own for p in points}), 1)}
    tree: list[tuple[float, int]] = [(0.0, -1)] * (len(ranks) + 1)
    before: list[int] = []
    for number, point in enumerate(points):
        weight, last = 0.0, -1
        at = ranks[point.own] - 1
        while at:
            if tree[at][0] > weight:
                weight, last = tree[at]
            at &= at - 1
        before.append(last)
        entry = (weight + point.weight, number)
        at = ranks[point.own]
        while at < len(tree):
            if tree[at][0] < entry[0]:
                tree[at] = entry
            at += at & -at
    last = max(tree, key=lambda entry: entry[0])[1]
    chain: list[Match] = []
    while last >= 0:
        match = points[last].match
        if match is not None:
            chain.append(match)
        last = before[last]
    return chain[::-1]
