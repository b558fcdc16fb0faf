"""How much two texts have in common: words in the same order, each counted by how rare it is.

Words are compared without regard to case, width, vowel signs and joiners; each character of a script written without
spaces is a word.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_SPACELESS}]|[^\\W{_SPACELESS}]+")
_UNSEEN = re.compile("[\u00ad\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufeff]")

LONGEST = 20_000
"""Words of a text that are compared; what follows in a longer one, which no clause is, does not count."""

_FIRST = 0x10000
_ROOM = 0x10FFFF - _FIRST


class Lexicon:
    """The words of the texts that are searched for, each as one character, so that whole texts compare fast."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Take the texts; a word that stands in few of them weighs much."""
        self._letters: dict[str, str] = {}
        self._read: dict[str, str] = {}
        self._repeats = Counter([self.coded(text) for text in texts])
        number = self._repeats.total()
        seen = Counter(letter for code, times in self._repeats.items() for letter in set(code) for _ in range(times))
        self.weights = {letter: math.log(1 + number / times) for letter, times in seen.items()}
        self.unknown = math.log(1 + max(number, 1))

    def coded(self, text: str) -> str:
        """Return a text with one character for each word."""
        if text not in self._read:
            words = _WORD.findall(_UNSEEN.sub("", unicodedata.normalize("NFKC", text).casefold()))
            letters = self._letters
            self._read[text] = "".join([letters.setdefault(word, chr(_FIRST + len(letters) % _ROOM)) for word in words])
        return self._read[text]

    def weight(self, code: str) -> float:
        """Return how much a coded text says."""
        weights, unknown = self.weights, self.unknown
        return sum([weights.get(letter, unknown) for letter in code])

    def told(self, code: str) -> float:
        """Return how much a coded text says of where it stands: its weight, shared out among all that say the same."""
        return self.weight(code) / max(self._repeats[code], 1)

    def common(self, one: str, other: str, together: int = 1) -> float:
        """Return the weight of the words that two coded texts share in the same order, so many together at least."""
        one, other = one[:LONGEST], other[:LONGEST]
        if one == other:
            return self.weight(one)
        shared = "".join(
            [
                one[o.src_start : o.src_end]
                for o in Indel.opcodes(one, other)
                if o.tag == "equal" and o.src_end - o.src_start >= together
            ]
        )
        return self.weight(shared)

    def likeness(self, one: str, other: str, least: float = 0.0) -> float:
        """Return from 0 to 1 how alike two coded texts are; 0 where plain counting of words already stays far below."""
        if one == other:
            return 1.0
        if not one or not other or fuzz.ratio(one, other) < 80 * least:
            return 0.0
        return 2 * self.common(one, other) / (self.weight(one) + self.weight(other))
