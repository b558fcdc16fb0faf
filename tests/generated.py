"""Small libraries out of luck: files by path, as a clause author would write them, sound when the library is checked.

All luck comes from one `random.Random`, so that a seed is a library. The conditions are text until the real loader
reads them. What is defeated is always numbered higher than what defeats it, so that no defeat is a circle.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from pipeline.model.problem import Place

HERE = Place("generated.yaml", 1, 1)
DATES = ("2024-01-01", "2025-01-01", "2025-07-01", "2026-01-01")
"""Days on which states of clauses begin; instruments begin and end on and around them."""

SCOPES = ("country", "agency", "system")
USES = ("plates", "faces", "triage")
DISPOSITIONS = ("in_use", "planned", "regulated", "prohibited", "out_of_scope")
LEVELS = ("low", "moderate", "high", "very_high")
STRENGTHS = ("may", "should", "shall")
RANKS = ("constitution", "treaty", "statute", "regulation", "policy")
BLOCKS = ("shall", "should", "may", "text", "result", "baseline", "target", "verification")

Tree = dict[str, Any]


@dataclass
class _Name:
    """A name that conditions may test: its codes, and what kind of tests it takes."""

    ref: str
    codes: tuple[str, ...]
    type: str
    finding: bool = False

    @property
    def scope(self) -> str:
        return self.ref.partition(".")[0]


@dataclass
class _Names:
    """All names made so far, in an order in which each may read those before it."""

    made: list[_Name] = field(default_factory=list)
    topics: tuple[str, ...] = ("bodies", "duties")

    def seen_from(self, scope: str, *, findings: bool = True) -> list[_Name]:
        visible = SCOPES[: SCOPES.index(scope) + 1]
        return [n for n in self.made if n.scope in visible and n.codes and (findings or not n.finding)]

    def of(self, scope: str, *types: str) -> list[_Name]:
        return [n for n in self.made if n.scope == scope and n.type in types]


def library_files(
    random: Random,
    *,
    clauses: int = 12,
    questions: int = 5,
    findings: int = 4,
    states: int = 2,
    links: float = 0.6,
    norm_topics: int = 2,
) -> dict[str, bytes]:
    """Return the files of a sound library.

    Args:
        random: Where all luck comes from.
        clauses: How many clauses.
        questions: How many questions about each of country, agency and system, beside fixed ones.
        findings: How many findings about each, beside fixed ones.
        states: The most dated states that a clause has; 1 for a library that never changes.
        norm_topics: How many topics the norms fall under.
        links: How many links (requires, supersedes, excludes) there are, as a share of the clauses.
    """
    names = _Names()
    names.topics = (*names.topics, *(f"more-{n}" for n in range(norm_topics - len(names.topics))))
    files: dict[str, Tree] = {}
    for scope in SCOPES:
        asked = _questions(random, scope, questions, names)
        files[f"intake/questionnaires/{scope}.yaml"] = {
            "id": scope, "version": "1", "subject": scope, "illustrative": "true", "title": _en(scope),
            "sections": [{"id": "all", "title": _en("All")}], "questions": asked,
        }  # fmt: skip
    files |= _law(random, names)
    drawn: list[Tree] = []
    for scope in reversed(SCOPES):  # the wider counts over the narrower
        drawn += _findings(random, scope, findings, names)
    random.shuffle(drawn)
    level = {"ordered": "true", "values": {c: _en(c) for c in LEVELS}}
    files["intake/findings/all.yaml"] = {"scales": {"level": level}, "findings": drawn}
    files["clauses/glossary/roles.yaml"] = {
        "roles": [{"id": "agency", "name": _en("the agency"), "short": _en("agency")}]
    }
    made = {path: json.dumps(tree).encode() for path, tree in files.items()}
    topics: dict[str, set[str]] = {"guidelines": set(), "strategy": set()}
    for path, tree in _clauses(random, clauses, states, links, names).items():
        made[path] = json.dumps(tree).encode()
        made[path.replace("clause.yaml", "en.md")] = _text(tree)
        for document in tree["documents"]:
            topics[document].add(tree["topic"])
    for document, taken in topics.items():
        parts = [{"id": t, "title": _en(t), "topics": [t]} for t in sorted(taken)]
        outline = {"id": document, "title": _en(document), "subtitle": _en(document), "parts": parts}
        made[f"templates/documents/{document}.yaml"] = json.dumps(outline).encode()
    return made


def _en(text: str) -> Tree:
    return {"en": text}


# Questions


def _questions(random: Random, scope: str, count: int, names: _Names) -> list[Tree]:
    asked: list[Tree] = []

    def ask(name: str, type_: str, codes: Sequence[str], *, relevant: bool = True) -> None:
        earlier = names.seen_from(scope, findings=False)
        tree: Tree = {"id": name, "section": "all", "type": type_, "text": _en(name)}
        if codes:
            tree["values"] = {c: _en(c) for c in codes}
        if relevant and earlier and random.random() < 0.35:
            tree["relevant"] = condition(random, earlier, depth=1)
        asked.append(tree)
        names.made.append(_Name(f"{scope}.{name}", tuple(codes), type_))

    if scope == "country":
        for i in range(3):
            ask(f"party_{i}", "choice", ("yes", "no"), relevant=i == 2)
        for use in USES:
            ask(f"use_{use}", "choice", DISPOSITIONS)
    if scope == "system":
        ask("use", "choice", USES)
    for part in ("likelihood", "severity"):
        ask(part, "scale", LEVELS)
    for i in range(count):
        match random.choice(("choice", "choice", "yes_no", "scale", "set", "number", "text")):
            case "choice":
                ask(f"q{i}", "choice", ("a", "b", "c")[: random.randint(2, 3)])
            case "yes_no":
                ask(f"q{i}", "choice", ("yes", "no"))
            case "scale":
                ask(f"q{i}", "scale", LEVELS)
            case "set":
                ask(f"q{i}", "set", ("x", "y", "z"))
            case plain:
                ask(f"q{i}", plain, ())
    return asked


# Conditions


def condition(random: Random, names: Sequence[_Name], depth: int = 2) -> Any:
    """Return a condition's tree over some of the names, at most `depth` groups deep."""
    if depth == 0 or random.random() < 0.5:
        return _test(random, random.choice(names))
    group = random.choice(("all", "any", "any", "none"))
    return {group: [condition(random, names, depth - 1) for _ in range(random.randint(1, 3))]}


def _test(random: Random, name: _Name) -> str:
    codes = list(name.codes)
    if name.type == "set":
        if random.random() < 0.4:
            return f"{name.ref} does not include {random.choice(codes)}"
        return f"{name.ref} includes {' or '.join(random.sample(codes, random.randint(1, min(2, len(codes)))))}"
    if name.codes == LEVELS and random.random() < 0.6:
        return f"{name.ref} is at {random.choice(('least', 'least', 'most'))} {random.choice(codes)}"
    if not name.finding and random.random() < 0.15:
        codes.append("not_applicable")
    if random.random() < 0.25:
        some = random.sample(codes, random.randint(1, len(codes)))
        return f"{name.ref} is one of {', '.join(some)}"
    return f"{name.ref} is {random.choice(('', '', 'not '))}{random.choice(codes)}"


# Findings


def _findings(random: Random, scope: str, count: int, names: _Names) -> list[Tree]:
    drawn: list[Tree] = []
    forms = {
        "country": ("some", "every", "at_least", "some_agency", "every_agency", "when", "cases", "band", "table"),
        "agency": ("some", "every", "at_least", "when", "cases", "band", "table", "worst_of"),
        "system": ("when", "cases", "band", "table", "worst_of"),
    }[scope]
    fixed = {"country": ("worst_of",), "agency": ("table", "worst_of"), "system": ("table", "worst_of")}[scope]
    for i, form in enumerate((*fixed, *random.choices(forms, k=count))):
        tree = _finding(random, f"f{i}", scope, form, names)
        if tree is not None:
            drawn.append(tree)
    return drawn


def _finding(random: Random, name: str, scope: str, form: str, names: _Names) -> Tree | None:
    tree: Tree = {"id": name, "subject": scope, "title": _en(name), "form": form}
    codes: tuple[str, ...] = ("no", "yes")
    own = names.seen_from(scope)
    leveled = [n for n in own if n.codes == LEVELS and n.type != "set"]
    match form:
        case "table":
            single = [n for n in own if n.type != "set" and len(n.codes) <= len(LEVELS)]
            pair = leveled if len(leveled) > 1 and random.random() < 0.7 else single
            rows, columns = random.sample(pair, 2)
            few = random.sample(LEVELS, random.randint(1, len(LEVELS)))
            tree |= {"rows": rows.ref, "columns": columns.ref, "values": "level"}
            if random.random() < 0.5:  # rising, as risks are
                tree["table"] = {
                    r: [LEVELS[min(3, (i + j + 1) // 2)] for j in range(len(columns.codes))]
                    for i, r in enumerate(rows.codes)
                }
            else:
                tree["table"] = {r: [random.choice(few) for _ in columns.codes] for r in rows.codes}
            codes = LEVELS
        case "worst_of":
            parts = random.sample(leveled, random.randint(1, min(4, len(leveled))))
            tree |= {"of": [n.ref for n in parts], "values": "level", "lowest": random.choice(("true", "false"))}
            codes = LEVELS
        case "some" | "every" | "at_least":
            tree["systems"] = condition(random, names.seen_from("system"), 1)
            if form == "at_least":
                tree["n"] = random.randint(1, 3)
        case "some_agency" | "every_agency":
            tree["agencies"] = condition(random, names.seen_from("agency"), 1)
        case "when":
            tree["when"] = condition(random, own)
        case "cases":
            cases = [{"value": random.choice(LEVELS), "when": condition(random, own, 1)} for _ in range(3)]
            tree |= {"values": "level", "cases": cases, "otherwise": random.choice(LEVELS)}
            codes = LEVELS
        case _:
            numbers = names.of(scope, "number")
            if not numbers:
                return None
            bands = [{"value": "low", "below": 10}, {"value": "high", "below": 100}, {"value": "very_high"}]
            tree |= {"of": random.choice(numbers).ref, "values": "level", "bands": bands}
            codes = LEVELS
    names.made.append(_Name(f"{scope}.{name}", codes, "finding", finding=True))
    return tree


# Law


def _law(random: Random, names: _Names) -> dict[str, Tree]:
    files: dict[str, Tree] = {}
    ids = [f"LAW-{i}" for i in range(len(RANKS))]
    for law, rank in zip(ids, RANKS, strict=True):
        tree: Tree = {
            "id": law, "title": _en(law), "short": _en(law), "body": "Parliament", "kind": "treaty", "rank": rank,
            "binding": random.choice(("yes", "yes", "no", "not_yet")), "group": "all", "mark": "read",
            "provisions": [{"id": "1", "gist": _en("It says."), "strength": "shall", "mark": "read"}],
        }  # fmt: skip
        if tree["binding"] != "not_yet" and random.random() < 0.7:
            tree["in_force"] = random.choice(("2020", "2025-03", "2025-07-01", "2026"))
        if random.random() < 0.3:
            tree["until"] = random.choice(("2025-06", "2026-01-01", "2027"))
        files[f"clauses/instruments/{law}.yaml"] = tree
    asked = names.seen_from("country")
    for pack, includes in (("base", []), ("north", ["base"]), ("south", ["base"])):
        lines = []
        for _ in range(random.randint(1, 5)):
            line: Tree = {"instrument": random.choice(ids)}
            if random.random() < 0.8:
                line["when"] = condition(random, asked, 1)
            lines.append(line)
        ranks = list(RANKS)
        if pack == "south":  # treaty and statute change places
            ranks[1], ranks[2] = ranks[2], ranks[1]
        files[f"clauses/packs/{pack}.yaml"] = {
            "id": pack, "title": _en(pack), "includes": includes, "ranks": ranks, "binds": lines,
        }  # fmt: skip
    names.made.append(_Name("country.bound_by", tuple(ids), "set", finding=True))
    return files


# Clauses


def _clauses(random: Random, count: int, states: int, links: float, names: _Names) -> dict[str, Tree]:
    made: dict[str, Tree] = {}
    scopes = [random.choice(SCOPES) for _ in range(count)]
    dates = [sorted(random.sample(DATES, random.randint(1, states))) for _ in range(count)]
    rivals = _rivals(random, count, scopes, dates)
    for i, scope in enumerate(scopes):
        for date in dates[i]:
            tree = _clause(random, scope, names)
            if i in rivals:
                tree["cites"] = rivals[i]
            made[_path(i, date)] = tree
    for one, other in _pairs(random, count, links, set(rivals)):
        for date in dates[one]:
            if random.random() < 0.8:
                _link(random, made[_path(one, date)], scopes, one, other)
    for one in sorted(rivals)[::2]:
        declares, other = random.sample((one, one + 1), 2)
        superior, inferior = random.sample((one, one + 1), 2)
        both, declared = random.random() < 0.3, random.random() < 0.3
        for date in dates[declares]:
            made[_path(declares, date)]["excludes"] = [_id(other)]
        for date in dates[other] if both else ():
            made[_path(other, date)]["excludes"] = [_id(declares)]
        for date in dates[superior] if declared else ():
            made[_path(superior, date)]["supersedes"] = [_id(inferior)]
    return made


def _id(number: int) -> str:
    return f"c-{number:03}"


def _path(number: int, date: str) -> str:
    return f"clauses/all/{_id(number)}/{date}/clause.yaml"


def _rivals(random: Random, count: int, scopes: list[str], dates: list[list[str]]) -> Mapping[int, list[str]]:
    """Return neighbours that exclude each other, with what they cite: packs see their ranks differently, or dates decide.

    They have no other links, so that neither order of ranks makes a circle.
    """
    found: dict[int, list[str]] = {}
    for one in range(0, count - 1, 2):
        if len(found) < count // 4 and random.random() < 0.4:
            scopes[one + 1] = scopes[one]
            first, second = random.sample(range(len(RANKS)), 2)
            if random.random() < 0.4:
                second = first
                dates[one], dates[one + 1] = (
                    random.sample(d, min(len(dates[one]), 2)) for d in (DATES[::2], DATES[1::2])
                )
            found[one], found[one + 1] = [f"LAW-{first} 1"], [f"LAW-{second} 1", "slot:evidence"]
    return found


def _pairs(random: Random, count: int, links: float, without: set[int]) -> list[tuple[int, int]]:
    free = [i for i in range(count) if i not in without]
    if len(free) < 2:
        return []
    return [tuple(sorted(random.sample(free, 2))) for _ in range(round(count * links))]  # type: ignore[misc]


def _link(random: Random, tree: Tree, scopes: list[str], one: int, other: int) -> None:
    """Let one clause require or supersede another; a narrow one supersedes no wider one."""
    may_defeat = SCOPES.index(scopes[one]) <= SCOPES.index(scopes[other])
    key = random.choice(("requires", "supersedes", "supersedes")) if may_defeat else "requires"
    if _id(other) not in tree.get(key, ()):
        tree[key] = [*tree.get(key, ()), _id(other)]


def _clause(random: Random, scope: str, names: _Names) -> Tree:
    stance = random.choice(("require", "require", "prohibit", "permit", "inform"))
    kind = random.choice(("norm", "norm", "norm", "measure", "narrative"))
    tree: Tree = {"kind": kind, "scope": scope, "stance": stance, "documents": ["guidelines"]}
    tree["topic"] = random.choice(names.topics)
    tree["if_open"] = {"permit": "hold", "inform": random.choice(("keep", "hold"))}.get(stance, "keep")
    seen = names.seen_from(scope)
    if random.random() < 0.75:
        tree["when"] = condition(random, seen)
    if kind in ("norm", "measure"):
        tree["strength"] = random.choice(STRENGTHS)
        higher = STRENGTHS[STRENGTHS.index(tree["strength"]) + 1 :]
        if higher and random.random() < 0.6:
            tree["escalate"] = [
                {"to": random.choice(higher), "when": condition(random, seen, 1)} for _ in range(random.randint(1, 3))
            ]
    if kind == "norm":
        tree["bearer"] = "agency"
    if kind == "measure":
        tree |= {
            "documents": ["strategy"], "topic": "plan", "pillar": "process", "lead": "agency", "years": ["1"],
            "cost_role": "agency",
        }  # fmt: skip
    return tree


def _text(tree: Tree) -> bytes:
    """Return a text with the blocks that a clause needs, and no others."""
    if tree["kind"] == "norm":
        wanted = {tree["strength"], *(e["to"] for e in tree.get("escalate", ()))}
    else:
        wanted = {"text", "result", "baseline", "target", "verification"} if tree["kind"] == "measure" else {"text"}
    blocks = "".join(f"## {b}\n\nThe agency acts.\n\n" for b in BLOCKS if b in wanted)
    return f"# Title\n\n{blocks}".encode()
