"""Signatures made and checked by the user's own ssh-keygen, beside versions that never change."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from store_samples import COUNTRY, DOCUMENT, put, tree

from pipeline.model.problem import DoesNotHold, Faulty, MachineFault, Refused
from pipeline.store import signature
from pipeline.store.verify import verify

WHO = "minister@norland"
needs_tool = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with two versions."""
    for version in ("0.1", "0.2"):
        put(tmp_path / "out", version)
    return tmp_path / "out"


def key(tmp_path: Path, name: str) -> Path:
    """Make a key without guarding words."""
    path = tmp_path / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


def allowed(tmp_path: Path, signer: Path) -> Path:
    """Write the file of those who may sign: one office with this key."""
    path = tmp_path / f"{signer.name}.allowed"
    public = signer.with_suffix(".pub").read_text().strip()
    path.write_text(f'{WHO} namespaces="clausewright" {public}\n')
    return path


@needs_tool
def test_a_signed_version_names_its_signer_and_verifies(store: Path, tmp_path: Path) -> None:
    mine = key(tmp_path, "mine")
    before = tree(store)
    place = signature.sign(store, COUNTRY, DOCUMENT, "0.2", mine)
    assert place == store / COUNTRY / DOCUMENT / "signatures" / "0.2.sig"
    assert signature.check(store, COUNTRY, DOCUMENT, "0.2", allowed(tmp_path, mine)) == WHO
    assert {n: d for n, d in tree(store).items() if "signatures" not in n} == before
    assert verify(store) == []
    words = ["-Y", "verify", "-n", "clausewright", "-f", str(allowed(tmp_path, mine)), "-I", WHO]
    with (store / COUNTRY / DOCUMENT / "0.2" / "SHA256SUMS").open("rb") as data:
        done = subprocess.run(["ssh-keygen", *words, "-s", str(place)], stdin=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    put(store, "0.3")
    assert verify(store) == []


@needs_tool
def test_another_key_other_bytes_or_another_version_do_not_hold(store: Path, tmp_path: Path) -> None:
    mine, other = key(tmp_path, "mine"), key(tmp_path, "other")
    place = signature.sign(store, COUNTRY, DOCUMENT, "0.1", mine)
    with pytest.raises(DoesNotHold, match="by nobody"):
        signature.check(store, COUNTRY, DOCUMENT, "0.1", allowed(tmp_path, other))
    shutil.copyfile(place, place.with_name("0.2.sig"))
    with pytest.raises(DoesNotHold, match="does not hold"):
        signature.check(store, COUNTRY, DOCUMENT, "0.2", allowed(tmp_path, mine))
    listed = store / COUNTRY / DOCUMENT / "0.1" / "SHA256SUMS"
    listed.chmod(0o644)
    listed.write_bytes(listed.read_bytes().replace(b"0", b"1", 1))
    with pytest.raises(DoesNotHold, match="does not hold"):
        signature.check(store, COUNTRY, DOCUMENT, "0.1", allowed(tmp_path, mine))


@needs_tool
def test_a_version_is_signed_once_and_only_if_it_stands(store: Path, tmp_path: Path) -> None:
    mine = key(tmp_path, "mine")
    with pytest.raises(Refused, match="not signed"):
        signature.check(store, COUNTRY, DOCUMENT, "0.1", allowed(tmp_path, mine))
    signature.sign(store, COUNTRY, DOCUMENT, "0.1", mine)
    before = tree(store)
    with pytest.raises(Refused, match="signed already"):
        signature.sign(store, COUNTRY, DOCUMENT, "0.1", mine)
    with pytest.raises(Refused, match="not signed"):
        signature.check(store, COUNTRY, DOCUMENT, "0.2", allowed(tmp_path, mine))
    with pytest.raises(Refused, match="no version"):
        signature.sign(store, COUNTRY, DOCUMENT, "0.9", mine)
    with pytest.raises(Faulty):
        signature.sign(store, "../x", DOCUMENT, "0.1", mine)
    with pytest.raises(MachineFault, match="did not sign"):
        signature.sign(store, COUNTRY, DOCUMENT, "0.2", tmp_path / "no key")
    assert tree(store) == before


def test_without_the_tool_one_sentence_tells_how_to_get_it(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MachineFault, match="install OpenSSH") as caught:
        signature.sign(store, COUNTRY, DOCUMENT, "0.1", tmp_path / "key")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["0.9.sig", "0.1.txt", "0.1", "x.sig"])
def test_what_is_no_signature_of_a_version_is_found(store: Path, name: str) -> None:
    place = store / COUNTRY / DOCUMENT / "signatures"
    place.mkdir()
    (place / "0.1.sig").write_text("-----BEGIN SSH SIGNATURE-----\n")
    assert verify(store) == []
    (place / name).write_text("x")
    (problem,) = verify(store)
    assert "no signature of a version" in problem.message


@needs_tool
@pytest.mark.parametrize("where", ["signatures", "signatures/0.1.sig"])
def test_a_link_in_place_of_signatures_is_refused_and_found(store: Path, tmp_path: Path, where: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    link = store / COUNTRY / DOCUMENT / where
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside)
    with pytest.raises(Refused):
        signature.sign(store, COUNTRY, DOCUMENT, "0.1", key(tmp_path, "mine"))
    assert list(outside.iterdir()) == []
    assert verify(store)
