"""The wheel holds all that a draft needs and nothing else, the sdist gives the same wheel, the lock names all of it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import site
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ("clauses", "intake/questionnaires", "intake/findings", "intake/mappings", "intake/examples", "templates")
SOURCES = (
    "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile",
    "requirements.lock", "requirements-dev.lock", "pipeline", "clauses", "intake", "templates",
)  # fmt: skip

ONE = "import sys, setuptools.build_meta as b; print(b.build_{what}(sys.argv[1]))"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout, so that building leaves nothing in it."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copyfile(ROOT / name, copy / name)
    return copy


def build(what: str, folder: Path, into: Path) -> Path:
    """Build a wheel or sdist from a folder as pip would; return it."""
    command = [sys.executable, "-W", "error", "-c", ONE.format(what=what), str(into)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    return into / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel built from the checkout."""
    return build("wheel", checkout, tmp_path_factory.mktemp("wheel"))


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {n: archive.read(n) for n in archive.namelist()}


def shipped() -> Iterator[Path]:
    """Yield each file of the built-in content, by its path in the checkout."""
    for folder in CONTENT:
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT)
            if path.is_file() and not any(part.startswith((".", "__")) for part in name.parts):
                yield name


@pytest.mark.slow
def test_the_wheel_holds_the_code_and_the_content_and_nothing_else(wheel: Path) -> None:
    found = members(wheel)
    content = {f"pipeline/data/{p.as_posix()}": (ROOT / p).read_bytes() for p in shipped()}
    assert len(content) > 500
    assert {n: d for n, d in found.items() if n.startswith("pipeline/data/")} == content
    code = {p.relative_to(ROOT).as_posix() for p in (ROOT / "pipeline").rglob("*.py")}
    rest = {n for n in found if not n.startswith("pipeline/data/") and ".dist-info/" not in n}
    assert rest == code | {"pipeline/py.typed"}
    assert {n.rsplit("/", 1)[1] for n in found if "/licenses/" in n} == {"LICENSE"}
    assert sum("/licenses/" in n for n in found) == 2


@pytest.mark.slow
def test_the_wheel_names_no_place_of_this_machine(wheel: Path) -> None:
    here = [str(p).encode() for p in (ROOT, Path.home(), wheel.parent) if len(str(p)) > 2]
    assert [n for n, d in members(wheel).items() if any(h in d for h in here) and not n.endswith(".ttf")] == []


@pytest.mark.slow
def test_the_sdist_gives_the_same_wheel(checkout: Path, wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", checkout, tmp_path)
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):  # Debian's Python 3.11.2 has none
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(tmp_path / "unpacked")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert members(build("wheel", unpacked, tmp_path)) == members(wheel)


@pytest.mark.slow
def test_the_installed_command_drafts_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """The wheel stands alone in a new environment; only its dependencies are taken from this one."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    (packages,) = home.glob("lib/python3*/site-packages")
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")

    empty = tmp_path / "empty"
    empty.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(home / "bin" / "clausewright"), *arguments]
        done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    where = "import pipeline; print(pipeline.__file__)"
    found = subprocess.run([str(python), "-c", where], cwd=empty, env=environment, capture_output=True, check=True)
    assert Path(found.stdout.decode().strip()).is_relative_to(home)
    assert "draft" in run("--help").stdout
    assert run("--version").stdout.startswith("clausewright, version")
    example = packages / "pipeline" / "data" / "intake" / "examples" / "norland"
    run("draft", str(example), "--document", "guidelines", "--format", "docx", "--format", "pdf")
    assert sorted(p.name for p in empty.iterdir()) == ["output"]
    version = empty / "output" / "norland" / "guidelines" / "0.1"
    assert (version / "guidelines.en.docx").read_bytes().startswith(b"PK")
    assert (version / "guidelines.en.pdf").read_bytes().startswith(b"%PDF")
    run("verify", "output")


def locked(name: str) -> dict[str, tuple[str, set[str]]]:
    """Return version and digests of each distribution in a lock."""
    found: dict[str, tuple[str, set[str]]] = {}
    current = ""
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==(\S+)", line):
            current = re.sub(r"[-_.]+", "-", match[1]).lower()
            found[current] = (match[2], set())
        found[current][1].update(re.findall(r"--hash=sha256:([0-9a-f]{64})", line)) if current else None
    return found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_versions_and_digests_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"https?:|file:/|--index-url|--find-links|--trusted-host|/tmp|/work|/opt|@ ", text)
    lines = [line.split("#")[0].rstrip(" \\") for line in text.splitlines()]
    kinds = (r"", r"[A-Za-z0-9._-]+==\S+", r" +--hash=sha256:[0-9a-f]{64}")
    assert [line for line in lines if not any(re.fullmatch(kind, line) for kind in kinds)] == []
    assert [package for package, (_, digests) in locked(name).items() if not digests] == []


def test_the_lock_of_the_tests_agrees_with_that_of_the_drafts() -> None:
    for_drafts, for_tests = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {n: for_tests.get(n) for n in for_drafts} == for_drafts
    assert len(for_tests) > len(for_drafts) > 20


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def names(wanted: list[str]) -> set[str]:
        return {re.sub(r"[-_.]+", "-", re.split(r"[<>=!~\[; ]", one)[0]).lower() for one in wanted}

    assert names(project["dependencies"]) <= locked("requirements.lock").keys()
    assert names(project["optional-dependencies"]["tests"]) <= locked("requirements-dev.lock").keys()


def test_the_sandbox_of_the_templates_is_no_old_one() -> None:
    installed = tuple(int(part) for part in metadata.version("Jinja2").split(".")[:3])
    assert installed >= (3, 1, 6)
    assert tuple(int(part) for part in locked("requirements.lock")["jinja2"][0].split(".")) >= (3, 1, 6)


def test_a_lock_whose_digest_is_altered_installs_nothing(tmp_path: Path) -> None:
    """Pip compares before it installs: a file of another digest under a locked name is refused."""
    wheel = tmp_path / "six-1.17.0-py2.py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("six.py", "")
        archive.writestr("six-1.17.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: six\nVersion: 1.17.0\n")
        archive.writestr("six-1.17.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("six-1.17.0.dist-info/RECORD", "")
    version, digests = locked("requirements.lock")["six"]
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() not in digests
    lock = tmp_path / "one.lock"
    lock.write_text(f"six=={version} " + " ".join(f"--hash=sha256:{d}" for d in sorted(digests)) + "\n")
    command = [sys.executable, "-m", "pip", "install", "--isolated", "--no-index", "--find-links", str(tmp_path)]
    command += ["--require-hashes", "--target", str(tmp_path / "target"), "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "target").exists()
