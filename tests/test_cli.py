"""The command line as a person meets it: words, exit codes, and nothing half-written."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from journeys import Run

import pipeline.cli as command_line
from pipeline.model.problem import Exit

ROOT = Path(__file__).resolve().parents[1]
NORLAND = ROOT / "intake" / "examples" / "norland"
TEMBALA = ROOT / "intake" / "examples" / "tembala"


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_command_listed_exists_and_no_other(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == Exit.FINE
    for name in command_line.COMMANDS:
        assert re.search(rf"^  {name} ", out, re.MULTILINE)
        assert run(name, "--help")[0] == Exit.FINE
    code, _, err = run("merge")
    assert code == Exit.USAGE
    code, _, err = run("drfat")
    assert (code, "Did you mean 'draft'?" in err) == (Exit.USAGE, True)


def test_help_imports_nothing_heavy() -> None:
    program = "import sys; sys.argv=['clausewright','--help']; import pipeline.cli as c\ntry:\n c.main()\nexcept SystemExit: pass\nprint(','.join(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    loaded = set(out.strip().splitlines()[-1].split(","))
    assert not loaded & {
        "pydantic",
        "docx",
        "docxtpl",
        "typst",
        "babel",
        "rapidfuzz",
        "pypandoc",
        "xlsxwriter",
        "lxml",
        "yaml",
        "rich",
    }


def test_start_makes_a_folder_that_drafts_at_once_and_names_three_answers(run: Run, tmp_path: Path) -> None:
    code, out, err = run("start", "Republic of Example", "--out", "Example")
    assert code == Exit.FINE
    assert (tmp_path / "Example" / "country.yaml").is_file()
    assert "clausewright draft Example" in err
    code, out, err = run("draft", "Example", "--format", "docx")
    assert code == Exit.FINE, err
    assert "guidelines: version 0.1" in out and "strategy: version 0.1" in out
    asked = out.split("Answers that would settle most:")[1]
    assert len(re.findall(r"\(Republic of Example|\d+ clauses?[;,)]", asked)) >= 3
    code, again, _ = run("draft", "Example", "--format", "docx")
    assert "guidelines: nothing changed since version 0.1" in again
    assert not (tmp_path / "output" / "example" / "guidelines" / "0.2").exists()
    code, out, _ = run("verify", "output")
    assert code == Exit.FINE


def test_start_refuses_a_folder_in_use_and_a_name_that_cannot_be_printed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "x").write_text("x")
    assert run("start", "Name", "--out", "used")[0] == Exit.REFUSED
    code, _, err = run("start", "a\u202eb", "--out", "new")
    assert (code, "U+202E" in err) == (Exit.INTAKE, True)
    assert not (tmp_path / "new").exists()


def test_a_changed_answer_makes_a_new_version_and_leaves_the_old_as_it_was(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "norland"
    shutil.copytree(NORLAND, folder)
    wish = ("--document", "strategy", "--format", "docx")
    assert run("draft", folder, *wish)[0] == Exit.FINE
    before = tree(tmp_path / "output")
    text = (folder / "country.yaml").read_text()
    (folder / "country.yaml").write_text(text.replace('marking: "For official use"', 'marking: "Restricted"'))
    code, out, _ = run("draft", folder, *wish)
    assert code == Exit.FINE and "strategy: version 0.2" in out
    after = tree(tmp_path / "output")
    stood = {n: d for n, d in before.items() if not n.startswith(".") and not n.endswith("history.jsonl")}
    assert all(after[name] == data for name, data in stood.items())


def test_verify_finds_a_flipped_bit(run: Run, tmp_path: Path) -> None:
    run("draft", TEMBALA, "--document", "brief", "--format", "docx")
    file = next((tmp_path / "output").rglob("brief.en.docx"))
    file.chmod(0o644)
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(bytes(data))
    code, _, err = run("verify", "output")
    assert code == Exit.DOES_NOT_HOLD
    assert "brief.en.docx" in err


def test_render_draws_one_more_rendition_outside_the_store(run: Run, tmp_path: Path) -> None:
    run("draft", TEMBALA, "--document", "brief", "--format", "docx")
    version = tmp_path / "output" / "tembala" / "brief" / "0.1"
    stored = tree(tmp_path / "output")
    code, _, err = run("render", version, "--format", "md", "-o", "brief.md")
    assert code == Exit.FINE, err
    assert "Republic of Tembala" in (tmp_path / "brief.md").read_text()
    assert run("render", version, "--format", "md", "-o", "brief.md")[0] == Exit.REFUSED
    code, _, err = run("render", version, "--format", "docx", "--audience", "public", "-o", "public.docx")
    assert code == Exit.FINE, err
    assert run("render", version, "--format", "docx", "-o", "same.docx")[0] == Exit.FINE
    assert (tmp_path / "same.docx").read_bytes() == (version / "brief.en.docx").read_bytes()
    assert tree(tmp_path / "output") == stored
    assert run("render", tmp_path, "--format", "md", "-o", "x.md")[0] == Exit.INTAKE


def test_a_stored_library_drafts_as_it_did(run: Run, tmp_path: Path) -> None:
    run("draft", TEMBALA, "--document", "brief", "--format", "docx")
    stored = next((tmp_path / "output" / "library").glob("*.zip"))
    code, out, err = run("draft", TEMBALA, "--document", "brief", "--format", "docx", "--library", stored)
    assert (code, "nothing changed" in out) == (Exit.FINE, True), err


def test_why_answers_by_id_and_by_number_and_helps_with_a_wrong_one(run: Run) -> None:
    code, out, _ = run("select", NORLAND, "--json")
    record = json.loads(out)
    assert code == Exit.FINE and record["as_of"] == "2026-11-23"
    clause = next(c for c, d in record["decisions"].items() if d["status"] == "in")
    code, out, _ = run("why", NORLAND, clause)
    assert code == Exit.FINE and clause in out and "written in clauses/" in out.replace("\n    ", "")
    lost = next(c for c, d in record["decisions"].items() if d["ground"] == "superseded")
    assert "OUT" in run("why", NORLAND, lost)[1]
    code, out, _ = run("why", NORLAND, "Article 3")
    assert code == Exit.FINE and "IN" in out
    code, _, err = run("why", NORLAND, "Article 9999")
    assert code == Exit.INTAKE and "fix:" in err


def test_assess_shows_levels_gaps_and_what_to_ask(run: Run) -> None:
    code, out, _ = run("assess", NORLAND)
    assert code == Exit.FINE
    assert "Readiness by area" in out and "Risk by system" in out
    code, out, _ = run("assess", TEMBALA)
    assert "No AI system has been assessed" in out
    code, out, _ = run("assess", TEMBALA, "--json")
    assert "country" in json.loads(out)["findings"]


def test_select_counts_and_explains(run: Run) -> None:
    code, out, _ = run("select", TEMBALA, "--explain")
    assert code == Exit.FINE
    assert re.search(r"\d+ in, \d+ open, \d+ out, as the law stood on 2026-11-23", out)


def test_forms_are_valid_as_they_stand(run: Run, tmp_path: Path) -> None:
    for name in ("country", "agency", "readiness", "risk"):
        code, out, _ = run("form", name, "--format", "yaml")
        assert code == Exit.FINE and out.startswith("#") and "answers:" in out
    code, _, err = run("form", "risks")
    assert (code, "did you mean 'risk'?" in err) == (Exit.INTAKE, True)


def test_a_filled_form_is_read_into_its_place(run: Run, tmp_path: Path) -> None:
    run("start", "Republic of Example", "--out", "Example")
    (tmp_path / "r.yaml").write_text("format: 1\nanswers:\n  culture_vision: level_2\n")
    (tmp_path / "Example" / "agencies" / "police").mkdir(parents=True)
    (tmp_path / "Example" / "agencies" / "police" / "profile.yaml").write_text("format: 1\nname: Police\nanswers: {}\n")
    place = "agencies/police/readiness.yaml"
    code, _, err = run("read", "r.yaml", "--to", "Example", "--as", place)
    assert code == Exit.FINE, err
    assert (tmp_path / "Example" / place).read_text() == (tmp_path / "r.yaml").read_text()
    (tmp_path / "r.yaml").write_text("format: 1\nanswers:\n  culture_vision: level_9\n")
    code, _, err = run("read", "r.yaml", "--to", "Example", "--as", "agencies/police/systems/x/risk.yaml")
    assert code == Exit.INTAKE and "fix:" in err
    assert run("read", "r.yaml", "--to", "Example", "--as", place)[0] == Exit.REFUSED
    assert run("read", "r.yaml", "--to", "Example", "--as", "../../out.yaml")[0] == Exit.INTAKE
    assert not (tmp_path.parent / "out.yaml").exists()


def test_a_foreign_table_becomes_a_country_folder_with_an_account(run: Run, tmp_path: Path) -> None:
    cut = ROOT / "tests" / "data" / "us-ai-inventory-cut.csv"
    code, out, err = run("read", cut, "--to", "us", "--mapping", "us-ai-inventory-2024")
    assert code == Exit.FINE, err
    for word in ("used", "blank", "not mapped", "unreadable"):
        assert word in out
    assert (tmp_path / "us" / "country.yaml").is_file()
    code, _, err = run("check", "us")
    assert code == Exit.FINE, err


def test_check_finds_the_built_in_content_sound(run: Run) -> None:
    code, out, err = run("check")
    assert code == Exit.FINE, err
    assert re.search(r"library: \d+ clauses, \d+ instruments", out)


def test_doctor_finds_this_machine_fit(run: Run) -> None:
    code, out, _ = run("doctor")
    assert code == Exit.FINE and "missing" not in out


@pytest.mark.parametrize(
    ("where", "old", "new", "code", "told"),
    [
        ("country.yaml", "numbering: article", "numbering: artikel", Exit.INTAKE, "did you mean 'article'?"),
        ("country.yaml", "packs: [eu]", "packs: [ue]", Exit.INTAKE, "no pack 'ue'"),
        ("country.yaml", "as_of: 2026-11-23", "as_of: 2026-13-40", Exit.INTAKE, "as_of"),
        ("country.yaml", "format: 1", "format: 99", Exit.INTAKE, "format"),
        ("country.yaml", 'name: "Republic of Norland"', 'name: "Republic\\0of"', Exit.INTAKE, "country.yaml"),
        ("decisions.yaml", "leave_out: ", "leave_out: no-such-", Exit.INTAKE, "no clause"),
    ],
)
def test_bad_country_folders_are_refused_in_words(
    run: Run, tmp_path: Path, where: str, old: str, new: str, code: Exit, told: str
) -> None:
    folder = tmp_path / "norland"
    shutil.copytree(NORLAND, folder)
    text = (folder / where).read_text()
    if old not in text:
        pytest.fail(f"{where} of the example no longer holds {old!r}")
    (folder / where).write_text(text.replace(old, new, 1))
    result, _, err = run("draft", folder, "--format", "docx")
    assert (result, told in err) == (code, True), err
    assert f"{folder}/{where}" in err or where in err
    assert "fix:" in err and "Traceback" not in err
    assert not (tmp_path / "output").exists() or not list((tmp_path / "output").rglob("*.docx"))


def test_all_problems_are_told_at_once(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "norland"
    shutil.copytree(NORLAND, folder)
    text = (folder / "country.yaml").read_text()
    (folder / "country.yaml").write_text(
        text.replace("packs: [eu]", "packs: [ue]").replace("format: 1", "format: 1\ntitel: x")
    )
    code, _, err = run("check", folder)
    assert code == Exit.INTAKE
    assert err.count("fix:") >= 2 and re.search(r"\d+ problems", err)


def test_a_link_in_a_country_folder_is_not_followed(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "norland"
    shutil.copytree(NORLAND, folder)
    (folder / "agencies" / "planted").symlink_to(tmp_path)
    code, _, err = run("draft", folder)
    assert (code, "a link is not followed" in err) == (Exit.INTAKE, True)


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_this_machine_s_fault(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    words = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "draft",
        str(TEMBALA),
        "--format",
        "docx",
        "--out",
        str(locked / "out"),
    ]
    if os.geteuid() == 0:
        tmp_path.chmod(0o755)
        for parent in tmp_path.parents:
            if not os.access(parent, os.X_OK):
                break
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *words]
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    )
    if "PermissionError" in done.stderr and "pipeline" in done.stderr and done.returncode == 1:
        pytest.fail(done.stderr)
    assert done.returncode == Exit.MACHINE, done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_where_a_folder_is_needed_is_said_before_work(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    code, _, err = run("draft", TEMBALA, "--out", "file/out")
    assert (code, "a file stands where a folder is needed" in err) == (Exit.MACHINE, True)


@pytest.mark.parametrize("bad", ["2026-02-30", "tomorrow", "1.1.2026"])
def test_a_date_that_is_none_is_wrong_usage(run: Run, bad: str) -> None:
    assert run("draft", TEMBALA, "--as-of", bad)[0] == Exit.USAGE


def test_an_unknown_style_or_language_is_named(run: Run) -> None:
    code, _, err = run("draft", TEMBALA, "--style", "minister")
    assert (code, "no house style 'minister'" in err) == (Exit.LIBRARY, True)
    code, _, err = run("draft", TEMBALA, "--lang", "xx")
    assert (code, "no texts in 'xx'" in err) == (Exit.INTAKE, True)


def test_an_unexpected_failure_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("inner")

    monkeypatch.setattr("pipeline.project.checking.checked", broken)
    code, _, err = run("check")
    assert code == Exit.BUG
    assert "not your fault" in err and "Traceback" not in err


def test_an_interrupt_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.project.checking.checked", interrupted)
    code, _, err = run("check")
    assert (code, "interrupted" in err) == (Exit.BUG, True)


def test_help_is_laid_out_for_people(run: Run) -> None:
    _, out, _ = run("--help")
    assert "\\b" not in out
    assert '\n    clausewright start "Republic of Example" --out Example\n' in out


def test_versions_are_not_kept_inside_the_country_folder(run: Run, tmp_path: Path) -> None:
    shutil.copytree(TEMBALA, tmp_path / "tembala")
    code, _, err = run("draft", "tembala", "--document", "brief", "--out", "tembala/output")
    assert (code, "inside the country folder" in err) == (Exit.REFUSED, True)
    assert not (tmp_path / "tembala" / "output").exists()


def test_another_state_s_versions_are_never_continued(run: Run, tmp_path: Path) -> None:
    for place, name in (("a", "Republic of Northmark"), ("b", "Republic of Southmark")):
        (tmp_path / place).mkdir()
        run("start", name, "--out", f"{place}/Country")
    assert run("draft", "a/Country", "--document", "brief", "--format", "md")[0] == Exit.FINE
    code, _, err = run("draft", "b/Country", "--document", "brief", "--format", "md")
    assert (code, "Republic of Northmark" in err) == (Exit.REFUSED, True)
    for name in ("Ελλάδα", "Сербия"):
        run("start", name, "--out", name)
        assert run("draft", name, "--document", "brief", "--format", "md")[0] == Exit.FINE
    assert len(list((tmp_path / "output").glob("*/brief/0.1"))) == 3


def test_a_date_before_the_library_is_refused(run: Run, tmp_path: Path) -> None:
    code, _, err = run("draft", TEMBALA, "--as-of", "1990-01-01")
    assert (code, "no clause valid on 1990-01-01" in err) == (Exit.INTAKE, True)


def test_the_same_wish_twice_is_one(run: Run, tmp_path: Path) -> None:
    code, out, err = run(
        "draft", TEMBALA, "--document", "brief", "--document", "brief", "--format", "md", "--format", "md"
    )
    assert (code, out.count("version 0.1")) == (Exit.FINE, 1), err


def test_render_keeps_the_version_s_house_style_and_stays_out_of_it(run: Run, tmp_path: Path) -> None:
    run("draft", TEMBALA, "--document", "brief", "--format", "docx", "--style", "ministere")
    version = tmp_path / "output" / "tembala" / "brief" / "0.1"
    assert run("render", version, "--format", "docx", "-o", "again.docx")[0] == Exit.FINE
    assert (tmp_path / "again.docx").read_bytes() == (version / "brief.en.docx").read_bytes()
    assert run("render", version, "--format", "md", "-o", version / "more.md")[0] == Exit.REFUSED


def test_leaving_out_what_binding_law_demands_is_told_and_printed(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "norland"
    shutil.copytree(NORLAND, folder)
    decisions = (folder / "decisions.yaml").read_text()
    owner = 'owner: "Minister"\n    date: 2026-10-26\n    reason: "A statute is to follow."\n'
    (folder / "decisions.yaml").write_text(f"{decisions}  - leave_out: live-face-authorisation\n    {owner}")
    code, _, err = run("draft", folder, "--document", "guidelines", "--format", "md")
    assert (code, "binds the state" in err) == (Exit.FINE, True), err
    text = next((tmp_path / "output").rglob("guidelines.en.md")).read_text()
    assert "Left out by decision of the country." in text
    _, out, _ = run("why", folder, "careers-in-data")
    assert "A statute is to follow" not in out


def test_why_finds_articles_as_people_cite_them(run: Run) -> None:
    assert run("why", NORLAND, "article 3")[1] == run("why", NORLAND, "Article 3(1)")[1]
    assert run("why", NORLAND, "")[0] == Exit.INTAKE


def test_outside_readers_are_not_told_what_is_in_use(run: Run, tmp_path: Path) -> None:
    run("draft", NORLAND, "--document", "strategy", "--format", "md", "--audience", "consultation")
    text = next((tmp_path / "output").rglob("strategy.en.consultation.md")).read_text()
    assert "In use today" not in text
    assert "Allowed under the rules of the guidelines" in text


def test_a_blank_country_is_not_given_one_federation_s_own_law(run: Run, tmp_path: Path) -> None:
    run("start", "Republic of Example", "--out", "Example")
    run("draft", "Example", "--document", "guidelines", "--format", "md")
    assert "OMB" not in next((tmp_path / "output").rglob("guidelines.en.md")).read_text()
