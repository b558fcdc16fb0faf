"""Changed library files of every kind end in problems with a place and a repair, or are taken; never in an exception.

One shipped file is changed by bytes, lines and words and read by the function for its kind; a share of the changed files
is read with the whole library, and its wording checked. `CLAUSEWRIGHT_SOAK=20` makes twenty times as many, from other seeds.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import cast

import one_clause
import pytest

from pipeline.library.clauses import read_clauses
from pipeline.library.drafting import check_texts
from pipeline.library.glossary import read_glossary
from pipeline.library.law import read_instruments, read_packs
from pipeline.library.load import RELEASE, USAGE, load, overlaid, usage_of
from pipeline.library.outlines import read_outlines
from pipeline.library.vocabulary import BOUND_BY, read_questionnaires, read_rules
from pipeline.model.library import Library
from pipeline.model.problem import Problem
from pipeline.model.question import Question
from pipeline.source.text import pointed

ROUNDS = int(os.environ.get("CLAUSEWRIGHT_SOAK", "1"))
WIDEST = 200
"""Characters that a line of a message, a repair or a caret may take."""
SECONDS = 20.0
"""CPU time that shows a run away: a file beyond every limit takes a second, and hours where work grows with the square."""

SHARES: Mapping[str, int] = {
    "clause": 3600, "text": 1400, "questionnaire": 200, "finding": 400, "pack": 500, "outline": 300, "instrument": 500,
    "glossary": 200,
}  # fmt: skip
"""Changed files of each kind that are read alone."""
WHOLE = 16
"""Changed files that are read with the whole library."""

SCALES = "intake/findings/scales.yaml"

Files = Mapping[str, bytes]
Reader = Callable[[Files, str, bytes, Library], list[Problem]]
Change = Callable[[bytes, random.Random, list[bytes]], bytes]

HOSTILE = (
    b"!!python/object/apply:os.system [x]", b"&a x", b"*a", b"<<: *a", b"!x", b"%YAML 9.9", b"---", b"...", b"? [a]\n: b", b"{a: b", b"[[]",
    b"- - - -", b"'", b'"', b"|", b">-", b"@", b"`", b"\t", b"#", b": ", b"~", b"null", b"[]", b"{}", b'""', b"yes", b"0x1F", b"1e999", b"-1",
    b"9" * 400, b"1_000", b".inf", b"2026-02-30", b"{{ x }}", b"{% for a in b %}", b"[[clause:", b"../../etc/passwd", b"x" * 5000, b"x " * 3000,
    "\u202e".encode(), "\u0661\u0662".encode(), "\U0001F600".encode(), b'"\\u202e"', b'"\\x00"', b'"\\ud800"', b"\x00", b"\x1b[31m", b"\x85",
    b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b"\r", b"a is b", b"system.use is", b"all:", b"{all: []}", b"{none: [{}]}",
)  # fmt: skip
WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_.-]+")
KEY = re.compile(rb"^([ -]*)([A-Za-z_][A-Za-z0-9_]*):", re.MULTILINE)
VALUE = re.compile(rb"(?<=: )[^\n]+")


def kind_of(path: str) -> str:
    """Return which kind of file a path of the library is, or nothing for those that are not changed here."""
    area = path.split("/")[1]
    if area in ("expectations", "updates") or path == RELEASE or path.startswith("clauses/packs/records/"):
        return ""
    if area in ("questionnaires", "documents", "packs", "instruments"):
        return {
            "questionnaires": "questionnaire",
            "documents": "outline",
            "packs": "pack",
            "instruments": "instrument",
        }[area]
    if area == "findings":
        return "" if path.endswith("/facts.yaml") else "finding"
    if area == "glossary":
        return "" if path == USAGE else "glossary"
    return "text" if path.endswith(".md") else "clause"


def _clause(files: Files, path: str, data: bytes, library: Library) -> list[Problem]:
    folder = path.rpartition("/")[0]
    beside = {p: d for p, d in ((f"{folder}/{n}", files.get(f"{folder}/{n}")) for n in ("clause.yaml", "en.md")) if d}
    return read_clauses({**beside, path: data}, library.variables)[1]


def _finding(files: Files, path: str, data: bytes, library: Library) -> list[Problem]:
    """Read one file of findings; those of other files stand for questions, which saves reading them each time."""
    known = {ref: v for ref, v in library.variables.items() if ref != BOUND_BY and v.place.file != path}
    return read_rules({SCALES: files[SCALES], path: data}, cast(dict[str, Question], known), library.instruments)[2]


READERS: Mapping[str, Reader] = {
    "clause": _clause,
    "text": _clause,
    "questionnaire": lambda files, path, data, library: read_questionnaires({path: data})[2],
    "finding": _finding,
    "pack": lambda files, path, data, library: read_packs({path: data}, library.instruments, library.variables)[1],
    "outline": lambda files, path, data, library: read_outlines({path: data})[4],
    "instrument": lambda files, path, data, library: read_instruments({path: data})[1],
    "glossary": lambda files, path, data, library: read_glossary({path: data})[3],
}


def at_random(data: bytes, luck: random.Random) -> tuple[int, int]:
    start = luck.randrange(len(data) + 1)
    return start, min(len(data), start + luck.choice((1, 1, 2, 5, 40)))


def flipped(data: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    found = bytearray(data)
    for _ in range(luck.choice((1, 1, 3, 20))):
        if found:
            found[luck.randrange(len(found))] ^= 1 << luck.randrange(8)
    return bytes(found)


def inserted(data: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    start, _ = at_random(data, luck)
    return data[:start] + luck.choice((luck.choice(HOSTILE), luck.randbytes(luck.randrange(1, 9)))) + data[start:]


def deleted(data: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    start, end = at_random(data, luck)
    return data[:start] + data[end:]


def doubled(data: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    start, end = at_random(data, luck)
    return data[:end] + data[start:end] * luck.choice((1, 2, 50)) + data[end:]


def truncated(data: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    return data[: luck.randrange(len(data) + 1)]


def by_lines(change: Callable[[list[bytes], int, random.Random], None]) -> Change:
    def changed(data: bytes, luck: random.Random, others: list[bytes]) -> bytes:
        found = data.split(b"\n")
        change(found, luck.randrange(len(found)), luck)
        return b"\n".join(found)

    return changed


def swap(found: list[bytes], at: int, luck: random.Random) -> None:
    other = luck.randrange(len(found))
    found[at], found[other] = found[other], found[at]


def indent(found: list[bytes], at: int, luck: random.Random) -> None:
    found[at] = luck.choice((b" ", b"  ", b"\t", b"- ", b"    ")) + found[at]


def outdent(found: list[bytes], at: int, luck: random.Random) -> None:
    found[at] = found[at].lstrip(b" -")


def remove(found: list[bytes], at: int, luck: random.Random) -> None:
    del found[at : at + luck.choice((1, 1, 3))]


def repeat(found: list[bytes], at: int, luck: random.Random) -> None:
    found[at:at] = [found[at]] * luck.choice((1, 1, 60))


def spoil(found: list[bytes], at: int, luck: random.Random) -> None:
    found[at] = luck.choice(HOSTILE)


def put(pattern: re.Pattern[bytes], new: Callable[[bytes, random.Random, list[bytes]], bytes]) -> Change:
    """Return a change that puts something else in the place of one match, chosen by luck."""

    def changed(data: bytes, luck: random.Random, others: list[bytes]) -> bytes:
        matches = list(pattern.finditer(data))
        if not matches:
            return inserted(data, luck, others)
        match = luck.choice(matches)
        return data[: match.start()] + new(match.group(), luck, others) + data[match.end() :]

    return changed


def misspelt(word: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    at = luck.randrange(len(word))
    return luck.choice((word[:at] + word[at + 1 :], word[:at] + b"q" + word[at:], word.upper(), word + word))


def of_another_file(word: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    found = (VALUE if b":" not in word else KEY).findall(luck.choice(others))
    taken = luck.choice(found) if found else b""
    return b"".join(taken) if isinstance(taken, tuple) else bytes(taken)


def hostile(word: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    return luck.choice(HOSTILE)


def deep(word: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    depth = luck.choice((5, 8, 29, 40, 3000))
    opening, closing = luck.choice(((b"[", b"]"), (b"{all: [", b"]}"), (b"{a: ", b"}")))
    return opening * depth + b"system.use is x" + closing * depth


def long(word: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    count = luck.choice((3, 61, 401, 3000))
    return luck.choice(
        (
            b"[" + (word + b", ") * count + b"]",
            word * count,
            b"{" + b"".join(b"k%d: x, " % n for n in range(count)) + b"}",
        )
    )


def recoded(data: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    text = data.decode()
    return luck.choice((
        b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n"), data.replace(b"\n", b"\r"), text.encode("utf-16"), text.encode("utf-16-le"),
        text.encode("latin-1", "replace"), b"\xef\xbb\xbf\xef\xbb\xbf" + data, data.replace(b": ", b":"), data.upper(), b"",
    ))  # fmt: skip


def mixed(data: bytes, luck: random.Random, others: list[bytes]) -> bytes:
    for _ in range(3):
        data = luck.choice((flipped, inserted, deleted, doubled))(data, luck, others)
    return data


CHANGES: tuple[Change, ...] = (
    flipped, inserted, deleted, doubled, truncated, recoded, mixed, *map(by_lines, (swap, indent, outdent, remove, repeat, spoil)),
    put(WORD, misspelt), put(KEY, lambda key, luck, others: misspelt(key[:-1], luck, others) + b":"), put(VALUE, of_another_file),
    put(KEY, of_another_file), put(WORD, hostile), put(VALUE, hostile), put(VALUE, deep), put(VALUE, long), put(WORD, long),
)  # fmt: skip


def faults_of(problem: Problem, files: Files) -> str:
    """Return what is wrong with a problem: no line, no repair, a line that nobody can read; nothing where it is fine."""
    place = problem.place
    if place.file not in files or place.line < 1 or place.column < 1:
        return f"no place: {place}"
    if not problem.fix.strip() or not problem.message.strip():
        return "no repair or no message"
    if "\n" in problem.message or "\n" in problem.fix or "\n" in problem.field:
        return "a message or repair of several lines"
    wide = max(len(x) for x in (problem.message, problem.fix, problem.field, *problem.caret.split("\n")))
    if wide > WIDEST:
        return f"a line of {wide} characters"
    if problem.caret and problem.caret.split("\n")[1].strip() != "^":
        return "no caret under the line"
    if any(not (c.isprintable() or c == "\n") for c in str(problem)):
        return "a character that a terminal obeys"
    return ""


def mutants(kind: str, count: int, files: Files, seed: int) -> list[tuple[str, str, bytes]]:
    """Return changed files of a kind: a name to find each again by, its path, and its bytes."""
    paths = [p for p in sorted(files) if kind_of(p) == kind]
    others = [files[p] for p in sorted(files) if kind_of(p) in ("clause", "finding", "questionnaire", "pack")]
    found = []
    for n in range(count):
        luck = random.Random(f"{kind} {seed} {n}")
        path = luck.choice(paths)
        change = CHANGES[n % len(CHANGES)]
        found.append((f"{kind} {seed} {n} ({path})", path, change(files[path], luck, others)))
    return found


@pytest.mark.parametrize("kind", SHARES)
def test_a_changed_file_is_refused_with_place_and_repair_or_taken(
    kind: str, library: Library, library_files: dict[str, bytes]
) -> None:
    told: Counter[bool] = Counter()
    for seed in range(ROUNDS):
        for name, path, data in mutants(kind, SHARES[kind], library_files, seed):
            try:
                problems = READERS[kind](library_files, path, data, library)
            except Exception as error:
                raise AssertionError(f"{name}: {type(error).__name__}: {error}") from error
            files = {**library_files, path: data}
            for problem in pointed(problems, files):
                assert not (fault := faults_of(problem, files)), f"{name}: {fault}\n{problem}"
            told[bool(problems)] += 1
    assert sum(told.values()) == SHARES[kind] * ROUNDS
    assert min(told.values()) * 20 > SHARES[kind] and len(told) == 2, (
        f"the changes of {kind} are all refused or all taken: {told}"
    )


def test_at_least_six_thousand_changed_files_are_read() -> None:
    assert sum(SHARES.values()) >= 6000


def test_a_changed_file_is_told_by_the_whole_library_too(library: Library, library_files: dict[str, bytes]) -> None:
    kinds = list(SHARES)
    for n in range(WHOLE * ROUNDS):
        kind = kinds[n % len(kinds)]
        name, path, data = mutants(kind, n + 1, library_files, 10_000)[-1]
        files = {**library_files, path: data}
        found, problems = load(files)
        assert found is not None or problems, name
        if found is not None and n % 4 == 0:
            usage, more = usage_of(files)
            problems = [*problems, *more, *pointed(check_texts(found, usage), files)]
        for problem in problems:
            assert not (fault := faults_of(problem, files)), f"{name}: {fault}\n{problem}"


def test_a_changed_clause_of_a_country_is_told_when_it_is_laid_over(
    library: Library, library_files: dict[str, bytes]
) -> None:
    taken = 0
    for name, path, data in mutants("clause", 60 * ROUNDS, library_files, 20_000):
        text = path.replace("clause.yaml", "en.md")
        files = {path: data, text: library_files[text]}
        found, problems = overlaid(library, files)
        taken += found is not None
        for problem in problems:
            assert not (fault := faults_of(problem, {**library_files, **files})), f"{name}: {fault}\n{problem}"
    assert taken


FOLDER = "clauses/governance/test-clause/2025-01-01"
CLAUSE = one_clause.YAML.encode()
TEXT = b"# A clause for a test\n\n## shall\n\nThe agency shall keep one list of all its clauses.\n"
BEYOND: Mapping[str, bytes] = {
    "brackets": CLAUSE + b"when: " + b"[" * 20_000,
    "brackets in a row": b"[" * 20_000,
    "braces": CLAUSE + b"when: " + b"{all: [" * 20_000,
    "dashes": b"- " * 20_000,
    "questions": b"? " * 20_000,
    "blocks": CLAUSE + b"when:\n" + b"".join(b" " * n + b"all:\n" for n in range(1, 1500)),
    "5 MB comment": CLAUSE + b"# " + b"x" * 5_000_000,
    "5 MB of nothing": b"\0" * 5_000_000,
    "2 MB of NUL": CLAUSE + b"\0" * 1_900_000,
    "2 MB of a bidirectional mark": CLAUSE + "\u202e".encode() * 600_000,
    "100,000 items": CLAUSE + b"requires: [" + b"a, " * 100_000 + b"]",
    "49,000 items": CLAUSE + b"requires: [" + b"a, " * 49_000 + b"]",
    "49,000 wrong items": CLAUSE + b"requires: [" + b"A B, " * 49_000 + b"]",
    "24,000 unknown keys": CLAUSE + b"".join(b"stance%d: x\n" % n for n in range(24_000)),
    "24,000 keys twice": CLAUSE + b"stance: x\n" * 24_000,
    "24,000 tests": CLAUSE + b"when: {all: [" + b"country.membr_eu is yes, " * 24_000 + b"]}",
    "400 wrong tests in each of 60": CLAUSE
    + b"escalate: ["
    + (b"{to: shall, when: {all: [" + b"country.membr_eu is yes, " * 400 + b"]}}, ") * 60
    + b"]",
    "a test of 1 MB": CLAUSE + b"when: country.member_eu is one of " + b"ye, " * 250_000,
    "blanks in a test": CLAUSE + b'when: "country.member_eu is' + b" " * 500_000 + b'\\n"',
    "a key of 1 MB": CLAUSE + b"? " + b"k" * 1_000_000 + b"\n: x\n",
    "a value of 1 MB": CLAUSE.replace(b"norm", b"n" * 1_000_000),
    "a number of 1 MB": CLAUSE + b"order: " + b"9" * 1_000_000,
    "a bomb": b"a: &a [x, x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (n, n) for n in range(40)),
}


@pytest.mark.parametrize("name", BEYOND)
def test_a_clause_beyond_the_limits_is_answered_at_once(name: str, library: Library) -> None:
    files = {f"{FOLDER}/clause.yaml": BEYOND[name], f"{FOLDER}/en.md": TEXT}
    start = time.process_time()
    _, problems = read_clauses(files, library.variables)
    problems = pointed(problems, files)
    took = time.process_time() - start
    assert took < SECONDS, f"{took:.2f} s"
    assert 0 < len(problems) < 4000
    for problem in problems:
        assert not (fault := faults_of(problem, files)), f"{fault}\n{problem}"


@pytest.mark.parametrize(
    "text",
    [b"x" * 5_000_000, b"\0" * 40_000, b"# a" + b" " * 11_900 + b"x", b"# \n" * 3_900, b"## shall\n" * 1_300, b"[[clause:" * 1_300, b"{{ " * 3_900],
    ids=["5 MB", "NUL", "blanks", "headings", "blocks", "references", "placeholders"],
)  # fmt: skip
def test_a_text_beyond_the_limits_is_answered_at_once(
    text: bytes, library_files: dict[str, bytes], library: Library
) -> None:
    files = {f"{FOLDER}/clause.yaml": CLAUSE, f"{FOLDER}/en.md": text}
    start = time.process_time()
    _, problems = overlaid(library, files)
    took = time.process_time() - start
    assert took < SECONDS, f"{took:.2f} s"
    assert problems
    for problem in problems:
        assert not (fault := faults_of(problem, {**library_files, **files})), f"{fault}\n{problem}"
