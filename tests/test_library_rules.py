"""Questions, findings and packs that could not be drawn or read are refused when the library loads, at their place."""

from __future__ import annotations

import pytest

from pipeline.library.load import load

QUESTIONS = "id: zz\nversion: '1'\nsubject: agency\nillustrative: true\ntitle: {en: Z}\nsections:\n  - {id: one, title: {en: One}}\nquestions:\n"
QUESTION = "  - {id: zz_one, section: one, type: choice, values: {zz_yes: {en: Y}}, text: {en: What}}\n"
PACK = "title: {en: Nowhere}\nranks: [treaty]\n"


def finding(keys: str, subject: str = "agency") -> dict[str, str]:
    """Return a file with one finding."""
    return {"intake/findings/zz.yaml": f"findings:\n  - {{id: zz, subject: {subject}, title: {{en: Z}}, {keys}}}\n"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"intake/questionnaires/zz.yaml": QUESTIONS + QUESTION * 2}, "'agency.zz_one' is asked twice"),
        ({"intake/questionnaires/zz.yaml": QUESTIONS.replace("id: zz", "id: risk") + QUESTION}, "there is a questionnaire 'risk' already"),
        ({"intake/questionnaires/zz.yaml": QUESTIONS + QUESTION.replace("section: one", "section: oen")}, "no section 'oen'; did you mean 'one'?"),
        ({"intake/questionnaires/zz.yaml": QUESTIONS + QUESTION.replace("text:", "relevant: agency.zz_two is zz_yes, text:") + QUESTION.replace("zz_one", "zz_two").replace("text:", "relevant: agency.zz_one is zz_yes, text:")}, "whether these arise depends on each other"),
        (finding("form: band, of: agency.staff_number"), "the bands leave numbers out"),
        (finding("form: band, of: agency.staff_number, values: yes_no, bands: [{value: no, below: 9}, {value: yes, below: 3}]"), "the bands leave numbers out"),
        (finding("form: band, of: agency.kind, bands: [{value: no}]"), "a band is drawn from a number; agency.kind takes none"),
        (finding("form: worst_of, values: risk_level, of: [agency.kind]"), "agency.kind can be '"),
        (finding("form: worst_of, values: risk_level"), "`worst_of` needs `of:`"),
        (finding("form: worst_of, values: risk_level, of: [system.use]"), "a finding on agency cannot read 'system.use'"),
        (finding("form: cases, otherwise: level_2"), "'level_2' is not among its values; it is one to agency."),
        (finding("form: when, values: risk_level, when: country.member_eu is yes"), "`when` gives yes or no"),
        (finding("form: some, systems: system.use is other", "system"), "`some` counts what a system does not have"),
        ({"clauses/packs/zy.yaml": f"id: zy\nincludes: [zz]\n{PACK}", "clauses/packs/zz.yaml": f"id: zz\nincludes: [zy]\n{PACK}"}, "packs include each other: zy → zz → zy"),
        ({"clauses/packs/zy.yaml": f"id: un\n{PACK}"}, "there is a pack 'un' already"),
        ({"clauses/packs/zy.yaml": f"id: zy\n{PACK}".replace("treaty", "treety")}, "no rank 'treety'; did you mean 'treaty'?"),
    ],
)  # fmt: skip
def test_what_could_not_be_drawn_is_refused_at_its_place(
    library_files: dict[str, bytes], files: dict[str, str], message: str
) -> None:
    found, problems = load({**library_files, **{p: text.encode() for p, text in files.items()}})
    told = [p for p in problems if message in p.message]
    assert found is None and told, [str(p) for p in problems]
    assert all(p.place.line and p.caret.endswith("^") and p.fix for p in told)


def test_a_chain_of_findings_may_be_longer_than_calls_can_nest(library_files: dict[str, bytes]) -> None:
    files = {}
    for part in range(6):
        rows = [
            f"  - {{id: zz_{n}, subject: country, title: {{en: Z}}, form: when, when: country.{f'zz_{n + 1}' if n < 2399 else 'member_eu'} is yes}}\n"
            for n in range(part * 400, part * 400 + 400)
        ]
        files[f"intake/findings/zz{part}.yaml"] = ("findings:\n" + "".join(rows)).encode()
    found, problems = load({**library_files, **files}, checked=False)
    assert found is not None, problems[:3]
    order = [r.ref for r in found.rules if r.ref.startswith("country.zz_")]
    assert order == [f"country.zz_{n}" for n in reversed(range(2400))]
