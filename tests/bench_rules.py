"""The rules rows of `make bench`: deciding a library for thousands of agencies, against CEL on the same conditions.

The library is made of luck from a seed and read by the real loader: 500 clauses for agencies, two to five tests each,
some of which require, supersede or raise others. The peers evaluate conditions only; ours also settles precedence and
strength. Peers run on complete answers, where they are quickest: a missing one is an error to them.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from pipeline.assess.column_findings import drawn
from pipeline.assess.columns import Columns, columns
from pipeline.library.load import load
from pipeline.model.assessment import Agency, Answer, Assessment, LegalForm
from pipeline.model.condition import Condition, Test
from pipeline.model.library import Library
from pipeline.model.problem import Place
from pipeline.model.question import Question
from pipeline.select.columns import decide

AGENCIES, CLAUSES, COUNTRIES = 10_000, 500, 100
AS_OF = "2026-11-01"
LEVELS = ("low", "moderate", "high", "very_high")
LAWS = ("act", "charter", "code", "convention", "decree", "directive")
HERE = Place("bench.yaml", 1, 1)

Least = Callable[[Callable[[], object]], float]
Cells = tuple[str, str, str, str, str]
"""What was measured, ours, the peer's, the ratio, the aim."""
Row = Mapping[str, str | tuple[str, ...]]
"""One agency's answers by ref; those not given are absent."""
Peer = Callable[[Library], Callable[[list[Row]], Callable[[], list[list[bool | None]]]]]
"""Compiles a library's conditions; takes cases; evaluates all: by case and clause, None for an error."""


def rows(least: Least) -> list[Cells]:
    """Return the rows, measured with the CPU time that `least` returns."""
    library = generated(Random(7))
    answers = [answered(Random(i), library, 1.0) for i in range(AGENCIES)]
    gaps = [answered(Random(i), library, 0.7) for i in range(AGENCIES)]
    gappy = columns(library, countries(gaps), AS_OF)
    complete = columns(library, countries(answers), AS_OF)
    size = f"{CLAUSES} clauses for {AGENCIES:,} agencies"
    found: list[Cells] = [
        (f"{size} decided with precedence, 30 % unanswered", _ms(least(lambda: decide(gappy))), "", "", "under 500 ms")
    ]
    loading = least(lambda: columns(library, countries(gaps), AS_OF))
    found.append((f"{size}: answers loaded before that", _ms(loading), "", "", "-"))
    ours = least(lambda: decide(complete))
    for name, module, peer, sample, aim in (
        ("cel-python", "celpy", by_cel_python, 10, 300),
        ("cel-expr-python", "cel_expr_python", by_cel_expr, 200, 5),
    ):
        what = f"{size}, against {name}"
        if not importlib.util.find_spec(module):
            found.append((what, f"{ours:.4f}", "not installed", "", f"at least {aim}"))
            continue
        compiled = peer(library)
        work = compiled(answers[:sample])
        theirs = least(work) * AGENCIES / sample
        wrong = differing(work(), complete, sample) + differing(compiled(gaps[:10])(), gappy, 10)
        what += f" on conditions alone (scaled from {sample} agencies; {wrong} results differ)"
        found.append((what, f"{ours:.4f}", f"{theirs:.1f}", f"{theirs / ours:.0f} times faster", f"at least {aim}"))
    return found


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def differing(theirs: list[list[bool | None]], loaded: Columns, sample: int) -> int:
    """Count the results of a peer that are not ours, an error being what we call open."""
    sheet = drawn(loaded)
    places = [p for p in range(len(loaded.rows.subjects)) if loaded.rows.agencies >> p & 1][:sample]
    wrong = 0
    for i, states in enumerate(loaded.library.clauses.values()):
        outcome = sheet.evaluate(states[-1].when)
        for k, place in enumerate(places):
            mine = True if outcome.holds >> place & 1 else False if outcome.fails >> place & 1 else None
            wrong += mine is not theirs[k][i]
    return wrong


# A library and its agencies


def generated(random: Random) -> Library:
    """Return a library of clauses for agencies: 40 plain questions, 10 scales, one set."""
    asked: list[dict[str, Any]] = [_question(f"q{i}", "choice", ("yes", "no", "partly")) for i in range(40)]
    asked += [_question(f"level{i}", "scale", LEVELS) for i in range(10)]
    asked.append(_question("laws", "set", LAWS))
    form = {
        "id": "agency", "version": "1", "subject": "agency", "illustrative": "true", "title": _en("Agency"),
        "sections": [{"id": "all", "title": _en("All")}], "questions": asked,
    }  # fmt: skip
    files = {"intake/questionnaires/agency.yaml": json.dumps(form).encode()}
    ids = [f"c{i:03d}" for i in range(CLAUSES)]
    for i, name in enumerate(ids):
        tree: dict[str, Any] = {
            "kind": "norm", "documents": ["guidelines"], "scope": "agency", "topic": "all", "stance": "require",
            "strength": "should", "bearer": "agency", "when": _condition(random),
        }  # fmt: skip
        if i % 4 == 0:
            tree["escalate"] = [{"to": "shall", "when": _test(random)}]
        later = ids[i + 1 :]
        for key in ("supersedes", "requires"):
            if later and random.random() < 0.15:
                tree[key] = [random.choice(later)]
        folder = f"clauses/all/{name}/2025-01-01"
        files[f"{folder}/clause.yaml"] = json.dumps(tree).encode()
        files[f"{folder}/en.md"] = b"# T\n\n## should\n\nIt should act.\n\n## shall\n\nIt shall act.\n"
    library, problems = load(files, checked=False)
    if library is None:
        raise SystemExit("\n".join(map(str, problems)))
    return library


def _en(text: str) -> dict[str, str]:
    return {"en": text}


def _question(name: str, kind: str, codes: tuple[str, ...]) -> dict[str, Any]:
    return {"id": name, "section": "all", "type": kind, "text": _en(name), "values": {c: _en(c) for c in codes}}


def _condition(random: Random) -> Any:
    """Return a condition of two to five tests, three of which may stand in a group of their own."""
    count = random.randint(2, 5)
    parts: list[Any] = [_test(random) for _ in range(count)]
    if count > 3:
        parts = [{random.choice(("any", "all", "none")): parts[:3]}, *parts[3:]]
    return {random.choice(("all", "any", "none")): parts}


def _test(random: Random) -> str:
    match random.choice(("plain", "plain", "plain", "level", "laws")):
        case "plain":
            op = random.choice(("is yes", "is not yes", "is no", "is one of no, partly"))
            return f"agency.q{random.randrange(40)} {op}"
        case "level":
            op = random.choice(("at least high", "at most moderate", "at least moderate"))
            return f"agency.level{random.randrange(10)} is {op}"
        case _:
            one, other = random.sample(LAWS, 2)
            return f"agency.laws {random.choice((f'includes {one}', f'includes {one} or {other}', f'does not include {one}'))}"


def answered(random: Random, library: Library, completeness: float) -> Row:
    """Return one agency's answers."""
    found: dict[str, str | tuple[str, ...]] = {}
    for ref, question in library.questions.items():
        if question.scale is not None and random.random() < completeness:
            codes = question.scale.codes()
            is_set = question.type == "set"
            found[ref] = tuple(c for c in codes if random.random() < 0.3) if is_set else random.choice(codes)
    return found


def countries(agencies: list[Row]) -> list[Assessment]:
    """Return countries that share out the agencies."""
    made: dict[tuple[str, str | tuple[str, ...]], Answer] = {}

    def given(ref: str, value: str | tuple[str, ...]) -> Answer:
        key = (ref, value)
        if key not in made:
            plain = isinstance(value, str)
            made[key] = Answer(value, None, HERE) if plain else Answer(None, {c: c in value for c in LAWS}, HERE)  # type: ignore[arg-type]
        return made[key]

    each = AGENCIES // COUNTRIES
    found: list[Assessment] = []
    for start in range(0, AGENCIES, each):
        part = [
            Agency(f"a{start + i}", "A", {r: given(r, v) for r, v in row.items()}, ())
            for i, row in enumerate(agencies[start : start + each])
        ]
        found.append(
            Assessment("X", "X", "M", True, "", (), "", ("en",), LegalForm("", "", ""), {}, {}, tuple(part), (), {}, {})
        )
    return found


# The peers


def cel(condition: Condition | None, library: Library) -> str:
    """Return a condition in CEL: levels as numbers, sets as lists, each answer a variable."""
    if condition is None:
        return "true"
    if isinstance(condition, Test):
        name = condition.ref.partition(".")[2]
        values = [f'"{v}"' for v in condition.values]
        scale = library.questions[condition.ref].scale
        codes = scale.codes() if scale else ()
        match condition.op:
            case "is" if library.questions[condition.ref].type != "scale":
                return f"{name} == {values[0]}"
            case "is not":
                return f"{name} != {values[0]}"
            case "is one of":
                return f"{name} in [{', '.join(values)}]"
            case "is at least":
                return f"{name} >= {codes.index(condition.values[0])}"
            case "is at most":
                return f"{name} <= {codes.index(condition.values[0])}"
            case "includes":
                return f"({' || '.join(f'{v} in {name}' for v in values)})"
            case _:
                return f"!({values[0]} in {name})"
    parts = [cel(part, library) for part in condition.of]
    joined = f"({(' && ' if condition.group == 'all' else ' || ').join(parts)})"
    return f"!{joined}" if condition.group == "none" else joined


def _value(question: Question, value: str | tuple[str, ...]) -> str | int | list[str]:
    if question.type == "scale" and question.scale is not None and isinstance(value, str):
        return question.scale.codes().index(value)
    return value if isinstance(value, str) else list(value)


def _values(row: Row, library: Library) -> dict[str, str | int | list[str]]:
    return {ref.partition(".")[2]: _value(library.questions[ref], value) for ref, value in row.items()}


def _sources(library: Library) -> list[str]:
    return [cel(states[-1].when, library) for states in library.clauses.values()]


def by_cel_expr(library: Library) -> Callable[[list[Row]], Callable[[], list[list[bool | None]]]]:
    """Return conditions compiled by cel-expr-python, checked against typed variables."""
    peer: Any = importlib.import_module("cel_expr_python.cel")
    types = {"choice": peer.Type.STRING, "scale": peer.Type.INT, "set": peer.Type.List(peer.Type.STRING)}
    variables = {ref.partition(".")[2]: types[q.type] for ref, q in library.questions.items()}
    env = peer.NewEnv(variables=variables)
    programs = [env.compile(source) for source in _sources(library)]

    def on(cases: list[Row]) -> Callable[[], list[list[bool | None]]]:
        activations = [env.Activation(_values(row, library)) for row in cases]

        def work() -> list[list[bool | None]]:
            found: list[list[bool | None]] = []
            for activation in activations:
                results = [program.eval(activation).value() for program in programs]
                found.append([r if isinstance(r, bool) else None for r in results])
            return found

        return work

    return on


def by_cel_python(library: Library) -> Callable[[list[Row]], Callable[[], list[list[bool | None]]]]:
    """Return conditions compiled by cel-python: to Python where it can, which is quicker, else interpreted."""
    peer: Any = importlib.import_module("celpy")
    types: Any = importlib.import_module("celpy.celtypes")

    def compiled(source: str) -> Any:
        for runner in (peer.CompiledRunner, peer.InterpretedRunner):
            env = peer.Environment(runner_class=runner)
            try:
                return env.program(env.compile(source))
            except AttributeError:  # its compiler fails on some groups
                continue
        raise SystemExit(f"cel-python does not compile: {source}")

    programs = [compiled(source) for source in _sources(library)]

    def typed(value: str | int | list[str]) -> Any:
        if isinstance(value, list):
            return types.ListType([types.StringType(v) for v in value])
        return types.StringType(value) if isinstance(value, str) else types.IntType(value)

    def result(program: Any, activation: Any) -> bool | None:
        try:
            return bool(program.evaluate(activation))
        except peer.CELEvalError:
            return None

    def on(cases: list[Row]) -> Callable[[], list[list[bool | None]]]:
        activations = [{k: typed(v) for k, v in _values(row, library).items()} for row in cases]

        def work() -> list[list[bool | None]]:
            with contextlib.redirect_stderr(io.StringIO()):  # it reports each missing answer there
                return [[result(program, activation) for program in programs] for activation in activations]

        return work

    return on
