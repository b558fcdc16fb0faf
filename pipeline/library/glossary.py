"""Terms, roles and choices: trees in, glossary out."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.library.formats import ChoicesFile, RolesFile, TermsFile
from pipeline.model.clause import Choice, Role, Term
from pipeline.model.problem import Place, Problem, shown
from pipeline.source.shape import listed, nearest, read
from pipeline.source.tree import parse as parse_yaml
from pipeline.source.tree import place_at

CODE_GLOSSARY = "GLOSSARY-001"


def read_glossary(
    files: Mapping[str, bytes],
) -> tuple[dict[str, Term], dict[str, Role], dict[str, Choice], list[Problem]]:
    """Read clauses/glossary/: terms.yaml, roles.yaml and choices/*.yaml, each by id."""
    terms: dict[str, Term] = {}
    roles: dict[str, Role] = {}
    choices: dict[str, Choice] = {}
    problems: list[Problem] = []

    def twice(known: Mapping[str, Term] | Mapping[str, Role] | Mapping[str, Choice], name: str, place: Place) -> None:
        if name in known:
            message = f"'{name}' is given twice; the other stands at {known[name].place}"
            problems.append(Problem(CODE_GLOSSARY, place, message, "keep one of the two", name))

    for path, data in files.items():
        tree, faults = parse_yaml(data, path, CODE_GLOSSARY)
        problems += faults
        if tree is None:
            continue
        if path.endswith("/terms.yaml"):
            term_file, faults = read(tree, TermsFile, CODE_GLOSSARY)
            for i, t in enumerate(term_file.terms if term_file else ()):
                place = place_at(tree, ("terms", i))
                twice(terms, t.id, place)
                terms[t.id] = Term(t.id, t.term, t.forms, t.definition, t.cites, place)
        elif path.endswith("/roles.yaml"):
            role_file, faults = read(tree, RolesFile, CODE_GLOSSARY)
            for i, r in enumerate(role_file.roles if role_file else ()):
                place = place_at(tree, ("roles", i))
                twice(roles, r.id, place)
                roles[r.id] = Role(r.id, r.name, r.short, place)
        else:
            choice_file, faults = read(tree, ChoicesFile, CODE_GLOSSARY)
            for i, c in enumerate(choice_file.choices if choice_file else ()):
                place = place_at(tree, ("choices", i))
                twice(choices, c.id, place)
                options = {o.value: o.text for o in c.options}
                if c.free == "false" and c.default not in options:
                    here = place_at(tree, ("choices", i, "default"))
                    message = (
                        f"the default '{shown(c.default)}' is not among the options{nearest(c.default, [*options])}"
                    )
                    fix = f"use one of: {listed(options)}" if options else "give options, or set `free: true`"
                    problems.append(Problem(CODE_GLOSSARY, here, message, fix, c.id))
                choices[c.id] = Choice(c.id, c.text, options, c.default, c.free == "true", c.cites, place)
        problems += faults
    return terms, roles, choices, problems
